/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * markers.c: the chirps before and after the sweep.
 *
 * Each is found by its own deconvolution, to a sample or so: among reflections the peak may be
 * another one.  What lies between the two comes from laying one reception on the other, with the room:
 * it is in both and cancels, and so does the pace of the recording.
 */
#include <math.h>
#include <stdint.h>

#include <sabin/deconvolve.h>
#include <sabin/skew.h>
#include <sabin/window.h>

#include "audio/markers.h"

/* A clock farther off than this is a fault, not a tolerance. */
const double sabin_markers_most_skew = 2000e-6;
/* In real rooms two markers ten seconds apart came 5 us nearer or farther: draughts and warmth. */
const double sabin_markers_air_s = 5e-6;
const double sabin_markers_apart_most_s = 0.1;
/* Skew below four standard deviations is none; nor is what leaves an error of -70 dB in the response
 * of ten seconds (20 Hz to 20 kHz: 1 ppm costs -20.6 dB, and the error goes with its square). */
static const double certain_sigmas = 4, least_skew = 0.003e-6;
/* A chirp is looked for so far around its place: a clock off by 1.2 % moves it, and blurs the
 * sweep's arrival; and no farther, because the sweep is near. */
static const double least_reach_s = 0.01, most_skew_heard = 0.012, most_reach_s = 0.4;
/* A chirp's peak this far above the RMS of the noise is one: among the 2e4 samples of the search the
 * largest of Gaussian noise stays below 6. */
static const double clear_of_noise = 8;
/* What is laid on each other: from so long before the direct sound to so long after the chirp's end,
 * where most of the reverberation has come and the sweep has not, under soft ends. */
static const double lead_s = 0.01, reverberation_s = 0.2, soft_s = 0.004;
/* The two receptions of one chirp are alike; below this one of them is something else. */
static const double least_likeness = 0.3;

/* Where chirp `which` arrives if nothing was lost, in samples of the recording. */
static double expected_at(const struct sabin_stimulus *s, int which, double sweep_at)
{
	return sweep_at + (double)s->chirp_frame[which] - (double)s->sweep_frame;
}

/* Whether the recording holds chirp `which` with all that is laid on the other. */
static bool is_due(const struct sabin_stimulus *s, int which, double sweep_at, size_t n)
{
	const double rate_hz = s->sweep.rate_hz, expected = expected_at(s, which, sweep_at);
	return expected > 2 * lead_s * rate_hz &&
	       expected + (double)s->chirp.frames + 2 * lead_s * rate_hz < (double)n;
}

/* Where chirp `which` arrives, in samples of the recording: deconvolved by the chirp itself. */
static enum sabin_err chirp_arrival(const struct sabin_excitation *e, int which, double sweep_at,
                                    const double *x, size_t n, double *at)
{
	const struct sabin_stimulus *s = e->stimulus;
	const double rate_hz = s->sweep.rate_hz, expected = expected_at(s, which, sweep_at);
	const double reach_s =
	    least_reach_s + (e->markers_apart ? sabin_markers_apart_most_s : 0) +
	    most_skew_heard * (s->sweep.length_s + fabs(expected - sweep_at) / rate_hz);
	/* as far as the recording goes */
	const double room = fmin(expected - 1, 0.5 * ((double)n - expected - (double)s->chirp.frames));
	if (!(room > least_reach_s * rate_hz))
		return SABIN_ESHORT;
	const size_t margin = (size_t)fmin(fmin(reach_s, most_reach_s) * rate_hz, room);
	const size_t first = (size_t)expected - margin, frames = s->chirp.frames + 2 * margin;
	struct sabin_deconvolver *d = NULL;
	double *chirp = malloc(s->chirp.frames * sizeof *chirp), *h = NULL;
	enum sabin_err err = SABIN_ENOMEM;
	if (!chirp)
		goto out;
	sabin_sweep_render(&s->chirp, chirp);
	err = sabin_deconvolver_new_between(chirp, s->chirp.frames, frames, rate_hz, s->chirp.from_hz,
	                                    s->chirp.to_hz, 0, 2 * (long)margin, &d);
	if (err)
		goto out;
	h = malloc(sabin_deconvolver_size(d) * sizeof *h);
	if (!h) {
		err = SABIN_ENOMEM;
		goto out;
	}
	sabin_deconvolver_process(d, x + first, h);
	struct sabin_arrival arrival;
	err = sabin_arrival_find(h, 2 * margin, rate_hz, &arrival);
	if (err)
		goto out;
	double noise = 0;
	for (size_t i = 0; i < margin / 4; i++)
		noise += h[i] * h[i];
	noise = sqrt(noise / (double)(margin / 4));
	/* in noise the onset may be noise; then the largest sample will do, which is in both receptions */
	const bool clear = fabs(arrival.peak) >= clear_of_noise * noise;
	if (!clear && fabs(h[arrival.largest]) < clear_of_noise * noise) {
		err = SABIN_ESHORT;
		goto out;
	}
	*at = (double)first + (clear ? arrival.position : (double)arrival.largest);
out:
	sabin_deconvolver_free(d);
	free(chirp);
	free(h);
	return err;
}

