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

/* Bytes in the order of the format, whatever the machine's; compilers make one move of them. */
static uint32_t get_bits(const unsigned char *at, enum sabin_sample_format format)
{
	switch (format) {
	case SABIN_S16: /* the sign bit at the top, so that all integers have one scale */
		return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 24;
	case SABIN_S24:
		return (uint32_t)at[0] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 24;
	default:
		return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		       (uint32_t)at[3] << 24;
	}
}

static void put_bytes(unsigned char *at, size_t n, uint32_t bits)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)(bits >> (8 * i));
}

static inline double get(const unsigned char *at, enum sabin_sample_format format)
{
	const union {
		uint32_t bits;
		float value;
	} sample = {get_bits(at, format)};
	return format == SABIN_FLOAT ? (double)sample.value : (int32_t)sample.bits * 0x1p-31;
}

void sabin_samples_get(const unsigned char *at, size_t step_bytes, enum sabin_sample_format format,
                       size_t n, double *x, size_t stride)
{
	for (size_t i = 0; i < n; i++)
		x[i * stride] = get(at + i * step_bytes, format);
}

static int32_t rounded(double value, double scale)
{
	value *= scale;
	if (value >= scale - 1)
		return (int32_t)(scale - 1);
	return value <= -scale ? (int32_t)-scale : (int32_t)nearbyint(value);
}

static inline void put(unsigned char *at, enum sabin_sample_format format, double value)
{
	const float narrow = (float)value;
	uint32_t bits;
	switch (format) {
	case SABIN_S16:
		put_bytes(at, 2, (uint32_t)rounded(value, 0x1p15));
		break;
	case SABIN_S24:
		put_bytes(at, 3, (uint32_t)rounded(value, 0x1p23));
		break;
	case SABIN_S32:
		put_bytes(at, 4, (uint32_t)rounded(value, 0x1p31));
		break;
	case SABIN_FLOAT:
		memcpy(&bits, &narrow, sizeof bits);
		put_bytes(at, 4, bits);
		break;
	}
}

void sabin_samples_put(unsigned char *at, size_t step_bytes, enum sabin_sample_format format,
                       size_t n, const double *x, size_t stride)
{
	for (size_t i = 0; i < n; i++)
		put(at + i * step_bytes, format, x[i * stride]);
}
