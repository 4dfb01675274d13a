/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * flutter.c: sound that runs to and fro between two bare walls.  In a diffuse decay the energy at one
 * moment says nothing of that a few milliseconds later; a flutter comes back after 2 L / c, again and again.
 * So the decay is taken out of the energy from 1 to 4 kHz, and what remains is compared with itself, later.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "advice/treat.h"
#include "room/inner.h"

static const double low_hz = 1000, high_hz = 4000;
static const double step_s = 0.25e-3;              /* of the energy */
static const double from_s = 0.02, to_s = 0.35;    /* after the direct sound */
static const double shortest_s = 6e-3, longest_s = 60e-3; /* a way to and fro: 2 to 20 m */
static const double trend_s = 0.06;                /* over which the decay is smooth */
static const double strongest = 5;                 /* amplitude re the decay: one echo alone says nothing */
static const double over_noise = 10;               /* energy re its end, at least */
static const double as_good = 0.8;                 /* of the highest correlation: a shorter period with it */
static const double covered = 0.35, patch_m = 0.05; /* of a wall, with patches so thick: nothing is left of a flutter */
static const double told = 0.4, told_again = 0.25; /* correlation after one way, and after two */

/* power[*n] of the band, by steps, from the direct sound on. */
static enum sabin_err band_power(const struct sabin_advice_response *r, double **power, size_t *n)
{
	const size_t width = (size_t)fmax(1, step_s * r->rate_hz);
	const size_t first = (size_t)fmax(0, r->direct);
	const size_t length = r->frames > first ? r->frames - first : 0;
	const size_t used = length < (size_t)(2 * to_s * r->rate_hz) ? length : (size_t)(2 * to_s * r->rate_hz);
	const size_t size = sabin_fft_smooth_size(used + (size_t)(0.05 * r->rate_hz) + 2);
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x);
	double complex *spectrum = calloc(size / 2 + 1, sizeof *spectrum);
	*n = used / width;
	*power = calloc(*n + 1, sizeof **power);
	enum sabin_err err = x && spectrum && *power ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	memcpy(x, r->h + first, used * sizeof *x);
	sabin_fft_forward(fft, x, spectrum);
	for (size_t k = 0; k <= size / 2; k++) {
		const double f = (double)k * r->rate_hz / (double)size;
		/* half an octave of raised cosine on either side */
		const double up = fmin(fmax(2 * log2(fmax(f, 1) / low_hz) + 1, 0), 1);
		const double down = fmin(fmax(1 - 2 * log2(fmax(f, 1) / high_hz), 0), 1);
		spectrum[k] *= sin(M_PI / 2 * up) * sin(M_PI / 2 * down);
	}
	sabin_fft_inverse(fft, spectrum, x);
	err = sabin_fft_envelope(fft, x, x);
	for (size_t i = 0; !err && i < *n; i++)
		for (size_t k = 0; k < width; k++)
			(*power)[i] += x[i * width + k] * x[i * width + k] / (double)width;
out:
	sabin_fft_free(fft);
	free(x);
	free(spectrum);
	if (err) {
		free(*power);
		*power = NULL;
	}
	return err;
}

/* The mean of the logarithm around point i: the decay.  Its ends lean on what there is. */
static double trend(const double *db, size_t n, size_t i, size_t half)
{
	const size_t reach = i < half ? i : half, room = n - 1 - i;
	const size_t k = reach < room ? reach : room; /* alike on both sides, so that a slope does no harm */
	double sum = 0;
	for (size_t j = i - k; j <= i + k; j++)
		sum += db[j];
	return sum / (double)(2 * k + 1);
}

struct flutter {
	double period_s, first, second; /* correlation after one and two periods */
};

