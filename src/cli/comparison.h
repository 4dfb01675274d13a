/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison.h: two measurements against each other: what `sabin compare` prints and the chart
 * `compare` draws.
 */
#ifndef SABIN_CLI_COMPARISON_H
#define SABIN_CLI_COMPARISON_H

#include <stdio.h>

#include <sabin/compare.h>

#include "cli/side.h"
#include "io/json.h"

/* What is compared of each octave band, in this order. */
enum { SABIN_COMPARED_PARAMETERS = 8 };
enum sabin_parameter sabin_compared_parameter(size_t i);

enum {
	SABIN_COMPARED_BANDS = 8,    /* the octaves 63 Hz .. 8 kHz */
	SABIN_COMPARED_OCTAVES = 10, /* of levels: 31.5 Hz .. 16 kHz */
	SABIN_COMPARED_RANGES = 4,   /* bass, low middle, middle, treble */
};

struct sabin_compared_band {
	struct sabin_band band;
	struct sabin_change value[SABIN_COMPARED_PARAMETERS];
};

/* Levels of one range of frequencies. */
struct sabin_compared_level {
	const char *name; /* "bass", or NULL: an octave by its centre */
	struct sabin_band band;
	struct sabin_change level;
};

struct sabin_compared_response {
	double aligned_db; /* added to the levels after, so that the direct sounds are as loud; NAN:
	                      not */
	struct sabin_compared_level octave[SABIN_COMPARED_OCTAVES], range[SABIN_COMPARED_RANGES];
	size_t octave_count, range_count;
	size_t length; /* of the curves */
	const double *freq_hz;
	double *before_db, *after_db, *difference_db, *plus_minus_db; /* NAN: not to be relied on */
	bool *significant;
};

enum sabin_event { SABIN_EVENT_BOTH, SABIN_EVENT_GONE, SABIN_EVENT_NEW };
const char *sabin_event_name(enum sabin_event event); /* "both", "gone", "new" */

struct sabin_compared_mode {
	enum sabin_event event;
	struct sabin_quantity before_hz, after_hz; /* NAN where it is missing */
	struct sabin_change t60, level;
};

struct sabin_compared_reflection {
	enum sabin_event event;
	struct sabin_quantity time_s;
	struct sabin_change level; /* re the direct sound */
};

struct sabin_compared {
	const struct sabin_side_item *before, *after;
	bool same_place;
	bool bass;              /* a subwoofer, by its range_hz */
	double uncrossed_hz[2]; /* where no crossover of one side only changes the level; 0, INFINITY */
	struct sabin_compared_band bands[SABIN_COMPARED_BANDS];
	size_t band_count;
	struct sabin_change sti;
	struct sabin_compared_response response;
	struct sabin_compared_mode *modes;
	size_t mode_count, modes_unsure; /* found in both, of which one has no decay time: not told apart */
	struct sabin_compared_reflection reflections[2 * SABIN_REFLECTIONS_MAX];
	size_t reflection_count;
	bool has_noise;
	bool noise_absolute;
	struct sabin_compared_level noise[SABIN_NOISE_OCTAVES];
	size_t noise_count;
	struct sabin_change noise_a;
};

/* How well two speakers of a pair match at one position. */
struct sabin_compared_pair {
	const char *left, *right, *position;
	struct sabin_change level; /* left minus right, mean of thirds of an octave over sabin_target_band_hz */
	struct sabin_change
	    deviation; /* RMS of left minus right in third octaves, that level removed */
};

struct sabin_finding {
	const char *code;
	char text[800];
	double weight;   /* in just noticeable differences, of one response half of that: what comes first */
	bool noticeable; /* at least one of them */
	/* what it is of, where it is of one response; else NULL */
	const struct sabin_compared *where;
	const struct sabin_compared_mode *mode;
	const struct sabin_compared_reflection *reflection;
};

/* Codes of what is no change. */
#define SABIN_NO_CHANGE    "no-significant-change"
#define SABIN_NOT_COMPARED "not-compared"
#define SABIN_TWO_ROOMS    "two-rooms"

enum { SABIN_NOT_COMPARED_MAX = 64, SABIN_PAIRS_COMPARED_MAX = 32 };

struct sabin_comparison {
	const struct sabin_side *before, *after;
	double moved_m; /* by which a microphone at "the same place" may be off */
	struct sabin_compared *item;
	size_t count;
	struct sabin_compared_band mean[SABIN_COMPARED_BANDS];
	size_t mean_count;
	struct sabin_change mean_sti;
	struct sabin_compared_level mean_octave[SABIN_COMPARED_OCTAVES];
	size_t mean_octave_count; /* of main speakers, where there are any */
	size_t bass_count;        /* subwoofers' responses beside those of main speakers */
	struct sabin_compared_level bass_octave[SABIN_COMPARED_OCTAVES]; /* of these */
	size_t bass_octave_count;
	bool corrected; /* a correction was played through after, and none before */
	struct sabin_compared_response mean_response; /* its curves only */
	struct sabin_compared_pair pairs[SABIN_PAIRS_COMPARED_MAX];
	size_t pair_count;
	struct {
		char what[160], why[200];
	} not_compared[SABIN_NOT_COMPARED_MAX];
	size_t not_compared_count;
	char two_rooms[200]; /* why this seems to be no before and after of one room; "": it may be one */
	size_t table_count;  /* of quantities that were judged together */
	struct sabin_finding *summary; /* the most important first */
	size_t finding_count, finding_most;
};

