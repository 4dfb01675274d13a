/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_measurement.c: what is written reads back the same, bare files become responses, and hostile
 * directories are refused.
 */
#include <dirent.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/measurement.h"
#include "io/sha256.h"
#include "io/wav.h"
#include "util/near.h"

static int set_up(void **state)
{
	char *folder = strdup("/tmp/sabin-test-XXXXXX");
	*state = folder;
	return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static void empty_folder(const char *path)
{
	DIR *entries = opendir(path);
	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		char child[600];
		snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		if (unlink(child) != 0)
			empty_folder(child);
	}
	closedir(entries);
	rmdir(path);
}

static int tear_down(void **state)
{
	int done = chdir("/");
	empty_folder(*state);
	free(*state);
	return done;
}

static void put(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");
	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
}

static void get(const char *path, char **text)
{
	assert_ok(sabin_read_text(path, 1 << 20, text, NULL, NULL));
}

/* A click at a sample, alone in 1000. */
static void put_click(const char *path, size_t channels, const size_t *at, unsigned rate_hz)
{
	double *samples = calloc(1000 * channels, sizeof(*samples));
	for (size_t channel = 0; channel < channels; channel++)
		if (at[channel] < 1000)
			samples[at[channel] * channels + channel] = 0.5;
	assert_ok(sabin_wav_write(path, samples, 1000, channels, rate_hz, SABIN_FLOAT, NULL, NULL));
	free(samples);
}

static void fill_negotiated(struct sabin_negotiated *pcm, const char *name)
{
	snprintf(pcm->name, sizeof(pcm->name), "%s", name);
	snprintf(pcm->type, sizeof(pcm->type), "SABIN");
	snprintf(pcm->format, sizeof(pcm->format), "float");
	pcm->rate_hz = 48000;
	pcm->channels = 2;
	pcm->period_frames = 1024;
	pcm->buffer_frames = 4096;
}

/* Everything set, with hostile texts. */
static void fill(struct sabin_measurement *m)
{
	*m = (struct sabin_measurement){.complete = true, .repeats = 2, .directory = true};
	m->path = strdup("m");
	snprintf(m->date, sizeof(m->date), "2024-05-01T12:00:00+02:00");
	m->command = strdup("sabin measure \"a: b\"\n- x \x1b \xc3\xa9 # &x *y");
	fill_negotiated(&m->playback, "hw:CARD=USB,DEV=0");
	fill_negotiated(&m->capture, "plug: \"x\"");
	struct sabin_stimulus_options options = {
	    .sweep = {20, 22000, 1, 48000, -20}, .lead_in_s = 0.5, .tail_s = 0.5, .chirps = 1};
	assert_ok(sabin_stimulus_init(&m->stimulus, &options));
	m->has_stimulus = true;
	snprintf(m->reference_speaker, sizeof m->reference_speaker, "left");
	struct sabin_measured *r = sabin_measurement_add(m);
	snprintf(r->speaker, sizeof(r->speaker), "left");
	snprintf(r->position, sizeof(r->position), "mix");
	r->file = strdup("left.mix.wav");
	r->rate_hz = 48000;
	r->zero_index = 100;
	r->zero = SABIN_ZERO_EMISSION;
	r->arrival_s = sabin_quantity_valid(0.0051234567890123, 1.0 / 3e6);
	r->distance_m = sabin_quantity_valid(1.75, NAN);
	r->level_kind = SABIN_LEVEL_PASCAL;
	r->dbspl_at_0dbfs = sabin_quantity_valid(124.25, 0.5);
	r->calibration = strdup("calibration/umik.txt");
	r->through = strdup("../corrections/near field");
	r->verdict.trustworthy = true;
	sabin_verdict_say(&r->verdict, "low: %d dB \xc3\xa9 \"quoted\"", 12);
	r->verdict.takes = 2;
	r->verdict.peak_dbfs = -9.1;
	r->verdict.skew_ppm = sabin_quantity_valid(-12.5, 0.1);
	r->verdict.snr_db = sabin_quantity_invalid(3, SABIN_BECAUSE_RANGE);
	r->verdict.snr_db.have = 3;
	r->verdict.snr_db.need = 10;
	r->verdict.snr_bands[0].centre_hz = 125;
	r->verdict.snr_bands[0].snr_db = sabin_quantity_valid(40, 1);
	r->verdict.snr_band_count = 1;
	r->verdict.polarity = -1;
	r = sabin_measurement_add(m);
	snprintf(r->speaker, sizeof(r->speaker), "right");
	snprintf(r->position, sizeof(r->position), "mix");
	r->file = strdup("right.mix.wav");
	r->channel = 1;
	r->rate_hz = 48000;
	r->zero = SABIN_ZERO_REFERENCE;
	r->arrival_s = sabin_quantity_valid(-0.0012, 1e-7); /* nearer than the reference */
	r->verdict.clipped_samples = 3;
}

