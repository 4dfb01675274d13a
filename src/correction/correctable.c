/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correctable.c: excess phase, spread over positions, roll-off, transition.
 *
 * [NA] Neely, Allen: "Invertibility of a room impulse response", J. Acoust. Soc. Am. 66 (1979) 165-169:
 *      a room's response has zeros outside the circle, and what they take cannot be given back.
 * [EBU] EBU Tech 3276 (1998): electrical equalisation below about 300 Hz only.
 *
 * A zero inside the circle turns the phase by as much as its magnitude says: the excess phase stays.
 * One outside turns the excess phase by -360 degrees within the width of its dip.  Depth tells
 * nothing of this.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/correctable.h>
#include <sabin/curve.h>
#include <sabin/minphase.h>
#include <sabin/target.h>
#include <sabin/window.h>

#include "signal/rank.h"

/* The response is looked at so long; what comes later is noise to a phase. */
static const double window_s = 0.5, lead_s = 0.05, fall_share = 0.25;
/* The delay is the median group delay here. */
static const double delay_from_hz = 200, delay_to_hz = 2000;
/* Over so much of the frequency on either side the turn is taken, and beyond this many degrees it is a
 * null: a pair of zeros of quality Q turns by 4 atan(2 Q share), and narrow ones are seen in the first,
 * wide ones in the last.  Half of that is half a null. */
static const double turn_share[] = {0.03, 0.06, 0.12}, null_deg[] = {-100, -140, -200};
enum { SHARES = sizeof turn_share / sizeof *turn_share };
static const double doubt = 0.5;
/* Nulls are looked for where the level lies so far below its mean over an octave. */
static const double dip_db = 6, deep_db = 8, around_oct = 1;
/* A null's sides are left alone with it. */
static const double null_sides_oct = 1 / 48.0;
/* As far as its flanks go: so far below what is around it or the target, and no further than this. */
static const double flank_db = 1, flank_oct = 0.5;
/* Spread (standard deviation) at which half of a dip, half of a peak is corrected. */
static const double spread_boost_db = 3, spread_cut_db = 8;
/* Roll-off begins where the mean over a third of an octave stays this far below the target; above, a
 * microphone's angle and the air take some too. */
static const double rolloff_db = 6, rolloff_top_db = 10, rolloff_oct = 1 / 3.0;
static const double gentle = 0.5; /* less than this share is told as not corrected */

static const struct {
	const char *name, *clause;
} reasons[SABIN_LEAVE_REASONS] = {
    [SABIN_LEAVE_NOTHING] = {"corrected", "corrected"},
    [SABIN_LEAVE_NULL] = {"not-minimum-phase", "a null that is not minimum phase: never boosted"},
    [SABIN_LEAVE_FLANK] = {"beside-a-null", "beside a null that is not minimum phase: not boosted by filters"},
    [SABIN_LEAVE_DIP] = {"phase-unknown", "a deep dip whose phase is not known: not boosted"},
    [SABIN_LEAVE_SPREAD] = {"positions-differ", "the positions, or the speakers of the pair, differ: filled gently at most"},
    [SABIN_LEAVE_ROLLOFF] = {"roll-off", "the speaker's own roll-off: not boosted"},
    [SABIN_LEAVE_HIGH] = {"above-transition", "above the transition: broad tone only"},
};

const char *sabin_leave_name(enum sabin_leave leave)
{
	return reasons[leave].name;
}

const char *sabin_leave_clause(enum sabin_leave leave)
{
	return reasons[leave].clause;
}

void sabin_places_mean(const struct sabin_correctable_place *places, size_t count, size_t n,
                       double *level_db)
{
	for (size_t i = 0; i < n; i++) {
		double power = 0;
		for (size_t p = 0; p < count; p++)
			power += pow(10, places[p].level_db[i] / 10);
		level_db[i] = 10 * log10(power / (double)count);
	}
}

/* ---- excess phase --------------------------------------------------------------------------- */

