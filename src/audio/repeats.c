/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * repeats.c: one repeat of a sweep against another.
 *
 * Two recordings of the same sweep in the same room differ by noise.  Their difference, in frames of
 * 10 ms, is as high everywhere as in the quiet; where it is not, frames are missing in one of them
 * or something made a noise.
 */
#include <math.h>
#include <stdint.h>

#include <sabin/skew.h>

#include "audio/losses.h"
#include "audio/markers.h"
#include "io/number.h"

static const double frame_s = 0.01;
/* Noise of 10 ms spreads by 1.2 dB; what is lost or slams is 16 dB higher and more.  Rooms are not
 * stationary. */
static const double most_over_noise_db = 7;
/* A quarter of the frames is quiet, whatever happened in the rest. */
static const double quiet_share = 0.25;
/* Rumble does not settle within 10 ms. */
static const double high_pass_hz = 200;
/* What moving air leaves within one sweep once the recordings are aligned on its beginning: it turns
 * the phase, more at high frequencies, and the difference grows with the sweep. */
static const double air_left_s = 1.5e-6;
/* Aligned on this much around the first chirp, and searched so far. */
static const double align_s = 0.2, align_reach_s = 0.002;
/* Below this correlation two sweeps have nothing in common that could be laid on each other. */
static const double least_likeness = 0.3;
/* So near to a whole number of samples it is one. */
static const double whole_frames = 0.01;
/* Taps on either side; what they do above 0.9 of half the rate is below what air does. */
enum { READER_HALF = 64 };

struct line {
	double start, step; /* sample i of the repeat is start + i * step of the first */
	bool whole;         /* only by whole samples */
};

/* By how much the repeat is later, from the whole sweeps laid on each other, where no chirps tell: the
 * arrival of a subwoofer is not known to a sample, and two clocks begin at any fraction of one. */
static enum sabin_err lay_sweeps(const struct sabin_excitation *e, const double *first,
                                 const struct sabin_take *first_take, const double *recorded, size_t n,
                                 const struct sabin_take *take, double *shift)
{
	const size_t one = (size_t)fmax(rint(first_take->arrival), 0);
	const size_t two = (size_t)fmax(rint(take->arrival), 0), later = one > two ? one : two;
	const double top_hz = e->speaker_hz[1] > e->from_hz ? fmin(e->speaker_hz[1], e->to_hz) : e->to_hz;
	/* an arrival may have been taken a period too early or late */
	const size_t reach = (size_t)(fmax(align_reach_s, 2 / top_hz) * e->rate_hz);
	struct sabin_delay delay;
	if (later + 2 * reach >= n)
		return SABIN_OK;
	const size_t length = e->frames < n - later ? e->frames : n - later;
	const enum sabin_err err =
	    sabin_delay_find(first + one, recorded + two, length, e->rate_hz, e->from_hz,
	                     fmin(top_hz, e->rate_hz / 2), reach, &delay);
	if (!err && delay.likeness >= least_likeness)
		*shift = (double)two - (double)one + delay.frames;
	return err == SABIN_ESHORT ? SABIN_OK : err;
}

