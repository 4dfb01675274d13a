/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hear.c: the capture side of the simulated card.
 *
 * Frames are counted three ways: n is the stream's own number, k counts the capture clock's ticks
 * since the start (they differ by frames that the drop fault has lost), and the world's frames
 * count playback ticks.  Tick k happens at base + k / (1 + skew).
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/convolve.h>
#include <sabin/random.h>

#include "roomcard/filter.h"
#include "roomcard/hear.h"

/* The longer the response, the longer the blocks: so that transforms and products cost about the
 * same. */
enum { BLOCK_MIN = 1024, BLOCK_MAX = 8192, PARTITIONS = 6 };
/* Seeds of an input's noise and of its bursts, and from one input to the next. */
enum { SEED_BURST = 1, SEED_STEP = 2 };
/* Noise is made so many frames at a time. */
enum { NOISE_FRAMES = 256 };

struct sabin_hear {
	const struct sabin_scene *scene;
	const struct sabin_simulation *simulation;
	struct sabin_world *world;
	unsigned rate_hz, inputs;
	int64_t latency;
	long double pace; /* capture ticks a playback tick: 1 + skew */
	double noise, burst, hum, hum_step, clip;
	double *hiss;        /* [input][NOISE_FRAMES]: the noise from the frame hiss_from on */
	uint64_t hiss_from;  /* a multiple of NOISE_FRAMES */

	/* sources that are heard, and the room */
	const struct sabin_source **sources;
	size_t source_count;
	struct sabin_convolver *convolver;
	size_t block, longest;
	double *played;      /* [source][block] */
	const double **in;   /* [source] */
	double *wet;         /* [input][2 * block]: the block before and the current one */
	double **out;        /* [input]: into wet */
	int64_t block_start; /* of the current block, in sound frames */
	int64_t valid;       /* end of what is final in it */
	uint64_t revision;   /* of the world when it was computed */
	struct sabin_sinc *sinc; /* NULL: no skew */

	/* the stream */
	int64_t base, made, lost; /* made: frames so far; lost: ticks that gave no frame */
	int64_t drop_done;        /* the moment of the last drop that struck; -1: none */
	double *ring;             /* [kept][input] */
	size_t kept;              /* a power of two */
};

int64_t sabin_hear_latency(const struct sabin_simulation *simulation, unsigned rate_hz)
{
	const int64_t latency = llround(simulation->latency_ms * 1e-3 * rate_hz);
	return simulation->skew_ppm != 0 && latency < SABIN_SINC_HALF ? SABIN_SINC_HALF : latency;
}

int64_t sabin_hear_fault_at(const struct sabin_simulated_fault *fault,
                            const struct sabin_world_view *view, unsigned rate_hz)
{
	const int64_t from = fault->always ? view->take_sound : view->first_sound;
	return fault->given && from >= 0 ? from + llround(fault->at_s * rate_hz) : -1;
}

/* ---- making ---- */

static double amplitude(double level_dbfs)
{
	return isnan(level_dbfs) ? 0 : pow(10, level_dbfs / 20);
}

static void set_constants(struct sabin_hear *hear)
{
	const struct sabin_simulation *simulation = hear->simulation;
	hear->latency = sabin_hear_latency(simulation, hear->rate_hz);
	hear->pace = 1 + (long double)simulation->skew_ppm * 1e-6L;
	hear->noise = amplitude(simulation->noise_dbfs);
	hear->burst = simulation->noise_burst.given ? amplitude(simulation->noise_burst.dbfs) : 0;
	/* levels of noise are RMS: a sine's peak is sqrt 2 higher */
	hear->hum = isnan(simulation->hum_hz) ? 0 : M_SQRT2 * amplitude(simulation->hum_dbfs);
	hear->hum_step = simulation->hum_hz / hear->rate_hz;
	hear->clip = isnan(simulation->clip_dbfs) ? HUGE_VAL : amplitude(simulation->clip_dbfs);
}

