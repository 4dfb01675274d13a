/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bank.c: an amplitude-complementary bank.
 *
 * Between neighbouring bands (octaves: at the edges of IEC 61260-1:2014, 5.4) one gain falls and
 * the other rises as the two halves of a raised cosine over log f.  Each band's gain is the
 * difference of two such low-pass curves, so that the sum telescopes to exactly one: what is the
 * same in all bands passes unchanged.  Zero phase keeps the bands in step; the price is that the
 * difference between bands rings before as well as after an arrival, for the time below.
 */
#include <complex.h>
#include <math.h>

#include <sabin/window.h>

#include "room/bank.h"
#include "room/inner.h"

/* Width of a transition: half an octave keeps half of each octave, about its centre, pure. */
static const double octave_transition_oct = 0.5;

/* The narrowest transition (63 to 125 Hz) is 31 Hz wide: its ringing is over in 2.6 / 31 Hz. */
static const double octave_reach_s = 0.085;

void bank_plan_octaves(struct bank_plan *plan, double rate_hz, int bands_wanted)
{
	*plan = (struct bank_plan){
		.rate_hz = rate_hz,
		.bands = 1,
		.transition_oct = octave_transition_oct,
		.reach_s = octave_reach_s,
	};
	for (; plan->bands < bands_wanted; plan->bands++) {
		const double edge_hz = room_band_centre_hz(plan->bands - 1) * pow(10, 0.15);
		if (edge_hz >= rate_hz / 2)
			return;
		plan->edge_hz[plan->bands - 1] = edge_hz;
	}
}

double bank_top(const struct bank_plan *plan, int band)
{
	if (band == plan->bands - 1)
		return 0.5;
	/* the transition and, since the ringing is cut off, as much again for safety */
	const double top_hz = plan->edge_hz[band] * exp2(plan->transition_oct);
	return fmin(0.5, top_hz / plan->rate_hz);
}

/* Low-pass at the upper edge of `band`, its ringing cut to the reach; gain[size/2 + 1]. */
static void low_pass(struct bank *bank, const struct bank_plan *plan, int band, double *gain)
{
	const size_t half = bank->size / 2;
	bank->spectrum[0] = 1;
	for (size_t k = 1; k <= half; k++) {
		const double f_hz = (double)k * plan->rate_hz / (double)bank->size;
		const double above_oct = log2(f_hz / plan->edge_hz[band]);
		bank->spectrum[k] = 1 - sabin_window_rise(above_oct / plan->transition_oct + 0.5);
	}
	sabin_fft_inverse(bank->fft, bank->spectrum, bank->time);
	for (size_t i = 1; i <= half; i++) {
		const double w = 1 - sabin_window_rise((double)i / (double)bank->reach);
		bank->time[i] *= w;
		if (i < half)
			bank->time[bank->size - i] *= w;
	}
	sabin_fft_forward(bank->fft, bank->time, bank->spectrum);
	for (size_t k = 0; k <= half; k++)
		gain[k] = creal(bank->spectrum[k]);
}

enum sabin_err bank_init(struct bank *bank, const struct bank_plan *plan, size_t least_frames)
{
	memset(bank, 0, sizeof *bank);
	bank->bands = plan->bands;
	bank->reach = (size_t)ceil(plan->reach_s * plan->rate_hz);
	bank->size = sabin_fft_smooth_size(least_frames + 2 * bank->reach);
	bank->frames = bank->size - 2 * bank->reach;
	const size_t bins = bank->size / 2 + 1, bands = (size_t)bank->bands;
	bank->gain = calloc(bands, bins * sizeof *bank->gain);
	bank->time = calloc(bank->size, sizeof *bank->time);
	bank->spectrum = calloc(bins, sizeof *bank->spectrum);
	bank->sum = calloc(bins, sizeof *bank->sum);
	enum sabin_err err = SABIN_ENOMEM;
	if (bank->gain && bank->time && bank->spectrum && bank->sum)
		err = sabin_fft_new(bank->size, &bank->fft);
	if (err) {
		bank_release(bank);
		return err;
	}
	/* from low-passes to bands: the highest is all that the others leave */
	for (int band = 0; band < bank->bands - 1; band++)
		low_pass(bank, plan, band, bank->gain + (size_t)band * bins);
	for (size_t k = 0; k < bins; k++) {
		double below = 0;
		for (size_t band = 0; band < bands; band++) {
			double *gain = &bank->gain[band * bins + k];
			const double up_to = band == bands - 1 ? 1 : *gain;
			*gain = up_to - below;
			below = up_to;
		}
	}
	return SABIN_OK;
}

void bank_release(struct bank *bank)
{
	free(bank->gain);
	free(bank->time);
	free(bank->spectrum);
	free(bank->sum);
	sabin_fft_free(bank->fft);
	memset(bank, 0, sizeof *bank);
}

void bank_join(struct bank *bank, const double *band, size_t stride, double *y)
{
	const size_t bins = bank->size / 2 + 1;
	memset(bank->sum, 0, bins * sizeof *bank->sum);
	for (size_t b = 0; b < (size_t)bank->bands; b++) {
		const double *gain = bank->gain + b * bins;
		memset(bank->time, 0, bank->size * sizeof *bank->time);
		memcpy(bank->time + bank->reach, band + b * stride,
		       bank->frames * sizeof *bank->time);
		sabin_fft_forward(bank->fft, bank->time, bank->spectrum);
		for (size_t k = 0; k < bins; k++)
			bank->sum[k] += gain[k] * bank->spectrum[k];
	}
	sabin_fft_inverse(bank->fft, bank->sum, bank->time);
	memcpy(y, bank->time, bank->size * sizeof *y);
}
