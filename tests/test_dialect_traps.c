/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_dialect_traps.c: what each dialect is known to trip people with, against closed forms and what the
 * programs' own documentation says; files that are refused, with line and reason.
 */
#include <math.h>
#include <stdlib.h>

#include "io/number.h"
#include "util/near.h"
#include "util/seed.h"
#include "util/dialect_text.h"
#include "util/settings.h"

/* One filter line's section. */
static struct sabin_section filter(const char *line)
{
	char text[200];
	snprintf(text, sizeof text, "Preamp: -1 dB\n%s\n", line);
	struct sabin_setting s = test_setting_of(&sabin_dialect_autoeq, "left.txt", text);
	assert_int_equal(s.channels[0].section_count, 1);
	const struct sabin_section section = s.channels[0].sections[0];
	sabin_setting_release(&s);
	return section;
}

/* Equalizer APO's rules for filter lines. */
static void filter_lines(void **state)
{
	(void)state;
	/* three decimals are a separator of thousands */
	test_section(filter("Filter 1: ON PK Fc 63.125 Hz Gain -7.50 dB Q 4.0"), SABIN_SECTION_PEAKING, 63125, -7.5, 4);
	test_section(filter("Filter 1: ON PK Fc 63.12 Hz Gain -7.50 dB Q 4.0"), SABIN_SECTION_PEAKING, 63.12, -7.5, 4);
	test_section(filter("Filter 1: ON PK Fc .125 Hz Gain 1 dB Q 4.0"), SABIN_SECTION_PEAKING, 0.125, 1, 4);
	/* decimal commas, blanks of other kinds between thousands */
	test_section(filter("Filter  3: ON  PK  Fc   20,5 Hz  Gain  -1,5 dB  Q  2,5"), SABIN_SECTION_PEAKING, 20.5, -1.5, 2.5);
	test_section(filter("Filter 3: ON PK Fc 1\xc2\xa0" "250,0 Hz Gain 1 dB Q 1"), SABIN_SECTION_PEAKING, 1250, 1, 1);
	/* bandwidth in octaves: Q = 1/(2 sinh(ln2/2 BW)); half an octave 2.871 */
	assert_near(filter("Filter: ON PEQ Fc 100 Hz Gain 1.00 dB BW Oct 0.5").q, 2.871, 0.001);
	/* the mode's filter keeps its Q, and the T60 is a note */
	test_section(filter("Filter 1: ON Modal Fc 100 Hz Gain 3.0 dB Q 5.41 T60 target 100 ms"), SABIN_SECTION_PEAKING, 100, 3, 5.41);
	/* LSC: the centre, Q or slope.  S = 1 is Q 0.7071 whatever the gain */
	test_section(filter("Filter 1: ON LSC Fc 105 Hz Gain 3 dB Q 0.7071"), SABIN_SECTION_LOW_SHELF, 105, 3, 0.7071);
	test_section(filter("Filter 1: ON HSC 12 dB Fc 8000 Hz Gain -2 dB"), SABIN_SECTION_HIGH_SHELF, 8000, -2, M_SQRT1_2);
	/* LS with a slope is a corner: centre = Fc 10^(|G|/(80 S)); HS the other way */
	test_section(filter("Filter 1: ON LS 12dB Fc 100 Hz Gain 8 dB"), SABIN_SECTION_LOW_SHELF, 100 * pow(10, 0.1), 8, M_SQRT1_2);
	test_section(filter("Filter 1: ON HS 12dB Fc 1000 Hz Gain -8 dB"), SABIN_SECTION_HIGH_SHELF, 1000 * pow(10, -0.1), -8, M_SQRT1_2);
	/* with a Q too: S = 1 again */
	test_section(filter("Filter 1: ON LS Fc 100 Hz Gain 8 dB Q 0.70710678118654752"), SABIN_SECTION_LOW_SHELF, 100 * pow(10, 0.1), 8, M_SQRT1_2);
	/* without either: S = 0.9, the centre.  1/Q^2 = (A + 1/A)(1/S - 1) + 2 */
	const double A = pow(10, 6 / 40.0);
	test_section(filter("Filter 1: ON LS Fc 100 Hz Gain 6 dB"), SABIN_SECTION_LOW_SHELF, 100, 6,
	       1 / sqrt((A + 1 / A) * (1 / 0.9 - 1) + 2));
	test_section(filter("Filter 1: ON LP Fc 100 Hz"), SABIN_SECTION_LOW_PASS, 100, 0, M_SQRT1_2);
	test_section(filter("Filter 1: ON HPQ Fc 100 Hz Q 0.5"), SABIN_SECTION_HIGH_PASS, 100, 0, 0.5);
	test_section(filter("Filter 1: ON NO Fc 50 Hz"), SABIN_SECTION_NOTCH, 50, 0, 30);
	test_refused(&sabin_dialect_autoeq, "Preamp: -1 dB\nFilter 1: ON PK Fc 100 Hz Gain 3 dB Q 0\n", 2, "Q above 0");
	test_refused(&sabin_dialect_autoeq, "Filter 1: ON pk Fc 100 Hz Gain 3 dB Q 1\n", 1, "'pk'");
	test_refused(&sabin_dialect_autoeq, "Filter 1: ON PK Fc 100 Hz Gain 3 Q 1\n", 1, "dB was expected");
	test_refused(&sabin_dialect_autoeq, "Filter 1: ON PK Gain 3 dB Q 1\n", 1, "Fc");
	test_refused(&sabin_dialect_autoeq, "Filter 1: ON PK Fc 1 Hz Fc 2 Hz Gain 3 dB Q 1\n", 1, "twice");
	test_refused(&sabin_dialect_autoeq, "Filter 1: ON PK Fc 1e999 Hz Gain 3 dB Q 1\n", 1, "number");
	test_refused(&sabin_dialect_autoeq, "Preamp: -1 dB\n\nhello\n", 3, "Filter N:");
}

