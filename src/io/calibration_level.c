/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration_level.c: from a sensitivity to dB SPL, and the record that `sabin level` writes.
 *
 * [R] Mulcahy, J. (author of Room EQ Wizard): the Sens Factor of a UMIK-1 is the reading in dBFS at
 *     100 dB SPL behind the 24 dB input volume of its driver, so SPL = dBFS + 94 + 24 - SF + 6.
 *     Two comparisons with 94 dB calibrators agree within 0.8 dB.
 * [D] Dayton Audio UMM-6: the Sens Factor is the reading in dBFS at 94 dB SPL.
 *
 * Of the UMIK-2 accounts differ by 30 dB; 100 - SF is the one that was compared with a calibrator.
 */
#include <math.h>

#include "io/calibration_header.h"
#include "io/memstream.h"
#include "io/number.h"

/* The gain at which miniDSP determines the factor, where the file does not say. */
static const double usual_again_db = 18;

static const struct rule {
	double base_db, plus_minus_db; /* SPL = dBFS + base - SF; k = 1 */
	bool valid, gain;              /* gain: the input has a switch that names itself */
	const char *words;
} rules[] = {
    [SABIN_MICROPHONE_UMIK1] = {124, 0.8, true, true, "UMIK-1: SPL = dBFS + 124 - Sens Factor"},
    [SABIN_MICROPHONE_UMIK2] = {100, 6, false, false,
                                "UMIK-2: SPL = dBFS + 100 - Sens Factor, which is uncertain by 6 dB: "
                                "use a calibrator (sabin level --calibrate)"},
    [SABIN_MICROPHONE_UMM6] = {94, 2, true, false, "UMM-6: SPL = dBFS + 94 - Sens Factor"},
    [SABIN_MICROPHONE_ANALOG] = {0},
};

const char *sabin_microphone_model_name(enum sabin_microphone_model model)
{
	static const char *const names[] = {
	    [SABIN_MICROPHONE_UNKNOWN] = "unknown",
	    [SABIN_MICROPHONE_UMIK1] = "miniDSP UMIK-1",
	    [SABIN_MICROPHONE_UMIK2] = "miniDSP UMIK-2",
	    [SABIN_MICROPHONE_UMM6] = "Dayton UMM-6",
	    [SABIN_MICROPHONE_OMNIMIC] = "Dayton OmniMic",
	    [SABIN_MICROPHONE_EARS] = "miniDSP EARS",
	    [SABIN_MICROPHONE_ANALOG] = "analog microphone",
	};
	return names[model];
}

/* The device's word counts before the file's. */
static const struct rule *rule_of(const struct sabin_calibration *c,
                                  enum sabin_microphone_model model)
{
	if (model == SABIN_MICROPHONE_UNKNOWN)
		model = c->model;
	const struct rule *rule = &rules[model];
	const bool has_one = (size_t)model < sizeof(rules) / sizeof(rules[0]) && rule->words;
	return has_one && !isnan(c->sens_factor_db) ? rule : NULL;
}

struct sabin_quantity sabin_calibration_dbspl(const struct sabin_calibration *c,
                                              enum sabin_microphone_model model,
                                              double device_gain_db)
{
	if (c->recorded.valid)
		return c->recorded;
	const struct rule *rule = rule_of(c, model);
	struct sabin_quantity q = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	if (!rule)
		return q;
	q.value = rule->base_db - c->sens_factor_db;
	if (rule->gain && !isnan(device_gain_db)) /* AGain is inside the factor already */
		q.value += (isnan(c->again_db) ? usual_again_db : c->again_db) - device_gain_db;
	q.plus_minus = rule->plus_minus_db;
	q.valid = rule->valid;
	if (rule->valid)
		q.reason = SABIN_BECAUSE_VALID;
	return q;
}

const char *sabin_calibration_rule(const struct sabin_calibration *c,
                                   enum sabin_microphone_model model)
{
	if (c->recorded.valid)
		return "a calibrator or reference meter, recorded in the file";
	const struct rule *rule = rule_of(c, model);
	if (rule)
		return rule->words;
	if (!isnan(c->sensitivity_dbv))
		return "a sensitivity in dBV per pascal says nothing without the volts at the input's "
		       "full scale: use a calibrator (sabin level --calibrate)";
	if (!isnan(c->sens_factor_db))
		return "what its Sens Factor means in dB SPL depends on the model, which is not known: "
		       "use a calibrator (sabin level --calibrate)";
	return "the file states no sensitivity: use a calibrator (sabin level --calibrate)";
}

char *sabin_calibration_record(const struct sabin_calibration *curve,
                               struct sabin_quantity dbspl, const char *about)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = sabin_memstream_open(&text, &length);
	if (!stream)
		return NULL;
	fprintf(stream, "\"sabin calibration: 0 dBFS RMS = %.2f dB SPL +- %.2f dB\"\n", dbspl.value,
	        isfinite(dbspl.plus_minus) ? dbspl.plus_minus : 0);
	if (curve && curve->serial[0])
		fprintf(stream, "\"SERNO: %s\"\n", curve->serial);
	if (curve && curve->angle_deg == 90)
		fputs("\"90-degree calibration file\"\n", stream);
	fprintf(stream, "\"%s\"\n", about);
	if (!curve || curve->length == 0)
		fputs("20\t0\n20000\t0\n", stream);
	for (size_t i = 0; curve && i < curve->length; i++) {
		char number[3][SABIN_NUMBER_SIZE];
		fprintf(stream, "%s\t%s", sabin_number_format(curve->freq_hz[i], number[0]),
		        sabin_number_format(curve->level_db[i], number[1]));
		if (curve->phase_deg)
			fprintf(stream, "\t%s", sabin_number_format(curve->phase_deg[i], number[2]));
		fputc('\n', stream);
	}
	return fclose(stream) == 0 ? text : NULL;
}
