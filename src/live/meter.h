/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * meter.h: a sound level meter in dB re full scale: the weightings A, C and Z, each with its peak, its mean
 * level, fast, slow and impulse (IEC 61672-1).  What it is in dB SPL is for the caller to add.
 */
#ifndef SABIN_LIVE_METER_H
#define SABIN_LIVE_METER_H

#include <stddef.h>

#include <sabin/weighting.h>

enum { SABIN_WEIGHTINGS = 3 }; /* index: enum sabin_weighting */

/* "A", "C", "Z" */
const char *sabin_weighting_name(enum sabin_weighting weighting);

struct sabin_meter {
	struct sabin_meter_band {
		struct sabin_weighting_filter filter;
		struct sabin_time_weighting fast, slow;
		struct sabin_impulse_weighting impulse;
		double peak;
		double sum;                  /* of squares since the last restart */
		double block, blocks, blocks2; /* of one block; of the blocks' sums and their squares */
	} band[SABIN_WEIGHTINGS];
	double rate_hz;
	size_t frames, clipped, block_frames, in_block, block_count;
};

/* 20 lg(RMS / full scale) everywhere but at the peak; -INFINITY: silence. */
struct sabin_reading {
	double peak_dbfs; /* unweighted */
	size_t clipped; /* samples at full scale */
	double time_s;
	struct sabin_reading_band {
		double leq_dbfs, plus_minus_db; /* mean over the time; how sure it is from the
		                                 * scatter of its eighths of a second, NAN: short */
		double fast_dbfs, slow_dbfs, fast_max_dbfs, slow_max_dbfs;
		double impulse_dbfs, impulse_max_dbfs, peak_dbfs;
	} band[SABIN_WEIGHTINGS];
};

/* SABIN_EINVAL: the rate is below 8 kHz. */
SABIN_MUST enum sabin_err sabin_meter_init(struct sabin_meter *meter, double rate_hz);

/* Begin a new mean, peak and maximum; filters and time weightings go on. */
void sabin_meter_restart(struct sabin_meter *meter);

void sabin_meter_process(struct sabin_meter *meter, const double *x, size_t n);
void sabin_meter_read(const struct sabin_meter *meter, struct sabin_reading *out);

#endif