static void apo(void **state)
{
	(void)state;
	/* preamps add up; what comes before any Channel is for all; Copy inverts; unknown words are no commands */
	struct sabin_setting s = test_setting_of(&sabin_dialect_apo, "config.txt",
	    "Preamp: -3 dB\nhello\nFilter 1: ON PK Fc 100 Hz Gain 3 dB Q 1\nChannel: L\nPreamp: -2,5 dB\n"
	    "Delay: 0.35 ms\nCopy: L=-1*L\nChannel: R 3\nFilter: OFF PK Fc 100 Hz Gain 3 dB Q 1\n"
	    "If: sampleRate == 48000\nFilter 5: ON IIR Order 2 Coefficients 1.0 -1.9 0.95 1.0 -1.8 0.9\nEndIf:\n");
	assert_int_equal(s.channel_count, 3);
	assert_string_equal(s.channels[0].name, "left");
	assert_string_equal(s.channels[1].name, "right");
	assert_string_equal(s.channels[2].name, "channel-3");
	assert_near(s.channels[0].preamp_db, -5.5, 1e-9);
	assert_near(s.channels[1].preamp_db, -3, 1e-9);
	assert_near(s.channels[0].delay_s, 0.00035, 1e-12);
	assert_int_equal(s.channels[0].polarity, -1);
	assert_int_equal(s.channels[0].section_count, 1);
	assert_int_equal(s.channels[1].section_count, 2);
	/* a's of IIR are not turned */
	assert_near(s.channels[1].sections[0].taps.a[1], -1.8, 0);
	assert_near(s.channels[1].sections[0].rate_hz, 48000, 0);
	sabin_setting_release(&s);
	test_refused(&sabin_dialect_apo, "Device: all\nInclude: other.txt\n", 2, "Include");
	test_refused(&sabin_dialect_apo, "Channel: L\nCopy: L=L+R\n", 2, "own factor");
	test_refused(&sabin_dialect_apo, "Channel: L\nConvolution: x.wav\n", 2, "file");
	test_refused(&sabin_dialect_apo, "Channel: left ear\n", 1, "no channel");
	/* GraphicEQ: straight over log f, level outside; commas are decimal without a full stop */
	s = test_setting_of(&sabin_dialect_apo, "c.txt", "Channel: all\nGraphicEQ: 100 -2; 10000 4\n");
	assert_near(sabin_setting_curve_db(&s.channels[0], 1000), 1, 1e-9);
	assert_near(sabin_setting_curve_db(&s.channels[0], 20), -2, 1e-9);
	assert_near(sabin_setting_curve_db(&s.channels[0], 20000), 4, 1e-9);
	sabin_setting_release(&s);
	test_refused(&sabin_dialect_graphiceq, "GraphicEQ: 100 -2; 50 4\n", 1, "rise");
}

