/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * session.c: the measuring run.
 */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include "audio/duplex.h"
#include "audio/pile.h"
#include "audio/save.h"
#include "audio/session.h"
#include "audio/take.h"
#include "audio/through.h"
#include "io/atomic.h"
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

/* Everything that stays the same from response to response. */
struct session {
	const struct sabin_session_options *o;
	struct sabin_measurement *measurement;
	struct sabin_stimulus stimulus;
	struct sabin_excitation excitation;
	double *played;   /* [stimulus.frames] */
	struct sabin_through through;
	double *shaped;   /* [shaped_frames]: through the correction of the speaker at hand, or NULL */
	size_t shaped_frames;
	size_t record_frames;
	struct sabin_taker *taker, *reference;
	struct sabin_duplex *duplex;
	unsigned inputs;
	float *recorded; /* [record_frames * inputs] */
	double *channel; /* [record_frames] */
	size_t position; /* that the duplex was opened for */
	bool announced;
	char stage[160];
};

static void say(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct session *s, const char *format, ...)
{
	char text[512];
	va_list args;
	if (!s->o->say)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	s->o->say(s->o->context, text);
}

static void close_duplex(struct session *s)
{
	sabin_duplex_free(s->duplex);
	s->duplex = NULL;
}

static void release(struct session *s)
{
	close_duplex(s);
	sabin_taker_free(s->taker);
	sabin_taker_free(s->reference);
	sabin_through_release(&s->through);
	free(s->played);
	free(s->shaped);
	free(s->recorded);
	free(s->channel);
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

static enum sabin_err prepare(struct session *s, struct sabin_diag *diag)
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
	s->played = malloc(s->stimulus.frames * sizeof *s->played);
	s->record_frames =
	    s->stimulus.frames + (size_t)(latency_allowed_s * (double)o->rate_hz);
	s->channel = malloc(s->record_frames * sizeof *s->channel);
	if (!s->played || !s->channel)
		return SABIN_ENOMEM;
	sabin_stimulus_render(&s->stimulus, s->played);
	s->excitation = (struct sabin_excitation){
	    .x = s->played + s->stimulus.sweep_frame,
	    .frames = s->stimulus.sweep.frames,
	    .rate_hz = o->rate_hz,
	    .from_hz = s->stimulus.sweep.from_hz,
	    .to_hz = s->stimulus.sweep.to_hz,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&s->stimulus.sweep, 2),
	    .stimulus = &s->stimulus,
	};
	if (s->measurement->response_count > 0 && s->measurement->has_stimulus &&
	    !same_sweep(&s->measurement->stimulus.sweep, &s->stimulus.sweep))
		return sabin_diag_set(diag, SABIN_EFORMAT, s->measurement->path, 0, 0,
		                      "was measured with another sweep (%g s at %g Hz); --append goes on "
		                      "with the same options",
		                      s->measurement->stimulus.sweep.length_s,
		                      s->measurement->stimulus.sweep.rate_hz);
	s->measurement->has_stimulus = true;
	s->measurement->stimulus = s->stimulus;
	s->measurement->repeats = o->repeats;
	err = o->through ? sabin_through_new(o->through, room, o->speakers, o->rate_hz, &s->through, diag)
	                 : SABIN_OK;
	return err ? err : sabin_taker_new(&s->excitation, s->record_frames, &s->taker);
}

/* What is played on a speaker. */
static enum sabin_err shape(struct session *s, size_t speaker)
{
	free(s->shaped);
	s->shaped = NULL;
	if (!s->o->through)
		return SABIN_OK;
	return sabin_through_apply(&s->through, speaker, s->played, s->stimulus.frames,
	                           s->record_frames, &s->shaped, &s->shaped_frames);
}

/* text in double quotes, as alsa-lib's configuration reads it */
static void quote(char *to, size_t size, const char *text)
{
	size_t n = 0;
	if (size < 4)
		return;
	to[n++] = '"';
	for (; *text && n + 3 < size; text++) {
		if (*text == '"' || *text == '\\')
			to[n++] = '\\';
		to[n++] = *text;
	}
	to[n++] = '"';
	to[n] = '\0';
}

