/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bank.c: the filter bank behind the room parameters.
 *
 * The padded response is transformed once.  For each band only its own bins are multiplied by the
 * filter's gain and transformed back, at the lowest rate that still holds the square of the signal:
 * eight octaves then cost about three inverse transforms of the full length.
 *
 * [ISO] ISO 3382-1:2009, 5.3.2 (time zero), A.3 (clarity: divide the response, then filter).
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <sabin/window.h>

#include "acoustics/bank.h"
#include "signal/band_support.h"
#include "signal/large.h"

const double sabin_split_s[SABIN_SPLITS] = {0.050, 0.080};

/* The onset is the first sample within 20 dB of the maximum: the leading edge of the direct sound
 * lies before it and belongs to the early energy.  Cutting it off moves C80 by whole decibels;
 * beyond 1 ms nothing changes any more.  The first half of the pre-roll fades in. */
static const double preroll_s = 0.005;
/* How long the filters ring, in reciprocal bandwidths.  It is the lower flank that does, a tenth of
 * the band.  Before and between early and late parts room is left for all of it: what wraps around
 * there is in error as its amplitude.  At the end of a response less will do. */
static const double ringing = 13, ringing_at_end = 3;
/* Energies are gathered in blocks of at most this length, between which they are interpolated: at
 * T = 0.2 s it is 0.06 dB of decay, and the chord of such an arc is 0.0001 dB off. */
static const double block_s = 0.0002;
/* The sampling theorem holds for the signal, not for its square, whose upper half may fold down. 
 * The whole energy does not change by that, and what is left after some instant by no more than
 * about one sample's worth: 0.003 dB of the decay curve for 8 kHz and T = 1 s. */
static const double oversampling = 2;

enum { LEAD_UNIT = 64 }; /* the lead is a whole number of samples after any decimation up to this */

double sabin_energy_after(const struct sabin_energy *energy, double t_s)
{
	const double at = (t_s - energy->start_s) / energy->step_s;
	if (!(at > 0))
		return energy->count ? energy->tail[0] : 0;
	if (at >= (double)energy->count)
		return 0;
	const size_t i = (size_t)at;
	const double u = at - (double)i;
	return energy->tail[i] * (1 - u) + energy->tail[i + 1] * u;
}

void sabin_energy_release(struct sabin_energy *energy)
{
	free(energy->tail);
	*energy = (struct sabin_energy){0};
}

void sabin_band_energy_release(struct sabin_band_energy *energy)
{
	sabin_energy_release(&energy->all);
	for (int s = 0; s < SABIN_SPLITS; s++)
		sabin_energy_release(&energy->late[s]);
}

/* The inverse transform of 2^i points, made when first needed. */
static enum sabin_err inverse_of(struct sabin_bank *bank, size_t size, struct sabin_fft **fft)
{
	int i = 0;
	while ((size_t)1 << i < size)
		i++;
	enum sabin_err err = SABIN_OK;
	if (!bank->inverse[i])
		err = sabin_fft_new(size, &bank->inverse[i]);
	if (!err)
		*fft = bank->inverse[i];
	return err;
}

static size_t power_of_two(size_t n)
{
	size_t size = 2;
	while (size < n)
		size *= 2;
	return size;
}

/* Copy h from the pre-roll to `count` samples after the onset into buffer[size], onset at
 * `lead`. */
static void place(const struct sabin_bank *bank, const double *h, size_t onset, size_t count,
                  double *buffer, size_t size)
{
	size_t before = (size_t)(bank->preroll_s * bank->rate_hz);
	const bool faded = before < onset;
	if (before > onset)
		before = onset;
	memset(buffer, 0, size * sizeof *buffer);
	memcpy(buffer + bank->lead - before, h + onset - before, (before + count) * sizeof *buffer);
	if (faded) /* there is more before it: a step would spread over all bands */
		sabin_window_taper(buffer + bank->lead - before, before + count, before / 2, 0);
}

/* Transform `count` samples after the onset. */
static void transform(struct sabin_bank *bank, struct sabin_fft *fft, const double *h, size_t onset,
                      size_t count, double complex *spectrum)
{
	place(bank, h, onset, count, bank->samples, sabin_fft_size(fft));
	sabin_fft_forward(fft, bank->samples, spectrum);
}

