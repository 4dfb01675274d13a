/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decays.c: what rings too long: the room as a whole, single modes, and sound between two bare walls.
 *
 * References: ITU-R BS.1116-3 (02/2015), 8.2.3.1: nominal time Tm = 0.25 (V/100)^(1/3) s, 200 Hz to 4 kHz,
 * and its tolerance, which opens towards the bass; EBU Tech 3276 (1998).
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/absorber.h>
#include <sabin/geometry.h>

#include "advice/inner.h"
#include "room/inner.h"

enum { BANDS = SABIN_ABSORPTION_BANDS };
static const double band_hz[BANDS] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};
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
		const double t = advice_octave_time(scene, band_hz[b]).value;
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

/* ---- the whole ------------------------------------------------------------------------------------------------ */

/* Square metres of a 10 cm porous layer (12 kPa s/m2) that bring the middle bands from `now` to `wanted`,
 * and what each band then has (Sabine: the change of absorption). */
static void add_absorber(const struct sabin_advice_scene *scene, double now_s, double wanted_s,
                         struct sabin_advice_item *item)
{
	const struct sabin_porous wool = {.thickness_m = 0.1, .resistivity_pa_s_per_m2 = 12000};
	struct sabin_absorption alpha;
	sabin_porous_octaves(&wool, &alpha);
	const double sabine = 24 * log(10) / sabin_speed_of_sound(scene->room->temperature_c) *
	                      room_volume_m3(scene->room);
	const double area_m2 = sabine * (1 / wanted_s - 1 / now_s) / alpha.alpha[4];
	advice_evidence(item, "absorber_area", sabin_quantity_valid(area_m2, 0.25 * area_m2), "m2");
	for (int b = 1; b < BANDS; b++) {
		const double t = advice_octave_time(scene, band_hz[b]).value;
		if (isfinite(t))
			advice_effect(item, "decay_time",
			              sabin_quantity_valid(1 / (1 / t + area_m2 * alpha.alpha[b] / sabine), 0.15 * t),
			              "s", band_hz[b]);
	}
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
	item->benefit = fmin(18, 8 * fabs(log2(over)) + 4);
	advice_evidence(item, "decay_time", advice_number(t), "s");
	advice_evidence(item, "nominal_time", advice_number(nominal), "s");
	if (reverberant)
		add_absorber(scene, t, nominal, item);
	return SABIN_OK;
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

/* The surface at the end of the axis along which the mode runs; -1: several axes. */
static int end_of(const struct ringing *r)
{
	static const enum sabin_surface_id ends[3] = {SABIN_LEFT, SABIN_BACK, SABIN_CEILING};
	int axis = -1, axes = 0;
	for (int a = 0; a < 3; a++)
		if (r->n[a] != 0) {
			axis = a;
			axes++;
		}
	return r->named && axes == 1 ? (int)ends[axis] : -1;
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
		item->surface = end_of(&list[0]);
		item->chart = "modes";
		item->confidence = 0.9;
		item->benefit = fmin(14, 4 + 3 * log2(list[0].excess) + 0.7 * (double)count);
		for (size_t i = 0; i < count && i < 4; i++)
			advice_evidence_at(item, "t60", sabin_quantity_valid(list[i].t60_s, list[i].plus_minus_s), "s",
			                   list[i].freq_hz);
		advice_evidence_at(item, "limit", advice_number(list[0].t60_s / list[0].excess), "s", list[0].freq_hz);
		advice_evidence(item, "modes", advice_number((double)count), "1");
		advice_effect(item, "t60", sabin_quantity_valid(list[0].t60_s / list[0].excess, 0.1), "s",
		              list[0].freq_hz);
	}
	free(list);
	return SABIN_OK;
}
