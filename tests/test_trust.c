/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_trust.c: the range in which a frequency response can be relied on.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/trust.h"
#include "util/near.h"

static void each_limit_and_the_narrowest(void **state)
{
	(void)state;
	struct sabin_measurement m = {0};
	struct sabin_measured r = {.speaker = "sub"};
	struct sabin_speaker speakers[] = {
	    {.name = "left", .range_hz = {NAN, NAN}},
	    {.name = "sub", .range_hz = {25, 120}},
	};
	const struct sabin_roomfile room = {.speakers = speakers, .speaker_count = 2};
	struct sabin_trust t = sabin_trust_of(&m, &r, NULL, 0);
	assert_true(t.from_hz == 0 && isinf(t.to_hz) && !t.below && !t.above);
	t = sabin_trust_of(&m, &r, NULL, 0.02);
	assert_near(t.from_hz, 50, 1e-9);
	assert_non_null(strstr(t.below, "window"));
	assert_null(t.above);
	m.has_stimulus = true;
	m.stimulus.sweep.from_hz = 20;
	m.stimulus.sweep.to_hz = 20000;
	t = sabin_trust_of(&m, &r, NULL, 0.5);
	assert_near(t.from_hz, 20, 1e-9);
	assert_near(t.to_hz, 20000, 1e-9);
	assert_non_null(strstr(t.below, "below the sweep"));
	assert_non_null(strstr(t.above, "above the sweep"));
	t = sabin_trust_of(&m, &r, &room, 0.5);
	assert_near(t.from_hz, 25, 1e-9);
	assert_near(t.to_hz, 120, 1e-9);
	assert_non_null(strstr(t.below, "speaker"));
	assert_non_null(strstr(t.above, "speaker"));
	assert_true(sabin_trust_holds(&t, 25) && sabin_trust_holds(&t, 120));
	assert_false(sabin_trust_holds(&t, 24.9) || sabin_trust_holds(&t, 120.1));
	snprintf(r.speaker, sizeof r.speaker, "left");
	t = sabin_trust_of(&m, &r, &room, 0.5);
	assert_near(t.to_hz, 20000, 1e-9);
	snprintf(r.speaker, sizeof r.speaker, "elsewhere"); /* the room file does not know it */
	t = sabin_trust_of(&m, &r, &room, 0.5);
	assert_near(t.from_hz, 20, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_limit_and_the_narrowest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
