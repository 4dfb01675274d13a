/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rew_text_write.c: an impulse response as Room EQ Wizard's text.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/memstream.h"
#include "io/number.h"
#include "io/rew_text.h"

/* A word for a line of the header: no line may begin in it. */
static void put_words(FILE *stream, const char *words)
{
	for (; *words; words++)
		fputc((unsigned char)*words < ' ' ? ' ' : *words, stream);
}

static void put_setting(FILE *stream, double value, const char *label)
{
	char text[SABIN_NUMBER_SIZE];
	fprintf(stream, "%s // %s\n", sabin_number_format(value, text), label);
}

/* Digits of a float, with a full stop whatever the locale. */
static void put_sample(FILE *stream, double value)
{
	char text[SABIN_NUMBER_SIZE];
	snprintf(text, sizeof text, "%.8E", value);
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = '.';
	fprintf(stream, "%s\n", text);
}

static void write_all(FILE *stream, const double *h, size_t frames, unsigned rate_hz,
                      const struct sabin_rew_impulse *about, const char *name, const char *date)
{
	size_t peak = 0;
	for (size_t i = 0; i < frames; i++)
		if (fabs(h[i]) > fabs(h[peak]))
			peak = i;
	fputs("* Impulse Response data saved by REW V5.31 or another program in its form\n"
	      "* IR is not normalised\n* IR window has not been applied\n"
	      "* IR is not the min phase version\n* Source: sabin\n* Dated: ",
	      stream);
	put_words(stream, date);
	fputs("\n* Measurement: ", stream);
	put_words(stream, name);
	fprintf(stream, "\n* Excitation: Log Swept Sine %s\n",
	        about->timing == SABIN_REW_TIMING_LOOPBACK   ? "using a loopback as a timing reference"
	        : about->timing == SABIN_REW_TIMING_ACOUSTIC ? "using an acoustic timing reference"
	                                                     : "with no timing reference");
	put_setting(stream, frames ? fabs(h[peak]) : 0, "Peak value before normalisation");
	fprintf(stream, "%zu // Peak index\n%zu // Response length\n", peak, frames);
	put_setting(stream, 1.0 / rate_hz, "Sample interval (seconds)");
	put_setting(stream, -about->zero / rate_hz, "Start time (seconds)");
	if (isfinite(about->spl_offset_db))
		put_setting(stream, about->spl_offset_db, "Data offset (dB)");
	fputs("* Data start\n", stream);
	for (size_t i = 0; i < frames; i++)
		put_sample(stream, h[i]);
}

char *sabin_rew_text_make(const double *h, size_t frames, unsigned rate_hz,
                          const struct sabin_rew_impulse *about, const char *name, const char *date)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = sabin_memstream_open(&text, &length);
	if (!stream)
		return NULL;
	write_all(stream, h, frames, rate_hz, about, name, date);
	return fclose(stream) == 0 ? text : NULL;
}
