/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * weighting.c: the frequency weightings A, C and Z and exponential time weighting.
 *
 * [IEC] IEC 61672-1:2013, 3.8 (time weighting), table 3 (design goals), annex E (formulas).
 * [V]   Vicanek, M. (2019), "Matched One-Pole Digital Shelving Filters": the squared magnitude of
 *       a first-order filter is a ratio of two straight lines in sin^2(w/2), so it can be made to
 *       pass through given points.
 *
 * The poles below 1 kHz are high-passes and go through the bilinear transform, whose warping costs
 * under 0.01 dB there.  The double pole at 12.2 kHz would come out 6 dB low at 16 kHz that way; it
 * is matched in magnitude at 0 Hz and four more frequencies instead.
 */
#include <math.h>
#include <stdbool.h>

#include <sabin/weighting.h>

/* [IEC] annex E: the poles follow from f_r = 1 kHz, f_L = 10^1.5 Hz, f_H = 10^3.9 Hz,
 * D^2 = 1/2 (C is -3 dB at f_L and f_H) and f_A = 10^2.45 Hz. */
static const double pole1_hz = 20.598997057568155;
static const double pole2_hz = 107.65264864304629;
static const double pole3_hz = 737.8622307362901;
static const double pole4_hz = 12194.217147998012;

static const double reference_hz = 1000; /* [IEC] 0 dB here */
static const double least_rate_hz = 8000;
/* The pole at 12.2 kHz is matched at 0 Hz and at four more frequencies, which lie along a sine up to
 * 20.5 kHz, or as high as the rate allows: closer where the response of a filter at that rate must turn
 * towards half of it.  That keeps the error of both together within 0.05 dB up to 20 kHz at 44.1 kHz. */
enum { MATCHES = 4 };
static const double match_hz = 20500;
static const double match_of_rate = 0.47;

/* What has died away must not creep on among the denormal numbers, which are slow. */
static const double dead = 1e-200;

static double square(double x)
{
	return x * x;
}

/* Squared magnitudes of s / (s + pole) and pole / (s + pole). */
static double high_pass(double f_hz, double pole_hz)
{
	return square(f_hz) / (square(f_hz) + square(pole_hz));
}

static double low_pass(double f_hz, double pole_hz)
{
	return square(pole_hz) / (square(f_hz) + square(pole_hz));
}

/* [IEC] formulas E.1 and E.6 (C and A) as squared magnitudes, not yet normalised. */
static double power(enum sabin_weighting kind, double f_hz)
{
	const double c = square(high_pass(f_hz, pole1_hz) * low_pass(f_hz, pole4_hz));
	if (kind == SABIN_WEIGHTING_C)
		return c;
	return c * high_pass(f_hz, pole2_hz) * high_pass(f_hz, pole3_hz);
}

double sabin_weighting_db(enum sabin_weighting kind, double f_hz)
{
	if (!(f_hz >= 0))
		return NAN;
	if (kind == SABIN_WEIGHTING_Z)
		return 0;
	return 10 * log10(power(kind, f_hz) / power(kind, reference_hz));
}

static void add(struct sabin_weighting_filter *filter, double b0, double b1, double a1)
{
	const int i = filter->sections++;
	filter->section[i].b0 = b0;
	filter->section[i].b1 = b1;
	filter->section[i].a1 = a1;
	filter->section[i].state = 0;
}

/* s / (s + pole), bilinear, the pole's frequency kept. */
static void add_high_pass(struct sabin_weighting_filter *filter, double pole_hz)
{
	const double warped = tan(M_PI * pole_hz / filter->rate_hz);
	const double b = 1 / (1 + warped);
	add(filter, b, -b, (warped - 1) * b);
}

/* Roots of c[0] + c[1] x + c[2] x^2, which are real here. */
static void roots(const double c[3], double root[2])
{
	const double q = -(c[1] + copysign(sqrt(square(c[1]) - 4 * c[0] * c[2]), c[1])) / 2;
	root[0] = q / c[2];
	root[1] = c[0] / q;
}

