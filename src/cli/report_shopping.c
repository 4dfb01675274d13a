/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_shopping.c: what the advice wants bought: how much of what, where it goes, and what it changes.
 */
#include <math.h>
#include <stdarg.h>

#include "cli/advice_words.h"
#include "cli/command.h"
#include "cli/purchases.h"
#include "cli/report.h"
#include "cli/show.h"

enum { WORDS = 1200, TIMES = 3 };

/* Texts of one cell, with semicolons between them; what no longer fits is left out. */
struct cell {
	char text[WORDS];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct cell *cell, const char *format, ...)
{
	va_list arguments;
	char piece[300];
	va_start(arguments, format);
	vsnprintf(piece, sizeof piece, format, arguments);
	va_end(arguments);
	if (cell->used + strlen(piece) + 3 < sizeof cell->text)
		cell->used += (size_t)snprintf(cell->text + cell->used, sizeof cell->text - cell->used, "%s%s",
		                               cell->used ? "; " : "", piece);
}

static void say_place(struct cell *cell, const struct sabin_advice_panel *p)
{
	const struct sabin_text surface = words_surface(p->surface);
	char by[48] = "";
	if (p->counted_m2 >= 0.05)
		snprintf(by, sizeof by, ", %.1f m2 of them by other rows", p->counted_m2);
	if (isfinite(p->centre_m[0]) && isfinite(p->sides_m[0]))
		add(cell, "%s, %.1f × %.1f m about x %.2f, y %.2f, z %.2f m", surface.s, p->sides_m[0], p->sides_m[1], p->centre_m[0],
		    p->centre_m[1], p->centre_m[2]);
	else
		add(cell, "%s, %.1f m2 spread over it%s", surface.s, p->area_m2, by);
}

/* What the item's panels bring, by the effects that are about sound; of a decay some bands stand for all. */
static void say_change(struct cell *cell, const struct sabin_advice_item *item)
{
	static const struct {
		const char *what, *words;
		int decimals;
	} known[] = {{"decay_time", "decay", 2}, {"t60", "ringing", 2}, {"reflection_level", "reflection", 0}};
	size_t times = 0;
	for (size_t i = 0; i < item->effect_count; i++) {
		const struct sabin_advice_fact *e = &item->effect[i];
		const double hz = isfinite(e->freq_hz) ? e->freq_hz : e->band_hz;
		size_t k = 0;
		while (k < SABIN_COUNT(known) && strcmp(known[k].what, e->what) != 0)
			k++;
		if (k == SABIN_COUNT(known) || !isfinite(e->now) || !isfinite(e->q.value))
			continue;
		if (k == 0 && ((e->band_hz != 125 && e->band_hz != 500 && e->band_hz != 2000) || times++ == TIMES))
			continue;
		char where[96] = "", spread[32] = "";
		if (isfinite(hz))
			snprintf(where, sizeof where, " at %s", sabin_text_hz(hz).s);
		else if (item->surface >= 0)
			snprintf(where, sizeof where, " from %s", words_surface(item->surface).s);
		if (isfinite(e->q.plus_minus))
			snprintf(spread, sizeof spread, " ± %.*f", known[k].decimals,
			         sabin_show_expanded(e->q.plus_minus, known[k].decimals));
		add(cell, "%s%s from %.*f to %.*f%s %s", known[k].words, where, known[k].decimals,
		    sabin_number_tidy(e->now, known[k].decimals), known[k].decimals,
		    sabin_number_tidy(e->q.value, known[k].decimals), spread, e->unit);
	}
}

static void row(struct sabin_report *r, const struct sabin_purchases *list, size_t at)
{
	struct cell where = {"", 0}, change = {"", 0};
	char what[SABIN_PURCHASE_WORDS];
	for (size_t i = 0; i < r->advice.count; i++) {
		const struct sabin_advice_item *item = &r->advice.item[i];
		bool part = false;
		for (size_t k = 0; k < item->panel_count; k++)
			if (sabin_purchases_find(&r->advice, list, item, k) == at) {
				say_place(&where, &item->panel[k]);
				part = true;
			}
		if (part)
			say_change(&change, item);
	}
	sabin_purchase_words(&list->panel[at], what);
	sabin_page_row(&r->page);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", what);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%.1f m2", list->panel[at].area_m2);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", where.text);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", change.used ? change.text : "–");
	sabin_page_row_end(&r->page);
}

void sabin_report_shopping(struct sabin_report *report)
{
	static const char *const heads[] = {"<What", "How much", "<Where", "<What it changes"};
	struct sabin_purchases list;
	char text[SABIN_ADVICE_TEXT_SIZE] = "";
	sabin_purchases_sum(&report->advice, &list);
	if (list.count == 0)
		return;
	sabin_page_heading(&report->page, "Shopping list");
	sabin_page_table(&report->page, "For all the treatment above; x from the left wall, y from the front wall, z from the floor",
	                 heads, SABIN_COUNT(heads));
	for (size_t i = 0; i < list.count; i++)
		row(report, &list, i);
	sabin_page_table_end(&report->page);
	char once[SABIN_PURCHASE_WORDS];
	sabin_purchases_once(&list, once);
	if (once[0])
		sabin_page_note(&report->page, "%s", once);
	struct words words = {.text = text};
	words_treated(&report->advice.treated, &words);
	if (text[0])
		sabin_page_note(&report->page, "%s", text);
}
