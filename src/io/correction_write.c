/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correction_write.c: correction.yaml.
 */
#include <math.h>

#include "io/atomic.h"
#include "io/correction_inner.h"
#include "io/yaml.h"

/* Curves are kept to a thousandth of a decibel. */
static double rounded(double x)
{
	return nearbyint(x * 1000) / 1000;
}

static void write_curve(struct sabin_yaml_writer *w, const char *key, const double *x, size_t n)
{
	sabin_yaml_write_sequence(w, key, true);
	for (size_t i = 0; i < n; i++)
		sabin_yaml_write_number(w, NULL, rounded(x[i]));
	sabin_yaml_write_close(w);
}

static void write_filters(struct sabin_yaml_writer *w, const struct sabin_correction_channel *c)
{
	sabin_yaml_write_sequence(w, "filters", false);
	for (size_t i = 0; i < c->filter_count; i++) {
		sabin_yaml_write_mapping(w, NULL, true);
		sabin_yaml_write_text(w, "type", sabin_biquad_name(c->filters[i].type));
		sabin_yaml_write_number(w, "freq_hz", c->filters[i].freq_hz);
		sabin_yaml_write_number(w, "gain_db", c->filters[i].gain_db);
		sabin_yaml_write_number(w, "q", c->filters[i].q);
		sabin_yaml_write_number(w, "rings_ms",
		                        rounded(1000 * sabin_biquad_ring_s(&c->filters[i])));
		if (c->cancels[i].t60_s > 0) {
			sabin_yaml_write_number(w, "cancels_hz", c->cancels[i].freq_hz);
			sabin_yaml_write_number(w, "cancels_s", c->cancels[i].t60_s);
		}
		sabin_yaml_write_close(w);
	}
	sabin_yaml_write_close(w);
}

static void write_rates(struct sabin_yaml_writer *w, const struct sabin_correction_channel *c,
                        bool fir)
{
	char name[SABIN_CORRECTION_NAME + 16], path[sizeof name + 8];
	sabin_yaml_write_sequence(w, "rates", false);
	for (size_t r = 0; r < c->rate_count; r++) {
		const struct sabin_correction_rate *rate = &c->rates[r];
		snprintf(path, sizeof path, "wav/%s",
		         sabin_correction_wav_name(c->speaker, rate->rate_hz, name));
		sabin_yaml_write_mapping(w, NULL, true);
		sabin_yaml_write_number(w, "rate_hz", rate->rate_hz);
		sabin_yaml_write_number(w, "preamp_db", rounded(rate->preamp_db));
		sabin_yaml_write_number(w, "peak_gain_db", rounded(rate->headroom.peak_gain_db));
		sabin_yaml_write_number(w, "program_db", rounded(rate->headroom.program_db));
		sabin_yaml_write_number(w, "worst_case_db", rounded(rate->headroom.worst_case_db));
		if (fir) {
			sabin_yaml_write_text(w, "fir", path);
			sabin_yaml_write_number(w, "latency_s", rate->latency_s);
		}
		sabin_yaml_write_close(w);
	}
	sabin_yaml_write_close(w);
}

static void write_left_alone(struct sabin_yaml_writer *w,
                             const struct sabin_correction_channel *c)
{
	sabin_yaml_write_sequence(w, "left_alone", false);
	for (size_t i = 0, end; i < c->length; i = end) {
		for (end = i + 1; end < c->length && c->leave[end] == c->leave[i];)
			end++;
		if (c->leave[i] == SABIN_LEAVE_NOTHING)
			continue;
		sabin_yaml_write_mapping(w, NULL, true);
		sabin_yaml_write_number(w, "from_hz", rounded(c->freq_hz[i]));
		sabin_yaml_write_number(w, "to_hz", rounded(c->freq_hz[end - 1]));
		sabin_yaml_write_text(w, "why", sabin_leave_name((enum sabin_leave)c->leave[i]));
		sabin_yaml_write_close(w);
	}
	sabin_yaml_write_close(w);
}

