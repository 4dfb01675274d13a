/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_text.c: a comparison for people: what changed, then the tables it comes from.
 */
#include <math.h>
#include <stdio.h>

#include "cli/comparison.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"
#include "io/reason.h"

enum { COLUMN = 9 };

/* Right-aligned; "–", "±" and "−" have more bytes than columns. */
static void cell(FILE *stream, const char *text)
{
	int extra = 0;
	for (const char *c = text; *c; c++)
		extra += (*c & 0xc0) == 0x80;
	fprintf(stream, "%*s", COLUMN + extra, text);
}

static void value_cell(FILE *stream, const struct sabin_change *c, double value, double factor,
                       int decimals, bool sign)
{
	char text[48];
	if (!c->change.valid)
		snprintf(text, sizeof text, "–");
	else if (sign)
		snprintf(text, sizeof text, "%+.*f%s", decimals, sabin_number_tidy(factor * value, decimals),
		         c->significant ? (c->noticeable ? "**" : "*") : "");
	else
		snprintf(text, sizeof text, "%.*f", decimals, sabin_number_tidy(factor * value, decimals));
	cell(stream, text);
}

/* Of how many responses each mean is, where some are of fewer than all. */
static bool print_counts(FILE *stream, const struct sabin_comparison *all, const struct sabin_change *const *list,
                         size_t n)
{
	bool fewer = false;
	for (size_t b = 0; b < n; b++)
		fewer = fewer || sabin_comparison_fewer(all, list[b]);
	if (!fewer)
		return false;
	fprintf(stream, "  %-10s %-7s", "", "count");
	for (size_t b = 0; b < n; b++) {
		char text[32];
		snprintf(text, sizeof text, "%zu", list[b]->count);
		cell(stream, list[b]->change.valid ? text : "–");
	}
	fputc('\n', stream);
	return true;
}

static void print_row(FILE *stream, const char *name, const char *unit,
                      const struct sabin_change *const *list, size_t n, double factor, int decimals)
{
	static const char *const kinds[] = {"before", "after", "change", "±"};
	for (int k = 0; k < 4; k++) {
		char title[64];
		snprintf(title, sizeof title, "%s, %s", name, unit);
		/* "±" has two bytes */
		fprintf(stream, "  %-10s %-*s", k == 0 ? title : "", k < 3 ? 7 : 8, kinds[k]);
		for (size_t b = 0; b < n; b++) {
			const struct sabin_change *c = list[b];
			const double values[] = {c->before.value, c->after.value, c->change.value,
			                         2 * c->change.plus_minus};
			value_cell(stream, c, values[k], factor, decimals, k == 2);
		}
		fputc('\n', stream);
	}
}

static void print_head(FILE *stream, const double *centre_hz, size_t n)
{
	char text[32];
	fprintf(stream, "  %-10s %-7s", "band, Hz", "");
	for (size_t b = 0; b < n; b++)
		cell(stream, sabin_show_hz(centre_hz[b], text, sizeof text));
	fputc('\n', stream);
}

