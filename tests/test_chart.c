/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_chart.c: every kind drawn by gnuplot, hostile names, and what happens when it cannot be
 * drawn.
 *
 * The data are a synthetic room: exponentially decaying noise over a noise floor, with three
 * reflections; the analysis is written down from the same numbers.
 */
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chart/chart.h"
#include "chart/display.h"
#include "acoustics/etc.h"
#include "chart/gnuplot.h"
#include "io/tree.h"
#include "util/chart_data.h"
#include "util/chart_room.h"
#include "util/compared.h"
#include "util/corrected.h"
#include "util/near.h"

enum { RATE_HZ = 48000, FRAMES = RATE_HZ, ZERO = RATE_HZ / 10, BANDS = 8, TRACES = 4 };
static const double reflection_ms[] = {3.6, 5.1, 12.0}, reflection_db[] = {-5, -7, -14};

/* Everything a chart can be drawn of. */
struct fixture {
	char folder[64];
	struct sabin_measurement measurement;
	struct sabin_roomfile room;
	struct sabin_speaker speakers[2];
	struct sabin_position positions[2];
	struct sabin_measured measured[TRACES];
	struct sabin_response response[TRACES];
	struct sabin_analysis analysis[TRACES];
	struct sabin_chart_trace traces[TRACES];
	struct sabin_chart_input input;
	struct sabin_distortion distortion;
	struct sabin_noise noise;
	double *h;
};

static double *make_impulse(void)
{
	double *h = calloc(FRAMES, sizeof *h);
	unsigned state = 1;
	assert_non_null(h);
	for (size_t i = 0; i < FRAMES; i++) {
		double t = ((double)i - ZERO) / RATE_HZ;
		h[i] = 1e-5 * noise(&state);
		if (t > 0)
			h[i] += 0.01 * noise(&state) * pow(10, -3 * t / 0.4) +
			        0.004 * sin(2 * M_PI * 44 * t) * pow(10, -3 * t / 0.8) +
			        0.004 * sin(2 * M_PI * 66 * t) * pow(10, -3 * t / 0.5);
	}
	h[ZERO] += 1;
	for (size_t k = 0; k < 3; k++)
		h[ZERO + (size_t)lround(reflection_ms[k] * RATE_HZ / 1000)] +=
		    pow(10, reflection_db[k] / 20);
	return h;
}

static void make_band(struct sabin_band_result *band, double nominal_hz, double time_s,
                      double range_db)
{
	unsigned state = (unsigned)nominal_hz;
	bool t20 = range_db >= 35, t30 = range_db >= 45;
	*band = (struct sabin_band_result){
	    .band = {nominal_hz, nominal_hz, nominal_hz / M_SQRT2, nominal_hz * M_SQRT2, 1},
	    .t20_meets_iso = t20,
	    .t30_meets_iso = t30,
	    .noise_db = -range_db,
	    .knee_s = range_db / 60 * time_s,
	    .fit_t20 = {time_s, 0, time_s / 12, time_s * 25 / 60},
	    .fit_t30 = {time_s, 0, time_s / 12, time_s * 35 / 60},
	    .curve_length = 1000,
	    .curve_step_s = 1e-3,
	};
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++)
		band->value[p] = sabin_quantity_invalid((double)NAN, SABIN_BECAUSE_UNKNOWN);
	band->value[SABIN_INR] = sabin_quantity_valid(range_db, 1);
	band->value[SABIN_EDT] = sabin_quantity_valid(0.9 * time_s, 0.02);
	band->value[SABIN_T20] = sabin_quantity_valid(time_s, 0.02 * time_s);
	band->value[SABIN_T30] = sabin_quantity_valid(time_s, 0.03 * time_s);
	if (!t20)
		band->value[SABIN_T20] = (struct sabin_quantity){
		    time_s, 0.1, false, SABIN_BECAUSE_RANGE, range_db, 35, 0};
	if (!t30)
		band->value[SABIN_T30] = (struct sabin_quantity){
		    time_s, 0.1, false, SABIN_BECAUSE_RANGE, range_db, 45, 0};
	band->curve_db = calloc(band->curve_length, sizeof(double));
	band->energy_db = calloc(band->curve_length, sizeof(double));
	assert_true(band->curve_db && band->energy_db);
	for (size_t i = 0; i < band->curve_length; i++) {
		double t = (double)i * band->curve_step_s, db = -60 * t / time_s;
		band->curve_db[i] = t <= band->knee_s ? db : (double)NAN;
		band->energy_db[i] = 10 * log10(pow(10, db / 10) + pow(10, -range_db / 10)) +
		                     2.5 * noise(&state);
	}
}