char *sabin_session_card(const struct sabin_session_options *o,
                         const struct sabin_position *position)
{
	enum { QUOTED = 8400 }; /* PATH_MAX, every character escaped */
	char *q = malloc(4 * QUOTED), *text = NULL;
	char *room = realpath(o->room->path, NULL);
	if (q && room) {
		quote(q, QUOTED, o->plugin);
		quote(q + QUOTED, QUOTED, room);
		quote(q + 2 * QUOTED, QUOTED, position->name);
		quote(q + 3 * QUOTED, QUOTED, o->materials ? o->materials : "");
		if (asprintf(&text,
		             "pcm_type.sabin { lib %s }\n"
		             "pcm.roomcard { type sabin room %s position %s world \"measure-%ld\" "
		             "%s%s }\n",
		             q, q + QUOTED, q + 2 * QUOTED, (long)getpid(),
		             o->materials ? "materials " : "",
		             o->materials ? q + 3 * QUOTED : "") < 0)
			text = NULL;
	}
	free(q);
	free(room);
	return text;
}

/* Behind anything but hardware stands somebody who may do more than pass samples on. */
static void warn_of_servers(const struct session *s)
{
	const struct sabin_negotiated *n[] = {&s->measurement->playback, &s->measurement->capture};
	for (size_t i = 0; i < 2 && !s->o->plugin; i++) {
		if (strcmp(n[i]->type, "HW") == 0 || (i == 1 && strcmp(n[0]->name, n[1]->name) == 0))
			continue;
		say(s, "%s is no hardware but a door to it (%s), where the rate may be converted without "
		       "a word; what is lost there is found and taken again. A hw: device is the surer "
		       "way", n[i]->name, n[i]->type);
	}
}

static enum sabin_err open_duplex(struct session *s, size_t position, struct sabin_diag *diag)
{
	const struct sabin_session_options *o = s->o;
	const struct sabin_roomfile *room = o->room;
	const struct sabin_position *p = &room->positions[position];
	struct sabin_duplex_options d = {
	    .ops = o->ops,
	    .playback = o->plugin ? "roomcard" : o->playback,
	    .capture = o->plugin ? "roomcard" : o->capture,
	    .rate_hz = o->rate_hz,
	    .inputs_min = sabin_roomfile_microphone(room, p)->input,
	};
	char *config = NULL;
	if (s->duplex && s->position == position)
		return SABIN_OK;
	if (s->duplex && !o->plugin && s->inputs >= d.inputs_min)
		return SABIN_OK; /* a real device stays open from position to position */
	close_duplex(s);
	for (size_t i = 0; i < room->speaker_count; i++)
		if (room->speakers[i].output > d.outputs_min)
			d.outputs_min = room->speakers[i].output;
	if (room->audio.has_loopback) {
		if (room->audio.loopback_output > d.outputs_min)
			d.outputs_min = room->audio.loopback_output;
		if (room->audio.loopback_input > d.inputs_min)
			d.inputs_min = room->audio.loopback_input;
	}
	if (o->plugin && !(config = sabin_session_card(o, p)))
		return SABIN_ENOMEM;
	d.config = config;
	enum sabin_err err = sabin_duplex_new(&d, &s->measurement->playback,
	                                      &s->measurement->capture, &s->duplex, diag);
	free(config);
	if (err)
		return err;
	s->position = position;
	warn_of_servers(s);
	s->excitation.one_clock = strcmp(s->measurement->capture.type, "HW") == 0 &&
	                          strcmp(s->measurement->capture.name, s->measurement->playback.name) == 0;
	sabin_taker_one_clock(s->taker, s->excitation.one_clock);
	size_t samples;
	s->inputs = s->measurement->capture.channels;
	free(s->recorded);
	s->recorded = NULL;
	if (__builtin_mul_overflow(s->record_frames, (size_t)s->inputs, &samples) ||
	    !(s->recorded = calloc(samples, sizeof *s->recorded)))
		return SABIN_ENOMEM;
	return SABIN_OK;
}

static void on_progress(void *context, double fraction)
{
	struct session *s = context;
	if (s->o->progress)
		s->o->progress(s->o->context, s->stage, fraction);
}

static const double *pick_channel(struct session *s, unsigned input)
{
	for (size_t i = 0; i < s->record_frames; i++)
		s->channel[i] = (double)s->recorded[i * s->inputs + input];
	return s->channel;
}

/* Hardware that gave fewer frames than its rate promises lost some; more than that, or a device
 * without a clock of its own, proves nothing. */