/* Which sources are heard at all, and for how long. */
static void find_sources(struct sabin_hear *hear)
{
	for (size_t i = 0; i < hear->scene->source_count; i++) {
		const struct sabin_source *source = &hear->scene->sources[i];
		size_t longest = 0;
		for (unsigned input = 0; input < hear->inputs; input++)
			longest = source->paths[input].n > longest ? source->paths[input].n : longest;
		if (longest > 0)
			hear->sources[hear->source_count++] = source;
		hear->longest = longest > hear->longest ? longest : hear->longest;
	}
}

static enum sabin_err make_convolver(struct sabin_hear *hear)
{
	/* a convolver has at least one input, though nothing be heard */
	const size_t sources = hear->source_count > 0 ? hear->source_count : 1;
	enum sabin_err err =
	    sabin_convolver_new(hear->block, sources, hear->inputs, &hear->convolver);
	for (size_t s = 0; s < hear->source_count; s++) {
		for (unsigned input = 0; !err && input < hear->inputs; input++) {
			const struct sabin_path *path = &hear->sources[s]->paths[input];
			if (path->n > 0)
				err = sabin_convolver_set_response(hear->convolver, s, input, path->h,
				                                   path->n);
		}
	}
	return err;
}

static uint64_t noise_seed(const struct sabin_hear *hear, unsigned input)
{
	return hear->simulation->seed + (uint64_t)input * SEED_STEP;
}

/* The noise about a frame. */
static void fill_hiss(struct sabin_hear *hear, uint64_t index)
{
	hear->hiss_from = index - index % NOISE_FRAMES;
	for (unsigned input = 0; input < hear->inputs; input++)
		sabin_random_normal_block(noise_seed(hear, input), hear->hiss_from, NOISE_FRAMES,
		                          hear->hiss + (size_t)input * NOISE_FRAMES);
}

enum sabin_err sabin_hear_new(const struct sabin_scene *scene,
                              const struct sabin_simulation *simulation, unsigned rate_hz,
                              size_t kept_frames, struct sabin_world *world,
                              struct sabin_hear **out)
{
	struct sabin_hear *hear = calloc(1, sizeof *hear);
	if (!hear)
		return SABIN_ENOMEM;
	hear->scene = scene;
	hear->simulation = simulation;
	hear->world = world;
	hear->rate_hz = rate_hz;
	hear->inputs = scene->inputs;
	for (hear->kept = 1; hear->kept < kept_frames;)
		hear->kept *= 2;
	set_constants(hear);
	hear->sources = calloc(scene->source_count + 1, sizeof *hear->sources);
	if (hear->sources)
		find_sources(hear);
	hear->block = BLOCK_MIN;
	while (hear->block < BLOCK_MAX && hear->longest > hear->block * PARTITIONS)
		hear->block *= 2;
	const size_t sources = hear->source_count + 1;
	hear->played = calloc(sources * hear->block, sizeof *hear->played);
	hear->in = calloc(sources, sizeof *hear->in);
	hear->wet = calloc(hear->inputs * 2 * hear->block, sizeof *hear->wet);
	hear->out = calloc(hear->inputs, sizeof *hear->out);
	hear->ring = calloc(hear->kept, hear->inputs * sizeof *hear->ring);
	hear->hiss = calloc(hear->inputs, NOISE_FRAMES * sizeof *hear->hiss);
	if (simulation->skew_ppm != 0)
		hear->sinc = sabin_sinc_new();
	enum sabin_err err = SABIN_ENOMEM;
	if (hear->sources && hear->played && hear->in && hear->wet && hear->out && hear->ring &&
	    hear->hiss && (hear->sinc || simulation->skew_ppm == 0))
		err = make_convolver(hear);
	if (err) {
		sabin_hear_free(hear);
		return err;
	}
	for (size_t s = 0; s < sources; s++)
		hear->in[s] = hear->played + s * hear->block;
	for (unsigned input = 0; input < hear->inputs; input++)
		hear->out[input] = hear->wet + (2 * (size_t)input + 1) * hear->block;
	fill_hiss(hear, 0);
	*out = hear;
	return SABIN_OK;
}

