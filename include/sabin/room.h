/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room.h: a rectangular room and the impulse response its geometry predicts.
 *
 * Axes: origin in the floor corner at the front left, seen from the listener; x to the right (size
 * `width`), y from the front wall to the back (`length`), z up (`height`); metres.
 */
#ifndef SABIN_ROOM_H
#define SABIN_ROOM_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

enum sabin_surface_id {
	SABIN_FRONT,   /* y = 0 */
	SABIN_BACK,    /* y = length */
	SABIN_LEFT,    /* x = 0 */
	SABIN_RIGHT,   /* x = width */
	SABIN_FLOOR,   /* z = 0 */
	SABIN_CEILING, /* z = height */
	SABIN_SURFACE_COUNT,
};

/* "front", "back", ... as in a room file */
SABIN_API const char *sabin_surface_name(enum sabin_surface_id surface);

enum { SABIN_ABSORPTION_BANDS = 8 }; /* octaves 63 Hz .. 8 kHz */

/* A surface's random-incidence absorption coefficient by octave, 0 .. 1. */
struct sabin_absorption {
	double alpha[SABIN_ABSORPTION_BANDS];
	bool extrapolated[SABIN_ABSORPTION_BANDS]; /* the source gives no value for this band */
	bool flat; /* given as one number: the same at all frequencies and angles */
};

/* A piece of another material on a surface, in the room's coordinates (one extent is zero). */
struct sabin_panel {
	enum sabin_surface_id surface;
	double min_m[3], max_m[3];
	struct sabin_absorption absorption;
};

/* Something flat and horizontal that may reflect, a desk: its box in the room. */
struct sabin_reflector {
	double min_m[3], max_m[3];
};

struct sabin_room {
	double size_m[3]; /* width, length, height: 0.5 .. 500 m each */
	struct sabin_absorption surface[SABIN_SURFACE_COUNT]; /* without the panels */
	/* Of a surface that is partly covered: which share of it, 0 .. 1, and what shows in the rest; surface[] is the mean
	 * of both.  Share 0: all is surface[], and ground[] says nothing. */
	double covered[SABIN_SURFACE_COUNT];
	struct sabin_absorption ground[SABIN_SURFACE_COUNT];
	struct sabin_panel *panels;
	size_t panel_count;
	struct sabin_reflector *objects;
	size_t object_count;
	double temperature_c;    /* -20 .. 50 */
	double humidity_percent; /* 0 .. 100 */
	double pressure_kpa;
};

/* Speed of sound in m/s: 343.2 sqrt((t + 273.15) / 293.15), humidity ignored. */
SABIN_API double sabin_speed_of_sound(double temperature_c);

/* Attenuation by air in dB/m at f_hz (ISO 9613-1:1993, eq. 3-5). */
SABIN_API double sabin_air_attenuation_db_per_m(double f_hz, double temperature_c,
                                                double humidity_percent, double pressure_kpa);

/* Area-weighted absorption of a surface with its panels, by octave band. */
SABIN_API void sabin_room_mean_absorption(const struct sabin_room *room,
                                          enum sabin_surface_id surface,
                                          double alpha[SABIN_ABSORPTION_BANDS]);

/* Reverberation time in s by Eyring's formula with air, for band 0 .. 7 (63 Hz .. 8 kHz);
 * INFINITY without absorption, NAN for another band. */
SABIN_API double sabin_room_eyring_s(const struct sabin_room *room, int band);

/* The time in s after which the slowest decay of the octaves from `band` (0 .. 7) on has fallen by
 * decay_db: along an axis, where a wave loses what its two walls absorb, or all round (Eyring).
 * INFINITY without absorption. */
SABIN_API double sabin_room_ring_s(const struct sabin_room *room, int band, double decay_db);

/* A loudspeaker whose range ends below this plays the bass alone: its first swing tells no time of arrival, and nothing
 * is asked of it in the octaves of speech. */
#define SABIN_BASS_TO_HZ 500

/* A loudspeaker in a box: on its axis it radiates as a point does, off it
 *   max(0.05, (1 + cos angle) / 2)^p,  p = (ka)^2 / (2 (1 + (ka)^1.2)),
 * k = 2 pi f/c, a the radius of a disc as large as the front.  The directivity index, 10 lg(2p + 1),
 * rises from 0 in the bass to 4, 7 and 11 dB at 1, 2 and 10 kHz for a front of 0.25 x 0.3 m, as those of
 * small monitors do. */
struct sabin_directivity {
	double aim_deg;  /* in plan: 0 to the back wall, positive to the right wall */
	double box_m[3]; /* width, depth, height */
};

struct sabin_images_options {
	double rate_hz;  /* 4000 .. 768000 */
	double length_s; /* of the response; 0.001 .. 60 */
	bool air;        /* absorption by air */
	const struct sabin_directivity *directivity; /* of the source; NULL: a point */
};

/* Impulse response h[frames], frames = ceil(length_s * rate_hz), from source to receiver (points
 * inside the room, at least 1 cm apart) by image sources.  Amplitude: pressure re the free-field
 * pressure at 1 m (1/r at r metres); time zero is emission.  A surface reflects with
 * sqrt(1 - alpha) of its mean absorption; where all surfaces are flat and there is no air the result
 * is the exact sum of band-limited images (20 Hz to 0.4 rate within -110 dB), else the octave bands
 * are joined by zero-phase filters; what these ring before emission is dropped.
 * Directivity, panels and objects count where they are for what arrives within 0.25 s after the direct
 * sound over up to three surfaces: each of these ways loses what it hits, panel or bare surface, and
 * radiates at its own angle; objects reflect with their tops and stand in the way, above the frequency
 * for which they are large enough (first Fresnel zone).  All other ways have the mean absorption of a
 * surface and the mean over all angles.
 * Memory is bounded whatever the length; images that reflections have taken 280 dB off are left
 * out.  SABIN_EINVAL: also for more than 10^9 images (half a minute's work, two in octaves).
 * SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_images_compute(const struct sabin_room *room, const double source_m[3],
                     const double receiver_m[3], const struct sabin_images_options *options,
                     double *h, size_t frames);

/* The same from modes, low frequencies only (up to to_hz, at most 400 Hz): rigid-wall modes with
 * damping that corresponds to the image model's, fading out from to_hz to 2.5 to_hz.
 * SABIN_EINVAL: also for more than 2 10^5 modes below 1.5 to_hz, or when modes times frequencies
 * would take longer than some 15 s.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_modes_compute(const struct sabin_room *room, const double source_m[3],
                    const double receiver_m[3], const struct sabin_images_options *options,
                    double to_hz, double *h, size_t frames);

/* Modes below the Schroeder frequency (Eyring's time in the octaves 125 and 250 Hz; at most
 * 282 Hz), images above, joined by a linear-phase crossover one octave wide.  Where that frequency is below
 * 20 Hz: images alone.  Errors as of the two. */
SABIN_API SABIN_MUST enum sabin_err
sabin_hybrid_compute(const struct sabin_room *room, const double source_m[3],
                     const double receiver_m[3], const struct sabin_images_options *options,
                     double *h, size_t frames);

#endif
