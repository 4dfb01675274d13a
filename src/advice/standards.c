/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * standards.c: the rows of each standard, and the verdict.  What is measured for them is in measures.c.
 *
 * EBU Tech 3276, 2nd edition (1998): listening conditions for the assessment of sound programme material.
 * ITU-R BS.1116-3 (02/2015): methods for the subjective assessment of small impairments.
 * ITU-R BS.775-4 (12/2022): multichannel stereophonic sound system.
 */
#include <math.h>

#include <sabin/standards.h>

#include "advice/measures.h"

#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

static const struct sabin_requirement ebu_3276[] = {
    {"mean decay time re the nominal one", "2.3", SABIN_MEASURE_DECAY_OFF, 200, 4000, -0.05, 0.05, true},
    {"decay time by octave, over its tolerance", "2.3", SABIN_MEASURE_DECAY_MASK, 200, 4000, NAN, 0, true},
    {"early reflections", "2.2", SABIN_MEASURE_REFLECTION, NAN, NAN, NAN, -10, true},
    {"operational room response, out of its mask", "2.4", SABIN_MEASURE_RESPONSE_EBU, 50, 16000, NAN, 0, true},
    {"background noise", "2.6", SABIN_MEASURE_NR, NAN, NAN, NAN, 15, true},
    {"base of the pair", "annex 1", SABIN_MEASURE_BASE, NAN, NAN, 2, 4, true},
    {"speakers from the walls", "annex 1", SABIN_MEASURE_WALL_DISTANCE, NAN, NAN, 1, NAN, false},
    {"left against right", "2.4", SABIN_MEASURE_LEVEL_DIFFERENCE, 250, 2000, NAN, 2, false},
};

static const struct sabin_requirement bs_1116[] = {
    {"proportions of the room (Walker)", "8.2.2.3", SABIN_MEASURE_PROPORTIONS, NAN, NAN, 1, NAN, true},
    {"mean decay time re the nominal one", "8.2.3.1", SABIN_MEASURE_DECAY_OFF, 200, 4000, -0.05, 0.05, true},
    {"decay time by octave, over its tolerance", "8.2.3.1", SABIN_MEASURE_DECAY_MASK, NAN, NAN, NAN, 0, true},
    {"early reflections", "8.3.3.1", SABIN_MEASURE_REFLECTION, NAN, NAN, NAN, -10, true},
    {"operational room response from 200 Hz, out of its mask", "8.3.4.1", SABIN_MEASURE_RESPONSE_ITU, 200, 16000,
     NAN, 0, true},
    {"background noise", "8.3.5", SABIN_MEASURE_NR, NAN, NAN, NAN, 15, false},
    {"left against right", "8.4", SABIN_MEASURE_LEVEL_DIFFERENCE, 250, 2000, NAN, 1, false},
    {"delay between left and right", "8.4", SABIN_MEASURE_DELAY_DIFFERENCE, NAN, NAN, NAN, 100e-6, false},
    {"base of the pair", "8.5", SABIN_MEASURE_BASE, NAN, NAN, 2, 4, false},
    {"speakers from the walls", "8.5", SABIN_MEASURE_WALL_DISTANCE, NAN, NAN, 1, NAN, false},
};

/* 30 degrees are the standard's; by how much a real room may be off it does not say. */
static const struct sabin_requirement bs_775[] = {
    {"half-angle of the pair", NULL, SABIN_MEASURE_HALF_ANGLE, NAN, NAN, 25, 35, false},
    {"delay between left and right", NULL, SABIN_MEASURE_DELAY_DIFFERENCE, NAN, NAN, NAN, 100e-6, false},
};

static const struct sabin_requirement nr_15[] = {
    {"background noise", NULL, SABIN_MEASURE_NR, NAN, NAN, NAN, 15, true}};
static const struct sabin_requirement nr_20[] = {
    {"background noise", NULL, SABIN_MEASURE_NR, NAN, NAN, NAN, 20, true}};
static const struct sabin_requirement nr_25[] = {
    {"background noise", NULL, SABIN_MEASURE_NR, NAN, NAN, NAN, 25, true}};
static const struct sabin_requirement nc_15[] = {
    {"background noise", NULL, SABIN_MEASURE_NC, NAN, NAN, NAN, 15, true}};
static const struct sabin_requirement nc_20[] = {
    {"background noise", NULL, SABIN_MEASURE_NC, NAN, NAN, NAN, 20, true}};
static const struct sabin_requirement nc_25[] = {
    {"background noise", NULL, SABIN_MEASURE_NC, NAN, NAN, NAN, 25, true}};

static const struct sabin_standard standards[] = {
    {"ebu-3276", "EBU Tech 3276 (1998), listening rooms", ROWS(ebu_3276)},
    {"bs-1116", "ITU-R BS.1116-3 (2015), listening rooms", ROWS(bs_1116)},
    {"bs-775", "ITU-R BS.775-4 (2022), places of left and right", ROWS(bs_775)},
    {"nr-15", "noise rating NR 15", ROWS(nr_15)},
    {"nr-20", "noise rating NR 20", ROWS(nr_20)},
    {"nr-25", "noise rating NR 25", ROWS(nr_25)},
    {"nc-15", "noise criterion NC 15", ROWS(nc_15)},
    {"nc-20", "noise criterion NC 20", ROWS(nc_20)},
    {"nc-25", "noise criterion NC 25", ROWS(nc_25)},
};

const struct sabin_standard *sabin_standard_row(size_t i)
{
	return i < sizeof standards / sizeof *standards ? &standards[i] : NULL;
}

const char *sabin_requirement_verdict_name(enum sabin_requirement_verdict verdict)
{
	static const char *const names[] = {"pass", "fail", "unknown", "unverified"};
	return names[verdict];
}

enum sabin_err sabin_requirement_judge(const struct sabin_advice_scene *scene, const struct sabin_requirement *requirement,
                           struct sabin_judgement *out)
{
	struct sabin_judgement j = {.verdict = SABIN_VERDICT_UNKNOWN};
	const enum sabin_err err = advice_measure(scene, requirement, &j);
	if (err)
		return err;
	const double value = j.measured.value, covered = 2 * j.measured.plus_minus;
	const bool low = value < requirement->at_least, high = value > requirement->at_most;
	if (j.measured.valid) {
		j.why = NULL;
		j.verdict = low || high ? SABIN_VERDICT_FAIL : SABIN_VERDICT_PASS;
		j.close = fabs(value - requirement->at_least) < covered || fabs(value - requirement->at_most) < covered;
	}
	if (!requirement->verified) {
		j.verdict = SABIN_VERDICT_UNVERIFIED;
		j.why = "this limit is known from one source only, and sabin judges by what two agree on";
	}
	*out = j;
	return SABIN_OK;
}
