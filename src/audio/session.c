/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * session.c: the measuring run: in which order, with which microphones, on which devices.
 */
#include <math.h>
#include <stdint.h>
#include <strings.h>

#include "audio/markers.h"
#include "audio/session_inner.h"
#include "io/number.h"

/* Silence first: the background noise is measured in it, and servers swallow the beginning. */
static const double lead_in_s = 1.0;
/* Recording goes on so much longer than playing: the latency of the rig. */
static const double latency_allowed_s = 0.5;

enum sabin_err sabin_session_stimulus(double from_hz, double to_hz, double length_s, double rate_hz,
                                      double level_dbfs, double tail_s, struct sabin_stimulus *out)
{
	const struct sabin_stimulus_options options = {
	    .sweep = {from_hz, to_hz, length_s, rate_hz, level_dbfs},
	    .lead_in_s = lead_in_s,
	    .tail_s = tail_s,
	    .chirps = 1,
	};
	return sabin_stimulus_init(out, &options);
}

static void close_duplex(struct sabin_session *s)
{
	sabin_duplex_free(s->duplex);
	s->duplex = NULL;
}

static void release(struct sabin_session *s)
{
	close_duplex(s);
	sabin_taker_free(s->taker);
	sabin_through_release(&s->through);
	free(s->shaped);
	free(s->shaped_markers);
	sabin_scratch_release(&s->played);
	sabin_scratch_release(&s->markers);
	sabin_scratch_release(&s->recorded);
	sabin_scratch_release(&s->channel);
	free(s->listener);
	free(s->open_for);
	free(s->reference.h);
}

/* Alike to a part in a million: numbers have been through a file. */
static bool alike(double a, double b)
{
	return fabs(a - b) <= 1e-6 * fabs(b);
}

static bool same_sweep(const struct sabin_sweep *a, const struct sabin_sweep *b)
{
	return alike(a->from_hz, b->from_hz) && alike(a->to_hz, b->to_hz) &&
	       alike(a->rate_hz, b->rate_hz) && alike(a->length_s, b->length_s) &&
	       alike(a->gain, b->gain);
}

/* What is played: with a reference speaker in two parts, farther from each other. */
static enum sabin_err render(struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_speaker *reference = s->o->reference;
	const char *folder = s->o->folder;
	enum sabin_err err = SABIN_OK;
	if (reference && s->stimulus.chirp.frames == 0)
		err = sabin_diag_set(diag, SABIN_EFORMAT, NULL, 0, 0,
		                     "a sweep to %s holds no timing chirps: there is no reference speaker without",
		                     sabin_text_exact_hz(s->stimulus.sweep.to_hz).s);
	else if (reference && reference->range_hz[1] < 2 * s->stimulus.chirp.from_hz)
		err = sabin_diag_set(diag, SABIN_EFORMAT, NULL, 0, 0,
		                     "the reference speaker '%s' plays only to %s: timing chirps begin at %s",
		                     reference->name, sabin_text_exact_hz(reference->range_hz[1]).s,
		                     sabin_text_hz(s->stimulus.chirp.from_hz).s);
	else if (reference)
		err = sabin_stimulus_spread(&s->stimulus, sabin_markers_apart_most_s);
	if (!err)
		err = sabin_scratch_new(folder, s->stimulus.frames, sizeof(double), &s->played, diag);
	if (!err && reference)
		err = sabin_scratch_new(folder, s->stimulus.frames, sizeof(double), &s->markers, diag);
	if (!err && reference)
		sabin_stimulus_render_parts(&s->stimulus, s->played.at, s->markers.at);
	else if (!err)
		sabin_stimulus_render(&s->stimulus, s->played.at);
	return err;
}

