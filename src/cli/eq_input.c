/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_input.c: responses on the grid of a correction.
 */
#include <math.h>
#include <strings.h>

#include <sabin/curve.h>
#include <sabin/modefit.h>
#include <sabin/window.h>

#include "cli/eq_input.h"
#include "cli/responses.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/response_text.h"

/* Modes are single below, and the ear hears them so; above, what a twentieth of an octave shows is the
 * place of one microphone. */
static const double fine_oct = 1 / 24.0, coarse_oct = 1 / 6.0, fine_to_hz = 300, coarse_from_hz = 1000;
enum { POINTS_PER_OCTAVE = 96, MODES_A_RESPONSE = 24, MODE_PLACES = 3 };
/* The edges of a sweep's band ring on both sides of the arrival; cutting that off changes the lowest
 * octaves.  And a mode rings longer than a room. */
static const double lead_s = 0.35, tail_s = 1;
static const double text_rate_hz = 48000, edge_share = 0.45;
/* Modes are looked for up to here. */
static const double modes_to_hz = 200;

void sabin_eq_input_release(struct sabin_eq_input *in)
{
	for (size_t i = 0; in->places && i < in->count; i++) {
		free((double *)in->places[i].level_db);
		free((double *)in->places[i].h);
	}
	free(in->places);
	free(in->positions);
	free(in->speakers);
	free(in->names);
	free(in->modes);
	free(in->travels_s);
	free(in->emission);
	free(in->microphone_db);
	sabin_measurement_release(&in->measurement);
	*in = (struct sabin_eq_input){0};
}

static enum sabin_err allocate(struct sabin_eq_input *in, size_t count)
{
	in->speakers = calloc(count, sizeof *in->speakers);
	in->names = calloc(count, sizeof *in->names);
	in->positions = calloc(count, sizeof *in->positions);
	in->places = calloc(count, sizeof *in->places);
	in->modes = calloc(count * MODES_A_RESPONSE, sizeof *in->modes);
	in->travels_s = calloc(count, sizeof *in->travels_s);
	in->emission = calloc(count, sizeof *in->emission);
	in->microphone_db = calloc(count * in->length, sizeof *in->microphone_db);
	return in->speakers && in->names && in->positions && in->places && in->modes &&
	               in->travels_s && in->emission && in->microphone_db
	           ? SABIN_OK
	           : SABIN_ENOMEM;
}

/* The range on which there is something; false when that is less than half an octave. */
static bool limit_range(const double asked_hz[2], double from_hz, double to_hz, double range_hz[2])
{
	range_hz[0] = fmax(asked_hz[0], from_hz);
	range_hz[1] = fmin(asked_hz[1], to_hz);
	return range_hz[1] >= M_SQRT2 * range_hz[0];
}

static int too_narrow(const char *command, const char *path, const double asked_hz[2])
{
	sabin_complain(command,
	               "%s: has less than half an octave within %g to %g Hz; choose another --range",
	               path, asked_hz[0], asked_hz[1]);
	return SABIN_EXIT_USAGE;
}

/* ---- text ----------------------------------------------------------------------------------- */

