/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measurement.c: measurement.yaml from anybody.  What was read can be written and read again.
 */
#include <math.h>

#include "io/atomic.h"
#include "io/measurement.h"
#include "given.h"

static char folder[] = "/dev/shm/sabin-fuzz-XXXXXX";
static char about[sizeof folder + 32], sound[sizeof folder + 32];

static void clean(void)
{
	unlink(about);
	unlink(sound);
	rmdir(folder);
}

/* A directory with the sound file that corpus/measurement speaks of. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const double x[8] = {0, 1, 0.5, 0.25};
	struct sabin_diag diag = {0};
	(void)argc;
	(void)argv;
	if (!mkdtemp(folder))
		abort();
	snprintf(about, sizeof about, "%s/measurement.yaml", folder);
	snprintf(sound, sizeof sound, "%s/a.wav", folder);
	atexit(clean);
	return sabin_wav_write(sound, x, 8, 1, 48000, SABIN_FLOAT, NULL, &diag) ? 2 : 0;
}

static void put(const uint8_t *data, size_t size)
{
	FILE *file = fopen(about, "wb");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		abort();
}

static void check_quantity(const struct sabin_quantity *q)
{
	if ((q->valid && !isfinite(q->value)) || q->valid != (q->reason == SABIN_BECAUSE_VALID))
		__builtin_trap();
}

static void check(const struct sabin_measurement *m)
{
	struct sabin_diag diag = {0};
	for (size_t i = 0; i < m->response_count; i++) {
		const struct sabin_measured *r = &m->responses[i];
		double *samples = NULL;
		size_t frames = 0;
		if (!sabin_name_is_valid(r->speaker) || !sabin_name_is_valid(r->position) || strchr(r->file, '/') ||
		    r->rate_hz < 1000 || r->zero > SABIN_ZERO_REFERENCE || r->verdict.why_count > SABIN_WHY_MAX ||
		    r->verdict.snr_band_count > SABIN_SNR_BANDS_MAX || !isfinite(r->zero_offset_s) ||
		    sabin_measurement_find(m, r->speaker, r->position) != r)
			__builtin_trap();
		check_quantity(&r->arrival_s);
		check_quantity(&r->distance_m);
		check_quantity(&r->dbspl_at_0dbfs);
		check_quantity(&r->verdict.snr_db);
		if (sabin_measurement_load(m, i, &samples, &frames, &diag) == SABIN_OK && r->zero_index >= frames)
			__builtin_trap();
		free(samples);
		if (sabin_measurement_noise(m, i, &samples, &frames, &diag) == SABIN_OK)
			free(samples);
	}
}

static void again(const struct sabin_measurement *m)
{
	struct sabin_measurement second;
	struct sabin_diag diag = {0};
	if (sabin_measurement_write(m, folder, &diag) != SABIN_OK ||
	    sabin_measurement_open(folder, &second, &diag) != SABIN_OK)
		__builtin_trap();
	if (second.response_count != m->response_count || second.complete != m->complete ||
	    second.has_stimulus != m->has_stimulus)
		__builtin_trap();
	sabin_measurement_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sabin_measurement m;
	struct sabin_diag diag = {0};
	put(data, size);
	if (sabin_measurement_open(folder, &m, &diag) == SABIN_OK) {
		check(&m);
		again(&m);
		sabin_measurement_release(&m);
	} else if (diag.message[0] == '\0') {
		__builtin_trap();
	}
	return 0;
}
