/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_noise.c: the background noise that was recorded before the sweep.
 */
#include <math.h>
#include <stdio.h>

#include "cli/part_noise.h"
#include "cli/quantity_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/calibration.h"
#include "io/atomic.h"
#include "io/number.h"

static const char *const not_absolute =
	"levels are re full scale: what full scale is in dB SPL is not known";

struct noise_part {
	bool recorded;
	struct sabin_noise noise;
};

static double microphone_db(const void *context, double f_hz)
{
	return sabin_calibration_level_db(context, f_hz);
}

enum sabin_err sabin_part_noise_of(const struct sabin_part_input *input, struct sabin_noise *out,
                                   struct sabin_diag *diag)
{
	const struct sabin_measured *m = input->measured;
	struct sabin_calibration calibration = {0};
	struct sabin_noise_options options = {
		.full_scale_dbspl = m->dbspl_at_0dbfs.valid ? m->dbspl_at_0dbfs.value : (double)NAN,
		.full_scale_plus_minus_db = m->dbspl_at_0dbfs.plus_minus,
		.context = &calibration,
	};
	enum sabin_err err = SABIN_OK;
	if (m->calibration) {
		char *path = sabin_path_join(input->measurement->path, m->calibration);
		err = path ? sabin_calibration_read(path, &calibration, diag) : SABIN_ENOMEM;
		free(path);
		options.microphone_db = microphone_db;
	}
	if (!err) {
		err = sabin_noise_compute(input->noise, input->noise_frames, m->rate_hz, &options, out);
		if (err == SABIN_EINVAL)
			err = sabin_diag_set(diag, SABIN_EFORMAT, m->file, 0, 0,
			                     "its background noise is no sound: %s",
			                     sabin_strerror(err));
	}
	sabin_calibration_release(&calibration);
	return err;
}

static enum sabin_err compute(const struct sabin_part_input *input, void **result,
                              struct sabin_diag *diag)
{
	struct noise_part *part = calloc(1, sizeof *part);
	if (!part)
		return SABIN_ENOMEM;
	part->recorded = input->noise != NULL && input->noise_frames > 0;
	enum sabin_err err = SABIN_OK;
	if (part->recorded)
		err = sabin_part_noise_of(input, &part->noise, diag);
	if (err)
		free(part);
	else
		*result = part;
	return err;
}

static const char *unit_of(const struct sabin_noise *noise)
{
	return noise->absolute ? "dB SPL" : "dB";
}

