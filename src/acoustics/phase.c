/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * phase.c: minimum and excess phase of a windowed response, and where phase can be relied on.
 *
 * [OS] Oppenheim, Schafer: "Discrete-Time Signal Processing", 3rd ed. (2010), 5.6 (minimum phase and
 *      all-pass), 13.5 (by the cepstrum).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/minphase.h>
#include <sabin/phase.h>

#include "acoustics/smooth.h"

static const double dip_share = 1e-3, least_trust = 0.5, anchor_hz = 1000;

void sabin_phase_free(struct sabin_phase *phase)
{
	free(phase->minimum_deg);
	free(phase->excess_deg);
	free(phase->excess_delay_s);
	*phase = (struct sabin_phase){0};
}

/* The minimum-phase response with the magnitudes of `whole`, at the same bins. */
static enum sabin_err make_minimum(const struct sabin_windowed *whole, size_t size,
                                   struct sabin_windowed *out)
{
	const size_t bins = whole->count;
	struct sabin_fft *fft = NULL;
	double *log_gain = malloc(bins * sizeof *log_gain), *work = malloc(size * sizeof *work);
	*out = (struct sabin_windowed){.count = bins, .bin_hz = whole->bin_hz};
	out->h = malloc(bins * sizeof *out->h);
	enum sabin_err err = log_gain && work && out->h ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err) {
		(void)sabin_log_gains(whole->h, bins, log_gain);
		sabin_minimum_phase_spectrum(fft, log_gain, work, out->h);
	}
	sabin_fft_free(fft);
	free(log_gain);
	free(work);
	return err;
}

/* Phase of the minimum response at every bin, followed from 0 Hz, where it is 0. */
static double *follow(const struct sabin_windowed *minimum)
{
	double *phase = malloc(minimum->count * sizeof *phase);
	double turns = 0;
	for (size_t k = 0; phase && k < minimum->count; k++) {
		const double a = atan2(cimag(minimum->h[k]), creal(minimum->h[k]));
		if (k > 0)
			turns -= round((a + turns - phase[k - 1]) / (2 * M_PI)) * 2 * M_PI;
		phase[k] = a + turns;
	}
	return phase;
}

/* H conj(M) and, with power, Re(G conj H) - Re(G_M conj M): the all-pass part and its delay, both
 * weighted with the power. */
static void excess_at(const struct sabin_windowed *whole, const struct sabin_windowed *minimum, size_t k,
                      double out[4])
{
	double w[SABIN_PARTS], m[SABIN_PARTS];
	sabin_windowed_bin(whole, k, w);
	sabin_windowed_bin(minimum, k, m);
	out[0] = w[SABIN_H_RE] * m[SABIN_H_RE] + w[SABIN_H_IM] * m[SABIN_H_IM];
	out[1] = w[SABIN_H_IM] * m[SABIN_H_RE] - w[SABIN_H_RE] * m[SABIN_H_IM];
	out[2] = w[SABIN_G_RE] * w[SABIN_H_RE] + w[SABIN_G_IM] * w[SABIN_H_IM] -
	         m[SABIN_G_RE] * m[SABIN_H_RE] - m[SABIN_G_IM] * m[SABIN_H_IM];
	out[3] = w[SABIN_POWER];
}

/* Mean over the bins within width_oct of f_hz, two at least, in steps of the logarithm: each counts as
 * 1 / f. */
static void excess_mean(const struct sabin_windowed *whole, const struct sabin_windowed *minimum,
                        double f_hz, double width_oct, double mean[4])
{
	const double half = exp2(width_oct / 2), at = f_hz / whole->bin_hz;
	size_t from = (size_t)fmax(ceil(at / half), 1), to = (size_t)floor(at * half);
	if (to < from + 1) {
		from = (size_t)fmax(floor(at), 1);
		to = from + 1;
	}
	if (to > whole->count - 1)
		to = whole->count - 1;
	double weights = 0;
	memset(mean, 0, 4 * sizeof *mean);
	for (size_t k = from; k <= to; k++) {
		double part[4];
		/* between two bins only: nearer counts more */
		const double weight = to - from == 1 ? fmax(1 - fabs((double)k - at), 1e-9)
		                                     : 1 / (double)k;
		excess_at(whole, minimum, k, part);
		for (int p = 0; p < 4; p++)
			mean[p] += weight * part[p];
		weights += weight;
	}
	for (int p = 0; p < 4; p++)
		mean[p] /= weights;
}

