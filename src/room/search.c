/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search.c: better arrangements of speakers and listener.
 *
 * References
 *   [Cox]   T. J. Cox, P. D'Antonio, M. R. Avis, JAES 52 (2004) 640-651: search with averaging over
 *           the tolerance of construction.
 *   [Hooke] R. Hooke, T. A. Jeeves, "'Direct search' solution of numerical and statistical
 *           problems", J. ACM 8 (1961) 212-229.
 *
 * The score is rough: single reflections make it rise and fall within decimetres, so a descent from
 * one place finds one basin.  Hence first every arrangement of the mains and the listener on a grid,
 * by the score of the point; then from each of the deepest minima that are not next to each other a
 * direct search [Hooke] with the score that was asked for, the mean over the tolerance; subwoofers
 * are first put where a coarse grid likes them.  What is left are basins, and how far one may move
 * in each.
 */
#include <math.h>

#include "room/crew.h"
#include "room/inner.h"
#include "room/score.h"
#include "room/search.h"

static const double cells_most = 4e6;      /* of the grid */
static const double work_most = 2.5e7;     /* arrangements times modes: a second or two */
static const double distinct_m = 0.2;      /* arrangements closer than this are one */
static const double hold_rise = 0.5;       /* of the score: still the same basin */
enum { CANDIDATES_PER_TOP = 3, CANDIDATES_MORE = 10, CANDIDATES_MAX = 160, MOVES_MAX = 40 };

/* One axis of the grid. */
struct axis {
	double first, step;
	size_t n;
};

struct candidate {
	struct place_vector vector;
	double score;
	double scores, scanned; /* of points, that its descent and its grids took */
	struct sabin_place_arrangement found;
};

struct search {
	const struct sabin_place_spec *spec;
	struct sabin_score *score;
	struct place_parameters parameters;
	struct axis axis[PLACE_FIRST_FREE];
	double step_m;
	float *value;     /* [cells] score, NAN where a rule is broken */
	size_t *feasible; /* [tried] cells */
	size_t tried;
	size_t refused[SABIN_PLACE_RULES];
	struct candidate candidate[CANDIDATES_MAX];
	size_t candidates, wanted; /* wanted: where nothing limits it */
	double scores;             /* of points, in all */
	double work;               /* of one score */
	struct place_effort effort;
};

/* ---- scores ---------------------------------------------------------------------------------------- */

/* INFINITY where a rule is broken. */
static double vector_score(const struct search *search, const struct place_vector *vector, bool mean,
                           double *scores)
{
	struct place_arrangement a;
	place_arrange(search->spec, &search->parameters, vector, &a);
	if (place_check_moving(search->spec, a.source_m, a.listener_m))
		return (double)INFINITY;
	*scores += mean ? (double)place_mean_points(search->spec) : 1;
	return mean ? place_mean_score(search->spec, search->score, &a) : place_point_score(search->score, &a);
}

/* ---- grid ------------------------------------------------------------------------------------------- */

/* Multiples of the step: the same places whatever the bounds. */
static struct axis make_axis(const struct place_parameters *parameters, int i, double step)
{
	const double first = ceil(parameters->low[i] / step - 1e-9) * step;
	const double n = floor((parameters->high[i] - first) / step + 1e-9) + 1;
	if (!parameters->moves[i] || !(n >= 1))
		return (struct axis){parameters->now.p[i], step, 1};
	return (struct axis){first, step, (size_t)n};
}

static struct place_vector at_cell(const struct search *search, size_t cell)
{
	struct place_vector vector = search->parameters.now;
	for (int i = 0; i < PLACE_FIRST_FREE; i++) {
		const struct axis *axis = &search->axis[i];
		vector.p[i] = axis->first + (double)(cell % axis->n) * axis->step;
		cell /= axis->n;
	}
	return vector;
}

static double make_axes(struct search *search)
{
	double cells = 1;
	for (int i = 0; i < PLACE_FIRST_FREE; i++) {
		search->axis[i] = make_axis(&search->parameters, i, search->step_m);
		cells *= (double)search->axis[i].n;
	}
	return cells;
}