/* The windowed response, its arrival at sample `zero` of it. */
static enum sabin_err windowed(const double *h, size_t n, double rate_hz, double arrival,
                               double **out, size_t *length, double *zero)
{
	const double first = fmax(0, ceil(arrival - lead_s * rate_hz));
	const double last = fmin((double)n - 1, floor(arrival + window_s * rate_hz));
	if (!(last > first))
		return SABIN_ESHORT;
	*length = (size_t)(last - first) + 1;
	*zero = arrival - first;
	double *x = malloc(*length * sizeof *x);
	if (!x)
		return SABIN_ENOMEM;
	memcpy(x, h + (size_t)first, *length * sizeof *x);
	sabin_window_taper(x, *length, (size_t)fmax(0, fmin(*zero, lead_s * rate_hz)),
	                   (size_t)(fall_share * (double)*length));
	*out = x;
	return SABIN_OK;
}

/* Median slope of the phase over the bins of the delay's band, in rad a bin. */
static enum sabin_err delay_of(const double *phase, size_t from, size_t to, double *slope)
{
	double *step = malloc((to - from + 1) * sizeof *step);
	if (!step)
		return SABIN_ENOMEM;
	for (size_t k = from; k < to; k++)
		step[k - from] = phase[k + 1] - phase[k];
	sabin_sort(step, to - from);
	*slope = to > from ? step[(to - from) / 2] : 0;
	free(step);
	return SABIN_OK;
}

static double phase_at(const double *phase, size_t bins, double at)
{
	const size_t k = at < (double)(bins - 2) ? (size_t)at : bins - 2;
	return phase[k] + (at - (double)k) * (phase[k + 1] - phase[k]);
}

enum sabin_err sabin_excess_turn(const double *h, size_t n, double rate_hz, double arrival,
                                 const double *freq_hz, size_t count, const double *shares,
                                 size_t share_count, double *turn_deg)
{
	double *x = NULL, *phase = NULL, zero = 0, slope = 0;
	size_t length = 0;
	if (!(rate_hz > 0) || !isfinite(rate_hz) || !isfinite(arrival))
		return SABIN_EINVAL;
	enum sabin_err err = windowed(h, n, rate_hz, arrival, &x, &length, &zero);
	if (err)
		return err;
	/* four times the window: a bin is an eighth of what the window resolves */
	size_t size = 1024;
	while (size < 4 * length)
		size *= 2;
	const size_t bins = size / 2 + 1;
	const double bin_hz = rate_hz / (double)size;
	err = sabin_excess_phase(x, length, zero, size, &phase);
	if (!err)
		err = delay_of(phase, (size_t)(delay_from_hz / bin_hz),
		               (size_t)fmin(delay_to_hz / bin_hz, (double)bins - 2), &slope);
	for (size_t i = 0; i < count * share_count && !err; i++) {
		const double f = freq_hz[i % count] / bin_hz, share = shares[i / count];
		const double up = f * (1 + share), down = f / (1 + share);
		turn_deg[i] = (double)NAN;
		if (up < (double)bins - 1)
			turn_deg[i] = (phase_at(phase, bins, up) - phase_at(phase, bins, down) -
			               slope * (up - down)) *
			              180 / M_PI;
	}
	free(phase);
	free(x);
	return err;
}

/* ---- the verdict ---------------------------------------------------------------------------- */

struct judge {
	const double *freq_hz, *target_db;
	size_t n;
	const struct sabin_correctable_place *places;
	size_t count;
	const struct sabin_correctable_rules *rules;
	struct sabin_correctable *out;
	double *mean_db, *broad_db, *turn;
};

static void leave(struct judge *j, size_t i, enum sabin_leave why, double boost)
{
	struct sabin_correctable *out = j->out;
	if (boost > out->boost[i] || (boost == out->boost[i] && why != SABIN_LEAVE_NULL))
		return;
	out->boost[i] = boost;
	if (boost < gentle)
		out->leave[i] = (unsigned char)why;
}

