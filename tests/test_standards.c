/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_standards.c: requirements held against scenes whose numbers are known, and files of them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sabin/standards.h>

#include "io/requirements.h"
#include "util/near.h"
#include "util/stage.h"

enum { OCTAVES = 8 };
static const double octave_hz[OCTAVES] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};

static const struct sabin_standard *standard(const char *name)
{
	const struct sabin_standard *s;
	for (size_t i = 0; (s = sabin_standard_row(i)); i++)
		if (strcmp(s->name, name) == 0)
			return s;
	fail_msg("no standard %s", name);
	return NULL;
}

static struct sabin_judgement judge(const struct stage *s, const struct sabin_requirement *row)
{
	struct sabin_judgement j;
	assert_ok(sabin_requirement_judge(&s->scene, row, &j));
	return j;
}

/* The row of a standard that is about a measure. */
static struct sabin_judgement judge_by(const struct stage *s, const char *name, enum sabin_measure measure)
{
	const struct sabin_standard *standard_row = standard(name);
	for (size_t i = 0; i < standard_row->count; i++)
		if (standard_row->row[i].measure == measure)
			return judge(s, &standard_row->row[i]);
	fail_msg("%s has no row for %s", name, sabin_measure_name(measure));
	return (struct sabin_judgement){.verdict = SABIN_VERDICT_UNKNOWN};
}

/* One analysis for all responses: T30 by octave. */
static void ring(struct stage *s, struct sabin_analysis *analysis, struct sabin_band_result band[OCTAVES],
                 const double time_s[OCTAVES])
{
	for (int b = 0; b < OCTAVES; b++) {
		band[b] = (struct sabin_band_result){.band.nominal_hz = octave_hz[b]};
		band[b].value[SABIN_T30] = sabin_quantity_valid(time_s[b], 0.01);
	}
	*analysis = (struct sabin_analysis){.band_count = OCTAVES, .bands = band};
	for (int i = 0; i < 4; i++)
		s->response[i].analysis = analysis;
	s->scene.room = &s->room;
}

static void decay(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	struct sabin_analysis analysis;
	struct sabin_band_result band[OCTAVES];
	s->room.size_m[0] = 5;
	s->room.size_m[1] = 8;
	s->room.size_m[2] = 2.5; /* 100 m3: Tm = 0.25 s */
	const double good[OCTAVES] = {0.54, 0.40, 0.29, 0.25, 0.25, 0.25, 0.21, 0.16};
	ring(s, &analysis, band, good);
	struct sabin_judgement j = judge_by(s, "ebu-3276", SABIN_MEASURE_DECAY_OFF);
	assert_near(j.measured.value, 0, 1e-9); /* mean of 250 Hz .. 4 kHz is 0.25 s */
	assert_int_equal(j.verdict, SABIN_VERDICT_PASS);
	/* the mask opens to 0.30 s at 63 Hz, 0.152 s at 125 Hz, 0.05 s from 200 Hz, 0.1 s at 8 kHz */
	j = judge_by(s, "bs-1116", SABIN_MEASURE_DECAY_MASK);
	assert_int_equal(j.verdict, SABIN_VERDICT_PASS);
	assert_near(j.measured.value, 0.40 - 0.25 - 0.1524, 1e-3); /* 125 Hz is the nearest to its limit */
	double late[OCTAVES];
	memcpy(late, good, sizeof late);
	late[1] = 0.42;
	ring(s, &analysis, band, late);
	j = judge_by(s, "bs-1116", SABIN_MEASURE_DECAY_MASK);
	assert_int_equal(j.verdict, SABIN_VERDICT_FAIL);
	assert_near(j.measured.value, 0.42 - 0.25 - 0.1524, 1e-3);
	/* too dry is out of the mask, too, but not at 63 Hz */
	memcpy(late, good, sizeof late);
	late[0] = 0.05;
	ring(s, &analysis, band, late);
	assert_int_equal(judge_by(s, "bs-1116", SABIN_MEASURE_DECAY_MASK).verdict, SABIN_VERDICT_PASS);
	late[4] = 0.15;
	ring(s, &analysis, band, late);
	assert_near(judge_by(s, "bs-1116", SABIN_MEASURE_DECAY_MASK).measured.value, 0.05, 1e-9);
	free(s);
}

