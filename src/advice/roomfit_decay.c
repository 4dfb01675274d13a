/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit_decay.c: the absorption of a room from the decays measured in it.
 *
 * A decay time is nearly the reciprocal of the exponents -ln(1 - alpha), so these are multiplied, on all
 * surfaces and octave by octave, by the ratio of the time that the room has and the one that was measured,
 * until they agree.  What the room has comes from its energies (room/energy.h), in milliseconds, but some
 * per cent off; so the room is then simulated as well, some of the responses that were measured, evaluated
 * as these were, and what the energies are off by is taken into account.
 *
 * References
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 4.1: image sources are 4 pi c^3 t^2 / V a second.
 */
#include <math.h>

#include "advice/roomfit.h"
#include "room/energy.h"
#include "room/modes.h"

enum { BANDS = SABIN_ABSORPTION_BANDS, STEPS = 12, ROUNDS = 3, SIMULATED_MAX = 4 };
enum { FIRST = 2 }; /* octaves below 250 Hz are simulated by modes alone: they ring for long, and images are many */
static const double agreed = 0.005, near_enough = 0.03; /* relative: with the energies, with a simulation */
static const double reached = 0.1;         /* less is said not to be */
static const double factor_most = 1000;
static const double rate_hz = 24000;       /* is enough for the octave of 8 kHz */
static const double low_rate_hz = 4000, low_to_hz = 250; /* and for that of 125 Hz */
/* How far an octave must fall before the end: more than T30 asks for, as what is cut off a response in which
 * the end cannot be told from the decay makes T30 too short, by up to a sixth where only 52 dB are there. */
static const double decay_db = 75;
static const double length_least_s = 0.25, length_most_s = 4;
static const double low_modes_most = 6000; /* 4000 m3 */
static const double images_most = 3e7;     /* of one round: a second or so */

struct decay_fit {
	const struct fit_seen *seen;
	size_t simulated, low_simulated; /* the first of the responses, with images and in the bass alone */
	double target_s[BANDS];          /* mean of what was measured */
	double off[BANDS];               /* simulated over energies */
	struct {
		double off_by, ratio, factor; /* the best that a simulation has shown; ratio 0: none did */
	} best[BANDS];
};

/* Means over the first responses of those that the measurement has; NAN: none. */
static void means(const struct fit_seen *seen, size_t responses, const double time_s[][BANDS], double out[])
{
	for (int k = 0; k < BANDS; k++) {
		double sum = 0;
		int n = 0;
		for (size_t r = 0; r < responses; r++)
			if (isfinite(seen->time_s[r][k]) && isfinite(time_s[r][k])) {
				sum += time_s[r][k];
				n++;
			}
		out[k] = n ? sum / n : (double)NAN;
	}
}

static void energies(const struct decay_fit *d, const struct sabin_room *room, size_t responses, double out[])
{
	double time_s[FIT_RESPONSES_MAX][BANDS];
	for (size_t r = 0; r < responses; r++) {
		const struct sabin_roomfit_response *p = &d->seen->response[r];
		double both_s[ROOM_ENERGY_TIMES][BANDS];
		room_energy_times(room, p->source_m, p->receiver_m, p->directivity, both_s);
		for (int k = 0; k < BANDS; k++)
			time_s[r][k] = both_s[d->seen->t30[r][k] ? ROOM_ENERGY_T30 : ROOM_ENERGY_T20][k];
	}
	means(d->seen, responses, (const double(*)[BANDS])time_s, out);
}

/* Factors that make energies and measurement agree. */
static enum sabin_err solve(const struct decay_fit *d, struct sabin_roomfit *out)
{
	for (int step = 0; step < STEPS; step++) {
		struct sabin_room fitted;
		bool again = false;
		const enum sabin_err err = fit_copy(d->seen->room, out, &fitted);
		if (err)
			return err;
		energies(d, &fitted, d->seen->responses, out->t_fitted_s);
		free(fitted.panels);
		for (int k = 0; k < BANDS; k++) {
			out->t_fitted_s[k] *= d->off[k];
			const double ratio = out->t_fitted_s[k] / d->target_s[k];
			if (!isfinite(ratio) || fabs(ratio - 1) < agreed || step + 1 == STEPS)
				continue;
			again = true;
			out->factor[k] = fmin(factor_most, fmax(1 / factor_most, out->factor[k] * ratio));
		}
		if (!again)
			break;
	}
	return SABIN_OK;
}

