/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_advice_words.c: what an item of advice says holds what is known of it, with its unit, and nothing that is not.
 */
#include <math.h>

#include "cli/advice_show.h"
#include "util/near.h"

static const char *speakers[] = {"left", "right"};
static const char *positions[] = {"mix", "sofa"};
static struct sabin_side side = {.speed_m_s = 343, .path = "after"};
static struct sabin_advise_scene scene = {
    .speaker_name = speakers,
    .position_name = positions,
    .side = &side,
    .through = "rack",
    .room_why = "room.yaml:3:1: a mapping was expected",
};

struct fact {
	const char *what;
	double value, band_hz;
};

static struct sabin_advice_item item_of(enum sabin_advice_code code, const struct fact *facts)
{
	struct sabin_advice_item item = {
	    .code = code, .kind = SABIN_ADVICE_REPAIR, .speaker = 0, .other_speaker = 1, .position = 1, .surface = SABIN_LEFT,
	    .other_surface = -1, .object = -1, .freq_hz = NAN,
	};
	for (; facts && facts->what; facts++)
		item.evidence[item.evidence_count++] = (struct sabin_advice_fact){
		    .what = facts->what, .unit = "1", .q = sabin_quantity_valid(facts->value, NAN), .now = NAN, .band_hz = facts->band_hz};
	return item;
}

/* Every one of the words, separated by '|', stands in what is said; it ends as a sentence does. */
static void says(const struct sabin_advice_item *item, const char *words)
{
	char text[SABIN_ADVICE_TEXT_SIZE], copy[400], *rest = copy;
	sabin_advice_text(&scene, item, text);
	snprintf(copy, sizeof copy, "%s", words);
	for (const char *word; (word = strsep(&rest, "|"));)
		if (!strstr(text, word))
			fail_msg("'%s' is not in: %s", word, text);
	if (strstr(text, "nan") || strstr(text, "inf ") || text[0] == '\0' || text[strlen(text) - 1] != '.')
		fail_msg("no sentence: %s", text);
}

static void wiring(void **state)
{
	(void)state;
	struct sabin_advice_item item = item_of(SABIN_ADVICE_POLARITY_INVERTED,
	    (struct fact[]){{"positions_inverted", 3, NAN}, {"positions_heard", 4, NAN}, {0}});
	says(&item, "polarity of left is inverted|than that of right|3 of 4 positions");
	item.other_speaker = -1;
	says(&item, "the other way, at 3 of 4");
	item.kind = SABIN_ADVICE_LEAVE;
	says(&item, "Every speaker's first movement|no harm");

	item = item_of(SABIN_ADVICE_CHANNELS_SWAPPED, NULL);
	says(&item, "left and right are swapped|from the place of right");
	item = item_of(SABIN_ADVICE_LEVEL_MISMATCH, (struct fact[]){{"level_difference", 2.34, NAN}, {0}});
	says(&item, "left is 2.3 dB louder than right");
	/* 1 ms is 34.3 cm at 343 m/s */
	item = item_of(SABIN_ADVICE_DELAY_MISMATCH, (struct fact[]){{"delay_difference", 0.001, NAN}, {0}});
	says(&item, "left sounds 1.00 ms later than right|Delay right|34 cm");

	item = item_of(SABIN_ADVICE_DRIVER_DEAD,
	    (struct fact[]){{"level_lost", 12.4, 2000}, {"level_lost", 31.6, 4000}, {"level_lost", 20, 8000}, {0}});
	item.freq_hz = 2000;
	says(&item, "left lacks up to 32 dB from 2 kHz to 8 kHz, against right");
	item.evidence_count = 1;
	item.other_speaker = -1;
	says(&item, "up to 12 dB around 2 kHz.");
}

static void of_a_reflection(void **state)
{
	(void)state;
	struct sabin_advice_item item = item_of(SABIN_ADVICE_FIRST_REFLECTION,
	    (struct fact[]){{"level", -5.2, NAN}, {"delay", 0.0021, NAN}, {"responses", 3, NAN}, {0}});
	item.evidence[1].position = 1;
	says(&item, "from the left wall comes 2.1 ms after the direct sound at -5 dB (left at sofa, the strongest of 3); no more");
	item.evidence[2].q.value = 1;
	says(&item, "at -5 dB (left at sofa); no more");
	item.evidence[1].position = -1;
	item.surface = -1;
	says(&item, "A reflection comes 2.1 ms after the direct sound at -5 dB, where no more");
}