/* Whether a directory that is gone on with was made with the same sweep and the same reference. */
static enum sabin_err check_same(const struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_measurement *m = s->measurement;
	const char *before = m->reference_speaker;
	const char *now = s->o->reference ? s->o->reference->name : "";
	if (m->response_count == 0 || !m->has_stimulus)
		return SABIN_OK;
	if (!same_sweep(&m->stimulus.sweep, &s->stimulus.sweep))
		return sabin_diag_set(diag, SABIN_EFORMAT, m->path, 0, 0,
		                      "was measured with another sweep (%g s at %g Hz); --append goes on "
		                      "with the same options",
		                      m->stimulus.sweep.length_s, m->stimulus.sweep.rate_hz);
	if (strcasecmp(before, now) == 0)
		return SABIN_OK;
	enum sabin_err err = sabin_diag_set(diag, SABIN_EFORMAT, m->path, 0, 0,
	                                    "was measured with %s%s%s as the reference speaker: times would "
	                                    "have different zeros",
	                                    *before ? "'" : "none", before, *before ? "'" : "");
	if (*before)
		sabin_diag_advise(diag, "go on with --reference-speaker %s", before);
	else
		sabin_diag_advise(diag, "go on without a reference speaker, or measure into a new directory");
	return err;
}

/* Corrections of the speakers that will play, and what the reference plays through its own. */
static enum sabin_err prepare_through(struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_session_options *o = s->o;
	const size_t count = o->room->speaker_count;
	bool *playing = calloc(count, sizeof *playing);
	if (!playing)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < count; i++)
		playing[i] = o->speakers[i] || &o->room->speakers[i] == o->reference;
	enum sabin_err err =
	    sabin_through_new(o->through, o->room, playing, o->rate_hz, &s->through, diag);
	free(playing);
	if (!err && o->reference)
		err = sabin_through_apply(&s->through, (size_t)(o->reference - o->room->speakers),
		                          s->markers.at, s->stimulus.frames, s->record_frames,
		                          &s->shaped_markers, &s->shaped_marker_frames);
	return err;
}

static enum sabin_err prepare(struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_session_options *o = s->o;
	const struct sabin_roomfile *room = o->room;
	enum sabin_err err = sabin_session_stimulus(room->sweep.from_hz, room->sweep.to_hz, o->length_s,
	                                            o->rate_hz, o->level_dbfs, room->sweep.tail_s,
	                                            &s->stimulus);
	if (err)
		return sabin_diag_set(diag, err, NULL, 0, 0,
		                      "no sweep from %s to %s of %g s can be played at %u Hz",
		                      sabin_text_exact_hz(room->sweep.from_hz).s,
		                      sabin_text_exact_hz(room->sweep.to_hz).s, o->length_s,
		                      o->rate_hz);
	err = render(s, diag);
	if (err)
		return err;
	s->record_frames =
	    s->stimulus.frames + (size_t)(latency_allowed_s * (double)o->rate_hz);
	s->listener = calloc(room->audio.microphone_count, sizeof *s->listener);
	s->open_for = calloc(room->audio.microphone_count, sizeof *s->open_for);
	if (!s->listener || !s->open_for)
		return SABIN_ENOMEM;
	err = sabin_scratch_new(o->folder, s->record_frames, sizeof(double), &s->channel, diag);
	if (err)
		return err;
	const double *played = s->played.at;
	s->excitation = (struct sabin_excitation){
	    .x = played + s->stimulus.sweep_frame,
	    .frames = s->stimulus.sweep.frames,
	    .rate_hz = o->rate_hz,
	    .from_hz = s->stimulus.sweep.from_hz,
	    .to_hz = s->stimulus.sweep.to_hz,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&s->stimulus.sweep, 2),
	    .stimulus = &s->stimulus,
	};
	err = check_same(s, diag);
	if (err)
		return err;
	s->measurement->has_stimulus = true;
	s->measurement->stimulus = s->stimulus;
	s->measurement->repeats = o->repeats;
	snprintf(s->measurement->reference_speaker, sizeof s->measurement->reference_speaker, "%s",
	         o->reference ? o->reference->name : "");
	err = o->through ? prepare_through(s, diag) : SABIN_OK;
	return err ? err : sabin_taker_new(&s->excitation, s->record_frames, &s->taker);
}

/* What is played on a speaker. */
static enum sabin_err shape(struct sabin_session *s, size_t speaker)
{
	free(s->shaped);
	s->shaped = NULL;
	if (!s->o->through)
		return SABIN_OK;
	return sabin_through_apply(&s->through, speaker, s->played.at, s->stimulus.frames,
	                           s->record_frames, &s->shaped, &s->shaped_frames);
}

