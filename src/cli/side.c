/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * side.c: reading a measurement for a comparison.
 */
#include <math.h>

#include "cli/part_noise.h"
#include "cli/pool.h"
#include "cli/show.h"
#include "cli/side.h"
#include "cli/talk.h"
#include "io/trust.h"

/* What comes before the first reflections of most rooms, where it is short against them. */
static const double direct_s = 0.0025, direct_from_hz = 1000, direct_to_hz = 8000;

/* Mean power of the direct sound: what neither treatment nor noise changes. */
static enum sabin_err find_direct(struct sabin_side *side, const size_t *chosen,
                                  const char *calibration, struct sabin_diag *diag)
{
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_responses direct = {0};
	o.window_s = direct_s;
	o.left_window_s = direct_s / 5;
	o.smoothing_oct = 1;
	o.points_per_octave = 12;
	o.from_hz = direct_from_hz;
	o.to_hz = direct_to_hz;
	enum sabin_err err =
	    sabin_responses_compute(&side->measurement, side->has_room ? &side->room : NULL, chosen,
	                            side->count, &o, calibration, &direct, diag);
	for (size_t i = 0; !err && i < side->count; i++) {
		const struct sabin_response *r = &direct.item[i].response;
		const struct sabin_trust *trust = &direct.item[i].trust;
		double power = 0, noise = 0;
		side->item[i].direct_db = side->item[i].direct_error_db = NAN;
		if (trust->above && trust->to_hz < direct_to_hz)
			continue; /* a subwoofer */
		for (size_t k = 0; k < r->length; k++) {
			power += pow(10, r->level_db[k] / 10) / (double)r->length;
			noise += pow(10, direct.item[i].noise_bound_db[k] / 10) / (double)r->length;
		}
		if (!(power > 0))
			continue;
		side->item[i].direct_db = 10 * log10(power);
		side->item[i].direct_error_db = sabin_response_error_db(
		    10 * log10(power), 10 * log10(noise), direct_to_hz - direct_from_hz, direct_s);
	}
	sabin_responses_release(&direct);
	return err;
}

struct sabin_analysis_options sabin_side_octaves(const struct sabin_measurement *m,
                                                 const struct sabin_measured *r,
                                                 const struct sabin_roomfile *room)
{
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(m, r, room, excited_hz, played_hz);
	return (struct sabin_analysis_options){
	    .fraction = 1,
	    .from_hz = 63,
	    .to_hz = 8000,
	    .noise = SABIN_NOISE_FULL,
	    .excited_from_hz = excited_hz[0],
	    .excited_to_hz = excited_hz[1],
	    .played_from_hz = played_hz[0],
	    .played_to_hz = played_hz[1],
	    .stray = sabin_measurement_stray(m, r),
	};
}

/* What a response does not carry is left out of the comparison. */
static enum sabin_err unless_memory(enum sabin_err err)
{
	return err == SABIN_ENOMEM ? err : SABIN_OK;
}

/* As `analyze` has them: where the room has one mode, several of the fit are none that decays as one. */
static enum sabin_err match_modes(const struct sabin_side *side, struct sabin_modefit *fit)
{
	if (!side->has_room || fit->count == 0)
		return SABIN_OK;
	struct sabin_mode_match *matches = calloc(fit->count, sizeof *matches);
	const enum sabin_err err =
	    matches ? sabin_modefit_match(fit, side->room.room.size_m, side->speed_m_s, matches) : SABIN_ENOMEM;
	free(matches);
	return unless_memory(err);
}

static enum sabin_err read_events(const struct sabin_side *side, struct sabin_side_item *item)
{
	const struct sabin_response_item *r = item->response;
	const struct sabin_measured *m = item->measured;
	/* both sides in one range, so that levels re its mean mean the same */
	struct sabin_modefit_options range = sabin_modefit_range(NAN, NAN);
	double excited_hz[2], played_hz[2];
	const double zero = (double)m->zero_index + m->zero_offset_s * m->rate_hz;
	const double direct = zero + m->arrival_s.value * m->rate_hz;
	enum sabin_err err = SABIN_OK;
	sabin_trust_ranges(&side->measurement, m, side->has_room ? &side->room : NULL, excited_hz, played_hz);
	if (sabin_trust_modes(played_hz, &range))
		err = unless_memory(sabin_modefit_compute(r->h, r->frames, m->rate_hz, item->analysis.arrival.onset,
		                                          &range, &item->modes));
	if (!err)
		err = match_modes(side, &item->modes);
	if (!err && sabin_trust_reflections(played_hz))
		err = unless_memory(sabin_reflections_compute(r->h, r->frames, m->rate_hz, direct,
		                                              side->speed_m_s, &item->reflections));
	return err;
}

