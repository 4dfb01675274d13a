/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reflections.c: the first reflections of a response.
 *
 * References
 *   [EBU]   EBU Tech 3276 (2nd ed., 1998), 2.2: early reflections, 1 to 8 kHz, in the first 15 ms at
 *           least 10 dB below the direct sound.
 *   The energy-time curve: etc.c.  Where they come from: reflection_ways.c.
 */
#include <math.h>
#include <stdbool.h>

#include <sabin/fft.h>
#include <sabin/reflections.h>
#include <sabin/window.h>

#include "acoustics/etc.h"
#include "signal/cmplx.h"
#include "signal/rank.h"

static const double band_hz[2] = {1000, 8000}; /* [EBU] */
static const double limit_db = -10, limit_s = 15e-3; /* [EBU] */
static const double before_s = 2e-3, after_s = 30e-3, smooth_s = 0.25e-3;
static const double first_s = 0.6e-3; /* 20 cm: sooner it may be the edges of the loudspeaker; a desk comes later */
static const double least_db = -25;
static const double lead_s = 0.05;    /* of h before and after what the curve needs */
/* Edges of a third of an octave: they ring for less than a millisecond at 1 kHz, 30 dB down. */
static const double edge_oct = 1.0 / 3;
/* Half of the smoothing window's width at half height, as a uniform error. */
static const double time_error_s = 0.25e-3 / 4 / 1.7320508;
/* Peaks this near blur each other by as much as the smoothing window overlaps. */
static const double blur_db = 0.5;
/* The square of band-limited noise exceeds ten times its mean once in exp(10) = 22000 independent values, of
 * which 30 ms hold some two hundred: a false peak is rare. */
static const double over_noise_db = 10;
/* A subwoofer's fourth-order low-pass leaves less than -80 dB at 1 kHz; a full-range loudspeaker in a room of
 * heavy bass more than -20. */
static const double share_least_db = -40;
/* Where noise is looked for: so long before the direct sound (nearer it the band's edges ring), and in
 * the last of the response. */
static const double quiet_from_s = 27e-3, quiet_to_s = 10e-3, quiet_least_s = 5e-3;

/* ---- from the response ------------------------------------------------------------------------------- */

/* The band of [EBU], as far as the rate reaches, with edges that rise along the logarithm of f. */
static double band_gain(double f_hz, double top_hz)
{
	if (!(f_hz > 0))
		return 0;
	return sabin_window_rise(log2(f_hz / band_hz[0]) / edge_oct + 0.5) *
	       sabin_window_rise(log2(top_hz / f_hz) / edge_oct + 0.5);
}

/* band[frames] = h[first ..], zeros outside, filtered. */
static enum sabin_err filter(const double *h, size_t n, long long first, double rate_hz,
                             double top_hz, double *band, size_t frames)
{
	const size_t size = sabin_fft_smooth_size(frames);
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x);
	double complex *spectrum = calloc(size / 2 + 1, sizeof *spectrum);
	enum sabin_err err = x && spectrum ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < frames; i++) {
		const long long at = first + (long long)i;
		x[i] = at >= 0 && at < (long long)n ? h[at] : 0;
		err = isfinite(x[i]) ? SABIN_OK : SABIN_EINVAL;
	}
	if (!err) {
		sabin_window_taper(x, frames, (size_t)(rate_hz * lead_s / 2),
		                   (size_t)(rate_hz * lead_s / 2));
		sabin_fft_forward(fft, x, spectrum);
		for (size_t k = 0; k <= size / 2; k++) {
			const double gain = band_gain((double)k * rate_hz / (double)size, top_hz);
			spectrum[k] = CMPLX(gain * creal(spectrum[k]), gain * cimag(spectrum[k]));
		}
		sabin_fft_inverse(fft, spectrum, x);
		memcpy(band, x, frames * sizeof *band);
	}
	sabin_fft_free(fft);
	free(spectrum);
	free(x);
	return err;
}

static double mean_square(const double *x, size_t from, size_t to)
{
	double sum = 0;
	for (size_t i = from; i < to; i++)
		sum += x[i] * x[i];
	return to > from ? sum / (double)(to - from) : 0;
}

/* Mean square of the noise in the band: the lesser of what lies before the direct sound (there may be
 * the end of an earlier sound) and at the end of the response (it may not have decayed).  0: none is
 * seen.  band[frames] is what the curve is made of, h from sample `first` on; overwritten. */
static enum sabin_err noise_power(const double *h, size_t n, double direct, double rate_hz,
                                  double top_hz, long long first, double *band, size_t frames,
                                  double *power)
{
	const double at = direct - (double)first;
	const long long start = (long long)(at - quiet_from_s * rate_hz);
	const size_t from = (size_t)(start > -first ? start : -first);
	const size_t to = (size_t)fmax(at - quiet_to_s * rate_hz, 0);
	double before = 0, after = 0;
	if ((double)to >= (double)from + quiet_least_s * rate_hz)
		before = mean_square(band, from, to);
	while (n > 0 && h[n - 1] == 0)
		n--;
	const long long last = (long long)n - (long long)frames;
	enum sabin_err err = SABIN_OK;
	if ((double)last > direct + after_s * rate_hz) {
		const size_t edge = (size_t)(rate_hz * lead_s / 2);
		err = filter(h, n, last, rate_hz, top_hz, band, frames);
		if (!err)
			after = mean_square(band, edge, frames - edge);
	}
	*power = before > 0 && after > 0 ? fmin(before, after) : fmax(before, after);
	return err;
}

/* Energy of x[n] where the curve is, `direct` its direct sound. */
static double energy_near(const double *x, size_t n, double direct, double rate_hz)
{
	const double from = fmax(direct - before_s * rate_hz, 0);
	const double to = fmin(direct + after_s * rate_hz, (double)n);
	return mean_square(x, (size_t)from, (size_t)to) * (to - from);
}

