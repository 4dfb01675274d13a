/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * responses.c: computing frequency responses for the commands.
 */
#include <math.h>
#include <strings.h>

#include <sabin/target.h>

#include "cli/responses.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/json.h"
#include "io/number.h"

static const char *const smoothing_names[] = {"none", "1/1",  "1/2",  "1/3", "1/6", "1/12",
                                              "1/24", "1/48", "var", "psy", "erb"};
enum { FIRST_SPECIAL = 8 };

const char *sabin_smoothing_name(int index)
{
	return smoothing_names[index];
}

void sabin_smoothing_set(int index, struct sabin_response_options *options)
{
	static const double octaves[FIRST_SPECIAL] = {0,       1,        1.0 / 2,  1.0 / 3,
	                                              1.0 / 6, 1.0 / 12, 1.0 / 24, 1.0 / 48};
	static const enum sabin_smoothing special[] = {
	    SABIN_SMOOTHING_VARIABLE, SABIN_SMOOTHING_PSYCHOACOUSTIC, SABIN_SMOOTHING_ERB};
	options->smoothing = index < FIRST_SPECIAL ? SABIN_SMOOTHING_FIXED : special[index - FIRST_SPECIAL];
	options->smoothing_oct = index < FIRST_SPECIAL ? octaves[index] : 0;
}

/* The file is the microphone's own response: it goes out of level, phase and delay. */
static void subtract(const struct sabin_calibration *calibration, struct sabin_response_item *item,
                     size_t i)
{
	struct sabin_response *r = &item->response;
	const double f_hz = r->freq_hz[i], db = sabin_calibration_level_db(calibration, f_hz);
	r->level_db[i] -= db;
	item->microphone_db[i] = db;
	item->noise_bound_db[i] -= db;
	if (r->noise_db)
		r->noise_db[i] -= db;
	r->phase_deg[i] = remainder(
	    r->phase_deg[i] - sabin_calibration_phase_deg(calibration, f_hz), 360);
	r->group_delay_s[i] -= sabin_calibration_delay_s(calibration, f_hz);
	/* a microphone is a minimum-phase system: what is beyond that is the room's */
	if (item->phase.length > 0)
		item->phase.minimum_deg[i] -= sabin_calibration_phase_deg(calibration, f_hz);
}

/* The RMS of a full-scale sine is 3.01 dB below full scale. */
static struct sabin_quantity of_a_sine(struct sabin_quantity dbspl_at_0dbfs)
{
	dbspl_at_0dbfs.value -= 10 * log10(2);
	return dbspl_at_0dbfs;
}

/* Subtract the microphone's own response. */
static enum sabin_err calibrate(const struct sabin_measurement *m,
                                struct sabin_response_item *item, const char *given,
                                struct sabin_diag *diag)
{
	const struct sabin_measured *measured = item->measured;
	struct sabin_calibration calibration = {0};
	char *path = NULL;
	if (given && strcmp(given, "none") == 0)
		return SABIN_OK;
	if (given)
		path = strdup(given);
	else if (measured->calibration)
		path = sabin_path_join(m->path, measured->calibration);
	else
		return SABIN_OK;
	if (!path)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_calibration_read(path, &calibration, diag);
	if (!err)
		item->microphone_db = calloc(item->response.length + 1, sizeof *item->microphone_db);
	if (!err && !item->microphone_db)
		err = SABIN_ENOMEM;
	for (size_t i = 0; !err && i < item->response.length; i++)
		subtract(&calibration, item, i);
	if (!err && given)
		item->dbspl_at_0db = of_a_sine(
		    sabin_calibration_dbspl(&calibration, SABIN_MICROPHONE_UNKNOWN, NAN));
	sabin_calibration_release(&calibration);
	free(path);
	return err;
}

