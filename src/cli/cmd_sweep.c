/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_sweep.c: sabin sweep.
 */
#include <math.h>

#include "audio/session.h"
#include "cli/command.h"
#include "io/atomic.h"
#include "io/json.h"
#include "io/number.h"
#include "io/recipe.h"
#include "io/wav.h"

struct options {
	struct sabin_common common;
	const char *output;
	double from_hz, to_hz, length_s, level_dbfs, rate_hz, tail_s;
	long repeats, channels, channel;
	int format;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "the WAV file to write (required)"},
    {SABIN_OPT_NUMBER, 0, "from", "HZ", offsetof(struct options, from_hz), SABIN_UNIT_HZ, 1, 100000,
     "20", NULL, "where the sweep begins"},
    {SABIN_OPT_NUMBER, 0, "to", "HZ", offsetof(struct options, to_hz), SABIN_UNIT_HZ, 2, 384000,
     "22000", NULL, "where it ends, at most half the rate"},
    {SABIN_OPT_NUMBER, 0, "length", "S", offsetof(struct options, length_s), SABIN_UNIT_S, 0.05, 300,
     "10", NULL, "its length, rounded up to the next synchronised one"},
    {SABIN_OPT_NUMBER, 0, "level", "DBFS", offsetof(struct options, level_dbfs), SABIN_UNIT_DB, -120,
     0, "-20", NULL, "its peak re full scale"},
    {SABIN_OPT_NUMBER, 0, "rate", "HZ", offsetof(struct options, rate_hz), SABIN_UNIT_HZ, 4000,
     768000, "48000", NULL, "sampling rate"},
    {SABIN_OPT_NUMBER, 0, "tail", "S", offsetof(struct options, tail_s), SABIN_UNIT_S, 0.1, 60, "3",
     NULL, "silence after it, in which the room decays"},
    {SABIN_OPT_INTEGER, 0, "repeats", "N", offsetof(struct options, repeats), 0, 1, 100, "1", NULL,
     "how often the whole signal stands in the file"},
    {SABIN_OPT_INTEGER, 0, "channels", "N", offsetof(struct options, channels), 0, 1, 64, "1", NULL,
     "channels of the file"},
    {SABIN_OPT_INTEGER, 0, "channel", "K", offsetof(struct options, channel), 0, 1, 64, "1", NULL,
     "the channel that carries the signal"},
    {SABIN_OPT_CHOICE, 0, "sample-format", "FORMAT", offsetof(struct options, format), 0, 0, 0,
     "s24", "s16|s24|s32|float", "sample format of the file"},
};

static void print(const struct options *o, const struct sabin_stimulus *s)
{
	const double rate_hz = s->sweep.rate_hz;
	printf("%s\n", o->output);
	printf("  sweep     %s to %s in %.4f s (synchronised; asked for %g s)\n",
	       sabin_text_exact_hz(s->sweep.from_hz).s, sabin_text_exact_hz(s->sweep.to_hz).s,
	       s->sweep.length_s, o->length_s);
	printf("  level     %g dBFS peak\n", o->level_dbfs);
	printf("  signal    %.3f s of silence, %s, the sweep at %.3f s, %.3f s of silence\n",
	       (double)(s->chirp.frames ? s->chirp_frame[0] : s->sweep_frame) / rate_hz,
	       s->chirp.frames ? "a timing chirp" : "no timing chirp",
	       (double)s->sweep_frame / rate_hz, (double)s->tail_frames / rate_hz);
	printf("  in all    %.3f s%s at %g Hz, channel %ld of %ld\n",
	       (double)s->frames / rate_hz * (double)o->repeats,
	       o->repeats > 1 ? " with repeats" : "", rate_hz, o->channel, o->channels);
}

static enum sabin_err print_json(const struct options *o, const struct sabin_stimulus *s)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.sweep/1");
	sabin_json_text(json, "file", o->output);
	sabin_json_number(json, "from_hz", s->sweep.from_hz);
	sabin_json_number(json, "to_hz", s->sweep.to_hz);
	sabin_json_number(json, "length_s", s->sweep.length_s);
	sabin_json_number(json, "rate_hz", s->sweep.rate_hz);
	sabin_json_number(json, "level_dbfs", o->level_dbfs);
	sabin_json_number(json, "sweep_at_s", (double)s->sweep_frame / s->sweep.rate_hz);
	sabin_json_number(json, "tail_s", (double)s->tail_frames / s->sweep.rate_hz);
	sabin_json_integer(json, "repeats", o->repeats);
	sabin_json_integer(json, "frames", (long long)s->frames * o->repeats);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

