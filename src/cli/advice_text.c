/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice_text.c: what an item of advice says in words that a client understands, one row for each code; here those
 * of wiring and of the measurement itself.
 */
#include <math.h>
#include <stdarg.h>

#include "cli/advice_words.h"

void words_say(struct words *w, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (w->used < SABIN_ADVICE_TEXT_SIZE) {
		const int n = vsnprintf(w->text + w->used, SABIN_ADVICE_TEXT_SIZE - w->used, format, arguments);
		w->used += n > 0 ? (size_t)n : 0;
	}
	va_end(arguments);
}

const char *words_speaker(const struct sabin_advise_scene *s, int i)
{
	return i >= 0 ? s->speaker_name[i] : "the speaker";
}

const char *words_position(const struct sabin_advise_scene *s, int i)
{
	return i >= 0 ? s->position_name[i] : "every position";
}

struct sabin_text words_surface(int i)
{
	struct sabin_text t;
	snprintf(t.s, sizeof t.s, "the %s%s", i >= 0 ? sabin_surface_name((enum sabin_surface_id)i) : "surface",
	         i < 0 || i == SABIN_FLOOR || i == SABIN_CEILING ? "" : " wall");
	return t;
}

const struct sabin_advice_fact *words_fact(const struct sabin_advice_fact *fact, size_t count, const char *what,
                                           size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fact[i].what, what) == 0 && n-- == 0)
			return &fact[i];
	return NULL;
}

double words_evidence(const struct sabin_advice_item *item, const char *what)
{
	const struct sabin_advice_fact *fact = words_fact(item->evidence, item->evidence_count, what, 0);
	return fact ? fact->q.value : (double)NAN;
}

const struct sabin_advice_fact *words_effect(const struct sabin_advice_item *item, const char *what)
{
	return words_fact(item->effect, item->effect_count, what, 0);
}

/* ---- wiring, and the measurement --------------------------------------------------------------------------- */

static void polarity_inverted(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	if (item->kind == SABIN_ADVICE_LEAVE) {
		words_say(w, "Every speaker's first movement arrives inverted.  That is the microphone, its preamplifier "
		       "or all cables alike, and does the picture no harm.");
		return;
	}
	words_say(w, "The polarity of %s is inverted: its direct sound starts the other way%s%s, at %.0f of %.0f "
	       "positions.  Swap plus and minus of its cable, or undo the polarity switch.",
	    words_speaker(s, item->speaker), item->other_speaker >= 0 ? " than that of " : "",
	    item->other_speaker >= 0 ? words_speaker(s, item->other_speaker) : "", words_evidence(item, "positions_inverted"),
	    words_evidence(item, "positions_heard"));
}

static void channels_swapped(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, "%s and %s are swapped: what was measured as %s sounds from the place of %s.  Swap the cables or "
	       "the outputs.",
	    words_speaker(s, item->speaker), words_speaker(s, item->other_speaker), words_speaker(s, item->speaker),
	    words_speaker(s, item->other_speaker));
}

static void level_mismatch(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, "%s is %.1f dB louder than %s, the distances taken into account.  Turn it down by as much.",
	    words_speaker(s, item->speaker), words_evidence(item, "level_difference"), words_speaker(s, item->other_speaker));
}

static void delay_mismatch(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double delay = words_evidence(item, "delay_difference");
	words_say(w, "%s sounds %.2f ms later than %s, the distances of the room file taken into account.  Delay %s by "
	       "as much, or find what delays %s; if the file's distances are wrong, by %.0f cm.",
	    words_speaker(s, item->speaker), 1e3 * delay, words_speaker(s, item->other_speaker),
	    words_speaker(s, item->other_speaker), words_speaker(s, item->speaker), 100 * s->side->speed_m_s * delay);
}

static void driver_dead(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	double worst = 0;
	for (size_t i = 0; i < item->evidence_count; i++)
		worst = fmax(worst, item->evidence[i].q.value);
	const double last = item->evidence_count > 0 ? item->evidence[item->evidence_count - 1].band_hz : (double)NAN;
	words_say(w, "%s lacks up to %.0f dB %s%s%s%s", words_speaker(s, item->speaker), worst,
	    last > item->freq_hz ? "from " : "around ", sabin_text_hz(item->freq_hz).s,
	    last > item->freq_hz ? " to " : "", last > item->freq_hz ? sabin_text_hz(last).s : "");
	if (item->other_speaker >= 0)
		words_say(w, ", against %s", words_speaker(s, item->other_speaker));
	words_say(w, ".  A driver seems to be silent: check its fuse, its cable and the crossover.");
}