void sabin_hear_free(struct sabin_hear *hear)
{
	if (!hear)
		return;
	sabin_convolver_free(hear->convolver);
	free(hear->sources);
	free(hear->played);
	free(hear->in);
	free(hear->wet);
	free(hear->out);
	free(hear->ring);
	free(hear->hiss);
	free(hear->sinc);
	free(hear);
}

void sabin_hear_start(struct sabin_hear *hear, int64_t base)
{
	hear->base = base;
	hear->made = hear->lost = 0;
	hear->drop_done = -1;
	/* what was played before still rings */
	const int64_t back = (int64_t)(hear->longest + hear->block) + SABIN_SINC_TAPS;
	const int64_t from = base - hear->latency - back;
	hear->block_start = from > 0 ? from - from % (int64_t)hear->block : 0;
	hear->valid = hear->block_start;
	memset(hear->wet, 0, hear->inputs * 2 * hear->block * sizeof *hear->wet);
	sabin_convolver_reset(hear->convolver);
}

/* ---- clocks ---- */

/* The tick at which frames are about to be lost; INT64_MAX: none. */
static int64_t drop_tick(struct sabin_hear *hear, const struct sabin_world_view *view)
{
	const int64_t at = sabin_hear_fault_at(&hear->simulation->drop, view, hear->rate_hz);
	if (at < hear->base || at <= hear->drop_done)
		return INT64_MAX;
	return (int64_t)ceill((long double)(at - hear->base) * hear->pace);
}

int64_t sabin_hear_captured(struct sabin_hear *hear, const struct sabin_world_view *view)
{
	const int64_t since = view->now - hear->base;
	if (since <= 0)
		return 0;
	/* ticks k with k / pace < since */
	const int64_t ticks = (int64_t)ceill((long double)since * hear->pace);
	const int64_t drop = drop_tick(hear, view), frames = hear->simulation->drop.frames;
	if (ticks <= drop)
		return ticks - hear->lost;
	return (ticks < drop + frames ? drop : ticks - frames) - hear->lost;
}

int64_t sabin_hear_time_of(struct sabin_hear *hear, const struct sabin_world_view *view, int64_t n)
{
	int64_t tick = n + hear->lost;
	if (tick >= drop_tick(hear, view))
		tick += hear->simulation->drop.frames;
	/* one less on a skewed clock, whose ticks are rounded once more on the way back */
	return hear->base + (int64_t)floorl((long double)tick / hear->pace) - (hear->sinc ? 1 : 0);
}

/* ---- sound ---- */

/* x + h2 x^2 + h3 x^3; what is no number is silence, or it would ring in the room for ever. */
static void distort(const struct sabin_source *source, double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = isfinite(x[i]) ? x[i] * (1 + x[i] * (source->h2 + source->h3 * x[i])) : 0;
}

static void compute_block(struct sabin_hear *hear, const struct sabin_world_view *view)
{
	for (size_t s = 0; s < hear->source_count; s++) {
		double *x = hear->played + s * hear->block;
		sabin_world_fetch(hear->world, hear->sources[s]->output, hear->block_start,
		                  hear->block, x);
		distort(hear->sources[s], x, hear->block);
	}
	if (hear->source_count > 0)
		sabin_convolver_process(hear->convolver, hear->in, hear->out);
	hear->valid = view->known;
	hear->revision = view->revision;
}

/* Bring the current block to the one that holds sound frame `to`, final up to it.  All that is
 * asked for has sounded by the time of `view`. */
