/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * images.c: impulse response from image sources.
 *
 * References: those of sphere.c (which images), grid.c (band-limited arrivals), bank.c (octaves).
 *
 * The response is built in blocks of time, so that memory does not grow with it.  Where reflection
 * depends on frequency, each octave has its own amplitudes; the octaves are filtered and added.
 * Octaves in which every surface reflects alike (materials are seldom known below 125 Hz or above
 * 4 kHz) share a grid, a "column".  Columns are neighbours two by two, so that one instruction
 * serves both; low ones need but a coarse grid.  The pairs stand by their loss, so that those of
 * which the walls have left nothing are the last.
 *
 * The octaves' filters have zero phase and ring before an arrival by what the bands differ there;
 * what would ring to before emission is dropped.  Images that arrive after the end of the response
 * are not computed, so their ringing into its last 85 ms is not there either.
 *
 * Air: a path of r metres loses the factor exp(-m r / 2), and r = ct is known from the time alone:
 * the factor is applied to each octave's samples instead of to each image.  Multiplying the
 * windowed sincs by this slow exponential moves their spectrum by an imaginary 0.1 % of the pass
 * band, where it is flat.
 */
#include <complex.h>
#include <math.h>

#include "room/bank.h"
#include "room/early.h"
#include "room/grid.h"
#include "room/sphere.h"

/* Samples of one grid: 280 KiB for two columns, which caches hold. */
enum { GRID_FRAMES = 2048 };

/* Images whose places are computed before they are added to the grids. */
enum { BATCH = 32 };

/* Columns: no more than the surfaces have bands, and an even number. */
enum { COLUMNS_MAX = SABIN_ABSORPTION_BANDS, PAIRS_MAX = COLUMNS_MAX / 2 };

/* Two columns. */
struct pair {
	struct grid_kernel kernel;
	grid_pair *cells;
	size_t count; /* of the cells */
	bool joined;  /* to the pair behind it: the same cells and weights, of four points */
};

struct images {
	struct sphere sphere;
	int bands;                        /* octaves; 1: one grid for all frequencies */
	int column[ROOM_AIR_BANDS];       /* of each octave: 2 pair + lane */
	double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS]; /* by column */
	double speed_m_s, rate_hz;
	struct early early;
	double decay[ROOM_AIR_BANDS];     /* by air, per sample: ln of the amplitude, negated */
	double frames_per_m, first_frame; /* place of distance r: r * frames_per_m - first_frame */
	struct grid_kernel kernel;        /* of one band */
	double *cells;
	size_t count;
	int pairs;                        /* of columns, where there are more bands */
	int touched;                      /* pairs whose grids hold anything */
	struct pair pair[PAIRS_MAX];
	struct grid_halving halving;      /* in place of the longest kernel */
	grid_pair *between;
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
	const double per_m = images->frames_per_m * GRID_PHASES;
	const double first = images->first_frame * GRID_PHASES;
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

/* Images of a row, as a pair of grids sees them.  An odd n is followed by one that is added
 * nowhere. */
struct arrivals {
	size_t n;
	double frame[BATCH], inverse_m[BATCH];
	const double *inner_gain; /* of the pair in the first image */
	size_t stride;            /* from one image to the next */
};

static inline grid_pair both(double x)
{
	return (grid_pair){x, x};
}

/* Two at a time, since square roots and quotients are what takes long; the last of an odd number
 * with itself. */
static void locate(const struct images *images, double row_m2, const double *square_m2, size_t n,
                   struct arrivals *arrivals)
{
	const grid_pair per_m = both(images->frames_per_m), first = both(images->first_frame);
	for (size_t k = 0; k < n; k += 2) {
		const double one_m2 = row_m2 + square_m2[k];
		const double other_m2 = row_m2 + square_m2[k + 1 < n ? k + 1 : k];
		const grid_pair r = {sqrt(one_m2), sqrt(other_m2)};
		const grid_pair frame = r * per_m - first, inverse_m = 1.0 / r;
		memcpy(arrivals->frame + k, &frame, sizeof frame);
		memcpy(arrivals->inverse_m + k, &inverse_m, sizeof inverse_m);
	}
	arrivals->n = n;
}

