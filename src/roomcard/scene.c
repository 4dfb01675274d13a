/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scene.c: the room, its loudspeakers and its microphones as impulse responses.
 */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include <sabin/convolve.h>
#include <sabin/minphase.h>
#include <sabin/window.h>

#include "io/calibration.h"
#include "roomcard/filter.h"
#include "roomcard/scene.h"

/* A full-scale tone returns at -20 dBFS at 1 m in the free field. */
static const double geometry_gain_db = -20;
/* The geometry's response is as long as it takes its slowest wave to fall by 60 dB, within these
 * bounds ... */
static const double decay_db = 60, length_min_s = 0.25, length_max_s = 6;
/* ... and fades out over its last part, since a cut would be heard as a click in the bass. */
static const double fade_share = 0.15;
/* What is left of a two-way loudspeaker whose tweeter is dead falls with its crossover: 24 dB an
 * octave. */
enum { DEAD_ORDER = 4 };
/* Longest response that is taken: 20 s at the highest rate, rounded down to a power of two. */
static const size_t frames_max = (size_t)1 << 22;

/* What every step of the computation needs. */
struct work {
	const struct sabin_roomfile *roomfile;
	const int *placed;
	unsigned rate_hz;
	struct sabin_path microphone; /* its curve; n = 0: flat */
	struct sabin_scene *scene;
	struct sabin_diag *diag;
};

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

unsigned sabin_scene_outputs(const struct sabin_roomfile *roomfile)
{
	if (roomfile->simulation.channels > 0)
		return roomfile->simulation.channels;
	unsigned outputs = 1;
	for (size_t i = 0; i < roomfile->speaker_count; i++)
		outputs = larger(outputs, roomfile->speakers[i].output);
	return roomfile->audio.has_loopback ? larger(outputs, roomfile->audio.loopback_output)
	                                    : outputs;
}

unsigned sabin_scene_inputs(const struct sabin_roomfile *roomfile)
{
	if (roomfile->simulation.channels > 0)
		return roomfile->simulation.channels;
	unsigned inputs = 1;
	for (size_t i = 0; i < roomfile->audio.microphone_count; i++)
		inputs = larger(inputs, roomfile->audio.microphones[i].input);
	return roomfile->audio.has_loopback ? larger(inputs, roomfile->audio.loopback_input) : inputs;
}

enum sabin_err sabin_scene_rate(const struct sabin_roomfile *roomfile, unsigned *rate_hz,
                                struct sabin_diag *diag)
{
	unsigned found_hz = 0;
	for (size_t i = 0; i < roomfile->simulation.response_count; i++) {
		const char *path = roomfile->simulation.responses[i].path;
		struct sabin_wav wav;
		const enum sabin_err err = sabin_wav_read(path, &wav, diag);
		if (err)
			return err;
		const unsigned this_hz = wav.rate_hz;
		sabin_wav_release(&wav);
		if (found_hz != 0 && this_hz != found_hz)
			return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
			                      "is sampled at %u Hz, the responses before it at %u Hz",
			                      this_hz, found_hz);
		found_hz = this_hz;
	}
	*rate_hz = found_hz;
	return SABIN_OK;
}

/* ---- positions ---- */

static int microphone_index(const struct sabin_roomfile *roomfile, int position)
{
	const struct sabin_microphone *microphone =
	    sabin_roomfile_microphone(roomfile, &roomfile->positions[position]);
	return microphone ? (int)(microphone - roomfile->audio.microphones) : -1;
}

/* Is anything heard at a position?  Where responses stand in place of the geometry, one must be
 * given for it. */
static bool is_heard(const struct sabin_roomfile *roomfile, int position)
{
	const struct sabin_simulation *simulation = &roomfile->simulation;
	for (size_t i = 0; i < simulation->response_count; i++)
		if (!strcasecmp(simulation->responses[i].position,
		                roomfile->positions[position].name))
			return true;
	return simulation->response_count == 0;
}

static enum sabin_err place_one(const struct sabin_roomfile *roomfile, const char *name,
                                int *placed, struct sabin_diag *diag)
{
	const int position = sabin_roomfile_position(roomfile, name);
	const int microphone = position >= 0 ? microphone_index(roomfile, position) : -1;
	if (microphone < 0)
		return sabin_diag_set(diag, SABIN_EFORMAT, roomfile->path, 0, 0,
		                      "no position is named '%s'", name);
	if (placed[microphone] >= 0 && placed[microphone] != position)
		return sabin_diag_set(diag, SABIN_EFORMAT, roomfile->path, 0, 0,
		                      "positions '%s' and '%s' share one microphone",
		                      roomfile->positions[placed[microphone]].name, name);
	if (!is_heard(roomfile, position))
		return sabin_diag_set(diag, SABIN_EFORMAT, roomfile->path, 0, 0,
		                      "simulation.responses has none for position '%s'", name);
	placed[microphone] = position;
	return SABIN_OK;
}