static enum sabin_err find_noise_bound(struct sabin_response_item *item, double arrival,
                                 const struct sabin_response_options *options)
{
	const size_t length = item->response.length;
	item->noise_bound_db = calloc(length ? length : 1, sizeof *item->noise_bound_db);
	if (!item->noise_bound_db)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_response_noise_bound(item->h, item->frames,
	                                                item->measured->rate_hz, arrival, options,
	                                                &item->response, item->noise_bound_db);
	for (size_t i = 0; err && i < length; i++)
		item->noise_bound_db[i] = NAN;
	return err == SABIN_ENOMEM ? err : SABIN_OK; /* a response without an end to look at */
}

static enum sabin_err find_phase(struct sabin_response_item *item, double arrival,
                                 const struct sabin_response_options *options,
                                 struct sabin_diag *diag)
{
	const struct sabin_measured *m = item->measured;
	const size_t length = item->response.length;
	item->unwrapped_deg = calloc(length ? length : 1, sizeof *item->unwrapped_deg);
	if (!item->unwrapped_deg || sabin_response_item_trust(item, options->window_s))
		return SABIN_ENOMEM;
	sabin_response_unwrap(&item->response, m->arrival_s.value, item->trust_share,
	                      item->unwrapped_deg);
	if (options->window_cycles > 0)
		return SABIN_OK;
	enum sabin_err err = sabin_phase_compute(item->h, item->frames, m->rate_hz, arrival, options,
	                                               &item->response, &item->phase);
	if (!err || err == SABIN_ENOMEM)
		return err;
	return sabin_diag_set(diag, SABIN_EFORMAT, m->file, 0, 0, "has no phase: %s",
	                      sabin_strerror(err));
}

static enum sabin_err compute_one(const struct sabin_measurement *m,
                                  const struct sabin_roomfile *room, size_t index,
                                  const struct sabin_response_options *options, bool phase,
                                  const char *calibration, struct sabin_response_item *item,
                                  struct sabin_diag *diag)
{
	const struct sabin_measured *r = &m->responses[index];
	struct sabin_response_options o = *options;
	item->measured = r;
	item->dbspl_at_0db = of_a_sine(r->dbspl_at_0dbfs);
	enum sabin_err err = sabin_measurement_load(m, index, &item->h, &item->frames, diag);
	if (err)
		return err;
	o.to_hz = fmin(o.to_hz, r->rate_hz / 2.0);
	if (!(o.from_hz < o.to_hz))
		return sabin_diag_set(diag, SABIN_EFORMAT, r->file, 0, 0,
		                      "holds nothing from %s up: its rate is %u Hz",
		                      sabin_text_exact_hz(o.from_hz).s,
		                      r->rate_hz);
	const double zero = (double)r->zero_index + r->zero_offset_s * r->rate_hz;
	const double arrival = zero + r->arrival_s.value * r->rate_hz;
	if (!isfinite(arrival))
		return sabin_diag_set(diag, SABIN_EFORMAT, r->file, 0, 0,
		                      "has no frequency response: it is silent");
	const double held_s = ((double)item->frames - arrival) / r->rate_hz;
	item->trust = sabin_trust_of(m, r, room, fmin(o.window_s, held_s));
	err = sabin_response_compute(item->h, item->frames, r->rate_hz, arrival, zero, &o,
	                             &item->response);
	if (!err)
		err = sabin_response_noise(item->h, item->frames, r->rate_hz, arrival, &o,
		                           &item->response);
	if (err)
		return sabin_diag_set(diag, err == SABIN_ENOMEM ? err : SABIN_EFORMAT, r->file, 0, 0,
		                      "has no frequency response: %s", sabin_strerror(err));
	err = find_noise_bound(item, arrival, &o);
	if (!err && phase)
		err = find_phase(item, arrival, &o, diag);
	return err ? err : calibrate(m, item, calibration, diag);
}

static enum sabin_err compute_all(const struct sabin_measurement *m,
                                  const struct sabin_roomfile *room, const size_t *chosen,
                                  size_t count, bool phase, const char *calibration,
                                  struct sabin_responses *out, struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	out->item = calloc(count, sizeof *out->item);
	if (!out->item)
		return SABIN_ENOMEM;
	out->count = count;
	for (size_t i = 0; i < count && !err; i++)
		err = compute_one(m, room, chosen[i], &out->options, phase, calibration, &out->item[i],
		                  diag);
	return err;
}

