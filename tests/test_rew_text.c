/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_rew_text.c: REW's text exports, versions and mishaps; what is no impulse response is named.
 */
#include <math.h>
#include <unistd.h>

#include "io/measurement.h"
#include "io/rew_text.h"
#include "util/near.h"

static int set_up(void **state)
{
	char *folder = strdup("/tmp/sabin-test-XXXXXX");
	*state = folder;
	return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"a.txt", "a.zma", "a.frd"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(names[i]);
	const int done = chdir("/") || rmdir(*state);
	free(*state);
	return done;
}

static void put(const char *path, const char *text)
{
	FILE *stream = fopen(path, "wb");
	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, strlen(text), stream), strlen(text));
	assert_int_equal(fclose(stream), 0);
}

#define SAMPLES "0.0\n1.0E-3\n-2.5E-1\n0.5\n-1.654331E-6\n"
static const double samples[5] = {0, 1e-3, -0.25, 0.5, -1.654331e-6};

/* Every form in which the five samples are known to come. */
static void versions(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double rate_hz, zero, offset_db;
		enum sabin_rew_timing timing;
		bool windowed, minimum_phase;
	} rows[] = {
	    /* 5.40, a fractional start time, loopback */
	    {"* Impulse Response data saved by REW V5.40 Beta 132\n* IR is not normalised\n"
	     "* IR window has not been applied\n* IR is not the min phase version\n"
	     "* Source: Scarlett 2i2 4th Gen, Scarlett 2i2 4th Gen , 1, volume: no control\n"
	     "* Dated: Jun 15, 2026, 2:47:02 PM\n* Measurement: w-L_01 (sw)\n"
	     "* Excitation: 512k Log Swept Sine, 1 sweep at -10.0 dBFS using a loopback as a timing "
	     "reference\n* Response measured over: 20.1 to 19,999.9 Hz\n"
	     "0.5004601565003395 // Peak value before normalisation\n3 // Peak index\n"
	     "5 // Response length\n1.0416666666666666E-5 // Sample interval (seconds)\n"
	     "-1.3020833333333333E-5 // Start time (seconds)\n120.0 // Data offset (dB)\n"
	     "* Data start\n" SAMPLES,
	     96000, 1.25, 120, SABIN_REW_TIMING_LOOPBACK, false, false},
	    /* 5.19: no stars, no offset, a blank line; made on a machine that ends lines with CR LF */
	    {"Impulse Response data saved by REW V5.19\r\nIR is not normalised\r\n"
	     "IR window has been applied\r\nSource: x\r\nDated: y\r\nMeasurement: z\r\n"
	     "Excitation: 256k Log Swept Sine, 1 sweep at -12.0 dBFS with no timing reference\r\n"
	     "Response measured over: 2,9 to 24 000,0 Hz\r\n0.5 // Peak value before normalisation\r\n"
	     "3 // Peak index\r\n5 // Response length\r\n"
	     "2.0833333333333333E-5 // Sample interval (seconds)\r\n"
	     "-0.0 // Start time (seconds)\r\n\r\n" SAMPLES,
	     48000, 0, NAN, SABIN_REW_TIMING_NONE, true, false},
	    /* the least that other programs write; an acoustic reference; decimal commas */
	    {"* Impulse Response data saved by REW V5.31\n* IR is the min phase version\n"
	     "* Excitation: 512k Log Swept Sine, 1 sweep at -12.0 dBFS using an acoustic timing "
	     "reference\n0,5 // Peak value before normalisation\n3 // Peak index\n"
	     "5 // Response length\n2,2675736961451248E-5 // Sample interval (seconds)\n"
	     "-1,0 // Start time (seconds)\n* Data start\n"
	     "0,0\n1,0E-3\n-2,5E-1\n0,5\n-1,654331E-6\n",
	     44100, 44100, NAN, SABIN_REW_TIMING_ACOUSTIC, false, true},
	    /* normalised: the peak brings it back; a byte order mark; another alphabet in the notes */
	    {"\xef\xbb\xbf* Impulse Response data saved by REW V5.20\n* IR is normalised\n"
	     "* Measurement: \xb2\xe2\xca\xd4\n0.5 // Peak value before normalisation\n"
	     "3 // Peak index\n5 // Response length\n2.0833333333333333E-5 // Sample interval (seconds)\n"
	     "-1.0 // Start time (seconds)\n* Data start\n0\n2.0E-3\n-0.5\n1.0\n-3.308662E-6\n",
	     48000, 48000, NAN, SABIN_REW_TIMING_NONE, false, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_wav wav = {0};
		struct sabin_rew_impulse about;
		struct sabin_diag diag = {0};
		put("a.txt", rows[i].text);
		assert_int_equal(sabin_rew_text_kind("a.txt"), SABIN_REW_IMPULSE);
		if (sabin_rew_text_read("a.txt", &wav, &about, &diag))
			fail_msg("row %zu: line %d: %s", i, diag.line, diag.message);
		assert_int_equal(wav.rate_hz, (unsigned)rows[i].rate_hz);
		assert_int_equal(wav.channels, 1);
		assert_int_equal(wav.frames, 5);
		assert_near_array(wav.samples, samples, 5, 1e-18); /* decimals halved: a rounding */
		/* 16 digits of an interval and of a start time: a millionth of a sample in a second */
		assert_near(about.zero, rows[i].zero, 1e-6);
		assert_int_equal(about.timing, rows[i].timing);
		assert_int_equal(about.windowed, rows[i].windowed);
		assert_int_equal(about.minimum_phase, rows[i].minimum_phase);
		if (isnan(rows[i].offset_db))
			assert_true(isnan(about.spl_offset_db));
		else
			assert_near(about.spl_offset_db, rows[i].offset_db, 0);
		sabin_wav_release(&wav);
	}
}

