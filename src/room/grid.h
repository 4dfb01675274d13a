/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * grid.h: impulses at any instant become band-limited samples: they are first spread over a finer
 * time grid by a short polynomial, and the grid is then brought down to the sampling rate by one
 * long filter for all of them.  See grid.c for the accuracy.
 */
#ifndef SABIN_ROOM_GRID_H
#define SABIN_ROOM_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <sabin/status.h>

enum {
	GRID_PHASES = 8,  /* cells to a sample, at most */
	GRID_POINTS = 6,  /* cells that one impulse touches */
	GRID_CUBIC = 4,   /* the same where only low frequencies count */
	GRID_HALF = 41,   /* samples that the longest kernel reaches to either side */
	GRID_MARGIN = 2 * GRID_HALF + 2, /* samples of zeros kept at either end of a grid */
};

/* Two grids, or two signals, side by side: one instruction serves both. */
typedef double grid_pair __attribute__((vector_size(16)));

/* A windowed sinc of cut-off rate/2, sampled at the cells' spacing. */
struct grid_kernel {
	size_t phases; /* cells to a sample: 1, 2, 4 or GRID_PHASES */
	bool cubic;    /* impulses need touch only GRID_CUBIC cells */
	size_t half;   /* samples to either side, at most GRID_HALF */
	double taps[2 * GRID_HALF * GRID_PHASES];
};

/* sin(pi t) / (pi t) under a Kaiser window of `half` to either side: the interpolation between
 * samples, with a ripple of -130 dB. */
double grid_sinc(double t, double half);

/* The shortest kernel that is transparent up to top (a fraction of the sampling rate), of
 * GRID_PHASES cells to a sample and GRID_POINTS to an impulse. */
void grid_kernel_init(struct grid_kernel *kernel, double top);

/* The same, of as few cells as top allows. */
void grid_kernel_init_coarse(struct grid_kernel *kernel, double top);

/* Cells that a stretch of `frames` samples needs, margins included. */
static inline size_t grid_cells(size_t frames, size_t phases)
{
	return (frames + 2 * GRID_MARGIN) * phases;
}

/* y[half + n] += the sample at n, n = -half .. frames + half - 1, relative to the stretch's start.
 * The sum over cells[grid_cells(frames, kernel->phases)]; grid_sample() takes GRID_PHASES. */
void grid_sample(const double *cells, size_t frames, const struct grid_kernel *kernel, double *y);

/* The same for two grids at once. */
void grid_sample_pair(const grid_pair *cells, size_t frames, const struct grid_kernel *kernel,
                      grid_pair *y);

/* The longest kernel in two steps, of which the first leaves two cells to a sample: half the work.
 * second.half is what grid_kernel's half is. */
struct grid_halving {
	struct grid_kernel first, second;
};

void grid_halving_init(struct grid_halving *halving);

/* between[grid_cells(frames, 2)]: scratch. */
void grid_sample_halving(const grid_pair *cells, size_t frames, const struct grid_halving *halving,
                         grid_pair *between, grid_pair *y);

/* to[shift + i] += from[i], as far as to[n] reaches. */
static inline void grid_add_shifted(double *to, size_t n, ptrdiff_t shift, const double *from,
                                    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const ptrdiff_t at = shift + (ptrdiff_t)i;
		if (at >= 0 && at < (ptrdiff_t)n)
			to[at] += from[i];
	}
}

/* Lagrange's polynomials on the nodes -2 .. 3, u in 0 .. 1. */
static inline void grid_six(double u, double weight[GRID_POINTS])
{
	const double a = u + 2, b = u + 1, d = u - 1, e = u - 2, f = u - 3;
	const double ab = a * b, cd = u * d, ef = e * f;
	const double cdef = cd * ef, abef = ab * ef, abcd = ab * cd;
	weight[0] = b * cdef * (-1.0 / 120);
	weight[1] = a * cdef * (1.0 / 24);
	weight[2] = d * abef * (-1.0 / 12);
	weight[3] = u * abef * (1.0 / 12);
	weight[4] = f * abcd * (-1.0 / 24);
	weight[5] = e * abcd * (1.0 / 120);
}

/* The same on the nodes -1 .. 2, for two impulses at once, of the amplitudes `scale`. */
static inline void grid_four(grid_pair u, grid_pair scale, grid_pair weight[GRID_CUBIC])
{
	const grid_pair b = u + 1.0, d = u - 1.0, e = u - 2.0;
	const grid_pair de = d * e * scale, bu = b * u * scale;
	weight[0] = u * de * (-1.0 / 6);
	weight[1] = b * de * (1.0 / 2);
	weight[2] = e * bu * (-1.0 / 2);
	weight[3] = d * bu * (1.0 / 6);
}

#endif
