/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit_size.c: the size of a room from its modes and reflections.
 *
 * References
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), eq. 3.15: modes of a box.
 *   [Huber]    P. J. Huber, "Robust statistics" (1981), ch. 4: bounded influence.
 *
 * What is seen has no names: a resonance at 71 Hz may be one mode or another.  So each size in a cube of
 * 4 % about the file's is judged by how near the modes that source and microphone can share, and
 * the ways over one and two surfaces, come to what was seen; what nothing comes near to (furniture
 * has reflections, too) counts only so much.  The best of a grid is then refined.
 */
#include <math.h>

#include "advice/roomfit.h"
#include "room/path.h"

static const double reach = 0.04, grid = 0.002;
static const double mode_share = 0.002;   /* of the frequency: walls that give way */
static const double heard = 0.03;         /* |psi psi| of a mode that two points share */
static const double echo_m = 0.02;        /* positions to a centimetre */
static const double most = 9;             /* what one observation may count: three sigma */
static const double prior = 0.015, prior_weight = 0.5; /* tape measures err by little */
static const double echo_weight = 0.5;
enum { CANDIDATES_MAX = 600, PATHS_MAX = 24, STEPS = 41 };

struct candidate {
	int n[3];
	unsigned heard; /* bit for each response */
};

struct size_work {
	const struct fit_seen *seen;
	const double *file_m;
	int candidates;
	struct candidate candidate[CANDIDATES_MAX];
	int images;
	struct path_image image[PATH_IMAGES_MAX];
};

static double shape(const int n[3], const double size_m[3], const double at_m[3])
{
	double product = 1;
	for (int a = 0; a < 3; a++)
		product *= cos(n[a] * M_PI * at_m[a] / size_m[a]);
	return product;
}

static void list_candidates(struct size_work *w)
{
	const double top = 2 * w->seen->to_hz * (1 + 2 * reach) / w->seen->speed_m_s;
	for (int x = 0; x <= top * w->file_m[0]; x++)
		for (int y = 0; y <= top * w->file_m[1]; y++)
			for (int z = 0; z <= top * w->file_m[2]; z++) {
				struct candidate c = {{x, y, z}, 0};
				const double square = pow(x / w->file_m[0], 2) + pow(y / w->file_m[1], 2) +
				                      pow(z / w->file_m[2], 2);
				if (x + y + z == 0 || square > top * top || w->candidates == CANDIDATES_MAX)
					continue;
				for (size_t r = 0; r < w->seen->responses; r++) {
					const struct sabin_roomfit_response *p = &w->seen->response[r];
					if (fabs(shape(c.n, w->file_m, p->source_m) *
					         shape(c.n, w->file_m, p->receiver_m)) > heard)
						c.heard |= 1u << r;
				}
				if (c.heard)
					w->candidate[w->candidates++] = c;
			}
}

static double bounded(double u)
{
	return fmin(u * u, most);
}

static double cost_of_modes(const struct size_work *w, const double size_m[3])
{
	double f_hz[CANDIDATES_MAX], sum = 0;
	for (int i = 0; i < w->candidates; i++) {
		double square = 0;
		for (int a = 0; a < 3; a++) {
			const double k = w->candidate[i].n[a] / size_m[a];
			square += k * k;
		}
		f_hz[i] = w->seen->speed_m_s / 2 * sqrt(square);
	}
	for (size_t m = 0; m < w->seen->modes; m++) {
		const struct fit_mode *mode = &w->seen->mode[m];
		double nearest = (double)INFINITY;
		for (int i = 0; i < w->candidates; i++)
			if (w->candidate[i].heard >> mode->response & 1)
				nearest = fmin(nearest, fabs(f_hz[i] - mode->f_hz));
		sum += bounded(nearest / hypot(mode->sigma_hz, mode_share * mode->f_hz));
	}
	return sum;
}

