/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stage.h: a small scene for tests of advice: two speakers, two positions, nothing wrong.
 */
#ifndef SABIN_TEST_STAGE_H
#define SABIN_TEST_STAGE_H

#include <sabin/advice.h>
#include <sabin/random.h>

enum { STAGE_POINTS = 120, STAGE_RATE = 16000 };

/* A scene of two speakers and two positions, of which tests change what they are about. */
struct stage {
	struct sabin_room room;
	struct sabin_advice_speaker speaker[2];
	double position_m[2][3];
	struct sabin_advice_response response[4];
	struct sabin_response level[4];
	double freq_hz[STAGE_POINTS], level_db[4][STAGE_POINTS];
	double h[4][STAGE_RATE / 2];
	struct sabin_advice_scene scene;
};

/* free() it. */
struct stage *stage_new(void);

/* Noise that decays; with echo: so much of itself, again and again, every period_s. */
void stage_decay(struct stage *s, struct sabin_random *random, double echo, double period_s);

/* One decay time in all octaves of every response; bands[SABIN_ABSORPTION_BANDS] and analysis outlive it. */
void stage_times(struct stage *s, struct sabin_analysis *analysis, struct sabin_band_result *bands, double t_s);

#endif