static void make_directory(struct sabin_measurement *m)
{
	static const size_t at[2] = {150, 200};
	fill(m);
	assert_int_equal(mkdir("m", 0777), 0);
	assert_int_equal(mkdir("m/calibration", 0777), 0);
	put("m/calibration/umik.txt", "20 1\n30 2\n");
	put_click("m/left.mix.wav", 1, at, 48000);
	put_click("m/right.mix.wav", 2, at, 48000);
	assert_ok(sabin_measurement_write(m, "m", NULL));
}

static void written_read_and_written_again(void **state)
{
	(void)state;
	struct sabin_measurement made, read;
	struct sabin_diag diag = {0};
	make_directory(&made);
	char *first = NULL;
	get("m/measurement.yaml", &first);
	if (sabin_measurement_open("m", &read, &diag))
		fail_msg("%s:%d:%d: %s", diag.path, diag.line, diag.column, diag.message);
	assert_ok(sabin_measurement_write(&read, "m", NULL));
	char *second = NULL;
	get("m/measurement.yaml", &second);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "sha256"));
	assert_string_equal(read.command, made.command);
	assert_string_equal(read.date, made.date);
	assert_true(read.complete && read.directory && read.has_stimulus);
	assert_int_equal(read.repeats, 2);
	assert_memory_equal(&read.stimulus.sweep, &made.stimulus.sweep,
	                    sizeof(made.stimulus.sweep));
	assert_memory_equal(&read.stimulus.chirp, &made.stimulus.chirp,
	                    sizeof(made.stimulus.chirp));
	assert_int_equal(read.stimulus.frames, made.stimulus.frames);
	assert_int_equal(read.stimulus.chirp_frame[1], made.stimulus.chirp_frame[1]);
	assert_string_equal(read.capture.name, "plug: \"x\"");
	assert_int_equal(read.capture.buffer_frames, 4096);
	assert_int_equal(read.response_count, 2);
	const struct sabin_measured *r = &read.responses[0];
	assert_string_equal(r->speaker, "left");
	assert_int_equal(r->zero_index, 100);
	assert_int_equal(r->zero, SABIN_ZERO_EMISSION);
	assert_near(r->arrival_s.value, 0.0051234567890123, 0);
	assert_near(r->arrival_s.plus_minus, 1.0 / 3e6, 0);
	assert_int_equal(r->level_kind, SABIN_LEVEL_PASCAL);
	assert_string_equal(r->calibration, "calibration/umik.txt");
	assert_string_equal(r->through, "../corrections/near field");
	assert_true(r->verdict.trustworthy);
	assert_string_equal(r->verdict.why[0], "low: 12 dB \xc3\xa9 \"quoted\"");
	assert_false(r->verdict.snr_db.valid);
	assert_int_equal(r->verdict.snr_db.reason, SABIN_BECAUSE_RANGE);
	assert_near(r->verdict.snr_db.need, 10, 0);
	assert_near(r->verdict.snr_bands[0].snr_db.value, 40, 0);
	assert_int_equal(r->verdict.polarity, -1);
	assert_string_equal(read.reference_speaker, "left");
	assert_int_equal(read.responses[1].zero, SABIN_ZERO_REFERENCE);
	assert_near(read.responses[1].arrival_s.value, -0.0012, 0);
	assert_int_equal(read.responses[1].channel, 1);
	assert_int_equal(read.responses[1].verdict.clipped_samples, 3);
	assert_true(isnan(read.responses[1].verdict.peak_dbfs));
	double *samples = NULL;
	size_t frames = 0;
	assert_ok(sabin_measurement_load(&read, 1, &samples, &frames, NULL));
	assert_int_equal(frames, 1000);
	assert_near(samples[200], 0.5, 0);
	assert_near(samples[150], 0, 0);
	free(samples);
	assert_int_equal(sabin_measurement_load(&read, 2, &samples, &frames, NULL), SABIN_EINVAL);
	free(first);
	free(second);
	sabin_measurement_release(&made);
	sabin_measurement_release(&read);
	sabin_measurement_release(&read);
}

