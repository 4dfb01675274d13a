/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_import.c: sabin import.
 */
#include <float.h>
#include <math.h>
#include <strings.h>

#include "audio/save.h"
#include "cli/command.h"
#include "cli/likeness.h"
#include "cli/show.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/rew_text.h"
#include "io/wav.h"

struct options {
	struct sabin_common common;
	const char *output, *calibration;
	struct sabin_list speakers, positions;
	double rate_hz;
	bool unchecked;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "DIR", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "the measurement directory to make (required)"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "the speaker of all responses, or of each"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "the position of all responses, or of each"},
    {SABIN_OPT_NUMBER, 0, "rate", "HZ", offsetof(struct options, rate_hz), SABIN_UNIT_HZ, 1000,
     768000, NULL, NULL, "the rate they must have; nothing is resampled"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "the microphone's calibration, kept with the responses"},
    {SABIN_OPT_FLAG, 0, "unchecked", NULL, offsetof(struct options, unchecked), 0, 0, 0, NULL, NULL,
     "also what does not look like an impulse response"},
};

struct work {
	const struct options *o;
	struct sabin_measurement *sources; /* [count]: each operand as a bare file */
	size_t count, total;               /* files, responses */
	struct sabin_output output;
	struct sabin_measurement measurement;
};

static enum sabin_err open_all(struct work *w, char **paths, struct sabin_diag *diag)
{
	while (paths[w->count])
		w->count++;
	w->sources = calloc(w->count, sizeof *w->sources);
	if (!w->sources)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < w->count; i++) {
		struct sabin_measurement *m = &w->sources[i];
		enum sabin_err err = sabin_measurement_open(paths[i], m, diag);
		if (err)
			return err;
		if (m->directory)
			return sabin_diag_set(diag, SABIN_EFORMAT, paths[i], 0, 0,
			                      "is a measurement directory already; a file was expected");
		const unsigned rate_hz = m->responses[0].rate_hz;
		if (!isnan(w->o->rate_hz) && w->o->rate_hz != rate_hz) {
			sabin_diag_set(diag, SABIN_EFORMAT, paths[i], 0, 0,
			               "has a sample rate of %u Hz; --rate says %g Hz", rate_hz,
			               w->o->rate_hz);
			sabin_diag_advise(diag, "nothing is resampled: export it anew at that rate, or leave "
			                        "--rate out, responses may differ in it");
			return SABIN_EFORMAT;
		}
		if (!w->o->unchecked)
			err = sabin_likeness_check(m, NULL, m->response_count, diag);
		if (err)
			return err;
		w->total += m->response_count;
	}
	return SABIN_OK;
}

/* ---- names -------------------------------------------------------------------------------------- */

/* What the file's name gives: SPEAKER.POSITION.wav, as in a measurement directory, or one name. */
static void names_of_file(const char *path, char speaker[SABIN_NAME_SIZE],
                          char position[SABIN_NAME_SIZE])
{
	const char *base = sabin_path_last(path);
	const char *first = strchr(base, '.'), *last = strrchr(base, '.');
	char a[SABIN_NAME_SIZE], b[SABIN_NAME_SIZE];
	position[0] = '\0';
	sabin_name_from_path(path, speaker);
	if (!first || first == last)
		return;
	const int na = snprintf(a, sizeof a, "%.*s", (int)(first - base), base);
	const int nb = snprintf(b, sizeof b, "%.*s", (int)(last - first - 1), first + 1);
	if (na < (int)sizeof a && nb < (int)sizeof b && sabin_name_is_valid(a) && sabin_name_is_valid(b)) {
		snprintf(speaker, SABIN_NAME_SIZE, "%s", a);
		snprintf(position, SABIN_NAME_SIZE, "%s", b);
	}
}

/* The name with "-ch2" after it, cut where it would be too long. */
static void add_channel(char name[SABIN_NAME_SIZE], size_t channel)
{
	char tail[16];
	const size_t n = (size_t)snprintf(tail, sizeof tail, "-ch%u", (unsigned)channel + 1);
	const size_t length = strlen(name), most = SABIN_NAME_SIZE - 1 - n;
	memcpy(name + (length < most ? length : most), tail, n + 1);
}

