/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * score.c: the score flat-v1 of an arrangement of loudspeakers and listener.
 *
 * References
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 3.1-3.3: the modal sum.
 *   [Morse]    P. M. Morse, K. U. Ingard, "Theoretical Acoustics" (1968), 9.4: damping by locally
 *              reacting walls.
 *   [Cox]      T. J. Cox, P. D'Antonio, M. R. Avis, "Room sizing and optimization at low
 *              frequencies", JAES 52 (2004) 640-651: flatness of the modal response as a figure of
 *              merit.
 *   [Welti]    T. Welti, A. Devantier, "Low-frequency optimization using multiple subwoofers", JAES
 *              54 (2006) 347-364: variation over seats.
 *
 * A search evaluates thousands of arrangements in one room.  What does not depend on positions, the
 * resonance curve of each mode at each frequency, is computed once; an arrangement then costs one
 * product of that table with the modes' amplitudes at the speakers and the places of the head.  In
 * single precision: the sums are good to 1e-5, a ten-thousandth of a dB.
 *
 * In a symmetric arrangement the modes that are odd about the middle cancel in the sum of both
 * speakers, and are left out.
 */
#include <math.h>
#include <pthread.h>

#include "room/modes.h"
#include "room/score.h"

static const double from_hz = 20;
static const double reach_hz = 450;        /* modes are summed up to here ... */
static const double reach_least_hz = 300;  /* ... in large rooms a little less far */
static const double reach_modes = 200;     /* in small rooms at least so many */
static const double modes_most = 20000;
static const double decay_least_per_s = 0.1; /* T = 69 s: so that rigid walls give a finite answer */
static const double head_lateral_m = 0.15, head_depth_m = 0.20;
static const double weight_dip = 0.25, free_dip_db = 3;
static const double weight_reflection = 0.15, free_reflection_db = -10;
static const double weight_asymmetry = 2;
static const double unheard_db = -20; /* where all sources together are below this, the range ends */
static const double work_images = 150; /* modes that take as long as a main's reflections */

enum { HEAD_COLUMNS = 6, SYMMETRIC_COLUMNS = 4 };
enum { NUMBERS_MAX = 2048 }; /* along an axis; 500 m have 1412 up to 450 Hz at -20 C */

static double bin_hz(int bin)
{
	return from_hz * pow(2, (double)bin / SCORE_PER_OCTAVE);
}

/* ---- what does not depend on positions ---------------------------------------------------------- */

/* Gain of a source at f: edges of Linkwitz and Riley, fourth order, which add up in phase. */
static double range_gain(const double range_hz[2], double f_hz)
{
	double gain = 1;
	if (isfinite(range_hz[0]) && range_hz[0] > 0)
		gain /= 1 + pow(range_hz[0] / f_hz, 4);
	if (isfinite(range_hz[1]))
		gain /= 1 + pow(f_hz / range_hz[1], 4);
	return gain;
}

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static void group_sources(struct sabin_score *score, const struct sabin_score_source *source)
{
	double gain[SCORE_GROUPS_MAX][SCORE_BINS];
	size_t first[SCORE_GROUPS_MAX], in_group[SCORE_GROUPS_MAX] = {0};
	for (size_t s = 0; s < score->source_count; s++) {
		int g = 0;
		while (g < score->groups &&
		       (source[first[g]].bass != source[s].bass ||
		        !same(source[first[g]].range_hz[0], source[s].range_hz[0]) ||
		        !same(source[first[g]].range_hz[1], source[s].range_hz[1])))
			g++;
		if (s == 1 && score->main_count == 2)
			g = 0; /* a pair is one group whatever its ranges */
		if (g == score->groups) {
			first[score->groups++] = s;
			for (int i = 0; i < SCORE_BINS; i++)
				gain[g][i] = range_gain(source[s].range_hz, bin_hz(i));
		}
		score->group[s] = g;
		in_group[g]++;
	}
	for (int i = 0; i < SCORE_BINS; i++) {
		double total = 0;
		for (int g = 0; g < score->groups; g++) /* several of a kind share the drive */
			total += gain[g][i];
		score->heard[i] = total >= pow(10, unheard_db / 20);
		for (int g = 0; g < score->groups; g++)
			score->gain[g][i] =
			        (float)(gain[g][i] / (total * (double)in_group[g]));
	}
}

