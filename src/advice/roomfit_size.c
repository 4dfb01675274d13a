/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit_size.c: the size of a room from its modes and reflections.
 *
 * References
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), eq. 3.15: modes of a box.
 *   [Huber]    P. J. Huber, "Robust statistics" (1981), ch. 4: bounded influence.
 *
 * What is seen has no names: a resonance at 71 Hz may be one mode or another.  So each size in a cube about
 * the file's is judged by how near the modes that source and microphone can share, and the ways over one and
 * two surfaces, come to what was seen; what nothing comes near to (furniture has reflections, too) counts
 * only so much.  The best of a grid is then refined.  For each thing seen the modes or ways that may come
 * near it anywhere in the cube are listed beforehand: a trial takes microseconds.
 *
 * Some mode is near any frequency where there are many.  Hence what chance would give is counted, too: the
 * same of frequencies and ways moved to and fro by a few per cent.  A measurement that fits no better than
 * chance is of another room.  Then a wider cube is searched for the sizes that would explain it.
 */
#include <math.h>

#include "advice/roomfit.h"
#include "room/path.h"

static const double near_reach = 0.04, near_grid = 0.002;
static const double far_reach = 0.16, far_grid = 0.005;
static const double mode_share = 0.002;   /* of the frequency: walls that give way */
static const double heard = 0.03;         /* |psi psi| of a mode that two points share */
static const double echo_m = 0.02;        /* positions to a centimetre */
static const double speed_share = 0.0017; /* of the speed of sound, for a degree of temperature */
static const double most = 9;             /* what one observation may count: three sigma */
static const double prior = 0.015, prior_weight = 0.5; /* tape measures err by little */
static const double prior_most = 8;       /* and whoever errs by more may err by anything */
static const double echo_weight = 0.5;
static const double alike = 9;            /* another answer costs less than so much more: three sigma */
static const double apart = 0.006;        /* and is a share of the size off */
enum { STEPS_MAX = 65 };                  /* of the far grid */
static const size_t refuse_least = 24;    /* fewer seen may please far sizes by chance: a doubt, no more */
enum { CANDIDATES_MAX = 2000, NEAR_MAX = 200, CHANCES = 41 };
static const double chance_share = 0.06, chance_m = 0.4; /* how far chance moves what was seen */

struct candidate {
	int n[3];
	unsigned heard; /* bit for each response */
};

/* Modes or ways that one observation may be. */
struct near_list {
	int count;
	short item[NEAR_MAX];
};

struct size_work {
	const struct fit_seen *seen;
	const double *file_m;
	double reach;
	int candidates, images;
	struct candidate candidate[CANDIDATES_MAX];
	double square[CANDIDATES_MAX]; /* (f / (c/2))^2 of a trial */
	struct path_image image[PATH_IMAGES_MAX];
	struct near_list mode[FIT_MODES_MAX], echo[FIT_ECHOES_MAX];
	double extra_m[FIT_RESPONSES_MAX][PATH_IMAGES_MAX]; /* of a trial */
	double least_at[3][STEPS_MAX]; /* of one size on the grid, whatever the others */
};

static double shape(const int n[3], const double size_m[3], const double at_m[3])
{
	double product = 1;
	for (int a = 0; a < 3; a++)
		product *= cos(n[a] * M_PI * at_m[a] / size_m[a]);
	return product;
}

static double square_of(const int n[3], const double size_m[3])
{
	double square = 0;
	for (int a = 0; a < 3; a++)
		square += (n[a] / size_m[a]) * (n[a] / size_m[a]);
	return square;
}

static void add_candidate(struct size_work *w, const int n[3])
{
	struct candidate c = {{n[0], n[1], n[2]}, 0};
	for (size_t r = 0; r < w->seen->responses; r++) {
		const struct sabin_roomfit_response *p = &w->seen->response[r];
		if (fabs(shape(n, w->file_m, p->source_m) * shape(n, w->file_m, p->receiver_m)) > heard)
			c.heard |= 1u << r;
	}
	if (c.heard && w->candidates < CANDIDATES_MAX)
		w->candidate[w->candidates++] = c;
}

static void list_candidates(struct size_work *w)
{
	const double top = 2 * w->seen->to_hz * (1 + 1.5 * w->reach) / w->seen->speed_m_s;
	for (int x = 0; x <= top * w->file_m[0]; x++)
		for (int y = 0; y <= top * w->file_m[1]; y++)
			for (int z = 0; z <= top * w->file_m[2]; z++) {
				const int n[3] = {x, y, z};
				if (x + y + z > 0 && square_of(n, w->file_m) <= top * top)
					add_candidate(w, n);
			}
}

