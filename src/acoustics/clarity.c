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
 * The decay's own chance is in chance.c.
 */
#include <math.h>
#include <stdbool.h>

#include "acoustics/chance.h"
#include "acoustics/quantities.h"

/* Dividing first has a price.  The cut is a step, and a step in a strong signal outside the band spreads
 * into the band: as much to the early as to the late part, of opposite sign, so that it cancels in
 * their sum.  How much it may be is told in two ways, and the worse one counts:
 *     - what the filtered early part holds after the cut and the late one before it, twice, as it
 *       spreads to both sides;
 *     - the ratio of the same band when it is filtered first and divided then, which spreads nothing,
 *       though the filter's own ringing crosses the cut.
 * Ts knows no cut, but a filter that rings before time zero: its moment there is what is in doubt.
 */
static const double db_per_ln = 4.342944819032518; /* 10 / ln 10 */

/* [ISO] table A.1; the error by noise alone may be as large, at one standard deviation. */
static const double jnd_c_db = 1, jnd_d = 0.05, jnd_ts_s = 0.010;
/* ISO 3382-2:2008 7.3 for time-reversed filters.  As the response is divided before it is filtered,
 * the filter's own decay does not move energy across the split. */
static const double least_bt = 4;
static const double spread_most = 99; /* of such differences; what is said of more */
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

/* Early and late energy of a band in one way of dividing it. */
struct parts {
	double early, late;
};

static double without_noise(const struct sabin_decay *decay, double late, int split)
{
	return late - decay->subtract * (decay->knee_s - sabin_split_s[split]) + decay->beyond;
}

