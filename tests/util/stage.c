/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stage.c: a small scene for tests of advice.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/near.h"
#include "util/stage.h"

struct stage *stage_new(void)
{
	struct stage *s = calloc(1, sizeof *s);
	assert_non_null(s);
	s->room = (struct sabin_room){
	    .size_m = {4, 6, 2.8}, .temperature_c = 20, .humidity_percent = 50, .pressure_kpa = 101.325};
	for (int i = 0; i < SABIN_SURFACE_COUNT; i++) {
		s->room.surface[i].flat = true;
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			s->room.surface[i].alpha[b] = 0.6;
	}
	const double at[2][3] = {{1, 0.4, 1.2}, {3, 0.4, 1.2}}, seats[2][3] = {{2, 2.2, 1.2}, {1.5, 2.4, 1.2}};
	memcpy(s->position_m, seats, sizeof seats);
	for (int i = 0; i < STAGE_POINTS; i++)
		s->freq_hz[i] = 20 * pow(2, i / 12.0);
	for (int i = 0; i < 2; i++) {
		s->speaker[i] = (struct sabin_advice_speaker){.partner = 1 - i, .range_hz = {NAN, NAN}};
		memcpy(s->speaker[i].position_m, at[i], sizeof at[i]);
	}
	for (size_t i = 0; i < 4; i++) {
		s->level[i] = (struct sabin_response){
		    .length = STAGE_POINTS, .freq_hz = s->freq_hz, .level_db = s->level_db[i]};
		s->h[i][100] = 1;
		s->response[i] = (struct sabin_advice_response){
		    .speaker = i % 2,
		    .position = i / 2,
		    .trustworthy = true,
		    .polarity = 1,
		    .skew_ppm = {.value = NAN},
		    .snr_db = sabin_quantity_valid(60, 1),
		    .arrival_s = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
		    .h = s->h[i],
		    .frames = STAGE_RATE / 2,
		    .rate_hz = STAGE_RATE,
		    .direct = 100,
		    .dbspl_at_0db = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
		    .response = &s->level[i],
		    .gated = &s->level[i],
		};
	}
	s->scene = (struct sabin_advice_scene){
	    .speaker = s->speaker,
	    .speaker_count = 2,
	    .position_m = (const double(*)[3])s->position_m,
	    .position_count = 2,
	    .response = s->response,
	    .response_count = 4,
	};
	return s;
}

void stage_decay(struct stage *s, struct sabin_random *random, double echo, double period_s)
{
	for (int i = 0; i < 4; i++) {
		const size_t period = (size_t)(period_s * STAGE_RATE);
		memset(s->h[i], 0, sizeof s->h[i]);
		s->h[i][100] = 1;
		for (size_t k = 100; k < STAGE_RATE / 2; k++) {
			const double envelope = exp(-6.91 * (double)(k - 100) / (0.5 * STAGE_RATE));
			s->h[i][k] += 0.02 * envelope * sabin_random_normal(random);
			if ((k - 100) % period == 0 && k > 100)
				s->h[i][k] += echo * envelope;
		}
	}
}

void stage_times(struct stage *s, struct sabin_analysis *analysis, struct sabin_band_result *bands, double t_s)
{
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++) {
		bands[b] = (struct sabin_band_result){.band.nominal_hz = 1000 * pow(2, b - 4)};
		bands[b].value[SABIN_T30] = sabin_quantity_valid(t_s, 0.01 * t_s);
	}
	*analysis = (struct sabin_analysis){.bands = bands, .band_count = SABIN_ABSORPTION_BANDS};
	for (int i = 0; i < 4; i++)
		s->response[i].analysis = analysis;
}
