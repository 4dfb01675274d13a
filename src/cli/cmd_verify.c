/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_verify.c: sabin verify.
 */
#include <math.h>
#include <strings.h>

#include <sabin/verify.h>

#include "cli/command.h"
#include "cli/eq_again.h"
#include "io/correction.h"
#include "io/json.h"

struct options {
	struct sabin_common common;
	const char *calibration;
	struct sabin_list speakers, positions;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "microphone calibration to subtract, or none; else the measurement's own"},
};

enum { FINDINGS_MOST = 64 };
static const double low_pass_hz = 500;
/* How far a speaker may have been moved by a wrong delay or by latency; how far apart two arrivals of one
 * response are found. */
static const double shift_least_s = 0.005, shift_most_s = 0.03, arrival_slack_s = 0.001;

/* What is told of a channel beside what was verified. */
struct facts {
	size_t positions, of; /* measured again, of how many; 0: others were */
	double before_db;     /* deviation from the target before, at those positions */
};

struct job {
	const struct sabin_command *command;
	struct sabin_correction_file file;
	struct sabin_eq_input input;
	struct sabin_verify_channel *channels; /* [channel_count] */
	struct sabin_verified *verified;
	struct facts *facts;
	double *curves; /* all of them */
	struct sabin_finding findings[FINDINGS_MOST];
	size_t finding_count;
};

/* Gain of the whole channel without its own level; any level that all channels have does not matter. */
static enum sabin_err gain_of(const struct job *job, size_t index, double *gain_db,
                              struct sabin_diag *diag)
{
	const struct sabin_correction_channel *c = &job->file.correction.channels[index];
	double *h = NULL, best_hz = 0;
	size_t n = 0;
	if (!job->file.fir)
		return sabin_correction_level(c, job->file.correction.rate_hz, c->freq_hz, c->length,
		                              gain_db);
	for (size_t r = 0; r < c->rate_count; r++) /* the rate that reaches highest */
		best_hz = fmax(best_hz, c->rates[r].rate_hz);
	enum sabin_err err = sabin_correction_response(&job->file, index, best_hz, &h, &n, diag);
	if (!err && !(c->freq_hz[c->length - 1] < best_hz / 2))
		err = sabin_diag_set(diag, SABIN_EFORMAT, job->file.path, 0, 0,
		                     "has no FIR whose rate reaches up to %g Hz", c->freq_hz[c->length - 1]);
	if (!err)
		err = sabin_fir_level(h, n, best_hz, c->freq_hz, c->length, gain_db);
	/* its preamp and gain are in it */
	for (size_t i = 0; i < c->length && !err; i++)
		gain_db[i] -= c->gain_db;
	free(h);
	return err;
}

/* Behind a low pass a delay of half a period and the other polarity are nearly the same. */
static bool is_low_passed(const struct sabin_correction_channel *c)
{
	for (size_t i = 0; i < c->filter_count; i++)
		if (c->filters[i].type == SABIN_LOW_PASS && c->filters[i].freq_hz < low_pass_hz)
			return true;
	return false;
}

/* Sign and delay against the first position that tells them.  Without the emission in both measurements
 * only the sign is known: the arrivals are laid upon each other. */
static enum sabin_err find_shift(const struct job *job, size_t index,
                                 const struct sabin_eq_speaker *speaker, double *phase_deg,
                                 struct sabin_verify_channel *out)
{
	const struct sabin_correction_channel *c = out->channel;
	const struct sabin_correction_origin *origin = &job->file.origins[index];
	if (is_low_passed(c))
		return SABIN_OK;
	for (size_t o = 0; o < origin->count && out->turned == 0; o++)
		for (size_t p = 0; p < speaker->place_count && out->turned == 0; p++) {
			const struct sabin_correction_place *place = &origin->places[o];
			const struct sabin_correctable_place *again = &speaker->places[p];
			const double emission =
			    job->input.emission[(size_t)(speaker->places - job->input.places) + p];
			const bool timed = place->timed && isfinite(emission);
			double delay_s;
			if (strcasecmp(place->position, sabin_eq_again_position(&job->input, speaker, p)) != 0 ||
			    !place->phase_deg || !place->predicted_db || (place->timed && !timed))
				continue;
			const enum sabin_err err = sabin_eq_input_phases(
			    &job->input, again->h, again->n, again->rate_hz, again->arrival,
			    timed ? emission : again->arrival, phase_deg);
			if (err)
				return err == SABIN_ESHORT ? SABIN_OK : err;
			out->turned = sabin_verify_shift(c->freq_hz, place->phase_deg, phase_deg,
			                                 place->predicted_db, c->length,
			                                 timed ? -shift_least_s : -arrival_slack_s,
			                                 timed ? shift_most_s : arrival_slack_s, &delay_s);
			if (out->turned != 0 && timed)
				out->moved_s = delay_s;
		}
	return SABIN_OK;
}

