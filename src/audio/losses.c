/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * losses.c: lost frames and noise bursts.
 *
 * The distance of the chirps alone cannot tell: 64 frames lost in ten seconds look like a clock that
 * is off by 130 ppm, which is legal.  But then the sweep between them does not lie where that clock
 * would have put it: by up to 64 frames, and by a tenth of it wherever it happened.
 */
#include <math.h>
#include <stdint.h>

#include <sabin/skew.h>

#include "audio/losses.h"
#include "audio/markers.h"
#include "io/number.h"

/* ---- one take ---- */

/* Parts of the chirps' band, evenly in octaves, whose arrivals are compared; the upper edge of the last
 * one stays below the fade-out. */
enum { PARTS = 4 };
static const double top_of_band = 0.95;
/* The chirp's and the sweep's response are compared from so long before the direct sound to so long
 * after it. */
static const double before_s = 0.005, after_s = 0.03;
/* A part counts where the two are so much alike: elsewhere the speaker or the room is too silent.  All
 * parts together must be, where the chirp has ten times the noise's energy. */
static const double least_likeness = 0.7, most_noise = 0.1;
/* Farther off than five times what moving air does, and than six standard deviations of the noise
 * (once in 1e9): the clock jumped. */
static const double most_air = 5, most_sigmas = 6;

/* From one sweep to the next two clocks drift apart by less, also where somebody moved the microphone
 * meanwhile: some kelvin near a quartz's turning point, or many away from it. */
static const double most_drift = 1e-6;

struct part {
	bool counts;
	double at_s;   /* in the sweep */
	double place;  /* 0 at the first chirp, 1 at the second, as far as a wrong skew shifts it: by
	                * skew (t + L), the slope of the phase error 2 pi skew L f ln(f / from) */
	double frames; /* the sweep is late by, against the line through the chirps */
	double sigma_frames;
};

/* How the sweep's response lies against the first chirp's, part by part.  a, b: [n], soft ends. */
static enum sabin_err compare_parts(const struct sabin_stimulus *s, const double *a, const double *b,
                                    size_t n, size_t most, double offset, struct part parts[PARTS])
{
	const double ratio = s->chirp.to_hz / s->chirp.from_hz, rate_hz = s->sweep.rate_hz;
	const double sweep_s = (double)(s->sweep_frame - s->chirp_frame[0]) / rate_hz;
	for (int k = 0; k < PARTS; k++) {
		const double low_hz = s->chirp.from_hz * pow(ratio, (double)k / PARTS);
		const double high_hz = fmin(s->chirp.from_hz * pow(ratio, (k + 1.0) / PARTS),
		                            top_of_band * s->chirp.to_hz);
		const double mid_hz = sqrt(low_hz * high_hz);
		struct sabin_delay delay;
		enum sabin_err err =
		    sabin_delay_find(a, b, n, rate_hz, low_hz, high_hz, most, &delay);
		parts[k] = (struct part){.at_s = sabin_sweep_time_s(&s->sweep, mid_hz)};
		if (err == SABIN_ESHORT)
			continue;
		if (err)
			return err;
		parts[k].counts = delay.likeness >= least_likeness;
		parts[k].place =
		    (sweep_s + parts[k].at_s + s->sweep.constant_s -
		     sabin_sweep_time_s(&s->chirp, mid_hz) - s->chirp.constant_s) /
		    sabin_markers_apart_s(s);
		parts[k].frames = delay.frames + offset;
		parts[k].sigma_frames = delay.sigma_frames;
	}
	return SABIN_OK;
}

/* Frames lost after part `after` (-1: before all of them) that explain the parts best: what was lost
 * tilts the line by itself, and shifts what comes after it.  Returns the sum of squares left over. */
static double explain(const struct part parts[PARTS], int after, double *lost)
{
	double along = 0, square = 0, all = 0;
	for (int k = 0; k < PARTS; k++) {
		if (!parts[k].counts)
			continue;
		const double per_frame = k <= after ? parts[k].place : parts[k].place - 1;
		along += per_frame * parts[k].frames;
		square += per_frame * per_frame;
		all += parts[k].frames * parts[k].frames;
	}
	*lost = square > 0 ? along / square : 0;
	return all - *lost * along;
}