/* What PipeWire's parser of the parametric equaliser text makes of ours: its own pattern. */
static void pipewire_text(void **state)
{
	struct sabin_random random;
	(void)state;
	sabin_random_init(&random, test_seed("pipewire_text"));
	for (int draw = 0; draw < 200; draw++) {
		struct sabin_setting s;
		struct sabin_dialect_files files = {0};
		test_setting(&random, 10, false, &s);
		s.channels[0].sections[0].gain_db = -10.25001; /* seven characters would lose the filter */
		s.channels[0].sections[1].freq_hz = 12345.678;
		s.channels[0].sections[2].freq_hz = 63.125;
		s.channels[0].sections[3].q = 0.70710678;
		s.channels[0].sections[4].freq_hz = 99.999999;
		assert_ok(sabin_dialect_autoeq.write(&s, NULL, &files));
		char *rest = files.file[0].bytes;
		char *line = strsep(&rest, "\n"); /* always eaten */
		assert_int_equal(strncmp(line, "Preamp: ", 8), 0);
		for (size_t k = 0; k < s.channels[0].section_count; k++) {
			const struct sabin_section *want = &s.channels[0].sections[k];
			char on[4], type[4], f[9], g[7], q[7];
			double x;
			line = strsep(&rest, "\n");
			assert_int_equal(sscanf(line, "%*s %*d: %3s %3s %*s %8s %*s %*s %6s %*s %*c %6s", on, type, f,
			                        g, q), 5);
			assert_string_equal(on, "ON");
			assert_string_equal(type, want->type == SABIN_SECTION_PEAKING     ? "PK"
			                          : want->type == SABIN_SECTION_LOW_SHELF ? "LSC"
			                                                                  : "HSC");
			assert_true(sabin_number_parse(f, &x));
			assert_near(x / want->freq_hz, 1, 1e-5);
			assert_false(strlen(f) >= 5 && f[strlen(f) - 4] == '.');
			assert_true(sabin_number_parse(g, &x));
			assert_near(x, want->gain_db, fabs(want->gain_db) < 9.9995 ? 0.00051 : 0.0051);
			assert_true(sabin_number_parse(q, &x));
			assert_near(x / want->q, 1, 2e-3);
		}
		sabin_dialect_files_release(&files);
		sabin_setting_release(&s);
	}
}

