/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * words.h: text for a chart: numbers as people read them, and words from files made harmless.
 *
 * Whatever a person typed (a room's name, a file's name) reaches gnuplot only as a field of a data
 * file, never as part of a script; what is left to do here is that the field stays one field and
 * the line stays on the page.
 */
#ifndef SABIN_CHART_WORDS_H
#define SABIN_CHART_WORDS_H

#include <stddef.h>

#include "io/number.h"

/* With a fixed number of decimals and a true minus sign; an en dash for what is not finite. */
struct sabin_text sabin_text_number(double value, int decimals);
/* "0.35 s"; two decimals below 10 s */
struct sabin_text sabin_text_s(double time_s);
/* ISO 8601 -> "2026-11-21 14:32"; anything else as it is */
struct sabin_text sabin_text_date(const char *iso);
/* "63, 125 and 250 Hz" out of a count of frequencies; after five of them "and 3 more bands" */
struct sabin_text sabin_text_bands(const double *freq_hz, size_t count);

/* Copy `text` to out[size] as valid UTF-8 without control characters, with runs of white space as
 * one blank and straight double quotes as typographic ones (gnuplot ends a field at the former). */
void sabin_text_clean(const char *text, char *out, size_t size);

/* Width of clean text at a font size, both in px; an estimate for Inter, within 10 %. */
double sabin_text_width_px(const char *text, double font_px);

/* Shorten clean text by an ellipsis in its middle until it is no wider than width_px. */
void sabin_text_fit(char *text, double width_px, double font_px);

#endif
