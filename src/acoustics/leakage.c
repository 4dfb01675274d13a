/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * leakage.c: neighbouring bands within a band.
 *
 * [Cab] Cabrera, Xun, Guski: "Calculating reverberation time from impulse responses: a comparison of
 *       software implementations", Acoustics Australia 44 (2016) 369-378: a slower neighbour, leaking
 *       through the filter's flank, is what programs differ by.
 *
 * The flank of the filter lets in a share of each neighbour, known from the filter's gain for a
 * spectrum that is even across the neighbour.  Decaying as the neighbour does, it is compared with
 * the band's decay curve, and the slope of the difference over the evaluation range is the error
 * of the slope.
 */
#include <math.h>

#include "acoustics/leakage.h"
#include "signal/band_support.h"

static const double db_per_ln = 4.342944819032518; /* 10 / ln 10 */
enum { STEPS = 16, NEIGHBOURS = 2 };
/* Where more than this of what is left is the neighbours', nothing is left to tell of the band, and the
 * error is taken as the same share of the time. */
static const double most_share = 0.5;
/* A time that may be off by more is not the band's.  (20 % are four just noticeable differences.) */
static const double most_error = 0.20;
/* A late decay that is less than this above what leaks may be nothing else. */
static const double late_over_leak_db = 6;

/* What leaks into a band from one neighbour: energy left after t is left * exp(-rate t). */
struct leak {
	double left, rate;
};

/* Share of an even spectrum over `other` that passes the filter of `band`. */
static double share(const struct sabin_band *band, const struct sabin_band *other)
{
	const struct sabin_band_support s = sabin_band_support(band);
	const bool below = other->centre_hz < band->centre_hz;
	const double from_hz = below ? fmax(s.stop_low_hz, other->low_hz) : band->high_hz;
	const double to_hz = below ? band->low_hz : fmin(s.stop_high_hz, other->high_hz);
	const double step_hz = (to_hz - from_hz) / STEPS;
	double sum = 0;
	for (int i = 0; i < STEPS; i++) {
		const double gain = sabin_band_gain(band, from_hz + (i + 0.5) * step_hz);
		sum += gain * gain * step_hz;
	}
	return sum / (other->high_hz - other->low_hz);
}

/* The neighbour's line over -5 to -35 dB (-25 dB) stands for its decay: what it does at the times that
 * matter, and steadier than its late rate. */
static struct leak leak_of(const struct sabin_band *band, const struct sabin_band_result *other,
                           const struct sabin_band_trace *trace)
{
	const bool long_line = isfinite(other->fit_t30.time_s);
	const struct sabin_decay_fit *fit = long_line ? &other->fit_t30 : &other->fit_t20;
	if (!trace->has_model || !(trace->total > 0) || !isfinite(fit->time_s))
		return (struct leak){0, 0};
	const double start = trace->total * exp(fit->at0_db / db_per_ln);
	return (struct leak){share(band, &other->band) * start, 60 / db_per_ln / fit->time_s};
}

static double leaked(const struct leak leaks[NEIGHBOURS], double t_s)
{
	double sum = 0;
	for (int i = 0; i < NEIGHBOURS; i++)
		sum += leaks[i].left * exp(-leaks[i].rate * t_s);
	return sum;
}

/* How much longer the leakage makes the time of a fit; 0 where there is no fit. */
static double lengthened(const struct sabin_decay_fit *fit, double total,
                         const struct leak leaks[NEIGHBOURS])
{
	const double half_s = (fit->to_s - fit->from_s) / 2;
	const double centre_s = (fit->to_s + fit->from_s) / 2;
	double xx = 0, xy = 0;
	if (!(half_s > 0))
		return 0;
	for (int i = 0; i <= STEPS; i++) {
		const double x = 2.0 * i / STEPS - 1, t_s = centre_s + half_s * x;
		const double curve = total * exp((fit->at0_db - 60 * t_s / fit->time_s) / db_per_ln);
		const double part = leaked(leaks, t_s) / curve;
		if (part > most_share)
			return fit->time_s * fmin(part, 1);
		xx += x * x;
		xy -= x * db_per_ln * log1p(-part);
	}
	const double slope = -60 / fit->time_s; /* dB/s, of both together */
	const double own = slope - xy / xx / half_s;
	return fit->time_s + 60 / own;
}

/* The value and its errors stay; they are no longer valid. */
static void refuse(struct sabin_quantity *q, double have, double need)
{
	q->valid = false;
	q->reason = SABIN_BECAUSE_NEIGHBOUR;
	q->have = have;
	q->need = need;
}

static void widen(struct sabin_quantity *q, double error)
{
	const double part = fabs(error / q->value);
	q->plus_minus = hypot(q->plus_minus, error);
	if (q->valid && part > most_error)
		refuse(q, 100 * part, 100 * most_error);
}

/* Curvature and non-linearity are no better than the times they come from. */
static void follow(struct sabin_quantity *value)
{
	static const enum sabin_parameter of[][2] = {{SABIN_CURVATURE, SABIN_T20},
	                                             {SABIN_CURVATURE, SABIN_T30},
	                                             {SABIN_XI_T20, SABIN_T20},
	                                             {SABIN_XI_T30, SABIN_T30}};
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		struct sabin_quantity *q = &value[of[i][0]], time = value[of[i][1]];
		if (q->valid && time.reason == SABIN_BECAUSE_NEIGHBOUR)
			refuse(q, time.have, time.need);
	}
}

/* Is the late decay well above what leaks, at the bend and where the noise takes over? */
static bool slopes_stand(const struct sabin_double_slope *slopes, const struct sabin_band_trace *own,
                         const struct leak leaks[NEIGHBOURS])
{
	const double times_s[] = {slopes->bend_s.value, own->crossing_s};
	for (int i = 0; i < 2; i++) {
		const double late_db = slopes->at0_db[1] - 60 * times_s[i] / slopes->late.value;
		const double leak_db = db_per_ln * log(leaked(leaks, times_s[i]) / own->total);
		if (!(late_db >= leak_db + late_over_leak_db))
			return false;
	}
	return true;
}

void sabin_leakage(struct sabin_band_result *bands, const struct sabin_band_trace *traces,
                   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sabin_band_result *r = &bands[i];
		struct leak leaks[NEIGHBOURS] = {{0, 0}, {0, 0}};
		for (size_t side = 0; side < NEIGHBOURS; side++) {
			const size_t k = side ? i + 1 : i - 1; /* before the first: beyond count */
			if (k < count)
				leaks[side] = leak_of(&r->band, &bands[k], &traces[k]);
		}
		if (!traces[i].has_model || !(traces[i].total > 0))
			continue;
		const double total = traces[i].total;
		struct sabin_quantity *value = r->value;
		const double t20_s = lengthened(&r->fit_t20, total, leaks);
		const double t30_s = lengthened(&r->fit_t30, total, leaks);
		widen(&value[SABIN_T20], t20_s);
		widen(&value[SABIN_T30], t30_s);
		widen(&value[SABIN_TOPT], lengthened(&r->fit_topt, total, leaks));
		struct sabin_quantity *curvature = &value[SABIN_CURVATURE];
		curvature->plus_minus = hypot(
			curvature->plus_minus,
			100 * (t30_s / value[SABIN_T30].value - t20_s / value[SABIN_T20].value));
		follow(value);
		r->slopes.found = r->slopes.found && slopes_stand(&r->slopes, &traces[i], leaks);
	}
}
