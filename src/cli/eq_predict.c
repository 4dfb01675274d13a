/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_predict.c: predictions by convolution.
 */
#include <math.h>

#include <sabin/convolve.h>

#include "cli/eq_predict.h"

/* Of a correction without FIRs. */
static const double seconds_most = 4;

/* The channel at a rate, without preamp, level and polarity; *latency in frames.  *h stays NULL where there
 * is no FIR of that rate. */
static enum sabin_err impulse(const struct sabin_correction_channel *c, bool fir, double rate_hz,
                              double **h, size_t *n, double *latency)
{
	size_t at = 0;
	while (at < c->rate_count && c->rates[at].rate_hz != rate_hz)
		at++;
	if (at == c->rate_count && fir)
		return SABIN_OK;
	struct sabin_correction_channel *copy = malloc(sizeof *copy);
	if (!copy)
		return SABIN_ENOMEM;
	*copy = *c;
	at = at < c->rate_count ? at : 0;
	copy->rate_count = c->rate_count > 0 ? c->rate_count : 1;
	copy->rates[at].rate_hz = rate_hz;
	copy->rates[at].preamp_db = 0;
	copy->polarity = 1;
	*latency = fir ? c->rates[at].latency_s * rate_hz : 0;
	const enum sabin_err err = sabin_correction_impulse(copy, at, seconds_most, h, n);
	free(copy);
	return err;
}

static enum sabin_err predict_place(const struct sabin_eq_input *in,
                                    const struct sabin_correction_channel *c, bool fir, size_t index,
                                    struct sabin_correction_place *out)
{
	const struct sabin_correctable_place *place = &in->places[index];
	double *filter = NULL, *joined = NULL, latency = 0;
	size_t n = 0;
	enum sabin_err err = impulse(c, fir, place->rate_hz, &filter, &n, &latency);
	if (err || !filter)
		return err;
	double *level = malloc(in->length * sizeof *level);
	double *phase = malloc(in->length * sizeof *phase);
	err = level && phase ? sabin_convolve(place->h, place->n, filter, n, &joined) : SABIN_ENOMEM;
	if (!err)
		err = sabin_eq_input_levels(in, index, joined, place->n + n - 1, place->rate_hz,
		                            place->arrival + latency, level);
	out->timed = isfinite(in->emission[index]);
	const double zero = out->timed ? in->emission[index] : place->arrival;
	if (!err)
		err = sabin_eq_input_phases(in, joined, place->n + n - 1, place->rate_hz,
		                            place->arrival + latency, zero + latency, phase);
	free(filter);
	free(joined);
	if (err) {
		free(level);
		free(phase);
		return err == SABIN_ESHORT ? SABIN_OK : err; /* silence */
	}
	out->predicted_db = level;
	out->phase_deg = phase;
	return SABIN_OK;
}

/* Power mean over the places, where all are known. */
static void take_mean(struct sabin_correction_channel *c, const struct sabin_correction_origin *origin)
{
	for (size_t i = 0; i < c->length; i++) {
		double power = 0;
		for (size_t p = 0; p < origin->count; p++)
			power += pow(10, origin->places[p].predicted_db[i] / 10);
		c->predicted_db[i] = 10 * log10(power / (double)origin->count);
	}
	c->error_after_db = sabin_correction_deviation_db(c, c->predicted_db);
}

enum sabin_err sabin_eq_predict(const struct sabin_eq_input *in, struct sabin_correction_file *file)
{
	enum sabin_err err = SABIN_OK;
	for (size_t s = 0; s < in->speaker_count && !err; s++) {
		const struct sabin_eq_speaker *speaker = &in->speakers[s];
		struct sabin_correction_channel *c = &file->correction.channels[s];
		struct sabin_correction_origin *origin = &file->origins[s];
		bool all = origin->count > 0;
		for (size_t p = 0; p < speaker->place_count && !err; p++) {
			if (speaker->places[p].h)
				err = predict_place(in, c, file->fir,
				                    (size_t)(speaker->places - in->places) + p,
				                    &origin->places[p]);
			all = all && origin->places[p].predicted_db;
		}
		if (!err && all)
			take_mean(c, origin);
	}
	return err;
}