static void write_range(struct sabin_yaml_writer *w, const double range_hz[2])
{
	sabin_yaml_write_sequence(w, "range_hz", true);
	sabin_yaml_write_number(w, NULL, range_hz[0]);
	sabin_yaml_write_number(w, NULL, range_hz[1]);
	sabin_yaml_write_close(w);
}

static void write_channel(struct sabin_yaml_writer *w, const struct sabin_correction_file *file,
                          size_t index, bool places)
{
	const struct sabin_correction_channel *c = &file->correction.channels[index];
	const struct sabin_correction_origin *origin = &file->origins[index];
	sabin_yaml_write_mapping(w, NULL, false);
	sabin_yaml_write_text(w, "speaker", c->speaker);
	sabin_yaml_write_number(w, "delay_s", nearbyint(c->delay_s * 1e9) / 1e9);
	sabin_yaml_write_number(w, "gain_db", rounded(c->gain_db));
	if (c->polarity < 0)
		sabin_yaml_write_text(w, "polarity", "inverted");
	write_filters(w, c);
	write_rates(w, c, file->fir);
	sabin_yaml_write_number(w, "error_before_db", rounded(c->error_before_db));
	sabin_yaml_write_number(w, "error_after_db", rounded(c->error_after_db));
	sabin_yaml_write_number(w, "net_boost_db", rounded(c->net_boost_db));
	double range_hz[2];
	sabin_correction_range(&file->correction, index, range_hz);
	write_range(w, range_hz);
	write_left_alone(w, c);
	write_curve(w, "before_db", c->before_db, c->length);
	write_curve(w, "target_db", c->target_db, c->length);
	write_curve(w, "predicted_db", c->predicted_db, c->length);
	sabin_yaml_write_sequence(w, "places", false);
	for (size_t p = 0; p < origin->count; p++) {
		sabin_yaml_write_mapping(w, NULL, false);
		sabin_yaml_write_text(w, "position", origin->places[p].position);
		if (places)
			write_curve(w, "before_db", origin->places[p].level_db, c->length);
		if (places && origin->places[p].predicted_db)
			write_curve(w, "predicted_db", origin->places[p].predicted_db, c->length);
		if (places && origin->places[p].phase_deg) {
			sabin_yaml_write_text(w, "phase_from", origin->places[p].timed ? "emission" : "arrival");
			write_curve(w, "phase_deg", origin->places[p].phase_deg, c->length);
		}
		sabin_yaml_write_close(w);
	}
	sabin_yaml_write_close(w);
	sabin_yaml_write_close(w);
}

enum sabin_err sabin_correction_write(const struct sabin_correction_file *file,
                                      const char *folder, struct sabin_diag *diag)
{
	const struct sabin_correction *correction = &file->correction;
	struct sabin_yaml_writer w;
	size_t numbers = 0, length;
	for (size_t i = 0; i < correction->channel_count; i++)
		numbers += correction->channels[i].length * (3 + 3 * file->origins[i].count);
	sabin_yaml_writer_init(&w);
	sabin_yaml_write_comment(&w, "A correction; sabin-eq(1) explains every key.  Curves have 48 "
	                             "points an octave of range_hz.");
	sabin_yaml_write_integer(&w, "version", SABIN_CORRECTION_VERSION);
	sabin_yaml_write_text(&w, "date", file->date);
	if (file->command)
		sabin_yaml_write_text(&w, "command", file->command);
	if (file->room && *file->room)
		sabin_yaml_write_text(&w, "room", file->room);
	sabin_yaml_write_text(&w, "target", file->target ? file->target : "trend");
	write_range(&w, correction->range_hz);
	sabin_yaml_write_number(&w, "rate_hz", correction->rate_hz);
	sabin_yaml_write_sequence(&w, "channels", false);
	for (size_t i = 0; i < correction->channel_count; i++)
		write_channel(&w, file, i, numbers <= SABIN_CORRECTION_NUMBERS);
	sabin_yaml_write_close(&w);
	char *text = sabin_yaml_writer_finish(&w, &length);
	char *path = sabin_path_join(folder, "correction.yaml");
	enum sabin_err err = text && path ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		err = sabin_output_text(path, text, length, true, diag);
	free(text);
	free(path);
	return err;
}
