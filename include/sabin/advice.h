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

#include <sabin/biquad.h>
#include <sabin/correction.h>
#include <sabin/modefit.h>
#include <sabin/noise.h>
#include <sabin/parameters.h>
#include <sabin/place.h>
#include <sabin/quantity.h>
#include <sabin/reflections.h>
#include <sabin/response.h>
#include <sabin/room.h>
#include <sabin/roomfit.h>

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
	struct sabin_quantity snr_db;    /* of the sweep, 20 Hz to 20 kHz; of a subwoofer over what it plays */
	struct sabin_quantity arrival_s; /* after emission; not valid: the moment of emission is not known */
	const double *h;                 /* [frames] */
	size_t frames;
	double rate_hz, direct; /* direct: sample of the direct sound, not whole */
	struct sabin_quantity dbspl_at_0db; /* not valid: not calibrated */
	bool repeated;                      /* measured more than once, so that it is known how well it repeats */
	/* Each of these may be NULL: it could not be computed. */
	const struct sabin_analysis *analysis;       /* octaves 63 Hz .. 8 kHz */
	const struct sabin_noise *noise;             /* of the background */
	const struct sabin_reflections *reflections; /* matched with the room, where there is one */
	const struct sabin_modefit *modes;
	const struct sabin_mode_match *matches;      /* [modes->count] */
	const struct sabin_response *response;       /* a twelfth of an octave, 500 ms */
	const struct sabin_response *gated;          /* a third, the direct sound and 4 ms after it */
};

/* What may be moved where, for the placement search.  The room of `spec` is replaced by the fitted one. */
struct sabin_advice_place {
	const struct sabin_place_spec *spec;
	int speaker[SABIN_PLACE_SOURCES_MAX]; /* of the scene, by source; -1: not measured */
	int listener;                         /* position of the scene; -1 */
};

/* What an equaliser would do, as sabin_correction_compute() has it. */
struct sabin_advice_correction {
	const struct sabin_correction *correction;
	const int *speaker; /* of the scene, by channel; -1 */
	size_t positions;   /* that it was designed from */
};

/* fraction: 0 .. 1 of the work done.  False: stop. */
typedef bool sabin_advice_progress(void *user, double fraction);

struct sabin_advice_scene {
	const struct sabin_room *room; /* NULL: no room file */
	bool room_spoilt;              /* there is a room file, but it cannot be read */
	const struct sabin_advice_speaker *speaker;
	size_t speaker_count;
	const double (*position_m)[3]; /* [position_count]; NAN: not known */
	size_t position_count;
	const struct sabin_advice_response *response;
	size_t response_count;
	bool corrected; /* a response was measured through a correction: nothing is said about equalisation */
	bool live; /* the positions are microphones that play through the speakers: look for feedback */
	const struct sabin_advice_place *place;           /* NULL: nothing is searched */
	const struct sabin_advice_correction *correction; /* NULL: nothing is said about equalisation */
	sabin_advice_progress *progress;                  /* or NULL */
	void *user;                                       /* of progress */
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
	SABIN_ADVICE_ROOM_FILE,       /* there is one, and it cannot be read */
	SABIN_ADVICE_PLACEMENT,       /* a better arrangement of speakers and seat */
	SABIN_ADVICE_EQUALISE,        /* what an equaliser does here */
	SABIN_ADVICE_EQ_CANNOT,       /* and what it does not */
	SABIN_ADVICE_CODE_COUNT,
};

/* "polarity-inverted", ...; "repair", "move", ... */
SABIN_API const char *sabin_advice_code_name(enum sabin_advice_code code);
SABIN_API const char *sabin_advice_kind_name(enum sabin_advice_kind kind);

/* A number behind an item, or what is to be expected of it. */
struct sabin_advice_fact {
	const char *what; /* "level_difference", ...: static */
	const char *unit; /* "dB", ...: static */
	struct sabin_quantity q; /* of an effect: what it will be; uncertainty k = 1 */
	double now;     /* of an effect: what it is now; NAN: not an effect, or not known */
	double freq_hz; /* at which frequency; NAN: at none */
	double band_hz; /* in which octave band; NAN: in none */
	int speaker, position; /* of the scene: of which response; -1: of several, or as the item's */
};

/* What is to be moved: a speaker or a position, by so much. */
struct sabin_advice_move {
	int speaker, position; /* of the scene; -1 */
	double by_m[3];
};

