/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit_points.c: where loudspeakers and microphones stand, by the reflections and the direct sound.
 *
 * References
 *   [Huber] P. J. Huber, "Robust statistics" (1981), 7.8: fits by weights that are made anew in every step.
 *   [Tukey] A. E. Beaton, J. W. Tukey, Technometrics 16 (1974) 147-185: weights (1 - (u/c)^2)^2 up to c.
 *
 * A reflection over one wall tells the sum of the distances of loudspeaker and microphone from it; with
 * several of each, and the direct sounds, what each is off by follows, as far as it does.  Places are known
 * beforehand to some centimetres, sizes to what modes leave open.  Which way an echo came is not known: it
 * is taken for the nearest, and what is near none counts nothing; how near that must be is narrowed step by
 * step.  An echo that two ways explain gives no equation, but counts as explained.  Echoes of furniture that
 * happen to come near can make a wrong answer as good as the right one: hence other answers are looked for, from
 * many starts and by pushing each coordinate of the best, and what they differ in is not known.
 */
#include <math.h>

#include <sabin/arrival.h>
#include <sabin/linalg.h>
#include <sabin/random.h>

#include "advice/roomfit.h"
#include "room/path.h"

enum { POINTS_MAX = SABIN_ROOMFIT_POINTS_MAX, UNKNOWNS_MAX = 3 * POINTS_MAX + 3, STEPS = 24 };
enum { STARTS_LEAST = 10, STARTS_MAX = 60 };
static const double echoes_most = 3000;    /* times starts: a quarter of a second */
static const double hardly_worse = 18;  /* of the sum of squares: two echoes more or less */
enum { PUSHED = 4, FREE = 8, PUSHES = 4 }; /* steps held and let go */
static const double pushes_m[PUSHES] = {-0.08, -0.045, 0.045, 0.08};
static const double held_weight = 1e8;     /* to a tenth of a millimetre */
static const double place_m = 0.04;        /* to which positions are known beforehand */
static const double echo_m = 0.01;         /* peaks that blur each other */
static const double direct_m = 0.03;       /* loudspeakers have delays of their own */
static const double speed_share = 0.0017;  /* of the speed of sound, for a degree of temperature */
static const double start_m = 0.05;        /* starts are scattered about what is known by so much */
static const double reach_first_m = 0.15, reach_last_m = 0.02, reach_narrows = 0.85;
static const double louder_db = 5;         /* an echo is not, over what a mirror would give */
static const double alone_m = 0.04;        /* two ways nearer than that to an echo are not told apart */
static const double inside_m = 0.01;
static const double told_m = 0.04;         /* less is within what a tape measure does */
static const double known_m = 0.02;       /* more uncertain than that is no answer */

struct point_work {
	const struct fit_seen *seen;
	int points, unknowns, images;
	int source[FIT_RESPONSES_MAX], receiver[FIT_RESPONSES_MAX]; /* points of a response */
	double at_m[POINTS_MAX + 1][3]; /* the last: the sizes */
	double begin_m[POINTS_MAX + 1][3], size_sigma_m[3];
	double distance_m[FIT_RESPONSES_MAX]; /* by the direct sound; NAN: not known */
	struct path_image image[PATH_IMAGES_MAX];
	double normal[UNKNOWNS_MAX * UNKNOWNS_MAX], step[UNKNOWNS_MAX];
};

/* A way from a source to a receiver, and how it grows with each of their coordinates and sizes. */
struct way {
	double length_m, by[3][3]; /* source, receiver, size */
};

static struct way way_of(const struct point_work *w, size_t r, const struct path_image *image)
{
	const double *source_m = w->at_m[w->source[r]], *receiver_m = w->at_m[w->receiver[r]];
	const double *size_m = w->at_m[w->points];
	struct way way = {path_length_m(size_m, source_m, receiver_m, image), {{0}}};
	for (int a = 0; a < 3; a++) {
		const double sign = 1 - 2 * image->mirrored[a];
		const double along = (sign * source_m[a] + 2 * image->cell[a] * size_m[a] - receiver_m[a]) / way.length_m;
		way.by[0][a] = sign * along;
		way.by[1][a] = -along;
		way.by[2][a] = 2 * image->cell[a] * along;
	}
	return way;
}