enum sabin_err sabin_responses_compute(const struct sabin_measurement *m,
                                       const struct sabin_roomfile *room, const size_t *chosen,
                                       size_t count, const struct sabin_response_options *options,
                                       const char *calibration, struct sabin_responses *out,
                                       struct sabin_diag *diag)
{
	*out = (struct sabin_responses){.options = *options};
	return compute_all(m, room, chosen, count, false, calibration, out, diag);
}

enum sabin_err sabin_responses_compute_phase(const struct sabin_measurement *m,
                                             const struct sabin_roomfile *room, const size_t *chosen,
                                             size_t count,
                                             const struct sabin_response_options *options,
                                             const char *calibration, struct sabin_responses *out,
                                             struct sabin_diag *diag)
{
	*out = (struct sabin_responses){.options = *options};
	return compute_all(m, room, chosen, count, true, calibration, out, diag);
}

static void distrust(struct sabin_response_item *item, size_t k)
{
	struct sabin_response *r = &item->response;
	r->level_db[k] = r->phase_deg[k] = r->group_delay_s[k] = NAN;
	if (item->unwrapped_deg)
		item->unwrapped_deg[k] = NAN;
	if (item->trust_share)
		item->trust_share[k] = 0;
	if (item->coherence)
		item->coherence[k] = NAN;
	if (item->phase.length > 0)
		item->phase.minimum_deg[k] = item->phase.excess_deg[k] =
		    item->phase.excess_delay_s[k] = NAN;
}

void sabin_responses_distrust(struct sabin_responses *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct sabin_response *r = &all->item[i].response;
		for (size_t k = 0; k < r->length; k++)
			if (!sabin_trust_holds(&all->item[i].trust, r->freq_hz[k]))
				distrust(&all->item[i], k);
	}
}

static void release_item(struct sabin_response_item *item)
{
	free(item->h);
	free(item->noise_bound_db);
	free(item->microphone_db);
	free(item->trust_share);
	free(item->coherence);
	free(item->unwrapped_deg);
	sabin_phase_free(&item->phase);
	sabin_averaged_free(&item->averaged);
	sabin_response_free(&item->response);
}

void sabin_responses_release(struct sabin_responses *all)
{
	for (size_t i = 0; i < all->count; i++)
		release_item(&all->item[i]);
	free(all->item);
	free(all->owned);
	*all = (struct sabin_responses){0};
}

/* ---- averages ------------------------------------------------------------------------------- */

static double mean_power_db(const struct sabin_response *r)
{
	double power = 0, count = 0;
	for (size_t i = 0; i < r->length; i++)
		if (r->freq_hz[i] >= sabin_target_band_hz[0] && r->freq_hz[i] < sabin_target_band_hz[1] &&
		    isfinite(r->level_db[i])) {
			power += pow(10, r->level_db[i] / 10);
			count++;
		}
	return count > 0 ? 10 * log10(power / count) : (double)NAN;
}

/* The average takes the place of the curves of the first position. */
static void take_over(struct sabin_response_item *item, struct sabin_averaged *a)
{
	struct sabin_response *r = &item->response;
	r->length = a->length;
	for (size_t i = 0; i < a->length; i++) {
		r->level_db[i] = a->level_db[i];
		r->phase_deg[i] = a->phase_deg[i];
		r->group_delay_s[i] = a->group_delay_s[i];
		if (item->unwrapped_deg)
			item->unwrapped_deg[i] = NAN;
		if (item->trust_share)
			item->trust_share[i] = a->coherence[i];
	}
	free(r->noise_db); /* that of one position */
	r->noise_db = NULL;
	sabin_phase_free(&item->phase);
	item->averaged = *a;
}