static double needed_s(const struct sabin_roomfit *fit, int k)
{
	return isfinite(fit->t_fitted_s[k]) ? fit->t_fitted_s[k] * decay_db / 60 : 0;
}

/* Image sources within t: [Kuttruff] 4.1. */
static double images_in(const struct fit_seen *seen, double seconds)
{
	const double way_m = seen->speed_m_s * seconds;
	return 4 * M_PI / 3 * way_m * way_m * way_m / room_volume_m3(seen->room);
}

/* How long to simulate the octaves from..to - 1: as they take. */
static double length_s(const struct sabin_roomfit *fit, int from, int to)
{
	double longest_s = length_least_s;
	for (int k = from; k < to; k++)
		longest_s = fmax(longest_s, needed_s(fit, k));
	return fmin(length_most_s, longest_s);
}

/* With images: if that is not too much work.  Longer octaves are left to the energies. */
static double images_length_s(const struct fit_seen *seen, const struct sabin_roomfit *fit)
{
	return fmin(length_s(fit, FIRST, BANDS), cbrt(images_most / images_in(seen, 1)));
}

/* Of how many responses a round can afford the images. */
static size_t affordable(const struct fit_seen *seen, double seconds)
{
	const size_t most = (size_t)fmin(SIMULATED_MAX, fmax(1, images_most / images_in(seen, seconds)));
	return most < seen->responses ? most : seen->responses;
}

/* Modes are few but in halls: in the bass each response tells little, and all are wanted. */
static size_t low_affordable(const struct fit_seen *seen, size_t affordable)
{
	const size_t most = seen->responses < SIMULATED_MAX ? seen->responses : SIMULATED_MAX;
	return modes_count(seen->room->size_m, low_to_hz, seen->speed_m_s) < low_modes_most ? most : affordable;
}

typedef enum sabin_err simulation(const struct sabin_room *room, const struct sabin_roomfit_response *at,
                                  const struct sabin_images_options *options, double *h, size_t n);

static enum sabin_err by_modes(const struct sabin_room *room, const struct sabin_roomfit_response *at,
                               const struct sabin_images_options *options, double *h, size_t n)
{
	return sabin_modes_compute(room, at->source_m, at->receiver_m, options, low_to_hz, h, n);
}

static enum sabin_err by_hybrid(const struct sabin_room *room, const struct sabin_roomfit_response *at,
                                const struct sabin_images_options *options, double *h, size_t n)
{
	return sabin_hybrid_compute(room, at->source_m, at->receiver_m, options, h, n);
}

/* Decay times of the octaves up to to_hz of one response. */
static enum sabin_err simulate(simulation *by, const struct sabin_room *room, const struct fit_seen *seen,
                               size_t r, double rate, double seconds, double to_hz, double time_s[])
{
	const struct sabin_roomfit_response *p = &seen->response[r];
	const struct sabin_images_options options = {
		.rate_hz = rate, .air = true, .directivity = p->directivity, .length_s = seconds};
	const size_t n = (size_t)ceil(seconds * rate);
	double *h = malloc(n * sizeof *h);
	struct sabin_analysis analysis;
	enum sabin_err err = h ? by(room, p, &options, h, n) : SABIN_ENOMEM;
	if (!err)
		err = fit_analyse(h, n, rate, to_hz, &analysis);
	if (!err) {
		fit_times(&analysis, seen->t30[r], true, time_s);
		sabin_analysis_free(&analysis);
	}
	free(h);
	return err;
}

static enum sabin_err simulate_both(const struct sabin_room *room, const struct decay_fit *d, size_t r,
                                    const double seconds[2], double time_s[])
{
	const struct fit_seen *seen = d->seen;
	double low_s[BANDS];
	enum sabin_err err = SABIN_OK;
	for (int k = 0; k < BANDS; k++)
		time_s[k] = (double)NAN;
	if (r < d->simulated)
		err = simulate(by_hybrid, room, seen, r, rate_hz, seconds[1], 8000, time_s);
	if (err)
		return err;
	/* a hall has too many modes: then its bass is left to the energies */
	err = simulate(by_modes, room, seen, r, low_rate_hz, seconds[0], 125, low_s);
	for (int k = 0; k < FIRST; k++)
		time_s[k] = err ? (double)NAN : low_s[k];
	return err == SABIN_EINVAL || err == SABIN_ESHORT ? SABIN_OK : err;
}