static enum sabin_err prepare(struct job *job, struct sabin_diag *diag)
{
	const struct sabin_correction *correction = &job->file.correction;
	const size_t count = correction->channel_count, n = job->input.length;
	job->channels = calloc(count, sizeof *job->channels);
	job->verified = calloc(count, sizeof *job->verified);
	job->facts = calloc(count, sizeof *job->facts);
	job->curves = calloc(5 * count * n + 1, sizeof *job->curves);
	if (!job->channels || !job->verified || !job->facts || !job->curves)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct sabin_correction_channel *c = &correction->channels[i];
		const struct sabin_eq_speaker *speaker = sabin_eq_again_speaker(&job->input, c->speaker);
		double *gain = job->curves + 5 * i * n;
		struct sabin_eq_again again = {
		    .before_db = gain + n, .predicted_db = gain + 2 * n, .achieved_db = gain + 3 * n};
		enum sabin_err err = gain_of(job, i, gain, diag);
		if (err)
			return err;
		job->channels[i] = (struct sabin_verify_channel){
		    .channel = c, .gain_db = gain, .full = job->file.fir, .moved_s = NAN};
		if (!speaker)
			continue;
		sabin_eq_again_compute(&job->file, i, &job->input, speaker, &again);
		job->facts[i] = (struct facts){again.positions, again.of, again.error_before_db};
		job->channels[i].before_db = again.before_db;
		job->channels[i].predicted_db = again.predicted_db;
		job->channels[i].achieved_db = again.achieved_db;
		err = find_shift(job, i, speaker, gain + 4 * n, &job->channels[i]);
		if (err)
			return err;
	}
	return SABIN_OK;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void sentence(const struct job *job, const struct sabin_finding *f, char *text, size_t size)
{
	const struct sabin_correction_channel *c = &job->file.correction.channels[f->channel];
	const struct sabin_biquad *filter = &c->filters[f->filter];
	switch (f->code) {
	case SABIN_VERIFY_NOT_APPLIED:
		snprintf(text, size, "%s: the correction is not applied", c->speaker);
		break;
	case SABIN_VERIFY_FILTER_MISSING:
		snprintf(text, size, "%s: filter %zu is missing (%s, %.1f Hz, %+.1f dB)", c->speaker,
		         f->filter + 1, sabin_biquad_name(filter->type), filter->freq_hz,
		         filter->gain_db);
		break;
	case SABIN_VERIFY_WRONG_RATE:
		snprintf(text, size,
		         "%s: the filters were made for another rate than they run at (as %.0f Hz to "
		         "%.0f Hz)",
		         c->speaker, f->made_hz, f->run_hz);
		break;
	case SABIN_VERIFY_SWAPPED:
		snprintf(text, size, "%s and %s have each other's correction", c->speaker,
		         job->file.correction.channels[f->other].speaker);
		break;
	case SABIN_VERIFY_TWICE:
		snprintf(text, size, "%s: the correction is applied twice", c->speaker);
		break;
	case SABIN_VERIFY_WRONG_CHANNEL:
		snprintf(text, size, "the correction of %s is on %s", c->speaker,
		         job->file.correction.channels[f->other].speaker);
		break;
	case SABIN_VERIFY_WRONG_LEVEL:
		snprintf(text, size, "%s against %s: the level was to change by %+.2f dB, it did by %+.2f dB",
		         c->speaker, job->file.correction.channels[f->other].speaker, f->expected,
		         f->found);
		break;
	case SABIN_VERIFY_WRONG_DELAY:
		snprintf(text, size, "%s against %s: the delay was to be %+.2f ms, it is %+.2f ms",
		         c->speaker, job->file.correction.channels[f->other].speaker,
		         1000 * f->expected, 1000 * f->found);
		break;
	case SABIN_VERIFY_WRONG_POLARITY:
		snprintf(text, size, "%s: its polarity is %s; the correction has it %s", c->speaker,
		         c->polarity < 0 ? "not inverted" : "inverted",
		         c->polarity < 0 ? "inverted" : "as it was");
		break;
	case SABIN_VERIFY_DIFFERS:
	case SABIN_VERIFY_CODES:
		snprintf(text, size,
		         "%s: what was achieved differs from the prediction by %.1f dB, and no usual "
		         "mistake explains it",
		         c->speaker, f->before_db);
		break;
	}
}

