/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * meter.c: the sound level meter.
 */
#include <math.h>

#include "live/meter.h"

/* A converter at its end, also one that a server has scaled by a hair. */
static const double clipping = 0.999;
static const double block_s = 0.125;
static const double dead = 1e-200;

const char *sabin_weighting_name(enum sabin_weighting weighting)
{
	static const char *const names[] = {
	    [SABIN_WEIGHTING_A] = "A", [SABIN_WEIGHTING_C] = "C", [SABIN_WEIGHTING_Z] = "Z"};
	return names[weighting];
}

enum sabin_err sabin_meter_init(struct sabin_meter *meter, double rate_hz)
{
	enum sabin_err err = SABIN_OK;
	*meter = (struct sabin_meter){.rate_hz = rate_hz};
	for (int w = 0; !err && w < SABIN_WEIGHTINGS; w++) {
		struct sabin_meter_band *band = &meter->band[w];
		err = sabin_weighting_filter_init(&band->filter, (enum sabin_weighting)w, rate_hz);
		if (!err)
			err = sabin_time_weighting_init(&band->fast, SABIN_TIME_FAST_S, rate_hz);
		if (!err)
			err = sabin_time_weighting_init(&band->slow, SABIN_TIME_SLOW_S, rate_hz);
		if (!err)
			err = sabin_impulse_weighting_init(&band->impulse, rate_hz);
	}
	if (!err)
		meter->block_frames = (size_t)(block_s * rate_hz);
	return err;
}

void sabin_meter_restart(struct sabin_meter *meter)
{
	meter->frames = meter->clipped = meter->in_block = meter->block_count = 0;
	for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
		struct sabin_meter_band *band = &meter->band[w];
		band->sum = band->block = band->blocks = band->blocks2 = band->peak = 0;
		band->fast.maximum = band->slow.maximum = band->impulse.maximum = 0;
	}
}

static void end_block(struct sabin_meter *meter)
{
	for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
		struct sabin_meter_band *band = &meter->band[w];
		band->blocks += band->block;
		band->blocks2 += band->block * band->block;
		band->block = 0;
	}
	meter->block_count++;
	meter->in_block = 0;
}

/* All time weightings in one pass, since each but waits for its own last result: as sabin_time_weighting_process()
 * and sabin_impulse_weighting_process().  Returns the sum of squares. */
static double weigh(struct sabin_meter_band *band, const double *y, size_t n)
{
	struct sabin_time_weighting fast = band->fast, slow = band->slow;
	struct sabin_impulse_weighting impulse = band->impulse;
	double sum = 0, peak2 = band->peak * band->peak;
	const double fast_take = 1 - fast.keep, slow_take = 1 - slow.keep, impulse_take = 1 - impulse.keep;
	for (size_t i = 0; i < n; i++) {
		const double square = y[i] * y[i];
		fast.square = fast.keep * fast.square + fast_take * square;
		slow.square = slow.keep * slow.square + slow_take * square;
		impulse.square = impulse.keep * impulse.square + impulse_take * square;
		impulse.held *= impulse.fall;
		impulse.held = impulse.square > impulse.held ? impulse.square : impulse.held;
		fast.maximum = fast.square > fast.maximum ? fast.square : fast.maximum;
		slow.maximum = slow.square > slow.maximum ? slow.square : slow.maximum;
		impulse.maximum = impulse.held > impulse.maximum ? impulse.held : impulse.maximum;
		peak2 = square > peak2 ? square : peak2;
		sum += square;
	}
	/* what has died away must not creep on among the denormal numbers, which are slow */
	fast.square = fast.square < dead ? 0 : fast.square;
	slow.square = slow.square < dead ? 0 : slow.square;
	impulse.square = impulse.square < dead ? 0 : impulse.square;
	impulse.held = impulse.held < dead ? 0 : impulse.held;
	band->fast = fast;
	band->slow = slow;
	band->impulse = impulse;
	band->peak = sqrt(peak2);
	return sum;
}

/* At most what is left of the block, at most the size of y. */
static void process_part(struct sabin_meter *meter, const double *x, size_t n, double *y)
{
	for (size_t i = 0; i < n; i++)
		meter->clipped += fabs(x[i]) >= clipping;
	for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
		struct sabin_meter_band *band = &meter->band[w];
		sabin_weighting_filter_process(&band->filter, n, x, y);
		const double sum = weigh(band, y, n);
		band->sum += sum;
		band->block += sum;
	}
	meter->frames += n;
	meter->in_block += n;
	if (meter->in_block == meter->block_frames)
		end_block(meter);
}

void sabin_meter_process(struct sabin_meter *meter, const double *x, size_t n)
{
	enum { PART = 1024 };
	double y[PART];
	while (n > 0) {
		size_t part = meter->block_frames - meter->in_block;
		if (part > n)
			part = n;
		if (part > PART)
			part = PART;
		process_part(meter, x, part, y);
		x += part;
		n -= part;
	}
}

static double db(double square)
{
	return square > 0 ? 10 * log10(square) : -HUGE_VAL;
}

/* Standard error of the mean of the blocks, in dB of the mean. */
static double scatter_db(const struct sabin_meter_band *band, size_t blocks)
{
	const double n = (double)blocks;
	if (blocks < 4 || !(band->blocks > 0))
		return NAN;
	const double mean = band->blocks / n;
	const double variance = fmax(0, band->blocks2 / n - mean * mean) * n / (n - 1);
	return 10 / M_LN10 * sqrt(variance / n) / mean;
}

void sabin_meter_read(const struct sabin_meter *meter, struct sabin_reading *out)
{
	const double frames = meter->frames ? (double)meter->frames : 1;
	*out = (struct sabin_reading){
	    .peak_dbfs = db(meter->band[SABIN_WEIGHTING_Z].peak * meter->band[SABIN_WEIGHTING_Z].peak),
	    .clipped = meter->clipped,
	    .time_s = (double)meter->frames / meter->rate_hz,
	};
	for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
		const struct sabin_meter_band *band = &meter->band[w];
		out->band[w] = (struct sabin_reading_band){
		    .leq_dbfs = db(band->sum / frames),
		    .plus_minus_db = scatter_db(band, meter->block_count),
		    .fast_dbfs = db(band->fast.square),
		    .slow_dbfs = db(band->slow.square),
		    .fast_max_dbfs = db(band->fast.maximum),
		    .slow_max_dbfs = db(band->slow.maximum),
		    .impulse_dbfs = db(band->impulse.held),
		    .impulse_max_dbfs = db(band->impulse.maximum),
		    .peak_dbfs = db(band->peak * band->peak),
		};
	}
}
