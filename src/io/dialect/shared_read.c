/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_read.c: what the readers of dialects share.
 */
#include <ctype.h>
#include <math.h>

#include "io/atomic.h"
#include "io/dialect/dialect.h"
#include "io/number.h"
#include "io/wav.h"

enum sabin_err sabin_dialect_refuse(const struct sabin_dialect_line *line, const char *at,
                                    const char *format, ...)
{
	const int column = at && line->start && at >= line->start ? (int)(at - line->start) + 1 : line->number > 0;
	va_list arguments;
	va_start(arguments, format);
	sabin_diag_vset(line->source->diag, SABIN_EFORMAT, line->source->path, line->number, column, format, arguments);
	va_end(arguments);
	return SABIN_EFORMAT;
}

char *sabin_dialect_word(char **cursor, const char *more)
{
	char apart[16];
	snprintf(apart, sizeof apart, " \t\r\n%s", more);
	char *word = *cursor + strspn(*cursor, apart);
	if (!*word)
		return NULL;
	char *end = word + strcspn(word, apart);
	*cursor = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

bool sabin_dialect_has(const char *text, const char *beginning)
{
	while (text) {
		text += strspn(text, " \t\r\n");
		if (strncmp(text, beginning, strlen(beginning)) == 0)
			return true;
		text = strchr(text, '\n');
	}
	return false;
}

char *sabin_dialect_stem(const char *path, double *rate_hz, char *name)
{
	const char *last = sabin_path_last(path);
	const char *stop = strrchr(last, '.');
	snprintf(name, SABIN_CORRECTION_NAME, "%.*s",
	         (int)(stop && stop > last ? stop - last : (long)strlen(last)), last);
	char *dash = strrchr(name, '-');
	double rate;
	*rate_hz = 0;
	if (dash && dash > name && isdigit((unsigned char)dash[1]) && strlen(dash) >= 5 &&
	    sabin_number_parse(dash + 1, &rate) && rate >= 4000 && rate <= 768000 && rate == floor(rate)) {
		*rate_hz = rate;
		*dash = '\0';
	}
	if (!*name)
		snprintf(name, SABIN_CORRECTION_NAME, "all");
	return name;
}

enum sabin_err sabin_dialect_only(struct sabin_dialect_source *source, struct sabin_setting *out,
                                  struct sabin_setting_channel **channel, double *rate_hz)
{
	char name[SABIN_CORRECTION_NAME];
	sabin_dialect_stem(source->path, rate_hz, name);
	if (*rate_hz == 0)
		*rate_hz = source->rate_hz;
	*channel = sabin_setting_add(out, name);
	return *channel ? SABIN_OK : SABIN_ENOMEM;
}

/* One channel is called after the file, two are left and right, more have numbers. */
enum sabin_err sabin_dialect_add_channels(const struct sabin_dialect_line *line, double rate_hz,
                                          size_t channels, struct sabin_setting *out)
{
	char name[SABIN_CORRECTION_NAME];
	double ignored;
	if (channels > SABIN_SETTING_CHANNELS)
		return sabin_dialect_refuse(line, NULL, "at most %d channels were expected",
		                            SABIN_SETTING_CHANNELS);
	for (size_t i = 0; i < channels; i++) {
		if (channels == 1)
			sabin_dialect_stem(line->source->path, &ignored, name);
		else if (channels == 2)
			snprintf(name, sizeof name, "%s", i ? "right" : "left");
		else
			snprintf(name, sizeof name, "channel-%zu", i + 1);
		if (!sabin_setting_add(out, name))
			return SABIN_ENOMEM;
	}
	if (rate_hz > 0)
		sabin_setting_add_rate(out, rate_hz);
	return SABIN_OK;
}

enum sabin_err sabin_dialect_section(const struct sabin_dialect_line *line,
                                     struct sabin_setting_channel *channel,
                                     const struct sabin_section *section)
{
	if (!sabin_section_possible(section, section->type == SABIN_SECTION_RAW ? section->rate_hz : 0))
		return sabin_dialect_refuse(line, NULL,
		                            "a filter of 0.1 to 384000 Hz, -120 to 120 dB, Q 0.01 to 1000 "
		                            "was expected");
	const enum sabin_err err = sabin_setting_add_section(channel, section);
	return err == SABIN_EINVAL
	           ? sabin_dialect_refuse(line, NULL, "at most %d filters of a channel were expected",
	                                  SABIN_SETTING_SECTIONS)
	           : err;
}

enum sabin_err sabin_dialect_convolution(const struct sabin_dialect_line *line,
                                         struct sabin_setting_channel *channel, const char *name,
                                         size_t wav_channel, double gain, double *rate_hz)
{
	struct sabin_wav wav = {0};
	struct sabin_dialect_source *source = line->source;
	double *h = NULL;
	if (source->alone)
		return sabin_dialect_refuse(line, NULL, "no other file was expected");
	char *folder = sabin_path_folder(source->path);
	char *path = folder ? sabin_path_join(folder, name) : NULL;
	enum sabin_err err = path ? sabin_wav_read(path, &wav, source->diag) : SABIN_ENOMEM;
	if (!err && wav_channel >= wav.channels)
		err = sabin_dialect_refuse(line, NULL, "channel %zu of %s was expected, it has %zu",
		                           wav_channel + 1, path, wav.channels);
	if (!err && wav.frames > SABIN_SETTING_TAPS)
		err = sabin_dialect_refuse(line, NULL, "%s is longer than %d samples", path,
		                           SABIN_SETTING_TAPS);
	if (!err)
		err = sabin_wav_channel(&wav, wav_channel, &h);
	for (size_t i = 0; !err && i < wav.frames; i++)
		h[i] *= gain;
	if (!err) {
		*rate_hz = wav.rate_hz;
		err = sabin_setting_add_fir(channel, wav.rate_hz, h, wav.frames);
	}
	sabin_wav_release(&wav);
	free(folder);
	free(path);
	return err;
}

/* 1/Q = 2 sinh(ln 2 / 2 * octaves) */
double sabin_dialect_q_of_octaves(double octaves)
{
	const double q = 1 / (2 * sinh(M_LN2 / 2 * octaves));
	return isfinite(q) && q > 0 ? q : 0;
}

/* 1/Q^2 = (A + 1/A)(1/S - 1) + 2 with S = slope / 12 */
double sabin_dialect_q_of_slope(double db_per_octave, double gain_db)
{
	const double A = pow(10, gain_db / 40), S = db_per_octave / 12;
	const double square = (A + 1 / A) * (1 / S - 1) + 2;
	return S > 0 && square > 0 && isfinite(square) ? 1 / sqrt(square) : 0;
}
