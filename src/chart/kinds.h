/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kinds.h: the kinds of charts, one in each kind_*.c, and what several of them share.
 */
#ifndef SABIN_CHART_KINDS_H
#define SABIN_CHART_KINDS_H

#include <sabin/modefit.h>

#include "chart/chart.h"
#include "chart/words.h"

extern const struct sabin_chart_kind sabin_chart_kind_response, sabin_chart_kind_impulse,
    sabin_chart_kind_decay, sabin_chart_kind_rt60, sabin_chart_kind_etc, sabin_chart_kind_step,
    sabin_chart_kind_phase, sabin_chart_kind_group_delay, sabin_chart_kind_clarity,
    sabin_chart_kind_distortion, sabin_chart_kind_waterfall, sabin_chart_kind_spectrogram,
    sabin_chart_kind_burst,
    sabin_chart_kind_modes, sabin_chart_kind_noise,
    sabin_chart_kind_reflections, sabin_chart_kind_geometry,
    sabin_chart_kind_placement, sabin_chart_kind_compare, sabin_chart_kind_correction;

enum { SABIN_GROUPS_MAX = 4 }; /* lines of equal rank that a reader can still tell apart */

/* The traces of one speaker. */
struct sabin_group {
	const char *speaker;
	int colour; /* 1 left, 2 right, else the next free one */
	size_t count;
};

/* Put the traces into groups in the order in which their speakers appear; *speakers is the number
 * of speakers there are, of which the first SABIN_GROUPS_MAX get a group.  Returns the groups. */
size_t sabin_chart_groups(const struct sabin_chart_input *input,
                          struct sabin_group groups[SABIN_GROUPS_MAX], size_t *speakers);
bool sabin_chart_is_member(const struct sabin_group *group, const struct sabin_chart_trace *trace);

/* A name short enough to stand among other words, and two of them. */
struct sabin_chart_name {
	char s[96];
};
struct sabin_chart_who {
	char s[2 * 96 + 8];
};
struct sabin_chart_name sabin_chart_name(const char *name);
/* "left", or "left, mean of 9" */
void sabin_chart_mean_name(const struct sabin_group *group, char *text, size_t size);
/* "left at mix", "2 speakers at 9 positions" */
struct sabin_chart_who sabin_chart_who(const struct sabin_chart_input *input);

/* Which decay time the charts show: T30 unless it is valid in fewer bands than T20 (ISO 3382-2:
 * either will do, to be named). */
enum sabin_parameter sabin_chart_decay_parameter(const struct sabin_chart_input *input);

/* The modes of a trace as the analysis lists them, with those of the room file's room in matches (NULL
 * without one).  Free both, also after an error. */
SABIN_MUST enum sabin_err sabin_chart_modes(const struct sabin_chart_input *input,
                                            const struct sabin_chart_trace *trace,
                                            struct sabin_modefit *fit,
                                            struct sabin_mode_match **matches);

/* Sample of the direct sound, not whole; of time zero where it is not known. */
double sabin_chart_arrival(const struct sabin_measured *measured);

/* The kind `modes` of a room file: its modes, as high as they come from the trace's speaker to its position,
 * and the predicted response. */
SABIN_MUST enum sabin_err sabin_chart_predicted_modes(const struct sabin_chart_input *input,
                                                      const char *folder, struct sabin_diag *diag);

/* Is the response told from its noise at f_hz?  Where it is not known (NULL), yes. */
bool sabin_chart_heard(const struct sabin_response *response, double f_hz);

/* Where a frequency axis ends whose last point is last_hz: at 20 kHz if that is the last step of a grid before it. */
double sabin_chart_axis_end(double last_hz);

/* The next round number >= value > 0 for the end of an axis, and a step that divides it into four
 * to six parts. */
double sabin_chart_round_up(double value, double *step);

#endif
