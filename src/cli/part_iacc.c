/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_iacc.c: interaural cross-correlation of pairs of responses.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/part_iacc.h"
#include "cli/quantity_show.h"
#include "cli/show.h"
#include "cli/talk.h"

/* One pair: i and k are indices into chosen[]. */
static enum sabin_err compute_one(const struct sabin_measurement *m, const size_t *chosen,
                                  const struct sabin_analysis *results, size_t i, size_t k,
                                  struct sabin_pair *pair, struct sabin_diag *diag)
{
	const struct sabin_analysis *a = &results[i], *b = &results[k];
	double *left = NULL, *right = NULL;
	size_t frames[2] = {0, 0};
	struct sabin_iacc_options options = {
		.onset = a->arrival.onset < b->arrival.onset ? a->arrival.onset : b->arrival.onset,
		.end_s = HUGE_VAL,
		.excited_to_hz = HUGE_VAL,
	};
	/* noise has nothing in common: stop where the first of both meets its own */
	if (isfinite(a->broadband.knee_s))
		options.end_s = a->broadband.knee_s;
	if (isfinite(b->broadband.knee_s))
		options.end_s = fmin(options.end_s, b->broadband.knee_s);
	if (m->has_stimulus) {
		options.excited_from_hz = m->stimulus.sweep.from_hz;
		options.excited_to_hz = m->stimulus.sweep.to_hz;
	}
	pair->left = &m->responses[chosen[i]];
	pair->right = &m->responses[chosen[k]];
	enum sabin_err err = sabin_measurement_load(m, chosen[i], &left, &frames[0], diag);
	if (!err)
		err = sabin_measurement_load(m, chosen[k], &right, &frames[1], diag);
	if (!err)
		err = sabin_iacc_compute(left, right, frames[0] < frames[1] ? frames[0] : frames[1],
		                         pair->left->rate_hz, &options, &pair->iacc);
	free(left);
	free(right);
	return err;
}

enum sabin_err sabin_pairs_compute(const struct sabin_measurement *m, const size_t channel[2],
                                   const size_t *chosen, const struct sabin_analysis *results,
                                   size_t count, struct sabin_pairs *out, struct sabin_diag *diag)
{
	*out = (struct sabin_pairs){0};
	out->item = calloc(count ? count : 1, sizeof *out->item);
	if (!out->item)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++) {
			const struct sabin_measured *a = &m->responses[chosen[i]];
			const struct sabin_measured *b = &m->responses[chosen[k]];
			if (a->channel + 1 != channel[0] || b->channel + 1 != channel[1] ||
			    strcmp(a->file, b->file) != 0)
				continue;
			enum sabin_err err = compute_one(m, chosen, results, i, k,
			                                 &out->item[out->count++], diag);
			if (err)
				return err;
			break; /* one partner each */
		}
	return SABIN_OK;
}

void sabin_pairs_release(struct sabin_pairs *pairs)
{
	free(pairs->item);
	*pairs = (struct sabin_pairs){0};
}

static void json_band(struct sabin_json *json, const struct sabin_iacc_band *band)
{
	for (int p = 0; p < SABIN_IACC_PARTS; p++) {
		const char *name = sabin_iacc_part_name((enum sabin_iacc_part)p);
		char key[32];
		sabin_json_quantity(json, name, band->iacc[p], "1");
		snprintf(key, sizeof key, "%s_delay_s", name);
		sabin_json_number(json, key, band->delay_s[p]);
	}
}

static void json_ear(struct sabin_json *json, const char *key, const struct sabin_measured *m)
{
	sabin_json_open_object(json, key);
	sabin_json_text(json, "speaker", m->speaker);
	sabin_json_text(json, "position", m->position);
	sabin_json_integer(json, "channel", (long long)m->channel + 1);
	sabin_json_close(json);
}

void sabin_pairs_json(const struct sabin_pairs *pairs, struct sabin_json *json)
{
	sabin_json_open_array(json, "iacc");
	for (size_t i = 0; i < pairs->count; i++) {
		const struct sabin_pair *pair = &pairs->item[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "file", pair->left->file);
		json_ear(json, "left", pair->left);
		json_ear(json, "right", pair->right);
		sabin_json_open_array(json, "bands");
		for (int b = 0; b < SABIN_IACC_BANDS; b++) {
			sabin_json_open_object(json, NULL);
			sabin_json_number(json, "centre_hz", pair->iacc.band[b].band.nominal_hz);
			sabin_json_integer(json, "fraction", 1);
			json_band(json, &pair->iacc.band[b]);
			sabin_json_close(json);
		}
		sabin_json_close(json);
		sabin_json_open_object(json, "broadband");
		json_band(json, &pair->iacc.broadband);
		sabin_json_close(json);
		sabin_json_open_object(json, "mean_500_to_2000_hz");
		for (int p = 0; p < SABIN_IACC_PARTS; p++)
			sabin_json_quantity(json, sabin_iacc_part_name((enum sabin_iacc_part)p),
			                    pair->iacc.mean3[p], "1");
		sabin_json_close(json);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

void sabin_pairs_csv(const struct sabin_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct sabin_pair *pair = &pairs->item[i];
		char lead[2 * SABIN_NAME_SIZE + 2], key[32];
		/* the left ear's names stand for the pair */
		snprintf(lead, sizeof lead, "%s,%s,", pair->left->speaker, pair->left->position);
		for (int p = 0; p < SABIN_IACC_PARTS; p++) {
			snprintf(key, sizeof key, "iacc_%s",
			         sabin_iacc_part_name((enum sabin_iacc_part)p));
			for (int b = 0; b < SABIN_IACC_BANDS; b++)
				sabin_csv_quantity(lead, key, &pair->iacc.band[b].band,
				                   pair->iacc.band[b].iacc[p], "1", NULL);
			sabin_csv_quantity(lead, key, NULL, pair->iacc.broadband.iacc[p], "1", NULL);
		}
	}
}

void sabin_pairs_text(const struct sabin_pairs *pairs)
{
	char text[32];
	for (size_t i = 0; i < pairs->count; i++) {
		const struct sabin_pair *pair = &pairs->item[i];
		printf("\n%sIACC%s of channels %zu and %zu, %s  (0: nothing in common, 1: the same at both "
		       "ears)\n  %-10s",
		       sabin_bold(), sabin_plain(), pair->left->channel + 1, pair->right->channel + 1,
		       pair->left->file, "band, Hz");
		for (int b = 0; b < SABIN_IACC_BANDS; b++)
			printf("%8s", sabin_show_hz(pair->iacc.band[b].band.nominal_hz, text,
			                            sizeof text));
		printf("%8s  500..2k\n", "all");
		for (int p = 0; p < SABIN_IACC_PARTS; p++) {
			printf("  %-10s", sabin_iacc_part_name((enum sabin_iacc_part)p));
			for (int b = 0; b < SABIN_IACC_BANDS + 2; b++) {
				const struct sabin_quantity q =
					b < SABIN_IACC_BANDS    ? pair->iacc.band[b].iacc[p]
					: b == SABIN_IACC_BANDS ? pair->iacc.broadband.iacc[p]
					                        : pair->iacc.mean3[p];
				sabin_show_value(q, 2, text, sizeof text);
				/* "–" is three bytes and one column wide */
				printf("%*s", (text[0] == '\xe2' ? 10 : 8) +
				                      (b > SABIN_IACC_BANDS), text);
			}
			putchar('\n');
		}
	}
}
