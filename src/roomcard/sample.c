/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sample.c: little-endian samples of 16, 24 (packed) and 32 bits and float.
 */
#include <math.h>
#include <stdint.h>

#include "roomcard/sample.h"

size_t sabin_sample_bytes(enum sabin_sample_format format)
{
	return format == SABIN_S16 ? 2 : format == SABIN_S24 ? 3 : 4;
}

static uint32_t get_bytes(const unsigned char *at, size_t n)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < n; i++)
		bits |= (uint32_t)at[i] << (8 * i);
	return bits;
}

static void put_bytes(unsigned char *at, size_t n, uint32_t bits)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)(bits >> (8 * i));
}

double sabin_sample_get(const unsigned char *at, enum sabin_sample_format format)
{
	const size_t bytes = sabin_sample_bytes(format);
	const uint32_t bits = get_bytes(at, bytes);
	if (format == SABIN_FLOAT) {
		float value;
		memcpy(&value, &bits, sizeof value);
		return (double)value;
	}
	/* the sign bit at the top, so that all integers have one scale */
	return (int32_t)(bits << (32 - 8 * bytes)) * 0x1p-31;
}

void sabin_sample_put(unsigned char *at, enum sabin_sample_format format, double value)
{
	const size_t bytes = sabin_sample_bytes(format);
	uint32_t bits;
	if (format == SABIN_FLOAT) {
		const float narrow = (float)value;
		memcpy(&bits, &narrow, sizeof bits);
	} else {
		const double scale = ldexp(1, (int)(8 * bytes) - 1);
		bits = (uint32_t)(int32_t)fmax(-scale, fmin(scale - 1, nearbyint(value * scale)));
	}
	put_bytes(at, bytes, bits);
}