static void list_modes(struct size_work *w)
{
	for (size_t m = 0; m < w->seen->modes; m++) {
		const struct fit_mode *mode = &w->seen->mode[m];
		struct near_list *list = &w->mode[m];
		list->count = 0;
		for (int i = 0; i < w->candidates && list->count < NEAR_MAX; i++) {
			const double f_hz = w->seen->speed_m_s / 2 * sqrt(square_of(w->candidate[i].n, w->file_m));
			/* 3 sigma of the observation, the cube, and what chance moves it by */
			if ((w->candidate[i].heard >> mode->response & 1) &&
			    fabs(f_hz / mode->f_hz - 1) < w->reach * 1.05 + chance_share + 0.01)
				list->item[list->count++] = (short)i;
		}
	}
}

static void set_ways(struct size_work *w, const double size_m[3])
{
	for (size_t r = 0; r < w->seen->responses; r++) {
		const struct sabin_roomfit_response *p = &w->seen->response[r];
		const double straight_m = room_distance_m(p->source_m, p->receiver_m);
		for (int i = 1; i < w->images; i++)
			w->extra_m[r][i] =
			        path_length_m(size_m, p->source_m, p->receiver_m, &w->image[i]) - straight_m;
	}
}

static void list_echoes(struct size_work *w)
{
	set_ways(w, w->file_m);
	for (size_t e = 0; e < w->seen->echoes; e++) {
		const struct fit_echo *echo = &w->seen->echo[e];
		const struct sabin_roomfit_response *p = &w->seen->response[echo->response];
		const double way_m = echo->extra_m + room_distance_m(p->source_m, p->receiver_m);
		struct near_list *list = &w->echo[e];
		list->count = 0;
		for (int i = 1; i < w->images; i++)
			if (fabs(w->extra_m[echo->response][i] - echo->extra_m) <
			    2 * w->reach * way_m + chance_m + 3 * echo_m)
				list->item[list->count++] = (short)i;
	}
}

static double bounded(double u)
{
	return u * u < most ? u * u : most;
}

/* How far the nearest mode is from an observed one moved by a share of it, in standard uncertainties. */
static double mode_miss(const struct size_work *w, size_t m, double moved)
{
	const struct fit_mode *mode = &w->seen->mode[m];
	const struct near_list *list = &w->mode[m];
	const double f_hz = mode->f_hz * (1 + moved), half_m_s = w->seen->speed_m_s / 2;
	const double square = f_hz * f_hz / (half_m_s * half_m_s);
	double nearest = (double)INFINITY;
	for (int i = 0; i < list->count; i++) {
		const double off = fabs(w->square[list->item[i]] - square);
		nearest = off < nearest ? off : nearest;
	}
	/* a small difference of squares */
	const double sigma_hz = sqrt(mode->sigma_hz * mode->sigma_hz + mode_share * mode_share * f_hz * f_hz);
	return nearest / (2 * f_hz) * half_m_s * half_m_s / sigma_hz;
}

static double echo_miss(const struct size_work *w, size_t e, double moved_m)
{
	const struct fit_echo *echo = &w->seen->echo[e];
	const struct near_list *list = &w->echo[e];
	double nearest = (double)INFINITY;
	for (int i = 0; i < list->count; i++) {
		const double off = fabs(w->extra_m[echo->response][list->item[i]] - echo->extra_m - moved_m);
		nearest = off < nearest ? off : nearest;
	}
	return nearest / echo_m;
}

static void set_trial(struct size_work *w, const double e[3])
{
	double size_m[3], per_m2[3];
	for (int a = 0; a < 3; a++) {
		size_m[a] = w->file_m[a] * (1 + e[a]);
		per_m2[a] = 1 / (size_m[a] * size_m[a]);
	}
	for (int i = 0; i < w->candidates; i++) {
		const int *n = w->candidate[i].n;
		w->square[i] = n[0] * n[0] * per_m2[0] + n[1] * n[1] * per_m2[1] + n[2] * n[2] * per_m2[2];
	}
	set_ways(w, size_m);
}

static double cost_at(struct size_work *w, const double e[3])
{
	double cost = 0, echoes = 0;
	set_trial(w, e);
	for (int a = 0; a < 3; a++)
		cost += fmin(prior_most, prior_weight * (e[a] / prior) * (e[a] / prior));
	for (size_t m = 0; m < w->seen->modes; m++)
		cost += bounded(mode_miss(w, m, 0));
	for (size_t i = 0; i < w->seen->echoes; i++)
		echoes += bounded(echo_miss(w, i, 0));
	return cost + echo_weight * echoes;
}