static void judge_pace(const struct session *s, const struct sabin_duplex_pace *pace,
                       struct sabin_take *take)
{
	const struct sabin_negotiated *capture = &s->measurement->capture;
	const size_t lost = sabin_duplex_missing(pace, capture);
	if (lost == 0 || strcmp(capture->type, "HW") != 0)
		return;
	if (take->verdict.lost_frames < lost)
		take->verdict.lost_frames = lost;
	sabin_verdict_blame(&take->verdict, "the device gave %zu frames less than %.2f s at %u Hz hold", lost,
	                  pace->elapsed_s, capture->rate_hz);
}

/* Play once and understand the recording. */
static enum sabin_err play_once(struct session *s, const struct sabin_speaker *speaker,
                                unsigned input, struct sabin_take *take, struct sabin_diag *diag)
{
	struct sabin_duplex_pace pace = {0};
	const struct sabin_duplex_job job = {
	    .x = s->shaped ? s->shaped : s->played,
	    .frames = s->shaped ? s->shaped_frames : s->stimulus.frames,
	    .output = speaker->output - 1,
	    .loopback =
	        s->o->room->audio.has_loopback ? s->o->room->audio.loopback_output : 0,
	    .ceiling = pow(10, s->o->ceiling_dbfs / 20),
	    .record_frames = s->record_frames,
	    .stop = s->o->stop,
	    .progress = on_progress,
	    .context = s,
	    .pace = &pace,
	};
	enum sabin_err err = sabin_duplex_run(s->duplex, &job, s->recorded, diag);
	sabin_taker_speaker(s->taker, speaker->range_hz);
	if (!err)
		err = sabin_taker_process(s->taker, pick_channel(s, input), take);
	if (!err)
		judge_pace(s, &pace, take);
	return err;
}

/* Where emission is, from the loopback channel; NAN without one. */
static enum sabin_err emission(struct session *s, double *at)
{
	const struct sabin_roomfile *room = s->o->room;
	*at = NAN;
	if (!room->audio.has_loopback)
		return SABIN_OK;
	enum sabin_err err = SABIN_OK;
	struct sabin_take take;
	if (!s->reference)
		err = sabin_taker_new(&s->excitation, s->record_frames, &s->reference);
	if (!err)
		err = sabin_taker_process(s->reference,
		                          pick_channel(s, room->audio.loopback_input - 1), &take);
	if (!err && take.verdict.trustworthy)
		*at = take.arrival;
	return err;
}

static enum sabin_err take_all_repeats(struct session *s, const struct sabin_speaker *speaker,
                                       unsigned input, struct sabin_pile *pile, struct sabin_diag *diag)
{
	for (unsigned r = 0; r < s->o->repeats; r++) {
		struct sabin_take take;
		enum sabin_err err = play_once(s, speaker, input, &take, diag);
		if (!err && s->o->repeats > 1)
			err = sabin_pile_check(pile, s->taker, s->channel, &take);
		if (!err && r == 0)
			err = emission(s, &pile->emission);
		if (err)
			return err;
		if (!take.verdict.trustworthy) { /* it alone is evidence; the repeats before are not */
			const double at = pile->emission;
			sabin_pile_release(pile);
			pile->emission = at;
			return sabin_pile_add(pile, s->taker, &take);
		}
		err = sabin_pile_add(pile, s->taker, &take);
		if (err)
			return err;
	}
	return SABIN_OK;
}

