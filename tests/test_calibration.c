/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_calibration.c: the files that makers ship are read, and what is none is refused with its
 * place.
 */
#include <math.h>
#include <unistd.h>

#include <sys/stat.h>

#include "audio/save.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "util/near.h"

static enum sabin_err read_text(const char *text, struct sabin_calibration *out,
                                struct sabin_diag *diag)
{
	char path[] = "/tmp/sabin-test-XXXXXX";
	int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	enum sabin_err err = sabin_calibration_read(path, out, diag);
	unlink(path);
	return err;
}

static void makers_formats_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *serial;
		double sens_factor_db; /* NAN: none */
		size_t length;
		double first_hz, first_db, last_db;
		bool phase;
	} rows[] = {
	    {"quoted header, tabs",
	     "\"Sens Factor =-0.837dB, AGain =18dB, SERNO: 7103946\"\n10.054\t-5.4\n20\t-1.25\n",
	     "7103946", -0.837, 2, 10.054, -5.4, -1.25, false},
	    {"no leading zero, CRLF",
	     "\"Sens Factor =-.6383dB, SERNO: 7000000\"\r\n10 1.5\r\n20 2\r\n", "7000000", -0.6383,
	     2, 10, 1.5, 2, false},
	    {"unquoted header", "Sens Factor =-.75dB, SERNO: 7060042\n10 1\n20 2\n", "7060042",
	     -0.75, 2, 10, 1, 2, false},
	    {"second header line",
	     "\"Sens Factor =-1dB, SERNO: 8108494\"\n\"Auto-generated 90-degree calibration "
	     "file\"\n"
	     "10 1\n20 2\n",
	     "8108494", -1, 2, 10, 1, 2, false},
	    {"star header", "*1000Hz\t-41.0\n20.00\t-0.5\n1000\t0\n", "", NAN, 2, 20, -0.5, 0,
	     false},
	    {"comments and three columns", "# c\n; c\n// c\n* c\n\n20, -1.5, 10\n30, -2.5, 20\n",
	     "", NAN, 2, 20, -1.5, -2.5, true},
	    {"semicolons and decimal commas", "20,5;-1,5\n30;2,25\n", "", NAN, 2, 20.5, -1.5, 2.25,
	     false},
	    {"commas and blanks, decimal commas", "20,5, -1,5\n30,0, 2,25\n", "", NAN, 2, 20.5, -1.5,
	     2.25, false},
	    {"title line", "Freq(Hz) SPL(dB) Phase(degrees)\n20 1 2\n30 3 4\n", "", NAN, 2, 20, 1,
	     3, true},
	    {"leading blanks, exponents", "  2e1   1.0\n\t3e1\t2.0\n", "", NAN, 2, 20, 1, 2, false},
	    {"repeated frequency", "20 1\n20 3\n20 5\n30 7\n", "", NAN, 2, 20, 3, 7, false},
	    {"a row at 0 Hz", "00.0000 -0.07 31.9\n20 1 2\n", "", NAN, 2, 0, -0.07, 1, true},
	    {"byte order mark",
	     "\xef\xbb\xbf"
	     "20 1\n30 2\n",
	     "", NAN, 2, 20, 1, 2, false},
	    {"old Mac line ends", "20 1\r30 2\r", "", NAN, 2, 20, 1, 2, false},
	    {"comma separated without stops", "20,1\n30,2\n", "", NAN, 2, 20, 1, 2, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sabin_calibration c = {0};
		struct sabin_diag diag = {0};
		if (read_text(rows[i].text, &c, &diag))
			fail_msg("%s: %d:%d: %s", rows[i].name, diag.line, diag.column,
			         diag.message);
		if (c.length != rows[i].length)
			fail_msg("%s: %zu rows", rows[i].name, c.length);
		assert_near(c.freq_hz[0], rows[i].first_hz, 0);
		assert_near(c.level_db[0], rows[i].first_db, 1e-12);
		assert_near(c.level_db[c.length - 1], rows[i].last_db, 1e-12);
		assert_int_equal(c.phase_deg != NULL, rows[i].phase);
		assert_string_equal(c.serial, rows[i].serial);
		if (isnan(rows[i].sens_factor_db))
			assert_true(isnan(c.sens_factor_db));
		else
			assert_near(c.sens_factor_db, rows[i].sens_factor_db, 0);
		sabin_calibration_release(&c);
	}
}

