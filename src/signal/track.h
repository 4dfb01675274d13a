/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * track.h: how the power of each octave goes over time, seen through short windows.
 */
#ifndef SABIN_SIGNAL_TRACK_H
#define SABIN_SIGNAL_TRACK_H

#include <stddef.h>

#include <sabin/status.h>

enum { SABIN_TRACK_BANDS_MAX = 16 };

struct sabin_track {
	size_t window, hop;   /* samples: a power of two, and a quarter of it */
	size_t count, bands;  /* windows; octaves, at least 1 */
	double low_hz[SABIN_TRACK_BANDS_MAX], high_hz[SABIN_TRACK_BANDS_MAX];
	long first;           /* sample in the middle of window 0 */
	double *power;        /* [bands * count], a band after the other */
};

/* Length of the window that is chosen for at least window_s: the next power of two, samples. */
size_t sabin_track_window(double rate_hz, double window_s);

/* Choose windows of at least window_s and the octaves from from_hz to to_hz, the lowest no lower
 * than such windows can tell; less than an octave is one band.  Window 0 has its middle at sample
 * `first`, the last one at or before `last`. */
void sabin_track_init(struct sabin_track *track, double rate_hz, double window_s, double from_hz,
                      double to_hz, long first, long last);

/* Fill track->power, which the caller frees, from x[size], of which the indices are circular. */
SABIN_MUST enum sabin_err sabin_track_process(struct sabin_track *track, const double *x,
                                              size_t size, double rate_hz);

#endif
