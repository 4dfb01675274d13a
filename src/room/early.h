/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * early.h: what the fast sum over image sources leaves out: ways that differ from the mean, because they
 * hit a panel, leave a directional source at an angle, or meet an object.
 */
#ifndef SABIN_ROOM_EARLY_H
#define SABIN_ROOM_EARLY_H

#include "room/inner.h"

enum { EARLY_WAYS_MAX = 64 + 8 };

/* What is to be added to the sum of all images at the reciprocal mean. */
struct early_way {
	double length_m;
	double gain[ROOM_AIR_BANDS]; /* by octave; 1/r and air are in it */
};

struct early {
	bool mean_differs;            /* from one */
	double mean[ROOM_AIR_BANDS];  /* gain of all images of the fast sum */
	int count;
	struct early_way way[EARLY_WAYS_MAX];
};

void early_init(struct early *early, const struct sabin_room *room, const double source_m[3],
                const double receiver_m[3], const struct sabin_images_options *options);

/* h[frames] += the ways. */
enum sabin_err early_add(const struct early *early, double speed_m_s, double rate_hz, double *h,
                         size_t frames);

/* From where on an object reflects a way of d1 before and d2 behind its top: its half-depth a along the
 * way is larger than the first Fresnel zone, f = c (d1 d2 / (d1 + d2)) / a^2. */
double early_object_from_hz(const struct sabin_reflector *object, double d1_m, double d2_m,
                            const double source_m[3], const double receiver_m[3], double speed_m_s);

/* How much of a wave an object meets that is large enough from from_hz on: nothing in the bass. */
double early_share_met(double from_hz, double f_hz);

/* What objects leave of a way at f_hz, an amplitude; points_m[n] from the receiver to the source, or back. */
double early_unshaded(const struct sabin_reflector *objects, size_t count, const double (*points_m)[3], int n,
                      double speed_m_s, double f_hz);

#endif
