/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * setup_ask.c: the questions of `sabin setup`: the room, what stands where, the devices.
 *
 * Each range is what the answers before leave room for, so that the file that comes out is one that
 * sabin-room(5) allows; each default is what a small control room would have: an equilateral triangle, symmetrical.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/device.h"
#include "cli/setup.h"
#include "cli/talk.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/paths.h"
#include "io/yaml.h"

static const double margin_m = 0.1; /* of anything from a surface */
enum { CHANNELS_MOST = 1024 };

static double tidy(double value_m)
{
	return round(100 * value_m) / 100; /* to the centimetre, as rooms are measured */
}

/* ---- the room ----------------------------------------------------------------------------------------- */

/* Is it a name of materials.yaml?  Else a message with all of them. */
static bool is_material(const char *text, char *why, size_t size)
{
	struct sabin_yaml yaml = {0};
	struct sabin_diag diag;
	char *folder = sabin_place(SABIN_PLACE_ROOMS);
	char *path = folder ? sabin_path_join(folder, "materials.yaml") : NULL;
	bool found = !path || sabin_yaml_read(path, &yaml, &diag) != SABIN_OK; /* the whole file is checked later */
	if (!found) {
		size_t used = (size_t)snprintf(why, size, "no material '%.40s'; there are", text);
		for (const struct sabin_yaml_node *n = yaml.root->child; n && !found; n = n->next) {
			found = n->key && strcmp(n->key, text) == 0;
			if (n->key && used < size)
				used += (size_t)snprintf(why + used, size - used, "%s %s", n == yaml.root->child ? "" : ",", n->key);
		}
		sabin_yaml_release(&yaml);
	}
	free(path);
	free(folder);
	return found;
}

static void ask_room(struct sabin_asker *asker, struct sabin_setup *s)
{
	sabin_ask_about(asker, "The room.  Lengths in metres (or with cm); an empty answer takes what stands in brackets.");
	sabin_ask_words(asker, "What is it called", "Room", NULL, s->name);
	s->size_m[0] = sabin_ask_number(asker, "Width, from the left wall to the right one", SABIN_UNIT_M, 4, 1, 100);
	s->size_m[1] = sabin_ask_number(asker, "Length, from the front wall (behind the loudspeakers) to the back one",
	                                SABIN_UNIT_M, 5, 1.5, 100);
	s->size_m[2] = sabin_ask_number(asker, "Height", SABIN_UNIT_M, 2.6, 1.5, 40);
	sabin_ask_about(asker, "What it is made of, by names of materials.yaml (a wrong one lists them all).");
	sabin_ask_words(asker, "Walls", "plasterboard", is_material, s->walls);
	sabin_ask_words(asker, "Floor", "carpet-thin", is_material, s->floor);
	sabin_ask_words(asker, "Ceiling", "plasterboard-ceiling", is_material, s->ceiling);
}

/* ---- what stands where ----------------------------------------------------------------------------------- */

static void add_speaker(struct sabin_setup *s, const char *name, const char *pair, const double at_m[3], bool sub)
{
	struct sabin_setup_speaker *to = &s->speaker[s->speaker_count++];
	snprintf(to->name, sizeof to->name, "%s", name);
	to->output = (unsigned)s->speaker_count;
	to->pair = pair;
	to->sub = sub;
	memcpy(to->position_m, at_m, sizeof to->position_m);
}

static void ask_main_speakers(struct sabin_asker *asker, struct sabin_setup *s)
{
	const double width = s->size_m[0], length = s->size_m[1], height = s->size_m[2];
	const bool pair = sabin_ask_count(asker, "How many main loudspeakers, 1 or 2 (left and right)", 2, 1, 2) == 2;
	double base = 0;
	if (pair)
		base = sabin_ask_number(asker, "Distance between left and right, from driver to driver", SABIN_UNIT_M,
		                        tidy(fmin(0.45 * width, 1.8)), 0.3, width - 2 * margin_m);
	const double y = sabin_ask_number(asker, "From the front wall to their fronts", SABIN_UNIT_M,
	                                  tidy(fmin(0.2 * length, 1)), margin_m, length - 1);
	const double z = sabin_ask_number(asker, "Height of the tweeters", SABIN_UNIT_M, 1.2, margin_m, height - margin_m);
	if (pair) {
		add_speaker(s, "left", "right", (double[]){tidy((width - base) / 2), y, z}, false);
		add_speaker(s, "right", "left", (double[]){tidy((width + base) / 2), y, z}, false);
	} else {
		add_speaker(s, "main", NULL, (double[]){tidy(width / 2), y, z}, false);
	}
	s->has_box = sabin_ask_yes(asker, "Do you know the size of their boxes", false);
	if (!s->has_box)
		return;
	s->box_m[0] = sabin_ask_number(asker, "Width of a box", SABIN_UNIT_M, 0.22, 0.05, 2);
	s->box_m[1] = sabin_ask_number(asker, "Depth of a box", SABIN_UNIT_M, 0.3, 0.05, 2);
	s->box_m[2] = sabin_ask_number(asker, "Height of a box", SABIN_UNIT_M, 0.35, 0.05, 2);
}

