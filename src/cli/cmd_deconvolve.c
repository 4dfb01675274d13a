/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_deconvolve.c: sabin deconvolve.
 */
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "audio/save.h"
#include "audio/take.h"
#include "cli/command.h"
#include "cli/show.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/recipe.h"
#include "io/wav.h"

struct options {
	struct sabin_common common;
	const char *sweep, *output, *calibration, *speaker, *position;
	double from_hz, to_hz;
	long channel, reference;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 's', "sweep", "FILE", offsetof(struct options, sweep), 0, 0, 0, NULL, NULL,
     "the sweep that was played (required)"},
    {SABIN_OPT_TEXT, 'o', "output", "PATH", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "measurement directory to make, or IR.wav (required)"},
    {SABIN_OPT_INTEGER, 0, "channel", "K", offsetof(struct options, channel), 0, 1, 1024, "1", NULL,
     "channel of the recording that holds the microphone"},
    {SABIN_OPT_INTEGER, 0, "reference", "K", offsetof(struct options, reference), 0, 0, 1024, "0",
     NULL, "channel that holds a loopback: time zero becomes emission; 0: none"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "the microphone's calibration, kept with the response"},
    {SABIN_OPT_NUMBER, 0, "from", "HZ", offsetof(struct options, from_hz), SABIN_UNIT_HZ, 0.1, 1e5,
     NULL, NULL, "where a foreign sweep begins; else found from the file"},
    {SABIN_OPT_NUMBER, 0, "to", "HZ", offsetof(struct options, to_hz), SABIN_UNIT_HZ, 1, 384000, NULL,
     NULL, "where a foreign sweep ends; else found from the file"},
    {SABIN_OPT_TEXT, 0, "speaker", "NAME", offsetof(struct options, speaker), 0, 0, 0, "speaker",
     NULL, "what to call the speaker"},
    {SABIN_OPT_TEXT, 0, "position", "NAME", offsetof(struct options, position), 0, 0, 0, "position",
     NULL, "what to call the position"},
};

struct work {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_wav recording, sweep;
	struct sabin_recipe recipe;
	bool has_recipe;
	struct sabin_excitation excitation;
	double *played, *channel, *h;
	struct sabin_taker *taker;
	struct sabin_take take;
	struct sabin_cut cut;
	double emission;
	struct sabin_output output;
	struct sabin_measurement measurement;
};

static bool is_wav_name(const char *path)
{
	const size_t n = strlen(path);
	return n > 4 && strcmp(path + n - 4, ".wav") == 0;
}

/* Our own sweeps carry their recipe, in the file or beside it; others are taken sample by sample. */
static enum sabin_err find_recipe(struct work *w, struct sabin_diag *diag)
{
	enum { MOST_BYTES = 1 << 16 };
	char *beside = NULL, *text = NULL;
	size_t length;
	enum sabin_err err = SABIN_OK;
	struct sabin_diag quiet;
	if (w->sweep.comment &&
	    !sabin_recipe_parse(w->o->sweep, w->sweep.comment, &w->recipe, &quiet)) {
		w->has_recipe = true;
		return SABIN_OK;
	}
	if (asprintf(&beside, "%s.yaml", w->o->sweep) < 0)
		return SABIN_ENOMEM;
	if (access(beside, F_OK) == 0) {
		err = sabin_read_text(beside, MOST_BYTES, &text, &length, diag);
		if (!err)
			err = sabin_recipe_parse(beside, text, &w->recipe, diag);
		w->has_recipe = !err;
	}
	free(beside);
	free(text);
	return err;
}

static size_t loudest_channel(const struct sabin_wav *wav)
{
	size_t best = 0;
	double most = -1;
	for (size_t c = 0; c < wav->channels; c++) {
		double sum = 0;
		for (size_t i = 0; i < wav->frames; i++) {
			const double x = wav->samples[i * wav->channels + c];
			sum += x * x;
		}
		if (sum > most) {
			most = sum;
			best = c;
		}
	}
	return best;
}

static enum sabin_err own_sweep(struct work *w)
{
	const struct sabin_stimulus *s = &w->recipe.stimulus;
	w->played = malloc(s->sweep.frames * sizeof *w->played);
	if (!w->played)
		return SABIN_ENOMEM;
	sabin_sweep_render(&s->sweep, w->played);
	w->excitation = (struct sabin_excitation){
	    .x = w->played,
	    .frames = s->sweep.frames,
	    .rate_hz = s->sweep.rate_hz,
	    .from_hz = s->sweep.from_hz,
	    .to_hz = s->sweep.to_hz,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&s->sweep, 2),
	    .stimulus = s,
	    .any_start = true,
	};
	return SABIN_OK;
}

