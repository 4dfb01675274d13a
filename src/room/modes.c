/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * modes.c: impulse response from the modes of a rectangular room.
 *
 * References
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 3.1-3.3: modes with rigid walls,
 *              Green's function as their sum, damping by a small imaginary part of the wave number.
 *   [Morse]    P. M. Morse, K. U. Ingard, "Theoretical Acoustics" (1968), 9.4.
 *   [Doetsch]  G. Doetsch, "Introduction to the theory and application of the Laplace
 *              transformation" (1974): the transform along a line beside the axis.
 *
 *   G = sum_n a_n / (k_n^2 - (k - i delta_n/c)^2),  a_n = eps_n psi_n(source) psi_n(receiver) / V,
 *
 * psi = prod cos(n pi x / L), eps = prod (1 for n = 0, else 2), and p = 4 pi G so that a free field
 * has 1 Pa at 1 m.
 *
 * Damping is geometric: a mode is a wave that runs to and fro, along an axis with the share
 * k_axis / k_n of its path, and loses -ln(beta beta') at each pair of walls: what the image sum
 * does to it.  Waves that graze a wall lose nothing there.  The mode (0,0,0) runs nowhere; it
 * decays with Eyring's time of the lowest band.
 *
 * Modes above those that are summed act as a spring: their sum F is nearly a straight line over
 * k^2. At an imaginary wave number i kappa it is known: the sum of all modes is there one of images
 * that decay as exp(-kappa d), hence only of near ones, and those that are summed are subtracted
 * (Kummer's transformation).  Two such points give the line.
 *
 * The response is the inverse transform of G, fading out above to_hz, at a low rate and then
 * interpolated.  A finite transform repeats; where the modes ring longer than its length, G is
 * taken at k - i sigma/c, which is the transform of h exp(-sigma t), and the result multiplied by
 * exp(sigma t) [Doetsch].
 */
#include <math.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "room/grid.h"
#include "room/modes.h"
#include "signal/cmplx.h"

static const double to_hz_most = 400;     /* room.h */
static const double fade_factor = 2.5;    /* the whole at to_hz, nothing at 2.5 to_hz: so wide that
                                             an arrival rings for few milliseconds only */
static const double reach_factor = 3;     /* modes are summed up to 3 to_hz: 0.1 dB with the rest
                                             as a spring, over all but the deepest nulls */
static const double reach_factor_least = 1.5;
static const double mode_least = 200;     /* summed at any rate: kappa stays so large that the
                                             spring takes only near images */
static const double mode_limit = 2e5;     /* above it the reach is shortened */
static const double work_limit = 4e9;     /* modes times frequencies: some 15 s */
static const double repeat_log = 13.8;    /* ln 10^6: what may be left when the transform repeats */
static const double silence_log = 28;     /* ln of -240 dB: there the response ends */
static const double period_least_s = 3;   /* keeps sigma far below the width of the fade */
enum { SINC_HALF = 10 };                  /* samples: transparent to 0.27 of the low rate */

struct modes {
	const struct sabin_room *room;
	const double *source_m, *receiver_m;
	double speed_m_s, volume_m3;
	double loss[3][SABIN_ABSORPTION_BANDS]; /* -ln(beta beta') of the walls of an axis */
	double resting_per_s;                   /* decay of (0,0,0) */
	bool air;
	double reach_hz;                        /* modes are summed up to here */
	double least_per_s;                     /* of all decays */
	double sigma_per_s;
	double period_s;                        /* of the transform */
	size_t bins;
	double *re, *im;                        /* [bins] of G, at multiples of 1/period */
	double kappa_per_m[2];                  /* where F is known */
	double spring[2];                       /* F there */
};

/* [Kuttruff, 3.9 b] */
double modes_count(const double size_m[3], double f_hz, double speed_m_s)
{
	const double x = size_m[0], y = size_m[1], z = size_m[2], u = f_hz / speed_m_s;
	return 4 * M_PI / 3 * x * y * z * u * u * u + M_PI / 2 * (x * y + y * z + z * x) * u * u +
	       (x + y + z) / 2 * u + 1;
}

double modes_limit_hz(const double size_m[3], double speed_m_s)
{
	double low_hz = 0, high_hz = to_hz_most;
	for (int i = 0; i < 60; i++) {
		const double middle_hz = (low_hz + high_hz) / 2;
		if (modes_count(size_m, reach_factor_least * middle_hz, speed_m_s) > mode_limit)
			high_hz = middle_hz;
		else
			low_hz = middle_hz;
	}
	return low_hz;
}

/* Decay of a mode's amplitude, 1/s. */
static double mode_decay_per_s(const struct modes *modes, const double k_per_m[3], double f_hz)
{
	double decay = 0;
	const double k = 2 * M_PI * f_hz / modes->speed_m_s;
	for (int axis = 0; axis < 3; axis++)
		if (k_per_m[axis] > 0)
			decay += modes->speed_m_s * k_per_m[axis] / k *
			         room_by_octave(modes->loss[axis], f_hz) /
			         (2 * modes->room->size_m[axis]);
	if (modes->air)
		decay += modes->speed_m_s * M_LN10 / 20 *
		         sabin_air_attenuation_db_per_m(f_hz, modes->room->temperature_c,
		                                        modes->room->humidity_percent,
		                                        modes->room->pressure_kpa);
	return f_hz > 0 ? decay : modes->resting_per_s;
}

struct mode {
	double w_per_s, decay_per_s, a;
};

typedef void mode_visit(struct modes *modes, const struct mode *mode);

/* Every mode up to the reach. */
static void each_mode(struct modes *modes, mode_visit *visit)
{
	const double *size_m = modes->room->size_m;
	const double k_most = 2 * M_PI * modes->reach_hz / modes->speed_m_s;
	for (int x = 0; x * M_PI / size_m[0] <= k_most; x++) {
		for (int y = 0; y * M_PI / size_m[1] <= k_most; y++) {
			for (int z = 0; z * M_PI / size_m[2] <= k_most; z++) {
				const double k_per_m[3] = {x * M_PI / size_m[0],
				                           y * M_PI / size_m[1],
				                           z * M_PI / size_m[2]};
				const double k = sqrt(k_per_m[0] * k_per_m[0] +
				                      k_per_m[1] * k_per_m[1] +
				                      k_per_m[2] * k_per_m[2]);
				if (k > k_most)
					break;
				struct mode mode = {.w_per_s = k * modes->speed_m_s};
				mode.decay_per_s = mode_decay_per_s(modes, k_per_m,
				                                    mode.w_per_s / (2 * M_PI));
				mode.a = (x ? 2 : 1) * (y ? 2 : 1) * (z ? 2 : 1) / modes->volume_m3;
				for (int axis = 0; axis < 3; axis++)
					mode.a *= cos(k_per_m[axis] * modes->source_m[axis]) *
					          cos(k_per_m[axis] * modes->receiver_m[axis]);
				visit(modes, &mode);
			}
		}
	}
}

static void note_decay(struct modes *modes, const struct mode *mode)
{
	modes->least_per_s = fmin(modes->least_per_s, mode->decay_per_s);
}

/* One mode's share of G in all bins, and less of F. */
static void add_mode(struct modes *modes, const struct mode *mode)
{
	const double c2 = modes->speed_m_s * modes->speed_m_s;
	const double d = mode->decay_per_s + modes->sigma_per_s;
	const double square = mode->w_per_s * mode->w_per_s + d * d, a = mode->a * c2;
	const double step = 2 * M_PI / modes->period_s;
	for (int i = 0; i < 2; i++)
		modes->spring[i] -= a / (mode->w_per_s * mode->w_per_s +
		                         c2 * modes->kappa_per_m[i] * modes->kappa_per_m[i]);
	double *restrict re = modes->re, *restrict im = modes->im;
	for (size_t i = 0; i < modes->bins; i++) {
		/* (k_n^2 - (k - i d/c)^2) c^2 = w_n^2 + d^2 - w^2 + 2 i w d */
		const double w = step * (double)i;
		const double x = square - w * w, y = 2 * w * d;
		const double scale = a / (x * x + y * y);
		re[i] += scale * x;
		im[i] -= scale * y;
	}
}

/* exp(-kappa d) / d of the eight images in one cell of 2 width x 2 length x 2 height. */
static double spring_of_cell(const struct modes *modes, double kappa, const int cell[3])
{
	double sum = 0;
	for (int q = 0; q < 8; q++) {
		double square = 0;
		for (int axis = 0; axis < 3; axis++) {
			const int sign = q >> axis & 1 ? -1 : 1;
			const double d_m = sign * modes->source_m[axis] +
			                   2 * cell[axis] * modes->room->size_m[axis] -
			                   modes->receiver_m[axis];
			square += d_m * d_m;
		}
		sum += exp(-kappa * sqrt(square)) / sqrt(square);
	}
	return sum;
}

/* All modes at i kappa: images of the rigid room, exp(-kappa d) / (4 pi d). */
static double spring_of_all(const struct modes *modes, double kappa)
{
	/* exp(-40) is -350 dB: of farther images nothing is left, nor of the nearest beyond that */
	const double direct_m = room_distance_m(modes->source_m, modes->receiver_m);
	const double reach_m = fmin(direct_m, 40 / kappa) + 40 / kappa;
	int most[3];
	for (int axis = 0; axis < 3; axis++)
		most[axis] = (int)ceil(reach_m / (2 * modes->room->size_m[axis])) + 1;
	double sum = 0;
	for (int x = -most[0]; x <= most[0]; x++)
		for (int y = -most[1]; y <= most[1]; y++)
			for (int z = -most[2]; z <= most[2]; z++)
				sum += spring_of_cell(modes, kappa, (const int[3]){x, y, z});
	return sum / (4 * M_PI);
}

/* G in all bins, from the sums that were begun at zero. */
static void add_all(struct modes *modes)
{
	for (int i = 0; i < 2; i++) {
		/* a sixth and a third of the reach: within the range of frequencies that is wanted,
		 * mirrored to the other side of zero */
		modes->kappa_per_m[i] =
		        2 * M_PI * modes->reach_hz * (i + 1) / 6 / modes->speed_m_s;
		modes->spring[i] = spring_of_all(modes, modes->kappa_per_m[i]);
	}
	each_mode(modes, add_mode);
	const double square[2] = {modes->kappa_per_m[0] * modes->kappa_per_m[0],
	                          modes->kappa_per_m[1] * modes->kappa_per_m[1]};
	const double slope = (modes->spring[0] - modes->spring[1]) / (square[1] - square[0]);
	const double still = modes->spring[0] + slope * square[0]; /* F at k = 0 */
	const double sigma = modes->sigma_per_s / modes->speed_m_s;
	for (size_t i = 0; i < modes->bins; i++) {
		const double k = 2 * M_PI * (double)i / (modes->period_s * modes->speed_m_s);
		modes->re[i] += still + slope * (k * k - sigma * sigma);
		modes->im[i] -= slope * 2 * k * sigma;
	}
}

static void init(struct modes *modes)
{
	const struct sabin_room *room = modes->room;
	double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS];
	room_reflection(room, beta);
	for (int axis = 0; axis < 3; axis++)
		for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
			modes->loss[axis][band] =
			        room_loss(beta[room_walls[axis][0]][band], beta[room_walls[axis][1]][band]);
	modes->speed_m_s = sabin_speed_of_sound(room->temperature_c);
	modes->volume_m3 = room_volume_m3(room);
	/* 60 dB are 3 ln 10 in amplitude; at most as fast as across the shortest side */
	const double shortest_m = fmin(room->size_m[0], fmin(room->size_m[1], room->size_m[2]));
	modes->resting_per_s = fmin(3 * M_LN10 / sabin_room_eyring_s(room, 0),
	                            ROOM_LOSS_MOST * modes->speed_m_s / (2 * shortest_m));
	modes->least_per_s = (double)INFINITY;
}

/* How far the modes are summed and how long the transform is.  SABIN_EINVAL: too much work. */
static enum sabin_err plan(struct modes *modes, double to_hz, double length_s)
{
	const double *size_m = modes->room->size_m;
	modes->reach_hz = reach_factor * to_hz;
	while (modes_count(size_m, modes->reach_hz, modes->speed_m_s) < mode_least)
		modes->reach_hz *= 1.05;
	while (modes_count(size_m, modes->reach_hz, modes->speed_m_s) > mode_limit) {
		if (modes->reach_hz <= reach_factor_least * to_hz)
			return SABIN_EINVAL;
		modes->reach_hz = fmax(0.95 * modes->reach_hz, reach_factor_least * to_hz);
	}
	each_mode(modes, note_decay);
	const double end_s = fmin(length_s, silence_log / modes->least_per_s);
	modes->period_s = fmax(2 * end_s, period_least_s);
	modes->sigma_per_s = fmax(0, repeat_log / modes->period_s - modes->least_per_s);
	modes->bins = (size_t)(to_hz * fade_factor * modes->period_s) + 1;
	const double work =
	        modes_count(size_m, modes->reach_hz, modes->speed_m_s) * (double)modes->bins;
	return work > work_limit ? SABIN_EINVAL : SABIN_OK;
}

/* From every step-th sample low[n], periodic, to h[lead + frames], which begins `lead` before
 * emission.  Later than half a period nothing is left (plan()). */
static enum sabin_err interpolate(const struct modes *modes, const double *low, size_t n,
                                  size_t step, const struct modes_span *span, double *h)
{
	double *taps = calloc(step, 2 * SINC_HALF * sizeof *taps);
	if (!taps)
		return SABIN_ENOMEM;
	for (size_t phase = 0; phase < step; phase++)
		for (int i = 0; i < 2 * SINC_HALF; i++)
			taps[phase * 2 * SINC_HALF + (size_t)i] = grid_sinc(
			        (double)phase / (double)step + SINC_HALF - 1 - i, SINC_HALF);
	const double sigma = modes->sigma_per_s / span->rate_hz;
	for (size_t f = 0; f < span->lead + span->frames; f++) {
		const size_t at = f + n * step - span->lead; /* one period on */
		const double *tap = taps + at % step * 2 * SINC_HALF;
		double sum = 0;
		if (f < span->lead || f - span->lead < n * step / 2)
			for (size_t i = 0; i < 2 * SINC_HALF; i++)
				sum += tap[i] * low[(at / step + n + i - (SINC_HALF - 1)) % n];
		h[f] = sum * exp(sigma * ((double)f - (double)span->lead));
	}
	free(taps);
	return SABIN_OK;
}

/* The inverse transform, faded out above to_hz. */
static enum sabin_err transform(struct modes *modes, double to_hz, size_t step, size_t n,
                                const struct modes_span *span, double *h)
{
	struct sabin_fft *fft = NULL;
	double *low = calloc(n, sizeof *low);
	double complex *spectrum = calloc(n / 2 + 1, sizeof *spectrum);
	enum sabin_err err = SABIN_ENOMEM;
	if (!low || !spectrum)
		goto out;
	err = sabin_fft_new(n, &fft);
	if (err)
		goto out;
	/* all of the transform is scaled by the low rate: h is a density in time, and a sample of h
	 * at rate_hz is the density over rate_hz */
	const double scale = 4 * M_PI * (double)n / modes->period_s / span->rate_hz;
	for (size_t i = 0; i < modes->bins && i < n / 2; i++) {
		const double over = (double)i / modes->period_s / to_hz - 1;
		const double gain = scale * (1 - sabin_window_rise(over / (fade_factor - 1)));
		spectrum[i] = __builtin_complex(gain * modes->re[i], gain * modes->im[i]);
	}
	sabin_fft_inverse(fft, spectrum, low);
	err = interpolate(modes, low, n, step, span, h);
out:
	sabin_fft_free(fft);
	free(spectrum);
	free(low);
	return err;
}

enum sabin_err modes_compute(const struct sabin_room *room, const double source_m[3],
                             const double receiver_m[3], bool air, double to_hz,
                             const struct modes_span *span, double *h)
{
	if (!(to_hz > 0 && to_hz <= to_hz_most))
		return SABIN_EINVAL;
	struct modes modes = {
		.room = room, .source_m = source_m, .receiver_m = receiver_m, .air = air,
	};
	init(&modes);
	enum sabin_err err = plan(&modes, to_hz, (double)span->frames / span->rate_hz);
	if (err)
		return err;
	/* low rate: four times the highest frequency, a whole number of times in the rate */
	const double rate_hz = span->rate_hz;
	const double top_hz = fmin(to_hz * fade_factor, rate_hz / 4);
	const size_t step = (size_t)fmax(1, floor(rate_hz / (4 * top_hz)));
	const size_t n = sabin_fft_smooth_size(
	        (size_t)ceil(modes.period_s * rate_hz / (double)step) + 2 * SINC_HALF);
	modes.period_s = (double)(n * step) / rate_hz;
	modes.bins = (size_t)(top_hz * modes.period_s) + 1;
	modes.re = calloc(modes.bins, sizeof *modes.re);
	modes.im = calloc(modes.bins, sizeof *modes.im);
	err = SABIN_ENOMEM;
	if (!modes.re || !modes.im)
		goto out;
	add_all(&modes);
	err = transform(&modes, to_hz, step, n, span, h);
out:
	free(modes.re);
	free(modes.im);
	return err;
}

enum sabin_err sabin_modes_compute(const struct sabin_room *room, const double source_m[3],
                                   const double receiver_m[3],
                                   const struct sabin_images_options *options, double to_hz,
                                   double *h, size_t frames)
{
	const enum sabin_err err = room_check(room, source_m, receiver_m, options, frames);
	if (err)
		return err;
	const struct modes_span span = {.rate_hz = options->rate_hz, .frames = frames};
	return modes_compute(room, source_m, receiver_m, options->air, to_hz, &span, h);
}
