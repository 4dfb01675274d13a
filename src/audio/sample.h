/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sample.h: float to and from the sample formats of sound cards, little-endian.
 *
 * Integers: full scale is 2^(bits - 1), rounded to nearest; what is above is clipped to the largest
 * code.  Float goes through as it is.
 */
#ifndef SABIN_AUDIO_SAMPLE_H
#define SABIN_AUDIO_SAMPLE_H

#include <stddef.h>

struct sabin_sample_codec {
	const char *name;
	unsigned bytes; /* of one sample */
	void (*encode)(const float *from, unsigned char *to, size_t samples);
	void (*decode)(const unsigned char *from, float *to, size_t samples);
};

extern const struct sabin_sample_codec sabin_codec_float, sabin_codec_s32, sabin_codec_s24,
    sabin_codec_s24_3, sabin_codec_s16;

#endif
