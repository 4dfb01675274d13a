/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bank.h: bands that are put together again: zero-phase filters whose gains add up to one at every
 * frequency.
 */
#ifndef SABIN_ROOM_BANK_H
#define SABIN_ROOM_BANK_H

#include <stddef.h>

#include <sabin/fft.h>

enum { BANK_BANDS_MAX = 16 };

struct bank_plan {
	double rate_hz;
	int bands;
	double edge_hz[BANK_BANDS_MAX]; /* between a band and the next: bands - 1 */
	double transition_oct;          /* from one band to the next, about the edge */
	double reach_s;                 /* what the filters ring before and after is cut there */
};

struct bank {
	int bands;
	size_t reach;         /* samples that the filters ring before and after */
	size_t frames;        /* samples that one call of bank_join() takes for each band */
	size_t size;          /* of the transform: smooth, >= frames + 2 reach */
	double *gain;         /* [bands][size/2 + 1] */
	double *time;         /* [size] */
	double complex *spectrum, *sum; /* [size/2 + 1] */
	struct sabin_fft *fft;
};

/* The octaves from 63 Hz on, as many as wanted and as the rate leaves.  The lowest also holds what
 * is below it, the highest what is above. */
void bank_plan_octaves(struct bank_plan *plan, double rate_hz, int bands_wanted);

/* Highest frequency that the band's filter lets through, as a fraction of the rate; at most 0.5. */
double bank_top(const struct bank_plan *plan, int band);

/* `frames` becomes at least least_frames. */
enum sabin_err bank_init(struct bank *bank, const struct bank_plan *plan, size_t least_frames);
void bank_release(struct bank *bank);

/* y[reach + i] = the sum over the bands of band[b][i] filtered, i = -reach .. frames + reach - 1
 * (y[frames + 2 reach]).  band[b][bank->frames], b = 0 .. bands - 1, `stride` apart. */
void bank_join(struct bank *bank, const double *band, size_t stride, double *y);

#endif
