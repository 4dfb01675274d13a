/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boost.c: the net boost of a cascade, and holding it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "correction/boost.h"
#include "correction/rows.h"

static const double boost_low_hz = 20, boost_high_hz = 20000, boost_share = 0.45;
/* Between its points a peak may be a little higher: looked for at those that are near the highest. */
enum { PEAKS = 8, NEAR = 3 };
static const double near_share = 0.89; /* half a decibel */

enum sabin_err sabin_boost_grid_init(struct sabin_boost_grid *b, double rate_hz, double from_hz,
                                     double to_hz)
{
	const double high_hz = fmin(boost_high_hz, boost_share * rate_hz);
	const size_t n = sabin_eq_grid(from_hz, to_hz, NULL);
	const size_t fine = (size_t)(SABIN_BOOST_PER_OCTAVE * log2(high_hz / boost_low_hz)) + 1;
	*b = (struct sabin_boost_grid){rate_hz, high_hz, n, n + fine + 1, NULL};
	b->place = malloc(2 * b->all * sizeof *b->place);
	if (!b->place)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < n; i++)
		b->place[i] = sabin_biquad_place(from_hz * exp2((double)i / 48), rate_hz);
	for (size_t i = 0; i < fine; i++)
		b->place[n + i] = sabin_biquad_place(boost_low_hz * exp2((double)i / SABIN_BOOST_PER_OCTAVE), rate_hz);
	b->place[n + fine] = sabin_biquad_place(high_hz, rate_hz);
	return SABIN_OK;
}

void sabin_boost_grid_release(struct sabin_boost_grid *b)
{
	free(b->place);
	*b = (struct sabin_boost_grid){0};
}

/* Where the parabola through three points one step apart is highest, from the middle one, and how high. */
static double vertex(const double y[3], double *height)
{
	const double bend = y[0] - 2 * y[1] + y[2];
	const double at = bend < 0 ? fmin(fmax(0.5 * (y[0] - y[2]) / bend, -0.5), 0.5) : 0;
	*height = y[1] - 0.25 * (y[0] - y[2]) * at;
	return at;
}

double sabin_boost_highest(const struct sabin_biquad *filters, size_t count, double rate_hz,
                           double from_hz, const double *power, size_t n)
{
	double place[PEAKS * NEAR], here[PEAKS * NEAR], most = 0, height;
	size_t points = 0;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, power[i]);
	for (size_t i = 1; i + 1 < n && points < PEAKS * NEAR; i++) {
		if (power[i] < near_share * most || power[i] <= power[i - 1] || power[i] < power[i + 1])
			continue;
		const double at = (double)i + vertex(power + i - 1, &height);
		for (int k = -1; k <= 1; k++) {
			here[points] = 1;
			place[points++] = sabin_biquad_place(
			    from_hz * exp2((at + 0.25 * k) / SABIN_BOOST_PER_OCTAVE), rate_hz);
		}
	}
	for (size_t k = 0; k < count && points > 0; k++)
		sabin_biquad_power(&filters[k], rate_hz, place, points, here);
	for (size_t i = 0; i < points; i += NEAR) {
		vertex(here + i, &height);
		most = fmax(most, height);
	}
	return most;
}

double sabin_boost_grid_db(const struct sabin_boost_grid *b, const struct sabin_biquad *filters,
                           size_t count)
{
	double *ratio = b->place + b->all;
	for (size_t i = 0; i < b->all; i++)
		ratio[i] = 1;
	for (size_t k = 0; k < count; k++)
		sabin_biquad_power(&filters[k], b->rate_hz, b->place, b->all, ratio);
	const double most = sabin_boost_highest(filters, count, b->rate_hz, boost_low_hz, ratio + b->n,
	                                        b->all - b->n - 1);
	double most_db = 10 * log10(fmax(most, ratio[b->all - 1]));
	/* a filter's own centre, where single ones are highest, is looked at beside them */
	for (size_t k = 0; k < count; k++)
		if (filters[k].freq_hz > boost_low_hz && filters[k].freq_hz < b->high_hz)
			most_db = fmax(most_db, sabin_biquads_level_db(filters, count, b->rate_hz,
			                                               filters[k].freq_hz));
	sabin_rows_decibels(ratio, b->n);
	return most_db - sabin_rows_sum(ratio, b->n) / (double)b->n;
}

double sabin_eq_net_boost_db(const struct sabin_biquad *filters, size_t count, double rate_hz,
                             double from_hz, double to_hz)
{
	struct sabin_boost_grid b;
	if (sabin_boost_grid_init(&b, rate_hz, from_hz, to_hz))
		return (double)NAN;
	const double boost_db = sabin_boost_grid_db(&b, filters, count);
	sabin_boost_grid_release(&b);
	return boost_db;
}

/* A factor is sought between one that keeps the limit and one that breaks it; the net boost grows
 * almost in proportion to it. */
void sabin_boost_grid_hold(const struct sabin_boost_grid *b, struct sabin_biquad *f, size_t count,
                           double limit_db)
{
	enum { TRIES = 20, HALVE = 4 };
	const double close_db = 0.002, aim_db = limit_db - 0.5 * close_db;
	double kept = 0, kept_db = 0, broken = 1;
	struct sabin_biquad all[2 * SABIN_EQFIT_MOST];
	double broken_db = sabin_boost_grid_db(b, f, count);
	if (broken_db <= limit_db || count > 2 * SABIN_EQFIT_MOST)
		return;
	memcpy(all, f, count * sizeof *f);
	for (int i = 0; i < TRIES && kept_db < limit_db - close_db; i++) {
		double factor = kept + (broken - kept) * (aim_db - kept_db) / (broken_db - kept_db);
		if (i % HALVE == HALVE - 1) /* should it not be in proportion */
			factor = 0.5 * (kept + broken);
		factor = fmin(fmax(factor, kept), broken);
		for (size_t k = 0; k < count; k++)
			f[k].gain_db = factor * all[k].gain_db;
		const double now_db = sabin_boost_grid_db(b, f, count);
		if (now_db <= limit_db)
			kept = factor, kept_db = now_db;
		else
			broken = factor, broken_db = now_db;
	}
	for (size_t k = 0; k < count; k++)
		f[k].gain_db = kept * all[k].gain_db;
}

enum sabin_err sabin_eq_hold_boost(struct sabin_biquad *filters, size_t count, double rate_hz,
                                   double from_hz, double to_hz, double limit_db)
{
	struct sabin_boost_grid b;
	const enum sabin_err err = sabin_boost_grid_init(&b, rate_hz, from_hz, to_hz);
	if (!err)
		sabin_boost_grid_hold(&b, filters, count, limit_db);
	sabin_boost_grid_release(&b);
	return err;
}
