/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search_mean.c: the score of an arrangement that is carried out to within the tolerance.
 */
#include <math.h>

#include "room/crew.h"
#include "room/search.h"

static void shift(const struct sabin_place_spec *spec, double *point_m, int axis, double by_m)
{
	point_m[axis] = fmin(fmax(point_m[axis] + by_m, PLACE_MARGIN_M), spec->room->size_m[axis] - PLACE_MARGIN_M);
}

void place_shift_mains(const struct sabin_place_spec *spec, double depth_m, double width_m,
                       double listener_m, struct place_arrangement *a)
{
	const int depth = spec->depth_axis, lateral = 1 - depth;
	const int mains = spec->pair ? 2 : 1;
	const double outward =
	        !spec->pair || a->source_m[0][lateral] > a->source_m[1][lateral] ? 1 : -1;
	for (int s = 0; s < mains; s++) {
		shift(spec, a->source_m[s], depth, depth_m);
		shift(spec, a->source_m[s], lateral, (s == 0 ? outward : -outward) * width_m);
	}
	shift(spec, a->listener_m, depth, listener_m);
}

double place_point_score(const struct sabin_score *score, const struct place_arrangement *a)
{
	struct sabin_score_metrics metrics;
	sabin_score_compute(score, a->source_m, a->listener_m, &metrics);
	return metrics.score;
}

size_t place_mean_points(const struct sabin_place_spec *spec)
{
	return spec->tolerance_m > 0 ? 27 + 4 * (spec->source_count - (spec->pair ? 2 : 1)) : 1;
}

/* All combinations of the three of the mains and the listener, and each other speaker to and fro. */
double place_mean_score(const struct sabin_place_spec *spec, const struct sabin_score *score,
                        const struct place_arrangement *a)
{
	const double t = spec->tolerance_m;
	if (!(t > 0))
		return place_point_score(score, a);
	double sum = 0;
	int n = 0;
	for (int i = 0; i < 27; i++, n++) {
		struct place_arrangement moved = *a;
		place_shift_mains(spec, (i % 3 - 1) * t, (i / 3 % 3 - 1) * t, (i / 9 - 1) * t, &moved);
		sum += place_point_score(score, &moved);
	}
	for (size_t s = spec->pair ? 2 : 1; s < spec->source_count; s++)
		for (int i = 0; i < 4; i++, n++) {
			struct place_arrangement moved = *a;
			shift(spec, moved.source_m[s], i / 2, i % 2 ? t : -t);
			sum += place_point_score(score, &moved);
		}
	return sum / n;
}

struct means {
	const struct sabin_place_spec *spec;
	const struct sabin_score *score;
	const double (*source_m)[3], (*listener_m)[3];
	double *out;
};

static void one_mean(void *work, size_t index)
{
	const struct means *means = work;
	struct place_arrangement a = {0};
	memcpy(a.source_m, means->source_m, means->spec->source_count * sizeof *a.source_m);
	memcpy(a.listener_m, means->listener_m[index], sizeof a.listener_m);
	means->out[index] = place_mean_score(means->spec, means->score, &a);
}

enum sabin_err sabin_place_mean(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                const double (*listener_m)[3], size_t count, double *out)
{
	struct sabin_score *score = NULL;
	if (spec->threads < 1)
		return SABIN_EINVAL;
	enum sabin_err err = place_score(spec, &score);
	if (err)
		return err;
	struct means means = {spec, score, source_m, listener_m, out};
	const struct crew crew = {.threads = spec->threads};
	err = crew_run(&crew, count, one_mean, &means);
	sabin_score_free(score);
	return err;
}