/* Gains of image k; `ahead`: of the pair so many behind the first. */
static inline grid_pair gain_of(const struct arrivals *arrivals, size_t k, size_t ahead,
                                grid_pair row_gain)
{
	const double *inner = arrivals->inner_gain + k * arrivals->stride + 2 * ahead;
	return row_gain * (grid_pair){inner[0], inner[1]};
}

static void add_six(const struct pair *pair, const struct arrivals *arrivals, grid_pair row_gain)
{
	const double phases = (int)pair->kernel.phases;
	for (size_t k = 0; k < arrivals->n; k++) {
		const double cell = arrivals->frame[k] * phases;
		const int whole = (int)cell;
		double weight[GRID_POINTS];
		grid_six(cell - whole, weight);
		const grid_pair gain =
		        gain_of(arrivals, k, 0, row_gain) * both(arrivals->inverse_m[k]);
		grid_pair *at = pair->cells + whole - 2;
		at[0] += gain * both(weight[0]);
		at[1] += gain * both(weight[1]);
		at[2] += gain * both(weight[2]);
		at[3] += gain * both(weight[3]);
		at[4] += gain * both(weight[4]);
		at[5] += gain * both(weight[5]);
	}
}

/* One of two images that were weighed at once. */
static inline void add_lane(grid_pair *at, grid_pair gain, const grid_pair weight[GRID_CUBIC],
                            int lane)
{
	at[0] += gain * both(weight[0][lane]);
	at[1] += gain * both(weight[1][lane]);
	at[2] += gain * both(weight[2][lane]);
	at[3] += gain * both(weight[3][lane]);
}

/* To `count` pairs, one or two, that share cells and weights. */
static inline void add_fours(const struct pair *pair, int count, const struct arrivals *arrivals,
                             const grid_pair *row_gain)
{
	const double phases = (int)pair->kernel.phases;
	for (size_t k = 0; k < arrivals->n; k += 2) {
		const grid_pair frame = {arrivals->frame[k], arrivals->frame[k + 1]};
		const grid_pair inverse_m = {arrivals->inverse_m[k], arrivals->inverse_m[k + 1]};
		const grid_pair cell = frame * phases;
		const int one = (int)cell[0], other = (int)cell[1];
		grid_pair weight[GRID_CUBIC];
		grid_four(cell - (grid_pair){one, other}, inverse_m, weight);
		add_lane(pair[0].cells + one - 1, gain_of(arrivals, k, 0, row_gain[0]), weight, 0);
		if (count == 2)
			add_lane(pair[1].cells + one - 1, gain_of(arrivals, k, 1, row_gain[1]),
			         weight, 0);
		if (k + 1 == arrivals->n)
			break;
		add_lane(pair[0].cells + other - 1, gain_of(arrivals, k + 1, 0, row_gain[0]),
		         weight, 1);
		if (count == 2)
			add_lane(pair[1].cells + other - 1,
			         gain_of(arrivals, k + 1, 1, row_gain[1]), weight, 1);
	}
}

static void add_pair(const struct pair *pair, const struct arrivals *arrivals,
                     const grid_pair *row_gain)
{
	if (pair->kernel.cubic)
		add_fours(pair, 1, arrivals, row_gain);
	else
		add_six(pair, arrivals, row_gain[0]);
}

static void add_joined(const struct pair *pair, const struct arrivals *arrivals,
                       const grid_pair *row_gain)
{
	add_fours(pair, 2, arrivals, row_gain);
}

