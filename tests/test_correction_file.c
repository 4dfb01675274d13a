/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_correction_file.c: correction.yaml written and read again, and what a broken one gives; the
 * dialects say what the model says.
 */
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/atomic.h"
#include "io/dialect/dialect.h"
#include "io/number.h"
#include "io/tree.h"
#include "io/wav.h"
#include "util/near.h"

enum { MOST = 512 };

static double hz[MOST], level[2][MOST];

/* A designed correction of two speakers. */
static void make(struct sabin_correction_file *file, enum sabin_fir_kind kind)
{
	struct sabin_eq_options o = sabin_eq_defaults();
	struct sabin_correctable_place places[2];
	struct sabin_eq_speaker speakers[2];
	const double rates_hz[] = {44100, 48000};
	const size_t n = sabin_eq_grid(20, 18000, hz);
	o.range_hz[1] = 18000;
	for (int s = 0; s < 2; s++) {
		for (size_t i = 0; i < n; i++)
			level[s][i] = -20 - 2 * s + 8 * exp(-pow(log2(hz[i] / (60 + 20 * s)) / 0.15, 2));
		places[s] = (struct sabin_correctable_place){level[s], NULL, 0, 0, 0};
		speakers[s] = (struct sabin_eq_speaker){.name = s ? "right" : "left",
		                                        .places = &places[s],
		                                        .place_count = 1,
		                                        .high_hz = INFINITY,
		                                        .pair = -1,
		                                        .travel_s = s ? 0.0083 : 0.0080};
	}
	memset(file, 0, sizeof *file);
	assert_ok(sabin_correction_compute(speakers, 2, &o, &file->correction));
	if (kind != SABIN_FIR_NONE) {
		const struct sabin_eq_fir fir = {kind, 0.1, 5, 0.001, false, 300, 500};
		assert_ok(sabin_correction_add_fir(&file->correction, speakers, &fir, rates_hz, 2));
		file->fir = true;
	}
	sabin_correction_align(&file->correction, speakers);
	assert_ok(sabin_correction_set_rates(&file->correction, rates_hz, 2, SABIN_FOR_PROGRAM));
	file->origins = calloc(2, sizeof *file->origins);
	for (int s = 0; s < 2; s++) {
		file->origins[s].count = 1;
		file->origins[s].places = calloc(1, sizeof *file->origins[s].places);
		snprintf(file->origins[s].places[0].position, SABIN_CORRECTION_NAME, "mix");
		file->origins[s].places[0].level_db = malloc(n * sizeof(double));
		memcpy(file->origins[s].places[0].level_db, level[s], n * sizeof(double));
	}
	file->target = strdup("trend");
}

static void round_trip(void **state)
{
	const char *folder = *state;
	struct sabin_correction_file file, again;
	struct sabin_diag diag = {0};
	make(&file, SABIN_FIR_NONE);
	assert_ok(sabin_correction_write(&file, folder, &diag));
	assert_ok(sabin_correction_read(folder, &again, &diag));
	assert_int_equal(again.correction.channel_count, 2);
	assert_string_equal(again.target, "trend");
	assert_false(again.fir);
	for (int c = 0; c < 2; c++) {
		const struct sabin_correction_channel *a = &file.correction.channels[c];
		const struct sabin_correction_channel *b = &again.correction.channels[c];
		assert_string_equal(a->speaker, b->speaker);
		assert_near(b->gain_db, a->gain_db, 0.0006);
		assert_near(b->delay_s, a->delay_s, 1e-9);
		assert_int_equal(a->filter_count, b->filter_count);
		assert_true(a->filter_count > 0);
		for (size_t k = 0; k < a->filter_count; k++) {
			assert_int_equal(a->filters[k].type, b->filters[k].type);
			assert_near(b->filters[k].freq_hz, a->filters[k].freq_hz, 0);
			assert_near(b->filters[k].gain_db, a->filters[k].gain_db, 0);
			assert_near(b->filters[k].q, a->filters[k].q, 0);
		}
		assert_int_equal(b->rate_count, 2);
		assert_near(b->rates[1].preamp_db, a->rates[1].preamp_db, 0.0006);
		assert_int_equal(a->length, b->length);
		assert_near_array(b->freq_hz, a->freq_hz, a->length, 1e-9);
		assert_near_array(b->predicted_db, a->predicted_db, a->length, 0.0006);
		assert_memory_equal(a->leave, b->leave, a->length);
		assert_near_array(again.origins[c].places[0].level_db, level[c], a->length, 0.0006);
		/* the response of the channel: gain where the filters do nothing, after the delay */
		double *h = NULL;
		size_t n;
		assert_ok(sabin_correction_response(&again, (size_t)c, 96000, &h, &n, &diag));
		const size_t delay = (size_t)lrint(b->delay_s * 96000);
		for (size_t i = 0; i < delay; i++)
			assert_near(h[i], 0, 0);
		assert_true(fabs(h[delay]) > 0.1);
		free(h);
	}
	assert_int_equal(sabin_correction_channel(&again.correction, "RIGHT"), 1);
	assert_int_equal(sabin_correction_channel(&again.correction, "sub"), -1);
	sabin_correction_release(&file);
	sabin_correction_release(&again);
}

