/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wav.c: the correction as impulse responses for any convolver: one 32-bit float file for each
 * speaker and rate, and one for each rate that has all speakers as its channels.  Filters, FIR, preamp
 * and delay (to the nearest sample) are all in them.
 */
#include <math.h>

#include "io/atomic.h"
#include "io/dialect/dialect.h"
#include "io/wav.h"

/* Filters ring for ever; this much of it is written, the same at every rate. */
static const double longest_s = 1;

/* All responses of one rate, brought to one length. */
struct set {
	size_t count, length;
	double **h;
	size_t *n, *delay;
};

static void release(struct set *set)
{
	for (size_t i = 0; set->h && i < set->count; i++)
		free(set->h[i]);
	free(set->h);
	free(set->n);
	free(set->delay);
}

static enum sabin_err make(const struct sabin_correction *correction, size_t rate, struct set *set)
{
	set->count = correction->channel_count;
	set->h = calloc(set->count, sizeof *set->h);
	set->n = calloc(set->count, sizeof *set->n);
	set->delay = calloc(set->count, sizeof *set->delay);
	if (!set->h || !set->n || !set->delay)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		const struct sabin_correction_channel *c = &correction->channels[i];
		const double rate_hz = c->rates[rate].rate_hz;
		const double seconds = longest_s + (double)c->rates[rate].taps / rate_hz;
		enum sabin_err err =
		    sabin_correction_impulse(c, rate, seconds, &set->h[i], &set->n[i]);
		if (err)
			return err;
		set->delay[i] = (size_t)lrint(c->delay_s * rate_hz);
		if (set->n[i] + set->delay[i] > set->length)
			set->length = set->n[i] + set->delay[i];
	}
	return SABIN_OK;
}

static enum sabin_err write_file(const char *folder, const char *name, const double *x,
                                 size_t frames, size_t channels, double rate_hz,
                                 struct sabin_diag *diag)
{
	char *path = sabin_path_join(folder, name);
	enum sabin_err err = path ? sabin_wav_write(path, x, frames, channels, (unsigned)rate_hz,
	                                            SABIN_FLOAT, "sabin correction", diag)
	                          : SABIN_ENOMEM;
	free(path);
	return err;
}

static enum sabin_err write_rate(const struct sabin_correction *correction, size_t rate,
                                 const char *folder, struct sabin_diag *diag)
{
	const double rate_hz = correction->channels[0].rates[rate].rate_hz;
	char name[SABIN_CORRECTION_NAME + 16];
	struct set set = {0};
	enum sabin_err err = make(correction, rate, &set);
	double *all = err ? NULL : calloc(set.length * set.count, sizeof *all);
	double *one = err ? NULL : calloc(set.length, sizeof *one);
	if (!err && (!all || !one))
		err = SABIN_ENOMEM;
	for (size_t i = 0; i < set.count && !err; i++) {
		memset(one, 0, set.length * sizeof *one);
		memcpy(one + set.delay[i], set.h[i], set.n[i] * sizeof *one);
		for (size_t k = 0; k < set.length; k++)
			all[k * set.count + i] = one[k];
		err = write_file(folder,
		                 sabin_correction_wav_name(correction->channels[i].speaker, rate_hz, name),
		                 one, set.length, 1, rate_hz, diag);
	}
	if (!err && set.count > 1)
		err = write_file(folder, sabin_correction_wav_name("all", rate_hz, name), all,
		                 set.length, set.count, rate_hz, diag);
	release(&set);
	free(all);
	free(one);
	return err;
}

static enum sabin_err write(const struct sabin_correction *correction, const char *folder,
                            struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	for (size_t r = 0; r < correction->channels[0].rate_count && !err; r++)
		err = write_rate(correction, r, folder, diag);
	return err;
}

const struct sabin_dialect sabin_dialect_wav = {"wav", "any convolver (FIR)", write};
