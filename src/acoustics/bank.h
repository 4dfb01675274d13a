/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bank.h: an impulse response split into bands, each as energy integrated backwards in time.
 *
 * Time zero is the onset of the response.
 */
#ifndef SABIN_ACOUSTICS_BANK_H
#define SABIN_ACOUSTICS_BANK_H

#include <complex.h>
#include <stddef.h>

#include <sabin/fft.h>
#include <sabin/octave.h>
#include <sabin/status.h>

/* Energy of a squared signal from each of count + 1 instants to its end; amplitude^2 times s. */
struct sabin_energy {
	double *tail; /* [count + 1], tail[count] = 0 */
	size_t count;
	double start_s, step_s; /* instant i is at start_s + i * step_s */
};

/* Energy after t_s: all of it before the first instant, none after the last. */
double sabin_energy_after(const struct sabin_energy *energy, double t_s);
void sabin_energy_release(struct sabin_energy *energy);

/* The two instants at which clarity divides early from late, 50 and 80 ms. */
enum { SABIN_SPLITS = 2 };
extern const double sabin_split_s[SABIN_SPLITS];

/* What one band of the response holds. */
struct sabin_band_energy {
	struct sabin_energy all;
	/* ISO 3382-1 A.3: the response is divided first, each part filtered then. */
	double early[SABIN_SPLITS];
	/* by how much early and late energy change, at most, for each second that the cut is later */
	double early_edge[SABIN_SPLITS], late_edge[SABIN_SPLITS];
	double spilled[SABIN_SPLITS]; /* of `early`, what lies after the split all the same */
	/* the late part, as far as it differs from `all` (until late[].count ends) */
	struct sabin_energy late[SABIN_SPLITS];
};
void sabin_band_energy_release(struct sabin_band_energy *energy);

struct sabin_bank {
	double rate_hz;
	size_t lead;           /* samples before time zero, in the long and in the short buffer */
	size_t size, short_size;
	double cut[SABIN_SPLITS]; /* size of the samples beside the cuts */
	double preroll_s;      /* of the response before the onset, kept as early energy */
	double duration_s;     /* from time zero to the last sample that is not zero */
	double complex *whole; /* [size / 2 + 1] */
	double complex *early[SABIN_SPLITS]; /* [short_size / 2 + 1] */
	double complex *bins;  /* scratch, [size / 2 + 1] */
	double *samples, *early_samples;     /* scratch, [size], [short_size] */
	struct sabin_fft *forward, *short_forward;
	struct sabin_fft *inverse[64];       /* [i]: of 2^i points, made when first needed */
};

/* Transform h[n] for bands whose filter is at least narrowest_hz wide.  The response must not be
 * silent.  The first bank is all zero; the next responses reuse plans and arrays as far as their
 * sizes are the same.  Release after the last one, also after an error. */
SABIN_MUST enum sabin_err sabin_bank_load(struct sabin_bank *bank, const double *h, size_t n,
                                          size_t onset, double rate_hz, double narrowest_hz);
void sabin_bank_release(struct sabin_bank *bank);

/* Filter one band.  Release the result, also after an error. */
SABIN_MUST enum sabin_err sabin_bank_filter(struct sabin_bank *bank, const struct sabin_band *band,
                                            struct sabin_band_energy *out);

#endif