enum sabin_err sabin_scene_place(const struct sabin_roomfile *roomfile, const char *wanted,
                                 int *placed, struct sabin_diag *diag)
{
	for (size_t i = 0; i < roomfile->audio.microphone_count; i++)
		placed[i] = -1;
	while (wanted) {
		const char *comma = strchr(wanted, ',');
		const int length = comma ? (int)(comma - wanted) : (int)strlen(wanted);
		char name[SABIN_NAME_SIZE];
		if (snprintf(name, sizeof name, "%.*s", length, wanted) != length)
			name[sizeof name - 1] = '\0'; /* too long: no position is named so */
		const enum sabin_err err = place_one(roomfile, name, placed, diag);
		if (err)
			return err;
		wanted = comma ? comma + 1 : NULL;
	}
	for (size_t i = 0; i < roomfile->position_count; i++) {
		const int microphone = microphone_index(roomfile, (int)i);
		if (microphone >= 0 && placed[microphone] < 0)
			placed[microphone] = (int)i;
	}
	return SABIN_OK;
}

/* ---- sources ---- */

/* Amplitude of a harmonic re the fundamental; NAN: none. */
static double harmonic(double level_db)
{
	return isnan(level_db) ? 0 : pow(10, level_db / 20);
}

static const struct sabin_simulated_speaker *simulated(const struct work *work, size_t speaker)
{
	const struct sabin_simulation *simulation = &work->roomfile->simulation;
	for (size_t i = 0; i < simulation->speaker_count; i++)
		if (!strcasecmp(simulation->speakers[i].name, work->roomfile->speakers[speaker].name))
			return &simulation->speakers[i];
	return NULL;
}

/* The source through which a speaker sounds; NULL when the card has no such output.  Linear
 * speakers of one output share a source, each other one has its own. */
static struct sabin_source *source_of(const struct work *work, size_t speaker)
{
	const struct sabin_simulated_speaker *as = simulated(work, speaker);
	const unsigned output = as && as->output > 0 ? as->output
	                                             : work->roomfile->speakers[speaker].output;
	struct sabin_scene *scene = work->scene;
	if (output < 1 || output > scene->outputs)
		return NULL;
	const double g2 = as ? harmonic(as->h2_db) : 0, g3 = as ? harmonic(as->h3_db) : 0;
	if (g2 == 0 && g3 == 0)
		return &scene->sources[output - 1];
	struct sabin_source *source = &scene->sources[scene->source_count++];
	source->output = output - 1;
	/* cos^2 = (1 + cos 2) / 2.  cos^3 = (3 cos + cos 3) / 4: with the minus of a loudspeaker that
	 * gives way, the fundamental becomes 1 - 3/4 c and the third harmonic c/4, so that their ratio
	 * is g3 for c = 4 g3 / (1 + 3 g3); the second is held to the same fundamental. */
	const double c = 4 * g3 / (1 + 3 * g3);
	source->h3 = -c;
	source->h2 = 2 * g2 * (1 - 0.75 * c);
	return source;
}

static enum sabin_err make_sources(struct sabin_scene *scene, size_t speakers)
{
	const size_t most = scene->outputs + speakers; /* every speaker may have its own */
	scene->sources = calloc(most, sizeof *scene->sources);
	if (!scene->sources)
		return SABIN_ENOMEM;
	scene->source_count = scene->outputs;
	scene->source_room = most;
	for (unsigned i = 0; i < most; i++) {
		scene->sources[i].output = i;
		scene->sources[i].paths = calloc(scene->inputs, sizeof *scene->sources[i].paths);
		if (!scene->sources[i].paths)
			return SABIN_ENOMEM;
	}
	return SABIN_OK;
}

/* ---- paths ---- */

/* Make room for n frames, zeroed beyond what was there. */
static enum sabin_err lengthen(struct sabin_path *path, size_t n)
{
	if (n <= path->n)
		return SABIN_OK;
	size_t bytes;
	if (n > frames_max || __builtin_mul_overflow(n, sizeof *path->h, &bytes))
		return SABIN_ENOMEM;
	double *h = realloc(path->h, bytes);
	if (!h)
		return SABIN_ENOMEM;
	memset(h + path->n, 0, (n - path->n) * sizeof *h);
	path->h = h;
	path->n = n;
	return SABIN_OK;
}

static enum sabin_err add(struct sabin_path *path, const double *h, size_t n, double gain)
{
	const enum sabin_err err = lengthen(path, n);
	for (size_t i = 0; !err && i < n; i++)
		path->h[i] += gain * h[i];
	return err;
}