/* Response `channel` of source `source`, number `all`. */
static void name_response(const struct work *w, const struct sabin_measurement *source,
                          size_t channel, size_t all, struct sabin_measured *to)
{
	const struct sabin_list *speakers = &w->o->speakers, *positions = &w->o->positions;
	char speaker[SABIN_NAME_SIZE], position[SABIN_NAME_SIZE];
	names_of_file(source->path, speaker, position);
	const bool own_convention = position[0] != '\0';
	if (source->response_count > 1)
		add_channel(speaker, channel);
	if (speakers->count > 0) {
		/* the file's name is free for the position then */
		if (!own_convention && speakers->count == 1 && w->total > 1)
			snprintf(position, sizeof position, "%s", speaker);
		snprintf(speaker, sizeof speaker, "%s", speakers->item[speakers->count == 1 ? 0 : all]);
	} else if (positions->count > 1 && !own_convention) {
		snprintf(speaker, sizeof speaker, "speaker");
	}
	if (positions->count > 0)
		snprintf(position, sizeof position, "%s",
		         positions->item[positions->count == 1 ? 0 : all]);
	else if (!position[0])
		snprintf(position, sizeof position, "position");
	memcpy(to->speaker, speaker, sizeof speaker);
	memcpy(to->position, position, sizeof position);
}

static int check_names(const char *command, const struct work *w)
{
	const struct sabin_list *lists[2] = {&w->o->speakers, &w->o->positions};
	static const char *const options[2] = {"--speaker", "--position"};
	for (int k = 0; k < 2; k++) {
		if (lists[k]->count > 1 && lists[k]->count != w->total) {
			sabin_complain(command, "%s has %zu names for %zu responses: one for all is expected, or "
			                        "one for each",
			               options[k], lists[k]->count, w->total);
			return SABIN_EXIT_USAGE;
		}
		for (size_t i = 0; i < lists[k]->count; i++)
			if (!sabin_name_is_valid(lists[k]->item[i])) {
				sabin_complain(command, "%s %s: a name of letters, digits, '_' and '-' is "
				                        "expected, at most 64 of them",
				               options[k], lists[k]->item[i]);
				return SABIN_EXIT_USAGE;
			}
	}
	struct sabin_measured *names = calloc(w->total, sizeof *names);
	int status = names ? -1 : sabin_fail_memory(command);
	for (size_t s = 0, all = 0; names && s < w->count; s++)
		for (size_t c = 0; c < w->sources[s].response_count; c++, all++) {
			name_response(w, &w->sources[s], c, all, &names[all]);
			for (size_t i = 0; status < 0 && i < all; i++)
				if (strcasecmp(names[i].speaker, names[all].speaker) == 0 &&
				    strcasecmp(names[i].position, names[all].position) == 0) {
					sabin_complain(command,
					               "two responses would be called %s at %s (the second from %s): "
					               "name each with --speaker or --position",
					               names[all].speaker, names[all].position, w->sources[s].path);
					status = SABIN_EXIT_USAGE;
				}
		}
	free(names);
	return status;
}

/* ---- writing -------------------------------------------------------------------------------------- */

static bool fits_float(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fabs(x[i]) > (double)FLT_MAX)
			return false;
	return true;
}

static bool is_rounded(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((double)(float)x[i] != x[i])
			return true;
	return false;
}

