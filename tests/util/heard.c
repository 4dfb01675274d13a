/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * heard.c: a stimulus through a room onto another clock.
 */
#include <math.h>

#include "util/heard.h"
#include "util/near.h"
#include "util/seed.h"

const double heard_level = 0.1;
static const double decay_s = 0.4;

void heard_make(struct heard *r, double length_s, double tail_s, double apart_s)
{
	const struct sabin_stimulus_options o = {{20, 22000, length_s, RATE_HZ, -20}, 1, tail_s, 1};
	*r = (struct heard){0};
	assert_ok(sabin_stimulus_init(&r->stimulus, &o));
	if (apart_s > 0)
		assert_ok(sabin_stimulus_spread(&r->stimulus, apart_s));
	r->frames = r->stimulus.frames + RATE_HZ / 2;
	r->size = sabin_fft_smooth_size(r->frames + RATE_HZ);
	assert_ok(sabin_fft_new(r->size, &r->fft));
	r->room = malloc((r->size / 2 + 1) * sizeof *r->room);
	r->spectrum = malloc((r->size / 2 + 1) * sizeof *r->spectrum);
	r->sweep = malloc(r->stimulus.sweep.frames * sizeof *r->sweep);
	r->dry = calloc(r->size, sizeof *r->dry);
	r->wet = calloc(r->size, sizeof *r->wet);
	r->recorded = malloc(r->frames * sizeof *r->recorded);
	r->first = malloc(r->frames * sizeof *r->first);
	sabin_sweep_render(&r->stimulus.sweep, r->sweep);
	r->excitation = (struct sabin_excitation){
	    .x = r->sweep,
	    .frames = r->stimulus.sweep.frames,
	    .rate_hz = RATE_HZ,
	    .from_hz = 20,
	    .to_hz = 22000,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&r->stimulus.sweep, 2),
	    .stimulus = &r->stimulus,
	};
	assert_ok(sabin_taker_new(&r->excitation, r->frames, &r->taker));
}

void heard_free(struct heard *r)
{
	sabin_taker_free(r->taker);
	sabin_fft_free(r->fft);
	free(r->room);
	free(r->spectrum);
	free(r->sweep);
	free(r->dry);
	free(r->wet);
	free(r->recorded);
	free(r->first);
}

void heard_draw_room(struct heard *r, uint64_t seed)
{
	double energy = 0;
	memset(r->wet, 0, r->size * sizeof *r->wet);
	for (size_t i = 1; i < RATE_HZ; i++) {
		const double t_s = (double)i / RATE_HZ;
		r->wet[i] = t_s < 0.003 ? 0 : exp(-6.9 * t_s / decay_s) * sabin_random_normal_at(seed, i);
		energy += r->wet[i] * r->wet[i];
	}
	for (size_t i = 1; i < RATE_HZ; i++)
		r->wet[i] *= sqrt(0.5 / energy);
	r->wet[0] = M_SQRT1_2;
	sabin_fft_forward(r->fft, r->wet, r->room);
	/* energy 1: the received chirp is as loud as the played one */
	r->noise_30_db = heard_level * M_SQRT1_2 * pow(10, -30 / 20.0);
}

void heard_emit(struct heard *r, enum heard_part part, double skew, double delay_s)
{
	const struct sabin_stimulus *s = &r->stimulus;
	const double rate_hz = RATE_HZ * (1 + skew);
	memset(r->dry, 0, r->size * sizeof *r->dry);
	for (size_t i = 0; i < r->frames; i++) {
		const double t_s = (double)i / rate_hz - delay_s;
		if (part & HEARD_SWEEP)
			r->dry[i] = sabin_sweep_value(&s->sweep, t_s - (double)s->sweep_frame / RATE_HZ);
		for (int k = 0; k < 2 && (part & HEARD_CHIRPS); k++)
			r->dry[i] +=
			    sabin_sweep_value(&s->chirp, t_s - (double)s->chirp_frame[k] / RATE_HZ);
	}
}

void heard_sound(struct heard *r)
{
	sabin_fft_forward(r->fft, r->dry, r->spectrum);
	for (size_t k = 0; k <= r->size / 2; k++) {
		const double are = creal(r->spectrum[k]), aim = cimag(r->spectrum[k]);
		const double bre = creal(r->room[k]), bim = cimag(r->room[k]);
		((double *)r->spectrum)[2 * k] = are * bre - aim * bim;
		((double *)r->spectrum)[2 * k + 1] = are * bim + aim * bre;
	}
	sabin_fft_inverse(r->fft, r->spectrum, r->wet);
}

void heard_play(struct heard *r, double skew, double delay_s)
{
	heard_emit(r, HEARD_ALL, skew, delay_s);
	heard_sound(r);
}

void heard_record(struct heard *r, double noise, uint64_t seed, size_t at, size_t lost)
{
	for (size_t i = 0; i < r->frames; i++)
		r->recorded[i] = r->wet[i < at ? i : i + lost] +
		                 (noise > 0 ? noise * sabin_random_normal_at(seed, i) : 0);
}

struct sabin_take heard_take(struct heard *r)
{
	struct sabin_take t;
	assert_ok(sabin_taker_process(r->taker, r->recorded, &t));
	return t;
}

int heard_wrong(const struct sabin_take *t, int want_trusted, const char *what)
{
	if (t->verdict.trustworthy == want_trusted)
		return 0;
	print_message("%s: %s, %zu lost\n", what, t->verdict.why_count ? t->verdict.why[0] : "trusted",
	              t->verdict.lost_frames);
	return 1;
}

size_t heard_place(const struct heard *r, struct sabin_random *random, double delay_s)
{
	const double share = test_between(random, 0.002, 0.998);
	return r->stimulus.sweep_frame +
	       (size_t)(delay_s * RATE_HZ + share * (double)r->stimulus.sweep.frames);
}