double sabin_markers_apart_s(const struct sabin_stimulus *s)
{
	return (double)(s->chirp_frame[1] - s->chirp_frame[0]) / s->sweep.rate_hz;
}

double sabin_markers_tolerance(const struct sabin_excitation *e, const struct sabin_markers *m)
{
	const double tolerance = fmax(certain_sigmas * m->sigma, least_skew);
	if (!e->one_clock)
		return tolerance;
	return fmax(tolerance, 3 * sabin_markers_air_s / sabin_markers_apart_s(e->stimulus));
}

void sabin_markers_part(const double *x, size_t n, double rate_hz, double *part)
{
	const size_t soft = (size_t)(soft_s * rate_hz);
	memcpy(part, x, n * sizeof *part);
	for (size_t i = 0; i < soft && i < n / 2; i++) {
		const double gain = sabin_window_rise(((double)i + 0.5) / (double)soft);
		part[i] *= gain;
		part[n - 1 - i] *= gain;
	}
}

/* Lay the second reception on the first. */
static enum sabin_err lay(const struct sabin_stimulus *s, const double *x, size_t frames,
                          struct sabin_markers *m)
{
	const double rate_hz = s->sweep.rate_hz, played = sabin_markers_apart_s(s) * rate_hz;
	const long lead = lrint(lead_s * rate_hz);
	const long first = lrint(m->at[0]) - lead, second = lrint(m->at[1]) - lead;
	long n = lead + (long)s->chirp.frames + lrint(reverberation_s * rate_hz);
	if (second + n > (long)frames)
		n = (long)frames - second;
	if (first < 0 || n < lead + (long)s->chirp.frames)
		return SABIN_ESHORT;
	double *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * sizeof *b);
	struct sabin_delay delay;
	enum sabin_err err = SABIN_ENOMEM;
	if (a && b) {
		sabin_markers_part(x + first, (size_t)n, rate_hz, a);
		sabin_markers_part(x + second, (size_t)n, rate_hz, b);
		err = sabin_delay_find(a, b, (size_t)n, rate_hz, s->chirp.from_hz, s->chirp.to_hz,
		                       (size_t)lead, &delay);
	}
	free(a);
	free(b);
	if (!err && delay.likeness < least_likeness)
		err = SABIN_ESHORT;
	if (err)
		return err;
	m->heard = true;
	m->skew = ((double)(second - first) + delay.frames) / played - 1;
	m->sigma = delay.sigma_frames / played;
	return SABIN_OK;
}

enum sabin_err sabin_markers_find(const struct sabin_excitation *e, const double *recorded,
                                  size_t frames, double sweep_at, struct sabin_markers *out)
{
	const struct sabin_stimulus *s = e->stimulus;
	*out = (struct sabin_markers){0};
	if (!s || s->chirp.frames == 0)
		return SABIN_OK;
	out->due = is_due(s, 0, sweep_at, frames) && is_due(s, 1, sweep_at, frames);
	enum sabin_err err = chirp_arrival(e, 0, sweep_at, recorded, frames, &out->at[0]);
	if (!err)
		err = chirp_arrival(e, 1, sweep_at, recorded, frames, &out->at[1]);
	if (!err)
		err = lay(s, recorded, frames, out);
	return err == SABIN_ESHORT ? SABIN_OK : err;
}

/* Skews of two takes differ by no more than four times what moving air does, noise apart. */
static const double jump_air = 4, jump_sigmas = 6;

double sabin_markers_jump(const struct sabin_excitation *e, const struct sabin_markers *a,
                          const struct sabin_markers *b, double drift)
{
	if (!a->heard || !b->heard)
		return 0;
	const double apart_s = sabin_markers_apart_s(e->stimulus), off = a->skew - b->skew;
	const double limit = jump_air * sabin_markers_air_s / apart_s +
	                     jump_sigmas * hypot(a->sigma, b->sigma) + drift;
	if (fabs(off) <= limit)
		return 0;
	const double frames = rint(off * apart_s * e->rate_hz);
	return frames != 0 ? frames : off > 0 ? 1 : -1;
}

