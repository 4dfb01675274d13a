/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit.c: a room fitted to what was measured in it.
 *
 * Sizes come first (roomfit_size.c).  Absorption follows from decays (roomfit_decay.c).
 */
#include <math.h>

#include <sabin/modefit.h>
#include <sabin/parameters.h>

#include "advice/roomfit.h"
#include "room/modes.h"
#include "room/path.h"

static const double echo_least_db = -22, echo_last_s = 0.025;
static const double bare = 0.02;      /* exponent of a band that absorbs nothing in the file */
static const double exponent_least = 1e-4, exponent_most = 4; /* alpha 0.98 */
/* Where a room has more modes than so many they overlap and tell little of its size. */
static const double modes_told = 50, modes_to_least_hz = 80;
enum { MODES_FROM_MAX = 6 }; /* responses in which modes are looked for */
/* Shares of the work, as it takes on average. */
static const double seen_share = 0.3, sizes_share = 0.5;

bool fit_goes_on(const struct fit_watch *watch, double done)
{
	return !watch->progress ||
	       watch->progress(watch->user, watch->from + (watch->to - watch->from) * done);
}

/* ---- what is seen ---------------------------------------------------------------------------------- */

static enum sabin_err see_modes(struct fit_seen *seen, size_t r, const struct sabin_analysis *analysis)
{
	const struct sabin_roomfit_response *p = &seen->response[r];
	struct sabin_modefit_options options =
	        sabin_modefit_range_of(analysis, room_volume_m3(seen->room));
	while (options.to_hz > modes_to_least_hz &&
	       modes_count(seen->room->size_m, options.to_hz, seen->speed_m_s) > modes_told)
		options.to_hz = fmax(modes_to_least_hz, 0.97 * options.to_hz);
	struct sabin_modefit fit = {0};
	const enum sabin_err err = sabin_modefit_compute(p->h, p->frames, p->rate_hz,
	                                                 analysis->arrival.onset, &options, &fit);
	for (size_t i = 0; !err && i < fit.count; i++) {
		const struct sabin_fitted_mode *m = &fit.modes[i];
		if (!m->frequency_hz.valid || m->cluster || seen->modes == FIT_MODES_MAX)
			continue;
		const double sigma = m->frequency_hz.plus_minus;
		seen->mode[seen->modes++] =
		        (struct fit_mode){r, m->frequency_hz.value, isfinite(sigma) ? sigma : 0};
	}
	seen->to_hz = fmax(seen->to_hz, options.to_hz);
	sabin_modefit_free(&fit);
	return err == SABIN_ENOMEM ? err : SABIN_OK; /* where none can be read there are none */
}

static enum sabin_err see_echoes(struct fit_seen *seen, size_t r, const struct sabin_analysis *analysis)
{
	const struct sabin_roomfit_response *p = &seen->response[r];
	struct sabin_reflections found;
	const enum sabin_err err =
	        sabin_reflections_compute(p->h, p->frames, p->rate_hz, analysis->arrival.position,
	                                  seen->speed_m_s, &found);
	for (size_t i = 0; !err && i < found.count; i++) {
		const struct sabin_reflection *e = &found.item[i];
		if (e->level_db.value < echo_least_db || e->time_s.value > echo_last_s ||
		    seen->echoes == FIT_ECHOES_MAX)
			continue;
		seen->echo[seen->echoes++] =
		        (struct fit_echo){r, e->extra_m.value, e->level_db.value};
	}
	return err == SABIN_ENOMEM ? err : SABIN_OK;
}

enum sabin_err fit_analyse(const double *h, size_t n, double rate_hz, double to_hz, struct sabin_analysis *out)
{
	const struct sabin_analysis_options options = {.fraction = 1, .from_hz = 63, .to_hz = to_hz,
	                                               .noise = SABIN_NOISE_FULL,
	                                               .excited_to_hz = (double)INFINITY};
	return sabin_analysis_compute(h, n, rate_hz, &options, out);
}

static const struct sabin_band_result *octave(const struct sabin_analysis *analysis, int k)
{
	for (size_t b = 0; b < analysis->band_count; b++)
		if (analysis->bands[b].band.nominal_hz == room_octave_hz[k])
			return &analysis->bands[b];
	return NULL;
}

void fit_times(const struct sabin_analysis *analysis, const bool t30[], bool simulated, double time_s[])
{
	for (int k = 0; k < SABIN_ABSORPTION_BANDS; k++) {
		const struct sabin_band_result *band = octave(analysis, k);
		const struct sabin_quantity *t = band ? &band->value[t30[k] ? SABIN_T30 : SABIN_T20] : NULL;
		time_s[k] = t && (t->valid || simulated) ? t->value : (double)NAN;
	}
}

static enum sabin_err see(struct fit_seen *seen, const struct fit_watch *watch)
{
	for (size_t r = 0; r < seen->responses; r++) {
		const struct sabin_roomfit_response *p = &seen->response[r];
		struct sabin_analysis analysis;
		if (!fit_goes_on(watch, (double)r / (double)seen->responses))
			return SABIN_EINTR;
		enum sabin_err err = fit_analyse(p->h, p->frames, p->rate_hz, 8000, &analysis);
		if (err)
			return err;
		for (int k = 0; k < SABIN_ABSORPTION_BANDS; k++) {
			const struct sabin_band_result *band = octave(&analysis, k);
			seen->t30[r][k] = band && band->value[SABIN_T30].valid;
		}
		fit_times(&analysis, seen->t30[r], false, seen->time_s[r]);
		if (r < MODES_FROM_MAX)
			err = see_modes(seen, r, &analysis);
		if (!err)
			err = see_echoes(seen, r, &analysis);
		sabin_analysis_free(&analysis);
		if (err)
			return err;
	}
	return SABIN_OK;
}

