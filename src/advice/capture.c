/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * capture.c: what spoils a measurement before the room does: clipping, clocks, hum, noise.
 */
#include <math.h>

#include <sabin/weighting.h>

#include "advice/inner.h"

static const double skew_told_ppm = 5;     /* less is one clock, or as good as one */
static const double skew_repair_ppm = 250; /* two crystals within their tolerance stay below */
static const double snr_least_db = 25;     /* a decay needs 35 dB and more in each band: ISO 3382-2, and the
                                            * sweep's gain over the noise brings some 10 to 30 of it */
static const double nr_most = 25;          /* a quiet office; control rooms are asked for NR 15 and less */
static const double hum_over_noise_db = -6; /* of all lines together re the noise, A-weighted */

static void find_clipping(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	size_t samples = 0, responses = 0;
	int speaker = -1, position = -1;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->clipped_samples == 0)
			continue;
		samples += r->clipped_samples;
		speaker = responses == 0 || speaker == (int)r->speaker ? (int)r->speaker : -1;
		position = responses == 0 || position == (int)r->position ? (int)r->position : -1;
		responses++;
	}
	struct sabin_advice_item *item = responses > 0 ? advice_add(out, SABIN_ADVICE_CLIPPED) : NULL;
	if (!item)
		return;
	item->speaker = speaker;
	item->position = position;
	item->benefit = 30; /* nothing else can be told before */
	item->confidence = 0.99;
	item->chart = "distortion";
	advice_evidence(item, "clipped_samples", advice_number((double)samples), "1");
	advice_evidence(item, "responses", advice_number((double)responses), "1");
}

static void find_skew(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	struct sabin_quantity most = {.value = 0};
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_quantity q = scene->response[i].skew_ppm;
		if (isfinite(q.value) && fabs(q.value) > fabs(most.value) &&
		    !(fabs(q.value) < 3 * q.plus_minus)) /* also where plus_minus is not known */
			most = q;
	}
	if (fabs(most.value) < skew_told_ppm)
		return;
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_CLOCK_SKEW);
	if (!item)
		return;
	if (fabs(most.value) > skew_repair_ppm)
		item->kind = SABIN_ADVICE_REPAIR;
	item->benefit = fmin(fabs(most.value) / 50, 20);
	item->confidence = 0.95;
	advice_evidence(item, "skew", most, "ppm");
}

/* Responses that are not to be trusted, where nothing found so far says why. */
static void find_untrusted(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	size_t bad = 0;
	int speaker = -1, position = -1;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->trustworthy || r->clipped_samples > 0)
			continue;
		speaker = bad == 0 || speaker == (int)r->speaker ? (int)r->speaker : -1;
		position = bad == 0 || position == (int)r->position ? (int)r->position : -1;
		bad++;
	}
	struct sabin_advice_item *item = bad > 0 ? advice_add(out, SABIN_ADVICE_NOT_TRUSTWORTHY) : NULL;
	if (!item)
		return;
	item->speaker = speaker;
	item->position = position;
	item->benefit = 25;
	item->confidence = 0.95;
	advice_evidence(item, "responses", advice_number((double)bad), "1");
	advice_evidence(item, "of", advice_number((double)scene->response_count), "1");
}

enum sabin_err advice_find_capture(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	find_clipping(scene, out);
	find_skew(scene, out);
	find_untrusted(scene, out);
	return SABIN_OK;
}

/* ---- background ------------------------------------------------------------------------------------------ */

static double power(double level_db)
{
	return isfinite(level_db) ? pow(10, level_db / 10) : 0;
}

/* A-weighted level of all hum lines re that of all the noise; -HUGE_VAL: none. */
static double hum_share_db(const struct sabin_noise *noise)
{
	double sum = 0;
	for (size_t i = 0; i < noise->hum.line_count; i++)
		sum += power(noise->hum.line[i].level.value + sabin_weighting_db(SABIN_WEIGHTING_A, noise->hum.line[i].frequency.value));
	return sum > 0 ? 10 * log10(sum) - noise->a.value : -HUGE_VAL;
}

