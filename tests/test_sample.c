/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_sample.c: sample formats of sound cards.
 */
#include <math.h>

#include "audio/sample.h"
#include "util/near.h"
#include "util/seed.h"

static const struct {
	const struct sabin_sample_codec *codec;
	unsigned bits, bytes;
} integers[] = {
    {&sabin_codec_s16, 16, 2},
    {&sabin_codec_s24, 24, 4},
    {&sabin_codec_s24_3, 24, 3},
    {&sabin_codec_s32, 32, 4},
};
enum { INTEGERS = sizeof integers / sizeof *integers };

/* The integer in `bytes` little-endian bytes, by arithmetic. */
static double code_of(const unsigned char *from, unsigned bytes)
{
	double code = 0;
	for (unsigned b = 0; b < bytes; b++)
		code += from[b] * exp2(8 * b);
	return from[bytes - 1] >= 128 ? code - exp2(8 * bytes) : code;
}

static double encoded(const struct sabin_sample_codec *codec, float x)
{
	unsigned char bytes[4] = {0};
	codec->encode(&x, bytes, 1);
	return code_of(bytes, codec->bytes);
}

static void names_and_sizes(void **state)
{
	(void)state;
	assert_string_equal(sabin_codec_float.name, "float");
	assert_string_equal(sabin_codec_s24_3.name, "s24_3");
	assert_int_equal(sabin_codec_float.bytes, 4);
	for (int c = 0; c < INTEGERS; c++)
		assert_int_equal(integers[c].codec->bytes, integers[c].bytes);
}

static void codes(void **state)
{
	(void)state;
	for (int c = 0; c < INTEGERS; c++) {
		const double full = exp2(integers[c].bits - 1.0), step = 1 / full;
		const struct sabin_sample_codec *codec = integers[c].codec;
		assert_near(encoded(codec, 0), 0, 0);
		assert_near(encoded(codec, -0.0f), 0, 0);
		assert_near(encoded(codec, 0.5f), full / 2, 0);
		assert_near(encoded(codec, -0.5f), -full / 2, 0);
		assert_near(encoded(codec, -1), -full, 0);
		assert_near(encoded(codec, (float)step), 1, 0);
		assert_near(encoded(codec, (float)-step), -1, 0);
		/* to nearest */
		assert_near(encoded(codec, (float)(2.25 * step)), 2, 0);
		assert_near(encoded(codec, (float)(2.75 * step)), 3, 0);
		assert_near(encoded(codec, (float)(-2.25 * step)), -2, 0);
		assert_near(encoded(codec, (float)(-2.75 * step)), -3, 0);
	}
}

static void what_is_too_loud_is_clipped(void **state)
{
	(void)state;
	static const float loud[] = {1, 1.0001f, 2, 1e30f, INFINITY};
	for (int c = 0; c < INTEGERS; c++) {
		const double full = exp2(integers[c].bits - 1.0);
		for (size_t i = 0; i < sizeof loud / sizeof *loud; i++) {
			assert_near(encoded(integers[c].codec, loud[i]), full - 1, 0);
			assert_near(encoded(integers[c].codec, -loud[i]), -full, 0);
		}
		assert_near(encoded(integers[c].codec, NAN), 0, 0);
		assert_near(encoded(integers[c].codec, 1e-30f), 0, 0);
	}
}