/* Returns whether means of fewer than all responses are among them. */
static bool print_bands(FILE *stream, const struct sabin_comparison *all)
{
	bool fewer = false;
	static const struct {
		enum sabin_parameter parameter;
		const char *name, *unit;
		double factor;
		int decimals;
	} rows[] = {{SABIN_EDT, "EDT", "s", 1, 3},  {SABIN_T20, "T20", "s", 1, 3},
	            {SABIN_T30, "T30", "s", 1, 3},  {SABIN_C50, "C50", "dB", 1, 1},
	            {SABIN_C80, "C80", "dB", 1, 1}, {SABIN_D50, "D50", "%", 100, 0},
	            {SABIN_TS, "Ts", "ms", 1000, 1}};
	const struct sabin_change *list[SABIN_COMPARED_OCTAVES];
	double centre_hz[SABIN_COMPARED_OCTAVES];
	for (size_t b = 0; b < all->mean_count; b++)
		centre_hz[b] = all->mean[b].band.nominal_hz;
	print_head(stream, centre_hz, all->mean_count);
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++) {
			if (sabin_compared_parameter(p) != rows[r].parameter)
				continue;
			for (size_t b = 0; b < all->mean_count; b++)
				list[b] = &all->mean[b].value[p];
			print_row(stream, rows[r].name, rows[r].unit, list, all->mean_count,
			          rows[r].factor, rows[r].decimals);
			fewer |= print_counts(stream, all, list, all->mean_count);
		}
	fputc('\n', stream);
	for (size_t b = 0; b < all->mean_octave_count; b++) {
		list[b] = &all->mean_octave[b].level;
		centre_hz[b] = all->mean_octave[b].band.nominal_hz;
	}
	print_head(stream, centre_hz, all->mean_octave_count);
	print_row(stream, "Level", "dB", list, all->mean_octave_count, 1, 1);
	fewer |= print_counts(stream, all, list, all->mean_octave_count);
	bool bass = false;
	for (size_t b = 0; b < all->bass_octave_count; b++) {
		list[b] = &all->bass_octave[b].level;
		bass = bass || list[b]->change.valid;
	}
	if (bass) {
		print_row(stream, "sub", "dB", list, all->bass_octave_count, 1, 1);
		print_counts(stream, all, list, all->bass_octave_count);
		fputs("  Level: of the main speakers; sub: of the subwoofers\n", stream);
	}
	const struct sabin_change *sti = &all->mean_sti;
	if (sti->change.valid) {
		fprintf(stream, "\n  STI %.2f before, %.2f after", sti->before.value, sti->after.value);
		if (sabin_comparison_fewer(all, sti))
			fprintf(stream, ", of %zu of %zu responses", sti->count, all->count);
		fputc('\n', stream);
	}
	return fewer;
}

static bool of_repeatability(const struct sabin_comparison *all)
{
	for (size_t b = 0; b < all->mean_count; b++)
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++)
			if (all->mean[b].value[p].change.valid)
				return all->mean[b].value[p].repeatability;
	return false;
}

static void print_unsure(FILE *stream, const struct sabin_comparison *all, const char *dim, const char *plain)
{
	size_t unsure = 0;
	for (size_t i = 0; i < all->count; i++)
		unsure += all->item[i].modes_unsure;
	if (unsure > 0)
		fprintf(stream, "  %smodes: of %zu it cannot be told whether %s changed: before or after no decay time "
		                "can be read%s\n",
		        dim, unsure, unsure == 1 ? "it" : "they", plain);
}

void sabin_comparison_text(const struct sabin_comparison *all, bool everything, FILE *stream)
{
	const bool screen = stream == stdout; /* colours are for it */
	const char *bold = screen ? sabin_bold() : "", *dim = screen ? sabin_dim() : "";
	const char *plain = screen ? sabin_plain() : "";
	fprintf(stream, "%s%s against %s%s: %zu response%s\n", bold, all->after->path,
	        all->before->path, plain, all->count, all->count == 1 ? "" : "s");
	sabin_comparison_brief(all, everything, stream);
	for (size_t i = 0; i < all->not_compared_count; i++)
		fprintf(stream, "  %snot compared: %s: %s%s\n", dim, all->not_compared[i].what,
		        all->not_compared[i].why, plain);
	print_unsure(stream, all, dim, plain);
	fprintf(stream, "\n%sMean of %zu response%s%s\n", bold, all->count,
	        all->count == 1 ? "" : "s", plain);
	if (print_bands(stream, all))
		fprintf(stream, "\ncount: of how many of the %zu responses the mean is: those in which both values are valid\n",
		        all->count);
	if (of_repeatability(all))
		fprintf(stream,
		        "\n±: 95 %% (k = 2) of the change at the same places, the microphone put "
		        "back within "
		        "%.0f mm;\n",
		        1000 * all->moved_m);
	else
		fprintf(stream, "\n±: 95 %% (k = 2) of the change, from place to place;\n");
	fputs("*: more than chance (5 %, Holm's correction over the table); **: and noticeable.  "
	      "Levels "
	      "after are\naligned on the direct sound.\n",
	      stream);
}
