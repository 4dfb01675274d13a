/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_roomfile.c: good room files are read in full, broken ones are refused with place and reason.
 */
#include <dirent.h>
#include <math.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/paths.h"
#include "io/roomfile.h"
#include "util/near.h"

static const char *rooms_folder(void)
{
	const char *folder = getenv("SABIN_ROOMS");
	return folder && *folder ? folder : "rooms";
}

static char *in_rooms(const char *name)
{
	char *path = sabin_path_join(rooms_folder(), name);
	assert_non_null(path);
	return path;
}

/* The text as a file, read with the project's materials. */
static enum sabin_err read_room(const char *text, struct sabin_roomfile *room,
                                struct sabin_diag *diag)
{
	char path[] = "/tmp/sabin-test-XXXXXX";
	int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	char *materials = in_rooms("materials.yaml");
	enum sabin_err err = sabin_roomfile_read(path, materials, room, diag);
	free(materials);
	unlink(path);
	return err;
}

static const char shell[] =
    "size_m: {width: 4, length: 5, height: 2.5}\n"
    "surfaces: {front: 0.1, back: 0.1, left: 0.1, right: 0.1, floor: 0.2, ceiling: 0.1}\n"
    "speakers: {left: {output: 1, position_m: [1, 1, 1.2]}}\n"
    "positions: {mix: {position_m: [2, 3, 1.2]}}\n";

static void read_with(const char *more, struct sabin_roomfile *room)
{
	char text[4096];
	snprintf(text, sizeof(text), "%s%s", shell, more);
	struct sabin_diag diag = {0};
	if (read_room(text, room, &diag))
		fail_msg("%d:%d: %s", diag.line, diag.column, diag.message);
}

static void refuse_with(const char *more, const char *message)
{
	char text[4096];
	snprintf(text, sizeof(text), "%s%s", shell, more);
	struct sabin_diag diag = {0};
	struct sabin_roomfile room;
	assert_int_equal(read_room(text, &room, &diag), SABIN_EFORMAT);
	if (!strstr(diag.message, message))
		fail_msg("%s", diag.message);
	assert_null(room.path); /* left empty */
}

static void defaults_are_as_documented(void **state)
{
	(void)state;
	struct sabin_roomfile room;
	read_with("", &room);
	assert_near(room.room.temperature_c, 20, 0);
	assert_near(room.room.humidity_percent, 50, 0);
	assert_near(room.room.pressure_kpa, 101.325, 0);
	assert_int_equal(room.audio.rate_hz, 48000);
	assert_null(room.audio.playback);
	assert_int_equal(room.audio.microphone_count, 1);
	assert_string_equal(room.audio.microphones[0].name, "microphone");
	assert_int_equal(room.audio.microphones[0].input, 1);
	assert_false(room.audio.has_loopback);
	assert_near(room.sweep.from_hz, 20, 0);
	assert_near(room.sweep.to_hz, 22000, 0);
	assert_near(room.sweep.length_s, 10, 0);
	assert_near(room.sweep.level_dbfs, -20, 0);
	assert_near(room.sweep.tail_s, 3, 0);
	assert_int_equal(room.sweep.repeats, 1);
	assert_near(room.simulation.speed, 0, 0);
	assert_true(isnan(room.simulation.noise_dbfs));
	assert_true(isnan(room.simulation.gain_db));
	assert_false(room.simulation.xrun.given);
	assert_true(isnan(room.speakers[0].aim_deg));
	assert_true(isnan(room.speakers[0].range_hz[0]));
	assert_string_equal(room.speakers[0].pair, "");
	assert_string_equal(room.positions[0].microphone, "microphone");
	assert_non_null(strstr(room.text, "width: 4"));
	assert_string_equal(room.folder, "/tmp");
	sabin_roomfile_release(&room);
	sabin_roomfile_release(&room);
}

