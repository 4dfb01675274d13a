/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_response.c: sabin response.
 */
#include <math.h>

#include <sabin/octave.h>

#include "cli/command.h"
#include "cli/responses.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"
#include "io/rew_text.h"

struct options {
	struct sabin_common common;
	const char *output, *calibration, *points;
	struct sabin_list speakers, positions;
	double window_ms, gate_ms, cycles, range_hz[2];
	int smoothing, average;
	bool align, minimum, excess, csv, frd, impulse;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_CHOICE, 0, "smooth", "WIDTH", offsetof(struct options, smoothing), 0, 0, 0, "1/12",
     SABIN_SMOOTHING_CHOICES, "smoothing in octaves; var, psy, erb: of a width that varies"},
    {SABIN_OPT_NUMBER, 0, "window", "MS", offsetof(struct options, window_ms), SABIN_UNIT_MS, 1,
     60000, "500", NULL, "right window, after the arrival"},
    {SABIN_OPT_NUMBER, 0, "gate", "MS", offsetof(struct options, gate_ms), SABIN_UNIT_MS, 0.1, 60000,
     NULL, NULL, "let nothing in that comes later: a short window, soft on its left in proportion"},
    {SABIN_OPT_NUMBER, 0, "fdw", "CYCLES", offsetof(struct options, cycles), SABIN_UNIT_NONE, 1, 1000,
     NULL, NULL, "a window for each frequency, at most so many periods long"},
    {SABIN_OPT_TEXT, 0, "points", "N", offsetof(struct options, points), 0, 0, 0, "96", NULL,
     "points an octave, or all: the transform's own"},
    {SABIN_OPT_RANGE, 0, "range", "LO..HI", offsetof(struct options, range_hz), SABIN_UNIT_HZ, 1,
     384000, "20..20000", NULL, "frequencies to give"},
    {SABIN_OPT_CHOICE, 0, "average", "KIND", offsetof(struct options, average), 0, 0, 0, "none",
     "none|power|db|vector", "one curve for each speaker: the average over its positions"},
    {SABIN_OPT_FLAG, 0, "align", NULL, offsetof(struct options, align), 0, 0, 0, NULL, NULL,
     "make the levels from 200 Hz to 2 kHz equal before averaging"},
    {SABIN_OPT_FLAG, 0, "min-phase", NULL, offsetof(struct options, minimum), 0, 0, 0, NULL, NULL,
     "also the minimum phase that goes with the level (CSV, JSON)"},
    {SABIN_OPT_FLAG, 0, "excess", NULL, offsetof(struct options, excess), 0, 0, 0, NULL, NULL,
     "also phase and group delay beyond the minimum (CSV, JSON)"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "microphone calibration to subtract, or none; else the measurement's own"},
    {SABIN_OPT_FLAG, 0, "csv", NULL, offsetof(struct options, csv), 0, 0, 0, NULL, NULL,
     "print comma-separated values (one response)"},
    {SABIN_OPT_FLAG, 0, "frd", NULL, offsetof(struct options, frd), 0, 0, 0, NULL, NULL,
     "print FRD: frequency, dB, degrees (one response)"},
    {SABIN_OPT_FLAG, 0, "impulse", NULL, offsetof(struct options, impulse), 0, 0, 0, NULL, NULL,
     "print the impulse response itself as REW's text (one response)"},
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "write to this file instead of standard output"},
};

static int check(const struct sabin_command *command, const struct options *o,
                 struct sabin_response_options *r)
{
	double points = 0;
	if (strcmp(o->points, "all") != 0 &&
	    (!sabin_opt_number(o->points, SABIN_UNIT_NONE, &points) || points < 1 || points > 1000)) {
		sabin_complain(command->name, "--points=%s: expected 1 to 1000, or all", o->points);
		return SABIN_EXIT_USAGE;
	}
	if (o->common.json + o->csv + o->frd + o->impulse > 1) {
		sabin_complain(command->name, "--json, --csv, --frd and --impulse exclude each other");
		return SABIN_EXIT_USAGE;
	}
	if (isfinite(o->cycles) && (points == 0 || o->minimum || o->excess)) {
		sabin_complain(command->name, "--fdw excludes --points=all, --min-phase and --excess: they "
		                              "want one window for all frequencies");
		return SABIN_EXIT_USAGE;
	}
	if (o->average > 0 && o->impulse) {
		sabin_complain(command->name, "--average excludes --impulse");
		return SABIN_EXIT_USAGE;
	}
	if (o->average > 0 && (o->minimum || o->excess)) {
		sabin_complain(command->name, "--average excludes --min-phase and --excess: an average has no "
		                              "impulse response");
		return SABIN_EXIT_USAGE;
	}
	*r = sabin_response_defaults();
	sabin_smoothing_set(o->smoothing, r);
	r->window_s = o->window_ms / 1000;
	if (isfinite(o->gate_ms))
		r->window_s = fmin(r->window_s, o->gate_ms / 1000);
	r->left_window_s = fmin(r->left_window_s, r->window_s / 4);
	if (isfinite(o->cycles))
		r->window_cycles = o->cycles;
	r->points_per_octave = points;
	r->from_hz = o->range_hz[0];
	r->to_hz = o->range_hz[1];
	return -1;
}

