/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile.h: the room file, sabin-room(5), read and checked.
 *
 * Reading is driven by a table of keys (type, unit, range, default); everything that is unknown,
 * of the wrong type or out of range is an error with line, column, the expected range and the
 * nearest known key.
 */
#ifndef SABIN_IO_ROOMFILE_H
#define SABIN_IO_ROOMFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sabin/room.h>

#include "io/diag.h"
#include "io/wav.h"

enum { SABIN_NAME_SIZE = 65 }; /* 64 characters and the NUL */

struct sabin_speaker {
	char name[SABIN_NAME_SIZE];
	unsigned output;      /* from 1 */
	double position_m[3]; /* acoustic centre */
	char pair[SABIN_NAME_SIZE]; /* its partner, or empty */
	double aim_deg;       /* NAN: not given */
	double box_m[3];      /* NAN: not given */
	double range_hz[2];   /* what it can play; NAN: not given */
};

struct sabin_position {
	char name[SABIN_NAME_SIZE];
	double position_m[3];
	char microphone[SABIN_NAME_SIZE]; /* which of audio.microphones; the first when not given */
};

struct sabin_microphone {
	char name[SABIN_NAME_SIZE]; /* "microphone" when it is the only one */
	unsigned input;             /* from 1 */
	char *calibration;          /* path, resolved against the room file's folder, or NULL */
};

struct sabin_object {
	char kind[SABIN_NAME_SIZE]; /* "desk" */
	double min_m[3], max_m[3];
};

/* keep_out: name = what is there; place: name = which speaker or position. */
struct sabin_zone {
	char name[SABIN_NAME_SIZE];
	double min_m[3], max_m[3];
};

/* A panel that is a quadratic-residue diffuser (<sabin/absorber.h>). */
struct sabin_panel_diffuser {
	size_t panel; /* of the room's */
	unsigned wells; /* a prime, 5 .. 31 */
	double from_hz, width_m;
};

struct sabin_simulated_speaker {
	char name[SABIN_NAME_SIZE]; /* a speaker of the room */
	double gain_db, delay_ms;
	bool inverted;
	unsigned output;          /* 0: as in `speakers` (a swap is two of these) */
	double low_hz, high_hz;   /* its band; NAN: no limit */
	unsigned order;           /* of the band edges, 1 .. 8 */
	double h2_db, h3_db;      /* harmonics re the fundamental at full scale; NAN: none */
	double dead_above_hz;     /* NAN: alive */
};

struct sabin_simulated_response {
	char speaker[SABIN_NAME_SIZE], position[SABIN_NAME_SIZE];
	char *path; /* resolved */
};

/* A fault of the simulated sound card; at_s counts from the first frame that is not silent. */
struct sabin_simulated_fault {
	bool given, always, playback;
	double at_s, length_s, dbfs;
	unsigned frames;
};

struct sabin_simulation {
	double speed; /* factor of real time; 0: as fast as it goes */
	double latency_ms;
	double noise_dbfs; /* NAN: none */
	double hum_hz, hum_dbfs; /* NAN: none */
	double skew_ppm;
	uint64_t seed;
	double gain_db;   /* NAN: the default (0 with responses, -20 with geometry) */
	double clip_dbfs; /* NAN: float never clips */
	enum sabin_sample_format formats[4];
	size_t format_count; /* 0: all */
	unsigned rates_hz[16];
	size_t rate_count; /* 0: any from 8000 to 384000 */
	unsigned channels; /* 0: as many as the room file uses */
	char *microphone;  /* response curve of the microphone, path or NULL */
	struct sabin_simulated_speaker *speakers;
	size_t speaker_count;
	struct sabin_simulated_response *responses;
	size_t response_count;
	struct sabin_simulated_fault drop, xrun, unplug, noise_burst;
};

