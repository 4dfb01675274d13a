/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * random.h: seeded random numbers, the same on every machine.  Not for cryptography.
 */
#ifndef SABIN_RANDOM_H
#define SABIN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include <sabin/status.h>

struct sabin_random {
	uint64_t state[4]; /* xoshiro256++ */
	double spare;      /* the second of a pair of normal numbers, NAN when there is none */
};

/* Start a sequence; every seed, 0 included, gives another one. */
SABIN_API void sabin_random_init(struct sabin_random *random, uint64_t seed);

/* Next number, uniform over [0, 1). */
SABIN_API double sabin_random_uniform(struct sabin_random *random);

/* Next number of mean 0 and variance 1, Gaussian. */
SABIN_API double sabin_random_normal(struct sabin_random *random);

/* A Gaussian number that depends only on (seed, index): noise that can be read at any place, in any
 * order, by any process, and is the same. */
SABIN_API double sabin_random_normal_at(uint64_t seed, uint64_t index);

/* out[i] = sabin_random_normal_at(seed, first + i), i = 0 .. n - 1, in half the time or less; indices
 * wrap around at 2^64. */
SABIN_API void sabin_random_normal_block(uint64_t seed, uint64_t first, size_t n, double *out);

#endif
