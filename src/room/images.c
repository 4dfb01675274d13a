/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * images.c: impulse response from image sources.
 *
 * References: those of sphere.c (which images), grid.c (band-limited arrivals), bank.c (octaves).
 *
 * The response is built in blocks of time, so that memory does not grow with it.  Where reflection
 * depends on frequency, each octave has its own grid with its own amplitudes; the octaves are
 * filtered and added.  Their filters have zero phase and ring before an arrival by what the bands
 * differ there; what would ring to before emission is dropped.  Images that arrive after the end
 * of the response are not computed, so their ringing into its last 85 ms is not there either.
 *
 * Air: a path of r metres loses the factor exp(-m r / 2), and r = ct is known from the time alone:
 * the factor is applied to each octave's samples instead of to each image.  Multiplying the
 * windowed sincs by this slow exponential moves their spectrum by an imaginary 0.1 % of the pass
 * band, where it is flat.
 */
#include <complex.h>
#include <math.h>

#include "room/bank.h"
#include "room/grid.h"
#include "room/sphere.h"

/* Samples of one grid: 140 KiB for each band, which caches hold. */
enum { GRID_FRAMES = 2048 };

struct images {
	struct sphere sphere;
	int bands;
	double speed_m_s, rate_hz;
	double decay[SPHERE_BANDS_MAX];   /* by air, per sample: ln of the amplitude, negated */
	struct grid_kernel *kernel;       /* [bands] */
	double *cells;                    /* [bands][cells_each] */
	size_t cells_each;
	double cells_per_m, first_cell;   /* cell of distance r: r * cells_per_m - first_cell */
	double *band;                     /* [bands][band_each]: samples of the octaves */
	size_t band_each;
	double *joined;                   /* [bank.size] */
	struct bank bank;
};

/* An octave of which the walls have left so little (-140 dB) is left out of an image: twenty million
 * such images, all there are in a second of a small room, add up to less than -100 dB of the
 * direct sound, spread over all of it. */
static const double least_gain = 1e-7;

/* Hot loops: one image after the other of a row. */
static void spread_flat(void *user, const struct sphere_row *row)
{
	struct images *images = user;
	double *cells = images->cells;
	const double per_m = images->cells_per_m, first = images->first_cell;
	for (size_t k = 0; k < row->n; k++) {
		const double r = sqrt(row->row_m2 + row->square_m2[k]);
		const double gain = row->gain[0] * row->inner_gain[k] / r;
		double weight[GRID_POINTS];
		double *at = cells + grid_weights(r * per_m - first, weight);
		for (int i = 0; i < GRID_POINTS; i++)
			at[i] += gain * weight[i];
	}
}

static void spread_bands(void *user, const struct sphere_row *row)
{
	struct images *images = user;
	const double per_m = images->cells_per_m, first = images->first_cell;
	const size_t bands = (size_t)images->bands, each = images->cells_each;
	const double *inner = row->inner_gain;
	for (size_t k = 0; k < row->n; k++, inner += bands) {
		const double r = sqrt(row->row_m2 + row->square_m2[k]);
		double weight[GRID_POINTS];
		double *at = images->cells + grid_weights(r * per_m - first, weight);
		for (int i = 0; i < GRID_POINTS; i++)
			weight[i] /= r;
		for (size_t band = 0; band < bands; band++, at += each) {
			const double gain = row->gain[band] * inner[band];
			if (gain < least_gain)
				continue;
			for (int i = 0; i < GRID_POINTS; i++)
				at[i] += gain * weight[i];
		}
	}
}

/* Images that arrive in the samples first .. first + frames - 1, into the grids. */
static void spread(struct images *images, size_t first, size_t frames)
{
	const double m_per_frame = images->speed_m_s / images->rate_hz;
	const double near_m = (double)first * m_per_frame;
	const double far_m = (double)(first + frames) * m_per_frame;
	memset(images->cells, 0,
	       (size_t)images->bands * images->cells_each * sizeof *images->cells);
	images->cells_per_m = GRID_PHASES / m_per_frame;
	images->first_cell = ((double)first - GRID_MARGIN) * GRID_PHASES;
	sphere_walk(&images->sphere, near_m * near_m, far_m * far_m,
	            images->bands == 1 ? spread_flat : spread_bands, images);
}

/* to[shift + i] += from[i], as far as to[n] reaches. */
static void add_shifted(double *to, size_t n, ptrdiff_t shift, const double *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const ptrdiff_t at = shift + (ptrdiff_t)i;
		if (at >= 0 && at < (ptrdiff_t)n)
			to[at] += from[i];
	}
}

static void compute_flat(struct images *images, double *h, size_t frames)
{
	double y[GRID_FRAMES + 2 * GRID_HALF];
	/* images after the end still begin before it */
	for (size_t first = 0; first < frames + GRID_HALF; first += GRID_FRAMES) {
		const size_t left = frames + GRID_HALF - first;
		const size_t here = left < GRID_FRAMES ? left : GRID_FRAMES;
		spread(images, first, here);
		memset(y, 0, sizeof y);
		grid_sample(images->cells, here, images->kernel, y);
		add_shifted(h, frames, (ptrdiff_t)first - (ptrdiff_t)images->kernel->half, y,
		            here + 2 * images->kernel->half);
	}
}

