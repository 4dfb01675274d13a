/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_random.c: the generators against their published algorithms and the laws of chance.
 *
 * Blackman, Vigna: "Scrambled linear pseudorandom number generators", ACM Trans. Math. Softw. 47
 * (2021), fig. 6 (xoshiro256++); Steele, Lea, Flood, OOPSLA 2014 (SplitMix64).  Its first numbers
 * from the seed 1234567 are published with the Rosetta Code task "Pseudo-random numbers/Splitmix64".
 */
#include <math.h>

#include <sabin/random.h>

#include "util/near.h"
#include "util/seed.h"

enum { DRAWS = 100000 };

static uint64_t split_mix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(11400714819323198485); /* 2^64 / golden ratio */
	z ^= z >> 30;
	z *= UINT64_C(13787848793156543929);
	z ^= z >> 27;
	z *= UINT64_C(10723151780598845931);
	return z ^ z >> 31;
}

static uint64_t turn_left(uint64_t x, unsigned k)
{
	return x << k | x >> (64 - k);
}

static uint64_t plus_plus(uint64_t s[4])
{
	const uint64_t out = turn_left(s[0] + s[3], 23) + s[0], shifted = s[1] << 17;
	const uint64_t a = s[2] ^ s[0], b = s[3] ^ s[1];
	s[1] ^= a;
	s[0] ^= b;
	s[2] = a ^ shifted;
	s[3] = turn_left(b, 45);
	return out;
}

/* The reference code above is itself held against numbers that others published. */
static void published_values(void **state)
{
	(void)state;
	uint64_t seed = 1234567;
	assert_true(split_mix(&seed) == UINT64_C(6457827717110365317));
	assert_true(split_mix(&seed) == UINT64_C(3203168211198807973));
	assert_true(split_mix(&seed) == UINT64_C(9817491932198370423));
	/* by hand: (1 + 4) rotated by 23, plus 1 */
	uint64_t s[4] = {1, 2, 3, 4};
	assert_true(plus_plus(s) == UINT64_C(41943041));
	assert_true(plus_plus(s) == UINT64_C(58720359));
}

static void the_algorithm(void **state)
{
	(void)state;
	static const uint64_t seeds[] = {0, 1, 42, UINT64_MAX};
	for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
		struct sabin_random random;
		uint64_t seed = seeds[i], s[4];
		sabin_random_init(&random, seed);
		for (int k = 0; k < 4; k++)
			s[k] = split_mix(&seed);
		for (int k = 0; k < 1000; k++)
			assert_near(sabin_random_uniform(&random), ldexp((double)(plus_plus(s) >> 11), -53),
			            0);
	}
}

/* Mean, variance, third and fourth moment of DRAWS numbers; a bound of six standard errors lets one
 * run in 5e8 fail. */
static void moments(double (*draw)(void *context, size_t i), void *context, double mean,
                    double variance, double kurtosis)
{
	double m1 = 0, m2 = 0, m3 = 0, m4 = 0, lag = 0, last = 0;
	const double sigma = sqrt(variance);
	for (size_t i = 0; i < DRAWS; i++) {
		const double u = (draw(context, i) - mean) / sigma;
		assert_true(isfinite(u));
		m1 += u;
		m2 += u * u;
		m3 += u * u * u;
		m4 += u * u * u * u;
		lag += u * last;
		last = u;
	}
	const double error = 6 / sqrt(DRAWS);
	assert_near(m1 / DRAWS, 0, error);
	assert_near(m2 / DRAWS, 1, error * sqrt(kurtosis - 1));
	assert_near(m3 / DRAWS, 0, error * sqrt(15));       /* E u^6 of a normal number */
	assert_near(m4 / DRAWS, kurtosis, error * sqrt(96)); /* E u^8 - 9 */
	assert_near(lag / DRAWS, 0, error);
}

static double draw_uniform(void *context, size_t i)
{
	(void)i;
	const double u = sabin_random_uniform(context);
	assert_true(u >= 0 && u < 1);
	return u;
}

static double draw_normal(void *context, size_t i)
{
	(void)i;
	return sabin_random_normal(context);
}

static double draw_normal_at(void *context, size_t i)
{
	return sabin_random_normal_at(*(uint64_t *)context, i);
}

static void laws_of_chance(void **state)
{
	(void)state;
	uint64_t seed = test_seed("moments");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	moments(draw_uniform, &random, 0.5, 1.0 / 12, 1.8);
	moments(draw_normal, &random, 0, 1, 3);
	moments(draw_normal_at, &seed, 0, 1, 3);
	seed = UINT64_MAX - 3;
	moments(draw_normal_at, &seed, 0, 1, 3);
}

/* Share of the numbers below x against the normal distribution (Kolmogorov, Smirnov: 3 / sqrt(n) is
 * passed by chance once in 3e7 runs). */
