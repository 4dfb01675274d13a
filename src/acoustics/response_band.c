/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_band.c: what of a frequency response is sound and what is noise.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/response.h>

/* The level of a tone is known to 3 dB where the noise is 10 dB lower and in phase with it. */
static const double over_noise_db = 10;
/* A loudspeaker plays where its level is within this of its highest: rooms make dips of 20 dB, but not a
 * third of an octave wide. */
static const double band_range_db = 20;
static const double band_smoothing_oct = 1 / 3.0;
/* Noise is read with no less smoothing: a few bins of it scatter by several dB. */
static const double noise_smoothing_oct = 1;
/* What falls by more from one window to the next is still the decay: with the usual half second, a
 * reverberation time below 15 s. */
static const double still_falling_db = 2;

/* The same window at sample `at`. */
static enum sabin_err piece(const double *h, size_t n, double rate_hz, double at,
                            const struct sabin_response_options *o, size_t length,
                            struct sabin_response *out)
{
	enum sabin_err err = sabin_response_compute(h, n, rate_hz, at, at, o, out);
	if (!err && out->length != length) {
		sabin_response_free(out);
		err = SABIN_ESHORT;
	}
	return err;
}

enum sabin_err sabin_response_noise(const double *h, size_t n, double rate_hz, double arrival,
                                    const struct sabin_response_options *options,
                                    struct sabin_response *response)
{
	struct sabin_response_options o = *options;
	struct sabin_response last, before;
	while (n > 0 && h[n - 1] == 0)
		n--;
	const double step = (o.window_s + o.left_window_s) * rate_hz;
	const double at = (double)n - 1 - o.window_s * rate_hz;
	if (!(at - 2 * step > arrival))
		return SABIN_OK;
	o.smoothing = SABIN_SMOOTHING_FIXED;
	o.smoothing_oct = fmax(o.smoothing_oct, noise_smoothing_oct);
	enum sabin_err err = piece(h, n, rate_hz, at, &o, response->length, &last);
	if (err)
		return err == SABIN_ESHORT ? SABIN_OK : err;
	err = piece(h, n, rate_hz, at - step, &o, response->length, &before);
	if (!err) {
		for (size_t i = 0; i < last.length; i++)
			if (!(last.level_db[i] >= before.level_db[i] - still_falling_db))
				last.level_db[i] = (double)NAN;
		free(response->noise_db);
		response->noise_db = last.level_db;
		last.level_db = NULL;
		sabin_response_free(&before);
	}
	sabin_response_free(&last);
	return err == SABIN_ESHORT ? SABIN_OK : err;
}

bool sabin_response_heard(const struct sabin_response *response, size_t i)
{
	return isfinite(response->level_db[i]) &&
	       (!response->noise_db || !isfinite(response->noise_db[i]) ||
	        response->level_db[i] >= response->noise_db[i] + over_noise_db);
}

/* smooth_db[i] = power mean of what is heard about point i; power, count [length + 1]: scratch. */
static void smooth(const struct sabin_response *r, double *smooth_db, double *power, double *count)
{
	const double half = exp2(band_smoothing_oct / 2);
	size_t low = 0, high = 0;
	for (size_t i = 0; i < r->length; i++) {
		const bool heard = sabin_response_heard(r, i);
		power[i + 1] = power[i] + (heard ? pow(10, r->level_db[i] / 10) : 0);
		count[i + 1] = count[i] + heard;
	}
	for (size_t i = 0; i < r->length; i++) {
		while (r->freq_hz[low] < r->freq_hz[i] / half)
			low++;
		while (high < r->length && r->freq_hz[high] <= r->freq_hz[i] * half)
			high++;
		/* half of it or more, or a lone bin of noise would make a band */
		const double n = count[high] - count[low];
		smooth_db[i] = 2 * n >= (double)(high - low) && n > 0
		                       ? 10 * log10((power[high] - power[low]) / n)
		                       : -(double)INFINITY;
	}
}

bool sabin_response_band(const struct sabin_response *response, double band_hz[2])
{
	const struct sabin_response *r = response;
	double *smooth_db = calloc(3 * (r->length + 1), sizeof *smooth_db);
	double top_db = -(double)INFINITY;
	bool found = false;
	if (!smooth_db)
		return false;
	smooth(r, smooth_db, smooth_db + r->length, smooth_db + 2 * r->length + 1);
	for (size_t i = 0; i < r->length; i++)
		top_db = fmax(top_db, smooth_db[i]);
	for (size_t i = 0; i < r->length && isfinite(top_db); i++) {
		if (!(smooth_db[i] >= top_db - band_range_db))
			continue;
		if (!found)
			band_hz[0] = r->freq_hz[i];
		band_hz[1] = r->freq_hz[i];
		found = true;
	}
	free(smooth_db);
	return found;
}