int sabin_eq_input_text(const char *command, const char *path, const double range_hz[2],
                        struct sabin_eq_input *out)
{
	struct sabin_response_text text = {0};
	struct sabin_diag diag = {0};
	*out = (struct sabin_eq_input){.rate_hz = text_rate_hz};
	enum sabin_err err = sabin_response_text_read(path, &text, &diag);
	if (err) {
		sabin_response_text_release(&text);
		return sabin_fail_input(command, err, &diag);
	}
	const double top_hz = fmin(text.freq_hz[text.length - 1], edge_share * out->rate_hz);
	if (!limit_range(range_hz, text.freq_hz[0], top_hz, out->range_hz)) {
		sabin_response_text_release(&text);
		return too_narrow(command, path, range_hz);
	}
	out->length = sabin_eq_grid(out->range_hz[0], out->range_hz[1], NULL);
	out->count = out->speaker_count = 1;
	err = allocate(out, 1);
	double *level = err ? NULL : malloc(out->length * sizeof *level);
	double *freq_hz = err ? NULL : malloc(out->length * sizeof *freq_hz);
	if (level && freq_hz) {
		sabin_eq_grid(out->range_hz[0], out->range_hz[1], freq_hz);
		for (size_t i = 0; i < out->length; i++)
			level[i] = sabin_response_text_level_db(&text, freq_hz[i]);
		sabin_name_from_path(path, out->names[0]);
		out->places[0].level_db = level;
		out->speakers[0] = (struct sabin_eq_speaker){.name = out->names[0],
		                                             .places = out->places,
		                                             .place_count = 1,
		                                             .shared = 1,
		                                             .high_hz = INFINITY,
		                                             .pair = -1,
		                                             .travel_s = NAN};
	} else {
		free(level);
		err = SABIN_ENOMEM;
	}
	free(freq_hz);
	sabin_response_text_release(&text);
	return err ? sabin_fail_output(command, err, &diag) : -1;
}

/* ---- measurements --------------------------------------------------------------------------- */

/* Levels at the grid from a fine and a coarse smoothing; a place without a level (silence) has that of
 * its neighbour. */
static void mix_levels(const struct sabin_eq_input *in, const struct sabin_response *fine,
                       const double *fine_db, const struct sabin_response *coarse,
                       const double *coarse_db, double *level)
{
	double last = -200;
	for (size_t i = 0; i < in->length; i++) {
		const double f_hz = in->range_hz[0] * exp2((double)i / 48);
		const double share =
		    sabin_window_rise(log(f_hz / fine_to_hz) / log(coarse_from_hz / fine_to_hz));
		const double a = sabin_curve_at(fine->freq_hz, fine_db, fine->length, f_hz);
		const double b = sabin_curve_at(coarse->freq_hz, coarse_db, coarse->length, f_hz);
		const double mixed = share == 0 ? a : share == 1 ? b : a + share * (b - a);
		level[i] = isfinite(mixed) ? mixed : last;
		last = level[i];
	}
}

/* The fine smoothing and the coarse one. */
static void response_options(const struct sabin_eq_input *in,
                             struct sabin_response_options *fine,
                             struct sabin_response_options *coarse)
{
	*coarse = sabin_response_defaults();
	coarse->points_per_octave = POINTS_PER_OCTAVE;
	coarse->from_hz = in->range_hz[0] * 0.98;
	coarse->to_hz = in->range_hz[1] * 1.02;
	coarse->smoothing_oct = coarse_oct;
	*fine = *coarse;
	fine->smoothing_oct = fine_oct;
	fine->left_window_s = lead_s;
	fine->window_s = tail_s;
}

enum sabin_err sabin_eq_input_levels(const struct sabin_eq_input *in, size_t index, const double *h,
                                     size_t n, double rate_hz, double arrival, double *level_db)
{
	struct sabin_response_options o[2];
	struct sabin_response fine = {0}, coarse = {0};
	response_options(in, &o[0], &o[1]);
	for (int i = 0; i < 2; i++)
		o[i].to_hz = fmin(o[i].to_hz, rate_hz / 2);
	enum sabin_err err = sabin_response_compute(h, n, rate_hz, arrival, arrival, &o[0], &fine);
	if (!err)
		err = sabin_response_compute(h, n, rate_hz, arrival, arrival, &o[1], &coarse);
	if (!err)
		mix_levels(in, &fine, fine.level_db, &coarse, coarse.level_db, level_db);
	for (size_t i = 0; i < in->length && !err; i++)
		level_db[i] -= in->microphone_db[index * in->length + i];
	sabin_response_free(&fine);
	sabin_response_free(&coarse);
	return err;
}

