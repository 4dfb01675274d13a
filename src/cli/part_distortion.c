/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_distortion.c: the part `distortion` of an analysis: harmonics 2 to 5 from the sweep.
 */
#include <math.h>

#include "cli/part.h"
#include "cli/quantity_show.h"
#include "cli/recording.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"
#include "io/reason.h"

struct result {
	struct sabin_distortion d;
	char why[SABIN_RECORDING_WHY]; /* "" or why there is none */
};

static enum sabin_err compute(const struct sabin_part_input *input, void **result,
                              struct sabin_diag *diag)
{
	struct result *r = calloc(1, sizeof *r);
	if (!r)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_recording_distortion(input->measurement, input->measured,
	                                                input->room, &r->d, r->why, diag);
	if (err)
		free(r);
	else
		*result = r;
	return err;
}

static void release(void *result)
{
	struct result *r = result;
	sabin_distortion_free(&r->d);
	free(r);
}

/* Names of the quantities. */
static const char *const order_keys[SABIN_HARMONICS] = {"h2", "h3", "h4", "h5"};

/* ---- JSON -------------------------------------------------------------------------------------- */

static void json_curve(struct sabin_json *json, const char *key, const double *db,
                       const bool *valid, size_t n)
{
	sabin_json_open_array(json, key);
	for (size_t i = 0; i < n; i++)
		sabin_json_number(json, NULL, !valid || valid[i] ? db[i] : (double)NAN);
	sabin_json_close(json);
}

static void json_harmonic(struct sabin_json *json, const struct sabin_harmonic *h, size_t n)
{
	sabin_json_quantity(json, "mean", h->mean_db, "dB");
	json_curve(json, "level_db", h->level_db, h->valid, n);
	json_curve(json, "received_db", h->received_db, h->valid, n);
	json_curve(json, "noise_db", h->noise_db, NULL, n);
}

static void json(const void *result, struct sabin_json *json)
{
	const struct result *r = result;
	const struct sabin_distortion *d = &r->d;
	sabin_json_open_object(json, "distortion");
	sabin_json_text(json, "why", r->why[0] ? r->why : NULL);
	if (d->length > 0) {
		sabin_json_text(json, "reference", "equivalent-input");
		sabin_json_number(json, "smoothing_oct", d->smoothing_oct);
		const double range_hz[] = {d->from_hz, d->to_hz};
		sabin_json_numbers(json, "mean_range_hz", range_hz, 2);
		sabin_json_quantity(json, "thd_100_hz", d->thd_100_db, "dB");
		sabin_json_quantity(json, "thd_1k_hz", d->thd_1k_db, "dB");
		sabin_json_numbers(json, "freq_hz", d->freq_hz, d->length);
		sabin_json_open_object(json, "thd");
		json_harmonic(json, &d->thd, d->length);
		sabin_json_close(json);
		sabin_json_open_array(json, "harmonics");
		for (int m = 0; m < SABIN_HARMONICS; m++) {
			sabin_json_open_object(json, NULL);
			sabin_json_integer(json, "order", m + SABIN_HARMONIC_FIRST);
			json_harmonic(json, &d->harmonic[m], d->length);
			sabin_json_close(json);
		}
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

/* ---- text -------------------------------------------------------------------------------------- */

static void line(const char *name, struct sabin_quantity q)
{
	char value[64], why[200];
	if (q.valid) {
		printf("  %-16s %7s dB  (%.3g %%)\n", name,
		       sabin_show_value(q, 1, value, sizeof value), 100 * pow(10, q.value / 20));
		return;
	}
	if (q.reason == SABIN_BECAUSE_NO_SIGNAL && isfinite(q.value))
		snprintf(why, sizeof why, "at the noise, which is at %.1f dB", q.value);
	else if (!sabin_reason_text(q, why, sizeof why))
		return;
	/* the dash is three bytes and one column wide */
	printf("  %-16s %9s     %s%s%s\n", name, "–", sabin_dim(), why, sabin_plain());
}

static void text(const void *result)
{
	static const char *const names[SABIN_HARMONICS] = {"2nd harmonic", "3rd harmonic",
	                                                   "4th harmonic", "5th harmonic"};
	const struct result *r = result;
	if (r->d.length == 0) {
		printf("  %s– distortion: %s%s\n", sabin_dim(), r->why, sabin_plain());
		return;
	}
	printf("  distortion re the input, %s to %s\n",
	       sabin_text_hz(r->d.from_hz).s, sabin_text_hz(r->d.to_hz).s);
	line("THD", r->d.thd.mean_db);
	line("THD at 100 Hz", r->d.thd_100_db);
	line("THD at 1 kHz", r->d.thd_1k_db);
	for (int m = 0; m < SABIN_HARMONICS; m++)
		line(names[m], r->d.harmonic[m].mean_db);
}

/* ---- CSV --------------------------------------------------------------------------------------- */

static void csv_missing(const char *lead, const char *why)
{
	printf("%sthd,broadband,,,dB,,false,\"%s\"\n", lead, why);
}

static void csv(const void *result, const char *lead)
{
	const struct result *r = result;
	if (r->d.length == 0) {
		csv_missing(lead, r->why);
		return;
	}
	sabin_csv_line(lead, "thd", "broadband", r->d.thd.mean_db, "dB");
	sabin_csv_line(lead, "thd", "100", r->d.thd_100_db, "dB");
	sabin_csv_line(lead, "thd", "1000", r->d.thd_1k_db, "dB");
	for (int m = 0; m < SABIN_HARMONICS; m++)
		sabin_csv_line(lead, order_keys[m], "broadband", r->d.harmonic[m].mean_db, "dB");
}

const struct sabin_part sabin_part_distortion = {
    .name = "distortion",
    .compute = compute,
    .json = json,
    .text = text,
    .csv = csv,
    .free = release,
};
