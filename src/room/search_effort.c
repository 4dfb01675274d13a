/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search_effort.c: how much of a search a room can afford.
 *
 * One score takes as long as the room has modes, and the descents take more scores the more may move: a hall
 * with subwoofers would be searched for hours.  So the work, scores times modes, is shared out before it
 * begins, from what there is to do and not by the clock: the same room gives the same answer on every machine.
 */
#include <math.h>

#include "room/score.h"
#include "room/search.h"

static const double descents_most = 8e7, scans_most = 4e7, holds_most = 4e7; /* of work: some seconds each */
static const double sweeps_least = 12; /* over all parameters: fewer do not end in a basin */
static const double mean_starts_least = 2; /* by the mean few find more than many by the point */
static const double free_grid_m = 0.25;    /* where subwoofers are first looked for */
static const double free_cells_least = 4;  /* of that grid */
static const double hold_step_m = 0.05, hold_step_most_m = 0.2;

static int count_moving(const struct place_parameters *parameters, int from, int to)
{
	int n = 0;
	for (int i = from; i < to; i++)
		n += parameters->moves[i];
	return n;
}

/* How coarse the grid of the speakers that stand alone must be, over the largest of their floors. */
static double free_step_m(const struct place_parameters *parameters, double work, size_t starts)
{
	double area_m2 = 0;
	int speakers = 0;
	for (int i = PLACE_FIRST_FREE; i < parameters->count; i += 2) {
		const double x = fmax(free_grid_m, parameters->high[i] - parameters->low[i]);
		const double y = fmax(free_grid_m, parameters->high[i + 1] - parameters->low[i + 1]);
		if (count_moving(parameters, i, i + 2) == 0)
			continue;
		speakers++;
		area_m2 = fmax(area_m2, x * y);
	}
	if (speakers == 0)
		return free_grid_m;
	const double cells = scans_most / (work * (double)starts * speakers);
	return fmax(free_grid_m, sqrt(area_m2 / fmax(free_cells_least, cells)));
}

void place_effort_plan(const struct sabin_place_spec *spec, const struct place_parameters *parameters,
                       double work, size_t wanted, struct place_effort *out)
{
	const double points = (double)place_mean_points(spec);
	const int moving = count_moving(parameters, 0, parameters->count);
	const double sweep = sweeps_least * 2 * fmax(1, moving) * work;
	double starts = descents_most / (sweep * points);
	out->by_point = spec->tolerance_m > 0 && starts < fmin((double)wanted, mean_starts_least);
	if (out->by_point)
		starts = descents_most / (sweep + points * work);
	out->starts = (size_t)fmax(1, fmin(floor(starts), (double)wanted));
	out->scores = fmax(points, descents_most / (work * (double)out->starts));
	out->free_step_m = free_step_m(parameters, work, out->starts);
	const double found = fmin((double)out->starts, (double)spec->top);
	const double holds =
	        found * 2 * count_moving(parameters, 0, PLACE_FIRST_FREE) * PLACE_HOLD_MOST_M * points * work;
	out->hold_step_m = hold_step_m;
	while (out->hold_step_m > 0 && holds / out->hold_step_m > holds_most)
		out->hold_step_m = out->hold_step_m < hold_step_most_m * 0.999 ? 2 * out->hold_step_m : 0;
}