/* Mean level of a response between two frequencies, from its points over the noise. */
static double mean_db(const struct sabin_response *r, double from_hz, double to_hz)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < r->length; i++)
		if (r->freq_hz[i] >= from_hz && r->freq_hz[i] < to_hz && sabin_response_heard(r, i)) {
			sum += r->level_db[i];
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}

/* The same of a band, all of which must be trusted; *any: it has points. */
static double band_db(const struct sabin_response *r, const struct sabin_band *band, bool *any)
{
	bool trusted = true;
	for (size_t i = 0; i < r->length; i++)
		if (r->freq_hz[i] >= band->low_hz && r->freq_hz[i] < band->high_hz) {
			trusted = trusted && sabin_response_heard(r, i);
			*any = true;
		}
	return trusted ? mean_db(r, band->low_hz, band->high_hz) : (double)NAN;
}

/* To two digits: no band ends more sharply. */
static double rounded(double f_hz)
{
	const double step = pow(10, floor(log10(f_hz)) - 1);
	return round(f_hz / step) * step;
}

/* The band that is trusted and played; false where --range leaves less of it than words are about. */
static bool played(const struct sabin_response *r, double band_hz[2])
{
	if (r->length < 2 || !sabin_response_band(r, band_hz))
		return false;
	const bool cut = r->freq_hz[0] > 52 && band_hz[0] < 1.01 * r->freq_hz[0];
	const double last_hz = r->freq_hz[r->length - 1];
	return !cut && !(last_hz < 15800 && band_hz[1] > 0.99 * last_hz);
}

/* One line of words about a response, where --range leaves what they are about. */
static void print_summary(FILE *stream, const struct sabin_response_item *item)
{
	const struct sabin_response *r = &item->response;
	const char *speaker = item->measured->speaker, *position = item->measured->position;
	/* what the loudspeaker does not play is left out */
	static const double usual_hz[2] = {50, 16000};
	double band_hz[2], most = -INFINITY, least = INFINITY, at_most = NAN, at_least = NAN;
	if (!played(r, band_hz))
		return;
	const bool whole = band_hz[0] <= 200 && band_hz[1] >= 4000;
	const double from_hz = whole ? fmax(band_hz[0], usual_hz[0]) : band_hz[0];
	const double to_hz = fmin(band_hz[1], usual_hz[1]);
	const double middle_hz[2] = {whole ? 200 : from_hz, whole ? 4000 : to_hz};
	const double middle = mean_db(r, middle_hz[0], middle_hz[1]);
	if (!(to_hz > from_hz) || !isfinite(middle))
		return;
	for (size_t k = 0; k < r->length; k++) {
		if (r->freq_hz[k] < from_hz || r->freq_hz[k] > to_hz || !sabin_response_heard(r, k))
			continue;
		if (r->level_db[k] > most)
			most = r->level_db[k], at_most = r->freq_hz[k];
		if (r->level_db[k] < least)
			least = r->level_db[k], at_least = r->freq_hz[k];
	}
	/* lines whose ranges differ say why */
	fprintf(stream,
	        "%s.%s: %.1f dB mean from %s to %s; from %s%s to %s%s between %+.1f dB (%s) and %+.1f dB "
	        "(%s) of that\n",
	        speaker, position, sabin_number_tidy(middle, 1), sabin_text_hz(rounded(middle_hz[0])).s,
	        sabin_text_hz(rounded(middle_hz[1])).s, sabin_text_hz(rounded(from_hz)).s,
	        from_hz > usual_hz[0] ? " (below it plays less than -20 dB, or not above the noise)" : "",
	        sabin_text_hz(rounded(to_hz)).s,
	        to_hz < usual_hz[1] ? " (above it plays less than -20 dB, or not above the noise)" : "",
	        sabin_number_tidy(most - middle, 1), sabin_text_hz(at_most).s,
	        sabin_number_tidy(least - middle, 1), sabin_text_hz(at_least).s);
	const struct sabin_quantity spl = item->dbspl_at_0db;
	if (isfinite(spl.value))
		fprintf(stream,
		        "%s.%s: a full-scale sine gives %.1f dB SPL there (0 dB is %.1f ± %.1f dB "
		        "SPL%s)\n",
		        speaker, position, middle + spl.value, spl.value, spl.plus_minus,
		        spl.valid ? "" : "; do not rely on it, use a calibrator");
}