static void ask_subwoofer(struct sabin_asker *asker, struct sabin_setup *s)
{
	if (!sabin_ask_yes(asker, "Is there a subwoofer on an output of its own", false))
		return;
	const double x = sabin_ask_number(asker, "Subwoofer, from the left wall", SABIN_UNIT_M, 0.4, margin_m,
	                                  s->size_m[0] - margin_m);
	const double y = sabin_ask_number(asker, "Subwoofer, from the front wall", SABIN_UNIT_M, 0.4, margin_m,
	                                  s->size_m[1] - margin_m);
	add_speaker(s, "sub", NULL, (double[]){x, y, 0.25}, true);
}

static void ask_places(struct sabin_asker *asker, struct sabin_setup *s)
{
	static const double ear_m = 1.2, aside_m = 0.45;
	const double *left = s->speaker[0].position_m;
	const double half = s->size_m[0] / 2 - left[0];
	const double away = half > 0.1 ? half * sqrt(3) : 1.5; /* an equilateral triangle */
	const double farthest = s->size_m[1] - margin_m;
	s->listener_m[0] = tidy(s->size_m[0] / 2);
	s->listener_m[1] = sabin_ask_number(asker, "From the front wall to the listener's ears", SABIN_UNIT_M,
	                                    tidy(fmin(left[1] + away, farthest)), left[1] + 0.3, farthest);
	s->listener_m[2] = sabin_ask_number(asker, "Height of the ears", SABIN_UNIT_M, ear_m, margin_m,
	                                    s->size_m[2] - margin_m);
	s->has_seat = s->size_m[0] / 2 - aside_m > margin_m && s->listener_m[1] + 0.2 < farthest &&
	              sabin_ask_yes(asker, "Measure a second place, half a metre to the left of it, too", true);
	s->seat_m[0] = tidy(s->listener_m[0] - aside_m);
	s->seat_m[1] = tidy(s->listener_m[1] + 0.15);
	s->seat_m[2] = s->listener_m[2];
	for (size_t i = 0; i < s->speaker_count; i++) {
		struct sabin_setup_speaker *p = &s->speaker[i];
		p->aim_deg = round(atan2(s->listener_m[0] - p->position_m[0], s->listener_m[1] - p->position_m[1]) * 180 / M_PI);
	}
}

static void ask_desk(struct sabin_asker *asker, struct sabin_setup *s)
{
	const double *left = s->speaker[0].position_m, *ears = s->listener_m;
	const double between = ears[1] - left[1];
	/* nor does one fit below ears near the floor */
	if (between < 0.6 || ears[2] < 0.3 || !sabin_ask_yes(asker, "Is there a desk in front of the listener", false))
		return;
	s->has_desk = true;
	const double width = sabin_ask_number(asker, "Width of the desk", SABIN_UNIT_M,
	                                      fmin(1.6, tidy(0.8 * s->size_m[0])), 0.3, s->size_m[0]);
	const double depth = sabin_ask_number(asker, "Depth of the desk", SABIN_UNIT_M, fmin(0.8, tidy(0.6 * between)), 0.2,
	                                      between - 0.1);
	const double height = sabin_ask_number(asker, "Height of the desk", SABIN_UNIT_M, fmin(0.75, ears[2] - 0.15), 0.1,
	                                       ears[2] - 0.1);
	const double to = tidy(ears[1] - fmin(0.25, between - depth));
	const double corners[2][3] = {{tidy(ears[0] - width / 2), tidy(to - depth), 0},
	                              {tidy(ears[0] + width / 2), to, tidy(height)}};
	memcpy(s->desk_m, corners, sizeof corners);
	s->desk_m[0][0] = fmax(s->desk_m[0][0], 0);
	s->desk_m[1][0] = fmin(s->desk_m[1][0], s->size_m[0]);
}

/* ---- devices ------------------------------------------------------------------------------------------------ */

static bool serves(const struct sabin_device *d, bool playback)
{
	const struct sabin_device_side *side = playback ? &d->playback : &d->capture;
	return d->kind != SABIN_DEVICE_PLUGIN && side->present && (side->usable || side->busy);
}

static bool any_serves(const struct sabin_device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (serves(&devices[i], true) || serves(&devices[i], false))
			return true;
	return false;
}

