/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * number.h: numbers as text, with a full stop whatever the locale (the plugin runs inside programs
 * that have set theirs).
 */
#ifndef SABIN_IO_NUMBER_H
#define SABIN_IO_NUMBER_H

#include <stdbool.h>

/* All of `text` as a decimal number: [+-] digits [. digits] [e [+-] digits]; digits may be missing
 * on one side of the stop.  False for anything else, and for what is not finite. */
bool sabin_number_parse(const char *text, double *out);

enum { SABIN_NUMBER_SIZE = 32 };

/* The shortest text (15 to 17 digits at most) that reads back as the same number; "null" when it is
 * not finite.  Returns text. */
char *sabin_number_format(double value, char text[SABIN_NUMBER_SIZE]);

/* The value, or 0 where text with so many decimals would read "-0", "-0.0". */
double sabin_number_tidy(double value, int decimals);

/* Short text that is passed by value, so that several can stand in one printf(). */
struct sabin_text {
	char s[80];
};

/* A frequency for people, three significant digits: "63 Hz", "1.25 kHz", "12.5 kHz"; an en dash for
 * what is not finite. */
struct sabin_text sabin_text_hz(double f_hz);
/* The same for one that was given, not found: all its digits, "22.05 kHz". */
struct sabin_text sabin_text_exact_hz(double f_hz);

#endif
