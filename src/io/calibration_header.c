/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration_header.c: headers of calibration files.
 *
 * Seen in the field: "Sens Factor =-0.837dB, AGain =18dB, SERNO: 7103946" (miniDSP, quoted or not,
 * a leading zero or AGain may be missing), *1000Hz -41.0 (Dayton, dB re 1 V/Pa), a second quoted
 * line of other content ("Auto-generated 90-degree calibration file"), and our own record,
 * "0 dBFS RMS = 124.25 dB SPL +- 0.30 dB".
 */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <strings.h>

#include "io/atomic.h"
#include "io/calibration_header.h"
#include "io/number.h"

/* The text after `word`, without regard to case, or NULL. */
static const char *after(const char *line, const char *word)
{
	size_t n = strlen(word);
	for (; *line; line++)
		if (strncasecmp(line, word, n) == 0)
			return line + n;
	return NULL;
}

/* A number that stands before other text ("-.6383dB"); to `out` unless it holds one already. */
static void take_number(const char *c, double *out)
{
	char text[32];
	if (!c || !isnan(*out))
		return;
	c += strspn(c, " \t=:");
	const size_t n = strspn(c, "+-.0123456789");
	double value;
	if (n == 0 || n >= sizeof(text))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)n, c);
	if (sabin_number_parse(text, &value))
		*out = value;
}

static void take_serial(const char *c, char *out, size_t size)
{
	if (!c || out[0])
		return;
	c += strspn(c, " \t=:#");
	size_t n = 0;
	while (n + 1 < size && (isalnum((unsigned char)c[n]) || c[n] == '-'))
		n++;
	snprintf(out, size, "%.*s", (int)n, c);
}

static void name_model(struct sabin_calibration *c, enum sabin_microphone_model model,
                       const char *because)
{
	if (c->model != SABIN_MICROPHONE_UNKNOWN)
		return;
	c->model = model;
	c->model_because = because;
}

static enum sabin_microphone_model named_in(const char *text)
{
	static const struct {
		const char *word;
		enum sabin_microphone_model model;
	} names[] = {
	    {"UMIK-1", SABIN_MICROPHONE_UMIK1},     {"UMIK1", SABIN_MICROPHONE_UMIK1},
	    {"UMIK-2", SABIN_MICROPHONE_UMIK2},     {"UMIK2", SABIN_MICROPHONE_UMIK2},
	    {"UMM-6", SABIN_MICROPHONE_UMM6},       {"UMM6", SABIN_MICROPHONE_UMM6},
	    {"OmniMic", SABIN_MICROPHONE_OMNIMIC},  {"E.A.R.S", SABIN_MICROPHONE_EARS},
	    {"EARS Serial", SABIN_MICROPHONE_EARS}, {"EMM-6", SABIN_MICROPHONE_ANALOG},
	    {"iMM-6", SABIN_MICROPHONE_ANALOG},     {"EMM6", SABIN_MICROPHONE_ANALOG},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (after(text, names[i].word))
			return names[i].model;
	return SABIN_MICROPHONE_UNKNOWN;
}

static bool says_90(const char *text)
{
	return after(text, "90deg") || after(text, "90-deg") || after(text, "90 deg") ||
	       after(text, "90_deg") || strstr(text, "90°");
}

static void read_record(struct sabin_calibration *c, const char *line)
{
	const char *value = after(line, "0 dBFS RMS =");
	double dbspl = NAN, plus_minus = NAN;
	if (!value || c->recorded.valid)
		return;
	take_number(value, &dbspl);
	take_number(after(value, "+-"), &plus_minus);
	if (isfinite(dbspl) && fabs(dbspl) < 300)
		c->recorded = sabin_quantity_valid(dbspl, plus_minus);
}

void sabin_calibration_header(struct sabin_calibration *c, const char *line)
{
	take_number(after(line, "Sens Factor"), &c->sens_factor_db);
	take_number(after(line, "SensFactor"), &c->sens_factor_db);
	take_number(after(line, "AGain"), &c->again_db);
	take_serial(after(line, "SERNO"), c->serial, sizeof(c->serial));
	take_serial(after(line, "SN:"), c->serial, sizeof(c->serial));
	take_serial(after(line, "EARS Serial"), c->serial, sizeof(c->serial));
	if (*line == '*') {
		const char *at = line + 1 + strspn(line + 1, " \t");
		const char *value = strncmp(at, "1000", 4) == 0 ? at + 4 + strspn(at + 4, " \t") : "";
		if (strncasecmp(value, "Hz", 2) == 0)
			take_number(value + 2, &c->sensitivity_dbv);
	}
	read_record(c, line);
	name_model(c, named_in(line), "its header");
	if (says_90(line))
		c->angle_deg = 90;
}

/* miniDSP numbers its microphones: 70..., 71... are UMIK-1, 81... UMIK-2 (seven digits). */
static enum sabin_microphone_model by_serial(const char *serial)
{
	if (strlen(serial) != 7 || strspn(serial, "0123456789") != 7)
		return SABIN_MICROPHONE_UNKNOWN;
	return *serial == '7'                                   ? SABIN_MICROPHONE_UMIK1
	       : strncmp(serial, "81", 2) == 0 ? SABIN_MICROPHONE_UMIK2
	                                                        : SABIN_MICROPHONE_UNKNOWN;
}

void sabin_calibration_identify(struct sabin_calibration *c, const char *path)
{
	const char *name = sabin_path_last(path);
	name_model(c, named_in(name), "its file name");
	if (!isnan(c->sensitivity_dbv))
		name_model(c, SABIN_MICROPHONE_ANALOG, "a sensitivity in dBV per pascal");
	if (!isnan(c->sens_factor_db))
		name_model(c, by_serial(c->serial), "its serial number");
	if (c->model == SABIN_MICROPHONE_UNKNOWN)
		c->model_because = NULL;
	if (says_90(name))
		c->angle_deg = 90;
	else if (c->angle_deg < 0 && (after(name, "0deg") || after(name, "_0.")))
		c->angle_deg = 0;
}

void sabin_calibration_note(struct sabin_calibration *c, int line, const char *format, ...)
{
	const size_t at = c->note_count++;
	if (at >= SABIN_CALIBRATION_NOTES_MAX)
		return;
	va_list args;
	va_start(args, format);
	c->note[at].line = line;
	vsnprintf(c->note[at].text, sizeof(c->note[at].text), format, args);
	va_end(args);
}