/* A subwoofer that breaks a rule where it stands now must not spoil the grid of the others. */
static enum sabin_place_rule check_cell(const struct search *search, size_t cell,
                                        struct place_arrangement *a)
{
	struct sabin_place_spec spec = *search->spec;
	const struct place_vector vector = at_cell(search, cell);
	place_arrange(search->spec, &search->parameters, &vector, a);
	const size_t mains = spec.pair ? 2 : 1;
	bool moving = false;
	for (size_t s = mains; s < spec.source_count; s++)
		moving = moving || spec.source[s].moves;
	if (moving)
		spec.source_count = mains;
	return place_check_moving(&spec, a->source_m, a->listener_m);
}

static void list_feasible(struct search *search, size_t cells)
{
	search->tried = 0;
	memset(search->refused, 0, sizeof search->refused);
	for (size_t cell = 0; cell < cells; cell++) {
		struct place_arrangement a;
		const enum sabin_place_rule rule = check_cell(search, cell, &a);
		if (rule)
			search->refused[rule]++;
		else
			search->feasible[search->tried++] = cell;
		search->value[cell] = NAN;
	}
}

static enum sabin_err list_cells(struct search *search, double cells)
{
	free(search->value);
	free(search->feasible);
	search->value = malloc((size_t)cells * sizeof *search->value);
	search->feasible = malloc((size_t)cells * sizeof *search->feasible);
	if (!search->value || !search->feasible)
		return SABIN_ENOMEM;
	list_feasible(search, (size_t)cells);
	return SABIN_OK;
}

/* Every so many of the cells, so that no more than `most` are left. */
static void skip_cells(struct search *search, double most)
{
	const size_t stride = (size_t)ceil((double)search->tried / fmax(1, most));
	size_t kept = 0;
	for (size_t i = 0; i < search->tried; i += stride)
		search->feasible[kept++] = search->feasible[i];
	search->tried = kept;
}

/* As fine as the work allows; but not so coarse that nothing is left that keeps the rules. */
static enum sabin_err make_grid(struct search *search)
{
	const double most = work_most / search->work;
	bool some = false;
	for (search->step_m = search->spec->step_m;; search->step_m *= 2) {
		const double cells = make_axes(search);
		if (cells > cells_most)
			continue;
		enum sabin_err err = list_cells(search, cells);
		if (!err && search->tried == 0 && some) {
			search->step_m /= 2;
			err = list_cells(search, make_axes(search));
			skip_cells(search, most);
			return err;
		}
		if (err || (double)search->tried <= most)
			return err;
		some = true;
	}
}

static void score_cell(void *work, size_t index)
{
	struct search *search = work;
	struct place_arrangement a;
	const size_t cell = search->feasible[index];
	check_cell(search, cell, &a);
	search->value[cell] = (float)place_point_score(search->score, &a);
}

/* ---- basins ------------------------------------------------------------------------------------------ */

/* Mean of the cells up to `reach` away along each axis; is the middle the least of its neighbours? */
static double about_cell(const struct search *search, size_t cell, long reach, bool *least)
{
	const size_t n0 = search->axis[0].n, n1 = search->axis[1].n, n2 = search->axis[2].n;
	const long i0 = (long)(cell % n0), i1 = (long)(cell / n0 % n1), i2 = (long)(cell / n0 / n1);
	const long far = reach > 1 ? reach : 1;
	double sum = 0;
	int n = 0;
	*least = true;
	for (long a = i0 - far; a <= i0 + far; a++)
		for (long b = i1 - far; b <= i1 + far; b++)
			for (long c = i2 - far; c <= i2 + far; c++) {
				if (a < 0 || b < 0 || c < 0 || a >= (long)n0 || b >= (long)n1 ||
				    c >= (long)n2)
					continue;
				const float v = search->value[(size_t)a +
				                              n0 * ((size_t)b + n1 * (size_t)c)];
				if (isnan(v))
					continue;
				const bool own = a == i0 && b == i1 && c == i2;
				*least = *least && (own || v >= search->value[cell]);
				if (own || reach > 0) {
					sum += (double)v;
					n++;
				}
			}
	return sum / n;
}

