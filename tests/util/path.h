/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * path.h: running the command from a test, and holding the response it measured to the one that was
 * there.
 */
#ifndef SABIN_TEST_PATH_H
#define SABIN_TEST_PATH_H

#include <complex.h>
#include <stddef.h>

#include "io/measurement.h"

/* A temporary folder with a room file, a response and a place for the measurement. */
struct place {
	char folder[64], room[96], response[96], out[96], sabin[4096];
};

/* For cmocka_unit_test_setup_teardown(): *state is a struct place. */
int place_set_up(void **state);
int place_tear_down(void **state);

/* Run a program, its output thrown away; its exit status, or -1.  The second keeps its standard output in
 * a file. */
int run_quietly(const char *const argv[]);
int run_into(const char *path, const char *const argv[]);

/* The one response measured into p->out: its samples (free them) and its record. */
double *measured_response(struct place *p, struct sabin_measured *record, size_t *frames);

/* Spectrum [size/2 + 1] of x[n], padded to size; free it. */
double complex *spectrum_of(const double *x, size_t n, size_t size);

/* A direct sound of 0.3 at `zero` and a dense decay of 0.4 s behind it, as a float file holds it; the
 * peak of its spectrum is below 0 dB. */
void dense_response(double *h, size_t n, size_t zero, double rate_hz);

/* Error energy re the response in dB, 20 Hz to 20 kHz, after whole-sample alignment of `zero` with
 * want_zero; no gain is fitted. */
double response_error_db(const double *got, size_t got_n, size_t zero, const double *want,
                         size_t want_n, size_t want_zero, double rate_hz);

#endif
