/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advise_scene.c: a measurement as sabin_advise() wants to see it.
 */
#include <math.h>
#include <strings.h>

#include "cli/advise_scene.h"
#include "io/ways.h"

static const double gate_s = 0.004; /* of the direct sound: before most reflections of most rooms */

/* Index of a name among those seen so far, added where it is new. */
static size_t index_of(const char **names, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcasecmp(names[i], name) == 0)
			return i;
	names[*count] = name;
	return (*count)++;
}

static void take_speaker(const struct sabin_side *side, struct sabin_advise_scene *out, size_t i)
{
	struct sabin_advice_speaker *to = &out->speaker[i];
	const int at = side->has_room ? sabin_roomfile_speaker(&side->room, out->speaker_name[i]) : -1;
	*to = (struct sabin_advice_speaker){.position_m = {NAN, NAN, NAN}, .partner = -1, .range_hz = {NAN, NAN}};
	if (at < 0)
		return;
	const struct sabin_speaker *from = &side->room.speakers[at];
	memcpy(to->position_m, from->position_m, sizeof to->position_m);
	memcpy(to->range_hz, from->range_hz, sizeof to->range_hz);
	if (sabin_roomfile_directivity(from, &out->directivity[i]))
		to->directivity = &out->directivity[i];
}

/* The partner that the room file names; without a room file, left and right by their names. */
static void take_partners(const struct sabin_side *side, struct sabin_advise_scene *out)
{
	for (size_t i = 0; i < out->scene.speaker_count; i++) {
		const char *partner = NULL;
		const int at = side->has_room ? sabin_roomfile_speaker(&side->room, out->speaker_name[i]) : -1;
		if (at >= 0 && side->room.speakers[at].pair[0])
			partner = side->room.speakers[at].pair;
		else if (!side->has_room && strcasecmp(out->speaker_name[i], "left") == 0)
			partner = "right";
		for (size_t k = 0; partner && k < out->scene.speaker_count; k++)
			if (strcasecmp(out->speaker_name[k], partner) == 0 && k != i) {
				out->speaker[i].partner = (int)k;
				if (out->speaker[k].partner < 0)
					out->speaker[k].partner = (int)i;
			}
	}
}

static void take_position(const struct sabin_side *side, struct sabin_advise_scene *out, size_t i)
{
	const int at = side->has_room ? sabin_roomfile_position(&side->room, out->position_name[i]) : -1;
	for (int a = 0; a < 3; a++)
		out->position_m[i][a] = at < 0 ? (double)NAN : side->room.positions[at].position_m[a];
}

static enum sabin_err take_modes(struct sabin_side *side, struct sabin_advise_scene *out, size_t i)
{
	struct sabin_modefit *fit = &side->item[i].modes;
	if (!side->has_room || fit->count == 0)
		return SABIN_OK;
	out->matches[i] = calloc(fit->count, sizeof **out->matches);
	return out->matches[i] ? sabin_modefit_match(fit, side->room.room.size_m, side->speed_m_s, out->matches[i])
	                       : SABIN_ENOMEM;
}

/* A subwoofer, the more so behind a crossover, plays little of 20 Hz to 20 kHz, where the noise is: the mean over the
 * octaves of which it plays a quarter and more. */
static struct sabin_quantity played_snr(const struct sabin_side *side, const struct sabin_measured *m)
{
	const int at = side->has_room ? sabin_roomfile_speaker(&side->room, m->speaker) : -1;
	const double *range_hz = at >= 0 ? side->room.speakers[at].range_hz : NULL;
	const double quarter = pow(2, 0.25);
	double sum = 0, error = 0;
	size_t n = 0;
	for (size_t b = 0; range_hz && range_hz[1] < SABIN_BASS_TO_HZ && b < m->verdict.snr_band_count; b++) {
		const struct sabin_quantity q = m->verdict.snr_bands[b].snr_db;
		const double hz = m->verdict.snr_bands[b].centre_hz;
		if (!q.valid || hz / quarter > range_hz[1] || hz * quarter < range_hz[0])
			continue;
		sum += q.value;
		error += q.plus_minus * q.plus_minus;
		n++;
	}
	return n > 0 ? sabin_quantity_valid(sum / (double)n, sqrt(error) / (double)n) : m->verdict.snr_db;
}

