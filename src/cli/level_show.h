/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * level_show.h: what `sabin level` read, for people and for scripts.
 */
#ifndef SABIN_CLI_LEVEL_SHOW_H
#define SABIN_CLI_LEVEL_SHOW_H

#include "audio/level.h"
#include "io/json.h"

struct sabin_level_item {
	char name[80]; /* of the speaker */
	unsigned output;
	struct sabin_level level;
	enum sabin_headroom light;
	char advice[160];
};

/* What a calibrator or a reference meter gave. */
struct sabin_level_calibration {
	bool done;
	const char *method;      /* "calibrator" or "reference meter" */
	double nominal_dbspl, measured_dbfs;
	const char *weighting;   /* of the reference meter, or NULL */
	struct sabin_tone tone;  /* of the calibrator */
	char why[200];           /* empty: accepted */
	struct sabin_quantity dbspl_at_0dbfs;
	const char *file;        /* that was written, or NULL */
};

struct sabin_levels {
	unsigned rate_hz, input; /* from 1 */
	double level_dbfs;
	const char *microphone_file; /* or NULL */
	struct sabin_quantity dbspl_at_0dbfs;
	struct sabin_level_item *item;
	size_t count;
	struct sabin_level_calibration calibration;
};

void sabin_show_levels(const struct sabin_levels *levels);
/* The document sabin.level/1 on standard output. */
SABIN_MUST enum sabin_err sabin_show_levels_json(const struct sabin_levels *levels);

/* dBFS to dB SPL with both uncertainties (plus_minus_db may be NAN). */
struct sabin_quantity sabin_level_spl(struct sabin_quantity dbspl_at_0dbfs, double dbfs,
                                      double plus_minus_db);

/* One line of the live meter into text[size]. */
void sabin_level_line(const char *name, const struct sabin_reading *now, double time_s,
                      struct sabin_quantity dbspl_at_0dbfs, char *text, size_t size);

#endif
