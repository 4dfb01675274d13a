/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * words.c: text for a chart: numbers as people read them, and words from files made harmless.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "chart/words.h"
#include "io/utf8.h"

#define MINUS "\xe2\x88\x92"    /* U+2212 */
#define ELLIPSIS "\xe2\x80\xa6" /* U+2026 */

struct sabin_text sabin_text_number(double value, int decimals)
{
	struct sabin_text text = {"\xe2\x80\x93"}; /* en dash */
	if (!isfinite(value))
		return text;
	snprintf(text.s, sizeof text.s, "%.*f", decimals, fabs(value));
	bool zero = strspn(text.s, "0.") == strlen(text.s);
	if (value < 0 && !zero)
		snprintf(text.s, sizeof text.s, MINUS "%.*f", decimals, fabs(value));
	return text;
}

struct sabin_text sabin_text_s(double time_s)
{
	struct sabin_text text = sabin_text_number(time_s, time_s < 10 ? 2 : 1);
	size_t used = strlen(text.s);
	snprintf(text.s + used, sizeof text.s - used, " s");
	return text;
}

struct sabin_text sabin_text_date(const char *iso)
{
	struct sabin_text text = {""};
	if (!iso)
		return text;
	sabin_text_clean(iso, text.s, sizeof text.s);
	const char *shape = "dddd-dd-ddTdd:dd";
	for (size_t i = 0; shape[i]; i++) {
		bool digit = text.s[i] >= '0' && text.s[i] <= '9';
		if (shape[i] == 'd' ? !digit : text.s[i] != shape[i])
			return text;
	}
	text.s[10] = ' ';
	text.s[16] = '\0';
	return text;
}

struct sabin_text sabin_text_bands(const double *freq_hz, size_t count)
{
	enum { SHOWN = 5 }; /* more would crowd the other half of a finding out of its line */
	struct sabin_text text = {""};
	size_t shown = count > SHOWN ? SHOWN - 1 : count;
	for (size_t i = 0; i < shown; i++) {
		size_t used = strlen(text.s);
		const char *join = i == 0 ? "" : i + 1 == count ? " and " : ", ";
		bool kilo = freq_hz[i] >= 1000;
		/* one unit behind several numbers of the same unit */
		bool unit = i + 1 == shown || kilo != (freq_hz[i + 1] >= 1000);
		snprintf(text.s + used, sizeof text.s - used, "%s%.4g%s", join,
		         kilo ? freq_hz[i] / 1000 : freq_hz[i],
		         !unit ? "" : kilo ? " kHz" : " Hz");
	}
	size_t used = strlen(text.s);
	if (count > shown)
		snprintf(text.s + used, sizeof text.s - used, " and %zu more bands",
		         count - shown);
	return text;
}

/* Of a character at s, which is not the end; 0: it is none. */
static size_t decode(const char *s, uint32_t *code)
{
	return sabin_utf8_decode(s, strnlen(s, 4), code);
}

/* Characters that draw nothing and may reorder or break the line: controls, separators, bidi. */
static bool is_unseen(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
	       (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
	       code == 0xFEFF || (code >= 0xFFF0 && code != 0xFFFD);
}

void sabin_text_clean(const char *text, char *out, size_t size)
{
	const char *s = text;
	size_t used = 0;
	bool blank = true; /* drops blanks at the start */
	while (*s) {
		uint32_t code;
		size_t length = decode(s, &code);
		const char *put = s;
		size_t put_length = length;
		if (length == 0) {
			put = "?";
			put_length = length = 1;
		} else if (code == ' ' || code == '\t' || code == '\n' || code == '\r') {
			put = " ";
			put_length = blank ? 0 : 1;
		} else if (code == '"') {
			put = "\xe2\x80\x9d"; /* U+201D */
			put_length = 3;
		} else if (is_unseen(code) && code < 0x10000) {
			put_length = 0;
		}
		if (used + put_length + 1 > size)
			break;
		memcpy(out + used, put, put_length);
		if (put_length > 0)
			blank = *put == ' ';
		used += put_length;
		s += length;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
}

/* Advance in em, by classes of Inter's Latin letters; wide scripts are square. */
static double advance_em(uint32_t code)
{
	if (code >= 0x1100)
		return code >= 0x2000 && code < 0x2E80 ? 0.65 : 1.0;
	if (code >= 0x80)
		return 0.62;
	if (strchr("ijl|!.,:;'I ", (int)code))
		return 0.28;
	if (strchr("frt()[]{}/\\-`", (int)code))
		return 0.39;
	if (strchr("mwMW%@", (int)code))
		return 0.90;
	return code >= 'A' && code <= 'Z' ? 0.70 : 0.60;
}

double sabin_text_width_px(const char *text, double font_px)
{
	double width_em = 0;
	for (const char *s = text; *s;) {
		uint32_t code = '?';
		size_t length = decode(s, &code);
		width_em += advance_em(code);
		s += length ? length : 1;
	}
	return width_em * font_px;
}

/* Step one character back from s, not before `start`. */
static char *step_back(char *start, char *s)
{
	do
		s--;
	while (s > start && ((unsigned char)*s & 0xC0) == 0x80);
	return s;
}

/* A cut within a word goes to its border, where that is near: a long name has none. */
enum { WORD_MOST = 12 };

static char *word_end(char *text, char *cut)
{
	char *at = cut;
	while (at > text && at[-1] != ' ' && cut - at < WORD_MOST)
		at--;
	return at > text && at[-1] == ' ' && *cut != ' ' ? at : cut;
}

static char *word_start(char *cut)
{
	char *at = cut;
	while (*at && *at != ' ' && at - cut < WORD_MOST)
		at++;
	return *at == ' ' && cut[-1] != ' ' ? at : cut;
}

void sabin_text_fit(char *text, double width_px, double font_px)
{
	if (sabin_text_width_px(text, font_px) <= width_px)
		return;
	size_t length = strlen(text);
	char *tail = text + length;
	double room_px = width_px - sabin_text_width_px(ELLIPSIS, font_px);
	/* the end is kept up to two fifths: names differ at their ends too */
	while (tail > text) {
		char *before = step_back(text, tail);
		if (sabin_text_width_px(before, font_px) > 0.4 * room_px)
			break;
		tail = before;
	}
	room_px -= sabin_text_width_px(tail, font_px);
	char *head = text;
	double width = 0;
	while (head < tail) {
		uint32_t code = '?';
		size_t step = decode(head, &code);
		width += advance_em(code) * font_px;
		if (width > room_px)
			break;
		head += step ? step : 1;
	}
	head = word_end(text, head);
	tail = word_start(tail);
	size_t tail_length = strlen(tail), gap = (size_t)(tail - head);
	if (gap < sizeof ELLIPSIS - 1) { /* no place for the sign: cut plainly */
		*head = '\0';
		return;
	}
	memcpy(head, ELLIPSIS, sizeof ELLIPSIS - 1);
	memmove(head + sizeof ELLIPSIS - 1, tail, tail_length + 1);
}