static enum sabin_err read_noise(const struct sabin_side *side, size_t index,
                                 struct sabin_side_item *item, struct sabin_diag *diag)
{
	struct sabin_part_input input = {.measurement = &side->measurement,
	                                 .measured = item->measured};
	double *noise = NULL;
	enum sabin_err err =
	    sabin_measurement_noise(&side->measurement, index, &noise, &input.noise_frames, diag);
	input.noise = noise;
	if (!err && noise && input.noise_frames > 0) {
		err = sabin_part_noise_of(&input, &item->noise, diag);
		item->has_noise = !err;
	}
	free(noise);
	return err;
}

static enum sabin_err read_item(struct sabin_side *side, size_t index, struct sabin_side_item *item,
                                struct sabin_diag *diag)
{
	const struct sabin_response_item *r = item->response;
	const struct sabin_analysis_options o =
	    sabin_side_octaves(&side->measurement, r->measured, side->has_room ? &side->room : NULL);
	item->measured = r->measured;
	const struct sabin_sti_options excited = {o.excited_from_hz, o.excited_to_hz, o.played_from_hz,
	                                          o.played_to_hz, o.stray};
	enum sabin_err err =
	    sabin_analysis_compute(r->h, r->frames, r->measured->rate_hz, &o, &item->analysis);
	if (err)
		return sabin_diag_set(diag, err == SABIN_ENOMEM ? err : SABIN_EFORMAT,
		                      r->measured->file, 0, 0, "cannot be analysed: %s",
		                      sabin_strerror(err));
	item->sti.sti = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	err = unless_memory(sabin_sti_compute(r->h, r->frames, r->measured->rate_hz,
	                                      item->analysis.arrival.onset, &excited, &item->sti));
	if (!err)
		err = read_events(side, item);
	if (!err)
		err = read_noise(side, index, item, diag);
	return err;
}

struct reading {
	struct sabin_side *side;
	const size_t *chosen;
};

static enum sabin_err read_one(void *context, size_t index, size_t worker, struct sabin_diag *diag)
{
	const struct reading *reading = context;
	(void)worker;
	return read_item(reading->side, reading->chosen[index], &reading->side->item[index], diag);
}

static enum sabin_err read_all(struct sabin_side *side, const size_t *chosen,
                               const char *calibration, struct sabin_diag *diag)
{
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_diag quiet; /* without a room file less is known */
	if (side->count > 1)
		sabin_progress("reading", 0); /* the responses come before the pool, and take their time */
	side->has_room = side->measurement.directory &&
	                 !sabin_measurement_room(&side->measurement, NULL, &side->room, &quiet);
	side->speed_m_s = sabin_speed_of_sound(side->has_room ? side->room.room.temperature_c : 20);
	side->item = calloc(side->count, sizeof *side->item);
	enum sabin_err err = side->item ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		err = sabin_responses_compute(&side->measurement,
		                              side->has_room ? &side->room : NULL, chosen,
		                              side->count, &o, calibration, &side->responses, diag);
	if (!err)
		err = find_direct(side, chosen, calibration, diag);
	for (size_t i = 0; !err && i < side->count; i++)
		side->item[i].response = &side->responses.item[i];
	struct reading reading = {side, chosen};
	return err ? err : sabin_pool_run(side->count, sabin_workers(side->count), read_one, &reading, "reading", diag);
}

int sabin_side_open(const char *command, const char *path, const struct sabin_list *speakers,
                    const struct sabin_list *positions, const char *calibration,
                    struct sabin_side *out)
{
	struct sabin_diag diag = {0};
	size_t *chosen = NULL;
	out->path = path;
	out->speakers = speakers;
	out->positions = positions;
	out->calibration = calibration;
	int status = sabin_choose(command, path, speakers, positions, &out->measurement, &chosen,
	                          &out->count);
	if (status < 0) {
		const enum sabin_err err = read_all(out, chosen, calibration, &diag);
		if (err)
			status = sabin_fail_input(command, err, &diag);
	}
	free(chosen);
	return status;
}

void sabin_side_release(struct sabin_side *side)
{
	for (size_t i = 0; side->item && i < side->count; i++) {
		sabin_analysis_free(&side->item[i].analysis);
		sabin_modefit_free(&side->item[i].modes);
	}
	free(side->item);
	sabin_responses_release(&side->responses);
	sabin_roomfile_release(&side->room);
	sabin_measurement_release(&side->measurement);
	*side = (struct sabin_side){0};
}
