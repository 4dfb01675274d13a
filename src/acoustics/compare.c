/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compare.c: a quantity before and after.  References in compare.h.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/compare.h>

static const double level_of_significance = 0.05;

double sabin_jnd(enum sabin_parameter parameter, double before)
{
	switch (parameter) {
	case SABIN_EDT:
	case SABIN_T20:
	case SABIN_T30:
	case SABIN_TOPT:
		return SABIN_JND_TIME * before;
	case SABIN_C50:
		return SABIN_JND_C50_DB;
	case SABIN_C80:
		return SABIN_JND_C80_DB;
	case SABIN_D50:
		return SABIN_JND_D50;
	case SABIN_TS:
		return SABIN_JND_TS_S;
	default:
		return NAN;
	}
}

/* Of the deviation from place to place, squared, what moving the microphone uncovers: compare.h. */
static double uncovered(const struct sabin_change_rules *rules)
{
	const double kd = 2 * M_PI * rules->freq_hz / rules->speed_m_s * rules->moved_m;
	const double part = sin(fmin(kd, M_PI / 2));
	return part * part;
}

double sabin_change_moved(struct sabin_quantity q, const struct sabin_change_rules *rules)
{
	const double place =
	    q.plus_minus * q.plus_minus - q.repeatability * q.repeatability; /* NAN: not known */
	return place > 0 && isfinite(place) ? sqrt(place * uncovered(rules)) : 0;
}

static double variance_of(struct sabin_quantity q, const struct sabin_change_rules *rules,
                          bool repeatability)
{
	const double moved = sabin_change_moved(q, rules);
	if (!repeatability)
		return q.plus_minus * q.plus_minus;
	return q.repeatability * q.repeatability + moved * moved;
}

static bool is_known(double repeatability)
{
	return isfinite(repeatability) && repeatability > 0;
}

/* Judge by change.value and change.plus_minus. */
static void judge(struct sabin_change *c)
{
	c->p = c->p_holm = NAN;
	c->significant = false;
	c->noticeable = c->change.valid && fabs(c->change.value) >= c->jnd;
	if (c->change.valid && isfinite(c->change.plus_minus) && c->change.plus_minus > 0)
		c->p = erfc(fabs(c->change.value) / c->change.plus_minus / sqrt(2));
}

struct sabin_change sabin_change_of(struct sabin_quantity before, struct sabin_quantity after,
                                    const struct sabin_change_rules *rules)
{
	struct sabin_change c = {.before = before, .after = after, .jnd = rules->jnd};
	const struct sabin_quantity bad = before.valid ? after : before;
	c.repeatability =
	    rules->same_place && is_known(before.repeatability) && is_known(after.repeatability);
	const double sigma = sqrt(variance_of(before, rules, c.repeatability) +
	                          variance_of(after, rules, c.repeatability));
	c.change = before.valid && after.valid ? sabin_quantity_valid(0, sigma) : bad;
	c.change.value = after.value - before.value;
	c.change.plus_minus = sigma;
	c.change.repeatability = NAN;
	c.count = c.change.valid;
	judge(&c);
	return c;
}

void sabin_change_refuse(struct sabin_change *c, enum sabin_reason reason)
{
	c->change = sabin_quantity_invalid(c->change.value, reason);
	c->count = 0;
	judge(c);
}

struct sabin_change sabin_change_mean(const struct sabin_change *const *changes, size_t n)
{
	struct sabin_change mean = {
	    .before = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
	    .after = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
	    .change = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
	    .jnd = NAN,
	    .repeatability = true,
	};
	double before = 0, after = 0, jnd = 0, variance[3] = {0, 0, 0};
	for (size_t i = 0; i < n; i++) {
		const struct sabin_change *c = changes[i];
		if (!c->change.valid)
			continue;
		before += c->before.value;
		after += c->after.value;
		jnd += c->jnd;
		variance[0] += c->before.plus_minus * c->before.plus_minus;
		variance[1] += c->after.plus_minus * c->after.plus_minus;
		variance[2] += c->change.plus_minus * c->change.plus_minus;
		mean.repeatability = mean.repeatability && c->repeatability;
		mean.count++;
	}
	const double count = (double)mean.count;
	if (mean.count > 0) {
		mean.before = sabin_quantity_valid(before / count, sqrt(variance[0]) / count);
		mean.after = sabin_quantity_valid(after / count, sqrt(variance[1]) / count);
		mean.change =
		    sabin_quantity_valid((after - before) / count, sqrt(variance[2]) / count);
		mean.jnd = jnd / count;
	} else if (n > 0) {
		mean.before = mean.after = mean.change = changes[0]->change;
		mean.before.value = mean.after.value = mean.change.value = NAN;
	}
	judge(&mean);
	return mean;
}

/* ---- many at once --------------------------------------------------------------------------- */

struct ranked {
	double p;
	size_t index;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

enum sabin_err sabin_holm(const double *p, size_t n, double *adjusted)
{
	struct ranked *ranks = calloc(n ? n : 1, sizeof *ranks);
	size_t count = 0;
	double most = 0;
	if (!ranks)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		adjusted[i] = NAN;
		if (!isnan(p[i]))
			ranks[count++] = (struct ranked){p[i], i};
	}
	qsort(ranks, count, sizeof *ranks, by_p);
	for (size_t i = 0; i < count; i++) {
		most = fmax(most, fmin(1, (double)(count - i) * ranks[i].p));
		adjusted[ranks[i].index] = most;
	}
	free(ranks);
	return SABIN_OK;
}

enum sabin_err sabin_changes_judge(struct sabin_change *const *changes, size_t n)
{
	double *p = calloc(n ? n : 1, sizeof *p), *adjusted = calloc(n ? n : 1, sizeof *adjusted);
	enum sabin_err err = p && adjusted ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < n; i++)
		p[i] = changes[i]->p;
	if (!err)
		err = sabin_holm(p, n, adjusted);
	for (size_t i = 0; !err && i < n; i++) {
		changes[i]->p_holm = adjusted[i];
		changes[i]->significant = adjusted[i] <= level_of_significance;
	}
	free(p);
	free(adjusted);
	return err;
}

double sabin_place_deviation_db(double band_hz, double time_s)
{
	return 10 / M_LN10 / sqrt(1 + band_hz * time_s / 6.9);
}