/* Measure one response, retaking it when a take went wrong. */
static enum sabin_err measure_one(struct session *s, const struct sabin_speaker *speaker,
                                  const struct sabin_position *position, struct sabin_diag *diag)
{
	const struct sabin_microphone *microphone = sabin_roomfile_microphone(s->o->room, position);
	struct sabin_pile pile = {0};
	enum sabin_err err = SABIN_OK;
	unsigned xruns = 0, take = 1;
	for (;; take++) {
		snprintf(s->stage, sizeof s->stage, "%s at %s", speaker->name, position->name);
		sabin_pile_release(&pile);
		err = take_all_repeats(s, speaker, microphone->input - 1, &pile, diag);
		xruns += err == SABIN_EXRUN;
		if (err && err != SABIN_EXRUN)
			goto out;
		if (!err && pile.first.verdict.trustworthy)
			break;
		if (take >= s->o->takes)
			break;
		say(s, "%s at %s: %s; taking it again", speaker->name, position->name,
		    err ? diag->message : pile.first.verdict.why[0]);
	}
	if (err) { /* every take lost data: there is no response */
		say(s, "%s at %s: given up after %u takes: %s", speaker->name, position->name, take,
		    diag->message);
		err = SABIN_OK;
		goto out;
	}
	sabin_pile_finish(&pile);
	const double emitted = sabin_take_on_playback(&pile.first, pile.emission);
	pile.first.verdict.takes = take;
	pile.first.verdict.xruns = xruns;
	const struct sabin_saved saved = {
	    .speaker = speaker,
	    .position = position,
	    .microphone = microphone,
	    .take = &pile.first,
	    .cut = pile.cut,
	    .emission = emitted,
	    .h = pile.sum,
	    .recorded = s->recorded,
	    .record_frames = s->record_frames,
	    .inputs = s->inputs,
	    .rate_hz = s->o->rate_hz,
	    .to_hz = s->stimulus.sweep.to_hz,
	    .temperature_c = s->o->room->room.temperature_c,
	    .keep_recording = s->o->recordings,
	};
	err = sabin_save(&saved, s->o->folder, s->measurement, diag);
out:
	sabin_pile_release(&pile);
	return err;
}

/* Is everything of position p there, wanted now or not? */
static bool position_is_whole(const struct session *s, size_t p)
{
	const struct sabin_roomfile *room = s->o->room;
	for (size_t i = 0; i < room->speaker_count; i++)
		if (!sabin_measurement_find(s->measurement, room->speakers[i].name, room->positions[p].name))
			return false;
	return true;
}

static bool position_is_done(const struct session *s, size_t p)
{
	const struct sabin_roomfile *room = s->o->room;
	for (size_t i = 0; i < room->speaker_count; i++)
		if (s->o->speakers[i] &&
		    !sabin_measurement_find(s->measurement, room->speakers[i].name, room->positions[p].name))
			return false;
	return true;
}

/* How many responses are still to be measured, and how long each takes. */
static void announce(struct session *s)
{
	const struct sabin_session_options *o = s->o;
	const struct sabin_roomfile *room = o->room;
	size_t count = 0;
	if (s->announced || !o->opened)
		return;
	s->announced = true;
	for (size_t p = 0; p < room->position_count; p++)
		for (size_t i = 0; i < room->speaker_count; i++)
			count += o->positions[p] && o->speakers[i] &&
			         !sabin_measurement_find(s->measurement, room->speakers[i].name,
			               room->positions[p].name);
	o->opened(o->context, count, (double)s->record_frames / o->rate_hz * o->repeats);
}

static enum sabin_err measure_position(struct session *s, size_t p, struct sabin_diag *diag)
{
	const struct sabin_roomfile *room = s->o->room;
	const struct sabin_position *position = &room->positions[p];
	enum sabin_err err = open_duplex(s, p, diag);
	if (!err)
		announce(s);
	for (size_t i = 0; !err && i < room->speaker_count; i++) {
		if (!s->o->speakers[i] ||
		    sabin_measurement_find(s->measurement, room->speakers[i].name, position->name))
			continue;
		err = shape(s, i);
		if (!err)
			err = measure_one(s, &room->speakers[i], position, diag);
	}
	return err;
}

enum sabin_err sabin_session_run(const struct sabin_session_options *options,
                                 struct sabin_measurement *measurement, struct sabin_diag *diag)
{
	struct session s = {.o = options, .measurement = measurement};
	const struct sabin_roomfile *room = options->room;
	/* an interrupted run is whole when all of the room is there: what it wanted is not known */
	const bool rest = measurement->response_count > 0 && !measurement->complete;
	measurement->complete = false;
	enum sabin_err err = prepare(&s, diag);
	for (size_t p = 0; !err && p < room->position_count; p++) {
		if (!options->positions[p] || position_is_done(&s, p))
			continue;
		if (options->place && !options->place(options->context, &room->positions[p]))
			err = SABIN_EINTR;
		else
			err = measure_position(&s, p, diag);
	}
	bool complete = !err;
	for (size_t p = 0; p < room->position_count; p++)
		complete = complete && (rest ? position_is_whole(&s, p)
		                             : !options->positions[p] || position_is_done(&s, p));
	measurement->complete = complete;
	release(&s);
	return err;
}
