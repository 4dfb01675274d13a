/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pile.c: averaging repeats.
 */
#include <math.h>

#include "audio/losses.h"
#include "audio/pile.h"

void sabin_pile_release(struct sabin_pile *pile)
{
	sabin_scratch_release(&pile->sums);
	sabin_scratch_release(&pile->recorded);
	*pile = (struct sabin_pile){0};
}

static enum sabin_err begin(struct sabin_pile *pile, const struct sabin_taker *taker,
                            const struct sabin_take *take, const char *folder,
                            struct sabin_diag *diag)
{
	pile->first = *take;
	pile->cut = sabin_taker_cut(taker, take);
	enum sabin_err err = sabin_scratch_new(folder, pile->cut.frames, 2 * sizeof *pile->sum,
	                                       &pile->sums, diag);
	pile->sum = pile->sums.at;
	pile->squares = err ? NULL : pile->sum + pile->cut.frames;
	return err;
}

enum sabin_err sabin_pile_check(struct sabin_pile *pile, const struct sabin_taker *taker,
                                const double *recorded, const char *folder,
                                struct sabin_take *take, struct sabin_diag *diag)
{
	const size_t n = sabin_taker_recorded(taker);
	if (pile->recorded.at)
		return sabin_losses_repeat(taker, pile->recorded.at, &pile->first, recorded, take);
	enum sabin_err err =
	    sabin_scratch_new(folder, n, sizeof *recorded, &pile->recorded, diag);
	if (!err)
		memcpy(pile->recorded.at, recorded, n * sizeof *recorded);
	return err;
}

enum sabin_err sabin_pile_add(struct sabin_pile *pile, const struct sabin_taker *taker,
                              const struct sabin_take *take, const char *folder,
                              struct sabin_diag *diag)
{
	enum sabin_err err = pile->count == 0 ? begin(pile, taker, take, folder, diag) : SABIN_OK;
	if (err)
		return err;
	struct sabin_verdict *v = &pile->first.verdict;
	v->peak_dbfs = fmax(v->peak_dbfs, take->verdict.peak_dbfs);
	if (take->noise_frames < pile->first.noise_frames) /* it is cut from the last recording */
		pile->first.noise_frames = take->noise_frames;
	double *one = malloc(pile->cut.frames * sizeof *one);
	err = one ? sabin_taker_copy(taker, take, &pile->cut, one) : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < pile->cut.frames; i++) {
		pile->sum[i] += one[i];
		pile->squares[i] += one[i] * one[i];
	}
	if (!err)
		err = sabin_agreement_add(&pile->agreement, v, one, pile->cut.frames,
		                          sabin_taker_excitation(taker)->rate_hz, pile->cut.before);
	pile->count += !err;
	free(one);
	return err;
}

enum sabin_err sabin_pile_finish(struct sabin_pile *pile, double rate_hz)
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
	return sabin_agreement_finish(&pile->agreement, pile->sum, pile->cut.frames, rate_hz,
	                              pile->cut.before, &pile->first.verdict);
}
