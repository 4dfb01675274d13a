/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * score_images.c: the part of the score that comes from single reflections: the deepest dip that
 * direct sound and the six first reflections make together, and the strongest early reflection.
 *
 * References
 *   [Allen] J. B. Allen, D. A. Berkley, JASA 65 (1979) 943-950: image sources.
 *   [EBU]   EBU Tech 3276 (1998), 2.4: reflections within 15 ms at least 10 dB below direct sound.
 */
#include <math.h>

#include "room/score.h"

static const double early_s = 0.015;   /* [EBU] */
static const double early_db = -10;    /* [EBU] */
static const double dip_from_hz = 60;

static double dip_hz(int bin)
{
	return dip_from_hz * pow(2, (double)bin / SCORE_PER_OCTAVE);
}

static void fill_factors(struct sabin_score *score, size_t which,
                         const struct sabin_absorption *absorption)
{
	double alpha[SABIN_ABSORPTION_BANDS], loud = 0;
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		alpha[band] = room_alpha(absorption, band);
	for (int i = 0; i < SCORE_DIP_BINS; i++)
		score->dip_factor[which][i] =
		        sqrt(fmax(0, 1 - room_by_octave(alpha, dip_hz(i))));
	for (int band = 4; band <= 6; band++) /* 1, 2, 4 kHz */
		loud += alpha[band] / 3;
	score->loud_factor[which] = sqrt(fmax(0, 1 - loud));
}

enum sabin_err score_images_init(struct sabin_score *score)
{
	const size_t count = SABIN_SURFACE_COUNT + score->room.panel_count;
	score->images = path_images(SCORE_ORDER, score->image);
	score->dip_factor = calloc(count, sizeof *score->dip_factor);
	score->loud_factor = calloc(count, sizeof *score->loud_factor);
	if (!score->dip_factor || !score->loud_factor)
		return SABIN_ENOMEM;
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		fill_factors(score, (size_t)surface, &score->room.surface[surface]);
	for (size_t i = 0; i < score->room.panel_count; i++)
		fill_factors(score, SABIN_SURFACE_COUNT + i, &score->room.panels[i].absorption);
	for (int i = 0; i < SCORE_DIP_BINS; i++)
		score->dip_per_m[i] = 2 * M_PI * dip_hz(i) / score->speed_m_s;
	const enum sabin_surface_id *side = room_walls[1 - score->depth_axis];
	/* alike to the bit, or the slow way: NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
	const bool alike = memcmp(score->dip_factor[side[0]], score->dip_factor[side[1]], sizeof *score->dip_factor) == 0;
	score->mirrored = score->room.panel_count == 0 &&
	                  score->loud_factor[side[0]] == score->loud_factor[side[1]] && alike;
	return SABIN_OK;
}

/* Which of the tables a bounce takes. */
static size_t material_of(const struct path_bounce *bounce)
{
	return bounce->panel >= 0 ? SABIN_SURFACE_COUNT + (size_t)bounce->panel
	                          : (size_t)bounce->surface;
}

struct dips {
	double re[SCORE_DIP_BINS], im[SCORE_DIP_BINS];
};

static void add_ray(const struct sabin_score *score, const struct path *path, struct dips *dips)
{
	const double *factor =
	        path->order ? score->dip_factor[material_of(&path->bounce[0])] : NULL;
	for (int i = 0; i < SCORE_DIP_BINS; i++) {
		const double phase = score->dip_per_m[i] * path->length_m;
		const double gain = (factor ? factor[i] : 1) / path->length_m;
		dips->re[i] += gain * cos(phase);
		dips->im[i] -= gain * sin(phase);
	}
}

static void find_dip(const struct dips *dips, struct sabin_score_metrics *metrics)
{
	double power[SCORE_DIP_BINS];
	for (int i = 0; i < SCORE_DIP_BINS; i++)
		power[i] = dips->re[i] * dips->re[i] + dips->im[i] * dips->im[i];
	for (int i = 0; i < SCORE_DIP_BINS; i++) {
		const int low = i < SCORE_DIP_HALF ? 0 : i - SCORE_DIP_HALF;
		const int high = i + SCORE_DIP_HALF >= SCORE_DIP_BINS ? SCORE_DIP_BINS - 1
		                                                     : i + SCORE_DIP_HALF;
		double sum = 0;
		for (int j = low; j <= high; j++)
			sum += power[j];
		const double mean = sum / (high - low + 1);
		/* what cancels to nothing is 120 dB deep, not infinitely */
		const double depth_db = 10 * log10(fmax(power[i], 1e-12 * mean) / mean);
		if (depth_db < metrics->dip_db) {
			metrics->dip_db = depth_db;
			metrics->dip_hz = dip_hz(i);
		}
	}
}

void score_images(const struct sabin_score *score, const double source_m[3],
                  const double listener_m[3], struct sabin_score_metrics *metrics)
{
	struct dips dips = {0};
	struct path path;
	double direct_m = 0;
	for (int i = 0; i < score->images; i++) {
		path_trace(&score->room, source_m, listener_m, &score->image[i], &path);
		if (i == 0)
			direct_m = path.length_m;
		if (path.order <= 1)
			add_ray(score, &path, &dips);
		if (path.order == 0)
			continue;
		double gain = direct_m / path.length_m;
		for (int k = 0; k < path.order; k++)
			gain *= score->loud_factor[material_of(&path.bounce[k])];
		const double level_db = 20 * log10(fmax(gain, 1e-6));
		const double delay_s = (path.length_m - direct_m) / score->speed_m_s;
		if (delay_s < early_s && level_db > metrics->reflection_db) {
			metrics->reflection_db = level_db;
			metrics->reflection_s = delay_s;
		}
		if (level_db > early_db && !(delay_s >= metrics->gap_s))
			metrics->gap_s = delay_s;
	}
	find_dip(&dips, metrics);
}