static void find_hum(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	const struct sabin_advice_response *worst = NULL;
	double share_db = -HUGE_VAL, above_db = 0;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_noise *noise = scene->response[i].noise;
		if (!noise || !(noise->hum.mains_hz > 0))
			continue;
		const double share = hum_share_db(noise);
		if (!worst || share > share_db) {
			worst = &scene->response[i];
			share_db = share;
		}
	}
	if (!worst)
		return;
	const struct sabin_hum *hum = &worst->noise->hum;
	for (size_t i = 0; i < hum->line_count; i++)
		above_db = fmax(above_db, hum->line[i].above_db);
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_HUM);
	if (!item)
		return;
	item->position = (int)worst->position;
	item->freq_hz = hum->mains_hz;
	item->chart = "noise";
	item->confidence = above_db > 12 ? 0.95 : 0.8;
	item->benefit = 1 + fmax(0, fmin(12, share_db + 12));
	if (share_db < hum_over_noise_db && above_db < 12)
		item->kind = SABIN_ADVICE_LEAVE; /* the noise covers it */
	advice_evidence(item, "mains_frequency", hum->frequency, "Hz");
	advice_evidence(item, "level", hum->level, worst->noise->absolute ? "dB SPL" : "dB");
	advice_evidence(item, "over_neighbouring_noise", advice_number(above_db), "dB");
	for (size_t i = 0; i < hum->line_count && i < 5; i++)
		advice_evidence_at(item, "line", hum->line[i].level, worst->noise->absolute ? "dB SPL" : "dB",
		                   hum->line[i].frequency.value);
}

/* The noise is little else than hum: that item says what to do. */
static bool hum_is_all(const struct sabin_noise *noise)
{
	return noise && noise->hum.mains_hz > 0 && noise->hum.level.value > noise->z.value - 1;
}

static void find_noise(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	const struct sabin_advice_response *loudest = NULL, *weakest = NULL;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->noise && r->noise->absolute && r->noise->nr.value.valid &&
		    (!loudest || r->noise->nr.value.value > loudest->noise->nr.value.value))
			loudest = r;
		if (isfinite(r->snr_db.value) && (!weakest || r->snr_db.value < weakest->snr_db.value))
			weakest = r;
	}
	out->gap[SABIN_GAP_NO_CALIBRATION] = !loudest;
	const bool loud = loudest && loudest->noise->nr.value.value > nr_most;
	const bool buried = weakest && weakest->snr_db.value < snr_least_db && !hum_is_all(weakest->noise);
	struct sabin_advice_item *item = loud || buried ? advice_add(out, SABIN_ADVICE_NOISE) : NULL;
	if (!item)
		return;
	item->chart = "noise";
	item->position = (int)(loud ? loudest : weakest)->position;
	item->confidence = 0.9;
	item->benefit = 2;
	if (loud) {
		item->benefit = fmin(20, (loudest->noise->nr.value.value - nr_most) / 2 + 2);
		advice_evidence_at(item, "nr", loudest->noise->nr.value, "1", loudest->noise->nr.band_hz);
		advice_evidence(item, "level_a", loudest->noise->a, "dB SPL");
	}
	if (buried) {
		item->benefit = fmax(item->benefit, fmin(20, snr_least_db - weakest->snr_db.value + 4));
		advice_evidence(item, "snr", weakest->snr_db, "dB");
		advice_evidence(item, "snr_wanted", advice_number(snr_least_db), "dB");
	}
}

enum sabin_err advice_find_background(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	out->gap[SABIN_GAP_NO_NOISE] = true;
	for (size_t i = 0; i < scene->response_count; i++)
		if (scene->response[i].noise)
			out->gap[SABIN_GAP_NO_NOISE] = false;
	find_hum(scene, out);
	find_noise(scene, out);
	return SABIN_OK;
}
