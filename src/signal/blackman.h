/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * blackman.h: a window for looking at what is weak beside what is strong.
 */
#ifndef SABIN_SIGNAL_BLACKMAN_H
#define SABIN_SIGNAL_BLACKMAN_H

#include <stddef.h>

/* w[n]: the Blackman-Harris window of four terms, samples at half steps; side lobes of -92 dB (Harris: "On the use of
 * windows for harmonic analysis with the discrete Fourier transform", Proc. IEEE 66 (1978) 51-83). */
void sabin_blackman_harris(double *w, size_t n);

#endif