/* The octaves' samples of the images in first .. first + frames - 1, from GRID_HALF before it. */
static void sample_bands(struct images *images, size_t first, size_t frames)
{
	const size_t bands = (size_t)images->bands;
	memset(images->band, 0, bands * images->band_each * sizeof *images->band);
	for (size_t done = 0; done < frames; done += GRID_FRAMES) {
		const size_t here = frames - done < GRID_FRAMES ? frames - done : GRID_FRAMES;
		spread(images, first + done, here);
		for (size_t b = 0; b < bands; b++)
			grid_sample(images->cells + b * images->cells_each, here,
			            &images->kernel[b],
			            images->band + b * images->band_each + done + GRID_HALF -
			                    images->kernel[b].half);
	}
	for (size_t b = 0; b < bands; b++) {
		double *x = images->band + b * images->band_each;
		const double from = (double)first - GRID_HALF;
		for (size_t i = 0; images->decay[b] > 0 && i < frames + 2 * GRID_HALF; i++)
			x[i] *= exp(-images->decay[b] * (from + (double)i));
	}
}

static void compute_bands(struct images *images, double *h, size_t frames)
{
	const size_t block = images->bank.frames - 2 * GRID_HALF;
	for (size_t first = 0; first < frames + GRID_HALF; first += block) {
		const size_t left = frames + GRID_HALF - first;
		sample_bands(images, first, left < block ? left : block);
		bank_join(&images->bank, images->band, images->band_each, images->joined);
		add_shifted(h, frames,
		            (ptrdiff_t)first - GRID_HALF - (ptrdiff_t)images->bank.reach,
		            images->joined, images->bank.size);
	}
}

/* Is every surface the same in all bands, and is there no air: one band says it all. */
static bool one_band(double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], bool air)
{
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		for (int band = 1; band < SABIN_ABSORPTION_BANDS; band++)
			if (beta[surface][band] != beta[surface][0])
				return false;
	return !air;
}

static void init_air(struct images *images, const struct sabin_room *room)
{
	for (int band = 0; band < images->bands; band++) {
		const double db_per_m = sabin_air_attenuation_db_per_m(
		        room_band_centre_hz(band), room->temperature_c, room->humidity_percent,
		        room->pressure_kpa);
		images->decay[band] =
		        db_per_m * M_LN10 / 20 * images->speed_m_s / images->rate_hz;
	}
}

static enum sabin_err init_bands(struct images *images, const struct bank_plan *plan,
                                 size_t frames)
{
	/* a block three times as long as what the filters ring costs little more than the images;
	 * a short response needs no longer block than itself */
	size_t block = 3 * (size_t)(images->rate_hz / 10);
	if (block > frames + GRID_HALF)
		block = frames + GRID_HALF;
	const enum sabin_err err = bank_init(&images->bank, plan, block + 2 * GRID_HALF);
	if (err)
		return err;
	images->band_each = images->bank.frames;
	images->band = calloc((size_t)images->bands, images->band_each * sizeof *images->band);
	images->joined = calloc(images->bank.size, sizeof *images->joined);
	return images->band && images->joined ? SABIN_OK : SABIN_ENOMEM;
}

static enum sabin_err init(struct images *images, const struct sabin_room *room,
                           const struct sabin_images_options *options, size_t frames)
{
	double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS];
	room_reflection(room, beta);
	struct bank_plan plan;
	if (one_band(beta, options->air))
		bank_plan_octaves(&plan, options->rate_hz, 1);
	else
		bank_plan_octaves(&plan, options->rate_hz,
		                  options->air ? ROOM_AIR_BANDS : SABIN_ABSORPTION_BANDS);
	images->rate_hz = options->rate_hz;
	images->bands = plan.bands;
	images->cells_each = grid_cells(GRID_FRAMES);
	images->cells = calloc((size_t)images->bands, images->cells_each * sizeof *images->cells);
	images->kernel = calloc((size_t)images->bands, sizeof *images->kernel);
	if (!images->cells || !images->kernel)
		return SABIN_ENOMEM;
	for (int band = 0; band < images->bands; band++)
		grid_kernel_init(&images->kernel[band], bank_top(&plan, band));
	if (options->air)
		init_air(images, room);
	return plan.bands == 1 ? SABIN_OK : init_bands(images, &plan, frames);
}

static void release(struct images *images)
{
	sphere_release(&images->sphere);
	bank_release(&images->bank);
	free(images->kernel);
	free(images->cells);
	free(images->band);
	free(images->joined);
}

enum sabin_err sabin_images_compute(const struct sabin_room *room, const double source_m[3],
                                    const double receiver_m[3],
                                    const struct sabin_images_options *options, double *h,
                                    size_t frames)
{
	struct images images = {.speed_m_s = 0};
	double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS];
	enum sabin_err err = room_check(room, source_m, receiver_m, options, frames);
	if (err)
		return err;
	images.speed_m_s = sabin_speed_of_sound(room->temperature_c);
	err = init(&images, room, options, frames);
	if (err)
		goto out;
	room_reflection(room, beta);
	const double radius_m =
	        (double)(frames + GRID_HALF) * images.speed_m_s / options->rate_hz;
	err = sphere_init(&images.sphere, room, source_m, receiver_m, radius_m, beta,
	                  images.bands);
	if (err)
		goto out;
	memset(h, 0, frames * sizeof *h);
	if (images.bands == 1)
		compute_flat(&images, h, frames);
	else
		compute_bands(&images, h, frames);
out:
	release(&images);
	return err;
}