static double apart_m(const struct search *search, const struct place_vector *a,
                      const struct place_vector *b)
{
	double most = 0;
	for (int i = 0; i < search->parameters.count; i++)
		most = fmax(most, fabs(a->p[i] - b->p[i]));
	return most;
}

static int by_score(const void *a, const void *b)
{
	const double x = ((const struct candidate *)a)->score;
	const double y = ((const struct candidate *)b)->score;
	return (x > y) - (x < y);
}

/* Keep the best of those that are too near each other; at most `most`. */
static void thin_out(struct search *search, size_t most)
{
	size_t kept = 0;
	qsort(search->candidate, search->candidates, sizeof *search->candidate, by_score);
	for (size_t i = 0; i < search->candidates && kept < most; i++) {
		bool near = false;
		for (size_t k = 0; k < kept && !near; k++)
			near = apart_m(search, &search->candidate[i].vector,
			               &search->candidate[k].vector) < distinct_m - 1e-9;
		if (!near)
			search->candidate[kept++] = search->candidate[i];
	}
	search->candidates = kept;
}

static void collect(struct search *search)
{
	const long reach = (long)floor(search->spec->tolerance_m / search->step_m + 0.5);
	for (size_t i = 0; i < search->tried; i++) {
		bool least;
		const size_t cell = search->feasible[i];
		const double mean = about_cell(search, cell, reach < 3 ? reach : 3, &least);
		if (!least || !isfinite(mean))
			continue;
		if (search->candidates == CANDIDATES_MAX)
			thin_out(search, search->wanted);
		if (search->candidates < CANDIDATES_MAX)
			search->candidate[search->candidates++] =
			        (struct candidate){.vector = at_cell(search, cell), .score = mean};
	}
	thin_out(search, search->effort.starts);
}

/* ---- descent ------------------------------------------------------------------------------------------ */

static bool speaker_moves(const struct search *search, int parameter)
{
	return search->parameters.moves[parameter] || search->parameters.moves[parameter + 1];
}

/* A speaker of its own, by the point's score over the floor. */
static void scan_free(const struct search *search, struct candidate *candidate, int parameter)
{
	const double step = fmax(search->effort.free_step_m, search->step_m);
	struct place_vector best = candidate->vector;
	double least = (double)INFINITY;
	const struct axis x = make_axis(&search->parameters, parameter, step);
	const struct axis y = make_axis(&search->parameters, parameter + 1, step);
	for (size_t i = 0; i < x.n * y.n; i++) {
		struct place_vector vector = candidate->vector;
		struct place_arrangement a;
		vector.p[parameter] = x.first + (double)(i % x.n) * x.step;
		vector.p[parameter + 1] = y.first + (double)(i / x.n) * y.step;
		place_arrange(search->spec, &search->parameters, &vector, &a);
		if (place_check_moving(search->spec, a.source_m, a.listener_m) != SABIN_PLACE_FINE &&
		    search->parameters.count == parameter + 2)
			continue; /* the last must make it whole; before, others may still stand wrong */
		const double score = place_point_score(search->score, &a);
		candidate->scanned++;
		if (score < least) {
			least = score;
			best = vector;
		}
	}
	candidate->vector = best;
}

static bool may_go_on(const struct search *search, const struct candidate *candidate)
{
	const double next = search->effort.by_point ? 1 : (double)place_mean_points(search->spec);
	return candidate->scores + next <= search->effort.scores;
}

/* The best of the neighbours at `step` along each parameter; where there are speakers of their own, and so many
 * parameters, one after the other, each from where the one before led [Hooke].  False when none is better. */