/* Modes' damping by locally reacting walls [Morse], 1/s: (c/2) sum e (b + b') / L, with the
 * admittances b = (1 - beta)/(1 + beta) and e = 1 along axes of number 0, else 2. */
static double damping_per_s(const struct sabin_score *score, double alpha[][SABIN_ABSORPTION_BANDS],
                            const int number[3], double f_hz)
{
	double sum = 0;
	for (int axis = 0; axis < 3; axis++)
		for (int far = 0; far < 2; far++) {
			const double beta = sqrt(fmax(
			        0, 1 - room_by_octave(alpha[room_walls[axis][far]], f_hz)));
			sum += (number[axis] ? 2 : 1) * (1 - beta) / (1 + beta) /
			       score->room.size_m[axis];
		}
	return fmax(decay_least_per_s, score->speed_m_s / 2 * sum);
}

/* eps / V / (k_n^2 - (k - i delta/c)^2) in all bins. */
static void weigh(struct sabin_score *score, size_t mode, const int number[3],
                  double alpha[][SABIN_ABSORPTION_BANDS])
{
	double kn2 = 0, amplitude = 1 / room_volume_m3(&score->room);
	for (int axis = 0; axis < 3; axis++) {
		const double k = number[axis] * M_PI / score->room.size_m[axis];
		kn2 += k * k;
		amplitude *= number[axis] ? 2 : 1;
	}
	const double f_hz = sqrt(kn2) * score->speed_m_s / (2 * M_PI);
	const double sigma = damping_per_s(score, alpha, number, f_hz) / score->speed_m_s;
	for (int i = 0; i < SCORE_BINS; i++) {
		const double k = 2 * M_PI * bin_hz(i) / score->speed_m_s;
		const double re = kn2 - k * k + sigma * sigma, im = 2 * k * sigma;
		const double square = re * re + im * im;
		score_lane *at = score->weight +
		                 2 * ((size_t)(i / SCORE_LANES) * score->modes + mode);
		at[0][i % SCORE_LANES] = (float)(amplitude * re / square);
		at[1][i % SCORE_LANES] = (float)(-amplitude * im / square);
	}
}

/* Count the modes below f, or list them. */
static size_t list_modes(struct sabin_score *score, double f_hz, uint16_t *number)
{
	const double *size_m = score->room.size_m;
	const double most = 2 * f_hz / score->speed_m_s;
	size_t n = 0;
	for (int x = 0; x <= most * size_m[0]; x++)
		for (int y = 0; y <= most * size_m[1]; y++)
			for (int z = 0; z <= most * size_m[2]; z++) {
				const int all[3] = {x, y, z};
				double square = 0;
				for (int axis = 0; axis < 3; axis++)
					square += all[axis] / size_m[axis] * all[axis] /
					          size_m[axis];
				if (square > most * most)
					break;
				for (int axis = 0; number && axis < 3; axis++) {
					number[3 * n + (size_t)axis] = (uint16_t)all[axis];
					if (all[axis] > score->most[axis])
						score->most[axis] = all[axis];
				}
				n++;
			}
	return n;
}

