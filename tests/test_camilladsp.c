/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_camilladsp.c: CamillaDSP's files: what each filter, step and mixer means, by closed forms and the program's own
 * documentation; what is refused, with line and reason.
 */
#include <math.h>
#include <stdlib.h>

#include "util/dialect_text.h"
#include "util/near.h"
#include "util/settings.h"

static void camilladsp(void **state)
{
	static const char head[] = "devices:\n  samplerate: 48000\n  chunksize: 1024\n"
	                           "  capture: {type: Alsa, channels: 2, device: x}\n";
	char text[1000];
	struct sabin_setting s;
	struct sabin_random random;
	struct sabin_dialect_files files = {0};
	(void)state;
	snprintf(text, sizeof text, "%s%s", head,
	         "filters:\n  a: {type: Biquad, parameters: {type: Lowshelf, freq: 100, gain: 6, slope: 12}}\n"
	         "  b: {type: Gain, parameters: {gain: 0.5, scale: linear, inverted: true}}\n"
	         "  c: {type: Delay, parameters: {delay: 48, unit: samples}}\n"
	         "pipeline:\n  - {type: Filter, channel: 0, names: [a]}\n  - {type: Filter, names: [b]}\n"
	         "  - {type: Filter, channels: [1], names: [c]}\n");
	s = test_setting_of(&sabin_dialect_camilladsp, "x.yml", text);
	test_section(s.channels[0].sections[0], SABIN_SECTION_LOW_SHELF, 100, 6, M_SQRT1_2);
	assert_near(s.channels[1].preamp_db, 20 * log10(0.5), 1e-9);
	assert_int_equal(s.channels[1].polarity, -1);
	assert_near(s.channels[1].delay_s, 0.001, 1e-12);
	assert_int_equal(s.channels[1].section_count, 0);
	sabin_setting_release(&s);
	snprintf(text, sizeof text, "%s%s", head, "filters:\n  a: {type: Gain, parameters: {gain: 1, gian: 2}}\n"
	         "pipeline:\n  - {type: Filter, names: [a]}\n");
	test_refused(&sabin_dialect_camilladsp, text, 6, "'gian'");
	snprintf(text, sizeof text, "%s%s", head, "pipeline:\n  - {type: Filter, names: [missing]}\n");
	test_refused(&sabin_dialect_camilladsp, text, 6, "name of a filter");
	/* version 2 has channel, later ones channels; formats have underscores in 4 */
	sabin_random_init(&random, 1);
	test_setting(&random, 2, false, &s);
	sabin_setting_add_rate(&s, 48000);
	assert_ok(sabin_dialect_camilladsp.write(&s, NULL, &files));
	for (size_t i = 0; i < files.count; i++) {
		const int version = files.file[i].name[1] - '0';
		assert_true((strstr(files.file[i].bytes, "channel: 0") != NULL) == (version == 2));
		assert_true((strstr(files.file[i].bytes, "channels: [0]") != NULL) == (version > 2));
		assert_true((strstr(files.file[i].bytes, "S32_LE") != NULL) == (version == 4));
	}
	assert_int_equal(files.count, 3);
	sabin_dialect_files_release(&files);
	sabin_setting_release(&s);
}

static const char head[] = "devices: {samplerate: 48000, capture: {type: Alsa, channels: 2}}\n";

/* One filter, in line 3, on channel 0. */
static const char *of_filter(const char *filter)
{
	static _Thread_local char text[1200];
	snprintf(text, sizeof text, "%sfilters:\n  x: %s\npipeline:\n  - {type: Filter, channels: [0], names: [x]}\n", head, filter);
	return text;
}

static struct sabin_section biquad(const char *parameters)
{
	char filter[400];
	snprintf(filter, sizeof filter, "{type: Biquad, parameters: {%s}}", parameters);
	struct sabin_setting s = test_setting_of(&sabin_dialect_camilladsp, "x.yml", of_filter(filter));
	assert_int_equal(s.channels[0].section_count, 1);
	assert_int_equal(s.channels[1].section_count, 0);
	const struct sabin_section section = s.channels[0].sections[0];
	sabin_setting_release(&s);
	return section;
}