static void tell_jump(const struct sabin_stimulus *s, const struct part parts[PARTS],
                      struct sabin_verdict *verdict)
{
	double least = HUGE_VAL, lost = 0;
	int place = -1;
	for (int after = -1; after < PARTS; after++) {
		double frames;
		if (after >= 0 && !parts[after].counts)
			continue;
		const double left = explain(parts, after, &frames);
		if (left < least) {
			least = left;
			lost = frames;
			place = after;
		}
	}
	int next = place + 1;
	while (next < PARTS && !parts[next].counts)
		next++;
	const double from_s = place < 0 ? 0 : parts[place].at_s;
	const double to_s = next < PARTS ? parts[next].at_s : s->sweep.length_s;
	const double count = fmax(fabs(rint(lost)), 1);
	verdict->lost_frames = lost > 0 ? (size_t)count : 0;
	if (next == PARTS)
		sabin_verdict_blame(verdict, "about %.0f frames %s after %.2f s of the sweep (%s): "
		                           "the second marker is out of place",
		                  count, lost > 0 ? "were lost" : "are too many", from_s,
		                  sabin_text_hz(sabin_sweep_frequency_hz(&s->sweep, from_s)).s);
	else
		sabin_verdict_blame(verdict, "about %.0f frames %s between %.2f s and %.2f s of the sweep, "
		                           "while %s to %s were playing",
		                  count, lost > 0 ? "were lost" : "are too many", from_s, to_s,
		                  sabin_text_hz(sabin_sweep_frequency_hz(&s->sweep, from_s)).s,
		                  sabin_text_hz(sabin_sweep_frequency_hz(&s->sweep, to_s)).s);
}

static double energy(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sum;
}

/* Whether the chirp's response a[n] is something else than the sweep's, b[n], and not for noise; and what share of
 * their energy they do not have in common. */
static enum sabin_err differ(const struct sabin_stimulus *s, const double *recorded,
                             const struct sabin_take *take, const double *a, const double *b, size_t n,
                             size_t most, bool *yes, double *share)
{
	const double rate_hz = s->sweep.rate_hz;
	const size_t length = (size_t)ceil(s->chirp.length_s * rate_hz * (1 + take->skew));
	struct sabin_delay delay;
	*yes = false;
	enum sabin_err err =
	    sabin_delay_find(a, b, n, rate_hz, s->chirp.from_hz, s->chirp.to_hz, most, &delay);
	if (err == SABIN_ESHORT) /* one of them is silent */
		delay.likeness = 0;
	else if (err)
		return err;
	*share = 1 - delay.likeness * delay.likeness;
	if (delay.likeness >= least_likeness || take->noise_frames < n + length)
		return SABIN_OK;
	double *noise = malloc(n * sizeof *noise);
	if (!noise)
		return SABIN_ENOMEM;
	err = sabin_markers_response(s, take->skew, recorded + take->noise_frames - n - length, n, noise);
	if (!err) {
		sabin_markers_part(noise, n, rate_hz, noise);
		*yes = energy(noise, n) < most_noise * energy(a, n);
	}
	free(noise);
	return err;
}

/* ---- what only the sweep lacks -------------------------------------------------------------------- */

/* Sixths of an octave; in each the sweep's response must be the chirp's, as both chirps' are each other's.  A gap that
 * a server fills with silence takes a piece out of the sweep's, which is else only a notch; where the waveform does not
 * jump at its edges, or the jumps drown in harmonics, nothing but this tells.  What air and noise do to a response
 * from one chirp to the other, farther apart, is allowed three times. */
enum { PIECES = 12 };
static const double most_lacking = 0.06, most_alike_times = 3, least_known = 0.5;
/* The lowest of them has 1/25 of all: where all in all no more than this lacks, none of them lacks as much. */
static const double least_in_all = 0.06 / 25;

/* What share of b's energy between two frequencies a does not have; 1 where one of them is silent. */
static enum sabin_err lacking(const double *a, const double *b, size_t n, double rate_hz, double low_hz,
                              double high_hz, size_t most, double *share)
{
	struct sabin_delay delay;
	*share = 1;
	enum sabin_err err = sabin_delay_find(a, b, n, rate_hz, low_hz, high_hz, most, &delay);
	if (!err)
		*share = 1 - delay.likeness * delay.likeness;
	return err == SABIN_ESHORT ? SABIN_OK : err;
}

/* a[n], b[n], last[n]: responses of the first chirp, the sweep, and the second chirp. */
static enum sabin_err tell_notch(const struct sabin_stimulus *s, const double *a, const double *b,
                                 const double *last, size_t n, size_t most, struct sabin_verdict *verdict)
{
	const double ratio = top_of_band * s->chirp.to_hz / s->chirp.from_hz, rate_hz = s->sweep.rate_hz;
	for (int k = 0; k < PIECES; k++) {
		const double low_hz = s->chirp.from_hz * pow(ratio, (double)k / PIECES);
		const double high_hz = s->chirp.from_hz * pow(ratio, (k + 1.0) / PIECES);
		double of_chirps = 0, of_sweep;
		enum sabin_err err = lacking(a, b, n, rate_hz, low_hz, high_hz, most, &of_sweep);
		if (!err && of_sweep > most_lacking)
			err = lacking(a, last, n, rate_hz, low_hz, high_hz, most, &of_chirps);
		if (err)
			return err;
		if (of_chirps > least_known || of_sweep <= most_lacking + most_alike_times * of_chirps)
			continue;
		sabin_verdict_blame(verdict, "%.0f %% of the sweep from %s to %s (from %.2f s on) are not what its markers are "
		                           "there: samples were lost or silent",
		                  100 * of_sweep, sabin_text_hz(low_hz).s, sabin_text_hz(high_hz).s,
		                  sabin_sweep_time_s(&s->sweep, low_hz));
		return SABIN_OK;
	}
	return SABIN_OK;
}

