/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * average.c: frequency responses of several positions as one.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/average.h>

static const double same_axis = 1e-9; /* relative */

void sabin_averaged_free(struct sabin_averaged *a)
{
	double *arrays[] = {a->freq_hz,  a->level_db, a->phase_deg, a->group_delay_s,
	                    a->least_db, a->most_db,  a->coherence};
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		free(arrays[i]);
	*a = (struct sabin_averaged){0};
}

static enum sabin_err allocate(struct sabin_averaged *a, size_t length)
{
	double **arrays[] = {&a->freq_hz,  &a->level_db, &a->phase_deg, &a->group_delay_s,
	                     &a->least_db, &a->most_db,  &a->coherence};
	bool ok = true;
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		ok = (*arrays[i] = calloc(length ? length : 1, sizeof(double))) && ok;
	a->length = ok ? length : 0;
	return ok ? SABIN_OK : SABIN_ENOMEM;
}

struct sums {
	double count, power, db, re, im, delay_re, delay_im, least, most;
};

static void add(struct sums *s, const struct sabin_response *r, size_t i, double about_s, double add_db)
{
	const double db = r->level_db[i] + add_db, magnitude = pow(10, db / 20);
	/* a later zero turns the phase forward */
	const double phase = r->phase_deg[i] * M_PI / 180 + 2 * M_PI * r->freq_hz[i] * about_s;
	const double re = magnitude * cos(phase), im = magnitude * sin(phase);
	const double delay_s = r->group_delay_s[i] - about_s;
	if (!isfinite(db))
		return;
	s->count++;
	s->power += magnitude * magnitude;
	s->db += db;
	s->least = fmin(s->least, db);
	s->most = fmax(s->most, db);
	s->re += re;
	s->im += im;
	s->delay_re += delay_s * re;
	s->delay_im += delay_s * im;
}

static void set_point(struct sabin_averaged *out, size_t i, const struct sums *s,
                      enum sabin_average kind)
{
	const double vector = s->re * s->re + s->im * s->im, n = s->count;
	out->level_db[i] = out->phase_deg[i] = out->group_delay_s[i] = NAN;
	out->least_db[i] = out->most_db[i] = out->coherence[i] = NAN;
	if (n == 0)
		return;
	out->least_db[i] = s->least;
	out->most_db[i] = s->most;
	out->coherence[i] = s->power > 0 ? fmin(1, vector / (n * s->power)) : (double)NAN;
	if (kind == SABIN_AVERAGE_POWER)
		out->level_db[i] = 10 * log10(s->power / n);
	else if (kind == SABIN_AVERAGE_DB)
		out->level_db[i] = s->db / n;
	if (kind != SABIN_AVERAGE_VECTOR || !(vector > 0))
		return;
	out->level_db[i] = 10 * log10(vector / (n * n));
	out->phase_deg[i] = atan2(s->im, s->re) * 180 / M_PI;
	/* real part of sum(delay H) / sum(H) */
	out->group_delay_s[i] = (s->delay_re * s->re + s->delay_im * s->im) / vector;
}

enum sabin_err sabin_average_compute(const struct sabin_response *const *responses, size_t n,
                                     const double *about_s, const double *add_db,
                                     enum sabin_average kind, struct sabin_averaged *out)
{
	*out = (struct sabin_averaged){0};
	if (n == 0 || (unsigned)kind > SABIN_AVERAGE_VECTOR)
		return SABIN_EINVAL;
	size_t length = responses[0]->length;
	for (size_t k = 1; k < n; k++)
		length = responses[k]->length < length ? responses[k]->length : length;
	for (size_t k = 1; k < n; k++)
		for (size_t i = 0; i < length; i++)
			if (!(fabs(responses[k]->freq_hz[i] - responses[0]->freq_hz[i]) <=
			      same_axis * responses[0]->freq_hz[i]))
				return SABIN_EINVAL;
	const enum sabin_err err = allocate(out, length);
	for (size_t i = 0; !err && i < length; i++) {
		struct sums s = {.least = INFINITY, .most = -INFINITY};
		for (size_t k = 0; k < n; k++)
			add(&s, responses[k], i, about_s[k], add_db[k]);
		out->freq_hz[i] = responses[0]->freq_hz[i];
		set_point(out, i, &s, kind);
	}
	if (err)
		sabin_averaged_free(out);
	return err;
}