/* The text with one thing changed; what the reader says. */
static void spoil(const char *folder, const char *text, const char *what, const char *with,
                  const char *complaint)
{
	struct sabin_correction_file file;
	struct sabin_diag diag = {0};
	const char *at = strstr(text, what);
	assert_non_null(at);
	char *spoilt = NULL;
	assert_true(asprintf(&spoilt, "%.*s%s%s", (int)(at - text), text, with, at + strlen(what)) > 0);
	char *path = sabin_path_join(folder, "correction.yaml");
	assert_ok(sabin_output_text(path, spoilt, strlen(spoilt), true, &diag));
	assert_int_equal(sabin_correction_read(folder, &file, &diag), SABIN_EFORMAT);
	if (!strstr(diag.message, complaint))
		fail_msg("said '%s', expected '%s'", diag.message, complaint);
	assert_true(diag.line > 0);
	sabin_correction_release(&file);
	free(path);
	free(spoilt);
}

static void broken(void **state)
{
	const char *folder = *state;
	struct sabin_correction_file file;
	struct sabin_diag diag = {0};
	char *path = sabin_path_join(folder, "correction.yaml"), *text = NULL;
	size_t length;
	make(&file, SABIN_FIR_NONE);
	assert_ok(sabin_correction_write(&file, folder, &diag));
	sabin_correction_release(&file);
	assert_ok(sabin_read_text(path, 1 << 20, &text, &length, &diag));
	spoil(folder, text, "version: 1", "version: 99", "version");
	spoil(folder, text, "type: peaking", "type: comb", "type");
	spoil(folder, text, "freq_hz: ", "freq_hz: -", "freq_hz");
	spoil(folder, text, "speaker: left", "speaker: ../../etc", "speaker");
	spoil(folder, text, "delay_s: ", "delay_s: 1e", "delay_s");
	spoil(folder, text, "range_hz: [20", "range_hz: [30000", "range_hz");
	spoil(folder, text, "predicted_db: [", "predicted_db: [.nan, ", "predicted_db");
	spoil(folder, text, "before_db: [", "before_db: [1, ", "before_db");
	spoil(folder, text, "rates:", "reites:", "rates");
	free(text);
	free(path);
	assert_int_equal(sabin_correction_read("/nowhere/at/all", &file, &diag), SABIN_EIO);
	sabin_correction_release(&file);
}

/* The files of a dialect, in a folder. */
static void write_dialect(const char *name, const struct sabin_correction *correction, const char *folder)
{
	struct sabin_setting setting;
	struct sabin_dialect_files files = {0};
	struct sabin_diag diag = {0};
	assert_ok(sabin_setting_of(correction, &setting));
	assert_ok(sabin_dialect_find(name)->write(&setting, NULL, &files));
	assert_ok(sabin_dialect_save(&files, folder, &diag));
	sabin_dialect_files_release(&files);
	sabin_setting_release(&setting);
}

static double value_of(const char *text)
{
	double x = NAN;
	assert_true(sabin_number_parse(text, &x));
	return x;
}