static void bad_files_are_refused_with_place(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
		int line, column;
	} rows[] = {
	    {"", "at least two lines", 1, 1},
	    {"# only words\nand more\n", "at least two lines", 3, 1},
	    {"20 1\n", "at least two lines of frequency and level were expected, 1 found", 2, 1},
	    {"20 1\n30 x\n", "a number was expected: 'x'", 2, 4},
	    {"20 1\n30 nan\n", "a number was expected: 'nan'", 2, 4},
	    {"20 1\n30 inf\n", "a number was expected: 'inf'", 2, 4},
	    {"20 1\n30\n", "frequency and level were expected", 2, 1},
	    {"20 1\n30 1 5\n", "a different number of columns", 2, 1},
	    {"30 1\n20 1\n", "frequencies must rise", 2, 1},
	    {"20 1\n-5 1\n", "a frequency from 0", 2, 1},
	    {"20 1\n30 5000\n", "a level from -200", 2, 1},
	    {"20,0,-1,3\n30,0,1,5\n", "at most three columns", 1, 9},
	    {"20,,1\n30,1,5\n", "a number was expected", 1, 4},
	    {"20 1 2 3\n", "at most three columns", 1, 8},
	    {"20 1\nEND\n", "a number was expected: 'END'", 2, 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sabin_calibration c = {.length = 77};
		struct sabin_diag diag = {0};
		assert_int_equal(read_text(rows[i].text, &c, &diag), SABIN_EFORMAT);
		if (diag.line != rows[i].line || diag.column != rows[i].column ||
		    !strstr(diag.message, rows[i].message))
			fail_msg("row %zu: %d:%d: %s", i, diag.line, diag.column, diag.message);
		assert_int_equal(c.length, 77);
	}
	struct sabin_calibration c;
	struct sabin_diag diag;
	assert_int_equal(sabin_calibration_read("/none", &c, &diag), SABIN_EIO);
	assert_string_equal(diag.message, "no such file");
}

static void levels_are_interpolated_over_log_frequency(void **state)
{
	(void)state;
	struct sabin_calibration c;
	assert_ok(read_text("100 0\n400 6\n1600 -6\n", &c, NULL));
	assert_near(sabin_calibration_level_db(&c, 200), 3, 1e-12); /* halfway on the log axis */
	assert_near(sabin_calibration_level_db(&c, 800), 0, 1e-12);
	assert_near(sabin_calibration_level_db(&c, 400), 6, 1e-12);
	assert_near(sabin_calibration_level_db(&c, 1), 0, 0);
	assert_near(sabin_calibration_level_db(&c, 20000), -6, 0);
	assert_near(sabin_calibration_level_db(&c, NAN), 0, 0);
	sabin_calibration_release(&c);
	sabin_calibration_release(&c);
	assert_ok(read_text("0 1\n10 2\n20 3\n", &c, NULL));
	assert_near(sabin_calibration_level_db(&c, 5), 1, 0);
	sabin_calibration_release(&c);
}

static void assert_same(const char *name, double got, double want)
{
	if (isnan(want) ? !isnan(got) : !(fabs(got - want) < 1e-9))
		fail_msg("%s: %g, expected %g", name, got, want);
}

/* SPL = dBFS_rms + 124 - SF for the UMIK-1, 94 - SF for the UMM-6, 100 - SF, not to be relied on, for
 * the UMIK-2; a sensitivity in dBV says nothing. */
