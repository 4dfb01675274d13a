/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * save.h: one finished response into the files of a measurement directory.
 */
#ifndef SABIN_AUDIO_SAVE_H
#define SABIN_AUDIO_SAVE_H

#include "audio/take.h"
#include "io/correction.h"
#include "io/measurement.h"
#include "io/roomfile.h"

struct sabin_saved {
	const struct sabin_speaker *speaker;
	const struct sabin_position *position;
	const struct sabin_microphone *microphone;
	const struct sabin_take *take;
	struct sabin_cut cut;
	const struct sabin_correction_file *through; /* what it was played through, or NULL */
	double emission;       /* sample of the recording, or NAN */
	const double *h;       /* [cut.frames] */
	const float *recorded; /* [record_frames * inputs] */
	size_t record_frames;
	unsigned inputs, rate_hz;
	double to_hz;
	double temperature_c;
	bool keep_recording;
	/* the position under whose name this very recording was kept already, or NULL */
	const struct sabin_position *recorded_as;
};

/* Write SPEAKER.POSITION.wav, its noise, its recording and its calibration below `folder`, and append
 * the response to `measurement`. */
SABIN_MUST enum sabin_err sabin_save(const struct sabin_saved *saved, const char *folder,
                                     struct sabin_measurement *measurement,
                                     struct sabin_diag *diag);

/* Copy a calibration file below `folder`; its name there, to be freed, into *kept: "calibration/mic.txt", or
 * "calibration/mic-2.txt" where another file has that name. */
SABIN_MUST enum sabin_err sabin_save_calibration(const char *from, const char *folder, char **kept,
                                                 struct sabin_diag *diag);

/* Arrival and zero of a response, from its take and cut, into `measured`. */
void sabin_save_timing(const struct sabin_take *take, const struct sabin_cut *cut, double emission,
                       double rate_hz, double to_hz, double temperature_c,
                       struct sabin_measured *measured);

#endif
