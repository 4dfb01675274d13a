/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * grid.h: impulses at any instant become band-limited samples: they are first spread over a finer
 * time grid by a short polynomial, and the grid is then brought down to the sampling rate by one
 * long filter for all of them.  See grid.c for the accuracy.
 */
#ifndef SABIN_ROOM_GRID_H
#define SABIN_ROOM_GRID_H

#include <stddef.h>
#include <string.h>

#include <sabin/status.h>

enum {
	GRID_PHASES = 8,  /* cells to a sample */
	GRID_POINTS = 6,  /* cells that one impulse touches */
	GRID_HALF = 41,   /* samples that the longest kernel reaches to either side */
	GRID_MARGIN = 2 * GRID_HALF + 2, /* samples of zeros kept at either end of a grid */
};

/* A windowed sinc of cut-off rate/2, sampled at the cells' spacing. */
struct grid_kernel {
	size_t half; /* samples to either side, at most GRID_HALF */
	double taps[2 * GRID_HALF * GRID_PHASES];
};

/* sin(pi t) / (pi t) under a Kaiser window of `half` to either side: the interpolation between
 * samples, with a ripple of -130 dB. */
double grid_sinc(double t, double half);

/* The shortest kernel that is transparent up to top (a fraction of the sampling rate). */
void grid_kernel_init(struct grid_kernel *kernel, double top);

/* Cells that a stretch of `frames` samples needs, margins included. */
static inline size_t grid_cells(size_t frames)
{
	return (frames + 2 * GRID_MARGIN) * GRID_PHASES;
}

/* y[half + n] += the sample at n, n = -half .. frames + half - 1, relative to the stretch's start.
 * The sum over cells[grid_cells(frames)]. */
void grid_sample(const double *cells, size_t frames, const struct grid_kernel *kernel, double *y);

/* Weights of the six cells around position `cell` (in cells from the grid's beginning); returns the
 * first of them. */
static inline size_t grid_weights(double cell, double weight[GRID_POINTS])
{
	/* Lagrange's polynomials on the nodes -2 .. 3, u in 0 .. 1 */
	const size_t whole = (size_t)cell;
	const double u = cell - (double)whole;
	const double a = u + 2, b = u + 1, d = u - 1, e = u - 2, f = u - 3;
	const double ab = a * b, cd = u * d, ef = e * f;
	const double cdef = cd * ef, abef = ab * ef, abcd = ab * cd;
	weight[0] = b * cdef * (-1.0 / 120);
	weight[1] = a * cdef * (1.0 / 24);
	weight[2] = d * abef * (-1.0 / 12);
	weight[3] = u * abef * (1.0 / 12);
	weight[4] = f * abcd * (-1.0 / 24);
	weight[5] = e * abcd * (1.0 / 120);
	return whole - 2;
}

#endif