/* ---- absorption ------------------------------------------------------------------------------------- */

static double scaled_alpha(double alpha, double factor)
{
	const double exponent = -log1p(-fmin(alpha, 0.999));
	return factor == 1 ? alpha
	                   : -expm1(-fmin(exponent_most, fmax(exponent_least, exponent * factor)));
}

static void scale_absorption(struct sabin_absorption *absorption, const double factor[])
{
	const struct sabin_absorption was = *absorption;
	absorption->flat = false;
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		absorption->alpha[band] = scaled_alpha(room_alpha(&was, band), factor[band]);
}

/* An octave in which nothing absorbs has no proportions to keep. */
static void give_something(struct sabin_room *room)
{
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		double sum = 0;
		for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
			sum += room_alpha(&room->surface[s], band);
		for (int s = 0; s < SABIN_SURFACE_COUNT && sum < 1e-3; s++) {
			struct sabin_absorption *a = &room->surface[s];
			if (a->flat)
				for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
					a->alpha[b] = a->alpha[0];
			a->flat = false;
			a->alpha[band] = -expm1(-bare);
		}
	}
}

void sabin_roomfit_apply(const struct sabin_roomfit *fit, struct sabin_room *room)
{
	double before_m[3];
	memcpy(before_m, room->size_m, sizeof before_m);
	for (int a = 0; a < 3; a++)
		if (fit->size_m[a].valid)
			room->size_m[a] = fit->size_m[a].value;
	give_something(room);
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		scale_absorption(&room->surface[s], fit->factor);
		scale_absorption(&room->ground[s], fit->factor);
	}
	for (size_t i = 0; i < room->panel_count; i++) {
		struct sabin_panel *panel = &room->panels[i];
		scale_absorption(&panel->absorption, fit->factor);
		for (int a = 0; a < 3; a++)
			for (int end = 0; end < 2; end++) { /* at the far surface, or up to it */
				double *at = end ? &panel->max_m[a] : &panel->min_m[a];
				if (*at >= before_m[a] - 1e-9 || *at > room->size_m[a])
					*at = room->size_m[a];
			}
	}
}

enum sabin_err fit_copy(const struct sabin_room *room, const struct sabin_roomfit *fit,
                        struct sabin_room *out)
{
	*out = *room;
	out->panels = NULL;
	if (room->panel_count > 0) {
		out->panels = calloc(room->panel_count, sizeof *out->panels);
		if (!out->panels)
			return SABIN_ENOMEM;
		memcpy(out->panels, room->panels, room->panel_count * sizeof *out->panels);
	}
	if (fit)
		sabin_roomfit_apply(fit, out);
	return SABIN_OK;
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static bool points_valid(const struct sabin_room *room, const struct sabin_roomfit_response *response,
                         size_t count)
{
	for (size_t r = 0; r < count; r++)
		for (int a = 0; a < 3; a++)
			if (!(response[r].source_m[a] > 0 && response[r].source_m[a] < room->size_m[a] &&
			      response[r].receiver_m[a] > 0 && response[r].receiver_m[a] < room->size_m[a]))
				return false;
	return true;
}

/* A wall that the fit has moved must not pass a speaker. */
static void keep_points_inside(const struct fit_seen *seen, struct sabin_roomfit *out)
{
	for (size_t r = 0; r < seen->responses; r++)
		for (int a = 0; a < 3; a++) {
			const struct sabin_roomfit_response *p = &seen->response[r];
			if (out->size_m[a].value <= fmax(p->source_m[a], p->receiver_m[a]) + 0.01)
				out->size_m[a].valid = false;
		}
}

enum sabin_err sabin_roomfit(const struct sabin_room *room, const struct sabin_roomfit_response *response,
                             size_t count, sabin_roomfit_progress *progress, void *user,
                             struct sabin_roomfit *out)
{
	if (!room_valid(room) || count < 1 || !points_valid(room, response, count))
		return SABIN_EINVAL;
	struct fit_seen *seen = calloc(1, sizeof *seen);
	struct sabin_roomfit *fit = calloc(1, sizeof *fit);
	struct sabin_room fitted = {.panels = NULL};
	struct fit_watch watch = {progress, user, 0, seen_share};
	enum sabin_err err = seen && fit ? SABIN_OK : SABIN_ENOMEM;
	if (err)
		goto out;
	seen->room = room;
	seen->response = response;
	seen->responses = count < FIT_RESPONSES_MAX ? count : FIT_RESPONSES_MAX;
	seen->speed_m_s = sabin_speed_of_sound(room->temperature_c);
	for (int k = 0; k < SABIN_ABSORPTION_BANDS; k++)
		fit->factor[k] = 1;
	err = see(seen, &watch);
	watch.from = watch.to;
	watch.to = sizes_share;
	if (!err)
		err = fit_sizes(seen, &watch, fit);
	if (err)
		goto out;
	keep_points_inside(seen, fit);
	err = fit_points(seen, fit);
	if (err)
		goto out;
	watch.from = watch.to;
	watch.to = 1;
	err = fit_decays(seen, &watch, fit);
	if (!err)
		err = fit_copy(room, fit, &fitted);
	if (err)
		goto out;
	fit_doubts(seen, &fitted, fit);
	*out = *fit;
out:
	free(fitted.panels);
	free(seen);
	free(fit);
	return err;
}