/* Is the device open as the round needs it?  A real one stays open from place to place. */
static bool is_open(const struct sabin_session *s, unsigned inputs)
{
	if (!s->duplex)
		return false;
	if (!s->o->plugin)
		return s->inputs >= inputs;
	bool same = s->open_count == s->listener_count;
	for (size_t i = 0; same && i < s->listener_count; i++)
		same = s->open_for[i] == s->listener[i].position;
	return same;
}

static enum sabin_err open_duplex(struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_session_options *o = s->o;
	const struct sabin_roomfile *room = o->room;
	struct sabin_measurement *m = s->measurement;
	struct sabin_duplex_options d = {
	    .ops = o->ops,
	    .playback = o->plugin ? "roomcard" : o->playback,
	    .capture = o->plugin ? "roomcard" : o->capture,
	    .rate_hz = o->rate_hz,
	};
	for (size_t i = 0; i < s->listener_count; i++)
		if (s->listener[i].microphone->input > d.inputs_min)
			d.inputs_min = s->listener[i].microphone->input;
	for (size_t i = 0; i < room->speaker_count; i++)
		if (room->speakers[i].output > d.outputs_min)
			d.outputs_min = room->speakers[i].output;
	if (room->audio.has_loopback) {
		if (room->audio.loopback_output > d.outputs_min)
			d.outputs_min = room->audio.loopback_output;
		if (room->audio.loopback_input > d.inputs_min)
			d.inputs_min = room->audio.loopback_input;
	}
	if (is_open(s, d.inputs_min))
		return SABIN_OK;
	close_duplex(s);
	for (size_t i = 0; i < s->listener_count; i++)
		s->open_for[i] = s->listener[i].position;
	s->open_count = s->listener_count;
	char *config = NULL;
	if (o->plugin && !(config = sabin_session_card(o, s->open_for, s->open_count)))
		return SABIN_ENOMEM;
	d.config = config;
	enum sabin_err err = sabin_duplex_new(&d, &m->playback, &m->capture, &s->duplex, diag);
	free(config);
	if (err)
		return err;
	s->excitation.one_clock = strcmp(m->capture.type, "HW") == 0 &&
	                          strcmp(m->capture.name, m->playback.name) == 0;
	sabin_taker_one_clock(s->taker, s->excitation.one_clock);
	size_t samples;
	s->inputs = m->capture.channels;
	sabin_scratch_release(&s->recorded);
	if (__builtin_mul_overflow(s->record_frames, (size_t)s->inputs, &samples))
		return SABIN_ENOMEM;
	return sabin_scratch_new(o->folder, samples, sizeof(float), &s->recorded, diag);
}

/* ---- what is to be measured ------------------------------------------------------------------------- */

bool sabin_session_has(const struct sabin_session *s, const struct sabin_speaker *speaker,
                       const struct sabin_position *position)
{
	return sabin_measurement_find(s->measurement, speaker->name, position->name) != NULL;
}

/* Is everything of position p there: of all speakers, or of those wanted? */
static bool is_done(const struct sabin_session *s, size_t p, bool all)
{
	const struct sabin_roomfile *room = s->o->room;
	for (size_t i = 0; i < room->speaker_count; i++)
		if ((all || s->o->speakers[i]) &&
		    !sabin_session_has(s, &room->speakers[i], &room->positions[p]))
			return false;
	return true;
}

/* The next positions from *p on that lack something, as long as each has a microphone of its own: they
 * are measured at once.  *p: where to go on.  False: none are left. */
static bool next_round(struct sabin_session *s, size_t *p)
{
	const struct sabin_roomfile *room = s->o->room;
	s->listener_count = 0;
	for (; *p < room->position_count; (*p)++) {
		const struct sabin_position *position = &room->positions[*p];
		const struct sabin_microphone *microphone = sabin_roomfile_microphone(room, position);
		if (!s->o->positions[*p] || is_done(s, *p, false))
			continue;
		for (size_t i = 0; i < s->listener_count; i++)
			if (s->listener[i].microphone == microphone)
				return true;
		s->listener[s->listener_count++] =
		    (struct sabin_listener){.position = position, .microphone = microphone};
	}
	return s->listener_count > 0;
}