/* ---- where the cost is least ------------------------------------------------------------------------- */

static double refine(struct size_work *w, double step, double best[3], double least)
{
	const double end = near_grid / 40;
	while (step > end) {
		bool better = false;
		for (int a = 0; a < 3; a++)
			for (int side = -1; side <= 1; side += 2) {
				double e[3] = {best[0], best[1], best[2]};
				e[a] += side * step;
				const double cost = fabs(e[a]) <= w->reach ? cost_at(w, e) : (double)INFINITY;
				if (cost < least - 1e-9) {
					least = cost;
					memcpy(best, e, sizeof e);
					better = true;
				}
			}
		if (!better)
			step /= 2;
	}
	return least;
}

/* All combinations on the grid; the least of them, refined. */
static enum sabin_err scan(struct size_work *w, double reach, double grid, const struct fit_watch *watch,
                           double best[3], double *least)
{
	const int half = (int)floor(reach / grid + 0.5), steps = 2 * half + 1;
	w->reach = reach;
	w->candidates = 0;
	list_candidates(w);
	list_modes(w);
	list_echoes(w);
	for (int i = 0; i < 3 * STEPS_MAX; i++)
		w->least_at[i / STEPS_MAX][i % STEPS_MAX] = (double)INFINITY;
	*least = (double)INFINITY;
	for (int x = -half; x <= half; x++) {
		if (!fit_goes_on(watch, (double)(x + half) / steps))
			return SABIN_EINTR;
		for (int y = -half; y <= half; y++)
			for (int z = -half; z <= half; z++) {
				const double e[3] = {x * grid, y * grid, z * grid};
				const int at[3] = {x + half, y + half, z + half};
				const double cost = cost_at(w, e);
				for (int a = 0; a < 3; a++)
					w->least_at[a][at[a]] = fmin(w->least_at[a][at[a]], cost);
				if (cost < *least) {
					*least = cost;
					memcpy(best, e, sizeof e);
				}
			}
	}
	*least = refine(w, grid, best, *least);
	return SABIN_OK;
}

/* How far one size may go until the cost has risen by one, as one standard uncertainty; the farther side. */
static double spread_of(struct size_work *w, const double best[3], double least, int axis)
{
	double spread = 0;
	for (int side = -1; side <= 1; side += 2)
		for (double by = near_grid / 10; by <= near_reach; by += near_grid / 10) {
			double e[3] = {best[0], best[1], best[2]};
			e[axis] += side * by;
			spread = fmax(spread, by);
			if (cost_at(w, e) > least + 1)
				break;
		}
	return spread;
}

/* How far another answer is that the near grid has as good as alike; 0: there is none. */
static double other_answer(const struct size_work *w, const double best[3], int axis)
{
	const int half = (int)floor(near_reach / near_grid + 0.5);
	double least = (double)INFINITY, farthest = 0;
	for (int i = 0; i <= 2 * half; i++)
		least = fmin(least, w->least_at[axis][i]);
	for (int i = 0; i <= 2 * half; i++) {
		const double off = fabs((i - half) * near_grid - best[axis]);
		if (off > apart && w->least_at[axis][i] < least + alike)
			farthest = fmax(farthest, off);
	}
	return farthest;
}

/* ---- what it explains ---------------------------------------------------------------------------------- */

/* What the sizes explain, and what they would by chance. */
static void judge(struct size_work *w, const double best[3], struct sabin_roomfit_match *modes,
                  struct sabin_roomfit_match *echoes)
{
	*modes = (struct sabin_roomfit_match){.seen = w->seen->modes};
	*echoes = (struct sabin_roomfit_match){.seen = w->seen->echoes};
	set_trial(w, best);
	double mode_squares = 0, echo_squares = 0;
	for (size_t m = 0; m < w->seen->modes; m++) {
		const double u = mode_miss(w, m, 0);
		const double sigma = hypot(w->seen->mode[m].sigma_hz / w->seen->mode[m].f_hz, mode_share);
		if (u * u < most) {
			modes->met++;
			mode_squares += u * sigma * u * sigma;
		}
		modes->cost += bounded(u);
		for (int i = 0; i < CHANCES; i++) {
			const double v = mode_miss(w, m, chance_share * (2.0 * i / (CHANCES - 1) - 1));
			modes->by_chance += (v * v < most) / (double)CHANCES;
			modes->cost_by_chance += bounded(v) / CHANCES;
		}
	}
	for (size_t e = 0; e < w->seen->echoes; e++) {
		const double u = echo_miss(w, e, 0);
		if (u * u < most) {
			echoes->met++;
			echo_squares += u * echo_m * u * echo_m;
		}
		echoes->cost += bounded(u);
		for (int i = 0; i < CHANCES; i++) {
			const double v = echo_miss(w, e, chance_m * (2.0 * i / (CHANCES - 1) - 1));
			echoes->by_chance += (v * v < most) / (double)CHANCES;
			echoes->cost_by_chance += bounded(v) / CHANCES;
		}
	}
	modes->rms = modes->met ? sqrt(mode_squares / (double)modes->met) : (double)NAN;
	echoes->rms = echoes->met ? sqrt(echo_squares / (double)echoes->met) : (double)NAN;
}

