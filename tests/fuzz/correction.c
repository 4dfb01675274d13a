/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correction.c: correction.yaml from anybody.  What was read has levels and a response.
 */
#include <math.h>

#include "io/correction.h"
#include "given.h"

static void check(const struct sabin_correction_file *file, size_t channel)
{
	static const double hz[] = {20, 1000, 10000};
	const struct sabin_correction_channel *c = &file->correction.channels[channel];
	double db[3], range_hz[2];
	if (c->filter_count > SABIN_EQFIT_MOST || c->rate_count == 0 || c->rate_count > SABIN_CORRECTION_RATES ||
	    c->beyond[0] + c->beyond[1] > c->length || strchr(c->speaker, '/'))
		__builtin_trap();
	for (size_t i = 0; i < c->length; i++)
		if (!isfinite(c->before_db[i]) || !isfinite(c->target_db[i]) || !isfinite(c->predicted_db[i]) ||
		    c->leave[i] >= SABIN_LEAVE_REASONS)
			__builtin_trap();
	sabin_correction_range(&file->correction, channel, range_hz);
	if (!(range_hz[0] > 0) || !(range_hz[1] >= range_hz[0]) ||
	    isinf(sabin_correction_deviation_db(c, c->before_db)))
		__builtin_trap();
	if (sabin_correction_level(c, 48000, hz, 3, db) == SABIN_OK)
		for (int k = 0; k < 3; k++)
			if (!isfinite(db[k]))
				__builtin_trap();
}

/* Long ones are dear. */
static void respond(const struct sabin_correction_file *file, size_t channel)
{
	struct sabin_diag diag = {0};
	double *h = NULL;
	size_t n = 0;
	if (file->correction.channels[channel].delay_s > 0.1 ||
	    sabin_correction_response(file, channel, 4000, &h, &n, &diag) != SABIN_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(h[i]))
			__builtin_trap();
	free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct sabin_correction_file correction;
	struct sabin_diag diag = {0};
	const int file = given_open(data, size, path);
	const enum sabin_err err = sabin_correction_read(path, &correction, &diag);
	if (err && diag.message[0] == '\0')
		__builtin_trap();
	for (size_t i = 0; !err && i < correction.correction.channel_count; i++) {
		check(&correction, i);
		respond(&correction, i);
	}
	sabin_correction_release(&correction);
	close(file);
	return 0;
}