static enum sabin_err take_response(struct sabin_side *side, struct sabin_advise_scene *out, size_t i)
{
	struct sabin_side_item *item = &side->item[i];
	const struct sabin_measured *m = item->measured;
	const double zero = (double)m->zero_index + m->zero_offset_s * m->rate_hz;
	sabin_ways_match(side->has_room ? &side->room : NULL, m, &item->reflections);
	const enum sabin_err err = take_modes(side, out, i);
	if (err)
		return err;
	if (m->through && !out->through)
		out->through = m->through;
	out->response[i] = (struct sabin_advice_response){
	    .speaker = index_of(out->speaker_name, &out->scene.speaker_count, m->speaker),
	    .position = index_of(out->position_name, &out->scene.position_count, m->position),
	    .trustworthy = m->verdict.trustworthy,
	    .clipped_samples = m->verdict.clipped_samples,
	    .polarity = item->analysis.arrival.polarity,
	    .skew_ppm = m->verdict.skew_ppm,
	    .snr_db = played_snr(side, m),
	    .arrival_s = m->zero == SABIN_ZERO_EMISSION
	                     ? m->arrival_s
	                     : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
	    .h = item->response->h,
	    .frames = item->response->frames,
	    .rate_hz = m->rate_hz,
	    .direct = zero + m->arrival_s.value * m->rate_hz,
	    .dbspl_at_0db = m->dbspl_at_0dbfs,
	    .repeated = isfinite(m->verdict.repeatability_db.value),
	    .analysis = &item->analysis,
	    .noise = item->has_noise ? &item->noise : NULL,
	    .reflections = item->reflections.limit_s > 0 ? &item->reflections : NULL,
	    .modes = item->modes.count > 0 ? &item->modes : NULL,
	    .matches = out->matches[i],
	    .response = &item->response->response,
	    .gated = &out->gated.item[i].response,
	};
	return SABIN_OK;
}

static enum sabin_err gate(const struct sabin_side *side, const char *calibration, struct sabin_advise_scene *out,
                           struct sabin_diag *diag)
{
	struct sabin_response_options o = sabin_response_defaults();
	o.window_s = gate_s;
	o.left_window_s = gate_s / 4;
	o.smoothing_oct = 1.0 / 3;
	o.points_per_octave = 12;
	o.from_hz = 200;
	o.to_hz = 20000;
	size_t *chosen = calloc(side->count, sizeof *chosen);
	if (!chosen)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < side->count; i++) {
		chosen[i] = (size_t)(side->item[i].measured - side->measurement.responses);
		o.to_hz = fmin(o.to_hz, 0.49 * side->item[i].measured->rate_hz);
	}
	const enum sabin_err err = sabin_responses_compute(&side->measurement, side->has_room ? &side->room : NULL,
	                                                   chosen, side->count, &o, calibration, &out->gated, diag);
	free(chosen);
	return err;
}

/* A room file that is there and cannot be read is said to be so. */
static void note_room(struct sabin_advise_scene *out)
{
	const struct sabin_measurement *m = &out->side->measurement;
	struct sabin_roomfile room = {0};
	struct sabin_diag diag = {0};
	if (out->side->has_room || !m->directory || sabin_measurement_room(m, NULL, &room, &diag) != SABIN_EFORMAT)
		return;
	out->scene.room_spoilt = true;
	snprintf(out->room_why, sizeof out->room_why, "room.yaml:%d:%d: %s", diag.line, diag.column, diag.message);
}

enum sabin_err sabin_advise_scene_of(struct sabin_side *side, const char *calibration, struct sabin_advise_scene *out,
                              struct sabin_diag *diag)
{
	const size_t n = side->count;
	*out = (struct sabin_advise_scene){.side = side};
	out->speaker = calloc(n, sizeof *out->speaker);
	out->speaker_name = calloc(n, sizeof *out->speaker_name);
	out->position_m = calloc(n, sizeof *out->position_m);
	out->position_name = calloc(n, sizeof *out->position_name);
	out->response = calloc(n, sizeof *out->response);
	out->directivity = calloc(n, sizeof *out->directivity);
	out->matches = calloc(n, sizeof *out->matches);
	if (!out->speaker || !out->speaker_name || !out->position_m || !out->position_name || !out->response ||
	    !out->directivity || !out->matches)
		return SABIN_ENOMEM;
	enum sabin_err err = gate(side, calibration, out, diag);
	for (size_t i = 0; !err && i < n; i++)
		err = take_response(side, out, i);
	for (size_t i = 0; !err && i < out->scene.speaker_count; i++)
		take_speaker(side, out, i);
	for (size_t i = 0; !err && i < out->scene.position_count; i++)
		take_position(side, out, i);
	if (err)
		return err;
	take_partners(side, out);
	note_room(out);
	out->scene.corrected = out->through != NULL;
	out->scene.room = side->has_room ? &side->room.room : NULL;
	out->scene.speaker = out->speaker;
	out->scene.position_m = (const double(*)[3])out->position_m;
	out->scene.response = out->response;
	out->scene.response_count = n;
	return SABIN_OK;
}

void sabin_advise_scene_release(struct sabin_advise_scene *scene)
{
	for (size_t i = 0; scene->matches && scene->side && i < scene->side->count; i++)
		free(scene->matches[i]);
	free(scene->matches);
	free(scene->speaker);
	free(scene->speaker_name);
	free(scene->position_m);
	free(scene->position_name);
	free(scene->response);
	free(scene->directivity);
	sabin_responses_release(&scene->gated);
	sabin_roomfile_place_release(&scene->plan);
	sabin_correction_free(&scene->correction);
	free(scene->channel_speaker);
	*scene = (struct sabin_advise_scene){0};
}