/* The measured response from speaker to position; none is silence. */
static enum sabin_err measured(const struct work *work, size_t speaker, int position,
                               struct sabin_path *out)
{
	const struct sabin_simulation *simulation = &work->roomfile->simulation;
	for (size_t i = 0; i < simulation->response_count; i++) {
		const struct sabin_simulated_response *response = &simulation->responses[i];
		if (strcasecmp(response->speaker, work->roomfile->speakers[speaker].name) != 0 ||
		    strcasecmp(response->position, work->roomfile->positions[position].name) != 0)
			continue;
		struct sabin_wav wav;
		enum sabin_err err = sabin_wav_read(response->path, &wav, work->diag);
		if (err)
			return err;
		if (wav.rate_hz != work->rate_hz)
			err = sabin_diag_set(work->diag, SABIN_EFORMAT, response->path, 0, 0,
			                     "is sampled at %u Hz, the PCM runs at %u Hz", wav.rate_hz,
			                     work->rate_hz);
		else if (wav.frames > frames_max)
			err = sabin_diag_set(work->diag, SABIN_EFORMAT, response->path, 0, 0,
			                     "has %zu frames, at most %zu are simulated", wav.frames,
			                     frames_max);
		else
			err = sabin_wav_channel(&wav, 0, &out->h);
		out->n = err ? 0 : wav.frames;
		sabin_wav_release(&wav);
		return err;
	}
	return SABIN_OK;
}

/* The slowest decay there is, along an axis or diffuse, decides how long the response is. */
static double room_length_s(const struct sabin_room *room)
{
	return fmin(fmax(sabin_room_ring_s(room, 0, decay_db), length_min_s), length_max_s);
}

static enum sabin_err predicted(const struct work *work, size_t speaker, int position,
                                struct sabin_path *out)
{
	const struct sabin_roomfile *roomfile = work->roomfile;
	struct sabin_directivity directivity;
	struct sabin_images_options options = {
		.rate_hz = work->rate_hz, .length_s = room_length_s(&roomfile->room), .air = true};
	if (sabin_roomfile_directivity(&roomfile->speakers[speaker], &directivity))
		options.directivity = &directivity;
	enum sabin_err err = lengthen(out, (size_t)ceil(options.length_s * options.rate_hz));
	if (!err)
		err = sabin_hybrid_compute(&roomfile->room, roomfile->speakers[speaker].position_m,
		                           roomfile->positions[position].position_m, &options, out->h,
		                           out->n);
	if (!err)
		sabin_window_taper(out->h, out->n, 0, (size_t)(fade_share * (double)out->n));
	if (err)
		return sabin_diag_set(work->diag, err, roomfile->path, 0, 0,
		                      "the response from '%s' to '%s' cannot be computed: %s",
		                      roomfile->speakers[speaker].name,
		                      roomfile->positions[position].name, sabin_strerror(err));
	return SABIN_OK;
}

static size_t ring_frames(const struct work *work, double corner_hz, unsigned order)
{
	/* at most a second: below a few hertz nothing is measured */
	return isnan(corner_hz) ? 0
	                        : (size_t)(fmin(sabin_filter_ring_s(corner_hz, order), 1) *
	                                   work->rate_hz);
}

/* Band edges and a dead tweeter. */
static enum sabin_err limit_band(const struct work *work,
                                 const struct sabin_simulated_speaker *as, struct sabin_path *path)
{
	const unsigned order = as->order > 0 ? as->order : 2;
	const size_t ring = ring_frames(work, as->low_hz, order) +
	                    ring_frames(work, as->high_hz, order) +
	                    ring_frames(work, as->dead_above_hz, DEAD_ORDER);
	const enum sabin_err err = lengthen(path, path->n + ring);
	if (err)
		return err;
	if (!isnan(as->low_hz))
		sabin_filter_butterworth(path->h, path->n, work->rate_hz, true, as->low_hz, order);
	if (!isnan(as->high_hz))
		sabin_filter_butterworth(path->h, path->n, work->rate_hz, false, as->high_hz, order);
	if (!isnan(as->dead_above_hz))
		sabin_filter_butterworth(path->h, path->n, work->rate_hz, false, as->dead_above_hz,
		                         DEAD_ORDER);
	return SABIN_OK;
}

static enum sabin_err delay(const struct work *work, const struct sabin_simulated_speaker *as,
                            struct sabin_path *path)
{
	const double frames = as->delay_ms * 1e-3 * work->rate_hz;
	if (!(frames > 0))
		return SABIN_OK;
	const size_t n = path->n + sabin_filter_delay_room(frames);
	double *h = n <= frames_max ? malloc(n * sizeof *h) : NULL;
	if (!h)
		return SABIN_ENOMEM;
	sabin_filter_delay(path->h, path->n, frames, h);
	free(path->h);
	*path = (struct sabin_path){h, n};
	return SABIN_OK;
}

