/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * images.c: impulse response from image sources.
 *
 * References: those of sphere.c (which images), grid.c (band-limited arrivals), bank.c (octaves).
 *
 * The response is built in blocks of time, so that memory does not grow with it.  Where reflection
 * depends on frequency, each octave has its own amplitudes; the octaves are filtered and added.
 * Octaves in which every surface reflects alike (materials are seldom known below 125 Hz or above
 * 4 kHz) share a grid, a "column".  Columns stand by their loss, so that those of which the walls have
 * left nothing are the last, and two by two, so that one instruction serves both.  Their filters have zero phase and ring before an arrival by what the bands
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

/* Samples of one grid: 280 KiB for two columns, which caches hold. */
enum { GRID_FRAMES = 2048 };

/* Images whose places and weights are computed before they are added to the grids. */
enum { BATCH = 32 };

/* Columns: no more than the surfaces have bands, and an even number. */
enum { COLUMNS_MAX = SABIN_ABSORPTION_BANDS, PAIRS_MAX = COLUMNS_MAX / 2 };

struct images {
	struct sphere sphere;
	int bands;                        /* octaves; 1: one grid for all frequencies */
	int pairs;                        /* of columns */
	int column[ROOM_AIR_BANDS];       /* of each octave */
	double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS]; /* by column */
	double speed_m_s, rate_hz;
	double decay[ROOM_AIR_BANDS];     /* by air, per sample: ln of the amplitude, negated */
	struct grid_kernel *kernel;       /* [pairs] */
	bool cubic[PAIRS_MAX];            /* four cells are enough for an image */
	int touched;                      /* pairs whose grids hold anything */
	double *cells;                    /* [cells_each], of one band */
	grid_pair *pair_cells;            /* [pairs][cells_each], of more */
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
		const double cell = r * per_m - first;
		const int whole = (int)cell;
		double weight[GRID_POINTS];
		grid_six(cell - whole, weight);
		double *at = cells + whole - 2;
		for (int i = 0; i < GRID_POINTS; i++)
			at[i] += gain * weight[i];
	}
}

/* Where an image arrives in the grids, and how it is shared out among their cells. */
struct arrival {
	int cell;
	double inverse_m;
	double six[GRID_POINTS], four[GRID_CUBIC];
};

static void locate(const struct images *images, double row_m2, const double *square_m2, size_t n,
                   const bool wanted[2], struct arrival *arrival)
{
	const double per_m = images->cells_per_m, first = images->first_cell;
	for (size_t k = 0; k < n; k++) {
		const double r = sqrt(row_m2 + square_m2[k]);
		const double cell = r * per_m - first;
		const int whole = (int)cell;
		arrival[k].cell = whole;
		arrival[k].inverse_m = 1 / r;
		if (wanted[false])
			grid_six(cell - whole, arrival[k].six);
		if (wanted[true])
			grid_four(cell - whole, arrival[k].four);
	}
}

static inline grid_pair both(double x)
{
	return (grid_pair){x, x};
}

/* Add n images to a pair of grids.  inner_gain: of the pair in the first image, `stride` from one
 * image to the next. */
static void add_six(grid_pair *cells, const struct arrival *arrival, size_t n, grid_pair row_gain,
                    const double *inner_gain, size_t stride)
{
	for (size_t k = 0; k < n; k++, inner_gain += stride) {
		const grid_pair inner = {inner_gain[0], inner_gain[1]};
		const grid_pair gain = row_gain * inner * both(arrival[k].inverse_m);
		grid_pair *at = cells + arrival[k].cell - 2;
		for (int i = 0; i < GRID_POINTS; i++)
			at[i] += gain * both(arrival[k].six[i]);
	}
}

static void add_four(grid_pair *cells, const struct arrival *arrival, size_t n, grid_pair row_gain,
                     const double *inner_gain, size_t stride)
{
	for (size_t k = 0; k < n; k++, inner_gain += stride) {
		const grid_pair inner = {inner_gain[0], inner_gain[1]};
		const grid_pair gain = row_gain * inner * both(arrival[k].inverse_m);
		grid_pair *at = cells + arrival[k].cell - 1;
		for (int i = 0; i < GRID_CUBIC; i++)
			at[i] += gain * both(arrival[k].four[i]);
	}
}

