/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * holes.c: digital silence in the midst of sound.
 *
 * A server that has no data in time hands out zeros, for a quantum or a few.  Where a tone happens to pass
 * zero on both sides of them the waveform does not jump, and breaks.c hears nothing; but no microphone gives
 * exactly nothing for so long between loud samples.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "audio/losses.h"
#include "io/number.h"

/* So many zeros in a row, with this many of the converter's steps within so many samples on either side.  A
 * sound that is within half a step of zero for 32 samples because it is slow, or turns there, has not gone by 16
 * steps 16 samples later: not even the flattest, one that passes zero with its third power, which reaches
 * 0.5 * 2^3 = 4. */
enum { LEAST_ZEROS = 32, BESIDE = 16, LEAST_STEPS = 16 };
/* Where what is played begins after silence it fades in, 0.3 % of itself after 16 samples; a tone of 20 Hz that
 * goes on is 4 % from zero then.  Itself: the loudest of so much. */
static const double least_share = 0.02, itself_s = 0.02;
/* A convolver's rounding comes and goes with its blocks.  What is 60 dB below the loudest does no harm. */
static const double least_level = 1e-3;

double sabin_losses_step(const double *x, size_t n)
{
	double step = INFINITY;
	for (size_t i = 0; i < n; i++)
		if (x[i] != 0)
			step = fmin(step, fabs(x[i]));
	return step;
}

static double loudest(const double *x, size_t n, long from, long to)
{
	double most = 0;
	for (long i = from > 0 ? from : 0; i < to && i < (long)n; i++)
		most = fmax(most, fabs(x[i]));
	return most;
}

/* Whether the sound is there at once in the samples beside the zeros, and not coming or going: it is not much
 * louder farther on, in from..to, of which they are part. */
static bool at_once(const double *x, size_t n, long beside_from, long beside_to, long from, long to, double least)
{
	const double beside = loudest(x, n, beside_from, beside_to);
	return beside >= least && beside >= least_share * loudest(x, n, from, to);
}

static void tell(const struct sabin_excitation *e, const struct sabin_take *take, size_t at, size_t count,
                 struct sabin_verdict *verdict)
{
	const struct sabin_sweep *sweep = &e->stimulus->sweep;
	const double at_s = ((double)at - take->arrival) / e->rate_hz / (1 + take->skew);
	char where[128] = "";
	if (at_s >= 0 && at_s < sweep->length_s)
		snprintf(where, sizeof where, ", %.2f s into the sweep, while %s was playing", at_s,
		         sabin_text_hz(sabin_sweep_frequency_hz(sweep, at_s)).s);
	sabin_verdict_blame(verdict, "%zu samples of digital silence in the midst of sound%s: data was lost", count,
	                  where);
}

void sabin_losses_holes(const struct sabin_taker *taker, const double *recorded, struct sabin_take *take)
{
	const struct sabin_excitation *e = sabin_taker_excitation(taker);
	const size_t n = sabin_taker_recorded(taker);
	if (!e->stimulus)
		return;
	const long itself = (long)(itself_s * e->rate_hz);
	const double least =
	    fmax(LEAST_STEPS * sabin_losses_step(recorded, n), least_level * loudest(recorded, n, 0, (long)n));
	for (size_t i = 0, zeros = 0; i < n; i++) {
		if (recorded[i] == 0) {
			zeros++;
			continue;
		}
		const long end = (long)i, begin = end - (long)zeros;
		if (zeros >= LEAST_ZEROS &&
		    at_once(recorded, n, begin - BESIDE, begin, begin - itself, begin, least) &&
		    at_once(recorded, n, end, end + BESIDE, end, end + itself, least)) {
			tell(e, take, (size_t)begin, zeros, &take->verdict);
			return;
		}
		zeros = 0;
	}
}
