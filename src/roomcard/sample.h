/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sample.h: numbers and the card's sample formats.
 */
#ifndef SABIN_ROOMCARD_SAMPLE_H
#define SABIN_ROOMCARD_SAMPLE_H

#include <stddef.h>

#include "io/wav.h"

/* Bytes of one sample. */
size_t sabin_sample_bytes(enum sabin_sample_format format);

/* Full scale is 1.0.  Integers are rounded to the nearest and clipped at full scale; float is never
 * clipped. */
double sabin_sample_get(const unsigned char *at, enum sabin_sample_format format);
void sabin_sample_put(unsigned char *at, enum sabin_sample_format format, double value);

#endif
