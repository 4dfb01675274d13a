/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * played.h: an impulse through the program that a dialect is for.
 */
#ifndef SABIN_TEST_PLAYED_H
#define SABIN_TEST_PLAYED_H

#include "io/dialect/dialect.h"

/* The rates at which programs are tried. */
enum { TEST_RATES = 3 };
extern const double test_rates_hz[TEST_RATES];

struct test_played {
	char folder[64];
	/* left and right, different, with a gain of their own; for programs that compute their filters in
	 * single precision, which moves narrow filters at low frequencies, without such */
	struct sabin_setting setting;
	double rate_hz;
};

/* A setting, written in the dialect into folder/DIALECT (with folder/wav), and folder/in.wav, an impulse of
 * 0.5 on both channels (left.wav: on one).  No inverted polarity and no delay where the dialect has none. */
void test_play_begin(struct test_played *played, const struct sabin_dialect *dialect, double rate_hz);
void test_play_end(struct test_played *played);
/* The setting, which was changed, into folder/DIALECT. */
void test_play_save(const struct test_played *played, const struct sabin_dialect *dialect);

/* Is it in PATH?  Else says so and ends the test program as skipped. */
void test_needs(const char *program);

/* Run it in `folder`: the exit status; what it said is in folder/said. */
int test_run(const char *folder, const char *const *arguments);
/* Does the file hold this text? */
bool test_holds(const char *folder, const char *name, const char *text);
/* The whole text of a file, to free(); and into it. */
char *test_text(const char *folder, const char *name);
void test_put(const char *folder, const char *name, const char *text);
/* `what` becomes `with`, every time; fails where it is not there.  free() the result, text is freed. */
char *test_replace(char *text, const char *what, const char *with);
/* The same in a file. */
void test_put_replaced(const char *folder, const char *name, const char *what, const char *with);

/* folder/name is the impulse as the channels first .. first + channels - 1 of the setting predict it: within
 * 0.05 dB from 20 Hz to 20 kHz, with its polarity. */
void test_heard(const struct test_played *played, const char *name, size_t first, size_t channels);
/* ... of single precision without a heading, in the machine's order. */
void test_heard_raw(const struct test_played *played, const char *name, size_t channels);
/* ... within other dB; how far it was off. */
double test_heard_within(const struct test_played *played, const char *name, size_t first, size_t channels,
                         double tolerance_db);
/* ... as samples. */
double test_heard_samples(const struct test_played *played, const double *x, size_t frames, size_t channel,
                          double tolerance_db);

#endif
