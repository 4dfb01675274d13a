/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch.c: from the feed to the watcher, and from its numbers to calibrated ones.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/talk.h"
#include "cli/watch.h"

/* A delay is believed when its peak stands so far above all others (live/transfer.h). */
static const double clear_least_db = 15;
static const double search_again_s = 1.5;

double sabin_watch_db(const struct sabin_watch_channel *channel, double dbfs)
{
	return isfinite(channel->dbspl_at_0dbfs.value) ? dbfs + channel->dbspl_at_0dbfs.value : dbfs;
}

const char *sabin_watch_unit(const struct sabin_watch_channel *channel)
{
	return isfinite(channel->dbspl_at_0dbfs.value) ? "dB SPL" : "dBFS";
}

static double microphone_db(const struct sabin_watch_channel *channel, double f_hz)
{
	return channel->calibration.length > 0 ? sabin_calibration_level_db(&channel->calibration, f_hz) : 0;
}

void sabin_watch_ratings(const struct sabin_watch_channel *channel, const struct sabin_tally *tally,
                         struct sabin_noise_rating *nr, struct sabin_noise_rating *nc)
{
	double octave_dbspl[SABIN_NOISE_OCTAVES];
	struct sabin_band band[SABIN_NOISE_OCTAVES];
	sabin_bands(1, 31, 8500, band, SABIN_NOISE_OCTAVES);
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++)
		octave_dbspl[i] = isfinite(channel->dbspl_at_0dbfs.value)
		                      ? sabin_watch_db(channel, tally->octave_dbfs[i]) - microphone_db(channel, band[i].centre_hz)
		                      : (double)NAN;
	*nr = sabin_noise_nr(octave_dbspl);
	*nc = sabin_noise_nc(octave_dbspl);
}

void sabin_watch_spectrum(const struct sabin_watch *w, size_t channel, enum sabin_spectrum_level which,
                          double *level_db)
{
	size_t bands;
	const struct sabin_spectrum *spectrum = sabin_watcher_spectrum(w->watcher);
	const struct sabin_band *band = sabin_spectrum_bands(spectrum, &bands);
	sabin_spectrum_read(spectrum, channel, which, level_db);
	for (size_t i = 0; i < bands; i++)
		level_db[i] = sabin_watch_db(&w->channel[channel], level_db[i]) -
		              microphone_db(&w->channel[channel], band[i].centre_hz);
}

enum sabin_err sabin_watch_trace(const struct sabin_watch *w, size_t channel, struct sabin_trace *out)
{
	const struct sabin_transfer *transfer = sabin_watcher_transfer(w->watcher, channel);
	if (!transfer)
		return SABIN_EINVAL;
	enum sabin_err err = sabin_transfer_trace(transfer, w->smoothing_oct, w->points_per_octave, w->analysis.from_hz,
	                                          fmin(w->analysis.to_hz, 0.49 * w->rate_hz), out);
	for (size_t i = 0; !err && i < out->length; i++)
		out->level_db[i] -= microphone_db(&w->channel[channel], out->freq_hz[i]);
	return err;
}

void sabin_watch_find_delay(struct sabin_watch *w, size_t c)
{
	struct sabin_watch_channel *channel = &w->channel[c];
	struct sabin_transfer *transfer = sabin_watcher_transfer(w->watcher, c);
	struct sabin_lateness found;
	if (!transfer || sabin_watcher_lateness(w->watcher, c, &found) != SABIN_OK ||
	    !(found.clear_db > clear_least_db))
		return;
	channel->lateness = found;
	channel->delay_known = sabin_transfer_set_delay(transfer, (size_t)lrint(found.delay_s * w->rate_hz));
}

/* One after the other as long as they are found; in silence none is, and looking takes long: then not at once again. */
static void find_delays(struct sabin_watch *w)
{
	for (size_t i = 0; i < w->count && w->frames >= w->search_from; i++) {
		const size_t c = w->search_next++ % w->count;
		if (sabin_watch_is_reference(w, c) || w->channel[c].delay_known)
			continue;
		sabin_watch_find_delay(w, c);
		if (!w->channel[c].delay_known)
			w->search_from = w->frames + (size_t)(search_again_s * w->rate_hz);
	}
}

static void end_interval(struct sabin_watch *w)
{
	for (size_t c = 0; c < w->count; c++) {
		sabin_watcher_tally(w->watcher, c, &w->channel[c].last);
		sabin_tally_add(&w->channel[c].total, &w->channel[c].last);
	}
	sabin_watcher_turn(w->watcher);
	w->intervals++;
	if (w->reference >= 0)
		find_delays(w);
}

/* The chosen channels of n frames. */
static void choose(const struct sabin_watch *w, const float *all, size_t n, float *chosen)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < w->count; c++)
			chosen[i * w->count + c] = w->channel[c].input < w->feed_channels
			                               ? all[i * w->feed_channels + w->channel[c].input]
			                               : 0;
}

bool sabin_watch_over(const struct sabin_watch *w)
{
	return w->status.state == SABIN_FEED_ENDED ||
	       (w->duration_s > 0 && (double)w->frames >= w->duration_s * w->rate_hz);
}

enum sabin_err sabin_watch_turn(struct sabin_watch *w, int wait_ms, bool *interval)
{
	enum { PART = 1024 };
	float *all = malloc(PART * (w->feed_channels + w->count) * sizeof *all);
	size_t got = 1;
	*interval = false;
	if (!all)
		return SABIN_ENOMEM;
	float *chosen = all + PART * w->feed_channels;
	while (got > 0 && !*interval && !sabin_watch_over(w) && !*w->stop) {
		const size_t end = (size_t)llrint((double)(w->intervals + 1) * w->interval_s * w->rate_hz);
		const size_t limit = w->duration_s > 0 ? (size_t)llrint(w->duration_s * w->rate_hz) : SIZE_MAX;
		size_t want = (end < limit ? end : limit) - w->frames;
		want = want < PART ? want : PART;
		got = sabin_feed_read(w->feed, all, want, wait_ms);
		wait_ms = 0;
		choose(w, all, got, chosen);
		sabin_watcher_process(w->watcher, chosen, got);
		w->frames += got;
		sabin_feed_status(w->feed, &w->status);
		*interval = w->frames == end;
	}
	free(all);
	/* what is left of an interval at the end is one */
	if (!*interval && sabin_watch_over(w)) {
		const double begun = (double)w->intervals * w->interval_s * w->rate_hz;
		*interval = (double)w->frames > begun + 0.5;
	}
	if (*interval)
		end_interval(w);
	return *w->stop ? SABIN_EINTR : SABIN_OK;
}
