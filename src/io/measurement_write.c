/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measurement_write.c: measurement.yaml, sabin-measurement(5).
 */
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/measurement_inner.h"
#include "io/sha256.h"
#include "io/yaml.h"

const char *const sabin_reason_words[SABIN_REASON_COUNT] = {
    [SABIN_BECAUSE_VALID] = "valid",
    [SABIN_BECAUSE_NO_SIGNAL] = "no-signal",
    [SABIN_BECAUSE_SHORT] = "short",
    [SABIN_BECAUSE_RANGE] = "range",
    [SABIN_BECAUSE_FILTER] = "filter",
    [SABIN_BECAUSE_UNCERTAIN] = "uncertain",
    [SABIN_BECAUSE_NOT_A_DECAY] = "not-a-decay",
    [SABIN_BECAUSE_OUT_OF_BAND] = "out-of-band",
    [SABIN_BECAUSE_UNKNOWN] = "unknown",
};

const char *sabin_polarity_name(int polarity)
{
	return polarity > 0 ? "normal" : polarity < 0 ? "inverted" : "unclear";
}

static void write_quantity(struct sabin_yaml_writer *writer, const char *key,
                           struct sabin_quantity q)
{
	sabin_yaml_write_mapping(writer, key, true);
	sabin_yaml_write_number(writer, "value", q.value);
	sabin_yaml_write_number(writer, "plus_minus", q.plus_minus);
	sabin_yaml_write_bool(writer, "valid", q.valid);
	if (!q.valid) {
		size_t reason = (size_t)q.reason < SABIN_REASON_COUNT ? (size_t)q.reason
		                                                      : SABIN_BECAUSE_UNKNOWN;
		sabin_yaml_write_text(writer, "why", sabin_reason_words[reason]);
		if (isfinite(q.have))
			sabin_yaml_write_number(writer, "have", q.have);
		if (isfinite(q.need))
			sabin_yaml_write_number(writer, "need", q.need);
	}
	sabin_yaml_write_close(writer);
}

static void write_pcm(struct sabin_yaml_writer *writer, const char *key,
                      const struct sabin_negotiated *pcm)
{
	if (!pcm->name[0])
		return;
	sabin_yaml_write_mapping(writer, key, true);
	sabin_yaml_write_text(writer, "name", pcm->name);
	sabin_yaml_write_text(writer, "type", pcm->type);
	sabin_yaml_write_text(writer, "format", pcm->format);
	sabin_yaml_write_integer(writer, "rate_hz", pcm->rate_hz);
	sabin_yaml_write_integer(writer, "channels", pcm->channels);
	sabin_yaml_write_integer(writer, "period_frames", (long long)pcm->period_frames);
	sabin_yaml_write_integer(writer, "buffer_frames", (long long)pcm->buffer_frames);
	if (pcm->requested_hz > 0) {
		sabin_yaml_write_integer(writer, "requested_rate_hz", pcm->requested_hz);
		sabin_yaml_write_integer(writer, "requested_channels", pcm->requested_channels);
	}
	if (pcm->hardware_hz > 0)
		sabin_yaml_write_integer(writer, "hardware_rate_hz", pcm->hardware_hz);
	sabin_yaml_write_close(writer);
}

static void write_sweep(struct sabin_yaml_writer *writer, const char *key,
                        const struct sabin_sweep *sweep)
{
	sabin_yaml_write_mapping(writer, key, false);
	sabin_yaml_write_number(writer, "from_hz", sweep->from_hz);
	sabin_yaml_write_number(writer, "to_hz", sweep->to_hz);
	sabin_yaml_write_number(writer, "rate_hz", sweep->rate_hz);
	sabin_yaml_write_number(writer, "length_s", sweep->length_s);
	sabin_yaml_write_number(writer, "constant_s", sweep->constant_s);
	sabin_yaml_write_number(writer, "gain", sweep->gain);
	sabin_yaml_write_number(writer, "fade_in_s", sweep->fade_in_s);
	sabin_yaml_write_number(writer, "fade_out_s", sweep->fade_out_s);
	sabin_yaml_write_integer(writer, "frames", (long long)sweep->frames);
	sabin_yaml_write_close(writer);
}

