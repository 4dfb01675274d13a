/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_burst.c: burst decay: how a short tone at each frequency dies away, in its own periods.
 */
#include <math.h>

#include <sabin/burst.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

static const double bottom_db = -40, contour_db = -20;
static const double over_noise_db = 10; /* told from it */
/* Above it a room's reverberation takes more periods than the picture has. */
static const double finding_to_hz = 320;

/* Is it there, and told from the noise? */
static bool shown(const struct sabin_burst_map *map, size_t i, size_t k)
{
	const double level = map->level_db[k * map->freqs + i];
	return isfinite(level) &&
	       !(map->noise_db[i] > bottom_db - over_noise_db && level < map->noise_db[i] + over_noise_db);
}

/* Does frequency i stand above the contour to the end of the picture? */
static bool goes_on(const struct sabin_burst_map *map, size_t i)
{
	const size_t last = map->times - 1;
	return shown(map, i, last) && map->level_db[last * map->freqs + i] >= contour_db;
}

static void write_finding(struct sabin_sheet *sheet, const struct sabin_burst_map *map,
                          const struct sabin_response *r, double to_hz)
{
	double longest = -INFINITY, at_hz = 0;
	for (size_t i = 0; i < map->freqs && map->freq_hz[i] <= to_hz; i++) {
		const double fall = goes_on(map, i) ? (double)INFINITY
		                                    : sabin_burst_fall(map, i, -contour_db);
		if (!sabin_chart_heard(r, map->freq_hz[i]) || !(fall > longest))
			continue;
		longest = fall;
		at_hz = map->freq_hz[i];
	}
	if (isinf(longest) && longest > 0)
		sabin_sheet_finding(sheet, "Up to %s, %s rings longest: it is not %.0f dB down after %.0f periods",
		                    sabin_text_hz(to_hz).s, sabin_text_hz(at_hz).s, -contour_db,
		                    map->period[map->times - 1]);
	else if (isfinite(longest))
		sabin_sheet_finding(sheet, "Up to %s, %s rings longest: %.0f dB down after %s periods",
		                    sabin_text_hz(to_hz).s, sabin_text_hz(at_hz).s, -contour_db,
		                    sabin_text_number(longest, 0).s);
}

static void write_words(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                        const struct sabin_burst_options *o, const struct sabin_burst_map *map)
{
	sabin_sheet_say(sheet, "title", 0, 0, "Burst decay");
	write_finding(sheet, map, input->traces[0].response, fmin(finding_to_hz, o->to_hz));
	sabin_sheet_conditions(sheet, input, sabin_chart_who(input).s);
	sabin_sheet_method(sheet, "bursts of %.0f periods, raised cosine" SABIN_DOT "each frequency re its "
	                          "own peak" SABIN_DOT "blank = at the noise, or not recorded",
	                   o->cycles);
	sabin_sheet_number(sheet, "from_hz", o->from_hz);
	sabin_sheet_number(sheet, "to_hz", o->to_hz);
	sabin_sheet_number(sheet, "periods", o->periods);
	sabin_sheet_number(sheet, "bottom_db", bottom_db);
	sabin_sheet_number(sheet, "contour_db", contour_db);
	sabin_sheet_number(sheet, "over", o->cycles / 2);
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_MUTED, SABIN_DASH_SOLID,
	                   "%.0f dB below the peak", -contour_db);
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, 1, SABIN_DASH_LIMIT, "end of the burst itself");
}

static void write_map(struct sabin_sheet *sheet, const struct sabin_burst_map *map,
                      const struct sabin_response *r)
{
	sabin_sheet_table(sheet, "", "periods log10_f_Hz level_dB; a blank line after each frequency");
	for (size_t i = 0; i < map->freqs; i++) {
		const bool told = sabin_chart_heard(r, map->freq_hz[i]);
		for (size_t k = 0; k < map->times; k++)
			sabin_sheet_row(sheet, 3,
			                (double[]){map->period[k], log10(map->freq_hz[i]),
			                           told && shown(map, i, k)
			                               ? fmax(map->level_db[k * map->freqs + i], bottom_db)
			                               : (double)NAN});
		sabin_sheet_row(sheet, 0, NULL);
	}
}

static enum sabin_err write_burst(const struct sabin_chart_input *input, const char *folder,
                                  struct sabin_diag *diag)
{
	const struct sabin_chart_trace *t = input->trace_count ? input->traces : NULL;
	struct sabin_burst_options o = sabin_burst_defaults();
	struct sabin_burst_map map = {0};
	if (!t || !t->h)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	const double rate_hz = t->measured->rate_hz, arrival = sabin_chart_arrival(t->measured);
	o.to_hz = fmin(o.to_hz, 0.45 * rate_hz);
	enum sabin_err err = sabin_burst_compute(t->h, t->frames, rate_hz, arrival, &o, &map);
	if (err)
		return sabin_diag_set(diag, err, NULL, 0, 0, "cannot draw the burst decay: %s",
		                      sabin_strerror(err));
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "burst");
	write_words(&sheet, input, &o, &map);
	write_map(&sheet, &map, t->response);
	sabin_burst_map_free(&map);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_burst = {
    .name = "burst",
    .title = "burst decay: short tones dying away, counted in their own periods",
    .needs = SABIN_CHART_RESPONSE,
    .one_trace = true,
    .write = write_burst,
};