/* One equation into the sums: a way is `off_m` longer than the points have it. */
static void add_equation(struct point_work *w, size_t r, const struct way *way, double off_m, double weight)
{
	const int first[3] = {3 * w->source[r], 3 * w->receiver[r], 3 * w->points};
	for (int p = 0; p < 9; p++) {
		const int row = first[p / 3] + p % 3;
		const double by = way->by[p / 3][p % 3] * weight;
		w->step[row] += by * off_m;
		for (int q = 0; q < 9; q++)
			w->normal[row + (first[q / 3] + q % 3) * w->unknowns] += by * way->by[q / 3][q % 3];
	}
}

static double weight_of(double off_m, double reach_m, double sigma_m)
{
	const double u = off_m / reach_m, rest = fabs(u) < 1 ? 1 - u * u : 0;
	return rest * rest / (sigma_m * sigma_m);
}

/* The way of an echo: the nearest; how much longer than it the echo is; whether another is about as near. */
struct match {
	struct way way; /* longer than the direct sound's by */
	double off_m;   /* INFINITY: none */
	bool alone;
};

static struct match match_of(const struct point_work *w, const struct fit_echo *echo)
{
	const struct way straight = way_of(w, echo->response, &w->image[0]);
	struct match match = {straight, (double)INFINITY, false};
	double next_m = (double)INFINITY;
	for (int i = 1; i < w->images; i++) {
		const struct way over = way_of(w, echo->response, &w->image[i]);
		const double off_m = echo->extra_m - (over.length_m - straight.length_m);
		if (echo->level_db > 20 * log10(straight.length_m / over.length_m) + louder_db)
			continue;
		if (fabs(off_m) < fabs(match.off_m)) {
			next_m = match.off_m;
			match.off_m = off_m;
			match.way = over;
		} else if (fabs(off_m) < fabs(next_m)) {
			next_m = off_m;
		}
	}
	match.alone = isfinite(match.off_m) && fabs(next_m) - fabs(match.off_m) >= alone_m;
	for (int p = 0; p < 9; p++)
		match.way.by[p / 3][p % 3] -= straight.by[p / 3][p % 3];
	return match;
}

/* What is known beforehand, then all that was heard. */
static void set_equations(struct point_work *w, double reach_m)
{
	memset(w->normal, 0, sizeof w->normal);
	memset(w->step, 0, sizeof w->step);
	for (int i = 0; i < w->unknowns; i++) {
		const double sigma_m = i < 3 * w->points ? place_m : w->size_sigma_m[i % 3];
		const double weight = 1 / (sigma_m * sigma_m);
		w->normal[i + i * w->unknowns] += weight;
		w->step[i] += weight * (w->begin_m[i / 3][i % 3] - w->at_m[i / 3][i % 3]);
	}
	for (size_t e = 0; e < w->seen->echoes; e++) {
		const struct fit_echo *echo = &w->seen->echo[e];
		const struct match match = match_of(w, echo);
		if (match.alone)
			add_equation(w, echo->response, &match.way, match.off_m,
			             weight_of(match.off_m, reach_m, hypot(echo_m, speed_share * echo->extra_m)));
	}
	for (size_t r = 0; r < w->seen->responses; r++) {
		const struct way straight = way_of(w, r, &w->image[0]);
		const double off_m = w->distance_m[r] - straight.length_m;
		if (!isnan(off_m))
			add_equation(w, r, &straight, off_m,
			             weight_of(off_m, fmax(reach_m, 3 * direct_m),
			                       hypot(direct_m, speed_share * w->distance_m[r])));
	}
}

static void keep_inside(struct point_work *w)
{
	for (int p = 0; p < w->points; p++)
		for (int a = 0; a < 3; a++)
			w->at_m[p][a] = fmin(fmax(w->at_m[p][a], inside_m), w->at_m[w->points][a] - inside_m);
}

