/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sheet.c: the files one kind of chart hands to its script.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>

#include "chart/sheet.h"
#include "chart/words.h"
#include "io/atomic.h"

enum {
	PAGE_PX = 900,
	LEGEND_LEFT_PX = 16,
	LEGEND_SAMPLE_PX = 28, /* sample and the gap behind it */
	LEGEND_GAP_PX = 20,
	CAPTION_PX = 840,
	CAPTION_FONT_PX = 12,
	LINE_COLUMNS = 1800, /* pixels across the page's bitmap: finer is not seen */
};
static const double legend_font_px = 13.5;

static FILE *open_file(struct sabin_sheet *sheet, const char *suffix)
{
	char name[64];
	snprintf(name, sizeof name, "%s%s", sheet->name, suffix);
	char *path = sabin_path_join(sheet->folder, name);
	FILE *file = path ? fopen(path, "we") : NULL;
	sheet->failed |= !file;
	sheet->out_of_memory |= !path || (!file && errno == ENOMEM);
	free(path);
	return file;
}

static void close_file(struct sabin_sheet *sheet, FILE **file)
{
	if (!*file)
		return;
	if (ferror(*file))
		sheet->failed = true;
	if (fclose(*file))
		sheet->failed = true;
	*file = NULL;
}

void sabin_sheet_open(struct sabin_sheet *sheet, const char *folder, const char *name)
{
	*sheet = (struct sabin_sheet){.folder = folder, .name = name, .legend_px = LEGEND_LEFT_PX};
	sheet->meta = open_file(sheet, ".meta");
	sheet->legend = open_file(sheet, ".legend");
}

enum sabin_err sabin_sheet_close(struct sabin_sheet *sheet, struct sabin_diag *diag)
{
	/* the script counts the entries itself, and an empty file would make gnuplot complain */
	if (sheet->meta)
		sabin_sheet_number(sheet, "legend_entries", (double)sheet->legend_count);
	close_file(sheet, &sheet->table);
	close_file(sheet, &sheet->legend);
	close_file(sheet, &sheet->meta);
	if (!sheet->failed)
		return SABIN_OK;
	if (sheet->out_of_memory)
		return sabin_diag_set(diag, SABIN_ENOMEM, sheet->folder, 0, 0,
		                      "out of memory with the data of the %s chart", sheet->name);
	return sabin_diag_set(diag, SABIN_EIO, sheet->folder, 0, 0,
	                      "cannot write the data of the %s chart", sheet->name);
}

/* gnuplot reads \n and its kin in a text column, so each backslash is written twice. */
static void put_field(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
}

static void put_pair(struct sabin_sheet *sheet, const char *key, const char *text)
{
	if (!sheet->meta || !*text)
		return;
	fprintf(sheet->meta, "%s\t", key);
	put_field(sheet->meta, text);
	fputc('\n', sheet->meta);
}

