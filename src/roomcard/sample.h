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

/* n samples, step_bytes apart, from or to x[0], x[stride] ..  Full scale is 1.0.  Integers are rounded
 * to the nearest and clipped at full scale; float is never clipped. */
void sabin_samples_get(const unsigned char *at, size_t step_bytes, enum sabin_sample_format format,
                       size_t n, double *x, size_t stride);
void sabin_samples_put(unsigned char *at, size_t step_bytes, enum sabin_sample_format format,
                       size_t n, const double *x, size_t stride);

#endif
