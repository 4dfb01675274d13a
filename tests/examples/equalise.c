/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * equalise.c: second-order sections that bring a response to a flat one, and their coefficients for a program that filters.
 *
 *     cc equalise.c $(pkg-config --cflags --libs sabin) -lm
 *
 * The response is one that three known filters make, so that it is known what has to come out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sabin/biquad.h>
#include <sabin/eqfit.h>

enum { RATE = 48000 };

int main(void)
{
	static const struct sabin_biquad spoiled[] = {
	    {SABIN_PEAKING, 63, 8, 4}, {SABIN_PEAKING, 250, -4, 2}, {SABIN_HIGH_SHELF, 6000, -3, 0.7}};
	const size_t n = sabin_eq_grid(20, 20000, NULL);
	double *freq_hz = calloc(3 * n, sizeof *freq_hz), *level_db = freq_hz + n, *wanted_db = freq_hz + 2 * n;
	struct sabin_eqfit_options options = sabin_eqfit_defaults();
	struct sabin_eqfit fit;
	if (!freq_hz)
		return 1;
	sabin_eq_grid(20, 20000, freq_hz);
	sabin_biquads_levels_db(spoiled, sizeof spoiled / sizeof *spoiled, RATE, freq_hz, n, level_db);
	for (size_t i = 0; i < n; i++)
		wanted_db[i] = -level_db[i];

	const struct sabin_eqfit_curve curve = {.length = n, .freq_hz = freq_hz, .wanted_db = wanted_db};
	options.rate_hz = RATE;
	options.most = 4;
	options.worth_db = 0.01;
	const enum sabin_err err = sabin_eqfit_compute(&curve, &options, NULL, 0, &fit);
	if (err)
		fprintf(stderr, "%s\n", sabin_strerror(err));
	for (size_t i = 0; !err && i < fit.count; i++) {
		const struct sabin_biquad *f = &fit.filters[i];
		const struct sabin_biquad_taps taps = sabin_biquad_taps(f, RATE);
		printf("%s %.1f Hz %+.2f dB Q %.2f: b %.9f %.9f %.9f a %.9f %.9f\n", sabin_biquad_name(f->type), f->freq_hz,
		       f->gain_db, f->q, taps.b[0], taps.b[1], taps.b[2], taps.a[1], taps.a[2]);
	}
	if (!err)
		printf("deviation %.2f dB before, %.2f dB after\n", fit.judged_before_db, fit.judged_after_db);
	free(freq_hz);
	return err != SABIN_OK;
}
