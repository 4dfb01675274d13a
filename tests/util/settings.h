/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * settings.h: settings of equalisers drawn by chance, written in a dialect and read again.
 */
#ifndef SABIN_TEST_SETTINGS_H
#define SABIN_TEST_SETTINGS_H

#include <sabin/random.h>

#include "io/dialect/dialect.h"

enum { TEST_POINTS = 100 };

/* Two channels, left and right, of `sections` peaking filters and shelves each at 25 Hz to 15 kHz; a gain, the
 * same for both unless `apart`; a delay of the right one. */
void test_setting(struct sabin_random *random, size_t sections, bool apart, struct sabin_setting *out);

/* Written and read: all that the files for `rate_hz` say.  folder: where files go that others refer to. */
void test_converted(const struct sabin_dialect *dialect, const struct sabin_setting *from, double rate_hz,
                    const char *folder, struct sabin_setting *out, struct sabin_dialect_files *files);

/* 100 frequencies from 20 Hz to 20 kHz. */
void test_frequencies(double hz[TEST_POINTS]);
/* The largest difference in dB of all channels; `level`: the mean difference of each is not counted. */
double test_difference(const struct sabin_setting *a, const struct sabin_setting *b, double rate_hz,
                       bool level);

#endif
