/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * judge.c: verdict on a recording.
 */
#include <complex.h>
#include <math.h>
#include <stdint.h>

#include <sabin/fft.h>
#include <sabin/octave.h>

#include "audio/judge.h"
#include "audio/markers.h"
#include "io/number.h"

/* Samples this near full scale, or so many alike at the very top, were cut off. */
static const double full_scale = 0.999;
enum { FLAT_TOP = 3 };
/* Below this the response is not worth calling one. */
static const double least_snr_db = 10;
/* From one response to the next two quartz clocks may drift apart by so much: a kelvin or two near
 * their turning point. */
static const double clock_drift = 0.2e-6;
/* Noise is judged from at least so much of it. */
static const double least_noise_s = 0.1;
/* From 10 dB over the noise on in its own band a chirp is found; 15 dB more are for a room in which
 * most of that is reverberation. */
static const double loud_enough_db = 25;
/* A peak lower than this over the RMS before it may be the noise's own. */
static const double clear_peak = 8;
enum { PIECES = 9 };

void sabin_judge_nothing(struct sabin_verdict *verdict)
{
	const struct sabin_quantity unknown = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	verdict->skew_ppm = verdict->snr_db = verdict->repeatability_db = unknown;
	verdict->snr_band_count = 0;
}

/* Smallest step between neighbouring samples: the converter's, or next to nothing for float. */
static double step_of(const double *x, size_t n)
{
	double least = HUGE_VAL;
	for (size_t i = 1; i < n; i++)
		if (x[i] != x[i - 1])
			least = fabs(x[i] - x[i - 1]) < least ? fabs(x[i] - x[i - 1]) : least;
	return least;
}

/* Whether `run` equal samples from x[first] on were cut off, or are the top of a slow sine in a coarse
 * converter.  A parabola that stays within one step over 2h samples, of which run - 1 <= 2h are seen,
 * has fallen by ((3 run + 1) / (2 h))^2 steps half a sample beyond `run` samples farther out; what
 * falls faster has an edge. */
static bool cut_off(const double *x, size_t n, size_t first, size_t run, double step)
{
	const double sign = x[first] < 0 ? -1 : 1, top = fabs(x[first]), length = (double)run;
	const double ratio = (3 * length + 1) / (length - 1), limit = (ratio * ratio + 1) * step;
	const bool left = first >= run, right = first + 2 * run <= n;
	return (!left && !right) || (left && top - sign * x[first - run] > limit) ||
	       (right && top - sign * x[first + 2 * run - 1] > limit);
}

static void judge_level(const double *x, size_t n, struct sabin_verdict *verdict)
{
	double peak = 0, step = 0; /* not known yet */
	size_t clipped = 0;
	for (size_t i = 0; i < n; i++)
		peak = fabs(x[i]) > peak ? fabs(x[i]) : peak;
	verdict->peak_dbfs = 20 * log10(peak);
	const double least_top = fmin(peak * (1 - 1e-7), full_scale);
	for (size_t i = 0, run = 0; i <= n; i++) {
		if (i < n && fabs(x[i]) >= least_top) {
			run++;
			continue;
		}
		if (run >= FLAT_TOP && step == 0)
			step = step_of(x, n);
		if ((run > 0 && peak >= full_scale) ||
		    (run >= FLAT_TOP && cut_off(x, n, i - run, run, step)))
			clipped += run;
		run = 0;
	}
	verdict->clipped_samples = clipped;
	if (clipped > 0) {
		sabin_verdict_blame(verdict, "the input clipped: %zu samples at %.1f dBFS; lower the level "
		                           "or the preamplifier's gain",
		                  clipped, verdict->peak_dbfs);
	}
}

/* Length of the transforms that look into bands: 3 Hz a bin at 48 kHz, a millisecond to plan. */
enum { SEGMENT = 16384 };

/* Mean power of x[n] in each of `count` bands (low, high in Hz): segments that overlap by half under a
 * sine window, whose squares add up to one, so that all energy counts once, wherever it lies. */
