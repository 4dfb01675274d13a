/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_noise.c: what noise does to a frequency response.
 *
 * The transform of noise of density N under a window w has the power N sum(w^2) in every bin, so
 * that the end of a response, where nothing but noise is left, tells what lies under its beginning.
 * Noise of power n beside a signal of power s in each of m = bandwidth * window independent bins
 * gives the sum of powers a variance of (2 s n + n^2) / m.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/response.h>
#include <sabin/window.h>

static const double tail_share = 0.1; /* of the response, its end [Lundeby et al., Acustica 81 (1995)] */
/* (sum w^2)^2 / sum w^4 of the window over its length: its last quarter counts for less. */
static const double window_share = 0.87;
static const double fall_share = 0.25;   /* as in response.c */
static const double least_oct = 1.0 / 3; /* of smoothing: noise is smooth, a draw of it is not */
static const double bass_oct = 1;        /* where a third of an octave is narrower than a cell */

/* Noise is read with no less smoothing: a few bins of it scatter by several dB. */
static const double noise_smoothing_oct = 1;
/* What falls by more from one window to the next is still the decay: with the usual half second, a
 * reverberation time below 15 s. */
static const double still_falling_db = 2;

/* ---- an estimate: what two windows at the end have in common ---------------------------------- */

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

/* ---- a bound: whatever the end holds ------------------------------------------------------------ */

/* Sum of the squared window, in samples; of what of it the response fills. */
static double window_square(const struct sabin_response_options *o, double rate_hz, double n,
                            double arrival)
{
	const double right = fmin(o->window_s, (n - arrival) / rate_hz);
	const double left = fmin(o->left_window_s, arrival / rate_hz);
	/* half a cosine squared and squared again: 3/8 of its length */
	const double fall_s = fall_share * o->window_s, flat_s = o->window_s - fall_s;
	return rate_hz * (fmin(right, flat_s) + 3 * fmax(0, right - flat_s) / 8 + 3 * left / 8);
}

/* The end of the response, smoothed over width_oct, as noise under its beginning: at the points that nothing is
 * known of yet, and of which that width holds at least one cell of the end's own resolution. */
static enum sabin_err add_bound(const double *h, size_t n, double rate_hz, double arrival,
                                const struct sabin_response_options *options, double width_oct,
                                const struct sabin_response *response, double *noise_db)
{
	struct sabin_response_options o = *options;
	struct sabin_response noise;
	const double frames = (double)n;
	o.smoothing = SABIN_SMOOTHING_FIXED;
	/* a window of its own, both sides soft: what begins at an edge would spill */
	const double tail = fmin(tail_share * (frames - arrival), options->window_s * rate_hz);
	o.left_window_s = tail / 3 / rate_hz;
	o.window_s = tail * 2 / 3 / rate_hz;
	o.smoothing_oct = width_oct;
	o.points_per_octave = 12;
	if (!(tail >= 1))
		return SABIN_ESHORT;
	const double at = frames - 1 - tail * 2 / 3;
	enum sabin_err err = sabin_response_compute(h, n, rate_hz, at, at, &o, &noise);
	if (err)
		return err;
	const double own = 10 * log10(window_square(&o, rate_hz, frames, at));
	const double theirs = 10 * log10(window_square(options, rate_hz, frames, arrival));
	for (size_t i = 0; i < response->length; i++) {
		const double f_hz = response->freq_hz[i];
		/* both ends of its axis lie within a step of those of the response */
		const double place = noise.length ? 12 * log2(f_hz / noise.freq_hz[0]) : 0;
		const size_t k = place <= 0 ? 0 : (size_t)lrint(place);
		if (isnan(noise_db[i]) && noise.length > 0 &&
		    f_hz * tail / rate_hz * (exp2(width_oct) - 1) >= 1)
			noise_db[i] =
			    theirs - own + noise.level_db[k < noise.length ? k : noise.length - 1];
	}
	sabin_response_free(&noise);
	return SABIN_OK;
}

enum sabin_err sabin_response_noise_bound(const double *h, size_t n, double rate_hz, double arrival,
                                          const struct sabin_response_options *options,
                                          const struct sabin_response *response, double *noise_db)
{
	if (!(arrival >= 0 && arrival < (double)n))
		return SABIN_EINVAL;
	for (size_t i = 0; i < response->length; i++)
		noise_db[i] = NAN;
	if (options->window_cycles > 0) /* another window for each point */
		return SABIN_OK;
	const double width_oct = fmax(options->smoothing_oct, least_oct);
	enum sabin_err err =
		add_bound(h, n, rate_hz, arrival, options, width_oct, response, noise_db);
	/* in the bass that may be less than a cell */
	if (!err && width_oct < bass_oct && response->length > 0 && isnan(noise_db[0]))
		err = add_bound(h, n, rate_hz, arrival, options, bass_oct, response, noise_db);
	return err;
}

/* ---- what it does to a level --------------------------------------------------------------------- */

double sabin_response_error_db(double level_db, double noise_db, double band_hz, double window_s)
{
	const double ratio = pow(10, (noise_db - level_db) / 10);
	const double bins = fmax(1, window_share * band_hz * window_s);
	return 10 / M_LN10 * sqrt((2 * ratio + ratio * ratio) / bins);
}