static void contract_example_is_read(void **state)
{
	(void)state;
	static const char text[] =
	    "name: Control room A\n"
	    "size_m: {width: 3.9, length: 5.2, height: 2.7}\n"
	    "conditions: {temperature_c: 21, humidity_percent: 45}\n"
	    "surfaces:\n"
	    "  front: plasterboard\n"
	    "  back: {material: mineral-wool-100, cover_percent: 60, on: plasterboard}\n"
	    "  left: {material: plasterboard, panels: [{material: foam-50, min_m: [0, 1.0, 0.8], "
	    "max_m: [0, 2.2, 2.0]}]}\n"
	    "  right: 0.12\n"
	    "  floor: {125: 0.15, 250: 0.11, 500: 0.10, 1000: 0.07, 2000: 0.06, 4000: 0.07}\n"
	    "  ceiling: plasterboard\n"
	    "speakers:\n"
	    "  left:  {output: 1, position_m: [1.15, 1.10, 1.20], pair: right, aim_deg: 30, "
	    "box_m: [0.22, 0.30, 0.35]}\n"
	    "  right: {output: 2, position_m: [2.75, 1.10, 1.20], aim_deg: -30}\n"
	    "  sub:   {output: 3, position_m: [0.40, 0.40, 0.20], range_hz: [20, 120]}\n"
	    "positions:\n"
	    "  mix:   {position_m: [1.95, 2.50, 1.20]}\n"
	    "  seat-left: {position_m: [1.60, 2.60, 1.20]}\n"
	    "objects: [{kind: desk, min_m: [1.2, 1.7, 0], max_m: [2.7, 2.3, 0.75]}]\n"
	    "keep_out: [{name: door, min_m: [3.0, 4.2, 0], max_m: [3.9, 5.2, 2.1]}]\n"
	    "place: {left: {min_m: [0.6, 0.5, 1.2], max_m: [1.8, 1.6, 1.2]}}\n"
	    "audio:\n"
	    "  playback: \"hw:CARD=USB\"\n"
	    "  capture: \"hw:CARD=U18dB\"\n"
	    "  rate_hz: 48000\n"
	    "  microphone: {input: 1, calibration: umik-7001234.txt}\n"
	    "  loopback: {output: 4, input: 2}\n"
	    "sweep: {from_hz: 20, to_hz: 22000, length_s: 10, level_dbfs: -20, repeats: 2}\n"
	    "simulation: {latency_ms: 43.7, noise_dbfs: -78, skew_ppm: 60, seed: 1}\n";
	struct sabin_roomfile room;
	struct sabin_diag diag = {0};
	if (read_room(text, &room, &diag))
		fail_msg("%d:%d: %s", diag.line, diag.column, diag.message);
	assert_string_equal(room.name, "Control room A");
	double size_m[3] = {3.9, 5.2, 2.7};
	assert_near_array(room.room.size_m, size_m, 3, 0);
	assert_int_equal(room.speaker_count, 3);
	assert_string_equal(room.speakers[0].pair, "right");
	assert_string_equal(room.speakers[1].pair, "left"); /* said by the other only */
	assert_near(room.speakers[1].aim_deg, -30, 0);
	assert_near(room.speakers[2].range_hz[1], 120, 0);
	assert_int_equal(room.position_count, 2);
	assert_near(room.positions[1].position_m[0], 1.6, 0);
	assert_string_equal(room.objects[0].kind, "desk");
	assert_near(room.objects[0].max_m[2], 0.75, 0);
	assert_string_equal(room.keep_out[0].name, "door");
	assert_string_equal(room.place[0].name, "left");
	assert_string_equal(room.audio.playback, "hw:CARD=USB");
	assert_string_equal(room.audio.microphones[0].calibration, "/tmp/umik-7001234.txt");
	assert_true(room.audio.has_loopback);
	assert_int_equal(room.audio.loopback_output, 4);
	assert_int_equal(room.sweep.repeats, 2);
	assert_near(room.simulation.skew_ppm, 60, 0);
	assert_true(room.simulation.seed == 1);
	/* surfaces */
	const struct sabin_absorption *surface = room.room.surface;
	assert_true(surface[SABIN_RIGHT].flat);
	assert_near(surface[SABIN_RIGHT].alpha[7], 0.12, 0);
	assert_false(surface[SABIN_FLOOR].flat);
	assert_near(surface[SABIN_FLOOR].alpha[0], 0.15, 0); /* 63 Hz: the nearest that is given */
	assert_true(surface[SABIN_FLOOR].extrapolated[0]);
	assert_false(surface[SABIN_FLOOR].extrapolated[1]);
	assert_near(surface[SABIN_FRONT].alpha[1], 0.15, 0); /* plasterboard, 125 Hz */
	/* mineral-wool-100 has 0.96 at 1 kHz, plasterboard 0.04 */
	assert_near(surface[SABIN_BACK].alpha[4], 0.6 * 0.96 + 0.4 * 0.04, 1e-12);
	assert_int_equal(room.room.panel_count, 1);
	assert_int_equal(room.room.panels[0].surface, SABIN_LEFT);
	assert_near(room.room.panels[0].absorption.alpha[4], 0.82, 0);
	assert_int_equal(sabin_roomfile_speaker(&room, "SUB"), 2);
	assert_int_equal(sabin_roomfile_speaker(&room, "none"), -1);
	assert_int_equal(sabin_roomfile_position(&room, "Mix"), 0);
	sabin_roomfile_release(&room);
}

