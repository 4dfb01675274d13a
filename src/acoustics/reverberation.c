/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reverberation.c: decay times of a band, how sure they are, and whether they may be relied on.
 *
 * [ISO1] ISO 3382-1:2009, 5.3.3 (range and noise), 7.1 formulas 4 and 5 (uncertainty of T20, T30).
 * [ISO2] ISO 3382-2:2008, clause 6 (ranges), 7.3 (filter), annex A (uncertainty), annex B.2 and B.3
 *        (non-linearity, curvature).
 * [Hak]  Hak, Wenmaekers, van Luxemburg: "Measuring room impulse responses: impact of the decay
 *        range on derived room acoustic parameters", Acta Acustica united with Acustica 98 (2012)
 * 907-915: INR.
 */
#include <math.h>

#include "acoustics/chance.h"
#include "acoustics/quantities.h"

/* [ISO1] 5.3.3: the noise lies at least 10 dB below the lower end of the range, that is the range
 * plus 15 dB below the start. */
static const double below_range_db = 15;
/* So far below the lower end a constant bends the curve there by 0.4 dB, its slope by some 3 %. */
static const double below_curve_db = 10;
/* Of a valid time, one standard deviation.  EDT is read from so few independent samples of the decay, and T30 ends
 * so near the noise, that the tails of their errors are longer: of 100,000 drawn at 0.05 three of the one and one of
 * the other were off by more than 20 %. */
static const double most_noise_error = 0.05, tail_noise_error = 0.04;
/* Where the decay is all but flat at an end of its range, a little noise moves that end far: the tails of
 * the error are longer than those of the normal distribution, and noise_error() does not know it.  Ends are
 * moved by so many standard deviations of the curve there. */
static const double end_sigmas = 2;
/* A sum of exponential decays only slows down: one that goes on from its range so much faster is not what
 * the room does, but chance, or a noise that was found too early. */
static const double least_late_ratio = 0.6;
static const double topt_noise_error = 0.04; /* aimed at when its range is chosen */
static const double topt_least_db = 10, topt_most_db = 60;

/* A decay time: its range, and the two factors over sqrt(B T) of its relative error.
 * own: the 0.88 and 0.55 of [ISO1] formulas 5 and 4 without their term 1/n: the integrated response
 *      is the average of all decays of interrupted noise there can be, and n = 10, which [ISO1] 7.2
 *      puts for it, gives 5 to 9 % more than simulated decays scatter.  EDT, which the standard leaves
 *      out, and Topt follow from the same (sabin_chance_line()).  What bands leak into each other is
 *      added to it (leakage.c).  The noise factors are from simulated decays of Gaussian noise (as in
 *      tests/test_parameters_draws.c).
 * noise: at an INR of at_db; ten times as much for 20 dB less.
 * least_bt: B T from which on the filter's own decay lengthens that of a tone by less than about
 *      5 %, at the worst phase of its start.
 * most_noise: the largest noise error of a valid time. */
struct rule {
	double from_db, to_db, own, noise, at_db, least_bt, most_noise;
};
static const struct rule edt_rule = {0, -10, 1.75, 0.80, 20, 9.5, tail_noise_error};
static const struct rule t20_rule = {-5, -25, 0.88, 0.36, 35, 10, most_noise_error};
static const struct rule t30_rule = {-5, -35, 0.55, 0.22, 45, 11, tail_noise_error};
static const double topt_least_bt = 13;
/* The filter alone decays with B EDT = 4.5, B T20 = 11, B T30 = 15, B Topt = 17: a decay much
 * shorter than the filter's seems long at its end, but not at its start.  From 20 on the filter is
 * not to blame. */
static const double filter_bt = 20;
/* Of T30/T20, whose errors have most of their range in common. */
static const double curvature_factor = 0.68;

struct sabin_quantity sabin_quantity_because(double value, double plus_minus,
                                             enum sabin_reason reason, double have, double need)
{
	return (struct sabin_quantity){value, plus_minus, false, reason, have, need, NAN};
}

double sabin_usable_db(const struct sabin_decay *decay)
{
	const double inr_db = sabin_decay_inr_db(decay);
	if (decay->noise_seen || isnan(inr_db))
		return inr_db;
	/* the end of the response acts like noise that takes over there */
	return fmin(inr_db, -sabin_decay_floor_db(decay));
}

