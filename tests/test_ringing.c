/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_ringing.c: the sentence of how long a room rings says which bands it covers, and which it cannot tell.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/reverberation.h"
#include "io/memstream.h"
#include "util/near.h"

enum { OCTAVES = 8, RESPONSES = 2 };
static const double octave_hz[OCTAVES] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};

struct room {
	struct sabin_band_result bands[RESPONSES][OCTAVES];
	struct sabin_analysis results[RESPONSES];
	struct sabin_analyses all;
};

static void refuse(struct sabin_band_result *band, enum sabin_parameter parameter, enum sabin_reason reason)
{
	band->value[parameter] = sabin_quantity_invalid(9, reason);
}

/* Every time is 0.5 s but for 0.3 s at 8 kHz and 1.5 s at 63 Hz, the early decay 1.38 s there. */
static struct room *make(void)
{
	struct room *room = calloc(1, sizeof *room);
	assert_non_null(room);
	for (size_t i = 0; i < RESPONSES; i++) {
		for (size_t b = 0; b < OCTAVES; b++) {
			struct sabin_band_result *band = &room->bands[i][b];
			const double time_s = b == 0 ? 1.5 : b == 7 ? 0.3 : 0.5;
			band->band.nominal_hz = octave_hz[b];
			band->value[SABIN_T20] = band->value[SABIN_T30] = sabin_quantity_valid(time_s, 0.01);
			band->value[SABIN_EDT] = sabin_quantity_valid(b == 0 ? 1.38 : 0.4, 0.01);
		}
		room->results[i].bands = room->bands[i];
		room->results[i].band_count = OCTAVES;
	}
	room->all = (struct sabin_analyses){.results = room->results, .count = RESPONSES};
	return room;
}

static void refuse_times(struct room *room, size_t b, enum sabin_reason reason)
{
	for (size_t i = 0; i < RESPONSES; i++) {
		refuse(&room->bands[i][b], SABIN_T20, reason);
		refuse(&room->bands[i][b], SABIN_T30, reason);
	}
}

static void prints(struct room *room, const char *want)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = sabin_memstream_open(&text, &length);
	assert_non_null(stream);
	sabin_ringing_print(&room->all, stream);
	assert_ok(fclose(stream));
	assert_string_equal(text, want);
	free(text);
	free(room);
}

#define LEAD "               "

static void all_bands(void **state)
{
	(void)state;
	prints(make(), "Reverberation  0.50 s in the middle (500 Hz to 1 kHz), 0.30 to 1.50 s from 63 Hz to 8 kHz; "
	               "the bass (63 Hz to 125 Hz) rings 2.0 times as long\n");
}

/* Of bass that no time is known of, silence would say that it does not ring. */
static void bass_not_known(void **state)
{
	(void)state;
	struct room *room = make();
	refuse_times(room, 0, SABIN_BECAUSE_UNCERTAIN);
	refuse_times(room, 1, SABIN_BECAUSE_NEIGHBOUR);
	struct sabin_ringing r;
	assert_true(sabin_ringing_of(&room->all, &r));
	assert_true(isnan(r.bass_ratio));
	assert_near(r.high_s, 0.5, 1e-12);
	prints(room, "Reverberation  0.50 s in the middle (500 Hz to 1 kHz), 0.30 to 0.50 s from 250 Hz to 8 kHz\n"
	             LEAD "not known at 63 Hz: expected error too large\n"
	             LEAD "not known at 125 Hz: a neighbouring band rings longer and leaks into it\n"
	             LEAD "of the bass no more is known than its early decay (EDT): 1.38 s at 63 Hz, 0.40 s at 125 Hz\n");
}

/* Half of the bass is not the bass; where not even an early decay is valid, there is none to be told. */
static void half_of_the_bass(void **state)
{
	(void)state;
	struct room *room = make();
	refuse_times(room, 0, SABIN_BECAUSE_FILTER);
	for (size_t i = 0; i < RESPONSES; i++)
		refuse(&room->bands[i][0], SABIN_EDT, SABIN_BECAUSE_FILTER);
	prints(room, "Reverberation  0.50 s in the middle (500 Hz to 1 kHz), 0.30 to 0.50 s from 125 Hz to 8 kHz; "
	             "the bass (125 Hz) rings 1.0 times as long\n"
	             LEAD "not known at 63 Hz: decay too short for the filter (ISO 3382-2, 7.3)\n");
}

static void holes(void **state)
{
	(void)state;
	struct room *room = make();
	refuse_times(room, 4, SABIN_BECAUSE_RANGE);
	refuse_times(room, 6, SABIN_BECAUSE_RANGE);
	refuse_times(room, 7, SABIN_BECAUSE_RANGE);
	prints(room, "Reverberation  0.50 s in the middle (500 Hz alone), 0.50 to 1.50 s in 5 of the 6 bands from 63 Hz "
	             "to 2 kHz; the bass (63 Hz to 125 Hz) rings 2.0 times as long\n"
	             LEAD "not known at 1 kHz, 4 kHz and 8 kHz: decay range above the noise too small\n");
}

/* T20 stands in for T30 only where no response has that. */
static void some_responses_only(void **state)
{
	(void)state;
	struct room *room = make();
	refuse(&room->bands[1][1], SABIN_T30, SABIN_BECAUSE_NEIGHBOUR);
	refuse(&room->bands[0][7], SABIN_T30, SABIN_BECAUSE_RANGE);
	refuse(&room->bands[1][7], SABIN_T30, SABIN_BECAUSE_RANGE);
	prints(room, "Reverberation  0.50 s in the middle (500 Hz to 1 kHz), 0.30 to 1.50 s from 63 Hz to 8 kHz; "
	             "the bass (63 Hz to 125 Hz) rings 2.0 times as long\n"
	             LEAD "of fewer than all 2 responses: 125 Hz (1)\n");
}

static void no_middle(void **state)
{
	(void)state;
	struct room *room = make();
	refuse_times(room, 3, SABIN_BECAUSE_RANGE);
	refuse_times(room, 4, SABIN_BECAUSE_RANGE);
	prints(room, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_bands), cmocka_unit_test(bass_not_known), cmocka_unit_test(half_of_the_bass),
	    cmocka_unit_test(holes),     cmocka_unit_test(some_responses_only), cmocka_unit_test(no_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