static void transition(struct judge *j)
{
	const struct sabin_correctable_rules *r = j->rules;
	for (size_t i = 0; i < j->n; i++) {
		const double u = log(j->freq_hz[i] / r->full_hz) / log(r->none_hz / r->full_hz);
		j->out->full[i] = 1 - sabin_window_rise(u);
		j->out->boost[i] = j->out->cut[i] = 1;
		j->out->turn_deg[i] = (double)NAN;
		j->out->leave[i] = j->out->full[i] < gentle ? SABIN_LEAVE_HIGH : SABIN_LEAVE_NOTHING;
	}
}

/* The flanks of a null are the null's as well: a filter on them reaches into it, and what it would fill is not
 * a dip of its own.  Of several places only its share. */
static void flanks(struct judge *j, const double *level_db, size_t i)
{
	const double step_oct = log2(j->freq_hz[j->n - 1] / j->freq_hz[0]) / (double)(j->n - 1);
	const size_t most = (size_t)(flank_oct / step_oct);
	const double boost = 1 - 1 / (double)j->count;
	for (int way = -1; way <= 1; way += 2) {
		size_t k = i;
		for (size_t s = 0; s < most; s++) {
			if ((way < 0 && k == 0) || (way > 0 && k + 1 == j->n))
				break;
			k = way < 0 ? k - 1 : k + 1;
			if (fmax(j->broad_db[k], j->target_db[k]) - level_db[k] < flank_db)
				break;
			leave(j, k, SABIN_LEAVE_FLANK, boost);
		}
	}
}

/* Deep places of one position: are they nulls? */
static enum sabin_err dips(struct judge *j, const struct sabin_correctable_place *p)
{
	const double step_oct = log2(j->freq_hz[j->n - 1] / j->freq_hz[0]) / (double)(j->n - 1);
	const size_t sides = (size_t)ceil(null_sides_oct / step_oct);
	enum sabin_err err = SABIN_OK;
	sabin_curve_smooth(j->freq_hz, p->level_db, j->n, around_oct, j->broad_db);
	if (p->h)
		err = sabin_excess_turn(p->h, p->n, p->rate_hz, p->arrival, j->freq_hz, j->n, turn_share,
		                        SHARES, j->turn);
	for (size_t i = 0; i < j->n && !err; i++) {
		const double below = j->broad_db[i] - p->level_db[i];
		const double turn = p->h ? j->turn[i] : (double)NAN;
		if (!isnan(turn) && !(turn >= j->out->turn_deg[i]))
			j->out->turn_deg[i] = turn;
		double boost = 1, certain = 0;
		for (size_t k = 0; k < SHARES && !isnan(turn); k++)
			certain = fmax(certain, j->turn[i + k * j->n] / null_deg[k]);
		if (isnan(turn))
			boost = below >= deep_db ? 0 : 1;
		else if (below >= dip_db && certain > doubt)
			boost = certain < 1 ? 0.5 : 0;
		const enum sabin_leave why = isnan(turn) ? SABIN_LEAVE_DIP : SABIN_LEAVE_NULL;
		if (boost == 1 || j->out->full[i] == 0)
			continue;
		for (size_t k = i > sides ? i - sides : 0; k <= i + sides && k < j->n; k++)
			leave(j, k, why, boost);
		if (boost == 0 && why == SABIN_LEAVE_NULL)
			flanks(j, p->level_db, i);
	}
	return err;
}

static void spread(struct judge *j)
{
	for (size_t i = 0; i < j->n && j->count > 1; i++) {
		double sum = 0, square = 0;
		for (size_t p = 0; p < j->count; p++)
			sum += j->places[p].level_db[i];
		const double mean = sum / (double)j->count;
		for (size_t p = 0; p < j->count; p++)
			square += (j->places[p].level_db[i] - mean) * (j->places[p].level_db[i] - mean);
		const double deviation = sqrt(square / (double)(j->count - 1));
		const double boost = 1 / (1 + pow(deviation / spread_boost_db, 2));
		j->out->cut[i] = 1 / (1 + pow(deviation / spread_cut_db, 2));
		if (j->out->full[i] > 0)
			leave(j, i, SABIN_LEAVE_SPREAD, boost);
	}
}

