/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * card.c: rooms, signals and runs that the tests of the simulated card share.
 */
#include <math.h>
#include <unistd.h>

#include <sabin/random.h>

#include "util/card.h"

static char folder[64];

int card_set_up(void **state)
{
	(void)state;
	rig_folder_make(folder);
	return access(rig_plugin(), R_OK);
}

int card_tear_down(void **state)
{
	(void)state;
	rig_folder_remove(folder);
	snd_config_update_free_global();
	return 0;
}

const char *card_folder(void)
{
	return folder;
}

/* A room file with two speakers, a place, and the lines of its simulation. */
const char *card_room(const char *simulation)
{
	static const char head[] =
	    "size_m: {width: 4, length: 5, height: 3}\n"
	    "surfaces: {front: 1.0, back: 1.0, left: 1.0, right: 1.0, floor: 1.0, ceiling: 1.0}\n";
	char text[4096];
	snprintf(text, sizeof text,
	         "%sspeakers:\n  left: {output: 1, position_m: [1, 1, 1.2]}\n"
	         "positions:\n  mix: {position_m: [2, 3, 1.2]}\n  seat: {position_m: [3, 3, 1.2]}\n"
	         "simulation:\n%s",
	         head, simulation);
	const char *path = rig_path(folder, "room.yaml");
	rig_write_text(path, text);
	return path;
}

void card_response(const char *name, const double *h, size_t n)
{
	rig_write_response(rig_path(folder, name), h, n, CARD_RATE);
}

void card_unit(void)
{
	const double unit = 1;
	card_response("unit.wav", &unit, 1);
}

/* Noise that float holds exactly. */
void card_signal(double *x, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (double)(float)(0.1 * sabin_random_normal_at(seed, i));
}

double card_rms(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sqrt(sum / (double)n);
}

int card_run_with(const struct rig_options *options, const double *x, size_t n, double *y, size_t m)
{
	struct rig rig;
	int err = rig_open(&rig, options);
	if (!err)
		err = rig_run(&rig, x, n, y, m);
	rig_close(&rig);
	return err;
}

/* One in, one out, through the room file's card. */
int card_run(const char *room, const double *x, size_t n, double *y, size_t m)
{
	const struct rig_options options = rig_defaults(room);
	return card_run_with(&options, x, n, y, m);
}