/* Thiele's continued fraction through the four points,
 *	f^2 / pole^2 = x / (c[0] + (x - x[0]) / (c[1] + (x - x[1]) / (c[2] + (x - x[2]) / c[3]))),
 * x = sin^2(w/2), from which follows |H|^2 = over(x) / under(x), each of degree two. */
static void match(double pole_hz, double rate_hz, double over[3], double under[3])
{
	const double high_hz = fmin(match_hz, match_of_rate * rate_hz);
	double x[MATCHES], c[MATCHES];
	for (int k = 0; k < MATCHES; k++) {
		const double f_hz = high_hz * sin(M_PI / 2 * (k + 0.75) / MATCHES);
		x[k] = square(sin(M_PI * f_hz / rate_hz));
		c[k] = x[k] / square(f_hz / pole_hz);
		for (int j = 0; j < k; j++)
			c[k] = (x[k] - x[j]) / (c[k] - c[j]);
	}
	double p[3] = {c[MATCHES - 1]}, q[3] = {1};
	for (int k = MATCHES - 2; k >= 0; k--) {
		/* c + (x - x_k) q / p */
		const double next[3] = {c[k] * p[0] - x[k] * q[0], c[k] * p[1] + q[0] - x[k] * q[1],
		                        c[k] * p[2] + q[1] - x[k] * q[2]};
		for (int i = 0; i < 3; i++) {
			q[i] = p[i];
			p[i] = next[i];
		}
	}
	for (int i = 0; i < 3; i++) {
		over[i] = p[i];
		under[i] = p[i] + (i > 0 ? q[i - 1] : 0);
	}
}

/* pole / (s + pole), matched [V].  The squared magnitude falls along a function whose only singularities are a
 * pole at x < 0 and a cut from x = 1 on; so are the roots of what interpolates it, and each gives a factor
 * 1 - x / root = (1 - x) + b x with positive b.  (1 - x) and x weigh (1 + c)^2 and (1 - c)^2 of a
 * polynomial 1 + c / z. */
static void add_low_pass(struct sabin_weighting_filter *filter, double pole_hz)
{
	double over[3], under[3], zero[2], pole[2];
	match(pole_hz, filter->rate_hz, over, under);
	roots(over, zero);
	roots(under, pole);
	for (int i = 0; i < 2; i++) {
		const double a = sqrt(1 - 1 / pole[i]), b = sqrt(1 - 1 / zero[i]);
		const double a0 = (1 + a) / 2;
		add(filter, (1 + b) / 2 / a0, (1 - b) / 2 / a0, (1 - a) / 2 / a0);
	}
}

enum sabin_err sabin_weighting_filter_init(struct sabin_weighting_filter *filter,
                                           enum sabin_weighting kind, double rate_hz)
{
	const bool known = kind == SABIN_WEIGHTING_A || kind == SABIN_WEIGHTING_C ||
	                   kind == SABIN_WEIGHTING_Z;
	if (!known || !(rate_hz >= least_rate_hz) || !isfinite(rate_hz))
		return SABIN_EINVAL;
	*filter = (struct sabin_weighting_filter){.rate_hz = rate_hz};
	if (kind == SABIN_WEIGHTING_Z)
		return SABIN_OK;
	add_high_pass(filter, pole1_hz);
	add_high_pass(filter, pole1_hz);
	if (kind == SABIN_WEIGHTING_A) {
		add_high_pass(filter, pole2_hz);
		add_high_pass(filter, pole3_hz);
	}
	add_low_pass(filter, pole4_hz);
	add_low_pass(filter, pole4_hz);

	const double gain = pow(10, -sabin_weighting_filter_db(filter, reference_hz) / 20);
	filter->section[0].b0 *= gain;
	filter->section[0].b1 *= gain;
	return SABIN_OK;
}

