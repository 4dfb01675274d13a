/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sample.c: sample formats.
 */
#include <math.h>
#include <stdint.h>

#include "audio/sample.h"

/* x * 2^(bits-1), rounded and clipped; NaN becomes silence. */
static int32_t to_code(float x, int bits)
{
	const double full = (double)(1u << (bits - 1));
	const double scaled = rint((double)x * full);
	if (!(scaled >= -full))
		return isnan(x) ? 0 : (int32_t)-full;
	return scaled > full - 1 ? (int32_t)(full - 1) : (int32_t)scaled;
}

static void put(unsigned char *to, uint32_t code, int bytes)
{
	for (int b = 0; b < bytes; b++)
		to[b] = (unsigned char)(code >> (8 * b));
}

/* `bytes` bytes of which the low `bits` bits count, sign-extended. */
static int32_t get(const unsigned char *from, int bytes, int bits)
{
	uint32_t code = 0;
	for (int b = 0; b < bytes; b++)
		code |= (uint32_t)from[b] << (8 * b);
	return (int32_t)(code << (32 - bits)) >> (32 - bits);
}

static void encode_float(const float *from, unsigned char *to, size_t samples)
{
	memcpy(to, from, samples * sizeof *from);
}

static void decode_float(const unsigned char *from, float *to, size_t samples)
{
	memcpy(to, from, samples * sizeof *to);
}

#define CODEC(NAME, BYTES, BITS)                                                                   \
	static void encode_##NAME(const float *from, unsigned char *to, size_t samples)            \
	{                                                                                          \
		for (size_t i = 0; i < samples; i++)                                               \
			put(to + i * (BYTES), (uint32_t)to_code(from[i], BITS), BYTES);            \
	}                                                                                          \
	static void decode_##NAME(const unsigned char *from, float *to, size_t samples)            \
	{                                                                                          \
		const double full = (double)(1u << ((BITS)-1));                                    \
		for (size_t i = 0; i < samples; i++)                                               \
			to[i] = (float)(get(from + i * (BYTES), BYTES, BITS) / full);              \
	}                                                                                          \
	const struct sabin_sample_codec sabin_codec_##NAME = {#NAME, BYTES, encode_##NAME,         \
	                                                      decode_##NAME};

CODEC(s32, 4, 32)
CODEC(s24, 4, 24)
CODEC(s24_3, 3, 24)
CODEC(s16, 2, 16)

const struct sabin_sample_codec sabin_codec_float = {"float", 4, encode_float, decode_float};
