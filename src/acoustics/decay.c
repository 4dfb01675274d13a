/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decay.c: the integrated decay curve and its lines.
 *
 * [Sch] Schroeder: "New method of measuring reverberation time", JASA 37 (1965) 409-412.
 * [ISO] ISO 3382-1:2009, 5.3.3 formulas 1 to 3 (backward integration, truncation, compensation);
 *       ISO 3382-2:2008, clause 6 and annex B.2 (lines, non-linearity).
 * [GV]  Guski, Vorlaender, Acta Acustica united with Acustica 100 (2014) 320-327: truncating,
 *       subtracting and compensating together leaves the smallest error.
 */
#include <math.h>

#include "acoustics/decay.h"
#include "acoustics/lundeby.h"

static const double sixty_db = 13.815510557964274; /* 6 ln 10: rate times reverberation time */

/* Time of the last and steps of the search: T/2000 is 0.03 dB, of which the crossing is a fraction
 * again. */
static const double steps_per_t = 2000;
enum { FIT_POINTS = 400 };

/* The hard end of a response rings: its last 1.5 reciprocal bandwidths hold less than the whole. */
static const double end_cells = 1.5;

/* About the knee neither what was measured (less noise) nor the model alone is best.  In a cell where
 * decay and noise have the densities S and N, the first is off by a variance of N^2 + 2 N S, the
 * second by S^2, the decay's own.  Weighed by their inverses, the measured has (S / (S + N))^2. */
/* But where there is so many times more than the model has, the model is of something else. */
static const double most_times = 10;
/* From where the decay is so far above the noise, until it is so far below. */
static const double melt_above_db = 13, melt_below_db = 5;

static void melt(struct sabin_decay *decay)
{
	const struct sabin_decay_model *m = &decay->model;
	const double s_per_db = sixty_db / 60 / m->rate;
	const double from_s = fmax(decay->knee_s - melt_above_db * s_per_db, 0);
	const double to_s = fmin(decay->knee_s + melt_below_db * s_per_db, decay->end_s);
	const double step_s = (to_s - from_s) / SABIN_MELT_STEPS;
	decay->melt[SABIN_MELT_STEPS] = m->density * exp(-m->rate * to_s) / m->rate;
	for (int i = SABIN_MELT_STEPS; i-- > 0;) {
		const double t_s = from_s + i * step_s;
		const double s = m->density * exp(-m->rate * (t_s + step_s / 2)), n = m->noise;
		const double measured = sabin_energy_after(decay->energy, t_s) -
		                        sabin_energy_after(decay->energy, t_s + step_s);
		const bool other = measured > most_times * (s + n) * step_s;
		const double weight = other ? 1 : s / (s + n) * s / (s + n);
		decay->melt[i] = decay->melt[i + 1] + weight * (measured - n * step_s) +
		                 (1 - weight) * s * step_s;
	}
	decay->melt_from_s = from_s;
	decay->melt_step_s = step_s;
}

static void set_knee(struct sabin_decay *decay)
{
	const struct sabin_decay_model *m = &decay->model;
	const double knee_s = log(m->density / m->noise) / m->rate;
	decay->noise_seen = knee_s < decay->end_s;
	decay->knee_s = decay->crossing_s = fmin(knee_s, decay->end_s);
	decay->has_model = decay->knee_s > 0;
	if (!decay->has_model)
		return;
	if (decay->handling == SABIN_NOISE_NONE) {
		decay->knee_s = decay->end_s;
		return;
	}
	if (decay->handling == SABIN_NOISE_FULL) {
		decay->subtract = m->noise;
		decay->beyond = m->density * exp(-m->rate * decay->knee_s) / m->rate; /* [ISO] C */
		if (decay->noise_seen)
			melt(decay);
	}
}

void sabin_decay_init(struct sabin_decay *decay, const struct sabin_energy *energy,
                      double duration_s, double bandwidth_hz, enum sabin_noise_handling handling)
{
	const double end_s = duration_s - end_cells / bandwidth_hz;
	*decay = (struct sabin_decay){
		.energy = energy,
		.bandwidth_hz = bandwidth_hz,
		.handling = handling,
		.end_s = end_s > 0 ? end_s : duration_s,
		.model = {NAN, NAN, NAN},
	};
	decay->knee_s = decay->crossing_s = decay->end_s;
	if (end_s > 0 && sabin_lundeby(energy, bandwidth_hz, end_s, &decay->model)) {
		sabin_late_fit(energy, bandwidth_hz, end_s, &decay->model);
		set_knee(decay);
	}
	decay->total = sabin_decay_curve(decay, energy->start_s);
}