static void simulation_is_read_in_full(void **state)
{
	(void)state;
	struct sabin_roomfile room;
	read_with(
	    "simulation:\n"
	    "  speed: 2\n  hum_hz: 50\n  hum_dbfs: -60\n  gain_db: 3\n  clip_dbfs: -1\n"
	    "  offers: {formats: [s16, s24_3], rates_hz: [44100, 48000], channels: 2}\n"
	    "  microphone: mic.txt\n"
	    "  speakers: {LEFT: {gain_db: -3, delay_ms: 1, polarity: inverted, output: 2, "
	    "low_hz: 60, high_hz: 15000, order: 4, h2_db: -40, h3_db: -50, dead_above_hz: 3000}}\n"
	    "  responses: {left.mix: ir/a.wav}\n"
	    "  drop: {at_s: 1, frames: 64}\n"
	    "  xrun_at_s: 2\n  stream: playback\n"
	    "  unplug_at_s: {at_s: 3, always: true}\n"
	    "  noise_burst: {at_s: 4, length_s: 0.1, dbfs: -20}\n",
	    &room);
	const struct sabin_simulation *s = &room.simulation;
	assert_near(s->speed, 2, 0);
	assert_near(s->hum_dbfs, -60, 0);
	assert_near(s->gain_db, 3, 0);
	assert_near(s->clip_dbfs, -1, 0);
	assert_int_equal(s->format_count, 2);
	assert_int_equal(s->formats[0], SABIN_S16);
	assert_int_equal(s->formats[1], SABIN_S24);
	assert_int_equal(s->rate_count, 2);
	assert_int_equal(s->rates_hz[1], 48000);
	assert_int_equal(s->channels, 2);
	assert_string_equal(s->microphone, "/tmp/mic.txt");
	assert_int_equal(s->speaker_count, 1);
	assert_string_equal(s->speakers[0].name, "left"); /* as the room spells it */
	assert_true(s->speakers[0].inverted);
	assert_int_equal(s->speakers[0].output, 2);
	assert_int_equal(s->speakers[0].order, 4);
	assert_near(s->speakers[0].dead_above_hz, 3000, 0);
	assert_int_equal(s->response_count, 1);
	assert_string_equal(s->responses[0].position, "mix");
	assert_string_equal(s->responses[0].path, "/tmp/ir/a.wav");
	assert_true(s->drop.given);
	assert_int_equal(s->drop.frames, 64);
	assert_true(s->xrun.given && s->xrun.playback && !s->xrun.always);
	assert_near(s->xrun.at_s, 2, 0);
	assert_true(s->unplug.always);
	assert_near(s->unplug.at_s, 3, 0);
	assert_near(s->noise_burst.length_s, 0.1, 0);
	sabin_roomfile_release(&room);
	read_with(
	    "simulation: {speed: max, always: true, xrun_at_s: {at_s: 1, stream: playback}}\n",
	    &room);
	assert_near(room.simulation.speed, 0, 0);
	assert_true(room.simulation.xrun.always && room.simulation.xrun.playback);
	assert_false(room.simulation.drop.always); /* not given at all */
	sabin_roomfile_release(&room);
}