/* Divided first, filtered then. */
static struct parts divided(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                            int split)
{
	const struct sabin_energy *late = &energy->late[split];
	const double knee_s = decay->knee_s, first_s = late->start_s;
	const double last_s = late->start_s + (double)late->count * late->step_s;
	double sum = sabin_energy_after(late, first_s) - sabin_energy_after(late, knee_s);
	if (knee_s > last_s)
		sum += sabin_energy_after(&energy->all, last_s) -
		       sabin_energy_after(&energy->all, knee_s);
	return (struct parts){energy->early[split] - decay->subtract * sabin_split_s[split],
	                      without_noise(decay, sum, split)};
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

/* Filtered first, divided then. */
static struct parts filtered(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                             int split)
{
	const double split_s = sabin_split_s[split];
	const double after = sabin_energy_after(&energy->all, split_s);
	const double all = sabin_energy_after(&energy->all, energy->all.start_s);
	return (struct parts){all - after - decay->subtract * split_s,
	                      without_noise(decay, after - sabin_energy_after(&energy->all, decay->knee_s),
	                                    split)};
}

/* How far the energy that the cut spreads may move ln(early / late). */
static double spread_of(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                        int split, struct parts parts)
{
	const struct sabin_energy *late = &energy->late[split];
	const double before = sabin_energy_after(late, late->start_s) -
	                      sabin_energy_after(late, sabin_split_s[split]);
	const double own = hypot(2 * energy->spilled[split] / parts.early, 2 * before / parts.late);
	const struct parts other = filtered(decay, energy, split);
	if (!(other.early > 0) || !(other.late > 0))
		return (double)INFINITY;
	return fmax(own, fabs(log(parts.early / parts.late * other.late / other.early)));
}

/* Standard deviations of a value: by the decay's own chance, by noise, by what is spread in time. */
struct errors {
	double own, noise, spread;
};

/* Judge a value by its errors, by the filter's own decay, and by how long the window is for the filter
 * (HUGE_VAL: there is none). */
static struct sabin_quantity judge(const struct sabin_decay *decay, double value,
                                   struct errors error, double scale, double allowed,
                                   double window_s)
{
	const double noise = scale * error.noise, spread = scale * error.spread;
	const double sigma = isfinite(spread) ? hypot(scale * error.own, hypot(noise, spread))
	                                      : (double)NAN;
	const double bt = decay->bandwidth_hz * 6 * M_LN10 / decay->model.rate;
	const double window_bt = decay->bandwidth_hz * window_s;
	if (!(bt > least_bt))
		return sabin_quantity_because(value, sigma, SABIN_BECAUSE_FILTER, bt, least_bt);
	if (!(window_bt >= least_bt))
		return sabin_quantity_because(value, sigma, SABIN_BECAUSE_WINDOW, window_bt,
		                              least_bt);
	if (!(noise <= allowed))
		return out_of_range(decay, value, sigma, 20 * log10(noise / allowed));
	if (!(spread <= allowed))
		return sabin_quantity_because(value, sigma, SABIN_BECAUSE_SPREAD,
		                              fmin(spread / allowed, spread_most), 1);
	return sabin_quantity_valid(value, sigma);
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
	const struct parts parts = divided(decay, energy, split);
	const double early = parts.early, late = parts.late;
	if (!decay->has_model || !(decay->knee_s > split_s) || !(early > 0) || !(late > 0)) {
		*c = no_ratio(decay, split_s);
		if (d)
			*d = *c;
		return;
	}
	const struct errors error = {
	    .own = sabin_chance_ratio(rate, b, split_s),
	    .noise = hypot(sabin_noise_left(decay, split_s) / late,
	                   decay->model.noise * sqrt(split_s / b) / early),
	    .spread = spread_of(decay, energy, split, parts),
	};
	*c = judge(decay, db_per_ln * log(early / late), error, db_per_ln, jnd_c_db, split_s);
	const double again = sabin_repeat_ratio(decay, energy, split, early, late, error.noise);
	c->repeatability = db_per_ln * again;
	if (!d)
		return;
	const double part = early / (early + late), slope = part * (1 - part);
	*d = judge(decay, part, error, slope, jnd_d, split_s);
	d->repeatability = slope * again;
}

static struct sabin_quantity centre_time(const struct sabin_decay *decay, double rate)
{
	if (!decay->has_model || !(decay->total > 0))
		return no_ratio(decay, 0);
	const struct sabin_energy *e = decay->energy;
	const double knee_s = decay->knee_s;
	double moment = decay->beyond * (knee_s + 1 / decay->model.rate) -
	                decay->subtract * knee_s * knee_s / 2;
	double before = 0;
	for (size_t i = 0; i < e->count; i++) {
		const double t = e->start_s + ((double)i + 0.5) * e->step_s;
		if (t > knee_s)
			break;
		const double part = t * (e->tail[i] - e->tail[i + 1]);
		moment += part;
		before -= fmin(part, 0);
	}
	const double ts_s = moment / decay->total;
	/* noise that is left sits, on the whole, half-way to the knee */
	const double noise_s = sabin_noise_left(decay, 0) / decay->total * fabs(knee_s / 2 - ts_s);
	if (!(ts_s > 0)) /* the filter rings to both sides: sooner than the direct sound nothing is */
		return sabin_quantity_invalid(ts_s, SABIN_BECAUSE_FILTER);
	const struct errors error = {sabin_chance_centre_s(rate, decay->bandwidth_hz), noise_s,
	                             before / decay->total};
	struct sabin_quantity q = judge(decay, ts_s, error, 1, jnd_ts_s, HUGE_VAL);
	q.repeatability = sabin_repeat_centre_s(decay, rate, noise_s);
	return q;
}

static void refuse(struct sabin_quantity *q)
{
	*q = sabin_quantity_because(q->value, q->plus_minus, SABIN_BECAUSE_SPREAD, (double)NAN,
	                            (double)NAN);
}

/* What is called valid must be possible together.  The ratios stand or fall as one, for a band's means
 * compare them; more time adds to what is early; and what comes after 50 ms, 1 - D50 of all, comes
 * 50 ms or more after zero. */
static void hold_together(struct sabin_quantity *value)
{
	struct sabin_quantity *ratio[] = {&value[SABIN_C50], &value[SABIN_C80], &value[SABIN_D50]};
	struct sabin_quantity *ts = &value[SABIN_TS];
	bool spread = value[SABIN_C50].valid && value[SABIN_C80].valid &&
	              value[SABIN_C80].value < value[SABIN_C50].value;
	for (int i = 0; i < 3; i++)
		spread = spread || ratio[i]->reason == SABIN_BECAUSE_SPREAD;
	for (int i = 0; i < 3 && spread; i++)
		if (ratio[i]->valid)
			refuse(ratio[i]);
	if (!ts->valid)
		return;
	if (value[SABIN_D50].valid && ts->value < sabin_split_s[0] * (1 - value[SABIN_D50].value)) {
		for (int i = 0; i < 3; i++)
			if (ratio[i]->valid)
				refuse(ratio[i]);
		refuse(ts);
	} else if (ts->value < 0) {
		refuse(ts);
	}
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
	hold_together(value);
}