static void absolute_levels(void **state)
{
	(void)state;
	enum { U1 = SABIN_MICROPHONE_UMIK1, U2 = SABIN_MICROPHONE_UMIK2, UMM = SABIN_MICROPHONE_UMM6 };
	static const struct {
		const char *name, *header;
		int device; /* what the sound card says it is */
		double device_gain_db, dbspl;
		bool valid;
		int model; /* what the file says */
	} rows[] = {
	    {"UMIK-1", "\"Sens Factor =-0.250dB, AGain =18dB, SERNO: 7103946\"", 0, NAN, 124.25, true, U1},
	    {"full scale of another", "\"Sens Factor =-0.837dB, AGain =18dB, SERNO: 7103946\"", 0, NAN,
	     124.837, true, U1},
	    {"no AGain", "\"Sens Factor =-.6383dB, SERNO: 7000000\"", 0, NAN, 124.6383, true, U1},
	    {"unquoted", "Sens Factor =-.75dB, SERNO: 7060042", 0, NAN, 124.75, true, U1},
	    {"positive", "\"Sens Factor =1.725dB, AGain =18dB, SERNO: 7079831\"", 0, NAN, 122.275, true,
	     U1},
	    {"switches as in the file", "\"Sens Factor =-1dB, AGain =18dB, SERNO: 7103946\"", U1, 18, 125,
	     true, U1},
	    {"switches at 0 dB", "\"Sens Factor =-1dB, AGain =18dB, SERNO: 7103946\"", U1, 0, 143, true, U1},
	    {"UMIK-2", "\"Sens Factor =-12.07dB, AGain =18dB, SERNO: 8108494\"", 0, NAN, 112.07, false, U2},
	    {"90 degrees", "\"Sens Factor =-1dB, SERNO: 7103946\"\n\"Auto-generated 90-degree calibration "
	     "file\"", 0, NAN, 125, true, U1},
	    {"serial elsewhere", "\"miniDSP calibration SN:7103946\"\n\"Sens Factor =-1.378dB, SSNR = "
	     "18.07dB\"", 0, NAN, 125.378, true, U1},
	    {"EARS", "\"Sens Factor =-0.8dB, EARS Serial 860-3591\"", 0, NAN, NAN, false,
	     SABIN_MICROPHONE_EARS},
	    {"UMM-6 by the card", "\"Sens Factor =-19.5dB, SERNO: 12345\"", UMM, NAN, 113.5, true, 0},
	    {"the same without it", "\"Sens Factor =-19.5dB, SERNO: 12345\"", 0, NAN, NAN, false, 0},
	    {"UMM-6 by its header", "\"UMM-6\"\n\"Sens Factor =-19dB\"", 0, NAN, 113, true, UMM},
	    {"Dayton analog", "*1000Hz\t-40.3", 0, NAN, NAN, false, SABIN_MICROPHONE_ANALOG},
	    {"nothing", "# plain", 0, NAN, NAN, false, 0},
	    {"our record", "\"sabin calibration: 0 dBFS RMS = 121.50 dB SPL +- 0.23 dB\"", U1, 0, 121.5,
	     true, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sabin_calibration c;
		char text[300];
		snprintf(text, sizeof(text), "%s\n20 1\n20000 2\n", rows[i].header);
		assert_ok(read_text(text, &c, NULL));
		const struct sabin_quantity q =
		    sabin_calibration_dbspl(&c, (enum sabin_microphone_model)rows[i].device,
		                            rows[i].device_gain_db);
		assert_same(rows[i].name, q.value, rows[i].dbspl);
		assert_int_equal(q.valid, rows[i].valid);
		assert_int_equal(c.model, rows[i].model);
		assert_non_null(sabin_calibration_rule(&c, (enum sabin_microphone_model)rows[i].device));
		sabin_calibration_release(&c);
	}
	/* 94 dB SPL on a UMIK-1 of factor -0.250 is -30.25 dBFS; a sine of RMS 0.05 on one of -12.11 is
	 * 110.09 dB SPL */
	assert_near(-30.25 + 124.25, 94, 1e-12);
	assert_near(20 * log10(0.05) + 124 + 12.11, 110.09, 0.005);
}

static void incidence_comes_from_name_or_header(void **state)
{
	(void)state;
	struct sabin_calibration c;
	assert_ok(read_text("\"Auto-generated 90-degree calibration file\"\n20 1\n20000 2\n", &c, NULL));
	assert_int_equal(c.angle_deg, 90);
	sabin_calibration_release(&c);
	assert_ok(read_text("20 1\n20000 2\n", &c, NULL));
	assert_int_equal(c.angle_deg, -1);
	sabin_calibration_release(&c);
}

static void oddities_are_noted(void **state)
{
	(void)state;
	struct sabin_calibration c;
	assert_ok(read_text("20 1\n20 3\n20 5\n20000 7\n", &c, NULL));
	assert_int_equal(c.note_count, 1);
	assert_int_equal(c.note[0].line, 2);
	assert_non_null(strstr(c.note[0].text, "20 Hz is given more than once: averaged"));
	sabin_calibration_release(&c);
	assert_ok(read_text("200 70\n5000 72\n", &c, NULL));
	assert_int_equal(c.note_count, 2);
	sabin_calibration_release(&c);
}

/* A pure delay of 1 ms: phase -0.36 degrees per Hz, wrapped in the file. */
static void phase_is_unwrapped(void **state)
{
	(void)state;
	char text[4096];
	size_t n = 0;
	for (int f = 100; f <= 6400; f += 100)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%d 0 %.3f\n", f,
		                      remainder(-0.36 * f, 360));
	struct sabin_calibration c;
	assert_ok(read_text(text, &c, NULL));
	assert_near(remainder(sabin_calibration_phase_deg(&c, 3000) + 0.36 * 3000, 360), 0, 1e-6);
	/* linear interpolation over log frequency between lines 100 Hz apart */
	assert_near(sabin_calibration_delay_s(&c, 3000), 0.001, 2e-5);
	assert_near(sabin_calibration_delay_s(&c, 20), 0, 1e-12);
	sabin_calibration_release(&c);
}

