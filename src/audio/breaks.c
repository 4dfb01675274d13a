/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * breaks.c: where a recorded sweep jumps.
 *
 * A sweep that is heard whole sounds, at any moment, at its own frequency and at the multiples of it
 * that a loudspeaker adds; what it left behind decays.  Wherever samples are missing, silent or too
 * many the waveform jumps, and a jump sounds at all frequencies at once, also at those that have not
 * been played yet.  Neither the number of samples nor the time of anything else need have changed for
 * that: a gap that is filled with silence, or a loss that is made good later, is heard all the same.
 */
#include <complex.h>
#include <math.h>
#include <stdint.h>

#include <sabin/fft.h>

#include "audio/losses.h"
#include "audio/markers.h"
#include "io/number.h"
#include "signal/blackman.h"

/* Frames about as long as a jump sounds in a room, a quarter of one from each to the next. */
static const double frame_s = 0.008;
enum { HOPS = 4, BANDS = 32 };
/* Bins on either side in which a tone is heard through the window; harmonics that count as the
 * sweep's own. */
enum { SKIRT = 5, HARMONICS = 5 };
/* A frequency that was played decays for so long before it counts as silent. */
static const double reverberation_s = 0.15;
/* A band rises when it is so much louder than in any frame of the last while.  In noise 4 dB are safe
 * with three bands: each holds a chi-square of 8 degrees. */
static const double rise_db = 6, memory_s = 0.04;
/* A rattle beats once or twice in each period of the sweep; one of the last ones is remembered. */
static const double memory_periods = 2.2;
/* A jump as high as the sweep lies 20 to 45 dB below it, in all bands together.  What is farther below
 * than this does no harm. */
static const double floor_db = -60;
/* So many bands rise at once, and that share of those that are silent. */
enum { LEAST_BANDS = 3 };
static const double least_share = 0.15;
/* A jump decays with the room; what is there still, within this, after one to five times some whole
 * periods of at least so long has begun to rattle, or to hum. */
static const double stays_db = 6, stays_s = 0.02;
enum { STAYS = 5 };

struct look {
	const struct sabin_stimulus *stimulus;
	double rate_hz, arrival, pace; /* sample of the recording; how much longer it takes */
	size_t first, window, hop, count, width; /* samples, samples, samples, frames, bins of a band */
	float *level;      /* [count * BANDS]: energies */
	float *total;      /* [count] */
	double mean_total;
	double rounding; /* energy of a band in which nothing but the converter's last step sounds */
};

/* Seconds into the sweep as played at the beginning of frame f, and the frequency then. */
static double time_s(const struct look *l, double frame)
{
	return ((double)l->first + frame * (double)l->hop - l->arrival) / l->rate_hz / l->pace;
}

static double playing_hz(const struct look *l, double at_s)
{
	const struct sabin_sweep *sweep = &l->stimulus->sweep;
	return sabin_sweep_frequency_hz(sweep, fmin(fmax(at_s, 0), sweep->length_s));
}

/* From as long before the sweep as is remembered up to the second chirp. */
static enum sabin_err look_new(const struct sabin_excitation *e, const struct sabin_take *take,
                               size_t recorded, struct look *l)
{
	const struct sabin_stimulus *s = e->stimulus;
	const double rate_hz = e->rate_hz;
	*l = (struct look){.stimulus = s, .rate_hz = rate_hz, .arrival = take->arrival,
	                   .pace = 1 + take->skew, .window = 2 * BANDS};
	while ((double)l->window < frame_s * rate_hz)
		l->window *= 2;
	l->hop = l->window / HOPS;
	l->width = l->window / 2 / BANDS;
	const double before_s = fmax(memory_s, memory_periods / s->sweep.from_hz) + 2 * frame_s;
	const double begin = fmax(l->arrival - before_s * rate_hz, 0);
	const size_t last = s->chirp.frames > 0 ? s->chirp_frame[1] : s->frames;
	double end = l->arrival + ((double)last - (double)s->sweep_frame) * l->pace;
	if (e->markers_apart) /* another loudspeaker's, perhaps nearer */
		end -= sabin_markers_apart_most_s * rate_hz;
	end = fmin(end - 2 * frame_s * rate_hz, (double)recorded) - (double)l->window;
	if (!(end > begin))
		return SABIN_OK;
	l->first = (size_t)begin;
	l->count = (size_t)((end - begin) / (double)l->hop);
	l->level = malloc(l->count * BANDS * sizeof *l->level);
	l->total = malloc(l->count * sizeof *l->total);
	return l->level && l->total ? SABIN_OK : SABIN_ENOMEM;
}