static void room_is_found(void **state)
{
	(void)state;
	struct sabin_measurement made, read;
	struct sabin_roomfile room;
	struct sabin_diag diag = {0};
	make_directory(&made);
	assert_ok(sabin_measurement_open("m", &read, &diag));
	assert_int_equal(sabin_measurement_room(&read, NULL, &room, &diag), SABIN_EIO);
	put("m/room.yaml",
	    "size_m: {width: 4, length: 5, height: 2.5}\n"
	    "surfaces: {front: 0.1, back: 0.1, left: 0.1, right: 0.1, floor: 0.2, ceiling: 0.1}\n"
	    "speakers: {left: {output: 1, position_m: [1, 1, 1.2]}}\n"
	    "positions: {mix: {position_m: [2, 3, 1.2]}}\n");
	assert_ok(sabin_measurement_room(&read, NULL, &room, &diag));
	assert_int_equal(room.speaker_count, 1);
	sabin_roomfile_release(&room);
	sabin_measurement_release(&made);
	sabin_measurement_release(&read);
}

/* One text replaced by another, in a good measurement.yaml. */
static void hostile_files_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *old, *new, *message;
	} rows[] = {
	    {"file: left.mix.wav", "file: ../../etc/passwd", "not '../../etc/passwd'"},
	    {"file: left.mix.wav", "file: /etc/passwd", "not '/etc/passwd'"},
	    {"file: left.mix.wav", "file: .hidden", "not '.hidden'"},
	    {"file: left.mix.wav", "file: ..", "not '..'"},
	    {"file: left.mix.wav", "file: \"\"", "file: the name of a file"},
	    {"file: left.mix.wav", "file: none.wav", "none.wav is missing in the directory"},
	    {"file: left.mix.wav", "file: calibration", "calibration is missing in the directory"},
	    {"file: calibration/umik.txt", "file: calibration/../x", "not 'calibration/../x'"},
	    {"file: calibration/umik.txt", "file: other/umik.txt", "not 'other/umik.txt'"},
	    {"through: \"../corrections/near field\"", "through: \"\"", "through: the name of a directory"},
	    {"through: \"../corrections/near field\"", "through: [1]", "through: the name of a directory"},
	    {"speaker: right", "speaker: \"ri/ght\"", "speaker: 'ri/ght' is no name"},
	    {"speaker: right", "speaker: LEFT", "LEFT at mix is given twice"},
	    {"version: 1", "version: 2", "written by a later sabin"},
	    {"version: 1", "version: one", "version: a whole number was expected"},
	    {"zero_index: 100", "zero_index: -1", "zero_index: -1 is out of range"},
	    {"zero_index: 100", "zero_index: 1e300", "is out of range"},
	    {"zero_index: 100", "zero_index: 1.5", "a whole number was expected"},
	    {"zero: emission", "zero: never", "zero: 'never' is not known"},
	    {"rate_hz: 48000\n    zero", "rate_hz: 1\n    zero", "rate_hz: 1 is out of range"},
	    {"gain: 0.1", "gain: 17", "gain: 17 is out of range"},
	    {"kind: pascal", "kind: pound", "kind: 'pound' is not known"},
	    {"why: range", "why: because", "why: 'because' is not known"},
	    {"complete: true", "complete: perhaps", "complete: true or false was expected"},
	    {"responses:", "answers:", "responses is missing"},
	    {"value: 1.75", "value: .nan", "value: a number or null was expected"},
	    {"value: 1.75", "value: null", "what is valid needs a value"},
	    {"polarity: inverted", "polarity: [1, 2]", "polarity: '' is not known"},
	};
	struct sabin_measurement made, read;
	make_directory(&made);
	sabin_measurement_release(&made);
	char *good = NULL;
	get("m/measurement.yaml", &good);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *found = strstr(good, rows[i].old);
		if (!found)
			fail_msg("'%s' is not in\n%s", rows[i].old, good);
		FILE *stream = fopen("m/measurement.yaml", "w");
		fprintf(stream, "%.*s%s%s", (int)(found - good), good, rows[i].new,
		        found + strlen(rows[i].old));
		fclose(stream);
		struct sabin_diag diag = {0};
		enum sabin_err err = sabin_measurement_open("m", &read, &diag);
		if (err != SABIN_EFORMAT || !strstr(diag.message, rows[i].message) ||
		    diag.line == 0)
			fail_msg("'%s': %d %d:%d: %s", rows[i].new, (int)err, diag.line,
			         diag.column, diag.message);
		assert_null(read.responses);
	}
	free(good);
}