/* Sizes of the buffers for `count` samples after the onset; SABIN_ENOMEM where they would overflow. */
static enum sabin_err set_sizes(struct sabin_bank *bank, size_t count, double narrowest_hz)
{
	const double lead = (ringing / narrowest_hz + preroll_s) * bank->rate_hz;
	const double end = ringing_at_end / narrowest_hz * bank->rate_hz;
	const double early = sabin_split_s[SABIN_SPLITS - 1] * bank->rate_hz;
	if (!(lead + end + early < INT32_MAX / 8) || count > INT32_MAX / 4)
		return SABIN_ENOMEM;
	bank->lead = ((size_t)lead / LEAD_UNIT + 1) * LEAD_UNIT;
	bank->size = power_of_two(bank->lead + count + (size_t)end);
	bank->short_size = power_of_two(2 * bank->lead + (size_t)early + 1);
	if (bank->short_size > bank->size)
		bank->size = bank->short_size;
	return SABIN_OK;
}

static enum sabin_err make_arrays(struct sabin_bank *bank)
{
	bank->whole = sabin_large_array(bank->size / 2 + 1, sizeof *bank->whole);
	bank->bins = sabin_large_array(bank->size / 2 + 1, sizeof *bank->bins);
	bank->samples = sabin_large_array(bank->size, sizeof *bank->samples);
	bank->early_samples = sabin_large_array(bank->short_size, sizeof *bank->early_samples);
	bool ok = bank->whole && bank->bins && bank->samples && bank->early_samples;
	for (int s = 0; s < SABIN_SPLITS; s++) {
		bank->early[s] = sabin_large_array(bank->short_size / 2 + 1, sizeof *bank->early[s]);
		ok = ok && bank->early[s];
	}
	enum sabin_err err = ok ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		err = sabin_fft_new(bank->size, &bank->forward);
	if (!err)
		err = sabin_fft_new(bank->short_size, &bank->short_forward);
	return err;
}

/* Make the arrays and plans, unless those of the response before have the right sizes. */
static enum sabin_err prepare(struct sabin_bank *bank, size_t count, double rate_hz,
                              double narrowest_hz)
{
	struct sabin_bank next = {.rate_hz = rate_hz};
	enum sabin_err err = set_sizes(&next, count, narrowest_hz);
	if (err)
		return err;
	if (next.size != bank->size || next.short_size != bank->short_size) {
		sabin_bank_release(bank);
		*bank = next;
		err = make_arrays(bank);
		if (err) { /* nothing half made may be reused */
			sabin_bank_release(bank);
			return err;
		}
	}
	bank->rate_hz = rate_hz;
	bank->lead = next.lead;
	bank->preroll_s = preroll_s;
	bank->duration_s = (double)count / rate_hz;
	return SABIN_OK;
}

enum sabin_err sabin_bank_load(struct sabin_bank *bank, const double *h, size_t n, size_t onset,
                               double rate_hz, double narrowest_hz)
{
	while (n > onset + 1 && h[n - 1] == 0) /* zeros appended by a tool are no response */
		n--;
	const size_t count = n - onset;
	const enum sabin_err err = prepare(bank, count, rate_hz, narrowest_hz);
	if (err)
		return err;
	transform(bank, bank->forward, h, onset, count, bank->whole);
	for (int s = 0; s < SABIN_SPLITS; s++) {
		const size_t until = (size_t)lround(sabin_split_s[s] * rate_hz);
		transform(bank, bank->short_forward, h, onset, until < count ? until : count,
		          bank->early[s]);
		bank->cut[s] = 0;
		for (size_t i = until ? until - 1 : 0; i <= until && i < count; i++)
			bank->cut[s] = fmax(bank->cut[s], fabs(h[onset + i]));
	}
	return SABIN_OK;
}

void sabin_bank_release(struct sabin_bank *bank)
{
	free(bank->whole);
	free(bank->bins);
	free(bank->samples);
	free(bank->early_samples);
	for (int s = 0; s < SABIN_SPLITS; s++)
		free(bank->early[s]);
	sabin_fft_free(bank->forward);
	sabin_fft_free(bank->short_forward);
	for (size_t i = 0; i < sizeof bank->inverse / sizeof *bank->inverse; i++)
		sabin_fft_free(bank->inverse[i]);
	*bank = (struct sabin_bank){0};
}

/* By how much the rate may be divided for this band. */
static size_t decimation(const struct sabin_bank *bank, const struct sabin_band *band)
{
	const double need_hz =
		fmax(oversampling * sabin_band_support(band).stop_high_hz, 1 / block_s);
	size_t by = 1;
	while (by < LEAD_UNIT && bank->rate_hz / (double)(2 * by) >= need_hz)
		by *= 2;
	return by;
}