static enum sabin_err make_modes(struct sabin_score *score)
{
	const double *size_m = score->room.size_m;
	double top_hz = reach_hz, alpha[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS];
	while (modes_count(size_m, top_hz, score->speed_m_s) < reach_modes)
		top_hz *= 1.05;
	while (modes_count(size_m, top_hz, score->speed_m_s) > modes_most && top_hz > reach_least_hz)
		top_hz = fmax(reach_least_hz, 0.95 * top_hz);
	if (modes_count(size_m, top_hz, score->speed_m_s) > modes_most)
		return SABIN_EINVAL;
	score->modes = list_modes(score, top_hz, NULL);
	score->number = calloc(score->modes, 3 * sizeof *score->number);
	score->weight = aligned_alloc(sizeof(score_lane),
	                              SCORE_TILES * score->modes * 2 * sizeof *score->weight);
	if (!score->number || !score->weight)
		return SABIN_ENOMEM;
	list_modes(score, top_hz, score->number);
	for (int axis = 0; axis < 3; axis++)
		if (score->most[axis] >= NUMBERS_MAX)
			return SABIN_EINVAL;
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		sabin_room_mean_absorption(&score->room, (enum sabin_surface_id)surface,
		                           alpha[surface]);
	for (size_t mode = 0; mode < score->modes; mode++) {
		const uint16_t *n = score->number + 3 * mode;
		weigh(score, mode, (const int[3]){n[0], n[1], n[2]}, alpha);
	}
	return SABIN_OK;
}

/* Amplitudes of the modes that sound, for each column. */
struct amplitudes {
	size_t n;
	uint32_t *mode;
	float *column; /* [n][columns] */
};

/* An arrangement is always scored: where memory has run out, one after the other in what was set aside. */
struct score_reserve {
	pthread_mutex_t lock;
	struct amplitudes amplitudes;
};

static bool amplitudes_new(size_t modes, struct amplitudes *out)
{
	*out = (struct amplitudes){.mode = malloc(modes * sizeof *out->mode),
	                           .column = malloc(modes * HEAD_COLUMNS * sizeof *out->column)};
	return out->mode && out->column;
}

static void amplitudes_release(struct amplitudes *amplitudes)
{
	free(amplitudes->mode);
	free(amplitudes->column);
}

static enum sabin_err make_reserve(struct sabin_score *score)
{
	score->reserve = calloc(1, sizeof *score->reserve);
	if (!score->reserve)
		return SABIN_ENOMEM;
	pthread_mutex_init(&score->reserve->lock, NULL);
	return amplitudes_new(score->modes, &score->reserve->amplitudes) ? SABIN_OK : SABIN_ENOMEM;
}

static void reserve_free(struct score_reserve *reserve)
{
	if (!reserve)
		return;
	amplitudes_release(&reserve->amplitudes);
	pthread_mutex_destroy(&reserve->lock);
	free(reserve);
}

static enum sabin_err copy_panels(struct sabin_score *score, const struct sabin_room *room)
{
	score->room = *room;
	score->room.panels = NULL;
	if (room->panel_count == 0)
		return SABIN_OK;
	score->room.panels = calloc(room->panel_count, sizeof *room->panels);
	if (!score->room.panels)
		return SABIN_ENOMEM;
	memcpy(score->room.panels, room->panels, room->panel_count * sizeof *room->panels);
	return SABIN_OK;
}

enum sabin_err sabin_score_new(const struct sabin_room *room,
                               const struct sabin_score_source *source, size_t source_count,
                               int depth_axis, struct sabin_score **out)
{
	if (!room_valid(room) || source_count < 1 || source_count > SABIN_PLACE_SOURCES_MAX ||
	    depth_axis < 0 || depth_axis > 1)
		return SABIN_EINVAL;
	struct sabin_score *score = calloc(1, sizeof *score);
	if (!score)
		return SABIN_ENOMEM;
	score->speed_m_s = sabin_speed_of_sound(room->temperature_c);
	score->depth_axis = depth_axis;
	score->source_count = source_count;
	score->main_count = source_count > 1 && !source[1].bass ? 2 : 1;
	enum sabin_err err = copy_panels(score, room);
	group_sources(score, source);
	if (!err)
		err = make_modes(score);
	if (!err)
		err = make_reserve(score);
	if (!err)
		err = score_images_init(score);
	if (err)
		sabin_score_free(score);
	else
		*out = score;
	return err;
}

