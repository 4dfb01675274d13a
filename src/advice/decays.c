/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decays.c: what rings too long: the room as a whole, single modes, and sound between two bare walls.
 *
 * References: ITU-R BS.1116-3 (02/2015), 8.2.3.1: nominal time Tm = 0.25 (V/100)^(1/3) s, 200 Hz to 4 kHz,
 * and its tolerance, which opens towards the bass; EBU Tech 3276 (1998).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

double advice_long_s(double volume_m3)
{
	return volume_m3 > largest_m3 ? (double)NAN : fmax(longest_s, advice_nominal_s(volume_m3)) + 0.05;
}

void advice_suited_s(double volume_m3, double *least_s, double *most_s)
{
	static const double either_way_s = 0.05;
	const double nominal_s = volume_m3 > largest_m3 ? (double)NAN : advice_nominal_s(volume_m3);
	*least_s = nominal_s - either_way_s;
	*most_s = nominal_s + either_way_s;
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

/* What hangs by other items: the deep absorber for the bass, which shortens the whole, too, and where the whole's own
 * has to go in any case, for reflections and flutter, m2 by surface. */
struct others {
	struct sabin_advice_panel deep[SABIN_ADVICE_MAX * SABIN_ADVICE_PANELS_MAX];
	size_t deep_count;
	double deep_m2[SABIN_SURFACE_COUNT], least_m2[SABIN_SURFACE_COUNT];
};

static void look_at_others(const struct sabin_advice *out, struct others *to)
{
	*to = (struct others){0};
	double placed_m2[SABIN_SURFACE_COUNT] = {0};
	for (size_t i = 0; i < out->count; i++)
		for (size_t k = 0; k < out->item[i].panel_count; k++) {
			const struct sabin_advice_panel *p = &out->item[i].panel[k];
			if (out->item[i].kind != SABIN_ADVICE_TREAT || p->surface < 0)
				continue;
			if (p->thickness_m > layers_m[0][0] + 1e-6) {
				to->deep[to->deep_count++] = *p;
				to->deep_m2[p->surface] += p->area_m2;
			} else if (isfinite(p->centre_m[0])) {
				placed_m2[p->surface] += p->area_m2;
			} else {
				to->least_m2[p->surface] = fmax(to->least_m2[p->surface], p->area_m2);
			}
		}
	/* what is deep does their work, too */
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		to->least_m2[s] = fmax(fmax(to->least_m2[s], placed_m2[s]) - to->deep_m2[s], 0);
}

/* Spread absorber that adds more_m2 of absorption in the middle octaves, as far as there is room for it: where others
 * want it in any case, then on the barest surfaces. */
static void spread_panels(const struct sabin_room *room, const double layer_m[2], const struct others *others,
                          double more_m2, struct sabin_advice_item *item)
{
	int order[WALLS];
	struct sabin_absorption layer;
	double area_m2[SABIN_SURFACE_COUNT] = {0}, gain[SABIN_SURFACE_COUNT];
	const struct sabin_advice_panel sample = treat_porous(-1, 1, layer_m[0], layer_m[1]);
	treat_absorption(&sample, &layer);
	order_walls(room, order);
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		double alpha[BANDS];
		for (int b = 0; b < BANDS; b++)
			alpha[b] = room_alpha(treat_ground(room, (enum sabin_surface_id)s), b);
		gain[s] = middle_alpha(layer.alpha) - middle_alpha(alpha);
		area_m2[s] = fmin(others->least_m2[s], treat_bare_m2(room, (enum sabin_surface_id)s));
		more_m2 -= area_m2[s] * fmax(gain[s], 0);
	}
	for (int i = 0; i < WALLS && more_m2 > 0.1; i++)
		for (int k = 0; k < 2; k++) {
			const int s = walls[order[i]].surface[k];
			if (s < 0 || gain[s] < 0.2)
				continue;
			const double share = walls[order[i]].surface[1] < 0 ? 1 : k == 0 ? 0.5 : 1;
			const double most_m2 = most_share * treat_bare_m2(room, (enum sabin_surface_id)s) - others->deep_m2[s];
			const double further_m2 = fmin(share * more_m2 / gain[s], most_m2 - area_m2[s]);
			if (further_m2 < 0.2)
				continue;
			area_m2[s] += further_m2;
			more_m2 -= further_m2 * gain[s];
		}
	item->panel_count = 0;
	for (int i = 0; i < WALLS; i++)
		for (int k = 0; k < 2; k++) {
			const int s = walls[order[i]].surface[k];
			if (s >= 0 && area_m2[s] >= 0.2 && item->panel_count < SABIN_ADVICE_PANELS_MAX)
				item->panel[item->panel_count++] = treat_porous(s, area_m2[s], layer_m[0], layer_m[1]);
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

/* The times with the deep panels of others, and with so many of the item's. */
static enum sabin_err times_with(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                                 const struct others *others, const struct sabin_advice_item *item, size_t count,
                                 struct sabin_quantity then_s[BANDS])
{
	double was_s[BANDS];
	struct sabin_advice_panel *all = calloc(others->deep_count + count + 1, sizeof *all);
	if (!all)
		return SABIN_ENOMEM;
	memcpy(all, others->deep, others->deep_count * sizeof *all);
	memcpy(all + others->deep_count, item->panel, count * sizeof *all);
	const enum sabin_err err = treat_times(scene, room, all, others->deep_count + count, was_s, then_s);
	free(all);
	return err;
}

/* Square metres of porous layers that, with the deep ones of others, bring the middle bands from `now` to `wanted`; the
 * thinnest that suffices for 125 Hz, too. */
static enum sabin_err add_absorber(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                                   const struct others *others, double now_s, double wanted_s,
                                   struct sabin_advice_item *item)
{
	const double sabine = room_sabine_s_m2(room);
	struct sabin_quantity then_s[BANDS];
	enum sabin_err err = times_with(scene, room, others, item, 0, then_s);
	const double deep = err || others->deep_count == 0 ? 1 / now_s : 1 / mean_time(then_s);
	const double need = fmax(1 / wanted_s - deep, 0);
	for (size_t l = 0; !err && l < sizeof layers_m / sizeof *layers_m; l++) {
		double more_m2 = sabine * need;
		for (int round = 0; !err && round < 3; round++) {
			spread_panels(room, layers_m[l], others, more_m2, item);
			err = times_with(scene, room, others, item, item->panel_count, then_s);
			const double got = 1 / mean_time(then_s) - deep;
			if (!err && got > 0)
				more_m2 *= fmin(fmax(need / got, 0.5), 2);
		}
		if (!err && !(then_s[1].valid && then_s[1].value > wanted_s + advice_tolerance_s(125) + 0.05))
			break;
	}
	return err;
}

/* What the size of the room asks for, if that can be paid; else what is tolerated, else the longest that is. */
static enum sabin_err aim(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                          const struct others *others, double now_s, double nominal_s, struct sabin_advice_item *item)
{
	const double aims_s[] = {nominal_s, nominal_s + 0.05, fmax(0.75 * longest_s, nominal_s + 0.05), longest_s};
	double surface_m2 = 0, deep_m2 = 0;
	enum sabin_err err = SABIN_OK;
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		surface_m2 += room_area_m2(room, (enum sabin_surface_id)s);
		deep_m2 += others->deep_m2[s];
	}
	for (size_t i = 0; !err && i < sizeof aims_s / sizeof *aims_s; i++) {
		if (aims_s[i] > 0.9 * now_s && i > 0)
			break;
		err = add_absorber(scene, room, others, now_s, aims_s[i], item);
		item->evidence_count = 3;
		advice_evidence(item, "aim", advice_number(aims_s[i]), "s");
		if (total_m2(item) + deep_m2 <= most_of_room * surface_m2)
			break;
	}
	const double area_m2 = total_m2(item);
	advice_evidence(item, "absorber_area", sabin_quantity_valid(area_m2, 0.25 * area_m2), "m2");
	if (deep_m2 > 0)
		advice_evidence(item, "deep_absorber_area", advice_number(deep_m2), "m2");
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
	double least_s, most_s;
	advice_suited_s(room_volume_m3(scene->room), &least_s, &most_s);
	const bool reverberant = t > advice_long_s(room_volume_m3(scene->room)), dead = t < 0.5 * nominal, dry = t < least_s;
	struct sabin_advice_item *item =
	    reverberant   ? advice_add(out, SABIN_ADVICE_TOO_REVERBERANT)
	    : dead || dry ? advice_add(out, SABIN_ADVICE_TOO_DEAD)
	                  : NULL;
	if (!item)
		return SABIN_OK;
	if (dry && !dead)
		item->kind = SABIN_ADVICE_LEAVE;
	item->chart = "rt60";
	item->confidence = 0.85;
	item->benefit = !reverberant ? fmin(18, 8 * fabs(log2(over)) + 4) : fmin(40, advice_shorter(t, nominal, nominal) + 4);
	advice_evidence(item, "decay_time", advice_number(t), "s");
	advice_evidence(item, "nominal_time", advice_number(nominal), "s");
	advice_evidence(item, "least_time", advice_number(least_s), "s");
	if (!reverberant)
		return SABIN_OK;
	struct sabin_room room;
	struct others *others = malloc(sizeof *others);
	enum sabin_err err = others ? advice_fitted_room(scene, out, &room) : SABIN_ENOMEM;
	if (others)
		look_at_others(out, others);
	if (!err)
		err = aim(scene, &room, others, t, nominal, item);
	if (others)
		free(room.panels);
	free(others);
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
		double hung_m2 = 0;
		for (size_t i = 0; i < item->panel_count; i++)
			hung_m2 += room_area_m2(room, (enum sabin_surface_id)item->panel[i].surface) -
			           treat_bare_m2(room, (enum sabin_surface_id)item->panel[i].surface);
		if (!enough && hung_m2 > 0)
			advice_evidence(item, "hangs_there", advice_number(hung_m2), "m2");
		const double then_s = ratio * worst->t60_s;
		advice_effect(item, "t60", worst->t60_s,
		              sabin_quantity_valid(then_s, hypot(0.15 * then_s, worst->plus_minus_s)), "s")->freq_hz =
		    worst->freq_hz;
		item->effort = treat_effort(item) + 1;
		advice_evidence(item, "half_waves_x", advice_number(worst->n[0]), "1");
		advice_evidence(item, "half_waves_y", advice_number(worst->n[1]), "1");
		advice_evidence(item, "half_waves_z", advice_number(worst->n[2]), "1");
	} else {
		item->panel_count = 0;
	}
	return err;
}

