/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_simulate.c: sabin simulate.
 */
#include <math.h>

#include "cli/command.h"
#include "cli/predict.h"
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

struct job {
	const struct options *o;
	const struct sabin_roomfile *room;
	struct sabin_predict_options predict;
	const char *folder;
	struct sabin_measurement *m;
};

static enum sabin_err simulate_one(const struct job *job, size_t s, size_t p,
                                   struct sabin_diag *diag)
{
	struct sabin_measured made = {0};
	double *h = NULL;
	size_t frames = 0;
	char name[160], *path = NULL;
	snprintf(name, sizeof name, "%s.%s.wav", job->room->speakers[s].name, job->room->positions[p].name);
	enum sabin_err err = sabin_predict(job->room, s, p, &job->predict, &h, &frames, &made, diag);
	if (!err && !(path = sabin_path_join(job->folder, name)))
		err = SABIN_ENOMEM;
	if (!err)
		err = sabin_wav_write(path, h, frames, 1, made.rate_hz, SABIN_FLOAT,
		                      "sabin simulated response", diag);
	free(h);
	free(path);
	struct sabin_measured *r = err ? NULL : sabin_measurement_add(job->m);
	if (!err && (!r || !(made.file = strdup(name))))
		err = SABIN_ENOMEM;
	if (!err)
		*r = made;
	return err;
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
		job.predict = (struct sabin_predict_options){
		    .method = (enum sabin_predict_method)o->method,
		    .length_s = o->length_s,
		    .rate_hz = isnan(o->rate_hz) ? room.audio.rate_hz : floor(o->rate_hz),
		    .air = !o->no_air,
		};
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
