/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice_text.c: what an item of advice says in words that a client understands, one row for each code.
 */
#include <math.h>
#include <stdarg.h>

#include "cli/advice_show.h"
#include "io/number.h"

/* A sentence that grows. */
struct words {
	char *text;
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *w, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (w->used < SABIN_ADVICE_TEXT_SIZE) {
		const int n = vsnprintf(w->text + w->used, SABIN_ADVICE_TEXT_SIZE - w->used, format, arguments);
		w->used += n > 0 ? (size_t)n : 0;
	}
	va_end(arguments);
}

static const char *speaker(const struct sabin_scene *s, int i)
{
	return i >= 0 ? s->speaker_name[i] : "the speaker";
}

static const char *position(const struct sabin_scene *s, int i)
{
	return i >= 0 ? s->position_name[i] : "every position";
}

static struct sabin_text surface(int i)
{
	struct sabin_text t;
	snprintf(t.s, sizeof t.s, "the %s%s", i >= 0 ? sabin_surface_name((enum sabin_surface_id)i) : "surface",
	         i < 0 || i == SABIN_FLOOR || i == SABIN_CEILING ? "" : " wall");
	return t;
}

/* The value of the n-th fact of that name; NAN: there is none. */
static double nth(const struct sabin_advice_fact *fact, size_t count, const char *what, size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fact[i].what, what) == 0 && n-- == 0)
			return fact[i].q.value;
	return NAN;
}

static double evidence(const struct sabin_advice_item *item, const char *what)
{
	return nth(item->evidence, item->evidence_count, what, 0);
}

static double effect(const struct sabin_advice_item *item, const char *what)
{
	return nth(item->effect, item->effect_count, what, 0);
}

/* ---- one function for each code -------------------------------------------------------------------------- */

typedef void sentence(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w);

static void polarity_inverted(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	if (item->kind == SABIN_ADVICE_LEAVE) {
		say(w, "Every speaker's first movement arrives inverted.  That is the microphone, its preamplifier "
		       "or all cables alike, and does the picture no harm.");
		return;
	}
	say(w, "The polarity of %s is inverted: its direct sound starts the other way%s%s, at %.0f of %.0f "
	       "positions.  Swap plus and minus of its cable, or undo the polarity switch.",
	    speaker(s, item->speaker), item->other_speaker >= 0 ? " than that of " : "",
	    item->other_speaker >= 0 ? speaker(s, item->other_speaker) : "", evidence(item, "positions_inverted"),
	    evidence(item, "positions_heard"));
}

static void channels_swapped(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "%s and %s are swapped: what was measured as %s sounds from the place of %s.  Swap the cables or "
	       "the outputs.",
	    speaker(s, item->speaker), speaker(s, item->other_speaker), speaker(s, item->speaker),
	    speaker(s, item->other_speaker));
}

static void level_mismatch(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "%s is %.1f dB louder than %s, the distances taken into account.  Turn it down by as much.",
	    speaker(s, item->speaker), evidence(item, "level_difference"), speaker(s, item->other_speaker));
}

static void delay_mismatch(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double delay = evidence(item, "delay_difference");
	say(w, "%s sounds %.2f ms later than %s, the distances of the room file taken into account.  Delay %s by "
	       "as much, or find what delays %s; if the file's distances are wrong, by %.0f cm.",
	    speaker(s, item->speaker), 1e3 * delay, speaker(s, item->other_speaker),
	    speaker(s, item->other_speaker), speaker(s, item->speaker), 100 * 343 * delay);
}

static void driver_dead(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	double worst = 0;
	for (size_t i = 0; i < item->evidence_count; i++)
		worst = fmax(worst, item->evidence[i].q.value);
	const double last = item->evidence_count > 0 ? item->evidence[item->evidence_count - 1].band_hz : (double)NAN;
	say(w, "%s lacks up to %.0f dB %s%s%s%s", speaker(s, item->speaker), worst,
	    last > item->freq_hz ? "from " : "around ", sabin_text_hz(item->freq_hz).s,
	    last > item->freq_hz ? " to " : "", last > item->freq_hz ? sabin_text_hz(last).s : "");
	if (item->other_speaker >= 0)
		say(w, ", against %s", speaker(s, item->other_speaker));
	say(w, ".  A driver seems to be silent: check its fuse, its cable and the crossover.");
}