enum sabin_advice_panel_kind {
	SABIN_PANEL_POROUS,   /* mineral wool or the like */
	SABIN_PANEL_MEMBRANE, /* a sheet on a filled space, tuned */
};

/* What is to be put on a surface. */
struct sabin_advice_panel {
	enum sabin_advice_panel_kind kind;
	int surface; /* enum sabin_surface_id; -1: any */
	double area_m2;
	double thickness_m, gap_m; /* of a membrane's space: gap_m 0 */
	double resistivity_pa_s_per_m2; /* of a porous layer */
	double mass_kg_per_m2;          /* of a membrane; of a limp sheet before a porous layer, NAN: none */
	double centre_m[3]; /* NAN: spread over the surface */
	double sides_m[2];  /* at least; NAN */
	/* Of area_m2, so much is there already by other panels of the advice, which do this one's work, too; and the one
	 * that brings most of it, as indices of items and of their panels; -1: none. */
	double counted_m2;
	int by_item, by_panel;
};

enum { SABIN_ADVICE_FACTS_MAX = 32, SABIN_ADVICE_MOVES_MAX = 4, SABIN_ADVICE_PANELS_MAX = 6 };

struct sabin_advice_item {
	enum sabin_advice_code code;
	enum sabin_advice_kind kind;
	/* what it is about; -1 and NAN: not about such a thing */
	int speaker, other_speaker; /* indices into the scene's */
	int position;
	int surface, other_surface; /* enum sabin_surface_id */
	int object;
	double freq_hz, point_m[3];
	struct sabin_advice_move move[SABIN_ADVICE_MOVES_MAX]; /* all at once */
	size_t move_count;
	struct sabin_advice_panel panel[SABIN_ADVICE_PANELS_MAX];
	size_t panel_count;
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
	SABIN_GAP_NO_REPEATS,     /* everything was measured once: not known how well it repeats */
	SABIN_GAP_ONE_POSITION,   /* one position: what of it is the place's and what the room's */
	SABIN_GAP_CORRECTED,      /* measured through a correction: nothing about equalisation */
	SABIN_GAP_COUNT,
};

enum { SABIN_ADVICE_MAX = 48 };

/* What becomes of the decay when all that is to be treated is treated. */
struct sabin_advice_treated {
	size_t panels;                                         /* that are hung; 0: the rest says nothing */
	double centre_hz[SABIN_ABSORPTION_BANDS];              /* 63 Hz .. 8 kHz */
	double now_s[SABIN_ABSORPTION_BANDS];                  /* by octave; NAN: not known */
	struct sabin_quantity then_s[SABIN_ABSORPTION_BANDS];
	double mean_now_s;                                     /* 250 Hz to 4 kHz; NAN: not known */
	struct sabin_quantity mean_then_s;
	double least_s, most_s; /* that suit a room of its size, EBU Tech 3276; NAN: none is asked for */
	double long_s;          /* what is longer is told to be too reverberant; NAN likewise */
	bool dry;               /* it becomes shorter than least_s, by what counts */
};

struct sabin_advice {
	size_t count;
	struct sabin_advice_item item[SABIN_ADVICE_MAX]; /* in the order in which to act */
	bool gap[SABIN_GAP_COUNT];
	struct sabin_advice_treated treated;
	bool has_fit; /* `fit` is of the scene's room to its responses */
	struct sabin_roomfit fit;
};

enum { SABIN_NOTCHES_MAX = 8 };

/* Narrow cuts for one loudspeaker whose sound comes back to microphones. */
struct sabin_notches {
	size_t count;
	struct sabin_biquad filter[SABIN_NOTCHES_MAX]; /* rising frequency */
	double before_db, after_db; /* gain before feedback of the weakest way, without and with them */
	bool phase_known; /* the loop's delay is: else these are its loudest frequencies */
};

/* For the ways from a speaker to all microphones: where the loop is strongest, one cut after the other, until they
 * bring no more.  SABIN_EINVAL: no such speaker; SABIN_ENOMEM; SABIN_ESHORT: no response to be trusted. */
SABIN_API SABIN_MUST enum sabin_err sabin_advise_notches(const struct sabin_advice_scene *scene, size_t speaker,
                                                         struct sabin_notches *out);

/* SABIN_EINVAL: indices out of range.  SABIN_ENOMEM.  SABIN_EINTR: progress() said so. */
SABIN_API SABIN_MUST enum sabin_err sabin_advise(const struct sabin_advice_scene *scene,
                                                 struct sabin_advice *out);

#endif