static void fill_in(struct sabin_reflections *r, const struct sabin_etc_peak *peaks, size_t count,
                    double noise_db, double speed_m_s)
{
	r->count = count;
	for (size_t i = 0; i < count; i++) {
		struct sabin_reflection *one = &r->item[i];
		const double db = peaks[i].level_db;
		/* what lies below the peak at random phase shifts it by that ratio of amplitudes */
		const double shift_db = 20 * log10(1 + pow(10, (noise_db - db) / 20)) / 2;
		*one = (struct sabin_reflection){
		    .time_s = sabin_quantity_valid(peaks[i].time_s, time_error_s),
		    .extra_m = sabin_quantity_valid(peaks[i].time_s * speed_m_s,
		                                    time_error_s * speed_m_s),
		    .level_db = sabin_quantity_valid(db, hypot(blur_db, shift_db)),
		    .too_strong = peaks[i].time_s <= limit_s && db > limit_db,
		};
	}
}

/* Median of the curve where it counts: what lies between the peaks; -INFINITY without memory. */
static double median_db(const struct sabin_etc *etc)
{
	const size_t first = (size_t)(etc->direct + first_s * etc->rate_hz);
	const size_t count = etc->length - first;
	double *sorted = malloc(count * sizeof *sorted), median = -(double)INFINITY;
	if (sorted) {
		memcpy(sorted, etc->level_db + first, count * sizeof *sorted);
		sabin_sort(sorted, count);
		median = sorted[count / 2];
	}
	free(sorted);
	return median;
}

/* All peaks count for the verdict, the strongest are told. */
enum { PEAKS_MAX = 128 };

static void read_peaks(const struct sabin_etc *etc, double speed_m_s, struct sabin_reflections *r)
{
	struct sabin_etc_peak peaks[PEAKS_MAX];
	r->passed = true;
	r->near_s = r->near_db = NAN;
	const size_t near = sabin_etc_peaks(etc, smooth_s, limit_db, peaks, PEAKS_MAX);
	for (size_t i = 0; i < near; i++)
		if (peaks[i].time_s < first_s && !(peaks[i].level_db <= r->near_db)) {
			r->near_s = peaks[i].time_s;
			r->near_db = peaks[i].level_db;
		}
	r->total = sabin_etc_peaks(etc, first_s, r->least_db, peaks, PEAKS_MAX);
	for (size_t i = 0; i < r->total; i++)
		if (peaks[i].time_s <= limit_s && peaks[i].level_db > limit_db) {
			r->passed = false;
			r->too_strong++;
		}
	const size_t count =
	        sabin_etc_peaks(etc, first_s, r->least_db, peaks, SABIN_REFLECTIONS_MAX);
	fill_in(r, peaks, count, median_db(etc), speed_m_s);
}

enum sabin_err sabin_reflections_curve(const double *h, size_t n, double rate_hz, double direct,
                                       double speed_m_s, struct sabin_reflections *out,
                                       struct sabin_etc *curve)
{
	if (n == 0 || !(rate_hz >= 4000) || !(rate_hz <= 768000) || !(speed_m_s > 0) ||
	    !(direct >= 0) || !(direct < (double)n))
		return SABIN_EINVAL;
	const double top_hz = fmin(band_hz[1], 0.45 * rate_hz);
	const size_t lead = (size_t)((lead_s + before_s) * rate_hz);
	const size_t frames = 2 * lead + (size_t)(after_s * rate_hz);
	const long long first = (long long)direct - (long long)lead;
	struct sabin_etc etc = {0};
	double noise = 0, share = 0;
	double *band = calloc(frames, sizeof *band);
	if (!band)
		return SABIN_ENOMEM;
	enum sabin_err err = filter(h, n, first, rate_hz, top_hz, band, frames);
	if (!err)
		err = sabin_etc_compute(band, frames, rate_hz, direct - (double)first, before_s,
		                        after_s, smooth_s, &etc);
	if (!err)
		share = energy_near(band, frames, direct - (double)first, rate_hz) /
		        energy_near(h, n, direct, rate_hz);
	if (!err)
		err = noise_power(h, n, direct, rate_hz, top_hz, first, band, frames, &noise);
	free(band);
	if (err) {
		sabin_etc_release(&etc);
		return err;
	}
	const double over_db = 10 * log10(etc.direct_power / (2 * noise)); /* INFINITY: no noise */
	*out = (struct sabin_reflections){
	    .from_hz = band_hz[0],
	    .to_hz = top_hz,
	    .limit_db = limit_db,
	    .limit_s = limit_s,
	    .first_s = first_s,
	    .smooth_s = smooth_s,
	    .least_db = fmax(least_db, over_noise_db - over_db),
	    .over_noise_db = over_db,
	    .need_db = over_noise_db - limit_db,
	    .share_db = 10 * log10(share),
	    .need_share_db = share_least_db,
	    .near_s = NAN,
	    .near_db = NAN,
	};
	out->heard = over_db >= out->need_db && out->share_db >= share_least_db;
	*curve = etc;
	if (out->heard)
		read_peaks(curve, speed_m_s, out);
	return SABIN_OK;
}

enum sabin_err sabin_reflections_compute(const double *h, size_t n, double rate_hz, double direct,
                                         double speed_m_s, struct sabin_reflections *out)
{
	struct sabin_etc etc;
	const enum sabin_err err =
	        sabin_reflections_curve(h, n, rate_hz, direct, speed_m_s, out, &etc);
	if (!err)
		sabin_etc_release(&etc);
	return err;
}
