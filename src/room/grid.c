/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * grid.c: from the fine time grid to samples.
 *
 * References
 *   [Laakso] T. I. Laakso et al., "Splitting the unit delay", IEEE Signal Processing Magazine 13(1)
 *            (1996) 30-60: Lagrange interpolation, windowed sinc.
 *   [Kaiser] J. F. Kaiser, R. W. Schafer, IEEE Trans. ASSP 28 (1980) 105-107: I0-sinh window
 *   design.
 *
 * Error of the spreading: six-point Lagrange interpolation of exp(i w t) on a grid of step h misses
 * by at most (wh)^6 * max|(u+2)(u+1)u(u-1)(u-2)(u-3)| / 6! = (wh)^6 * 4.9e-3.  At 18 kHz and eight
 * cells to a sample of 48 kHz wh = 0.295: -110 dB at the worst instant, less everywhere below.
 * Four points miss by at most (wh)^4 * (9/16) / 4!: -120 dB at wh = 0.08.  The
 * periodic images that the grid adds lie beyond rate/2 and are removed by the kernel.
 */
#include <math.h>

#include "room/grid.h"

/* Ripple of the kernel's pass band and rejection, dB: below the error of the spreading. */
static const double ripple_db = 130;

/* Modified Bessel function of order 0 (Abramowitz & Stegun 9.6.10). */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; term > 1e-17 * sum; k++) {
		term *= x * x / (4.0 * k * k);
		sum += term;
	}
	return sum;
}

double grid_sinc(double t, double half)
{
	const double beta = 0.1102 * (ripple_db - 8.7); /* [Kaiser] */
	const double edge = 1 - t * t / (half * half);
	if (edge <= 0)
		return 0;
	const double sinc = t == 0 ? 1 : sin(M_PI * t) / (M_PI * t);
	return sinc * bessel_i0(beta * sqrt(edge)) / bessel_i0(beta);
}

/* Largest wh for four points. */
static const double cubic_rad = 0.08;

static void init_kernel(struct grid_kernel *kernel, double top)
{
	/* What folds onto `top` comes from 1 - top: between them the kernel may fall.  [Kaiser]:
	 * taps = (A - 8) / (2.285 * width in rad) + 1. */
	const double width_rad = 2 * M_PI * (1 - 2 * top);
	kernel->half = GRID_HALF;
	if (width_rad > 0) {
		const double half = ((ripple_db - 8) / (2.285 * width_rad) + 1) / 2;
		if (half < GRID_HALF)
			kernel->half = (size_t)ceil(half) + 1;
	}
	if (kernel->phases == 1)
		kernel->half = 2; /* the grid is the samples; its last impulse reaches two on */
	for (size_t j = 0; j < 2 * kernel->half * kernel->phases; j++)
		kernel->taps[j] =
		        grid_sinc((double)kernel->half - (double)j / (double)kernel->phases,
		                  (double)kernel->half);
}

void grid_kernel_init(struct grid_kernel *kernel, double top)
{
	kernel->phases = GRID_PHASES;
	kernel->cubic = false;
	init_kernel(kernel, top);
}

void grid_kernel_init_coarse(struct grid_kernel *kernel, double top)
{
	const double sample_rad = 2 * M_PI * top;
	kernel->phases = 1;
	while (kernel->phases < GRID_PHASES && sample_rad > cubic_rad * (double)kernel->phases)
		kernel->phases *= 2;
	kernel->cubic = sample_rad <= cubic_rad * (double)kernel->phases;
	init_kernel(kernel, top);
}

/* Needs no alignment. */
static inline grid_pair load(const double *x)
{
	grid_pair v;
	memcpy(&v, x, sizeof v);
	return v;
}

