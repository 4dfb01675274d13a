/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inner.h: what the detectors of sabin_advise() share.  A detector is one function and one row of the
 * table in advice.c; it adds items, or says what kept it from looking.
 */
#ifndef SABIN_ADVICE_INNER_H
#define SABIN_ADVICE_INNER_H

#include <sabin/advice.h>

typedef enum sabin_err advice_detector(const struct sabin_advice_scene *scene, struct sabin_advice *out);

advice_detector advice_find_polarity, advice_find_mismatch, advice_find_swap, advice_find_dead_driver,
    advice_find_capture, advice_find_background, advice_find_near_boundary, advice_find_nulls,
    advice_find_reflections, advice_find_flutter, advice_find_ringing, advice_find_reverberation,
    advice_find_geometry, advice_find_feedback, advice_find_asymmetry, advice_find_room_file, advice_find_placement,
    advice_find_equalisation;

/* Tell how much of a detector's work is done, 0 .. 1; false: stop (SABIN_EINTR). */
bool advice_goes_on(const struct sabin_advice_scene *scene, double fraction);

/* The first item of that code, or NULL. */
struct sabin_advice_item *advice_first(struct sabin_advice *out, enum sabin_advice_code code);

/* A copy of the scene's room as the fit has it, if there is one; free() its panels. */
enum sabin_err advice_fitted_room(const struct sabin_advice_scene *scene, const struct sabin_advice *out,
                                  struct sabin_room *room);

/* A new item about nothing yet, of the kind that is usual for its code; NULL when there are too many. */
struct sabin_advice_item *advice_add(struct sabin_advice *out, enum sabin_advice_code code);

/* A fact more, to be completed where it lies; where there is no room left, it replaces the last. */
struct sabin_advice_fact *advice_evidence(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                                          const char *unit);
void advice_evidence_at(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                        const char *unit, double freq_hz);
void advice_evidence_band(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                          const char *unit, double band_hz);
/* What will be: `then`, where it is `now`. */
struct sabin_advice_fact *advice_effect(struct sabin_advice_item *item, const char *what, double now,
                                        struct sabin_quantity then, const char *unit);

/* The response of a speaker at a position that is to be trusted; NULL. */
const struct sabin_advice_response *advice_response(const struct sabin_advice_scene *scene, size_t speaker,
                                                    size_t position);

/* A bare number without uncertainty. */
static inline struct sabin_quantity advice_number(double value)
{
	return sabin_quantity_valid(value, NAN);
}

/* Mean level in dB of the points of a response from from_hz to to_hz; NAN: none. */
double advice_level_db(const struct sabin_response *response, double from_hz, double to_hz);

/* T30, else T20, of the octave at hz: mean over the responses; not valid: none has it. */
struct sabin_quantity advice_octave_time(const struct sabin_advice_scene *scene, double hz);
/* BS.1116-3, 8.2.3.1, and EBU Tech 3276: the nominal decay time of a room, and by how much an octave up to 4 kHz may
 * exceed it. */
double advice_nominal_s(double volume_m3);
double advice_tolerance_s(double f_hz);
/* EBU Tech 3276, 2.3: the mean times of 250 Hz to 4 kHz that suit it; NAN where the room is too large for that. */
void advice_suited_s(double volume_m3, double *least_s, double *most_s);
/* The time from which on it is told to be too reverberant; NAN likewise. */
double advice_long_s(double volume_m3);
/* What it is worth, in the points of an item's benefit, that a decay time becomes then_s where it is now_s and should be
 * nominal_s: in proportion to the octaves (halvings) by which it does, none beyond the nominal time. */
double advice_shorter(double now_s, double then_s, double nominal_s);

/* Is a subwoofer, by what it is made to play? */
bool advice_is_bass(const struct sabin_advice_speaker *speaker);

/* Has it been found that a and b are swapped? */
bool advice_pair_swapped(const struct sabin_advice *out, int a, int b);

/* Is a side of the room told to be wrong in the file?  Not only the size that explains most of what was seen, but every
 * other that explains nearly as much (how far these go is three standard uncertainties already) differs from the
 * file's by more than is told. */
bool advice_side_differs(const struct sabin_roomfit *fit, int axis, double file_m);

/* How much of a chance there is that a normal error of one standard uncertainty stays below `value`. */
double advice_probability(double value, double plus_minus);

#endif
