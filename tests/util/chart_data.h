/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * chart_data.h: made-up data for the tests of charts; the distortion is in part at the noise.
 */
#ifndef SABIN_TEST_CHART_DATA_H
#define SABIN_TEST_CHART_DATA_H

#include <math.h>
#include <stdlib.h>

#include <sabin/distortion.h>

#include "util/near.h"

/* Repeatable noise in -1 .. 1 (Numerical Recipes' linear congruence; quality does not matter). */
static double noise(unsigned *state)
{
	*state = *state * 1664525U + 1013904223U;
	return (double)*state / 2147483648.0 - 1;
}

static void make_harmonic(struct sabin_harmonic *h, size_t length, double level_db)
{
	h->level_db = calloc(length, sizeof(double));
	h->received_db = calloc(length, sizeof(double));
	h->noise_db = calloc(length, sizeof(double));
	h->sure_db = calloc(length, sizeof(double));
	h->valid = calloc(length, sizeof(bool));
	assert_true(h->level_db && h->received_db && h->noise_db && h->sure_db && h->valid);
	for (size_t i = 0; i < length; i++) {
		h->level_db[i] = h->received_db[i] = level_db + 6 * sin(0.2 * (double)i);
		h->noise_db[i] = -70;
		h->valid[i] = h->level_db[i] > -65;
	}
	h->mean_db = sabin_quantity_valid(level_db, 0.2);
}

static void make_distortion(struct sabin_distortion *d)
{
	*d = (struct sabin_distortion){.length = 100, .from_hz = 100, .to_hz = 5000,
	                               .smoothing_oct = 1 / 6.0};
	d->freq_hz = calloc(d->length, sizeof(double));
	assert_non_null(d->freq_hz);
	for (size_t i = 0; i < d->length; i++)
		d->freq_hz[i] = 30 * pow(2, (double)i / 12);
	for (int m = 0; m < SABIN_HARMONICS; m++)
		make_harmonic(&d->harmonic[m], d->length, -40 - 10 * m);
	make_harmonic(&d->thd, d->length, -39);
}

#endif
