/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_sti.c: speech intelligibility.
 *
 * A response says how much the room blurs speech.  How much the noise hides depends on how loud
 * speech and noise are at the place, in dB SPL: the level at which a sweep was played says nothing
 * about it.  So the index in noise is given for a speech level that is named, and only where the
 * noise was recorded and its level is absolute.
 */
#include <math.h>
#include <stdio.h>

#include <sabin/sti.h>

#include "cli/part_noise.h"
#include "cli/quantity_show.h"
#include "cli/talk.h"
#include "io/reason.h"
#include "io/trust.h"

/* A talker with normal effort, at 1 m (ISO 9921:2003, annex A). */
static const double speech_dba = 60;

struct sti_part {
	struct sabin_sti quiet, noisy;
	const char *why; /* there is none in noise; NULL: there is */
};

static enum sabin_err in_noise(const struct sabin_part_input *input, struct sti_part *part,
                               struct sabin_diag *diag)
{
	struct sabin_sti_levels levels = {.hearing = true};
	struct sabin_noise noise;
	if (!input->noise || input->noise_frames == 0) {
		part->why = "no background noise was recorded with this response";
		return SABIN_OK;
	}
	if (!input->measured->dbspl_at_0dbfs.valid) {
		part->why = "how loud speech and noise are is not known: levels are re full scale";
		return SABIN_OK;
	}
	enum sabin_err err = sabin_part_noise_of(input, &noise, diag);
	if (err)
		return err;
	sabin_sti_speech(speech_dba, levels.speech_dbspl);
	for (int b = 0; b < SABIN_STI_BANDS; b++) { /* of the noise's octaves without 31.5 and 63 Hz */
		const struct sabin_quantity q = noise.octave[b + 2].level;
		levels.noise_dbspl[b] = q.reason == SABIN_BECAUSE_NO_SIGNAL ? -HUGE_VAL : q.value;
	}
	sabin_sti_in_noise(&part->quiet, &levels, &part->noisy);
	return SABIN_OK;
}

static enum sabin_err compute(const struct sabin_part_input *input, void **result,
                              struct sabin_diag *diag)
{
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(input->measurement, input->measured, input->room, excited_hz, played_hz);
	const struct sabin_sti_options options = {
	    .excited_from_hz = excited_hz[0],
	    .excited_to_hz = excited_hz[1],
	    .played_from_hz = played_hz[0],
	    .played_to_hz = played_hz[1],
	    .stray = sabin_measurement_stray(input->measurement, input->measured),
	};
	struct sti_part *part = calloc(1, sizeof *part);
	if (!part)
		return SABIN_ENOMEM;
	part->noisy.sti = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	enum sabin_err err = sabin_sti_compute(input->h, input->frames, input->measured->rate_hz,
	                                       input->analysis->arrival.onset, &options, &part->quiet);
	if (!err)
		err = in_noise(input, part, diag);
	if (err)
		free(part);
	else
		*result = part;
	return err;
}

static void json_bands(struct sabin_json *json, const struct sabin_sti *sti)
{
	sabin_json_open_array(json, "sti_bands");
	for (int b = 0; b < SABIN_STI_BANDS; b++) {
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", sti->band[b].nominal_hz);
		sabin_json_quantity(json, "mti", sti->mti[b], "1");
		sabin_json_numbers(json, "modulation", sti->m[b], SABIN_STI_MODULATIONS);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_rating(struct sabin_json *json, const struct sabin_sti *sti)
{
	const bool valid = sti->sti.valid;
	sabin_json_text(json, "sti_rating", valid ? sabin_sti_rating(sti->sti.value) : NULL);
	sabin_json_text(json, "sti_letter", valid ? sabin_sti_letter(sti->sti.value) : NULL);
}

static void json(const void *result, struct sabin_json *json)
{
	const struct sti_part *part = result;
	sabin_json_quantity(json, "sti", part->quiet.sti, "1");
	json_rating(json, &part->quiet);
	json_bands(json, &part->quiet);
	sabin_json_open_object(json, "sti_in_noise");
	sabin_json_number(json, "speech_dba", speech_dba);
	sabin_json_quantity_why(json, "sti", part->noisy.sti, "1", part->why);
	json_rating(json, &part->noisy);
	if (!part->why)
		json_bands(json, &part->noisy);
	sabin_json_close(json);
}

static void line(const char *name, const struct sabin_sti *sti, const char *what)
{
	char why[200];
	if (sti->sti.valid)
		printf("  %-10s %.2f, %s (%s): %s\n", name, sti->sti.value,
		       sabin_sti_rating(sti->sti.value), sabin_sti_letter(sti->sti.value), what);
	else
		printf("  %-10s %s– %s%s\n", name, sabin_dim(), sabin_reason_text(sti->sti, why, sizeof why),
		       sabin_plain());
}

static void text(const void *result)
{
	const struct sti_part *part = result;
	char what[80];
	line("STI", &part->quiet, "what the room alone leaves of speech, without noise");
	if (part->why)
		return; /* the part of the noise says what is not known */
	snprintf(what, sizeof what, "speech of %.0f dBA in the noise of this place", speech_dba);
	line("  in noise", &part->noisy, what);
}

static void csv(const void *result, const char *lead)
{
	const struct sti_part *part = result;
	sabin_csv_quantity(lead, "sti", NULL, part->quiet.sti, "1", NULL);
	sabin_csv_quantity(lead, "sti_in_noise", NULL, part->noisy.sti, "1", part->why);
	for (int b = 0; b < SABIN_STI_BANDS; b++)
		sabin_csv_quantity(lead, "mti", &part->quiet.band[b], part->quiet.mti[b], "1", NULL);
}

const struct sabin_part sabin_part_sti = {
	.name = "sti",
	.compute = compute,
	.json = json,
	.text = text,
	.csv = csv,
	.free = free,
};