static int point_of(struct point_work *w, int from, const double at_m[3])
{
	for (int p = from; p < w->points; p++)
		/* the same place in the file, to the bit: NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
		if (memcmp(w->begin_m[p], at_m, sizeof w->begin_m[p]) == 0)
			return p;
	memcpy(w->begin_m[w->points], at_m, sizeof w->begin_m[0]);
	return w->points++;
}

static void begin(struct point_work *w, struct sabin_roomfit *out)
{
	for (int kind = 0; kind < 2; kind++) {
		const int from = w->points;
		for (size_t r = 0; r < w->seen->responses; r++) {
			const struct sabin_roomfit_response *p = &w->seen->response[r];
			const int before = w->points;
			const int at = point_of(w, from, kind ? p->receiver_m : p->source_m);
			*(kind ? &w->receiver[r] : &w->source[r]) = at;
			if (w->points > before)
				out->point[at] = (struct sabin_roomfit_point){.response = r, .receiver = kind};
		}
	}
	for (int a = 0; a < 3; a++) {
		w->begin_m[w->points][a] = out->size_m[a].value;
		w->size_sigma_m[a] = out->size_m[a].plus_minus;
	}
	memcpy(w->at_m, w->begin_m, sizeof w->at_m);
	w->unknowns = 3 * w->points + 3;
	w->images = path_images(2, w->image);
	for (size_t r = 0; r < w->seen->responses; r++)
		w->distance_m[r] = fit_direct_m(w->seen, r);
	keep_inside(w);
}

/* To where the equations have it. */
static enum sabin_err follow(struct point_work *w)
{
	const enum sabin_err err = sabin_solve_positive(w->normal, (size_t)w->unknowns, w->step);
	if (err)
		return err;
	for (int i = 0; i < w->unknowns; i++)
		w->at_m[i / 3][i % 3] += w->step[i];
	keep_inside(w);
	return SABIN_OK;
}

/* Step by step to where weights and places agree. */
static enum sabin_err settle(struct point_work *w)
{
	double reach_m = reach_first_m;
	for (int step = 0; step < STEPS; step++) {
		set_equations(w, reach_m);
		const enum sabin_err err = follow(w);
		if (err)
			return err;
		reach_m = fmax(reach_last_m, reach_m * reach_narrows);
	}
	return SABIN_OK;
}

struct settled {
	double cost, at_m[POINTS_MAX + 1][3];
};

/* Sum of squares, of echoes and direct sounds bounded by 9.  An echo that two ways explain tells nothing of places, but
 * is explained: were it not, an answer in which ways happen to come together would lose to one that parts them. */
static void keep(const struct point_work *w, struct settled *out)
{
	out->cost = 0;
	memcpy(out->at_m, w->at_m, sizeof out->at_m);
	for (int i = 0; i < 3 * w->points; i++)
		out->cost += pow((w->at_m[i / 3][i % 3] - w->begin_m[i / 3][i % 3]) / place_m, 2);
	for (size_t e = 0; e < w->seen->echoes; e++)
		out->cost += fmin(9, pow(3 * match_of(w, &w->seen->echo[e]).off_m / reach_last_m, 2));
	for (size_t r = 0; r < w->seen->responses; r++)
		if (!isnan(w->distance_m[r]))
			out->cost += fmin(9, pow((w->distance_m[r] - way_of(w, r, &w->image[0]).length_m) / direct_m, 2));
}

/* ---- from many starts ---------------------------------------------------------------------------------- */

static int starts_of(const struct fit_seen *seen)
{
	const double most = echoes_most / (double)(seen->echoes + 1);
	return (int)fmin(STARTS_MAX, fmax(STARTS_LEAST, most));
}

/* The first answer is what the file has as it is, so that what it explains as well is not told to be elsewhere; the
 * second is what that leads to.  *best: the least cost. */
static enum sabin_err settle_all(struct point_work *w, int starts, struct settled *all, int *best)
{
	struct sabin_random random;
	sabin_random_init(&random, 1);
	*best = 0;
	for (int i = 0; i < starts; i++) {
		memcpy(w->at_m, w->begin_m, sizeof w->at_m);
		for (int p = 0; p < 3 * w->points && i > 1; p++)
			w->at_m[p / 3][p % 3] += start_m * sabin_random_normal(&random);
		keep_inside(w);
		const enum sabin_err err = i > 0 ? settle(w) : SABIN_OK;
		if (err)
			return err;
		keep(w, &all[i]);
		if (all[i].cost < all[*best].cost)
			*best = i;
	}
	return SABIN_OK;
}

/* From an answer, one coordinate is pushed aside, all others follow; then it is let go. */
static enum sabin_err push(struct point_work *w, int unknown, double by_m)
{
	double *at_m = &w->at_m[unknown / 3][unknown % 3];
	const double pushed_m = *at_m + by_m;
	*at_m = pushed_m;
	for (int step = 0; step < PUSHED + FREE; step++) {
		set_equations(w, reach_last_m);
		if (step < PUSHED) {
			w->normal[unknown + unknown * w->unknowns] += held_weight;
			w->step[unknown] += held_weight * (pushed_m - *at_m);
		}
		const enum sabin_err err = follow(w);
		if (err)
			return err;
	}
	return SABIN_OK;
}

/* From the best answer so far every coordinate is pushed to and fro; what that leads to are answers, too. */
static enum sabin_err push_all(struct point_work *w, struct settled *all, int *count, int *best)
{
	for (int i = 0; i < 3 * w->points; i++)
		for (int k = 0; k < PUSHES; k++) {
			memcpy(w->at_m, all[*best].at_m, sizeof w->at_m);
			const enum sabin_err err = push(w, i, pushes_m[k]);
			if (err)
				return err;
			keep(w, &all[*count]);
			if (all[*count].cost < all[*best].cost - 1e-6)
				*best = *count;
			++*count;
		}
	return SABIN_OK;
}

/* Another answer that is hardly worse makes a coordinate uncertain by as much. */
static double spread_m(const struct settled *all, int count, int best, int point, int axis)
{
	double spread = 0;
	for (int i = 0; i < count; i++)
		if (all[i].cost < all[best].cost + hardly_worse)
			spread = fmax(spread, fabs(all[i].at_m[point][axis] - all[best].at_m[point][axis]));
	return spread;
}

static void tell(const struct point_work *w, const struct settled *all, int count, int best,
                 struct sabin_roomfit *out)
{
	for (int p = 0; p < w->points; p++)
		for (int a = 0; a < 3; a++) {
			const int i = 3 * p + a;
			const double sigma_m =
			        hypot(sqrt(w->normal[i + i * w->unknowns]), spread_m(all, count, best, p, a));
			struct sabin_quantity *q = &out->point[p].at_m[a];
			out->point[p].file_m[a] = w->begin_m[p][a];
			*q = sabin_quantity_valid(all[best].at_m[p][a], sigma_m);
			if (sigma_m > known_m) {
				q->valid = false;
				q->reason = SABIN_BECAUSE_UNCERTAIN;
			}
		}
	out->point_count = (size_t)w->points;
}

bool sabin_roomfit_moved(const struct sabin_roomfit_point *point, int axis)
{
	const struct sabin_quantity *at = &point->at_m[axis];
	const double off_m = fabs(at->value - point->file_m[axis]);
	return at->valid && off_m >= told_m && off_m > 3 * at->plus_minus;
}

enum sabin_err fit_points(const struct fit_seen *seen, struct sabin_roomfit *out)
{
	for (int a = 0; a < 3; a++)
		if (!out->size_m[a].valid)
			return SABIN_OK;
	struct point_work *w = calloc(1, sizeof *w);
	int count = starts_of(seen), best;
	struct settled *all = calloc((size_t)count + PUSHES * 3 * POINTS_MAX, sizeof *all);
	enum sabin_err err = w && all ? SABIN_OK : SABIN_ENOMEM;
	if (err)
		goto out;
	w->seen = seen;
	begin(w, out);
	err = settle_all(w, count, all, &best);
	if (!err)
		err = push_all(w, all, &count, &best);
	if (!err) {
		memcpy(w->at_m, all[best].at_m, sizeof w->at_m);
		set_equations(w, reach_last_m);
		err = sabin_invert_positive(w->normal, (size_t)w->unknowns);
	}
	if (!err)
		tell(w, all, count, best, out);
out:
	free(all);
	free(w);
	return err == SABIN_ENOMEM ? err : SABIN_OK;
}