/* Energies of one frame, in bands and in all of them. */
static void add_up(struct look *l, size_t f, const double complex *spectrum)
{
	double total = 0;
	for (size_t b = 0; b < BANDS; b++) {
		double sum = 0;
		for (size_t k = b * l->width + 1; k <= (b + 1) * l->width; k++)
			sum += creal(spectrum[k]) * creal(spectrum[k]) +
			       cimag(spectrum[k]) * cimag(spectrum[k]);
		l->level[f * BANDS + b] = (float)sum;
		total += sum;
	}
	l->total[f] = (float)total;
	l->mean_total += total / (double)l->count;
}

/* Converters without noise sleep in steps, and toggle between two of them when something slow passes
 * by: an error of at most half a step in each sample. */
static double rounding_variance(const double *recorded, size_t frames)
{
	const double step = sabin_losses_step(recorded, frames);
	return isfinite(step) ? step * step / 4 : 0;
}

static enum sabin_err listen(struct look *l, const double *recorded, size_t frames)
{
	const size_t n = l->window;
	double power = 0;
	struct sabin_fft *fft = NULL;
	double *window = malloc(n * sizeof *window), *t = malloc(n * sizeof *t);
	double complex *spectrum = malloc((n / 2 + 1) * sizeof *spectrum);
	enum sabin_err err =
	    window && t && spectrum ? sabin_fft_new(n, &fft) : SABIN_ENOMEM;
	if (!err)
		sabin_blackman_harris(window, n);
	for (size_t i = 0; !err && i < n; i++)
		power += window[i] * window[i];
	l->rounding = rounding_variance(recorded, frames) * power * (double)l->width;
	for (size_t f = 0; !err && f < l->count; f++) {
		for (size_t i = 0; i < n; i++)
			t[i] = window[i] * recorded[l->first + f * l->hop + i];
		sabin_fft_forward(fft, t, spectrum);
		add_up(l, f, spectrum);
	}
	sabin_fft_free(fft);
	free(window);
	free(t);
	free(spectrum);
	return err;
}

/* Whether the harmonic that runs from low_hz to high_hz sounds between from_hz and to_hz: there, or
 * where it is mirrored at half the rate, as what distorts behind a converter does. */
static bool sounds(double low_hz, double high_hz, double rate_hz, double from_hz, double to_hz)
{
	const double periods = floor(low_hz / rate_hz);
	const double a = low_hz - periods * rate_hz, b = high_hz - periods * rate_hz;
	if (b > 1.5 * rate_hz || (from_hz <= b && to_hz >= a) ||
	    (b >= rate_hz && from_hz <= b - rate_hz))
		return true;
	return from_hz <= rate_hz - a && to_hz >= rate_hz - b;
}

/* Bands in which nothing of the sweep sounds in frame f. */
static void choose(const struct look *l, size_t f, bool silent[BANDS])
{
	const double bin_hz = l->rate_hz / (double)l->window;
	const double low_hz = playing_hz(l, time_s(l, (double)f));
	const double high_hz = playing_hz(l, time_s(l, (double)(f + HOPS)));
	const double past_hz = playing_hz(l, time_s(l, (double)f) - reverberation_s);
	for (size_t b = 0; b < BANDS; b++) {
		const double from_hz = ((double)(b * l->width) + 1 - SKIRT) * bin_hz;
		const double to_hz = ((double)((b + 1) * l->width) + SKIRT) * bin_hz;
		silent[b] = from_hz > high_hz || to_hz < past_hz;
		for (int m = 2; m <= HARMONICS; m++)
			silent[b] = silent[b] && !sounds(m * low_hz, m * high_hz, l->rate_hz,
			                                 from_hz, to_hz);
	}
}

/* The loudest that band b was in frames from..to. */
static double loudest(const struct look *l, size_t b, size_t from, size_t to)
{
	double most = 0;
	for (size_t f = from; f <= to && f < l->count; f++)
		most = fmax(most, (double)l->level[f * BANDS + b]);
	return most;
}