/* Why a rating is missing. */
static const char *why_of(const struct sabin_noise *noise, const struct sabin_noise_rating *rating,
                          char *text, size_t size)
{
	if (!noise->absolute)
		return not_absolute;
	if (rating->value.reason != SABIN_BECAUSE_RANGE)
		return NULL;
	snprintf(text, size, "%s NC %.0f, where the curves end", rating->value.have < 0 ? "below" : "above",
	         rating->value.value);
	return text;
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static void json_levels(struct sabin_json *json, const char *key, const struct sabin_noise_level *level,
                        size_t count, const char *unit)
{
	sabin_json_open_array(json, key);
	for (size_t i = 0; i < count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", level[i].band.nominal_hz);
		sabin_json_integer(json, "fraction", level[i].band.fraction);
		sabin_json_quantity(json, "level", level[i].level, unit);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_hum(struct sabin_json *json, const struct sabin_hum *hum, const char *unit)
{
	sabin_json_open_object(json, "hum");
	sabin_json_bool(json, "found", hum->mains_hz > 0);
	if (hum->mains_hz > 0)
		sabin_json_number(json, "mains_hz", hum->mains_hz);
	else
		sabin_json_null(json, "mains_hz");
	const char *why = hum->looked ? "no line of 50 or 60 Hz stands out of the noise"
	                              : "the recording of the noise is too short";
	sabin_json_quantity_why(json, "frequency", hum->frequency, "Hz", why);
	sabin_json_quantity_why(json, "level", hum->level, unit, why);
	sabin_json_number(json, "resolution_hz", hum->looked ? hum->resolution_hz : (double)NAN);
	sabin_json_open_array(json, "lines");
	for (size_t i = 0; i < hum->line_count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_integer(json, "harmonic", hum->line[i].harmonic);
		sabin_json_quantity(json, "frequency", hum->line[i].frequency, "Hz");
		sabin_json_quantity(json, "level", hum->line[i].level, unit);
		sabin_json_number(json, "above_db", hum->line[i].above_db);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_close(json);
}

static void json(const void *result, struct sabin_json *json)
{
	const struct noise_part *part = result;
	const struct sabin_noise *n = &part->noise;
	const char *unit = unit_of(n);
	char text[100];
	if (!part->recorded) {
		sabin_json_null(json, "noise");
		return;
	}
	sabin_json_open_object(json, "noise");
	sabin_json_number(json, "duration_s", n->duration_s);
	sabin_json_bool(json, "absolute", n->absolute);
	sabin_json_quantity(json, "level_a", n->a, unit);
	sabin_json_quantity(json, "level_c", n->c, unit);
	sabin_json_quantity(json, "level_z", n->z, unit);
	sabin_json_quantity_why(json, "nr", n->nr.value, "1", why_of(n, &n->nr, text, sizeof text));
	sabin_json_number(json, "nr_band_hz", n->nr.band_hz);
	sabin_json_quantity_why(json, "nc", n->nc.value, "1", why_of(n, &n->nc, text, sizeof text));
	sabin_json_number(json, "nc_band_hz", n->nc.band_hz);
	json_levels(json, "bands", n->third, SABIN_NOISE_THIRDS, unit);
	json_levels(json, "octaves", n->octave, SABIN_NOISE_OCTAVES, unit);
	json_hum(json, &n->hum, unit);
	sabin_json_close(json);
}

/* ---- text and CSV ----------------------------------------------------------------------------- */

static void text_rating(const char *name, const struct sabin_noise *n,
                        const struct sabin_noise_rating *rating)
{
	char text[100];
	const char *why = why_of(n, rating, text, sizeof text);
	if (rating->value.valid && isfinite(rating->band_hz))
		printf(", %s %.0f set by %s", name, rating->value.value,
		       sabin_text_hz(rating->band_hz).s);
	else if (rating->value.valid)
		printf(", %s %.0f", name, rating->value.value);
	else if (n->absolute && why)
		printf(", %s", why);
}

static void text_hum(const struct sabin_noise *n)
{
	enum { SHOWN = 4 };
	const struct sabin_hum *hum = &n->hum;
	if (!(hum->mains_hz > 0))
		return;
	printf("  hum        %.0f Hz mains, %.1f %s in all:", hum->mains_hz, hum->level.value,
	       n->absolute ? "dB SPL" : "dBFS");
	for (size_t i = 0; i < hum->line_count && i < SHOWN; i++)
		printf("%s %.1f Hz %.1f dB, %.0f above its neighbours", i ? ";" : "",
		       hum->line[i].frequency.value, hum->line[i].level.value, hum->line[i].above_db);
	if (hum->line_count > SHOWN)
		printf("; %zu more", hum->line_count - SHOWN);
	putchar('\n');
}

static void text(const void *result)
{
	const struct noise_part *part = result;
	const struct sabin_noise *n = &part->noise;
	char a[32], c[32];
	if (!part->recorded)
		return;
	sabin_show_value(n->a, 1, a, sizeof a);
	sabin_show_value(n->c, 1, c, sizeof c);
	if (!n->a.valid)
		printf("  noise      no level: the recording before the sweep is %s\n",
		       n->a.reason == SABIN_BECAUSE_NO_SIGNAL ? "digital silence" : "too short");
	else if (n->absolute)
		printf("  noise      %s dBA, %s dBC", a, c);
	else
		printf("  noise      %s dBFS A-weighted, %s C-weighted; %sno rating: %s%s\n", a, c,
		       sabin_dim(), not_absolute, sabin_plain());
	if (n->a.valid && n->absolute) {
		text_rating("NR", n, &n->nr);
		text_rating("NC", n, &n->nc);
		putchar('\n');
	}
	text_hum(n);
}

static void csv(const void *result, const char *lead)
{
	const struct noise_part *part = result;
	const struct sabin_noise *n = &part->noise;
	const char *unit = unit_of(n);
	char text[100];
	if (!part->recorded)
		return;
	sabin_csv_quantity(lead, "noise_level_a", NULL, n->a, unit, NULL);
	sabin_csv_quantity(lead, "noise_level_c", NULL, n->c, unit, NULL);
	sabin_csv_quantity(lead, "noise_level_z", NULL, n->z, unit, NULL);
	sabin_csv_quantity(lead, "noise_nr", NULL, n->nr.value, "1",
	                   why_of(n, &n->nr, text, sizeof text));
	sabin_csv_quantity(lead, "noise_nc", NULL, n->nc.value, "1",
	                   why_of(n, &n->nc, text, sizeof text));
	for (size_t i = 0; i < SABIN_NOISE_THIRDS; i++)
		sabin_csv_quantity(lead, "noise_level", &n->third[i].band, n->third[i].level, unit, NULL);
	for (size_t i = 0; i < SABIN_NOISE_OCTAVES; i++)
		sabin_csv_quantity(lead, "noise_level", &n->octave[i].band, n->octave[i].level, unit,
		                   NULL);
	for (size_t i = 0; i < n->hum.line_count; i++) {
		const struct sabin_band line = {
			.nominal_hz = n->hum.mains_hz * n->hum.line[i].harmonic};
		sabin_csv_quantity(lead, "hum_level", &line, n->hum.line[i].level, unit, NULL);
	}
}

const struct sabin_part sabin_part_noise = {
	.name = "noise",
	.compute = compute,
	.json = json,
	.text = text,
	.csv = csv,
	.free = free,
};
