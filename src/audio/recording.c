/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recording.c: finding sweeps in a recording and cutting it up.
 *
 * Deconvolved by the sweep, a recording of several sweeps shows one linear response after another, as
 * far apart as the sweeps were.  A subwoofer's has a small peak and a rumble's noise a large one, so
 * peaks do not tell: each octave is compared with itself.  A click or a voice, deconvolved, is drawn out
 * and stands in one octave at a time; a sweep's response stands in all of them at once.
 */
#include <math.h>
#include <stdint.h>

#include <sabin/arrival.h>
#include <sabin/deconvolve.h>

#include "audio/agreement.h"
#include "audio/recording.h"
#include "io/number.h"
#include "signal/track.h"

/* The lags are looked at through windows of at least this length: some periods of the lowest octave. */
static const double window_s = 0.06;
/* How far the octaves must stand out, in the mean.  Noise alone gives 1 dB or 2; a click at full range
 * fills two octaves of nine by range_db: 9 dB. */
static const double needed_db = 10;
/* What an octave shows at most: distortion and images are forgotten in the silence of a noiseless
 * recording. */
static const double range_db = 40;
/* What is usual in an octave: this quantile of its windows, so that decays do not raise it. */
static const double usual_quantile = 0.25;
/* A sweep's place is known to this, and its neighbours' sound is kept so far away. */
static const double place_s = 0.1;
/* An octave begins there too if it is no more than this below its loudest within this part of the way
 * to the next sweep: neither an echo is louder by so much, nor does the decay of the one before reach. */
static const double beside_db = 6, reach = 0.75;
/* The next sweep begins at least so much of a sweep later. */
static const double least_spacing = 0.9;
/* So much of a sweep's start may be missing, and of its end. */
static const double start_missing = 0.25, end_missing = 0.5;
/* ... and so much of it must be there to say that there is one more. */
static const double inkling = 0.1;

void sabin_found_release(struct sabin_found *found)
{
	free(found->lag);
	*found = (struct sabin_found){0};
}

void sabin_extracted_release(struct sabin_extracted *extracted)
{
	free(extracted->h);
	*extracted = (struct sabin_extracted){0};
}

/* ---- octaves over lag ----------------------------------------------------------------------- */

struct scan {
	struct sabin_track track; /* over lags, from one sweep's length before the recording on */
	size_t begin;             /* the first window in which a sweep may begin */
	double usual[SABIN_TRACK_BANDS_MAX]; /* power of each octave */
	double *score_db;         /* [track.count] */
};