void sabin_score_free(struct sabin_score *score)
{
	if (!score)
		return;
	free(score->room.panels);
	free(score->number);
	free(score->weight);
	reserve_free(score->reserve);
	free(score->dip_factor);
	free(score->loud_factor);
	free(score);
}

/* ---- one arrangement ----------------------------------------------------------------------------- */

struct cosines {
	float axis[3][NUMBERS_MAX];
};

static void make_cosines(const struct sabin_score *score, const double point_m[3],
                         struct cosines *out)
{
	for (int axis = 0; axis < 3; axis++) {
		const double step = M_PI * point_m[axis] / score->room.size_m[axis];
		double before = cos(step), now = 1;
		for (int n = 0; n <= score->most[axis]; n++) {
			out->axis[axis][n] = (float)now;
			const double next = 2 * cos(step) * now - before; /* Chebyshev */
			before = now;
			now = next;
		}
	}
}

static float shape(const struct cosines *cosines, const uint16_t *number)
{
	return cosines->axis[0][number[0]] * cosines->axis[1][number[1]] *
	       cosines->axis[2][number[2]];
}

/* Pressures in all bins, re and im, for each column. */
struct pressures {
	float re[HEAD_COLUMNS][SCORE_BINS], im[HEAD_COLUMNS][SCORE_BINS];
};

static inline __attribute__((always_inline)) void
sum_columns(const struct sabin_score *score, const struct amplitudes *a, int columns,
            struct pressures *out)
{
	for (size_t tile = 0; tile < SCORE_TILES; tile++) {
		const score_lane *weight = score->weight + 2 * tile * score->modes;
		score_lane re[HEAD_COLUMNS] = {{0}}, im[HEAD_COLUMNS] = {{0}};
		for (size_t i = 0; i < a->n; i++) {
			const score_lane wr = weight[2 * a->mode[i]], wi = weight[2 * a->mode[i] + 1];
			const float *x = a->column + i * (size_t)columns;
			for (int c = 0; c < columns; c++) {
				const score_lane lane = {x[c], x[c], x[c], x[c]};
				re[c] += wr * lane;
				im[c] += wi * lane;
			}
		}
		for (int c = 0; c < columns; c++) {
			memcpy(out->re[c] + tile * SCORE_LANES, &re[c], sizeof re[c]);
			memcpy(out->im[c] + tile * SCORE_LANES, &im[c], sizeof im[c]);
		}
	}
}

static const double still_m = 1e-9; /* mirrored to rounding */

static bool is_symmetric(const struct sabin_score *score, const double (*source_m)[3],
                         const double listener_m[3])
{
	const int lateral = 1 - score->depth_axis;
	const double size_m = score->room.size_m[lateral];
	return score->main_count == 2 && score->groups == 1 && score->source_count == 2 &&
	       fabs(listener_m[lateral] - size_m / 2) < still_m &&
	       fabs(source_m[0][lateral] + source_m[1][lateral] - size_m) < still_m &&
	       fabs(source_m[0][score->depth_axis] - source_m[1][score->depth_axis]) < still_m &&
	       fabs(source_m[0][2] - source_m[1][2]) < still_m;
}

double score_work(const struct sabin_score *score, const double (*source_m)[3], const double listener_m[3])
{
	/* of a symmetric arrangement half of the modes in four columns, else all in six */
	const double times = is_symmetric(score, source_m, listener_m) ? 1 : 3;
	return work_images * (double)score->main_count + times * score->groups * (double)score->modes;
}

static void head_places(const struct sabin_score *score, const double listener_m[3],
                        double head_m[SCORE_HEADS][3])
{
	const int depth = score->depth_axis, lateral = 1 - depth;
	for (int i = 0; i < SCORE_HEADS; i++)
		memcpy(head_m[i], listener_m, 3 * sizeof(double));
	head_m[1][depth] -= head_depth_m;
	head_m[2][depth] += head_depth_m;
	head_m[3][lateral] -= head_lateral_m;
	head_m[4][lateral] += head_lateral_m; /* last: a symmetric arrangement needs it not */
}