/* Add the images first .. end - 1 of a row to the grids of the first `pairs`. */
static void add_images(struct images *images, const struct sphere_row *row, size_t first,
                       size_t end, int pairs)
{
	const size_t stride = 2 * (size_t)images->pairs;
	bool wanted[2] = {false, false}; /* weights of six, of four */
	for (int p = 0; p < pairs; p++)
		wanted[images->cubic[p]] = true;
	struct arrival arrival[BATCH];
	for (size_t k = first; k < end; k += BATCH) {
		const size_t n = end - k < BATCH ? end - k : BATCH;
		locate(images, row->row_m2, row->square_m2 + k, n, wanted, arrival);
		for (int p = 0; p < pairs; p++) {
			const grid_pair gain = {row->gain[2 * p], row->gain[2 * p + 1]};
			(images->cubic[p] ? add_four : add_six)(
			        images->pair_cells + (size_t)p * images->cells_each, arrival, n,
			        gain, row->inner_gain + k * stride + 2 * p, stride);
		}
	}
}

/* Along a row the columns fall silent one pair after the other. */
static void spread_bands(void *user, const struct sphere_row *row)
{
	struct images *images = user;
	const size_t pairs = (size_t)images->pairs;
	size_t k = 0;
	for (int p = images->pairs; p > 0; p--) {
		const size_t first = k;
		const double *inner_most = row->inner_most + p - 1;
		while (k < row->n && row->most[p - 1] * inner_most[k * pairs] >= least_gain)
			k++;
		if (k == first)
			continue;
		add_images(images, row, first, k, p);
		images->touched = p > images->touched ? p : images->touched;
	}
}

/* Images that arrive in the samples first .. first + frames - 1, into the grids. */
static void spread(struct images *images, size_t first, size_t frames)
{
	const double m_per_frame = images->speed_m_s / images->rate_hz;
	const double near_m = (double)first * m_per_frame;
	const double far_m = (double)(first + frames) * m_per_frame;
	if (images->bands == 1)
		memset(images->cells, 0, images->cells_each * sizeof *images->cells);
	else
		memset(images->pair_cells, 0,
		       (size_t)images->touched * images->cells_each * sizeof *images->pair_cells);
	images->touched = 0;
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

/* The samples of a pair of columns, to the octaves that they stand for; `at` is where the grids'
 * stretch begins in the octaves. */
static void sample_pair(struct images *images, int pair, size_t at, size_t frames)
{
	grid_pair y[GRID_FRAMES + 2 * GRID_HALF];
	const struct grid_kernel *kernel = &images->kernel[pair];
	const size_t count = frames + 2 * kernel->half;
	memset(y, 0, count * sizeof *y);
	grid_sample_pair(images->pair_cells + (size_t)pair * images->cells_each, frames, kernel, y);
	for (int b = 0; b < images->bands; b++) {
		const int lane = images->column[b] % 2;
		double *x = images->band + (size_t)b * images->band_each + at - kernel->half;
		for (size_t i = 0; images->column[b] / 2 == pair && i < count; i++)
			x[i] += y[i][lane];
	}
}

/* What the air has left of an octave's samples, of which the first is at the frame `from`. */
static void attenuate(double decay, double from, double *x, size_t frames)
{
	enum { STEPS = 64 }; /* multiplied up without more than their rounding */
	const double step = exp(-decay);
	for (size_t done = 0; decay > 0 && done < frames; done += STEPS) {
		double gain = exp(-decay * (from + (double)done));
		for (size_t i = done; i < frames && i < done + STEPS; i++, gain *= step)
			x[i] *= gain;
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
		for (int pair = 0; pair < images->touched; pair++)
			sample_pair(images, pair, done + GRID_HALF, here);
	}
	for (size_t b = 0; b < bands; b++)
		attenuate(images->decay[b], (double)first - GRID_HALF,
		          images->band + b * images->band_each, frames + 2 * GRID_HALF);
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

/* Is every surface the same in the bands a and b? */
static bool alike(double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], int a, int b)
{
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		if (beta[surface][a] != beta[surface][b])
			return false;
	return true;
}

/* Is every surface the same in all bands, and is there no air: one band says it all. */
static bool one_band(double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], bool air)
{
	for (int band = 1; band < SABIN_ABSORPTION_BANDS; band++)
		if (!alike(beta, 0, band))
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

/* What a path of many reflections loses on a metre, but for a factor. */
static double loss(const struct sabin_room *room,
                   double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], int band)
{
	double sum = 0;
	for (int axis = 0; axis < 3; axis++)
		for (int side = 0; side < 2; side++)
			sum -= log(beta[room_walls[axis][side]][band]) / room->size_m[axis];
	return sum;
}

