/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * large.h: memory for long signals and spectra.
 */
#ifndef SABIN_SIGNAL_LARGE_H
#define SABIN_SIGNAL_LARGE_H

#include <stddef.h>

/* count elements of `size` bytes, not initialised, aligned for vectors; to be given back with free().  NULL: there
 * is none, or so much cannot be counted.
 *
 * A page that is touched for the first time costs the kernel about a microsecond, and ten on some virtual machines:
 * of a response of ten seconds at 192 kHz that was four times as much as the transform.  Arrays of several megabytes
 * are therefore laid on large pages where the system has them. */
void *sabin_large_array(size_t count, size_t size);

#endif