static void wrong_paths_are_told(void **state)
{
	(void)state;
	struct sabin_measurement m;
	struct sabin_diag diag = {0};
	assert_int_equal(sabin_measurement_open("none", &m, &diag), SABIN_EIO);
	assert_string_equal(diag.message, "no such file or directory");
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(sabin_measurement_open("d", &m, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "is not a measurement"));
	put("x.wav", "no sound");
	assert_int_equal(sabin_measurement_open("x.wav", &m, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "is not a sound file"));
	sabin_measurement_release(&m);
}

static void changed_sound_files_are_noticed(void **state)
{
	(void)state;
	static const size_t at[1] = {5};
	struct sabin_measurement made, read;
	struct sabin_diag diag = {0};
	double *samples = NULL;
	size_t frames = 0;
	make_directory(&made);
	assert_ok(sabin_measurement_open("m", &read, NULL));
	put_click("m/left.mix.wav", 1, at, 44100);
	assert_int_equal(sabin_measurement_load(&read, 0, &samples, &frames, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "48000 Hz was expected"));
	put_click("m/right.mix.wav", 1, at, 48000);
	assert_int_equal(sabin_measurement_load(&read, 1, &samples, &frames, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "channel 2 was expected"));
	double short_one[2] = {1, 0};
	assert_ok(
	    sabin_wav_write("m/left.mix.wav", short_one, 2, 1, 48000, SABIN_FLOAT, NULL, NULL));
	assert_int_equal(sabin_measurement_load(&read, 0, &samples, &frames, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "time zero was expected at sample 100"));
	assert_null(samples);
	sabin_measurement_release(&made);
	sabin_measurement_release(&read);
}