static void microphones_stand_at_positions(void **state)
{
	(void)state;
	static const char text[] =
	    "size_m: {width: 4, length: 5, height: 2.5}\n"
	    "surfaces: {front: 0.1, back: 0.1, left: 0.1, right: 0.1, floor: 0.2, ceiling: 0.1}\n"
	    "speakers: {left: {output: 1, position_m: [1, 1, 1.2]}}\n"
	    "positions: {a: {position_m: [2, 3, 1.2]}, b: {position_m: [2, 4, 1.2], microphone: "
	    "SECOND}}\n"
	    "audio: {microphones: {first: {input: 3}, second: {input: 2, calibration: "
	    "/x/m.txt}}}\n";
	struct sabin_roomfile room;
	assert_ok(read_room(text, &room, NULL));
	assert_string_equal(sabin_roomfile_microphone(&room, &room.positions[0])->name, "first");
	assert_string_equal(sabin_roomfile_microphone(&room, &room.positions[1])->name, "second");
	assert_string_equal(room.audio.microphones[1].calibration, "/x/m.txt");
	sabin_roomfile_release(&room);
}

static void sweep_follows_the_rate(void **state)
{
	(void)state;
	struct sabin_roomfile room;
	read_with("audio: {rate_hz: 16000}\n", &room);
	assert_near(room.sweep.to_hz, 8000.0 * 22 / 24, 1e-9);
	sabin_roomfile_release(&room);
	read_with("sweep: {to_hz: 24000}\n", &room); /* half the rate itself is allowed */
	sabin_roomfile_release(&room);
}

static void gaps_between_octaves_are_filled(void **state)
{
	(void)state;
	struct sabin_roomfile room;
	struct sabin_diag diag = {0};
	assert_ok(
	    read_room("size_m: {width: 4, length: 5, height: 2.5}\n"
	              "surfaces: {front: {250: 0.2, 1000: 0.4}, back: 0.1, left: 0.1, right: 0.1, "
	              "floor: 0.2, ceiling: 0.1}\n"
	              "speakers: {left: {output: 1, position_m: [1, 1, 1.2]}}\n"
	              "positions: {mix: {position_m: [2, 3, 1.2]}}\n",
	              &room, &diag));
	double want[8] = {0.2, 0.2, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4};
	assert_near_array(room.room.surface[SABIN_FRONT].alpha, want, 8, 1e-12);
	for (int band = 0; band < 8; band++)
		assert_int_equal(room.room.surface[SABIN_FRONT].extrapolated[band],
		                 band != 2 && band != 4);
	sabin_roomfile_release(&room);
}

static void more_refusals(void **state)
{
	(void)state;
	refuse_with("simulation: {responses: {left: a.wav}}\n", "SPEAKER.POSITION was expected");
	refuse_with("simulation: {responses: {left.mix: a.wav, LEFT.MIX: b.wav}}\n", "given twice");
	refuse_with("simulation: {offers: {rates_hz: []}}\n", "1 to 16");
	refuse_with("simulation: {drop: {at_s: 1}}\n", "simulation.drop.frames is missing");
	refuse_with("simulation: {drop: 3}\n", "a mapping was expected");
	refuse_with("simulation: {speed: fast}\n", "max or a factor");
	refuse_with("simulation: {speakers: {left: {low_hz: 200, high_hz: 100}}}\n",
	            "below high_hz");
	refuse_with("audio: {loopback: {output: 1, input: 2}}\n",
	            "output 1 is that of speaker left");
	refuse_with("audio: {reference_speaker: lefd}\n",
	            "audio.reference_speaker: no speaker is called 'lefd'; did you mean 'left'?");
	refuse_with("audio: {reference_speaker: left, loopback: {output: 4, input: 2}}\n",
	            "either loopback or reference_speaker");
	refuse_with("audio: {microphones: {a: {input: 1}, b: {input: 1}}}\n",
	            "is that of a already");
	refuse_with("audio: []\n", "audio: a mapping was expected");
	refuse_with("objects: {kind: desk}\n", "a list of mappings");
	refuse_with("keep_out: [{name: door, min_m: [0, 0, 0], max_m: [9, 1, 1]}]\n",
	            "x = 9 m is outside the room");
	refuse_with("place: {mix: {min_m: [1, 1, 1]}}\n", "place.mix.max_m is missing");
	refuse_with("name: []\n", "name: a text was expected, not a list");
}

