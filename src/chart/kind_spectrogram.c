/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_spectrogram.c: wavelet spectrogram, each frequency re its own peak, with the time of the peak.
 */
#include <math.h>

#include <sabin/waterfall.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

static const double bottom_db = -40, contour_db = -20;
/* Findings look at what a room has to do with: below it the wavelet is longer than the picture. */
static const double finding_from_hz = 60, finding_to_hz = 16000;
static const double treble_hz = 2000; /* what does not reach it has no treble to speak of */

/* How long a frequency stays within contour_db of its peak, counted from the arrival. */
static double until_s(const struct sabin_time_map *map, size_t i)
{
	size_t last = 0;
	for (size_t k = 0; k < map->times; k++)
		if (map->level_db[k * map->freqs + i] >= contour_db)
			last = k;
	return map->time_s[last];
}

static void write_finding(struct sabin_sheet *sheet, const struct sabin_time_map *map,
                          const struct sabin_response *r)
{
	size_t latest = 0;
	double longest_s = -INFINITY, longest_hz = 0;
	bool found = false;
	for (size_t i = 0; i < map->freqs; i++) {
		const double f = map->freq_hz[i];
		if (f < finding_from_hz || f > finding_to_hz || !sabin_chart_heard(r, f))
			continue;
		if (!found || map->peak_s[i] > map->peak_s[latest])
			latest = i;
		found = true;
		if (f >= 1000 && sabin_chart_heard(r, treble_hz) && until_s(map, i) > longest_s) {
			longest_s = until_s(map, i);
			longest_hz = f;
		}
	}
	char rest[240] = "";
	const double end_s = map->time_s[map->times - 1];
	if (!found)
		return;
	if (longest_s >= end_s)
		snprintf(rest, sizeof rest, "; from 1 kHz up it takes more than %s ms to fall by 20 dB",
		         sabin_text_number(end_s * 1000, 0).s);
	else if (isfinite(longest_s))
		snprintf(rest, sizeof rest, "; from 1 kHz up all is 20 dB down after %s ms, last at %s",
		         sabin_text_number(longest_s * 1000, 0).s, sabin_text_hz(longest_hz).s);
	sabin_sheet_finding(sheet, "The peak comes latest at %s, after %s ms%s",
	                    sabin_text_hz(map->freq_hz[latest]).s,
	                    sabin_text_number(map->peak_s[latest] * 1000, 0).s, rest);
}

static void write_words(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                        const struct sabin_spectrogram_options *o,
                        const struct sabin_time_map *map)
{
	sabin_sheet_say(sheet, "title", 0, 0, "Spectrogram");
	write_finding(sheet, map, input->traces[0].response);
	sabin_sheet_conditions(sheet, input, sabin_chart_who(input).s);
	sabin_sheet_method(sheet, "Gaussian wavelets, Q = %.0f" SABIN_DOT "each frequency re its own "
	                          "peak" SABIN_DOT "line from %.0f Hz" SABIN_DOT "blank = at the noise",
	                   o->q, finding_from_hz);
	sabin_sheet_number(sheet, "from_hz", o->from_hz);
	sabin_sheet_number(sheet, "to_hz", o->to_hz);
	sabin_sheet_number(sheet, "from_ms", -o->before_s * 1000);
	sabin_sheet_number(sheet, "to_ms", o->after_s * 1000);
	sabin_sheet_number(sheet, "bottom_db", bottom_db);
	sabin_sheet_number(sheet, "contour_db", contour_db);
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, 1, SABIN_DASH_SOLID, "time of the peak");
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_MUTED, SABIN_DASH_SOLID,
	                   "%.0f dB below the peak", -contour_db);
}

static void write_map(struct sabin_sheet *sheet, const struct sabin_time_map *map,
                      const struct sabin_response *r)
{
	sabin_sheet_table(sheet, "_peak", "t_ms log10_f_Hz");
	for (size_t i = 0; i < map->freqs; i++)
		/* below it the wavelet is longer than the picture */
		sabin_sheet_row(sheet, 2,
		                (double[]){map->freq_hz[i] >= finding_from_hz &&
		                                           sabin_chart_heard(r, map->freq_hz[i])
		                                   ? map->peak_s[i] * 1000
		                                   : (double)NAN,
		                           log10(map->freq_hz[i])});
	sabin_sheet_off_page(sheet, 2);
	sabin_sheet_table(sheet, "", "t_ms log10_f_Hz level_dB; a blank line after each frequency");
	for (size_t i = 0; i < map->freqs; i++) {
		const bool told = sabin_chart_heard(r, map->freq_hz[i]);
		for (size_t k = 0; k < map->times; k++)
			sabin_sheet_row(sheet, 3,
			                (double[]){map->time_s[k] * 1000, log10(map->freq_hz[i]),
			                           told ? fmax(map->level_db[k * map->freqs + i],
			                                       bottom_db)
			                                : (double)NAN});
		sabin_sheet_row(sheet, 0, NULL);
	}
}

static enum sabin_err write_spectrogram(const struct sabin_chart_input *input, const char *folder,
                                        struct sabin_diag *diag)
{
	const struct sabin_chart_trace *t = input->trace_count ? input->traces : NULL;
	struct sabin_spectrogram_options o = sabin_spectrogram_defaults();
	struct sabin_time_map map = {0};
	if (!t || !t->h)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	const double rate_hz = t->measured->rate_hz, arrival = sabin_chart_arrival(t->measured);
	o.to_hz = fmin(o.to_hz, 0.45 * rate_hz);
	enum sabin_err err = sabin_spectrogram_compute(t->h, t->frames, rate_hz, arrival, &o, &map);
	if (err)
		return sabin_diag_set(diag, err, NULL, 0, 0, "cannot draw the spectrogram: %s",
		                      sabin_strerror(err));
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "spectrogram");
	write_words(&sheet, input, &o, &map);
	write_map(&sheet, &map, t->response);
	sabin_time_map_free(&map);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_spectrogram = {
    .name = "spectrogram",
    .title = "wavelet spectrogram with the time of each frequency's peak",
    .needs = SABIN_CHART_RESPONSE,
    .one_trace = true,
    .write = write_spectrogram,
};
