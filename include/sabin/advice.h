/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice.h: what to repair, move, treat and leave in a room, read from measurements of it.
 *
 * The caller says what was heard (a scene); sabin_advise() runs a list of detectors over it, each of which
 * knows one kind of fault, and orders what they find by benefit for effort.  An item carries numbers, not
 * sentences: evidence it rests on, the effect that is to be expected, and how sure it is.
 */
#ifndef SABIN_ADVICE_H
#define SABIN_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/modefit.h>
#include <sabin/noise.h>
#include <sabin/parameters.h>
#include <sabin/quantity.h>
#include <sabin/reflections.h>
#include <sabin/response.h>
#include <sabin/room.h>

/* ---- what was heard ------------------------------------------------------------------------------ */

struct sabin_advice_speaker {
	double position_m[3];                        /* NAN: not known */
	int partner;                                 /* the other of its pair, index; -1 */
	double range_hz[2];                          /* what it is made to play; NAN: not given */
	const struct sabin_directivity *directivity; /* NULL: a point, or not known */
};

struct sabin_advice_response {
	size_t speaker, position; /* indices into the scene's */
	bool trustworthy;         /* the verdict of the measurement */
	size_t clipped_samples;
	int polarity;                    /* of the direct sound: +1, -1; 0 unclear */
	struct sabin_quantity skew_ppm;  /* capture clock against playback clock */
	struct sabin_quantity snr_db;    /* of the sweep, 20 Hz to 20 kHz */
	struct sabin_quantity arrival_s; /* after emission; not valid: the moment of emission is not known */
	const double *h;                 /* [frames] */
	size_t frames;
	double rate_hz, direct; /* direct: sample of the direct sound, not whole */
	struct sabin_quantity dbspl_at_0db; /* not valid: not calibrated */
	/* Each of these may be NULL: it could not be computed. */
	const struct sabin_analysis *analysis;       /* octaves 63 Hz .. 8 kHz */
	const struct sabin_noise *noise;             /* of the background */
	const struct sabin_reflections *reflections; /* matched with the room, where there is one */
	const struct sabin_modefit *modes;
	const struct sabin_mode_match *matches;      /* [modes->count] */
	const struct sabin_response *response;       /* a twelfth of an octave, 500 ms */
	const struct sabin_response *gated;          /* a third, the direct sound and 4 ms after it */
};

struct sabin_advice_scene {
	const struct sabin_room *room; /* NULL: no room file */
	const struct sabin_advice_speaker *speaker;
	size_t speaker_count;
	const double (*position_m)[3]; /* [position_count]; NAN: not known */
	size_t position_count;
	const struct sabin_advice_response *response;
	size_t response_count;
	bool live; /* the positions are microphones that play through the speakers: look for feedback */
};

/* ---- what to do -------------------------------------------------------------------------------------- */

enum sabin_advice_kind {
	SABIN_ADVICE_REPAIR,
	SABIN_ADVICE_MOVE,
	SABIN_ADVICE_TREAT,
	SABIN_ADVICE_CORRECT,
	SABIN_ADVICE_LEAVE, /* looks bad and is not, or cannot be helped */
};

enum sabin_advice_code {
	SABIN_ADVICE_POLARITY_INVERTED,
	SABIN_ADVICE_CHANNELS_SWAPPED,
	SABIN_ADVICE_LEVEL_MISMATCH,
	SABIN_ADVICE_DELAY_MISMATCH,
	SABIN_ADVICE_DRIVER_DEAD,
	SABIN_ADVICE_BOUNDARY_NULL,
	SABIN_ADVICE_SEAT_IN_NULL,
	SABIN_ADVICE_FIRST_REFLECTION,
	SABIN_ADVICE_FLUTTER,
	SABIN_ADVICE_MODE_RINGING,
	SABIN_ADVICE_HUM,
	SABIN_ADVICE_NOISE,
	SABIN_ADVICE_CLIPPED,
	SABIN_ADVICE_CLOCK_SKEW,
	SABIN_ADVICE_MIC_NEAR_BOUNDARY,
	SABIN_ADVICE_ASYMMETRY,
	SABIN_ADVICE_TOO_REVERBERANT,
	SABIN_ADVICE_TOO_DEAD,
	SABIN_ADVICE_GEOMETRY_DIFFERS,
	SABIN_ADVICE_FEEDBACK,
	SABIN_ADVICE_NOT_TRUSTWORTHY, /* the measurement itself, for a reason that no other item names */
	SABIN_ADVICE_CODE_COUNT,
};

/* "polarity-inverted", ...; "repair", "move", ... */
SABIN_API const char *sabin_advice_code_name(enum sabin_advice_code code);
SABIN_API const char *sabin_advice_kind_name(enum sabin_advice_kind kind);

/* A number behind an item, or what is to be expected of it. */
struct sabin_advice_fact {
	const char *what; /* "level_difference", ...: static */
	const char *unit; /* "dB", ...: static */
	struct sabin_quantity q;
	double freq_hz; /* at which frequency; NAN: at none */
	double band_hz; /* in which octave band; NAN: in none */
};

enum { SABIN_ADVICE_FACTS_MAX = 10 };

struct sabin_advice_item {
	enum sabin_advice_code code;
	enum sabin_advice_kind kind;
	/* what it is about; -1 and NAN: not about such a thing */
	int speaker, other_speaker; /* indices into the scene's */
	int position;
	int surface, other_surface; /* enum sabin_surface_id */
	int object;
	double freq_hz, point_m[3];
	double move_m[3]; /* by how much to move the speaker, with its partner mirrored, or the position */
	struct sabin_advice_fact evidence[SABIN_ADVICE_FACTS_MAX], effect[SABIN_ADVICE_FACTS_MAX];
	size_t evidence_count, effect_count;
	const char *chart; /* the chart to look at: a kind of `sabin plot`, static; NULL: none */
	double confidence; /* 0 .. 1: that the fault is there and this is what it is */
	double benefit;    /* roughly: how many just noticeable differences it is worth */
	double effort;     /* roughly: 1 a cable, a knob; 2 moving things; 4 building */
};

/* What was not looked for, since something is missing. */
enum sabin_advice_gap {
	SABIN_GAP_NO_ROOM,        /* no room file: nothing about places and surfaces */
	SABIN_GAP_NO_PAIR,        /* no left and right: nothing about how they match */
	SABIN_GAP_NO_EMISSION,    /* no loopback: nothing about delays */
	SABIN_GAP_NO_OFF_CENTRE,  /* no place that is nearer to one than to the other: nothing about swapping */
	SABIN_GAP_NO_CALIBRATION, /* no sound pressure levels: nothing about how loud noise is */
	SABIN_GAP_NO_NOISE,       /* no background recorded */
	SABIN_GAP_NO_DECAY,       /* no valid decay in the middle bands */
	SABIN_GAP_COUNT,
};

enum { SABIN_ADVICE_MAX = 48 };

struct sabin_advice {
	size_t count;
	struct sabin_advice_item item[SABIN_ADVICE_MAX]; /* in the order in which to act */
	bool gap[SABIN_GAP_COUNT];
};

/* SABIN_EINVAL: indices out of range.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_advise(const struct sabin_advice_scene *scene,
                                                 struct sabin_advice *out);

#endif
