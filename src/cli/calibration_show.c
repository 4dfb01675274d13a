/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration_show.c: sabin level --check-calibration.
 */
#include <math.h>

#include "cli/calibration_show.h"
#include "cli/talk.h"
#include "io/number.h"

static void print_extremes(const struct sabin_calibration *c)
{
	size_t most = 0, least = 0;
	for (size_t i = 1; i < c->length; i++) {
		most = c->level_db[i] > c->level_db[most] ? i : most;
		least = c->level_db[i] < c->level_db[least] ? i : least;
	}
	printf("  level         %+.2f dB at %s to %+.2f dB at %s; %+.2f dB at 1 kHz\n",
	       sabin_number_tidy(c->level_db[least], 2), sabin_text_hz(c->freq_hz[least]).s,
	       sabin_number_tidy(c->level_db[most], 2), sabin_text_hz(c->freq_hz[most]).s,
	       sabin_number_tidy(sabin_calibration_level_db(c, 1000), 2));
	/* the sign is what goes wrong: say it with the file's own largest figure */
	const size_t far = fabs(c->level_db[most]) > fabs(c->level_db[least]) ? most : least;
	printf("  applied       subtracted: at %s the microphone reads %+.2f dB, so a measured level "
	       "changes by %+.2f dB there;\n"
	       "                interpolated over log frequency; beyond the ends the end values count\n",
	       sabin_text_hz(c->freq_hz[far]).s, sabin_number_tidy(c->level_db[far], 2),
	       sabin_number_tidy(-c->level_db[far], 2));
	printf("  phase         %s\n", c->phase_deg ? "given, subtracted too" : "not given");
}

void sabin_show_calibration(const char *path, const struct sabin_calibration *c)
{
	const struct sabin_quantity level =
	    sabin_calibration_dbspl(c, SABIN_MICROPHONE_UNKNOWN, NAN);
	printf("%s%s%s: a calibration file of %zu points, %s to %s\n", sabin_bold(), path,
	       sabin_plain(), c->length, sabin_text_exact_hz(c->freq_hz[0]).s,
	       sabin_text_exact_hz(c->freq_hz[c->length - 1]).s);
	printf("  microphone    %s%s%s\n", sabin_microphone_model_name(c->model),
	       c->model_because ? ", by " : "", c->model_because ? c->model_because : "");
	if (c->serial[0])
		printf("  serial        %s\n", c->serial);
	if (c->angle_deg >= 0)
		printf("  incidence     %d degrees: %s\n", c->angle_deg,
		       c->angle_deg == 90 ? "the microphone points at the ceiling"
		                          : "the microphone points at the loudspeaker");
	print_extremes(c);
	if (!isnan(c->sens_factor_db))
		printf("  Sens Factor   %+.3f dB\n", c->sens_factor_db);
	if (!isnan(c->again_db))
		printf("  AGain         %g dB\n", c->again_db);
	if (!isnan(c->sensitivity_dbv))
		printf("  sensitivity   %.1f dB re 1 V/Pa at 1 kHz\n", c->sensitivity_dbv);
	if (isfinite(level.value))
		printf("  dB SPL        0 dBFS RMS is %.2f ± %.1f dB SPL%s\n", level.value,
		       level.plus_minus, level.valid ? "" : ", not to be relied on");
	else
		puts("  dB SPL        not known");
	printf("                by %s\n", sabin_calibration_rule(c, SABIN_MICROPHONE_UNKNOWN));
	for (size_t i = 0; i < c->note_count && i < SABIN_CALIBRATION_NOTES_MAX; i++) {
		if (c->note[i].line > 0)
			printf("  note          line %d: %s\n", c->note[i].line, c->note[i].text);
		else
			printf("  note          %s\n", c->note[i].text);
	}
	if (c->note_count > SABIN_CALIBRATION_NOTES_MAX)
		printf("  note          and %zu more\n", c->note_count - SABIN_CALIBRATION_NOTES_MAX);
}

enum sabin_err sabin_show_calibration_json(const char *path, const struct sabin_calibration *c)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.calibration/1");
	sabin_json_text(json, "file", path);
	sabin_json_integer(json, "points", (long long)c->length);
	sabin_json_number(json, "from_hz", c->freq_hz[0]);
	sabin_json_number(json, "to_hz", c->freq_hz[c->length - 1]);
	sabin_json_bool(json, "phase", c->phase_deg != NULL);
	sabin_json_number(json, "level_at_1khz_db", sabin_calibration_level_db(c, 1000));
	sabin_json_text(json, "applied", "subtracted");
	sabin_json_text(json, "model", c->model == SABIN_MICROPHONE_UNKNOWN
	                                   ? NULL
	                                   : sabin_microphone_model_name(c->model));
	sabin_json_text(json, "model_because", c->model_because);
	sabin_json_text(json, "serial", c->serial[0] ? c->serial : NULL);
	sabin_json_number(json, "incidence_deg", c->angle_deg < 0 ? (double)NAN : c->angle_deg);
	sabin_json_number(json, "sens_factor_db", c->sens_factor_db);
	sabin_json_number(json, "again_db", c->again_db);
	sabin_json_number(json, "sensitivity_dbv", c->sensitivity_dbv);
	sabin_json_quantity(json, "dbspl_at_0dbfs",
	                    sabin_calibration_dbspl(c, SABIN_MICROPHONE_UNKNOWN, NAN), "dB SPL");
	sabin_json_text(json, "rule", sabin_calibration_rule(c, SABIN_MICROPHONE_UNKNOWN));
	sabin_json_open_array(json, "notes");
	for (size_t i = 0; i < c->note_count && i < SABIN_CALIBRATION_NOTES_MAX; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_integer(json, "line", c->note[i].line);
		sabin_json_text(json, "text", c->note[i].text);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}