static void scan_release(struct scan *s)
{
	free(s->track.power);
	free(s->score_db);
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Mean over the octaves of how far each stands above what is usual in it. */
static enum sabin_err score(struct scan *s)
{
	const struct sabin_track *track = &s->track;
	const size_t count = track->count - s->begin;
	double *sorted = malloc(count * sizeof *sorted);
	if (!sorted)
		return SABIN_ENOMEM;
	for (size_t b = 0; b < track->bands; b++) {
		const double *power = track->power + b * track->count;
		memcpy(sorted, power + s->begin, count * sizeof *sorted);
		qsort(sorted, count, sizeof *sorted, by_size);
		const double most = sorted[count - 1];
		const double usual = fmax(sorted[(size_t)(usual_quantile * (double)count)],
		                          most * pow(10, -range_db / 10));
		for (size_t w = s->begin; usual > 0 && w < track->count; w++)
			s->score_db[w] +=
			    fmax(10 * log10(power[w] / usual), 0) / (double)track->bands;
		s->usual[b] = usual;
	}
	free(sorted);
	return SABIN_OK;
}

static enum sabin_err scan(const struct sabin_excitation *e, const double *recorded, size_t frames,
                           struct scan *s)
{
	struct sabin_deconvolver *d = NULL;
	double *h = NULL;
	const double n = (double)e->frames;
	sabin_track_init(&s->track, e->rate_hz, window_s, e->from_hz, e->to_hz, -(long)n,
	                 (long)frames - (long)(inkling * n));
	s->begin = (size_t)((1 - start_missing) * n) / s->track.hop;
	if (s->begin >= s->track.count)
		s->begin = s->track.count - 1;
	enum sabin_err err = sabin_deconvolver_new(e->x, e->frames, frames, e->rate_hz, e->from_hz,
	                                           e->to_hz, &d);
	if (err)
		return err;
	const size_t size = sabin_deconvolver_size(d);
	h = malloc(size * sizeof *h);
	s->score_db = calloc(s->track.count, sizeof *s->score_db);
	err = h && s->score_db ? SABIN_OK : SABIN_ENOMEM;
	if (!err) {
		sabin_deconvolver_process(d, recorded, h);
		err = sabin_track_process(&s->track, h, size, e->rate_hz);
	}
	if (!err)
		err = score(s);
	sabin_deconvolver_free(d);
	free(h);
	return err;
}

/* ---- which of them are sweeps ------------------------------------------------------------------- */

/* How far apart two sweeps are at least.  Our own come with chirps, whose images are nearer. */
static long least_apart(const struct sabin_excitation *e)
{
	const struct sabin_stimulus *s = e->stimulus;
	size_t whole = e->frames;
	if (s)
		whole = s->frames - (s->chirp.frames > 0 ? s->chirp_frame[0] : s->sweep_frame);
	return (long)(least_spacing * (double)whole);
}

static int by_lag(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;
	return (x > y) - (x < y);
}

/* The most of power[count] no more than `span` windows from window w. */
static double most_near(const double *power, size_t count, size_t w, size_t span)
{
	double most = 0;
	for (size_t i = w > span ? w - span : 0; i < count && i <= w + span; i++)
		most = fmax(most, power[i]);
	return most;
}

/* Do the octaves that stand out anywhere around window `top`, up to `apart` from it, do so there?  What
 * is no sweep of this length (a finished response, another sweep, a click) is drawn out by deconvolution,
 * each octave to a lag of its own; where one of them ends and others still ring, the score may be high. */
static bool at_once(const struct scan *s, size_t top, long apart, size_t place)
{
	const struct sabin_track *track = &s->track;
	size_t out = 0, here = 0;
	for (size_t b = 0; b < track->bands; b++) {
		const double *power = track->power + b * track->count;
		const double around =
		    most_near(power, track->count, top, (size_t)(reach * (double)apart) / track->hop);
		if (!(around > s->usual[b] * pow(10, needed_db / 10)))
			continue;
		out++;
		here += most_near(power, track->count, top, place) > around * pow(10, -beside_db / 10);
	}
	return 2 * here > out;
}

/* The window that stands out most among those not crossed out yet, and whether that is enough. */
static bool pick(const struct scan *s, size_t *top, double *best_db)
{
	*top = 0;
	for (size_t w = 1; w < s->track.count; w++)
		if (s->score_db[w] > s->score_db[*top])
			*top = w;
	*best_db = fmax(*best_db, s->score_db[*top]);
	return s->score_db[*top] >= needed_db;
}

/* Everything nearer than `apart` to window `top` is its. */
static void cross_out(struct scan *s, size_t top, long apart)
{
	for (size_t w = 0; w < s->track.count; w++)
		if (labs((long)w - (long)top) * (long)s->track.hop < apart)
			s->score_db[w] = 0;
}

enum sabin_err sabin_recording_find(const struct sabin_excitation *e, const double *recorded,
                                    size_t frames, struct sabin_found *out)
{
	struct scan s = {0};
	struct sabin_found found = {.needed_db = needed_db};
	enum sabin_err err = scan(e, recorded, frames, &s);
	if (err)
		goto out;
	const long apart = least_apart(e), last = (long)frames - (long)(end_missing * (double)e->frames);
	const size_t most = s.track.count * s.track.hop / (size_t)(apart > 0 ? apart : 1) + 2;
	found.lag = malloc(most * sizeof *found.lag);
	if (!found.lag) {
		err = SABIN_ENOMEM;
		goto out;
	}
	const size_t place = s.track.window / s.track.hop / 2; /* half a window */
	size_t top;
	while (found.count < most && pick(&s, &top, &found.best_db)) {
		const long lag = s.track.first + (long)(top * s.track.hop);
		if (!at_once(&s, top, apart, place)) {
			found.scattered = true;
			cross_out(&s, top, (long)(place * s.track.hop) + 1);
			continue;
		}
		cross_out(&s, top, apart);
		if (lag > last)
			found.one_more = true;
		else
			found.lag[found.count++] = lag;
	}
	qsort(found.lag, found.count, sizeof *found.lag, by_lag);
	*out = found;
out:
	scan_release(&s);
	return err;
}

/* ---- cutting up ------------------------------------------------------------------------------------- */

/* Where nothing else limits it, the noise before a foreign sweep is taken from this much time. */
static const double quiet_s = 30;
/* A loopback is heard so much before the microphone at most. */
static const double latency_s = 1;
/* After the last chirp of a stimulus: the latency of the rig. */
static const double after_s = 0.5;

/* First and last sample of the part with sweep i: its own silence before, its own decay after. */
static void part_of(const struct sabin_excitation *e, const struct sabin_found *found, size_t i,
                    size_t frames, long *begin, long *end)
{
	const struct sabin_stimulus *s = e->stimulus;
	const long lag = found->lag[i], place = (long)(place_s * e->rate_hz);
	const long lead = s ? (long)s->sweep_frame : (long)(quiet_s * e->rate_hz);
	/* silence before that the sweep's own chirp does not break */
	const long heard_before =
	    s && s->chirp.frames > 0 ? (long)s->sweep_frame - (long)s->chirp_frame[0] : 0;
	*begin = lag - lead;
	*end = (long)frames;
	if (s)
		*end = lag + (long)(s->frames - s->sweep_frame) + (long)(after_s * e->rate_hz);
	if (i > 0) { /* the second half of what lies between is quiet, if anything is */
		const long before = found->lag[i - 1] + (long)e->frames;
		const long half = before + (lag - heard_before - before) / 2;
		if (*begin < half && !s)
			*begin = half;
		if (s && *begin < before)
			*begin = before;
	}
	if (i + 1 < found->count) {
		const long next = found->lag[i + 1] - heard_before - place;
		*end = *end < next ? *end : next;
	}
	*begin = *begin > 0 ? *begin : 0;
	*end = *end < (long)frames ? *end : (long)frames;
	if (*end < *begin + 1)
		*end = *begin + 1 < (long)frames ? *begin + 1 : (long)frames;
}

/* Frequency that an exponential sweep has after the part `at` of its length. */
static double frequency_hz(const struct sabin_excitation *e, double at)
{
	return e->from_hz * pow(e->to_hz / e->from_hz, at);
}

/* What of the sweep the recording does not hold is missing in the response. */
static void say_missing(const struct sabin_excitation *e, size_t first, size_t frames,
                        struct sabin_take *take)
{
	const double begin = (double)first + take->arrival, n = (double)e->frames;
	const double late = -begin / n, early = (begin + n - (double)frames) / n;
	const double least = place_s * e->rate_hz / n;
	if (late > least)
		sabin_verdict_say(&take->verdict,
		                  "the recording begins %.1f s after the sweep: nothing is known below "
		                  "%s",
		                  late * n / e->rate_hz, sabin_text_hz(frequency_hz(e, late)).s);
	if (early > least)
		sabin_verdict_say(&take->verdict,
		                  "the recording ends %.1f s before the sweep: nothing is known above "
		                  "%s",
		                  early * n / e->rate_hz, sabin_text_hz(frequency_hz(e, 1 - early)).s);
}

/* What is known of the repeats beside their sum. */
struct repeats {
	double *squares;
	struct sabin_agreement agreement;
};

/* Add the response in `taker` to x->h, its arrival on the first repeat's. */
static enum sabin_err add_repeat(const struct sabin_taker *taker, const struct sabin_take *take,
                                 struct sabin_extracted *extracted, struct repeats *repeats)
{
	const struct sabin_cut *cut = &extracted->cut;
	enum { MARGIN = 128 }; /* half the taps of sabin_interpolate() */
	const struct sabin_cut wide = {cut->first - MARGIN, cut->before, cut->frames + 2 * MARGIN + 1,
	                               cut->anchor};
	/* without markers the copy moves by whole samples: the rest is left */
	const double later = take->arrival - cut->anchor;
	const double fraction = take->skew == 0 ? later - (double)lrint(later) : 0;
	double *h = malloc(wide.frames * sizeof *h);
	enum sabin_err err = h ? sabin_taker_copy(taker, take, &wide, h) : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < cut->frames; i++) {
		const double x = sabin_interpolate(h, wide.frames, (double)(i + MARGIN) + fraction);
		extracted->h[i] += x;
		repeats->squares[i] += x * x;
		h[i] = x; /* the next one reads from i + 2 on */
	}
	if (!err)
		err = sabin_agreement_add(&repeats->agreement, &extracted->take.verdict, h, cut->frames,
		                          sabin_taker_excitation(taker)->rate_hz, cut->before);
	free(h);
	return err;
}

