/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reverberation.c: how long the room rings: in the middle, over which bands, and which cannot be told.
 */
#include <math.h>

#include "cli/reasons.h"
#include "cli/reverberation.h"
#include "cli/talk.h"
#include "io/number.h"

static const double middle_hz[2] = {500, 1000}, bass_to_hz = 125;

/* Which decay time tells of a band: T20 only where no response has a T30. */
static enum sabin_parameter which_time(const struct sabin_analyses *all, size_t band)
{
	return sabin_analyses_count(all, band, SABIN_T30) > 0 ? SABIN_T30 : SABIN_T20;
}

static struct sabin_quantity time_of(const struct sabin_analyses *all, size_t band)
{
	return sabin_analyses_mean(all, band, which_time(all, band));
}

static void take(struct sabin_ringing_bands *bands, double hz)
{
	bands->hz[bands->count++] = hz;
}

/* Of how many responses the time of a band is. */
static size_t count_of(const struct sabin_analyses *all, size_t band)
{
	return sabin_analyses_count(all, band, which_time(all, band));
}

/* The bass of which no more than the early decay is known. */
static void take_early(const struct sabin_analyses *all, size_t band, double hz, struct sabin_ringing *out)
{
	const struct sabin_quantity edt = sabin_analyses_mean(all, band, SABIN_EDT);
	if (hz > bass_to_hz || !edt.valid)
		return;
	out->early_s[out->early.count] = edt.value;
	take(&out->early, hz);
}

bool sabin_ringing_of(const struct sabin_analyses *all, struct sabin_ringing *out)
{
	double middle = 0, variance = 0, bass = 0;
	const struct sabin_analysis *first = &all->results[0];
	size_t unknown = 0; /* since the last valid one */
	*out = (struct sabin_ringing){.low_s = INFINITY};
	for (size_t b = 0; b < first->band_count && b < SABIN_RINGING_BANDS_MAX; b++) {
		const double hz = first->bands[b].band.nominal_hz;
		const bool in_middle = hz >= middle_hz[0] && hz <= middle_hz[1];
		const struct sabin_quantity q = time_of(all, b);
		out->middles += in_middle;
		if (!q.valid) {
			take_early(all, b, hz, out);
			unknown++;
			continue;
		}
		out->between += 1 + (out->valid.count > 0 ? unknown : 0);
		unknown = 0;
		take(&out->valid, hz);
		out->low_s = fmin(out->low_s, q.value);
		out->high_s = fmax(out->high_s, q.value);
		if (in_middle) {
			middle += q.value;
			variance += q.plus_minus * q.plus_minus;
			take(&out->middle, hz);
		}
		if (hz <= bass_to_hz) {
			bass += q.value;
			take(&out->bass, hz);
		}
	}
	if (out->middle.count == 0)
		return false;
	const double middles = (double)out->middle.count;
	out->middle_s = sabin_quantity_valid(middle / middles, sqrt(variance) / middles);
	out->bass_ratio =
	    out->bass.count > 0 ? bass / (double)out->bass.count / out->middle_s.value : (double)NAN;
	return true;
}

/* "63 Hz to 125 Hz", "63 Hz" */
static void say_span(const struct sabin_ringing_bands *bands, char *text, size_t size)
{
	const double from = bands->hz[0], to = bands->hz[bands->count - 1];
	snprintf(text, size, "%s%s%s", sabin_text_hz(from).s, to > from ? " to " : "",
	         to > from ? sabin_text_hz(to).s : "");
}

const char *sabin_ringing_middle(const struct sabin_ringing *r, char *text, size_t size)
{
	char span[200];
	say_span(&r->middle, span, sizeof span);
	if (r->middle.count == r->middles)
		snprintf(text, size, "%s", span);
	else if (r->middle.count == 1)
		snprintf(text, size, "%s alone", span);
	else
		snprintf(text, size, "%zu of %zu bands from %s", r->middle.count, r->middles, span);
	return text;
}

const char *sabin_ringing_early(const struct sabin_ringing *r, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < r->early.count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%.2f s at %s", i > 0 ? ", " : "", r->early_s[i],
		                         sabin_text_hz(r->early.hz[i]).s);
	return text;
}

/* A line for each reason why bands have no time, in short: the tables below have the numbers. */
static void print_unknown(const struct sabin_analyses *all, FILE *stream)
{
	const struct sabin_analysis *first = &all->results[0];
	struct sabin_reasons why = {.rows = 1, .row = {"not known"}};
	for (size_t b = 0; b < first->band_count && b < SABIN_REASON_BANDS_MAX; b++) {
		const bool known = time_of(all, b).valid;
		why.band_hz[b] = first->bands[b].band.nominal_hz;
		why.value[0][b] = known ? sabin_quantity_valid(0, NAN) : first->bands[b].value[SABIN_T20];
		why.value[0][b].have = why.value[0][b].need = NAN;
		why.bands++;
	}
	sabin_reasons_print(&why, stream, "               ", "");
}

/* A mean of some stands beside means of all. */
static void print_fewer(const struct sabin_analyses *all, FILE *stream)
{
	const struct sabin_analysis *first = &all->results[0];
	size_t told = 0;
	for (size_t b = 0; b < first->band_count; b++) {
		const size_t n = count_of(all, b);
		if (n == 0 || n == all->count)
			continue;
		if (told++ == 0)
			fprintf(stream, "               of fewer than all %zu responses: ", all->count);
		fprintf(stream, "%s%s (%zu)", told > 1 ? ", " : "", sabin_text_hz(first->bands[b].band.nominal_hz).s, n);
	}
	if (told > 0)
		fputc('\n', stream);
}

void sabin_ringing_print(const struct sabin_analyses *all, FILE *stream)
{
	const bool screen = stream == stdout; /* bold letters are for it */
	struct sabin_ringing r;
	char middle[240], span[200], early[400];
	if (!sabin_ringing_of(all, &r))
		return;
	fprintf(stream, "%sReverberation%s  %.2f s in the middle (%s), %.2f to %.2f s ", screen ? sabin_bold() : "",
	        screen ? sabin_plain() : "", r.middle_s.value, sabin_ringing_middle(&r, middle, sizeof middle),
	        r.low_s, r.high_s);
	say_span(&r.valid, span, sizeof span);
	if (r.valid.count < r.between)
		fprintf(stream, "in %zu of the %zu bands from %s", r.valid.count, r.between, span);
	else
		fprintf(stream, "%s %s", r.valid.count > 1 ? "from" : "at", span);
	if (isfinite(r.bass_ratio)) {
		say_span(&r.bass, span, sizeof span);
		fprintf(stream, "; the bass (%s) rings %.1f times as long", span, r.bass_ratio);
	}
	fputc('\n', stream);
	print_fewer(all, stream);
	print_unknown(all, stream);
	if (r.early.count > 0)
		fprintf(stream, "               of the bass no more is known than its early decay (EDT): %s\n",
		        sabin_ringing_early(&r, early, sizeof early));
}
