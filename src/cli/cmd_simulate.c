/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_simulate.c: sabin simulate.
 */
#include <math.h>

#include <sabin/arrival.h>
#include <sabin/biquad.h>
#include <sabin/room.h>
#include <sabin/window.h>

#include "cli/command.h"
#include "cli/show.h"
#include "io/atomic.h"
#include "io/wav.h"

struct options {
	struct sabin_common common;
	const char *output;
	struct sabin_list speakers, positions;
	double length_s, rate_hz;
	int method;
	bool no_air;
};

enum method { IMAGES, MODES, HYBRID };
static const double fade_share = 0.15;
/* Modes are counted, not fast: they are for low frequencies. */
static const double modes_to_hz = 400;
/* In closed walls a source that is even down to 0 Hz raises a pressure that does not alternate (the mode
 * 0 0 0).  No loudspeaker does, no sweep measures it, and cut at 50 ms for C50 it is a step, stronger at
 * 8 kHz than what is late there.  Second order, as a closed box: 0.02 dB at 20 Hz. */
static const struct sabin_biquad infrasonic = {SABIN_HIGH_PASS, 5, 0, M_SQRT1_2};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "DIR", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "the measurement directory to make (required)"},
    {SABIN_OPT_CHOICE, 0, "method", "METHOD", offsetof(struct options, method), 0, 0, 0, "hybrid",
     "images|modes|hybrid", "images, modes (low frequencies only), or both joined"},
    {SABIN_OPT_NUMBER, 0, "length", "S", offsetof(struct options, length_s), SABIN_UNIT_S, 0.01, 30,
     NULL, NULL, "length of the responses; else until the slowest decay has fallen by 60 dB"},
    {SABIN_OPT_NUMBER, 0, "rate", "HZ", offsetof(struct options, rate_hz), SABIN_UNIT_HZ, 4000,
     768000, NULL, NULL, "sampling rate, instead of the room file's"},
    {SABIN_OPT_FLAG, 0, "no-air", NULL, offsetof(struct options, no_air), 0, 0, 0, NULL, NULL,
     "without absorption by air"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
};

/* Until its slowest decay has fallen by 60 dB, within reason. */
static double default_length_s(const struct sabin_room *room)
{
	return fmin(fmax(sabin_room_ring_s(room, 0, 60), 0.5), 6);
}

static enum sabin_err predict(const struct options *o, const struct sabin_room *room,
                              const double from_m[3], const double to_m[3],
                              const struct sabin_images_options *images, double *h, size_t frames)
{
	switch ((enum method)o->method) {
	case IMAGES:
		return sabin_images_compute(room, from_m, to_m, images, h, frames);
	case MODES:
		return sabin_modes_compute(room, from_m, to_m, images,
		                           fmin(modes_to_hz, images->rate_hz / 4), h, frames);
	case HYBRID:
		return sabin_hybrid_compute(room, from_m, to_m, images, h, frames);
	}
	return SABIN_EINVAL;
}

static void take_infrasound_away(double *h, size_t frames, double rate_hz)
{
	const struct sabin_biquad_taps taps = sabin_biquad_taps(&infrasonic, rate_hz);
	double state[2] = {0, 0};
	sabin_biquad_process(&taps, state, h, frames);
}

struct job {
	const struct options *o;
	const struct sabin_roomfile *room;
	struct sabin_images_options images;
	const char *folder;
	struct sabin_measurement *m;
};