/* Add the images first .. end - 1 of a row to the grids of the first `pairs`. */
static void add_images(struct images *images, const struct sphere_row *row, size_t first,
                       size_t end, int pairs)
{
	struct arrivals arrivals;
	arrivals.stride = 2 * (size_t)images->pairs;
	grid_pair gain[PAIRS_MAX];
	for (int p = 0; p < pairs; p++)
		gain[p] = (grid_pair){row->gain[2 * p], row->gain[2 * p + 1]};
	for (size_t k = first; k < end; k += BATCH) {
		const size_t n = end - k < BATCH ? end - k : BATCH;
		locate(images, row->row_m2, row->square_m2 + k, n, &arrivals);
		for (int p = 0; p < pairs; p++) {
			arrivals.inner_gain = row->inner_gain + k * arrivals.stride + 2 * p;
			if (images->pair[p].joined && p + 1 < pairs) {
				add_joined(&images->pair[p], &arrivals, &gain[p]);
				p++;
			} else {
				add_pair(&images->pair[p], &arrivals, &gain[p]);
			}
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
		memset(images->cells, 0, images->count * sizeof *images->cells);
	for (int p = 0; p < images->touched; p++)
		memset(images->pair[p].cells, 0,
		       images->pair[p].count * sizeof *images->pair[p].cells);
	images->touched = 0;
	images->frames_per_m = 1 / m_per_frame;
	images->first_frame = (double)first - GRID_MARGIN;
	sphere_walk(&images->sphere, near_m * near_m, far_m * far_m,
	            images->bands == 1 ? spread_flat : spread_bands, images);
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
		grid_sample(images->cells, here, &images->kernel, y);
		grid_add_shifted(h, frames, (ptrdiff_t)first - (ptrdiff_t)images->kernel.half, y,
		            here + 2 * images->kernel.half);
	}
}

/* The samples of a pair of columns, to the octaves that they stand for; `at` is where the grids'
 * stretch begins in the octaves. */
static void sample_pair(struct images *images, int p, size_t at, size_t frames)
{
	grid_pair y[GRID_FRAMES + 2 * GRID_HALF];
	const struct grid_kernel *kernel = &images->pair[p].kernel;
	const size_t count = frames + 2 * kernel->half;
	memset(y, 0, count * sizeof *y);
	if (kernel->half == GRID_HALF)
		grid_sample_halving(images->pair[p].cells, frames, &images->halving,
		                    images->between, y);
	else
		grid_sample_pair(images->pair[p].cells, frames, kernel, y);
	for (int b = 0; b < images->bands; b++) {
		const int lane = images->column[b] % 2;
		double *x = images->band + (size_t)b * images->band_each + at - kernel->half;
		for (size_t i = 0; images->column[b] / 2 == p && i < count; i++)
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
		for (int p = 0; p < images->touched; p++)
			sample_pair(images, p, done + GRID_HALF, here);
	}
	for (size_t b = 0; b < bands; b++) {
		double *x = images->band + b * images->band_each;
		attenuate(images->decay[b], (double)first - GRID_HALF, x, frames + 2 * GRID_HALF);
		for (size_t i = 0; images->early.mean_differs && i < frames + 2 * GRID_HALF; i++)
			x[i] *= images->early.mean[b];
	}
}

static void compute_bands(struct images *images, double *h, size_t frames)
{
	const size_t block = images->bank.frames - 2 * GRID_HALF;
	for (size_t first = 0; first < frames + GRID_HALF; first += block) {
		const size_t left = frames + GRID_HALF - first;
		sample_bands(images, first, left < block ? left : block);
		bank_join(&images->bank, images->band, images->band_each, images->joined);
		grid_add_shifted(h, frames,
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

/* One band of the surfaces for each column, the lowest first.  Returns the columns; an odd one is
 * paired with itself. */
static int find_columns(double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], int bands,
                        int of[COLUMNS_MAX])
{
	int columns = 0;
	for (int b = 0; b < bands && b < SABIN_ABSORPTION_BANDS; b++) {
		int c = 0;
		while (c < columns && !alike(beta, of[c], b))
			c++;
		if (c == columns)
			of[columns++] = b;
	}
	if (columns % 2)
		of[columns] = of[columns - 1];
	return columns + columns % 2;
}

/* Pairs of columns, that of the least loss first. */
static void sort_pairs(const struct sabin_room *room,
                       double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS],
                       int of[COLUMNS_MAX], int columns)
{
	double least[PAIRS_MAX];
	for (int p = 0; p < columns / 2; p++) {
		const int bands[2] = {of[2 * p], of[2 * p + 1]};
		const double here = fmin(loss(room, beta, bands[0]), loss(room, beta, bands[1]));
		int q = p;
		for (; q > 0 && least[q - 1] > here; q--) {
			least[q] = least[q - 1];
			of[2 * q] = of[2 * q - 2];
			of[2 * q + 1] = of[2 * q - 1];
		}
		least[q] = here;
		of[2 * q] = bands[0];
		of[2 * q + 1] = bands[1];
	}
}

static double pair_top(const struct images *images, int p, const struct bank_plan *plan)
{
	double top = 0;
	for (int b = 0; b < images->bands; b++)
		if (images->column[b] / 2 == p)
			top = fmax(top, bank_top(plan, b));
	return top;
}

/* Two neighbours whose grids may be about equally coarse both get the finer one, and join. */
static enum sabin_err init_grids(struct images *images, const struct bank_plan *plan)
{
	for (int p = 0; p < images->pairs; p++)
		grid_kernel_init_coarse(&images->pair[p].kernel, pair_top(images, p, plan));
	for (int p = 0; p + 1 < images->pairs; p++) {
		struct pair *pair = &images->pair[p];
		const bool second = pair_top(images, p + 1, plan) > pair_top(images, p, plan);
		const struct grid_kernel *finer = &pair[second].kernel;
		if (finer->cubic && finer->phases <= 4 * pair[!second].kernel.phases) {
			pair[!second].kernel = *finer;
			pair[0].joined = true;
			p++;
		}
	}
	for (int p = 0; p < images->pairs; p++) {
		struct pair *pair = &images->pair[p];
		pair->count = grid_cells(GRID_FRAMES, pair->kernel.phases);
		pair->cells = calloc(pair->count, sizeof *pair->cells);
		if (!pair->cells)
			return SABIN_ENOMEM;
	}
	grid_halving_init(&images->halving);
	images->between = calloc(grid_cells(GRID_FRAMES, 2), sizeof *images->between);
	return images->between ? SABIN_OK : SABIN_ENOMEM;
}

static enum sabin_err init_pairs(struct images *images, const struct sabin_room *room,
                                 double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS],
                                 const struct bank_plan *plan)
{
	int of[COLUMNS_MAX];
	const int columns = find_columns(beta, images->bands, of);
	sort_pairs(room, beta, of, columns);
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		for (int c = 0; c < columns; c++)
			images->beta[surface][c] = beta[surface][of[c]];
	for (int b = 0; b < images->bands; b++) {
		/* what the surfaces are in their last band they are beyond it */
		const int band = b < SABIN_ABSORPTION_BANDS ? b : SABIN_ABSORPTION_BANDS - 1;
		while (!alike(beta, of[images->column[b]], band))
			images->column[b]++;
	}
	images->pairs = columns / 2;
	return init_grids(images, plan);
}

static enum sabin_err init_flat(struct images *images,
                                double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS])
{
	memcpy(images->beta, beta, sizeof images->beta);
	images->count = grid_cells(GRID_FRAMES, GRID_PHASES);
	images->cells = calloc(images->count, sizeof *images->cells);
	grid_kernel_init(&images->kernel, 0.5);
	return images->cells ? SABIN_OK : SABIN_ENOMEM;
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
	if (one_band(beta, options->air) && !images->early.mean_differs)
		bank_plan_octaves(&plan, options->rate_hz, 1);
	else
		bank_plan_octaves(&plan, options->rate_hz,
		                  options->air ? ROOM_AIR_BANDS : SABIN_ABSORPTION_BANDS);
	images->rate_hz = options->rate_hz;
	images->bands = plan.bands;
	if (options->air)
		init_air(images, room);
	if (plan.bands == 1)
		return init_flat(images, beta);
	const enum sabin_err err = init_pairs(images, room, beta, &plan);
	return err ? err : init_bands(images, &plan, frames);
}

static void release(struct images *images)
{
	sphere_release(&images->sphere);
	bank_release(&images->bank);
	free(images->cells);
	for (int p = 0; p < images->pairs; p++)
		free(images->pair[p].cells);
	free(images->between);
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
	early_init(&images.early, room, source_m, receiver_m, options);
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
	err = early_add(&images.early, images.speed_m_s, images.rate_hz, h, frames);
out:
	release(&images);
	return err;
}
