/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * played.c: an impulse through the program that a dialect is for.
 */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/memstream.h"
#include "io/tree.h"
#include "io/wav.h"
#include "util/near.h"
#include "util/played.h"
#include "util/settings.h"

const double test_rates_hz[TEST_RATES] = {44100, 48000, 96000};

static const double impulse = 0.5, seconds = 2, tolerance_db = 0.05;

static void add(struct sabin_setting_channel *c, enum sabin_section_type type, double hz, double db, double q)
{
	const struct sabin_section s = {.type = type, .freq_hz = hz, .gain_db = db, .q = q, .factor = 1};
	assert_ok(sabin_setting_add_section(c, &s));
}

static void make(struct test_played *p, const struct sabin_dialect *d)
{
	struct sabin_setting *s = &p->setting;
	const bool single = d->single;
	*s = (struct sabin_setting){0};
	for (int i = 0; i < 2; i++) {
		struct sabin_setting_channel *c = sabin_setting_add(s, i ? "right" : "left");
		c->preamp_db = i && !d->one_gain ? -8.25 : -6.5;
		add(c, SABIN_SECTION_LOW_SHELF, 105 + 20 * i, 3, 0.7071);
		add(c, SABIN_SECTION_PEAKING, single ? 141.5 : 41.5, single ? -7 : -9, single ? 3 : 6);
		add(c, SABIN_SECTION_PEAKING, single ? 263 + i : 63 + i, -7.5, 4);
		add(c, SABIN_SECTION_PEAKING, 1000.125, 2.5, 1.4);
		add(c, SABIN_SECTION_PEAKING, 12345.6, -3, 2);
		add(c, SABIN_SECTION_HIGH_SHELF, 8000, -2 - i, 0.8);
		if (d->carries & SABIN_CARRY_OTHER) {
			add(c, SABIN_SECTION_HIGH_PASS, 15, 0, M_SQRT1_2);
			add(c, SABIN_SECTION_ALL_PASS, 300, 0, 1.2);
		}
	}
	if (d->carries & SABIN_CARRY_POLARITY)
		s->channels[1].polarity = -1;
	if (d->carries & SABIN_CARRY_DELAY)
		s->channels[1].delay_s = 0.002;
	sabin_setting_add_rate(s, p->rate_hz);
}

static void write_in(const struct test_played *p, const char *name, size_t channels)
{
	const size_t frames = (size_t)(seconds * p->rate_hz);
	double *x = calloc(frames * channels, sizeof *x);
	char *path = sabin_path_join(p->folder, name);
	struct sabin_diag diag = {0};
	for (size_t i = 0; i < channels; i++)
		x[i] = impulse;
	assert_ok(sabin_wav_write(path, x, frames, channels, (unsigned)p->rate_hz, SABIN_FLOAT, NULL, &diag));
	free(path);
	free(x);
}

void test_play_save(const struct test_played *p, const struct sabin_dialect *d)
{
	struct sabin_dialect_files files = {0};
	struct sabin_diag diag = {0};
	char *place = sabin_path_join(p->folder, d->name);
	assert_ok(d->write(&p->setting, place, &files));
	assert_ok(sabin_make_folder(p->folder, d->name, &diag));
	assert_ok(sabin_dialect_save(&files, place, &diag));
	sabin_dialect_files_release(&files);
	free(place);
}

void test_play_begin(struct test_played *p, const struct sabin_dialect *dialect, double rate_hz)
{
	*p = (struct test_played){.folder = "/tmp/sabin-played.XXXXXX", .rate_hz = rate_hz};
	assert_non_null(mkdtemp(p->folder));
	make(p, dialect);
	test_play_save(p, dialect);
	if (dialect->wants_wav)
		test_play_save(p, &sabin_dialect_wav);
	write_in(p, "in.wav", 2);
	write_in(p, "left.wav", 1);
}

void test_play_end(struct test_played *p)
{
	sabin_tree_remove(p->folder);
	sabin_setting_release(&p->setting);
}

void test_needs(const char *program)
{
	char *path = strdup(getenv("PATH") ? getenv("PATH") : ""), *rest = path;
	for (char *folder; (folder = strsep(&rest, ":")) != NULL;) {
		char *file = sabin_path_join(folder, program);
		const bool there = access(file, X_OK) == 0;
		free(file);
		if (there) {
			free(path);
			return;
		}
	}
	free(path);
	printf("%s is not installed (make deps-all)\n", program);
	exit(77);
}

