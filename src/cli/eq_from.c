/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_from.c: `eq --from`: equalisers' own files, shown and turned into other dialects.
 */
#include <math.h>
#include <strings.h>
#include <sys/stat.h>

#include <sabin/octave.h>

#include "cli/eq_dialects.h"
#include "cli/eq_from.h"
#include "cli/eq_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/atomic.h"

/* What has not given off this share of its energy within this time is no equaliser's response. */
static const double energy_share = 0.9, energy_most_s = 0.5;

/* ---- reading ---------------------------------------------------------------------------------------- */

/* A correction directory of our own. */
static enum sabin_err read_directory(const char *path, struct sabin_setting *out, struct sabin_diag *diag)
{
	struct sabin_correction_file file;
	struct sabin_setting one = {0};
	enum sabin_err err = sabin_correction_read(path, &file, diag);
	if (!err && !file.fir)
		err = sabin_setting_of(&file.correction, &one);
	for (size_t i = 0; !err && file.fir && i < file.correction.channel_count; i++) {
		const struct sabin_correction_channel *c = &file.correction.channels[i];
		struct sabin_setting_channel *to = sabin_setting_add(&one, c->speaker);
		for (size_t r = 0; r < c->rate_count && to && !err; r++) {
			double *h = NULL;
			size_t n = 0;
			err = sabin_correction_response(&file, i, c->rates[r].rate_hz, &h, &n, diag);
			if (!err)
				err = sabin_setting_add_fir(to, c->rates[r].rate_hz, h, n);
		}
		err = to ? err : SABIN_ENOMEM;
	}
	for (size_t i = 0; i < one.channel_count && !err; i++) {
		struct sabin_setting_channel *to = sabin_setting_add(out, one.channels[i].name);
		err = to ? sabin_setting_join(to, &one.channels[i]) : SABIN_ENOMEM;
	}
	sabin_setting_release(&one);
	sabin_correction_release(&file);
	return err;
}

/* "FILE", or "DIALECT:FILE". */
static enum sabin_err read_item(const struct sabin_eq_from *job, const char *item, struct sabin_setting *out,
                                struct sabin_diag *diag)
{
	const struct sabin_dialect *named = NULL, *which = NULL;
	struct stat status;
	const char *colon = strchr(item, ':');
	if (colon) {
		char *name = strndup(item, (size_t)(colon - item));
		named = name ? sabin_dialect_find(name) : NULL;
		free(name);
	}
	const char *path = named ? colon + 1 : item;
	if (!named && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return read_directory(path, out, diag);
	const enum sabin_err err = sabin_dialect_read(path, named ? named->name : NULL,
	                                              job->rates_given ? job->rates_hz[0] : 0, out, &which, diag);
	if (!err)
		sabin_say("%s: read as %s (%s)", path, which->name, which->program);
	return err;
}

/* Two files may be for channels of one name: they are told apart. */
static void tell_apart(struct sabin_setting *setting)
{
	char label[SABIN_LABEL];
	for (size_t i = 0; i < setting->channel_count; i++) {
		for (size_t k = 0; k < i; k++)
			if (strcmp(setting->channels[i].name, setting->channels[k].name) == 0) {
				snprintf(setting->channels[i].name, SABIN_CORRECTION_NAME, "%s",
				         sabin_dialect_label(setting, i, label));
				break;
			}
	}
}

/* How long it takes for 90 % of the energy of h[n] to pass, in samples. */
static size_t energy_frames(const double *h, size_t n)
{
	double all = 0, part = 0;
	for (size_t i = 0; i < n; i++)
		all += h[i] * h[i];
	size_t shortest = n, from = 0;
	for (size_t i = 0; i < n; i++) { /* the shortest stretch that ends here */
		part += h[i] * h[i];
		while (from < i && part - h[from] * h[from] >= energy_share * all)
			part -= h[from] * h[from], from++;
		if (part >= energy_share * all && i + 1 - from < shortest)
			shortest = i + 1 - from;
	}
	return shortest;
}

/* Whatever else a sound file holds, it is not an equaliser's response. */
static enum sabin_err check_responses(const struct sabin_setting *setting, size_t first, const char *path,
                                      struct sabin_diag *diag)
{
	for (size_t i = first; i < setting->channel_count; i++)
		for (size_t r = 0; r < setting->channels[i].rate_count; r++) {
			const double *h = setting->channels[i].rates[r].fir;
			const double rate_hz = setting->channels[i].rates[r].rate_hz;
			const size_t taps = setting->channels[i].rates[r].taps;
			const double s = h ? (double)energy_frames(h, taps) / rate_hz : 0;
			if (s > energy_most_s)
				return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
				                      "is a sound, no impulse response of an equaliser: most of its "
				                      "energy takes %.1f s", s);
		}
	return SABIN_OK;
}

