/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * html.h: words in HTML.
 */
#ifndef SABIN_REPORT_HTML_H
#define SABIN_REPORT_HTML_H

#include <stdbool.h>
#include <stdio.h>

/* Write text[0 .. n - 1] so that no part of it is markup, in an element or a quoted attribute: the five
 * characters of XML escaped, what is no UTF-8 as U+FFFD, control characters but tab and line feed left out.
 * The result is well-formed as XML, too. */
void sabin_html_words(FILE *out, const char *text, size_t n);

/* The same of a formatted text. */
void sabin_html_say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