static void moves(const struct sabin_advice_item *item, const char *what, struct words *w)
{
	static const char *const ways[3][2] = {
	    {"to the left", "to the right"}, {"to the front wall", "away from the front wall"}, {"down", "up"}};
	for (int a = 0; a < 3; a++)
		if (isfinite(item->move_m[a]) && item->move_m[a] != 0)
			say(w, "  Move %s %.0f cm %s: %+.0f dB there are to be expected.", what,
			    100 * fabs(item->move_m[a]), ways[a][item->move_m[a] > 0], effect(item, "level"));
}

static void boundary_null(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const bool both = item->other_speaker >= 0;
	say(w, "%s%s%s sound%s up to %.0f dB too weak at %s: %s, %.2f m away, takes %.0f dB away there.",
	    speaker(s, item->speaker), both ? " and " : "", both ? speaker(s, item->other_speaker) : "",
	    both ? "" : "s", evidence(item, "dip"), sabin_text_hz(item->freq_hz).s, surface(item->surface).s,
	    evidence(item, "wall_distance"), evidence(item, "wall_makes"));
	moves(item, both ? "both" : "it", w);
	say(w, "  Equalisation cannot fill it.");
}

static void seat_in_null(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "At %s, %.0f %% of the room's length from the front, a standing wave along the room has its node: "
	       "%s is %.0f dB too weak, with every speaker.",
	    position(s, item->position), 100 * evidence(item, "from_front"), sabin_text_hz(item->freq_hz).s,
	    evidence(item, "dip"));
	moves(item, "the seat", w);
	say(w, "  Equalisation cannot fill it.");
}

static void first_reflection(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double delay_ms = 1e3 * evidence(item, "delay"), level = evidence(item, "level");
	if (item->surface < 0 && item->object < 0) {
		say(w, "A reflection comes %.1f ms after the direct sound at %.0f dB, where no more than -10 dB are "
		       "wanted; which surface sends it is not known.",
		    delay_ms, level);
		return;
	}
	const struct sabin_text from = surface(item->surface);
	const char *object = item->object >= 0 && s->side->has_room &&
	                             (size_t)item->object < s->side->room.object_count
	                         ? s->side->room.objects[item->object].kind
	                         : "object";
	say(w, "The reflection from %s%s comes %.1f ms after the direct sound at %.0f dB; no more than -10 dB are "
	       "wanted in the first 15 ms.",
	    item->object >= 0 ? "the " : "", item->object >= 0 ? object : from.s, delay_ms, level);
	if (item->kind == SABIN_ADVICE_LEAVE)
		say(w, "  Every room has it, and the ear expects it: leave it.");
	else if (item->object >= 0)
		say(w, "  Lower it, tilt it, or raise the speakers, so that it reflects past the listener.");
	else {
		const double side = nth(item->evidence, item->evidence_count, "panel_side", 0);
		const double other = nth(item->evidence, item->evidence_count, "panel_side", 1);
		say(w, "  Put 10 cm of porous absorber there, around %.2f %.2f %.2f m", item->point_m[0],
		    item->point_m[1], item->point_m[2]);
		if (isfinite(side) && isfinite(other))
			say(w, ", at least %.1f x %.1f m", side, other);
		say(w, ": about %.0f dB are to be expected.", effect(item, "reflection_level"));
		if (item->other_surface >= 0)
			say(w, "  %s sends none so strong, so that the image leans.", surface(item->other_surface).s);
	}
}

static void flutter(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double period = evidence(item, "period");
	say(w, "A flutter echo: sound comes back every %.1f ms at %s", 1e3 * period, position(s, item->position));
	if (item->surface >= 0)
		say(w, ", between %s and %s.", surface(item->surface).s, surface(item->other_surface).s);
	else
		say(w, ": walls %.1f m apart.", 343 * period / 2);
	say(w, "  Absorber or diffusers on one of the two end it; splaying one by 5 degrees does, too.");
}

