/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * standards.h: what standards ask of a listening room, row by row, held against what was heard in one.
 *
 * A limit that no second source confirms is not judged by: its rows are shown, their verdict is
 * SABIN_VERDICT_UNVERIFIED.
 */
#ifndef SABIN_STANDARDS_H
#define SABIN_STANDARDS_H

#include <sabin/advice.h>

/* What is measured for a requirement. */
enum sabin_measure {
	SABIN_MEASURE_DECAY_TIME,       /* s: mean over octaves and responses, from_hz .. to_hz */
	SABIN_MEASURE_DECAY_OFF,        /* s: the same less 0.25 (V/100)^(1/3), which is held in 0.2 .. 0.4 s */
	SABIN_MEASURE_DECAY_MASK,       /* s: the worst octave's time over its tolerance about that (BS.1116-3), of
	                                 * those in the range if one is given */
	SABIN_MEASURE_REFLECTION,       /* dB: the strongest of the first 15 ms, 1 to 8 kHz, re the direct sound */
	SABIN_MEASURE_RESPONSE_EBU,     /* dB: the worst third octave out of the mask of EBU Tech 3276 */
	SABIN_MEASURE_RESPONSE_ITU,     /* dB: of BS.1116-3, whose lower limit falls faster */
	SABIN_MEASURE_NR,               /* 1: noise rating of the background */
	SABIN_MEASURE_NC,
	SABIN_MEASURE_NOISE_A,          /* dB SPL, A-weighted */
	SABIN_MEASURE_LEVEL_DIFFERENCE, /* dB: of a pair, mean from_hz .. to_hz, the worst position */
	SABIN_MEASURE_DELAY_DIFFERENCE, /* s: of a pair, at the position that is as far from both */
	SABIN_MEASURE_BASE,             /* m: between the speakers of a pair */
	SABIN_MEASURE_HALF_ANGLE,       /* degrees: of a pair, seen from the position nearest the middle */
	SABIN_MEASURE_WALL_DISTANCE,    /* m: from a speaker to the nearest wall */
	SABIN_MEASURE_PROPORTIONS,      /* 1: Walker's criterion holds (1) or not (0) */
	SABIN_MEASURE_COUNT,
};

/* "decay_time", ...: as a file of requirements has it; its unit. */
SABIN_API const char *sabin_measure_name(enum sabin_measure measure);
SABIN_API const char *sabin_measure_unit(enum sabin_measure measure);

struct sabin_requirement {
	const char *what, *clause; /* for people; clause NULL: none */
	enum sabin_measure measure;
	double from_hz, to_hz;     /* NAN: the measure has no range */
	double at_least, at_most;  /* NAN: no such limit */
	bool verified;
};

struct sabin_standard {
	const char *name, *title; /* "ebu-3276" */
	const struct sabin_requirement *row;
	size_t count;
};

/* Standard i; NULL past the end. */
SABIN_API const struct sabin_standard *sabin_standard_row(size_t i);

enum sabin_requirement_verdict {
	SABIN_VERDICT_PASS,
	SABIN_VERDICT_FAIL,
	SABIN_VERDICT_UNKNOWN,    /* what it takes was not measured */
	SABIN_VERDICT_UNVERIFIED, /* the limit is from memory: shown, not judged by */
};

/* "pass", "fail", "unknown", "unverified" */
SABIN_API const char *sabin_requirement_verdict_name(enum sabin_requirement_verdict verdict);

/* Where the worst was found: indices into the scene's; -1, NAN: everywhere, or not about such a thing. */
struct sabin_where {
	int speaker, other_speaker, position;
	double freq_hz;
};

struct sabin_judgement {
	struct sabin_quantity measured; /* not valid: not known */
	enum sabin_requirement_verdict verdict;
	bool close;      /* the limit lies within the expanded uncertainty (95 %, k = 2) of the value */
	const char *why; /* of unknown and unverified; static; else NULL */
	struct sabin_where where;
};

SABIN_API SABIN_MUST enum sabin_err sabin_requirement_judge(const struct sabin_advice_scene *scene,
                                                const struct sabin_requirement *requirement,
                                                struct sabin_judgement *out);

#endif
