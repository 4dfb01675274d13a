/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * take.c: deconvolution, alignment from the data, and the cut.
 */
#include <complex.h>
#include <math.h>
#include <stdint.h>

#include <sabin/deconvolve.h>
#include <sabin/fft.h>
#include <sabin/skew.h>

#include "audio/judge.h"
#include "audio/losses.h"
#include "audio/markers.h"
#include "audio/take.h"

/* A response file begins so long before its arrival. */
static const double keep_before_s = 0.4;
/* ... but not within this of the place where the second harmonic's response begins. */
static const double harmonic_guard_s = 0.01;
/* Where a sweep from elsewhere ends with the recording, so much after the arrival is kept at least. */
static const double keep_after_s = 0.5;
/* Noise is heard until so long before the first sound. */
static const double noise_guard_s = 0.02;

/* Taps on either side that read a response at another pace: right to 2 % below half the rate, where
 * a response has faded. */
enum { READER_HALF = 128 };

struct sabin_taker {
	struct sabin_excitation excitation;
	struct sabin_deconvolver *deconvolver;
	size_t recorded, size;
	double *response; /* [size], circular lags */
	double skew;      /* of the clock on which the deconvolver takes the sweep */
	struct sabin_markers clock; /* as last heard in a take that can be trusted */
	long search_from, search_to; /* from = to: not limited */
};

void sabin_taker_search(struct sabin_taker *taker, long from, long to)
{
	taker->search_from = from;
	taker->search_to = to;
}

/* Capture may start before or after playback, by what a sound server buffers. */
static const double earliest_s = 0.3;

/* Everything that is read of a response to our own stimulus: no signal path is later than the silence
 * after the sweep, and as much is kept after it; the sweep may be longer on the other clock. */
static enum sabin_err make_deconvolver(struct sabin_taker *t)
{
	const struct sabin_excitation *e = &t->excitation;
	const struct sabin_stimulus *s = e->stimulus;
	if (!s || e->any_start)
		return sabin_deconvolver_new(e->x, e->frames, t->recorded, e->rate_hz, e->from_hz,
		                             e->to_hz, &t->deconvolver);
	const double tail = fmax((double)s->tail_frames, keep_after_s * e->rate_hz);
	const double first = (double)s->sweep_frame - (earliest_s + keep_before_s) * e->rate_hz;
	const double last = (double)(s->sweep_frame + s->tail_frames) + tail +
	                    sabin_markers_most_skew * (double)e->frames;
	return sabin_deconvolver_new_between(e->x, e->frames, t->recorded, e->rate_hz, e->from_hz,
	                                     e->to_hz, (long)first - READER_HALF,
	                                     (long)last + READER_HALF, &t->deconvolver);
}

void sabin_taker_free(struct sabin_taker *taker)
{
	if (!taker)
		return;
	sabin_deconvolver_free(taker->deconvolver);
	free(taker->response);
	free(taker);
}

enum sabin_err sabin_taker_new(const struct sabin_excitation *excitation, size_t frames_recorded,
                               struct sabin_taker **out)
{
	struct sabin_taker *t = calloc(1, sizeof *t);
	if (!t)
		return SABIN_ENOMEM;
	t->excitation = *excitation;
	t->recorded = frames_recorded;
	enum sabin_err err = make_deconvolver(t);
	if (!err) {
		t->size = sabin_deconvolver_size(t->deconvolver);
		t->response = malloc(t->size * sizeof *t->response);
		if (!t->response)
			err = SABIN_ENOMEM;
	}
	if (err) {
		sabin_taker_free(t);
		return err;
	}
	*out = t;
	return SABIN_OK;
}

void sabin_taker_one_clock(struct sabin_taker *taker, bool one_clock)
{
	taker->excitation.one_clock = one_clock;
}

void sabin_taker_speaker(struct sabin_taker *taker, const double range_hz[2])
{
	taker->excitation.speaker_hz[0] = range_hz[0];
	taker->excitation.speaker_hz[1] = range_hz[1];
}

void sabin_taker_reference(struct sabin_taker *taker, const char *name, bool apart)
{
	taker->excitation.reference = name;
	taker->excitation.markers_apart = name && apart;
}

const struct sabin_markers *sabin_taker_clock(const struct sabin_taker *taker)
{
	return &taker->clock;
}

static double at_lag(const struct sabin_taker *t, long lag)
{
	const long size = (long)t->size;
	return t->response[(size_t)((lag % size + size) % size)];
}

void sabin_taker_part(const struct sabin_taker *t, long first, size_t n, double *h)
{
	for (size_t i = 0; i < n; i++)
		h[i] = at_lag(t, first + (long)i);
}

const struct sabin_excitation *sabin_taker_excitation(const struct sabin_taker *t)
{
	return &t->excitation;
}

