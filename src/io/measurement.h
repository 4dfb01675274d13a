/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measurement.h: the measurement directory, sabin-measurement(5), and anything else that holds
 * impulse responses.
 */
#ifndef SABIN_IO_MEASUREMENT_H
#define SABIN_IO_MEASUREMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/quantity.h>
#include <sabin/sweep.h>

#include "io/diag.h"
#include "io/roomfile.h"
#include "io/wav.h"

/* Time zero: the arrival of the direct sound; its emission; or when the same sound would have arrived from
 * the reference loudspeaker. */
enum sabin_zero { SABIN_ZERO_ARRIVAL, SABIN_ZERO_EMISSION, SABIN_ZERO_REFERENCE };
enum sabin_level_kind {
	SABIN_LEVEL_UNKNOWN,
	SABIN_LEVEL_FULL_SCALE,
	SABIN_LEVEL_PASCAL,
	SABIN_LEVEL_FREE_FIELD_1M,
};

/* "emission", "full-scale", ... as in files and JSON */
const char *sabin_zero_name(enum sabin_zero zero);
const char *sabin_level_kind_name(enum sabin_level_kind kind);
const char *sabin_polarity_name(int polarity); /* +1, -1, 0: "normal", "inverted", "unclear" */

enum { SABIN_WHY_MAX = 8, SABIN_SNR_BANDS_MAX = 10 };

struct sabin_verdict {
	bool trustworthy;
	char why[SABIN_WHY_MAX][200]; /* reasons, also of what is merely limited or not knowable */
	size_t why_count, faults; /* the first reasons are what spoiled it: so many (0 when read) */
	unsigned takes;
	double peak_dbfs;
	size_t clipped_samples, xruns, lost_frames;
	struct sabin_quantity skew_ppm, snr_db, repeatability_db;
	struct {
		double centre_hz;
		struct sabin_quantity snr_db;
		double coherence; /* of the mean of the repeats, 0 .. 1; NAN: not known */
	} snr_bands[SABIN_SNR_BANDS_MAX];
	size_t snr_band_count;
	int polarity; /* +1 normal, -1 inverted, 0 unclear */
};

/* Add a reason (printf style); what does not fit is dropped. */
void sabin_verdict_say(struct sabin_verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same of a fault: it is not trustworthy any more, and that is why.  Faults come first. */
void sabin_verdict_blame(struct sabin_verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct sabin_measured {
	char speaker[SABIN_NAME_SIZE], position[SABIN_NAME_SIZE];
	char *file;       /* relative to the directory; for a bare file its path */
	size_t channel;   /* of that file, from 0 */
	unsigned rate_hz;
	size_t zero_index;
	enum sabin_zero zero;
	double zero_offset_s; /* how long after that sample time zero is, where it lies between two */
	struct sabin_quantity arrival_s;  /* after time zero */
	struct sabin_quantity distance_m;
	enum sabin_level_kind level_kind;
	struct sabin_quantity dbspl_at_0dbfs;
	char *calibration; /* file below the directory, or NULL */
	/* The correction that it was played through, as given; NULL: none.  Its crossover leaves the speaker alone (to
	 * 0.5 dB) between these frequencies; 0, INFINITY: it has none there. */
	char *through;
	double uncrossed_hz[2];
	/* made with any sound: between which frequencies that cohered with what was heard; 0, 0: not said */
	double coherent_hz[2];
	struct sabin_verdict verdict;
};

/* What a PCM agreed to, and what was asked of it. */
struct sabin_negotiated {
	char name[256], type[32], format[16];
	unsigned rate_hz, channels;
	unsigned long period_frames, buffer_frames;
	unsigned requested_hz, requested_channels; /* 0: not known; channels: at least so many */
	unsigned hardware_hz; /* at which the card behind it runs; 0: not known */
};

/* The name that a file gives to what is in it: without folder and ending, made a valid name. */
void sabin_name_from_path(const char *path, char name[SABIN_NAME_SIZE]);

struct sabin_measurement {
	char *path;     /* the directory or the bare file, as given */
	bool directory; /* false: a bare file */
	char date[40];  /* ISO 8601 with zone */
	char *command;  /* as typed */
	struct sabin_negotiated playback, capture;
	bool has_stimulus;
	struct sabin_stimulus stimulus; /* as played */
	unsigned repeats;
	char reference_speaker[SABIN_NAME_SIZE]; /* which one the chirps came from; "": the measured one */
	bool complete;
	struct sabin_measured *responses;
	size_t response_count;
	struct sabin_wav sound; /* of a bare file, all its channels: read once */
};

/* Open a measurement directory or a bare response file (.wav, .flac, ..., REW's text: a response a
 * channel, speaker "ch1", "ch2", ..., position the file's name made a valid name).  Release in every case. */
SABIN_MUST enum sabin_err sabin_measurement_open(const char *path, struct sabin_measurement *out,
                                                 struct sabin_diag *diag);
void sabin_measurement_release(struct sabin_measurement *measurement);

/* The samples of response `index`, with its true number of frames; free() them. */
SABIN_MUST enum sabin_err sabin_measurement_load(const struct sabin_measurement *measurement,
                                                 size_t index, double **samples, size_t *frames,
                                                 struct sabin_diag *diag);

/* The background noise kept beside response `index` (full scale = 1); free() it.  Where none is kept
 * *samples is NULL and *frames 0. */
SABIN_MUST enum sabin_err sabin_measurement_noise(const struct sabin_measurement *measurement,
                                                  size_t index, double **samples, size_t *frames,
                                                  struct sabin_diag *diag);

/* The room file kept in the directory; SABIN_EIO when there is none. */
SABIN_MUST enum sabin_err sabin_measurement_room(const struct sabin_measurement *measurement,
                                                 const char *materials, struct sabin_roomfile *out,
                                                 struct sabin_diag *diag);

/* Keep the room file's own words as room.yaml in `folder` (the temporary of an output). */
SABIN_MUST enum sabin_err sabin_measurement_keep_room(const struct sabin_roomfile *room,
                                                      const char *folder,
                                                      struct sabin_diag *diag);

/* Write measurement.yaml into `folder` (the temporary of an output). */
SABIN_MUST enum sabin_err sabin_measurement_write(const struct sabin_measurement *measurement,
                                                  const char *folder, struct sabin_diag *diag);

/* Among the remarks of a verdict on what was computed from geometry alone. */
extern const char sabin_simulated_remark[];

/* Did a room file's geometry answer, as a response or behind the simulated card, and no room? */
bool sabin_measurement_simulated(const struct sabin_measurement *measurement, size_t index);

/* By what share of its energy a response strays from another of the same place, as its repeats have shown:
 * that of a single sweep over their number; 0: not known. */
double sabin_measurement_stray(const struct sabin_measurement *measurement,
                               const struct sabin_measured *response);

/* Append an empty response and return it, which may move the others; NULL without memory. */
struct sabin_measured *sabin_measurement_add(struct sabin_measurement *measurement);

/* The response of a speaker at a position, or NULL. */
const struct sabin_measured *sabin_measurement_find(const struct sabin_measurement *measurement,
                                                    const char *speaker, const char *position);

#endif