static void finding_json(const struct job *job, struct sabin_json *json,
                         const struct sabin_finding *f)
{
	const struct sabin_correction *correction = &job->file.correction;
	char text[400];
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "code", sabin_verify_name(f->code));
	sabin_json_text(json, "speaker", correction->channels[f->channel].speaker);
	if (f->code == SABIN_VERIFY_WRONG_LEVEL) {
		sabin_json_number(json, "expected_db", f->expected);
		sabin_json_number(json, "found_db", f->found);
	}
	if (f->code == SABIN_VERIFY_WRONG_DELAY) {
		sabin_json_number(json, "expected_s", f->expected);
		sabin_json_number(json, "found_s", f->found);
	}
	if (f->code == SABIN_VERIFY_SWAPPED || f->code == SABIN_VERIFY_WRONG_CHANNEL ||
	    f->code == SABIN_VERIFY_WRONG_LEVEL || f->code == SABIN_VERIFY_WRONG_DELAY)
		sabin_json_text(json, "other", correction->channels[f->other].speaker);
	if (f->code == SABIN_VERIFY_FILTER_MISSING)
		sabin_json_integer(json, "filter", (long long)f->filter + 1);
	if (f->code == SABIN_VERIFY_WRONG_RATE) {
		sabin_json_number(json, "made_for_hz", f->made_hz);
		sabin_json_number(json, "run_at_hz", f->run_hz);
	}
	if (f->code <= SABIN_VERIFY_DIFFERS) {
		sabin_json_number(json, "unexplained_before_db", f->before_db);
		sabin_json_number(json, "unexplained_after_db", f->after_db);
	}
	sentence(job, f, text, sizeof text);
	sabin_json_text(json, "text", text);
	sabin_json_close(json);
}

static bool is_measured(const struct job *job, size_t i)
{
	return job->channels[i].achieved_db != NULL;
}

/* Delays between speakers that no loopback tells. */
static bool lacks_times(const struct job *job)
{
	const struct sabin_correction *correction = &job->file.correction;
	bool delayed = false, timed = true;
	size_t measured = 0;
	for (size_t i = 0; i < correction->channel_count; i++) {
		delayed = delayed || correction->channels[i].delay_s != 0;
		measured += is_measured(job, i);
		if (is_measured(job, i) && !is_low_passed(&correction->channels[i]))
			timed = timed && isfinite(job->channels[i].moved_s);
	}
	return delayed && measured > 1 && !timed;
}

/* "the polarity and delay of sub, nor the delays of the others": what could not be looked at; "": nothing. */
static void say_unchecked(const struct job *job, char *text, size_t size)
{
	const struct sabin_correction *correction = &job->file.correction;
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < correction->channel_count && used < size; i++)
		if (is_measured(job, i) && is_low_passed(&correction->channels[i]))
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? " and " : "the polarity and delay of ",
			                         correction->channels[i].speaker);
	if (lacks_times(job) && used < size)
		snprintf(text + used, size - used, used ? ", nor the delays of the others" : "the delays");
}

static bool has_crossover(const struct job *job)
{
	const struct sabin_correction *correction = &job->file.correction;
	for (size_t i = 0; i < correction->channel_count; i++)
		for (size_t f = 0; f < correction->channels[i].filter_count && is_measured(job, i); f++)
			if (correction->channels[i].filters[f].type > SABIN_HIGH_SHELF)
				return true;
	return false;
}

