/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * deviation.c: how far a channel is from its target, where that counts.
 *
 * [W] Welford: "Note on a method for calculating corrected sums of squares and products", Technometrics 4
 *     (1962) 419-420.
 */
#include <math.h>

#include <sabin/correction.h>

/* So far down its crossover a speaker is not heard beside the one that takes over. */
static const double heard_db = 18;
enum { LEAST = 8 }; /* points that count */

double sabin_correction_crossover_db(const struct sabin_correction_channel *c, double rate_hz,
                                     double f_hz)
{
	double level = 0;
	for (size_t i = 0; i < c->filter_count; i++)
		if (c->filters[i].type > SABIN_HIGH_SHELF && sabin_biquad_possible(&c->filters[i], rate_hz))
			level += sabin_biquads_level_db(&c->filters[i], 1, rate_hz, f_hz);
	return level;
}

void sabin_correction_pass(struct sabin_correction_channel *c, double rate_hz)
{
	const size_t n = c->length;
	while (c->beyond[0] + c->beyond[1] + LEAST < n &&
	       sabin_correction_crossover_db(c, rate_hz, c->freq_hz[c->beyond[0]]) < -heard_db)
		c->beyond[0]++;
	while (c->beyond[0] + c->beyond[1] + LEAST < n &&
	       sabin_correction_crossover_db(c, rate_hz, c->freq_hz[n - 1 - c->beyond[1]]) < -heard_db)
		c->beyond[1]++;
}

void sabin_correction_range(const struct sabin_correction *correction, size_t channel,
                            double range_hz[2])
{
	const struct sabin_correction_channel *c = &correction->channels[channel];
	range_hz[0] = c->beyond[0] ? c->freq_hz[c->beyond[0]] : correction->range_hz[0];
	range_hz[1] = c->beyond[1] ? c->freq_hz[c->length - 1 - c->beyond[1]] : correction->range_hz[1];
}

/* rate_hz: of a level from before the crossover; 0: it is from behind it. */
static double deviation_db(const struct sabin_correction_channel *c, const double *level_db,
                           double rate_hz)
{
	double mean = 0, square = 0;
	size_t n = 0;
	for (size_t i = c->beyond[0]; i + c->beyond[1] < c->length; i++) {
		const double by =
		    rate_hz > 0 ? sabin_correction_crossover_db(c, rate_hz, c->freq_hz[i]) : 0;
		const double x = level_db[i] + by - c->target_db[i], step = x - mean;
		n++; /* [W] */
		mean += step / (double)n;
		square += step * (x - mean);
	}
	return n ? sqrt(square / (double)n) : (double)NAN;
}

double sabin_correction_deviation_db(const struct sabin_correction_channel *c, const double *level_db)
{
	return deviation_db(c, level_db, 0);
}

double sabin_correction_deviation_before_db(const struct sabin_correction_channel *c,
                                            const double *level_db, double rate_hz)
{
	return deviation_db(c, level_db, rate_hz);
}
