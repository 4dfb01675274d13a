/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * through.c: playing through a correction.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/convolve.h>
#include <sabin/correction.h>
#include <sabin/window.h>

#include "audio/through.h"

/* Where the tail of a correction does not fit any more it ends without a step. */
static const size_t fade_frames = 64;

enum sabin_err sabin_through_new(const struct sabin_correction_file *correction,
                                 const struct sabin_roomfile *room, const bool *wanted,
                                 double rate_hz, struct sabin_through *out,
                                 struct sabin_diag *diag)
{
	*out = (struct sabin_through){.count = room->speaker_count};
	out->h = calloc(out->count, sizeof *out->h);
	out->n = calloc(out->count, sizeof *out->n);
	enum sabin_err err = out->h && out->n ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; i < out->count && !err; i++) {
		if (!wanted[i])
			continue;
		const char *name = room->speakers[i].name;
		const long channel = sabin_correction_channel(&correction->correction, name);
		if (channel < 0) {
			err = sabin_diag_set(diag, SABIN_EFORMAT, correction->path, 0, 0,
			                     "has no channel for the speaker '%s'", name);
			sabin_diag_advise(diag, "measure with --speaker those that it has; the first is '%s'",
			                  correction->correction.channels[0].speaker);
			break;
		}
		err = sabin_correction_response(correction, (size_t)channel, rate_hz, &out->h[i],
		                                &out->n[i], diag);
	}
	return err;
}

void sabin_through_release(struct sabin_through *through)
{
	for (size_t i = 0; through->h && i < through->count; i++)
		free(through->h[i]);
	free(through->h);
	free(through->n);
	*through = (struct sabin_through){0};
}

void sabin_through_uncrossed(const struct sabin_correction_file *correction, const char *speaker, double rate_hz,
                             double uncrossed_hz[2])
{
	static const double taken_db = 0.5, from_hz = 10, step = 0.0025; /* of the crossover; of log2 f */
	const long channel = sabin_correction_channel(&correction->correction, speaker);
	double first_hz = INFINITY, last_hz = 0;
	uncrossed_hz[0] = 0;
	uncrossed_hz[1] = INFINITY;
	if (channel < 0)
		return;
	const long points = lrint(log2(rate_hz / 2.5 / from_hz) / step);
	for (long i = 0; i <= points; i++) {
		const double f_hz = from_hz * exp2(step * (double)i);
		if (sabin_correction_crossover_db(&correction->correction.channels[channel], rate_hz, f_hz) < -taken_db)
			continue;
		first_hz = fmin(first_hz, f_hz);
		last_hz = f_hz;
	}
	if (first_hz > from_hz)
		uncrossed_hz[0] = first_hz;
	if (last_hz < from_hz * exp2(step * (double)points))
		uncrossed_hz[1] = last_hz;
}

enum sabin_err sabin_through_apply(const struct sabin_through *through, size_t speaker,
                                   const double *x, size_t n, size_t most, double **out,
                                   size_t *frames)
{
	enum sabin_err err = sabin_convolve(x, n, through->h[speaker], through->n[speaker], out);
	if (err)
		return err;
	const size_t all = n + through->n[speaker] - 1;
	*frames = all < most ? all : most;
	sabin_window_taper(*out, *frames, 0, *frames < fade_frames ? *frames : fade_frames);
	return SABIN_OK;
}
