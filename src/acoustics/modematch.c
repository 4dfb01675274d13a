/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * modematch.c: fitted modes and those of a rigid-walled rectangular room.
 *
 * References: H. Kuttruff, "Room Acoustics", 5th ed. (2009), eq. 3.15: f = c/2 sqrt(sum (n/L)^2).
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <sabin/modefit.h>

#include "acoustics/quantities.h"

/* Walls that give way and furniture move modes by a few per cent. */
static const double match_share = 0.03;
static const double t60_error = 0.1; /* one standard uncertainty; more is not valid, as in modefit.c */
enum { RIGID_MAX = 20000 }; /* below 412 Hz a room of 2000 m3 has some 15000 */

static const double middle_hz[2] = {200, 1250};

struct sabin_modefit_options sabin_modefit_range_of(const struct sabin_analysis *analysis,
                                                    double volume_m3)
{
	double sum = 0, count = 0;
	for (size_t b = 0; b < analysis->band_count; b++) {
		const struct sabin_quantity *value = analysis->bands[b].value;
		const double hz = analysis->bands[b].band.nominal_hz;
		const struct sabin_quantity q =
		    value[SABIN_T30].valid ? value[SABIN_T30] : value[SABIN_T20];
		if (q.valid && hz >= middle_hz[0] && hz <= middle_hz[1]) {
			sum += q.value;
			count++;
		}
	}
	return sabin_modefit_range(count > 0 ? sum / count : (double)NAN, volume_m3);
}

struct rigid {
	double f_hz;
	int n[3];
	bool taken;
};

const char *sabin_mode_kind(const int n[3])
{
	static const char *const kinds[] = {"none", "axial", "tangential", "oblique"};
	return kinds[(n[0] != 0) + (n[1] != 0) + (n[2] != 0)];
}

static double rigid_hz(const int n[3], const double size_m[3], double speed_m_s)
{
	return speed_m_s / 2 *
	       hypot(hypot(n[0] / size_m[0], n[1] / size_m[1]), n[2] / size_m[2]);
}

static size_t rigid_modes(const double size_m[3], double speed_m_s, double to_hz,
                          struct rigid *modes)
{
	int most[3];
	size_t count = 0;
	for (int i = 0; i < 3; i++)
		most[i] = (int)(2 * to_hz * size_m[i] / speed_m_s);
	for (int x = 0; x <= most[0]; x++)
		for (int y = 0; y <= most[1]; y++)
			for (int z = 0; z <= most[2] && count < RIGID_MAX; z++) {
				const struct rigid m = {
				    rigid_hz((const int[3]){x, y, z}, size_m, speed_m_s),
				    {x, y, z},
				    false};
				if (m.f_hz > to_hz)
					break;
				if (m.f_hz > 0)
					modes[count++] = m;
			}
	return count;
}

/* How far apart they are, 1: as far as allowed. */
static double misfit(const struct sabin_fitted_mode *mode, const struct rigid *rigid)
{
	/* the surer one of two that are as near comes first */
	return (fabs(mode->frequency_hz.value - rigid->f_hz) + mode->frequency_hz.plus_minus) /
	       (match_share * rigid->f_hz);
}

/* The pair that fits best among those not yet in one; false when none is left. */
static bool next_pair(const struct sabin_modefit *fit, const struct sabin_mode_match *matches,
                      const struct rigid *rigid, size_t count, size_t *mode, size_t *which)
{
	double best = 1;
	for (size_t i = 0; i < fit->count; i++) {
		if (matches[i].found || fit->modes[i].cluster)
			continue;
		for (size_t k = 0; k < count; k++) {
			const double d = rigid[k].taken ? 2 : misfit(&fit->modes[i], &rigid[k]);
			if (d >= best)
				continue;
			best = d;
			*mode = i;
			*which = k;
		}
	}
	return best < 1;
}

/* Half-power width of a fitted mode. */
static double width_hz(const struct sabin_fitted_mode *m)
{
	return m->frequency_hz.value / m->q.value;
}

static void because(struct sabin_quantity *q, enum sabin_reason reason, double have, double need)
{
	*q = sabin_quantity_because(q->value, q->plus_minus, reason, have, need);
}

