/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_pairs.c: the left loudspeaker against the right one, at each position.
 */
#include <math.h>
#include <strings.h>

#include <sabin/target.h>

#include "cli/pairs.h"
#include "cli/responses.h"
#include "io/number.h"

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

/* Left minus right into difference_db[length], which may be NULL; mean and RMS about it over the
 * band in which `eq` makes levels equal, NAN without points there.  Returns the length. */
static size_t compare(const struct sabin_response *left, const struct sabin_response *right,
                      double *difference_db, double *mean_db, double *rms_db)
{
	const size_t length = left->length < right->length ? left->length : right->length;
	double sum = 0, square = 0, count = 0;
	for (size_t i = 0; i < length; i++) {
		const double d = left->level_db[i] - right->level_db[i];
		if (difference_db)
			difference_db[i] = d;
		if (!isfinite(d) || left->freq_hz[i] < sabin_target_band_hz[0] ||
		    left->freq_hz[i] > sabin_target_band_hz[1])
			continue;
		sum += d;
		square += d * d;
		count++;
	}
	*mean_db = count > 0 ? sum / count : (double)NAN;
	*rms_db = count > 0 ? sqrt(fmax(0, square / count - *mean_db * *mean_db)) : (double)NAN;
	return length;
}

/* The mean as `measure` and `compare` have it, from the responses themselves; of averages that of the curves. */
static void refine(const struct sabin_response_item *left, const struct sabin_response_item *right, double *mean_db)
{
	const struct sabin_pair_side l = {left->h, left->frames, left->measured},
	                             r = {right->h, right->frames, right->measured};
	struct sabin_quantity level;
	if (left->position_count == 0 && isfinite(*mean_db) && sabin_pairs_level(&r, &l, &level) == SABIN_OK && level.valid)
		*mean_db = level.value;
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
			refine(&all->item[i], &all->item[k], &mean_db);
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
		refine(&all->item[i], &all->item[k], &mean_db);
		if (isfinite(mean_db))
			fprintf(stream, "left - right at %s: %+.1f dB from %s to %s, and %.1f dB RMS about that\n",
			        all->item[i].measured->position, sabin_number_tidy(mean_db, 1),
			        sabin_text_hz(sabin_target_band_hz[0]).s, sabin_text_hz(sabin_target_band_hz[1]).s, rms_db);
	}
}
