/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lundeby.c: where a decay meets the noise.
 *
 * [Lun] Lundeby, Vigran, Bietz, Vorlaender: "Uncertainties of measurements in room acoustics",
 *       Acustica 81 (1995) 344-355: the iteration, steps 1 to 9.
 * [GV]  Guski, Vorlaender: "Comparison of noise compensation methods for room acoustic impulse
 *       response evaluations", Acta Acustica united with Acustica 100 (2014) 320-327.
 * [Kay] Kay: "Fundamentals of Statistical Signal Processing: Estimation Theory" (1993), 7.7:
 *       maximum likelihood by the method of scoring.
 *
 * Lundeby's lines are fitted to logarithms of averages and use the noise and the decay one after
 * the other.  The second step fits both at once by maximum likelihood: the energies of noise in
 * blocks one reciprocal bandwidth long are exponentially distributed about their expectation m, so
 * that sum(ln m + E/m) is minimal for the best model.
 */
#include <math.h>

#include "acoustics/lundeby.h"

static const double ln_per_db = 0.23025850929940458; /* ln(10) / 10 */

/* [Lun] step 1: 10 to 50 ms; here the least that the filter lets tell apart. */
static const double first_window_s = 0.010;
static const double first_window_cells = 2; /* in reciprocal bandwidths */
static const double noise_share = 0.1;      /* [Lun] steps 2 and 7 */
static const double above_noise_db = 10;    /* [Lun] step 3: 5 to 10; step 8 */
static const double least_above_db = 5;
static const double beyond_knee_db = 10;    /* [Lun] step 7: 5 to 10 */
static const double late_range_db = 20;     /* [Lun] step 8: 10 to 20 */
static const double windows_per_10db = 5;   /* [Lun] step 5: 3 to 10 */
enum { MAX_ROUNDS = 6 };                    /* [Lun] step 9 */

/* Above the noise; more would ask a longer part to be straight. */
static const double fit_from_db = 25;
static const double block_db = 1;     /* decay within a block of the likelihood */
enum { MAX_STEPS = 60, MAX_BLOCKS = 20000 };

/* Mean energy density in t .. t + w. */
static double density(const struct sabin_energy *energy, double t_s, double w_s)
{
	return (sabin_energy_after(energy, t_s) - sabin_energy_after(energy, t_s + w_s)) / w_s;
}

/* A running least-squares line y = mean + slope (x - mean x). */
struct line {
	double n, x, y, xx, xy;
};

static void line_add(struct line *line, double x, double y)
{
	line->n += 1;
	line->x += x;
	line->y += y;
	line->xx += x * x;
	line->xy += x * y;
}

static bool line_solve(const struct line *line, double *slope, double *at0)
{
	const double det = line->n * line->xx - line->x * line->x;
	if (line->n < 2 || !(det > 0))
		return false;
	*slope = (line->n * line->xy - line->x * line->y) / det;
	*at0 = (line->y - *slope * line->x) / line->n;
	return true;
}

/* Fit windows of w_s from from_s on, until one falls to floor or to_s is reached. */
static bool fit_windows(const struct sabin_energy *energy, double from_s, double to_s, double w_s,
                        double floor, struct sabin_decay_model *model)
{
	struct line line = {0};
	for (double t = from_s; t + w_s <= to_s; t += w_s) {
		const double d = density(energy, t, w_s);
		if (!(d > floor))
			break;
		line_add(&line, t + w_s / 2, log(d));
	}
	double slope, at0;
	if (!line_solve(&line, &slope, &at0) || !(slope < 0))
		return false;
	model->rate = -slope;
	model->density = exp(at0);
	return true;
}

static double knee_of(const struct sabin_decay_model *model)
{
	return log(model->density / model->noise) / model->rate;
}

/* Start of the loudest window. */
static double loudest(const struct sabin_energy *energy, double w_s, double end_s, double *peak)
{
	double at = 0;
	*peak = 0;
	for (double t = 0; t + w_s <= end_s; t += w_s / 2) {
		const double d = density(energy, t, w_s);
		if (d > *peak) {
			*peak = d;
			at = t;
		}
	}
	return at;
}

