/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search_map.c: the score over the floor.
 */
#include <math.h>

#include "room/crew.h"
#include "room/score.h"
#include "room/search.h"

static const double fields_most = 4e6;
static const double work_most = 5e7; /* scores times modes: some seconds */

struct map {
	const struct sabin_place_spec *spec;
	const struct sabin_score *score;
	const double (*source_m)[3];
	size_t columns, rows;
	double *out;
};

static void score_row(void *work, size_t row)
{
	const struct map *map = work;
	const double *size_m = map->spec->room->size_m;
	for (size_t column = 0; column < map->columns; column++) {
		struct sabin_score_metrics metrics;
		const double at_m[3] = {((double)column + 0.5) / (double)map->columns * size_m[0],
		                        ((double)row + 0.5) / (double)map->rows * size_m[1],
		                        map->spec->listener_m[2]};
		sabin_score_compute(map->score, map->source_m, at_m, &metrics);
		map->out[row * map->columns + column] =
		        isfinite(metrics.score) ? metrics.score : (double)NAN;
	}
}

enum sabin_err sabin_place_map_most(const struct sabin_place_spec *spec, const double (*source_m)[3], double *fields)
{
	struct sabin_score *score = NULL;
	const enum sabin_err err = place_score(spec, &score);
	if (err)
		return err;
	/* beside the axis of symmetry, where a score takes longer */
	const double at_m[3] = {0.3 * spec->room->size_m[0], 0.3 * spec->room->size_m[1], spec->listener_m[2]};
	*fields = fmin(fields_most, work_most / score_work(score, source_m, at_m));
	sabin_score_free(score);
	return SABIN_OK;
}

enum sabin_err sabin_place_map(const struct sabin_place_spec *spec, const double (*source_m)[3],
                               size_t columns, size_t rows, double *out)
{
	struct sabin_score *score = NULL;
	if (columns < 1 || rows < 1 || (double)columns * (double)rows > fields_most || spec->threads < 1)
		return SABIN_EINVAL;
	enum sabin_err err = place_score(spec, &score);
	if (err)
		return err;
	struct map map = {spec, score, source_m, columns, rows, out};
	const struct crew crew = {.threads = spec->threads};
	err = crew_run(&crew, rows, score_row, &map);
	sabin_score_free(score);
	return err;
}
