/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peaks.c: filters for the peaks that a fit has left.
 *
 * A narrow peak takes little off an RMS error and is heard all the same; filters that were not worth their place by
 * that go there.
 *
 * [T] Toole: "Sound reproduction", 3rd ed. (2017), ch. 4 and 8: resonances are heard as peaks.
 */
#include <math.h>
#include <stdbool.h>

#include "correction/peaks.h"

static const double peak_db = 0.7; /* so high, what is left is worth a filter */
static const double gentle = 0.5, narrowest = 1 / 48.0, least_q = 1;

/* A filter for the highest peak that is left; false when there is none. */
static bool highest(const struct sabin_peaks *p, const double *level, struct sabin_biquad *out)
{
	const struct sabin_eqfit_curve *c = p->curve;
	const double *wanted = c->wanted_db;
	size_t top = c->length, from, to;
	double most = peak_db;
	for (size_t i = 0; i < c->length; i++)
		if (wanted[i] < 0 && level[i] - wanted[i] > most && p->full[i] >= gentle) {
			most = level[i] - wanted[i];
			top = i;
		}
	if (top == c->length)
		return false;
	for (from = top; from > 0 && level[from - 1] - wanted[from - 1] > most / 2;)
		from--;
	for (to = top; to + 1 < c->length && level[to + 1] - wanted[to + 1] > most / 2;)
		to++;
	/* f / Q apart a peaking filter has half of its gain */
	const double f_hz = c->freq_hz[top], width_hz = c->freq_hz[to] - c->freq_hz[from];
	const double q = f_hz / fmax(width_hz, narrowest * f_hz);
	*out = (struct sabin_biquad){SABIN_PEAKING, f_hz, -most, fmin(fmax(q, least_q), p->max_q)};
	return true;
}

enum sabin_err sabin_cut_peaks(const struct sabin_peaks *p, struct sabin_eqfit_options o,
                               struct sabin_eqfit *fit)
{
	struct sabin_eqfit_seed all[SABIN_EQFIT_MOST];
	enum sabin_err err = SABIN_OK;
	o.worth_db = o.enough_db = 0;
	while (!err && fit->count < p->most) {
		struct sabin_eqfit more;
		sabin_biquads_levels_db(fit->filters, fit->count, o.rate_hz, p->curve->freq_hz,
		                        p->curve->length, p->scratch);
		for (size_t i = 0; i < fit->count; i++) {
			all[i] = (struct sabin_eqfit_seed){fit->filters[i], 0};
			for (size_t k = 0; k < p->seed_count; k++)
				if (fit->filters[i].freq_hz == p->seeds[k].filter.freq_hz)
					all[i].t60_s = p->seeds[k].t60_s;
		}
		all[fit->count].t60_s = 0;
		if (!highest(p, p->scratch, &all[fit->count].filter))
			break;
		o.most = fit->count + 1;
		err = sabin_eqfit_compute(p->curve, &o, all, o.most, &more);
		if (err || !(more.after_db < fit->after_db) || more.count <= fit->count)
			break;
		*fit = more;
	}
	return err;
}
