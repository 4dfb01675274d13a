/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * energy.c: decay times of a rectangular room from energies.
 *
 * References
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 3.2 and 3.5: modes and their damping.
 *   [Lehmann]  E. A. Lehmann, A. M. Johansson, "Prediction of energy decay in room impulse responses
 *              simulated with an image-source model", JASA 124 (2008) 269-277: the mean over directions.
 *   [ISO 3382-1] 5.3.3: T20 and T30 are regressions from -5 to -25 and -35 dB.
 *
 * Whatever travels along u through a box of sizes L meets the two walls of an axis |u_a| c / L_a times a
 * second, so that its energy decays at
 *
 *   c sum_a |u_a| loss_a / L_a + m c,   loss_a = -ln(beta_a0 beta_a1)
 *
 * where m is the air's.  u is the direction of a mode, which counts with the square of its amplitude between
 * the two points; in high octaves, which have too many to be listed, the mean over the room.  Sorted by
 * their rates, the energies of an octave make its decay curve.  Image sources have the same energies, since
 * they are the same sum.  A speaker gives the walls the mean of its directions, and the receiver what goes
 * there.  What is missing is how waves beat with each other, which makes single responses stray by some per
 * cent.
 */
#include <math.h>

#include <sabin/octave.h>

#include "room/energy.h"
#include "room/modes.h"
#include "room/radiation.h"

enum { BANDS = SABIN_ABSORPTION_BANDS, RATES = 240, DIRECTIONS = 24, STEPS = 60, FILTER_STEPS = 64 };
static const double rate_least = 0.1, rate_most = 1e5; /* 1/s: 138 s, 0.1 ms */
static const double from_db = -5;                      /* [ISO 3382-1] */
static const double to_db[ROOM_ENERGY_TIMES] = {-25, -35};
static const double longest_s = 60;
static const double listed_most = 8e3;                 /* modes */

struct bin {
	double energy, rate; /* a second at time zero; sum of rates times energies */
};

struct decays {
	const struct sabin_room *room;
	double speed_m_s, loss[3][BANDS], air_per_s[BANDS];
	double direct_m;
	double direct_gain[BANDS], source_gain[BANDS]; /* energy re that on the axis: to the receiver, in all directions */
	double width_hz[BANDS];
	int listed; /* octaves whose modes are few enough to be listed */
	struct sabin_band band[BANDS];
	struct bin bin[BANDS][RATES];
};

static void add(struct decays *d, int band, double energy, double rate)
{
	const double at = log(rate / rate_least) / log(rate_most / rate_least) * RATES;
	struct bin *bin = &d->bin[band][(int)fmin(RATES - 1, fmax(0, at))];
	bin->energy += energy;
	bin->rate += energy * rate;
}

static double rate_of(const struct decays *d, int band, double f_hz, const double u[3])
{
	double rate = d->air_per_s[band];
	for (int a = 0; a < 3; a++)
		rate += d->speed_m_s * u[a] / d->room->size_m[a] *
		        (f_hz > 0 ? room_by_octave(d->loss[a], f_hz) : d->loss[a][band]);
	return fmax(rate, rate_least);
}

/* Modes up to to_hz: amplitude 4 pi c^2 a_n / w_n, a_n as in modes.c. */
static void add_modes(struct decays *d, const double source_m[3], const double receiver_m[3], double to_hz)
{
	const double *size_m = d->room->size_m, c = d->speed_m_s, volume = room_volume_m3(d->room);
	const double top = 2 * to_hz / c;
	for (int x = 0; x <= top * size_m[0]; x++)
		for (int y = 0; y <= top * size_m[1]; y++)
			for (int z = 0; z <= top * size_m[2]; z++) {
				const int n[3] = {x, y, z};
				double u[3], square = 0, a = 1 / volume;
				for (int i = 0; i < 3; i++) {
					u[i] = n[i] / size_m[i];
					square += u[i] * u[i];
				}
				const double f_hz = c / 2 * sqrt(square);
				if (!(f_hz > 0 && f_hz <= to_hz))
					continue;
				for (int i = 0; i < 3; i++) {
					a *= (n[i] ? 2 : 1) * cos(n[i] * M_PI * source_m[i] / size_m[i]) *
					     cos(n[i] * M_PI * receiver_m[i] / size_m[i]);
					u[i] /= sqrt(square);
				}
				const double amplitude = 2 * c * c * a / f_hz;
				for (int band = 0; band < d->listed; band++) {
					const double gain = sabin_band_gain(&d->band[band], f_hz);
					if (gain > 1e-2)
						add(d, band, amplitude * amplitude / 2 * gain * gain,
						    rate_of(d, band, f_hz, u));
				}
			}
}