static void response_mask(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	/* 3.5 dB under a flat middle from 8 kHz on: within both masks (-5, -6) */
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < STAGE_POINTS; k++)
			s->level_db[i][k] = s->freq_hz[k] > 7000 ? -3.5 : 0;
	assert_int_equal(judge_by(s, "ebu-3276", SABIN_MEASURE_RESPONSE_EBU).verdict, SABIN_VERDICT_PASS);
	/* 5.3 dB: at 8 kHz out of the EBU's -5, within the ITU's -6 */
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < STAGE_POINTS; k++)
			s->level_db[i][k] = s->freq_hz[k] > 6900 ? -5.3 : 0;
	struct sabin_judgement j = judge_by(s, "ebu-3276", SABIN_MEASURE_RESPONSE_EBU);
	assert_int_equal(j.verdict, SABIN_VERDICT_FAIL);
	/* base ten: the third octave at 7943 Hz, whose limit is -3 - lb(3.972) */
	assert_near(j.measured.value, 5.3 - 3 - log2(7943.28 / 2000), 1e-3);
	assert_int_equal(judge_by(s, "bs-1116", SABIN_MEASURE_RESPONSE_ITU).verdict, SABIN_VERDICT_PASS);
	/* a bump of 5 dB at 100 Hz: out by 2 dB; the ITU's row begins at 200 Hz */
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < STAGE_POINTS; k++)
			s->level_db[i][k] = s->freq_hz[k] > 80 && s->freq_hz[k] < 125 ? 5 : 0;
	assert_near(judge_by(s, "ebu-3276", SABIN_MEASURE_RESPONSE_EBU).measured.value, 2, 1e-6);
	assert_int_equal(judge_by(s, "bs-1116", SABIN_MEASURE_RESPONSE_ITU).verdict, SABIN_VERDICT_PASS);
	free(s);
}

static void reflections(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	struct sabin_reflections r = {.limit_s = 0.015, .limit_db = -10, .heard = true, .least_db = -25};
	for (int i = 0; i < 4; i++)
		s->response[i].reflections = &r;
	/* none is told: at most what would have been */
	struct sabin_judgement j = judge_by(s, "bs-1116", SABIN_MEASURE_REFLECTION);
	assert_int_equal(j.verdict, SABIN_VERDICT_PASS);
	assert_near(j.measured.value, -25, 0);
	r.count = 2;
	r.item[0].time_s = sabin_quantity_valid(0.005, 1e-5);
	r.item[0].level_db = sabin_quantity_valid(-9.7, 0.2); /* 1.5 of its standard uncertainty away */
	r.item[1].time_s = sabin_quantity_valid(0.020, 1e-5); /* later than it matters */
	r.item[1].level_db = sabin_quantity_valid(-4, 0.5);
	j = judge_by(s, "bs-1116", SABIN_MEASURE_REFLECTION);
	assert_int_equal(j.verdict, SABIN_VERDICT_FAIL);
	assert_true(j.close);
	assert_near(j.measured.value, -9.7, 0);
	r.item[0].level_db.plus_minus = 0.14; /* 2.1 of it */
	assert_false(judge_by(s, "bs-1116", SABIN_MEASURE_REFLECTION).close);
	r.heard = false;
	j = judge_by(s, "bs-1116", SABIN_MEASURE_REFLECTION);
	assert_int_equal(j.verdict, SABIN_VERDICT_UNKNOWN);
	assert_non_null(j.why);
	free(s);
}

static void places(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	struct sabin_judgement j = judge_by(s, "ebu-3276", SABIN_MEASURE_BASE);
	assert_near(j.measured.value, 2, 1e-12);
	assert_int_equal(j.verdict, SABIN_VERDICT_PASS);
	/* the seat in the middle: atan(1 / 1.8) */
	j = judge_by(s, "bs-775", SABIN_MEASURE_HALF_ANGLE);
	assert_near(j.measured.value, atan(1 / 1.8) * 180 / M_PI, 1e-9);
	assert_int_equal(j.verdict, SABIN_VERDICT_UNVERIFIED);
	j = judge_by(s, "ebu-3276", SABIN_MEASURE_WALL_DISTANCE);
	assert_false(j.measured.valid); /* no room file */
	s->scene.room = &s->room;
	j = judge_by(s, "ebu-3276", SABIN_MEASURE_WALL_DISTANCE);
	assert_near(j.measured.value, 0.4, 1e-12);
	assert_int_equal(j.verdict, SABIN_VERDICT_UNVERIFIED); /* 1 m is from memory */
	/* 4 x 6 x 2.8: w/h = 1.43, l/h = 2.14, between 1.57 and 2.43 */
	assert_int_equal(judge_by(s, "bs-1116", SABIN_MEASURE_PROPORTIONS).verdict, SABIN_VERDICT_PASS);
	s->room.size_m[1] = 4.2; /* l/h = 1.5 */
	assert_int_equal(judge_by(s, "bs-1116", SABIN_MEASURE_PROPORTIONS).verdict, SABIN_VERDICT_FAIL);
	free(s);
}