static void make_analysis(struct sabin_analysis *analysis, int which)
{
	static const double range_db[BANDS] = {31, 34, 37, 40, 43, 45, 46, 44};
	analysis->rate_hz = RATE_HZ;
	analysis->arrival.position = ZERO;
	analysis->arrival.onset = ZERO;
	analysis->band_count = BANDS;
	analysis->bands = calloc(BANDS, sizeof *analysis->bands);
	assert_non_null(analysis->bands);
	for (size_t b = 0; b < BANDS; b++)
		make_band(&analysis->bands[b], b == 0 ? 63 : 125 * pow(2, (double)b - 1),
		          0.6 - 0.04 * (double)b + 0.02 * which, range_db[b]);
	make_band(&analysis->broadband, 0, 0.42, 42);
}

static int set_up(void **state)
{
	static char path[] = "before";
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	snprintf(f->folder, sizeof f->folder, "/tmp/sabin-test-chart-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	setenv("TMPDIR", f->folder, 1);
	f->h = make_impulse();
	const struct sabin_noise_options options = {.full_scale_dbspl = 145,
	                                            .full_scale_plus_minus_db = 0.5};
	assert_ok(sabin_noise_compute(f->h, ZERO, RATE_HZ, &options, &f->noise));
	make_distortion(&f->distortion);
	f->measurement.path = path;
	snprintf(f->measurement.date, sizeof f->measurement.date, "2026-11-21T14:32:05+01:00");
	chart_room(&f->room, f->speakers, f->positions);
	for (int i = 0; i < TRACES; i++) {
		struct sabin_measured *m = &f->measured[i];
		snprintf(m->speaker, sizeof m->speaker, "%s", i % 2 ? "right" : "left");
		snprintf(m->position, sizeof m->position, "%s", i / 2 ? "seat-left" : "mix");
		m->rate_hz = RATE_HZ;
		m->level_kind = SABIN_LEVEL_FULL_SCALE;
		m->dbspl_at_0dbfs = sabin_quantity_invalid((double)NAN, SABIN_BECAUSE_UNKNOWN);
		make_response(&f->response[i], i);
		make_analysis(&f->analysis[i], i);
		f->traces[i] = (struct sabin_chart_trace){m, f->h, FRAMES, &f->response[i],
		                                          NULL, &f->analysis[i], &f->distortion, &f->noise};
	}
	f->input = (struct sabin_chart_input){&f->measurement, &f->room, f->traces, TRACES, 1 / 12.0, 0.5,
	                                      compared_with(&f->response[0]), 1, "left", corrected(), false};
	*state = f;
	return 0;
}

/* Is there a file in `place` whose name begins so? */
static bool has_file(const char *place, const char *prefix)
{
	DIR *entries = opendir(place);
	bool found = false;
	assert_non_null(entries);
	for (struct dirent *entry; (entry = readdir(entries));)
		found = found || !strncmp(entry->d_name, prefix, strlen(prefix));
	closedir(entries);
	return found;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	/* whatever happened, no temporary folder and no half of an output is left */
	assert_false(has_file(f->folder, "sabin-chart-"));
	unsetenv("TMPDIR");
	sabin_tree_remove(f->folder);
	for (int i = 0; i < TRACES; i++) {
		free(f->response[i].freq_hz);
		free(f->response[i].level_db);
		for (size_t b = 0; b <= BANDS; b++) {
			struct sabin_band_result *band =
			    b < BANDS ? &f->analysis[i].bands[b] : &f->analysis[i].broadband;
			free(band->curve_db);
			free(band->energy_db);
		}
		free(f->analysis[i].bands);
	}
	free(f->h);
	sabin_distortion_free(&f->distortion);
	free(f);
	return 0;
}

static struct sabin_chart_style style_of(const char *theme, const char *format)
{
	return (struct sabin_chart_style){.theme = theme, .format = format, .plots = "plots"};
}

/* Input for a kind: those that draw one trace get one. */
static struct sabin_chart_input input_for(const struct fixture *f,
                                          const struct sabin_chart_kind *kind)
{
	struct sabin_chart_input input = f->input;
	if (kind->one_trace)
		input.trace_count = 1;
	return input;
}

static void path_in(const struct fixture *f, char *path, const char *name)
{
	snprintf(path, 256, "%s/%s", f->folder, name);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static char *slurp(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*length = (size_t)ftell(file);
	rewind(file);
	char *bytes = calloc(*length + 1, 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, *length, file), *length);
	fclose(file);
	return bytes;
}

static void assert_drawn(enum sabin_err err, const struct sabin_diag *diag)
{
	if (err)
		print_error("%s %s\n", diag->path, diag->message);
	assert_int_equal(err, SABIN_OK);
}

/* PNG, and the kept folder drawn again as SVG by hand, which must say nothing. */
static void draw_kind(const struct fixture *f, const struct sabin_chart_kind *kind,
                      const char *theme)
{
	char png[256], keep[256], name[64], said[SABIN_GNUPLOT_SAID];
	struct sabin_diag diag = {0};
	size_t length;
	snprintf(name, sizeof name, "%s-%s.png", kind->name, theme);
	path_in(f, png, name);
	path_in(f, keep, "kept");
	struct sabin_chart_style style = style_of(theme, "png");
	style.keep = keep;
	struct sabin_chart_input input = input_for(f, kind);
	assert_drawn(sabin_chart_draw(kind, &input, &style, png, true, &diag), &diag);
	unsigned char *bytes = (unsigned char *)slurp(png, &length);
	assert_true(length > 10000);
	assert_memory_equal(bytes, "\x89PNG\r\n", 6);
	/* IHDR: width at byte 16, big-endian */
	assert_int_equal(bytes[16] << 24 | bytes[17] << 16 | bytes[18] << 8 | bytes[19], 1800);
	free(bytes);

	/* the kept script draws it again, from wherever one stands, in the look that is asked for */
	snprintf(name, sizeof name, "kept/%s.gp", kind->name);
	struct sabin_gnuplot_job job = {.folder = f->folder, .script = name, .set = "fmt='svg';ink='#123456'"};
	assert_drawn(sabin_gnuplot_run(&job, said, &diag), &diag);
	assert_string_equal(said, "");
	snprintf(name, sizeof name, "kept/%s.svg", kind->name);
	path_in(f, png, name);
	char *svg = slurp(png, &length);
	assert_true(length > 10000);
	assert_non_null(strstr(svg, "Control room A, 3.90 \xc3\x97 5.20 \xc3\x97 2.70 m"));
	assert_non_null(strstr(svg, "2026-11-21 14:32"));
	assert_true(strstr(svg, "rgb(18,52,86)") || strstr(svg, "rgb( 18,  52,  86)"));
	if (!strcmp(kind->name, "response") || strstr(kind->name, "phase"))
		assert_non_null(strstr(svg, ">20k<")); /* the axis ends with its last label */
	if (!strcmp(kind->name, "decay"))
		assert_non_null(strstr(svg, "range 34.0 dB, needs 35.0"));
	free(svg);
}

static void every_kind_is_drawn(void **state)
{
	for (size_t i = 0; sabin_chart_kind(i); i++) {
		assert_ptr_equal(sabin_chart_find(sabin_chart_kind(i)->name), sabin_chart_kind(i));
		draw_kind(*state, sabin_chart_kind(i), "light");
	}
	assert_null(sabin_chart_find("nonsense"));
}

static void every_theme_is_drawn(void **state)
{
	draw_kind(*state, sabin_chart_find("rt60"), "dark");
	draw_kind(*state, sabin_chart_find("response"), "print");
}

static void pdf_is_drawn(void **state)
{
	const struct fixture *f = *state;
	char pdf[256];
	size_t length;
	struct sabin_diag diag = {0};
	const struct sabin_chart_kind *kind = sabin_chart_find("rt60");
	struct sabin_chart_style style = style_of("print", "pdf");
	path_in(f, pdf, "a.pdf");
	assert_drawn(sabin_chart_draw(kind, &f->input, &style, pdf, false, &diag), &diag);
	char *bytes = slurp(pdf, &length);
	assert_memory_equal(bytes, "%PDF", 4);
	free(bytes);
}

/* A finding is computed: what is put in comes out. */
static void findings_are_true(void **state)
{
	const struct fixture *f = *state;
	static const struct {
		const char *kind, *words;
	} rows[] = {
	    /* the notch of 8 dB at 177 Hz is what the right speaker lacks, and the ripples' phase
	     * differs by 1 rad: 10 sin(0.5) = 4.8 dB at most beside it */
	    {"response", "Speakers left and right differ most at 17"},
	    {"impulse", "2 reflections exceed \xe2\x88\x92" "10 dB in the first 15 ms; the "},
	    {"reflections", "2 reflections exceed \xe2\x88\x92" "10 dB in the first 15 ms; the "},
	    {"decay", "T20 lies between 0.32 s at 8 kHz and 0.52 s at 250 Hz; not valid at 63 and "
	              "125 Hz"},
	    {"rt60", "of the valid bands longest at 250 Hz"},
	    /* what make_impulse() puts in */
	    {"waterfall", "The mode at 44 Hz rings longest, T60 = 0.8"},
	    /* by the floor 2.878 m instead of 1.588, of which sqrt(0.8) is left; right and back are below */
	    {"geometry", "4 first reflections above \xe2\x88\x92" "10 dB expected within 15 ms; strongest floor, "
	                 "3.8 ms after the direct sound, \xe2\x88\x92" "6.1 dB"},
	    {"placement", "the score"},
	    {"modes", "longest the one at 44 Hz (1 0 0, axial) with 0.8"},
	    {"step", "All step up, normal polarity"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char svg[256], name[64];
		size_t length;
		struct sabin_diag diag = {0};
		const struct sabin_chart_kind *kind = sabin_chart_find(rows[i].kind);
		struct sabin_chart_style style = style_of("light", "svg");
		struct sabin_chart_input input = input_for(f, kind);
		snprintf(name, sizeof name, "%s.svg", rows[i].kind);
		path_in(f, svg, name);
		if (!strcmp(rows[i].kind, "response"))
			input.trace_count = 2;
		assert_drawn(sabin_chart_draw(kind, &input, &style, svg, false, &diag), &diag);
		char *text = slurp(svg, &length);
		char *description = strstr(text, "<desc>");
		assert_non_null(description);
		if (!strstr(description, rows[i].words))
			print_error("%.200s\n", description);
		assert_non_null(strstr(description, rows[i].words));
		assert_null(strstr(text, "GNUPLOT"));
		free(text);
	}
}

/* The drawing's own folder is gone by now: draw once more in the one that stays and look there. */
static void assert_nothing_evil(const struct fixture *f, const char *keep)
{
	char said[SABIN_GNUPLOT_SAID];
	struct sabin_diag diag = {0};
	struct sabin_gnuplot_job job = {.folder = keep, .script = "rt60.gp"};
	assert_drawn(sabin_gnuplot_run(&job, said, &diag), &diag);
	assert_string_equal(said, "");
	assert_false(has_file(keep, "evil"));
	assert_false(has_file(f->folder, "evil"));
	assert_false(has_file(".", "evil"));
}

static void hostile_names_are_harmless(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {
	    "`touch evil1` $(touch evil2) {/:Bold a_b^c} \\n %d & <script>",
	    "'; system(\"touch evil3\") #",
	    "<|touch evil4\n\"quote\" \t inside\r\n\x01\x7f",
	    "not \xff\xc0\x80 UTF-8 \xed\xa0\x80",
	    "",
	};
	const struct sabin_chart_kind *kind = sabin_chart_find("rt60");
	struct sabin_chart_style style = style_of("light", "svg");
	char path[256], keep[256];
	size_t length;
	path_in(f, path, "hostile.svg");
	path_in(f, keep, "kept");
	style.keep = keep;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct sabin_diag diag = {0};
		snprintf(f->room.name, sizeof f->room.name, "%s", names[i]);
		assert_drawn(sabin_chart_draw(kind, &f->input, &style, path, true, &diag), &diag);
		char *svg = slurp(path, &length);
		assert_null(strstr(svg, "<script"));
		if (i == 0) /* word for word, down to the backslash */
			assert_non_null(strstr(svg, "`touch evil1` $(touch evil2) "
			                            "{/:Bold a_b^c} \\n %d &amp; &lt;script>,"));
		if (i == 2)
			assert_non_null(strstr(svg, "evil4 \xe2\x80\x9dquote\xe2\x80\x9d inside"));
		if (i == 3)
			assert_non_null(strstr(svg, "not ??? UTF-8 ???"));
		free(svg);
		assert_nothing_evil(f, keep);
	}
	/* 255 characters, and a speaker's name that no room file could hold */
	memset(f->room.name, 'W', sizeof f->room.name - 1);
	snprintf(f->measured[0].speaker, sizeof f->measured[0].speaker, "$(touch evil5)'\"`\\");
	struct sabin_diag diag = {0};
	assert_drawn(sabin_chart_draw(kind, &f->input, &style, path, true, &diag), &diag);
	char *svg = slurp(path, &length);
	assert_non_null(strstr(svg, "WW\xe2\x80\xa6WW"));
	assert_non_null(strstr(svg, "2026-11-21 14:32"));
	free(svg);
	assert_nothing_evil(f, keep);
}

static void failures_say_why(void **state)
{
	const struct fixture *f = *state;
	const struct sabin_chart_kind *kind = sabin_chart_find("rt60");
	struct sabin_chart_style style = style_of("light", "png");
	struct sabin_diag diag = {0};
	char path[256], path_before[4096];
	size_t length;
	path_in(f, path, "there.png");
	write_file(path, "mine");
	assert_int_equal(sabin_chart_draw(kind, &f->input, &style, path, false, &diag),
	                 SABIN_EEXIST);
	char *bytes = slurp(path, &length);
	assert_string_equal(bytes, "mine");
	free(bytes);

	style.plots = "/nonexistent";
	assert_int_equal(sabin_chart_draw(kind, &f->input, &style, path, true, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.path, "/nonexistent/"));
	assert_true(diag.advice[0] != '\0');

	style.plots = "plots";
	assert_int_equal(sabin_chart_draw(kind, &f->input, &style, "/nonexistent/x.png", true,
	                                  &diag),
	                 SABIN_EIO);
	style.format = "gif";
	assert_int_equal(sabin_chart_draw(kind, &f->input, &style, path, true, &diag),
	                 SABIN_EINVAL);

	/* gnuplot is not installed */
	style.format = "png";
	snprintf(path_before, sizeof path_before, "%s", getenv("PATH"));
	setenv("PATH", f->folder, 1);
	assert_int_equal(sabin_chart_draw(kind, &f->input, &style, path, true, &diag), SABIN_EIO);
	setenv("PATH", path_before, 1);
	assert_non_null(strstr(diag.message, "gnuplot"));
	assert_non_null(strstr(diag.advice, "install"));
	bytes = slurp(path, &length);
	assert_string_equal(bytes, "mine");
	free(bytes);
}

/* A script that fails, or that says nothing and draws nothing, is no success. */
static void broken_scripts_are_noticed(void **state)
{
	const struct fixture *f = *state;
	const struct sabin_chart_kind *kind = sabin_chart_find("rt60");
	struct sabin_chart_style style = style_of("light", "png");
	static const char *const scripts[] = {"set nonsense\n", "set output 'rt60.png'\n", ""};
	char plots[256], path[256], png[256];
	path_in(f, plots, "plots");
	path_in(f, png, "broken.png");
	assert_ok(mkdir(plots, 0777));
	style.plots = plots;
	for (size_t i = 0; i < 3; i++) {
		struct sabin_diag diag = {0};
		const char *names[] = {"plots/theme.gp", "plots/rt60.gp"};
		for (size_t k = 0; k < 2; k++) {
			path_in(f, path, names[k]);
			write_file(path, scripts[i]);
		}
		assert_int_equal(sabin_chart_draw(kind, &f->input, &style, png, true, &diag),
		                 SABIN_EIO);
		assert_int_equal(access(png, F_OK), -1);
		assert_true(i > 0 || strstr(diag.message, "unrecognized option"));
	}
}

static void environment_and_start_files_do_not_matter(void **state)
{
	const struct fixture *f = *state;
	const struct sabin_chart_kind *kind = sabin_chart_find("rt60");
	struct sabin_chart_style style = style_of("light", "png");
	struct sabin_diag diag = {0};
	char path[256], home[4096];
	snprintf(home, sizeof home, "%s", getenv("HOME") ? getenv("HOME") : "");
	path_in(f, path, ".gnuplot");
	write_file(path, "exit status 9\n");
	setenv("HOME", f->folder, 1);
	setenv("GNUTERM", "nonsense", 1);
	setenv("GNUPLOT_LIB", "/nonexistent", 1);
	path_in(f, path, "env.png");
	enum sabin_err err = sabin_chart_draw(kind, &f->input, &style, path, false, &diag);
	setenv("HOME", home, 1);
	unsetenv("GNUTERM");
	unsetenv("GNUPLOT_LIB");
	assert_drawn(err, &diag);
}

/* A signal that ends programs waits until everything temporary is removed. */
static void interruption_leaves_nothing(void **state)
{
	const struct fixture *f = *state;
	struct sabin_chart_style style = style_of("light", "png");
	struct sabin_diag diag = {0};
	char path[256];
	sigset_t terminate, old;
	path_in(f, path, "interrupted.png");
	sigemptyset(&terminate);
	sigaddset(&terminate, SIGTERM);
	sigprocmask(SIG_BLOCK, &terminate, &old);
	raise(SIGTERM);
	enum sabin_err err = sabin_chart_draw(sabin_chart_find("rt60"), &f->input, &style, path,
	                                      false, &diag);
	signal(SIGTERM, SIG_IGN); /* drops the pending one */
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGTERM, SIG_DFL);
	assert_int_equal(err, SABIN_EINTR);
	assert_int_equal(access(path, F_OK), -1);
	assert_false(has_file(f->folder, ".interrupted"));
}