static void minidsp(void **state)
{
	struct sabin_setting s = {0};
	struct sabin_dialect_files files = {0};
	struct sabin_setting_channel *c = sabin_setting_add(&s, "left");
	const struct sabin_section f = {.freq_hz = 100, .gain_db = -3, .q = 1, .factor = 1};
	(void)state;
	assert_ok(sabin_setting_add_section(c, &f));
	sabin_setting_add_rate(&s, 96000);
	assert_ok(sabin_dialect_minidsp.write(&s, NULL, &files));
	assert_string_equal(files.file[0].name, "left-96000.txt");
	/* a1 and a2 with their sign turned, from the cookbook */
	const double A = pow(10, -3 / 40.0), w = 2 * M_PI * 100 / 96000, alpha = sin(w) / 2;
	const double want[5] = {(1 + alpha * A) / (1 + alpha / A), -2 * cos(w) / (1 + alpha / A),
	                        (1 - alpha * A) / (1 + alpha / A), 2 * cos(w) / (1 + alpha / A),
	                        -(1 - alpha / A) / (1 + alpha / A)};
	static const char *const keys[5] = {"b0=", "b1=", "b2=", "a1=", "a2="};
	assert_int_equal(strncmp(files.file[0].bytes, "biquad1,\n", 9), 0);
	for (int i = 0; i < 5; i++)
		assert_near(strtod(strstr(files.file[0].bytes, keys[i]) + 3, NULL), want[i], 1e-15);
	/* a comma after every line but the last */
	assert_non_null(strstr(strstr(files.file[0].bytes, "b0="), ",\nb1="));
	assert_null(strchr(strstr(files.file[0].bytes, "a2="), ','));
	sabin_dialect_files_release(&files);
	sabin_setting_release(&s);
	/* REW's export, with an unused slot */
	s = test_setting_of(&sabin_dialect_minidsp, "left-48000.txt",
	               "biquad1,\nb0=0.998191200483864,\nb1=-1.9950521500467384,\nb2=0.996920046761057,\n"
	               "a1=1.9950521500467384,\na2=-0.9951112472449212,\nbiquad2,\nb0=1,\nb1=0,\nb2=0,\na1=0,\na2=0\n");
	assert_int_equal(s.channels[0].section_count, 1);
	assert_int_equal(s.channels[0].sections[0].type, SABIN_SECTION_PEAKING);
	sabin_setting_release(&s);
	/* signs not turned: the poles would be outside */
	test_refused(&sabin_dialect_minidsp, "biquad1,\nb0=1,\nb1=-1.99,\nb2=0.99,\na1=-1.99,\na2=1.01\n", 6, "sign turned");
	test_refused(&sabin_dialect_minidsp, "biquad1,\nb0=1,\nb1=0,\nb2=0,\na1=0,\na2=0\nbiquad2,\n", 7, "comma");
	test_refused(&sabin_dialect_minidsp, "biquad1,\nb0=1,\nb2=0,\n", 3, "b1=");
	test_refused(&sabin_dialect_minidsp, "biquad2,\n", 1, "biquad1");
	struct sabin_diag diag;
	assert_non_null(test_read_text(&sabin_dialect_minidsp, "left.txt", "biquad1,\n", 0, &s, &diag));
	assert_non_null(strstr(diag.message, "rate"));
	sabin_setting_release(&s);
}

/* The programs' own modes, which are other shapes, are refused and never written. */
static void modes(void **state)
{
	static const char preset[] =
	    "{\"output\":{\"blocklist\":[],\"plugins_order\":[\"equalizer#0\"],\"equalizer#0\":{\"bypass\":false,"
	    "\"input-gain\":-6.5,\"output-gain\":0.0,\"mode\":\"IIR\",\"split-channels\":false,\"num-bands\":1,"
	    "\"left\":{\"band0\":{\"type\":\"Bell\",\"mode\":\"%s\",\"slope\":\"x1\",\"solo\":false,\"mute\":false,"
	    "\"gain\":-7.5,\"frequency\":63.0,\"q\":4.0}},\"right\":{\"band0\":{\"type\":\"Off\"}}}}}";
	char text[1000];
	struct sabin_random random;
	struct sabin_setting s;
	struct sabin_dialect_files files = {0};
	(void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof text, preset, "RLC (BT)");
	test_refused(&sabin_dialect_easyeffects, text, 1, "APO (DR)");
	snprintf(text, sizeof text, preset, "APO (DR)");
#pragma GCC diagnostic pop
	s = test_setting_of(&sabin_dialect_easyeffects, "x.json", text);
	assert_int_equal(s.channel_count, 2);
	test_section(s.channels[1].sections[0], SABIN_SECTION_PEAKING, 63, -7.5, 4); /* split-channels false */
	sabin_setting_release(&s);
	test_refused(&sabin_dialect_lsp, "ft_0 = 1\nfm_0 = 0\nf_0 = 100\ng_0 = -3 db\nq_0 = 1\n", 0, "APO (DR)");
	test_refused(&sabin_dialect_lsp, "ftl_0 = 1\n", 1, "mono");
	/* both channels and every band below num-bands stand in what we write, all of one mode */
	sabin_random_init(&random, 1);
	test_setting(&random, 5, false, &s);
	s.channels[1].section_count = 2;
	assert_ok(sabin_dialect_easyeffects.write(&s, NULL, &files));
	assert_int_equal(files.count, 2);
	for (size_t f = 0; f < 2; f++) {
		size_t bands = 0;
		for (const char *at = files.file[f].bytes; (at = strstr(at, "\"band")) != NULL; at++, bands++)
			assert_non_null(strstr(at, "\"mode\": \"APO (DR)\""));
		assert_int_equal(bands, 10);
		assert_null(strstr(files.file[f].bytes, "RLC"));
	}
	assert_null(strstr(files.file[0].bytes, "decramp"));
	assert_non_null(strstr(files.file[1].bytes, "decramp"));
	sabin_dialect_files_release(&files);
	sabin_setting_release(&s);
}

