/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * verify.c: achieved against predicted.
 *
 * What was applied is the level measured again less the level before (where the prediction is exact, less what
 * makes it so).  It is compared with the gain of the
 * correction as designed, and with what it would be after each of the usual mistakes; a mistake is named when
 * it explains much more of what was measured than the design does.  The level of each is free, since
 * somebody may have turned a knob; only where two channels are held against each other it is one for
 * both.  Speakers that are right in themselves are held against each other: level, delay, polarity.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/curve.h>
#include <sabin/verify.h>

/* A mistake is named when what it leaves is below this share of what the design leaves, and the
 * difference is at least so much. */
static const double explains_share = 0.75, explains_db = 0.08;
static const double alone_share = 0.7, well_share = 0.3, alike_shape_db = 0.05, level_share = 0.25;
/* A filter so small can be missing without anybody noticing. */
static const double unexplained_db = 1.0;
/* Against another speaker: what a knob's mark and a measurement leave. */
static const double level_off_db = 0.5, delay_off_s = 1e-4;
static const double idle_db = 0.5; /* a filter does less here */
/* Gains that differ by less cannot be told apart. */
static const double alike_db = 0.1;
static const double rates_hz[] = {44100, 48000, 88200, 96000, 176400, 192000};
enum { RATES = sizeof rates_hz / sizeof *rates_hz };

const char *sabin_verify_name(enum sabin_verify_code code)
{
	static const char *const names[SABIN_VERIFY_CODES] = {
	    [SABIN_VERIFY_NOT_APPLIED] = "not-applied", [SABIN_VERIFY_FILTER_MISSING] = "filter-missing",
	    [SABIN_VERIFY_WRONG_RATE] = "wrong-rate",   [SABIN_VERIFY_SWAPPED] = "swapped",
	    [SABIN_VERIFY_TWICE] = "applied-twice",     [SABIN_VERIFY_WRONG_CHANNEL] = "wrong-channel",
	    [SABIN_VERIFY_DIFFERS] = "differs",
	    [SABIN_VERIFY_WRONG_LEVEL] = "wrong-level",
	    [SABIN_VERIFY_WRONG_DELAY] = "wrong-delay",
	    [SABIN_VERIFY_WRONG_POLARITY] = "wrong-polarity"};
	return names[code];
}

/* A channel under examination: points first .. end - 1 count. */
struct view {
	const struct sabin_verify_channel *v;
	size_t first, end;
	double *start;   /* [length]: what was before, so that with the gain it is what was predicted */
	double *applied; /* [length]: measured again less that */
	double *model;   /* [length]: what it should be, under some hypothesis */
};

/* Beyond what the speaker plays, and nothing is cut there either. */
static bool idle(const struct view *w, size_t i)
{
	return w->v->channel->leave[i] == SABIN_LEAVE_ROLLOFF &&
	       (w->v->full || fabs(w->v->gain_db[i]) < idle_db);
}

/* The corrected range: what counts, from the speaker's roll-off to where only broad tone is corrected (or to
 * the other roll-off where all is). */
static void find_range(struct view *w)
{
	const struct sabin_correction_channel *c = w->v->channel;
	w->first = c->beyond[0];
	w->end = c->length - c->beyond[1];
	while (w->first + 8 < w->end && idle(w, w->first))
		w->first++;
	while (w->end > w->first + 8 && idle(w, w->end - 1))
		w->end--;
}

static size_t broad_from(const struct view *w)
{
	const unsigned char *leave = w->v->channel->leave;
	size_t end = w->end;
	while (!w->v->full && end > w->first + 8 && leave[end - 1] == SABIN_LEAVE_HIGH)
		end--;
	return end;
}

static double mean_left(const struct view *w)
{
	double sum = 0;
	for (size_t i = w->first; i < w->end; i++)
		sum += w->applied[i] - w->model[i];
	return sum / (double)(w->end - w->first);
}

/* RMS of applied less model, about `mean`. */
static double left_about(const struct view *w, double mean)
{
	double square = 0;
	for (size_t i = w->first; i < w->end; i++) {
		const double x = w->applied[i] - w->model[i] - mean;
		square += x * x;
	}
	return sqrt(square / (double)(w->end - w->first));
}