static void no_display_is_said(void **state)
{
	struct sabin_diag diag = {0};
	(void)state;
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	assert_int_equal(sabin_display_check(&diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "display"));
}

/* Nothing to draw is an error with words and never a crash. */
static void empty_input_is_refused(void **state)
{
	const struct fixture *f = *state;
	struct sabin_chart_style style = style_of("light", "png");
	char path[256];
	path_in(f, path, "empty.png");
	for (size_t i = 0; sabin_chart_kind(i); i++) {
		struct sabin_diag diag = {0};
		struct sabin_chart_trace bare = {.measured = &f->measured[0]};
		struct sabin_chart_input input = f->input;
		input.trace_count = input.compared_count = 0, input.correction = NULL;
		if (sabin_chart_kind(i)->needs & SABIN_CHART_ROOM)
			input.room = NULL;
		int err = sabin_chart_draw(sabin_chart_kind(i), &input, &style, path, false, &diag);
		assert_int_equal(err, SABIN_ESHORT);
		assert_true(diag.message[0] != '\0');
		input.traces = &bare;
		input.trace_count = 1;
		err = sabin_chart_draw(sabin_chart_kind(i), &input, &style, path, false, &diag);
		assert_int_equal(err, SABIN_ESHORT);
	}
	double silence[4800] = {0};
	struct sabin_etc etc;
	assert_int_equal(sabin_etc_compute(silence, 4800, RATE_HZ, 100, 2e-3, 30e-3, 0.25e-3, &etc),
	                 SABIN_ESHORT);
}