static void players(void **state)
{
	struct sabin_setting s;
	(void)state;
	/* SoX: without q a width is something else; a shelf's own is a slope of 0.5 */
	s = test_setting_of(&sabin_dialect_sox, "left.sox", "gain -6.5 equalizer 63 4.0q -7.5 bass 3 105 equalizer 1k 250 -2\n");
	test_section(s.channels[0].sections[0], SABIN_SECTION_PEAKING, 63, -7.5, 4);
	const double A = pow(10, 3 / 40.0);
	test_section(s.channels[0].sections[1], SABIN_SECTION_LOW_SHELF, 105, 3, 1 / sqrt((A + 1 / A) * (1 / 0.5 - 1) + 2));
	test_section(s.channels[0].sections[2], SABIN_SECTION_PEAKING, 1000, -2, 4);
	sabin_setting_release(&s);
	test_refused(&sabin_dialect_sox, "gain -1 reverb\n", 1, "reverb");
	/* it runs the first line only */
	test_refused(&sabin_dialect_sox, "gain -6.5\nequalizer 63 4.0q -7.5\n", 2, "one line");
	test_refused(&sabin_dialect_sox, "# gain\n", 1, "'#'");
	/* ffmpeg: bass, treble and anequalizer are other shapes */
	test_refused(&sabin_dialect_ffmpeg, "volume=-1dB,bass=f=100:t=q:w=0.7:g=3", 1, "lowshelf");
	test_refused(&sabin_dialect_ffmpeg, "anequalizer=c0 f=63 w=15.75 g=-7.5", 1, "shapes of its own");
	test_refused(&sabin_dialect_ffmpeg, "channelsplit=channel_layout=stereo[a][b];[a]anull[c];[b]anull[d];[d][c]join=inputs=2", 1, "order");
	/* jconvolver, BruteFIR: channels that are mixed, coefficients that are not there */
	test_refused(&sabin_dialect_jconvolver, "/convolver/new 2 2 512 4096 1.0\n/impulse/read 1 2 1.0 0 0 0 1 x.wav\n", 2, "own");
	test_refused(&sabin_dialect_brutefir, "sampling_rate: 48000;\nfilter \"l\" { from_inputs: \"a\"; to_outputs: \"b\"; coeff: \"c\"; };\n", 2, "'c'");
	/* PipeWire: a ring, a branch, an unknown node */
	test_refused(&sabin_dialect_pipewire, "context.modules = [ { name = libpipewire-module-filter-chain args = { filter.graph = {"
	        "nodes = [ { type = builtin name = a label = copy } { type = builtin name = b label = copy } ]"
	        "links = [ { output = \"a:Out\" input = \"b:In\" } { output = \"b:Out\" input = \"a:In\" } ] inputs = [ \"a:In\" ] } } } ]",
	        1, "end");
	test_refused(&sabin_dialect_pipewire, "context.modules = [ { name = libpipewire-module-filter-chain args = { filter.graph = {"
	        "nodes = [ { type = builtin name = a label = wah } ] } } } ]", 1, "label");
	test_refused(&sabin_dialect_alsa, "pcm.x { type ladspa plugins [ { label singlePara input { controls [ -7.5 63 0.36 ] } } ] }", 1, "para_equalizer");
}

/* PipeWire's convolver: a response for every rate, because it loses the beginning of what it resamples; no part of
 * 4096 samples that ends below 1e-6, where it cuts.  Filters that single precision moves have both forms. */