/* Does anybody in the round still lack something of speaker i? */
static bool lacks(const struct sabin_session *s, size_t i)
{
	bool any = false;
	for (size_t k = 0; k < s->listener_count; k++)
		any = any || !sabin_session_has(s, &s->o->room->speakers[i], s->listener[k].position);
	return s->o->speakers[i] && any;
}

/* How many responses are still to be measured, by how many takes, and how long each takes. */
static void announce(struct sabin_session *s)
{
	const struct sabin_session_options *o = s->o;
	struct sabin_session_size size = {
	    .take_s = (double)s->record_frames / o->rate_hz * o->repeats};
	struct sabin_session all = *s; /* its rounds, but not this one's */
	if (s->announced || !o->opened)
		return;
	s->announced = true;
	all.listener = calloc(o->room->audio.microphone_count, sizeof *all.listener);
	for (size_t p = 0; all.listener && next_round(&all, &p); size.rounds++)
		for (size_t i = 0; i < o->room->speaker_count; i++) {
			size.takes += lacks(&all, i);
			for (size_t k = 0; k < all.listener_count && o->speakers[i]; k++)
				size.responses += !sabin_session_has(s, &o->room->speakers[i],
				                                     all.listener[k].position);
		}
	free(all.listener);
	o->opened(o->context, &size);
}

static bool is_placed(struct sabin_session *s)
{
	const struct sabin_position **at = malloc(s->listener_count * sizeof *at);
	for (size_t i = 0; at && i < s->listener_count; i++)
		at[i] = s->listener[i].position;
	const bool ready =
	    at && (!s->o->place || s->o->place(s->o->context, at, s->listener_count));
	free(at);
	return ready;
}

/* Where the reference is not measured itself its own sweep is played once all the same, and not kept: only
 * with chirp and sweep from one place a loss is told from a clock that is off. */
static enum sabin_err hear_clock(struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_session_options *o = s->o;
	enum sabin_err err = SABIN_OK;
	if (!sabin_taker_clock(s->taker)->heard)
		err = shape(s, (size_t)(o->reference - o->room->speakers));
	for (unsigned take = 1; !err && !sabin_taker_clock(s->taker)->heard && take <= o->takes; take++) {
		snprintf(s->stage, sizeof s->stage, "the clock, from %s", o->reference->name);
		err = sabin_session_hear_clock(s, diag);
		if (err == SABIN_EXRUN)
			err = SABIN_OK;
	}
	return err;
}

static enum sabin_err measure_round(struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_roomfile *room = s->o->room;
	enum sabin_err err = open_duplex(s, diag);
	if (!err)
		announce(s);
	if (!err && !is_placed(s))
		err = SABIN_EINTR;
	const size_t count = room->speaker_count;
	/* the reference first: it tells the clock, by which the others are judged */
	const size_t first = s->o->reference ? (size_t)(s->o->reference - room->speakers) : 0;
	for (size_t k = 0; !err && k < count; k++) {
		const size_t i = k == 0 ? first : k <= first ? k - 1 : k;
		if (!lacks(s, i))
			continue;
		if (i != first && s->o->reference)
			err = hear_clock(s, diag);
		if (!err)
			err = shape(s, i);
		if (!err)
			err = sabin_session_speaker(s, &room->speakers[i], diag);
	}
	return err;
}

enum sabin_err sabin_session_run(const struct sabin_session_options *options,
                                 struct sabin_measurement *measurement, struct sabin_diag *diag)
{
	struct sabin_session s = {.o = options, .measurement = measurement};
	const struct sabin_roomfile *room = options->room;
	/* an interrupted run is whole when all of the room is there: what it wanted is not known */
	const bool rest = measurement->response_count > 0 && !measurement->complete;
	measurement->complete = false;
	enum sabin_err err = prepare(&s, diag);
	for (size_t p = 0; !err && next_round(&s, &p);)
		err = measure_round(&s, diag);
	bool complete = !err;
	for (size_t p = 0; p < room->position_count; p++)
		complete = complete &&
		           (rest ? is_done(&s, p, true) : !options->positions[p] || is_done(&s, p, false));
	measurement->complete = complete;
	release(&s);
	return err;
}