/* Where the first recording has what the repeat has.  The chirps say it best. */
static enum sabin_err align(const struct sabin_excitation *e, const double *first,
                            const struct sabin_take *first_take, const double *recorded, size_t n,
                            const struct sabin_take *take, bool same_clock, struct line *line)
{
	double shift = take->arrival - first_take->arrival; /* the repeat is later by */
	*line = (struct line){0, 1, first_take->skew == 0 && take->skew == 0};
	if (!first_take->markers.heard) {
		enum sabin_err err = lay_sweeps(e, first, first_take, recorded, n, take, &shift);
		line->whole = line->whole && (e->one_clock || fabs(shift - rint(shift)) < whole_frames);
		line->start = line->whole ? -rint(shift) : -shift;
		return err;
	}
	if (line->whole) {
		line->start = -rint(shift);
		return SABIN_OK;
	}
	const size_t length = (size_t)(align_s * e->rate_hz);
	const double lead = 0.01 * e->rate_hz;
	/* a chirp that drowned is where the other one tells */
	const double chirp =
	    take->markers.heard ? take->markers.at[0] : first_take->markers.at[0] + rint(shift);
	const double one = first_take->markers.at[0] - lead, two = chirp - lead;
	if (one >= 0 && two >= 0 && one + (double)length < (double)n && two + (double)length < (double)n) {
		const size_t at_one = (size_t)lrint(one), at_two = (size_t)lrint(two);
		double *a = malloc(length * sizeof *a), *b = malloc(length * sizeof *b);
		struct sabin_delay delay = {0};
		enum sabin_err err = SABIN_ENOMEM;
		if (a && b) {
			sabin_markers_part(first + at_one, length, e->rate_hz, a);
			sabin_markers_part(recorded + at_two, length, e->rate_hz, b);
			err = sabin_delay_find(a, b, length, e->rate_hz, e->stimulus->chirp.from_hz,
			                       e->stimulus->chirp.to_hz,
			                       (size_t)(align_reach_s * e->rate_hz), &delay);
		}
		free(a);
		free(b);
		if (err)
			return err;
		shift = (double)at_two - (double)at_one + delay.frames;
	}
	if (same_clock && take->markers.heard) /* one line through where the chirp is in both */
		line->step = (1 + first_take->markers.skew) / (1 + take->markers.skew);
	line->start = chirp * (1 - line->step) - shift;
	return SABIN_OK;
}

struct levels {
	size_t count;
	double *difference, *signal; /* [count]: mean squares, high-passed */
};

