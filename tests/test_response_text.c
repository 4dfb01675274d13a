/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_response_text.c: frequency responses as text, in every form in which they are known to come.
 */
#include <math.h>
#include <stdbool.h>
#include <unistd.h>

#include "io/response_text.h"
#include "util/near.h"

static const char *const endings[] = {"txt", "zma"};
enum { TEXT, ZMA };

static enum sabin_err read_as(int name, const char *text, size_t length,
                              struct sabin_response_text *out, struct sabin_diag *diag)
{
	char path[64];
	snprintf(path, sizeof path, "/tmp/sabin-test-response-%ld.%s", (long)getpid(),
	         endings[name]);
	FILE *stream = fopen(path, "wb");
	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
	const enum sabin_err err = sabin_response_text_read(path, out, diag);
	unlink(path);
	return err;
}

static enum sabin_err read_text(const char *text, struct sabin_response_text *out,
                                struct sabin_diag *diag)
{
	return read_as(TEXT, text, strlen(text), out, diag);
}

#define HEADER                                                                                     \
	"* Measurement data measured by REW V5.31.3\n"                                             \
	"* Source: EXCL: Microphone (Umik-1  Gain: 18dB), MICROPHONE (Master), R, vol: 0.540\n"    \
	"* Format: 256k Log Swept Sine, 1 sweep at -12.0 dBFS with no timing reference\n"          \
	"* Dated: Aug 13, 2026 7:07:24 PM\n* REW Settings:\n*  C-weighting compensation: Off\n"    \
	"*  Target level: 75.0 dB\n* Note: ;\n"