static void reach(struct sabin_hear *hear, const struct sabin_world_view *view, int64_t to)
{
	const int64_t size = (int64_t)hear->block;
	if (view->revision != hear->revision) /* part of it may not have sounded after all */
		hear->valid = hear->block_start;
	while (to >= hear->block_start) {
		const int64_t end = hear->block_start + size;
		if (hear->valid <= to && hear->valid < end)
			compute_block(hear, view);
		if (to < end)
			return;
		if (hear->source_count > 0)
			sabin_convolver_advance(hear->convolver);
		for (unsigned input = 0; input < hear->inputs; input++) {
			double *wet = hear->wet + (size_t)input * 2 * hear->block;
			memcpy(wet, wet + hear->block, hear->block * sizeof *wet);
		}
		hear->block_start = hear->valid = end;
	}
}

/* Sound frame m of an input; m is at most a block before the current one. */
static const double *wet_at(const struct sabin_hear *hear, unsigned input, int64_t m)
{
	return hear->wet + (size_t)input * 2 * hear->block + hear->block +
	       (ptrdiff_t)(m - hear->block_start);
}

/* ---- frames ---- */

/* Frames of neighbouring ticks: x[count][inputs]. */
struct run {
	int64_t tick;
	size_t count;
	double *x;
};

/* To at most so many frames; one is always left. */
static void shorten(struct run *run, int64_t most)
{
	if (most < (int64_t)run->count)
		run->count = most > 1 ? (size_t)most : 1;
}

/* Shortens the run to where the current block is final. */
static void hear_exactly(struct sabin_hear *hear, const struct sabin_world_view *view,
                         struct run *run)
{
	const int64_t m = hear->base + run->tick - hear->latency;
	if (m < 0) {
		shorten(run, -m);
		memset(run->x, 0, run->count * hear->inputs * sizeof *run->x);
		return;
	}
	reach(hear, view, m);
	const int64_t end = hear->block_start + (int64_t)hear->block;
	shorten(run, (hear->valid < end ? hear->valid : end) - m);
	for (unsigned input = 0; input < hear->inputs; input++) {
		const double *wet = wet_at(hear, input, m);
		for (size_t k = 0; k < run->count; k++)
			run->x[k * hear->inputs + input] = wet[k];
	}
}

static void hear_between(struct sabin_hear *hear, const struct sabin_world_view *view, int64_t tick,
                         double *x)
{
	const long double since = (long double)tick / hear->pace;
	const int64_t whole = (int64_t)since; /* of a number >= 0 */
	const int64_t m = hear->base + whole - hear->latency;
	memset(x, 0, hear->inputs * sizeof *x);
	if (m + SABIN_SINC_HALF < 0)
		return;
	reach(hear, view, m + SABIN_SINC_HALF);
	const double fraction = (double)(since - (long double)whole);
	for (unsigned input = 0; input < hear->inputs; input++)
		x[input] = sabin_sinc_at(hear->sinc, fraction,
		                         wet_at(hear, input, m - SABIN_SINC_HALF + 1));
}

static void hear_run(struct sabin_hear *hear, const struct sabin_world_view *view, struct run *run)
{
	if (!hear->sinc)
		hear_exactly(hear, view, run);
	for (size_t k = 0; hear->sinc && k < run->count; k++)
		hear_between(hear, view, run->tick + (int64_t)k, run->x + k * hear->inputs);
}

/* The run lies within one filling of the hiss. */
static void add_hiss(struct sabin_hear *hear, const struct run *run)
{
	const uint64_t index = (uint64_t)(hear->base + run->tick);
	if (index - hear->hiss_from >= NOISE_FRAMES)
		fill_hiss(hear, index);
	for (unsigned input = 0; input < hear->inputs; input++) {
		const double *hiss = hear->hiss + (size_t)input * NOISE_FRAMES + index % NOISE_FRAMES;
		for (size_t k = 0; k < run->count; k++)
			run->x[k * hear->inputs + input] += hear->noise * hiss[k];
	}
}

