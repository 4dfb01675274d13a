/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_method.c: how it was measured, so that it can be repeated.
 */
#include <math.h>
#include <stdarg.h>

#include "cli/report.h"
#include "cli/show.h"
#include "io/number.h"

__attribute__((format(printf, 3, 4))) static void fact(struct sabin_report *r, const char *name, const char *format,
                                                       ...)
{
	char text[1200];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	sabin_page_row(&r->page);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", name);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", text);
	sabin_page_row_end(&r->page);
}

static void device(struct sabin_report *r, const char *name, const struct sabin_negotiated *pcm)
{
	if (pcm->name[0])
		fact(r, name, "%s (%s), %s, %s, %u channel%s", pcm->name, pcm->type, sabin_text_exact_hz(pcm->rate_hz).s,
		     pcm->format, pcm->channels, pcm->channels == 1 ? "" : "s");
}

static void sweep(struct sabin_report *r)
{
	const struct sabin_measurement *m = &r->side.measurement;
	const struct sabin_sweep *s = &m->stimulus.sweep;
	char times[32] = "once";
	if (!m->has_stimulus)
		return;
	if (m->repeats > 1)
		snprintf(times, sizeof times, "%u times", m->repeats);
	fact(r, "Signal", "exponential sweep, %s to %s in %.2f s, peak %.1f dBFS, %s at each place",
	     sabin_text_exact_hz(s->from_hz).s, sabin_text_exact_hz(s->to_hz).s, s->length_s,
	     sabin_number_tidy(20 * log10(s->gain), 1), times);
}

static void calibration(struct sabin_report *r)
{
	const char *file = NULL;
	for (size_t i = 0; i < r->side.count && !file; i++)
		file = r->side.item[i].measured->calibration;
	if (r->calibration)
		fact(r, "Microphone", "calibration: %s, as asked for", r->calibration);
	else
		fact(r, "Microphone", "%s%s", file ? "calibration subtracted: " : "no calibration file", file ? file : "");
}

static const char *zero_words(enum sabin_zero zero)
{
	return zero == SABIN_ZERO_EMISSION    ? "the emission of the sound (a loopback, or a known latency)"
	       : zero == SABIN_ZERO_REFERENCE ? "when the sound would have come from the reference loudspeaker"
	                                      : "the arrival of the direct sound";
}

static void room_facts(struct sabin_report *r)
{
	const struct sabin_room *room = &r->side.room.room;
	const double *size = room->size_m;
	if (!r->side.has_room)
		return;
	fact(r, "Room", "%.2f m wide, %.2f m long, %.2f m high: %.1f m³", size[0], size[1], size[2],
	     size[0] * size[1] * size[2]);
	fact(r, "Air", "%.1f °C, %.0f %% relative humidity: sound travels at %.1f m/s", room->temperature_c,
	     room->humidity_percent, r->side.speed_m_s);
}

static void point_row(struct sabin_report *r, const char *kind, const char *name, const double p[3])
{
	sabin_page_row(&r->page);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", name);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", kind);
	for (int a = 0; a < 3; a++)
		sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%.2f", p[a]);
	sabin_page_row_end(&r->page);
}

static void points(struct sabin_report *r)
{
	static const char *const heads[] = {"<Name", "<What", "x, m", "y, m", "z, m"};
	const struct sabin_roomfile *file = &r->side.room;
	if (!r->side.has_room)
		return;
	sabin_page_table(&r->page, "Places: x from the left wall, y from the front wall, z from the floor", heads,
	                 sizeof heads / sizeof *heads);
	for (size_t i = 0; i < file->speaker_count; i++)
		point_row(r, "loudspeaker", file->speakers[i].name, file->speakers[i].position_m);
	for (size_t i = 0; i < file->position_count; i++)
		point_row(r, "microphone", file->positions[i].name, file->positions[i].position_m);
	sabin_page_table_end(&r->page);
}

static void commands(struct sabin_report *r)
{
	char *now = sabin_command_line(), *text = NULL;
	const char *measure = r->side.measurement.command;
	sabin_page_heading(&r->page, "Commands");
	if (asprintf(&text, "%s%s%s", measure ? measure : "", measure ? "\n" : "", now ? now : "") >= 0)
		sabin_page_lines(&r->page, text);
	free(text);
	free(now);
}

void sabin_report_method(struct sabin_report *report)
{
	static const char *const heads[] = {"<What", "<How"};
	const struct sabin_measurement *m = &report->side.measurement;
	const struct sabin_responses *responses = &report->side.responses;
	sabin_page_section(&report->page, "method", "How it was measured");
	sabin_page_table(&report->page, "The measurement and how it was read", heads, sizeof heads / sizeof *heads);
	if (m->date[0])
		fact(report, "Date", "%s", m->date);
	fact(report, "Measurement", "%s", m->path);
	room_facts(report);
	sweep(report);
	device(report, "Playback", &m->playback);
	device(report, "Capture", &m->capture);
	calibration(report);
	fact(report, "Time zero", "%s", zero_words(report->side.item[0].measured->zero));
	fact(report, "Responses", "by linear deconvolution; nothing is normalised or regularised inside the sweep's band");
	fact(report, "Decay and energy", "ISO 3382-1 and -2, octave filters of IEC 61260-1 class 1; noise truncated, subtracted and "
	                                 "compensated");
	fact(report, "Frequency response", "window of %.0f ms after the arrival, smoothed over %s of an octave",
	     1000 * responses->options.window_s, responses->smoothing ? responses->smoothing : "1/12");
	sabin_page_table_end(&report->page);
	points(report);
	commands(report);
	if (report->side.has_room && report->side.room.text) {
		sabin_page_heading(&report->page, "Room file");
		sabin_page_lines(&report->page, report->side.room.text);
	}
}
