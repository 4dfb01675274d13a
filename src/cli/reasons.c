/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reasons.c: why values are missing from a table, folded.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "cli/reasons.h"
#include "io/number.h"
#include "io/reason.h"

static struct sabin_text name(double band_hz)
{
	return band_hz > 0 ? sabin_text_hz(band_hz) : (struct sabin_text){"all bands together"};
}

static void append(char *text, size_t size, const char *words)
{
	const size_t n = strlen(text);
	snprintf(text + n, size - n, "%s", words);
}

/* "63 Hz and 125 Hz", "250 Hz to 1 kHz", "in every band": the set bits of `mask`. */
static void name_bands(const struct sabin_reasons *r, uint64_t mask, char *text, size_t size)
{
	size_t single = r->bands, left = 0;
	text[0] = '\0';
	if (r->bands > 0 && r->band_hz[r->bands - 1] == 0)
		single--;
	const uint64_t every = ((uint64_t)1 << single) - 1;
	if ((mask & every) == every && single > 1) {
		snprintf(text, size, "in every band");
		return;
	}
	for (size_t b = 0; b < r->bands; b++)
		left += mask >> b & 1;
	bool first = true;
	for (size_t b = 0; b < r->bands; b++) {
		size_t last = b;
		if (!(mask >> b & 1))
			continue;
		while (last + 1 < single && mask >> (last + 1) & 1)
			last++;
		if (last < b + 2) /* two are named */
			last = b;
		left -= last - b + 1;
		append(text, size, first ? "" : left == 0 ? " and " : ", ");
		append(text, size, name(r->band_hz[b]).s);
		if (last > b) {
			append(text, size, " to ");
			append(text, size, name(r->band_hz[last]).s);
		}
		first = false;
		b = last;
	}
}

/* Bands in which a row has this reason. */
static uint64_t bands_of(const struct sabin_reasons *r, size_t row, enum sabin_reason reason)
{
	uint64_t mask = 0;
	for (size_t b = 0; b < r->bands; b++)
		if (!r->value[row][b].valid && r->value[row][b].reason == reason)
			mask |= (uint64_t)1 << b;
	return mask;
}

static void widen(struct sabin_reason_span *span, struct sabin_quantity q)
{
	span->have[0] = fmin(span->have[0], q.have);
	span->have[1] = fmax(span->have[1], q.have);
	span->need[0] = fmin(span->need[0], q.need);
	span->need[1] = fmax(span->need[1], q.need);
	span->known = span->known && isfinite(q.have) && isfinite(q.need);
}

void sabin_reasons_print(const struct sabin_reasons *r, FILE *stream, const char *lead, const char *end)
{
	uint64_t done[SABIN_REASON_ROWS_MAX] = {0};
	for (size_t row = 0; row < r->rows; row++)
		for (size_t b = 0; b < r->bands; b++) {
			if (r->value[row][b].valid || done[row] >> b & 1)
				continue;
			const enum sabin_reason reason = r->value[row][b].reason;
			const uint64_t mask = bands_of(r, row, reason);
			struct sabin_reason_span span = {
			    .reason = reason,
			    .known = true,
			    .have = {INFINITY, -INFINITY},
			    .need = {INFINITY, -INFINITY},
			};
			char names[200] = "", bands[200], why[200];
			for (size_t k = row; k < r->rows; k++) {
				if (bands_of(r, k, reason) != mask)
					continue;
				done[k] |= mask;
				append(names, sizeof names, k > row ? ", " : "");
				append(names, sizeof names, r->row[k]);
				for (size_t i = 0; i < r->bands; i++)
					if (mask >> i & 1)
						widen(&span, r->value[k][i]);
			}
			name_bands(r, mask, bands, sizeof bands);
			fprintf(stream, "%s%s %s%s: %s%s\n", lead, names,
			        strncmp(bands, "in ", 3) == 0 ? "" : "at ", bands,
			        sabin_reason_span_text(&span, why, sizeof why), end);
		}
}