enum sabin_err sabin_eq_input_phases(const struct sabin_eq_input *in, const double *h, size_t n,
                                     double rate_hz, double arrival, double zero,
                                     double *phase_deg)
{
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response r = {0};
	o.points_per_octave = 48;
	o.from_hz = in->range_hz[0];
	o.to_hz = fmin(in->range_hz[1] * 1.02, rate_hz / 2);
	o.smoothing_oct = coarse_oct;
	enum sabin_err err = sabin_response_compute(h, n, rate_hz, arrival, zero, &o, &r);
	for (size_t i = 0; i < in->length && !err; i++)
		phase_deg[i] = i < r.length && isfinite(r.phase_deg[i]) ? r.phase_deg[i] : 0;
	sabin_response_free(&r);
	return err;
}

/* What two speakers of a pair are commonly called, where no room file says. */
static bool are_pair(const char *a, const char *b)
{
	static const char *const pairs[][2] = {{"left", "right"},     {"l", "r"},
	                                       {"fl", "fr"},          {"front-left", "front-right"},
	                                       {"sl", "sr"},          {"bl", "br"},
	                                       {"rear-left", "rear-right"},
	                                       {"surround-left", "surround-right"}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if ((strcasecmp(a, pairs[i][0]) == 0 && strcasecmp(b, pairs[i][1]) == 0) ||
		    (strcasecmp(b, pairs[i][0]) == 0 && strcasecmp(a, pairs[i][1]) == 0))
			return true;
	return false;
}

static void find_pairs(struct sabin_eq_input *in, const struct sabin_roomfile *room)
{
	for (size_t i = 0; i < in->speaker_count; i++) {
		const int at = room ? sabin_roomfile_speaker(room, in->names[i]) : -1;
		for (size_t k = 0; k < in->speaker_count; k++) {
			const int other = room ? sabin_roomfile_speaker(room, in->names[k]) : -1;
			const bool said =
			    at >= 0 && other >= 0 &&
			    (strcasecmp(room->speakers[at].pair, in->names[k]) == 0 ||
			     strcasecmp(room->speakers[other].pair, in->names[i]) == 0);
			if (k != i && (said || (!room && are_pair(in->names[i], in->names[k]))))
				in->speakers[i].pair = (long)k;
		}
	}
}

struct work {
	const char *command, *path, *calibration;
	const struct sabin_roomfile *room;
	const size_t *chosen;
	bool want_modes;
	enum sabin_zero zero; /* see common_zero() */
	struct sabin_responses fine, coarse;
};

/* What travel times count from: what all responses have in common, if that is more than their arrival. */
static enum sabin_zero common_zero(const struct work *w, const struct sabin_eq_input *in)
{
	const struct sabin_measured *all = in->measurement.responses;
	enum sabin_zero zero = all[w->chosen[0]].zero;
	bool mixed = false, known = true;
	for (size_t i = 0; i < in->count; i++) {
		mixed = mixed || all[w->chosen[i]].zero != zero;
		known = known && all[w->chosen[i]].arrival_s.valid;
	}
	if (mixed)
		sabin_say("times count from different zeros in %s: travel times are those of the room file's places",
		          w->path);
	return mixed || !known ? SABIN_ZERO_ARRIVAL : zero;
}

/* How long the direct sound travels, as measured or by the room file's places. */
static double travel_s(const struct work *w, const struct sabin_measured *r)
{
	const struct sabin_roomfile *room = w->room;
	if (w->zero != SABIN_ZERO_ARRIVAL)
		return r->arrival_s.value;
	const int speaker = room ? sabin_roomfile_speaker(room, r->speaker) : -1;
	const int position = room ? sabin_roomfile_position(room, r->position) : -1;
	if (speaker < 0 || position < 0)
		return (double)NAN;
	double square = 0;
	for (int k = 0; k < 3; k++)
		square += pow(room->speakers[speaker].position_m[k] -
		                  room->positions[position].position_m[k],
		              2);
	return sqrt(square) / sabin_speed_of_sound(room->room.temperature_c);
}

size_t sabin_eq_input_modes(const struct sabin_modefit *fit, struct sabin_eq_mode *modes, size_t most)
{
	size_t count = 0;
	for (size_t i = 0; i < fit->count && count < most; i++) {
		const struct sabin_fitted_mode *mode = &fit->modes[i];
		if (mode->audible && !mode->cluster && mode->frequency_hz.valid && mode->t60_s.valid)
			modes[count++] =
			    (struct sabin_eq_mode){mode->frequency_hz.value, mode->t60_s.value, mode->level_db.value};
	}
	return count;
}

/* Of one response. */
static size_t ringing(const struct sabin_correctable_place *p, struct sabin_eq_mode *modes)
{
	struct sabin_modefit fit = {0};
	struct sabin_modefit_options o = sabin_modefit_range(NAN, NAN);
	o.to_hz = fmin(modes_to_hz, o.to_hz);
	if (p->arrival < 0 ||
	    sabin_modefit_compute(p->h, p->n, p->rate_hz, (size_t)p->arrival, &o, &fit))
		return 0; /* nothing that rings is found: no filter is made for it */
	const size_t count = sabin_eq_input_modes(&fit, modes, MODES_A_RESPONSE);
	sabin_modefit_free(&fit);
	return count;
}

static enum sabin_err compute(struct work *w, struct sabin_eq_input *in, struct sabin_diag *diag)
{
	struct sabin_response_options fine, coarse;
	response_options(in, &fine, &coarse);
	enum sabin_err err = sabin_responses_compute(&in->measurement, w->room, w->chosen, in->count,
	                                             &fine, w->calibration, &w->fine, diag);
	if (!err)
		err = sabin_responses_compute(&in->measurement, w->room, w->chosen, in->count, &coarse,
		                              w->calibration, &w->coarse, diag);
	return err;
}

static size_t find_name(const char (*names)[SABIN_NAME_SIZE], size_t count, const char *name)
{
	size_t i = 0;
	while (i < count && strcasecmp(names[i], name) != 0)
		i++;
	return i;
}

/* The places in the order in which they appear, those of all speakers first; their number, and in *shared that
 * of the latter. */
static size_t order_places(const struct work *w, const struct sabin_eq_input *in,
                           char (*names)[SABIN_NAME_SIZE], size_t *shared)
{
	size_t count = 0;
	*shared = 0;
	for (int rest = 0; rest < 2; rest++) {
		for (size_t i = 0; i < in->count; i++) {
			const char *name = w->fine.item[i].measured->position;
			size_t speakers = 0;
			for (size_t k = 0; k < in->count; k++)
				speakers += strcasecmp(w->fine.item[k].measured->position, name) == 0;
			if ((speakers < in->speaker_count) == rest &&
			    find_name((const char(*)[SABIN_NAME_SIZE])names, count, name) == count)
				snprintf(names[count++], SABIN_NAME_SIZE, "%s", name);
		}
		*shared = rest ? *shared : count;
	}
	return count;
}

/* A place of a speaker from the k-th response. */
static enum sabin_err take_place(struct work *w, struct sabin_eq_input *in,
                                 struct sabin_eq_speaker *speaker, size_t k, size_t at)
{
	struct sabin_response_item *fine = &w->fine.item[k];
	const struct sabin_response_item *coarse = &w->coarse.item[k];
	const struct sabin_measured *r = fine->measured;
	struct sabin_correctable_place *place = &in->places[at];
	double *level = malloc(in->length * sizeof *level);
	if (!level)
		return SABIN_ENOMEM;
	if (w->want_modes)
		sabin_progress("looking for modes", (double)at / (double)in->count);
	mix_levels(in, &fine->response, fine->response.level_db, &coarse->response,
	           coarse->response.level_db, level);
	if (fine->microphone_db && coarse->microphone_db)
		mix_levels(in, &fine->response, fine->microphone_db, &coarse->response,
		           coarse->microphone_db, in->microphone_db + at * in->length);
	place->level_db = level;
	place->h = fine->h;
	fine->h = NULL;
	place->n = fine->frames;
	place->rate_hz = r->rate_hz;
	place->arrival =
	    (double)r->zero_index + (r->zero_offset_s + r->arrival_s.value) * r->rate_hz;
	in->travels_s[at] = travel_s(w, r);
	in->by_places = in->by_places || (w->zero == SABIN_ZERO_ARRIVAL && isfinite(in->travels_s[at]));
	in->emission[at] = r->zero == SABIN_ZERO_EMISSION && r->arrival_s.valid
	                       ? place->arrival - r->arrival_s.value * r->rate_hz
	                       : (double)NAN;
	snprintf(in->positions[at], SABIN_NAME_SIZE, "%s", r->position);
	if (w->want_modes && speaker->place_count < MODE_PLACES)
		speaker->mode_count +=
		    ringing(place, (struct sabin_eq_mode *)speaker->modes + speaker->mode_count);
	speaker->place_count++;
	speaker->low_hz = fmax(speaker->low_hz, fine->trust.from_hz);
	speaker->high_hz = fmin(speaker->high_hz, fine->trust.to_hz);
	return SABIN_OK;
}

/* A speaker with its places from `at` on. */
static enum sabin_err take_speaker(struct work *w, struct sabin_eq_input *in, size_t index,
                                   const char (*places)[SABIN_NAME_SIZE], size_t count, size_t at)
{
	struct sabin_eq_speaker *speaker = &in->speakers[index];
	const size_t shared = speaker->shared;
	enum sabin_err err = SABIN_OK;
	*speaker = (struct sabin_eq_speaker){.name = in->names[index],
	                                     .places = in->places + at,
	                                     .shared = shared,
	                                     .high_hz = INFINITY,
	                                     .pair = -1,
	                                     .travel_s = NAN,
	                                     .travels_s = in->travels_s + at,
	                                     .modes = in->modes + at * MODES_A_RESPONSE};
	for (size_t p = 0; p < count; p++)
		for (size_t k = 0; k < in->count && !err; k++) {
			const struct sabin_measured *r = w->fine.item[k].measured;
			if (strcasecmp(r->speaker, in->names[index]) == 0 &&
			    strcasecmp(r->position, places[p]) == 0)
				err = take_place(w, in, speaker, k, at + speaker->place_count);
		}
	speaker->sub = speaker->high_hz < sabin_target_band_hz[1];
	return err;
}

static const struct sabin_correctable_place *place_named(const struct sabin_eq_input *in,
                                                         const struct sabin_eq_speaker *s, const char *name)
{
	for (size_t p = 0; p < s->place_count; p++)
		if (strcasecmp(in->positions[(size_t)(s->places - in->places) + p], name) == 0)
			return &s->places[p];
	return NULL;
}

/* One listens at the first position of the room file: so much later comes this one.  Those that it does not know
 * come after, as they were measured. */
static size_t listening_rank(const struct work *w, const struct sabin_eq_input *in, const char *name)
{
	const int listed = w->room ? sabin_roomfile_position(w->room, name) : -1;
	size_t k = 0;
	while (k < in->count && strcasecmp(w->fine.item[k].measured->position, name) != 0)
		k++;
	return listed >= 0 ? (size_t)listed : w->room ? w->room->position_count + k : k;
}

/* The main speakers are aligned at the first position at which all of them were measured. */
static void choose_alignment(const struct work *w, struct sabin_eq_input *in)
{
	const char *name = NULL;
	for (size_t i = 0; i < in->count; i++) {
		bool common = true;
		for (size_t s = 0; s < in->speaker_count; s++)
			common = common && (in->speakers[s].sub ||
			                    place_named(in, &in->speakers[s], in->positions[i]));
		if (common && (!name || listening_rank(w, in, in->positions[i]) < listening_rank(w, in, name)))
			name = in->positions[i];
	}
	for (size_t s = 0; s < in->speaker_count && name; s++) {
		struct sabin_eq_speaker *speaker = &in->speakers[s];
		speaker->aligned_at = place_named(in, speaker, name);
		if (speaker->aligned_at)
			speaker->travel_s = speaker->travels_s[speaker->aligned_at - speaker->places];
	}
}

/* Sort the places by speaker, in the order in which speakers appear. */
static enum sabin_err gather(struct work *w, struct sabin_eq_input *in)
{
	char(*places)[SABIN_NAME_SIZE] = calloc(in->count, sizeof *places);
	size_t at = 0, shared;
	if (!places)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < in->count; i++) {
		const char *name = w->fine.item[i].measured->speaker;
		if (find_name((const char(*)[SABIN_NAME_SIZE])in->names, in->speaker_count, name) ==
		    in->speaker_count)
			snprintf(in->names[in->speaker_count++], SABIN_NAME_SIZE, "%s", name);
	}
	const size_t count = order_places(w, in, places, &shared);
	enum sabin_err err = SABIN_OK;
	for (size_t s = 0; s < in->speaker_count && !err; s++) {
		in->speakers[s].shared = shared;
		err = take_speaker(w, in, s, (const char(*)[SABIN_NAME_SIZE])places, count, at);
		at += in->speakers[s].place_count;
	}
	if (!err)
		choose_alignment(w, in);
	free(places);
	return err;
}