static enum sabin_err foreign_sweep(struct work *w, struct sabin_diag *diag)
{
	const struct options *o = w->o;
	double from_hz = 0, to_hz = 0;
	enum sabin_err err =
	    sabin_wav_channel(&w->sweep, loudest_channel(&w->sweep), &w->played);
	if (err)
		return err;
	if (isnan(o->from_hz) || isnan(o->to_hz)) {
		err = sabin_excitation_band(w->played, w->sweep.frames, w->sweep.rate_hz, &from_hz,
		                            &to_hz);
		if (err) {
			sabin_diag_set(diag, SABIN_EFORMAT, o->sweep, 0, 0,
			               "this does not look like an exponential sweep");
			sabin_diag_advise(diag, "say its band with --from and --to");
			return err == SABIN_ENOMEM ? err : SABIN_EFORMAT;
		}
	}
	from_hz = isnan(o->from_hz) ? from_hz : o->from_hz;
	to_hz = isnan(o->to_hz) ? to_hz : o->to_hz;
	if (!(from_hz < to_hz) || to_hz > w->sweep.rate_hz / 2.0)
		return sabin_diag_set(diag, SABIN_EFORMAT, o->sweep, 0, 0,
		                      "a band from %g Hz to %g Hz; expected --from below --to and --to "
		                      "at most %g Hz",
		                      from_hz, to_hz, w->sweep.rate_hz / 2.0);
	sabin_say("foreign sweep: %.4g Hz to %.4g Hz in %.3f s", from_hz, to_hz,
	          (double)w->sweep.frames / w->sweep.rate_hz);
	w->excitation = (struct sabin_excitation){
	    .x = w->played,
	    .frames = w->sweep.frames,
	    .rate_hz = w->sweep.rate_hz,
	    .from_hz = from_hz,
	    .to_hz = to_hz,
	    /* an exponential sweep's, to the accuracy that a cut needs */
	    .second_harmonic_s = (double)w->sweep.frames / w->sweep.rate_hz * log(2) /
	                         log(to_hz / from_hz),
	    .any_start = true,
	};
	return SABIN_OK;
}

static enum sabin_err check_channels(const struct work *w, const char *path,
                                     struct sabin_diag *diag)
{
	const size_t channels = w->recording.channels;
	const long asked[2] = {w->o->channel, w->o->reference};
	for (int i = 0; i < 2; i++)
		if ((size_t)asked[i] > channels)
			return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
			                      "has %zu channel%s, but channel %ld is asked for",
			                      channels, channels == 1 ? "" : "s", asked[i]);
	if (w->recording.rate_hz != w->sweep.rate_hz)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "was recorded at %u Hz, but the sweep has %u Hz; expected the same",
		                      w->recording.rate_hz, w->sweep.rate_hz);
	return SABIN_OK;
}

static enum sabin_err read_inputs(struct work *w, const char *path, struct sabin_diag *diag)
{
	struct sabin_calibration calibration = {0};
	enum sabin_err err = sabin_wav_read(path, &w->recording, diag);
	if (!err)
		err = sabin_wav_read(w->o->sweep, &w->sweep, diag);
	if (!err)
		err = check_channels(w, path, diag);
	if (!err)
		err = find_recipe(w, diag);
	if (!err && w->o->calibration) /* a bad one is told now, not when it is used */
		err = sabin_calibration_read(w->o->calibration, &calibration, diag);
	sabin_calibration_release(&calibration);
	if (!err)
		err = w->has_recipe ? own_sweep(w) : foreign_sweep(w, diag);
	return err;
}

static enum sabin_err extract(struct work *w, const char *path, struct sabin_diag *diag)
{
	struct sabin_take reference;
	w->emission = NAN;
	enum sabin_err err =
	    sabin_taker_new(&w->excitation, w->recording.frames, &w->taker);
	if (err)
		return sabin_diag_set(diag, err == SABIN_ENOMEM ? err : SABIN_EFORMAT, w->o->sweep, 0, 0,
		                      "cannot be used as a sweep: %s", sabin_strerror(err));
	if (w->o->reference > 0) {
		err = sabin_wav_channel(&w->recording, (size_t)w->o->reference - 1, &w->channel);
		if (!err)
			err = sabin_taker_process(w->taker, w->channel, &reference);
		if (!err && reference.verdict.trustworthy)
			w->emission = reference.arrival;
		free(w->channel);
		w->channel = NULL;
	}
	if (!err)
		err = sabin_wav_channel(&w->recording, (size_t)w->o->channel - 1, &w->channel);
	if (!err)
		err = sabin_taker_process(w->taker, w->channel, &w->take);
	if (err)
		return err;
	if (w->take.peak == 0)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "channel %ld is silent",
		                      w->o->channel);
	w->cut = sabin_taker_cut(w->taker, &w->take);
	w->h = malloc(w->cut.frames * sizeof *w->h);
	if (!w->h)
		return SABIN_ENOMEM;
	w->emission = sabin_take_on_playback(&w->take, w->emission);
	return sabin_taker_copy(w->taker, &w->take, &w->cut, w->h);
}

