/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trust.c: between which frequencies a frequency response can be relied on, and why not beyond.
 */
#include <math.h>
#include <string.h>

#include "io/trust.h"

static void raise(struct sabin_trust *trust, double from_hz, const char *why)
{
	if (from_hz > trust->from_hz) {
		trust->from_hz = from_hz;
		trust->below = why;
	}
}

static void lower(struct sabin_trust *trust, double to_hz, const char *why)
{
	if (to_hz < trust->to_hz) {
		trust->to_hz = to_hz;
		trust->above = why;
	}
}

void sabin_trust_ranges(const struct sabin_measurement *measurement, const struct sabin_measured *measured,
                        const struct sabin_roomfile *room, double excited_hz[2], double played_hz[2])
{
	excited_hz[0] = played_hz[0] = played_hz[1] = 0;
	excited_hz[1] = INFINITY;
	if (measurement && measurement->has_stimulus) {
		excited_hz[0] = measurement->stimulus.sweep.from_hz;
		excited_hz[1] = measurement->stimulus.sweep.to_hz;
	}
	const int at = room ? sabin_roomfile_speaker(room, measured->speaker) : -1;
	if (at >= 0 && isfinite(room->speakers[at].range_hz[0]))
		memcpy(played_hz, room->speakers[at].range_hz, 2 * sizeof *played_hz);
}

bool sabin_trust_modes(const double played_hz[2], struct sabin_modefit_options *options)
{
	static const double least_hz = 10; /* sabin_modefit_compute() */
	if (!(played_hz[1] > 0))
		return true;
	options->from_hz = fmax(options->from_hz, played_hz[0]);
	options->to_hz = fmin(options->to_hz, played_hz[1]);
	return options->to_hz >= options->from_hz + least_hz;
}

const double sabin_reflections_judged_hz[2] = {1000, 8000};

bool sabin_trust_reflections(const double played_hz[2])
{
	const double *judged_hz = sabin_reflections_judged_hz;
	return !(played_hz[1] > 0) || fmin(played_hz[1], judged_hz[1]) >= 2 * fmax(played_hz[0], judged_hz[0]);
}

struct sabin_trust sabin_trust_of(const struct sabin_measurement *measurement,
                                  const struct sabin_measured *measured,
                                  const struct sabin_roomfile *room, double window_s)
{
	struct sabin_trust trust = {.to_hz = INFINITY};
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(measurement, measured, room, excited_hz, played_hz);
	raise(&trust, excited_hz[0], "below the sweep");
	lower(&trust, excited_hz[1], "above the sweep");
	if (measured->coherent_hz[1] > 0) {
		raise(&trust, measured->coherent_hz[0], "not coherent with what was played");
		lower(&trust, measured->coherent_hz[1], "not coherent with what was played");
	}
	if (played_hz[1] > 0) {
		raise(&trust, played_hz[0], "below the speaker's range");
		lower(&trust, played_hz[1], "above the speaker's range");
	}
	/* one period must fit into the window, or its spectrum has no such frequency */
	if (window_s > 0)
		raise(&trust, 1 / window_s, "period longer than the window");
	return trust;
}

bool sabin_trust_holds(const struct sabin_trust *trust, double f_hz)
{
	static const double rounding = 1e-6;
	return f_hz >= trust->from_hz * (1 - rounding) && f_hz <= trust->to_hz * (1 + rounding);
}