static bool improve(const struct search *search, struct candidate *candidate, double step)
{
	const bool at_once = search->parameters.count > PLACE_FIRST_FREE;
	const double before = candidate->score;
	struct candidate best = *candidate;
	for (int i = 0; i < search->parameters.count; i++) {
		if (!search->parameters.moves[i])
			continue;
		const struct place_vector from = at_once ? best.vector : candidate->vector;
		for (int side = -1; side <= 1 && may_go_on(search, &best); side += 2) {
			struct place_vector next = from;
			next.p[i] += side * step;
			if (next.p[i] < search->parameters.low[i] - 1e-9 ||
			    next.p[i] > search->parameters.high[i] + 1e-9)
				continue;
			const double score =
			        vector_score(search, &next, !search->effort.by_point, &best.scores);
			if (score < best.score) {
				best.score = score;
				best.vector = next;
			}
		}
	}
	*candidate = best;
	return best.score < before - 1e-6;
}

static void descend(void *work, size_t index)
{
	struct search *search = work;
	struct candidate *candidate = &search->candidate[index];
	const bool by_point = search->effort.by_point;
	for (int i = PLACE_FIRST_FREE; i < search->parameters.count; i += 2)
		if (speaker_moves(search, i))
			scan_free(search, candidate, i);
	candidate->score = vector_score(search, &candidate->vector, !by_point, &candidate->scores);
	double step = search->step_m;
	for (int i = 0; i < MOVES_MAX && step >= search->spec->step_m * 0.999 && may_go_on(search, candidate); i++)
		if (!improve(search, candidate, step))
			step /= 2;
	if (by_point)
		candidate->score = vector_score(search, &candidate->vector, true, &candidate->scores);
}

/* ---- what is told about a basin ------------------------------------------------------------------------ */

/* How far one of the three may go until the score has risen. */
static double hold(const struct search *search, const struct place_arrangement *a, double score,
                   int which, double side)
{
	double held = 0;
	const double step = search->effort.hold_step_m;
	for (double by = step; by <= PLACE_HOLD_MOST_M + 1e-9; by += step) {
		struct place_arrangement moved = *a;
		place_shift_mains(search->spec, which == 0 ? side * by : 0, which == 1 ? side * by : 0,
		            which == 2 ? side * by : 0, &moved);
		if (!(place_mean_score(search->spec, search->score, &moved) <= score + hold_rise))
			break;
		held = by;
	}
	return held;
}

static void describe(const struct search *search, const struct place_arrangement *a, bool holds,
                     struct sabin_place_arrangement *out)
{
	*out = (struct sabin_place_arrangement){0};
	memcpy(out->source_m, a->source_m, sizeof out->source_m);
	memcpy(out->listener_m, a->listener_m, sizeof out->listener_m);
	sabin_score_compute(search->score, a->source_m, a->listener_m, &out->metrics);
	out->score = place_mean_score(search->spec, search->score, a);
	double *hold_m[3] = {out->depth_hold_m, out->width_hold_m, out->listener_hold_m};
	for (int which = 0; which < 3; which++)
		for (int side = 0; side < 2; side++)
			hold_m[which][side] =
			        holds && search->parameters.moves[which]
			                ? hold(search, a, out->score, which, side ? 1 : -1)
			                : (double)NAN;
}

static void describe_candidate(void *work, size_t index)
{
	struct search *search = work;
	struct candidate *candidate = &search->candidate[index];
	struct place_arrangement a = {0}; /* the places of no source are zeros */
	place_arrange(search->spec, &search->parameters, &candidate->vector, &a);
	describe(search, &a, search->effort.hold_step_m > 0, &candidate->found);
}

/* ---- the whole --------------------------------------------------------------------------------------------- */

static bool box_valid(const struct sabin_box *box)
{
	for (int axis = 0; axis < 3; axis++)
		if (!(box->min_m[axis] <= box->max_m[axis]))
			return false;
	return true;
}

static bool spec_valid(const struct sabin_place_spec *spec)
{
	if (!spec->room || spec->source_count < (spec->pair ? 2 : 1) ||
	    spec->source_count > SABIN_PLACE_SOURCES_MAX || spec->depth_axis < 0 ||
	    spec->depth_axis > 1 || spec->top < 1 || spec->top > SABIN_PLACE_FOUND_MAX)
		return false;
	for (size_t s = 0; s < spec->source_count; s++)
		if (!box_valid(&spec->source[s].within))
			return false;
	return box_valid(&spec->listener_within) && spec->step_m >= 0.01 && spec->step_m <= 1 &&
	       spec->tolerance_m >= 0 && spec->tolerance_m <= 1 && spec->threads >= 1 &&
	       spec->threads <= 64 && spec->wall_m >= 0 && spec->rear_m >= 0;
}

