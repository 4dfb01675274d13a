/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_save.c: transfer functions as a measurement directory.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/arrival.h>

#include "audio/save.h"
#include "cli/show.h"
#include "cli/watch.h"
#include "io/atomic.h"
#include "io/wav.h"

/* A frequency cohered where this much of what was heard is due to the reference, over a third of an octave. */
static const double coherent_least = 0.9;
static const double coherence_width_oct = 1 / 3.0;
static const double octave_from_hz = 31.5, octave_to_hz = 16000;

/* Coherence by octaves, and between which frequencies there was enough. */
static enum sabin_err judge(const struct sabin_watch *w, const struct sabin_transfer *transfer,
                            struct sabin_measured *m)
{
	struct sabin_trace trace;
	struct sabin_band band[SABIN_SNR_BANDS_MAX];
	enum sabin_err err =
	    sabin_transfer_trace(transfer, coherence_width_oct, 24, 20, fmin(20000, 0.49 * w->rate_hz), &trace);
	if (err)
		return err;
	for (size_t i = 0; i < trace.length; i++)
		if (trace.coherence[i] > coherent_least) {
			if (m->coherent_hz[1] == 0)
				m->coherent_hz[0] = trace.freq_hz[i];
			m->coherent_hz[1] = trace.freq_hz[i];
		}
	sabin_trace_release(&trace);
	const size_t count = sabin_bands(1, octave_from_hz, fmin(octave_to_hz, 0.35 * w->rate_hz), band, SABIN_SNR_BANDS_MAX);
	for (size_t b = 0; b < count; b++) {
		err = sabin_transfer_trace(transfer, 1, 1, band[b].centre_hz, band[b].centre_hz, &trace);
		if (err)
			return err;
		const double g2 = fmin(trace.coherence[0], 1 - 1e-9);
		m->verdict.snr_bands[b].centre_hz = band[b].nominal_hz;
		m->verdict.snr_bands[b].coherence = trace.coherence[0];
		m->verdict.snr_bands[b].snr_db = g2 > 0 ? sabin_quantity_valid(10 * log10(g2 / (1 - g2)), NAN)
		                                        : sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
		m->verdict.snr_band_count++;
		sabin_trace_release(&trace);
	}
	if (m->coherent_hz[1] > 0)
		return SABIN_OK;
	m->coherent_hz[0] = m->coherent_hz[1] = 1; /* nothing at all is trusted */
	sabin_verdict_blame(&m->verdict, "what was heard does not cohere with the reference at any frequency");
	return SABIN_OK;
}

/* Time zero is when the reference had the sound.  What lies before the file's first sample is silence. */
static enum sabin_err place(const struct sabin_watch *w, const struct sabin_transfer *transfer, double **h,
                            size_t *frames, struct sabin_measured *m)
{
	size_t size, aligned, delay = sabin_transfer_delay(transfer);
	struct sabin_arrival arrival;
	double *x = NULL;
	enum sabin_err err = sabin_transfer_response(transfer, &x, &size, &aligned);
	if (err)
		return err;
	m->zero_index = aligned > delay ? aligned - delay : 0;
	const size_t silence = m->zero_index + delay - aligned;
	double *padded = calloc(silence + size, sizeof *padded);
	if (!padded) {
		free(x);
		return SABIN_ENOMEM;
	}
	memcpy(padded + silence, x, size * sizeof *x);
	free(x);
	*h = padded;
	*frames = silence + size;
	m->zero = SABIN_ZERO_EMISSION;
	m->arrival_s = sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	m->distance_m = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	if (sabin_arrival_find(padded, *frames, w->rate_hz, &arrival) == SABIN_OK) {
		m->arrival_s = sabin_quantity_valid((arrival.position - (double)m->zero_index) / w->rate_hz, NAN);
		m->verdict.polarity = arrival.polarity;
	}
	return SABIN_OK;
}

static enum sabin_err save_one(const struct sabin_watch *w, size_t c, const char *folder,
                               struct sabin_measurement *measurement, struct sabin_diag *diag)
{
	const struct sabin_watch_channel *channel = &w->channel[c];
	const struct sabin_transfer *transfer = sabin_watcher_transfer(w->watcher, c);
	struct sabin_measured *m = sabin_measurement_add(measurement);
	double *h = NULL;
	size_t frames = 0;
	if (!m)
		return SABIN_ENOMEM;
	snprintf(m->speaker, sizeof m->speaker, "live");
	snprintf(m->position, sizeof m->position, "%s", channel->name);
	m->rate_hz = w->rate_hz;
	m->level_kind = SABIN_LEVEL_FULL_SCALE;
	m->dbspl_at_0dbfs = channel->dbspl_at_0dbfs;
	m->verdict = (struct sabin_verdict){.trustworthy = true, .takes = 1,
	                                    .peak_dbfs = channel->total.reading.peak_dbfs,
	                                    .clipped_samples = channel->total.reading.clipped,
	                                    .xruns = w->status.xruns, .lost_frames = w->status.lost_frames};
	m->verdict.skew_ppm = m->verdict.snr_db = m->verdict.repeatability_db =
	    sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	if (asprintf(&m->file, "%s.%s.wav", m->speaker, m->position) < 0) {
		m->file = NULL;
		return SABIN_ENOMEM;
	}
	enum sabin_err err = judge(w, transfer, m);
	if (!err)
		err = place(w, transfer, &h, &frames, m);
	if (err == SABIN_ESHORT)
		return sabin_diag_set(diag, SABIN_ENOISE, NULL, 0, 0,
		                      "the transfer function to %s has too few averages yet", channel->name);
	sabin_verdict_say(&m->verdict, "transfer function from input %u with what was played, of %.0f averages",
	                  w->channel[w->reference].input + 1, sabin_transfer_averages(transfer));
	char *path = err ? NULL : sabin_path_join(folder, m->file);
	if (!err && !path)
		err = SABIN_ENOMEM;
	if (!err)
		err = sabin_wav_write(path, h, frames, 1, w->rate_hz, SABIN_FLOAT,
		                      "sabin impulse response; a live transfer function", diag);
	if (!err && channel->calibration_file)
		err = sabin_save_calibration(channel->calibration_file, folder, &m->calibration, diag);
	free(path);
	free(h);
	return err;
}

enum sabin_err sabin_watch_save(const struct sabin_watch *w, const char *path, bool force, struct sabin_diag *diag)
{
	struct sabin_output output = {0};
	struct sabin_measurement measurement = {.complete = true, .repeats = 1};
	enum sabin_err err = sabin_output_begin(&output, path, SABIN_MARK_MEASUREMENT, force, diag);
	for (size_t c = 0; !err && c < w->count; c++)
		if (!sabin_watch_is_reference(w, c))
			err = save_one(w, c, output.temporary, &measurement, diag);
	measurement.command = sabin_command_line();
	sabin_date_now(measurement.date, sizeof measurement.date);
	if (!err)
		err = sabin_measurement_write(&measurement, output.temporary, diag);
	if (!err)
		err = sabin_output_commit(&output, diag);
	sabin_output_abandon(&output);
	sabin_measurement_release(&measurement);
	return err;
}
