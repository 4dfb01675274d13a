/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advise_extend.c: what may be moved where, and what an equaliser would do, for sabin_advise().
 */
#include <math.h>
#include <strings.h>

#include <sabin/curve.h>

#include "cli/advise_scene.h"
#include "cli/eq_input.h"

static const double from_hz = 20, to_hz = 20000, edge_share = 0.45;
enum { MODES_MAX = 24 };

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

struct work {
	struct sabin_advise_scene *scene;
	struct sabin_eq_input grid; /* of it, what sabin_eq_input_levels() reads */
	struct sabin_eq_speaker *speaker;
	struct sabin_correctable_place *place; /* [side.count] */
	struct sabin_eq_mode *modes;           /* [side.count][MODES_MAX] */
	double *level_db;                      /* [side.count][grid.length] */
	size_t places;
};

static enum sabin_err work_init(struct sabin_advise_scene *scene, struct work *w)
{
	const size_t n = scene->side->count;
	*w = (struct work){.scene = scene};
	double rate_hz = INFINITY;
	for (size_t i = 0; i < n; i++)
		rate_hz = fmin(rate_hz, scene->response[i].rate_hz);
	w->grid.rate_hz = rate_hz;
	w->grid.range_hz[0] = from_hz;
	w->grid.range_hz[1] = fmin(to_hz, edge_share * rate_hz);
	w->grid.length = sabin_eq_grid(w->grid.range_hz[0], w->grid.range_hz[1], NULL);
	w->grid.microphone_db = calloc(n * w->grid.length, sizeof *w->grid.microphone_db);
	w->speaker = calloc(scene->scene.speaker_count, sizeof *w->speaker);
	w->place = calloc(n, sizeof *w->place);
	w->modes = calloc(n * MODES_MAX, sizeof *w->modes);
	w->level_db = calloc(n * w->grid.length, sizeof *w->level_db);
	scene->channel_speaker = calloc(scene->scene.speaker_count, sizeof *scene->channel_speaker);
	return w->grid.microphone_db && w->speaker && w->place && w->modes && w->level_db && scene->channel_speaker
	           ? SABIN_OK
	           : SABIN_ENOMEM;
}

static void work_release(struct work *w)
{
	free(w->grid.microphone_db);
	free(w->speaker);
	free(w->place);
	free(w->modes);
	free(w->level_db);
}

static enum sabin_err add_place(struct work *w, size_t i, struct sabin_eq_speaker *to)
{
	const struct sabin_response_item *item = w->scene->side->item[i].response;
	const struct sabin_advice_response *r = &w->scene->response[i];
	const size_t at = w->places, n = w->grid.length;
	double *level = w->level_db + at * n;
	if (item->microphone_db)
		for (size_t k = 0; k < n; k++)
			w->grid.microphone_db[at * n + k] =
			    sabin_curve_at(item->response.freq_hz, item->microphone_db, item->response.length,
			                   w->grid.range_hz[0] * exp2((double)k / 48));
	const enum sabin_err err =
	    sabin_eq_input_levels(&w->grid, at, r->h, r->frames, r->rate_hz, r->direct, level);
	if (err)
		return err;
	w->place[w->places++] = (struct sabin_correctable_place){level, r->h, r->frames, r->rate_hz, r->direct};
	to->place_count++;
	to->low_hz = fmax(to->low_hz, item->trust.from_hz);
	to->high_hz = fmin(to->high_hz, item->trust.to_hz);
	if (r->modes)
		to->mode_count += sabin_eq_input_modes(r->modes, (struct sabin_eq_mode *)to->modes + to->mode_count,
		                                       MODES_MAX - to->mode_count);
	return SABIN_OK;
}

/* The speakers that have a response to be trusted, in the scene's order; their number. */
static enum sabin_err gather(struct work *w, size_t *count)
{
	const struct sabin_advice_scene *scene = &w->scene->scene;
	*count = 0;
	for (size_t s = 0; s < scene->speaker_count; s++) {
		struct sabin_eq_speaker *to = &w->speaker[*count];
		*to = (struct sabin_eq_speaker){.name = w->scene->speaker_name[s],
		                                .places = w->place + w->places,
		                                .high_hz = INFINITY,
		                                .pair = -1,
		                                .modes = w->modes + *count * MODES_MAX,
		                                .travel_s = NAN};
		for (size_t i = 0; i < scene->response_count; i++) {
			if (scene->response[i].speaker != s || !scene->response[i].trustworthy)
				continue;
			const enum sabin_err err = add_place(w, i, to);
			if (err)
				return err;
		}
		if (to->place_count == 0)
			continue;
		w->scene->corrected.positions = to->place_count > w->scene->corrected.positions
		                                    ? to->place_count
		                                    : w->scene->corrected.positions;
		w->scene->channel_speaker[(*count)++] = (int)s;
	}
	for (size_t c = 0; c < *count; c++)
		for (size_t d = 0; d < *count; d++)
			if (scene->speaker[w->scene->channel_speaker[c]].partner == w->scene->channel_speaker[d])
				w->speaker[c].pair = (long)d;
	return SABIN_OK;
}

static enum sabin_err correct(struct sabin_advise_scene *scene)
{
	struct work w;
	size_t count = 0;
	struct sabin_eq_options o = sabin_eq_defaults();
	enum sabin_err err = work_init(scene, &w);
	if (!err)
		err = gather(&w, &count);
	if (!err && count > 0) {
		memcpy(o.range_hz, w.grid.range_hz, sizeof o.range_hz);
		o.rate_hz = w.grid.rate_hz;
		err = sabin_correction_compute(w.speaker, count, &o, &scene->correction);
	}
	if (!err && count > 0) {
		scene->corrected.correction = &scene->correction;
		scene->corrected.speaker = scene->channel_speaker;
		scene->scene.correction = &scene->corrected;
	}
	work_release(&w);
	return err == SABIN_ENOMEM ? err : SABIN_OK; /* else nothing is said about it */
}

enum sabin_err sabin_advise_scene_extend(struct sabin_advise_scene *scene)
{
	enum sabin_err err = scene->side->has_room ? plan_moves(scene) : SABIN_OK;
	if (!err)
		err = correct(scene);
	return err;
}
