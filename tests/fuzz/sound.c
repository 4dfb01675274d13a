/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sound.c: sound files from anybody, opened as responses.
 */
#include <math.h>

#include "io/measurement.h"
#include "given.h"

static void check(const struct sabin_wav *wav)
{
	if (wav->frames == 0 || wav->channels == 0 || wav->rate_hz < 1000 || wav->rate_hz > 768000)
		__builtin_trap();
	for (size_t i = 0; i < wav->frames * wav->channels; i++)
		if (!isfinite(wav->samples[i]))
			__builtin_trap();
}

/* A response a channel, its time zero within it. */
static void check_responses(const struct sabin_measurement *m)
{
	struct sabin_diag diag = {0};
	if (m->response_count != m->sound.channels)
		__builtin_trap();
	for (size_t i = 0; i < m->response_count; i++) {
		double *samples = NULL;
		size_t frames = 0;
		if (sabin_measurement_load(m, i, &samples, &frames, &diag) != SABIN_OK ||
		    frames != m->sound.frames || m->responses[i].zero_index >= frames)
			__builtin_trap();
		free(samples);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct sabin_measurement m;
	struct sabin_diag diag = {0};
	const int file = given_open(data, size, path);
	if (sabin_measurement_open(path, &m, &diag) == SABIN_OK) {
		check(&m.sound);
		check_responses(&m);
		sabin_measurement_release(&m);
	} else if (diag.message[0] == '\0') {
		__builtin_trap();
	}
	close(file);
	return 0;
}
