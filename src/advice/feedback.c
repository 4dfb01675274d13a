/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * feedback.c: a loudspeaker and a microphone in one room, with an amplifier between them: at which frequencies it
 * would ring first, and how much gain there is before it does.
 *
 * H. Nyquist, "Regeneration theory", Bell Syst. Tech. J. 11 (1932) 126-147: the loop grows where its gain is real,
 * positive and more than one.  Where the delay of the loop is not known, neither is its phase; then the highest
 * magnitudes are taken, which no delay exceeds.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/fft.h>

#include "advice/inner.h"
#include "signal/cmplx.h"

enum { TOLD = 5, CANDIDATES_MAX = 64, LOOPS_MAX = 32 };

static const double from_hz = 60, to_hz = 12000;
static const double apart = 0.01;   /* two frequencies nearer than this are one */
static const double longest_s = 4;  /* of the response */
/* Of a notch: narrow enough that nobody hears it, wide enough for what a change of temperature shifts. */
static const double notch_q = 30, notch_db = 6, notch_most_db = 18;
static const double notch_worth_db = 0.3; /* a further one that brings less is not made */

struct candidate {
	double freq_hz, gain; /* of the loop: 1 recorded for 1 played */
};

/* Keep the strongest, one of those that are near each other. */
static void keep(struct candidate *list, size_t *count, struct candidate one)
{
	for (size_t i = 0; i < *count; i++)
		if (fabs(list[i].freq_hz / one.freq_hz - 1) < apart) {
			if (one.gain > list[i].gain)
				list[i] = one;
			return;
		}
	if (*count < CANDIDATES_MAX) {
		list[(*count)++] = one;
		return;
	}
	size_t weakest = 0;
	for (size_t i = 1; i < *count; i++)
		if (list[i].gain < list[weakest].gain)
			weakest = i;
	if (one.gain > list[weakest].gain)
		list[weakest] = one;
}

/* Where the loop is real and positive: between two bins whose imaginary parts differ in sign. */
static void find_crossings(const double complex *h, size_t bins, double step_hz, struct candidate *list, size_t *count)
{
	for (size_t k = (size_t)(from_hz / step_hz); k + 1 < bins && (double)k * step_hz < to_hz; k++) {
		const double a = cimag(h[k]), b = cimag(h[k + 1]);
		if ((a < 0) == (b < 0) || a == b)
			continue;
		const double share = a / (a - b);
		const double gain = creal(h[k]) + share * (creal(h[k + 1]) - creal(h[k]));
		if (gain > 0)
			keep(list, count, (struct candidate){((double)k + share) * step_hz, gain});
	}
}

static void find_peaks(const double complex *h, size_t bins, double step_hz, struct candidate *list, size_t *count)
{
	for (size_t k = (size_t)(from_hz / step_hz) + 1; k + 1 < bins && (double)k * step_hz < to_hz; k++)
		if (cabs(h[k]) >= cabs(h[k - 1]) && cabs(h[k]) > cabs(h[k + 1]))
			keep(list, count, (struct candidate){(double)k * step_hz, cabs(h[k])});
}

static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return (x->gain < y->gain) - (x->gain > y->gain);
}

/* ---- one way from a loudspeaker to a microphone ----------------------------------------------------------- */

struct loop {
	const struct sabin_advice_response *response;
	size_t bins;
	double step_hz;
	double complex *h; /* [bins] */
};