static void background(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	struct sabin_noise noise = {.absolute = true};
	assert_int_equal(judge_by(s, "nr-15", SABIN_MEASURE_NR).verdict, SABIN_VERDICT_UNKNOWN);
	noise.nr.value = sabin_quantity_valid(14.2, 1);
	for (int i = 0; i < 4; i++)
		s->response[i].noise = &noise;
	struct sabin_judgement j = judge_by(s, "nr-15", SABIN_MEASURE_NR);
	assert_int_equal(j.verdict, SABIN_VERDICT_PASS);
	assert_true(j.close);
	assert_int_equal(judge_by(s, "bs-1116", SABIN_MEASURE_NR).verdict, SABIN_VERDICT_UNVERIFIED);
	noise.absolute = false;
	assert_int_equal(judge_by(s, "nr-15", SABIN_MEASURE_NR).verdict, SABIN_VERDICT_UNKNOWN);
	free(s);
}

/* ---- files -------------------------------------------------------------------------------------------------- */

static enum sabin_err read_text(const char *text, struct sabin_requirements *out, struct sabin_diag *diag)
{
	char path[] = "/tmp/sabin-test-XXXXXX";
	const int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	const enum sabin_err err = sabin_requirements_read(path, out, diag);
	unlink(path);
	return err;
}

static void files(void **state)
{
	(void)state;
	static struct sabin_requirements r;
	struct sabin_diag diag = {0};
	assert_ok(read_text("name: A\nrequirements:\n  - {measure: decay_time, from_hz: 250, to_hz: 4000, at_most: 0.3}\n"
	                    "  - {measure: nr, at_most: 20, at_least: 0, what: quiet}\n",
	                    &r, &diag));
	assert_string_equal(r.title, "A");
	assert_int_equal(r.count, 2);
	assert_int_equal(r.row[0].measure, SABIN_MEASURE_DECAY_TIME);
	assert_near(r.row[0].at_most, 0.3, 0);
	assert_true(isnan(r.row[0].at_least));
	assert_string_equal(r.row[1].what, "quiet");
	static const struct {
		const char *text, *message;
		int line;
	} bad[] = {
	    {"requirements: []\n", "no list", 1},
	    {"name: x\n", "no list", 1},
	    {"- 1\n", "not a file of requirements", 1},
	    {"requirements:\n  - {measure: loudness, at_most: 1}\n", "one of: decay_time", 2},
	    {"requirements:\n  - {at_most: 1}\n", "no key 'measure'", 2},
	    {"requirements:\n  - {measure: nr}\n", "no limit", 2},
	    {"requirements:\n  - {measure: nr, at_most: loud}\n", "expected a number", 2},
	    {"requirements:\n  - {measure: nr, at_most: 1, at_least: 2}\n", "upside down", 2},
	    {"requirements:\n  - {measure: nr, at_mots: 1}\n", "unknown key 'at_mots'", 2},
	    {"requirements:\n  - nr\n", "not a requirement", 2},
	    {"requirement: 3\n", "unknown key", 1},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(read_text(bad[i].text, &r, &diag), SABIN_EFORMAT);
		assert_int_equal(diag.line, bad[i].line);
		assert_non_null(strstr(diag.message, bad[i].message));
	}
	assert_int_equal(sabin_requirements_read("/nowhere/at/all", &r, &diag), SABIN_EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decay),  cmocka_unit_test(response_mask), cmocka_unit_test(reflections),
	    cmocka_unit_test(places), cmocka_unit_test(background),    cmocka_unit_test(files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