static void mode_ringing(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	const double modes = evidence(item, "modes");
	say(w, "%s rings for %.2f s; up to %.2f s would fit the room.", sabin_text_hz(item->freq_hz).s,
	    evidence(item, "t60"), evidence(item, "limit"));
	if (modes > 1) {
		say(w, "  So do, for their part,");
		for (size_t i = 1; i < item->evidence_count && strcmp(item->evidence[i].what, "t60") == 0; i++)
			say(w, "%s %s (%.2f s)", i > 1 ? "," : "", sabin_text_hz(item->evidence[i].freq_hz).s,
			    item->evidence[i].q.value);
		say(w, "%s.", modes > 4 ? " and more" : "");
	}
	say(w, "  It takes bass absorption: membrane or Helmholtz absorbers tuned to it, or porous ones a quarter "
	       "of %.1f m thick, in corners%s%s.  A panel of 5 cm does nothing there.",
	    343 / item->freq_hz, item->surface >= 0 ? " and at " : "",
	    item->surface >= 0 ? surface(item->surface).s : "");
}

static void hum(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	say(w, "Mains hum at %.0f Hz and its harmonics, up to %.0f dB over the noise around them.", item->freq_hz,
	    evidence(item, "over_neighbouring_noise"));
	if (item->kind == SABIN_ADVICE_LEAVE)
		say(w, "  The noise covers it.");
	else
		say(w, "  Look for a ground loop, a dimmer, a transformer near a cable; lift grounds only on balanced "
		       "lines.");
}

static void noise(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double nr = evidence(item, "nr"), snr = evidence(item, "snr");
	if (isfinite(nr))
		say(w, "The background is NR %.0f (%.0f dBA) at %s, which is loud for listening.", nr,
		    evidence(item, "level_a"), position(s, item->position));
	if (isfinite(snr))
		say(w, "%sThe sweep is %.0f dB over the noise at %s; %.0f dB and more are wanted.  Play it louder or "
		       "longer, or silence what makes the noise.",
		    isfinite(nr) ? "  " : "", snr, position(s, item->position), evidence(item, "snr_wanted"));
}

static void clipped(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "The recording clips: %.0f samples in %.0f responses", evidence(item, "clipped_samples"),
	    evidence(item, "responses"));
	if (item->speaker >= 0)
		say(w, ", with %s", speaker(s, item->speaker));
	say(w, ".  Turn the preamplifier or the level down and measure again; until then nothing else can be "
	       "trusted.");
}

static void clock_skew(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	say(w, "Playback and capture run on two clocks, %+.1f ppm apart.  ", evidence(item, "skew"));
	if (item->kind == SABIN_ADVICE_LEAVE)
		say(w, "That is usual for a USB microphone, and corrected.");
	else
		say(w, "That is more than two crystals explain: use one interface for both, or have the clocks "
		       "checked.");
}

static void mic_near_boundary(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "%s is %.0f cm from %s: there the wall's own pressure is measured, not the room.  Nobody listens "
	       "there; measure at the head's place.",
	    position(s, item->position), 100 * evidence(item, "distance"), surface(item->surface).s);
}

static void asymmetry(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "%s and %s sound %.1f dB unlike each other at %s, which is as far from both.", speaker(s, item->speaker),
	    speaker(s, item->other_speaker), evidence(item, "difference"), position(s, item->position));
}

static void too_reverberant(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	const double area = evidence(item, "absorber_area");
	say(w, "The room rings for %.2f s in the middle; %.2f s suit a room of its size.", evidence(item, "decay_time"),
	    evidence(item, "nominal_time"));
	say(w, "  %.0f square metres of 10 cm porous absorber, spread over walls and ceiling, bring it there.", area);
}

static void too_dead(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	say(w, "The room is dry: %.2f s in the middle, where %.2f s suit a room of its size.  Replace some absorber "
	       "by diffusers or by bare wall; do not add any.",
	    evidence(item, "decay_time"), evidence(item, "nominal_time"));
}

