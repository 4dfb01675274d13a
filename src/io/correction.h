/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correction.h: the correction directory, sabin-eq(1): correction.yaml, which is the model, and a folder
 * for each dialect.
 */
#ifndef SABIN_IO_CORRECTION_H
#define SABIN_IO_CORRECTION_H

#include <sabin/correction.h>

#include "io/diag.h"

/* Of a channel. */
enum { SABIN_CORRECTION_DELAY_MOST_S = 10 };

/* What the response was at one of the positions that a channel was designed from. */
struct sabin_correction_place {
	char position[SABIN_CORRECTION_NAME];
	double *level_db;     /* [length of the channel's curves]; NULL: not kept */
	double *predicted_db; /* through the correction; the same */
	/* Phase of what is predicted, counted from the emission or the arrival, without the delay, latency and
	 * polarity of the channel; the same. */
	double *phase_deg;
	bool timed; /* from the emission */
};

struct sabin_correction_origin {
	size_t count;
	struct sabin_correction_place *places;
};

struct sabin_correction_file {
	char *path;     /* the directory, as given */
	char date[40];  /* ISO 8601 with zone */
	char *command;  /* as typed */
	char *target;   /* as asked for */
	char *room;     /* name of the room that was measured; NULL or "": not known */
	struct sabin_correction correction; /* rates[].fir is NULL after reading: see below */
	struct sabin_correction_origin *origins; /* [channel_count] */
	bool fir; /* the channels have FIRs, in files of the folder wav */
};

/* "left-48000.wav", in the folder wav; name[SABIN_CORRECTION_NAME + 16], returned. */
char *sabin_correction_wav_name(const char *speaker, double rate_hz, char *name);

/* Write correction.yaml into `folder` (the temporary of an output). */
SABIN_MUST enum sabin_err sabin_correction_write(const struct sabin_correction_file *file,
                                                 const char *folder, struct sabin_diag *diag);

/* Is `path` a correction directory, and no measurement? */
bool sabin_correction_at(const char *path);

/* Read `path`/correction.yaml, or that file itself.  Release in every case. */
SABIN_MUST enum sabin_err sabin_correction_read(const char *path, struct sabin_correction_file *out,
                                                struct sabin_diag *diag);
void sabin_correction_release(struct sabin_correction_file *file);

/* Index of the channel of a speaker, without regard to case; -1: none. */
long sabin_correction_channel(const struct sabin_correction *correction, const char *speaker);

/* All that a channel does at a rate, preamp and delay included (to the nearest sample), as one response;
 * free *h.  Filters serve any rate; FIRs only those they were made for: SABIN_EFORMAT. */
SABIN_MUST enum sabin_err sabin_correction_response(const struct sabin_correction_file *file,
                                                    size_t channel, double rate_hz, double **h,
                                                    size_t *n, struct sabin_diag *diag);

#endif
