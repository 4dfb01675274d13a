/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reason.h: the sentence for why a quantity is not valid.
 */
#ifndef SABIN_IO_REASON_H
#define SABIN_IO_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/quantity.h>

/* Write the sentence ("decay range 31 dB, needs 35") into text[size] and return it; NULL when the
 * quantity is valid. */
const char *sabin_reason_text(struct sabin_quantity q, char *text, size_t size);

/* The same of several quantities that are not valid for one reason: their numbers, least and most. */
struct sabin_reason_span {
	enum sabin_reason reason;
	bool known; /* the numbers are */
	double have[2], need[2];
};
const char *sabin_reason_span_text(const struct sabin_reason_span *span, char *text, size_t size);

#endif