static enum sabin_err write_bare(struct work *w, struct sabin_diag *diag)
{
	struct sabin_measured *m = sabin_measurement_add(&w->measurement);
	if (!m || !(m->file = strdup(w->o->output)))
		return SABIN_ENOMEM;
	m->rate_hz = w->recording.rate_hz;
	m->level_kind = SABIN_LEVEL_FULL_SCALE;
	m->dbspl_at_0dbfs = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	m->verdict = w->take.verdict;
	snprintf(m->speaker, sizeof m->speaker, "%s", w->o->speaker);
	snprintf(m->position, sizeof m->position, "%s", w->o->position);
	sabin_save_timing(&w->take, &w->cut, w->emission, w->recording.rate_hz, w->excitation.to_hz,
	                  20, m);
	enum sabin_err err =
	    sabin_output_begin(&w->output, w->o->output, false, w->o->common.force, diag);
	if (!err)
		err = sabin_wav_write(w->output.temporary, w->h, w->cut.frames, 1,
		                      w->recording.rate_hz, SABIN_FLOAT, "sabin impulse response",
		                      diag);
	return err ? err : sabin_output_commit(&w->output, diag);
}

static enum sabin_err write_directory(struct work *w, struct sabin_diag *diag)
{
	struct sabin_speaker speaker = {.output = 1};
	struct sabin_position position = {0};
	struct sabin_microphone microphone = {.input = 1, .calibration = NULL};
	snprintf(speaker.name, sizeof speaker.name, "%s", w->o->speaker);
	snprintf(position.name, sizeof position.name, "%s", w->o->position);
	enum sabin_err err =
	    sabin_output_begin(&w->output, w->o->output, true, w->o->common.force, diag);
	if (err)
		return err;
	float *recorded = malloc(w->recording.frames * sizeof *recorded);
	if (w->o->calibration)
		microphone.calibration = strdup(w->o->calibration);
	if (!recorded || (w->o->calibration && !microphone.calibration)) {
		free(recorded);
		return SABIN_ENOMEM;
	}
	for (size_t i = 0; i < w->recording.frames; i++)
		recorded[i] = (float)w->channel[i];
	const struct sabin_saved saved = {
	    .speaker = &speaker,
	    .position = &position,
	    .microphone = &microphone,
	    .take = &w->take,
	    .cut = w->cut,
	    .emission = w->emission,
	    .h = w->h,
	    .recorded = recorded,
	    .record_frames = w->recording.frames,
	    .inputs = 1,
	    .rate_hz = w->recording.rate_hz,
	    .to_hz = w->excitation.to_hz,
	    .temperature_c = 20,
	};
	struct sabin_measurement *m = &w->measurement;
	err = sabin_save(&saved, w->output.temporary, m, diag);
	m->has_stimulus = w->has_recipe;
	m->stimulus = w->recipe.stimulus;
	m->repeats = 1;
	m->complete = true;
	m->command = sabin_command_line();
	sabin_date_now(m->date, sizeof m->date);
	if (!err)
		err = sabin_measurement_write(m, w->output.temporary, diag);
	if (!err)
		err = sabin_output_commit(&w->output, diag);
	free(recorded);
	free(microphone.calibration);
	return err;
}

static int check_options(const struct sabin_command *command, const struct options *o)
{
	if (!o->sweep || !o->output) {
		sabin_complain(command->name, "name the sweep with --sweep and the result with -o");
		return SABIN_EXIT_USAGE;
	}
	if (!sabin_name_is_valid(o->speaker) || !sabin_name_is_valid(o->position)) {
		sabin_complain(command->name, "--speaker and --position want a name of letters, digits, "
		                              "'_' and '-', at most 64 of them");
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

static int report(struct work *w)
{
	struct sabin_diag diag = {0};
	w->measurement.complete = true;
	if (w->o->common.json) {
		enum sabin_err err = sabin_show_measurement_json(&w->measurement, w->o->output);
		if (err)
			return sabin_fail_output(w->command->name, err, &diag);
	} else {
		sabin_show_measurement(&w->measurement, w->o->output);
	}
	return w->take.verdict.trustworthy ? SABIN_EXIT_DONE : SABIN_EXIT_NEGATIVE;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct work w = {.command = command, .o = o};
	struct sabin_diag diag = {0};
	int status = check_options(command, o);
	if (status >= 0)
		return status;
	enum sabin_err err = read_inputs(&w, operands[0], &diag);
	if (!err)
		err = extract(&w, operands[0], &diag);
	if (err) {
		status = sabin_fail_input(command->name, err, &diag);
	} else {
		err = is_wav_name(o->output) ? write_bare(&w, &diag) : write_directory(&w, &diag);
		status = err ? sabin_fail_output(command->name, err, &diag) : report(&w);
	}
	sabin_output_abandon(&w.output);
	sabin_measurement_release(&w.measurement);
	sabin_taker_free(w.taker);
	sabin_wav_release(&w.recording);
	sabin_wav_release(&w.sweep);
	free(w.played);
	free(w.channel);
	free(w.h);
	return status;
}

const struct sabin_command sabin_cmd_deconvolve = {
    .name = "deconvolve",
    .arguments = "RECORDING --sweep SWEEP.wav -o DIR|IR.wav",
    .summary = "an impulse response from a recording made elsewhere",
    .about = "Deconvolves a recording of a sweep.  A sweep of 'sabin sweep' carries its recipe; any\n"
             "other exponential sweep will do, its band is found from the file unless --from and\n"
             "--to say it.  The recording may begin at any time.  Calibration is kept beside the\n"
             "response and applied by the commands that read it.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