static void judge_repeat(struct sabin_verdict *all, const struct sabin_verdict *one, size_t number)
{
	all->peak_dbfs = fmax(all->peak_dbfs, one->peak_dbfs);
	all->clipped_samples += one->clipped_samples;
	if (one->trustworthy)
		return;
	sabin_verdict_blame(all, "repeat %zu: %s", number, one->why_count ? one->why[0] : "no signal");
}

/* One repeat: its part of the recording through a taker of its own. */
static enum sabin_err extract_one(const struct sabin_excitation *e, const double *recorded,
                                  const double *reference, const struct sabin_found *found,
                                  size_t i, long begin, long end, double *emission,
                                  struct sabin_take *take, struct sabin_taker **taker)
{
	const long lag = found->lag[i] - begin;
	struct sabin_take loopback;
	*emission = NAN;
	enum sabin_err err = sabin_taker_new(e, (size_t)(end - begin), taker);
	if (!err && reference) {
		sabin_taker_search(*taker, lag - (long)(latency_s * e->rate_hz),
		                   lag + (long)(place_s * e->rate_hz));
		err = sabin_taker_process(*taker, reference + begin, &loopback);
		if (!err && loopback.verdict.trustworthy)
			*emission = loopback.arrival;
	}
	if (err)
		return err;
	sabin_taker_search(*taker, lag - 2 * (long)(place_s * e->rate_hz),
	                   lag + 2 * (long)(place_s * e->rate_hz));
	return sabin_taker_process(*taker, recorded + begin, take);
}

