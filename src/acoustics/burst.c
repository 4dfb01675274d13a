/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * burst.c: burst decay.
 *
 * [L]  Linkwitz: "Shaped tone-burst testing", J. Audio Eng. Soc. 28 (1980) 250-258: a tone of a few
 *      cycles under a raised cosine; five cycles are a third of an octave wide.
 *
 * The answer to the complex burst w(t) exp(j w t), w a raised cosine of length L, is
 *     exp(j w t) integral h(s) w(t - s) exp(-j w s) ds .
 * Its modulus is the envelope.  w is three exponentials, 1/2 - exp(j d u)/4 - exp(-j d u)/4 with
 * d = 2 pi / L; so the integral is made of three running sums of h(s) exp(-j (w + {0, d, -d}) s), each
 * of which is taken once for all times.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <sabin/burst.h>

#include "acoustics/timemap.h"
#include "signal/cmplx.h"

enum { MOST_FREQS = 4096, MOST_TIMES = 4096, LINES = 3 };
static const double level_least_db = -200; /* nothing is -inf */
static const double noise_share = 0.1;     /* of the response, at its end */
static const double least_windows = 3;     /* of noise: its level then strays by 2.5 dB or less */
/* A level is told from the noise when it stands out by 10 dB. */
static const double over_noise_db = 10;

struct sabin_burst_options sabin_burst_defaults(void)
{
	return (struct sabin_burst_options){.from_hz = 20, .to_hz = 20000, .freqs = 240,
	                                    .cycles = 5, .periods = 50, .step = 0.25};
}

void sabin_burst_map_free(struct sabin_burst_map *map)
{
	free(map->freq_hz);
	free(map->period);
	free(map->level_db);
	free(map->peak);
	free(map->noise_db);
	*map = (struct sabin_burst_map){0};
}

static bool options_ok(const struct sabin_burst_options *o, double rate_hz)
{
	return o->from_hz > 0 && o->to_hz > o->from_hz && o->to_hz <= rate_hz / 2 && o->freqs >= 2 &&
	       o->freqs <= MOST_FREQS && o->cycles >= 2 && o->cycles <= 64 && o->periods >= 0 &&
	       o->step > 0 && o->periods / o->step < MOST_TIMES;
}

static enum sabin_err map_new(struct sabin_burst_map *map, const struct sabin_burst_options *o)
{
	const size_t times = (size_t)(o->periods / o->step + 1e-9) + 1;
	*map = (struct sabin_burst_map){.freqs = o->freqs, .times = times};
	map->freq_hz = calloc(o->freqs, sizeof(double));
	map->period = calloc(times, sizeof(double));
	map->level_db = calloc(times * o->freqs, sizeof(double)); /* both at most 4096 */
	map->peak = calloc(o->freqs, sizeof(double));
	map->noise_db = calloc(o->freqs, sizeof(double));
	if (!map->freq_hz || !map->period || !map->level_db || !map->peak || !map->noise_db) {
		sabin_burst_map_free(map);
		return SABIN_ENOMEM;
	}
	for (size_t i = 0; i < o->freqs; i++)
		map->freq_hz[i] =
		    o->from_hz * pow(o->to_hz / o->from_hz, (double)i / (double)(o->freqs - 1));
	for (size_t k = 0; k < times; k++)
		map->period[k] = (double)k * o->step;
	return SABIN_OK;
}

/* Running sums of one frequency over the samples first .. first + count - 1 of h[n]. */
struct sums {
	double complex *line[LINES]; /* [count + 1] each, within one block */
	long first;
	size_t count;
	double length; /* of the burst, samples */
};

static void run(struct sums *s, const double *h, double omega)
{
	const double turn = 2 * M_PI / s->length;
	for (int l = 0; l < LINES; l++) {
		const double w = omega + (l == 1 ? turn : l == 2 ? -turn : 0);
		const double complex step = CMPLX(cos(w), -sin(w));
		double complex at = 1, sum = 0; /* the phase at `first` is of no matter to the modulus */
		for (size_t i = 0; i < s->count; i++) {
			s->line[l][i] = sum;
			const double x = h[(size_t)s->first + i];
			sum = CMPLX(creal(sum) + x * creal(at), cimag(sum) + x * cimag(at));
			at = CMPLX(creal(at) * creal(step) - cimag(at) * cimag(step),
			           creal(at) * cimag(step) + cimag(at) * creal(step));
		}
		s->line[l][s->count] = sum;
	}
}