static void samples_are_good(void **state)
{
	(void)state;
	char *materials = in_rooms("materials.yaml");
	DIR *folder = opendir(rooms_folder());
	assert_non_null(folder);
	size_t count = 0;
	for (struct dirent *entry; (entry = readdir(folder));) {
		size_t n = strlen(entry->d_name);
		if (n < 6 || strcmp(entry->d_name + n - 5, ".yaml") != 0 ||
		    strcmp(entry->d_name, "materials.yaml") == 0)
			continue;
		char *path = in_rooms(entry->d_name);
		struct sabin_roomfile room;
		struct sabin_diag diag = {0};
		if (sabin_roomfile_read(path, materials, &room, &diag))
			fail_msg("%s:%d:%d: %s", diag.path, diag.line, diag.column, diag.message);
		count++;
		sabin_roomfile_release(&room);
		free(path);
	}
	closedir(folder);
	free(materials);
	assert_true(count >= 4);
}

/* Reverberation that such rooms have; octaves 500 Hz and 1 kHz. */
static void samples_sound_like_rooms(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		double least_s, most_s;
	} rows[] = {
	    {"control-room.yaml", 0.25, 0.35},
	    {"living-room.yaml", 0.38, 0.52},
	    {"rehearsal-room.yaml", 0.55, 0.80},
	    {"mastering-room.yaml", 0.20, 0.32},
	};
	char *materials = in_rooms("materials.yaml");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = in_rooms(rows[i].name);
		struct sabin_roomfile room;
		assert_ok(sabin_roomfile_read(path, materials, &room, NULL));
		double t_s =
		    (sabin_room_eyring_s(&room.room, 3) + sabin_room_eyring_s(&room.room, 4)) / 2;
		assert_at_most(t_s, rows[i].most_s);
		assert_at_most(rows[i].least_s, t_s);
		sabin_roomfile_release(&room);
		free(path);
	}
	free(materials);
}

/* Every file of broken/ has its row in EXPECT, and fails as the row says. */
static void broken_files_fail_as_expected(void **state)
{
	(void)state;
	char *materials = in_rooms("materials.yaml"), *expect = in_rooms("broken/EXPECT");
	FILE *stream = fopen(expect, "r");
	assert_non_null(stream);
	size_t count = 0, wrong = 0;
	char line[600];
	while (fgets(line, sizeof(line), stream)) {
		char name[100], *message = strrchr(line, '\t');
		int at_line, at_column;
		if (*line == '#')
			continue;
		assert_non_null(message);
		*message++ = '\0';
		message[strcspn(message, "\n")] = '\0';
		assert_int_equal(sscanf(line, "%99[^\t]\t%d:%d", name, &at_line, &at_column), 3);
		char path[200];
		snprintf(path, sizeof(path), "broken/%s", name);
		char *full = in_rooms(path);
		struct sabin_roomfile room;
		struct sabin_diag diag = {0};
		enum sabin_err err = sabin_roomfile_read(full, materials, &room, &diag);
		if (err != SABIN_EFORMAT || diag.line != at_line || diag.column != at_column ||
		    !strstr(diag.message, message) || strcmp(diag.path, full) != 0) {
			print_error("%s:%d:%d: %s\n", name, diag.line, diag.column, diag.message);
			wrong++;
		}
		sabin_roomfile_release(&room);
		free(full);
		count++;
	}
	fclose(stream);
	char *folder_path = in_rooms("broken");
	DIR *folder = opendir(folder_path);
	size_t files = 0;
	for (struct dirent *entry; (entry = readdir(folder));)
		files += strstr(entry->d_name, ".yaml") != NULL;
	closedir(folder);
	free(folder_path);
	free(expect);
	free(materials);
	assert_int_equal(wrong, 0);
	assert_int_equal(files, count);
	assert_true(count >= 20);
}