static enum sabin_err begin_mean(const struct sabin_taker *taker, struct sabin_extracted *x,
                                 struct repeats *repeats)
{
	x->cut = sabin_taker_cut(taker, &x->take);
	x->h = malloc(x->cut.frames * sizeof *x->h);
	repeats->squares = malloc(x->cut.frames * sizeof *repeats->squares);
	if (!x->h || !repeats->squares)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_taker_copy(taker, &x->take, &x->cut, x->h);
	for (size_t i = 0; !err && i < x->cut.frames; i++)
		repeats->squares[i] = x->h[i] * x->h[i];
	if (!err)
		err = sabin_agreement_add(&repeats->agreement, &x->take.verdict, x->h, x->cut.frames,
		                          sabin_taker_excitation(taker)->rate_hz, x->cut.before);
	return err;
}

/* Mean, and how far one repeat strays from it in dB re the mean's energy. */
static void finish_mean(struct sabin_extracted *x, const double *squares, size_t repeats)
{
	const double n = (double)repeats;
	double stray = 0, energy = 0;
	for (size_t i = 0; i < x->cut.frames; i++) {
		x->h[i] /= n;
		energy += x->h[i] * x->h[i];
		stray += squares[i] - n * x->h[i] * x->h[i];
	}
	if (repeats > 1 && stray > 0 && energy > 0)
		x->take.verdict.repeatability_db =
		    sabin_quantity_valid(10 * log10(stray / (n - 1) / energy), NAN);
}

enum sabin_err sabin_recording_extract(const struct sabin_excitation *e, const double *recorded,
                                       const double *reference, size_t frames,
                                       const struct sabin_found *found, size_t at, size_t repeats,
                                       struct sabin_extracted *out)
{
	struct sabin_extracted x = {.emission = NAN};
	struct repeats all = {.squares = NULL};
	enum sabin_err err = SABIN_OK;
	for (size_t r = 0; !err && r < repeats; r++) {
		struct sabin_taker *taker = NULL;
		struct sabin_take take;
		double emission;
		long begin, end;
		part_of(e, found, at + r, frames, &begin, &end);
		err = extract_one(e, recorded, reference, found, at + r, begin, end, &emission, &take,
		                  &taker);
		if (!err && r == 0) {
			x.first = (size_t)begin;
			x.frames = (size_t)(end - begin);
			x.take = take;
			x.emission = sabin_take_on_playback(&take, emission);
			err = begin_mean(taker, &x, &all);
			say_missing(e, x.first, frames, &x.take);
		} else if (!err) {
			err = add_repeat(taker, &take, &x, &all);
			judge_repeat(&x.take.verdict, &take.verdict, r + 1);
		}
		sabin_taker_free(taker);
	}
	if (!err)
		finish_mean(&x, all.squares, repeats);
	if (!err)
		err = sabin_agreement_finish(&all.agreement, x.h, x.cut.frames, e->rate_hz, x.cut.before,
		                             &x.take.verdict);
	free(all.squares);
	if (err)
		sabin_extracted_release(&x);
	else
		*out = x;
	return err;
}
