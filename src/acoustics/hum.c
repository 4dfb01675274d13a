/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hum.c: averaged power spectra, and the lines of the mains in them.
 *
 * [Wel] P. D. Welch: "The use of fast Fourier transform for the estimation of power spectra", IEEE
 *       Trans. Audio Electroacoust. 15 (1967) 70-73.
 * [Har] F. J. Harris: "On the use of windows for harmonic analysis with the discrete Fourier
 *       transform", Proc. IEEE 66 (1978) 51-83: Hann's spectrum, noise bandwidth 1.5 bins,
 *       correlation 1/6 at half overlap.
 *
 * Hum is told from noise by how narrow it is: a line is a bin that stands out of the bins beside it.
 * Each of some hundred bins is a chance for a false alarm, so the threshold is set for all of them
 * together, and one line alone must stand out further than one of several.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>

#include "acoustics/density.h"

/* Segments for hum: bins of 0.25 Hz where the recording lasts. */
static const double hum_segment_s = 4;
/* In shorter recordings neighbours to compare with would reach from one mains frequency to the
 * other. */
static const double hum_least_s = 0.5;
/* Mains frequencies keep to 0.4 %, 0.2 Hz of 50. */
static const double mains_tolerance = 0.004;
/* Neighbours: this far beyond a line's own bins, so many to either side. */
enum { NEAR = 3, NEIGHBOURS = 10 };
/* Bins of noise are exponentially distributed; against the mean of M neighbours, one exceeds x times
 * with probability (1 + x/M)^-M.  The median of 10 is worth 8.  For one false line in a thousand
 * recordings, with 300 bins looked at: x = 30 (14.8 dB). */
static const double least_ratio = 30;
/* A single line may name the mains if it is one of the first three harmonics (the mains itself, its
 * rectified double, a saturated transformer's third) and stands out further: rooms have modes, whose
 * peaks are narrow too. */
static const double lone_ratio = 120;
enum { LONE_HARMONICS = 3, ENOUGH_LINES = 3 };
enum { SHARED_HZ = 300 }; /* harmonics of both 50 and 60 Hz */

/* ---- spectrum --------------------------------------------------------------------------------- */

static void add_segment(struct sabin_fft *fft, const double *x, double mean, const double *window,
                        double *buffer, double complex *bins, struct sabin_density *s)
{
	const size_t n = sabin_fft_size(fft);
	for (size_t i = 0; i < n; i++)
		buffer[i] = (x[i] - mean) * window[i];
	sabin_fft_forward(fft, buffer, bins);
	for (size_t k = 0; k < s->count; k++) {
		const double re = creal(bins[k]), im = cimag(bins[k]);
		s->density[k] += re * re + im * im;
	}
}

/* From sums of squares to density, and the microphone off. */
static void scale(double rate_hz, double window_power, const struct sabin_noise_options *o,
                  struct sabin_density *s)
{
	for (size_t k = 0; k < s->count; k++) {
		const double sides = k == 0 || k + 1 == s->count ? 1 : 2;
		s->density[k] *= sides / (rate_hz * window_power * (double)s->segments);
		if (o->microphone_db && k > 0)
			s->density[k] *= pow(10, -o->microphone_db(o->context,
			                                           (double)k * s->bin_hz) / 10);
	}
}

/* The segment that is asked for, or the longest that the recording holds and that transforms fast. */
static size_t segment_size(size_t n, double frames)
{
	if (frames < (double)n)
		n = (size_t)frames;
	size_t size = n < 2 ? 2 : n - n % 2;
	while (sabin_fft_smooth_size(size) != size)
		size -= 2;
	return size;
}

enum sabin_err sabin_density_compute(const double *x, size_t n, double rate_hz, double segment_s,
                                      const struct sabin_noise_options *options,
                                      struct sabin_density *out)
{
	const size_t size = segment_size(n, segment_s * rate_hz);
	const double bin_hz = rate_hz / (double)size;
	struct sabin_fft *fft = NULL;
	enum sabin_err err = sabin_fft_new(size, &fft);
	double *window = malloc(size * sizeof *window), *buffer = malloc(size * sizeof *buffer);
	double complex *bins = malloc((size / 2 + 1) * sizeof *bins);
	*out = (struct sabin_density){
		.count = size / 2 + 1, .bin_hz = bin_hz, .bandwidth_hz = 1.5 * bin_hz};
	out->density = calloc(out->count, sizeof *out->density);
	if (!err && !(window && buffer && bins && out->density))
		err = SABIN_ENOMEM;
	if (!err) {
		double mean = 0, power = 0;
		for (size_t i = 0; i < n; i++)
			mean += x[i] / (double)n;
		for (size_t i = 0; i < size; i++) {
			window[i] = 0.5 - 0.5 * cos(2 * M_PI * ((double)i + 0.5) / (double)size);
			power += window[i] * window[i];
		}
		for (size_t at = 0; at + size <= n; at += size / 2, out->segments++)
			add_segment(fft, x + at, mean, window, buffer, bins, out);
		scale(rate_hz, power, options, out);
	}
	/* [Har] a segment is worth its length over the spread of its window's energy, 35/18; halves
	 * that overlap share (1/6)^2 */
	out->effective_s = (double)out->segments / bin_hz * 18 / 35;
	if (out->segments > 1)
		out->effective_s /= 1 + 2 / 36.0;
	free(window);
	free(buffer);
	free(bins);
	sabin_fft_free(fft);
	return err;
}

void sabin_density_release(struct sabin_density *spectrum)
{
	free(spectrum->density);
	*spectrum = (struct sabin_density){0};
}

/* ---- hum -------------------------------------------------------------------------------------- */