static enum sabin_err loop_of(const struct sabin_advice_response *r, struct loop *out)
{
	const double zero = r->arrival_s.valid ? r->direct - r->arrival_s.value * r->rate_hz
	                                       : r->direct - 0.002 * r->rate_hz;
	const size_t first = (size_t)fmax(0, round(zero));
	const size_t length = r->frames > first ? r->frames - first : 0;
	const size_t used = length < (size_t)(longest_s * r->rate_hz) ? length : (size_t)(longest_s * r->rate_hz);
	const size_t size = sabin_fft_smooth_size(4 * used + 2); /* bins so close that phase goes on smoothly */
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x);
	*out = (struct loop){r, size / 2 + 1, r->rate_hz / (double)size, calloc(size / 2 + 1, sizeof *out->h)};
	enum sabin_err err = x && out->h ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err) {
		memcpy(x, r->h + first, used * sizeof *x);
		sabin_fft_forward(fft, x, out->h);
	}
	sabin_fft_free(fft);
	free(x);
	return err;
}

/* The strongest candidates, strongest first; their number. */
static size_t candidates_of(const struct loop *loop, struct candidate *list)
{
	size_t count = 0;
	(loop->response->arrival_s.valid ? find_crossings : find_peaks)(loop->h, loop->bins, loop->step_hz, list, &count);
	qsort(list, count, sizeof *list, compare);
	return count;
}

/* ---- notches ------------------------------------------------------------------------------------------------ */

static double complex filter_at(const struct sabin_biquad_taps *t, double complex z)
{
	return (t->b[0] + z * (t->b[1] + z * t->b[2])) / (1 + z * (t->a[1] + z * t->a[2]));
}

/* The loop with a filter in it, in place of another (NULL: none). */
static void filter_loop(struct loop *loop, const struct sabin_biquad *with, const struct sabin_biquad *without)
{
	const struct sabin_biquad_taps t = sabin_biquad_taps(with, loop->response->rate_hz);
	const struct sabin_biquad_taps u = sabin_biquad_taps(without ? without : with, loop->response->rate_hz);
	const double reach = 4; /* two octaves off, nothing is left of it */
	const size_t from = (size_t)(with->freq_hz / reach / loop->step_hz);
	for (size_t k = from; k < loop->bins && (double)k * loop->step_hz < reach * with->freq_hz; k++) {
		const double complex z = cexp(-(double complex)I * (M_PI * (double)k / (double)(loop->bins - 1)));
		loop->h[k] *= filter_at(&t, z) / (without ? filter_at(&u, z) : 1);
	}
}

/* The strongest candidate of all loops. */
static struct candidate strongest(const struct loop *loop, size_t loops)
{
	struct candidate best = {NAN, 0};
	for (size_t i = 0; i < loops; i++) {
		struct candidate list[CANDIDATES_MAX];
		if (candidates_of(&loop[i], list) > 0 && list[0].gain > best.gain)
			best = list[0];
	}
	return best;
}

/* One cut where the loop is strongest; one that is there already is made deeper.  False: no more can be done. */
static bool cut(struct loop *loop, size_t loops, struct candidate worst, struct sabin_notches *out)
{
	size_t n = 0;
	while (n < out->count && fabs(out->filter[n].freq_hz / worst.freq_hz - 1) > 1.5 * apart)
		n++;
	if (n == SABIN_NOTCHES_MAX || (n < out->count && out->filter[n].gain_db <= -notch_most_db))
		return false;
	const bool there = n < out->count;
	const struct sabin_biquad was = out->filter[n];
	out->filter[n] = there ? was : (struct sabin_biquad){SABIN_PEAKING, worst.freq_hz, 0, notch_q};
	out->filter[n].gain_db -= notch_db;
	out->count += !there;
	for (size_t i = 0; i < loops; i++)
		filter_loop(&loop[i], &out->filter[n], there ? &was : NULL);
	return true;
}

static int compare_notches(const void *a, const void *b)
{
	const struct sabin_biquad *x = a, *y = b;
	return (x->freq_hz > y->freq_hz) - (x->freq_hz < y->freq_hz);
}

