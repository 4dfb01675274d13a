/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recording.c: distortion from the recording of a response.
 */
#include <unistd.h>

#include "cli/recording.h"
#include "io/atomic.h"
#include "io/trust.h"
#include "io/wav.h"

/* Channel of the recording, from 0, on which the response's microphone is; -1: not known. */
static long microphone_channel(const struct sabin_roomfile *room, const char *position,
                               size_t channels)
{
	const int at = room ? sabin_roomfile_position(room, position) : -1;
	if (channels == 1)
		return 0;
	if (at < 0)
		return -1;
	const struct sabin_microphone *microphone =
	    sabin_roomfile_microphone(room, &room->positions[at]);
	if (!microphone || microphone->input < 1 || microphone->input > channels)
		return -1;
	return (long)microphone->input - 1;
}

static enum sabin_err say(char *why, const char *words)
{
	snprintf(why, SABIN_RECORDING_WHY, "%s", words);
	return SABIN_OK;
}

static enum sabin_err read_recording(const struct sabin_measurement *m,
                                     const struct sabin_measured *measured,
                                     const struct sabin_roomfile *room, struct sabin_wav *wav,
                                     double **recorded, char *why, struct sabin_diag *diag)
{
	char *path = NULL;
	if (asprintf(&path, "%s/recordings/%s", m->path, measured->file) < 0)
		return SABIN_ENOMEM;
	enum sabin_err err = SABIN_OK;
	if (access(path, F_OK) != 0)
		(void)say(why, "the measurement keeps no recording of it");
	else
		err = sabin_wav_read(path, wav, diag);
	free(path);
	if (err || *why)
		return err;
	if (wav->rate_hz != measured->rate_hz)
		return say(why, "the rate of the recording is not that of the response");
	const long channel = microphone_channel(room, measured->position, wav->channels);
	if (channel < 0)
		return say(why, "which channel of the recording is the microphone is not known");
	return sabin_wav_channel(wav, (size_t)channel, recorded);
}

enum sabin_err sabin_recording_distortion(const struct sabin_measurement *m,
                                          const struct sabin_measured *measured,
                                          const struct sabin_roomfile *room,
                                          struct sabin_distortion *out,
                                          char why[SABIN_RECORDING_WHY], struct sabin_diag *diag)
{
	struct sabin_distortion_options options = sabin_distortion_defaults();
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(m, measured, room, excited_hz, played_hz);
	options.played_from_hz = played_hz[0];
	options.played_to_hz = played_hz[1];
	struct sabin_wav wav = {0};
	double *recorded = NULL;
	*out = (struct sabin_distortion){0};
	why[0] = '\0';
	if (!m->directory)
		return say(why, "a response alone does not hold it; measure keeps the recording");
	if (!m->has_stimulus)
		return say(why, "the sweep that was played is not known");
	if (m->stimulus.sweep.rate_hz != measured->rate_hz)
		return say(why, "the sweep was played at another rate");
	enum sabin_err err = read_recording(m, measured, room, &wav, &recorded, why, diag);
	if (!err && recorded) {
		err = sabin_distortion_compute(recorded, wav.frames, &m->stimulus, &options, out);
		if (err == SABIN_ESHORT)
			err = say(why, "the sweep is too short, or the recording silent");
		else if (err)
			sabin_diag_set(diag, err, measured->file, 0, 0,
			               "no distortion can be read from the recording: %s",
			               sabin_strerror(err));
	}
	free(recorded);
	sabin_wav_release(&wav);
	return err;
}