/* Four neighbouring samples share the loads of the taps. */
static void sample_four(const double *cells, const double *taps, size_t count, double *y)
{
	grid_pair a = {0, 0}, b = {0, 0}, c = {0, 0}, d = {0, 0};
	for (size_t k = 0; k < count; k += 2) {
		const grid_pair tap = load(taps + k);
		a += tap * load(cells + k);
		b += tap * load(cells + k + GRID_PHASES);
		c += tap * load(cells + k + 2 * GRID_PHASES);
		d += tap * load(cells + k + 3 * GRID_PHASES);
	}
	y[0] += a[0] + a[1];
	y[1] += b[0] + b[1];
	y[2] += c[0] + c[1];
	y[3] += d[0] + d[1];
}

void grid_sample(const double *cells, size_t frames, const struct grid_kernel *kernel, double *y)
{
	const size_t half = kernel->half, count = 2 * half * GRID_PHASES;
	/* sample n reads the cells of n - half .. n + half; the first n is -half */
	const double *from = cells + (GRID_MARGIN - 2 * half) * GRID_PHASES;
	const size_t outputs = frames + 2 * half;
	size_t n = 0;
	for (; n + 4 <= outputs; n += 4)
		sample_four(from + n * GRID_PHASES, kernel->taps, count, y + n);
	for (; n < outputs; n++)
		for (size_t k = 0; k < count; k++)
			y[n] += kernel->taps[k] * from[n * GRID_PHASES + k];
}

/* Four neighbours again; even and odd taps are summed apart, so that no sum waits for the last. */
static void sample_four_pairs(const grid_pair *cells, const struct grid_kernel *kernel,
                              grid_pair *y)
{
	const size_t phases = kernel->phases, count = 2 * kernel->half * phases;
	const grid_pair *second = cells + phases, *third = second + phases, *fourth = third + phases;
	grid_pair a[2] = {{0}}, b[2] = {{0}}, c[2] = {{0}}, d[2] = {{0}};
	for (size_t k = 0; k < count; k += 2) {
		const grid_pair even = {kernel->taps[k], kernel->taps[k]};
		const grid_pair odd = {kernel->taps[k + 1], kernel->taps[k + 1]};
		a[0] += even * cells[k];
		b[0] += even * second[k];
		c[0] += even * third[k];
		d[0] += even * fourth[k];
		a[1] += odd * cells[k + 1];
		b[1] += odd * second[k + 1];
		c[1] += odd * third[k + 1];
		d[1] += odd * fourth[k + 1];
	}
	y[0] += a[0] + a[1];
	y[1] += b[0] + b[1];
	y[2] += c[0] + c[1];
	y[3] += d[0] + d[1];
}

/* y[n] += what the kernel gives from the cell from[n * phases] on. */
static void sample_pairs(const grid_pair *from, size_t outputs, const struct grid_kernel *kernel,
                         grid_pair *y)
{
	const size_t phases = kernel->phases;
	size_t n = 0;
	for (; n + 4 <= outputs; n += 4)
		sample_four_pairs(from + n * phases, kernel, y + n);
	for (; n < outputs; n++)
		for (size_t k = 0; k < 2 * kernel->half * phases; k++)
			y[n] += kernel->taps[k] * from[n * phases + k];
}

void grid_sample_pair(const grid_pair *cells, size_t frames, const struct grid_kernel *kernel,
                      grid_pair *y)
{
	sample_pairs(cells + (GRID_MARGIN - 2 * kernel->half) * kernel->phases,
	             frames + 2 * kernel->half, kernel, y);
}

void grid_halving_init(struct grid_halving *halving)
{
	/* The long kernel stops at 0.55 of the rate; what folds onto that is stopped here. */
	halving->first.phases = GRID_PHASES / 2;
	halving->second.phases = 2;
	init_kernel(&halving->first, 0.55 / 2);
	init_kernel(&halving->second, 0.5);
}

void grid_sample_halving(const grid_pair *cells, size_t frames, const struct grid_halving *halving,
                         grid_pair *between, grid_pair *y)
{
	const size_t half = halving->first.half;
	memset(between, 0, grid_cells(frames, 2) * sizeof *between);
	sample_pairs(cells + (2 * GRID_MARGIN - 2 * half) * halving->first.phases,
	             2 * (frames + half), &halving->first, between + 2 * GRID_MARGIN - half);
	grid_sample_pair(between, frames, &halving->second, y);
}
