/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_trust.c: how far each point of a response can be relied on: what noise the response itself shows at
 * its end, and what its repeats did not agree on.
 */
#include <math.h>

#include "cli/responses.h"

static const double agreed_over_s = 0.5; /* audio/agreement.c */

/* Power of the response in the octave about centre_hz, mean over frequency; NAN where not all of it is there. */
static double octave_power(const struct sabin_response *r, double centre_hz)
{
	double power = 0, weight = 0;
	if (r->length == 0 || r->freq_hz[0] > centre_hz || r->freq_hz[r->length - 1] < centre_hz)
		return NAN;
	for (size_t i = 0; i < r->length; i++) {
		const double f_hz = r->freq_hz[i];
		if (f_hz < centre_hz / M_SQRT2 || f_hz > centre_hz * M_SQRT2 || !isfinite(r->level_db[i]))
			continue;
		power += f_hz * pow(10, r->level_db[i] / 10); /* a point on a logarithmic axis stands for so much */
		weight += f_hz;
	}
	return weight > 0 ? power / weight : (double)NAN;
}

/* What repeats did not agree on, as noise in dB at f_hz: between the middles of octaves along the logarithm. */
static double between(const double *centre_hz, const double *noise_db, size_t n, double f_hz)
{
	size_t i = 1;
	if (n == 0 || f_hz < centre_hz[0] / M_SQRT2 || f_hz > centre_hz[n - 1] * M_SQRT2)
		return NAN;
	while (i + 1 < n && f_hz > centre_hz[i])
		i++;
	if (n == 1)
		return noise_db[0];
	const double u = log(f_hz / centre_hz[i - 1]) / log(centre_hz[i] / centre_hz[i - 1]);
	return noise_db[i - 1] + fmin(fmax(u, 0), 1) * (noise_db[i] - noise_db[i - 1]);
}

enum sabin_err sabin_response_item_trust(struct sabin_response_item *item, double window_s)
{
	const struct sabin_response *r = &item->response;
	const struct sabin_verdict *v = &item->measured->verdict;
	const size_t length = r->length ? r->length : 1;
	double centre_hz[SABIN_SNR_BANDS_MAX], stray_db[SABIN_SNR_BANDS_MAX];
	size_t n = 0;
	for (size_t b = 0; b < v->snr_band_count; b++) {
		const double power = octave_power(r, v->snr_bands[b].centre_hz);
		const double share = 1 - v->snr_bands[b].coherence; /* noise grows with the window */
		if (!isfinite(power) || !isfinite(share))
			continue;
		centre_hz[n] = v->snr_bands[b].centre_hz;
		stray_db[n++] = 10 * log10(fmax(share, 1e-12) * power * fmin(1, window_s / agreed_over_s));
	}
	double *noise_db = calloc(length, sizeof *noise_db);
	item->trust_share = calloc(length, sizeof *item->trust_share);
	item->coherence = n > 0 ? calloc(length, sizeof *item->coherence) : NULL;
	if (!noise_db || !item->trust_share || (n > 0 && !item->coherence)) {
		free(noise_db);
		return SABIN_ENOMEM;
	}
	for (size_t i = 0; i < r->length; i++) {
		const double stray = between(centre_hz, stray_db, n, r->freq_hz[i]);
		noise_db[i] = r->noise_db ? r->noise_db[i] : item->noise_bound_db[i];
		if (isfinite(stray) && !(noise_db[i] >= stray))
			noise_db[i] = stray;
		if (item->coherence)
			item->coherence[i] = fmax(0, 1 - pow(10, (stray - r->level_db[i]) / 10));
		if (item->coherence && !(isfinite(stray) && isfinite(r->level_db[i])))
			item->coherence[i] = NAN;
	}
	sabin_response_trust(r, noise_db, item->trust_share);
	free(noise_db);
	return SABIN_OK;
}
