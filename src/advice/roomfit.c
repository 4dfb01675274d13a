/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit.c: a room fitted to what was measured in it.
 *
 * Sizes come first (roomfit_size.c).  Absorption follows from decays: no formula gives the decay of the
 * simulated room to a tenth, so the room itself is simulated, its decay evaluated as the
 * measurement's is, and the exponents -ln(1 - alpha) of all surfaces multiplied by the ratio of the
 * two, octave by octave, until they agree: a decay time is nearly the reciprocal of the exponent.
 */
#include <math.h>

#include <sabin/modefit.h>
#include <sabin/parameters.h>

#include "advice/roomfit.h"
#include "room/path.h"

static const double echo_least_db = -22, echo_last_s = 0.025;
static const double agreed = 0.02;    /* relative: near enough */
static const double exponent_least = 1e-4, exponent_most = 4; /* alpha 0.98 */
static const double bare = 0.02;      /* exponent of a band that absorbs nothing in the file */
static const double length_most_s = 4;
enum { ROUNDS = 6, SIMULATED_MAX = 3 };

/* ---- what is seen ---------------------------------------------------------------------------------- */

static enum sabin_err see_modes(struct fit_seen *seen, size_t r, const struct sabin_analysis *analysis)
{
	const struct sabin_roomfit_response *p = &seen->response[r];
	const struct sabin_modefit_options options =
	        sabin_modefit_range_of(analysis, room_volume_m3(seen->room));
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

static enum sabin_err analyse(const double *h, size_t n, double rate_hz, struct sabin_analysis *out)
{
	const struct sabin_analysis_options options = {.fraction = 1, .from_hz = 63, .to_hz = 8000,
	                                               .noise = SABIN_NOISE_FULL,
	                                               .excited_to_hz = (double)INFINITY};
	return sabin_analysis_compute(h, n, rate_hz, &options, out);
}

/* Decay times of the octaves, added to sum and count where they are valid. */
static void add_times(const struct sabin_analysis *analysis, double sum[], int count[])
{
	static const double octave_hz[SABIN_ABSORPTION_BANDS] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};
	for (size_t b = 0; b < analysis->band_count; b++)
		for (int k = 0; k < SABIN_ABSORPTION_BANDS; k++) {
			const struct sabin_quantity *value = analysis->bands[b].value;
			const struct sabin_quantity t =
			        value[SABIN_T30].valid ? value[SABIN_T30] : value[SABIN_T20];
			if (analysis->bands[b].band.nominal_hz != octave_hz[k] || !isfinite(t.value) ||
			    !(t.valid || value[SABIN_T20].valid))
				continue;
			sum[k] += t.value;
			count[k]++;
		}
}

static void means(const double sum[], const int count[], double out[])
{
	for (int k = 0; k < SABIN_ABSORPTION_BANDS; k++)
		out[k] = count[k] ? sum[k] / count[k] : (double)NAN;
}

static enum sabin_err see(struct fit_seen *seen, struct sabin_roomfit *out)
{
	double sum[SABIN_ABSORPTION_BANDS] = {0};
	int count[SABIN_ABSORPTION_BANDS] = {0};
	for (size_t r = 0; r < seen->responses; r++) {
		const struct sabin_roomfit_response *p = &seen->response[r];
		struct sabin_analysis analysis;
		enum sabin_err err = analyse(p->h, p->frames, p->rate_hz, &analysis);
		if (err)
			return err;
		add_times(&analysis, sum, count);
		err = see_modes(seen, r, &analysis);
		if (!err)
			err = see_echoes(seen, r, &analysis);
		sabin_analysis_free(&analysis);
		if (err)
			return err;
	}
	means(sum, count, out->t_measured_s);
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
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		scale_absorption(&room->surface[s], fit->factor);
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

/* A copy of the room with panels of its own, as the fit has it so far. */
static enum sabin_err copy_fitted(const struct sabin_room *room, const struct sabin_roomfit *fit,
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

/* Decay times of a room, simulated between the first of the points. */
static enum sabin_err simulate_times(const struct fit_seen *seen, const struct sabin_room *room,
                                     double out[])
{
	double sum[SABIN_ABSORPTION_BANDS] = {0};
	int count[SABIN_ABSORPTION_BANDS] = {0};
	enum sabin_err err = SABIN_OK;
	for (size_t r = 0; r < seen->responses && r < SIMULATED_MAX && !err; r++) {
		const struct sabin_roomfit_response *p = &seen->response[r];
		struct sabin_images_options options = {
			.rate_hz = p->rate_hz, .air = true, .directivity = p->directivity,
			.length_s = fmin(fmax(sabin_room_ring_s(room, 0, 60), 0.3), length_most_s)};
		const size_t n = (size_t)ceil(options.length_s * p->rate_hz);
		double *h = malloc(n * sizeof *h);
		struct sabin_analysis analysis;
		err = h ? sabin_hybrid_compute(room, p->source_m, p->receiver_m, &options, h, n)
		        : SABIN_ENOMEM;
		if (!err)
			err = analyse(h, n, p->rate_hz, &analysis);
		if (!err) {
			add_times(&analysis, sum, count);
			sabin_analysis_free(&analysis);
		}
		free(h);
	}
	means(sum, count, out);
	return err;
}

static enum sabin_err fit_absorption(const struct fit_seen *seen, bool (*stop)(void *user), void *user,
                                     struct sabin_roomfit *out)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct sabin_room fitted;
		bool again = false;
		if (stop && stop(user))
			return SABIN_EINTR;
		enum sabin_err err = copy_fitted(seen->room, out, &fitted);
		if (!err)
			err = simulate_times(seen, &fitted, out->t_fitted_s);
		free(fitted.panels);
		if (err)
			return err;
		for (int k = 0; k < SABIN_ABSORPTION_BANDS; k++) {
			const double ratio = out->t_fitted_s[k] / out->t_measured_s[k];
			if (!isfinite(ratio) || !(ratio > 0) || fabs(ratio - 1) < agreed)
				continue;
			again = true;
			if (round + 1 < ROUNDS) /* the last only looks */
				out->factor[k] = fmin(1e3, fmax(1e-3, out->factor[k] * ratio));
		}
		if (!again)
			break;
	}
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
                             size_t count, bool (*stop)(void *user), void *user,
                             struct sabin_roomfit *out)
{
	if (!room_valid(room) || count < 1 || !points_valid(room, response, count))
		return SABIN_EINVAL;
	struct fit_seen *seen = calloc(1, sizeof *seen);
	struct sabin_roomfit *fit = calloc(1, sizeof *fit);
	struct sabin_room fitted = {.panels = NULL};
	enum sabin_err err = seen && fit ? SABIN_OK : SABIN_ENOMEM;
	if (err)
		goto out;
	seen->room = room;
	seen->response = response;
	seen->responses = count < FIT_RESPONSES_MAX ? count : FIT_RESPONSES_MAX;
	seen->speed_m_s = sabin_speed_of_sound(room->temperature_c);
	for (int k = 0; k < SABIN_ABSORPTION_BANDS; k++)
		fit->factor[k] = 1;
	err = see(seen, fit);
	if (!err && stop && stop(user))
		err = SABIN_EINTR;
	if (!err)
		err = fit_sizes(seen, fit);
	if (err)
		goto out;
	keep_points_inside(seen, fit);
	err = simulate_times(seen, room, fit->t_file_s);
	if (!err)
		err = fit_absorption(seen, stop, user, fit);
	if (!err)
		err = copy_fitted(room, fit, &fitted);
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
