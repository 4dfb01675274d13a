/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_band.c: what of a frequency response is heard above the noise, and the band that is played.
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
