/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * corrected.c: a speaker to be corrected, and a correction for the tests of charts.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/correction.h>

#include "util/corrected.h"
#include "util/near.h"

enum { MOST = 512, TAPS = 2000 };

static struct sabin_correction correction;
static struct sabin_chart_correction chart;
static double level_db[MOST], achieved_db[MOST], h[TAPS];

struct sabin_eq_speaker corrected_alone(const struct sabin_correctable_place *place)
{
	return (struct sabin_eq_speaker){
	    .name = "left", .places = place, .place_count = 1, .high_hz = INFINITY, .pair = -1, .travel_s = NAN};
}

const struct sabin_chart_correction *corrected(void)
{
	struct sabin_eq_options o = sabin_eq_defaults();
	double hz[MOST];
	const size_t n = sabin_eq_grid(20, 20000, hz);
	for (size_t i = 0; i < n; i++)
		level_db[i] = -20 + 8 * exp(-pow(log2(hz[i] / 60) / 0.2, 2)) -
		              15 * exp(-pow(log2(hz[i] / 140) / 0.08, 2)) -
		              10 * log10(1 + pow(35 / hz[i], 4));
	const struct sabin_correctable_place place = {level_db, NULL, 0, 0, 0};
	const struct sabin_eq_speaker speaker = corrected_alone(&place);
	sabin_correction_free(&correction);
	assert_ok(sabin_correction_compute(&speaker, 1, &o, &correction));
	for (size_t i = 0; i < n; i++)
		achieved_db[i] = correction.channels[0].predicted_db[i] - 4 + 0.2 * sin(9 * log(hz[i]));
	for (int i = 0; i < TAPS; i++)
		h[i] = i < 100 ? 1e-4 * exp((i - 100) / 20.0) : exp((100 - i) / 50.0);
	chart = (struct sabin_chart_correction){.channel = &correction.channels[0],
	                                        .target = "trend",
	                                        .first_place = "mix",
	                                        .place_count = 1,
	                                        .achieved_db = achieved_db,
	                                        .achieved_error_db = 1.2,
	                                        .h = h,
	                                        .frames = TAPS,
	                                        .rate_hz = 48000};
	return &chart;
}