static void write_stimulus(struct sabin_yaml_writer *writer,
                           const struct sabin_measurement *measurement)
{
	const struct sabin_stimulus *stimulus = &measurement->stimulus;
	sabin_yaml_write_integer(writer, "repeats", measurement->repeats);
	if (!measurement->has_stimulus)
		return;
	sabin_yaml_write_mapping(writer, "stimulus", false);
	write_sweep(writer, "sweep", &stimulus->sweep);
	if (stimulus->chirp.frames > 0) {
		write_sweep(writer, "chirp", &stimulus->chirp);
		sabin_yaml_write_sequence(writer, "chirp_frame", true);
		for (int i = 0; i < 2; i++)
			sabin_yaml_write_integer(writer, NULL, (long long)stimulus->chirp_frame[i]);
		sabin_yaml_write_close(writer);
	}
	sabin_yaml_write_integer(writer, "sweep_frame", (long long)stimulus->sweep_frame);
	sabin_yaml_write_integer(writer, "tail_frames", (long long)stimulus->tail_frames);
	sabin_yaml_write_integer(writer, "frames", (long long)stimulus->frames);
	sabin_yaml_write_close(writer);
}

static void write_verdict(struct sabin_yaml_writer *writer, const struct sabin_verdict *verdict)
{
	sabin_yaml_write_mapping(writer, "verdict", false);
	sabin_yaml_write_bool(writer, "trustworthy", verdict->trustworthy);
	sabin_yaml_write_sequence(writer, "why", false);
	for (size_t i = 0; i < verdict->why_count; i++)
		sabin_yaml_write_text(writer, NULL, verdict->why[i]);
	sabin_yaml_write_close(writer);
	sabin_yaml_write_integer(writer, "takes", verdict->takes);
	sabin_yaml_write_number(writer, "peak_dbfs", verdict->peak_dbfs);
	sabin_yaml_write_integer(writer, "clipped_samples", (long long)verdict->clipped_samples);
	sabin_yaml_write_integer(writer, "xruns", (long long)verdict->xruns);
	sabin_yaml_write_integer(writer, "lost_frames", (long long)verdict->lost_frames);
	write_quantity(writer, "skew_ppm", verdict->skew_ppm);
	write_quantity(writer, "snr_db", verdict->snr_db);
	write_quantity(writer, "repeatability_db", verdict->repeatability_db);
	sabin_yaml_write_sequence(writer, "snr_bands", false);
	for (size_t i = 0; i < verdict->snr_band_count; i++) {
		sabin_yaml_write_mapping(writer, NULL, true);
		sabin_yaml_write_number(writer, "centre_hz", verdict->snr_bands[i].centre_hz);
		write_quantity(writer, "snr_db", verdict->snr_bands[i].snr_db);
		if (isfinite(verdict->snr_bands[i].coherence))
			sabin_yaml_write_number(writer, "coherence", verdict->snr_bands[i].coherence);
		sabin_yaml_write_close(writer);
	}
	sabin_yaml_write_close(writer);
	sabin_yaml_write_text(writer, "polarity", sabin_polarity_name(verdict->polarity));
	sabin_yaml_write_close(writer);
}

/* The digest binds a response to the very file; none when the file is not there (yet). */
static void write_calibration(struct sabin_yaml_writer *writer, const char *folder,
                              const char *calibration)
{
	if (!calibration)
		return;
	char *path = sabin_path_join(folder, calibration), *text = NULL;
	size_t length = 0;
	sabin_yaml_write_mapping(writer, "calibration", true);
	sabin_yaml_write_text(writer, "file", calibration);
	if (path && sabin_read_text(path, SABIN_CALIBRATION_TEXT_MAX, &text, &length, NULL) == SABIN_OK) {
		char digest[SABIN_SHA256_SIZE];
		sabin_sha256(text, length, digest);
		sabin_yaml_write_text(writer, "sha256", digest);
	}
	sabin_yaml_write_close(writer);
	free(text);
	free(path);
}