/* x[size / by] = the band of the signal whose transform is spectrum[size / 2 + 1]. */
static enum sabin_err filter(struct sabin_bank *bank, const struct sabin_band *band,
                             const double complex *spectrum, size_t size, size_t by, double *x)
{
	const struct sabin_band_support s = sabin_band_support(band);
	const double bin_hz = bank->rate_hz / (double)size;
	const size_t reduced = size / by;
	struct sabin_fft *fft;
	enum sabin_err err = inverse_of(bank, reduced, &fft);
	if (err)
		return err;
	size_t from = (size_t)(s.stop_low_hz / bin_hz), to = (size_t)(s.stop_high_hz / bin_hz) + 1;
	if (to > reduced / 2)
		to = reduced / 2; /* the bin of half the rate is left out: its phase is not known */
	if (from > to)
		from = to;
	double complex *bins = bank->bins;
	memset(bins, 0, (reduced / 2 + 1) * sizeof *bins);
	for (size_t k = from; k < to; k++) {
		const double f_hz = (double)k * bin_hz;
		double gain = 1 / (double)by; /* the inverse transform divides by the reduced size */
		if (f_hz < s.pass_low_hz || f_hz > s.pass_high_hz)
			gain *= sabin_band_gain(band, f_hz);
		bins[k] = gain * spectrum[k];
	}
	sabin_fft_inverse(fft, bins, x);
	return SABIN_OK;
}

/* Square x - minus (minus may be NULL) and integrate it backwards. */
static enum sabin_err integrate(const struct sabin_bank *bank, const double *x, const double *minus,
                                size_t n, size_t by, struct sabin_energy *out)
{
	const double sample_s = (double)by / bank->rate_hz;
	size_t block = (size_t)(block_s / sample_s);
	if (block == 0)
		block = 1;
	out->count = n / block;
	out->step_s = (double)block * sample_s;
	/* a sample stands for half an interval on both its sides */
	out->start_s = -((double)(bank->lead / by) + 0.5) * sample_s;
	out->tail = sabin_large_array(out->count + 1, sizeof *out->tail);
	if (!out->tail)
		return SABIN_ENOMEM;
	double sum = 0;
	out->tail[out->count] = 0;
	for (size_t b = out->count; b-- > 0;) {
		double energy = 0;
		for (size_t i = b * block; i < (b + 1) * block; i++) {
			const double v = minus ? x[i] - minus[i] : x[i];
			energy += v * v;
		}
		out->tail[b] = sum += energy * sample_s;
	}
	return SABIN_OK;
}

/* Energy of samples from .. n - 1. */
static double energy_of(const double *x, size_t from, size_t n, double sample_s)
{
	double sum = 0;
	for (size_t i = from; i < n; i++)
		sum += x[i] * x[i];
	return sum * sample_s;
}

/* d/dt of the integral of the square of what was cut at t and then filtered is 2 h(t) y(t), y being the
 * filtered signal; the filter twice or once is all one here. */
static void find_edges(const struct sabin_bank *bank, const double *early, size_t by, int s,
                       struct sabin_band_energy *out)
{
	const size_t at = (bank->lead + (size_t)lround(sabin_split_s[s] * bank->rate_hz)) / by;
	double most_early = 0, most_late = 0;
	for (size_t i = at; i <= at + 1; i++) {
		most_early = fmax(most_early, fabs(early[i]));
		most_late = fmax(most_late, fabs(bank->samples[i] - early[i]));
	}
	out->early_edge[s] = 2 * bank->cut[s] * most_early;
	out->late_edge[s] = 2 * bank->cut[s] * most_late;
}

enum sabin_err sabin_bank_filter(struct sabin_bank *bank, const struct sabin_band *band,
                                 struct sabin_band_energy *out)
{
	const size_t by = decimation(bank, band);
	const size_t n = bank->size / by, short_n = bank->short_size / by;
	*out = (struct sabin_band_energy){0};
	enum sabin_err err = filter(bank, band, bank->whole, bank->size, by, bank->samples);
	if (!err)
		err = integrate(bank, bank->samples, NULL, n, by, &out->all);
	for (int s = 0; s < SABIN_SPLITS && !err; s++) {
		double *early = bank->early_samples;
		err = filter(bank, band, bank->early[s], bank->short_size, by, early);
		if (err)
			break;
		const double sample_s = (double)by / bank->rate_hz;
		const size_t split = bank->lead / by + (size_t)ceil(sabin_split_s[s] / sample_s);
		out->spilled[s] = energy_of(early, split, short_n, sample_s);
		out->early[s] = energy_of(early, 0, split, sample_s) + out->spilled[s];
		find_edges(bank, early, by, s, out);
		err = integrate(bank, bank->samples, early, short_n, by, &out->late[s]);
	}
	return err;
}
