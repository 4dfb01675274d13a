/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reverberation.h: the sentence an engineer wants first, how long the room rings, and what it does not cover.
 */
#ifndef SABIN_CLI_REVERBERATION_H
#define SABIN_CLI_REVERBERATION_H

#include "cli/analysis_show.h"

enum { SABIN_RINGING_BANDS_MAX = 64 };

/* Bands of one kind, by their middle frequencies, rising. */
struct sabin_ringing_bands {
	double hz[SABIN_RINGING_BANDS_MAX];
	size_t count;
};

/* T30, where it is not valid T20, as the mean over the responses. */
struct sabin_ringing {
	struct sabin_quantity middle_s;          /* the mean of `middle` */
	struct sabin_ringing_bands middle, bass; /* that are valid: 500 Hz to 1 kHz, up to 125 Hz */
	struct sabin_ringing_bands valid;        /* of all */
	double low_s, high_s;                    /* over `valid` */
	double bass_ratio;                       /* bass re the middle; NAN: not known */
	size_t middles, between;                 /* bands, valid or not: in the middle, from the first of `valid` to the last */
	struct sabin_ringing_bands early; /* of the bass, without a valid time and with a valid EDT: early_s */
	double early_s[SABIN_RINGING_BANDS_MAX];
};

/* False: no time in the middle is valid. */
bool sabin_ringing_of(const struct sabin_analyses *all, struct sabin_ringing *out);

/* What the time in the middle is of: "500 Hz to 1 kHz"; "500 Hz alone". */
const char *sabin_ringing_middle(const struct sabin_ringing *ringing, char *text, size_t size);
/* The early decay of the bass where its time is not known: "1.38 s at 63 Hz, 0.35 s at 125 Hz"; "": of none. */
const char *sabin_ringing_early(const struct sabin_ringing *ringing, char *text, size_t size);

/* As the first lines of `sabin analyze`; nothing where no time in the middle is valid. */
void sabin_ringing_print(const struct sabin_analyses *all, FILE *stream);

#endif
