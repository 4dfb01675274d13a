/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * through.c: playing through a correction.
 */
#include <stdlib.h>

#include <sabin/convolve.h>
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