static enum sabin_err read_all(const struct sabin_eq_from *job, struct sabin_setting *out,
                               struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < job->files->count && !err; i++) {
		const size_t first = out->channel_count;
		err = read_item(job, job->files->item[i], out, diag);
		if (!err)
			err = check_responses(out, first, job->files->item[i], diag);
	}
	if (err)
		return err;
	tell_apart(out);
	sabin_setting_choose_rates(out, job->rates_hz, job->rate_count);
	if (out->rate_count == 0)
		err = sabin_diag_set(diag, SABIN_EFORMAT, job->files->item[0], 0, 0,
		                     "has coefficients or responses for other rates only, or for rates that its "
		                     "channels do not share");
	return err;
}

/* ---- showing ------------------------------------------------------------------------------------------ */

static const char *const kinds[SABIN_SECTION_TYPES] = {"peaking",   "low_shelf", "high_shelf",
                                                       "low_pass",  "high_pass", "notch",
                                                       "band_pass", "all_pass",  "coefficients"};

static void section_json(struct sabin_json *json, const struct sabin_section *s)
{
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "type", kinds[s->type]);
	if (s->type != SABIN_SECTION_RAW) {
		sabin_json_number(json, "freq_hz", s->freq_hz);
		sabin_json_number(json, "gain_db", s->gain_db);
		sabin_json_number(json, "q", s->q);
	}
	if (s->rate_hz > 0) {
		sabin_json_number(json, "rate_hz", s->rate_hz);
		sabin_json_numbers(json, "b", s->taps.b, 3);
		sabin_json_numbers(json, "a", s->taps.a, 3);
	}
	sabin_json_close(json);
}

static void channel_json(struct sabin_json *json, const struct sabin_setting_channel *c,
                         const struct sabin_correction *correction, size_t i, bool fir)
{
	const struct sabin_correction_channel *made = &correction->channels[i];
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "speaker", c->name);
	sabin_json_number(json, "delay_s", c->delay_s);
	sabin_json_text(json, "polarity", made->polarity < 0 ? "inverted" : "normal");
	sabin_json_open_array(json, "filters");
	for (size_t k = 0; k < c->section_count; k++)
		section_json(json, &c->sections[k]);
	sabin_json_close(json);
	sabin_eq_show_rates(json, made, fir);
	sabin_json_null(json, "error_before_db");
	sabin_json_null(json, "error_after_db");
	sabin_json_number(json, "net_boost_db", made->net_boost_db);
	sabin_json_numbers(json, "range_hz", correction->range_hz, 2);
	sabin_json_numbers(json, "freq_hz", made->freq_hz, made->length);
	sabin_json_numbers(json, "level_db", made->predicted_db, made->length);
	sabin_json_close(json);
}

static enum sabin_err show_json(const struct sabin_eq_from *job, const struct sabin_setting *setting,
                                const struct sabin_correction_file *file)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.correction/1");
	sabin_json_text(json, "directory", job->output);
	sabin_json_text(json, "target", file->target);
	sabin_json_open_array(json, "from");
	for (size_t i = 0; i < job->files->count; i++)
		sabin_json_text(json, NULL, job->files->item[i]);
	sabin_json_close(json);
	sabin_json_open_array(json, "channels");
	for (size_t i = 0; i < setting->channel_count; i++)
		channel_json(json, &setting->channels[i], &file->correction, i, file->fir);
	sabin_json_close(json);
	sabin_eq_dialects_json(json, setting, job->dialects, job->output);
	const enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

static void show_sections(const struct sabin_setting_channel *c)
{
	static const char *const words[SABIN_SECTION_TYPES] = {"peaking",   "low shelf", "high shelf",
	                                                       "low pass",  "high pass", "notch",
	                                                       "band pass", "all-pass",  "coefficients"};
	if (c->section_count > 0)
		printf("  %-12s %9s %9s %7s\n", "filter", "Hz", "dB", "Q");
	for (size_t k = 0; k < c->section_count; k++) {
		const struct sabin_section *s = &c->sections[k];
		if (s->type == SABIN_SECTION_RAW)
			printf("  %-12s for %.0f Hz\n", words[s->type], s->rate_hz);
		else if (s->type <= SABIN_SECTION_HIGH_SHELF)
			printf("  %-12s %9.1f %+9.2f %7.2f\n", words[s->type], s->freq_hz, s->gain_db, s->q);
		else
			printf("  %-12s %9.1f %9s %7.2f\n", words[s->type], s->freq_hz, "", s->q);
	}
	if (c->points > 0)
		printf("  a curve of %zu points, %.0f to %.0f Hz\n", c->points, c->curve_hz[0],
		       c->curve_hz[c->points - 1]);
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].fir)
			printf("  a response of %zu samples at %.0f Hz\n", c->rates[r].taps, c->rates[r].rate_hz);
}

