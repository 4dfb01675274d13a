/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * likeness.c: is it an impulse response?
 *
 * From first principles.  A linear, time-invariant room that is struck once sounds in all octaves at
 * once, and what it sounds decays.  A sweep sounds in one octave after the other; speech and music
 * begin in each octave when they please, and go on; noise just goes on.  So each octave is looked at
 * through short windows: when it first comes within 10 dB of its loudest window, and by how much the
 * energy of the second half of its sound is below that of the first.  Both are ratios within an
 * octave: neither level nor the colour of room, loudspeaker or noise matter.
 *
 * The figures below stand between what these kinds of sounds show (tests/test_likeness.c draws them):
 *   spread of arrivals  responses 0 to 0.03 s; a sweep 0.022 s per second and octave, 0.2 s for 1 s
 *   fall                decays 9 to 11 dB over the 20 dB that are looked at, 4 to 6 dB where noise
 *                       leaves 10; a sweep in its octaves, noise, music: -3 to 2 dB
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/likeness.h>

#include "signal/rank.h"
#include "signal/track.h"

static const double window_s = 0.06, from_hz = 20, to_hz = 20000;
/* What ends sooner than this cannot be told apart, and need not be. */
static const double least_s = 0.5;
/* This quantile of an octave's windows is what goes on all the time; digital silence counts as this
 * far below the loudest. */
static const double floor_quantile = 0.1, range_db = 60;
/* Noise through windows of T s in a band of B Hz strays: its loudest window stands above its floor by
 * some 18 / sqrt(B T) dB.  An octave tells something when it stands out by 3 dB more; it has an
 * arrival that can be trusted when it stands out by 20 dB, a fall by 12 dB, silence between two
 * sounds by 30 dB. */
static const double stray_db = 18, tells_db = 3;
static const double arrival_needs_db = 20, fall_needs_db = 12, return_needs_db = 30;
/* How far below its loudest window an octave has arrived, and has ended. */
static const double arrival_db = -10, end_db = -20;
/* A sound shorter than this is not judged by its fall, nor one of so few cells (bandwidth times length)
 * that the energies of its halves stray by more than 2 dB. */
static const double least_span_s = 0.3, least_cells = 20;
/* The limits; see the head of this file. */
static const double most_spread_s = 0.1, least_fall_db = 2, least_rising = 0.7;
/* What is struck and has a strong echo in its second half falls by 4 dB, as few octaves tell it by 2. */
static const double struck_fall_db = 1;
/* A peak so far above the RMS of everything is no steady sound: there, something was struck.  (Music
 * reaches 20 dB, a Gaussian noise 14 dB in a minute.) */
static const double struck_db = 22;
/* The largest of n Gaussian samples stays below sqrt(2 ln(n / p)) times their RMS but for a share p of
 * such noises, whatever their colour.  A peak beyond it may be a response so short that the windows see
 * more noise than response: what is noise otherwise is not surely noise. */
static const double peak_chance = 1e-3;
/* After an echo there may be one more arrival; with so many it is another sound.  What is not struck has
 * no strong echoes: there, weaker ones count as well. */
static const double most_returns = 1.5;

struct octave {
	double contrast_db;
	double least_db; /* contrast from which on the octave tells something */
	double arrival_s, span_s, fall_db;
	double returns;  /* how often it arrives again after it has ended */
	double rises;    /* how often it rises by 10 dB after it has ended, however weak */
	double cells;    /* bandwidth times span */
};

static double ratio(double db)
{
	return pow(10, db / 10);
}

/* First and last window of the sound in power[count], and how often it begins again between. */
static void find_ends(const double *power, size_t count, double begin, double end, size_t *first,
                      size_t *last, struct octave *o)
{
	bool over = false, low = false;
	*first = 0;
	*last = count - 1;
	while (power[*first] < begin)
		++*first;
	while (*last > *first && power[*last] < end)
		--*last;
	for (size_t w = *first; w <= *last; w++) {
		o->returns += over && power[w] >= begin;
		over = power[w] < end || (over && power[w] < begin);
		o->rises += low && power[w] >= end;
		low = power[w] < end * ratio(arrival_db) || (low && power[w] < end);
	}
}

