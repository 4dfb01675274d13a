/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * seed.h: a new seed for every run of a random test, printed, so that a failure can be repeated:
 * SABIN_TEST_SEED=123 build/release/tests/test_x
 */
#ifndef SABIN_TEST_SEED_H
#define SABIN_TEST_SEED_H

#include <stdint.h>

#include <sabin/random.h>

/* Seed of the test `what`, from the clock or SABIN_TEST_SEED. */
uint64_t test_seed(const char *what);

/* Uniform over low .. high, and uniform in the logarithm. */
double test_between(struct sabin_random *random, double low, double high);
double test_between_log(struct sabin_random *random, double low, double high);

#endif
