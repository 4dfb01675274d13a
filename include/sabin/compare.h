/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compare.h: a quantity before and after: by how much it changed, whether one hears it, and whether
 * it is more than chance.
 */
#ifndef SABIN_COMPARE_H
#define SABIN_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/parameters.h>
#include <sabin/quantity.h>
#include <sabin/status.h>

/* Just noticeable differences; of times as a share of them. */
#define SABIN_JND_TIME 0.05    /* ISO 3382-1:2009, table A.1: EDT; used for all decay times */
#define SABIN_JND_C80_DB 1.0   /* table A.1 */
#define SABIN_JND_C50_DB 1.1   /* Bradley, Reich, Norcross: Applied Acoustics 58 (1999) 99-108 */
#define SABIN_JND_D50 0.05     /* table A.1 */
#define SABIN_JND_TS_S 0.010   /* table A.1 */
#define SABIN_JND_STI 0.03     /* Bradley, Reich, Norcross (1999) */
#define SABIN_JND_LEVEL_DB 1.0 /* table A.1: G */

/* Of a parameter whose value was `before`, in its unit; NAN where none is known. */
SABIN_API double sabin_jnd(enum sabin_parameter parameter, double before);

struct sabin_change_rules {
	bool same_place;  /* speaker and microphone stand where they stood: repeatability counts */
	double moved_m;   /* by which, all the same, they may be off; 0: not at all */
	double speed_m_s; /* of sound */
	double freq_hz;   /* middle of the band */
	double jnd;       /* NAN: none */
};

struct sabin_change {
	struct sabin_quantity before, after;
	struct sabin_quantity change; /* after - before; plus_minus is what it is judged by */
	double jnd;
	bool repeatability; /* plus_minus comes from that of both, else from their plus_minus */
	bool noticeable;    /* at least one jnd, in a valid change */
	double p;           /* two-sided, of so large a change by chance; NAN: not judged */
	double p_holm;      /* the same among all of its table, after sabin_changes_judge() */
	bool significant;   /* p_holm is at most 5 % */
	size_t count;       /* of a mean: of how many changes; else 1, 0 where it is not valid */
};

/* Uncertainty at the same place: both repeatabilities, and of the rest of both plus_minus (which
 * says how one place stands for the room) the part that moved_m uncovers: sin^2 kd, and all of it from a
 * quarter of a wave on.  In a diffuse field it would be 1 - (sin kd / kd)^2, a third of that for small d
 * (Cook, Waterhouse, Berendt, Edelman, Thompson: J. Acoust. Soc. Am. 27 (1955) 1072-1077): there all
 * directions count, and d has a component of d / sqrt 3 along each.  But what moves a level in a room are few
 * waves, the modes, the direct sound with its first reflections, and in the direction of one of them d
 * counts whole: in a standing wave p^2 = 1 + cos 2kx, whose variance of 1/2 and correlation of
 * cos 2kd leave sin^2 kd of the variance 1 of a diffuse field.
 * Elsewhere: both plus_minus.  Where either value is not valid, the change is not either, and takes
 * its reason. */
SABIN_API struct sabin_change sabin_change_of(struct sabin_quantity before,
                                              struct sabin_quantity after,
                                              const struct sabin_change_rules *rules);

/* It is no change after all, for that reason: not valid, not judged, no longer counted. */
SABIN_API void sabin_change_refuse(struct sabin_change *change, enum sabin_reason reason);

/* That part of the uncertainty of one side which comes from moved_m. */
SABIN_API double sabin_change_moved(struct sabin_quantity q,
                                    const struct sabin_change_rules *rules);

/* Arithmetic mean of changes of one quantity at several places, those that are valid. */
SABIN_API struct sabin_change sabin_change_mean(const struct sabin_change *const *changes,
                                                size_t n);

/* Holm's step-down correction (Scandinavian Journal of Statistics 6 (1979) 65-70) of p[n] into
 * adjusted[n]; NAN stays NAN and is not counted.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_holm(const double *p, size_t n, double *adjusted);

/* p_holm and significant of all changes of one table.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_changes_judge(struct sabin_change *const *changes,
                                                        size_t n);

/* How much the level of a band varies from place to place in a diffuse field, in dB (standard
 * deviation): the normalised variance of its power is 1 / (1 + B T / 6.9) (Lubman, J. Acoust. Soc.
 * Am. 44 (1968) 1491-1502). */
SABIN_API double sabin_place_deviation_db(double band_hz, double time_s);

#endif