/* A pulse and its reflections come back with the level and time they were made with. */
static void etc_finds_the_reflections(void **state)
{
	const struct fixture *f = *state;
	struct sabin_etc etc;
	struct sabin_etc_peak peaks[8];
	assert_near(sabin_etc_direct(f->h, FRAMES, RATE_HZ), ZERO, 0);
	assert_ok(sabin_etc_compute(f->h, FRAMES, RATE_HZ, ZERO, 2e-3, 30e-3, 0.25e-3, &etc));
	size_t count = sabin_etc_peaks(&etc, 0.8e-3, -20, peaks, 8);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++) {
		/* half a sample of rounding; 0.5 dB for the reverberant noise added to each */
		assert_near(peaks[i].time_s * 1000, reflection_ms[i], 0.011);
		assert_near(peaks[i].level_db, reflection_db[i], 0.5);
	}
	assert_int_equal(sabin_etc_peaks(&etc, 0.8e-3, -20, peaks, 2), 2);
	assert_near(peaks[1].level_db, reflection_db[1], 0.5);
	sabin_etc_release(&etc);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(every_kind_is_drawn), ROW(every_theme_is_drawn),
	    ROW(pdf_is_drawn), ROW(findings_are_true),
	    ROW(hostile_names_are_harmless), ROW(failures_say_why),
	    ROW(broken_scripts_are_noticed), ROW(environment_and_start_files_do_not_matter),
	    ROW(interruption_leaves_nothing), ROW(no_display_is_said),
	    ROW(empty_input_is_refused), ROW(etc_finds_the_reflections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