/* The one to propose: a measurement microphone to record from; else the first card. */
static bool is_better(const struct sabin_device *d, const struct sabin_device *than, bool playback)
{
	if (!playback && (d->microphone != NULL) != (than->microphone != NULL))
		return d->microphone != NULL;
	return d->kind == SABIN_DEVICE_HARDWARE && than->kind != SABIN_DEVICE_HARDWARE;
}

/* Returns the device chosen, or NULL for none; its name into `name`. */
static const struct sabin_device *ask_device(struct sabin_asker *asker, const struct sabin_device *devices,
                                             size_t count, bool playback, char name[256])
{
	enum { MOST = 64 };
	const struct sabin_device *offered[MOST] = {NULL};
	char(*text)[600] = calloc(MOST, sizeof *text);
	const char *items[MOST + 1] = {"none yet; --playback and --capture name them when measuring"};
	size_t n = 1, initial = 0;
	for (size_t i = 0; text && i < count && n < MOST; i++) {
		if (!serves(&devices[i], playback))
			continue;
		offered[n] = &devices[i];
		snprintf(text[n], sizeof text[n], "%s  %s%s%s", devices[i].name, devices[i].description,
		         devices[i].microphone ? "; measurement microphone: " : "",
		         devices[i].microphone ? devices[i].microphone : "");
		for (char *c = text[n]; *c; c++)
			if (*c == '\n')
				*c = ' ';
		items[n] = text[n];
		if (initial == 0 || is_better(&devices[i], offered[initial], playback))
			initial = n;
		n++;
	}
	const size_t at = n == 1 ? 0
	                         : sabin_ask_choice(asker, playback ? "Which device plays" : "Which one records", items, n,
	                                            initial);
	snprintf(name, 256, "%s", at > 0 ? offered[at]->name : "");
	free(text);
	return offered[at];
}

static bool is_calibration(const char *text, char *why, size_t size)
{
	struct sabin_calibration calibration = {0};
	struct sabin_diag diag = {0};
	if (strcmp(text, "none") == 0)
		return true;
	if (sabin_calibration_read(text, &calibration, &diag) == SABIN_OK) {
		sabin_calibration_release(&calibration);
		return true;
	}
	snprintf(why, size, "%.100s: %.200s; a calibration file or none is expected", text, diag.message);
	return false;
}

static void ask_devices(struct sabin_asker *asker, struct sabin_setup *s)
{
	struct sabin_device *devices = NULL;
	size_t count = 0;
	if (asker->status >= 0 || sabin_devices_list(&devices, &count) != SABIN_OK)
		count = 0;
	sabin_ask_about(asker, any_serves(devices, count) ? "Devices found by ALSA."
	                                                  : "No sound card was found; its channels, all the same.");
	ask_device(asker, devices, count, true, s->playback);
	const struct sabin_device *microphone = ask_device(asker, devices, count, false, s->capture);
	for (size_t i = 0; i < s->speaker_count; i++) {
		char question[80];
		snprintf(question, sizeof question, "Output of %s", s->speaker[i].name);
		s->speaker[i].output = sabin_ask_count(asker, question, s->speaker[i].output, 1, CHANNELS_MOST);
	}
	s->input = sabin_ask_count(asker, "Input of the microphone", 1, 1, CHANNELS_MOST);
	sabin_ask_words(asker, "Calibration file of the microphone",
	                microphone && microphone->calibration ? microphone->calibration : "none", is_calibration,
	                s->calibration);
	s->has_loopback = sabin_ask_yes(asker, "Is an output cabled back into an input (a loopback, for exact times)", false);
	if (s->has_loopback) {
		s->loopback_output = sabin_ask_count(asker, "Output of the loopback", (unsigned)s->speaker_count + 1, 1, CHANNELS_MOST);
		do {
			s->loopback_input = sabin_ask_count(asker, "Input of the loopback (not the microphone's)", s->input + 1, 1, CHANNELS_MOST);
			if (s->loopback_input == s->input)
				sabin_ask_refuse(asker, "that input is the microphone's");
		} while (asker->status < 0 && s->loopback_input == s->input);
	}
	s->rate_hz = (unsigned)sabin_ask_number(asker, "Sampling rate", SABIN_UNIT_HZ, 48000, 8000, 384000);
	sabin_devices_free(devices, count);
}

void sabin_setup_ask(struct sabin_asker *asker, struct sabin_setup *out)
{
	*out = (struct sabin_setup){0};
	ask_room(asker, out);
	sabin_ask_about(asker, "What stands where.  Left and right are as the listener sees them.");
	ask_main_speakers(asker, out);
	ask_subwoofer(asker, out);
	ask_places(asker, out);
	ask_desk(asker, out);
	ask_devices(asker, out);
}
