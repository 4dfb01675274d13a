/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advise_extend.c: what may be moved where, and what an equaliser would do, for sabin_advise().
 */
#include <math.h>
#include <strings.h>

#include "cli/advise_scene.h"
#include "cli/eq_input.h"

static const double range_hz[2] = {20, 20000};

/* ---- moving --------------------------------------------------------------------------------------------------- */

static int index_of(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

static enum sabin_err plan_moves(struct sabin_advise_scene *scene)
{
	const struct sabin_roomfile *file = &scene->side->room;
	bool *all = malloc(file->speaker_count + file->position_count + 1);
	if (!all)
		return SABIN_ENOMEM;
	memset(all, true, file->speaker_count + file->position_count + 1);
	const enum sabin_err err = sabin_roomfile_place(file, all, all, &scene->plan);
	free(all);
	if (err)
		return err == SABIN_EINVAL ? SABIN_OK : err;
	scene->place.spec = &scene->plan.spec;
	for (size_t s = 0; s < SABIN_PLACE_SOURCES_MAX; s++)
		scene->place.speaker[s] =
		    s < scene->plan.spec.source_count
		        ? index_of((const char *const *)scene->speaker_name, scene->scene.speaker_count,
		                   file->speakers[scene->plan.speaker[s]].name)
		        : -1;
	scene->place.listener = index_of((const char *const *)scene->position_name, scene->scene.position_count,
	                                 file->positions[scene->plan.listener].name);
	scene->scene.place = &scene->place;
	return SABIN_OK;
}

/* ---- equalising ------------------------------------------------------------------------------------------------- */

/* What sabin eq makes of it by default; filters are joined with subwoofers as there. */
static enum sabin_err design(struct sabin_advise_scene *scene, const struct sabin_eq_input *in)
{
	const size_t count = in->speaker_count;
	struct sabin_eq_options o = sabin_eq_defaults();
	struct sabin_integration joined;
	memcpy(o.range_hz, in->range_hz, sizeof o.range_hz);
	o.rate_hz = in->rate_hz;
	if (sabin_correction_joinable(in->speakers, count))
		o.crossover_hz = SABIN_EQ_CROSSOVER_HZ;
	enum sabin_err err = sabin_correction_compute(in->speakers, count, &o, &scene->correction);
	if (!err && o.crossover_hz > 0)
		err = sabin_correction_integrate(&scene->correction, in->speakers, o.crossover_hz, &joined);
	scene->channel_speaker = calloc(count, sizeof *scene->channel_speaker);
	if (err || !scene->channel_speaker)
		return err ? err : SABIN_ENOMEM;
	for (size_t c = 0; c < count; c++) {
		scene->channel_speaker[c] = index_of((const char *const *)scene->speaker_name,
		                                     scene->scene.speaker_count, in->speakers[c].name);
		if (in->speakers[c].place_count > scene->corrected.positions)
			scene->corrected.positions = in->speakers[c].place_count;
	}
	scene->corrected.correction = &scene->correction;
	scene->corrected.speaker = scene->channel_speaker;
	scene->scene.correction = &scene->corrected;
	return SABIN_OK;
}

static enum sabin_err correct(struct sabin_advise_scene *scene)
{
	static const struct sabin_list all = {.count = 0};
	const struct sabin_side *side = scene->side;
	struct sabin_eq_input in;
	enum sabin_err err = SABIN_OK;
	if (sabin_eq_input_measurement("advise", side->path, side->speakers ? side->speakers : &all,
	                               side->positions ? side->positions : &all, side->calibration, range_hz,
	                               SABIN_EQ_MODES | SABIN_EQ_TRUSTED, &in) < 0)
		err = design(scene, &in);
	sabin_eq_input_release(&in);
	return err == SABIN_ENOMEM ? err : SABIN_OK; /* else nothing is said about it */
}

enum sabin_err sabin_advise_scene_extend(struct sabin_advise_scene *scene)
{
	enum sabin_err err = scene->side->has_room ? plan_moves(scene) : SABIN_OK;
	if (!err && !scene->through)
		err = correct(scene);
	return err;
}