/* power[count]: the windows of one octave, hop_s apart; sorted[count] is scratch. */
static void look(const double *power, double *sorted, size_t count, double hop_s, struct octave *o)
{
	memcpy(sorted, power, count * sizeof *sorted);
	sabin_sort(sorted, count);
	const double most = sorted[count - 1];
	if (!(most > 0))
		return;
	const double usual = fmax(sorted[(size_t)(floor_quantile * (double)count)],
	                          most * ratio(-range_db));
	o->contrast_db = 10 * log10(most / usual);
	const double end = fmin(most, fmax(most * ratio(end_db), usual * ratio(o->least_db)));
	size_t first, last;
	find_ends(power, count, fmax(most * ratio(arrival_db), end), end, &first, &last, o);
	double half[2] = {0, 0};
	for (size_t w = first; w <= last; w++)
		half[w > (first + last) / 2] += power[w];
	o->arrival_s = (double)first * hop_s;
	o->span_s = (double)(last - first) * hop_s;
	o->fall_db = half[1] > 0 ? 10 * log10(half[0] / half[1]) : range_db;
}

/* What the octaves say together. */
struct verdict {
	size_t telling, arrivals, falls;
	double spread_s, rising, fall_db, returns, rises;
};

/* Mean distance of the arrivals from their median, and the share of steps upwards from octave to
 * octave, or downwards where these are more. */
static void judge_arrivals(const double *arrival_s, size_t n, struct verdict *v)
{
	double sorted[SABIN_TRACK_BANDS_MAX];
	size_t up = 0, down = 0;
	v->arrivals = n;
	v->spread_s = NAN;
	if (n < 2)
		return;
	memcpy(sorted, arrival_s, n * sizeof *sorted);
	const double middle_s = sabin_median(sorted, n);
	v->spread_s = 0;
	for (size_t i = 0; i < n; i++) {
		v->spread_s += fabs(arrival_s[i] - middle_s) / (double)n;
		up += i > 0 && arrival_s[i] > arrival_s[i - 1];
		down += i > 0 && arrival_s[i] < arrival_s[i - 1];
	}
	v->rising = (double)(up > down ? up : down) / (double)(n - 1);
}

static struct verdict judge(const struct octave *octave, size_t count)
{
	struct verdict v = {0};
	double arrival_s[SABIN_TRACK_BANDS_MAX], fall_db[SABIN_TRACK_BANDS_MAX],
	    returns[SABIN_TRACK_BANDS_MAX], rises[SABIN_TRACK_BANDS_MAX];
	size_t arrivals = 0, silences = 0, swings = 0;
	for (size_t b = 0; b < count; b++) {
		const struct octave *o = &octave[b];
		if (o->contrast_db < o->least_db)
			continue;
		v.telling++;
		if (o->contrast_db >= fmax(arrival_needs_db, o->least_db - arrival_db))
			arrival_s[arrivals++] = o->arrival_s;
		/* where chance alone makes swings of 10 dB, they tell nothing */
		const bool steady = o->least_db - tells_db <= -arrival_db;
		if (steady && o->contrast_db >= fmax(return_needs_db, o->least_db - arrival_db))
			returns[silences++] = o->returns;
		if (steady && o->contrast_db >= fmax(arrival_needs_db, o->least_db - arrival_db))
			rises[swings++] = o->rises;
		if (o->contrast_db >= fall_needs_db && o->span_s >= least_span_s && o->cells >= least_cells)
			fall_db[v.falls++] = o->fall_db;
	}
	judge_arrivals(arrival_s, arrivals, &v);
	v.fall_db = sabin_median(fall_db, v.falls);
	v.returns = sabin_median(returns, silences);
	v.rises = sabin_median(rises, swings);
	return v;
}

/* peak_db: of the samples re their RMS; chance_db: beyond this it is no Gaussian noise. */
static void conclude(const struct verdict *v, double peak_db, double chance_db, struct sabin_likeness *out)
{
	const bool struck = peak_db >= struck_db;
	*out = (struct sabin_likeness){SABIN_LIKE_RESPONSE, true, v->spread_s, v->fall_db};
	const bool spread = v->spread_s > most_spread_s;
	if (spread && !struck && v->rising >= least_rising) {
		out->like = SABIN_LIKE_SWEEP;
	} else if (spread || v->returns > most_returns || (!struck && v->rises > most_returns) ||
	           v->fall_db < (struck ? struck_fall_db : least_fall_db)) {
		out->like = struck ? SABIN_LIKE_SEVERAL : SABIN_LIKE_SOUND;
		out->certain = !struck;
	} else if (v->falls < 2 && v->arrivals < 2 && !struck) {
		/* neither when it begins nor how it falls can be seen; one octave may stray further than
		 * noise should, two hardly ever do */
		out->like = SABIN_LIKE_NOISE;
		out->certain = v->telling < 2 && v->falls == 0 && peak_db <= chance_db;
	}
}