static void a_record_reads_back(void **state)
{
	(void)state;
	struct sabin_calibration c, again;
	assert_ok(read_text("\"Sens Factor =-1dB, SERNO: 7103946\"\n20 1 5\n1000 0.5 -5\n20000 2 7\n", &c,
	                    NULL));
	char *text = sabin_calibration_record(&c, sabin_quantity_valid(123.45, 0.23), "a test");
	assert_non_null(text);
	assert_ok(read_text(text, &again, NULL));
	free(text);
	assert_near(again.recorded.value, 123.45, 1e-9);
	assert_near(again.recorded.plus_minus, 0.23, 1e-9);
	assert_int_equal(again.length, 3);
	assert_near(sabin_calibration_level_db(&again, 1000), 0.5, 0);
	assert_near(sabin_calibration_phase_deg(&again, 20000), 7, 0);
	assert_string_equal(again.serial, "7103946");
	sabin_calibration_release(&again);
	sabin_calibration_release(&c);
}

/* Two readings of one frequency on both sides of half a turn lie beside it, not beside nothing. */
static void equal_frequencies_have_a_mean_phase(void **state)
{
	(void)state;
	struct sabin_calibration c;
	assert_ok(read_text("20 0 170\n100 0 179\n100 0 -179\n1000 0 -170\n", &c, NULL));
	assert_near(sabin_calibration_phase_deg(&c, 100), 180, 1e-9);
	sabin_calibration_release(&c);
}

static void put(const char *path, const char *text, size_t blanks)
{
	FILE *stream = fopen(path, "w");
	assert_non_null(stream);
	fprintf(stream, "* %*s\n%s", (int)blanks, "", text);
	fclose(stream);
}

/* Files of two microphones may be called alike; what is long enough to be read is short enough to be kept. */
static void files_of_one_name_are_kept_apart(void **state)
{
	(void)state;
	char folder[] = "/tmp/sabin-test-XXXXXX", *name[4];
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("a", 0777) | mkdir("b", 0777) | mkdir("to", 0777), 0);
	put("a/mic.txt", "20 1\n20000 1\n", 0);
	put("b/mic.txt", "20 2\n20000 2\n", 3 << 20);
	assert_ok(sabin_save_calibration("a/mic.txt", "to", &name[0], NULL));
	assert_ok(sabin_save_calibration("b/mic.txt", "to", &name[1], NULL));
	assert_ok(sabin_save_calibration("a/mic.txt", "to", &name[2], NULL));
	assert_ok(sabin_save_calibration("b/mic.txt", "to", &name[3], NULL));
	assert_string_equal(name[0], "calibration/mic.txt");
	assert_string_not_equal(name[1], name[0]);
	assert_string_equal(name[2], name[0]);
	assert_string_equal(name[3], name[1]);
	for (int i = 0; i < 2; i++) {
		struct sabin_calibration c;
		char *path = sabin_path_join("to", name[i]);
		assert_ok(sabin_calibration_read(path, &c, NULL));
		assert_near(c.level_db[0], i + 1, 0);
		sabin_calibration_release(&c);
		unlink(path);
		free(path);
		free(name[i]);
		free(name[i + 2]);
	}
	assert_int_equal(unlink("a/mic.txt") | unlink("b/mic.txt") | rmdir("a") | rmdir("b") | rmdir("to/calibration") |
	                 rmdir("to") | chdir("/") | rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(makers_formats_are_read),
	    cmocka_unit_test(bad_files_are_refused_with_place),
	    cmocka_unit_test(levels_are_interpolated_over_log_frequency),
	    cmocka_unit_test(absolute_levels),
	    cmocka_unit_test(incidence_comes_from_name_or_header),
	    cmocka_unit_test(oddities_are_noted),
	    cmocka_unit_test(phase_is_unwrapped),
	    cmocka_unit_test(a_record_reads_back),
	    cmocka_unit_test(equal_frequencies_have_a_mean_phase),
	    cmocka_unit_test(files_of_one_name_are_kept_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