static void kinds(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
		enum sabin_rew_kind kind;
		const char *says;
	} rows[] = {
	    {"a.txt",
	     "* Measurement data measured by REW V5.31.3\n* Note: ;\n* Freq(Hz) SPL(dB) "
	     "Phase(degrees)\n100.0 90.0 10.0\n",
	     SABIN_REW_RESPONSE, "frequency response"},
	    {"a.txt", "* Measurement data measured by REW V5.40\n* Freq(Hz) Impedance(ohms) "
	              "Phase(degrees)\n20 8 0\n",
	     SABIN_REW_IMPEDANCE, "impedance"},
	    {"a.zma", "20 8.1 3\n40 9 2\n80 12 1\n", SABIN_REW_IMPEDANCE, "impedance"},
	    {"a.frd", "20\t80.1\t3\n40\t81\t2\n80\t82\t1\n", SABIN_REW_RESPONSE, "frequency response"},
	    {"a.txt", "frequency,raw\n20.0,-25\n21.0,-24\n22.0,-23\n", SABIN_REW_RESPONSE,
	     "frequency response"},
	    {"a.txt", "RT60 data saved by REW V5.40\nNote: x\n", SABIN_REW_DECAY, "reverberation times"},
	    {"a.txt", "Filter Settings file\n\nRoom EQ V5.20\n", SABIN_REW_FILTERS, "filter settings"},
	    {"a.txt", "0.0\n0.1\n-0.2\n0.3\n", SABIN_REW_SAMPLES, "sampling rate"},
	    {"a.txt", "once upon a time\nthere was a room\n", SABIN_REW_NONE, "not a sound file"},
	    {"a.txt", "RIFF", SABIN_REW_NONE, "not a sound file"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_measurement m;
		struct sabin_diag diag = {0};
		put(rows[i].path, rows[i].text);
		if (sabin_rew_text_kind(rows[i].path) != rows[i].kind)
			fail_msg("row %zu is taken for kind %d", i, sabin_rew_text_kind(rows[i].path));
		assert_int_equal(sabin_measurement_open(rows[i].path, &m, &diag), SABIN_EFORMAT);
		if (!strstr(diag.message, rows[i].says))
			fail_msg("row %zu: %s", i, diag.message);
		assert_true(rows[i].kind == SABIN_REW_NONE || strstr(diag.advice, "Export"));
	}
	assert_int_equal(sabin_rew_text_kind("missing.txt"), SABIN_REW_NONE);
}

