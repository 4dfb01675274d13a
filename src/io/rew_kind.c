/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rew_kind.c: which of Room EQ Wizard's text exports a file is, by its first lines.
 */
#include <strings.h>

#include "io/number.h"
#include "io/rew_text.h"

enum { START_BYTES = 8192, LEAST_ROWS = 3 };

/* Words in the order in which they are looked for: an impedance is a "measurement", too. */
static const struct {
	const char *words;
	enum sabin_rew_kind kind;
} signs[] = {
    {"Impulse Response data saved by REW", SABIN_REW_IMPULSE},
    {"RT60 data saved by REW", SABIN_REW_DECAY},
    {"Filter Settings file", SABIN_REW_FILTERS},
    {"Impedance(ohms)", SABIN_REW_IMPEDANCE},
    {"Freq(Hz)", SABIN_REW_RESPONSE},
    {"Measurement data measured by REW", SABIN_REW_RESPONSE},
    {"Measurement data saved by REW", SABIN_REW_RESPONSE},
};

/* Numbers of a line, separated by blanks, commas, semicolons; -1 when there is another word. */
static int columns(const char *line)
{
	static const char between[] = " \t,;\r";
	int count = 0;
	for (line += strspn(line, between); *line; line += strspn(line, between)) {
		const size_t n = strcspn(line, between);
		char field[64];
		double value;
		snprintf(field, sizeof field, "%.*s", n < sizeof field ? (int)n : 0, line);
		if (!sabin_number_parse(field, &value))
			return -1;
		count++;
		line += n;
	}
	return count;
}

/* A text without a sign: rows of two or three numbers are a response, of one samples. */
static enum sabin_rew_kind kind_of_rows(char *text, bool impedance)
{
	int one = 0, more = 0;
	char *state = NULL;
	for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
		const int n = columns(line);
		one += n == 1;
		more += n >= 2;
	}
	if (more >= LEAST_ROWS && more > one)
		return impedance ? SABIN_REW_IMPEDANCE : SABIN_REW_RESPONSE;
	return one >= LEAST_ROWS ? SABIN_REW_SAMPLES : SABIN_REW_NONE;
}

enum sabin_rew_kind sabin_rew_text_kind(const char *path)
{
	char start[START_BYTES + 1];
	FILE *stream = fopen(path, "re");
	if (!stream)
		return SABIN_REW_NONE;
	const size_t n = fread(start, 1, START_BYTES, stream), length = strlen(path);
	fclose(stream);
	start[n] = '\0';
	if (memchr(start, '\0', n)) /* no text */
		return SABIN_REW_NONE;
	const char *text = start + strspn(start, "\xef\xbb\xbf* ");
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const char *found = strcasestr(start, signs[i].words);
		/* the words of an impulse response begin it; somebody's note may quote them */
		if (found && (signs[i].kind != SABIN_REW_IMPULSE || found == text))
			return signs[i].kind;
	}
	char *newline = n == START_BYTES ? strrchr(start, '\n') : NULL;
	if (newline)
		*newline = '\0';
	return kind_of_rows(start, length > 4 && strcasecmp(path + length - 4, ".zma") == 0);
}

enum sabin_err sabin_rew_text_refuse(enum sabin_rew_kind kind, const char *path,
                                     struct sabin_diag *diag)
{
	static const char *const words[] = {
	    [SABIN_REW_NONE] = "is not a text of REW",
	    [SABIN_REW_IMPULSE] = "is an impulse response",
	    [SABIN_REW_RESPONSE] = ("is a frequency response (frequency, level, phase), not an impulse "
	                            "response: decay and noise are no longer in it"),
	    [SABIN_REW_IMPEDANCE] = "is the impedance of a loudspeaker, not an impulse response",
	    [SABIN_REW_DECAY] = "is a table of reverberation times, not an impulse response",
	    [SABIN_REW_FILTERS] = "holds filter settings, not an impulse response",
	    [SABIN_REW_SAMPLES] = "holds numbers, but not their sampling rate",
	};
	sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "%s", words[kind]);
	sabin_diag_advise(diag, "in REW choose File, Export, 'Export impulse response as WAV' or 'as "
	                        "text', not normalised, with header and without window");
	return SABIN_EFORMAT;
}