size_t sabin_taker_recorded(const struct sabin_taker *t)
{
	return t->recorded;
}

/* Lags at which the linear response may begin: anything that lets most of the sweep be heard.  Our
 * own chirps, deconvolved by the sweep, stand outside. */
static void search_range(const struct sabin_taker *t, long *from, long *to)
{
	const struct sabin_stimulus *s = t->excitation.stimulus;
	const double rate_hz = t->excitation.rate_hz;
	if (t->search_from < t->search_to) {
		*from = t->search_from;
		*to = t->search_to;
		return;
	}
	if (s && !t->excitation.any_start) {
		*from = (long)s->sweep_frame - (long)(earliest_s * rate_hz);
		*to = (long)s->sweep_frame + (long)s->tail_frames;
		return;
	}
	*from = -(long)(t->excitation.frames / 4);
	*to = (long)t->recorded;
}

/* A band narrower than some kHz rings before its peak for longer than sabin_arrival_find() looks past
 * the onset: the direct sound is the largest peak within this many periods of the bandwidth. */
static const double ring_periods = 3;
/* What sabin_arrival_find() looks at after the onset. */
static const double arrival_search_s = 0.001;

static void find_slow_peak(const double *part, size_t n, size_t span, struct sabin_arrival *a)
{
	size_t top = a->onset;
	for (size_t i = a->onset; i < n && i < a->onset + span; i++)
		if (fabs(part[i]) > fabs(part[top]))
			top = i;
	if (top == 0 || top + 1 >= n)
		return;
	/* so far below half the rate three samples make a parabola */
	const double left = part[top - 1], mid = part[top], right = part[top + 1];
	const double bend = left - 2 * mid + right;
	const double offset = bend != 0 ? 0.5 * (left - right) / bend : 0;
	a->position = (double)top + offset;
	a->peak = mid - 0.25 * (left - right) * offset;
}

/* A copy of the response around its largest sample, for sabin_arrival_find().  It must begin after
 * the second harmonic's response has begun and may be short: the direct sound is near. */
static enum sabin_err find_arrival(struct sabin_taker *t, struct sabin_take *take)
{
	const double rate_hz = t->excitation.rate_hz;
	long from, to, largest;
	double most = 0;
	search_range(t, &from, &to);
	largest = from;
	for (long lag = from; lag < to; lag++) {
		const double size = fabs(at_lag(t, lag));
		if (size > most) {
			most = size;
			largest = lag;
		}
	}
	const double lead_s = t->excitation.second_harmonic_s;
	const double back_s = lead_s > 0 ? fmin(0.2, 0.5 * lead_s) : 0.05;
	const size_t before = (size_t)(back_s * rate_hz), n = before + (size_t)(0.01 * rate_hz) + 256;
	double *part = malloc(n * sizeof *part);
	if (!part)
		return SABIN_ENOMEM;
	sabin_taker_part(t, largest - (long)before, n, part);
	struct sabin_arrival arrival;
	enum sabin_err err = sabin_arrival_find(part, n, rate_hz, &arrival);
	const double ring_s = ring_periods / (t->excitation.to_hz - t->excitation.from_hz);
	if (!err && ring_s > arrival_search_s)
		find_slow_peak(part, n, (size_t)(ring_s * rate_hz), &arrival);
	free(part);
	if (err)
		return err;
	take->arrival = (double)(largest - (long)before) + arrival.position;
	take->peak = arrival.peak;
	take->polarity = arrival.polarity;
	return SABIN_OK;
}

/* RMS of the response shortly before the arrival, where only noise and ringing are. */
static double noise_in_response(const struct sabin_taker *t, const struct sabin_take *take)
{
	const double rate_hz = t->excitation.rate_hz;
	const double lead_s = t->excitation.second_harmonic_s;
	const long span = (long)(fmin(0.05, lead_s > 0 ? 0.25 * lead_s : 0.05) * rate_hz);
	const long end = lrint(take->arrival) - (long)(0.003 * rate_hz);
	double sum = 0;
	for (long i = 0; i < span; i++)
		sum += at_lag(t, end - i) * at_lag(t, end - i);
	return span > 0 ? sqrt(sum / (double)span) : 0;
}

/* The sweep as a clock sees it that is fast by `skew`: its sample i is the playback's i / (1 + skew).
 * The sweep is a formula, so nothing is lost by reading it there. */
static enum sabin_err set_skew(struct sabin_taker *t, double skew)
{
	const struct sabin_sweep *sweep = &t->excitation.stimulus->sweep;
	const double step_s = 1 / sweep->rate_hz / (1 + skew);
	const size_t n = (size_t)ceil(sweep->length_s / step_s);
	double *x = malloc(n * sizeof *x);
	if (!x)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < n; i++)
		x[i] = sabin_sweep_value(sweep, (double)i * step_s);
	enum sabin_err err = sabin_deconvolver_replace(t->deconvolver, x, n, 1 + skew);
	t->skew = skew;
	free(x);
	return err;
}

