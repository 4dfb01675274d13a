/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lundeby.c: where a decay meets the noise.
 *
 * [Lun] Lundeby, Vigran, Bietz, Vorlaender: "Uncertainties of measurements in room acoustics",
 *       Acustica 81 (1995) 344-355: the iteration, steps 1 to 9.
 * [GV]  Guski, Vorlaender: "Comparison of noise compensation methods for room acoustic impulse
 *       response evaluations", Acta Acustica united with Acustica 100 (2014) 320-327.
 *
 * Lundeby's lines are fitted to logarithms of averages and use the noise and the decay one after
 * the other.  The second step fits both at once by maximum likelihood (mixture.c).
 */
#include <math.h>

#include "acoustics/lundeby.h"
#include "acoustics/mixture.h"

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
/* But where that is not so many cells long, chance decides how steep they seem. */
static const double fit_cells = 24;
static const double block_db = 1;     /* decay within a block of the likelihood */
/* A line over more of the decay is surer, if it is a line: what is left over of what comes late must then be
 * almost as likely as with a line of its own.  (Twice the difference has the chi-squared distribution of
 * two degrees of freedom, or less: 5 % of straight decays are beyond 6.) */
static const double longer_db = 40, line_from_db = 5, most_worse = 3;
enum { MAX_BLOCKS = 20000, LEAST_BLOCKS = 6 };

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
		const double d = sabin_energy_density(energy, t, w_s);
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
		const double d = sabin_energy_density(energy, t, w_s);
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
	model->noise = sabin_energy_density(energy, end_s * (1 - noise_share), end_s * noise_share);
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
	const double noise = sabin_energy_density(energy, noise_s, end_s - noise_s);
	if (noise > model->noise * 1e-30)
		model->noise = noise;
	const double to_s = knee_of(model) - above_noise_db * s_per_db;
	const double from_s = fmax(peak_s, to_s - late_range_db * s_per_db);
	struct sabin_decay_model late = *model;
	w_s = fmin(w_s, (to_s - from_s) / 3);
	if (w_s > 0 && fit_windows(energy, from_s, to_s, w_s, 0, &late))
		*model = late;
}

/* Where a model says that the decay meets its noise, there must be no more than the two of them.  Noise that
 * is not as strong at the end as before looks like a slow decay, and one round may follow it: its line meets
 * the noise where the true decay is still far above both. */
static bool explains(const struct sabin_energy *energy, const struct sabin_decay_model *model,
                     double w_s, double end_s)
{
	static const double most = 10; /* few cells of noise have ten times their mean */
	const double at_s = fmin(fmax(knee_of(model), w_s), end_s) - w_s;
	return !(sabin_energy_density(energy, at_s, w_s) >
	         most * (model->noise + model->density * exp(-model->rate * at_s)));
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
		const struct sabin_decay_model before = m;
		improve(energy, cell_s, peak_s, end_s, &m);
		if (!explains(energy, &m, w_s, end_s)) {
			m = before;
			break;
		}
		if (fabs(knee_of(&m) - before_s) < 0.001 * before_s)
			break;
	}
	if (!isfinite(m.density) || !isfinite(m.rate) || !(m.rate > 0))
		return false;
	*model = m;
	return true;
}

/* ---- maximum likelihood --------------------------------------------------------------------- */

static struct sabin_mixture mixture_of(const struct sabin_decay_model *model, double from_s)
{
	return (struct sabin_mixture){
		.decays = 1,
		.density = {model->density * exp(-model->rate * from_s)},
		.rate = {model->rate},
		.noise = model->noise,
	};
}

/* The most likely decay and noise from from_s on, sought from *model; false where there is none that
 * resembles it.  The blocks are to be released in every case. */
static bool fit_from(const struct sabin_energy *energy, double cell_s, double from_s, double end_s,
                     struct sabin_decay_model *model, struct sabin_blocks *b)
{
	const double s_per_db = ln_per_db / model->rate;
	const double width_s =
		fmax(fmax(cell_s, block_db * s_per_db), (end_s - from_s) / MAX_BLOCKS);
	if (!sabin_blocks_cut(energy, from_s, end_s, width_s, LEAST_BLOCKS, b))
		return false;
	struct sabin_mixture m = mixture_of(model, from_s);
	sabin_mixture_fit(b, &m);
	m.density[0] *= exp(m.rate[0] * from_s);
	/* a fit that went elsewhere has found something other than this decay */
	if (!(m.rate[0] < 3 * model->rate) || !(3 * m.rate[0] > model->rate) ||
	    !isfinite(m.density[0]) || !isfinite(m.noise))
		return false;
	*model = (struct sabin_decay_model){m.density[0], m.rate[0], m.noise};
	return true;
}

/* Instant at which the energy left, without the noise, is at below_db re all of it. */
static double level_at(const struct sabin_energy *energy, double below_db, double noise, double end_s)
{
	const double last = sabin_energy_after(energy, end_s);
	const double all = sabin_energy_after(energy, 0) - last - noise * end_s;
	double low_s = 0, high_s = end_s;
	while (high_s - low_s > energy->step_s) {
		const double t_s = (low_s + high_s) / 2;
		if (sabin_energy_after(energy, t_s) - last - noise * (end_s - t_s) > all * exp(-below_db * ln_per_db))
			low_s = t_s;
		else
			high_s = t_s;
	}
	return high_s;
}

void sabin_late_fit(const struct sabin_energy *energy, double bandwidth_hz, double end_s,
                    struct sabin_decay_model *model)
{
	const double cell_s = 1 / bandwidth_hz, s_per_db = ln_per_db / model->rate;
	const double knee_s = fmin(knee_of(model), end_s);
	/* the direct sound has its own energy */
	const double from_s =
		fmax(knee_s - fmax(fit_from_db * s_per_db, fit_cells * cell_s), cell_s);
	struct sabin_blocks late, longer;
	if (fit_from(energy, cell_s, from_s, end_s, model, &late)) {
		const double cells = late.width_s / cell_s;
		const struct sabin_mixture own = mixture_of(model, from_s);
		const double least = sabin_mixture_cost(&late, &own);
		const double start_s = fmax(level_at(energy, line_from_db, model->noise, end_s), cell_s);
		for (double db = longer_db; ; db *= 2) {
			const double longer_s = fmax(knee_s - db * s_per_db, start_s);
			struct sabin_decay_model m = *model;
			if (!(longer_s < from_s - cell_s))
				break;
			bool straight = fit_from(energy, cell_s, longer_s, end_s, &m, &longer);
			const struct sabin_mixture other = mixture_of(&m, from_s);
			straight = straight && cells * (sabin_mixture_cost(&late, &other) - least) < most_worse;
			sabin_blocks_release(&longer);
			if (!straight)
				break;
			*model = m;
			if (longer_s <= start_s)
				break;
		}
	}
	sabin_blocks_release(&late);
}
