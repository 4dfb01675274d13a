/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * attempt.c: one speaker, heard by the microphones of a round, until it went well or the attempts are
 * used up.
 *
 * What one microphone heard well is kept; another that did not is served by the next attempt.  Within an
 * attempt a repeat that is not to be trusted spoils those before it, because which of them is at fault
 * cannot be known.
 */
#include <math.h>
#include <stdarg.h>

#include "audio/foresight.h"
#include "audio/save.h"
#include "audio/session_inner.h"

/* What the loudest recording should leave to full scale. */
static const double headroom_db = 6;

void sabin_session_say(const struct sabin_session *s, const char *format, ...)
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

static void on_progress(void *context, double fraction)
{
	struct sabin_session *s = context;
	if (s->o->progress)
		s->o->progress(s->o->context, s->stage, fraction);
}

const double *sabin_session_input(struct sabin_session *s, unsigned input)
{
	const float *recorded = s->recorded.at;
	double *channel = s->channel.at;
	for (size_t i = 0; i < s->record_frames; i++)
		channel[i] = (double)recorded[i * s->inputs + input];
	return channel;
}

/* Hardware that gave fewer frames than its rate promises lost some; more than that, or a device
 * without a clock of its own, proves nothing. */
static void judge_pace(const struct sabin_session *s, const struct sabin_duplex_pace *pace,
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

enum sabin_err sabin_session_play(struct sabin_session *s, const struct sabin_speaker *speaker,
                                  struct sabin_duplex_pace *pace, struct sabin_diag *diag)
{
	const struct sabin_speaker *reference = s->o->reference;
	const struct sabin_duplex_job job = {
	    .x = s->shaped ? s->shaped : s->played.at,
	    .frames = s->shaped ? s->shaped_frames : s->stimulus.frames,
	    .output = speaker->output - 1,
	    .loopback =
	        s->o->room->audio.has_loopback ? s->o->room->audio.loopback_output : 0,
	    .markers = !reference         ? NULL
	               : s->shaped_markers ? s->shaped_markers
	                                   : s->markers.at,
	    .marker_frames = s->shaped_markers ? s->shaped_marker_frames : s->stimulus.frames,
	    .marker_output = reference ? reference->output - 1 : 0,
	    .ceiling = pow(10, s->o->ceiling_dbfs / 20),
	    .record_frames = s->record_frames,
	    .stop = s->o->stop,
	    .progress = on_progress,
	    .context = s,
	    .pace = pace,
	};
	return sabin_duplex_run(s->duplex, &job, s->recorded.at, diag);
}

/* The delay that a correction gives a speaker is heard in the loopback too.  It is there to be heard where one
 * listens: emission is where it would be without. */
static double delay_frames(const struct sabin_session *s, const struct sabin_speaker *speaker)
{
	const long channel =
	    s->shaped ? sabin_correction_channel(&s->o->through->correction, speaker->name) : -1;
	/* in whole samples, as it is played */
	return channel < 0 ? 0 : round(s->o->through->correction.channels[channel].delay_s * s->o->rate_hz);
}

/* Where emission is, from the loopback channel; NAN without one. */
static enum sabin_err find_emission(struct sabin_session *s, const struct sabin_speaker *speaker)
{
	static const double any_hz[2] = {NAN, NAN};
	const struct sabin_roomfile *room = s->o->room;
	struct sabin_take take;
	if (!room->audio.has_loopback)
		return SABIN_OK;
	sabin_taker_speaker(s->taker, any_hz);
	enum sabin_err err = sabin_taker_process(
	    s->taker, sabin_session_input(s, room->audio.loopback_input - 1), &take);
	if (err || !take.verdict.trustworthy)
		return err;
	s->emission = take.arrival - delay_frames(s, speaker);
	/* a correction that is played through is in the loopback too, and would be taken away with it */
	return room->audio.loopback_response && !s->shaped
	           ? sabin_reference_take(s->taker, &take, &s->reference)
	           : SABIN_OK;
}

/* What one microphone heard of repeat r. */
static enum sabin_err hear(struct sabin_session *s, struct sabin_listener *l, unsigned r,
                           const struct sabin_speaker *speaker, const struct sabin_duplex_pace *pace,
                           struct sabin_diag *diag)
{
	struct sabin_take take;
	const double *heard = sabin_session_input(s, l->microphone->input - 1);
	sabin_taker_speaker(s->taker, speaker->range_hz);
	if (s->o->reference)
		sabin_taker_reference(s->taker, s->o->reference->name, speaker != s->o->reference);
	enum sabin_err err = sabin_taker_process(s->taker, heard, &take);
	if (!err)
		judge_pace(s, pace, &take);
	if (!err && s->o->repeats > 1)
		err = sabin_pile_check(&l->pile, s->taker, heard, s->o->folder, &take, diag);
	if (err)
		return err;
	if (r == 0)
		l->pile.emission = s->emission;
	if (!take.verdict.trustworthy) { /* it alone is evidence; the repeats before are not */
		const double at = l->pile.emission;
		sabin_pile_release(&l->pile);
		l->pile.emission = at;
		l->good = false;
	}
	return sabin_pile_add(&l->pile, s->taker, &take, s->o->folder, diag);
}

enum sabin_err sabin_session_hear_clock(struct sabin_session *s, struct sabin_diag *diag)
{
	const struct sabin_speaker *reference = s->o->reference;
	struct sabin_duplex_pace pace = {0};
	struct sabin_take take;
	enum sabin_err err = sabin_session_play(s, reference, &pace, diag);
	if (err == SABIN_EXRUN)
		sabin_session_say(s, "%s: %s", s->stage, diag->message);
	if (err)
		return err;
	sabin_taker_speaker(s->taker, reference->range_hz);
	sabin_taker_reference(s->taker, reference->name, false);
	err = sabin_taker_process(s->taker, sabin_session_input(s, s->listener[0].microphone->input - 1), &take);
	if (!err && !take.verdict.trustworthy)
		sabin_session_say(s, "%s: %s", s->stage, take.verdict.why[0]);
	return err;
}

/* Forget the attempt before; how many are still to be heard. */
static size_t begin(struct sabin_session *s)
{
	size_t count = 0;
	s->emission = NAN;
	free(s->reference.h);
	s->reference = (struct sabin_reference){0};
	for (size_t i = 0; i < s->listener_count; i++) {
		struct sabin_listener *l = &s->listener[i];
		l->good = l->wanted;
		sabin_pile_release(&l->pile);
		count += l->wanted;
	}
	return count;
}

static bool any_good(const struct sabin_session *s)
{
	for (size_t i = 0; i < s->listener_count; i++)
		if (s->listener[i].good)
			return true;
	return false;
}

static enum sabin_err attempt(struct sabin_session *s, const struct sabin_speaker *speaker,
                              struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	for (unsigned r = 0; !err && r < s->o->repeats && any_good(s); r++) {
		struct sabin_duplex_pace pace = {0};
		err = sabin_session_play(s, speaker, &pace, diag);
		if (!err && r == 0)
			err = find_emission(s, speaker);
		for (size_t i = 0; !err && i < s->listener_count; i++)
			if (s->listener[i].good)
				err = hear(s, &s->listener[i], r, speaker, &pace, diag);
	}
	return err;
}

/* Where the room file wants it, and the loopback was heard. */
static enum sabin_err take_interface_away(const struct sabin_session *s, struct sabin_pile *pile)
{
	const struct sabin_excitation *e = &s->excitation;
	if (!s->o->room->audio.loopback_response)
		return SABIN_OK;
	enum sabin_err err = SABIN_ESHORT;
	if (s->reference.h)
		err = sabin_reference_remove(&s->reference, e->rate_hz, e->from_hz, e->to_hz, pile->sum,
		                             pile->cut.frames);
	if (err == SABIN_ESHORT) {
		sabin_verdict_say(&pile->first.verdict, "%s: the interface's response is still in it",
		                  s->shaped ? "played through a correction" : "the loopback is not heard");
		return SABIN_OK;
	}
	pile->first.verdict.polarity *= s->reference.polarity;
	return err;
}

/* Before the long run: what the first response of a speaker shows of all that follow. */
static void foresee(struct sabin_session *s, const struct sabin_speaker *speaker,
                    const struct sabin_pile *pile)
{
	const struct sabin_excitation *e = &s->excitation;
	const struct sabin_verdict *v = &pile->first.verdict;
	const struct sabin_foresight_options options = {
	    .rate_hz = e->rate_hz,
	    .from_hz = fmax(e->from_hz, isnan(speaker->range_hz[0]) ? 0 : speaker->range_hz[0]),
	    .to_hz = fmin(e->to_hz, isnan(speaker->range_hz[1]) ? HUGE_VAL : speaker->range_hz[1]),
	    .length_s = s->stimulus.sweep.length_s,
	    .louder_db = fmin(s->o->ceiling_dbfs - s->o->level_dbfs, -v->peak_dbfs - headroom_db),
	};
	char text[600];
	bool enough;
	if (s->foreseen == speaker || !v->trustworthy)
		return;
	for (size_t i = 0; i < s->measurement->response_count; i++)
		if (strcmp(s->measurement->responses[i].speaker, speaker->name) == 0)
			return; /* told already */
	s->foreseen = speaker;
	if (sabin_foresight(pile->sum, pile->cut.frames, &options, &enough, text, sizeof text) == SABIN_OK &&
	    !enough)
		sabin_session_say(s, "%s: %s", speaker->name, text);
}

static enum sabin_err save(struct sabin_session *s, const struct sabin_speaker *speaker,
                           struct sabin_listener *l, const struct sabin_position *recorded_as,
                           unsigned takes, unsigned xruns, struct sabin_diag *diag)
{
	struct sabin_pile *pile = &l->pile;
	enum sabin_err err = sabin_pile_finish(pile, s->o->rate_hz);
	if (!err)
		err = take_interface_away(s, pile);
	if (err)
		return err;
	pile->first.verdict.takes = takes;
	pile->first.verdict.xruns = xruns;
	const struct sabin_saved saved = {
	    .speaker = speaker,
	    .position = l->position,
	    .microphone = l->microphone,
	    .take = &pile->first,
	    .cut = pile->cut,
	    .through = s->shaped ? s->o->through : NULL,
	    .emission = sabin_take_on_playback(&pile->first, pile->emission),
	    .h = pile->sum,
	    .recorded = s->recorded.at,
	    .record_frames = s->record_frames,
	    .inputs = s->inputs,
	    .rate_hz = s->o->rate_hz,
	    .to_hz = fmin(s->stimulus.sweep.to_hz, isnan(speaker->range_hz[1]) ? HUGE_VAL : speaker->range_hz[1]),
	    .temperature_c = s->o->room->room.temperature_c,
	    .keep_recording = s->o->recordings,
	    .recorded_as = recorded_as,
	};
	foresee(s, speaker, pile);
	err = sabin_save(&saved, s->o->folder, s->measurement, diag);
	sabin_pile_release(pile);
	l->wanted = false;
	if (!err && s->o->measured)
		s->o->measured(s->o->context,
		               &s->measurement->responses[s->measurement->response_count - 1]);
	return err;
}

/* Keep what went well, and at the last attempt what did not, too. */
static enum sabin_err keep(struct sabin_session *s, const struct sabin_speaker *speaker, unsigned takes,
                           unsigned xruns, struct sabin_diag *diag)
{
	const struct sabin_position *recorded_as = NULL;
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; !err && i < s->listener_count; i++) {
		struct sabin_listener *l = &s->listener[i];
		if (!l->wanted || (!l->good && takes < s->o->takes))
			continue;
		err = save(s, speaker, l, recorded_as, takes, xruns, diag);
		recorded_as = l->position;
	}
	return err;
}