static int run(struct work *w, struct sabin_eq_input *in, const double range_hz[2])
{
	struct sabin_diag diag = {0};
	double top_hz = INFINITY;
	for (size_t i = 0; i < in->count; i++)
		top_hz = fmin(top_hz, edge_share * in->measurement.responses[w->chosen[i]].rate_hz);
	in->rate_hz = in->measurement.responses[w->chosen[0]].rate_hz;
	if (!limit_range(range_hz, 1, top_hz, in->range_hz))
		return too_narrow(w->command, w->path, range_hz);
	in->length = sabin_eq_grid(in->range_hz[0], in->range_hz[1], NULL);
	enum sabin_err err = compute(w, in, &diag);
	if (err)
		return sabin_fail_input(w->command, err, &diag);
	err = allocate(in, in->count);
	w->zero = common_zero(w, in);
	if (!err)
		err = gather(w, in);
	if (err)
		return sabin_fail_output(w->command, err, &diag);
	find_pairs(in, w->room);
	return -1;
}

/* False: none is left. */
static bool keep_trusted(struct sabin_eq_input *in, size_t *chosen)
{
	size_t kept = 0;
	for (size_t i = 0; i < in->count; i++)
		if (in->measurement.responses[chosen[i]].verdict.trustworthy)
			chosen[kept++] = chosen[i];
	in->count = kept;
	return kept > 0;
}