static void bare_files_are_a_response_a_channel(void **state)
{
	(void)state;
	static const size_t at[3] = {100, 340, 5000 /* silent */};
	struct sabin_measurement m;
	struct sabin_diag diag = {0};
	put_click("my room (2).wav", 3, at, 48000);
	assert_ok(sabin_measurement_open("my room (2).wav", &m, &diag));
	assert_false(m.directory);
	assert_true(m.complete);
	assert_int_equal(m.response_count, 3);
	assert_string_equal(m.responses[0].speaker, "ch1");
	assert_string_equal(m.responses[2].speaker, "ch3");
	assert_string_equal(m.responses[0].position, "my-room--2-");
	assert_int_equal(m.responses[0].zero_index, 100);
	assert_int_equal(m.responses[1].zero_index, 340);
	/* a click on a sample arrives on that sample: to a hundredth of it */
	assert_near(m.responses[1].arrival_s.value * 48000, 0, 0.01);
	assert_int_equal(m.responses[1].zero, SABIN_ZERO_ARRIVAL);
	assert_int_equal(m.responses[1].level_kind, SABIN_LEVEL_UNKNOWN);
	assert_true(m.responses[1].verdict.trustworthy);
	assert_non_null(strstr(m.responses[1].verdict.why[0], "not known"));
	assert_false(m.responses[2].verdict.trustworthy);
	double *samples = NULL;
	size_t frames = 0;
	assert_ok(sabin_measurement_load(&m, 1, &samples, &frames, &diag));
	assert_near(samples[340], 0.5, 0);
	free(samples);
	struct sabin_roomfile room;
	assert_int_equal(sabin_measurement_room(&m, NULL, &room, &diag), SABIN_EIO);
	sabin_measurement_release(&m);
	put_click("---.wav", 1, at, 48000);
	assert_ok(sabin_measurement_open("---.wav", &m, &diag));
	assert_string_equal(m.responses[0].position, "response");
	sabin_measurement_release(&m);
}

static const char rew_new[] = "* Impulse Response data saved by REW V5.40 Beta 132\r\n"
                              "* IR is not normalised\r\n"
                              "* Excitation: 512k Log Swept Sine, 1 sweep at -10.0 dBFS using a "
                              "loopback as a timing reference\r\n"
                              "* Response measured over: 2,9 to 24 000,0 Hz\r\n"
                              "0.5 // Peak value before normalisation\r\n"
                              "3 // Peak index\r\n"
                              "6 // Response length\r\n"
                              "1.0416666666666666E-5 // Sample interval (seconds)\r\n"
                              "-1.0416666666666666E-5 // Start time (seconds)\r\n"
                              "120.0 // Data offset (dB)\r\n"
                              "* Data start\r\n"
                              "0.0\r\n0.0\r\n-1.0E-6\r\n0.5\r\n0.0\r\n0.0\r\n";

static const char rew_old[] = "Impulse Response data saved by REW V5.19\n"
                              "IR is normalised\n"
                              "0.25 // Peak value before normalisation\n"
                              "3 // Peak index\n"
                              "5 // Response length\n"
                              "2.0833333333333333E-5 // Sample interval (seconds)\n"
                              "-0.1 // Start time (seconds)\n"
                              "\n"
                              "0.0\n0.0\n0.0\n1.0\n0.0\n";

static void rew_text_is_read(void **state)
{
	(void)state;
	struct sabin_measurement m;
	struct sabin_diag diag = {0};
	double *samples = NULL;
	size_t frames = 0;
	put("new.txt", rew_new);
	if (sabin_measurement_open("new.txt", &m, &diag))
		fail_msg("%d:%d: %s", diag.line, diag.column, diag.message);
	assert_int_equal(m.response_count, 1);
	assert_string_equal(m.responses[0].position, "new");
	assert_int_equal(m.responses[0].rate_hz, 96000);
	assert_int_equal(m.responses[0].zero, SABIN_ZERO_EMISSION); /* timed by a loopback */
	assert_int_equal(m.responses[0].zero_index, 1);
	/* two samples later, to a hundredth of one */
	assert_near(m.responses[0].arrival_s.value * 96000, 2, 0.01);
	assert_ok(sabin_measurement_load(&m, 0, &samples, &frames, &diag));
	assert_int_equal(frames, 6);
	assert_near(samples[3], 0.5, 0);
	free(samples);
	sabin_measurement_release(&m);
	put("old.txt", rew_old);
	assert_ok(sabin_measurement_open("old.txt", &m, &diag));
	assert_int_equal(m.responses[0].zero, SABIN_ZERO_ARRIVAL);
	assert_int_equal(m.responses[0].zero_index, 3);
	assert_ok(sabin_measurement_load(&m, 0, &samples, &frames, &diag));
	assert_near(samples[3], 0.25, 0); /* as before it was normalised */
	free(samples);
	sabin_measurement_release(&m);
}