static double noise_error(const struct rule *rule, double usable_db, double bt)
{
	return rule->noise / sqrt(bt) * pow(10, (rule->at_db - usable_db) / 20);
}

/* The time of the late decay; of a decay that has a model. */
static double late_time_s(const struct sabin_decay *decay)
{
	return 6 * M_LN10 / decay->model.rate;
}

/* B T for noise_error().  A time that chance has made longer than the late decay's would make its own error seem
 * smaller than it is. */
static double noise_bt(const struct sabin_decay *decay, double t_s)
{
	return decay->bandwidth_hz * (decay->has_model ? fmin(t_s, late_time_s(decay)) : t_s);
}

/* The usable level at which noise_error() is `error`. */
static double needed_db(const struct rule *rule, double bt, double error)
{
	return rule->at_db + 20 * log10(rule->noise / (sqrt(bt) * error));
}

static struct sabin_quantity not_computable(const struct sabin_decay *decay,
                                            const struct rule *rule)
{
	if (!(decay->total > 0))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	if (!decay->has_model)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NOT_A_DECAY);
	const double floor_db = sabin_decay_floor_db(decay);
	if (floor_db < rule->to_db)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NOT_A_DECAY);
	if (!decay->noise_seen)
		return sabin_quantity_because(NAN, NAN, SABIN_BECAUSE_SHORT, -floor_db,
		                              -rule->to_db);
	return sabin_quantity_because(NAN, NAN, SABIN_BECAUSE_RANGE, sabin_usable_db(decay),
	                              below_range_db - rule->to_db + rule->from_db);
}

/* Noise that is left in is a bias: the usable level it takes to keep it small.  Without truncation it
 * is the noise up to the end of the response that must stay below the range. */
static double unbiased_db(const struct sabin_decay *decay, const struct rule *rule,
                          double usable_db)
{
	if (decay->handling == SABIN_NOISE_FULL)
		return 0;
	const double need_db = rule->from_db - rule->to_db + below_range_db;
	if (decay->handling == SABIN_NOISE_TRUNCATE)
		return need_db;
	const double left_db = 10 * log10(decay->model.noise * decay->end_s / decay->total);
	return fmax(need_db, usable_db + left_db - (rule->to_db - below_curve_db));
}

/* Is a time t_s with these errors valid?  edt_s: of the same decay, NAN where not known. */
static struct sabin_quantity judge(const struct sabin_decay *decay, const struct rule *rule,
                                   double t_s, double edt_s, double sigma_s)
{
	const double bt = decay->bandwidth_hz * t_s, edt_bt = decay->bandwidth_hz * edt_s;
	const double usable_db = sabin_usable_db(decay);
	if (!(bt >= rule->least_bt))
		return sabin_quantity_because(t_s, sigma_s, SABIN_BECAUSE_FILTER, bt,
		                              rule->least_bt);
	if (bt < filter_bt && edt_bt < edt_rule.least_bt)
		return sabin_quantity_because(t_s, sigma_s, SABIN_BECAUSE_FILTER, edt_bt,
		                              edt_rule.least_bt);
	const double need_db = fmax(needed_db(rule, noise_bt(decay, t_s), rule->most_noise),
	                            unbiased_db(decay, rule, usable_db));
	if (!(usable_db >= need_db))
		return sabin_quantity_because(
			t_s, sigma_s, decay->noise_seen ? SABIN_BECAUSE_RANGE : SABIN_BECAUSE_SHORT,
			usable_db, need_db);
	return sabin_quantity_valid(t_s, sigma_s);
}

/* Standard deviation of the decay curve at level_db by noise, dB.  Noise of density N varies the energy left, E =
 * S / rate, by 2 N S / (rate B) through its product with the decay; E / N follows from the level over the noise. */
static double curve_sigma_db(double usable_db, double bt, double level_db)
{
	const double per_cell = 2 * 6 * M_LN10 / bt;
	return 10 / M_LN10 * sqrt(per_cell) * pow(10, -(usable_db + level_db) / 20);
}