/* One group's pressures at the heads; the last column: of the first main alone, at the listener. */
static void sum_group(const struct sabin_score *score, const double (*source_m)[3],
                      const struct cosines *heads, int group, bool symmetric,
                      struct amplitudes *a, struct pressures *out)
{
	struct cosines source[SABIN_PLACE_SOURCES_MAX];
	for (size_t s = 0; s < score->source_count; s++)
		if (score->group[s] == group)
			make_cosines(score, source_m[s], &source[s]);
	a->n = 0;
	const int columns = symmetric ? SYMMETRIC_COLUMNS : HEAD_COLUMNS;
	const int lateral = 1 - score->depth_axis;
	for (size_t mode = 0; mode < score->modes; mode++) {
		const uint16_t *number = score->number + 3 * mode;
		if (symmetric && number[lateral] % 2)
			continue;
		float drive = 0;
		for (size_t s = 0; s < score->source_count; s++)
			if (score->group[s] == group)
				drive += shape(&source[s], number);
		float *x = a->column + a->n * (size_t)columns;
		for (int h = 0; h < (symmetric ? SYMMETRIC_COLUMNS : SCORE_HEADS); h++)
			x[h] = drive * shape(&heads[h], number);
		if (!symmetric)
			x[SCORE_HEADS] = shape(&source[0], number) * shape(&heads[0], number);
		a->mode[a->n++] = (uint32_t)mode;
	}
	if (symmetric)
		sum_columns(score, a, SYMMETRIC_COLUMNS, out);
	else
		sum_columns(score, a, HEAD_COLUMNS, out);
}

/* Levels in dB of smoothed power. */
static void smooth(const double power[SCORE_BINS], double level_db[SCORE_BINS])
{
	for (int i = 0; i < SCORE_BINS; i++) {
		const int low = i < SCORE_SMOOTH ? 0 : i - SCORE_SMOOTH;
		const int high = i + SCORE_SMOOTH >= SCORE_BINS ? SCORE_BINS - 1 : i + SCORE_SMOOTH;
		double sum = 0;
		for (int j = low; j <= high; j++)
			sum += power[j];
		level_db[i] = 10 * log10(fmax(sum / (high - low + 1), 1e-30));
	}
}

static void judge_levels(const struct sabin_score *score, double level_db[][SCORE_BINS],
                         struct sabin_score_metrics *out)
{
	double sum = 0, square = 0, spread = 0;
	int heard = 0;
	for (int i = 0; i < SCORE_BINS; i++) {
		if (!score->heard[i])
			continue;
		heard++;
		sum += level_db[0][i];
		square += level_db[0][i] * level_db[0][i];
		double mean = 0, variance = 0;
		for (int h = 0; h < SCORE_HEADS; h++)
			mean += level_db[h][i] / SCORE_HEADS;
		for (int h = 0; h < SCORE_HEADS; h++)
			variance += (level_db[h][i] - mean) * (level_db[h][i] - mean) / SCORE_HEADS;
		spread += sqrt(variance);
	}
	if (heard == 0)
		return;
	out->flatness_db = sqrt(fmax(0, square / heard - sum / heard * sum / heard));
	out->spread_db = spread / heard;
}

