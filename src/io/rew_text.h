/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rew_text.h: what Room EQ Wizard exports as text; impulse responses are read, the rest is told apart.
 */
#ifndef SABIN_IO_REW_TEXT_H
#define SABIN_IO_REW_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"
#include "io/wav.h"

enum sabin_rew_kind {
	SABIN_REW_NONE,      /* no text that is known here, perhaps a sound file */
	SABIN_REW_IMPULSE,   /* impulse response */
	SABIN_REW_RESPONSE,  /* frequency response: frequency, level, phase (also .frd, a calibration) */
	SABIN_REW_IMPEDANCE, /* impedance of a loudspeaker (also .zma) */
	SABIN_REW_DECAY,     /* table of reverberation times */
	SABIN_REW_FILTERS,   /* filter settings */
	SABIN_REW_SAMPLES,   /* one number a line without a word about them */
};

/* What kind of text a file begins with. */
enum sabin_rew_kind sabin_rew_text_kind(const char *path);

/* SABIN_EFORMAT, with a message that says what the file is and what to export instead. */
enum sabin_err sabin_rew_text_refuse(enum sabin_rew_kind kind, const char *path,
                                     struct sabin_diag *diag);

enum sabin_rew_timing {
	SABIN_REW_TIMING_NONE,
	SABIN_REW_TIMING_LOOPBACK, /* time zero is emission */
	SABIN_REW_TIMING_ACOUSTIC, /* time zero is another speaker's arrival */
};

/* What the export says beside its samples. */
struct sabin_rew_impulse {
	double zero;          /* where time zero lies, in samples with their fraction; NAN: not told */
	double spl_offset_db; /* dB SPL = 20 lg |response| + this; NAN: not told */
	enum sabin_rew_timing timing;
	bool windowed, minimum_phase;
};

/* One channel, fractions of full scale (a normalised export is undone).  Release with
 * sabin_wav_release().  SABIN_EIO, SABIN_EFORMAT (with line and column), SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_rew_text_read(const char *path, struct sabin_wav *out,
                                              struct sabin_rew_impulse *about,
                                              struct sabin_diag *diag);

/* The same for REW and its like: h[frames] at rate_hz, fractions of full scale, not normalised, time zero at
 * sample `about->zero`; `name` and `date` are words for its header.  The text is exact: samples with nine
 * digits, which is all that 32-bit floats have, times with seventeen.  free() it; NULL without memory. */
SABIN_MUST char *sabin_rew_text_make(const double *h, size_t frames, unsigned rate_hz,
                                     const struct sabin_rew_impulse *about, const char *name,
                                     const char *date);

#endif
