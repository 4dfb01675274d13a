/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sha256.h: the SHA-256 digest, by which a measurement tells which calibration file it was made
 * with.
 */
#ifndef SABIN_IO_SHA256_H
#define SABIN_IO_SHA256_H

#include <stddef.h>

enum { SABIN_SHA256_SIZE = 65 };

/* 64 hexadecimal digits and a NUL for `length` bytes. */
void sabin_sha256(const void *bytes, size_t length, char digest[SABIN_SHA256_SIZE]);

#endif
