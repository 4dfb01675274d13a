/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pile.c: averaging repeats.
 */
#include <math.h>

#include "audio/losses.h"
#include "audio/pile.h"

void sabin_pile_release(struct sabin_pile *pile)
{
	free(pile->sum);
	free(pile->one);
	free(pile->squares);
	free(pile->recorded);
	*pile = (struct sabin_pile){0};
}

static enum sabin_err begin(struct sabin_pile *pile, const struct sabin_taker *taker,
                            const struct sabin_take *take)
{
	pile->first = *take;
	pile->cut = sabin_taker_cut(taker, take);
	pile->sum = calloc(pile->cut.frames, sizeof *pile->sum);
	pile->one = calloc(pile->cut.frames, sizeof *pile->one);
	pile->squares = calloc(pile->cut.frames, sizeof *pile->squares);
	return pile->sum && pile->one && pile->squares ? SABIN_OK : SABIN_ENOMEM;
}

enum sabin_err sabin_pile_check(struct sabin_pile *pile, const struct sabin_taker *taker,
                                const double *recorded, struct sabin_take *take)
{
	const size_t n = sabin_taker_recorded(taker);
	if (pile->recorded)
		return sabin_losses_repeat(taker, pile->recorded, &pile->first, recorded, take);
	pile->recorded = malloc(n * sizeof *pile->recorded);
	if (!pile->recorded)
		return SABIN_ENOMEM;
	memcpy(pile->recorded, recorded, n * sizeof *recorded);
	return SABIN_OK;
}

enum sabin_err sabin_pile_add(struct sabin_pile *pile, const struct sabin_taker *taker,
                              const struct sabin_take *take)
{
	enum sabin_err err = pile->count == 0 ? begin(pile, taker, take) : SABIN_OK;
	if (err)
		return err;
	struct sabin_verdict *v = &pile->first.verdict;
	v->peak_dbfs = fmax(v->peak_dbfs, take->verdict.peak_dbfs);
	err = sabin_taker_copy(taker, take, &pile->cut, pile->one);
	if (err)
		return err;
	for (size_t i = 0; i < pile->cut.frames; i++) {
		pile->sum[i] += pile->one[i];
		pile->squares[i] += pile->one[i] * pile->one[i];
	}
	pile->count++;
	return SABIN_OK;
}

void sabin_pile_finish(struct sabin_pile *pile)
{
	const double n = pile->count;
	double stray = 0, energy = 0;
	for (size_t i = 0; i < pile->cut.frames; i++) {
		pile->sum[i] /= n;
		energy += pile->sum[i] * pile->sum[i];
		if (n > 1)
			stray += (pile->squares[i] - n * pile->sum[i] * pile->sum[i]) / (n - 1);
	}
	/* dB re the mean's energy */
	if (n > 1 && stray > 0)
		pile->first.verdict.repeatability_db =
		    sabin_quantity_valid(10 * log10(stray / energy), NAN);
}
