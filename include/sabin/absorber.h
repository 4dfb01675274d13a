/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * absorber.h: absorption coefficients by models: porous layers, panels on air, perforated plates; and
 * diffusers.  Air of 20 C: density 1.205 kg/m3, speed of sound 343 m/s.
 *
 * At field incidence the coefficient is the mean of those at angles from 0 to 78 degrees, weighed with
 * sin 2 angle, of infinite surfaces; small samples in a reverberation room read higher (edge effect).
 */
#ifndef SABIN_ABSORBER_H
#define SABIN_ABSORBER_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/room.h>

/* A layer of mineral wool, foam or felt before a hard wall, perhaps with air between: Y. Miki,
 * "Acoustical properties of porous materials", J. Acoust. Soc. Jpn. (E) 11 (1990) 19-24. */
struct sabin_porous {
	double thickness_m;                  /* 0.001 .. 2 */
	double gap_m;                        /* 0 .. 5 */
	double resistivity_pa_s_per_m2;      /* 500 .. 500 000 */
};

/* The same behind a limp sheet, such as foil: it keeps what it does in the bass and sends the treble back. */
struct sabin_faced {
	struct sabin_porous porous;
	double mass_kg_per_m2; /* 0 .. 100 */
};

/* A tight sheet on an air space, of the resistance of air at its resonance unless told otherwise. */
struct sabin_membrane {
	double mass_kg_per_m2; /* 0.1 .. 100 */
	double depth_m;        /* of the air behind: 0.005 .. 2 */
	bool filled;           /* with porous material: isothermal air */
	double resistance;     /* re that of air, 0.01 .. 100; NAN: 1 */
};

/* A perforated plate on an air space (Helmholtz). */
struct sabin_perforated {
	double thickness_m; /* of the plate: 0.0002 .. 0.2 */
	double radius_m;    /* of the holes: 0.00005 .. 0.1 */
	double open_share;  /* of the area: 0.0005 .. 0.6 */
	double depth_m;     /* of the air behind: 0.005 .. 2 */
	double fill_resistance; /* of felt or wool behind the holes, re that of air; NAN: none */
};

/* angle_deg 0 .. 89, or NAN for field incidence; f_hz > 0.  NAN where an argument is out of range. */
SABIN_API double sabin_porous_alpha(const struct sabin_porous *porous, double f_hz, double angle_deg);
SABIN_API double sabin_faced_alpha(const struct sabin_faced *faced, double f_hz, double angle_deg);
SABIN_API double sabin_membrane_alpha(const struct sabin_membrane *membrane, double f_hz,
                                      double angle_deg);
SABIN_API double sabin_perforated_alpha(const struct sabin_perforated *plate, double f_hz,
                                        double angle_deg);

/* Resonances in Hz: (1/2 pi) sqrt(rho c^2 / (m d)), or with rho c^2 / 1.4 where filled;
 * (c/2 pi) sqrt(open / (t' D)), t' = t + 2 delta a, delta = 0.85 (1 - 1.47 sqrt(open) + 0.47 open^1.5). */
SABIN_API double sabin_membrane_hz(const struct sabin_membrane *membrane);
SABIN_API double sabin_perforated_hz(const struct sabin_perforated *plate);

/* A bottle: area and length of its neck, volume: (c/2 pi) sqrt(S / (V l')), l' = l + 1.7 a. */
SABIN_API double sabin_bottle_hz(double neck_area_m2, double neck_length_m, double volume_m3);

/* Means over the octaves 63 Hz .. 8 kHz, at field incidence. */
SABIN_API void sabin_porous_octaves(const struct sabin_porous *porous, struct sabin_absorption *out);
SABIN_API void sabin_faced_octaves(const struct sabin_faced *faced, struct sabin_absorption *out);
SABIN_API void sabin_membrane_octaves(const struct sabin_membrane *membrane,
                                      struct sabin_absorption *out);
SABIN_API void sabin_perforated_octaves(const struct sabin_perforated *plate,
                                        struct sabin_absorption *out);

/* A quadratic-residue diffuser (Schroeder, JASA 57 (1975) 149-150): wells of depth (n^2 mod N) lambda/2N. */
enum { SABIN_WELLS_MAX = 31 };
struct sabin_diffuser {
	int wells;                        /* N */
	double depth_m[SABIN_WELLS_MAX];  /* of wells 0 .. N - 1 */
	double from_hz, to_hz;            /* design frequency, and c / (2 well width) */
	double least_distance_m;          /* of a listener: three wavelengths at from_hz */
};

/* wells: a prime from 5 to 31; false otherwise, or for a design frequency or width that is not
 * positive. */
SABIN_API bool sabin_diffuser_design(int wells, double design_hz, double well_width_m,
                                     struct sabin_diffuser *out);

#endif