static void biquads(void **state)
{
	(void)state;
	test_section(biquad("type: Peaking, freq: 63, gain: -3, q: 2"), SABIN_SECTION_PEAKING, 63, -3, 2);
	test_section(biquad("type: Lowshelf, freq: 80, gain: 2, q: 0.6"), SABIN_SECTION_LOW_SHELF, 80, 2, 0.6);
	test_section(biquad("type: Highpass, freq: 20, q: 0.7"), SABIN_SECTION_HIGH_PASS, 20, 0, 0.7);
	test_section(biquad("type: Bandpass, freq: 500, q: 3"), SABIN_SECTION_BAND_PASS, 500, 0, 3);
	/* slope 12 dB an octave is S = 1, Q = 1/sqrt(2); half of it, 1/Q^2 = (A + 1/A)(1/S - 1) + 2 */
	const double A = pow(10, 6 / 40.0);
	test_section(biquad("type: Highshelf, freq: 8000, gain: 6, slope: 6"), SABIN_SECTION_HIGH_SHELF, 8000, 6,
	             1 / sqrt((A + 1 / A) * (1 / 0.5 - 1) + 2));
	/* an octave: 1/Q = 2 sinh(ln 2/2 BW w/sin w), w = 2 pi f/fs; far below half the rate 1.41421 */
	const double w = 2 * M_PI * 12000 / 48000;
	test_section(biquad("type: Notch, freq: 12000, bandwidth: 1"), SABIN_SECTION_NOTCH, 12000, 0,
	             1 / (2 * sinh(log(2) / 2 * w / sin(w))));
	assert_near(biquad("type: Allpass, freq: 20, bandwidth: 1").q, M_SQRT2, 1e-5);
}

static void gains_and_delays(void **state)
{
	static const struct {
		const char *parameters;
		double s;
	} delays[] = {{"delay: 2.5", 0.0025}, {"delay: 2500, unit: us", 0.0025}, {"delay: 343, unit: mm", 0.001},
	              {"delay: 96, unit: samples", 0.002}};
	char filter[200];
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(filter, sizeof filter, "{type: Delay, parameters: {%s}}", delays[i].parameters);
		struct sabin_setting s = test_setting_of(&sabin_dialect_camilladsp, "x.yml", of_filter(filter));
		assert_near(s.channels[0].delay_s, delays[i].s, 1e-12);
		sabin_setting_release(&s);
	}
	struct sabin_setting s = test_setting_of(&sabin_dialect_camilladsp, "x.yml",
	                                         of_filter("{type: Gain, parameters: {gain: -0.1, scale: linear}}"));
	assert_near(s.channels[0].preamp_db, -20, 1e-9);
	assert_int_equal(s.channels[0].polarity, -1);
	sabin_setting_release(&s);
	/* a response, in numbers */
	s = test_setting_of(&sabin_dialect_camilladsp, "x.yml",
	                    of_filter("{type: Conv, parameters: {type: Values, values: [0, 0.5]}}"));
	double *h, db;
	size_t n;
	const double hz = 5000;
	assert_ok(sabin_setting_impulse(&s.channels[0], 48000, 2, &h, &n));
	assert_near(h[0], 0, 1e-15);
	assert_near(h[1], 0.5, 1e-15);
	assert_ok(sabin_setting_level(&s.channels[0], 48000, &hz, 1, &db));
	assert_near(db, 20 * log10(0.5), 1e-9);
	free(h);
	sabin_setting_release(&s);
}

/* A mixer in which every channel comes from itself; a step that is bypassed; names that come twice sound twice. */
static void pipeline(void **state)
{
	char text[900];
	(void)state;
	snprintf(text, sizeof text, "%s%s", head,
	         "filters:\n  g: {type: Gain, parameters: {gain: -1}}\nmixers:\n  m:\n    channels: {in: 2, out: 2}\n    mapping:\n"
	         "      - {dest: 0, sources: [{channel: 0, gain: -2, inverted: true}]}\n"
	         "      - {dest: 1, sources: [{channel: 1, gain: 3}]}\n"
	         "pipeline:\n  - {type: Mixer, name: m}\n  - {type: Filter, names: [g, g]}\n"
	         "  - {type: Filter, channel: 1, names: [g]}\n  - {type: Filter, names: [g], bypassed: true}\n"
	         "  - {type: Mixer, name: m, bypassed: true}\n");
	struct sabin_setting s = test_setting_of(&sabin_dialect_camilladsp, "x.yml", text);
	assert_near(s.channels[0].preamp_db, -4, 1e-9);
	assert_near(s.channels[1].preamp_db, 0, 1e-9);
	assert_int_equal(s.channels[0].polarity, -1);
	assert_int_equal(s.channels[1].polarity, 1);
	sabin_setting_release(&s);
}