/* By which a microphone may be off that was put back on its marks, unless the user knows better. */
#define SABIN_MOVED_M 0.005

/* Nothing is compared: say why.  Returns the exit status. */
int sabin_comparison_complain(const char *command, const struct sabin_comparison *comparison);

/* Say so where before was measured later than after, by the dates in both, or is the very same. */
void sabin_comparison_warn_order(const struct sabin_side *before, const struct sabin_side *after);

/* Is the change a mean of fewer than all of the responses? */
bool sabin_comparison_fewer(const struct sabin_comparison *comparison, const struct sabin_change *mean);

/* Compare two sides, which must outlive the result.  moved_m: see sabin_change_rules.  Nothing in
 * common leaves count 0.  SABIN_ENOMEM.  Release in every case. */
SABIN_MUST enum sabin_err sabin_comparison_compute(const struct sabin_side *before,
                                                   const struct sabin_side *after, double moved_m,
                                                   struct sabin_comparison *out);
void sabin_comparison_release(struct sabin_comparison *comparison);

/* The parts of it, each in its own file. */
void sabin_compare_roles(struct sabin_comparison *all);
bool sabin_compared_uncrossed(const struct sabin_compared *c, double low_hz, double high_hz);
/* Is response i in the mean of the main speakers' levels, or the subwoofers'? */
bool sabin_compared_in_mean(const struct sabin_comparison *all, size_t i, bool bass);
/* list: of all->count to work with. */
void sabin_compare_mean_levels(struct sabin_comparison *all, const struct sabin_change **list);
void sabin_compare_mean_point(struct sabin_comparison *all, size_t i);
SABIN_MUST enum sabin_err sabin_compare_responses(const struct sabin_comparison *all,
                                                  struct sabin_compared *c,
                                                  const struct sabin_change_rules *rules);
SABIN_MUST enum sabin_err sabin_compare_events(struct sabin_compared *c,
                                               const struct sabin_change_rules *rules);
/* Of the modes up to here, where they lie so far apart that few of another room's fall on them: how many of the
 * response that has fewer, and how many of these the other one has too.  Both are added to. */
#define SABIN_MODE_SETS_TO_HZ 80.0
/* What a displacement does to the height of one mode, re the sin kd of sabin_change_of(): comparison_events.c. */
#define SABIN_MODE_SLOPE_DB (6.14 * 12.7 / 2)
void sabin_compare_mode_sets(const struct sabin_compared *c, size_t *both, size_t *fewer);
SABIN_MUST enum sabin_err sabin_compare_pairs(struct sabin_comparison *all);
SABIN_MUST enum sabin_err sabin_compare_mean_curves(struct sabin_comparison *all);
SABIN_MUST enum sabin_err sabin_comparison_summarize(struct sabin_comparison *all);
/* What a mode or a reflection did, and how much that is to the ear, as parts of a sentence. */
void sabin_mode_words(const struct sabin_compared_mode *mode, char *text, size_t size);
void sabin_reflection_words(const struct sabin_compared_reflection *reflection, char *text,
                            size_t size);
const char *sabin_heard(const struct sabin_finding *finding);
void sabin_comparison_leave_out(struct sabin_comparison *all, const char *what, const char *why,
                                ...) __attribute__((format(printf, 3, 4)));

/* Members of the open JSON object; the whole for people. */
void sabin_comparison_json(const struct sabin_comparison *all, struct sabin_json *json);
void sabin_comparison_csv(const struct sabin_comparison *all, FILE *stream);
/* everything: also what is too little to notice, response by response. */
void sabin_comparison_text(const struct sabin_comparison *all, bool everything, FILE *stream);
/* Its first part: what changed. */
void sabin_comparison_brief(const struct sabin_comparison *all, bool everything, FILE *stream);
/* The same, line by line: remarks on the whole, then the changes, the most important first.  Either may be
 * NULL.  Returns how many changes there are, and how many are more than chance, but too little to notice. */
typedef void sabin_tell_line(void *context, const char *text);
struct sabin_brief {
	size_t lines, small;
};
struct sabin_brief sabin_comparison_tell(const struct sabin_comparison *all, bool everything,
                                         sabin_tell_line *remark, sabin_tell_line *change, void *context);

#endif
