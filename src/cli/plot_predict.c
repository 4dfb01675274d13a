/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot_predict.c: predicted responses for charts of a room file.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/plot_predict.h"
#include "cli/predict.h"
#include "cli/talk.h"

static enum sabin_err predict_one(const struct sabin_roomfile *room, struct sabin_measured *measured,
                                  const struct sabin_response_options *options,
                                  struct sabin_response_item *item, struct sabin_diag *diag)
{
	const struct sabin_predict_options p = {.method = SABIN_PREDICT_HYBRID, .length_s = NAN,
	                                        .rate_hz = room->audio.rate_hz, .air = true};
	struct sabin_response_options o = *options;
	item->measured = measured;
	enum sabin_err err = sabin_predict(room, (size_t)sabin_roomfile_speaker(room, measured->speaker),
	                                   (size_t)sabin_roomfile_position(room, measured->position), &p,
	                                   &item->h, &item->frames, measured, diag);
	if (err)
		return err;
	o.to_hz = fmin(o.to_hz, p.rate_hz / 2);
	err = sabin_response_compute(item->h, item->frames, p.rate_hz, measured->arrival_s.value * p.rate_hz, 0,
	                             &o, &item->response);
	if (err)
		return sabin_diag_set(diag, err == SABIN_ENOMEM ? err : SABIN_EFORMAT, room->path, 0, 0,
		                      "%s at %s has no frequency response: %s", measured->speaker,
		                      measured->position, sabin_strerror(err));
	return SABIN_OK;
}

enum sabin_err sabin_plot_predict(const struct sabin_roomfile *room, struct sabin_measurement *m,
                                  const struct sabin_response_options *options,
                                  struct sabin_responses *out, struct sabin_diag *diag)
{
	*out = (struct sabin_responses){.options = *options};
	out->item = calloc(m->response_count + 1, sizeof *out->item);
	if (!out->item)
		return SABIN_ENOMEM;
	out->count = m->response_count;
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < out->count && !err; i++) {
		sabin_progress("predicting", (double)i / (double)out->count);
		err = predict_one(room, &m->responses[i], options, &out->item[i], diag);
	}
	sabin_progress_end();
	return err;
}