static void what_is_refused(void **state)
{
	static const char *const filters[][2] = {
	    {"5", "a mapping was expected"},
	    {"{type: Gain, parameters: 5}", "a mapping was expected"},
	    {"{type: Gain, parameters: {gain: much}}", "gain: a number was expected"},
	    {"{type: Gain, parameters: {gain: 200}}", "-150 to 150 dB"},
	    {"{type: Gain, parameters: {gain: 0, scale: linear}}", "or a factor"},
	    {"{type: Gain, parameters: {gain: 0, mute: true}}", "not muted"},
	    {"{type: Delay, parameters: {delay: 1, unit: feet}}", "ms, us, mm or samples"},
	    {"{type: Delay, parameters: {delay: -1}}", "0 to 10 s"},
	    {"{type: Delay, parameters: {delay: 1e9}}", "0 to 10 s"},
	    {"{type: Biquad, parameters: {type: Free, b0: 1, b1: 0, b2: 0, a1: -2.5, a2: 1}}", "stable"},
	    {"{type: Biquad, parameters: {type: Free, b0: 1}}", "b1: a number was expected"},
	    {"{type: Biquad, parameters: {type: Tilt, freq: 100}}", "the biquad 'Tilt' is not understood"},
	    {"{type: Biquad, parameters: {type: Peaking, freq: 100, gain: 1}}", "one of q, bandwidth and slope"},
	    {"{type: Biquad, parameters: {type: Peaking, freq: 100, gain: 1, q: 1, bandwidth: 1}}", "one of q"},
	    {"{type: Biquad, parameters: {type: Peaking, freq: 100, gain: 1, slope: 6}}", "q or bandwidth"},
	    {"{type: Biquad, parameters: {type: Lowshelf, freq: 100, gain: 1, bandwidth: 1}}", "q or slope"},
	    {"{type: Biquad, parameters: {type: Peaking, freq: 100, gain: 1, bandwidth: -1}}", "above 0"},
	    {"{type: Conv, parameters: {type: Raw, filename: x.bin}}", "a Wav with filename, or Values"},
	    {"{type: Conv, parameters: {type: Values, values: []}}", "or Values"},
	    {"{type: Conv, parameters: {type: Values, values: [1, loud]}}", "a number was expected"},
	    {"{type: Conv, parameters: {type: Wav, filename: x.wav, channel: -1}}", "a number from 0"},
	    {"{type: Dither, parameters: {}}", "Gain, Biquad, Delay or Conv"},
	};
	static const struct {
		const char *text;
		int line;
		const char *what;
	} files[] = {
	    {"filters: {}\n", 0, "devices was expected"},
	    {"devices: {samplerate: 10}\n", 1, "1000 to 768000 Hz"},
	    {"devices: {}\n", 1, "samplerate: a number"},
	    {"devices: {samplerate: 48000, capture: {channels: 65}}\n", 1, "1 to 64"},
	    {"devices: {samplerate: 48000, capture: {channels: 1.5}}\n", 1, "1 to 64"},
	    {"devices: {samplerate: 48000}\nequaliser: {}\n", 2, "'equaliser'"},
	    {"devices: {samplerate: 48000}\npipeline:\n  - {type: Processor, name: c}\n", 3, "Filter or Mixer"},
	    {"devices: {samplerate: 48000}\npipeline:\n  - {type: Filter}\n", 3, "names: a list"},
	    {"devices: {samplerate: 48000}\npipeline:\n  - {type: Filter, channel: 2, names: []}\n", 3, "one of the device"},
	    {"devices: {samplerate: 48000}\npipeline:\n  - {type: Filter, channels: 1, names: []}\n", 3, "channels: a list"},
	    {"devices: {samplerate: 48000}\npipeline:\n  - {type: Filter, channels: [0, 9], names: []}\n", 3, "those of the device"},
	    {"devices: {samplerate: 48000}\npipeline:\n  - {type: Mixer, name: none}\n", 3, "as many channels"},
	    {"devices: {samplerate: 48000}\nmixers:\n  m:\n    mapping:\n      - {dest: 0, sources: [{channel: 1}]}\n"
	     "      - {dest: 1, sources: [{channel: 0}]}\npipeline:\n  - {type: Mixer, name: m}\n", 5, "mixed"},
	    {"devices: {samplerate: 48000}\nmixers:\n  m:\n    mapping:\n      - {dest: 0, sources: [{channel: 0}]}\n"
	     "      - {dest: 0, sources: [{channel: 0}]}\npipeline:\n  - {type: Mixer, name: m}\n", 6, "mixed"},
	    {"devices: {samplerate: 48000}\nmixers:\n  m:\n    mapping:\n      - {dest: 0, sources: [{channel: 0, gain: 999}]}\n"
	     "      - {dest: 1, sources: [{channel: 1}]}\npipeline:\n  - {type: Mixer, name: m}\n", 5, "a gain in dB"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		test_refused(&sabin_dialect_camilladsp, of_filter(filters[i][0]), i == 0 || i == 1 ? 0 : 3, filters[i][1]);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		test_refused(&sabin_dialect_camilladsp, files[i].text, files[i].line, files[i].what);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(camilladsp), cmocka_unit_test(biquads), cmocka_unit_test(gains_and_delays),
	    cmocka_unit_test(pipeline),   cmocka_unit_test(what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
