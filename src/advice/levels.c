/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * levels.c: levels in the bass, measured or simulated.
 */
#include <math.h>
#include <stdlib.h>

#include "advice/inner.h"
#include "advice/levels.h"
#include "room/inner.h"

static const double simulation_hz = 4000, simulation_s = 0.4;

void levels_add(const struct sabin_response *response, double weight, struct levels *out)
{
	size_t n = 0;
	for (size_t i = 0; i < response->length && n < LEVELS_MAX; i++)
		if (response->freq_hz[i] >= LEVELS_FROM_HZ / 2 && response->freq_hz[i] <= LEVELS_TO_HZ * 2) {
			out->freq_hz[n] = response->freq_hz[i];
			out->db[n] += weight * response->level_db[i];
			n++;
		}
	out->n = n;
}

double levels_depth_db(const struct levels *l, size_t i)
{
	double sum = 0;
	size_t n = 0;
	for (size_t k = 0; k < l->n; k++) {
		const double apart = fabs(log2(l->freq_hz[k] / l->freq_hz[i]));
		if (apart <= 1 && apart >= 0.25) {
			sum += l->db[k];
			n++;
		}
	}
	return n > 0 ? sum / (double)n - l->db[i] : 0;
}

size_t levels_lowest_near(const struct levels *l, double f_hz)
{
	size_t best = 0;
	bool any = false;
	for (size_t i = 0; i < l->n; i++)
		if (fabs(log2(l->freq_hz[i] / f_hz)) <= LEVELS_NEAR_OCTAVE && (!any || l->db[i] < l->db[best])) {
			best = i;
			any = true;
		}
	return best;
}

size_t levels_dips(const struct levels *l, double depth_db, size_t dip[DIPS_MAX])
{
	size_t count = 0;
	for (size_t i = 1; i + 1 < l->n; i++) {
		if (l->freq_hz[i] < LEVELS_DIPS_HZ || l->freq_hz[i] > LEVELS_TO_HZ || l->db[i] > l->db[i - 1] ||
		    l->db[i] >= l->db[i + 1] || levels_lowest_near(l, l->freq_hz[i]) != i ||
		    levels_depth_db(l, i) < depth_db)
			continue;
		if (count < DIPS_MAX)
			dip[count++] = i;
	}
	return count;
}

double levels_flatness_db(const struct levels *l)
{
	double sum = 0, squares = 0;
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		if (l->freq_hz[i] >= LEVELS_FROM_HZ && l->freq_hz[i] <= LEVELS_TO_HZ) {
			sum += l->db[i];
			squares += l->db[i] * l->db[i];
			n++;
		}
	const double mean = n > 0 ? sum / (double)n : 0;
	return n > 0 ? sqrt(fmax(squares / (double)n - mean * mean, 0)) : 0;
}

enum sabin_err levels_simulate(const struct sabin_room *room, const struct levels_way *way, size_t ways,
                               struct levels *out)
{
	const struct sabin_images_options options = {.rate_hz = simulation_hz, .length_s = simulation_s};
	const double speed = sabin_speed_of_sound(room->temperature_c);
	struct sabin_response_options o = sabin_response_defaults();
	o.window_s = simulation_s;
	o.from_hz = LEVELS_FROM_HZ / 2;
	o.to_hz = LEVELS_TO_HZ * 2;
	const size_t frames = (size_t)ceil(simulation_s * simulation_hz);
	double *h = calloc(frames, sizeof *h);
	enum sabin_err err = h ? SABIN_OK : SABIN_ENOMEM;
	*out = (struct levels){0};
	for (size_t i = 0; !err && i < ways; i++) {
		struct sabin_response response = {0};
		const double arrival = room_distance_m(way[i].from_m, way[i].to_m) / speed * simulation_hz;
		err = sabin_images_compute(room, way[i].from_m, way[i].to_m, &options, h, frames);
		if (!err)
			err = sabin_response_compute(h, frames, simulation_hz, arrival, arrival, &o, &response);
		if (!err)
			levels_add(&response, 1 / (double)ways, out);
		sabin_response_free(&response);
	}
	free(h);
	return err;
}

double levels_third_db(const struct levels *l, double f_hz)
{
	double power = 0, mean = 0;
	size_t n = 0, all = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (fabs(log2(l->freq_hz[i] / f_hz)) <= 1.0 / 6) {
			power += pow(10, l->db[i] / 10);
			n++;
		}
		if (l->freq_hz[i] >= LEVELS_FROM_HZ && l->freq_hz[i] <= LEVELS_TO_HZ) {
			mean += l->db[i];
			all++;
		}
	}
	return n > 0 && all > 0 ? 10 * log10(power / (double)n) - mean / (double)all : (double)NAN;
}

/* RMS over thirds of an octave. */
double levels_error_db(const struct levels *simulated, const struct levels *measured)
{
	double squares = 0;
	int n = 0;
	for (double f_hz = LEVELS_FROM_HZ; f_hz <= LEVELS_TO_HZ; f_hz *= cbrt(2)) {
		const double off = levels_third_db(simulated, f_hz) - levels_third_db(measured, f_hz);
		squares += isfinite(off) ? off * off : 0;
		n += isfinite(off);
	}
	return n > 0 ? sqrt(squares / n) : (double)NAN;
}