/* Means over octaves, without the preamp. */
static void show_level(const struct sabin_correction_channel *c)
{
	struct sabin_band bands[16];
	char hz[32];
	const size_t count = sabin_bands(1, 20, 20000, bands, 16);
	printf("  %-12s", "octave, Hz");
	for (size_t b = 0; b < count; b++)
		printf("%7s", sabin_show_hz(bands[b].nominal_hz, hz, sizeof hz));
	printf("\n  %-12s", "level, dB");
	for (size_t b = 0; b < count; b++) {
		double sum = 0;
		size_t n = 0;
		for (size_t i = 0; i < c->length; i++)
			if (c->freq_hz[i] >= bands[b].low_hz && c->freq_hz[i] < bands[b].high_hz) {
				sum += c->predicted_db[i];
				n++;
			}
		if (n > 0)
			printf("%+7.1f", sum / (double)n);
		else
			printf("%9s", "–");
	}
	putchar('\n');
}

static void show_channel(const struct sabin_setting_channel *c, const struct sabin_correction_channel *made)
{
	printf("%s%s%s: preamp %+.2f dB", sabin_bold(), c->name, sabin_plain(), made->rates[0].preamp_db);
	if (c->delay_s > 0)
		printf(", delay %.3f ms", 1000 * c->delay_s);
	if (made->polarity < 0)
		printf(", polarity inverted");
	putchar('\n');
	show_sections(c);
	show_level(made);
	for (size_t r = 0; r < made->rate_count; r++) {
		const struct sabin_correction_rate *rate = &made->rates[r];
		const double tone_db = rate->preamp_db + rate->headroom.peak_gain_db;
		const double program_db = rate->preamp_db + rate->headroom.program_db;
		printf("  at %.0f Hz: gains at most a tone %+.2f dB, square waves and noise %+.2f dB, with the "
		       "preamp%s\n",
		       rate->rate_hz, tone_db, program_db,
		       tone_db > 0.05 ? ": a tone at full scale overflows"
		       : program_db > 0.05 ? ": loud music may overflow"
		                            : "");
	}
}

/* ---- all ---------------------------------------------------------------------------------------------- */

static enum sabin_err save(const struct sabin_eq_from *job, const struct sabin_setting *setting,
                           const struct sabin_correction_file *file, struct sabin_diag *diag)
{
	struct sabin_output output = {0};
	enum sabin_err err =
	    sabin_output_begin(&output, job->output, SABIN_MARK_CORRECTION, job->force, diag);
	if (!err)
		err = sabin_correction_write(file, output.temporary, diag);
	if (!err)
		err = sabin_eq_write_dialects(setting, job->dialects, file->fir, output.temporary, output.target,
		                              diag);
	if (!err)
		err = sabin_output_commit(&output, diag);
	sabin_output_abandon(&output);
	return err;
}

static enum sabin_err make(const struct sabin_eq_from *job, const struct sabin_setting *setting,
                           struct sabin_correction_file *file)
{
	const enum sabin_err err =
	    sabin_setting_correction(setting, job->range_hz, &file->correction, &file->fir);
	if (err)
		return err;
	file->origins = calloc(setting->channel_count, sizeof *file->origins);
	file->target = strdup("none");
	file->command = sabin_command_line();
	sabin_date_now(file->date, sizeof file->date);
	return file->origins && file->target ? SABIN_OK : SABIN_ENOMEM;
}

enum sabin_err sabin_eq_save_setting(const struct sabin_eq_from *job, struct sabin_setting *setting,
                                     struct sabin_diag *diag)
{
	static const double rates_hz[] = {44100, 48000, 96000, 192000}, range_hz[2] = {20, 20000};
	const struct sabin_list none = {0};
	struct sabin_eq_from all = *job;
	struct sabin_correction_file file = {0};
	all.dialects = &none;
	all.range_hz = range_hz;
	sabin_setting_choose_rates(setting, rates_hz, sizeof rates_hz / sizeof *rates_hz);
	enum sabin_err err = make(&all, setting, &file);
	if (!err)
		err = save(&all, setting, &file, diag);
	sabin_correction_release(&file);
	return err;
}