static double cost_of_echoes(const struct size_work *w, const double size_m[3])
{
	double extra_m[PATH_IMAGES_MAX], sum = 0;
	size_t last = (size_t)-1;
	for (size_t e = 0; e < w->seen->echoes; e++) {
		const struct fit_echo *echo = &w->seen->echo[e];
		const struct sabin_roomfit_response *p = &w->seen->response[echo->response];
		if (echo->response != last) { /* they stand response by response */
			for (int i = 0; i < w->images; i++)
				extra_m[i] = path_length_m(size_m, p->source_m, p->receiver_m, &w->image[i]);
			last = echo->response;
		}
		double nearest = (double)INFINITY;
		for (int i = 1; i < w->images; i++)
			nearest = fmin(nearest, fabs(extra_m[i] - extra_m[0] - echo->extra_m));
		sum += bounded(nearest / echo_m);
	}
	return echo_weight * sum;
}

static double cost_at(const struct size_work *w, const double e[3])
{
	double size_m[3], cost = 0;
	for (int a = 0; a < 3; a++) {
		size_m[a] = w->file_m[a] * (1 + e[a]);
		cost += prior_weight * (e[a] / prior) * (e[a] / prior);
	}
	return cost + cost_of_modes(w, size_m) + cost_of_echoes(w, size_m);
}

/* All combinations on the grid; the least. */
static double scan(const struct size_work *w, double best[3])
{
	double least = (double)INFINITY;
	for (int i = 0; i < STEPS * STEPS * STEPS; i++) {
		const double e[3] = {(i % STEPS) * grid - reach, (i / STEPS % STEPS) * grid - reach,
		                     (i / STEPS / STEPS) * grid - reach};
		const double cost = cost_at(w, e);
		if (cost < least) {
			least = cost;
			memcpy(best, e, 3 * sizeof *best);
		}
	}
	return least;
}

static double refine(const struct size_work *w, double best[3], double least)
{
	for (double step = grid; step > grid / 40;) {
		bool better = false;
		for (int a = 0; a < 3; a++)
			for (int side = -1; side <= 1; side += 2) {
				double e[3] = {best[0], best[1], best[2]};
				e[a] += side * step;
				const double cost = cost_at(w, e);
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

/* How far one size may go until the cost has risen by one, as one standard uncertainty; the farther side. */
static double spread_of(const struct size_work *w, const double best[3], double least, int axis)
{
	double spread = 0;
	for (int side = -1; side <= 1; side += 2)
		for (double by = grid / 10; by <= reach; by += grid / 10) {
			double e[3] = {best[0], best[1], best[2]};
			e[axis] += side * by;
			spread = fmax(spread, by);
			if (cost_at(w, e) > least + 1)
				break;
		}
	return spread;
}

enum sabin_err fit_sizes(const struct fit_seen *seen, struct sabin_roomfit *out)
{
	static const double spread_most = 0.01; /* more is no answer */
	struct size_work *w = calloc(1, sizeof *w);
	if (!w)
		return SABIN_ENOMEM;
	w->seen = seen;
	w->file_m = seen->room->size_m;
	w->images = path_images(2, w->image);
	list_candidates(w);
	double best[3] = {0, 0, 0};
	double least = scan(w, best);
	least = refine(w, best, least);
	for (int a = 0; a < 3; a++) {
		const double size_m = w->file_m[a] * (1 + best[a]);
		const double spread = spread_of(w, best, least, a);
		out->size_m[a] = sabin_quantity_valid(size_m, spread * size_m);
		if (seen->modes + seen->echoes < 6 || spread > spread_most ||
		    fabs(best[a]) > reach - grid / 2) {
			out->size_m[a].valid = false;
			out->size_m[a].reason = SABIN_BECAUSE_UNCERTAIN;
			out->size_m[a].have = spread * 100;
			out->size_m[a].need = spread_most * 100;
		}
	}
	out->modes = seen->modes;
	out->reflections = seen->echoes;
	free(w);
	return SABIN_OK;
}