/* What the bands that rose in frame f are compared with. */
struct rise {
	bool loud[BANDS];
	double peak[BANDS];
	size_t count;
};

/* Whether what rose in frame f is there still some periods later, five times. */
static bool stays(const struct look *l, size_t f, double f_hz, const struct rise *rise)
{
	const double constant_s = l->stimulus->sweep.constant_s;
	const double step = ceil(stays_s * f_hz), frames_per_s = l->rate_hz * l->pace / (double)l->hop;
	for (int k = 1; k <= STAYS; k++) {
		/* the phase is f L exp(t / L) */
		const double later_s = constant_s * log1p(k * step / (f_hz * constant_s));
		const size_t g = f + (size_t)lrint(later_s * frames_per_s);
		double left = 0;
		for (size_t b = 0; b < BANDS; b++)
			if (rise->loud[b])
				left += fmin(loudest(l, b, g - 1, g + HOPS) / rise->peak[b], 1);
		if (left < pow(10, -stays_db / 10) * (double)rise->count)
			return false;
	}
	return true;
}

/* Whether many silent bands at once are louder in frame f than they were. */
static bool jumps(const struct look *l, size_t f)
{
	const double f_hz = playing_hz(l, time_s(l, (double)f));
	const double memory = fmax(memory_s, memory_periods / f_hz) * l->rate_hz / (double)l->hop;
	const size_t from = f > (size_t)memory + HOPS ? f - (size_t)memory - HOPS : 0;
	bool silent[BANDS];
	size_t looked = 0, risen = 0;
	struct rise rise = {0};
	double total = l->mean_total;
	for (size_t g = from; g <= f; g++)
		total = fmax(total, (double)l->total[g]);
	const double least_level = fmax(pow(10, floor_db / 10) / BANDS * total, l->rounding);
	const double factor = pow(10, rise_db / 10);
	choose(l, f, silent);
	for (size_t b = 0; b < BANDS; b++) {
		if (!silent[b])
			continue;
		/* neighbouring frames share what is heard */
		const double least = factor * fmax(loudest(l, b, from, f - HOPS + 1), least_level);
		looked++;
		risen += (double)l->level[f * BANDS + b] > least;
		rise.peak[b] = loudest(l, b, f, f + HOPS - 1);
		rise.loud[b] = rise.peak[b] > least;
		rise.count += rise.loud[b];
	}
	return risen >= LEAST_BANDS && (double)risen >= least_share * (double)looked &&
	       !stays(l, f, f_hz, &rise);
}

/* The sweep's own end, which is short, is heard in frame f. */
static bool ends(const struct look *l, size_t f)
{
	const struct sabin_sweep *sweep = &l->stimulus->sweep;
	return time_s(l, (double)(f + HOPS)) > sweep->length_s - sweep->fade_out_s &&
	       time_s(l, (double)f) < sweep->length_s + frame_s;
}

static void tell(const struct look *l, size_t f, struct sabin_verdict *verdict)
{
	const double length_s = l->stimulus->sweep.length_s;
	const double at_s = time_s(l, (double)f + 0.5 * HOPS);
	if (at_s < length_s)
		sabin_verdict_blame(verdict, "the sound jumps %.2f s into the sweep, while %s was "
		                           "playing: samples were lost or added, or something clicked",
		                  at_s, sabin_text_hz(playing_hz(l, at_s)).s);
	else
		sabin_verdict_blame(verdict, "the sound jumps %.2f s after the sweep: samples were lost or "
		                           "added, or something clicked",
		                  at_s - length_s);
}

enum sabin_err sabin_losses_breaks(const struct sabin_taker *taker, const double *recorded,
                                   struct sabin_take *take)
{
	const struct sabin_excitation *e = sabin_taker_excitation(taker);
	struct look l;
	if (!e->stimulus || !(take->arrival >= 0))
		return SABIN_OK;
	const size_t frames = sabin_taker_recorded(taker);
	enum sabin_err err = look_new(e, take, frames, &l);
	if (!err && l.count > 0)
		err = listen(&l, recorded, frames);
	for (size_t f = 2 * HOPS; !err && f < l.count; f++)
		if (!ends(&l, f) && jumps(&l, f)) {
			tell(&l, f, &take->verdict);
			break;
		}
	free(l.level);
	free(l.total);
	return err;
}