static void pipewire_responses(void **state)
{
	struct sabin_setting s = {0};
	struct sabin_dialect_files files = {0}, wavs = {0};
	const struct sabin_section narrow = {.freq_hz = 41.5, .gain_db = -9, .q = 6, .factor = 1};
	(void)state;
	assert_ok(sabin_setting_add_section(sabin_setting_add(&s, "left"), &narrow));
	sabin_setting_add_rate(&s, 44100);
	sabin_setting_add_rate(&s, 96000);
	assert_ok(sabin_dialect_pipewire.write(&s, "/x", &files));
	assert_string_equal(files.file[0].name, "sabin.conf");
	assert_non_null(strstr(files.file[0].bytes, "label = bq_peaking"));
	assert_string_equal(files.file[1].name, "sabin-fir.conf");
	assert_null(strstr(files.file[1].bytes, "label = bq_"));
	assert_non_null(strstr(files.file[1].bytes,
	                       "filename = [ \"/x/../wav/left-44100.wav\" \"/x/../wav/left-96000.wav\" ] channel = 0"));
	assert_ok(sabin_dialect_wav.write(&s, NULL, &wavs));
	for (size_t f = 0; f < wavs.count; f++) {
		const size_t n = (wavs.file[f].length - 58) / 4, ends[3] = {4096, 8192, n};
		for (int i = 0; i < 3; i++) {
			float last;
			assert_true(ends[i] <= n);
			memcpy(&last, wavs.file[f].bytes + 58 + 4 * (ends[i] - 1), 4);
			assert_true(fabsf(last) >= 1e-6F);
		}
	}
	sabin_dialect_files_release(&wavs);
	sabin_dialect_files_release(&files);
	/* what releases of before 1.0 make of a shelf: [src] always S = 1, of a Q of 0.7071 */
	s.channels[0].sections[0] = (struct sabin_section){SABIN_SECTION_LOW_SHELF, 1000, 6, 1.2, 0, 1, {{0}, {0}}};
	struct sabin_setting flat = {0};
	struct sabin_section old = s.channels[0].sections[0];
	double worst = 0;
	old.q = M_SQRT1_2;
	assert_ok(sabin_setting_add_section(sabin_setting_add(&flat, "left"), &old));
	for (double hz = 20; hz < 20000; hz *= 1.01) {
		double a, b;
		assert_ok(sabin_setting_level(&s.channels[0], 48000, &hz, 1, &a));
		assert_ok(sabin_setting_level(&flat.channels[0], 48000, &hz, 1, &b));
		worst = fmax(worst, fabs(a - b));
	}
	assert_true(worst > 0.3);
	assert_near(sabin_pipewire_shelves_db(&s), worst, 0.02);
	assert_near(sabin_pipewire_shelves_db(&flat), 0, 1e-12);
	sabin_setting_release(&flat);
	assert_ok(sabin_dialect_pipewire.write(&s, "/x", &files));
	assert_string_equal(files.file[1].name, "sabin-fir.conf");
	sabin_dialect_files_release(&files);
	/* what its filters cannot say is a response: passes of a low Q, coefficients (which 0.3 does not know) */
	s.channels[0].sections[0] = (struct sabin_section){SABIN_SECTION_HIGH_PASS, 1000, 0, 0.5, 0, 1, {{0}, {0}}};
	assert_ok(sabin_dialect_pipewire.write(&s, "/x", &files));
	assert_non_null(strstr(files.file[0].bytes, "label = convolver"));
	sabin_dialect_files_release(&files);
	s.channels[0].sections[0] = narrow;
	s.channels[0].sections[0].freq_hz = 1000; /* nothing to say of that */
	assert_ok(sabin_dialect_pipewire.write(&s, "/x", &files));
	assert_string_equal(files.file[1].name, "left-param-eq.txt");
	sabin_dialect_files_release(&files);
	sabin_setting_release(&s);
}

/* A ZIP archive that is compressed, cut, or damaged. */
static void zip(void **state)
{
	struct sabin_random random;
	struct sabin_setting s, again = {0};
	struct sabin_dialect_files files = {0};
	struct sabin_diag diag = {0};
	(void)state;
	sabin_random_init(&random, 1);
	test_setting(&random, 1, false, &s);
	sabin_setting_add_rate(&s, 44100);
	sabin_setting_add_rate(&s, 48000);
	assert_ok(sabin_dialect_roon.write(&s, NULL, &files));
	const size_t n = files.file[0].length;
	struct sabin_dialect_source source = {"roon.zip", files.file[0].bytes, n, 0, true, &diag};
	assert_ok(sabin_dialect_roon.read(&source, &again));
	assert_int_equal(again.channels[1].rate_count, 2);
	source.length = n / 2;
	assert_int_equal(sabin_dialect_roon.read(&source, &again), SABIN_EFORMAT);
	source.length = n;
	files.file[0].bytes[200]++;
	assert_int_equal(sabin_dialect_roon.read(&source, &again), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "CRC"));
	sabin_dialect_files_release(&files);
	sabin_setting_release(&s);
	sabin_setting_release(&again);
}