static enum sabin_err simulate_one(const struct job *job, size_t s, size_t p,
                                   struct sabin_diag *diag)
{
	const struct sabin_speaker *speaker = &job->room->speakers[s];
	const struct sabin_position *position = &job->room->positions[p];
	const unsigned rate_hz = (unsigned)job->images.rate_hz;
	const size_t frames = (size_t)ceil(job->images.length_s * rate_hz);
	const double c = sabin_speed_of_sound(job->room->room.temperature_c);
	double distance2 = 0;
	char name[160], *path = NULL;
	for (int k = 0; k < 3; k++)
		distance2 += pow(speaker->position_m[k] - position->position_m[k], 2);
	snprintf(name, sizeof name, "%s.%s.wav", speaker->name, position->name);
	double *h = malloc(frames * sizeof *h);
	enum sabin_err err = h && (path = sabin_path_join(job->folder, name)) ? SABIN_OK : SABIN_ENOMEM;
	struct sabin_images_options images = job->images;
	struct sabin_directivity directivity;
	if (sabin_roomfile_directivity(speaker, &directivity))
		images.directivity = &directivity;
	if (!err)
		err = predict(job->o, &job->room->room, speaker->position_m, position->position_m,
		              &images, h, frames);
	if (!err)
		take_infrasound_away(h, frames, images.rate_hz);
	if (!err && isnan(job->o->length_s)) /* as the simulated card does: no click in the bass */
		sabin_window_taper(h, frames, 0, (size_t)(fade_share * (double)frames));
	if (err == SABIN_EINVAL)
		sabin_diag_set(diag, SABIN_EFORMAT, job->room->path, 0, 0,
		               "%s to %s cannot be simulated over %g s: the points coincide, or the room "
		               "has too many reflections in that time",
		               speaker->name, position->name, job->images.length_s);
	if (!err)
		err = sabin_wav_write(path, h, frames, 1, rate_hz, SABIN_FLOAT,
		                      "sabin simulated response", diag);
	struct sabin_arrival arrival = {.polarity = 1};
	if (!err && sabin_arrival_find(h, frames, rate_hz, &arrival))
		arrival.polarity = 0;
	struct sabin_measured *r = err ? NULL : sabin_measurement_add(job->m);
	free(h);
	free(path);
	if (err)
		return err == SABIN_EINVAL ? SABIN_EFORMAT : err;
	if (!r || !(r->file = strdup(name)))
		return SABIN_ENOMEM;
	const struct sabin_quantity unknown = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	snprintf(r->speaker, sizeof r->speaker, "%s", speaker->name);
	snprintf(r->position, sizeof r->position, "%s", position->name);
	r->rate_hz = rate_hz;
	r->zero = SABIN_ZERO_EMISSION;
	r->arrival_s = sabin_quantity_valid(sqrt(distance2) / c, 0);
	r->distance_m = sabin_quantity_valid(sqrt(distance2), 0);
	r->level_kind = SABIN_LEVEL_FREE_FIELD_1M;
	r->dbspl_at_0dbfs = unknown;
	r->verdict = (struct sabin_verdict){.trustworthy = true,
	                                    .takes = 1,
	                                    .peak_dbfs = 20 * log10(fabs(arrival.peak)),
	                                    .skew_ppm = unknown,
	                                    .snr_db = unknown,
	                                    .repeatability_db = unknown,
	                                    .polarity = arrival.polarity};
	sabin_verdict_say(&r->verdict, "%s", sabin_simulated_remark);
	return SABIN_OK;
}

static enum sabin_err simulate_all(const struct job *job, struct sabin_diag *diag)
{
	const struct sabin_roomfile *room = job->room;
	const size_t all = room->speaker_count * room->position_count;
	for (size_t s = 0; s < room->speaker_count; s++)
		for (size_t p = 0; p < room->position_count; p++) {
			if (!sabin_list_allows(&job->o->speakers, room->speakers[s].name) ||
			    !sabin_list_allows(&job->o->positions, room->positions[p].name))
				continue;
			sabin_progress("simulating",
			               (double)(s * room->position_count + p) / (double)all);
			enum sabin_err err = simulate_one(job, s, p, diag);
			if (!err)
				err = sabin_stopped(diag);
			if (err)
				return err;
		}
	sabin_progress_end();
	return SABIN_OK;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_roomfile room = {0};
	struct sabin_measurement m = {0};
	struct sabin_output output = {0};
	struct sabin_diag diag = {0};
	if (!o->output) {
		sabin_complain(command->name, "name the measurement directory with -o DIR");
		return SABIN_EXIT_USAGE;
	}
	int status = -1;
	enum sabin_err err = sabin_roomfile_read(operands[0], NULL, &room, &diag);
	if (err)
		status = sabin_fail_input(command->name, err, &diag);
	else
		status = sabin_check_names(command->name, &o->speakers, &o->positions, &room);
	if (status < 0) {
		struct job job = {.o = o, .room = &room, .m = &m};
		job.images.rate_hz = isnan(o->rate_hz) ? room.audio.rate_hz : floor(o->rate_hz);
		job.images.length_s = isnan(o->length_s) ? default_length_s(&room.room) : o->length_s;
		job.images.air = !o->no_air;
		(void)sabin_stop_watch(); /* from here on there is something to be removed */
		err = sabin_output_begin(&output, o->output, SABIN_MARK_MEASUREMENT, o->common.force, &diag);
		job.folder = output.temporary;
		if (!err)
			err = sabin_measurement_keep_room(&room, output.temporary, &diag);
		if (!err)
			err = simulate_all(&job, &diag);
		m.complete = true;
		m.command = sabin_command_line();
		sabin_date_now(m.date, sizeof m.date);
		if (!err)
			err = sabin_measurement_write(&m, output.temporary, &diag);
		if (!err)
			err = sabin_output_commit(&output, &diag);
		if (err)
			status = sabin_fail_output(command->name, err, &diag);
	}
	if (status < 0) {
		status = SABIN_EXIT_DONE;
		if (!o->common.json)
			sabin_show_measurement(&m, o->output, 0);
		else if ((err = sabin_show_measurement_json(&m, o->output, NULL, 0)))
			status = sabin_fail_output(command->name, err, &diag);
	}
	sabin_output_abandon(&output);
	sabin_measurement_release(&m);
	sabin_roomfile_release(&room);
	return status;
}

const struct sabin_command sabin_cmd_simulate = {
    .name = "simulate",
    .arguments = "ROOM -o DIR",
    .summary = "the impulse responses the room file predicts, without audio",
    .about = "Writes a measurement directory as 'sabin measure' does, from geometry alone.  1.0 is the\n"
             "free-field pressure at 1 m, time zero is emission.  Below the Schroeder frequency the\n"
             "modes, above it the image sources of a rectangular room; --method takes one of them\n"
             "for all frequencies it covers.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
