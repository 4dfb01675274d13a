/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * percentile.h: levels that are exceeded for a share of the time, L10, L50, L90 (ISO 1996-1:2016 3.1.3), from as
 * many levels as come, in a fixed space.
 */
#ifndef SABIN_LIVE_PERCENTILE_H
#define SABIN_LIVE_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

enum { SABIN_PERCENTILE_CLASSES = 4000 }; /* of 0.1 dB, from -200 dB to 200 dB */

struct sabin_percentiles {
	uint64_t count, in[SABIN_PERCENTILE_CLASSES];
};

void sabin_percentiles_restart(struct sabin_percentiles *p);

/* Count one level; what lies outside counts in the first or last class, NAN not at all. */
void sabin_percentiles_add(struct sabin_percentiles *p, double level_db);

/* All of `from` are added to p. */
void sabin_percentiles_join(struct sabin_percentiles *p, const struct sabin_percentiles *from);

/* The level exceeded for `percent` of the levels, to 0.1 dB and, where they spread, finer.  NAN: there is
 * none, or it lies outside of the classes. */
double sabin_percentiles_level(const struct sabin_percentiles *p, double percent);

#endif