/* Average items[0 .. n - 1] of one speaker into the first. */
static enum sabin_err average_speaker(struct sabin_response_item **items, size_t n,
                                      enum sabin_average kind, bool align)
{
	const struct sabin_response **list = calloc(n, sizeof *list);
	double *about_s = calloc(n, sizeof *about_s), *add_db = calloc(n, sizeof *add_db);
	struct sabin_averaged averaged = {0};
	enum sabin_err err = list && about_s && add_db ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; i < n && !err; i++) {
		list[i] = &items[i]->response;
		about_s[i] = items[i]->measured->arrival_s.value;
		if (align) {
			const double difference =
			    mean_power_db(&items[0]->response) - mean_power_db(&items[i]->response);
			add_db[i] = isfinite(difference) ? difference : 0;
		}
	}
	if (!err)
		err = sabin_average_compute(list, n, about_s, add_db, kind, &averaged);
	if (!err) {
		take_over(items[0], &averaged);
		items[0]->position_count = n;
	}
	free(list);
	free(about_s);
	free(add_db);
	return err;
}

enum sabin_err sabin_responses_average(struct sabin_responses *all, enum sabin_average kind,
                                       bool align, struct sabin_diag *diag)
{
	static const char *const names[] = {"power", "db", "vector"};
	struct sabin_response_item **group = calloc(all->count, sizeof *group);
	size_t kept = 0;
	enum sabin_err err = SABIN_OK;
	all->owned = calloc(all->count, sizeof *all->owned);
	if (!group || !all->owned)
		err = SABIN_ENOMEM;
	for (size_t i = 0; i < all->count && !err; i++) {
		size_t n = 0;
		for (size_t k = i; k < all->count; k++)
			if (all->item[k].position_count == 0 &&
			    strcasecmp(all->item[k].measured->speaker, all->item[i].measured->speaker) == 0)
				group[n++] = &all->item[k];
		if (n == 0)
			continue;
		err = average_speaker(group, n, kind, align);
		for (size_t k = 1; k < n; k++)
			group[k]->position_count = n; /* done */
		struct sabin_measured *name = &all->owned[kept];
		*name = *group[0]->measured;
		snprintf(name->position, sizeof name->position, "average");
		group[0]->measured = name;
		kept++;
	}
	/* the first of each group stays */
	size_t to = 0;
	for (size_t i = 0; i < all->count && !err; i++) {
		if (all->item[i].averaged.length > 0)
			all->item[to++] = all->item[i];
		else
			release_item(&all->item[i]);
	}
	all->count = err ? all->count : to;
	all->average = names[kind];
	free(group);
	if (err == SABIN_EINVAL)
		return sabin_diag_set(diag, SABIN_EFORMAT, NULL, 0, 0,
		                      "responses of different sampling rates have no points in common "
		                      "with --points=all");
	return err;
}

/* ---- formats -------------------------------------------------------------------------------- */

/* Where the curves end, and why: beyond, they hold null. */
static void trust_json(struct sabin_json *json, const struct sabin_trust *trust)
{
	sabin_json_open_object(json, "trusted");
	sabin_json_number(json, "from_hz", trust->below ? trust->from_hz : (double)NAN);
	sabin_json_number(json, "to_hz", trust->above ? trust->to_hz : (double)NAN);
	sabin_json_text(json, "why_not_below", trust->below);
	sabin_json_text(json, "why_not_above", trust->above);
	sabin_json_close(json);
}

/* What was asked for beyond level, phase and group delay. */
static void more_json(struct sabin_json *json, const struct sabin_responses *all,
                      const struct sabin_response_item *item)
{
	const struct sabin_phase *p = &item->phase;
	const struct sabin_averaged *a = &item->averaged;
	if (item->unwrapped_deg && a->length == 0)
		sabin_json_numbers(json, "unwrapped_deg", item->unwrapped_deg, item->response.length);
	if (item->trust_share && a->length == 0)
		sabin_json_numbers(json, "trust", item->trust_share, item->response.length);
	if (item->coherence && a->length == 0)
		sabin_json_numbers(json, "repeat_coherence", item->coherence, item->response.length);
	if (all->minimum && p->length > 0)
		sabin_json_numbers(json, "minimum_phase_deg", p->minimum_deg, p->length);
	if (all->excess && p->length > 0) {
		sabin_json_numbers(json, "excess_phase_deg", p->excess_deg, p->length);
		sabin_json_numbers(json, "excess_group_delay_s", p->excess_delay_s, p->length);
	}
	if (a->length == 0)
		return;
	sabin_json_text(json, "average", all->average);
	sabin_json_integer(json, "position_count", (long long)item->position_count);
	sabin_json_numbers(json, "least_db", a->least_db, a->length);
	sabin_json_numbers(json, "most_db", a->most_db, a->length);
	sabin_json_numbers(json, "coherence", a->coherence, a->length);
}