/* The signal on its channel, repeated. */
static enum sabin_err render(const struct options *o, const struct sabin_stimulus *s,
                             double **samples, size_t *frames)
{
	const size_t channels = (size_t)o->channels;
	size_t count;
	if (__builtin_mul_overflow(s->frames, (size_t)o->repeats, frames) ||
	    __builtin_mul_overflow(*frames, channels, &count) || count > (size_t)1 << 31)
		return SABIN_ENOMEM;
	double *one = malloc(s->frames * sizeof *one);
	*samples = calloc(count, sizeof **samples);
	if (one && *samples) {
		sabin_stimulus_render(s, one);
		for (size_t i = 0; i < *frames; i++)
			(*samples)[i * channels + (size_t)o->channel - 1] = one[i % s->frames];
	}
	free(one);
	return one && *samples ? SABIN_OK : SABIN_ENOMEM;
}

static enum sabin_err write_files(const struct options *o, const struct sabin_stimulus *s,
                                  struct sabin_diag *diag)
{
	const struct sabin_recipe recipe = {*s, (unsigned)o->repeats};
	struct sabin_output wav = {0};
	double *samples = NULL;
	char *beside = NULL;
	size_t frames = 0, length = 0;
	char *text = sabin_recipe_text(&recipe, &length);
	enum sabin_err err = text ? render(o, s, &samples, &frames) : SABIN_ENOMEM;
	if (!err && asprintf(&beside, "%s.yaml", o->output) < 0) {
		beside = NULL;
		err = SABIN_ENOMEM;
	}
	(void)sabin_stop_watch(); /* from here on there is something to be removed */
	if (!err)
		err = sabin_output_begin(&wav, o->output, NULL, o->common.force, diag);
	if (!err)
		err = sabin_wav_write(wav.temporary, samples, frames, (size_t)o->channels,
		                      (unsigned)o->rate_hz, (enum sabin_sample_format)o->format, text,
		                      diag);
	if (!err)
		err = sabin_stopped(diag);
	if (!err)
		err = sabin_output_text(beside, text, length, o->common.force, diag);
	if (!err)
		err = sabin_output_commit(&wav, diag);
	else
		sabin_output_abandon(&wav);
	free(beside);
	free(samples);
	free(text);
	return err;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct options *o = options;
	struct sabin_diag diag = {0};
	struct sabin_stimulus s;
	(void)operands;
	if (!o->output) {
		sabin_complain(command->name, "name the file with -o SWEEP.wav");
		return SABIN_EXIT_USAGE;
	}
	if (o->channel > o->channels) {
		sabin_complain(command->name, "--channel %ld of --channels %ld does not exist",
		               o->channel, o->channels);
		return SABIN_EXIT_USAGE;
	}
	if (o->rate_hz != floor(o->rate_hz) ||
	    sabin_session_stimulus(o->from_hz, o->to_hz, o->length_s, o->rate_hz, o->level_dbfs,
	                           o->tail_s, &s)) {
		sabin_complain(command->name,
		               "no sweep from %s to %s at %g Hz: expected --from below --to, and --to "
		               "at most half of a whole --rate",
		               sabin_text_exact_hz(o->from_hz).s, sabin_text_exact_hz(o->to_hz).s, o->rate_hz);
		return SABIN_EXIT_USAGE;
	}
	enum sabin_err err = write_files(o, &s, &diag);
	if (err)
		return sabin_fail_output(command->name, err, &diag);
	if (o->common.json)
		err = print_json(o, &s);
	else
		print(o, &s);
	return err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
}

const struct sabin_command sabin_cmd_sweep = {
    .name = "sweep",
    .arguments = "-o SWEEP.wav",
    .summary = "write the test signal, to be played from any other machine",
    .about = "Writes what 'sabin measure' would play on one output: silence, a timing chirp, the\n"
             "synchronised exponential sweep, silence in which the room decays, and a second chirp.\n"
             "Its recipe stands in the WAV file and beside it (SWEEP.wav.yaml), so that\n"
             "'sabin deconvolve RECORDING --sweep SWEEP.wav' needs nothing else.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .run = run,
};