/* [Lun] steps 1 to 4. */
static bool first_estimate(const struct sabin_energy *energy, double w_s, double end_s,
                           double *peak_s, struct sabin_decay_model *model)
{
	double peak;
	*peak_s = loudest(energy, w_s, end_s, &peak);
	model->noise = density(energy, end_s * (1 - noise_share), end_s * noise_share);
	if (!(peak > 0))
		return false;
	if (!(model->noise > peak * 1e-30)) /* digital silence: any floor below the response will do */
		model->noise = peak * 1e-30;
	for (double db = above_noise_db; db >= least_above_db; db -= least_above_db)
		if (fit_windows(energy, *peak_s, end_s, w_s, model->noise * exp(db * ln_per_db), model))
			return true;
	return false;
}

/* [Lun] steps 5 to 8. */
static void improve(const struct sabin_energy *energy, double cell_s, double peak_s, double end_s,
                    struct sabin_decay_model *model)
{
	const double s_per_db = ln_per_db / model->rate;
	const double knee_s = knee_of(model);
	double w_s = fmax(10 * s_per_db / windows_per_10db, cell_s);
	double noise_s = fmin(knee_s + beyond_knee_db * s_per_db, end_s * (1 - noise_share));
	noise_s = fmax(noise_s, 0);
	const double noise = density(energy, noise_s, end_s - noise_s);
	if (noise > model->noise * 1e-30)
		model->noise = noise;
	const double to_s = knee_of(model) - above_noise_db * s_per_db;
	const double from_s = fmax(peak_s, to_s - late_range_db * s_per_db);
	struct sabin_decay_model late = *model;
	w_s = fmin(w_s, (to_s - from_s) / 3);
	if (w_s > 0 && fit_windows(energy, from_s, to_s, w_s, 0, &late))
		*model = late;
}

bool sabin_lundeby(const struct sabin_energy *energy, double bandwidth_hz, double end_s,
                   struct sabin_decay_model *model)
{
	const double cell_s = 1 / bandwidth_hz;
	const double w_s =
		fmin(fmax(first_window_s, first_window_cells * cell_s), end_s * noise_share);
	double peak_s;
	struct sabin_decay_model m;
	if (!(end_s > 0) || !(w_s >= 2 * energy->step_s) ||
	    !first_estimate(energy, w_s, end_s, &peak_s, &m))
		return false;
	for (int round = 0; round < MAX_ROUNDS; round++) {
		const double before_s = knee_of(&m);
		improve(energy, cell_s, peak_s, end_s, &m);
		if (fabs(knee_of(&m) - before_s) < 0.001 * before_s)
			break;
	}
	if (!isfinite(m.density) || !isfinite(m.rate) || !(m.rate > 0))
		return false;
	*model = m;
	return true;
}

/* ---- maximum likelihood --------------------------------------------------------------------- */

/* What the likelihood is made of: mean densities of equal blocks from from_s on. */
struct blocks {
	double *density;
	size_t count;
	double from_s, width_s;
};

enum { DENSITY, RATE, NOISE, UNKNOWNS };

/* Cost sum(ln m + E/m), and with it (if not NULL) gradient and Fisher information with respect to
 * the logarithms of density at from_s, rate and noise. */
static double likelihood(const struct blocks *b, const double p[UNKNOWNS], double g[UNKNOWNS],
                         double info[UNKNOWNS][UNKNOWNS])
{
	const double rate = exp(p[RATE]), noise = exp(p[NOISE]), x = rate * b->width_s;
	const double per_block = exp(-x);
	/* mean of an exponential over a block re its value at the start, and d ln / d ln rate */
	const double mean = -expm1(-x) / x, shape = x * per_block / -expm1(-x) - 1;
	double decay = exp(p[DENSITY]) * mean, cost = 0, product = 1;
	if (g)
		memset(g, 0, UNKNOWNS * sizeof *g), memset(info, 0, UNKNOWNS * sizeof *info);
	for (size_t k = 0; k < b->count; k++, decay *= per_block) {
		const double m = decay + noise, ratio = b->density[k] / m;
		cost += ratio;
		product *= m / noise; /* one logarithm for many factors, each at least 1 */
		if (product > 1e200) {
			cost += log(product);
			product = 1;
		}
		if (!g)
			continue;
		double d[UNKNOWNS];
		d[DENSITY] = decay / m;
		d[RATE] = d[DENSITY] * (shape - (double)k * x);
		d[NOISE] = noise / m;
		for (int i = 0; i < UNKNOWNS; i++) {
			g[i] += (ratio - 1) * d[i];
			for (int j = 0; j <= i; j++)
				info[i][j] += d[i] * d[j];
		}
	}
	return cost + log(product) + (double)b->count * p[NOISE];
}