int test_run(const char *folder, const char *const *arguments)
{
	int status = -1;
	fflush(NULL);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const int null = open("/dev/null", O_RDONLY);
		if (chdir(folder) != 0)
			_exit(126);
		const int said = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (null < 0 || said < 0 || dup2(null, 0) < 0 || dup2(said, 1) < 0 || dup2(said, 2) < 0)
			_exit(126);
		setenv("LC_ALL", "C", 1);
		setenv("HOME", folder, 1);
		execvp(arguments[0], (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	assert_true(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

char *test_text(const char *folder, const char *name)
{
	char *path = sabin_path_join(folder, name), *text = NULL;
	struct sabin_diag diag = {0};
	if (sabin_read_text(path, 1 << 22, &text, NULL, &diag) != SABIN_OK)
		fail_msg("%s: %s", path, diag.message);
	free(path);
	return text;
}

bool test_holds(const char *folder, const char *name, const char *what)
{
	char *text = test_text(folder, name);
	const bool holds = strstr(text, what) != NULL;
	free(text);
	return holds;
}

void test_put(const char *folder, const char *name, const char *text)
{
	char *path = sabin_path_join(folder, name);
	struct sabin_diag diag = {0};
	assert_ok(sabin_output_text(path, text, strlen(text), true, &diag));
	free(path);
}

char *test_replace(char *text, const char *what, const char *with)
{
	char *out = NULL, *from = text;
	size_t size = 0, count = 0;
	FILE *stream = sabin_memstream_open(&out, &size);
	for (char *at; (at = strstr(from, what)) != NULL; from = at + strlen(what), count++)
		fprintf(stream, "%.*s%s", (int)(at - from), from, with);
	fputs(from, stream);
	fclose(stream);
	if (count == 0)
		fail_msg("no '%s' in: %s", what, text);
	free(text);
	return out;
}

void test_put_replaced(const char *folder, const char *name, const char *what, const char *with)
{
	char *text = test_replace(test_text(folder, name), what, with);
	test_put(folder, name, text);
	free(text);
}

/* How far what was heard is from the setting, at most, and where. */
static double off_db(const struct test_played *p, const double *h, size_t frames, size_t channel, double *at_hz)
{
	const struct sabin_setting_channel *c = &p->setting.channels[channel];
	struct sabin_setting_channel heard = {.polarity = 1};
	double hz[TEST_POINTS], want[TEST_POINTS], got[TEST_POINTS], *own = malloc(frames * sizeof *own), worst = 0;
	memcpy(own, h, frames * sizeof *own);
	assert_ok(sabin_setting_add_fir(&heard, p->rate_hz, own, frames));
	test_frequencies(hz);
	assert_ok(sabin_setting_level(c, p->rate_hz, hz, TEST_POINTS, want));
	assert_ok(sabin_setting_level(&heard, p->rate_hz, hz, TEST_POINTS, got));
	*at_hz = hz[0];
	for (int i = 0; i < TEST_POINTS; i++)
		if (!(fabs(got[i] - want[i]) <= worst)) {
			worst = fabs(got[i] - want[i]);
			*at_hz = hz[i];
		}
	free(heard.rates[0].fir);
	return worst;
}

double test_heard_samples(const struct test_played *p, const double *x, size_t frames, size_t channel,
                          double tolerance)
{
	const struct sabin_setting_channel *c = &p->setting.channels[channel];
	double *h = malloc(frames * sizeof *h), at_hz;
	size_t peak = 0;
	for (size_t i = 0; i < frames; i++) {
		h[i] = x[i] / impulse;
		peak = fabs(h[i]) > fabs(h[peak]) ? i : peak;
	}
	/* the peak of what is heard: nothing in the setting turns it over but the polarity */
	assert_true((h[peak] < 0) == (c->polarity < 0));
	const long late = (long)peak - lrint(c->delay_s * p->rate_hz);
	if (late < 0 || late > (long)(0.1 * p->rate_hz))
		fail_msg("%.0f Hz: late by %ld samples", p->rate_hz, late);
	const double worst = off_db(p, h, frames, channel, &at_hz);
	print_message("%s at %.0f Hz: %.4f dB at most (%.0f Hz)\n", c->name, p->rate_hz, worst, at_hz);
	if (!(worst <= tolerance))
		fail_msg("%s: %.3f dB off at %.1f Hz", c->name, worst, at_hz);
	free(h);
	return worst;
}

double test_heard_within(const struct test_played *p, const char *name, size_t first, size_t channels,
                         double tolerance)
{
	double most = 0;
	char *path = sabin_path_join(p->folder, name);
	struct sabin_wav wav = {0};
	struct sabin_diag diag = {0};
	if (sabin_wav_read(path, &wav, &diag) != SABIN_OK) {
		char *said = test_text(p->folder, "said");
		fail_msg("%s; the program said: %s", diag.message, said);
	}
	assert_int_equal(wav.rate_hz, (unsigned)p->rate_hz);
	assert_int_equal(wav.channels, channels);
	for (size_t i = 0; i < channels; i++) {
		double *x = NULL;
		assert_ok(sabin_wav_channel(&wav, i, &x));
		most = fmax(most, test_heard_samples(p, x, wav.frames, first + i, tolerance));
		free(x);
	}
	sabin_wav_release(&wav);
	free(path);
	return most;
}

void test_heard(const struct test_played *p, const char *name, size_t first, size_t channels)
{
	test_heard_within(p, name, first, channels, tolerance_db);
}

void test_heard_raw(const struct test_played *p, const char *name, size_t channels)
{
	enum { MOST = 1 << 20 };
	char *path = sabin_path_join(p->folder, name);
	FILE *file = fopen(path, "rb");
	float *bytes = malloc(channels * MOST * sizeof *bytes);
	assert_non_null(file);
	const size_t frames = fread(bytes, channels * sizeof *bytes, MOST, file);
	double *x = malloc((frames + 1) * sizeof *x);
	fclose(file);
	assert_true(frames > 0);
	for (size_t c = 0; c < channels; c++) {
		for (size_t i = 0; i < frames; i++)
			x[i] = (double)bytes[channels * i + c];
		test_heard_samples(p, x, frames, c, tolerance_db);
	}
	free(x);
	free(bytes);
	free(path);
}