/* "left at mix", "left at 4 positions" */
static void name_stage(struct sabin_session *s, const struct sabin_speaker *speaker)
{
	const struct sabin_position *only = NULL;
	size_t count = 0;
	for (size_t i = 0; i < s->listener_count; i++)
		if (s->listener[i].wanted) {
			only = s->listener[i].position;
			count++;
		}
	if (count == 1)
		snprintf(s->stage, sizeof s->stage, "%s at %s", speaker->name, only->name);
	else
		snprintf(s->stage, sizeof s->stage, "%s at %zu positions", speaker->name, count);
}

/* Why this attempt will not do. */
static const char *complaint(const struct sabin_session *s, char text[320])
{
	size_t heard = 0;
	for (size_t i = 0; i < s->listener_count; i++)
		heard += s->listener[i].wanted;
	for (size_t i = 0; i < s->listener_count; i++) {
		const struct sabin_listener *l = &s->listener[i];
		if (!l->wanted || l->good)
			continue;
		snprintf(text, 320, "%s%s%s", heard > 1 ? l->position->name : "", heard > 1 ? ": " : "",
		         l->pile.first.verdict.why[0]);
		return text;
	}
	return "";
}

enum sabin_err sabin_session_speaker(struct sabin_session *s, const struct sabin_speaker *speaker,
                                     struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	unsigned xruns = 0;
	for (size_t i = 0; i < s->listener_count; i++)
		s->listener[i].wanted = !sabin_session_has(s, speaker, s->listener[i].position);
	for (unsigned take = 1; begin(s) > 0; take++) {
		char text[320];
		name_stage(s, speaker);
		err = attempt(s, speaker, diag);
		const bool lost = err == SABIN_EXRUN;
		xruns += lost;
		if (!err)
			err = keep(s, speaker, take, xruns, diag);
		if (err && !lost)
			break;
		const char *why = lost ? diag->message : complaint(s, text);
		if (*why && take < s->o->takes)
			sabin_session_say(s, "%s: %s; taking it again", s->stage, why);
		if (take < s->o->takes)
			continue;
		if (lost) /* the last attempt left no response */
			sabin_session_say(s, "%s: given up after %u takes: %s", s->stage, take, why);
		err = SABIN_OK;
		break;
	}
	for (size_t i = 0; i < s->listener_count; i++)
		sabin_pile_release(&s->listener[i].pile);
	return err == SABIN_EXRUN ? SABIN_OK : err;
}