static void set_point(const struct sabin_windowed *whole, const struct sabin_windowed *minimum,
                      const double *followed, double f_hz, double width_oct, size_t i,
                      struct sabin_phase *out)
{
	const double at = fmin(f_hz / whole->bin_hz, (double)whole->count - 1.001);
	const size_t k = (size_t)at;
	const double u = at - (double)k;
	double mean[4];
	out->minimum_deg[i] = (followed[k] + u * (followed[k + 1] - followed[k])) * 180 / M_PI;
	excess_mean(whole, minimum, f_hz, width_oct, mean);
	out->excess_deg[i] = atan2(mean[1], mean[0]) * 180 / M_PI;
	out->excess_delay_s[i] = mean[3] > 0 ? mean[2] / mean[3] : (double)NAN;
}

enum sabin_err sabin_phase_compute(const double *h, size_t n, double rate_hz, double arrival,
                                   const struct sabin_response_options *options,
                                   const struct sabin_response *response, struct sabin_phase *out)
{
	struct sabin_windowed whole = {0}, minimum = {0};
	double *followed = NULL;
	size_t size = 0;
	if (options->window_cycles > 0)
		return SABIN_EINVAL;
	*out = (struct sabin_phase){.length = response->length};
	enum sabin_err err = sabin_windowed_compute(h, n, rate_hz, arrival, options, &whole, &size);
	if (!err)
		err = make_minimum(&whole, size, &minimum);
	const size_t count = response->length ? response->length : 1;
	out->minimum_deg = calloc(count, sizeof(double));
	out->excess_deg = calloc(count, sizeof(double));
	out->excess_delay_s = calloc(count, sizeof(double));
	if (!err && (!out->minimum_deg || !out->excess_deg || !out->excess_delay_s ||
	             !(followed = follow(&minimum))))
		err = SABIN_ENOMEM;
	for (size_t i = 0; !err && i < response->length; i++) {
		const double f_hz = response->freq_hz[i];
		set_point(&whole, &minimum, followed, f_hz, sabin_smoothing_width_oct(options, f_hz), i,
		          out);
	}
	free(followed);
	sabin_windowed_release(&whole);
	sabin_windowed_release(&minimum);
	if (err)
		sabin_phase_free(out);
	return err;
}

/* ---- trust ---------------------------------------------------------------------------------- */

void sabin_response_trust(const struct sabin_response *r, const double *noise_db, double *trust)
{
	size_t low = 0, high = 0;
	double sum = 0;
	for (size_t i = 0; i < r->length; i++) {
		for (; high < r->length && r->freq_hz[high] <= r->freq_hz[i] * M_SQRT2; high++)
			sum += isfinite(r->level_db[high]) ? pow(10, r->level_db[high] / 10) : 0;
		for (; r->freq_hz[low] < r->freq_hz[i] / M_SQRT2; low++)
			sum -= isfinite(r->level_db[low]) ? pow(10, r->level_db[low] / 10) : 0;
		const double around = fmax(sum, 0) / (double)(high - low);
		const double power = isfinite(r->level_db[i]) ? pow(10, r->level_db[i] / 10) : 0;
		const double noise =
			noise_db && isfinite(noise_db[i]) ? pow(10, noise_db[i] / 10) : 0;
		trust[i] = power > 0 ? fmax(power - noise, 0) / power * power /
		                               (power + dip_share * around)
		                     : 0;
	}
}

void sabin_response_unwrap(const struct sabin_response *r, double arrival_s, const double *trust,
                           double *unwrapped_deg)
{
	size_t anchor = r->length; /* none */
	for (size_t i = 0; i < r->length; i++) {
		unwrapped_deg[i] = NAN;
		if (trust[i] >= least_trust &&
		    (anchor == r->length || fabs(log(r->freq_hz[i] / anchor_hz)) < fabs(log(r->freq_hz[anchor] / anchor_hz))))
			anchor = i;
	}
	for (int step = -1; step <= 1; step += 2) {
		double last = NAN;
		for (size_t i = anchor; i < r->length && trust[i] >= least_trust; i += (size_t)step) {
			const double phase = r->phase_deg[i] + 360 * r->freq_hz[i] * arrival_s;
			last = isnan(last) ? remainder(phase, 360)
			                   : last + remainder(phase - last, 360);
			unwrapped_deg[i] = last; /* below 0 the index wraps around and ends the loop */
		}
	}
}