int sabin_eq_from(const struct sabin_eq_from *job)
{
	struct sabin_setting setting = {0};
	struct sabin_correction_file file = {0};
	struct sabin_diag diag = {0};
	int status = SABIN_EXIT_DONE;
	enum sabin_err err = read_all(job, &setting, &diag);
	if (err) {
		sabin_setting_release(&setting);
		return sabin_fail_input(job->command, err, &diag);
	}
	err = make(job, &setting, &file);
	if (err == SABIN_EINVAL) {
		sabin_complain(job->command, "the rates and --range leave less than an octave");
		status = SABIN_EXIT_USAGE;
	} else if (!err && job->output) {
		err = save(job, &setting, &file, &diag);
	}
	if (!err && job->json)
		err = show_json(job, &setting, &file);
	else if (!err) {
		for (size_t i = 0; i < setting.channel_count; i++)
			show_channel(&setting.channels[i], &file.correction.channels[i]);
		sabin_eq_show_dialects(&setting, job->dialects, job->output);
		if (job->output)
			printf("written to %s\n", job->output);
	}
	if (err && status == SABIN_EXIT_DONE)
		status = sabin_fail_output(job->command, err, &diag);
	sabin_setting_release(&setting);
	sabin_correction_release(&file);
	return status;
}

/* ---- in place of a design --------------------------------------------------------------------------------- */

static const struct sabin_correction_channel *match(const struct sabin_correction *made, const char *speaker)
{
	for (size_t i = 0; i < made->channel_count; i++)
		if (strcasecmp(made->channels[i].speaker, speaker) == 0)
			return &made->channels[i];
	return made->channel_count == 1 ? &made->channels[0] : NULL;
}

/* What `from` is becomes the channel's, with predictions and headroom. */
static enum sabin_err take(const struct sabin_correction_channel *from, double design_rate_hz,
                           struct sabin_correction_channel *to)
{
	double *level = malloc(to->length * sizeof *level), sum = 0, most = -INFINITY;
	if (!level)
		return SABIN_ENOMEM;
	memcpy(to->filters, from->filters, sizeof to->filters);
	memset(to->cancels, 0, sizeof to->cancels);
	to->filter_count = from->filter_count;
	to->polarity = from->polarity;
	to->delay_s = from->delay_s;
	to->gain_db = 0;
	to->rate_count = from->rate_count;
	memcpy(to->rates, from->rates, sizeof to->rates);
	enum sabin_err err = sabin_correction_level(to, design_rate_hz, to->freq_hz, to->length, level);
	for (size_t i = 0; i < to->length && !err; i++) {
		to->predicted_db[i] = to->before_db[i] + level[i];
		to->target_db[i] += sabin_correction_crossover_db(to, design_rate_hz, to->freq_hz[i]);
		sum += level[i];
		most = fmax(most, level[i]);
	}
	sabin_correction_pass(to, design_rate_hz);
	to->error_before_db = sabin_correction_deviation_before_db(to, to->before_db, design_rate_hz);
	to->error_after_db = sabin_correction_deviation_db(to, to->predicted_db);
	to->net_boost_db = most - sum / (double)to->length;
	free(level);
	return err;
}

int sabin_eq_from_apply(const struct sabin_eq_from *job, struct sabin_correction *correction)
{
	struct sabin_setting setting = {0};
	struct sabin_correction made = {0};
	struct sabin_diag diag = {0};
	bool fir = false;
	int status = -1;
	enum sabin_err err = read_all(job, &setting, &diag);
	if (err) {
		sabin_setting_release(&setting);
		return sabin_fail_input(job->command, err, &diag);
	}
	err = sabin_setting_correction(&setting, job->range_hz, &made, &fir);
	if (!err && fir) {
		sabin_complain(job->command, "%s: filters were expected; responses, curves and other kinds are "
		               "shown without a MEASUREMENT", job->files->item[0]);
		status = SABIN_EXIT_INPUT;
	}
	for (size_t i = 0; i < correction->channel_count && !err && status < 0; i++) {
		const struct sabin_correction_channel *from = match(&made, correction->channels[i].speaker);
		if (from) {
			err = take(from, correction->rate_hz, &correction->channels[i]);
			continue;
		}
		sabin_complain(job->command, "%s: no filters of the speaker '%s'; a file is for the speaker that it "
		               "is called after", job->files->item[0], correction->channels[i].speaker);
		status = SABIN_EXIT_INPUT;
	}
	if (err)
		status = sabin_fail_output(job->command, err, &diag);
	sabin_correction_free(&made);
	sabin_setting_release(&setting);
	return status;
}