/* Three rows, 20.5 Hz 75.25 dB 10.5 degrees, 100 Hz -1.5 dB -170 degrees, 20 kHz 0 dB 0 degrees. */
static void forms(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
		bool phase;
		double smoothing_oct, points_per_octave;
		const char *measurement;
	} rows[] = {
	    {"blanks",
	     HEADER
	     "* Measurement: Bench Mic 1\n* Smoothing: None\n* Frequency Step: 0.36621094 Hz\n"
	     "* Start Frequency: 0.36621094 Hz\n*\n* Freq(Hz) SPL(dB) Phase(degrees)\n"
	     "20.500000 75.250 10.5000\n100.000000 -1.500 -170.0000\n20000.000000 0.000 0.0000\n",
	     true, 0, NAN, "Bench Mic 1"},
	    {"tabs, logarithmic, CR LF",
	     "* Measurement data saved by REW V5.40 Beta 132\r\n* Measurement: L\r\n"
	     "* Smoothing: 1/48 octave\r\n* Frequency Step: 96 ppo\r\n*\r\n"
	     "* Freq(Hz)\tSPL(dB)\tPhase(degrees)\r\n20.5\t75.25\t10.5\r\n100.0\t-1.5\t-170\r\n"
	     "20000\t0\t0\r\n",
	     true, 1 / 48.0, 96, "L"},
	    {"comma and blank",
	     "* Freq(Hz), SPL(dB), Phase(degrees)\n20.500, 75.25, 10.5\n"
	     "100.000, -1.5, -170.0\n20000.000, 0.0, 0.0\n",
	     true, NAN, NAN, ""},
	    {"semicolons",
	     "* Freq(Hz);SPL(dB);Phase(degrees)\n20.500;75.25;10.5\n100.0;-1.5;-170.0\n"
	     "20000.0;0.0;0.0\n",
	     true, NAN, NAN, ""},
	    {"semicolons, decimal commas",
	     "* Freq(Hz);SPL(dB);Phase(degrees)\n20,500;75,25;10,5\n"
	     "100,0;-1,5;-170,0\n20000,0;0,0;0,0\n",
	     true, NAN, NAN, ""},
	    {"tabs, decimal commas",
	     "20,500\t75,25\t10,5\n100,0\t-1,5\t-170,0\n20000,0\t0,0\t0,0\n", true, NAN, NAN, ""},
	    {"blanks, decimal commas", "20,500 75,25 10,5\n100,0 -1,5 -170,0\n20000,0 0,0 0,0\n",
	     true, NAN, NAN, ""},
	    {"comma and blank, decimal commas",
	     "* Freq(Hz), SPL(dB), Phase(degrees)\n20,500, 75,25, 10,5\n100,0, -1,5, -170,0\n"
	     "20000,0, 0,0, 0,0\n",
	     true, NAN, NAN, ""},
	    {"blanks that do not break between thousands",
	     "* Freq(Hz);SPL(dB)\n20,5;75,25\n100,0;-1,5\n20\xc2\xa0" "000,0;0,0\n", false, NAN, NAN, ""},
	    {"the same in an older code page, and narrow",
	     "20,5\t75,25\n1\xa0" "00,0\t-1,5\n20\xe2\x80\xaf" "000,0\t0,0\n", false, NAN, NAN, ""},
	    {"a note on the impedance",
	     "* frequency response of a loudspeaker of 8 ohms, whose impedance is in another file\n"
	     "* Note: Freq, Impedance\n20.5 75.25\n100 -1.5\n20000 0\n",
	     false, NAN, NAN, ""},
	    {"no header", "20.5 75.25 10.5\n100 -1.5 -170\n20000 0 0\n", true, NAN, NAN, ""},
	    {"no phase", "* a loudspeaker\n20.5 75.25\n100 -1.5\n20000 0\n", false, NAN, NAN, ""},
	    {"phase missing in a row", "20.5 75.25 10.5\n100 -1.5\n20000 0 0\n", true, NAN, NAN,
	     ""},
	    {"header of a Chinese code page",
	     "* Measurement: \xb2\xe2\xca\xd4\n* Freq(Hz) SPL(dB)\n20.5 75.25\n100 -1.5\n20000 0\n",
	     false, NAN, NAN, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"byte order mark, old Mac", "\xef\xbb\xbf* x\r20.5 75.25\r100 -1.5\r20000 0\r", false,
	     NAN, NAN, ""},
	    {"words between rows",
	     "Freq SPL\n20.5 75.25\nfrom here on the other microphone\n100 -1.5\n"
	     "20000 0 # the end\n\n",
	     false, NAN, NAN, ""},
	    {"ours",
	     "freq_hz,level_db,phase_deg,group_delay_s\n10,,,\n20.5,75.25,10.5,0.001\n"
	     "100,-1.5,-170,\n20000,0,0,1e-3\n",
	     true, NAN, NAN, ""},
	    {"another order",
	     "name,phase (deg),level (dB),frequency (Hz)\n1,10.5,75.25,20.5\n"
	     "2,-170,-1.5,100\n3,0,0,20000\n",
	     true, NAN, NAN, ""},
	    {"quoted",
	     "\"Frequency (Hz)\",\"SPL (dB)\"\n\"20.5\",\"75.25\"\n\"100\",\"-1.5\"\n"
	     "\"20000\",\"0\"\n",
	     false, NAN, NAN, ""},
	    {"0 Hz and no level", "0 -400 0\n20.5 75.25 10.5\n50 NaN 0\n100 -1.5 -170\n20000 0 0\n",
	     true, NAN, NAN, ""},
	    {"twice the same", "20.5 75 10.5\n20.5 75.5 10.5\n100 -1.5 -170\n20000 0 0\n", true,
	     NAN, NAN, ""},
	    {"smoothing as sabin says it",
	     "* left at mix, smoothing 1/12 octave\n20.5 75.25 10.5\n"
	     "100 -1.5 -170\n20000 0 0\n",
	     true, 1 / 12.0, NAN, ""},
	    {"exponents", "2.05E1 7.525E1 1.05E1\n1e2 -1.5 -170\n2e4 0 0\n", true, NAN, NAN, ""},
	};
	static const double freq_hz[] = {20.5, 100, 20000}, level_db[] = {75.25, -1.5, 0},
	                    phase_deg[] = {10.5, -170, 0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_response_text r = {0};
		struct sabin_diag diag = {0};
		if (read_text(rows[i].text, &r, &diag))
			fail_msg("%s: %d:%d: %s", rows[i].name, diag.line, diag.column,
			         diag.message);
		if (r.length != 3 || (r.phase_deg != NULL) != rows[i].phase ||
		    strcmp(r.name, rows[i].measurement) != 0)
			fail_msg("%s: %zu rows, '%s'", rows[i].name, r.length, r.name);
		assert_near_array(r.freq_hz, freq_hz, 3, 0);
		assert_near_array(r.level_db, level_db, 3, 0);
		for (size_t k = 0; k < 3 && r.phase_deg; k++)
			if (isfinite(r.phase_deg[k]))
				assert_near(r.phase_deg[k], phase_deg[k], 0);
		const double told[2] = {r.smoothing_oct, r.points_per_octave};
		const double expected[2] = {rows[i].smoothing_oct, rows[i].points_per_octave};
		for (int k = 0; k < 2; k++)
			if (isnan(expected[k]) ? !isnan(told[k])
			                       : !(fabs(told[k] - expected[k]) < 1e-12))
				fail_msg("%s: told %g", rows[i].name, told[k]);
		/* half way on the logarithmic axis */
		assert_near(sabin_response_text_level_db(&r, sqrt(20.5 * 100)), (75.25 - 1.5) / 2,
		            1e-9);
		sabin_response_text_release(&r);
	}
}