/* From the middle outwards: where the broad mean has fallen below the target for good. */
static void rolloff(struct judge *j)
{
	double *edge = j->out->rolloff_hz;
	const size_t n = j->n;
	sabin_places_mean(j->places, j->count, n, j->mean_db);
	sabin_curve_smooth(j->freq_hz, j->mean_db, n, rolloff_oct, j->broad_db);
	edge[0] = j->rules->low_hz;
	edge[1] = j->rules->high_hz;
	size_t low = 0, high = n;
	while (low < n && j->broad_db[low] < j->target_db[low] - rolloff_db)
		low++;
	while (high > low && j->broad_db[high - 1] < j->target_db[high - 1] - rolloff_top_db)
		high--;
	if (low > 0 && low < n)
		edge[0] = fmax(edge[0], j->freq_hz[low]);
	if (high < n && high > low)
		edge[1] = fmin(edge[1], j->freq_hz[high - 1]);
	for (size_t i = 0; i < n; i++)
		if (j->freq_hz[i] < edge[0] || j->freq_hz[i] > edge[1]) {
			j->out->boost[i] = 0;
			j->out->leave[i] = SABIN_LEAVE_ROLLOFF;
		}
}

static bool judge_ok(const struct judge *j)
{
	const struct sabin_correctable_rules *r = j->rules;
	bool ok = j->n >= 2 && j->count >= 1 && r->full_hz > 0 && r->none_hz > r->full_hz &&
	          r->low_hz >= 0 && r->high_hz > r->low_hz;
	for (size_t i = 0; i < j->n && ok; i++) {
		ok = isfinite(j->freq_hz[i]) && j->freq_hz[i] > 0 && isfinite(j->target_db[i]);
		for (size_t p = 0; p < j->count && ok; p++)
			ok = isfinite(j->places[p].level_db[i]);
	}
	return ok;
}

enum sabin_err sabin_correctable_compute(const double *freq_hz, const double *target_db, size_t n,
                                         const struct sabin_correctable_place *places,
                                         size_t count,
                                         const struct sabin_correctable_rules *rules,
                                         struct sabin_correctable *out)
{
	struct sabin_correctable made = {0};
	struct judge j = {freq_hz, target_db, n, places, count, rules, &made, NULL, NULL, NULL};
	if (!judge_ok(&j))
		return SABIN_EINVAL;
	double *scratch = malloc((2 + SHARES) * n * sizeof *scratch);
	made.full = malloc(n * sizeof(double));
	made.boost = malloc(n * sizeof(double));
	made.cut = malloc(n * sizeof(double));
	made.turn_deg = malloc(n * sizeof(double));
	made.leave = malloc(n);
	enum sabin_err err = scratch && made.full && made.boost && made.cut && made.turn_deg &&
	                             made.leave
	                         ? SABIN_OK
	                         : SABIN_ENOMEM;
	if (!err) {
		j.mean_db = scratch;
		j.broad_db = scratch + n;
		j.turn = scratch + 2 * n;
		transition(&j);
		for (size_t p = 0; p < count && !err; p++)
			err = dips(&j, &places[p]);
	}
	if (!err) {
		spread(&j);
		rolloff(&j);
		*out = made;
	} else {
		sabin_correctable_free(&made);
	}
	free(scratch);
	return err;
}

void sabin_correctable_free(struct sabin_correctable *c)
{
	free(c->full);
	free(c->boost);
	free(c->cut);
	free(c->turn_deg);
	free(c->leave);
	*c = (struct sabin_correctable){0};
}
