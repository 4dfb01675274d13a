/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * random.c: seeded random numbers.
 *
 * [BV] Blackman, Vigna: "Scrambled linear pseudorandom number generators", ACM Trans. Math. Softw. 47
 *      (2021): xoshiro256++ and its constants.
 * [S]  Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014: the
 *      SplitMix64 increment; mixing constants: Stafford's variant 13.
 * [BM] Box, Muller: "A note on the generation of random normal deviates", Ann. Math. Stat. 29 (1958).
 */
#include <math.h>

#include <sabin/random.h>

static const uint64_t golden_gamma = 0x9E3779B97F4A7C15u; /* [S]: 2^64 / golden ratio, odd */

static uint64_t mix(uint64_t z) /* [S] */
{
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static uint64_t rotate(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

/* The top 53 bits as a number in [0, 1). */
static double unit(uint64_t bits)
{
	return (double)(bits >> 11) * 0x1p-53;
}

/* Cosine and sine of so many turns, 0 .. 1: the nearest quarter, and Taylor's series of what is left,
 * at most pi / 4 (the first terms left out are 1e-15 at most). */
static void turn(double turns, double *cosine, double *sine)
{
	/* factors from one term to the next, of the highest power first */
	static const double down[7][2] = {
	    {1.0 / (14 * 13), 1.0 / (15 * 14)}, {1.0 / (12 * 11), 1.0 / (13 * 12)},
	    {1.0 / (10 * 9), 1.0 / (11 * 10)},  {1.0 / (8 * 7), 1.0 / (9 * 8)},
	    {1.0 / (6 * 5), 1.0 / (7 * 6)},     {1.0 / (4 * 3), 1.0 / (5 * 4)},
	    {1.0 / (2 * 1), 1.0 / (3 * 2)},
	};
	const int quarter = (int)(4 * turns + 0.5);
	const double x = (4 * turns - quarter) * M_PI_2, y = x * x;
	double c = 1, s = 1;
	for (int k = 0; k < 7; k++) {
		c = 1 - c * y * down[k][0];
		s = 1 - s * y * down[k][1];
	}
	const double of_quarter[4] = {c, -x * s, -c, x * s};
	*cosine = of_quarter[quarter % 4];
	*sine = of_quarter[(quarter + 3) % 4];
}

/* [BM]: two normal numbers of two uniform ones; 1 - u1 lies in (0, 1]. */
static void box_muller(double u1, double u2, double pair[2])
{
	const double r = sqrt(-2 * log(1 - u1));
	turn(u2, &pair[0], &pair[1]);
	pair[0] *= r;
	pair[1] *= r;
}

void sabin_random_init(struct sabin_random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++) /* [BV]: fill the state with SplitMix64 */
		random->state[i] = mix(seed += golden_gamma);
	random->spare = NAN;
}

static uint64_t next(struct sabin_random *random) /* [BV]: xoshiro256++ */
{
	uint64_t *s = random->state;
	const uint64_t result = rotate(s[0] + s[3], 23) + s[0];
	const uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

double sabin_random_uniform(struct sabin_random *random)
{
	return unit(next(random));
}

double sabin_random_normal(struct sabin_random *random)
{
	if (!isnan(random->spare)) {
		const double spare = random->spare;
		random->spare = NAN;
		return spare;
	}
	const double u1 = sabin_random_uniform(random), u2 = sabin_random_uniform(random);
	double pair[2];
	box_muller(u1, u2, pair);
	random->spare = pair[1];
	return pair[0];
}

/* The numbers of the indices 2i and 2i + 1, of those at the places 2i and 2i + 1 of the SplitMix64
 * sequence that starts at `base`. */
static void normal_pair(uint64_t base, uint64_t i, double pair[2])
{
	box_muller(unit(mix(base + (2 * i) * golden_gamma)),
	           unit(mix(base + (2 * i + 1) * golden_gamma)), pair);
}

double sabin_random_normal_at(uint64_t seed, uint64_t index)
{
	double pair[2];
	normal_pair(mix(seed + golden_gamma), index / 2, pair);
	return pair[index % 2];
}

void sabin_random_normal_block(uint64_t seed, uint64_t first, size_t n, double *out)
{
	const uint64_t base = mix(seed + golden_gamma);
	double pair[2];
	size_t i = 0;
	if (n > 0 && first % 2 == 1)
		out[i++] = sabin_random_normal_at(seed, first);
	for (; n - i >= 2; i += 2)
		normal_pair(base, (first + i) / 2, out + i);
	if (i < n) {
		normal_pair(base, (first + i) / 2, pair);
		out[i] = pair[0];
	}
}