static void distribution(void **state)
{
	(void)state;
	enum { BINS = 81 };
	const uint64_t seed = test_seed("distribution");
	size_t below[BINS] = {0}, below_at[BINS] = {0};
	struct sabin_random random;
	sabin_random_init(&random, seed);
	for (size_t i = 0; i < DRAWS; i++) {
		const double a = sabin_random_normal(&random), b = sabin_random_normal_at(seed, i);
		for (int k = 0; k < BINS; k++) {
			below[k] += a < 0.1 * (k - 40);
			below_at[k] += b < 0.1 * (k - 40);
		}
	}
	for (int k = 0; k < BINS; k++) {
		const double want = 0.5 * erfc(-0.1 * (k - 40) * M_SQRT1_2);
		assert_near((double)below[k] / DRAWS, want, 3 / sqrt(DRAWS));
		assert_near((double)below_at[k] / DRAWS, want, 3 / sqrt(DRAWS));
	}
}

static void any_order(void **state)
{
	(void)state;
	enum { N = 1000 };
	double forward[N];
	for (uint64_t i = 0; i < N; i++)
		forward[i] = sabin_random_normal_at(5, i);
	for (uint64_t i = N; i-- > 0;)
		assert_near(sabin_random_normal_at(5, i), forward[i], 0);
	/* another seed, another sequence; neighbours are strangers */
	double seeds = 0, places = 0;
	for (uint64_t i = 0; i + 1 < N; i++) {
		seeds += forward[i] * sabin_random_normal_at(6, i);
		places += forward[i] * forward[i + 1];
	}
	assert_near(seeds / N, 0, 6 / sqrt(N));
	assert_near(places / N, 0, 6 / sqrt(N));
	assert_true(isfinite(sabin_random_normal_at(UINT64_MAX, UINT64_MAX)));
}

/* A block is its single numbers, wherever it begins and ends, and nothing beside them. */
static void a_block(void **state)
{
	(void)state;
	enum { N = 9 };
	static const uint64_t firsts[] = {0, 1, 2, 12345, UINT64_MAX / 2, UINT64_MAX - 4};
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
		for (size_t n = 0; n <= N; n++) {
			double out[N + 1];
			for (size_t k = 0; k <= N; k++)
				out[k] = 99;
			sabin_random_normal_block(7, firsts[i], n, out);
			for (size_t k = 0; k < n; k++)
				assert_near(out[k], sabin_random_normal_at(7, firsts[i] + k), 0);
			for (size_t k = n; k <= N; k++)
				assert_near(out[k], 99, 0);
		}
}

/* The two numbers of a pair share a radius; neither their signs nor their sizes may know. */
static void partners_are_strangers(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("partners");
	double product = 0, squares = 0, crossed = 0;
	for (uint64_t i = 0; i < DRAWS; i++) {
		const double a = sabin_random_normal_at(seed, 2 * i);
		const double b = sabin_random_normal_at(seed, 2 * i + 1);
		product += a * b;
		squares += (a * a - 1) * (b * b - 1);
		crossed += a * (b * b - 1);
	}
	/* six standard errors */
	assert_near(product / DRAWS, 0, 6 / sqrt(DRAWS));
	assert_near(squares / DRAWS, 0, 6 * 2 / sqrt(DRAWS));
	assert_near(crossed / DRAWS, 0, 6 * M_SQRT2 / sqrt(DRAWS));
}

/* Box and Muller's formula in so many words, of the same uniform numbers. */
static void normal_pairs(void **state)
{
	(void)state;
	uint64_t base = 11;
	base = split_mix(&base);
	for (uint64_t i = 0; i < 20000; i += 2) {
		/* split_mix() steps before it mixes */
		uint64_t place = base + (i - 1) * UINT64_C(11400714819323198485);
		const double u1 = (double)(split_mix(&place) >> 11) / 0x1p53;
		const double u2 = (double)(split_mix(&place) >> 11) / 0x1p53;
		const double r = sqrt(-2 * log(1 - u1));
		assert_near(sabin_random_normal_at(11, i), r * cos(2 * M_PI * u2), 2e-14);
		assert_near(sabin_random_normal_at(11, i + 1), r * sin(2 * M_PI * u2), 2e-14);
	}
}

static void same_seed_same_numbers(void **state)
{
	(void)state;
	struct sabin_random a, b;
	sabin_random_init(&a, 9);
	sabin_random_init(&b, 9);
	sabin_random_normal(&b);
	sabin_random_init(&b, 9); /* forgets the spare number */
	for (int i = 0; i < 99; i++)
		assert_near(sabin_random_normal(&a), sabin_random_normal(&b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_values), cmocka_unit_test(the_algorithm),
	    cmocka_unit_test(laws_of_chance),   cmocka_unit_test(distribution),
	    cmocka_unit_test(any_order),        cmocka_unit_test(a_block),
	    cmocka_unit_test(partners_are_strangers),
	    cmocka_unit_test(normal_pairs),
	    cmocka_unit_test(same_seed_same_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
