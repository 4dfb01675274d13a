/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lanes.h: kernels that are compiled twice: for every processor, and on x86-64 for those with AVX2, which
 * hold four doubles at once.  A kernel's body is inlined into either; neither contracts products and
 * sums, so that every machine gives the same bits.
 */
#ifndef SABIN_SIGNAL_LANES_H
#define SABIN_SIGNAL_LANES_H

#include <stdbool.h>

#define SABIN_LANES_BODY static inline __attribute__((always_inline))

#if defined __x86_64__
#define SABIN_LANES_WIDE __attribute__((target("avx2")))

static inline bool sabin_lanes_wide(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
#define SABIN_LANES_WIDE

static inline bool sabin_lanes_wide(void)
{
	return false;
}
#endif

#endif