static void bad_rew_text_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
		int line;
	} rows[] = {
	    {"* Impulse Response data saved by REW\n", "sample interval is missing", 0},
	    {"* Impulse Response data saved by REW\n1\n", "before the lines that tell", 2},
	    {"* Impulse Response data saved by REW\n1 // Response length\n"
	     "2.0833333333333333E-5 // Sample interval\n1\n2\n",
	     "holds 2 samples; it announces 1", 0},
	    {"* Impulse Response data saved by REW\n2 // Response length\n"
	     "2.0833333333333333E-5 // Sample interval\n1\nx\n",
	     "a sample was expected", 5},
	    {"* Impulse Response data saved by REW\n2 // Response length\n"
	     "2.0E-5 // Sample interval\n",
	     "holds no samples", 0},
	    {"* Impulse Response data saved by REW\n1 // Response length\n0 // Sample "
	     "interval\n1\n",
	     "sample interval is missing or not", 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sabin_measurement m;
		struct sabin_diag diag = {0};
		put("bad.txt", rows[i].text);
		assert_int_equal(sabin_measurement_open("bad.txt", &m, &diag), SABIN_EFORMAT);
		if (!strstr(diag.message, rows[i].message) || diag.line != rows[i].line)
			fail_msg("row %zu: %d: %s", i, diag.line, diag.message);
	}
}

static void verdicts_hold_so_many_reasons(void **state)
{
	(void)state;
	struct sabin_verdict verdict = {0};
	for (int i = 0; i < 20; i++)
		sabin_verdict_say(&verdict, "reason %d", i);
	assert_int_equal(verdict.why_count, SABIN_WHY_MAX);
	assert_string_equal(verdict.why[SABIN_WHY_MAX - 1], "reason 7");
	struct sabin_verdict cut = {0};
	char text[400];
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? '\xa9' : '\xc3';
	text[sizeof(text) - 1] = '\0';
	sabin_verdict_say(&cut, "x%s", text);
	assert_int_equal(strlen(cut.why[0]) % 2, 1); /* no half a character at its end */
}

/* FIPS 180-4's companion examples, and the lengths around the padding's edge. */
static void digests_are_right(void **state)
{
	(void)state;
	char digest[SABIN_SHA256_SIZE];
	sabin_sha256("abc", 3, digest);
	assert_string_equal(digest,
	                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sabin_sha256("", 0, digest);
	assert_string_equal(digest,
	                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sabin_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, digest);
	assert_string_equal(digest,
	                    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

#define row(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Of three repeats, one of which strays by -20 dB, the mean strays by a third of a hundredth. */
static void stray_of_repeats(void **state)
{
	(void)state;
	struct sabin_measurement m = {.repeats = 3};
	struct sabin_measured r = {.verdict = {.repeatability_db = sabin_quantity_valid(-20, NAN)}};
	assert_near(sabin_measurement_stray(&m, &r), 0.01 / 3, 1e-12);
	r.verdict.repeatability_db.value = 1e6;
	assert_near(sabin_measurement_stray(&m, &r), 1, 0);
	r.verdict.repeatability_db.value = NAN;
	assert_near(sabin_measurement_stray(&m, &r), 0, 0);
	r.verdict.repeatability_db = sabin_quantity_invalid(-20, SABIN_BECAUSE_UNKNOWN);
	assert_near(sabin_measurement_stray(&m, &r), 0, 0);
	r.verdict.repeatability_db = sabin_quantity_valid(-20, NAN);
	m.repeats = 1;
	assert_near(sabin_measurement_stray(&m, &r), 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stray_of_repeats),
	    row(written_read_and_written_again),
	    row(room_is_found),
	    row(hostile_files_are_refused),
	    row(wrong_paths_are_told),
	    row(changed_sound_files_are_noticed),
	    row(bare_files_are_a_response_a_channel),
	    row(rew_text_is_read),
	    row(bad_rew_text_is_refused),
	    cmocka_unit_test(verdicts_hold_so_many_reasons),
	    cmocka_unit_test(digests_are_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
