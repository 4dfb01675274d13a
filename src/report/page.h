/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * page.h: one self-contained HTML page: sections, paragraphs, lists, tables, figures.
 *
 * Its writer says what is there; how it looks on a screen, light or dark, on a phone and on paper is the
 * style's affair (style.c).  All words are escaped here.  Failures stick, and sabin_page_close() reports them.
 */
#ifndef SABIN_REPORT_PAGE_H
#define SABIN_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <sabin/status.h>

enum { SABIN_PAGE_SECTIONS_MAX = 24, SABIN_PAGE_COLUMNS_MAX = 24 };

struct sabin_page {
	FILE *body;
	char *text;    /* of body */
	size_t length;
	struct {
		char id[32], heading[120];
	} section[SABIN_PAGE_SECTIONS_MAX];
	size_t section_count, figure_count;
	size_t columns;              /* of the open table */
	bool left[SABIN_PAGE_COLUMNS_MAX]; /* its columns of words */
	char head[SABIN_PAGE_COLUMNS_MAX][40]; /* what stands before its cells where they are stacked; "": nothing */
	bool failed;
};

/* How a word, a cell or an item is meant. */
enum sabin_tone {
	SABIN_TONE_PLAIN,
	SABIN_TONE_GOOD,
	SABIN_TONE_BAD,
	SABIN_TONE_DOUBT, /* not known, not to be relied on */
};

void sabin_page_open(struct sabin_page *page);

/* A section with its heading; the former one ends.  id: [a-z-]+, unique. */
void sabin_page_section(struct sabin_page *page, const char *id, const char *heading);
void sabin_page_heading(struct sabin_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A paragraph; one that stands out, with its first words; one of small print. */
void sabin_page_say(struct sabin_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sabin_page_verdict(struct sabin_page *page, enum sabin_tone tone, const char *first,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
void sabin_page_note(struct sabin_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Lines of text as they are, such as a file. */
void sabin_page_lines(struct sabin_page *page, const char *text);

/* A list: items of a bold word (NULL: none), a text and small print (NULL or "": none). */
void sabin_page_list(struct sabin_page *page, bool numbered);
void sabin_page_item(struct sabin_page *page, const char *word, const char *text, const char *small);
void sabin_page_list_end(struct sabin_page *page, bool numbered);

/* Key figures: name, value with its unit, what follows the value ("±0.02"), and a line on what it means. */
void sabin_page_figures(struct sabin_page *page);
void sabin_page_key(struct sabin_page *page, const char *name, const char *value, const char *plus_minus,
                    const char *meaning);
void sabin_page_figures_end(struct sabin_page *page);

/* A table: its caption, then the head; a column whose head begins with '<' holds words, the others numbers.
 * Then the rows, cell by cell: the first cell of a row heads it.  On a phone the cells of a row stand below each
 * other, or side by side where all of them are numbers, each with its head. */
void sabin_page_table(struct sabin_page *page, const char *caption, const char *const *heads, size_t count);
void sabin_page_row(struct sabin_page *page);
void sabin_page_cell(struct sabin_page *page, enum sabin_tone tone, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sabin_page_row_end(struct sabin_page *page);
void sabin_page_table_end(struct sabin_page *page);

/* A chart: its SVG as gnuplot wrote it. */
struct sabin_page_picture {
	const char *light;
	const char *dark;   /* for dark screens, where its colours are more than lines and words (a map), else NULL */
	const char *narrow; /* for phones; NULL: there the wide one is pushed aside */
};

/* A chart with its title, what it found, and the conditions.  SABIN_EFORMAT: it is no SVG. */
SABIN_MUST enum sabin_err sabin_page_figure(struct sabin_page *page, const struct sabin_page_picture *picture,
                                            const char *title, const char *finding, const char *foot);

struct sabin_page_head {
	const char *kind, *title, *facts; /* "Room acoustics", the room, when and what */
	const char *generator;            /* "sabin 0.1.0" */
};

/* The whole page; *out is to be freed.  SABIN_ENOMEM.  Ends the page in every case. */
SABIN_MUST enum sabin_err sabin_page_close(struct sabin_page *page, const struct sabin_page_head *head,
                                           char **out, size_t *length);

/* Leave it; harmless after it was closed, or never opened. */
void sabin_page_abandon(struct sabin_page *page);

#endif