static void hum(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	words_say(w, "Mains hum at %.0f Hz and its harmonics, up to %.0f dB over the noise around them.", item->freq_hz,
	    words_evidence(item, "over_neighbouring_noise"));
	if (item->kind == SABIN_ADVICE_LEAVE)
		words_say(w, "  The noise covers it.");
	else
		words_say(w, "  Look for a ground loop, a dimmer, a transformer near a cable; lift grounds only on balanced "
		       "lines.");
}

static void noise(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double nr = words_evidence(item, "nr"), snr = words_evidence(item, "snr");
	if (isfinite(nr))
		words_say(w, "The background is NR %.0f (%.0f dBA) at %s, which is loud for listening.", nr,
		    words_evidence(item, "level_a"), words_position(s, item->position));
	if (isfinite(snr))
		words_say(w, "%sThe sweep is %.0f dB over the noise at %s; %.0f dB and more are wanted.  Play it louder or "
		       "longer, or silence what makes the noise.",
		    isfinite(nr) ? "  " : "", snr, words_position(s, item->position), words_evidence(item, "snr_wanted"));
}

static void clipped(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, "The recording clips: %.0f samples in %.0f responses", words_evidence(item, "clipped_samples"),
	    words_evidence(item, "responses"));
	if (item->speaker >= 0)
		words_say(w, ", with %s", words_speaker(s, item->speaker));
	words_say(w, ".  Turn the preamplifier or the level down and measure again; until then nothing else can be "
	       "trusted.");
}

static void clock_skew(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	words_say(w, "Playback and capture run on two clocks, %+.1f ppm apart.  ", words_evidence(item, "skew"));
	if (item->kind == SABIN_ADVICE_LEAVE)
		words_say(w, "That is usual for a USB microphone, and corrected.");
	else
		words_say(w, "That is more than two crystals explain: use one interface for both, or have the clocks "
		       "checked.");
}

static void mic_near_boundary(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, "%s is %.0f cm from %s: there the wall's own pressure is measured, not the room.  Nobody listens "
	       "there; measure at the head's place.",
	    words_position(s, item->position), 100 * words_evidence(item, "distance"), words_surface(item->surface).s);
}


static void geometry_differs(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	static const char *const sides[3] = {"width", "length", "height"};
	const double file = words_evidence(item, "file"), measured = words_evidence(item, "measured");
	if (item->speaker < 0)
		words_say(w, "The room file gives %.2f m for the room's %s; the measurement says %.2f m.", file,
		    sides[item->surface >= SABIN_FLOOR ? 2 : item->surface >= SABIN_LEFT ? 0 : 1], measured);
	else
		words_say(w, "The room file puts %s %.2f m from %s; the direct sound says %.2f m.", words_speaker(s, item->speaker),
		    file, words_position(s, item->position), measured);
	words_say(w, "  Measure it again: everything that follows from the geometry depends on it.");
}

static void not_trustworthy(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, "%.0f responses are not trustworthy", words_evidence(item, "responses"));
	for (size_t i = 0; i < s->side->count; i++) {
		const struct sabin_verdict *v = &s->side->item[i].measured->verdict;
		if (!v->trustworthy && v->why_count > 0) {
			words_say(w, " (%s)", v->why[0]);
			break;
		}
	}
	words_say(w, ".  Measure again before anything else; they are left out of what is said here.");
}

static void room_file(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)item;
	words_say(w, "The room file of this measurement cannot be read: %s.  Mend it: without it nothing is said of "
	             "places and surfaces.", s->room_why);
}