/* By how much the time changes, for each standard deviation by which an end of its range moves. */
static double end_error(const struct sabin_decay *decay, const struct rule *rule, double t_s)
{
	const double bt = decay->bandwidth_hz * t_s, usable_db = sabin_usable_db(decay);
	const double move_db = end_sigmas * curve_sigma_db(usable_db, bt, rule->to_db);
	double most = 0;
	if (!isfinite(usable_db))
		return 0;
	for (int side = -1; side <= 1; side += 2) {
		struct sabin_decay_fit moved;
		const double to_db = rule->to_db + side * move_db;
		if (to_db < rule->from_db && sabin_decay_fit(decay, rule->from_db, to_db, &moved, NULL))
			most = fmax(most, fabs(moved.time_s / t_s - 1));
	}
	return most / end_sigmas;
}

/* What noise_error() does not know of. */
static struct sabin_quantity judge_tails(const struct sabin_decay *decay, const struct rule *rule,
                                         struct sabin_quantity q)
{
	const double late_s = late_time_s(decay);
	if (!q.valid || !decay->noise_seen)
		return q;
	double error = end_error(decay, rule, q.value);
	if (rule->from_db < 0 && late_s < least_late_ratio * q.value)
		error = fmax(error, 1 - late_s / q.value);
	if (error > most_noise_error)
		return sabin_quantity_because(q.value, q.plus_minus, SABIN_BECAUSE_UNCERTAIN, 100 * error,
		                              100 * most_noise_error);
	return q;
}

static struct sabin_quantity decay_time(const struct sabin_decay *decay, const struct rule *rule,
                                        double edt_s, struct sabin_decay_fit *fit, double *xi)
{
	*fit = (struct sabin_decay_fit){NAN, NAN, NAN, NAN};
	if (xi)
		*xi = NAN;
	if (!sabin_decay_fit(decay, rule->from_db, rule->to_db, fit, xi))
		return not_computable(decay, rule);
	const double t_s = fit->time_s, bt = decay->bandwidth_hz * t_s;
	const double noise = noise_error(rule, sabin_usable_db(decay), noise_bt(decay, t_s));
	struct sabin_quantity q =
		judge(decay, rule, t_s, edt_s, t_s * hypot(rule->own / sqrt(bt), noise));
	q = judge_tails(decay, rule, q);
	q.repeatability = sabin_repeat_time_s(decay, fit, rule->from_db - rule->to_db, rule->to_db, noise);
	return q;
}

/* From -5 dB over the widest range whose lower end stays 10 dB over the noise and whose noise error
 * stays small. */
static struct sabin_quantity optimal_time(const struct sabin_decay *decay, double edt_s,
                                          double *to_db, struct sabin_decay_fit *fit)
{
	const double usable_db = sabin_usable_db(decay);
	const double bt = decay->bandwidth_hz * late_time_s(decay);
	struct rule rule = {-5, 0, 0, t30_rule.noise, below_range_db, topt_least_bt, most_noise_error};
	const double margin_db = needed_db(&rule, bt, topt_noise_error);
	const double range_db =
		fmin(usable_db - fmax(margin_db, below_range_db), topt_most_db);
	*to_db = NAN;
	rule.to_db = -5 - fmax(range_db, topt_least_db);
	rule.at_db = below_range_db + fmax(range_db, topt_least_db);
	rule.own = sabin_chance_line(fmax(range_db, topt_least_db));
	/* what noise lifts the lower end by tilts a longer line less */
	rule.noise = t30_rule.noise * 30 / fmax(range_db, topt_least_db);
	if (!decay->has_model || !(decay->total > 0))
		return not_computable(decay, &rule);
	if (!(range_db >= topt_least_db))
		return sabin_quantity_because(
			NAN, NAN, decay->noise_seen ? SABIN_BECAUSE_RANGE : SABIN_BECAUSE_SHORT,
			usable_db, topt_least_db + fmax(margin_db, below_range_db));
	*to_db = rule.to_db;
	struct sabin_quantity q = decay_time(decay, &rule, edt_s, fit, NULL);
	/* without the noise the range would be the widest: what it lacks is an error by noise too */
	const double widest = sabin_chance_line(topt_most_db);
	const double narrow = sqrt(fmax(rule.own * rule.own - widest * widest, 0) / bt);
	const double error = hypot(noise_error(&rule, usable_db, bt), narrow);
	if (q.valid && error > most_noise_error)
		q = sabin_quantity_because(q.value, q.plus_minus, SABIN_BECAUSE_UNCERTAIN,
		                           100 * error, 100 * most_noise_error);
	q.repeatability = NAN; /* another noise allows another range, and few decays are straight */
	return q;
}