static bool is_noise(const struct sabin_response_item *item, size_t i)
{
	return isfinite(item->response.level_db[i]) && !sabin_response_heard(&item->response, i);
}

/* Why there is a dash. */
static void print_limits(FILE *stream, const struct sabin_response_item *item)
{
	const struct sabin_response *r = &item->response;
	const struct sabin_measured *m = item->measured;
	size_t noisy = 0;
	for (size_t i = 0; i < r->length; i++)
		noisy += is_noise(item, i);
	if (noisy > 0)
		fprintf(stream, "  %s– %s.%s where it is less than 10 dB over the noise%s\n", sabin_dim(),
		        m->speaker, m->position, sabin_plain());
	if (r->length > 0 && r->freq_hz[0] < item->trust.from_hz)
		fprintf(stream, "  %s– %s.%s under %s: %s%s\n", sabin_dim(), m->speaker, m->position,
		        sabin_text_hz(item->trust.from_hz).s, item->trust.below, sabin_plain());
	if (r->length > 0 && r->freq_hz[r->length - 1] > item->trust.to_hz)
		fprintf(stream, "  %s– %s.%s over %s: %s%s\n", sabin_dim(), m->speaker, m->position,
		        sabin_text_hz(item->trust.to_hz).s, item->trust.above, sabin_plain());
}

static void print_text(FILE *stream, const struct sabin_responses *all, const char *smoothing)
{
	struct sabin_band bands[32];
	char hz[32];
	const size_t count = sabin_bands(3, 20, 20000, bands, 32);
	fprintf(stream, "Level in dB by third octave (mean of the response, %s%s)\n  %-8s",
	        strcmp(smoothing, "none") == 0 ? "not smoothed" : "smoothed by octaves of ",
	        strcmp(smoothing, "none") == 0 ? "" : smoothing, "Hz");
	for (size_t i = 0; i < all->count; i++)
		fprintf(stream, "  %s.%s", all->item[i].measured->speaker,
		        all->item[i].measured->position);
	fputc('\n', stream);
	for (size_t b = 0; b < count; b++) {
		bool any = false;
		for (size_t i = 0; i < all->count; i++)
			(void)band_db(&all->item[i].response, &bands[b], &any);
		if (!any)
			continue;
		fprintf(stream, "  %-8s", sabin_show_hz(bands[b].nominal_hz, hz, sizeof hz));
		for (size_t i = 0; i < all->count; i++) {
			const struct sabin_measured *m = all->item[i].measured;
			const double level = band_db(&all->item[i].response, &bands[b], &any);
			const int width = (int)(strlen(m->speaker) + strlen(m->position) + 1);
			if (isfinite(level))
				fprintf(stream, "  %*.1f", width, sabin_number_tidy(level, 1));
			else
				fprintf(stream, "  %*s", width + 2, "–"); /* three bytes, one column */
		}
		fputc('\n', stream);
	}
	for (size_t i = 0; i < all->count; i++)
		print_limits(stream, &all->item[i]);
	for (size_t i = 0; i < all->count; i++)
		print_summary(stream, &all->item[i]);
	sabin_response_pairs_text(all, stream);
}

/* A range between two points has nothing to show. */
static bool any_points(const struct sabin_command *command, const struct options *o,
                       const struct sabin_responses *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->item[i].response.length > 0)
			return true;
	sabin_complain(command->name, "--range: none of the points lies between %s and %s; widen it, or take more "
	                              "with --points (now %s)",
	               sabin_text_exact_hz(o->range_hz[0]).s, sabin_text_exact_hz(o->range_hz[1]).s,
	               o->points);
	return false;
}

