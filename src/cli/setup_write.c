/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * setup_write.c: answers as a room file, sabin-room(5), with comments for who edits it next.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/setup.h"
#include "io/yaml.h"

static void point(struct sabin_yaml_writer *w, const char *key, const double *at, size_t n)
{
	sabin_yaml_write_sequence(w, key, true);
	for (size_t i = 0; i < n; i++)
		sabin_yaml_write_number(w, NULL, round(1000 * at[i]) / 1000);
	sabin_yaml_write_close(w);
}

static void write_room(struct sabin_yaml_writer *w, const struct sabin_setup *s)
{
	static const char *const axes[] = {"width", "length", "height"};
	static const char *const walls[] = {"front", "back", "left", "right"};
	sabin_yaml_write_comment(w, "A room as 'sabin setup' asked for it; sabin-room(5) explains every key.");
	sabin_yaml_write_comment(w, "Metres.  The origin is the floor corner at the front left, as the listener sees it:");
	sabin_yaml_write_comment(w, "x goes to the right, y from the front wall to the back one, z up.");
	sabin_yaml_write_text(w, "name", s->name);
	sabin_yaml_write_mapping(w, "size_m", true);
	for (int i = 0; i < 3; i++)
		sabin_yaml_write_number(w, axes[i], s->size_m[i]);
	sabin_yaml_write_close(w);
	sabin_yaml_write_comment(w, "The air; temperature sets the speed of sound.");
	sabin_yaml_write_mapping(w, "conditions", true);
	sabin_yaml_write_number(w, "temperature_c", 20);
	sabin_yaml_write_number(w, "humidity_percent", 50);
	sabin_yaml_write_close(w);
	sabin_yaml_write_comment(w, "A material of materials.yaml, one absorption coefficient, or values by octave; absorbers on a");
	sabin_yaml_write_comment(w, "wall are its panels: {material: foam-50, panels: [{material: ..., min_m: [..], max_m: [..]}]}.");
	sabin_yaml_write_mapping(w, "surfaces", false);
	for (int i = 0; i < 4; i++)
		sabin_yaml_write_text(w, walls[i], s->walls);
	sabin_yaml_write_text(w, "floor", s->floor);
	sabin_yaml_write_text(w, "ceiling", s->ceiling);
	sabin_yaml_write_close(w);
}

static void write_speakers(struct sabin_yaml_writer *w, const struct sabin_setup *s)
{
	static const double sub_hz[2] = {20, 120};
	sabin_yaml_write_comment(w, "output: channel of the sound card; position_m: between the drivers; aim_deg: 0 is straight to the");
	sabin_yaml_write_comment(w, "back, more turns to the right; box_m: width, depth, height; range_hz: what it is made to play.");
	sabin_yaml_write_mapping(w, "speakers", false);
	for (size_t i = 0; i < s->speaker_count; i++) {
		const struct sabin_setup_speaker *p = &s->speaker[i];
		sabin_yaml_write_mapping(w, p->name, true);
		sabin_yaml_write_integer(w, "output", p->output);
		point(w, "position_m", p->position_m, 3);
		if (p->pair)
			sabin_yaml_write_text(w, "pair", p->pair);
		if (!p->sub)
			sabin_yaml_write_number(w, "aim_deg", p->aim_deg + 0.0);
		if (!p->sub && s->has_box)
			point(w, "box_m", s->box_m, 3);
		if (p->sub)
			point(w, "range_hz", sub_hz, 2);
		sabin_yaml_write_close(w);
	}
	sabin_yaml_write_close(w);
}

static void write_places(struct sabin_yaml_writer *w, const struct sabin_setup *s)
{
	sabin_yaml_write_comment(w, "Where the microphone stands.  The first one is where one listens.");
	sabin_yaml_write_mapping(w, "positions", false);
	sabin_yaml_write_mapping(w, "mix", true);
	point(w, "position_m", s->listener_m, 3);
	sabin_yaml_write_close(w);
	if (s->has_seat) {
		sabin_yaml_write_mapping(w, "seat-left", true);
		point(w, "position_m", s->seat_m, 3);
		sabin_yaml_write_close(w);
	}
	sabin_yaml_write_close(w);
	if (!s->has_desk)
		return;
	sabin_yaml_write_comment(w, "What reflects and stands in the way.");
	sabin_yaml_write_sequence(w, "objects", false);
	sabin_yaml_write_mapping(w, NULL, true);
	sabin_yaml_write_text(w, "kind", "desk");
	point(w, "min_m", s->desk_m[0], 3);
	point(w, "max_m", s->desk_m[1], 3);
	sabin_yaml_write_close(w);
	sabin_yaml_write_close(w);
}

static void write_audio(struct sabin_yaml_writer *w, const struct sabin_setup *s)
{
	sabin_yaml_write_comment(w, "ALSA devices; 'sabin devices' lists them, 'sabin level' sets their levels.");
	sabin_yaml_write_mapping(w, "audio", false);
	if (s->playback[0])
		sabin_yaml_write_text(w, "playback", s->playback);
	if (s->capture[0])
		sabin_yaml_write_text(w, "capture", s->capture);
	sabin_yaml_write_integer(w, "rate_hz", s->rate_hz);
	sabin_yaml_write_mapping(w, "microphone", true);
	sabin_yaml_write_integer(w, "input", s->input);
	if (strcmp(s->calibration, "none") != 0)
		sabin_yaml_write_text(w, "calibration", s->calibration);
	sabin_yaml_write_close(w);
	if (s->has_loopback) {
		sabin_yaml_write_mapping(w, "loopback", true);
		sabin_yaml_write_integer(w, "output", s->loopback_output);
		sabin_yaml_write_integer(w, "input", s->loopback_input);
		sabin_yaml_write_close(w);
	}
	sabin_yaml_write_close(w);
	sabin_yaml_write_comment(w, "The signal; level_dbfs is its peak.  Two repeats tell how far a single one strays.");
	sabin_yaml_write_mapping(w, "sweep", true);
	sabin_yaml_write_number(w, "from_hz", 20);
	sabin_yaml_write_number(w, "to_hz", fmin(22000, 0.46 * s->rate_hz));
	sabin_yaml_write_number(w, "length_s", 10);
	sabin_yaml_write_number(w, "level_dbfs", -20);
	sabin_yaml_write_integer(w, "repeats", 2);
	sabin_yaml_write_close(w);
	sabin_yaml_write_comment(w, "What 'sabin measure --simulate' adds to the room that it computes, as a real rig would.");
	sabin_yaml_write_mapping(w, "simulation", true);
	sabin_yaml_write_number(w, "latency_ms", 40);
	sabin_yaml_write_number(w, "noise_dbfs", -80);
	sabin_yaml_write_close(w);
}

char *sabin_setup_write(const struct sabin_setup *setup, size_t *length)
{
	struct sabin_yaml_writer writer;
	sabin_yaml_writer_init(&writer);
	write_room(&writer, setup);
	write_speakers(&writer, setup);
	write_places(&writer, setup);
	write_audio(&writer, setup);
	return sabin_yaml_writer_finish(&writer, length);
}