int sabin_eq_input_measurement(const char *command, const char *path,
                               const struct sabin_list *speakers,
                               const struct sabin_list *positions, const char *calibration,
                               const double range_hz[2], int want,
                               struct sabin_eq_input *out)
{
	struct sabin_roomfile room = {0};
	struct sabin_diag quiet = {0};
	size_t *chosen = NULL;
	*out = (struct sabin_eq_input){0};
	int status = sabin_choose(command, path, speakers, positions, &out->measurement, &chosen,
	                          &out->count);
	if (status < 0 && (want & SABIN_EQ_TRUSTED) && !keep_trusted(out, chosen))
		status = SABIN_EXIT_INPUT;
	if (status < 0) {
		const bool has_room = out->measurement.directory &&
		                      !sabin_measurement_room(&out->measurement, NULL, &room, &quiet);
		struct work w = {.command = command,
		                 .path = path,
		                 .calibration = calibration,
		                 .room = has_room ? &room : NULL,
		                 .chosen = chosen,
		                 .want_modes = want & SABIN_EQ_MODES};
		if (has_room)
			snprintf(out->room, sizeof out->room, "%s", room.name);
		status = run(&w, out, range_hz);
		sabin_responses_release(&w.fine);
		sabin_responses_release(&w.coarse);
		if (has_room)
			sabin_roomfile_release(&room);
	}
	free(chosen);
	return status;
}
