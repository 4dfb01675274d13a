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

enum { TOLD = 5, CANDIDATES_MAX = 64 };

static const double from_hz = 60, to_hz = 12000;
static const double apart = 0.01;   /* two frequencies nearer than this are one */
static const double longest_s = 4;  /* of the response */

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

/* The strongest candidates of one response, strongest first. */
static enum sabin_err candidates_of(const struct sabin_advice_response *r, struct candidate *list, size_t *count)
{
	const double zero = r->arrival_s.valid ? r->direct - r->arrival_s.value * r->rate_hz
	                                       : r->direct - 0.002 * r->rate_hz;
	const size_t first = (size_t)fmax(0, round(zero));
	const size_t length = r->frames > first ? r->frames - first : 0;
	const size_t used = length < (size_t)(longest_s * r->rate_hz) ? length : (size_t)(longest_s * r->rate_hz);
	const size_t size = sabin_fft_smooth_size(4 * used + 2); /* bins so close that phase goes on smoothly */
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x);
	double complex *h = calloc(size / 2 + 1, sizeof *h);
	*count = 0;
	enum sabin_err err = x && h ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err) {
		memcpy(x, r->h + first, used * sizeof *x);
		sabin_fft_forward(fft, x, h);
		(r->arrival_s.valid ? find_crossings : find_peaks)(h, size / 2 + 1, r->rate_hz / (double)size, list, count);
		qsort(list, *count, sizeof *list, compare);
	}
	sabin_fft_free(fft);
	free(x);
	free(h);
	return err;
}

enum sabin_err advice_find_feedback(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	for (size_t i = 0; scene->live && i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		struct candidate list[CANDIDATES_MAX];
		size_t count = 0;
		if (!r->trustworthy)
			continue;
		const enum sabin_err err = candidates_of(r, list, &count);
		if (err)
			return err;
		struct sabin_advice_item *item = count > 0 ? advice_add(out, SABIN_ADVICE_FEEDBACK) : NULL;
		if (!item)
			continue;
		item->speaker = (int)r->speaker;
		item->position = (int)r->position;
		item->freq_hz = list[0].freq_hz;
		item->chart = "response";
		item->confidence = r->arrival_s.valid ? 0.9 : 0.6;
		/* the louder the loop, the sooner it matters */
		item->benefit = fmin(fmax(10 + 10 * log10(list[0].gain), 0.5), 12);
		advice_evidence(item, "gain_before_feedback", advice_number(-20 * log10(list[0].gain)), "dB");
		for (size_t k = 0; k < count && k < TOLD; k++)
			advice_evidence_at(item, "loop_gain", advice_number(20 * log10(list[k].gain)), "dB",
			                   list[k].freq_hz);
	}
	return SABIN_OK;
}
