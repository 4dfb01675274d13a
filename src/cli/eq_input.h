/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_input.h: what a correction is made from, or held against: responses on its grid.
 */
#ifndef SABIN_CLI_EQ_INPUT_H
#define SABIN_CLI_EQ_INPUT_H

#include <sabin/correction.h>
#include <sabin/modefit.h>

#include "cli/opt.h"
#include "io/measurement.h"

struct sabin_eq_input {
	double range_hz[2]; /* what was asked for, as far as the responses reach */
	double rate_hz;     /* of the first response; 48 kHz where only levels are known */
	size_t length;      /* points of the grid */
	struct sabin_eq_speaker *speakers;
	size_t speaker_count;
	char (*positions)[SABIN_NAME_SIZE]; /* [count]: of all places, speaker after speaker */
	struct sabin_correctable_place *places;
	size_t count;
	char room[256]; /* name of the measured one; "": not known */
	/* what they point to */
	struct sabin_measurement measurement;
	char (*names)[SABIN_NAME_SIZE]; /* [speaker_count] */
	struct sabin_eq_mode *modes;
	double *travels_s; /* [count] */
	bool by_places;    /* they are those of the room file's places, not measured */
	double *microphone_db; /* [count][length]: the calibration that is subtracted of the levels */
	double *emission;  /* [count]: fractional sample of the emission where it was measured; NAN */
};

/* At which subwoofers and main speakers are joined unless told otherwise. */
enum { SABIN_EQ_CROSSOVER_HZ = 80 };

/* What is wanted of a measurement: its ringing modes too; nothing that is not trustworthy. */
enum { SABIN_EQ_MODES = 1, SABIN_EQ_TRUSTED = 2 };

/* Responses of a measurement, chosen by speaker and position, on the grid of range_hz: the power smoothed
 * over 1/24 octave below 300 Hz and 1/6 above 1 kHz.  want: SABIN_EQ_MODES | SABIN_EQ_TRUSTED, of either or none.
 * Returns an exit status after a message, or -1; where nothing is trustworthy SABIN_EXIT_INPUT without one.
 * Release in every case. */
int sabin_eq_input_measurement(const char *command, const char *path,
                               const struct sabin_list *speakers,
                               const struct sabin_list *positions, const char *calibration,
                               const double range_hz[2], int want,
                               struct sabin_eq_input *out);

/* One response from a text file: its level only. */
int sabin_eq_input_text(const char *command, const char *path, const double range_hz[2],
                        struct sabin_eq_input *out);

/* The level at the grid that place `index` has when its impulse response is h[n], as its own was taken.
 * level_db[input->length]. */
SABIN_MUST enum sabin_err sabin_eq_input_levels(const struct sabin_eq_input *input, size_t index,
                                                const double *h, size_t n, double rate_hz,
                                                double arrival, double *level_db);

/* The phase of the same, counted from sample `zero`. */
SABIN_MUST enum sabin_err sabin_eq_input_phases(const struct sabin_eq_input *input, const double *h,
                                                size_t n, double rate_hz, double arrival,
                                                double zero, double *phase_deg);

/* Of a fit the modes that ring audibly and stand alone, `most` at most; their number. */
size_t sabin_eq_input_modes(const struct sabin_modefit *fit, struct sabin_eq_mode *modes, size_t most);

void sabin_eq_input_release(struct sabin_eq_input *input);

#endif
