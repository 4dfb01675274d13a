/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * seed.c: seeds of random tests.
 */
#include <inttypes.h>
#include <math.h>

#include "util/near.h"
#include "util/seed.h"

uint64_t test_seed(const char *what)
{
	const char *given = getenv("SABIN_TEST_SEED");
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	const uint64_t seed = given ? strtoull(given, NULL, 10)
	                            : (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	print_message("%s: seed %" PRIu64 "\n", what, seed);
	return seed;
}

double test_between(struct sabin_random *random, double low, double high)
{
	return low + (high - low) * sabin_random_uniform(random);
}

double test_between_log(struct sabin_random *random, double low, double high)
{
	return exp(test_between(random, log(low), log(high)));
}