/* Every code that a float can hold comes back as it was; the others within half of a float's step. */
static void round_trip(void **state)
{
	(void)state;
	enum { N = 1000 };
	struct sabin_random random;
	sabin_random_init(&random, test_seed("round trip"));
	for (int c = 0; c < INTEGERS; c++) {
		const struct sabin_sample_codec *codec = integers[c].codec;
		const double full = exp2(integers[c].bits - 1.0);
		float x[N], back[N];
		unsigned char bytes[4 * N + 1], again[4 * N];
		for (int i = 0; i < N; i++)
			x[i] = (float)test_between(&random, -1, 1 - 1 / full);
		bytes[N * codec->bytes] = 0xA5;
		codec->encode(x, bytes, N);
		assert_int_equal(bytes[N * codec->bytes], 0xA5);
		codec->decode(bytes, back, N);
		for (int i = 0; i < N; i++)
			assert_near((double)back[i], (double)x[i], 0.5 / full + 0x1p-25);
		codec->encode(back, again, N);
		if (integers[c].bits <= 24)
			assert_memory_equal(again, bytes, N * codec->bytes);
	}
	float x[] = {0.1f, -2.5f, INFINITY, 1e-40f, -0.0f}, back[5];
	unsigned char bytes[20];
	sabin_codec_float.encode(x, bytes, 5);
	sabin_codec_float.decode(bytes, back, 5);
	assert_memory_equal(back, x, sizeof x);
}

static void sign_of_24_bits(void **state)
{
	(void)state;
	float x;
	sabin_codec_s24_3.decode((const unsigned char[]){0xFF, 0xFF, 0xFF}, &x, 1);
	assert_near((double)x, -1 / 8388608.0, 0);
	sabin_codec_s24_3.decode((const unsigned char[]){0x00, 0x00, 0x80}, &x, 1);
	assert_near((double)x, -1, 0);
	sabin_codec_s24_3.decode((const unsigned char[]){0xFF, 0xFF, 0x7F}, &x, 1);
	assert_near((double)x, 8388607 / 8388608.0, 0);
	/* in four bytes the uppermost one counts for nothing: some devices leave it zero */
	static const unsigned char upper[] = {0x00, 0xFF, 0x5A};
	for (int i = 0; i < 3; i++) {
		sabin_codec_s24.decode((const unsigned char[]){0xFE, 0xFF, 0xFF, upper[i]}, &x, 1);
		assert_near((double)x, -2 / 8388608.0, 0);
		sabin_codec_s24.decode((const unsigned char[]){0x02, 0x00, 0x40, upper[i]}, &x, 1);
		assert_near((double)x, 0.5 + 2 / 8388608.0, 0);
	}
	/* what is sent carries the sign all the way up */
	unsigned char bytes[4];
	x = -0.25f;
	sabin_codec_s24.encode(&x, bytes, 1);
	assert_memory_equal(bytes, ((const unsigned char[]){0x00, 0x00, 0xE0, 0xFF}), 4);
	sabin_codec_s24_3.encode(&x, bytes, 1);
	assert_memory_equal(bytes, ((const unsigned char[]){0x00, 0x00, 0xE0}), 3);
}

static void extremes_decode_inside_full_scale(void **state)
{
	(void)state;
	float x;
	sabin_codec_s16.decode((const unsigned char[]){0x00, 0x80}, &x, 1);
	assert_near((double)x, -1, 0);
	sabin_codec_s16.decode((const unsigned char[]){0xFF, 0x7F}, &x, 1);
	assert_near((double)x, 32767 / 32768.0, 0);
	sabin_codec_s32.decode((const unsigned char[]){0x00, 0x00, 0x00, 0x80}, &x, 1);
	assert_near((double)x, -1, 0);
	sabin_codec_s32.decode((const unsigned char[]){0xFF, 0xFF, 0xFF, 0x7F}, &x, 1);
	assert_near((double)x, 1, 0); /* the nearest float */
	unsigned char untouched = 0x77;
	for (int c = 0; c < INTEGERS; c++) {
		integers[c].codec->encode(&x, &untouched, 0);
		integers[c].codec->decode(&untouched, &x, 0);
	}
	assert_int_equal(untouched, 0x77);
	assert_near((double)x, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_and_sizes),
	    cmocka_unit_test(codes),
	    cmocka_unit_test(what_is_too_loud_is_clipped),
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(sign_of_24_bits),
	    cmocka_unit_test(extremes_decode_inside_full_scale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