/* Chirps of another loudspeaker: what lies between them and the sweep is the room's, and does not tell.
 * But the clock was heard before, and it does not jump. */
static void judge_clock(const struct sabin_taker *taker, struct sabin_take *take)
{
	const struct sabin_excitation *e = sabin_taker_excitation(taker);
	const struct sabin_markers *before = sabin_taker_clock(taker);
	const double lost = sabin_markers_jump(e, before, &take->markers, most_drift);
	if (!before->heard)
		sabin_verdict_blame(&take->verdict, "a loss between the chirps of '%s' cannot be told from a clock "
		                                  "that is off: its own sweep did not come well before",
		                  e->reference);
	if (lost == 0)
		return;
	take->verdict.lost_frames = lost > 0 ? (size_t)lost : 0;
	sabin_verdict_blame(&take->verdict, "about %.0f frames %s between the chirps of '%s': they do not lie as "
	                                  "far apart as those of the sweep before",
	                  fabs(lost), lost > 0 ? "were lost" : "are too many", e->reference);
}

enum sabin_err sabin_losses_single(const struct sabin_taker *taker, const double *recorded,
                                   struct sabin_take *take)
{
	const struct sabin_excitation *e = sabin_taker_excitation(taker);
	const struct sabin_stimulus *s = e->stimulus;
	const struct sabin_markers *m = &take->markers;
	if (!m->heard || fabs(m->skew) > sabin_markers_most_skew)
		return SABIN_OK;
	if (e->markers_apart) {
		judge_clock(taker, take);
		return SABIN_OK;
	}
	const double rate_hz = e->rate_hz, apart_s = sabin_markers_apart_s(s);
	/* no legal skew moves the sweep farther against the chirp */
	const double most_s = fmin(sabin_markers_most_skew * apart_s, 0.1);
	const size_t most = (size_t)(most_s * rate_hz) + 1;
	const long before = (long)(before_s * rate_hz) + (long)most;
	const size_t n = (size_t)before + most + (size_t)(after_s * rate_hz);
	const double chirp_to_sweep =
	    (double)(s->sweep_frame - s->chirp_frame[0]) * (1 + take->skew);
	const long lag = lrint(take->arrival) - before;
	const long first = lrint((double)lag - chirp_to_sweep);
	if (first < 0)
		return SABIN_OK;
	struct part parts[PARTS];
	double *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b), *last = NULL;
	enum sabin_err err = a && b ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		err = sabin_markers_response(s, take->skew, recorded + first, n, a);
	if (err)
		goto out;
	sabin_taker_part(taker, lag, n, b);
	sabin_markers_part(a, n, rate_hz, a);
	sabin_markers_part(b, n, rate_hz, b);
	err = compare_parts(s, a, b, n, most, (double)(lag - first) - chirp_to_sweep, parts);
	for (int k = 0; !err && k < PARTS; k++) {
		const double limit = fmax(most_air * sabin_markers_air_s * rate_hz,
		                          most_sigmas * parts[k].sigma_frames);
		if (parts[k].counts && fabs(parts[k].frames) > limit) {
			tell_jump(s, parts, &take->verdict);
			goto out;
		}
	}
	bool other = false;
	double share = 0;
	if (!err)
		err = differ(s, recorded, take, a, b, n, most, &other, &share);
	const long second = first + lrint((double)(s->chirp_frame[1] - s->chirp_frame[0]) * (1 + take->skew));
	const size_t chirp = (size_t)ceil(s->chirp.length_s * rate_hz * (1 + take->skew)) + 1;
	if (!err && !other && share > least_in_all && (size_t)second + n + chirp <= sabin_taker_recorded(taker)) {
		last = malloc(n * sizeof *last);
		err = last ? sabin_markers_response(s, take->skew, recorded + second, n, last) : SABIN_ENOMEM;
		if (!err) {
			sabin_markers_part(last, n, rate_hz, last);
			err = tell_notch(s, a, b, last, n, most, &take->verdict);
		}
	}
	if (other) {
		sabin_verdict_blame(&take->verdict, "the sweep does not come as its first marker did: samples "
		                                  "were lost or added between them, or within one");
	}
out:
	free(a);
	free(b);
	free(last);
	return err;
}
