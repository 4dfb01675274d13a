/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decays.c: what rings too long: the room as a whole, single modes, and sound between two bare walls.
 *
 * References: ITU-R BS.1116-3 (02/2015), 8.2.3.1: nominal time Tm = 0.25 (V/100)^(1/3) s, 200 Hz to 4 kHz,
 * and its tolerance, which opens towards the bass; EBU Tech 3276 (1998).
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/geometry.h>

#include "advice/treat.h"
#include "room/inner.h"

enum { BANDS = SABIN_ABSORPTION_BANDS };
static const double largest_m3 = 300; /* what is larger is no control room: other times are right there */

struct sabin_quantity advice_octave_time(const struct sabin_advice_scene *scene, double hz)
{
	double sum = 0, variance = 0;
	size_t n = 0;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		for (size_t k = 0; r->trustworthy && r->analysis && k < r->analysis->band_count; k++) {
			const struct sabin_band_result *band = &r->analysis->bands[k];
			const struct sabin_quantity t =
			    band->value[SABIN_T30].valid ? band->value[SABIN_T30] : band->value[SABIN_T20];
			if (fabs(log2(band->band.nominal_hz / hz)) > 0.1 || !t.valid)
				continue;
			sum += t.value;
			variance += t.plus_minus * t.plus_minus;
			n++;
		}
	}
	return n > 0 ? sabin_quantity_valid(sum / (double)n, sqrt(variance) / (double)n)
	             : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

/* 250 Hz to 4 kHz. */
static double middle_time(const struct sabin_advice_scene *scene)
{
	double sum = 0;
	int n = 0;
	for (int b = 2; b <= 6; b++) {
		const double t = advice_octave_time(scene, room_octave_hz[b]).value;
		if (isfinite(t)) {
			sum += t;
			n++;
		}
	}
	return n >= 3 ? sum / n : (double)NAN;
}

/* EBU Tech 3276: between 0.2 and 0.4 s whatever the volume. */
static const double shortest_s = 0.2, longest_s = 0.4;

double advice_nominal_s(double volume_m3)
{
	return fmin(fmax(0.25 * cbrt(volume_m3 / 100), shortest_s), longest_s);
}

/* By how much a time may exceed the nominal one: 0.05 s from 200 Hz on, 0.3 s at 63 Hz. */
double advice_tolerance_s(double f_hz)
{
	const double share = log(200 / f_hz) / log(200.0 / 63);
	return 0.05 + 0.25 * fmin(fmax(share, 0), 1);
}

double advice_shorter(double now_s, double then_s, double nominal_s)
{
	static const double halved = 16;
	return halved * fmax(log2(now_s / fmax(then_s, nominal_s)), 0);
}

/* ---- the whole ------------------------------------------------------------------------------------------------ */

/* Where absorber is hung, side walls alike. */
static const struct {
	int surface[2];
} walls[] = {{{SABIN_LEFT, SABIN_RIGHT}}, {{SABIN_CEILING, -1}}, {{SABIN_BACK, -1}}, {{SABIN_FRONT, -1}}};

enum { WALLS = sizeof walls / sizeof *walls };
static const double most_share = 0.6; /* of what is bare of a surface: doors, windows, pictures */
static const double layers_m[][2] = {{0.1, 0}, {0.1, 0.1}}; /* thickness, gap; cheapest first */
static const double most_of_room = 0.22; /* share of all surfaces that is affordable: then a longer time is aimed at */

static double middle_alpha(const double alpha[BANDS])
{
	return (alpha[3] + alpha[4] + alpha[5]) / 3; /* 500 Hz .. 2 kHz */
}