static enum sabin_err band_powers(const double *x, size_t n, double rate_hz, const double *low_hz,
                                  const double *high_hz, size_t count, double *power)
{
	struct sabin_fft *fft = NULL;
	double *t = malloc(SEGMENT * sizeof *t), *window = malloc(SEGMENT * sizeof *window);
	double *sum = calloc(SEGMENT / 2 + 1, sizeof *sum);
	double complex *spectrum = malloc((SEGMENT / 2 + 1) * sizeof *spectrum);
	enum sabin_err err =
	    t && window && sum && spectrum ? sabin_fft_new(SEGMENT, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	for (size_t i = 0; i < SEGMENT; i++)
		window[i] = sin(M_PI * ((double)i + 0.5) / SEGMENT);
	/* from half a segment before the first sample to half a segment after the last */
	for (long begin = -(SEGMENT / 2); begin < (long)n; begin += SEGMENT / 2) {
		for (long i = 0; i < SEGMENT; i++)
			t[i] = begin + i >= 0 && begin + i < (long)n ? window[i] * x[begin + i] : 0;
		sabin_fft_forward(fft, t, spectrum);
		for (size_t k = 0; k <= SEGMENT / 2; k++)
			sum[k] += creal(spectrum[k]) * creal(spectrum[k]) +
			          cimag(spectrum[k]) * cimag(spectrum[k]);
	}
	for (size_t b = 0; b < count; b++) {
		size_t k = (size_t)ceil(low_hz[b] * SEGMENT / rate_hz);
		power[b] = 0;
		for (; k <= SEGMENT / 2 && (double)k * rate_hz / SEGMENT < high_hz[b]; k++)
			power[b] += sum[k];
		power[b] *= 2.0 / SEGMENT / (double)n; /* Parseval, both halves */
	}
out:
	sabin_fft_free(fft);
	free(t);
	free(window);
	free(sum);
	free(spectrum);
	return err;
}

static struct sabin_quantity ratio_db(double sweep, double noise, double bandwidth_s)
{
	if (!(noise > 0) || !(sweep > 0))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	const double signal = fmax(sweep - noise, 1e-3 * noise);
	/* the noise power is known to 1/sqrt(B T) */
	return sabin_quantity_valid(10 * log10(signal / noise),
	                            4.343 / sqrt(fmax(bandwidth_s, 1)));
}

/* RMS of the received sweep over RMS of the noise before it, 20 Hz to 20 kHz and by octave. */
static enum sabin_err judge_snr(const struct sabin_excitation *e, const double *x, size_t n,
                                struct sabin_take *take)
{
	struct sabin_verdict *verdict = &take->verdict;
	struct sabin_band bands[SABIN_SNR_BANDS_MAX];
	double low_hz[SABIN_SNR_BANDS_MAX + 1], high_hz[SABIN_SNR_BANDS_MAX + 1];
	double noise[SABIN_SNR_BANDS_MAX + 1], sweep[SABIN_SNR_BANDS_MAX + 1];
	const double top_hz = fmin(e->to_hz, 20000);
	size_t count = sabin_bands(1, 63, 8000, bands, SABIN_SNR_BANDS_MAX), used = 0;
	low_hz[0] = fmax(20, e->from_hz);
	high_hz[0] = top_hz;
	for (size_t b = 0; b < count; b++) {
		if (bands[b].low_hz < e->from_hz || bands[b].high_hz > e->to_hz)
			continue;
		verdict->snr_bands[used].centre_hz = bands[b].nominal_hz;
		verdict->snr_bands[used].coherence = (double)NAN;
		low_hz[++used] = bands[b].low_hz;
		high_hz[used] = bands[b].high_hz;
	}
	verdict->snr_band_count = used;
	const double noise_s = (double)take->noise_frames / e->rate_hz;
	long begin = lrint(take->arrival);
	size_t length = e->frames;
	if (begin < 0)
		length -= (size_t)-begin < length ? (size_t)-begin : length, begin = 0;
	if ((size_t)begin + length > n)
		length = (size_t)begin < n ? n - (size_t)begin : 0;
	if (noise_s < least_noise_s || length == 0) {
		verdict->snr_db = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
		verdict->snr_band_count = 0;
		sabin_verdict_say(verdict, "signal-to-noise ratio not known: nothing was recorded "
		                           "before the sweep");
		return SABIN_OK;
	}
	enum sabin_err err = band_powers(x, take->noise_frames, e->rate_hz, low_hz, high_hz, used + 1,
	                                 noise);
	if (!err)
		err = band_powers(x + begin, length, e->rate_hz, low_hz, high_hz, used + 1, sweep);
	if (err)
		return err;
	verdict->snr_db = ratio_db(sweep[0], noise[0], (high_hz[0] - low_hz[0]) * noise_s);
	for (size_t b = 1; b <= used; b++)
		verdict->snr_bands[b - 1].snr_db =
		    ratio_db(sweep[b], noise[b], (high_hz[b] - low_hz[b]) * noise_s);
	if (verdict->snr_db.valid && verdict->snr_db.value < least_snr_db) {
		sabin_verdict_blame(verdict, "no signal worth the name: %.1f dB over the noise; is the "
		                           "speaker on, the right output and input connected?",
		                  verdict->snr_db.value);
	}
	return SABIN_OK;
}

/* Why the chirps are not heard, in words. */
static void say_not_heard(const struct sabin_excitation *e, bool clock_known,
                          struct sabin_verdict *verdict)
{
	const struct sabin_stimulus *s = e->stimulus;
	const char *skew = clock_known ? "clock skew taken from the response before"
	                               : "clock skew not known";
	if (s && s->chirp.frames > 0 && e->speaker_hz[1] > 0 && s->chirp.from_hz > e->speaker_hz[1])
		sabin_verdict_say(verdict, "%s: the timing chirps (%s and up) are above this speaker's "
		                           "range (to %s)",
		                  skew, sabin_text_hz(s->chirp.from_hz).s,
		                  sabin_text_hz(e->speaker_hz[1]).s);
	else
		sabin_verdict_say(verdict, "%s: no timing markers heard in the recording", skew);
}

/* Power in the chirps' band of what should be noise only: the median of short pieces, because where
 * data was lost a chirp may stand among them. */
static enum sabin_err quiet_power(const struct sabin_excitation *e, const double *x, size_t n,
                                  double *power)
{
	const struct sabin_sweep *chirp = &e->stimulus->chirp;
	double pieces[PIECES];
	const size_t length = n / PIECES;
	for (size_t i = 0; i < PIECES; i++) {
		enum sabin_err err = band_powers(x + i * length, length, e->rate_hz, &chirp->from_hz,
		                                 &chirp->to_hz, 1, &pieces[i]);
		if (err)
			return err;
		for (size_t k = i; k > 0 && pieces[k] < pieces[k - 1]; k--) {
			const double swap = pieces[k];
			pieces[k] = pieces[k - 1];
			pieces[k - 1] = swap;
		}
	}
	*power = pieces[PIECES / 2];
	return SABIN_OK;
}

/* Whether the chirps, had they come, would have been heard: so is the sweep in their band. */
static enum sabin_err markers_missing(const struct sabin_excitation *e, const double *x, size_t n,
                                      const struct sabin_take *take, bool *missing)
{
	const size_t begin = (size_t)fmax(rint(take->arrival), 0);
	double noise, sweep;
	*missing = take->markers.due;
	if (!take->markers.due || begin >= n ||
	    (double)take->noise_frames < least_noise_s * e->rate_hz)
		return SABIN_OK;
	const struct sabin_sweep *s = &e->stimulus->sweep, *chirp = &e->stimulus->chirp;
	const size_t length = begin + e->frames < n ? e->frames : n - begin;
	enum sabin_err err = quiet_power(e, x, take->noise_frames, &noise);
	if (!err)
		err = band_powers(x + begin, length, e->rate_hz, &chirp->from_hz, &chirp->to_hz, 1,
		                  &sweep);
	/* all of it comes in the part of the sweep that is in the band */
	const double share = s->constant_s * log(chirp->to_hz / chirp->from_hz) / s->length_s;
	if (!err)
		*missing = sweep / share > noise * pow(10, loud_enough_db / 10);
	return err;
}

static enum sabin_err judge_skew(const struct sabin_excitation *e, const double *x, size_t n,
                                 struct sabin_take *take)
{
	struct sabin_verdict *verdict = &take->verdict;
	const struct sabin_markers *m = &take->clock;
	if (!take->markers.heard) {
		bool missing;
		enum sabin_err err = markers_missing(e, x, n, take, &missing);
		if (err)
			return err;
		if (!missing)
			say_not_heard(e, m->heard, verdict);
		else if (fabs(take->peak) < clear_peak * take->noise_in_response)
			sabin_verdict_blame(verdict, "neither the direct sound nor the timing markers "
			                           "stand out of the noise: data was lost, or a longer "
			                           "or louder sweep is needed");
		else
			sabin_verdict_blame(verdict, "a timing marker is missing where the sweep itself is "
			                           "heard well: data was lost, or a rate is not what it "
			                           "says");
	}
	if (!m->heard) {
		verdict->skew_ppm = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
		return SABIN_OK;
	}
	const double skew_ppm = m->skew * 1e6;
	const double air = sabin_markers_air_s / sabin_markers_apart_s(e->stimulus);
	const double drift = take->markers.heard ? 0 : clock_drift;
	verdict->skew_ppm = sabin_quantity_valid(skew_ppm, hypot(hypot(m->sigma, air), drift) * 1e6);
	if (fabs(m->skew) > sabin_markers_most_skew) {
		sabin_verdict_blame(verdict, "the clocks differ by %.0f ppm: frames were lost, or a rate "
		                           "is not what it says",
		                  skew_ppm);
	}
	return SABIN_OK;
}

enum sabin_err sabin_judge(const struct sabin_excitation *e, const double *recorded, size_t frames,
                           struct sabin_take *take)
{
	sabin_judge_nothing(&take->verdict);
	take->verdict.polarity = take->polarity;
	judge_level(recorded, frames, &take->verdict);
	enum sabin_err err = judge_snr(e, recorded, frames, take);
	return err ? err : judge_skew(e, recorded, frames, take);
}
