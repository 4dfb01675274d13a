/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration.h: a microphone's own response, from the text files their makers ship: frequency in
 * Hz, level in dB, perhaps phase in degrees, one point a line; separated by blanks, tabs, commas or
 * semicolons; comments begin with * # ; or a quote.  It is subtracted from what was measured.
 *
 * Some files also say how sensitive the microphone is.  What that means in dB SPL depends on the
 * model; `dbspl_at_0dbfs` is the sound pressure level of a signal whose RMS is digital full scale
 * (a full-scale sine reads 3.01 dB less), so that SPL = 20 lg(RMS) + dbspl_at_0dbfs.
 */
#ifndef SABIN_IO_CALIBRATION_H
#define SABIN_IO_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/quantity.h>

#include "io/diag.h"

enum sabin_microphone_model {
	SABIN_MICROPHONE_UNKNOWN,
	SABIN_MICROPHONE_UMIK1,   /* miniDSP UMIK-1 */
	SABIN_MICROPHONE_UMIK2,   /* miniDSP UMIK-2 */
	SABIN_MICROPHONE_UMM6,    /* Dayton Audio UMM-6 */
	SABIN_MICROPHONE_OMNIMIC, /* Dayton Audio OmniMic */
	SABIN_MICROPHONE_EARS,    /* miniDSP E.A.R.S. */
	SABIN_MICROPHONE_ANALOG,  /* Dayton EMM-6, iMM-6 and others that say dBV per pascal */
};

/* "miniDSP UMIK-1", ... */
const char *sabin_microphone_model_name(enum sabin_microphone_model model);

enum { SABIN_CALIBRATION_NOTES_MAX = 8, SABIN_CALIBRATION_TEXT_MAX = 4 << 20 /* bytes of a file */ };

struct sabin_calibration {
	size_t length;
	double *freq_hz, *level_db, *phase_deg; /* strictly rising; phase unwrapped, NULL: none */
	double sens_factor_db; /* as the header says, or NAN */
	double again_db;       /* the gain that factor was found at ("AGain"), or NAN */
	double sensitivity_dbv; /* dB re 1 V/Pa at 1 kHz ("*1000Hz -41.0"), or NAN */
	char serial[32];
	int angle_deg; /* of incidence the file is for: 0 or 90; -1: it does not say */
	enum sabin_microphone_model model; /* as far as the file tells */
	const char *model_because;         /* what tells it, or NULL */
	struct sabin_quantity recorded;    /* dbspl_at_0dbfs that `sabin level` wrote, or not known */
	/* what was mended or is odd, in the order it was found */
	struct sabin_calibration_note {
		int line; /* 0: the file as a whole */
		char text[120];
	} note[SABIN_CALIBRATION_NOTES_MAX];
	size_t note_count; /* beyond SABIN_CALIBRATION_NOTES_MAX they are counted only */
};

SABIN_MUST enum sabin_err sabin_calibration_read(const char *path, struct sabin_calibration *out,
                                                 struct sabin_diag *diag);
void sabin_calibration_release(struct sabin_calibration *calibration);

/* Level at f_hz: linear in dB over log frequency, the end values outside. */
double sabin_calibration_level_db(const struct sabin_calibration *calibration, double f_hz);

/* Phase and group delay at f_hz by the same rule; 0 where the file has no phase.  The delay is the
 * slope of the phase over a sixth of an octave, 0 outside the file's range. */
double sabin_calibration_phase_deg(const struct sabin_calibration *calibration, double f_hz);
double sabin_calibration_delay_s(const struct sabin_calibration *calibration, double f_hz);

/* The absolute level.  What is recorded in the file goes first.  `model` is what the device says it
 * is (SABIN_MICROPHONE_UNKNOWN: then the file's word counts); device_gain_db the gain it says it is
 * set to, or NAN: as in the file.  Not known: NAN.  Known but not to be relied on (UMIK-2): a value
 * with its plus_minus, not valid. */
struct sabin_quantity sabin_calibration_dbspl(const struct sabin_calibration *calibration,
                                              enum sabin_microphone_model model,
                                              double device_gain_db);

/* One sentence: by which rule sabin_calibration_dbspl() answers, or why it cannot. */
const char *sabin_calibration_rule(const struct sabin_calibration *calibration,
                                   enum sabin_microphone_model model);

/* The text of a calibration file that says `dbspl_at_0dbfs`, with the curve of `curve` (NULL or
 * empty: flat); free() it.  `about` is a line for people. */
SABIN_MUST char *sabin_calibration_record(const struct sabin_calibration *curve,
                                          struct sabin_quantity dbspl_at_0dbfs, const char *about);

#endif