void sabin_sheet_say(struct sabin_sheet *sheet, const char *key, double width_px, double font_px,
                     const char *format, ...)
{
	char raw[2048], text[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	sabin_text_clean(raw, text, sizeof text);
	if (width_px > 0)
		sabin_text_fit(text, width_px, font_px);
	put_pair(sheet, key, text);
}

void sabin_sheet_number(struct sabin_sheet *sheet, const char *key, double value)
{
	if (sheet->meta)
		fprintf(sheet->meta, "%s\t%.9g\n", key, value);
}

void sabin_sheet_name(struct sabin_sheet *sheet, size_t number, const char *name, double x, double y)
{
	char key[32];
	snprintf(key, sizeof key, "name_%zu", number);
	sabin_sheet_say(sheet, key, 0, 0, "%s", name);
	snprintf(key, sizeof key, "name_x_%zu", number);
	sabin_sheet_number(sheet, key, x);
	snprintf(key, sizeof key, "name_y_%zu", number);
	sabin_sheet_number(sheet, key, y);
}

/* Last part of a path. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* Is what is drawn computed from a room file, all of it? */
static bool all_simulated(const struct sabin_measurement *m)
{
	for (size_t i = 0; m && i < m->response_count; i++)
		if (!sabin_measurement_simulated(m, i))
			return false;
	return m && m->response_count > 0;
}

void sabin_sheet_conditions(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                            const char *who)
{
	char name[1024] = "", rest[768] = "", size[3 * 80 + 16] = "";
	const struct sabin_measurement *m = input->measurement;
	if (input->room) {
		const double *d = input->room->room.size_m;
		snprintf(size, sizeof size, ", %s \xc3\x97 %s \xc3\x97 %s m",
		         sabin_text_number(d[0], 2).s, sabin_text_number(d[1], 2).s,
		         sabin_text_number(d[2], 2).s);
		sabin_text_clean(input->room->name, name, sizeof name);
	}
	if (!*name && m && m->path)
		sabin_text_clean(base_name(m->path), name, sizeof name);
	struct sabin_text date = sabin_text_date(m ? m->date : NULL);
	snprintf(rest, sizeof rest, "%s" SABIN_DOT "%s%s%s%s", size, who, *date.s ? SABIN_DOT : "",
	         date.s, all_simulated(m) ? SABIN_DOT "simulated" : "");
	/* only the room's name gives way: the other words are short by their own rules */
	sabin_text_fit(name, CAPTION_PX - sabin_text_width_px(rest, CAPTION_FONT_PX),
	               CAPTION_FONT_PX);
	sabin_sheet_say(sheet, "caption", CAPTION_PX, CAPTION_FONT_PX, "%s%s", name, rest);
}

double sabin_sheet_legend_px(const char *text)
{
	return LEGEND_SAMPLE_PX + sabin_text_width_px(text, legend_font_px) + LEGEND_GAP_PX;
}

void sabin_sheet_legend_fit(char *name, size_t count, double reserved_px)
{
	double row_px = PAGE_PX - 2 * LEGEND_LEFT_PX + LEGEND_GAP_PX - reserved_px;
	double each_px = row_px / (double)count - LEGEND_SAMPLE_PX - LEGEND_GAP_PX;
	sabin_text_fit(name, each_px > 0 ? each_px : 0, legend_font_px);
}

void sabin_sheet_legend(struct sabin_sheet *sheet, enum sabin_mark mark, int ink,
                        enum sabin_dash dash, const char *format, ...)
{
	char raw[512], text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	sabin_text_clean(raw, text, sizeof text);
	double left_px = PAGE_PX - LEGEND_LEFT_PX - sheet->legend_px - LEGEND_SAMPLE_PX;
	if (!sheet->legend || left_px < 20)
		return;
	sabin_text_fit(text, left_px, legend_font_px);
	fprintf(sheet->legend, "%.1f\t%d\t%d\t%d\t", sheet->legend_px, (int)mark, ink, (int)dash);
	put_field(sheet->legend, text);
	fputc('\n', sheet->legend);
	sheet->legend_px += sabin_sheet_legend_px(text);
	sheet->legend_count++;
}

void sabin_sheet_table(struct sabin_sheet *sheet, const char *suffix, const char *columns)
{
	char name[48];
	snprintf(name, sizeof name, "%s.dat", suffix);
	close_file(sheet, &sheet->table);
	sheet->table = open_file(sheet, name);
	if (sheet->table)
		fprintf(sheet->table, "# %s\n", columns);
}

void sabin_sheet_row(struct sabin_sheet *sheet, size_t count, const double *values)
{
	if (!sheet->table)
		return;
	for (size_t i = 0; i < count; i++) {
		fputs(i ? " " : "", sheet->table);
		if (isfinite(values[i]))
			fprintf(sheet->table, "%.7g", values[i]);
		else
			fputs("NaN", sheet->table);
	}
	fputc('\n', sheet->table);
}

void sabin_sheet_off_page(struct sabin_sheet *sheet, size_t count)
{
	static const double far_off = 1e9;
	for (size_t i = 0; sheet->table && i < count; i++)
		fputs(i ? " NaN" : "NaN", sheet->table); /* breaks the line before it */
	for (size_t i = 0; sheet->table && i < count; i++)
		fprintf(sheet->table, "%s%g", i ? " " : "\n", i ? 0 : far_off);
	if (sheet->table)
		fputc('\n', sheet->table);
}

void sabin_sheet_line(struct sabin_sheet *sheet, const double *x, const double *y, size_t count,
                      double x0, double x1, bool logarithmic)
{
	double span = logarithmic ? log(x1 / x0) : x1 - x0;
	size_t i = 0;
	while (i < count) {
		/* the points of one column of pixels; NaN stands for itself */
		double place = (logarithmic ? log(x[i] / x0) : x[i] - x0) / span;
		double column = floor(place * LINE_COLUMNS);
		size_t low = i, high = i, end = i + 1;
		for (; end < count && isfinite(y[i]) && isfinite(y[end]); end++) {
			place = (logarithmic ? log(x[end] / x0) : x[end] - x0) / span;
			if (floor(place * LINE_COLUMNS) > column)
				break;
			low = y[end] < y[low] ? end : low;
			high = y[end] > y[high] ? end : high;
		}
		size_t first = low < high ? low : high, second = low < high ? high : low;
		if (end - i > 1)
			sabin_sheet_row(sheet, 2, (double[]){x[first], y[first]});
		sabin_sheet_row(sheet, 2, (double[]){x[second], y[second]});
		i = end;
	}
}