/* Deconvolve, with the sweep on the clock on which the chirps came.  The clock of the take before is
 * kept as long as this one's does not differ from it by more than the noise. */
static enum sabin_err understand(struct sabin_taker *t, const double *recorded,
                                 struct sabin_take *take)
{
	struct sabin_markers *m = &take->markers;
	sabin_deconvolver_process(t->deconvolver, recorded, t->response);
	enum sabin_err err = find_arrival(t, take);
	if (!err)
		err = sabin_markers_find(&t->excitation, recorded, t->recorded, take->arrival, m);
	if (err)
		return err;
	/* a recording of any start is another machine's, perhaps */
	take->clock = m->heard || t->excitation.any_start ? *m : t->clock;
	const struct sabin_markers *clock = &take->clock;
	const double tolerance = clock->heard ? sabin_markers_tolerance(&t->excitation, clock) : 0;
	double skew = clock->heard ? clock->skew : 0;
	if (fabs(skew) <= tolerance || fabs(skew) > sabin_markers_most_skew)
		skew = 0;
	if (skew != t->skew && (skew == 0 || fabs(skew - t->skew) > tolerance)) {
		err = set_skew(t, skew);
		if (!err) {
			sabin_deconvolver_process(t->deconvolver, recorded, t->response);
			err = find_arrival(t, take);
		}
	}
	take->skew = t->skew;
	return err;
}

/* Sample of the recording before which nothing of what was played is heard. */
static double first_sound(const struct sabin_taker *t, const struct sabin_take *take)
{
	const struct sabin_excitation *e = &t->excitation;
	const struct sabin_stimulus *s = e->stimulus;
	if (!s || s->chirp.frames == 0)
		return take->arrival;
	if (!e->markers_apart)
		return take->arrival - ((double)s->sweep_frame - (double)s->chirp_frame[0]);
	if (take->markers.heard)
		return fmin(take->markers.at[0], take->arrival);
	return take->arrival - ((double)s->sweep_frame - (double)s->chirp_frame[0]) -
	       sabin_markers_apart_most_s * e->rate_hz;
}

enum sabin_err sabin_taker_process(struct sabin_taker *t, const double *recorded,
                                   struct sabin_take *take)
{
	*take = (struct sabin_take){.zero = NAN, .verdict = {.trustworthy = true, .takes = 1}};
	enum sabin_err err = understand(t, recorded, take);
	if (err == SABIN_ESHORT) { /* digital silence */
		take->verdict.trustworthy = false;
		sabin_verdict_say(&take->verdict, "no signal: the input is silent");
		sabin_judge_nothing(&take->verdict);
		return SABIN_OK;
	}
	if (err)
		return err;
	take->noise_in_response = noise_in_response(t, take);
	const double quiet = first_sound(t, take) - noise_guard_s * t->excitation.rate_hz;
	if (quiet > 0)
		take->noise_frames = (size_t)fmin(quiet, (double)t->recorded);
	err = sabin_judge(&t->excitation, recorded, t->recorded, take);
	if (!err)
		err = sabin_markers_zero(&t->excitation, recorded, t->recorded, take);
	if (!err)
		err = sabin_losses_single(t, recorded, take);
	if (!err)
		err = sabin_losses_breaks(t, recorded, take);
	if (!err && take->verdict.trustworthy)
		sabin_losses_holes(t, recorded, take);
	/* chirps of another loudspeaker prove no clock, they only follow it */
	const bool proven = !t->excitation.markers_apart || t->clock.heard;
	if (!err && take->markers.heard && take->verdict.trustworthy && proven)
		t->clock = take->markers;
	return err;
}

struct sabin_cut sabin_taker_cut(const struct sabin_taker *t, const struct sabin_take *take)
{
	const struct sabin_excitation *e = &t->excitation;
	const long zero = lrint(take->arrival);
	double before_s = keep_before_s;
	if (e->second_harmonic_s > 0)
		before_s = fmin(before_s, fmax(e->second_harmonic_s - harmonic_guard_s, 0));
	long before = (long)(before_s * e->rate_hz);
	if (e->stimulus == NULL && before > zero + (long)e->frames)
		before = zero + (long)e->frames; /* the source has less */
	long after;
	if (e->stimulus)
		after = (long)e->stimulus->tail_frames;
	else /* what the recording holds after the sweep's end */
		after = (long)t->recorded - (long)e->frames - zero;
	if (after < (long)(keep_after_s * e->rate_hz))
		after = (long)(keep_after_s * e->rate_hz);
	if (after > (long)t->size - before - 1)
		after = (long)t->size - before - 1;
	return (struct sabin_cut){zero - before, (size_t)before, (size_t)(before + after),
	                          take->arrival};
}