static void judge_sides(const struct sabin_score *score, const struct pressures *mains,
                        struct sabin_score_metrics *out)
{
	double power[2][SCORE_BINS], level_db[2][SCORE_BINS], square = 0;
	int heard = 0;
	for (int i = 0; i < SCORE_BINS; i++) {
		const double left[2] = {(double)mains->re[SCORE_HEADS][i],
		                        (double)mains->im[SCORE_HEADS][i]};
		const double right[2] = {(double)mains->re[0][i] - left[0],
		                         (double)mains->im[0][i] - left[1]};
		power[0][i] = left[0] * left[0] + left[1] * left[1];
		power[1][i] = right[0] * right[0] + right[1] * right[1];
	}
	smooth(power[0], level_db[0]);
	smooth(power[1], level_db[1]);
	for (int i = 0; i < SCORE_BINS; i++)
		if (score->heard[i]) {
			heard++;
			square += (level_db[0][i] - level_db[1][i]) *
			          (level_db[0][i] - level_db[1][i]);
		}
	out->asymmetry_db = heard ? sqrt(square / heard) : 0;
}

static void judge_modes(const struct sabin_score *score, const double (*source_m)[3],
                        const double listener_m[3], struct amplitudes *a,
                        struct sabin_score_metrics *out)
{
	const bool symmetric = is_symmetric(score, source_m, listener_m);
	double head_m[SCORE_HEADS][3], power[SCORE_BINS], level_db[SCORE_HEADS][SCORE_BINS];
	struct cosines heads[SCORE_HEADS];
	struct pressures group, sum = {0};
	head_places(score, listener_m, head_m);
	for (int h = 0; h < SCORE_HEADS; h++)
		make_cosines(score, head_m[h], &heads[h]);
	for (int g = 0; g < score->groups; g++) {
		sum_group(score, source_m, heads, g, symmetric, a, &group);
		if (g == 0 && score->main_count == 2 && !symmetric)
			judge_sides(score, &group, out);
		for (int h = 0; h < SCORE_HEADS; h++)
			for (int i = 0; i < SCORE_BINS; i++) {
				sum.re[h][i] += score->gain[g][i] * group.re[h][i];
				sum.im[h][i] += score->gain[g][i] * group.im[h][i];
			}
	}
	for (int h = 0; h < SCORE_HEADS; h++) {
		const int from = symmetric && h == 4 ? 3 : h;
		for (int i = 0; i < SCORE_BINS; i++) {
			const double re = (double)sum.re[from][i], im = (double)sum.im[from][i];
			power[i] = re * re + im * im;
		}
		smooth(power, level_db[h]);
	}
	judge_levels(score, level_db, out);
}

static void judge(const struct sabin_score *score, const double (*source_m)[3],
                  const double listener_m[3], struct amplitudes *a, struct sabin_score_metrics *out)
{
	judge_modes(score, source_m, listener_m, a, out);
	const size_t heard =
	        score->mirrored && is_symmetric(score, source_m, listener_m) ? 1 : score->main_count;
	for (size_t s = 0; s < heard; s++)
		score_images(score, source_m[s], listener_m, out);
	out->score = out->flatness_db + out->spread_db +
	             weight_dip * fmax(0, -out->dip_db - free_dip_db) +
	             weight_reflection * fmax(0, out->reflection_db - free_reflection_db) +
	             weight_asymmetry * out->asymmetry_db;
}

void sabin_score_compute(const struct sabin_score *score, const double (*source_m)[3],
                         const double listener_m[3], struct sabin_score_metrics *out)
{
	*out = (struct sabin_score_metrics){.reflection_db = -120, .gap_s = (double)NAN,
	                                    .score = (double)INFINITY};
	bool valid = room_inside(score->room.size_m, listener_m);
	for (size_t s = 0; s < score->source_count; s++)
		valid = valid && room_inside(score->room.size_m, source_m[s]) &&
		        room_distance_m(source_m[s], listener_m) > 0.01;
	if (!valid)
		return;
	struct amplitudes own;
	const bool scarce = !amplitudes_new(score->modes, &own);
	if (scarce)
		pthread_mutex_lock(&score->reserve->lock);
	judge(score, source_m, listener_m, scarce ? &score->reserve->amplitudes : &own, out);
	if (scarce)
		pthread_mutex_unlock(&score->reserve->lock);
	amplitudes_release(&own);
}
