/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmplx.h: <complex.h> with CMPLX, which glibc gives to gcc only.  a + I * b is no substitute: it
 * turns an infinite b into NaN.
 */
#ifndef SABIN_SIGNAL_CMPLX_H
#define SABIN_SIGNAL_CMPLX_H

#include <complex.h>

#ifndef CMPLX
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

#endif