static struct sabin_quantity curvature(struct sabin_quantity t20, struct sabin_quantity t30,
                                       double bandwidth_hz)
{
	const double value = 100 * (t30.value / t20.value - 1);
	const double sigma = 100 * curvature_factor / sqrt(bandwidth_hz * t20.value);
	const struct sabin_quantity worse = t30.valid ? t20 : t30;
	if (!worse.valid)
		return sabin_quantity_because(value, sigma, worse.reason, worse.have, worse.need);
	return sabin_quantity_valid(value, sigma);
}

static struct sabin_quantity nonlinearity(double xi, struct sabin_quantity time)
{
	time.value = xi;
	time.plus_minus = time.repeatability = NAN;
	return time;
}

/* INR: the level that this energy would start from with the decay's rate, over the noise [Hak].  A
 * response that ends before its noise has at least what it shows. */
static struct sabin_quantity inr(const struct sabin_decay *decay)
{
	const double usable_db = sabin_usable_db(decay);
	if (!isfinite(usable_db))
		return sabin_quantity_invalid(NAN, decay->total > 0 ? SABIN_BECAUSE_NOT_A_DECAY
		                                                    : SABIN_BECAUSE_NO_SIGNAL);
	if (!decay->noise_seen)
		return sabin_quantity_valid(usable_db, NAN);
	/* noise from (end - knee) B cells, energy from 2 B / rate cells */
	const double cells = decay->bandwidth_hz * (decay->end_s - decay->crossing_s);
	const double relative =
		sqrt(1 / fmax(cells, 1) + decay->model.rate / (2 * decay->bandwidth_hz));
	return sabin_quantity_valid(usable_db, 10 / M_LN10 * relative);
}

/* [ISO1] 5.3.3 */
static double iso_need_db(const struct rule *rule)
{
	return rule->from_db - rule->to_db + below_range_db;
}

void sabin_reverberation(const struct sabin_decay *decay, struct sabin_band_result *result)
{
	struct sabin_quantity *value = result->value;
	struct sabin_decay_fit fit;
	double xi20, xi30;
	value[SABIN_INR] = inr(decay);
	value[SABIN_EDT] = decay_time(decay, &edt_rule, NAN, &fit, NULL);
	const double edt_s = value[SABIN_EDT].value;
	value[SABIN_T20] = decay_time(decay, &t20_rule, edt_s, &result->fit_t20, &xi20);
	value[SABIN_T30] = decay_time(decay, &t30_rule, edt_s, &result->fit_t30, &xi30);
	value[SABIN_TOPT] = optimal_time(decay, edt_s, &result->topt_to_db, &result->fit_topt);
	value[SABIN_CURVATURE] =
		curvature(value[SABIN_T20], value[SABIN_T30], decay->bandwidth_hz);
	value[SABIN_XI_T20] = nonlinearity(xi20, value[SABIN_T20]);
	value[SABIN_XI_T30] = nonlinearity(xi30, value[SABIN_T30]);
	sabin_slopes(decay, result->fit_t20.from_s, &result->slopes);
	result->t20_meets_iso = value[SABIN_INR].value >= iso_need_db(&t20_rule);
	result->t30_meets_iso = value[SABIN_INR].value >= iso_need_db(&t30_rule);
}

struct sabin_quantity sabin_iso_decay_time(const struct sabin_band_result *band,
                                           enum sabin_parameter time)
{
	const bool t30 = time == SABIN_T30;
	struct sabin_quantity q = band->value[time];
	if (q.valid && !(t30 ? band->t30_meets_iso : band->t20_meets_iso))
		q = sabin_quantity_because(q.value, q.plus_minus, SABIN_BECAUSE_RANGE,
		                           band->value[SABIN_INR].value,
		                           iso_need_db(t30 ? &t30_rule : &t20_rule));
	return q;
}