static void refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int name, line, column;
		const char *says;
	} rows[] = {
	    {"", TEXT, 0, 0, "at least two lines"},
	    {"* Freq(Hz) SPL(dB)\n20 1\n", TEXT, 0, 0, "at least two lines"},
	    {"20 1\n19 1\n", TEXT, 2, 1, "must rise"},
	    {"20 1\n30 x\n", TEXT, 2, 4, "a number was expected"},
	    {"20 1\n30\n", TEXT, 2, 1, "frequency and level"},
	    {"20 1\n-30 1\n", TEXT, 2, 1, "a frequency from 0"},
	    {"20 1\n30 1e9\n", TEXT, 2, 1, "a level from"},
	    {"20,5,75,1\n30,5,76,1\n", TEXT, 1, 9, "at most three columns"},
	    {"* Impedance data\n* Freq(Hz) Impedance(ohms) Phase(degrees)\n20 8 0\n30 9 0\n40 9 "
	     "0\n",
	     TEXT, 0, 0, "impedance"},
	    {"* Freq(Hz);Z (Ohm);Phase(degrees)\n20 8 0\n30 9 0\n40 9 0\n", TEXT, 1, 1, "impedance"},
	    {"frequency,impedance,phase\n20,8,0\n30,9,0\n40,9,0\n", TEXT, 1, 1, "impedance"},
	    {"20 8 0\n30 9 0\n40 9 0\n", ZMA, 0, 0, "impedance"},
	    {"* Impulse Response data saved by REW V5.40\n1 // Peak index\n0.5\n", TEXT, 0, 0,
	     "impulse response"},
	    {"Filter Settings file\n\n1 2\n3 4\n", TEXT, 0, 0, "filter settings"},
	    {"1\n2\n3\n4\n", TEXT, 0, 0, "one number a line"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_response_text r = {.length = 77};
		struct sabin_diag diag = {0};
		const enum sabin_err err =
		    read_as(rows[i].name, rows[i].text, strlen(rows[i].text), &r, &diag);
		if (err != SABIN_EFORMAT || !strstr(diag.message, rows[i].says) || r.length != 77 ||
		    (rows[i].line && (diag.line != rows[i].line || diag.column != rows[i].column)))
			fail_msg("row %zu: %d, %d:%d: %s", i, err, diag.line, diag.column,
			         diag.message);
	}
	struct sabin_response_text r;
	struct sabin_diag diag = {0};
	assert_int_equal(sabin_response_text_read("/nowhere/at/all", &r, &diag), SABIN_EIO);
	assert_int_equal(read_as(TEXT, "20 1\n\0 30 2\n", 12, &r, &diag), SABIN_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms),
	    cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