enum sabin_err sabin_responses_json(const struct sabin_responses *all, FILE *stream)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.response/1");
	sabin_json_open_array(json, "responses");
	for (size_t i = 0; i < all->count; i++) {
		const struct sabin_response *r = &all->item[i].response;
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "speaker", all->item[i].measured->speaker);
		sabin_json_text(json, "position", all->item[i].measured->position);
		sabin_json_text(json, "file", all->item[i].measured->file);
		sabin_json_text(json, "smoothing", all->smoothing);
		sabin_json_open_object(json, "window");
		sabin_json_number(json, "left_s", all->options.left_window_s);
		sabin_json_number(json, "right_s", all->options.window_s);
		if (all->options.window_cycles > 0)
			sabin_json_number(json, "cycles", all->options.window_cycles);
		sabin_json_close(json);
		trust_json(json, &all->item[i].trust);
		sabin_json_quantity(json, "dbspl_at_0db", all->item[i].dbspl_at_0db, "dB SPL");
		sabin_json_numbers(json, "freq_hz", r->freq_hz, r->length);
		sabin_json_numbers(json, "level_db", r->level_db, r->length);
		sabin_json_numbers(json, "phase_deg", r->phase_deg, r->length);
		sabin_json_numbers(json, "group_delay_s", r->group_delay_s, r->length);
		more_json(json, all, &all->item[i]);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_response_pairs_json(all, json);
	enum sabin_err err = sabin_json_print(json, stream);
	sabin_json_free(json);
	return err;
}

static void number(FILE *stream, const char *before, double x, int digits)
{
	fputs(before, stream);
	if (isfinite(x))
		fprintf(stream, "%.*g", digits, x);
}

void sabin_responses_csv(const struct sabin_responses *all, FILE *stream)
{
	const struct sabin_response *r = &all->item[0].response;
	const struct sabin_response_item *item = &all->item[0];
	const bool minimum = all->minimum && item->phase.length > 0;
	const bool excess = all->excess && item->phase.length > 0;
	fprintf(stream, "freq_hz,level_db,phase_deg,group_delay_s%s%s\n", minimum ? ",minimum_phase_deg" : "",
	        excess ? ",excess_phase_deg,excess_group_delay_s" : "");
	for (size_t i = 0; i < r->length; i++) {
		number(stream, "", r->freq_hz[i], 9);
		number(stream, ",", r->level_db[i], 8);
		number(stream, ",", r->phase_deg[i], 8);
		number(stream, ",", r->group_delay_s[i], 8);
		if (minimum)
			number(stream, ",", item->phase.minimum_deg[i], 8);
		if (excess) {
			number(stream, ",", item->phase.excess_deg[i], 8);
			number(stream, ",", item->phase.excess_delay_s[i], 8);
		}
		fputc('\n', stream);
	}
}

void sabin_responses_frd(const struct sabin_responses *all, FILE *stream)
{
	const struct sabin_response *r = &all->item[0].response;
	fprintf(stream, "* %s at %s, smoothing %s octave\n* Freq(Hz) SPL(dB) Phase(degrees)\n",
	        all->item[0].measured->speaker, all->item[0].measured->position, all->smoothing);
	for (size_t i = 0; i < r->length; i++)
		if (isfinite(r->level_db[i]) && isfinite(r->phase_deg[i]))
			fprintf(stream, "%.6f %.4f %.4f\n", r->freq_hz[i], r->level_db[i],
			        r->phase_deg[i]);
}