static void write_response(struct sabin_yaml_writer *writer, const char *folder,
                           const struct sabin_measured *response)
{
	sabin_yaml_write_mapping(writer, NULL, false);
	sabin_yaml_write_text(writer, "speaker", response->speaker);
	sabin_yaml_write_text(writer, "position", response->position);
	sabin_yaml_write_text(writer, "file", response->file);
	if (response->channel > 0)
		sabin_yaml_write_integer(writer, "channel", (long long)response->channel + 1);
	sabin_yaml_write_integer(writer, "rate_hz", response->rate_hz);
	sabin_yaml_write_integer(writer, "zero_index", (long long)response->zero_index);
	sabin_yaml_write_text(writer, "zero", sabin_zero_name(response->zero));
	if (response->zero_offset_s != 0)
		sabin_yaml_write_number(writer, "zero_offset_s", response->zero_offset_s);
	write_quantity(writer, "arrival_s", response->arrival_s);
	write_quantity(writer, "distance_m", response->distance_m);
	sabin_yaml_write_mapping(writer, "level_reference", false);
	sabin_yaml_write_text(writer, "kind", sabin_level_kind_name(response->level_kind));
	write_quantity(writer, "dbspl_at_0dbfs", response->dbspl_at_0dbfs);
	sabin_yaml_write_close(writer);
	if (response->coherent_hz[1] > 0) {
		sabin_yaml_write_number(writer, "coherent_from_hz", response->coherent_hz[0]);
		sabin_yaml_write_number(writer, "coherent_to_hz", response->coherent_hz[1]);
	}
	if (response->through) {
		sabin_yaml_write_text(writer, "through", response->through);
		if (response->uncrossed_hz[0] > 0)
			sabin_yaml_write_number(writer, "uncrossed_from_hz", response->uncrossed_hz[0]);
		if (isfinite(response->uncrossed_hz[1]))
			sabin_yaml_write_number(writer, "uncrossed_to_hz", response->uncrossed_hz[1]);
	}
	write_calibration(writer, folder, response->calibration);
	write_verdict(writer, &response->verdict);
	sabin_yaml_write_close(writer);
}

enum sabin_err sabin_measurement_write(const struct sabin_measurement *measurement,
                                       const char *folder, struct sabin_diag *diag)
{
	struct sabin_yaml_writer writer;
	sabin_yaml_writer_init(&writer);
	sabin_yaml_write_comment(&writer,
	                         "A measurement; sabin-measurement(5) explains every key.");
	sabin_yaml_write_integer(&writer, "version", SABIN_MEASUREMENT_VERSION);
	sabin_yaml_write_text(&writer, "written_by", "sabin " SABIN_VERSION);
	sabin_yaml_write_text(&writer, "date", measurement->date);
	if (measurement->command)
		sabin_yaml_write_text(&writer, "command", measurement->command);
	sabin_yaml_write_bool(&writer, "complete", measurement->complete);
	write_pcm(&writer, "playback", &measurement->playback);
	write_pcm(&writer, "capture", &measurement->capture);
	if (measurement->reference_speaker[0])
		sabin_yaml_write_text(&writer, "reference_speaker", measurement->reference_speaker);
	write_stimulus(&writer, measurement);
	sabin_yaml_write_sequence(&writer, "responses", false);
	for (size_t i = 0; i < measurement->response_count; i++)
		write_response(&writer, folder, &measurement->responses[i]);
	sabin_yaml_write_close(&writer);
	size_t length = 0;
	char *text = sabin_yaml_writer_finish(&writer, &length);
	char *path = sabin_path_join(folder, "measurement.yaml");
	enum sabin_err err = SABIN_OK;
	if (!text || !path)
		err = sabin_diag_set(diag, SABIN_ENOMEM, folder, 0, 0, "out of memory");
	else if (length > SABIN_YAML_TEXT_MAX)
		err = sabin_diag_set(diag, SABIN_EINVAL, path, 0, 0,
		                     "too many responses for one measurement");
	else
		err = sabin_output_text(path, text, length, true, diag);
	free(path);
	free(text);
	return err;
}
