/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * absorber.c: absorption by models.
 *
 * References
 *   [Miki] Y. Miki, J. Acoust. Soc. Jpn. (E) 11 (1990) 19-24, eq. 30-34: impedance and wave number of
 *          porous materials from their flow resistivity.  Unlike the regression of Delany and Bazley,
 *          which it corrects, its coefficients stay positive at low frequencies.
 *   [Cox]  T. J. Cox, P. D'Antonio, "Acoustic absorbers and diffusers", 3rd ed. (2016), 6 (layers), 7
 *          (resonant absorbers), 10 (quadratic residues).
 *   [Paris] E. T. Paris, Phil. Mag. 5 (1928) 489-497: random incidence as the mean over angles.
 */
#include <math.h>

#include <sabin/absorber.h>

#include "room/inner.h"
#include "signal/cmplx.h"

static const double density = 1.205, speed_m_s = 343;
static const double viscosity_m2_s = 15e-6; /* kinematic, of air */
static const double field_deg = 78;
enum { ANGLES = 39, PER_OCTAVE = 12 };

static bool within(double x, double low, double high)
{
	return x >= low && x <= high;
}

/* Of a surface of normal impedance z re that of air, at an angle [Cox]. */
static double alpha_of(double complex z, double cosine)
{
	const double complex r = (z * cosine - 1) / (z * cosine + 1);
	return 1 - (creal(r) * creal(r) + cimag(r) * cimag(r));
}

/* ---- impedances, re that of air ----------------------------------------------------------------- */

static double complex porous_z(const void *of, double f_hz, double sine)
{
	const struct sabin_porous *p = of;
	const double y = f_hz / p->resistivity_pa_s_per_m2, k0 = 2 * M_PI * f_hz / speed_m_s;
	const double zy = pow(y, -0.632), ky = pow(y, -0.618);
	const double complex zc = CMPLX(1 + 0.070 * zy, -0.107 * zy);            /* [Miki] */
	const double complex k = k0 * CMPLX(1 + 0.109 * ky, -0.160 * ky);
	const double complex kx = csqrt(k * k - k0 * k0 * sine * sine);
	const double complex zx = zc * k / kx;
	/* of what is so thick it is i long since, and the quotient's parts would leave the range of numbers */
	const double complex kd = kx * p->thickness_m;
	const double complex cot = cimag(kd) < -300 ? CMPLX(0, 1) : ccos(kd) / csin(kd);
	const double complex rigid = CMPLX(0, -1) * zx * cot;
	if (!(p->gap_m > 0))
		return rigid;
	const double cosine = sqrt(1 - sine * sine);
	const double gap = k0 * cosine * p->gap_m;
	const double complex zg = CMPLX(0, -cos(gap) / sin(gap) / cosine);
	return zx * (CMPLX(0, -1) * zg * cot + zx) / (zg - CMPLX(0, 1) * zx * cot);
}

/* A limp mass before it is in series with it [Cox]. */
static double complex faced_z(const void *of, double f_hz, double sine)
{
	const struct sabin_faced *p = of;
	return porous_z(&p->porous, f_hz, sine) + CMPLX(0, 2 * M_PI * f_hz * p->mass_kg_per_m2 / (density * speed_m_s));
}

/* Reactance of the air behind a sheet that lets no sound run along it. */
static double air_behind(double f_hz, double depth_m)
{
	const double kd = 2 * M_PI * f_hz / speed_m_s * depth_m;
	return -cos(kd) / sin(kd);
}

static double complex membrane_z(const void *of, double f_hz, double sine)
{
	const struct sabin_membrane *m = of;
	(void)sine; /* it reacts locally */
	const double mass = 2 * M_PI * f_hz * m->mass_kg_per_m2 / (density * speed_m_s);
	/* isothermal air is softer, and sound slower in it, by the square root of 1.4 */
	const double soft = m->filled ? sqrt(1.4) : 1;
	return CMPLX(isnan(m->resistance) ? 1 : m->resistance,
	            mass + air_behind(f_hz * soft, m->depth_m) / soft);
}

static double end_correction(const struct sabin_perforated *p)
{
	const double open = p->open_share;
	return 0.85 * (1 - 1.47 * sqrt(open) + 0.47 * open * sqrt(open)); /* [Cox] 7.2 */
}

static double complex perforated_z(const void *of, double f_hz, double sine)
{
	const struct sabin_perforated *p = of;
	(void)sine;
	const double w = 2 * M_PI * f_hz, walls = 1 + p->thickness_m / (2 * p->radius_m);
	const double length = p->thickness_m + 2 * end_correction(p) * p->radius_m +
	                      sqrt(8 * viscosity_m2_s / w) * walls;
	const double mass = w * length / p->open_share / speed_m_s;
	const double loss = sqrt(8 * viscosity_m2_s * w) * walls / p->open_share / speed_m_s;
	const double fill = isnan(p->fill_resistance) ? 0 : p->fill_resistance;
	return CMPLX(loss + fill, mass + air_behind(f_hz, p->depth_m));
}

/* ---- angles and octaves --------------------------------------------------------------------------- */

typedef double complex impedance(const void *of, double f_hz, double sine);

static double at_angle(impedance *z, const void *of, double f_hz, double angle_deg)
{
	const double sine = sin(angle_deg * M_PI / 180), cosine = cos(angle_deg * M_PI / 180);
	return fmin(1, fmax(0, alpha_of(z(of, f_hz, sine), cosine)));
}