struct sabin_roomfile {
	char *path;   /* as given */
	char *folder; /* of the file: relative paths in it count from here */
	char *text;   /* the file's own words */
	char name[256];
	struct sabin_room room;
	struct sabin_panel_diffuser *diffusers;
	size_t diffuser_count;
	struct sabin_speaker *speakers;
	size_t speaker_count;
	struct sabin_position *positions;
	size_t position_count;
	struct sabin_object *objects;
	size_t object_count;
	struct sabin_zone *keep_out;
	size_t keep_out_count;
	struct sabin_zone *place;
	size_t place_count;
	struct {
		char *playback, *capture; /* PCM names or NULL */
		unsigned rate_hz;
		struct sabin_microphone *microphones; /* always at least one */
		size_t microphone_count;
		bool has_loopback;
		unsigned loopback_output, loopback_input;
		char reference_speaker[SABIN_NAME_SIZE]; /* from which the timing chirps come; "": none */
		bool loopback_response; /* the interface's response is taken away as well as its latency */
	} audio;
	struct {
		double from_hz, to_hz, length_s, level_dbfs, tail_s;
		unsigned repeats;
	} sweep;
	struct sabin_simulation simulation;
};

/* Read and check `path`.  Materials are looked up by name in `materials` (the path of a
 * materials.yaml; NULL: the installed one).  Release with sabin_roomfile_release(), also after an
 * error, which leaves it empty.  SABIN_EIO, SABIN_EFORMAT, SABIN_ENOMEM; diag says where and what. */
SABIN_MUST enum sabin_err sabin_roomfile_read(const char *path, const char *materials,
                                              struct sabin_roomfile *out, struct sabin_diag *diag);
void sabin_roomfile_release(struct sabin_roomfile *roomfile);

/* What is allowed, but hardly meant: sizes in centimetres, two speakers on one output, ... */
enum { SABIN_DOUBTS_MAX = 16 };
struct sabin_doubts {
	size_t count;
	char text[SABIN_DOUBTS_MAX][240];
};
void sabin_roomfile_doubt(const struct sabin_roomfile *roomfile, struct sabin_doubts *doubts);
/* Those of the room's size alone. */
void sabin_roomfile_doubt_size(const struct sabin_room *room, struct sabin_doubts *doubts);

/* Index of a speaker or position by name (without regard to case), or -1. */
int sabin_roomfile_speaker(const struct sabin_roomfile *roomfile, const char *name);
int sabin_roomfile_position(const struct sabin_roomfile *roomfile, const char *name);

/* How a speaker radiates: false: as a point, since the file gives no box. */
bool sabin_roomfile_directivity(const struct sabin_speaker *speaker, struct sabin_directivity *out);

/* The microphone that stands at a position. */
const struct sabin_microphone *sabin_roomfile_microphone(const struct sabin_roomfile *roomfile,
                                                         const struct sabin_position *position);

/* The schema: one row for each key of a room file. */
enum sabin_key_kind {
	SABIN_KEY_NUMBER,  /* double */
	SABIN_KEY_INTEGER, /* unsigned */
	SABIN_KEY_SEED,    /* uint64_t */
	SABIN_KEY_NAME,    /* char[SABIN_NAME_SIZE], [A-Za-z0-9][A-Za-z0-9_-]{0,63} */
	SABIN_KEY_WORDS,   /* char[256] */
	SABIN_KEY_TEXT,    /* char *, new */
	SABIN_KEY_FILE,    /* char *, new, resolved against the room file's folder */
	SABIN_KEY_YESNO,   /* bool */
	SABIN_KEY_POINT,   /* double[3] */
	SABIN_KEY_BAND,    /* double[2], rising */
	SABIN_KEY_SPECIAL, /* read by code */
};

struct sabin_roomfile_key {
	const char *path; /* "simulation.latency_ms"; NAME, SURFACE, SPEAKER stand for any */
	enum sabin_key_kind kind;
	bool required;            /* where the mapping that holds it is given */
	const char *type;         /* "number", "list of 3 numbers", ... */
	const char *unit;         /* "ms", or "" */
	double min, max;          /* of every number in it; NAN: no limit */
	const char *default_text; /* "0", "none", ..., or "" when required */
	const char *help;         /* one line */
	size_t offset;            /* where reading puts it: not for others */
};

/* All keys, in the order of sabin-room(5). */
size_t sabin_roomfile_keys(const struct sabin_roomfile_key **rows);

/* Is it a name as the contract wants it: [A-Za-z0-9][A-Za-z0-9_-]{0,63}? */
bool sabin_name_is_valid(const char *name);

#endif