/* Frames of 10 ms of (repeat - first) / sqrt(2) and of the weaker of the two. */
static void measure_frames(const double *first, const double *recorded, size_t length, double rate_hz,
                           struct levels *levels)
{
	const double keep = exp(-2 * M_PI * high_pass_hz / rate_hz);
	double before[2] = {0}, after[2] = {0};
	for (size_t f = 0; f < levels->count; f++) {
		double difference = 0, one = 0, two = 0;
		for (size_t i = f * length; i < (f + 1) * length; i++) {
			const double x[2] = {first[i], recorded[i]};
			for (int k = 0; k < 2; k++) {
				after[k] = keep * (after[k] + x[k] - before[k]);
				before[k] = x[k];
			}
			difference += (after[1] - after[0]) * (after[1] - after[0]);
			one += after[0] * after[0];
			two += after[1] * after[1];
		}
		levels->difference[f] = 0.5 * difference / (double)length;
		levels->signal[f] = fmin(one, two) / (double)length;
	}
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The quiet frames' level; frames before the first one that holds anything of both do not count. */
static enum sabin_err quiet(const struct levels *levels, size_t from, size_t to, double *level)
{
	const size_t n = to - from;
	double *sorted = malloc(n * sizeof *sorted);
	if (!sorted)
		return SABIN_ENOMEM;
	memcpy(sorted, levels->difference + from, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_size);
	*level = sorted[(size_t)(quiet_share * (double)n)];
	free(sorted);
	return SABIN_OK;
}

/* What air does to a frame of the sweep that begins at_s after its arrival, re the signal. */
static double air_share(const struct sabin_excitation *e, double at_s)
{
	const double f_hz =
	    e->stimulus ? sabin_sweep_frequency_hz(&e->stimulus->sweep, at_s) : e->to_hz;
	const double phase = 2 * M_PI * fmin(fmax(f_hz, e->from_hz), e->to_hz) * air_left_s;
	return phase * phase;
}

/* The first frame that is too loud, with how much, or count. */
static size_t loud_frame(const struct sabin_excitation *e, const struct levels *levels, double noise,
                         double arrival, size_t length, double *over_db)
{
	const double most = pow(10, most_over_noise_db / 10), rate_hz = e->rate_hz;
	const double tail_s =
	    e->stimulus ? (double)e->stimulus->tail_frames / rate_hz : 0.5;
	const double end = arrival + (double)e->frames + tail_s * rate_hz;
	size_t f = (size_t)(fmax(arrival, 0) / (double)length), found = levels->count;
	*over_db = 0;
	for (; f < levels->count && (double)((f + 1) * length) < end; f++) {
		const double at_s = ((double)(f * length) - arrival) / rate_hz;
		const double allowed = most * (noise + levels->signal[f] * air_share(e, at_s));
		if (!(levels->difference[f] > allowed))
			continue;
		if (found == levels->count)
			found = f;
		*over_db = fmax(*over_db, 10 * log10(levels->difference[f] / allowed));
	}
	*over_db += most_over_noise_db;
	return found;
}

static void tell(const struct sabin_excitation *e, double at_s, double over_db, double lost,
                 struct sabin_verdict *verdict)
{
	const double length_s = (double)e->frames / e->rate_hz;
	char where[128] = "", when[64];
	if (at_s >= 0 && at_s < length_s && e->stimulus)
		snprintf(where, sizeof where, ", while %s was playing",
		         sabin_text_hz(sabin_sweep_frequency_hz(&e->stimulus->sweep, at_s)).s);
	snprintf(when, sizeof when, "%.2f s into the sweep", at_s);
	if (lost != 0) {
		verdict->lost_frames = (size_t)fabs(lost);
		sabin_verdict_blame(verdict, "about %.0f frames were lost in one of two repeats%s%s%s",
		                  fabs(lost), isnan(at_s) ? "" : " ", isnan(at_s) ? "" : when, where);
	} else {
		sabin_verdict_blame(verdict, "a noise or a loss %s%s: two repeats differ there by %.0f dB "
		                           "more than elsewhere",
		                  when, where, over_db);
	}
}

enum sabin_err sabin_losses_repeat(const struct sabin_taker *taker, const double *first,
                                   const struct sabin_take *first_take, const double *recorded,
                                   struct sabin_take *take)
{
	const struct sabin_excitation *e = sabin_taker_excitation(taker);
	const size_t n = sabin_taker_recorded(taker), length = (size_t)(frame_s * e->rate_hz);
	struct levels levels = {.count = n / length};
	struct sabin_stretch *reader = NULL;
	struct line line;
	double *aligned = malloc(n * sizeof *aligned);
	enum sabin_err err = SABIN_ENOMEM;
	levels.difference = malloc(levels.count * sizeof *levels.difference);
	levels.signal = malloc(levels.count * sizeof *levels.signal);
	if (!aligned || !levels.difference || !levels.signal)
		goto out;
	const double lost = sabin_markers_jump(e, &first_take->markers, &take->markers, 0);
	err = align(e, first, first_take, recorded, n, take, lost == 0, &line);
	if (!err && !line.whole)
		err = sabin_stretch_new(READER_HALF, &reader);
	if (err)
		goto out;
	if (line.whole)
		for (size_t i = 0; i < n; i++) {
			const double at = (double)i + line.start;
			aligned[i] = at >= 0 && at < (double)n ? first[(size_t)at] : 0;
		}
	else
		sabin_stretch_process(reader, first, n, line.start, line.step, aligned, n);
	measure_frames(aligned, recorded, length, e->rate_hz, &levels);
	/* what only one of them holds, at either end, is no difference */
	const double edge = fabs(line.start) + READER_HALF + (double)length;
	const size_t skip = (size_t)(edge / (double)length) + 1;
	if (levels.count > 4 * skip + 8) {
		double noise, over_db;
		err = quiet(&levels, skip, levels.count - skip, &noise);
		if (err)
			goto out;
		const size_t f = loud_frame(e, &levels, noise, take->arrival, length, &over_db);
		const double at_s = f < levels.count
		                        ? ((double)(f * length) - take->arrival) / e->rate_hz
		                        : (double)NAN;
		if (lost != 0 || f < levels.count)
			tell(e, at_s, over_db, lost, &take->verdict);
	}
out:
	sabin_stretch_free(reader);
	free(aligned);
	free(levels.difference);
	free(levels.signal);
	return err;
}