struct work {
	const struct sabin_command *command;
	const struct options *o;
	const struct sabin_measurement *measurement;
	struct sabin_responses all;
};

/* As it was measured: neither windowed nor calibrated. */
static enum sabin_err print_impulse(const struct sabin_responses *all,
                                    const struct sabin_measurement *m, FILE *stream)
{
	const struct sabin_response_item *item = &all->item[0];
	const struct sabin_measured *r = item->measured;
	char name[2 * SABIN_NAME_SIZE + 8];
	const struct sabin_rew_impulse about = {
	    .zero = (double)r->zero_index + r->zero_offset_s * r->rate_hz,
	    .spl_offset_db = item->dbspl_at_0db.valid ? item->dbspl_at_0db.value : (double)NAN,
	    .timing = r->zero == SABIN_ZERO_EMISSION    ? SABIN_REW_TIMING_LOOPBACK
	              : r->zero == SABIN_ZERO_REFERENCE ? SABIN_REW_TIMING_ACOUSTIC
	                                                : SABIN_REW_TIMING_NONE,
	};
	snprintf(name, sizeof name, "%s.%s", r->speaker, r->position);
	char *text = sabin_rew_text_make(item->h, item->frames, r->rate_hz, &about, name, m->date);
	if (!text)
		return SABIN_ENOMEM;
	fputs(text, stream);
	free(text);
	return SABIN_OK;
}

static int print(const void *context, FILE *stream)
{
	const struct work *w = context;
	const struct sabin_command *command = w->command;
	const struct options *o = w->o;
	const struct sabin_responses *all = &w->all;
	struct sabin_diag diag = {0};
	enum sabin_err err = SABIN_OK;
	if ((o->csv || o->frd || o->impulse) && all->count != 1) {
		sabin_complain(command->name, "--%s holds one response; choose it with --speaker and "
		                              "--position",
		               o->csv ? "csv" : o->frd ? "frd" : "impulse");
		return SABIN_EXIT_USAGE;
	}
	if (o->common.json)
		err = sabin_responses_json(all, stream);
	else if (o->csv)
		sabin_responses_csv(all, stream);
	else if (o->impulse)
		err = print_impulse(all, w->measurement, stream);
	else if (o->frd)
		sabin_responses_frd(all, stream);
	else
		print_text(stream, all, all->smoothing);
	return err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_measurement m = {0};
	struct work w = {.command = command, .o = o, .measurement = &m};
	struct sabin_response_options r;
	struct sabin_diag diag = {0};
	size_t *chosen = NULL, count = 0;
	int status = check(command, o, &r);
	if (status < 0)
		status = sabin_choose(command->name, operands[0], &o->speakers, &o->positions, &m,
		                      &chosen, &count);
	if (status < 0) {
		struct sabin_roomfile room = {0};
		struct sabin_diag quiet; /* without a room file less is known */
		const bool has_room = m.directory && !sabin_measurement_room(&m, NULL, &room, &quiet);
		enum sabin_err err = sabin_responses_compute_phase(&m, has_room ? &room : NULL, chosen,
		                                                   count, &r, o->calibration, &w.all,
		                                                   &diag);
		sabin_roomfile_release(&room);
		sabin_responses_distrust(&w.all);
		w.all.minimum = o->minimum;
		w.all.excess = o->excess;
		if (!err && o->average > 0)
			err = sabin_responses_average(&w.all, (enum sabin_average)(o->average - 1), o->align,
			                              &diag);
		w.all.smoothing = sabin_smoothing_name(o->smoothing);
		status = err                            ? sabin_fail_input(command->name, err, &diag)
		         : !any_points(command, o, &w.all) ? SABIN_EXIT_USAGE
		             : sabin_show_to(command->name, o->output, o->common.force, print, &w);
	}
	sabin_responses_release(&w.all);
	free(chosen);
	sabin_measurement_release(&m);
	return status;
}

const struct sabin_command sabin_cmd_response = {
    .name = "response",
    .arguments = "MEASUREMENT",
    .summary = "frequency response: level, phase, group delay",
    .about = "Windows each impulse response after its arrival, transforms it and smooths its power on\n"
             "a logarithmic axis.  The microphone's calibration, where the measurement has one, is\n"
             "subtracted.  Levels are re full scale: 0 dB returns a full-scale tone at full scale.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
