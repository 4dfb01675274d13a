/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_analyze.c: sabin analyze.
 */
#include <math.h>

#include <sabin/parameters.h>

#include "cli/analysis_show.h"
#include "cli/command.h"
#include "cli/show.h"

struct options {
	struct sabin_common common;
	struct sabin_list speakers, positions, only;
	bool third_octave, csv;
	double bands_hz[2];
	int noise;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_LIST, 0, "only", "PART,...", offsetof(struct options, only), 0, 0, 0, NULL, NULL,
     "only these parts: bands"},
    {SABIN_OPT_FLAG, 0, "third-octave", NULL, offsetof(struct options, third_octave), 0, 0, 0, NULL,
     NULL, "third-octave bands, 50 Hz to 10 kHz, instead of octaves, 63 Hz to 8 kHz"},
    {SABIN_OPT_RANGE, 0, "bands", "LO..HI", offsetof(struct options, bands_hz), SABIN_UNIT_HZ, 20,
     20000, NULL, NULL, "only bands whose nominal frequency lies in this range"},
    {SABIN_OPT_CHOICE, 0, "noise-handling", "HOW", offsetof(struct options, noise), 0, 0, 0, "full",
     "full|truncate|none", "full: truncation, subtraction and compensation"},
    {SABIN_OPT_FLAG, 0, "csv", NULL, offsetof(struct options, csv), 0, 0, 0, NULL, NULL,
     "print comma-separated values, one quantity a line"},
};

static struct sabin_analysis_options analysis_options(const struct options *o,
                                                      const struct sabin_measurement *m)
{
	struct sabin_analysis_options a = {
	    .fraction = o->third_octave ? 3 : 1,
	    .from_hz = o->third_octave ? 50 : 63,
	    .to_hz = o->third_octave ? 10000 : 8000,
	    .noise = (enum sabin_noise_handling)o->noise,
	    .excited_from_hz = 0,
	    .excited_to_hz = INFINITY,
	};
	if (o->bands_hz[1] > 0) {
		a.from_hz = o->bands_hz[0];
		a.to_hz = o->bands_hz[1];
	}
	if (m->has_stimulus) {
		a.excited_from_hz = m->stimulus.sweep.from_hz;
		a.excited_to_hz = m->stimulus.sweep.to_hz;
	}
	return a;
}

static enum sabin_err analyze(const struct options *o, const struct sabin_measurement *m,
                              const size_t *chosen, size_t count, struct sabin_analysis *results,
                              struct sabin_diag *diag)
{
	const struct sabin_analysis_options a = analysis_options(o, m);
	for (size_t i = 0; i < count; i++) {
		const struct sabin_measured *r = &m->responses[chosen[i]];
		double *h = NULL;
		size_t frames = 0;
		enum sabin_err err = sabin_measurement_load(m, chosen[i], &h, &frames, diag);
		if (err)
			return err;
		if (count > 1)
			sabin_progress("analysing", (double)i / (double)count);
		err = sabin_analysis_compute(h, frames, r->rate_hz, &a, &results[i]);
		free(h);
		if (err)
			return sabin_diag_set(diag, err == SABIN_ENOMEM ? err : SABIN_EFORMAT, r->file,
			                      0, 0, "cannot be analysed: %s",
			                      err == SABIN_ESHORT ? "the response is silent"
			                                          : sabin_strerror(err));
	}
	sabin_progress_end();
	return SABIN_OK;
}

static int check(const struct sabin_command *command, const struct options *o)
{
	for (size_t i = 0; i < o->only.count; i++)
		if (strcmp(o->only.item[i], "bands") != 0) {
			sabin_complain(command->name, "--only=%s: expected bands", o->only.item[i]);
			return SABIN_EXIT_USAGE;
		}
	if (o->common.json && o->csv) {
		sabin_complain(command->name, "--json and --csv exclude each other");
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_measurement m = {0};
	struct sabin_diag diag = {0};
	struct sabin_analysis *results = NULL;
	size_t *chosen = NULL, count = 0;
	int status = check(command, o);
	if (status < 0)
		status = sabin_choose(command->name, operands[0], &o->speakers, &o->positions, &m,
		                      &chosen, &count);
	if (status < 0) {
		results = calloc(count, sizeof *results);
		enum sabin_err err =
		    results ? analyze(o, &m, chosen, count, results, &diag) : SABIN_ENOMEM;
		const struct sabin_analyses all = {&m, chosen, results, count};
		status = SABIN_EXIT_DONE;
		if (err)
			status = sabin_fail_input(command->name, err, &diag);
		else if (o->common.json && (err = sabin_show_analyses_json(&all)))
			status = sabin_fail_output(command->name, err, &diag);
		else if (o->csv)
			sabin_show_analyses_csv(&all);
		else if (!o->common.json)
			sabin_show_analyses(&all);
	}
	for (size_t i = 0; results && i < count; i++)
		sabin_analysis_free(&results[i]);
	free(results);
	free(chosen);
	sabin_measurement_release(&m);
	return status;
}

const struct sabin_command sabin_cmd_analyze = {
    .name = "analyze",
    .arguments = "MEASUREMENT",
    .summary = "reverberation and clarity by frequency band, after ISO 3382",
    .about = "Reads the impulse responses of a measurement directory, or a bare response file, and\n"
             "gives EDT, T20, T30, C50, C80, D50 and Ts by octave with how sure they are.  A value\n"
             "that the data do not carry is not printed; the reason stands below the table.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .no_output = true,
    .run = run,
};