static double correlation(const double *x, size_t n, size_t lag)
{
	double mean = 0, ab = 0, aa = 0, bb = 0;
	for (size_t i = 0; i < n; i++)
		mean += x[i] / (double)n;
	for (size_t i = 0; i + lag < n; i++) {
		const double a = x[i] - mean, b = x[i + lag] - mean;
		ab += a * b;
		aa += a * a;
		bb += b * b;
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* The best of three steps, so that a period between two of them counts in full. */
static double correlation_near(const double *x, size_t n, size_t lag)
{
	double best = -1;
	for (size_t k = lag > 0 ? lag - 1 : 0; k <= lag + 1; k++)
		best = fmax(best, correlation(x, n, k));
	return best;
}

/* The period whose correlation is highest, or the shortest that comes near it: what comes back after one
 * period does so after two.  deviation[n] is the amplitude re the decay. */
static struct flutter find_period(const double *deviation, size_t n)
{
	enum { LAGS_MAX = 256 };
	double value[LAGS_MAX], most = 0;
	const size_t from = (size_t)(shortest_s / step_s), to = (size_t)(longest_s / step_s);
	size_t end = from, best = 0;
	for (; end <= to && 3 * end < n && end - from < LAGS_MAX; end++) {
		value[end - from] = correlation(deviation, n, end);
		if (value[end - from] > most) {
			most = value[end - from];
			best = end;
		}
	}
	for (size_t lag = from + 1; lag + 1 < end && lag < best; lag++) {
		const double *v = &value[lag - from];
		if (v[0] > as_good * most && v[0] >= v[-1] && v[0] >= v[1])
			best = lag;
	}
	if (best == 0)
		return (struct flutter){0};
	return (struct flutter){(double)best * step_s, value[best - from],
	                        correlation_near(deviation, n, 2 * best)};
}

static enum sabin_err flutter_of(const struct sabin_advice_response *r, struct flutter *out)
{
	double *power = NULL;
	size_t n = 0;
	*out = (struct flutter){0};
	enum sabin_err err = band_power(r, &power, &n);
	if (err)
		return err;
	const size_t from = (size_t)(from_s / step_s);
	size_t end = (size_t)(to_s / step_s);
	double noise = 0;
	for (size_t i = n - n / 8; i < n; i++)
		noise += power[i] / (double)(n / 8);
	end = end < n ? end : n;
	/* no further than where the noise takes over */
	const size_t reach = (size_t)(longest_s / step_s); /* between two pulses of a flutter there is little */
	for (size_t i = from; i + reach < end; i++) {
		double near = 0;
		for (size_t k = 0; k < reach; k++)
			near += power[i + k] / (double)reach;
		if (near < over_noise * noise)
			end = i;
	}
	if (end > from + (size_t)(longest_s / step_s)) {
		const size_t count = end - from;
		double *db = calloc(2 * count, sizeof *db), *deviation = db + count;
		err = db ? SABIN_OK : SABIN_ENOMEM;
		for (size_t i = 0; !err && i < count; i++)
			db[i] = 10 * log10(power[from + i] + 1e-300);
		for (size_t i = 0; !err && i < count; i++)
			deviation[i] = fmin(pow(10, (db[i] - trend(db, count, i, (size_t)(trend_s / step_s / 2))) / 20),
			                    strongest);
		if (!err)
			*out = find_period(deviation, count);
		free(db);
	}
	free(power);
	return err;
}

/* The pair of walls between which a way to and fro, or one way (midway between them the pulses come twice
 * as often), takes so long; -1. */
static int axis_of(const struct sabin_room *room, double period_s)
{
	const double way_m = sabin_speed_of_sound(room->temperature_c) * period_s;
	double least = 0.03;
	int best = -1;
	for (int a = 0; a < 3; a++)
		for (int ways = 1; ways <= 2; ways++) {
			const double off = fabs(way_m / (ways * room->size_m[a]) - 1);
			if (off < least) {
				least = off;
				best = a;
			}
		}
	return best;
}

static double treble_alpha(const struct sabin_room *room, enum sabin_surface_id surface)
{
	double alpha[TREAT_BANDS];
	sabin_room_mean_absorption(room, surface, alpha);
	return (alpha[4] + alpha[5] + alpha[6]) / 3; /* 1 to 4 kHz */
}

/* Absorber in patches on the barer of the two walls; a floor is left as it is. */
static enum sabin_err end_flutter(const struct sabin_advice_scene *scene, int axis, const struct sabin_advice *out,
                                  struct sabin_advice_item *item)
{
	struct sabin_room room;
	const enum sabin_surface_id *wall = room_walls[axis];
	item->surface = (int)wall[0];
	item->other_surface = (int)wall[1];
	enum sabin_err err = advice_fitted_room(scene, out, &room);
	if (err)
		return err;
	const bool first = wall[0] != SABIN_FLOOR && treble_alpha(&room, wall[0]) <= treble_alpha(&room, wall[1]);
	const enum sabin_surface_id surface = wall[first ? 0 : 1];
	item->panel[item->panel_count++] =
	    treat_porous((int)surface, covered * treat_bare_m2(&room, surface), patch_m, 0);
	item->effort = treat_effort(item);
	err = treat_add_times(scene, &room, item, 1000, 4000);
	free(room.panels);
	return err;
}

enum sabin_err advice_find_flutter(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	struct flutter worst = {0};
	size_t heard = 0, judged = 0;
	int position = -1;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		struct flutter one;
		if (!r->trustworthy || advice_is_bass(&scene->speaker[r->speaker]))
			continue;
		const enum sabin_err err = flutter_of(r, &one);
		if (err == SABIN_ENOMEM)
			return err;
		judged += one.period_s > 0;
		if (err || one.first < told || one.second < told_again ||
		    (scene->room && axis_of(scene->room, one.period_s) < 0))
			continue;
		heard++;
		if (one.first > worst.first) {
			worst = one;
			position = (int)r->position;
		}
	}
	/* at one place of many it may be chance */
	struct sabin_advice_item *item = heard > 0 && 3 * heard >= judged ? advice_add(out, SABIN_ADVICE_FLUTTER) : NULL;
	if (!item)
		return SABIN_OK;
	item->chart = "spectrogram";
	item->position = position;
	item->confidence = fmin(0.95, 0.4 + worst.first);
	item->benefit = fmin(8 + 8 * worst.first, 14);
	advice_evidence(item, "period", sabin_quantity_valid(worst.period_s, step_s / 2), "s");
	advice_evidence(item, "correlation", advice_number(worst.first), "1");
	advice_evidence(item, "correlation_again", advice_number(worst.second), "1");
	advice_evidence(item, "responses", advice_number((double)heard), "1");
	return scene->room ? end_flutter(scene, axis_of(scene->room, worst.period_s), out, item) : SABIN_OK;
}