/* Width of a band's filter for energy, in Hz. */
static double width_hz(const struct sabin_band *band)
{
	const double low_hz = band->low_hz / 2, high_hz = band->high_hz * 2;
	double sum = 0;
	for (int i = 0; i < FILTER_STEPS; i++) {
		const double gain =
		        sabin_band_gain(band, low_hz + (high_hz - low_hz) * (i + 0.5) / FILTER_STEPS);
		sum += gain * gain;
	}
	return sum * (high_hz - low_hz) / FILTER_STEPS;
}

/* Modes too many to be listed, in all directions alike: energy of the `share` of them that run along u. */
static void add_share(struct decays *d, int band, double modes_per_hz, double share, const double u[3])
{
	const double c = d->speed_m_s, f_hz = d->band[band].centre_hz;
	const double amplitude = 2 * c * c / (room_volume_m3(d->room) * f_hz);
	add(d, band, amplitude * amplitude / 2 * modes_per_hz * share * d->width_hz[band],
	    rate_of(d, band, 0, u));
}

/* Oblique, tangential and axial modes, [Kuttruff] 3.2: each has the same energy on average over the room. */
static void add_many(struct decays *d, int band)
{
	const double *size_m = d->room->size_m;
	const double c = d->speed_m_s, k = d->band[band].centre_hz / c;
	const double x = size_m[0], y = size_m[1], z = size_m[2];
	const double oblique = (4 * M_PI * x * y * z * k * k - M_PI * (x * y + y * z + z * x) * k + (x + y + z) / 2) / c;
	for (int i = 0; i < DIRECTIONS * DIRECTIONS; i++) {
		const double up = (i % DIRECTIONS + 0.5) / DIRECTIONS;
		const double angle = M_PI / 2 * (i / DIRECTIONS + 0.5) / DIRECTIONS;
		add_share(d, band, oblique, 1.0 / (DIRECTIONS * DIRECTIONS),
		          (const double[3]){sqrt(1 - up * up) * cos(angle), sqrt(1 - up * up) * sin(angle), up});
	}
	for (int a = 0; a < 3; a++) {
		const int b = (a + 1) % 3;
		const double tangential = (2 * M_PI * size_m[a] * size_m[b] * k - size_m[a] - size_m[b]) / c;
		double u[3] = {0};
		for (int i = 0; i < DIRECTIONS; i++) {
			const double angle = M_PI / 2 * (i + 0.5) / DIRECTIONS;
			u[a] = cos(angle);
			u[b] = sin(angle);
			add_share(d, band, fmax(0, tangential), 1.0 / DIRECTIONS, u);
		}
		u[a] = 1;
		u[b] = 0;
		add_share(d, band, 2 * size_m[a] / c, 1, u);
	}
}

/* Energy after t. */
static double curve(const struct decays *d, int band, double direct, double t_s)
{
	const double direct_s = d->direct_m / d->speed_m_s;
	double sum = t_s < direct_s ? direct : 0;
	for (int i = 0; i < RATES; i++) {
		const struct bin *bin = &d->bin[band][i];
		if (bin->energy > 0)
			sum += d->source_gain[band] * bin->energy * bin->energy / bin->rate *
			       exp(-bin->rate / bin->energy * fmax(t_s, direct_s));
	}
	return sum;
}