/* Solve (info + damping diag(info)) step = g by Cholesky's decomposition. */
static bool solve(double info[UNKNOWNS][UNKNOWNS], const double g[UNKNOWNS], double damping,
                  double step[UNKNOWNS])
{
	double l[UNKNOWNS][UNKNOWNS];
	for (int i = 0; i < UNKNOWNS; i++)
		for (int j = 0; j <= i; j++) {
			/* the small constant keeps a noise that is not seen from moving at random */
			double s = info[i][j] + (i == j ? damping * info[i][i] + 1e-9 : 0);
			for (int k = 0; k < j; k++)
				s -= l[i][k] * l[j][k];
			if (i == j && !(s > 0))
				return false;
			l[i][j] = i == j ? sqrt(s) : s / l[j][j];
		}
	for (int i = 0; i < UNKNOWNS; i++) {
		step[i] = g[i];
		for (int k = 0; k < i; k++)
			step[i] -= l[i][k] * step[k];
		step[i] /= l[i][i];
	}
	for (int i = UNKNOWNS - 1; i >= 0; i--) {
		for (int k = i + 1; k < UNKNOWNS; k++)
			step[i] -= l[k][i] * step[k];
		step[i] /= l[i][i];
	}
	return true;
}

/* [Kay] 7.7, damped so that every step lowers the cost. */
static void scoring(const struct blocks *b, double p[UNKNOWNS])
{
	double g[UNKNOWNS], info[UNKNOWNS][UNKNOWNS], damping = 1e-3;
	double cost = likelihood(b, p, g, info);
	for (int n = 0; n < MAX_STEPS && damping < 1e6; n++) {
		double step[UNKNOWNS], next[UNKNOWNS], most = 0;
		if (!solve(info, g, damping, step))
			return;
		for (int i = 0; i < UNKNOWNS; i++) {
			next[i] = p[i] + fmax(-2, fmin(2, step[i]));
			most = fmax(most, fabs(step[i]));
		}
		const double better = likelihood(b, next, NULL, NULL);
		if (!(better <= cost)) {
			damping *= 10;
			continue;
		}
		memcpy(p, next, sizeof next);
		if (most < 1e-6 || cost - better < 1e-9)
			return;
		damping /= 10;
		cost = likelihood(b, p, g, info);
	}
}

static bool cut_blocks(const struct sabin_energy *energy, double cell_s, double end_s,
                       const struct sabin_decay_model *model, struct blocks *b)
{
	const double s_per_db = ln_per_db / model->rate;
	b->from_s = fmin(knee_of(model), end_s) - fit_from_db * s_per_db;
	if (b->from_s < cell_s)
		b->from_s = cell_s; /* the direct sound has its own energy */
	b->width_s = fmax(fmax(cell_s, block_db * s_per_db), (end_s - b->from_s) / MAX_BLOCKS);
	const double count = (end_s - b->from_s) / b->width_s;
	if (!(count >= 2 * UNKNOWNS))
		return false;
	b->count = (size_t)count;
	b->density = malloc(b->count * sizeof *b->density);
	if (!b->density)
		return false;
	for (size_t k = 0; k < b->count; k++)
		b->density[k] = density(energy, b->from_s + (double)k * b->width_s, b->width_s);
	return true;
}

void sabin_late_fit(const struct sabin_energy *energy, double bandwidth_hz, double end_s,
                    struct sabin_decay_model *model)
{
	struct blocks b;
	if (!cut_blocks(energy, 1 / bandwidth_hz, end_s, model, &b))
		return;
	double p[UNKNOWNS] = {
		[DENSITY] = log(model->density) - model->rate * b.from_s,
		[RATE] = log(model->rate),
		[NOISE] = log(model->noise),
	};
	scoring(&b, p);
	free(b.density);
	const struct sabin_decay_model m = {
		.density = exp(p[DENSITY] + exp(p[RATE]) * b.from_s),
		.rate = exp(p[RATE]),
		.noise = exp(p[NOISE]),
	};
	/* a fit that went elsewhere has found something other than this decay */
	if (m.rate < 3 * model->rate && 3 * m.rate > model->rate && isfinite(m.density) &&
	    isfinite(m.noise))
		*model = m;
}