/* ---- a reference loudspeaker --------------------------------------------------------------------- */

enum sabin_err sabin_markers_response(const struct sabin_stimulus *s, double skew,
                                      const double *recorded, size_t n, double *h)
{
	const double rate_hz = s->sweep.rate_hz, step_s = 1 / rate_hz / (1 + skew);
	const size_t length = (size_t)ceil(s->chirp.length_s / step_s), frames = n + length;
	struct sabin_deconvolver *d = NULL;
	double *chirp = malloc(length * sizeof *chirp), *whole = NULL;
	enum sabin_err err = SABIN_ENOMEM;
	if (!chirp)
		goto out;
	for (size_t i = 0; i < length; i++)
		chirp[i] = sabin_sweep_value(&s->chirp, (double)i * step_s);
	err = sabin_deconvolver_new_between(chirp, length, frames, rate_hz, s->chirp.from_hz,
	                                    s->chirp.to_hz, 0, (long)n, &d);
	if (err)
		goto out;
	whole = malloc(sabin_deconvolver_size(d) * sizeof *whole);
	if (!whole) {
		err = SABIN_ENOMEM;
		goto out;
	}
	sabin_deconvolver_process(d, recorded, whole);
	memcpy(h, whole, n * sizeof *h);
out:
	sabin_deconvolver_free(d);
	free(chirp);
	free(whole);
	return err;
}

/* The onset is looked for 20 dB below the response's largest sample, and must stand 14 dB above the
 * noise's RMS there: among some thousand samples of Gaussian noise none is as high. */
static const double least_over_noise_db = 34;
/* Noise is heard before the chirp for so long, the direct sound in so much after it. */
static const double zero_noise_s = 0.04, zero_span_s = 0.03;

enum sabin_err sabin_markers_zero(const struct sabin_excitation *e, const double *recorded,
                                  size_t frames, struct sabin_take *take)
{
	const struct sabin_stimulus *s = e->stimulus;
	const struct sabin_markers *m = &take->markers;
	if (!e->reference || !m->heard)
		return SABIN_OK;
	const double rate_hz = e->rate_hz;
	const size_t quiet = (size_t)(zero_noise_s * rate_hz), guard = quiet / 8;
	const size_t n = quiet + guard + (size_t)(zero_span_s * rate_hz);
	const long first = lrint(m->at[0]) - (long)(quiet + guard);
	const size_t length = n + (size_t)ceil(s->chirp.length_s * rate_hz * (1 + take->skew)) + 1;
	if (first < 0 || (size_t)first + length > frames)
		return SABIN_OK;
	struct sabin_arrival arrival;
	double *h = malloc(n * sizeof *h), noise = 0;
	enum sabin_err err = h ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		err = sabin_markers_response(s, take->skew, recorded + first, n, h);
	if (!err)
		err = sabin_arrival_find(h, n, rate_hz, &arrival);
	if (err)
		goto out;
	for (size_t i = 0; i < quiet; i++)
		noise += h[i] * h[i] / (double)quiet;
	noise = sqrt(noise);
	const double over_db = 20 * log10(fabs(h[arrival.largest]) / noise);
	if (over_db < least_over_noise_db) {
		sabin_verdict_blame(&take->verdict,
		                  "the reference speaker '%s' is too quiet here: its chirps stand %.0f dB over "
		                  "the noise, times need %.0f dB; more level or less noise helps",
		                  e->reference, over_db, least_over_noise_db);
		goto out;
	}
	/* from there to the sweep, as the capture clock counts */
	take->zero = (double)first + arrival.position +
	             (double)(s->sweep_frame - s->chirp_frame[0]) * (1 + take->skew);
	/* a band from f1 to f2 has an RMS frequency of sqrt((f1^2 + f1 f2 + f2^2) / 3) */
	const double f1 = s->chirp.from_hz, f2 = s->chirp.to_hz;
	take->zero_sigma = noise / fabs(arrival.peak) * rate_hz /
	                   (2 * M_PI * sqrt((f1 * f1 + f1 * f2 + f2 * f2) / 3));
out:
	free(h);
	return err == SABIN_ESHORT ? SABIN_OK : err;
}
