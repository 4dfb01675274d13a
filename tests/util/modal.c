/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * modal.c: low-frequency impulse responses of rooms whose poles are known.
 */
#include <math.h>

#include "signal/cmplx.h"
#include "util/modal.h"
#include "util/near.h"
#include "util/seed.h"

static const double all_hz = 420; /* modes up to here */

static double decay_per_s(const struct modal_pole *pole)
{
	return 3 * M_LN10 / pole->t60_s;
}

static int by_frequency(const void *a, const void *b)
{
	const struct modal_pole *x = a, *y = b;
	return (x->f_hz > y->f_hz) - (x->f_hz < y->f_hz);
}

/* Speaker and microphone anywhere, 0.3 m from the walls or more. */
static void add_mode(struct modal_room *room, const int n[3], const double loss[3],
                     const double where[2][3], struct sabin_random *random)
{
	double square = 0, amplitude = 1, decay = 0;
	for (int axis = 0; axis < 3; axis++) {
		const double k = n[axis] * M_PI / room->size_m[axis];
		square += k * k;
		amplitude *= (n[axis] ? 2 : 1) * cos(k * where[0][axis]) * cos(k * where[1][axis]);
		decay += (n[axis] ? 2 : 1) * loss[axis];
	}
	const double w = room->speed_m_s * sqrt(square);
	const double f_hz = w / (2 * M_PI);
	decay *= fmax(0.5, 1 + 0.1 * sabin_random_normal(random));
	if (f_hz > all_hz || w == 0 || room->count == MODAL_MAX)
		return;
	/* the Green's function in time, as a loudspeaker that is flat in the free field gives it */
	room->pole[room->count++] = (struct modal_pole){
	    .f_hz = f_hz,
	    .t60_s = 3 * M_LN10 / decay,
	    .amplitude = amplitude / w,
	    .n = {n[0], n[1], n[2]},
	};
}

void modal_draw(uint64_t seed, struct modal_room *room)
{
	struct sabin_random random;
	sabin_random_init(&random, seed);
	*room = (struct modal_room){.speed_m_s = 343.2};
	room->volume_m3 = test_between_log(&random, 18, 72);
	room->t60_s = test_between_log(&random, 0.4, 1.8);
	const double length = test_between(&random, 1.1, 2.2), width = test_between(&random, 1, 1.6);
	const double height_m = cbrt(room->volume_m3 / (length * width));
	const double ratio[3] = {width, length, 1};
	double where[2][3], loss[3], sum = 0;
	for (int axis = 0; axis < 3; axis++) {
		room->size_m[axis] = ratio[axis] * height_m;
		for (int i = 0; i < 2; i++)
			where[i][axis] = test_between(&random, 0.3, room->size_m[axis] - 0.3);
		loss[axis] = test_between_log(&random, 0.5, 2) / room->size_m[axis];
		sum += 5.0 / 3 * loss[axis]; /* of a mode along 2 of 3 axes */
	}
	for (int axis = 0; axis < 3; axis++)
		loss[axis] *= 3 * M_LN10 / room->t60_s / sum;
	for (int x = 0; x < 40; x++)
		for (int y = 0; y < 40; y++)
			for (int z = 0; z < 40; z++)
				add_mode(room, (const int[3]){x, y, z}, loss,
				         (const double(*)[3])where, &random);
	qsort(room->pole, room->count, sizeof *room->pole, by_frequency);
}

void modal_response(const struct modal_room *room, double rate_hz, size_t onset, double to_hz,
                    double snr_db, uint64_t seed, double *h, size_t n)
{
	const size_t first = (size_t)(0.1 * rate_hz);
	double *wanted = calloc(n, sizeof *wanted), energy = 0;
	assert_non_null(wanted);
	memset(h, 0, n * sizeof *h);
	for (size_t i = 0; i < room->count; i++) {
		const struct modal_pole *p = &room->pole[i];
		const double complex step = cexp(CMPLX(-decay_per_s(p) / rate_hz,
		                                       2 * M_PI * p->f_hz / rate_hz));
		const double re = creal(step), im = cimag(step);
		double c = p->amplitude * cos(p->phase), s = p->amplitude * sin(p->phase);
		for (size_t k = onset; k < n; k++) {
			const double next = c * re - s * im;
			h[k] += s;
			wanted[k] += p->f_hz <= to_hz ? s : 0;
			s = c * im + s * re;
			c = next;
		}
	}
	for (size_t k = onset; k < onset + first && k < n; k++)
		energy += wanted[k] * wanted[k] / (double)first;
	/* white noise has the share to_hz / (rate / 2) of its power below to_hz */
	const double noise = sqrt(energy * pow(10, -snr_db / 10) * rate_hz / 2 / to_hz);
	for (size_t k = 0; k < n && noise > 0; k++)
		h[k] += noise * sabin_random_normal_at(seed, k);
	free(wanted);
}

double modal_peak(const struct modal_pole *pole)
{
	return fabs(pole->amplitude) / (2 * decay_per_s(pole));
}

/* Transform of a pole at f. */
static double complex transform(const struct modal_pole *p, double f_hz)
{
	const double complex s = CMPLX(-decay_per_s(p), 2 * M_PI * p->f_hz);
	const double complex r = p->amplitude / 2 * CMPLX(sin(p->phase), -cos(p->phase));
	const double complex at = CMPLX(0, 2 * M_PI * f_hz);
	return r / (at - s) + conj(r) / (at - conj(s));
}

double modal_above_db(const struct modal_room *room, size_t i)
{
	double complex others = 0;
	for (size_t k = 0; k < room->count; k++)
		if (k != i)
			others += transform(&room->pole[k], room->pole[i].f_hz);
	return 20 * log10(cabs(transform(&room->pole[i], room->pole[i].f_hz)) / cabs(others));
}

double modal_isolation(const struct modal_room *room, size_t i)
{
	const struct modal_pole *p = &room->pole[i];
	double nearest_hz = INFINITY;
	for (size_t k = 0; k < room->count; k++)
		if (k != i && modal_peak(&room->pole[k]) > 0.1 * modal_peak(p))
			nearest_hz = fmin(nearest_hz, fabs(room->pole[k].f_hz - p->f_hz));
	return nearest_hz / (2.2 / p->t60_s);
}
