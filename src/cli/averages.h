/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * averages.h: what follows from an analysis as a whole: the grade that its positions earn, and the
 * Schroeder frequency of the room.
 */
#ifndef SABIN_CLI_AVERAGES_H
#define SABIN_CLI_AVERAGES_H

#include "cli/analysis_show.h"

/* The member "grade", and a line for people. */
void sabin_grade_json(const struct sabin_analyses *all, struct sabin_json *json);
void sabin_grade_text(const struct sabin_analyses *all);

/* 2000 sqrt(T / V) from the decay time in the middle, 500 Hz and 1 kHz; volume NAN: not known. */
struct sabin_quantity sabin_schroeder(const struct sabin_analysis *analysis, double volume_m3);
/* Why not, where it is for want of a volume, else NULL: a reason for sabin_json_quantity_why(). */
const char *sabin_schroeder_why(double volume_m3);
void sabin_schroeder_text(const struct sabin_analysis *analysis, double volume_m3);

#endif