/* What the simulated speaker and the microphone do to a path. */
static enum sabin_err colour(const struct work *work, size_t speaker, struct sabin_path *path)
{
	const struct sabin_simulated_speaker *as = simulated(work, speaker);
	enum sabin_err err = as ? limit_band(work, as, path) : SABIN_OK;
	if (!err && as)
		err = delay(work, as, path);
	if (!err && work->microphone.n > 0) {
		double *h = NULL;
		err = sabin_convolve(path->h, path->n, work->microphone.h,
		                            work->microphone.n, &h);
		if (!err) {
			free(path->h);
			*path = (struct sabin_path){h, path->n + work->microphone.n - 1};
		}
	}
	return err;
}

static double path_gain(const struct work *work, size_t speaker)
{
	const struct sabin_simulation *simulation = &work->roomfile->simulation;
	const struct sabin_simulated_speaker *as = simulated(work, speaker);
	double gain_db = simulation->gain_db;
	if (isnan(gain_db))
		gain_db = simulation->response_count > 0 ? 0 : geometry_gain_db;
	const double gain = pow(10, (gain_db + (as ? as->gain_db : 0)) / 20);
	return as && as->inverted ? -gain : gain;
}

static enum sabin_err make_path(const struct work *work, size_t speaker, int position,
                                struct sabin_path *to)
{
	struct sabin_path path = {0};
	enum sabin_err err = work->roomfile->simulation.response_count > 0
	                         ? measured(work, speaker, position, &path)
	                         : predicted(work, speaker, position, &path);
	if (!err && path.n > 0)
		err = colour(work, speaker, &path);
	if (!err)
		err = add(to, path.h, path.n, path_gain(work, speaker));
	free(path.h);
	return err;
}

static enum sabin_err make_speaker(const struct work *work, size_t speaker)
{
	const struct sabin_roomfile *roomfile = work->roomfile;
	struct sabin_source *source = source_of(work, speaker);
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; source && !err && i < roomfile->audio.microphone_count; i++) {
		const unsigned input = roomfile->audio.microphones[i].input;
		if (work->placed[i] >= 0 && input >= 1 && input <= work->scene->inputs)
			err = make_path(work, speaker, work->placed[i], &source->paths[input - 1]);
	}
	return err;
}

static double curve_level_db(const void *calibration, double f_hz)
{
	return sabin_calibration_level_db(calibration, f_hz);
}

static enum sabin_err read_microphone(struct work *work)
{
	const char *path = work->roomfile->simulation.microphone;
	if (!path)
		return SABIN_OK;
	struct sabin_calibration curve = {0};
	enum sabin_err err = sabin_calibration_read(path, &curve, work->diag);
	if (!err) {
		err = sabin_minimum_phase(curve_level_db, &curve, work->rate_hz,
		                                 &work->microphone.h, &work->microphone.n);
		sabin_calibration_release(&curve);
	}
	return err;
}

static enum sabin_err add_loopback(const struct work *work)
{
	const double wire = 1;
	const unsigned output = work->roomfile->audio.loopback_output;
	const unsigned input = work->roomfile->audio.loopback_input;
	if (!work->roomfile->audio.has_loopback || output < 1 || output > work->scene->outputs ||
	    input < 1 || input > work->scene->inputs)
		return SABIN_OK;
	return add(&work->scene->sources[output - 1].paths[input - 1], &wire, 1, 1);
}

enum sabin_err sabin_scene_compute(const struct sabin_roomfile *roomfile, const int *placed,
                                   unsigned rate_hz, struct sabin_scene *out,
                                   struct sabin_diag *diag)
{
	*out = (struct sabin_scene){
		.inputs = sabin_scene_inputs(roomfile),
		.outputs = sabin_scene_outputs(roomfile),
	};
	struct work work = {
		.roomfile = roomfile, .placed = placed, .rate_hz = rate_hz, .scene = out, .diag = diag};
	enum sabin_err err = make_sources(out, roomfile->speaker_count);
	if (!err)
		err = read_microphone(&work);
	for (size_t i = 0; !err && i < roomfile->speaker_count; i++)
		err = make_speaker(&work, i);
	if (!err)
		err = add_loopback(&work);
	free(work.microphone.h);
	if (err == SABIN_ENOMEM)
		sabin_diag_set(diag, err, roomfile->path, 0, 0,
		               "the simulated responses do not fit into memory");
	return err;
}

void sabin_scene_release(struct sabin_scene *scene)
{
	for (size_t i = 0; scene->sources && i < scene->source_room; i++) {
		for (unsigned input = 0; scene->sources[i].paths && input < scene->inputs; input++)
			free(scene->sources[i].paths[input].h);
		free(scene->sources[i].paths);
	}
	free(scene->sources);
	*scene = (struct sabin_scene){0};
}
