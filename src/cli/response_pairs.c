/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_pairs.c: the left loudspeaker against the right one, at each position.
 */
#include <math.h>
#include <strings.h>

#include "cli/responses.h"
#include "io/number.h"

static const double from_hz = 200, to_hz = 4000; /* of the numbers; the curve is all of it */

/* Index of the response of the right speaker where the left one's is item i, or count. */
static size_t partner(const struct sabin_responses *all, size_t i)
{
	size_t k = 0;
	if (strcasecmp(all->item[i].measured->speaker, "left") != 0)
		return all->count;
	while (k < all->count &&
	       (strcasecmp(all->item[k].measured->speaker, "right") != 0 ||
	        strcasecmp(all->item[k].measured->position, all->item[i].measured->position) != 0))
		k++;
	return k;
}

/* Left minus right into difference_db[length], which may be NULL; mean and RMS about it from 200 Hz to
 * 4 kHz, NAN without points there.  Returns the length. */
static size_t compare(const struct sabin_response *left, const struct sabin_response *right,
                      double *difference_db, double *mean_db, double *rms_db)
{
	const size_t length = left->length < right->length ? left->length : right->length;
	double sum = 0, square = 0, count = 0;
	for (size_t i = 0; i < length; i++) {
		const double d = left->level_db[i] - right->level_db[i];
		if (difference_db)
			difference_db[i] = d;
		if (!isfinite(d) || left->freq_hz[i] < from_hz || left->freq_hz[i] > to_hz)
			continue;
		sum += d;
		square += d * d;
		count++;
	}
	*mean_db = count > 0 ? sum / count : (double)NAN;
	*rms_db = count > 0 ? sqrt(fmax(0, square / count - *mean_db * *mean_db)) : (double)NAN;
	return length;
}

void sabin_response_pairs_json(const struct sabin_responses *all, struct sabin_json *json)
{
	sabin_json_open_array(json, "differences");
	for (size_t i = 0; i < all->count; i++) {
		const size_t k = partner(all, i);
		const struct sabin_response *left = &all->item[i].response;
		double mean_db, rms_db;
		double *difference_db = calloc(left->length + 1, sizeof *difference_db);
		if (k < all->count && difference_db) {
			const size_t length = compare(left, &all->item[k].response, difference_db,
			                              &mean_db, &rms_db);
			sabin_json_open_object(json, NULL);
			sabin_json_text(json, "left", all->item[i].measured->speaker);
			sabin_json_text(json, "right", all->item[k].measured->speaker);
			sabin_json_text(json, "position", all->item[i].measured->position);
			sabin_json_number(json, "mean_db", mean_db);
			sabin_json_number(json, "rms_db", rms_db);
			sabin_json_numbers(json, "freq_hz", left->freq_hz, length);
			sabin_json_numbers(json, "difference_db", difference_db, length);
			sabin_json_close(json);
		}
		free(difference_db);
	}
	sabin_json_close(json);
}

void sabin_response_pairs_text(const struct sabin_responses *all, FILE *stream)
{
	for (size_t i = 0; i < all->count; i++) {
		const size_t k = partner(all, i);
		double mean_db, rms_db;
		if (k == all->count)
			continue;
		compare(&all->item[i].response, &all->item[k].response, NULL, &mean_db, &rms_db);
		if (isfinite(mean_db))
			fprintf(stream, "left - right at %s: %+.1f dB from 200 Hz to 4 kHz, and %.1f dB RMS "
			                "about that\n",
			        all->item[i].measured->position, sabin_number_tidy(mean_db, 1), rms_db);
	}
}
