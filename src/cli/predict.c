/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * predict.c: the impulse response that a room file predicts.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/arrival.h>
#include <sabin/biquad.h>
#include <sabin/window.h>

#include "cli/predict.h"

static const double fade_share = 0.15, least_s = 0.5, most_s = 6;
/* Modes are counted, not fast: they are for low frequencies. */
static const double modes_to_hz = 400;
/* In closed walls a source that is even down to 0 Hz raises a pressure that does not alternate (the mode
 * 0 0 0).  No loudspeaker does, no sweep measures it, and cut at 50 ms for C50 it is a step, stronger at
 * 8 kHz than what is late there.  Second order, as a closed box: 0.02 dB at 20 Hz. */
static const struct sabin_biquad infrasonic = {SABIN_HIGH_PASS, 5, 0, M_SQRT1_2};

/* Until its slowest decay has fallen by 60 dB, within reason. */
static double default_length_s(const struct sabin_room *room)
{
	return fmin(fmax(sabin_room_ring_s(room, 0, 60), least_s), most_s);
}

static enum sabin_err compute(const struct sabin_room *room, enum sabin_predict_method method,
                              const double from_m[3], const double to_m[3],
                              const struct sabin_images_options *images, double *h, size_t frames)
{
	switch (method) {
	case SABIN_PREDICT_IMAGES:
		return sabin_images_compute(room, from_m, to_m, images, h, frames);
	case SABIN_PREDICT_MODES:
		return sabin_modes_compute(room, from_m, to_m, images,
		                           fmin(modes_to_hz, images->rate_hz / 4), h, frames);
	case SABIN_PREDICT_HYBRID:
		return sabin_hybrid_compute(room, from_m, to_m, images, h, frames);
	}
	return SABIN_EINVAL;
}

static void take_infrasound_away(double *h, size_t frames, double rate_hz)
{
	const struct sabin_biquad_taps taps = sabin_biquad_taps(&infrasonic, rate_hz);
	double state[2] = {0, 0};
	sabin_biquad_process(&taps, state, h, frames);
}

/* What is known without a measurement. */
static void describe(const struct sabin_roomfile *room, size_t s, size_t p, const double *h, size_t frames,
                     double rate_hz, struct sabin_measured *r)
{
	const struct sabin_quantity unknown = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	const double c = sabin_speed_of_sound(room->room.temperature_c);
	double distance2 = 0;
	for (int k = 0; k < 3; k++)
		distance2 += pow(room->speakers[s].position_m[k] - room->positions[p].position_m[k], 2);
	struct sabin_arrival arrival = {.polarity = 1};
	if (sabin_arrival_find(h, frames, rate_hz, &arrival))
		arrival.polarity = 0;
	snprintf(r->speaker, sizeof r->speaker, "%s", room->speakers[s].name);
	snprintf(r->position, sizeof r->position, "%s", room->positions[p].name);
	r->rate_hz = (unsigned)rate_hz;
	r->zero = SABIN_ZERO_EMISSION;
	r->arrival_s = sabin_quantity_valid(sqrt(distance2) / c, 0);
	r->distance_m = sabin_quantity_valid(sqrt(distance2), 0);
	r->level_kind = SABIN_LEVEL_FREE_FIELD_1M;
	r->dbspl_at_0dbfs = unknown;
	r->verdict = (struct sabin_verdict){.trustworthy = true,
	                                    .takes = 1,
	                                    .peak_dbfs = 20 * log10(fabs(arrival.peak)),
	                                    .skew_ppm = unknown,
	                                    .snr_db = unknown,
	                                    .repeatability_db = unknown,
	                                    .polarity = arrival.polarity};
	sabin_verdict_say(&r->verdict, "%s", sabin_simulated_remark);
}

enum sabin_err sabin_predict(const struct sabin_roomfile *room, size_t s, size_t p,
                             const struct sabin_predict_options *options, double **h, size_t *frames,
                             struct sabin_measured *r, struct sabin_diag *diag)
{
	const struct sabin_speaker *speaker = &room->speakers[s];
	const struct sabin_position *position = &room->positions[p];
	struct sabin_directivity directivity;
	const bool boxed = sabin_roomfile_directivity(speaker, &directivity);
	const struct sabin_images_options images = {
	    .rate_hz = options->rate_hz,
	    .length_s = isnan(options->length_s) ? default_length_s(&room->room) : options->length_s,
	    .air = options->air,
	    .directivity = boxed ? &directivity : NULL,
	};
	const size_t n = (size_t)ceil(images.length_s * images.rate_hz);
	double *made = malloc(n * sizeof *made);
	if (!made)
		return SABIN_ENOMEM;
	const enum sabin_err err = compute(&room->room, options->method, speaker->position_m,
	                                   position->position_m, &images, made, n);
	if (err) {
		free(made);
		if (err != SABIN_EINVAL)
			return err;
		return sabin_diag_set(diag, SABIN_EFORMAT, room->path, 0, 0,
		                      "%s to %s cannot be simulated over %g s: the points coincide, or the "
		                      "room has too many reflections in that time",
		                      speaker->name, position->name, images.length_s);
	}
	take_infrasound_away(made, n, images.rate_hz);
	if (isnan(options->length_s)) /* as the simulated card does: no click in the bass */
		sabin_window_taper(made, n, 0, (size_t)(fade_share * (double)n));
	describe(room, s, p, made, n, images.rate_hz, r);
	const double ring_s = sabin_room_ring_s(&room->room, 0, 60);
	if (isnan(options->length_s) && ring_s > most_s && isfinite(ring_s))
		sabin_verdict_say(&r->verdict, "cut after %g s: the slowest decay takes %.0f s without air", most_s,
		                  ring_s);
	else if (isnan(options->length_s) && ring_s > most_s)
		sabin_verdict_say(&r->verdict, "cut after %g s: without air it would never decay", most_s);
	*h = made;
	*frames = n;
	return SABIN_OK;
}