static double time_at(const struct decays *d, int band, double direct, double whole, double level_db)
{
	double low_s = 0, high_s = longest_s;
	for (int i = 0; i < 40; i++) {
		const double middle_s = (low_s + high_s) / 2;
		if (curve(d, band, direct, middle_s) > whole * pow(10, level_db / 10))
			low_s = middle_s;
		else
			high_s = middle_s;
	}
	return high_s;
}

static double time_s_of(const struct decays *d, int band, int which)
{
	const double direct = d->direct_gain[band] * 2 * d->width_hz[band] / (d->direct_m * d->direct_m);
	const double whole = curve(d, band, direct, 0);
	if (!(whole > 0))
		return (double)NAN;
	const double first_s = time_at(d, band, direct, whole, from_db);
	const double last_s = time_at(d, band, direct, whole, to_db[which]);
	if (!(last_s > first_s && last_s < longest_s * 0.99))
		return (double)NAN;
	double st = 0, sy = 0, stt = 0, sty = 0;
	for (int i = 0; i < STEPS; i++) {
		const double t = first_s + (last_s - first_s) * i / (STEPS - 1);
		const double y = 10 * log10(curve(d, band, direct, t) / whole);
		st += t;
		sy += y;
		stt += t * t;
		sty += t * y;
	}
	const double slope = (STEPS * sty - st * sy) / (STEPS * stt - st * st);
	return slope < 0 ? -60 / slope : (double)NAN;
}

static void init(struct decays *d, const struct sabin_room *room, const double source_m[3],
                 const double receiver_m[3], const struct sabin_directivity *directivity)
{
	double beta[SABIN_SURFACE_COUNT][BANDS];
	room_reflection(room, beta);
	d->room = room;
	d->speed_m_s = sabin_speed_of_sound(room->temperature_c);
	sabin_bands(1, 63, 8000, d->band, BANDS);
	for (int band = 0; band < BANDS; band++) {
		const double f_hz = d->band[band].centre_hz;
		for (int a = 0; a < 3; a++)
			d->loss[a][band] =
			        room_loss(beta[room_walls[a][0]][band], beta[room_walls[a][1]][band]);
		d->air_per_s[band] = d->speed_m_s * M_LN10 / 10 *
		                     sabin_air_attenuation_db_per_m(f_hz, room->temperature_c,
		                                                    room->humidity_percent,
		                                                    room->pressure_kpa);
		d->width_hz[band] = width_hz(&d->band[band]);
		/* what reflections bring left the source in any direction: room.h, the mean over the sphere */
		const double exponent = radiation_exponent(directivity, f_hz, d->speed_m_s);
		d->source_gain[band] = 1 / (2 * exponent + 1);
		d->direct_gain[band] = pow(radiation_gain(radiation_cosine(directivity, source_m, receiver_m), exponent), 2);
	}
	d->listed = 1;
	while (d->listed < BANDS &&
	       modes_count(room->size_m, d->band[d->listed].high_hz * 1.1, d->speed_m_s) < listed_most)
		d->listed++;
}

void room_energy_times(const struct sabin_room *room, const double source_m[3], const double receiver_m[3],
                       const struct sabin_directivity *directivity, double time_s[ROOM_ENERGY_TIMES][BANDS])
{
	struct decays d = {.direct_m = fmax(0.01, room_distance_m(source_m, receiver_m))};
	init(&d, room, source_m, receiver_m, directivity);
	add_modes(&d, source_m, receiver_m, d.band[d.listed - 1].high_hz * 1.1);
	for (int band = d.listed; band < BANDS; band++)
		add_many(&d, band);
	for (int which = 0; which < ROOM_ENERGY_TIMES; which++)
		for (int band = 0; band < BANDS; band++)
			time_s[which][band] = time_s_of(&d, band, which);
}