static double left(const struct view *w)
{
	return left_about(w, mean_left(w));
}

/* ---- hypotheses ----------------------------------------------------------------------------- */

static void scaled(struct view *w, double factor)
{
	for (size_t i = 0; i < w->v->channel->length; i++)
		w->model[i] = factor * w->v->gain_db[i];
}

static void nothing(struct view *w)
{
	for (size_t i = 0; i < w->v->channel->length; i++)
		w->model[i] = w->v->before_db[i] - w->start[i];
}

static void without(struct view *w, size_t filter)
{
	const struct sabin_correction_channel *c = w->v->channel;
	const double rate_hz = fmax(4 * c->freq_hz[c->length - 1], 48000);
	for (size_t i = 0; i < c->length; i++)
		w->model[i] = w->v->gain_db[i] -
		              sabin_biquads_level_db(&c->filters[filter], 1, rate_hz, c->freq_hz[i]);
}

/* Coefficients made for one rate and run at another: the frequency axis is stretched. */
static void stretched(struct view *w, double ratio)
{
	const struct sabin_correction_channel *c = w->v->channel;
	for (size_t i = 0; i < c->length; i++)
		w->model[i] = sabin_curve_at(c->freq_hz, w->v->gain_db, c->length, c->freq_hz[i] * ratio);
}

/* Keep `tried` when it explains more than what is best so far. */
static void consider(struct sabin_finding *best, struct sabin_finding tried)
{
	if (tried.after_db < best->after_db)
		*best = tried;
}

static bool convincing(const struct sabin_finding *f)
{
	return f->after_db < explains_share * f->before_db &&
	       sqrt(f->before_db * f->before_db - f->after_db * f->after_db) >= explains_db;
}

/* The mistakes that a channel can have made alone.  True when one is named. */
static bool examine(struct view *w, size_t index, struct sabin_finding *out)
{
	const struct sabin_correction_channel *c = w->v->channel;
	struct sabin_finding best = {.code = SABIN_VERIFY_DIFFERS, .channel = index};
	scaled(w, 1);
	best.before_db = best.after_db = left(w);
	struct sabin_finding tried = best;
	nothing(w);
	tried.code = SABIN_VERIFY_NOT_APPLIED;
	tried.after_db = left(w);
	consider(&best, tried);
	scaled(w, 2);
	tried.code = SABIN_VERIFY_TWICE;
	tried.after_db = left(w);
	consider(&best, tried);
	tried.code = SABIN_VERIFY_FILTER_MISSING;
	/* one filter that is missing of one is a correction that is not applied */
	for (size_t k = 0; k < c->filter_count && c->filter_count > 1; k++) {
		without(w, k);
		tried.filter = k;
		tried.after_db = left(w);
		consider(&best, tried);
	}
	tried.code = SABIN_VERIFY_WRONG_RATE;
	for (int a = 0; a < RATES; a++) {
		for (int b = 0; b < RATES; b++) {
			if (a == b)
				continue;
			stretched(w, rates_hz[a] / rates_hz[b]);
			tried.made_hz = rates_hz[a];
			tried.run_hz = rates_hz[b];
			tried.after_db = left(w);
			consider(&best, tried);
		}
	}
	*out = best;
	if (best.code != SABIN_VERIFY_DIFFERS && convincing(&best))
		return true;
	out->code = SABIN_VERIFY_DIFFERS;
	return best.before_db > unexplained_db;
}

/* What two channels may have of each other's corrections: shares of that of a and of that of b, in a and
 * in b. */
struct exchange {
	enum sabin_verify_code code;
	double a[2], b[2];
	bool to_b; /* b has what it should not have */
};
static const struct exchange exchanges[] = {
    {SABIN_VERIFY_SWAPPED, {0, 1}, {1, 0}, true},
    {SABIN_VERIFY_WRONG_CHANNEL, {0, 0}, {1, 1}, true}, /* a's went to b */
    {SABIN_VERIFY_WRONG_CHANNEL, {1, 1}, {0, 0}, false},
    {SABIN_VERIFY_WRONG_CHANNEL, {1, 0}, {1, 0}, true}, /* both have a's */
    {SABIN_VERIFY_WRONG_CHANNEL, {0, 1}, {0, 1}, false},
};
static const struct exchange as_designed = {SABIN_VERIFY_DIFFERS, {1, 0}, {0, 1}, false};

