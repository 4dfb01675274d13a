/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * impulse.c: from a sweep to the impulse response of a room, and the distance to the loudspeaker.
 *
 *     cc impulse.c $(pkg-config --cflags --libs sabin) -lm
 *
 * The room is computed here; with a sound card, `recorded` would be what the microphone heard.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sabin/arrival.h>
#include <sabin/convolve.h>
#include <sabin/deconvolve.h>
#include <sabin/room.h>
#include <sabin/sweep.h>

enum { RATE = 48000, ROOM_FRAMES = RATE / 2 };

static const double from_m[3] = {1, 1, 1.2}, to_m[3] = {3, 4, 1.2};

/* What a microphone at to_m hears of a source at from_m: its impulse response. */
static enum sabin_err room_response(double h[ROOM_FRAMES])
{
	const struct sabin_images_options options = {.rate_hz = RATE, .length_s = (double)ROOM_FRAMES / RATE};
	struct sabin_room room = {
	    .size_m = {4, 5, 2.7}, .temperature_c = 20, .humidity_percent = 50, .pressure_kpa = 101.325};
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		room.surface[s].flat = true;
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room.surface[s].alpha[b] = 0.3;
	}
	return sabin_images_compute(&room, from_m, to_m, &options, h, ROOM_FRAMES);
}

int main(void)
{
	const struct sabin_sweep_options options = {
	    .from_hz = 20, .to_hz = 20000, .length_s = 2, .rate_hz = RATE, .peak_dbfs = -6};
	struct sabin_deconvolver *deconvolver = NULL;
	struct sabin_arrival arrival;
	struct sabin_sweep sweep;
	double *played = NULL, *recorded = NULL, *response = NULL;
	double *room = calloc(ROOM_FRAMES, sizeof *room);

	enum sabin_err err = room ? room_response(room) : SABIN_ENOMEM;
	if (!err)
		err = sabin_sweep_init(&sweep, &options);
	if (!err) {
		played = calloc(sweep.frames, sizeof *played);
		err = played ? SABIN_OK : SABIN_ENOMEM;
	}
	if (!err) {
		sabin_sweep_render(&sweep, played);
		err = sabin_convolve(played, sweep.frames, room, ROOM_FRAMES, &recorded); /* play and record */
	}
	const size_t frames = err ? 0 : sweep.frames + ROOM_FRAMES - 1;
	if (!err)
		err = sabin_deconvolver_new(played, sweep.frames, frames, RATE, sweep.from_hz, sweep.to_hz, &deconvolver);
	if (!err) {
		response = calloc(sabin_deconvolver_size(deconvolver), sizeof *response);
		err = response ? SABIN_OK : SABIN_ENOMEM;
	}
	if (!err) {
		sabin_deconvolver_process(deconvolver, recorded, response);
		err = sabin_arrival_find(response, ROOM_FRAMES, RATE, &arrival);
	}
	if (err)
		fprintf(stderr, "%s\n", sabin_strerror(err));
	else
		printf("arrival %.3f ms, distance %.3f m, level %.1f dB\n", 1000 * arrival.position / RATE,
		       arrival.position / RATE * sabin_speed_of_sound(20), 20 * log10(fabs(arrival.peak)));
	sabin_deconvolver_free(deconvolver);
	free(response);
	free(recorded);
	free(played);
	free(room);
	return err != SABIN_OK;
}