void sabin_weighting_filter_reset(struct sabin_weighting_filter *filter)
{
	for (int k = 0; k < filter->sections; k++)
		filter->section[k].state = 0;
}

void sabin_weighting_filter_process(struct sabin_weighting_filter *filter, size_t n,
                                    const double *in, double *out)
{
	for (size_t i = 0; i < n; i++) {
		double v = in[i];
		for (int k = 0; k < filter->sections; k++) {
			const double y = filter->section[k].b0 * v + filter->section[k].state;
			filter->section[k].state =
				filter->section[k].b1 * v - filter->section[k].a1 * y;
			v = y;
		}
		out[i] = v;
	}
	for (int k = 0; k < filter->sections; k++)
		if (fabs(filter->section[k].state) < dead)
			filter->section[k].state = 0;
}

double sabin_weighting_filter_db(const struct sabin_weighting_filter *filter, double f_hz)
{
	if (!(f_hz >= 0) || f_hz > filter->rate_hz / 2)
		return NAN;
	const double cosine = cos(2 * M_PI * f_hz / filter->rate_hz);
	const double x = square(sin(M_PI * f_hz / filter->rate_hz));
	double ratio = 1;
	for (int k = 0; k < filter->sections; k++) {
		const double b0 = filter->section[k].b0, b1 = filter->section[k].b1;
		const double a1 = filter->section[k].a1;
		/* |b0 + b1 / z|^2; the second form keeps its digits near the zero at 0 Hz */
		const double over = b0 * b1 < 0 ? square(b0 + b1) - 4 * b0 * b1 * x
		                                : b0 * b0 + b1 * b1 + 2 * b0 * b1 * cosine;
		ratio *= over / (square(1 + a1) - 4 * a1 * x);
	}
	return 10 * log10(ratio);
}

enum sabin_err sabin_time_weighting_init(struct sabin_time_weighting *meter, double time_s,
                                         double rate_hz)
{
	if (!(time_s > 0) || !(rate_hz > 0) || !isfinite(time_s) || !isfinite(rate_hz))
		return SABIN_EINVAL;
	*meter = (struct sabin_time_weighting){.keep = exp(-1 / (time_s * rate_hz))};
	return SABIN_OK;
}

/* [IEC] formula 1, the integral of p^2 exp(-t / tau) / tau, sample by sample. */
void sabin_time_weighting_process(struct sabin_time_weighting *meter, size_t n, const double *in)
{
	const double keep = meter->keep;
	double mean = meter->square, maximum = meter->maximum;
	for (size_t i = 0; i < n; i++) {
		mean = keep * mean + (1 - keep) * in[i] * in[i];
		if (mean > maximum)
			maximum = mean;
	}
	meter->square = mean < dead ? 0 : mean;
	meter->maximum = maximum;
}

enum sabin_err sabin_impulse_weighting_init(struct sabin_impulse_weighting *meter, double rate_hz)
{
	if (!(rate_hz > 0) || !isfinite(rate_hz))
		return SABIN_EINVAL;
	*meter = (struct sabin_impulse_weighting){
	    .keep = exp(-1 / (SABIN_TIME_IMPULSE_S * rate_hz)),
	    .fall = exp(-1 / (SABIN_TIME_IMPULSE_FALL_S * rate_hz)),
	};
	return SABIN_OK;
}

void sabin_impulse_weighting_process(struct sabin_impulse_weighting *meter, size_t n, const double *in)
{
	const double keep = meter->keep, fall = meter->fall;
	double mean = meter->square, held = meter->held, maximum = meter->maximum;
	for (size_t i = 0; i < n; i++) {
		mean = keep * mean + (1 - keep) * in[i] * in[i];
		held *= fall;
		held = mean > held ? mean : held;
		maximum = held > maximum ? held : maximum;
	}
	meter->square = mean < dead ? 0 : mean;
	meter->held = held < dead ? 0 : held;
	meter->maximum = maximum;
}