/* What the energies are off by in the fitted room, and whether the times of the simulation and those that
 * were measured in the same places agree. */
static enum sabin_err compare(struct decay_fit *d, const struct fit_watch *watch, int round,
                              const struct sabin_roomfit *fit, bool *fits)
{
	struct sabin_room fitted;
	const double seconds[2] = {length_s(fit, 0, FIRST), images_length_s(d->seen, fit)};
	double time_s[SIMULATED_MAX][BANDS], both_s[SIMULATED_MAX][BANDS];
	double simulated_s[BANDS], measured_s[BANDS], expected_s[BANDS];
	enum sabin_err err = fit_copy(d->seen->room, fit, &fitted);
	for (size_t r = 0; r < d->low_simulated && !err; r++) {
		const double done = ((double)round + (double)r / (double)d->low_simulated) / ROUNDS;
		err = fit_goes_on(watch, done)
		              ? simulate_both(&fitted, d, r, seconds, time_s[r])
		              : SABIN_EINTR;
	}
	if (!err) {
		means(d->seen, d->low_simulated, (const double(*)[BANDS])time_s, simulated_s);
		for (size_t r = 0; r < d->low_simulated; r++)
			for (int k = 0; k < BANDS; k++)
				both_s[r][k] = isfinite(time_s[r][k]) ? d->seen->time_s[r][k] : (double)NAN;
		means(d->seen, d->low_simulated, (const double(*)[BANDS])both_s, measured_s);
		energies(d, &fitted, d->seen->responses, expected_s);
		*fits = true;
		for (int k = 0; k < BANDS; k++) {
			/* by what the simulated responses stray, the measured ones do, too */
			const double ratio = simulated_s[k] / measured_s[k];
			const double off = ratio * d->target_s[k] / expected_s[k];
			if (!isfinite(off) || !(off > 0) || needed_s(fit, k) > seconds[k >= FIRST] * 1.01)
				continue;
			*fits = *fits && fabs(ratio - 1) < near_enough;
			if (d->best[k].ratio == 0 || fabs(ratio - 1) < d->best[k].off_by) {
				d->best[k].off_by = fabs(ratio - 1);
				d->best[k].ratio = ratio;
				d->best[k].factor = fit->factor[k];
			}
			d->off[k] = off;
		}
	}
	free(fitted.panels);
	return err;
}

enum sabin_err fit_decays(const struct fit_seen *seen, const struct fit_watch *watch, struct sabin_roomfit *out)
{
	struct decay_fit d = {.seen = seen};
	for (int k = 0; k < BANDS; k++)
		d.off[k] = 1;
	means(seen, seen->responses, seen->time_s, d.target_s);
	memcpy(out->t_measured_s, d.target_s, sizeof out->t_measured_s);
	enum sabin_err err = solve(&d, out);
	d.simulated = affordable(seen, images_length_s(seen, out));
	d.low_simulated = low_affordable(seen, d.simulated);
	out->simulated = d.simulated;
	bool fits = false;
	for (int round = 0; round < ROUNDS && !err && !fits; round++) {
		err = compare(&d, watch, round, out, &fits);
		if (!err && !fits)
			err = solve(&d, out);
	}
	if (err)
		return err;
	energies(&d, seen->room, seen->responses, out->t_file_s);
	for (int k = 0; k < BANDS; k++) {
		if (d.best[k].ratio > 0) {
			out->factor[k] = d.best[k].factor;
			out->t_fitted_s[k] = d.best[k].ratio * d.target_s[k];
		}
		out->t_file_s[k] *= d.off[k];
		out->factor_at_limit[k] = isfinite(d.target_s[k]) &&
		                          !(fabs(out->t_fitted_s[k] / d.target_s[k] - 1) < reached);
	}
	return SABIN_OK;
}