/* Read the text as Equalizer APO does, a filter line by its regular expression's parts. */
static void apo(void **state)
{
	const char *folder = *state;
	struct sabin_correction_file file;
	struct sabin_diag diag = {0};
	make(&file, SABIN_FIR_NONE);
	write_dialect("apo", &file.correction, folder);
	char *path = sabin_path_join(folder, "config.txt"), *text = NULL, *rest = NULL;
	size_t length, filters = 0, channel = 0;
	assert_ok(sabin_read_text(path, 1 << 20, &text, &length, &diag));
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const struct sabin_correction_channel *c = &file.correction.channels[channel ? channel - 1 : 0];
		char type[8], f[16], g[16], q[16], extra;
		size_t number;
		double gain;
		if (strncmp(line, "Channel: ", 9) == 0) {
			assert_string_equal(line + 9, channel == 0 ? "L" : "R");
			channel++;
			filters = 0;
		} else if (sscanf(line, "Preamp: %lf dB%c", &gain, &extra) == 1) {
			assert_near(gain, fmin(c->rates[0].preamp_db, c->rates[1].preamp_db), 0.0051);
		} else if (sscanf(line, "Filter %zu: ON %7s Fc %15s Hz Gain %15s dB Q %15s%c", &number, type,
		                  f, g, q, &extra) == 5) {
			const struct sabin_biquad *want = &c->filters[filters++];
			assert_int_equal(number, filters);
			assert_string_equal(type, want->type == SABIN_PEAKING     ? "PK"
			                          : want->type == SABIN_LOW_SHELF ? "LSC"
			                                                          : "HSC");
			assert_near(value_of(f) / want->freq_hz, 1, 3e-4);
			assert_near(value_of(g), want->gain_db, 0.0051);
			assert_near(value_of(q) / want->q, 1, 1e-3);
			/* a full stop three places from the end is a separator of thousands */
			const size_t n = strlen(f);
			assert_false(n >= 5 && f[n - 4] == '.');
			assert_true(n <= 8 && strlen(g) <= 6 && strlen(q) <= 6);
		} else {
			assert_true(line[0] == '#' || strcmp(line, "Device: all") == 0 ||
			            strncmp(line, "Delay: ", 7) == 0);
		}
	}
	assert_int_equal(channel, 2);
	assert_int_equal(filters, file.correction.channels[1].filter_count);
	free(text);
	free(path);
	sabin_correction_release(&file);
}

/* The files of the dialect wav have the level of the model, whatever made it, and are what is read. */
static void wav(void **state)
{
	const char *folder = *state;
	for (int kind = SABIN_FIR_NONE; kind <= SABIN_FIR_MINIMUM; kind++) {
		struct sabin_correction_file file, again;
		struct sabin_diag diag = {0};
		make(&file, (enum sabin_fir_kind)kind);
		assert_ok(sabin_make_folder(folder, "wav", &diag));
		char *path = sabin_path_join(folder, "wav");
		write_dialect("wav", &file.correction, path);
		assert_ok(sabin_correction_write(&file, folder, &diag));
		assert_ok(sabin_correction_read(folder, &again, &diag));
		assert_int_equal(again.fir, kind != SABIN_FIR_NONE);
		for (size_t c = 0; c < 2; c++) {
			const struct sabin_correction_channel *channel = &file.correction.channels[c];
			char name[SABIN_CORRECTION_NAME + 16];
			struct sabin_wav w;
			double got[MOST], *h = NULL;
			size_t n;
			char *at = sabin_path_join(path, sabin_correction_wav_name(channel->speaker, 48000, name));
			assert_ok(sabin_wav_read(at, &w, &diag));
			assert_int_equal(w.rate_hz, 48000);
			assert_ok(sabin_fir_level(w.samples, w.frames, 48000, hz, channel->length, got));
			for (size_t i = 0; i < channel->length; i++)
				assert_near(got[i] - channel->rates[1].preamp_db,
				            channel->predicted_db[i] - channel->before_db[i], 0.05);
			assert_ok(sabin_correction_response(&again, c, 48000, &h, &n, &diag));
			/* the file of the model keeps thousandths of a decibel */
			assert_near_array(h, w.samples, n < w.frames ? n : w.frames, 1e-4);
			if (kind != SABIN_FIR_NONE)
				assert_int_equal(sabin_correction_response(&again, c, 32000, &h, &n, &diag),
				                 SABIN_EFORMAT);
			sabin_wav_release(&w);
			free(h);
			free(at);
		}
		free(path);
		sabin_correction_release(&file);
		sabin_correction_release(&again);
	}
}

static int set_up(void **state)
{
	char *folder = strdup("/tmp/sabin-correction.XXXXXX");
	*state = folder;
	return folder && mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	sabin_tree_remove(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(round_trip, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(broken, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(apo, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(wav, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