static void write_impulse(const char *excitation, double start_s)
{
	char text[8192];
	int n = snprintf(text, sizeof text,
	                 "* Impulse Response data saved by REW V5.40\n* Excitation: %s\n"
	                 "1 // Peak value before normalisation\n600 // Peak index\n"
	                 "1024 // Response length\n2.0833333333333333E-5 // Sample interval (seconds)\n"
	                 "%.17g // Start time (seconds)\n94.5 // Data offset (dB)\n* Data start\n",
	                 excitation, start_s);
	for (int i = 0; i < 1024; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%d\n", i == 600);
	put("a.txt", text);
}

static struct sabin_measured place(void)
{
	struct sabin_measurement m;
	struct sabin_diag diag = {0};
	if (sabin_measurement_open("a.txt", &m, &diag))
		fail_msg("%s", diag.message);
	struct sabin_measured r = m.responses[0];
	r.file = r.calibration = NULL;
	sabin_measurement_release(&m);
	return r;
}

/* Emission between two samples: sample, rest and arrival add up, and nothing is rounded away. */
static void fractional_start(void **state)
{
	(void)state;
	static const double zeros[] = {500, 500.25, 499.75, 500.4999, 0.125, -3.5, 2000.5};
	for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
		const double zero = zeros[i];
		write_impulse("1 sweep using a loopback as a timing reference", -zero / 48000);
		const struct sabin_measured r = place();
		assert_near(r.dbspl_at_0dbfs.value, 94.5, 0);
		assert_near(r.distance_m.value, (600 - zero) / 48000 * 343.2, 1e-4);
		const double position = (double)r.zero_index +
		                        (r.zero_offset_s + r.arrival_s.value) * 48000;
		assert_near(position, 600, 1e-4);
		if (zero < 0 || zero > 1023) {
			assert_int_equal(r.zero, SABIN_ZERO_ARRIVAL);
			continue;
		}
		assert_int_equal(r.zero, SABIN_ZERO_EMISSION);
		assert_near((double)r.zero_index + r.zero_offset_s * 48000, zero, 1e-6);
		assert_near(r.zero_offset_s * 48000, 0, 0.5);
		assert_near(r.arrival_s.value, (600 - zero) / 48000, 1e-9);
	}
	/* another speaker's arrival is a zero too, but tells no distance */
	write_impulse("1 sweep using an acoustic timing reference", -500.25 / 48000);
	struct sabin_measured r = place();
	assert_int_equal(r.zero, SABIN_ZERO_REFERENCE);
	assert_near((double)r.zero_index + r.zero_offset_s * 48000, 500.25, 1e-6);
	assert_near(r.arrival_s.value, (600 - 500.25) / 48000, 1e-9);
	assert_false(r.distance_m.valid);
	write_impulse("1 sweep with no timing reference", -500.25 / 48000);
	r = place();
	assert_int_equal(r.zero, SABIN_ZERO_ARRIVAL);
	assert_int_equal(r.zero_index, 600);
	assert_near(r.zero_offset_s, 0, 0);
	assert_false(r.distance_m.valid);
}

static void broken(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
		int line;
	} rows[] = {
	    {"5 // Response length\n1 // Sample interval\n", "sample interval", 0},
	    {"1 // Response length\n2.0833333333333333E-5 // Sample interval\n1e300\n",
	     "out of range", 4},
	    {"IR is normalised\n1 // Response length\n2.0833333333333333E-5 // Sample interval\n"
	     "1\n",
	     "peak value", 0},
	    {"IR is normalised\n1e30 // Peak value\n1 // Response length\n"
	     "2.0833333333333333E-5 // Sample interval\n1e30\n",
	     "out of range", 0},
	    {"3 // Response length\n2.0833333333333333E-5 // Sample interval\n1\n2\n",
	     "announces 3", 0},
	    {"3 // Response length\n2.0833333333333333E-5 // Sample interval\n1 2 3\n",
	     "", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_wav wav = {0};
		struct sabin_rew_impulse about;
		struct sabin_diag diag = {0};
		char text[512];
		snprintf(text, sizeof text, "* Impulse Response data saved by REW\n%s", rows[i].text);
		put("a.txt", text);
		assert_int_equal(sabin_rew_text_read("a.txt", &wav, &about, &diag), SABIN_EFORMAT);
		if (!strstr(diag.message, rows[i].says) || diag.line != rows[i].line)
			fail_msg("row %zu: line %d: %s", i, diag.line, diag.message);
		assert_null(wav.samples);
	}
}

#define row(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    row(versions),
	    row(kinds),
	    row(fractional_start),
	    row(broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