static enum sabin_err show_json(const struct job *job)
{
	const struct sabin_correction *correction = &job->file.correction;
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.verification/1");
	sabin_json_open_array(json, "channels");
	for (size_t i = 0; i < correction->channel_count; i++) {
		if (!job->channels[i].achieved_db)
			continue;
		const double range_hz[2] = {job->verified[i].from_hz, job->verified[i].to_hz};
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "speaker", correction->channels[i].speaker);
		sabin_json_integer(json, "positions", (long long)job->facts[i].positions);
		sabin_json_integer(json, "positions_corrected", (long long)job->facts[i].of);
		sabin_json_number(json, "error_before_db", job->facts[i].before_db);
		sabin_json_number(json, "predicted_error_db", job->verified[i].predicted_error_db);
		sabin_json_number(json, "achieved_error_db", job->verified[i].achieved_error_db);
		sabin_json_number(json, "difference_db", job->verified[i].difference_db);
		sabin_json_numbers(json, "corrected_hz", range_hz, 2);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_open_array(json, "findings");
	for (size_t i = 0; i < job->finding_count; i++)
		finding_json(job, json, &job->findings[i]);
	sabin_json_close(json);
	char unchecked[400];
	say_unchecked(job, unchecked, sizeof unchecked);
	sabin_json_text(json, "not_checked", *unchecked ? unchecked : NULL);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

/* Which positions that was, and what could not be looked at. */
static void show_conditions(const struct job *job)
{
	const struct sabin_correction *correction = &job->file.correction;
	if (has_crossover(job))
		puts("  before: as measured then, with the correction's crossover added but none of its filters, for the target is "
		     "what\n  lies behind the crossover: measured without the correction, achieved is another number");
	for (size_t i = 0; i < correction->channel_count; i++) {
		const struct facts *f = &job->facts[i];
		const char *speaker = correction->channels[i].speaker;
		if (!is_measured(job, i))
			continue;
		if (is_low_passed(&correction->channels[i]))
			printf("  %s: polarity and delay are not checked: behind its low pass they cannot be told apart\n",
			       speaker);
		if (f->positions == 0)
			printf("  %s: at none of the positions that the correction was made from; the means "
			       "are compared\n",
			       speaker);
		else if (f->positions < f->of)
			printf("  %s: at %zu of %zu positions; before, predicted and achieved are of %s\n",
			       speaker, f->positions, f->of, f->positions == 1 ? "that one" : "those");
	}
	if (lacks_times(job))
		puts("  delays are not checked: that needs a loopback in both measurements");
}

static void show(const struct job *job)
{
	const struct sabin_correction *correction = &job->file.correction;
	char text[400];
	puts("Deviation from the target in dB (RMS)");
	printf("  %-16s %9s %10s %9s   achieved less predicted\n", "speaker", "before", "predicted",
	       "achieved");
	for (size_t i = 0; i < correction->channel_count; i++) {
		const struct sabin_verified *v = &job->verified[i];
		if (!job->channels[i].achieved_db)
			continue;
		printf("  %-16s %9.2f %10.2f %9.2f   %.2f dB RMS from %.0f to %.0f Hz\n",
		       correction->channels[i].speaker, job->facts[i].before_db,
		       v->predicted_error_db, v->achieved_error_db, v->difference_db, v->from_hz,
		       v->to_hz);
	}
	show_conditions(job);
	for (size_t i = 0; i < job->finding_count; i++) {
		sentence(job, &job->findings[i], text, sizeof text);
		printf("%s%s%s\n", sabin_bad(), text, sabin_plain());
	}
	say_unchecked(job, text, sizeof text);
	if (job->finding_count == 0)
		printf("%sThe correction does what it was designed to do%s%s.%s\n", sabin_good(),
		       *text ? ", as far as it was checked: not " : "", text, sabin_plain());
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_diag diag = {0};
	struct job *job = calloc(1, sizeof *job);
	if (!job)
		return sabin_fail_memory(command->name);
	int status = -1;
	job->command = command;
	job->finding_count = FINDINGS_MOST;
	enum sabin_err err = sabin_correction_read(operands[0], &job->file, &diag);
	if (err)
		status = sabin_fail_input(command->name, err, &diag);
	if (status < 0)
		status = sabin_eq_input_measurement(command->name, operands[1], &o->speakers,
		                                    &o->positions, o->calibration,
		                                    job->file.correction.range_hz, 0, &job->input);
	if (status < 0 && job->input.length != job->file.correction.channels[0].length) {
		sabin_complain(command->name, "%s: does not reach over the correction's range, %g to %g Hz",
		               operands[1], job->file.correction.range_hz[0],
		               job->file.correction.range_hz[1]);
		status = SABIN_EXIT_INPUT;
	}
	if (status < 0) {
		sabin_eq_again_warn(&job->file, job->input.room, NULL);
		err = prepare(job, &diag);
		if (err)
			status = sabin_fail_input(command->name, err, &diag);
	}
	if (status < 0) {
		err = sabin_verify_compute(job->channels, job->file.correction.channel_count,
		                           job->verified, job->findings, &job->finding_count);
		if (err == SABIN_EINVAL)
			sabin_complain(command->name, "%s: has no speaker that %s corrects; the first is '%s'",
			               operands[1], operands[0],
			               job->file.correction.channels[0].speaker);
		status = err == SABIN_EINVAL ? SABIN_EXIT_INPUT
		         : err               ? sabin_fail_output(command->name, err, &diag)
		                             : -1;
	}
	if (status < 0) {
		if (o->common.json)
			err = show_json(job);
		else
			show(job);
		status = err                      ? sabin_fail_output(command->name, err, &diag)
		         : job->finding_count > 0 ? SABIN_EXIT_NEGATIVE
		                                  : SABIN_EXIT_DONE;
	}
	sabin_correction_release(&job->file);
	sabin_eq_input_release(&job->input);
	free(job->channels);
	free(job->verified);
	free(job->facts);
	free(job->curves);
	free(job);
	return status;
}

const struct sabin_command sabin_cmd_verify = {
    .name = "verify",
    .arguments = "DIR MEASUREMENT",
    .summary = "hold what a re-measurement achieved against what the correction predicted",
    .about = "DIR is a correction of 'sabin eq', MEASUREMENT one made through it: with 'sabin measure\n"
             "--through', or with the correction in the equaliser of your own.  Says how far the outcome\n"
             "is from the prediction, and when it is far, which mistake explains it.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 2,
    .operands_max = 2,
    .no_output = true,
    .run = run,
};