static void cut_all(struct loop *loop, size_t loops, struct sabin_notches *out)
{
	struct candidate worst = strongest(loop, loops);
	struct sabin_notches now = {.before_db = -20 * log10(worst.gain), .phase_known = true};
	for (size_t i = 0; i < loops; i++)
		now.phase_known = now.phase_known && loop[i].response->arrival_s.valid;
	now.after_db = now.before_db;
	*out = now;
	while (worst.gain > 0 && cut(loop, loops, worst, &now)) {
		worst = strongest(loop, loops);
		now.after_db = -20 * log10(worst.gain);
		if (now.after_db > out->after_db + notch_worth_db * (double)(now.count - out->count))
			*out = now;
	}
	qsort(out->filter, out->count, sizeof *out->filter, compare_notches);
}

enum sabin_err sabin_advise_notches(const struct sabin_advice_scene *scene, size_t speaker, struct sabin_notches *out)
{
	if (speaker >= scene->speaker_count)
		return SABIN_EINVAL;
	struct loop *loop = calloc(LOOPS_MAX, sizeof *loop);
	size_t loops = 0;
	enum sabin_err err = loop ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < scene->response_count && loops < LOOPS_MAX; i++)
		if (scene->response[i].speaker == speaker && scene->response[i].trustworthy)
			err = loop_of(&scene->response[i], &loop[loops++]);
	if (!err && loops == 0)
		err = SABIN_ESHORT;
	if (!err)
		cut_all(loop, loops, out);
	for (size_t i = 0; i < loops; i++)
		free(loop[i].h);
	free(loop);
	return err;
}

/* ---- the items ---------------------------------------------------------------------------------------------- */

static enum sabin_err add_feedback(const struct sabin_advice_response *r, struct sabin_advice *out)
{
	struct candidate list[CANDIDATES_MAX];
	struct loop loop;
	const enum sabin_err err = loop_of(r, &loop);
	const size_t count = err ? 0 : candidates_of(&loop, list);
	struct sabin_advice_item *item = count > 0 ? advice_add(out, SABIN_ADVICE_FEEDBACK) : NULL;
	free(loop.h);
	if (!item)
		return err;
	item->speaker = (int)r->speaker;
	item->position = (int)r->position;
	item->freq_hz = list[0].freq_hz;
	item->chart = "response";
	item->confidence = r->arrival_s.valid ? 0.9 : 0.6;
	/* the louder the loop, the sooner it matters */
	item->benefit = fmin(fmax(10 + 10 * log10(list[0].gain), 0.5), 12);
	advice_evidence(item, "gain_before_feedback", advice_number(-20 * log10(list[0].gain)), "dB");
	for (size_t k = 0; k < count && k < TOLD; k++)
		advice_evidence_at(item, "loop_gain", advice_number(20 * log10(list[k].gain)), "dB", list[k].freq_hz);
	return SABIN_OK;
}

/* What notches bring, to the items of a speaker. */
static enum sabin_err tell_notches(const struct sabin_advice_scene *scene, size_t speaker, struct sabin_advice *out)
{
	struct sabin_notches notches;
	const enum sabin_err err = sabin_advise_notches(scene, speaker, &notches);
	for (size_t i = 0; !err && i < out->count; i++) {
		struct sabin_advice_item *item = &out->item[i];
		if (item->code != SABIN_ADVICE_FEEDBACK || item->speaker != (int)speaker || notches.count == 0)
			continue;
		advice_effect(item, "gain_before_feedback", notches.before_db,
		              sabin_quantity_valid(notches.after_db, 1), "dB");
		for (size_t k = 0; k < notches.count; k++)
			advice_evidence_at(item, "notch", advice_number(notches.filter[k].gain_db), "dB",
			                   notches.filter[k].freq_hz);
	}
	return err == SABIN_ESHORT ? SABIN_OK : err;
}

enum sabin_err advice_find_feedback(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; scene->live && !err && i < scene->response_count; i++)
		if (scene->response[i].trustworthy)
			err = add_feedback(&scene->response[i], out);
	for (size_t s = 0; scene->live && !err && s < scene->speaker_count; s++)
		err = tell_notches(scene, s, out);
	return err;
}