/* The largest sample of h[n] re the RMS of all; INFINITY of silence, which is not judged here. */
static double peak_over_rms_db(const double *h, size_t n)
{
	double sum = 0, most = 0;
	for (size_t i = 0; i < n; i++) {
		sum += h[i] * h[i];
		most = fmax(most, h[i] * h[i]);
	}
	return sum > 0 ? 10 * log10(most / sum * (double)n) : (double)INFINITY;
}

/* Where the line through the first `count` samples begins. */
static double begin_of_line(const double *h, size_t count)
{
	double sum = 0, moment = 0;
	for (size_t i = 0; i < count; i++) {
		sum += h[i];
		moment += (double)i * h[i];
	}
	const double n = (double)count;
	return (2 * (2 * n - 1) * sum - 6 * moment) / (n * (n + 1));
}

/* The first n samples with the half window before them, circular: x(-i) = twice `about` + sign x(i). */
static void extend(const double *h, size_t n, size_t half, double about, double sign, double *out)
{
	memcpy(out, h, n * sizeof *out);
	for (size_t i = 1; i <= half; i++)
		out[n + half - i] = 2 * about + sign * h[i];
}

/* Where a file was cut is no sound: a rumble that is cut off makes a step, which clicks in all octaves
 * above it and stands out of them.  So no window reaches over the end.  Over the begin it must, for a
 * response may strike there; so it is continued backwards, in three ways.  In a mirror an impulse stays
 * what it is and a step goes, but rumble has a kink there; turned about its first sample or the
 * line through some it has none, but then hiss, or a loud hum, makes a little step.  What is in all
 * of them is the sound. */
static enum sabin_err track_octaves(const double *h, size_t n, double rate_hz, struct sabin_track *track)
{
	const double high_hz = fmin(to_hz, rate_hz / 2);
	const size_t half = sabin_track_window(rate_hz, window_s) / 2, hop = half / 2;
	const size_t few = half + hop; /* what the windows see that reach over the begin */
	const double about[] = {h[0], begin_of_line(h, half / 32 + 2)};
	double *x = malloc((n + half) * sizeof *x);
	if (!x)
		return SABIN_ENOMEM;
	sabin_track_init(track, rate_hz, window_s, from_hz, high_hz, 0, (long)(n - half));
	extend(h, n, half, 0, 1, x);
	enum sabin_err err = sabin_track_process(track, x, n + half, rate_hz);
	for (size_t k = 0; !err && k < sizeof about / sizeof *about; k++) {
		struct sabin_track turned;
		sabin_track_init(&turned, rate_hz, window_s, from_hz, high_hz, 0, (long)hop);
		extend(h, few, half, about[k], -1, x);
		err = sabin_track_process(&turned, x, few + half, rate_hz);
		for (size_t b = 0; !err && b < track->bands; b++)
			for (size_t w = 0; w < turned.count && w < track->count; w++) {
				double *power = track->power + b * track->count + w;
				*power = fmin(*power, turned.power[b * turned.count + w]);
			}
		free(turned.power);
	}
	free(x);
	return err;
}

enum sabin_err sabin_likeness_compute(const double *h, size_t n, double rate_hz,
                                      struct sabin_likeness *out)
{
	if (n == 0 || !(rate_hz >= 1000 && rate_hz <= 1e7))
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(h[i]))
			return SABIN_EINVAL;
	if ((double)n < least_s * rate_hz) {
		*out = (struct sabin_likeness){SABIN_LIKE_RESPONSE, true, NAN, NAN};
		return SABIN_OK;
	}
	struct sabin_track track = {0};
	struct octave octave[SABIN_TRACK_BANDS_MAX];
	enum sabin_err err = track_octaves(h, n, rate_hz, &track);
	double *sorted = err ? NULL : malloc(track.count * sizeof *sorted);
	if (!err && !sorted)
		err = SABIN_ENOMEM;
	for (size_t b = 0; !err && b < track.bands; b++) {
		/* a Hann window holds as much as three eighths of its length */
		const double bt =
		    (track.high_hz[b] - track.low_hz[b]) * 0.375 * (double)track.window / rate_hz;
		octave[b] = (struct octave){.least_db = tells_db + stray_db / sqrt(bt)};
		look(track.power + b * track.count, sorted, track.count,
		     (double)track.hop / rate_hz, &octave[b]);
		octave[b].cells = (track.high_hz[b] - track.low_hz[b]) * octave[b].span_s;
	}
	if (!err) {
		const struct verdict v = judge(octave, track.bands);
		conclude(&v, peak_over_rms_db(h, n), 10 * log10(2 * log((double)n / peak_chance)), out);
	}
	free(track.power);
	free(sorted);
	return err;
}