/* The order in which surfaces are treated: the barest first. */
static void order_walls(const struct sabin_room *room, int order[WALLS])
{
	double alpha[WALLS];
	for (int i = 0; i < WALLS; i++) {
		double one[BANDS];
		alpha[i] = 0;
		for (int k = 0; k < 2; k++) {
			const int s = walls[i].surface[k] < 0 ? walls[i].surface[0] : walls[i].surface[k];
			sabin_room_mean_absorption(room, (enum sabin_surface_id)s, one);
			alpha[i] += middle_alpha(one) / 2;
		}
		int at = i;
		for (; at > 0 && alpha[order[at - 1]] > alpha[i] + 1e-9; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

/* Spread absorber that adds more_m2 of absorption in the middle octaves, as far as there is room for it. */
static void spread_panels(const struct sabin_room *room, const double layer_m[2], double more_m2,
                          struct sabin_advice_item *item)
{
	int order[WALLS];
	struct sabin_absorption layer;
	const struct sabin_advice_panel sample = treat_porous(-1, 1, layer_m[0], layer_m[1]);
	treat_absorption(&sample, &layer);
	order_walls(room, order);
	item->panel_count = 0;
	for (int i = 0; i < WALLS && more_m2 > 0.1; i++)
		for (int k = 0; k < 2 && item->panel_count < SABIN_ADVICE_PANELS_MAX; k++) {
			const int s = walls[order[i]].surface[k];
			if (s < 0)
				continue;
			double alpha[BANDS];
			for (int b = 0; b < BANDS; b++)
				alpha[b] = room_alpha(&room->surface[s], b);
			const double gain = middle_alpha(layer.alpha) - middle_alpha(alpha);
			const double share = walls[order[i]].surface[1] < 0 ? 1 : k == 0 ? 0.5 : 1;
			const double most_m2 = most_share * treat_bare_m2(room, (enum sabin_surface_id)s);
			if (gain < 0.2)
				continue;
			const double area_m2 = fmin(share * more_m2 / gain, most_m2);
			if (area_m2 < 0.2)
				continue;
			item->panel[item->panel_count++] = treat_porous(s, area_m2, layer_m[0], layer_m[1]);
			more_m2 -= area_m2 * gain;
		}
}

static double mean_time(const struct sabin_quantity time_s[BANDS])
{
	double sum = 0;
	int n = 0;
	for (int b = 2; b <= 6; b++)
		if (time_s[b].valid) {
			sum += time_s[b].value;
			n++;
		}
	return n > 0 ? sum / n : (double)NAN;
}

static double total_m2(const struct sabin_advice_item *item)
{
	double area_m2 = 0;
	for (size_t i = 0; i < item->panel_count; i++)
		area_m2 += item->panel[i].area_m2;
	return area_m2;
}

/* Square metres of porous layers that bring the middle bands from `now` to `wanted`; the thinnest that suffices for
 * 125 Hz, too. */
static enum sabin_err add_absorber(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                                   double now_s, double wanted_s, struct sabin_advice_item *item)
{
	const double sabine = room_sabine_s_m2(room);
	struct sabin_quantity then_s[BANDS];
	double was_s[BANDS];
	enum sabin_err err = SABIN_OK;
	for (size_t l = 0; !err && l < sizeof layers_m / sizeof *layers_m; l++) {
		double more_m2 = sabine * (1 / wanted_s - 1 / now_s);
		for (int round = 0; !err && round < 3; round++) {
			spread_panels(room, layers_m[l], more_m2, item);
			err = treat_times(scene, room, item->panel, item->panel_count, was_s, then_s);
			const double got = 1 / mean_time(then_s) - 1 / now_s;
			if (!err && got > 0)
				more_m2 *= fmin(fmax((1 / wanted_s - 1 / now_s) / got, 0.5), 2);
		}
		if (!err && !(then_s[1].valid && then_s[1].value > wanted_s + advice_tolerance_s(125) + 0.05))
			break;
	}
	return err;
}

/* What the size of the room asks for, if that can be paid; else what is tolerated, else the longest that is. */
static enum sabin_err aim(const struct sabin_advice_scene *scene, const struct sabin_room *room, double now_s,
                          double nominal_s, struct sabin_advice_item *item)
{
	const double aims_s[] = {nominal_s, nominal_s + 0.05, fmax(0.75 * longest_s, nominal_s + 0.05), longest_s};
	double surface_m2 = 0;
	enum sabin_err err = SABIN_OK;
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		surface_m2 += room_area_m2(room, (enum sabin_surface_id)s);
	for (size_t i = 0; !err && i < sizeof aims_s / sizeof *aims_s; i++) {
		if (aims_s[i] > 0.9 * now_s && i > 0)
			break;
		err = add_absorber(scene, room, now_s, aims_s[i], item);
		item->evidence_count = 2;
		advice_evidence(item, "aim", advice_number(aims_s[i]), "s");
		if (total_m2(item) <= most_of_room * surface_m2)
			break;
	}
	const double area_m2 = total_m2(item);
	advice_evidence(item, "absorber_area", sabin_quantity_valid(area_m2, 0.25 * area_m2), "m2");
	if (!err)
		err = treat_add_times(scene, room, item, 125, 8000);
	item->effort = treat_effort(item);
	return err;
}

enum sabin_err advice_find_reverberation(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	const double t = middle_time(scene);
	out->gap[SABIN_GAP_NO_DECAY] = isnan(t);
	if (isnan(t) || !scene->room || room_volume_m3(scene->room) > largest_m3)
		return SABIN_OK;
	const double nominal = advice_nominal_s(room_volume_m3(scene->room));
	const double over = t / nominal;
	const bool reverberant = t > fmax(longest_s, nominal) + 0.05, dead = t < 0.5 * nominal;
	struct sabin_advice_item *item =
	    reverberant ? advice_add(out, SABIN_ADVICE_TOO_REVERBERANT)
	    : dead      ? advice_add(out, SABIN_ADVICE_TOO_DEAD)
	                : NULL;
	if (!item)
		return SABIN_OK;
	item->chart = "rt60";
	item->confidence = 0.85;
	item->benefit = dead ? fmin(18, 8 * fabs(log2(over)) + 4) : fmin(40, advice_shorter(t, nominal, nominal) + 4);
	advice_evidence(item, "decay_time", advice_number(t), "s");
	advice_evidence(item, "nominal_time", advice_number(nominal), "s");
	if (dead)
		return SABIN_OK;
	struct sabin_room room;
	enum sabin_err err = advice_fitted_room(scene, out, &room);
	if (!err)
		err = aim(scene, &room, t, nominal, item);
	free(room.panels);
	return err;
}

/* ---- modes ------------------------------------------------------------------------------------------------------- */

struct ringing {
	double freq_hz, t60_s, plus_minus_s, level_db, excess; /* excess: T60 over its limit */
	int n[3];
	bool named;
	size_t responses;
};

enum { RINGING_MAX = 32 };

static void collect_mode(struct ringing *list, size_t *count, const struct sabin_fitted_mode *mode,
                         const struct sabin_mode_match *match, double limit_s)
{
	size_t i = 0;
	while (i < *count && fabs(list[i].freq_hz - mode->frequency_hz.value) > 0.015 * mode->frequency_hz.value)
		i++;
	if (i == RINGING_MAX)
		return;
	struct ringing *r = &list[i];
	if (i == *count) {
		*r = (struct ringing){.freq_hz = mode->frequency_hz.value};
		(*count)++;
	}
	r->responses++;
	if (mode->level_db.value < r->level_db && r->responses > 1)
		return;
	r->level_db = mode->level_db.value;
	r->t60_s = mode->t60_s.value;
	r->plus_minus_s = mode->t60_s.plus_minus;
	r->excess = r->t60_s / limit_s;
	r->named = match && match->found;
	for (int a = 0; r->named && a < 3; a++)
		r->n[a] = match->n[a];
}

static int compare_ringing(const void *a, const void *b)
{
	const struct ringing *x = a, *y = b;
	const double wx = x->excess * pow(10, x->level_db / 40), wy = y->excess * pow(10, y->level_db / 40);
	return (wx < wy) - (wx > wy);
}

/* The surface at an end of an axis along which the mode runs: the one that absorbs least; -1: not known. */
static int end_of(const struct sabin_room *room, const struct ringing *r)
{
	const int band = r->freq_hz < 89 ? 0 : r->freq_hz < 177 ? 1 : 2;
	int best = -1;
	double least = 2;
	for (int a = 0; r->named && a < 3; a++)
		for (int end = 0; end < 2 && r->n[a] != 0; end++) {
			double alpha[BANDS];
			/* nobody hangs anything on a floor */
			if (room_walls[a][end] == SABIN_FLOOR)
				continue;
			sabin_room_mean_absorption(room, room_walls[a][end], alpha);
			if (alpha[band] < least - 1e-9 || (alpha[band] < least + 1e-9 && room_walls[a][end] == SABIN_BACK)) {
				least = alpha[band];
				best = (int)room_walls[a][end];
			}
		}
	return best;
}

/* Deep absorber on that surface until the mode is as short as it should be, and on the one opposite if it takes that. */
static enum sabin_err add_bass_absorber(const struct sabin_room *room, const struct ringing *worst,
                                        struct sabin_advice_item *item)
{
	static const double shares[] = {0.2, 0.3, 0.4, 0.5, 0.6};
	const int axis = room_axis((enum sabin_surface_id)item->surface);
	const int opposite = (int)room_walls[axis][room_walls[axis][0] == (enum sabin_surface_id)item->surface];
	const double deep_m = worst->freq_hz < 70 ? 0.3 : 0.2;
	double ratio = NAN;
	bool enough = false;
	enum sabin_err err = SABIN_OK;
	for (int sides = 1; !enough && !err && sides <= (opposite == SABIN_FLOOR ? 1 : 2); sides++)
		for (size_t i = 0; !enough && !err && i < sizeof shares / sizeof *shares; i++) {
			const int surface[2] = {item->surface, opposite};
			item->panel_count = 0;
			for (int k = 0; k < sides; k++) {
				const double area_m2 =
				    (k + 1 < sides ? most_share : shares[i]) * treat_bare_m2(room, (enum sabin_surface_id)surface[k]);
				struct sabin_advice_panel panel = treat_porous(surface[k], area_m2, deep_m, 0);
				panel.resistivity_pa_s_per_m2 /= 2; /* loose, as it is deep */
				item->panel[item->panel_count++] = panel;
			}
			err = treat_mode_ratio(room, item->panel, item->panel_count, worst->n, &ratio);
			enough = ratio * worst->excess < 1; /* not for NAN */
		}
	if (!err && isfinite(ratio)) {
		const double then_s = ratio * worst->t60_s;
		advice_effect(item, "t60", worst->t60_s,
		              sabin_quantity_valid(then_s, hypot(0.15 * then_s, worst->plus_minus_s)), "s")->freq_hz =
		    worst->freq_hz;
		item->effort = treat_effort(item) + 1;
	} else {
		item->panel_count = 0;
	}
	return err;
}

enum sabin_err advice_find_ringing(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	const double middle = middle_time(scene);
	double reference = isfinite(middle) ? middle : 0.3;
	if (scene->room)
		reference = fmax(reference, advice_nominal_s(room_volume_m3(scene->room)));
	struct ringing *list = calloc(RINGING_MAX, sizeof *list);
	size_t count = 0;
	if (!list)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		for (size_t k = 0; r->trustworthy && r->modes && k < r->modes->count; k++) {
			const struct sabin_fitted_mode *mode = &r->modes->modes[k];
			const double limit = reference + advice_tolerance_s(mode->frequency_hz.value);
			if (mode->t60_s.valid && mode->audible && !mode->cluster && mode->level_db.value > -6 &&
			    mode->t60_s.value - 2 * mode->t60_s.plus_minus > limit)
				collect_mode(list, &count, mode, r->matches ? &r->matches[k] : NULL, limit);
		}
	}
	qsort(list, count, sizeof *list, compare_ringing);
	struct sabin_advice_item *item = count > 0 ? advice_add(out, SABIN_ADVICE_MODE_RINGING) : NULL;
	if (item) {
		item->freq_hz = list[0].freq_hz;
		item->chart = "modes";
		item->confidence = 0.9;
		item->benefit = fmin(22, 4 + 5 * log2(list[0].excess) + 0.7 * (double)count);
		for (size_t i = 0; i < count && i < 4; i++)
			advice_evidence_at(item, "t60", sabin_quantity_valid(list[i].t60_s, list[i].plus_minus_s), "s",
			                   list[i].freq_hz);
		advice_evidence_at(item, "limit", advice_number(list[0].t60_s / list[0].excess), "s", list[0].freq_hz);
		advice_evidence(item, "modes", advice_number((double)count), "1");
		const struct sabin_porous thin = {.thickness_m = 0.05, .resistivity_pa_s_per_m2 = 12000};
		advice_evidence_at(item, "thin_panel_absorbs",
		                   advice_number(sabin_porous_alpha(&thin, list[0].freq_hz, NAN)), "1", list[0].freq_hz);
	}
	enum sabin_err err = SABIN_OK;
	if (item && scene->room) {
		struct sabin_room room;
		err = advice_fitted_room(scene, out, &room);
		item->surface = err ? -1 : end_of(&room, &list[0]);
		if (!err && item->surface >= 0)
			err = add_bass_absorber(&room, &list[0], item);
		free(room.panels);
	}
	free(list);
	return err;
}