static double median(const double *density, size_t from)
{
	double sorted[NEIGHBOURS];
	for (int i = 0; i < NEIGHBOURS; i++) {
		int j = i;
		for (; j > 0 && sorted[j - 1] > density[from + (size_t)i]; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = density[from + (size_t)i];
	}
	return (sorted[NEIGHBOURS / 2 - 1] + sorted[NEIGHBOURS / 2]) / 2;
}

/* Noise density beside bin p, the higher of both sides; 0 where there are no neighbours.  The median
 * of a chi square of v degrees is (1 - 2/(9 v))^3 of its mean (Wilson, Hilferty 1931). */
static double beside(const struct sabin_density *s, size_t p)
{
	if (p < NEAR + NEIGHBOURS || p + NEAR + NEIGHBOURS >= s->count)
		return 0;
	const double low = median(s->density, p - NEAR - NEIGHBOURS + 1);
	const double high = median(s->density, p + NEAR);
	return fmax(low, high) / pow(1 - 1 / (9.0 * (double)s->segments), 3);
}

/* The strongest bin about f_hz, if it stands out. */
static bool find_line(const struct sabin_density *s, const struct sabin_noise_options *o, double f_hz,
                      double least, struct sabin_hum_line *line)
{
	const double half_hz = fmax(s->bin_hz, mains_tolerance * f_hz);
	const size_t from = (size_t)ceil((f_hz - half_hz) / s->bin_hz);
	const size_t to = (size_t)floor((f_hz + half_hz) / s->bin_hz);
	size_t p = from;
	if (to + NEAR + NEIGHBOURS >= s->count)
		return false;
	for (size_t k = from; k <= to; k++)
		if (s->density[k] > s->density[p])
			p = k;
	const double noise = beside(s, p), ratio = s->density[p] / noise;
	if (!(s->density[p] > 0) || (noise > 0 && !(ratio >= least)))
		return false;
	if (s->density[p - 1] > s->density[p] || s->density[p + 1] > s->density[p])
		return false; /* the flank of something else */
	/* [Har] amplitudes beside a line at p + d: 1 - d/2 ... of Hann's main lobe, so that
	 * a = (1 + d) / (2 - d) */
	const int side = s->density[p + 1] > s->density[p - 1] ? 1 : -1;
	const double a = sqrt(s->density[side > 0 ? p + 1 : p - 1] / s->density[p]);
	const double at = (double)p + side * (2 * a - 1) / (a + 1);
	double power = 0;
	for (size_t k = p - 2; k <= p + 2; k++) /* the main lobe */
		power += (s->density[k] - noise) * s->bin_hz;
	const double error = noise > 0 ? 1 / sqrt(ratio) : 0;
	line->frequency = sabin_quantity_valid(at * s->bin_hz, error * s->bin_hz);
	line->level = sabin_noise_quantity(o, power, 2 * error);
	line->above_db = NAN;
	if (noise > 0)
		line->above_db = 10 * log10(ratio);
	return line->level.valid;
}

/* Lines of one mains frequency; mains_hz is set where they are enough to name it. */
static void find_family(const struct sabin_density *s, const struct sabin_noise_options *o,
                        int mains_hz, struct sabin_hum *hum)
{
	double lowest = 0, weights = 0, sum = 0, power = 0;
	bool own = false; /* a line that the other mains frequency does not have */
	for (int k = 1; k <= SABIN_HUM_HARMONICS; k++) {
		struct sabin_hum_line *line = &hum->line[hum->line_count];
		if (!find_line(s, o, mains_hz * k, least_ratio, line))
			continue;
		line->harmonic = k;
		hum->line_count++;
		const double ratio = isnan(line->above_db) ? HUGE_VAL : pow(10, line->above_db / 10);
		own = own || mains_hz * k % SHARED_HZ != 0;
		if (k <= LONE_HARMONICS)
			lowest = fmax(lowest, ratio);
		const double weight = k * k * fmin(ratio, 1e12);
		weights += weight;
		sum += weight * line->frequency.value / k;
		power += pow(10, line->level.value / 10);
	}
	const bool several = hum->line_count >= ENOUGH_LINES || (hum->line_count > 1 && lowest > 0);
	if (!(lowest >= lone_ratio) && !(own && several)) {
		hum->line_count = 0;
		return;
	}
	hum->mains_hz = mains_hz;
	hum->frequency = sabin_quantity_valid(sum / weights, s->bin_hz / sqrt(weights));
	hum->level = hum->line[0].level;
	for (size_t i = 1; i < hum->line_count; i++)
		hum->level.plus_minus = fmax(hum->level.plus_minus, hum->line[i].level.plus_minus);
	hum->level.value = 10 * log10(power);
}

enum sabin_err sabin_hum_find(const double *x, size_t n, double rate_hz,
                              const struct sabin_noise_options *options, struct sabin_hum *out)
{
	const struct sabin_quantity none = sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	struct sabin_density s = {0};
	struct sabin_hum family[2] = {{.looked = true, .frequency = none, .level = none},
	                              {.looked = true, .frequency = none, .level = none}};
	*out = (struct sabin_hum){.frequency = none, .level = none};
	if ((double)n < hum_least_s * rate_hz)
		return SABIN_OK;
	enum sabin_err err = sabin_density_compute(x, n, rate_hz, hum_segment_s, options, &s);
	if (!err) {
		find_family(&s, options, 50, &family[0]);
		find_family(&s, options, 60, &family[1]);
		const bool second = family[1].mains_hz > 0 &&
		                    !(family[0].level.value >= family[1].level.value);
		*out = family[second];
		out->resolution_hz = s.bandwidth_hz;
	}
	sabin_density_release(&s);
	return err;
}
