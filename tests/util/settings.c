/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * settings.c: settings of equalisers drawn by chance, written in a dialect and read again.
 */
#include <math.h>
#include <stdlib.h>

#include "io/atomic.h"
#include "util/near.h"
#include "util/seed.h"
#include "util/settings.h"

void test_setting(struct sabin_random *random, size_t sections, bool apart, struct sabin_setting *out)
{
	const double gain_db = test_between(random, -15, 0);
	*out = (struct sabin_setting){0};
	for (int i = 0; i < 2; i++) {
		struct sabin_setting_channel *c = sabin_setting_add(out, i ? "right" : "left");
		assert_non_null(c);
		c->preamp_db = nearbyint(100 * (apart ? test_between(random, -15, 0) : gain_db)) / 100;
		for (size_t k = 0; k < sections; k++) {
			struct sabin_section s = {.factor = 1};
			const double kind = test_between(random, 0, 8);
			s.type = kind < 1   ? SABIN_SECTION_LOW_SHELF
			         : kind < 2 ? SABIN_SECTION_HIGH_SHELF
			                    : SABIN_SECTION_PEAKING;
			s.freq_hz = test_between_log(random, 25, 15000);
			s.gain_db = test_between(random, -12, 6);
			s.q = s.type == SABIN_SECTION_PEAKING ? test_between_log(random, 0.4, 10)
			                                      : test_between(random, 0.4, 1);
			assert_ok(sabin_setting_add_section(c, &s));
		}
	}
	out->channels[1].delay_s = nearbyint(1e6 * test_between(random, 0, 0.01)) / 1e6;
}

static const struct {
	const char *dialect, *file; /* %s: the channel, %.0f: the rate */
	bool channel, rate;
} mains[] = {
    {"apo", "config.txt", false, false},
    {"rew", "%s.txt", true, false},
    {"autoeq", "%s.txt", true, false},
    {"camilladsp", "v3-%.0f.yml", false, true},
    {"pipewire", "sabin.conf", false, false},
    {"easyeffects", "sabin-v7.json", false, false},
    {"minidsp", "%s-%.0f.txt", true, true},
    {"brutefir", "correction-%.0f.conf", false, true},
    {"jconvolver", "correction-%.0f.conf", false, true},
    {"sox", "%s.sox", true, false},
    {"ffmpeg", "filter.txt", false, false},
    {"alsa", "asoundrc", false, false},
    {"lsp", "%s.cfg", true, false},
    {"graphiceq", "%s.txt", true, false},
    {"roon", "roon.zip", false, false},
    {"wav", "all-%.0f.wav", false, true},
};

static void name_of(size_t main, const char *channel, double rate_hz, char name[SABIN_DIALECT_NAME])
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (mains[main].channel && mains[main].rate)
		snprintf(name, SABIN_DIALECT_NAME, mains[main].file, channel, rate_hz);
	else if (mains[main].channel)
		snprintf(name, SABIN_DIALECT_NAME, mains[main].file, channel);
	else
		snprintf(name, SABIN_DIALECT_NAME, mains[main].file, rate_hz);
#pragma GCC diagnostic pop
}

/* One file, from the memory where that is enough. */
static void read_file(const struct sabin_dialect *dialect, const struct sabin_dialect_files *files,
                      const char *folder, const char *name, struct sabin_setting *out)
{
	struct sabin_diag diag = {0};
	char *path = sabin_path_join(folder, name);
	size_t i = 0;
	while (i < files->count && strcmp(files->file[i].name, name) != 0)
		i++;
	if (i == files->count)
		fail_msg("%s writes no %s", dialect->name, name);
	char *text = malloc(files->file[i].length + 1);
	memcpy(text, files->file[i].bytes, files->file[i].length);
	text[files->file[i].length] = '\0';
	if (!dialect->knows(text, files->file[i].length))
		fail_msg("%s does not know its %s", dialect->name, name);
	struct sabin_dialect_source source = {path, text, files->file[i].length, 0, false, &diag};
	if (sabin_dialect_parse(dialect, &source, out) != SABIN_OK)
		fail_msg("%s:%d:%d: %s", name, diag.line, diag.column, diag.message);
	free(text);
	free(path);
}

void test_converted(const struct sabin_dialect *dialect, const struct sabin_setting *from, double rate_hz,
                    const char *folder, struct sabin_setting *out, struct sabin_dialect_files *files)
{
	char name[SABIN_DIALECT_NAME];
	struct sabin_diag diag = {0};
	char *place = sabin_path_join(folder, dialect->name);
	size_t main = 0;
	*out = (struct sabin_setting){0};
	*files = (struct sabin_dialect_files){0};
	assert_ok(dialect->write(from, place, files));
	const bool disk = (dialect->carries & SABIN_CARRY_FIR) && dialect != &sabin_dialect_graphiceq;
	if (disk) {
		assert_ok(sabin_make_folder(folder, dialect->name, &diag));
		assert_ok(sabin_dialect_save(files, place, &diag));
	}
	if (sabin_dialect_refers(dialect, from)) {
		struct sabin_dialect_files wavs = {0};
		char *wav = sabin_path_join(folder, "wav");
		assert_ok(sabin_dialect_wav.write(from, NULL, &wavs));
		assert_ok(sabin_make_folder(folder, "wav", &diag));
		assert_ok(sabin_dialect_save(&wavs, wav, &diag));
		sabin_dialect_files_release(&wavs);
		free(wav);
	}
	while (main < sizeof mains / sizeof *mains && strcmp(mains[main].dialect, dialect->name) != 0)
		main++;
	if (main == sizeof mains / sizeof *mains) {
		fail_msg("%s has no row among the main files in tests/util/settings.c", dialect->name);
		return; /* not reached, for those who do not know */
	}
	for (size_t i = 0; i < (mains[main].channel ? from->channel_count : 1); i++) {
		char label[SABIN_LABEL];
		name_of(main, sabin_dialect_label(from, i, label), rate_hz, name);
		read_file(dialect, files, place, name, out);
	}
	assert_int_equal(out->channel_count, from->channel_count);
	out->rate_count = 0;
	sabin_setting_add_rate(out, rate_hz);
	free(place);
}

/* Deeper is the ground of notches, where a response of single precision that ends has other things in it. */
static const double floor_db = -30;

void test_frequencies(double hz[TEST_POINTS])
{
	for (int i = 0; i < TEST_POINTS; i++)
		hz[i] = 20 * pow(1000, i / (TEST_POINTS - 1.0));
}

double test_difference(const struct sabin_setting *a, const struct sabin_setting *b, double rate_hz,
                       bool level)
{
	double hz[TEST_POINTS], x[TEST_POINTS], y[TEST_POINTS], worst = 0;
	test_frequencies(hz);
	for (size_t i = 0; i < a->channel_count; i++) {
		double mean = 0, most = -INFINITY;
		assert_ok(sabin_setting_level(&a->channels[i], rate_hz, hz, TEST_POINTS, x));
		assert_ok(sabin_setting_level(&b->channels[i], rate_hz, hz, TEST_POINTS, y));
		for (int k = 0; k < TEST_POINTS; k++) {
			mean += (x[k] - y[k]) / TEST_POINTS;
			most = fmax(most, x[k]);
		}
		for (int k = 0; k < TEST_POINTS; k++)
			if (fmax(x[k], y[k]) > most + floor_db)
				worst = fmax(worst, fabs(x[k] - y[k] - (level ? mean : 0)));
	}
	return worst;
}