/* What would sound different if it were passed over. */
static void what_is_passed_over(void **state)
{
	static const char camilla[] =
	    "devices:\n  samplerate: 48000\n  capture: {type: Alsa, channels: 2}\nmixers:\n  m:\n    mapping:\n"
	    "      - {dest: 0, sources: [{channel: 0}]}\n      - {dest: 1, mute: true, sources: [{channel: 1}]}\n"
	    "pipeline:\n  - {type: Mixer, name: m}\n";
	static const char chain[] = "{ name = libpipewire-module-filter-chain args = { filter.graph = { nodes = [ { type = "
	                            "builtin name = a label = bq_peaking control = { Freq = 100 Q = 1 Gain = 3 } } ] } } }";
	static const char *const keys[][2] = {{"\"solo\":false", "\"solo\":true"},
	                                      {"\"balance\":0.0", "\"balance\":-20.0"},
	                                      {"\"pitch-left\":0.0", "\"pitch-left\":12.0"}};
	static const char easy[] =
	    "{\"output\":{\"plugins_order\":[\"equalizer#0\"],\"equalizer#0\":{\"bypass\":false,\"input-gain\":0.0,"
	    "\"output-gain\":0.0,\"balance\":0.0,\"pitch-left\":0.0,\"num-bands\":1,\"left\":{\"band0\":{\"type\":\"Bell\","
	    "\"mode\":\"APO (DR)\",\"slope\":\"x1\",\"solo\":false,\"mute\":false,\"gain\":-7.5,\"frequency\":63.0,"
	    "\"q\":4.0}},\"right\":{\"band0\":{\"type\":\"Off\"}}}}}";
	char text[1000];
	(void)state;
	/* Equalizer APO: what is of one rate, or one device, is not of all */
	test_refused(&sabin_dialect_apo, "If: sampleRate == 44100\nFilter 1: ON PK Fc 100 Hz Gain 3 dB Q 1\n"
	        "ElseIf: sampleRate == 48000\nFilter 1: ON PK Fc 100 Hz Gain 6 dB Q 1\nEndIf:\n", 2, "any rate");
	test_refused(&sabin_dialect_apo, "If: sampleRate == 44100\nPreamp: -3 dB\nEndIf:\n", 2, "any rate");
	test_refused(&sabin_dialect_apo, "If: sampleRate == 44100\nGraphicEQ: 100 -2; 10000 4\nEndIf:\n", 2, "any rate");
	test_refused(&sabin_dialect_apo, "Device: Speakers\nPreamp: -3 dB\nDevice: Headphones\nPreamp: -6 dB\n", 3, "one device");
	test_refused(&sabin_dialect_jconvolver, "/convolver/new 1 1 512 4096 1.0\n /impulse/read 1 1 1.0 0 0 0 1 x.wav\n", 2,
	        "not understood");
	test_refused(&sabin_dialect_jconvolver, "/convolver/new 1 1 512 4096 1.0\n/out 1 left\n", 2, "not understood");
	test_refused(&sabin_dialect_camilladsp, camilla, 8, "muted");
	snprintf(text, sizeof text, "context.modules = [ %s %s ]", chain, chain);
	test_refused(&sabin_dialect_pipewire, text, 1, "one filter-chain");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *at = strstr(easy, keys[i][0]);
		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - easy), easy, keys[i][1], at + strlen(keys[i][0]));
		test_refused(&sabin_dialect_easyeffects, text, 1, "expected");
	}
	test_refused(&sabin_dialect_ffmpeg, "channelsplit=channel_layout=stereo[a][b];[a]anull[c];[b]anull[d];"
	        "[c][d]join=inputs=2:map=0.0-FR|1.0-FL", 1, "map");
	/* ffmpeg -h filter=equalizer, lowshelf, lowpass (5.1): width 1, 0.5, 0.707 in Q; frequency 100 Hz of the shelf */
	struct sabin_setting s = test_setting_of(&sabin_dialect_ffmpeg, "x.txt", "equalizer=f=63:g=3,lowshelf=g=2,lowpass=f=9000");
	test_section(s.channels[0].sections[0], SABIN_SECTION_PEAKING, 63, 3, 1);
	test_section(s.channels[0].sections[1], SABIN_SECTION_LOW_SHELF, 100, 2, 0.5);
	test_section(s.channels[0].sections[2], SABIN_SECTION_LOW_PASS, 9000, 0, 0.707);
	sabin_setting_release(&s);
}