static void of_the_measurement(void **state)
{
	(void)state;
	struct sabin_advice_item item = item_of(SABIN_ADVICE_HUM, (struct fact[]){{"over_neighbouring_noise", 27.6, NAN}, {0}});
	item.freq_hz = 60;
	says(&item, "60 Hz|up to 28 dB|ground loop");
	item.kind = SABIN_ADVICE_LEAVE;
	says(&item, "The noise covers it");

	item = item_of(SABIN_ADVICE_NOISE,
	    (struct fact[]){{"nr", 41, NAN}, {"level_a", 46.3, NAN}, {"snr", 22.2, NAN}, {"snr_wanted", 45, NAN}, {0}});
	says(&item, "NR 41 (46 dBA) at sofa|22 dB over the noise|45 dB and more");
	item = item_of(SABIN_ADVICE_NOISE, (struct fact[]){{"snr", 22.2, NAN}, {"snr_wanted", 45, NAN}, {0}});
	item.position = -1;
	says(&item, "The sweep is 22 dB over the noise at every position");
	item = item_of(SABIN_ADVICE_NOISE, (struct fact[]){{"nr", 41, NAN}, {"level_a", 46.3, NAN}, {0}});
	says(&item, "loud for listening.");

	item = item_of(SABIN_ADVICE_CLIPPED, (struct fact[]){{"clipped_samples", 311, NAN}, {"responses", 2, NAN}, {0}});
	says(&item, "311 samples in 2 responses, with left");
	item.speaker = -1;
	says(&item, "311 samples in 2 responses.");

	item = item_of(SABIN_ADVICE_CLOCK_SKEW, (struct fact[]){{"skew", -123.45, NAN}, {0}});
	says(&item, "-123.5 ppm|one interface for both");
	item.kind = SABIN_ADVICE_LEAVE;
	says(&item, "usual for a USB microphone");

	item = item_of(SABIN_ADVICE_MIC_NEAR_BOUNDARY, (struct fact[]){{"distance", 0.04, NAN}, {0}});
	says(&item, "sofa is 4 cm from the left wall");
	item.surface = SABIN_FLOOR;
	says(&item, "from the floor:");

	item = item_of(SABIN_ADVICE_NOT_TRUSTWORTHY, (struct fact[]){{"responses", 2, NAN}, {0}});
	says(&item, "2 responses are not trustworthy|Measure again");
	item = item_of(SABIN_ADVICE_ROOM_FILE, NULL);
	says(&item, "room.yaml:3:1: a mapping was expected");
}

static void of_the_file(void **state)
{
	(void)state;
	static const struct {
		int surface;
		const char *side;
	} dimensions[] = {{SABIN_LEFT, "width"}, {SABIN_FRONT, "length"}, {SABIN_CEILING, "height"}};
	struct sabin_advice_item item = item_of(SABIN_ADVICE_GEOMETRY_DIFFERS,
	    (struct fact[]){{"file", 4.2, NAN}, {"measured", 4.615, NAN}, {0}});
	says(&item, "puts left 4.20 m from sofa|direct sound says 4.6");
	item.speaker = -1;
	for (size_t i = 0; i < 3; i++) {
		item.surface = dimensions[i].surface;
		says(&item, "gives 4.20 m for the room's |the measurement says 4.6");
		says(&item, dimensions[i].side);
	}
}

/* Where no move helps, or what hangs is in the way, it says so. */
static void where_it_ends(void **state)
{
	(void)state;
	const struct sabin_place_spec spec = {.pair = true, .angle_deg = {25, 35}, .base_m = 1};
	const struct sabin_advice_place place = {.spec = &spec};
	struct sabin_advice_item item = item_of(SABIN_ADVICE_BOUNDARY_NULL,
	    (struct fact[]){{"dip", 10, NAN}, {"wall_makes", 4, NAN}, {"wall_distance", 1.1, NAN}, {0}});
	item.freq_hz = 97;
	item.kind = SABIN_ADVICE_TREAT;
	says(&item, "left and right sound up to 10 dB|No place within 1.2 m that is allowed makes|treat that wall");
	scene.scene.place = &place;
	says(&item, "allowed (half the angle between the speakers 25 to 35 degrees, 1 m apart and more, as sabin place");
	scene.scene.place = NULL;
	item = item_of(SABIN_ADVICE_FIRST_REFLECTION, (struct fact[]){{"delay", 0.004, NAN}, {"level", -5, NAN}, {0}});
	item.kind = SABIN_ADVICE_TREAT;
	item.panel[0] = (struct sabin_advice_panel){.surface = SABIN_LEFT, .area_m2 = 2, .thickness_m = 0.1,
	    .mass_kg_per_m2 = NAN, .centre_m = {0, 1, 1}, .sides_m = {2, 1}, .by_item = -1};
	item.panel_count = 1;
	char text[SABIN_ADVICE_TEXT_SIZE];
	sabin_advice_text(&scene, &item, text);
	assert_null(strstr(text, "in place of"));
	item.evidence[item.evidence_count++] = (struct sabin_advice_fact){
	    .what = "hangs_there", .unit = "m2", .q = sabin_quantity_valid(0.8, NAN), .now = NAN, .speaker = -1, .position = -1};
	says(&item, "Of that place, 0.8 m2 have a panel in the room file, which it goes in place of.");
}

/* No gap is without words of its own. */
static void of_every_gap(void **state)
{
	(void)state;
	char why[SABIN_GAP_COUNT][SABIN_ADVICE_TEXT_SIZE];
	for (int gap = 0; gap < SABIN_GAP_COUNT; gap++) {
		sabin_advice_gap_text(&scene, (enum sabin_advice_gap)gap, why[gap]);
		assert_true(strlen(why[gap]) > 10);
		assert_true(strlen(sabin_advice_gap_name((enum sabin_advice_gap)gap)) > 3);
		for (int other = 0; other < gap; other++)
			assert_string_not_equal(why[gap], why[other]);
	}
	assert_non_null(strstr(why[SABIN_GAP_CORRECTED], "'sabin verify rack after' judges it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wiring),
	    cmocka_unit_test(of_a_reflection),
	    cmocka_unit_test(of_the_measurement),
	    cmocka_unit_test(of_the_file),
	    cmocka_unit_test(where_it_ends),
	    cmocka_unit_test(of_every_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
