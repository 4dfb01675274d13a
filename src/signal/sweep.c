/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sweep.c: the synchronised exponential sweep.
 *
 * [N] Novak, Lotton, Simon: "Synchronized swept-sine: theory, application, and implementation",
 *     J. Audio Eng. Soc. 63 (2015) 786-798.
 * [F] Farina: "Simultaneous measurement of impulse response and distortion with a swept-sine
 *     technique", AES 108th Convention (2000), preprint 5093: harmonics arrive earlier by L ln(m).
 */
#include <math.h>
#include <stdint.h>

#include <sabin/sweep.h>
#include <sabin/window.h>

enum { LONGEST_S = 600 };

/* A fade shorter than this clicks in a loudspeaker at any frequency. */
static const double least_fade_s = 0.010;
/* At low frequencies a fade has to last some periods to be one. */
static const double fade_in_periods = 2;

/* A length that is synchronised already stays what it is: it came about by four operations in double
 * precision, each of which may have rounded by 1.1e-16. */
static const double rounding = 1e-15;

static int in_range(double x, double low, double high)
{
	return isfinite(x) && x >= low && x <= high;
}

enum sabin_err sabin_sweep_init(struct sabin_sweep *sweep, const struct sabin_sweep_options *o)
{
	if (!in_range(o->rate_hz, 4000, 768000) || !in_range(o->length_s, 0.01, LONGEST_S) ||
	    !in_range(o->to_hz, 0, o->rate_hz / 2) || !(o->from_hz > 0) || !(o->from_hz < o->to_hz) ||
	    !in_range(o->peak_dbfs, -200, 0))
		return SABIN_EINVAL;
	/* [N] eq. 49: from * L is a whole number of periods */
	const double octaves_e = log(o->to_hz / o->from_hz);
	const double least = o->from_hz * o->length_s / octaves_e;
	const double periods = ceil(least * (1 - rounding) - 1e-9);
	const double constant_s = fmax(periods, 1) / o->from_hz;
	const double length_s = constant_s * octaves_e;
	if (!(length_s <= LONGEST_S))
		return SABIN_EINVAL;
	*sweep = (struct sabin_sweep){
	    .from_hz = o->from_hz,
	    .to_hz = o->to_hz,
	    .rate_hz = o->rate_hz,
	    .length_s = length_s,
	    .constant_s = constant_s,
	    .gain = pow(10, o->peak_dbfs / 20),
	    .fade_in_s = fmin(fmax(least_fade_s, fade_in_periods / o->from_hz), length_s / 10),
	    .fade_out_s = fmin(least_fade_s, length_s / 20),
	    .frames = (size_t)floor(length_s * o->rate_hz) + 1,
	};
	return SABIN_OK;
}

double sabin_sweep_value(const struct sabin_sweep *sweep, double t_s)
{
	if (!(t_s > 0) || t_s >= sweep->length_s)
		return 0;
	/* [N] eq. 47, in periods; whole ones are dropped so that the sine's argument stays small */
	const double periods =
	    sweep->from_hz * sweep->constant_s * exp(t_s / sweep->constant_s);
	double fade = 1;
	if (t_s < sweep->fade_in_s)
		fade = sabin_window_rise(t_s / sweep->fade_in_s);
	if (sweep->length_s - t_s < sweep->fade_out_s)
		fade *= sabin_window_rise((sweep->length_s - t_s) / sweep->fade_out_s);
	return sweep->gain * fade * sin(2 * M_PI * (periods - floor(periods)));
}

void sabin_sweep_render(const struct sabin_sweep *sweep, double *x)
{
	for (size_t i = 0; i < sweep->frames; i++)
		x[i] = sabin_sweep_value(sweep, (double)i / sweep->rate_hz);
}

double sabin_sweep_frequency_hz(const struct sabin_sweep *sweep, double t_s)
{
	return sweep->from_hz * exp(t_s / sweep->constant_s);
}

double sabin_sweep_time_s(const struct sabin_sweep *sweep, double f_hz)
{
	return sweep->constant_s * log(f_hz / sweep->from_hz);
}

double sabin_sweep_harmonic_lead_s(const struct sabin_sweep *sweep, unsigned order)
{
	return sweep->constant_s * log((double)order); /* [F]; [N] eq. 35 */
}