/* The line of `part` tells of `whole` as well: its height, as a share, bends frequency and decay. */
static void take_in(struct sabin_fitted_mode *whole, struct sabin_fitted_mode *part)
{
	const double share = fmin(pow(10, (part->level_db.value - whole->level_db.value) / 20), 1);
	const double apart_hz = share * (part->frequency_hz.value - whole->frequency_hz.value);
	const double apart = share * log(part->t60_s.value / whole->t60_s.value);
	struct sabin_quantity *of[] = {&part->frequency_hz, &part->q, &part->t60_s, &part->level_db};
	whole->frequency_hz.plus_minus = hypot(whole->frequency_hz.plus_minus, apart_hz);
	whole->t60_s.plus_minus = hypot(whole->t60_s.plus_minus, apart * whole->t60_s.value);
	whole->q.plus_minus = hypot(whole->q.plus_minus, apart * whole->q.value);
	const double error = whole->t60_s.plus_minus / whole->t60_s.value;
	if (error > t60_error && whole->t60_s.valid) {
		because(&whole->t60_s, SABIN_BECAUSE_UNCERTAIN, 100 * error, 100 * t60_error);
		because(&whole->q, SABIN_BECAUSE_UNCERTAIN, 100 * error, 100 * t60_error);
	}
	part->cluster = true;
	for (int i = 0; i < 4; i++)
		because(of[i], SABIN_BECAUSE_OVERLAP, (double)NAN, (double)NAN);
}

/* Lines without a mode of their own: the nearest mode of the room is another line's, and this one lies
 * within the width of either. */
static void find_parts(struct sabin_modefit *fit, struct sabin_mode_match *matches,
                       const struct rigid *rigid, size_t count)
{
	for (size_t i = 0; i < fit->count; i++) {
		struct sabin_fitted_mode *m = &fit->modes[i];
		size_t near = count;
		for (size_t k = 0; k < count && !matches[i].found; k++)
			if (near == count || fabs(rigid[k].f_hz - m->frequency_hz.value) <
			                             fabs(rigid[near].f_hz - m->frequency_hz.value))
				near = k;
		for (size_t k = 0; k < count; k++) /* may be that one's */
			if (!rigid[k].taken && fabs(rigid[k].f_hz - m->frequency_hz.value) < width_hz(m))
				near = count;
		for (size_t j = 0; j < fit->count && near < count; j++) {
			struct sabin_fitted_mode *whole = &fit->modes[j];
			if (!matches[j].found || memcmp(matches[j].n, rigid[near].n, sizeof matches[j].n) != 0 ||
			    fabs(whole->frequency_hz.value - m->frequency_hz.value) >
			            fmax(width_hz(whole), width_hz(m)))
				continue;
			matches[i].part_of = (int)j;
			take_in(whole, m);
		}
	}
}

enum sabin_err sabin_modefit_match(struct sabin_modefit *fit, const double size_m[3],
                                   double speed_m_s, struct sabin_mode_match *matches)
{
	for (int i = 0; i < 3; i++)
		if (!(size_m[i] >= 0.5) || !(size_m[i] <= 500))
			return SABIN_EINVAL;
	if (!(speed_m_s > 0))
		return SABIN_EINVAL;
	struct rigid *rigid = calloc(RIGID_MAX, sizeof *rigid);
	if (!rigid)
		return SABIN_ENOMEM;
	const size_t count = rigid_modes(size_m, speed_m_s, fit->to_hz * (1 + match_share), rigid);
	for (size_t i = 0; i < fit->count; i++)
		matches[i] = (struct sabin_mode_match){.frequency_hz = (double)NAN,
		                                       .deviation_hz = (double)NAN,
		                                       .part_of = -1};
	size_t i = 0, k = 0;
	while (next_pair(fit, matches, rigid, count, &i, &k)) {
		rigid[k].taken = true;
		matches[i] = (struct sabin_mode_match){
		    true,
		    {rigid[k].n[0], rigid[k].n[1], rigid[k].n[2]},
		    rigid[k].f_hz,
		    fit->modes[i].frequency_hz.value - rigid[k].f_hz,
		    -1};
	}
	find_parts(fit, matches, rigid, count);
	free(rigid);
	return SABIN_OK;
}