/* Which octaves share a column.  Returns the columns; of[]: a band of the surfaces for each. */
static int find_columns(struct images *images, const struct sabin_room *room,
                        double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS],
                        int of[COLUMNS_MAX])
{
	int columns = 0;
	for (int b = 0; b < images->bands && b < SABIN_ABSORPTION_BANDS; b++) {
		int c = 0;
		while (c < columns && !alike(beta, of[c], b))
			c++;
		if (c < columns)
			continue;
		for (c = columns++; c > 0 && loss(room, beta, of[c - 1]) > loss(room, beta, b); c--)
			of[c] = of[c - 1];
		of[c] = b;
	}
	for (int b = 0; b < images->bands; b++) {
		const int band = b < SABIN_ABSORPTION_BANDS ? b : SABIN_ABSORPTION_BANDS - 1;
		while (!alike(beta, of[images->column[b]], band))
			images->column[b]++;
	}
	return columns;
}

/* Columns, their reflection factors and how finely each pair of them is to be spread. */
static enum sabin_err init_columns(struct images *images, const struct sabin_room *room,
                                   double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS],
                                   const struct bank_plan *plan)
{
	int of[COLUMNS_MAX];
	const int columns = find_columns(images, room, beta, of);
	images->pairs = (columns + 1) / 2;
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		for (int c = 0; c < 2 * images->pairs; c++) /* an odd one is paired with itself */
			images->beta[surface][c] = beta[surface][of[c < columns ? c : columns - 1]];
	images->kernel = calloc((size_t)images->pairs, sizeof *images->kernel);
	images->pair_cells = calloc((size_t)images->pairs,
	                            images->cells_each * sizeof *images->pair_cells);
	if (!images->kernel || !images->pair_cells)
		return SABIN_ENOMEM;
	images->touched = images->pairs;
	for (int pair = 0; pair < images->pairs; pair++) {
		double top = 0;
		for (int b = 0; b < images->bands; b++)
			if (images->column[b] / 2 == pair)
				top = fmax(top, bank_top(plan, b));
		grid_kernel_init(&images->kernel[pair], top);
		images->cubic[pair] = top <= GRID_CUBIC_TOP;
	}
	return SABIN_OK;
}

static enum sabin_err init_flat(struct images *images,
                                double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS])
{
	memcpy(images->beta, beta, sizeof images->beta);
	images->cells = calloc(images->cells_each, sizeof *images->cells);
	images->kernel = calloc(1, sizeof *images->kernel);
	if (!images->cells || !images->kernel)
		return SABIN_ENOMEM;
	grid_kernel_init(images->kernel, 0.5);
	return SABIN_OK;
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
	if (options->air)
		init_air(images, room);
	if (plan.bands == 1)
		return init_flat(images, beta);
	const enum sabin_err err = init_columns(images, room, beta, &plan);
	return err ? err : init_bands(images, &plan, frames);
}

static void release(struct images *images)
{
	sphere_release(&images->sphere);
	bank_release(&images->bank);
	free(images->kernel);
	free(images->cells);
	free(images->pair_cells);
	free(images->band);
	free(images->joined);
}

enum sabin_err sabin_images_compute(const struct sabin_room *room, const double source_m[3],
                                    const double receiver_m[3],
                                    const struct sabin_images_options *options, double *h,
                                    size_t frames)
{
	struct images images = {.speed_m_s = 0};
	enum sabin_err err = room_check(room, source_m, receiver_m, options, frames);
	if (err)
		return err;
	images.speed_m_s = sabin_speed_of_sound(room->temperature_c);
	err = init(&images, room, options, frames);
	if (err)
		goto out;
	const double radius_m =
	        (double)(frames + GRID_HALF) * images.speed_m_s / options->rate_hz;
	err = sphere_init(&images.sphere, room, source_m, receiver_m, radius_m, images.beta,
	                  images.bands == 1 ? 1 : 2 * images.pairs);
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