/* What an exchange leaves of both.  One level for both, unless one of them has nothing: it lacks the preamp
 * too. */
static double exchanged(struct view *a, struct view *b, const struct exchange *e, bool one_level)
{
	const struct sabin_correction_channel *ca = a->v->channel, *cb = b->v->channel;
	for (size_t p = 0; p < ca->length; p++) {
		const double of_a = a->v->gain_db[p] + ca->gain_db;
		const double of_b = b->v->gain_db[p] + cb->gain_db;
		a->model[p] = e->a[0] * of_a + e->a[1] * of_b;
		b->model[p] = e->b[0] * of_a + e->b[1] * of_b;
	}
	const double mean = 0.5 * (mean_left(a) + mean_left(b));
	const double x = one_level ? left_about(a, mean) : left(a);
	const double y = one_level ? left_about(b, mean) : left(b);
	return sqrt(0.5 * (x * x + y * y));
}

/* Two channels held against each other. */
static bool examine_pair(struct view *a, struct view *b, size_t i, size_t k,
                         struct sabin_finding *out)
{
	const struct sabin_correction_channel *ca = a->v->channel, *cb = b->v->channel;
	double between = 0;
	if (ca->length != cb->length)
		return false;
	for (size_t p = 0; p < ca->length; p++)
		between = fmax(between, fabs(a->v->gain_db[p] + ca->gain_db - b->v->gain_db[p] -
		                             cb->gain_db));
	*out = (struct sabin_finding){.after_db = INFINITY};
	for (size_t e = 0; e < sizeof exchanges / sizeof *exchanges; e++) {
		const struct exchange *x = &exchanges[e];
		const bool one_level = x->a[0] + x->a[1] == x->b[0] + x->b[1];
		struct sabin_finding tried = {.code = x->code,
		                              .channel = x->to_b ? i : k,
		                              .other = x->to_b ? k : i};
		if (one_level && between < alike_db)
			continue;
		tried.before_db = exchanged(a, b, &as_designed, one_level);
		tried.after_db = exchanged(a, b, x, one_level);
		if (one_level) { /* a wrong level alone is no exchange, unless it is just that of one */
			const double shape = exchanged(a, b, &as_designed, false) -
			                     exchanged(a, b, x, false);
			if (shape < alike_shape_db && tried.after_db > level_share * tried.before_db)
				continue;
		}
		if (convincing(&tried) && tried.after_db < out->after_db)
			*out = tried;
	}
	return isfinite(out->after_db);
}

/* ---- figures -------------------------------------------------------------------------------- */

static void measure(const struct view *w, double *scratch, struct sabin_verified *out)
{
	const struct sabin_correction_channel *c = w->v->channel;
	const size_t end = broad_from(w);
	out->from_hz = c->freq_hz[w->first];
	out->to_hz = c->freq_hz[end - 1];
	for (size_t i = 0; i < c->length; i++)
		scratch[i] = w->start[i] + w->v->gain_db[i];
	out->predicted_error_db = sabin_correction_deviation_db(c, scratch);
	out->achieved_error_db =
	    sabin_correction_deviation_db(c, w->v->achieved_db);
	for (size_t i = 0; i < c->length; i++)
		scratch[i] = w->applied[i] - w->v->gain_db[i];
	out->difference_db = sabin_eq_rms(scratch + w->first, end - w->first);
}

struct report {
	struct sabin_finding *findings;
	size_t most, count;
};

static void add(struct report *r, const struct sabin_finding *f)
{
	if (r->count < r->most)
		r->findings[r->count++] = *f;
}

