/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shift.c: the delay and the sign between two responses of one place, from their phases.
 *
 * The phasors of the phase difference, each turned back by a delay, add up to their number where the delay is
 * right, and to minus it where the sign is wrong as well.
 */
#include <math.h>

#include <sabin/verify.h>

static const double heard_db = 20, top_hz = 4000;
static const double step_share = 1 / 16.0; /* of a period of the highest frequency */
/* Of the sum when all agree; and how much less the other sign must reach. */
static const double agree_share = 0.6, apart_share = 0.1;

struct sum {
	const double *freq_hz, *from_deg, *to_deg, *level_db;
	size_t n;
	double most_db, highest_hz;
};

static bool counts(const struct sum *s, size_t i)
{
	return s->freq_hz[i] <= top_hz && s->level_db[i] >= s->most_db - heard_db;
}

/* Real part of the sum at a delay, as a share. */
static double at(const struct sum *s, double delay_s)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (!counts(s, i))
			continue;
		sum += cos((s->to_deg[i] - s->from_deg[i]) * M_PI / 180 +
		           2 * M_PI * s->freq_hz[i] * delay_s);
		n++;
	}
	return n ? sum / (double)n : 0;
}

/* The highest of sign times the sum, and where. */
static double highest(const struct sum *s, int sign, double least_s, double most_s, double *delay_s)
{
	const double step_s = step_share / s->highest_hz;
	const size_t steps = (size_t)((most_s - least_s) / step_s) + 1;
	double best = -INFINITY;
	for (size_t i = 0; i <= steps; i++) {
		const double here = sign * at(s, least_s + (double)i * step_s);
		if (here > best) {
			best = here;
			*delay_s = least_s + (double)i * step_s;
		}
	}
	const double left = sign * at(s, *delay_s - step_s), right = sign * at(s, *delay_s + step_s);
	const double bend = left - 2 * best + right;
	if (bend < 0)
		*delay_s += step_s * fmax(-0.5, fmin(0.5, 0.5 * (left - right) / bend));
	return best;
}

int sabin_verify_shift(const double *freq_hz, const double *from_deg, const double *to_deg,
                       const double *level_db, size_t n, double least_s, double most_s,
                       double *delay_s)
{
	struct sum s = {freq_hz, from_deg, to_deg, level_db, n, -INFINITY, 0};
	double delay[2];
	for (size_t i = 0; i < n; i++)
		if (freq_hz[i] <= top_hz)
			s.most_db = fmax(s.most_db, level_db[i]);
	for (size_t i = 0; i < n; i++)
		if (counts(&s, i))
			s.highest_hz = fmax(s.highest_hz, freq_hz[i]);
	if (!(s.highest_hz > 0) || !(most_s >= least_s))
		return 0;
	const double same = highest(&s, 1, least_s, most_s, &delay[0]);
	const double inverted = highest(&s, -1, least_s, most_s, &delay[1]);
	const int which = inverted > same;
	if (!(fmax(same, inverted) >= agree_share) || fabs(same - inverted) < apart_share)
		return 0;
	*delay_s = delay[which];
	return which ? -1 : 1;
}
