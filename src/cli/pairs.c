/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pairs.c: level and time of one speaker against its partner.
 */
#include <math.h>
#include <strings.h>

#include <sabin/response.h>
#include <sabin/target.h>

#include "cli/pairs.h"
#include "io/number.h"

/* Less is not worth a word. */
static const double alike_db = 0.1, alike_s = 10e-6;

/* In thirds of an octave of the band that counts. */
static enum sabin_err thirds(const double *h, size_t n, const struct sabin_measured *r, struct sabin_response *out)
{
	struct sabin_response_options o = sabin_response_defaults();
	o.smoothing_oct = 1.0 / 3;
	o.points_per_octave = 3;
	o.from_hz = sabin_target_band_hz[0];
	o.to_hz = sabin_target_band_hz[1];
	const double zero = (double)r->zero_index + r->zero_offset_s * r->rate_hz;
	return sabin_response_compute(h, n, r->rate_hz, zero + r->arrival_s.value * r->rate_hz, zero, &o, out);
}

static enum sabin_err levels(const struct sabin_measurement *m, size_t index,
                             struct sabin_response *out, struct sabin_diag *diag)
{
	double *h = NULL;
	size_t n;
	enum sabin_err err = sabin_measurement_load(m, index, &h, &n, diag);
	if (!err)
		err = thirds(h, n, &m->responses[index], out);
	free(h);
	return err;
}

/* Second less first: the mean; its uncertainty from their scatter, which is the room's. */
static struct sabin_quantity level_of(const struct sabin_response *first, const struct sabin_response *second)
{
	double sum = 0, squares = 0;
	const size_t n = first->length < second->length ? first->length : second->length;
	for (size_t i = 0; i < n; i++) {
		const double d = second->level_db[i] - first->level_db[i];
		sum += d;
		squares += d * d;
	}
	const double mean = sum / (double)n;
	return n > 1 ? sabin_quantity_valid(mean, sqrt(fmax(squares / (double)n - mean * mean, 0) / (double)(n - 1)))
	             : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

enum sabin_err sabin_pairs_level(const struct sabin_pair_side *first, const struct sabin_pair_side *second,
                                 struct sabin_quantity *level_db)
{
	struct sabin_response a = {0}, b = {0};
	enum sabin_err err = thirds(first->h, first->frames, first->measured, &a);
	if (!err)
		err = thirds(second->h, second->frames, second->measured, &b);
	*level_db = err ? sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN) : level_of(&a, &b);
	sabin_response_free(&a);
	sabin_response_free(&b);
	return err;
}

static enum sabin_err compare(const struct sabin_measurement *m, size_t first, size_t second,
                              struct sabin_pair_difference *pair, struct sabin_diag *diag)
{
	const struct sabin_measured *a = &m->responses[first], *b = &m->responses[second];
	struct sabin_response ra = {0}, rb = {0};
	enum sabin_err err = levels(m, first, &ra, diag);
	if (!err)
		err = levels(m, second, &rb, diag);
	*pair = (struct sabin_pair_difference){
	    .first = a->speaker,
	    .second = b->speaker,
	    .position = a->position,
	    .level_db = err ? sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN) : level_of(&ra, &rb),
	    .time_s = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
	};
	pair->why_no_time = a->zero == b->zero
	                        ? "neither loopback nor reference speaker: the times have no common zero"
	                        : "the two times count from different zeros";
	/* the reference speaker is one for the whole measurement */
	if (a->zero == b->zero && a->zero != SABIN_ZERO_ARRIVAL)
		pair->time_s =
		    sabin_quantity_valid(b->arrival_s.value - a->arrival_s.value,
		                         hypot(b->arrival_s.plus_minus, a->arrival_s.plus_minus));
	sabin_response_free(&ra);
	sabin_response_free(&rb);
	return err;
}

/* Index of a response that is to be trusted; the count when there is none. */
static size_t find(const struct sabin_measurement *m, const char *speaker, const char *position)
{
	const struct sabin_measured *r = sabin_measurement_find(m, speaker, position);
	const bool good = r && r->verdict.trustworthy && isfinite(r->arrival_s.value);
	return good ? (size_t)(r - m->responses) : m->response_count;
}

enum sabin_err sabin_pairs_compare(const struct sabin_measurement *m, const struct sabin_roomfile *room,
                                   struct sabin_pair_difference **out, size_t *count, struct sabin_diag *diag)
{
	struct sabin_pair_difference *pairs = calloc(m->response_count + 1, sizeof *pairs);
	enum sabin_err err = pairs ? SABIN_OK : SABIN_ENOMEM;
	*count = 0;
	for (size_t s = 0; s < room->speaker_count; s++) {
		const struct sabin_speaker *one = &room->speakers[s];
		const int partner = one->pair[0] ? sabin_roomfile_speaker(room, one->pair) : -1;
		/* named by both, it is told once */
		if (partner < 0 || (partner < (int)s &&
		                    strcasecmp(room->speakers[partner].pair, one->name) == 0))
			continue;
		for (size_t p = 0; !err && p < room->position_count; p++) {
			const char *position = room->positions[p].name;
			const size_t a = find(m, one->name, position);
			const size_t b = find(m, room->speakers[partner].name, position);
			if (a < m->response_count && b < m->response_count)
				err = compare(m, a, b, &pairs[(*count)++], diag);
		}
	}
	if (err) {
		free(pairs);
		return err;
	}
	*out = pairs;
	return SABIN_OK;
}

void sabin_pairs_show(const struct sabin_pair_difference *pairs, size_t count)
{
	const struct sabin_text band[2] = {sabin_text_hz(sabin_target_band_hz[0]),
	                                   sabin_text_hz(sabin_target_band_hz[1])};
	for (size_t i = 0; i < count; i++) {
		const struct sabin_pair_difference *p = &pairs[i];
		const double db = p->level_db.value, time_s = p->time_s.value;
		printf("  %s and %s at %s: ", p->first, p->second, p->position);
		if (fabs(db) < alike_db)
			printf("equally loud within %.2f dB (%s to %s)", fabs(db), band[0].s, band[1].s);
		else
			printf("%s is %.2f dB louder (%s to %s)", db > 0 ? p->second : p->first, fabs(db), band[0].s,
			       band[1].s);
		if (isnan(time_s))
			puts(strstr(p->why_no_time, "different")
			         ? "; their times count from different zeros"
			         : "; times need a loopback or a reference speaker");
		else if (fabs(time_s) < alike_s)
			printf(", at the same time within %.3f ms\n", 1e3 * fabs(time_s));
		else if ((time_s > 0) == (db > 0) && fabs(db) >= alike_db)
			printf(" and %.3f ms later\n", 1e3 * fabs(time_s));
		else
			printf("; %s is %.3f ms later\n", time_s > 0 ? p->second : p->first,
			       1e3 * fabs(time_s));
	}
}