static void geometry_differs(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	static const char *const sides[3] = {"width", "length", "height"};
	const double file = evidence(item, "file"), measured = evidence(item, "measured");
	if (item->speaker < 0)
		say(w, "The room file gives %.2f m for the room's %s; the measurement says %.2f m.", file,
		    sides[item->surface >= SABIN_FLOOR ? 2 : item->surface >= SABIN_LEFT ? 0 : 1], measured);
	else
		say(w, "The room file puts %s %.2f m from %s; the direct sound says %.2f m.", speaker(s, item->speaker),
		    file, position(s, item->position), measured);
	say(w, "  Measure it again: everything that follows from the geometry depends on it.");
}

static void feedback(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "A microphone at %s that plays through %s howls first at %s, when %.1f dB are added to what was measured; "
	       "next at",
	    position(s, item->position), speaker(s, item->speaker), sabin_text_hz(item->freq_hz).s,
	    evidence(item, "gain_before_feedback"));
	for (size_t i = 2; i < item->evidence_count; i++)
		say(w, "%s %s (%.1f dB later)", i > 2 ? "," : "", sabin_text_hz(item->evidence[i].freq_hz).s,
		    item->evidence[1].q.value - item->evidence[i].q.value);
	say(w, ".  Move the microphone away from the speaker's axis first; then notch these.");
	if (item->confidence < 0.8)
		say(w, "  The loop's delay is not known, so that these are its loudest frequencies, not its surest.");
}

static void not_trustworthy(const struct sabin_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	say(w, "%.0f responses are not trustworthy", evidence(item, "responses"));
	for (size_t i = 0; i < s->side->count; i++) {
		const struct sabin_verdict *v = &s->side->item[i].measured->verdict;
		if (!v->trustworthy && v->why_count > 0) {
			say(w, " (%s)", v->why[0]);
			break;
		}
	}
	say(w, ".  Measure again before anything else; they are left out of what is said here.");
}

static sentence *const sentences[SABIN_ADVICE_CODE_COUNT] = {
    [SABIN_ADVICE_POLARITY_INVERTED] = polarity_inverted,
    [SABIN_ADVICE_CHANNELS_SWAPPED] = channels_swapped,
    [SABIN_ADVICE_LEVEL_MISMATCH] = level_mismatch,
    [SABIN_ADVICE_DELAY_MISMATCH] = delay_mismatch,
    [SABIN_ADVICE_DRIVER_DEAD] = driver_dead,
    [SABIN_ADVICE_BOUNDARY_NULL] = boundary_null,
    [SABIN_ADVICE_SEAT_IN_NULL] = seat_in_null,
    [SABIN_ADVICE_FIRST_REFLECTION] = first_reflection,
    [SABIN_ADVICE_FLUTTER] = flutter,
    [SABIN_ADVICE_MODE_RINGING] = mode_ringing,
    [SABIN_ADVICE_HUM] = hum,
    [SABIN_ADVICE_NOISE] = noise,
    [SABIN_ADVICE_CLIPPED] = clipped,
    [SABIN_ADVICE_CLOCK_SKEW] = clock_skew,
    [SABIN_ADVICE_MIC_NEAR_BOUNDARY] = mic_near_boundary,
    [SABIN_ADVICE_ASYMMETRY] = asymmetry,
    [SABIN_ADVICE_TOO_REVERBERANT] = too_reverberant,
    [SABIN_ADVICE_TOO_DEAD] = too_dead,
    [SABIN_ADVICE_GEOMETRY_DIFFERS] = geometry_differs,
    [SABIN_ADVICE_FEEDBACK] = feedback,
    [SABIN_ADVICE_NOT_TRUSTWORTHY] = not_trustworthy,
};

void sabin_advice_text(const struct sabin_scene *scene, const struct sabin_advice_item *item,
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
};

const char *sabin_advice_gap_text(enum sabin_advice_gap gap)
{
	return gaps[gap].text;
}

const char *sabin_advice_gap_name(enum sabin_advice_gap gap)
{
	return gaps[gap].name;
}