static double alpha(impedance *z, const void *of, double f_hz, double angle_deg)
{
	if (!(f_hz > 0) || !isfinite(f_hz))
		return (double)NAN;
	if (!isnan(angle_deg))
		return within(angle_deg, 0, 89) ? at_angle(z, of, f_hz, angle_deg) : (double)NAN;
	double sum = 0, weight = 0; /* [Paris]; middles of steps of two degrees */
	for (int i = 0; i < ANGLES; i++) {
		const double deg = (i + 0.5) * field_deg / ANGLES;
		const double w = sin(2 * deg * M_PI / 180);
		sum += w * at_angle(z, of, f_hz, deg);
		weight += w;
	}
	return sum / weight;
}

static void octaves(impedance *z, const void *of, struct sabin_absorption *out)
{
	*out = (struct sabin_absorption){.flat = false};
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		double sum = 0;
		for (int i = 0; i < PER_OCTAVE; i++)
			sum += alpha(z, of,
			             room_band_centre_hz(band) *
			                     exp2((i + 0.5) / PER_OCTAVE - 0.5), (double)NAN);
		out->alpha[band] = sum / PER_OCTAVE;
	}
}

/* ---- for others -------------------------------------------------------------------------------------- */

static bool porous_valid(const struct sabin_porous *p)
{
	return within(p->thickness_m, 0.001, 2) && within(p->gap_m, 0, 5) &&
	       within(p->resistivity_pa_s_per_m2, 500, 500000);
}

static bool membrane_valid(const struct sabin_membrane *m)
{
	return within(m->mass_kg_per_m2, 0.1, 100) && within(m->depth_m, 0.005, 2) &&
	       (isnan(m->resistance) || within(m->resistance, 0.01, 100));
}

static bool perforated_valid(const struct sabin_perforated *p)
{
	return within(p->thickness_m, 0.0002, 0.2) && within(p->radius_m, 0.00005, 0.1) &&
	       within(p->open_share, 0.0005, 0.6) && within(p->depth_m, 0.005, 2) &&
	       (isnan(p->fill_resistance) || within(p->fill_resistance, 0, 100));
}

static bool faced_valid(const struct sabin_faced *p)
{
	return porous_valid(&p->porous) && within(p->mass_kg_per_m2, 0, 100);
}

double sabin_faced_alpha(const struct sabin_faced *faced, double f_hz, double angle_deg)
{
	return faced_valid(faced) ? alpha(faced_z, faced, f_hz, angle_deg) : (double)NAN;
}

double sabin_porous_alpha(const struct sabin_porous *porous, double f_hz, double angle_deg)
{
	return porous_valid(porous) ? alpha(porous_z, porous, f_hz, angle_deg) : (double)NAN;
}

double sabin_membrane_alpha(const struct sabin_membrane *membrane, double f_hz, double angle_deg)
{
	return membrane_valid(membrane) ? alpha(membrane_z, membrane, f_hz, angle_deg) : (double)NAN;
}

double sabin_perforated_alpha(const struct sabin_perforated *plate, double f_hz, double angle_deg)
{
	return perforated_valid(plate) ? alpha(perforated_z, plate, f_hz, angle_deg) : (double)NAN;
}

static void fill_octaves(bool valid, impedance *z, const void *of, struct sabin_absorption *out)
{
	if (valid) {
		octaves(z, of, out);
		return;
	}
	*out = (struct sabin_absorption){.flat = false};
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		out->alpha[band] = (double)NAN;
}

void sabin_faced_octaves(const struct sabin_faced *faced, struct sabin_absorption *out)
{
	fill_octaves(faced_valid(faced), faced_z, faced, out);
}

void sabin_porous_octaves(const struct sabin_porous *porous, struct sabin_absorption *out)
{
	fill_octaves(porous_valid(porous), porous_z, porous, out);
}

void sabin_membrane_octaves(const struct sabin_membrane *membrane, struct sabin_absorption *out)
{
	fill_octaves(membrane_valid(membrane), membrane_z, membrane, out);
}

void sabin_perforated_octaves(const struct sabin_perforated *plate, struct sabin_absorption *out)
{
	fill_octaves(perforated_valid(plate), perforated_z, plate, out);
}

double sabin_membrane_hz(const struct sabin_membrane *membrane)
{
	const double stiff = density * speed_m_s * speed_m_s / (membrane->filled ? 1.4 : 1);
	return sqrt(stiff / (membrane->mass_kg_per_m2 * membrane->depth_m)) / (2 * M_PI);
}

double sabin_perforated_hz(const struct sabin_perforated *plate)
{
	const double length = plate->thickness_m + 2 * end_correction(plate) * plate->radius_m;
	return speed_m_s / (2 * M_PI) * sqrt(plate->open_share / (length * plate->depth_m));
}

double sabin_bottle_hz(double neck_area_m2, double neck_length_m, double volume_m3)
{
	const double length = neck_length_m + 1.7 * sqrt(neck_area_m2 / M_PI);
	return speed_m_s / (2 * M_PI) * sqrt(neck_area_m2 / (volume_m3 * length));
}

static bool is_prime(int n)
{
	for (int d = 2; d * d <= n; d++)
		if (n % d == 0)
			return false;
	return n > 1;
}

bool sabin_diffuser_design(int wells, double design_hz, double well_width_m,
                           struct sabin_diffuser *out)
{
	if (wells < 5 || wells > SABIN_WELLS_MAX || !is_prime(wells) || !(design_hz > 0) ||
	    !(well_width_m > 0) || !isfinite(design_hz) || !isfinite(well_width_m))
		return false;
	const double wave_m = speed_m_s / design_hz;
	*out = (struct sabin_diffuser){.wells = wells, .from_hz = design_hz,
	                               .to_hz = speed_m_s / (2 * well_width_m),
	                               .least_distance_m = 3 * wave_m};
	for (int n = 0; n < wells; n++)
		out->depth_m[n] = n * n % wells * wave_m / (2 * wells);
	return true;
}