static void set_sizes(struct size_work *w, const double best[3], double least, struct sabin_roomfit *out)
{
	static const double spread_most = 0.01; /* more is no answer */
	for (int a = 0; a < 3; a++) {
		const double size_m = w->file_m[a] * (1 + best[a]);
		const double spread = spread_of(w, best, least, a);
		const double other = other_answer(w, best, a);
		out->size_m[a] = sabin_quantity_valid(size_m, hypot(fmax(spread, other), speed_share) * size_m);
		out->size_sigma_m[a] = hypot(spread, speed_share) * size_m;
		out->size_other_m[a] = other * size_m;
		out->size_at_limit[a] = fabs(best[a]) > near_reach - near_grid / 2;
		if (w->seen->modes + w->seen->echoes < 6 || spread > spread_most || out->size_at_limit[a]) {
			out->size_m[a].valid = false;
			out->size_m[a].reason = SABIN_BECAUSE_UNCERTAIN;
			out->size_m[a].have = spread * 100;
			out->size_m[a].need = spread_most * 100;
		}
	}
}

/* 0: all that was seen is where the room has it; 1: no better than by chance. */
static double misfit_of(const struct sabin_roomfit_match *modes, const struct sabin_roomfit_match *echoes)
{
	const double by_chance = modes->cost_by_chance + echo_weight * echoes->cost_by_chance;
	return by_chance > 0 ? (modes->cost + echo_weight * echoes->cost) / by_chance : (double)NAN;
}

/* Sizes farther from the file's that would explain what was seen.  What they leave less speaks against the file's. */
static enum sabin_err search_far(struct size_work *w, const struct fit_watch *watch, struct sabin_roomfit *out)
{
	double far[3] = {0, 0, 0}, least;
	const enum sabin_err err = scan(w, far_reach, far_grid, watch, far, &least);
	if (err)
		return err;
	struct sabin_roomfit_match modes, echoes;
	judge(w, far, &modes, &echoes);
	out->far_misfit = misfit_of(&modes, &echoes);
	const double raised_most = w->seen->modes + w->seen->echoes < refuse_least ? SABIN_ROOMFIT_OTHER : 1;
	out->misfit = fmax(out->misfit, fmin(2 * out->misfit - out->far_misfit, raised_most));
	for (int a = 0; a < 3; a++)
		out->far_size_m[a] = w->file_m[a] * (1 + far[a]);
	return SABIN_OK;
}

static void forget_sizes(struct sabin_roomfit *out)
{
	for (int a = 0; a < 3; a++) {
		out->size_m[a].valid = false;
		out->size_m[a].reason = SABIN_BECAUSE_UNCERTAIN;
	}
}

static void forget_far(struct sabin_roomfit *out)
{
	memset(out->far_size_m, 0, sizeof out->far_size_m);
	out->far_misfit = 0;
}

enum sabin_err fit_sizes(const struct fit_seen *seen, const struct fit_watch *watch, struct sabin_roomfit *out)
{
	struct size_work *w = calloc(1, sizeof *w);
	if (!w)
		return SABIN_ENOMEM;
	w->seen = seen;
	w->file_m = seen->room->size_m;
	w->images = path_images(2, w->image);
	double best[3] = {0, 0, 0}, least;
	enum sabin_err err = scan(w, near_reach, near_grid, watch, best, &least);
	if (!err) {
		set_sizes(w, best, least, out);
		judge(w, best, &out->mode_match, &out->echo_match);
		out->misfit = misfit_of(&out->mode_match, &out->echo_match);
		/* below half of it far sizes cannot make it doubtful */
		if (2 * out->misfit > SABIN_ROOMFIT_DOUBTFUL)
			err = search_far(w, watch, out);
		if (out->misfit > SABIN_ROOMFIT_DOUBTFUL)
			forget_sizes(out);
		else
			forget_far(out);
	}
	free(w);
	return err;
}
