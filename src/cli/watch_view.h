/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_view.h: the picture of `sabin watch` on a terminal.
 */
#ifndef SABIN_CLI_WATCH_VIEW_H
#define SABIN_CLI_WATCH_VIEW_H

#include "cli/watch.h"
#include "screen/canvas.h"

enum sabin_watch_page {
	SABIN_PAGE_SPECTRUM,
	SABIN_PAGE_SPECTROGRAM,
	SABIN_PAGE_LEVELS,
	SABIN_PAGE_TRANSFER,
	SABIN_PAGES,
};

enum {
	SABIN_VIEW_BANDS = 512,
	SABIN_VIEW_PAST = 512, /* spectra and levels of the past, a quarter of a second apart */
};

/* One moment of a channel, as it is drawn. */
struct sabin_watch_moment {
	size_t bands;
	double now_db[SABIN_VIEW_BANDS], leq_db[SABIN_VIEW_BANDS], max_db[SABIN_VIEW_BANDS];
	struct sabin_reading reading;
	struct sabin_trace trace; /* length 0: none */
	double averages, delay_s;
	bool delay_known;
};

struct sabin_watch_view {
	enum sabin_watch_page page;
	size_t channel;
	bool frozen, hold, quit;
	int help;                         /* which page of it; 0: none */
	int rows, columns;                /* of the terminal, as last drawn */
	double top_db, span_db;           /* of level axes */
	bool moved;                       /* they have been, by hand: then they do not follow what is loud */
	double middle_db, reach_db;       /* of the transfer function's */
	struct sabin_watch_moment shown, stored; /* stored.bands, stored.trace.length 0: nothing */
	char stored_name[80];
	/* the past of the channel: rings */
	float past_db[SABIN_VIEW_PAST][SABIN_VIEW_BANDS], past_laf_db[SABIN_VIEW_PAST];
	size_t past_count, past_at;       /* how many there are, at most; where the next goes */
	size_t next_tick;                 /* frame at which */
	char message[160];
	size_t message_until;             /* frame */
};

/* ---- watch_view.c ---- */
void sabin_watch_view_init(struct sabin_watch_view *view, const struct sabin_watch *w);
void sabin_watch_view_release(struct sabin_watch_view *view);

/* Take in what is new, a quarter of a second at a time. */
void sabin_watch_view_tick(struct sabin_watch_view *view, const struct sabin_watch *w);
void sabin_watch_view_look(struct sabin_watch_view *view, const struct sabin_watch *w);
void sabin_watch_view_say(struct sabin_watch_view *view, const struct sabin_watch *w, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sabin_watch_view_draw(struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_canvas *canvas);

/* ---- watch_keys.c ---- */
void sabin_watch_view_key(struct sabin_watch_view *view, struct sabin_watch *w, int key);
/* Pages of help on a terminal of that size; one of them, from 1. */
int sabin_watch_help_pages(int rows, int columns);
void sabin_watch_draw_help(struct sabin_canvas *canvas, int page);

/* ---- the pages ---- */
void sabin_watch_draw_spectrum(const struct sabin_watch_view *view, const struct sabin_watch *w,
                               struct sabin_canvas *canvas, struct sabin_area area);
void sabin_watch_draw_spectrogram(const struct sabin_watch_view *view, const struct sabin_watch *w,
                                  struct sabin_canvas *canvas, struct sabin_area area);
void sabin_watch_draw_levels(const struct sabin_watch_view *view, const struct sabin_watch *w,
                             struct sabin_canvas *canvas, struct sabin_area area);
void sabin_watch_draw_transfer(const struct sabin_watch_view *view, const struct sabin_watch *w,
                               struct sabin_canvas *canvas, struct sabin_area area);

/* Shares of the level axis from which on a level warns and is bad: 85 and 100 dB SPL, -20 and -6 dBFS. */
void sabin_watch_limits(const struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_bar *bar);

/* Numbers from `top - span` up to `top` beside the area, left of it. */
void sabin_watch_level_axis(struct sabin_canvas *canvas, const struct sabin_area *area, double top, double span);

/* Octaves below the area, at place(f) 0 .. 1 of its width. */
void sabin_watch_frequency_axis(struct sabin_canvas *canvas, const struct sabin_area *area,
                                double (*place)(const void *context, double f_hz), const void *context);

#endif