double sabin_take_on_playback(const struct sabin_take *take, double at)
{
	return take->arrival + (at - take->arrival) / (1 + take->skew);
}

enum sabin_err sabin_taker_copy(const struct sabin_taker *t, const struct sabin_take *take,
                                const struct sabin_cut *cut, double *h)
{
	if (take->skew == 0) {
		sabin_taker_part(t, cut->first + lrint(take->arrival - cut->anchor), cut->frames, h);
		return SABIN_OK;
	}
	const double step = 1 + take->skew;
	const double start = take->arrival + ((double)cut->first - cut->anchor) * step;
	/* what the cut spans, with enough on either side for the reader */
	const long first = (long)floor(start) - READER_HALF;
	const size_t n = (size_t)ceil((double)cut->frames * step) + 2 * READER_HALF + 2;
	struct sabin_stretch *reader = NULL;
	double *part = malloc(n * sizeof *part);
	enum sabin_err err = part ? sabin_stretch_new(READER_HALF, &reader) : SABIN_ENOMEM;
	if (!err) {
		sabin_taker_part(t, first, n, part);
		sabin_stretch_process(reader, part, n, start - (double)first, step, h, cut->frames);
		/* samples of a density: the playback clock has fewer of them or more */
		for (size_t i = 0; i < cut->frames; i++)
			h[i] *= step;
	}
	sabin_stretch_free(reader);
	free(part);
	return err;
}

/* An exponential sweep has the same energy in every octave; a linear one, a click and white noise
 * rise by 3 dB, and what looks like their band is only its upper end. */
static const double most_slope_db = 1.5;

/* Least-squares slope of n levels, in dB from one to the next. */
static double slope_db(const double *power, size_t n)
{
	double sum = 0, weight = 0;
	for (size_t i = 0; i < n; i++) {
		const double u = (double)i - 0.5 * (double)(n - 1);
		sum += u * 10 * log10(power[i]);
		weight += u * u;
	}
	return sum / weight;
}

enum sabin_err sabin_excitation_band(const double *x, size_t frames, double rate_hz,
                                     double *from_hz, double *to_hz)
{
	enum { PER_OCTAVE = 6, MOST = 256 };
	const size_t n = sabin_fft_smooth_size(frames);
	double level[MOST] = {0}, sorted[MOST] = {0};
	size_t count = 0, middle = 0;
	struct sabin_fft *fft = NULL;
	double *t = calloc(n, sizeof *t);
	double complex *spectrum = malloc((n / 2 + 1) * sizeof *spectrum);
	enum sabin_err err = t && spectrum ? sabin_fft_new(n, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	memcpy(t, x, frames * sizeof *t);
	sabin_fft_forward(fft, t, spectrum);
	/* energy by sixth octaves from 1 Hz up; an exponential sweep has the same in each */
	for (double f = 1; f < rate_hz / 2 && count < MOST; f *= exp2(1.0 / PER_OCTAVE), count++) {
		const size_t a = (size_t)ceil(f * (double)n / rate_hz);
		const size_t b = (size_t)ceil(f * exp2(1.0 / PER_OCTAVE) * (double)n / rate_hz);
		for (size_t k = a; k < b && k <= n / 2; k++)
			level[count] += creal(spectrum[k]) * creal(spectrum[k]) +
			                cimag(spectrum[k]) * cimag(spectrum[k]);
		/* a band with few bins, or cut by rate/2, holds less than its share */
		if (b > a)
			level[count] *= (exp2(1.0 / PER_OCTAVE) - 1) * f * (double)n / rate_hz /
			                (double)(b - a);
	}
	memcpy(sorted, level, count * sizeof *sorted);
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && sorted[j] < sorted[j - 1]; j--) {
			const double swap = sorted[j];
			sorted[j] = sorted[j - 1];
			sorted[j - 1] = swap;
		}
	/* the upper quartile: bands outside the sweep, which are empty, do not count */
	const double usual = sorted[count * 3 / 4], low = usual * 0.25; /* -6 dB */
	for (size_t i = 0; i < count; i++)
		if (level[i] > level[middle])
			middle = i;
	size_t a = middle, b = middle;
	while (a > 0 && level[a - 1] > low)
		a--;
	while (b + 1 < count && level[b + 1] > low)
		b++;
	err = b - a < PER_OCTAVE || !(usual > 0) ||
	              fabs(slope_db(level + a, b - a + 1)) * PER_OCTAVE > most_slope_db
	          ? SABIN_ESHORT
	          : SABIN_OK;
	if (!err) {
		*from_hz = exp2((double)a / PER_OCTAVE);
		*to_hz = fmin(exp2((double)(b + 1) / PER_OCTAVE), rate_hz / 2);
	}
out:
	sabin_fft_free(fft);
	free(t);
	free(spectrum);
	return err;
}
