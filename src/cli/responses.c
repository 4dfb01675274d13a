/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * responses.c: computing frequency responses for the commands.
 */
#include <math.h>

#include "cli/responses.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/json.h"
#include "io/number.h"

static const char *const smoothing_names[] = {"none", "1/1",  "1/2",  "1/3",
                                              "1/6",  "1/12", "1/24", "1/48"};

double sabin_smoothing_oct(int index)
{
	static const double octaves[] = {0,       1,        1.0 / 2,  1.0 / 3,
	                                 1.0 / 6, 1.0 / 12, 1.0 / 24, 1.0 / 48};
	return octaves[index];
}

const char *sabin_smoothing_name(int index)
{
	return smoothing_names[index];
}

/* The file is the microphone's own response: it goes out of level, phase and delay. */
static void subtract(const struct sabin_calibration *calibration, struct sabin_response_item *item,
                     size_t i)
{
	struct sabin_response *r = &item->response;
	const double f_hz = r->freq_hz[i], db = sabin_calibration_level_db(calibration, f_hz);
	r->level_db[i] -= db;
	item->noise_bound_db[i] -= db;
	if (r->noise_db)
		r->noise_db[i] -= db;
	r->phase_deg[i] = remainder(
	    r->phase_deg[i] - sabin_calibration_phase_deg(calibration, f_hz), 360);
	r->group_delay_s[i] -= sabin_calibration_delay_s(calibration, f_hz);
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

static enum sabin_err compute_one(const struct sabin_measurement *m,
                                  const struct sabin_roomfile *room, size_t index,
                                  const struct sabin_response_options *options,
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
	return err ? err : calibrate(m, item, calibration, diag);
}

enum sabin_err sabin_responses_compute(const struct sabin_measurement *m,
                                       const struct sabin_roomfile *room, const size_t *chosen,
                                       size_t count, const struct sabin_response_options *options,
                                       const char *calibration, struct sabin_responses *out,
                                       struct sabin_diag *diag)
{
	*out = (struct sabin_responses){.options = *options};
	out->item = calloc(count, sizeof *out->item);
	if (!out->item)
		return SABIN_ENOMEM;
	out->count = count;
	for (size_t i = 0; i < count; i++) {
		enum sabin_err err =
		    compute_one(m, room, chosen[i], options, calibration, &out->item[i], diag);
		if (err)
			return err;
	}
	return SABIN_OK;
}

void sabin_responses_distrust(struct sabin_responses *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct sabin_response *r = &all->item[i].response;
		for (size_t k = 0; k < r->length; k++)
			if (!sabin_trust_holds(&all->item[i].trust, r->freq_hz[k]))
				r->level_db[k] = r->phase_deg[k] = r->group_delay_s[k] = NAN;
	}
}

void sabin_responses_release(struct sabin_responses *all)
{
	for (size_t i = 0; i < all->count; i++) {
		free(all->item[i].h);
		free(all->item[i].noise_bound_db);
		sabin_response_free(&all->item[i].response);
	}
	free(all->item);
	*all = (struct sabin_responses){0};
}

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
		sabin_json_close(json);
		trust_json(json, &all->item[i].trust);
		sabin_json_quantity(json, "dbspl_at_0db", all->item[i].dbspl_at_0db, "dB SPL");
		sabin_json_numbers(json, "freq_hz", r->freq_hz, r->length);
		sabin_json_numbers(json, "level_db", r->level_db, r->length);
		sabin_json_numbers(json, "phase_deg", r->phase_deg, r->length);
		sabin_json_numbers(json, "group_delay_s", r->group_delay_s, r->length);
		sabin_json_close(json);
	}
	sabin_json_close(json);
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
	fputs("freq_hz,level_db,phase_deg,group_delay_s\n", stream);
	for (size_t i = 0; i < r->length; i++) {
		number(stream, "", r->freq_hz[i], 9);
		number(stream, ",", r->level_db[i], 8);
		number(stream, ",", r->phase_deg[i], 8);
		number(stream, ",", r->group_delay_s[i], 8);
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