/* From melt_from_s on; before, what was measured is added. */
static double melted(const struct sabin_decay *decay, double t_s)
{
	const double at = (t_s - decay->melt_from_s) / decay->melt_step_s;
	if (at >= SABIN_MELT_STEPS)
		return decay->model.density * exp(-decay->model.rate * t_s) / decay->model.rate;
	if (at < 0)
		return decay->melt[0] + sabin_energy_after(decay->energy, t_s) -
		       sabin_energy_after(decay->energy, decay->melt_from_s) -
		       decay->subtract * (decay->melt_from_s - fmax(t_s, 0));
	const size_t i = (size_t)at;
	const double u = at - (double)i;
	return decay->melt[i] * (1 - u) + decay->melt[i + 1] * u;
}

double sabin_decay_curve(const struct sabin_decay *decay, double t_s)
{
	if (decay->melt_step_s > 0)
		return melted(decay, t_s);
	if (t_s >= decay->knee_s)
		return decay->has_model
		               ? decay->beyond * exp(-decay->model.rate * (t_s - decay->knee_s))
		               : 0;
	const double span_s = decay->knee_s - fmax(t_s, 0);
	return sabin_energy_after(decay->energy, t_s) -
	       sabin_energy_after(decay->energy, decay->knee_s) - decay->subtract * span_s +
	       decay->beyond;
}

static double level_db(const struct sabin_decay *decay, double t_s)
{
	const double e = sabin_decay_curve(decay, t_s) / decay->total;
	return e > 0 ? 10 * log10(e) : -HUGE_VAL;
}

double sabin_decay_floor_db(const struct sabin_decay *decay)
{
	if (!decay->has_model || !(decay->total > 0))
		return NAN;
	const double left = decay->model.density * exp(-decay->model.rate * decay->knee_s);
	return 10 * log10(left / decay->model.rate / decay->total);
}

double sabin_decay_inr_db(const struct sabin_decay *decay)
{
	if (!decay->has_model || !(decay->total > 0))
		return NAN;
	if (!(decay->model.noise > 0))
		return HUGE_VAL;
	return 10 * log10(decay->total * decay->model.rate / decay->model.noise);
}

/* First instant at or after from_s where the curve is at db; NAN where it does not get there. */
static double crossing(const struct sabin_decay *decay, double from_s, double db)
{
	const double step_s = sixty_db / decay->model.rate / steps_per_t;
	double t = from_s, above = level_db(decay, t);
	if (above <= db)
		return t;
	/* coarse steps first: the curve falls, but for noise that subtracting has left */
	for (double stride_s = 32 * step_s; stride_s > step_s / 2; stride_s /= 2) {
		double next;
		while (t + stride_s <= decay->knee_s &&
		       (next = level_db(decay, t + stride_s)) > db) {
			t += stride_s;
			above = next;
		}
	}
	const double end_s = fmin(t + step_s, decay->knee_s);
	const double below = level_db(decay, end_s);
	if (!(below <= db))
		return NAN;
	return t + (end_s - t) * (above - db) / (above - below);
}

bool sabin_decay_fit(const struct sabin_decay *decay, double from_db, double to_db,
                     struct sabin_decay_fit *fit, double *xi)
{
	if (!decay->has_model || !(decay->total > 0))
		return false;
	const double from_s = crossing(decay, 0, from_db);
	const double to_s = crossing(decay, isnan(from_s) ? 0 : from_s, to_db);
	if (!(to_s > from_s))
		return false;
	/* [ISO] 3382-2 clause 6: least squares over time, here by the trapezoidal rule */
	const double centre_s = (from_s + to_s) / 2, half_s = (to_s - from_s) / 2;
	double n = 0, y = 0, xx = 0, xy = 0, yy = 0;
	for (int i = 0; i <= FIT_POINTS; i++) {
		const double x = 2.0 * i / FIT_POINTS - 1;
		const double w = i == 0 || i == FIT_POINTS ? 0.5 : 1;
		const double v = level_db(decay, centre_s + half_s * x) - from_db;
		n += w;
		y += w * v;
		xx += w * x * x;
		xy += w * x * v;
		yy += w * v * v;
	}
	const double slope = xy / xx, mean = y / n, spread = yy - n * mean * mean;
	if (!(slope < 0) || !isfinite(slope))
		return false;
	fit->time_s = -60 * half_s / slope;
	fit->at0_db = mean + from_db - slope * centre_s / half_s;
	fit->from_s = from_s;
	fit->to_s = to_s;
	if (xi)
		*xi = 1000 * fmax(0, 1 - xy * xy / xx / spread);
	return true;
}