static words_sentence *const sentences[SABIN_ADVICE_CODE_COUNT] = {
    [SABIN_ADVICE_POLARITY_INVERTED] = polarity_inverted,
    [SABIN_ADVICE_CHANNELS_SWAPPED] = channels_swapped,
    [SABIN_ADVICE_LEVEL_MISMATCH] = level_mismatch,
    [SABIN_ADVICE_DELAY_MISMATCH] = delay_mismatch,
    [SABIN_ADVICE_DRIVER_DEAD] = driver_dead,
    [SABIN_ADVICE_BOUNDARY_NULL] = words_boundary_null,
    [SABIN_ADVICE_SEAT_IN_NULL] = words_seat_in_null,
    [SABIN_ADVICE_FIRST_REFLECTION] = words_first_reflection,
    [SABIN_ADVICE_FLUTTER] = words_flutter,
    [SABIN_ADVICE_MODE_RINGING] = words_mode_ringing,
    [SABIN_ADVICE_HUM] = hum,
    [SABIN_ADVICE_NOISE] = noise,
    [SABIN_ADVICE_CLIPPED] = clipped,
    [SABIN_ADVICE_CLOCK_SKEW] = clock_skew,
    [SABIN_ADVICE_MIC_NEAR_BOUNDARY] = mic_near_boundary,
    [SABIN_ADVICE_ASYMMETRY] = words_asymmetry,
    [SABIN_ADVICE_TOO_REVERBERANT] = words_too_reverberant,
    [SABIN_ADVICE_TOO_DEAD] = words_too_dead,
    [SABIN_ADVICE_GEOMETRY_DIFFERS] = geometry_differs,
    [SABIN_ADVICE_FEEDBACK] = words_feedback,
    [SABIN_ADVICE_NOT_TRUSTWORTHY] = not_trustworthy,
    [SABIN_ADVICE_ROOM_FILE] = room_file,
    [SABIN_ADVICE_PLACEMENT] = words_placement,
    [SABIN_ADVICE_EQUALISE] = words_equalise,
    [SABIN_ADVICE_EQ_CANNOT] = words_eq_cannot,
};

void sabin_advice_text(const struct sabin_advise_scene *scene, const struct sabin_advice_item *item,
                       char text[SABIN_ADVICE_TEXT_SIZE])
{
	struct words w = {.text = text};
	text[0] = '\0';
	sentences[item->code](scene, item, &w);
	if (text[0] >= 'a' && text[0] <= 'z' && item->speaker < 0)
		text[0] = (char)(text[0] - 'a' + 'A');
}

/* ---- what was not looked for -------------------------------------------------------------------------------- */

static const struct {
	const char *name, *text;
} gaps[SABIN_GAP_COUNT] = {
    [SABIN_GAP_NO_ROOM] = {"places and surfaces",
                           "there is no room file with it: measure with one, or import into such a directory"},
    [SABIN_GAP_NO_PAIR] = {"how left and right match", "no two speakers of a pair were measured at one position"},
    [SABIN_GAP_NO_EMISSION] = {"delays between left and right",
                               "the moment of emission is not known: measure with a loopback"},
    [SABIN_GAP_NO_OFF_CENTRE] = {"whether left and right are swapped",
                                 "all positions are as far from both: measure one to the side, too"},
    [SABIN_GAP_NO_CALIBRATION] = {"how loud the background is",
                                  "what full scale is in dB SPL is not known: sabin level --calibrate"},
    [SABIN_GAP_NO_NOISE] = {"hum and noise", "no background was recorded with it"},
    [SABIN_GAP_NO_DECAY] = {"reverberation", "there are not enough valid decay times from 250 Hz to 4 kHz"},
    [SABIN_GAP_NO_REPEATS] = {"how well it repeats",
                              "every response was measured once: sabin measure --repeats 2"},
    [SABIN_GAP_ONE_POSITION] = {"what is the room's and what the place's",
                                "there is one position: measure more around the seat"},
    [SABIN_GAP_CORRECTED] = {"what an equaliser would do", NULL},
};

void sabin_advice_gap_text(const struct sabin_advise_scene *scene, enum sabin_advice_gap gap,
                           char text[SABIN_ADVICE_TEXT_SIZE])
{
	if (gap == SABIN_GAP_CORRECTED)
		snprintf(text, SABIN_ADVICE_TEXT_SIZE, "it was measured through a correction: 'sabin verify %s %s' judges it",
		         scene->through, scene->side->path);
	else
		snprintf(text, SABIN_ADVICE_TEXT_SIZE, "%s", gaps[gap].text);
}

const char *sabin_advice_gap_name(enum sabin_advice_gap gap)
{
	return gaps[gap].name;
}