enum sabin_err place_score(const struct sabin_place_spec *spec, struct sabin_score **out)
{
	struct sabin_score_source source[SABIN_PLACE_SOURCES_MAX];
	if (!spec->room || spec->source_count < 1 || spec->source_count > SABIN_PLACE_SOURCES_MAX)
		return SABIN_EINVAL;
	for (size_t s = 0; s < spec->source_count; s++)
		source[s] = spec->source[s].score;
	return sabin_score_new(spec->room, source, spec->source_count, spec->depth_axis, out);
}

static void describe_current(const struct search *search, struct sabin_place_result *out)
{
	const struct sabin_place_spec *spec = search->spec;
	struct place_arrangement now = {0};
	for (size_t s = 0; s < spec->source_count; s++)
		memcpy(now.source_m[s], spec->source[s].position_m, 3 * sizeof(double));
	memcpy(now.listener_m, spec->listener_m, 3 * sizeof(double));
	describe(search, &now, false, &out->current);
	out->current_rule = sabin_place_check(spec, now.source_m, now.listener_m);
}

static void hand_over(const struct search *search, struct sabin_place_result *out)
{
	out->tried = search->tried;
	out->step_m = search->step_m;
	memcpy(out->refused, search->refused, sizeof out->refused);
	out->starts_wanted = search->wanted;
	out->starts = search->effort.starts;
	out->by_point = search->effort.by_point;
	out->hold_step_m = search->effort.hold_step_m;
	out->scores = search->scores;
	for (size_t i = 0; i < search->candidates; i++)
		if (isfinite(search->candidate[i].score))
			out->found[out->found_count++] = search->candidate[i].found;
}

/* What can be done: search_effort.c. */
static void plan(struct search *search)
{
	struct place_arrangement a;
	const size_t most = CANDIDATES_PER_TOP * search->spec->top + CANDIDATES_MORE;
	search->wanted = most < CANDIDATES_MAX ? most : CANDIDATES_MAX / 2;
	place_arrange(search->spec, &search->parameters, &search->parameters.now, &a);
	search->work = score_work(search->score, (const double(*)[3])a.source_m, a.listener_m);
	place_effort_plan(search->spec, &search->parameters, search->work, search->wanted, &search->effort);
}

enum sabin_err sabin_place_search(const struct sabin_place_spec *spec,
                                  sabin_place_progress *progress, void *user,
                                  struct sabin_place_result *out)
{
	if (!spec_valid(spec))
		return SABIN_EINVAL;
	struct sabin_place_result result = {0};
	struct search *search = calloc(1, sizeof *search);
	if (!search)
		return SABIN_ENOMEM;
	search->spec = spec;
	place_parameters_init(spec, &search->parameters);
	enum sabin_err err = place_score(spec, &search->score);
	if (!err) {
		plan(search);
		err = make_grid(search);
	}
	if (err)
		goto out;
	describe_current(search, &result);
	struct crew crew = {spec->threads, progress, user, 0, 0.5};
	err = crew_run(&crew, search->tried, score_cell, search);
	if (err)
		goto out;
	collect(search);
	crew.from = 0.5;
	crew.to = 0.85;
	err = crew_run(&crew, search->candidates, descend, search);
	if (err)
		goto out;
	search->scores = (double)search->tried;
	for (size_t i = 0; i < search->candidates; i++)
		search->scores += search->candidate[i].scores + search->candidate[i].scanned;
	thin_out(search, spec->top);
	crew.from = 0.85;
	crew.to = 1;
	err = crew_run(&crew, search->candidates, describe_candidate, search);
	if (err)
		goto out;
	hand_over(search, &result);
	*out = result;
out:
	sabin_score_free(search->score);
	free(search->value);
	free(search->feasible);
	free(search);
	return err;
}
