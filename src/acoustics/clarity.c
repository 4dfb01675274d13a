/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * clarity.c: early against late energy, and the centre of gravity of all of it.
 *
 * [ISO] ISO 3382-1:2009, annex A.2.3 (C50, C80, D50, Ts), A.3 (divide before filtering), table A.1
 *       (just noticeable differences).
 *
 * Noise is treated as in the decay curve: each part loses the noise expected in it, the late part
 * ends at the knee and gets what the decay would have brought after it.
 *
 * Uncertainty, from first principles.  Squared noise of bandwidth B under an envelope a(t)
 * integrates to S = sum(a) with variance sum(a^2)/B.  For a = exp(-d t), x = exp(-d te):
 *     late:  var/S^2 = d / (2 B),   early:  var/S^2 = d / (2 B) * (1 + x) / (1 - x),
 *     so that var(ln(early/late)) = d / (B (1 - x));
 *     Ts: integrate (t - 1/d)^2 exp(-2 d t): var = 1 / (4 d B).
 */
#include <math.h>

#include "acoustics/quantities.h"

static const double db_per_ln = 4.342944819032518; /* 10 / ln 10 */

/* [ISO] table A.1; the error by noise alone may be as large, at one standard deviation. */
static const double jnd_c_db = 1, jnd_d = 0.05, jnd_ts_s = 0.010;
/* ISO 3382-2:2008 7.3 for time-reversed filters.  As the response is divided before it is filtered,
 * the filter's own decay does not move energy across the split. */
static const double least_bt = 4;
/* The same holds for the window: at B t = 2, as 50 ms have at 63 Hz, what the filter spreads beyond the
 * cut is no small part of what it cuts, the parts no longer add up to the whole, and C80 may come out
 * below C50, which no room can do.  From 4 on that was not seen in thousands of decays. */
/* 24 bit have 144 dB, from full scale to the last one. */
static const double most_range_db = 144;
/* How well the extrapolated energy is known. */
static const double beyond_error = 0.3;

double sabin_noise_left(const struct sabin_decay *decay, double from_s)
{
	const double n = decay->model.noise, b = decay->bandwidth_hz;
	const double span_s = decay->knee_s - from_s;
	const double rest_s = fmax(decay->end_s - decay->knee_s, 1 / b);
	const double missed =
		decay->model.density * exp(-decay->model.rate * decay->knee_s) / decay->model.rate;
	if (decay->handling != SABIN_NOISE_FULL)
		return fabs(n * span_s - missed);
	return sqrt(n * n * span_s / b + n * n * span_s * span_s / (rest_s * b) +
	            beyond_error * beyond_error * missed * missed);
}

static double late_energy(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                          int split)
{
	const struct sabin_energy *late = &energy->late[split];
	const double knee_s = decay->knee_s, first_s = late->start_s;
	const double last_s = late->start_s + (double)late->count * late->step_s;
	double sum = sabin_energy_after(late, first_s) - sabin_energy_after(late, knee_s);
	if (knee_s > last_s)
		sum += sabin_energy_after(&energy->all, last_s) -
		       sabin_energy_after(&energy->all, knee_s);
	return sum - decay->subtract * (knee_s - sabin_split_s[split]) + decay->beyond;
}

/* The range would have to be more_db more.  Where no converter has that, or rounding has eaten what is
 * left, there is none to ask for. */
static struct sabin_quantity out_of_range(const struct sabin_decay *decay, double value, double sigma,
                                          double more_db)
{
	const double usable_db = sabin_usable_db(decay), need_db = fmax(usable_db, 0) + more_db;
	const bool within_reach = need_db > usable_db && need_db <= most_range_db;
	return sabin_quantity_because(
		value, sigma, decay->noise_seen ? SABIN_BECAUSE_RANGE : SABIN_BECAUSE_SHORT, usable_db,
		within_reach ? need_db : (double)NAN);
}

/* Judge a value by its error from noise, by the filter's own decay, and by how long the window is for
 * the filter (HUGE_VAL: there is none). */
