/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wav.c: the correction as impulse responses for any convolver: one 32-bit float file for each
 * speaker and rate, and one for each rate that has all speakers as its channels.  Filters, FIR, preamp,
 * polarity and delay (to the nearest sample) are all in them.
 */
#include <math.h>

#include "io/dialect/dialect.h"
#include "io/wav.h"

static enum sabin_err write_rate(const struct sabin_setting *setting, double rate_hz,
                                 struct sabin_dialect_files *out)
{
	char name[SABIN_DIALECT_NAME];
	double *h = NULL;
	size_t frames = 0;
	enum sabin_err err = sabin_dialect_responses(setting, rate_hz, &h, &frames);
	for (size_t i = 0; i < setting->channel_count && !err; i++)
		err = sabin_dialect_add_wav(out, sabin_dialect_wav_name(setting, i, rate_hz, name),
		                            h + i * frames, 1, frames, rate_hz);
	if (!err && setting->channel_count > 1) {
		snprintf(name, sizeof name, "all-%.0f.wav", rate_hz);
		err = sabin_dialect_add_wav(out, name, h, setting->channel_count, frames, rate_hz);
	}
	free(h);
	return err;
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	(void)place;
	return sabin_dialect_each_rate(setting, write_rate, out);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_dialect_line line = {source, NULL, 0};
	struct sabin_wav wav = {0};
	const size_t first = out->channel_count;
	if (source->alone)
		return sabin_dialect_refuse(&line, NULL, "no other file was expected");
	enum sabin_err err = sabin_wav_read(source->path, &wav, source->diag);
	if (!err)
		err = sabin_dialect_add_channels(&line, wav.rate_hz, wav.channels, out);
	for (size_t i = 0; i < wav.channels && !err; i++) {
		double *h = NULL;
		err = sabin_wav_channel(&wav, i, &h);
		if (!err)
			err = sabin_setting_add_fir(&out->channels[first + i], wav.rate_hz, h, wav.frames);
	}
	sabin_wav_release(&wav);
	return err;
}

static bool knows(const char *text, size_t length)
{
	static const char *const heads[] = {"RIFF", "fLaC", "FORM", "RF64"};
	for (size_t i = 0; i < 4; i++)
		if (length >= 4 && memcmp(text, heads[i], 4) == 0)
			return true;
	return false;
}

const struct sabin_dialect sabin_dialect_wav = {
    .name = "wav",
    .program = "any convolver (FIR)",
    .next = "load %s/NAME-RATE.wav, or all-RATE.wav for all channels, into any convolver, at its rate",
    .ends = {".wav", ".flac", ".irs"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_FIR,
    .write = write,
    .read = read,
    .knows = knows,
};