/* Level and delay of channel i against channel k, which are right in themselves. */
static void stand_together(struct view *views, size_t i, size_t k, struct report *r)
{
	const struct sabin_verify_channel *a = views[i].v, *b = views[k].v;
	struct sabin_finding f = {.channel = i, .other = k};
	f.code = SABIN_VERIFY_WRONG_LEVEL;
	f.expected = a->channel->gain_db - b->channel->gain_db;
	scaled(&views[i], 1);
	scaled(&views[k], 1);
	f.found = mean_left(&views[i]) - mean_left(&views[k]);
	if (fabs(f.found - f.expected) > level_off_db)
		add(r, &f);
	f.code = SABIN_VERIFY_WRONG_DELAY;
	f.expected = a->channel->delay_s - b->channel->delay_s;
	f.found = a->moved_s - b->moved_s;
	if (fabs(f.found - f.expected) > delay_off_s) /* not where one is not known */
		add(r, &f);
}

/* Polarity, and each against the first that is right in itself. */
static void find_misalignment(struct view *views, size_t count, const bool *settled,
                              struct report *r)
{
	size_t first = count;
	for (size_t i = 0; i < count; i++) {
		const struct sabin_verify_channel *v = views[i].v;
		if (!v->achieved_db || settled[i])
			continue;
		if (v->turned * v->channel->polarity < 0)
			add(r, &(struct sabin_finding){.code = SABIN_VERIFY_WRONG_POLARITY, .channel = i});
		if (first < count)
			stand_together(views, i, first, r);
		else
			first = i;
	}
}

/* Pairs first: what is swapped is not wrong in itself. */
static void find_mistakes(struct view *views, size_t count, bool *settled, struct report *r)
{
	struct sabin_finding alone, pair;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count && !settled[i]; k++) {
			if (!views[i].v->achieved_db || !views[k].v->achieved_db || settled[k] ||
			    !examine_pair(&views[i], &views[k], i, k, &pair))
				continue;
			/* unless the one explains itself clearly better alone; what went to the other channel
			 * is missing here and twice there */
			const bool a = examine(&views[i], i, &alone) &&
			               alone.after_db < alone_share * pair.after_db &&
			               alone.code != SABIN_VERIFY_DIFFERS &&
			               !(pair.code == SABIN_VERIFY_WRONG_CHANNEL &&
			                 pair.after_db < well_share * pair.before_db &&
			                 (alone.code == SABIN_VERIFY_NOT_APPLIED ||
			                  alone.code == SABIN_VERIFY_TWICE));
			if (a)
				continue;
			add(r, &pair);
			settled[i] = settled[k] = true;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (views[i].v->achieved_db && !settled[i] && examine(&views[i], i, &alone)) {
			add(r, &alone);
			settled[i] = true;
		}
	find_misalignment(views, count, settled, r);
}

enum sabin_err sabin_verify_compute(const struct sabin_verify_channel *channels, size_t count,
                                    struct sabin_verified *verified,
                                    struct sabin_finding *findings, size_t *finding_count)
{
	size_t measured = 0, longest = 0;
	for (size_t i = 0; i < count; i++) {
		measured += channels[i].achieved_db != NULL;
		longest = channels[i].channel->length > longest ? channels[i].channel->length : longest;
	}
	if (measured == 0)
		return SABIN_EINVAL;
	struct view *views = calloc(count, sizeof *views);
	bool *settled = calloc(count, sizeof *settled);
	double *scratch = malloc((3 * count + 1) * longest * sizeof *scratch);
	struct report r = {findings, *finding_count, 0};
	const enum sabin_err err = views && settled && scratch ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; i < count && !err; i++) {
		struct view *w = &views[i];
		*w = (struct view){.v = &channels[i],
		                   .start = scratch + 3 * i * longest,
		                   .applied = scratch + (3 * i + 1) * longest,
		                   .model = scratch + (3 * i + 2) * longest};
		verified[i] = (struct sabin_verified){NAN, NAN, NAN, NAN, NAN};
		if (!channels[i].achieved_db)
			continue;
		find_range(w);
		for (size_t p = 0; p < channels[i].channel->length; p++) {
			w->start[p] = channels[i].predicted_db
			                  ? channels[i].predicted_db[p] - channels[i].gain_db[p]
			                  : channels[i].before_db[p];
			w->applied[p] = channels[i].achieved_db[p] - w->start[p];
		}
		measure(w, scratch + 3 * count * longest, &verified[i]);
	}
	if (!err) {
		find_mistakes(views, count, settled, &r);
		*finding_count = r.count;
	}
	free(views);
	free(settled);
	free(scratch);
	return err;
}