static struct sabin_quantity judge(const struct sabin_decay *decay, double value, double own,
                                   double noise, double allowed, double window_s)
{
	const double sigma = hypot(own, noise);
	const double bt = decay->bandwidth_hz * 6 * M_LN10 / decay->model.rate;
	const double window_bt = decay->bandwidth_hz * window_s;
	struct sabin_quantity q = sabin_quantity_valid(value, sigma);
	if (!(bt > least_bt))
		q = sabin_quantity_because(value, sigma, SABIN_BECAUSE_FILTER, bt, least_bt);
	else if (!(window_bt >= least_bt))
		q = sabin_quantity_because(value, sigma, SABIN_BECAUSE_WINDOW, window_bt, least_bt);
	else if (!(noise <= allowed))
		q = out_of_range(decay, value, sigma, 20 * log10(noise / allowed));
	return q;
}

static struct sabin_quantity no_ratio(const struct sabin_decay *decay, double split_s)
{
	if (!(decay->total > 0))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	if (!decay->has_model)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NOT_A_DECAY);
	/* the decay at the split must be over the noise */
	return out_of_range(decay, NAN, NAN,
	                    db_per_ln * decay->model.rate * fmax(split_s - decay->knee_s, 0));
}

/* C and D at one split.  d may be NULL. */
static void ratios(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                   int split, double rate, struct sabin_quantity *c, struct sabin_quantity *d)
{
	const double split_s = sabin_split_s[split], b = decay->bandwidth_hz;
	const double early = energy->early[split] - decay->subtract * split_s;
	const double late = late_energy(decay, energy, split);
	if (!decay->has_model || !(decay->knee_s > split_s) || !(early > 0) || !(late > 0)) {
		*c = no_ratio(decay, split_s);
		if (d)
			*d = *c;
		return;
	}
	const double own = sqrt(rate / (b * -expm1(-rate * split_s)));
	const double noise = hypot(sabin_noise_left(decay, split_s) / late,
	                           decay->model.noise * sqrt(split_s / b) / early);
	const double again = sabin_repeat_ratio(decay, energy, split, early, late, noise);
	*c = judge(decay, db_per_ln * log(early / late), db_per_ln * own, db_per_ln * noise,
	           jnd_c_db, split_s);
	c->repeatability = db_per_ln * again;
	if (!d)
		return;
	const double part = early / (early + late), slope = part * (1 - part);
	*d = judge(decay, part, slope * own, slope * noise, jnd_d, split_s);
	d->repeatability = slope * again;
}

static struct sabin_quantity centre_time(const struct sabin_decay *decay, double rate)
{
	if (!decay->has_model || !(decay->total > 0))
		return no_ratio(decay, 0);
	const struct sabin_energy *e = decay->energy;
	const double knee_s = decay->knee_s, b = decay->bandwidth_hz;
	double moment = decay->beyond * (knee_s + 1 / decay->model.rate) -
	                decay->subtract * knee_s * knee_s / 2;
	for (size_t i = 0; i < e->count; i++) {
		const double t = e->start_s + ((double)i + 0.5) * e->step_s;
		if (t > knee_s)
			break;
		moment += t * (e->tail[i] - e->tail[i + 1]);
	}
	const double ts_s = moment / decay->total;
	/* noise that is left sits, on the whole, half-way to the knee */
	const double noise_s = sabin_noise_left(decay, 0) / decay->total * fabs(knee_s / 2 - ts_s);
	if (!(ts_s > 0)) /* the filter rings to both sides: sooner than the direct sound nothing is */
		return sabin_quantity_invalid(ts_s, SABIN_BECAUSE_FILTER);
	struct sabin_quantity q =
		judge(decay, ts_s, 0.5 / sqrt(rate * b), noise_s, jnd_ts_s, HUGE_VAL);
	q.repeatability = sabin_repeat_centre_s(decay, rate, noise_s);
	return q;
}

void sabin_clarity(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                   struct sabin_band_result *result)
{
	struct sabin_quantity *value = result->value;
	const double edt_s = value[SABIN_EDT].value;
	const double rate = edt_s > 0 ? 6 * M_LN10 / edt_s : decay->model.rate;
	ratios(decay, energy, 0, rate, &value[SABIN_C50], &value[SABIN_D50]);
	ratios(decay, energy, 1, rate, &value[SABIN_C80], NULL);
	value[SABIN_TS] = centre_time(decay, rate);
}
