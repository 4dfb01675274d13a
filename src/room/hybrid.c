/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hybrid.c: modes below the Schroeder frequency, images above.
 *
 * References
 *   [Schroeder] M. R. Schroeder, K. H. Kuttruff, JASA 34 (1962) 76-80: above 2000 sqrt(T/V) Hz
 *               three modes fall within the bandwidth of one.
 *
 * Both halves are the same Green's function, start at emission and have the same scale, so that
 * they are in phase where they meet; what differs is the model of damping (modes.c), by less than 1
 * dB on average below 200 Hz.  They are joined like two bands of bank.c: zero-phase gains that add
 * up to one, over one octave about the Schroeder frequency.
 */
#include <math.h>

#include <sabin/window.h>

#include "room/bank.h"
#include "room/modes.h"

static const double schroeder_factor = 2000; /* [Schroeder], SI */
static const double crossover_oct = 1;
static const double least_hz = 20; /* below it there is nothing to hear: images alone */
static const double silent_db = 90;  /* what has decayed so far is not computed */
static const double shortest_s = 0.05;
static const double reach_periods = 6; /* ringing of the crossover, over its width in Hz */

double hybrid_meet_hz(const struct sabin_room *room)
{
	/* where rooms for listening have their Schroeder frequency: octaves 125 and 250 Hz */
	const double time_s = (sabin_room_eyring_s(room, 1) + sabin_room_eyring_s(room, 2)) / 2;
	const double schroeder_hz = schroeder_factor * sqrt(time_s / room_volume_m3(room));
	/* the modes are needed to the end of the transition */
	const double most_hz =
	        modes_limit_hz(room->size_m, sabin_speed_of_sound(room->temperature_c)) *
	        exp2(-crossover_oct / 2) * 0.999; /* rounding must not lead past it */
	const double f_hz = fmin(schroeder_hz, most_hz);
	return f_hz >= least_hz ? f_hz : 0;
}

/* The lowest octave of which images remain. */
static int lowest_band(double f_hz)
{
	int band = 0;
	while (band < SABIN_ABSORPTION_BANDS - 1 &&
	       room_band_centre_hz(band) * M_SQRT2 < f_hz * exp2(-crossover_oct / 2))
		band++;
	return band;
}

/* Images as long as there is anything of those octaves, which is often shorter than the bass rings; their
 * number grows with the cube of the time. */
static enum sabin_err short_images(const struct sabin_room *room, const double source_m[3],
                                   const double receiver_m[3],
                                   const struct sabin_images_options *options, double f_hz, double *h,
                                   size_t frames)
{
	const double ring_s = fmax(sabin_room_ring_s(room, lowest_band(f_hz), silent_db), shortest_s);
	if (!(ring_s < options->length_s))
		return sabin_images_compute(room, source_m, receiver_m, options, h, frames);
	struct sabin_images_options less = *options;
	const size_t count = (size_t)ceil(ring_s * options->rate_hz);
	less.length_s = (double)count / options->rate_hz;
	const size_t here = count < frames ? count : frames;
	const enum sabin_err err = sabin_images_compute(room, source_m, receiver_m, &less, h, here);
	if (!err)
		sabin_window_taper(h, here, 0, here / 10);
	return err;
}

static struct bank_plan crossover_plan(double rate_hz, double f_hz)
{
	const double width_hz = f_hz * (exp2(crossover_oct / 2) - exp2(-crossover_oct / 2));
	return (struct bank_plan){
		.rate_hz = rate_hz,
		.bands = 2,
		.edge_hz = {f_hz},
		.transition_oct = crossover_oct,
		.reach_s = reach_periods / width_hz,
	};
}

/* h[frames] holds images; low[frames] modes.  Their sum replaces h. */
static enum sabin_err join(const struct bank_plan *plan, const double *low, double *h,
                           size_t frames)
{
	struct bank bank;
	const size_t ring = (size_t)ceil(plan->reach_s * plan->rate_hz);
	enum sabin_err err = bank_init(&bank, plan, frames < 4 * ring ? frames : 4 * ring);
	if (err)
		return err;
	double *both = calloc(2 * bank.frames, sizeof *both);
	double *joined = calloc(bank.size, sizeof *joined);
	double *sum = calloc(frames, sizeof *sum);
	err = SABIN_ENOMEM;
	if (!both || !joined || !sum)
		goto out;
	for (size_t first = 0; first < frames; first += bank.frames) {
		const size_t left = frames - first;
		const size_t here = left < bank.frames ? left : bank.frames;
		memset(both, 0, 2 * bank.frames * sizeof *both);
		memcpy(both, low + first, here * sizeof *both);
		memcpy(both + bank.frames, h + first, here * sizeof *both);
		bank_join(&bank, both, bank.frames, joined);
		for (size_t i = 0; i < bank.size; i++) {
			const size_t at = first + i;
			if (at >= bank.reach && at - bank.reach < frames)
				sum[at - bank.reach] += joined[i];
		}
	}
	memcpy(h, sum, frames * sizeof *h);
	err = SABIN_OK;
out:
	free(both);
	free(joined);
	free(sum);
	bank_release(&bank);
	return err;
}

enum sabin_err sabin_hybrid_compute(const struct sabin_room *room, const double source_m[3],
                                    const double receiver_m[3],
                                    const struct sabin_images_options *options, double *h,
                                    size_t frames)
{
	enum sabin_err err = room_check(room, source_m, receiver_m, options, frames);
	if (err)
		return err;
	const double f_hz = hybrid_meet_hz(room);
	if (f_hz == 0)
		return sabin_images_compute(room, source_m, receiver_m, options, h, frames);
	/* the modes begin before emission (modes.h); what of the sum does is dropped */
	const struct bank_plan plan = crossover_plan(options->rate_hz, f_hz);
	const struct modes_span span = {
		.rate_hz = options->rate_hz,
		.lead = (size_t)ceil(plan.reach_s * options->rate_hz),
		.frames = frames,
	};
	const size_t all = span.lead + frames;
	double *low = calloc(all, sizeof *low), *high = calloc(all, sizeof *high);
	err = SABIN_ENOMEM;
	if (!low || !high)
		goto out;
	err = modes_compute(room, source_m, receiver_m, options->air,
	                    f_hz * exp2(crossover_oct / 2), &span, low);
	if (!err)
		err = short_images(room, source_m, receiver_m, options, f_hz, high + span.lead,
		                   frames);
	if (!err)
		err = join(&plan, low, high, all);
	if (!err)
		memcpy(h, high + span.lead, frames * sizeof *h);
out:
	free(low);
	free(high);
	return err;
}