static enum sabin_err import_one(struct work *w, const struct sabin_measurement *source, size_t channel,
                                 size_t all, struct sabin_diag *diag)
{
	double *x = NULL;
	size_t frames = 0;
	enum sabin_err err = sabin_measurement_load(source, channel, &x, &frames, diag);
	if (err)
		return err;
	if (!fits_float(x, frames)) {
		free(x);
		return sabin_diag_set(diag, SABIN_EFORMAT, source->path, 0, 0,
		                      "holds samples too large for 32-bit float; full scale is 1");
	}
	struct sabin_measured *m = sabin_measurement_add(&w->measurement);
	char *path = NULL;
	if (!m) {
		free(x);
		return SABIN_ENOMEM;
	}
	*m = source->responses[channel]; /* its strings are the source's */
	m->calibration = NULL;
	m->channel = 0;
	name_response(w, source, channel, all, m);
	if (asprintf(&m->file, "%s.%s.wav", m->speaker, m->position) < 0) {
		m->file = NULL;
		err = SABIN_ENOMEM;
	}
	/* decimals are never binary fractions; what they were printed from is */
	if (sabin_rew_text_kind(source->path) == SABIN_REW_NONE && is_rounded(x, frames))
		sabin_verdict_say(&m->verdict, "the samples were rounded to 32-bit float");
	sabin_verdict_say(&m->verdict, "imported from %s", source->path);
	if (!err && !(path = sabin_path_join(w->output.temporary, m->file)))
		err = SABIN_ENOMEM;
	if (!err)
		err = sabin_wav_write(path, x, frames, 1, m->rate_hz, SABIN_FLOAT,
		                      "sabin impulse response; imported", diag);
	if (!err && w->o->calibration)
		err = sabin_save_calibration(w->o->calibration, w->output.temporary, &m->calibration,
		                             diag);
	free(path);
	free(x);
	return err;
}

static enum sabin_err write_result(struct work *w, struct sabin_diag *diag)
{
	struct sabin_measurement *m = &w->measurement;
	(void)sabin_stop_watch(); /* from here on there is something to be removed */
	enum sabin_err err =
	    sabin_output_begin(&w->output, w->o->output, SABIN_MARK_MEASUREMENT, w->o->common.force, diag);
	for (size_t s = 0, all = 0; s < w->count; s++)
		for (size_t c = 0; !err && c < w->sources[s].response_count; c++, all++) {
			err = import_one(w, &w->sources[s], c, all, diag);
			if (!err)
				err = sabin_stopped(diag);
		}
	m->complete = true;
	m->command = sabin_command_line();
	sabin_date_now(m->date, sizeof m->date);
	if (!err)
		err = sabin_measurement_write(m, w->output.temporary, diag);
	return err ? err : sabin_output_commit(&w->output, diag);
}

static int report(const char *command, const struct work *w)
{
	struct sabin_diag diag = {0};
	bool trustworthy = true;
	if (w->o->common.json) {
		enum sabin_err err = sabin_show_measurement_json(&w->measurement, w->o->output, NULL, 0);
		if (err)
			return sabin_fail_output(command, err, &diag);
	} else {
		sabin_show_measurement(&w->measurement, w->o->output, 0);
	}
	for (size_t i = 0; i < w->measurement.response_count; i++)
		trustworthy = trustworthy && w->measurement.responses[i].verdict.trustworthy;
	return trustworthy ? SABIN_EXIT_DONE : SABIN_EXIT_NEGATIVE;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct work w = {.o = o};
	struct sabin_diag diag = {0};
	struct sabin_calibration calibration = {0};
	int status = -1;
	if (!o->output) {
		sabin_complain(command->name, "name the measurement directory with -o DIR");
		return SABIN_EXIT_USAGE;
	}
	enum sabin_err err = open_all(&w, operands, &diag);
	if (!err && o->calibration) /* a bad one is told now, not when it is used */
		err = sabin_calibration_read(o->calibration, &calibration, &diag);
	sabin_calibration_release(&calibration);
	if (err)
		status = sabin_fail_input(command->name, err, &diag);
	if (status < 0)
		status = check_names(command->name, &w);
	if (status < 0) {
		err = write_result(&w, &diag);
		status = err ? sabin_fail_output(command->name, err, &diag)
		             : report(command->name, &w);
	}
	sabin_output_abandon(&w.output);
	sabin_measurement_release(&w.measurement);
	for (size_t i = 0; w.sources && i < w.count; i++)
		sabin_measurement_release(&w.sources[i]);
	free(w.sources);
	return status;
}

const struct sabin_command sabin_cmd_import = {
    .name = "import",
    .arguments = "FILE... -o DIR",
    .summary = "impulse responses from other tools become a measurement directory",
    .about = "Takes sound files, every channel of which is a response, and impulse responses that REW\n"
             "exported as text.  The samples stay as they are; time zero is kept to the fraction of a\n"
             "sample where the file tells it.  Names come from the files unless --speaker and\n"
             "--position give them.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 4096,
    .run = run,
};
