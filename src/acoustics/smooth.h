/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smooth.h: averages of a spectrum over rectangles on the logarithmic axis.
 */
#ifndef SABIN_ACOUSTICS_SMOOTH_H
#define SABIN_ACOUSTICS_SMOOTH_H

#include <complex.h>
#include <stddef.h>

#include <sabin/response.h>

/* What is averaged. */
enum { SABIN_POWER, SABIN_H_RE, SABIN_H_IM, SABIN_G_RE, SABIN_G_IM, SABIN_PARTS };

/* A response about its arrival at `count` frequencies: multiples of bin_hz, or, where freq_hz is given,
 * those. */
struct sabin_windowed {
	size_t count;
	double bin_hz;
	double complex *h;
	/* transform of t h(t), t from the arrival in s; NULL with bins: it is derived from h, which errs by 3e-5
	 * of the time t of what comes a sixteenth of the transform's length late, and less before */
	double complex *g;
	double *freq_hz;   /* [count], rising in equal steps of the logarithm; NULL: bins */
};

void sabin_windowed_release(struct sabin_windowed *windowed);

/* Sums over blocks, after which averages are cheap; no average reaches beyond to_hz.  `cubic`: the part
 * SABIN_POWER is the two thirds' power of the mean cube of the magnitude. */
struct sabin_smoother;
SABIN_MUST enum sabin_err sabin_smoother_new(const struct sabin_windowed *windowed, int cubic, double to_hz,
                                             struct sabin_smoother **out);
void sabin_smoother_free(struct sabin_smoother *smoother);

/* Average over width_oct about f_hz; width_oct > 0. */
void sabin_smoother_average(const struct sabin_smoother *smoother, double f_hz, double width_oct,
                            double part[SABIN_PARTS]);

/* No smoothing: at f_hz, between two bins. */
void sabin_windowed_at(const struct sabin_windowed *windowed, double f_hz,
                       double part[SABIN_PARTS]);

/* Bin k. */
void sabin_windowed_bin(const struct sabin_windowed *windowed, size_t k, double part[SABIN_PARTS]);

/* response.c: the transform of h[n] in its window; *size of the transform.  Release in every case. */
SABIN_MUST enum sabin_err sabin_windowed_compute(const double *h, size_t n, double rate_hz,
                                                 double arrival,
                                                 const struct sabin_response_options *options,
                                                 struct sabin_windowed *out, size_t *size);

/* The window of a response: its value t_s after the arrival at f_hz. */
double sabin_response_window(const struct sabin_response_options *options, double f_hz, double t_s);

/* Samples of h[n] that the window touches at f_hz: first, and how many. */
struct sabin_span {
	size_t first, count;
};
struct sabin_span sabin_response_span(size_t n, double rate_hz, double arrival,
                                      const struct sabin_response_options *options, double f_hz);

/* fdw.c: the response with a window for each frequency, from_hz .. to_hz and as far beyond as the
 * smoothing wants. */
SABIN_MUST enum sabin_err sabin_response_cycles(const double *h, size_t n, double rate_hz,
                                                double arrival,
                                                const struct sabin_response_options *options,
                                                struct sabin_windowed *out);

#endif