/* A gain holds at the rate of a response, too, whichever stands first. */
static void gain_behind_a_response(void **state)
{
	static const char text[] = "devices:\n  samplerate: 48000\n  capture: {type: Alsa, channels: 1}\nfilters:\n"
	                           "  fir: {type: Conv, parameters: {type: Values, values: [1, 0]}}\n"
	                           "  gain: {type: Gain, parameters: {gain: -6}}\n"
	                           "pipeline:\n  - {type: Filter, channel: 0, names: [fir, gain]}\n";
	const double hz = 1000;
	double db, *h;
	size_t n;
	(void)state;
	struct sabin_setting s = test_setting_of(&sabin_dialect_camilladsp, "x.yml", text);
	assert_ok(sabin_setting_level(&s.channels[0], 48000, &hz, 1, &db));
	assert_near(db, -6, 1e-9);
	assert_ok(sabin_setting_impulse(&s.channels[0], 48000, 1, &h, &n));
	assert_near(h[0], pow(10, -6 / 20.0), 1e-12);
	free(h);
	sabin_setting_release(&s);
}

/* What adds up to more than a correction holds: 150 dB, 10 s. */
static void sums(void **state)
{
	(void)state;
	test_refused(&sabin_dialect_apo, "Preamp: -100 dB\nPreamp: -100 dB\n", 0, "-200 dB");
	test_refused(&sabin_dialect_apo, "Delay: 9000 ms\nDelay: 9000 ms\n", 0, "18 s");
	test_refused(&sabin_dialect_ffmpeg, "volume=-100dB,volume=-100dB", 0, "-200 dB");
	test_refused(&sabin_dialect_ffmpeg, "adelay=9000,adelay=9000", 0, "18 s");
	test_refused(&sabin_dialect_sox, "delay 9 delay 9\n", 0, "18 s");
	/* coefficients of what is far below: (6 + 5) / 97e7 of an all-pass, -159 dB */
	test_refused(&sabin_dialect_sox, "biquad 6 0 5 97e7 0 2\n", 0, "-159 dB");
	/* of filters that are given by coefficients for two rates, both would sound at either */
	test_refused(&sabin_dialect_apo, "If: sampleRate == 44100\nFilter 1: ON IIR Order 2 Coefficients 1.0 -1.9 0.95 1.0 -1.8 0.9\n"
	        "ElseIf: sampleRate == 48000\nFilter 1: ON IIR Order 2 Coefficients 1.0 -1.9 0.95 1.0 -1.8 0.9\nEndIf:\n", 0,
	        "44100 and for 48000 Hz");
}

/* What a terminal would obey stands in no name of a channel: C0, DEL, and C1, here CSI (U+009B). */
static void names(void **state)
{
	(void)state;
	struct sabin_setting s = {0};
	const struct sabin_setting_channel *c = sabin_setting_add(&s, "a\x1b[2J\x7f\xc2\x9b" "2J \xc3\xa9");
	assert_non_null(c);
	assert_string_equal(c->name, "a_[2J___2J \xc3\xa9");
	sabin_setting_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(filter_lines), cmocka_unit_test(apo),     cmocka_unit_test(pipewire_text),
	    cmocka_unit_test(minidsp),      cmocka_unit_test(modes),
	    cmocka_unit_test(players),      cmocka_unit_test(pipewire_responses),
	    cmocka_unit_test(zip),          cmocka_unit_test(what_is_passed_over),
	    cmocka_unit_test(gain_behind_a_response), cmocka_unit_test(sums),
	    cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