/* No absorption is known below the octave of 63 Hz, and what a layer does in that says nothing of what it does at half
 * its frequency: absorber is sized for the worst mode from there on, if there is one. */
static const double known_hz = 44;

static void lead_with_known(struct ringing *list, size_t count)
{
	size_t i = 0;
	while (i < count && list[i].freq_hz < known_hz)
		i++;
	if (i == count)
		return;
	const struct ringing first = list[i];
	memmove(list + 1, list, i * sizeof *list);
	list[0] = first;
}

enum sabin_err treat_again(const struct sabin_room *room, struct sabin_advice_item *item)
{
	static const char *const names[3] = {"half_waves_x", "half_waves_y", "half_waves_z"};
	int n[3] = {0};
	double ratio;
	for (size_t i = 0; i < item->evidence_count; i++)
		for (int a = 0; a < 3; a++)
			if (strcmp(item->evidence[i].what, names[a]) == 0)
				n[a] = (int)item->evidence[i].q.value;
	const enum sabin_err err = treat_mode_ratio(room, item->panel, item->panel_count, n, &ratio);
	for (size_t i = 0; !err && isfinite(ratio) && i < item->effect_count; i++) {
		struct sabin_advice_fact *e = &item->effect[i];
		e->q.plus_minus *= ratio * e->now / e->q.value;
		e->q.value = ratio * e->now;
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
	lead_with_known(list, count);
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
		item->surface = err || list[0].freq_hz < known_hz ? -1 : end_of(&room, &list[0]);
		if (!err && item->surface >= 0)
			err = add_bass_absorber(&room, &list[0], item);
		free(room.panels);
	}
	free(list);
	return err;
}