static void missing_files_are_told(void **state)
{
	(void)state;
	struct sabin_roomfile room;
	struct sabin_diag diag = {0};
	assert_int_equal(sabin_roomfile_read("/none/room.yaml", NULL, &room, &diag), SABIN_EIO);
	assert_string_equal(diag.message, "no such file");
	assert_int_equal(sabin_roomfile_read("/tmp", NULL, &room, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "is a directory"));
	sabin_roomfile_release(&room);
}

static void names_are_checked(void **state)
{
	(void)state;
	char longest[SABIN_NAME_SIZE + 1];
	memset(longest, 'a', sizeof(longest));
	longest[64] = '\0';
	assert_true(sabin_name_is_valid(longest));
	longest[64] = 'a';
	longest[65] = '\0';
	assert_false(sabin_name_is_valid(longest));
	static const char *const good[] = {"a", "A1", "seat-left", "x_y", "1"};
	static const char *const bad[] = {"", "-a", "_a", "a b", "a.b", "a/b", "\xc3\xa4", "a\n"};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(sabin_name_is_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(sabin_name_is_valid(bad[i]));
}

/* It is printed on terminals, in one line. */
static void title_commands_no_terminal(void **state)
{
	(void)state;
	struct sabin_roomfile room;
	read_with("name: \"\\e]0;x\\a \\x9b31m \\u0090a\\nb\\tc \\u00e9\"\n", &room);
	assert_string_equal(room.name, "?]0;x? ??31m ??a?b?c \xc3\xa9");
	sabin_roomfile_release(&room);
}

/* Defaults in the table lie within their own ranges, paths are unique, every row says something. */
static void schema_is_sound(void **state)
{
	(void)state;
	const struct sabin_roomfile_key *rows;
	size_t count = sabin_roomfile_keys(&rows);
	assert_true(count > 80);
	for (size_t i = 0; i < count; i++) {
		assert_true(*rows[i].help && *rows[i].type && *rows[i].path);
		if (rows[i].required != (*rows[i].default_text == '\0'))
			fail_msg("%s: required and default disagree", rows[i].path);
		char *end;
		double value = strtod(rows[i].default_text, &end);
		if (!*end && end != rows[i].default_text && !isnan(rows[i].min))
			assert_true(value >= rows[i].min && value <= rows[i].max);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(rows[i].path, rows[k].path);
	}
}

/* The tree's own files are found from the test's own place. */
static void own_files_are_found(void **state)
{
	(void)state;
	char *old = getenv("SABIN_ROOMS") ? strdup(getenv("SABIN_ROOMS")) : NULL;
	unsetenv("SABIN_ROOMS");
	char *rooms = sabin_place(SABIN_PLACE_ROOMS);
	assert_non_null(rooms);
	assert_int_equal(rooms[0], '/');
	char *materials = sabin_path_join(rooms, "materials.yaml");
	assert_int_equal(access(materials, R_OK), 0);
	free(materials);
	free(rooms);
	setenv("SABIN_ROOMS", "/tmp", 1);
	rooms = sabin_place(SABIN_PLACE_ROOMS);
	assert_string_equal(rooms, "/tmp");
	free(rooms);
	setenv("SABIN_ROOMS", "/none", 1);
	assert_null(sabin_place(SABIN_PLACE_ROOMS));
	if (old)
		setenv("SABIN_ROOMS", old, 1);
	else
		unsetenv("SABIN_ROOMS");
	free(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults_are_as_documented),
	    cmocka_unit_test(contract_example_is_read),
	    cmocka_unit_test(simulation_is_read_in_full),
	    cmocka_unit_test(microphones_stand_at_positions),
	    cmocka_unit_test(sweep_follows_the_rate),
	    cmocka_unit_test(gaps_between_octaves_are_filled),
	    cmocka_unit_test(more_refusals),
	    cmocka_unit_test(samples_are_good),
	    cmocka_unit_test(samples_sound_like_rooms),
	    cmocka_unit_test(broken_files_fail_as_expected),
	    cmocka_unit_test(missing_files_are_told),
	    cmocka_unit_test(names_are_checked),
	    cmocka_unit_test(title_commands_no_terminal),
	    cmocka_unit_test(schema_is_sound),
	    cmocka_unit_test(own_files_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