/* Is the world's frame of a tick inside the noise burst? */
static bool is_bursting(const struct sabin_hear *hear, const struct sabin_world_view *view,
                        int64_t tick)
{
	const struct sabin_simulated_fault *burst = &hear->simulation->noise_burst;
	const int64_t at = sabin_hear_fault_at(burst, view, hear->rate_hz);
	const int64_t frame = hear->base + (int64_t)floorl((long double)tick / hear->pace);
	return at >= 0 && frame >= at && frame < at + llround(burst->length_s * hear->rate_hz);
}

static void add_burst(const struct sabin_hear *hear, const struct sabin_world_view *view,
                      const struct run *run)
{
	for (size_t k = 0; k < run->count; k++) {
		const int64_t tick = run->tick + (int64_t)k;
		if (!is_bursting(hear, view, tick))
			continue;
		for (unsigned input = 0; input < hear->inputs; input++)
			run->x[k * hear->inputs + input] +=
			    hear->burst *
			    sabin_random_normal_at(noise_seed(hear, input) + SEED_BURST,
			                           (uint64_t)(hear->base + tick));
	}
}

static void add_hum(const struct sabin_hear *hear, const struct run *run)
{
	for (size_t k = 0; k < run->count; k++) {
		const double index = (double)(hear->base + run->tick + (int64_t)k);
		const double hum = hear->hum * sin(2 * M_PI * fmod(index * hear->hum_step, 1));
		for (unsigned input = 0; input < hear->inputs; input++)
			run->x[k * hear->inputs + input] += hum;
	}
}

static void disturb(struct sabin_hear *hear, const struct sabin_world_view *view,
                    const struct run *run)
{
	if (hear->noise > 0)
		add_hiss(hear, run);
	if (hear->burst > 0)
		add_burst(hear, view, run);
	if (hear->hum > 0)
		add_hum(hear, run);
	for (size_t i = 0; i < run->count * hear->inputs; i++)
		if (fabs(run->x[i]) > hear->clip)
			run->x[i] = copysign(hear->clip, run->x[i]);
}

static double *frame_at(const struct sabin_hear *hear, int64_t n)
{
	return hear->ring + ((size_t)n & (hear->kept - 1)) * hear->inputs;
}

/* How many frames from n on stand together in the ring. */
static size_t together(const struct sabin_hear *hear, int64_t n)
{
	return hear->kept - ((size_t)n & (hear->kept - 1));
}

/* As many of the next `most` frames as stand together in the ring and in the hiss. */
static struct run next_run(const struct sabin_hear *hear, int64_t most)
{
	struct run run = {
	    .tick = hear->made + hear->lost,
	    .count = together(hear, hear->made),
	    .x = frame_at(hear, hear->made),
	};
	shorten(&run, most);
	shorten(&run, NOISE_FRAMES - (hear->base + run.tick) % NOISE_FRAMES);
	return run;
}

/* Make frames up to n. */
static void make(struct sabin_hear *hear, int64_t n)
{
	const struct sabin_world_view view = sabin_world_look(hear->world);
	int64_t drop = drop_tick(hear, &view);
	while (hear->made <= n) {
		if (hear->made + hear->lost >= drop) {
			hear->lost += hear->simulation->drop.frames;
			hear->drop_done =
			    sabin_hear_fault_at(&hear->simulation->drop, &view, hear->rate_hz);
			drop = INT64_MAX;
		}
		struct run run = next_run(hear, n + 1 - hear->made);
		shorten(&run, drop - run.tick);
		hear_run(hear, &view, &run);
		disturb(hear, &view, &run);
		hear->made += (int64_t)run.count;
	}
}

const double *sabin_hear_frames(struct sabin_hear *hear, int64_t n, size_t *frames)
{
	const size_t left = together(hear, n);
	if (n + (int64_t)*frames > hear->made)
		make(hear, n + (int64_t)*frames - 1);
	if (*frames > left)
		*frames = left;
	return frame_at(hear, n);
}