/* |envelope|^2 when the burst's end is at sample `end`: it then covers end - length .. end. */
static double power_at(const struct sums *s, double end)
{
	const double turn = 2 * M_PI / s->length, u = end - (double)s->first;
	const double last = (double)s->count;
	const size_t a = (size_t)fmin(fmax(ceil(u - s->length), 0), last);
	const size_t b = (size_t)fmin(fmax(floor(u) + 1, 0), last);
	const double complex d = s->line[0][b] - s->line[0][a], up = s->line[1][b] - s->line[1][a],
	                     down = s->line[2][b] - s->line[2][a];
	const double complex at = CMPLX(cos(turn * u), sin(turn * u));
	const double complex y = d / 2 - at * up / 4 - conj(at) * down / 4;
	return creal(y) * creal(y) + cimag(y) * cimag(y);
}

static double level_of(double power, double most)
{
	return fmax(10 * log10(fmax(power, 0) / most), level_least_db);
}

/* Mean power of the envelope at the end of h[n]; NAN: too short. */
static double noise_power(struct sums *s, const double *h, size_t n, double omega, size_t room)
{
	const size_t tail = (size_t)fmin(noise_share * (double)n, (double)room);
	if ((double)tail < least_windows * s->length)
		return NAN;
	s->first = (long)(n - tail);
	s->count = tail;
	run(s, h, omega);
	double sum = 0;
	size_t windows = 0;
	for (double end = (double)s->first + s->length; end <= (double)n; end += s->length / 2) {
		sum += power_at(s, end);
		windows++;
	}
	return sum / (double)windows;
}

/* One frequency into its column of the map.  false: nothing sounds. */
static bool fill(struct sums *s, struct sabin_burst_map *map, size_t i, const double *h, size_t n,
                 double rate_hz, double arrival, double cycles, size_t room)
{
	const double period = rate_hz / map->freq_hz[i], omega = 2 * M_PI / period;
	double most = 0;
	s->length = cycles * period;
	const double noise = noise_power(s, h, n, omega, room);
	const double begin = arrival - s->length / 2;
	const double over = begin + s->length + map->period[map->times - 1] * period;
	s->first = (long)fmin(fmax(floor(begin), 0), (double)n);
	s->count = (size_t)(fmin(fmax(ceil(over) + 1, (double)s->first), (double)n) - (double)s->first);
	run(s, h, omega);
	for (size_t k = 0; k < map->times; k++) {
		const double end = begin + s->length + map->period[k] * period;
		const double power = end <= (double)n ? power_at(s, end) : (double)NAN;
		map->level_db[k * map->freqs + i] = power;
		if (power > most) {
			most = power;
			map->peak[i] = map->period[k];
		}
	}
	for (size_t k = 0; k < map->times; k++) {
		double *level = &map->level_db[k * map->freqs + i];
		if (!isnan(*level))
			*level = most > 0 ? level_of(*level, most) : level_least_db;
	}
	map->noise_db[i] = isnan(noise) ? noise : most > 0 ? level_of(noise, most) : level_least_db;
	return most > 0;
}

enum sabin_err sabin_burst_compute(const double *h, size_t n, double rate_hz, double arrival,
                                   const struct sabin_burst_options *o, struct sabin_burst_map *out)
{
	struct sabin_burst_map map = {0};
	bool sounds = false;
	if (!sabin_timemap_signal_ok(h, n, rate_hz, arrival) || !options_ok(o, rate_hz))
		return SABIN_EINVAL;
	/* the longest stretch, that of the lowest frequency, never longer than the response */
	const double span = (o->cycles + o->periods) * rate_hz / o->from_hz + 4;
	const size_t room = (size_t)fmin(span, (double)n);
	double complex *block = NULL;
	enum sabin_err err = map_new(&map, o);
	if (!err && !(block = calloc(room + 1, LINES * sizeof *block)))
		err = SABIN_ENOMEM;
	struct sums s = {.count = 0};
	for (int l = 0; block && l < LINES; l++)
		s.line[l] = block + (size_t)l * (room + 1);
	for (size_t i = 0; !err && i < map.freqs; i++)
		sounds = fill(&s, &map, i, h, n, rate_hz, arrival, o->cycles, room) || sounds;
	if (!err && !sounds)
		err = SABIN_ESHORT;
	free(block);
	if (err)
		sabin_burst_map_free(&map);
	else
		*out = map;
	return err;
}

double sabin_burst_fall(const struct sabin_burst_map *map, size_t i, double fall_db)
{
	double last = NAN;
	for (size_t k = 0; k < map->times; k++) {
		const double level = map->level_db[k * map->freqs + i];
		if (isnan(level))
			return NAN;
		if (level >= -fall_db)
			last = map->period[k];
	}
	if (last >= map->period[map->times - 1] || map->noise_db[i] > -fall_db - over_noise_db)
		return NAN;
	return last;
}
