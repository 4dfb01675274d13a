/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * chart.h: charts by gnuplot.  A kind is one row and one file (chart/kind_*.c) that writes data and
 * words; its script plots/KIND.gp maps them to ink.  No number is computed in a script.
 */
#ifndef SABIN_CHART_H
#define SABIN_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/correction.h>
#include <sabin/distortion.h>
#include <sabin/noise.h>
#include <sabin/parameters.h>
#include <sabin/response.h>

#include "io/diag.h"
#include "io/measurement.h"

/* One response and all that the kinds may draw of it.  Members not needed by a kind may be NULL. */
struct sabin_chart_trace {
	const struct sabin_measured *measured;
	const double *h;
	size_t frames;
	const struct sabin_response *response;
	const double *trust; /* [response->length], 0 .. 1; NULL: not known */
	const struct sabin_analysis *analysis;
	const struct sabin_distortion *distortion; /* NULL or of length 0: not known */
	const struct sabin_noise *noise;           /* background; NULL: not recorded */
};

/* A frequency response before and after, all [length]; NAN where it is not to be relied on. */
struct sabin_chart_compared {
	const char *name; /* of the measurement after */
	size_t length;
	const double *freq_hz, *before_db, *after_db, *difference_db;
	const double *plus_minus_db; /* standard uncertainty of the difference */
	const bool *significant;
};

/* A correction of one speaker. */
struct sabin_chart_correction {
	const struct sabin_correction_channel *channel;
	const char *target;        /* as asked for */
	const char *first_place;   /* that it was made from, and how many */
	size_t place_count;
	const double *achieved_db; /* at the channel's frequencies; NULL: not measured again */
	double achieved_error_db;  /* NAN: the same */
	const double *h;           /* its impulse response [frames]; NULL: filters only */
	size_t frames;
	double rate_hz;
};

struct sabin_chart_input {
	const struct sabin_measurement *measurement;
	const struct sabin_roomfile *room; /* NULL: not known */
	const struct sabin_chart_trace *traces;
	size_t trace_count;
	double smoothing_oct, window_s; /* behind `response` */
	/* the kind `compare` only: the measurement against each of these, of `who` */
	const struct sabin_chart_compared *compared;
	size_t compared_count;
	const char *who;
	const struct sabin_chart_correction *correction; /* the kind `correction` only */
	bool predicted; /* responses are the room file's own, and there is no analysis */
};

enum sabin_chart_needs {
	SABIN_CHART_RESPONSE = 1,
	SABIN_CHART_ANALYSIS = 2,
	SABIN_CHART_DISTORTION = 4,
	SABIN_CHART_NOISE = 8,
	SABIN_CHART_PHASE = 64, /* trust */
	SABIN_CHART_ROOM = 16, /* a room file, and of the traces no more than their names */
	SABIN_CHART_PREDICTS = 32, /* it draws a room file alone, too: with the response that is predicted */
};

/* Kind i (from 0): its name, what must be filled in, and whether it draws one trace only; NULL past
 * the end. */
struct sabin_chart_kind {
	const char *name;  /* "response" */
	const char *title; /* one line for help */
	int needs;
	bool one_trace;
	/* write data files and NAME.meta into folder; SABIN_ESHORT: there are no data to draw */
	enum sabin_err (*write)(const struct sabin_chart_input *input, const char *folder,
	                        struct sabin_diag *diag);
};
const struct sabin_chart_kind *sabin_chart_kind(size_t i);
const struct sabin_chart_kind *sabin_chart_find(const char *name);

struct sabin_chart_style {
	const char *theme;  /* light, dark, print */
	const char *format; /* png, svg, pdf */
	bool show;          /* a window; that there is a display is sabin_display_check()'s affair */
	bool narrow;        /* of sabin_chart_picture(): for the width of a phone */
	const char *keep;   /* folder in which script and data stay (--script), or NULL */
	const char *plots;  /* folder of the scripts */
};

/* Draw one chart to the file `target` (written whole or not at all).  SABIN_EIO with what gnuplot
 * said, SABIN_EEXIST. */
SABIN_MUST enum sabin_err sabin_chart_draw(const struct sabin_chart_kind *kind,
                                           const struct sabin_chart_input *input,
                                           const struct sabin_chart_style *style,
                                           const char *target, bool force,
                                           struct sabin_diag *diag);

/* A chart for a page that has its own words: the SVG without title, finding and the lines at its foot, and
 * these as text. */
struct sabin_chart_picture {
	char *svg; /* text; free() it */
	char title[256], finding[1024], caption[512], method[512];
};

/* Draw one chart so.  style: theme, narrow and plots only.  SABIN_ESHORT: there are no data to draw. */
SABIN_MUST enum sabin_err sabin_chart_picture(const struct sabin_chart_kind *kind,
                                              const struct sabin_chart_input *input,
                                              const struct sabin_chart_style *style,
                                              struct sabin_chart_picture *out,
                                              struct sabin_diag *diag);

#endif
