/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_roomcard.c: how fast the free-running card is: a whole duplex loop of a client with two
 * speakers and one microphone, responses of 1 s, at 48 kHz.  The target is 80 times real time on one
 * core.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include <sabin/random.h>

#include "util/rig.h"

enum { RATE = 48000, SECONDS = 60, OUTPUTS = 2 };

static const char room_text[] =
    "size_m: {width: 4, length: 5, height: 3}\n"
    "surfaces: {front: 0.2, back: 0.2, left: 0.2, right: 0.2, floor: 0.2, ceiling: 0.2}\n"
    "speakers:\n"
    "  left: {output: 1, position_m: [1, 1, 1.2]}\n"
    "  right: {output: 2, position_m: [3, 1, 1.2]}\n"
    "positions: {mix: {position_m: [2, 3, 1.2]}}\n"
    "simulation:\n"
    "  latency_ms: 43.7\n"
    "  responses: {left.mix: h.wav, right.mix: h.wav}\n";

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* alone on a core */
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Times real time, or a negative errno. */
static double measure(const char *path, snd_pcm_uframes_t period, snd_pcm_uframes_t buffer,
                      const double *x, double *y)
{
	struct rig_options options = rig_defaults(path);
	options.outputs = OUTPUTS;
	options.period = period;
	options.buffer = buffer;
	struct rig rig;
	int err = rig_open(&rig, &options);
	double seconds = 0;
	if (!err) {
		const double from_s = now_s();
		err = rig_run(&rig, x, (size_t)SECONDS * RATE, y, (size_t)SECONDS * RATE);
		seconds = now_s() - from_s;
	}
	rig_close(&rig);
	return err ? err : SECONDS / seconds;
}

int main(void)
{
	static const struct {
		const char *what, *more;
	} rooms[] = {
		{"plain", ""},
		{"noise", "  noise_dbfs: -78\n"},
		{"noise and skew", "  noise_dbfs: -78\n  skew_ppm: 60\n"},
	};
	static const snd_pcm_uframes_t sizes[][2] = {{256, 1024}, {1024, 16384}, {8192, 65536}};
	char folder[64], text[2048];
	rig_folder_make(folder);
	double *x = calloc((size_t)SECONDS * RATE * OUTPUTS, sizeof *x);
	double *y = calloc((size_t)SECONDS * RATE, sizeof *y), *h = calloc(RATE, sizeof *h);
	if (!x || !y || !h)
		return 1;
	for (size_t i = 0; i < RATE; i++)
		h[i] = 0.01 * sabin_random_normal_at(1, i) * exp(-6.9 * (double)i / RATE);
	for (size_t i = 0; i < (size_t)SECONDS * RATE * OUTPUTS; i++)
		x[i] = 0.1 * sabin_random_normal_at(2, i);
	rig_write_response(rig_path(folder, "h.wav"), h, RATE, RATE);
	for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++) {
		snprintf(text, sizeof text, "%s%s", room_text, rooms[r].more);
		rig_write_text(rig_path(folder, "room.yaml"), text);
		for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
			printf("%-15s period %5lu, buffer %6lu: %6.1f times real time\n",
			       rooms[r].what, sizes[s][0], sizes[s][1],
			       measure(rig_path(folder, "room.yaml"), sizes[s][0], sizes[s][1], x, y));
	}
	free(x);
	free(y);
	free(h);
	rig_folder_remove(folder);
	return 0;
}
