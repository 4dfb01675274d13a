/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice_text_room.c: what advice about places, surfaces and equalisation says in words that a client understands.
 */
#include <math.h>

#include "cli/advice_words.h"
#include "cli/show.h"

/* "m2" with the digits that matter. */
static struct sabin_text area(double m2)
{
	struct sabin_text t;
	snprintf(t.s, sizeof t.s, "%.*f m2", m2 < 10 ? 1 : 0, m2);
	return t;
}

/* "from -9 to -2 ± 2 dB" */
static void say_change(struct words *w, const struct sabin_advice_fact *fact, int digits, const char *unit)
{
	words_say(w, "from %.*f to %.*f", digits, sabin_number_tidy(fact->now, digits), digits,
	          sabin_number_tidy(fact->q.value, digits));
	if (isfinite(fact->q.plus_minus))
		words_say(w, " ± %.*f", digits, sabin_show_expanded(fact->q.plus_minus, digits));
	words_say(w, " %s", unit);
}

/* ---- moving --------------------------------------------------------------------------------------------------- */

/* Of a pair, what is to the side for one is to the other side for the other. */
static bool is_mirrored(const struct sabin_advice_item *item)
{
	const struct sabin_advice_move *a = &item->move[0], *b = &item->move[1];
	return item->move_count > 1 && a->speaker >= 0 && b->speaker >= 0 && fabs(a->by_m[0] + b->by_m[0]) < 0.005 &&
	       fabs(a->by_m[1] - b->by_m[1]) < 0.005 && fabs(a->by_m[2] - b->by_m[2]) < 0.005;
}

static void say_ways(const struct sabin_advise_scene *s, const struct sabin_advice_move *move, int partner, struct words *w)
{
	static const char *const ways[3][2] = {
	    {"to the left", "to the right"}, {"towards the front wall", "away from the front wall"}, {"down", "up"}};
	bool any = false;
	for (int a = 1; a < 4; a++) { /* depth first */
		const double cm = 100 * move->by_m[a % 3];
		if (fabs(cm) < 0.5)
			continue;
		const char *way = ways[a % 3][cm > 0];
		if (a % 3 == 0 && partner >= 0) {
			const double side_m = s->speaker[move->speaker].position_m[0] - s->speaker[partner].position_m[0];
			way = side_m * cm > 0 ? "outwards each" : "inwards each";
		}
		words_say(w, "%s %.0f cm %s", any ? " and" : "", fabs(cm), way);
		any = true;
	}
}

static void say_moves(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const bool pair = is_mirrored(item);
	for (size_t i = 0; i < item->move_count; i++) {
		const struct sabin_advice_move *move = &item->move[i];
		if (i == 1 && pair)
			continue;
		words_say(w, "%s", i == 0 ? "  Move " : ", ");
		const int first = move->speaker, second = item->move[1].speaker;
		if (i == 0 && pair)
			words_say(w, "%s and %s", words_speaker(s, first < second ? first : second),
			          words_speaker(s, first < second ? second : first));
		else if (move->speaker >= 0)
			words_say(w, "%s", words_speaker(s, move->speaker));
		else
			words_say(w, "%s%s", strncmp(words_position(s, move->position), "seat", 4) == 0 ? "" : "the seat ",
			          words_position(s, move->position));
		say_ways(s, move, i == 0 && pair ? item->move[1].speaker : -1, w);
	}
	if (item->move_count == 0)
		return;
	const struct sabin_advice_fact *level = words_effect(item, "level"), *flat = words_effect(item, "flatness");
	if (level) {
		words_say(w, ": the third of an octave about %s goes ", sabin_text_hz(level->freq_hz).s);
		say_change(w, level, 0, "dB");
		words_say(w, " re the bass as a whole");
	}
	if (flat) {
		words_say(w, ", the unevenness of 40 to 300 Hz ");
		say_change(w, flat, 1, "dB");
	}
	words_say(w, ".");
}

/* What a pair is held to, as sabin place is. */
static void say_triangle(const struct sabin_advise_scene *s, struct words *w)
{
	const struct sabin_place_spec *spec = s->scene.place ? s->scene.place->spec : NULL;
	if (spec && spec->pair)
		words_say(w, " (half the angle between the speakers %.0f to %.0f degrees, %.0f m apart and more, as sabin place "
		             "wants it)",
		          spec->angle_deg[0], spec->angle_deg[1], spec->base_m);
}

void words_boundary_null(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const bool both = item->other_speaker >= 0;
	const bool turned = both && item->other_speaker < item->speaker; /* as the room file has them */
	words_say(w, "%s%s%s sound%s up to %.0f dB too weak at %s: %s is %.2f m away, its reflection arrives half a "
	             "period late and takes %.0f dB of that third of an octave away.",
	          words_speaker(s, turned ? item->other_speaker : item->speaker), both ? " and " : "",
	          both ? words_speaker(s, turned ? item->speaker : item->other_speaker) : "", both ? "" : "s",
	          words_evidence(item, "dip"),
	          sabin_text_hz(item->freq_hz).s, words_surface(item->surface).s, words_evidence(item, "wall_distance"),
	          words_evidence(item, "wall_makes"));
	say_moves(s, item, w);
	if (item->move_count == 0) {
		words_say(w, "  No place within 1.2 m that is allowed");
		say_triangle(s, w);
		words_say(w, " makes it better by 2 dB: treat that wall where the reflection arises, 20 cm deep and more.");
	}
	words_say(w, "  An equaliser cannot fill it: what it adds, the reflection takes away again.");
}

void words_seat_in_null(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, "At %s, %.0f %% of the room's length from the front, a standing wave along the room has its node: %s "
	             "is %.0f dB too weak there, with every speaker.",
	          words_position(s, item->position), 100 * words_evidence(item, "from_front"),
	          sabin_text_hz(item->freq_hz).s, words_evidence(item, "dip"));
	say_moves(s, item, w);
	if (item->move_count == 0) {
		words_say(w, "  Within 1.2 m no place along the room that is allowed");
		say_triangle(s, w);
		words_say(w, " is better; sabin place --fit moves the speakers with the seat.");
	}
	words_say(w, "  An equaliser cannot fill it.");
}

void words_placement(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, item->kind == SABIN_ADVICE_LEAVE
	                 ? "Nothing is wrong with where speakers and seat stand, though there is better."
	                 : "Speakers and seat stand better elsewhere, by the room as it was measured.");
	say_moves(s, item, w);
	const double error_db = words_evidence(item, "model_error");
	words_say(w, "  (What the simulation says of the present places is %.1f dB off what was measured.)  sabin place "
	             "--fit shows alternatives, and how far one may move in them.",
	          error_db);
}

/* ---- treating --------------------------------------------------------------------------------------------------- */

static void say_panel(const struct sabin_advice_panel *p, struct words *w)
{
	words_say(w, "%s of mineral wool %.0f cm thick", area(p->area_m2).s, 100 * p->thickness_m);
	if (p->gap_m > 0)
		words_say(w, " with %.0f cm of air behind", 100 * p->gap_m);
}

/* "  2.4 m2 of it hang there by point 3 of this list." */
static void say_counted(const struct sabin_advice_item *item, struct words *w)
{
	for (size_t i = 0; i < item->panel_count; i++) {
		const struct sabin_advice_panel *p = &item->panel[i];
		if (p->by_item < 0 || p->counted_m2 < 0.05)
			continue;
		if (p->area_m2 - p->counted_m2 < 0.05)
			words_say(w, "  It is part of what point %d of this list hangs on %s: nothing more is to be bought.",
			          p->by_item + 1, words_surface(p->surface).s);
		else
			words_say(w, "  Of it, %s on %s are what point %d of this list hangs there.", area(p->counted_m2).s,
			          words_surface(p->surface).s, p->by_item + 1);
	}
}

/* "the room too dry, 0.14 s from 250 Hz to 4 kHz where 0.17 s and more suit it"; false: it is not. */
static bool say_too_dry(const struct sabin_advice_item *item, const char *before, struct words *w)
{
	const double with_s = words_evidence(item, "decay_time_with_it"), least_s = words_evidence(item, "least_decay_time");
	if (isfinite(with_s))
		words_say(w, "%s: %.2f s from 250 Hz to 4 kHz, where %.2f s and more suit a room of its size", before, with_s,
		          least_s);
	return isfinite(with_s);
}

static const char *object_of(const struct sabin_advise_scene *s, int i)
{
	return i >= 0 && s->side->has_room && (size_t)i < s->side->room.object_count ? s->side->room.objects[i].kind
	                                                                              : "object";
}

static void say_diffuser(const struct sabin_advice_item *item, struct words *w)
{
	const double far_m = words_evidence(item, "listener_distance"), need_m = words_evidence(item, "diffuser_distance");
	if (!isfinite(far_m) || !isfinite(need_m))
		return;
	if (far_m >= need_m)
		words_say(w, "  A diffuser would do, too: the seat is %.1f m from it, and one for 500 Hz and above wants %.1f m.",
		          far_m, need_m);
	else
		words_say(w, "  A diffuser would not: the seat is %.1f m from it, and one for 500 Hz and above wants %.1f m.",
		          far_m, need_m);
}

/* " (left at mix, the strongest of 3)" */
static void say_where_strongest(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const struct sabin_advice_fact *delay = words_fact(item->evidence, item->evidence_count, "delay", 0);
	const double count = words_evidence(item, "responses");
	if (!delay || delay->speaker < 0 || delay->position < 0)
		return;
	words_say(w, " (%s at %s", words_speaker(s, delay->speaker), words_position(s, delay->position));
	if (count > 1)
		words_say(w, ", the strongest of %.0f", count);
	words_say(w, ")");
}

void words_first_reflection(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double delay_ms = 1e3 * words_evidence(item, "delay"), level = words_evidence(item, "level");
	const struct sabin_advice_fact *then = words_effect(item, "reflection_level");
	if (item->surface < 0 && item->object < 0) {
		words_say(w, "A reflection comes %.1f ms after the direct sound at %.0f dB", delay_ms, level);
		say_where_strongest(s, item, w);
		words_say(w, ", where no more than -10 dB are wanted; which surface sends it is not known.");
		return;
	}
	words_say(w, "The reflection from %s%s comes %.1f ms after the direct sound at %.0f dB",
	          item->object >= 0 ? "the " : "",
	          item->object >= 0 ? object_of(s, item->object) : words_surface(item->surface).s, delay_ms, level);
	say_where_strongest(s, item, w);
	words_say(w, "; no more than -10 dB are wanted in the first 15 ms%s.",
	          item->kind == SABIN_ADVICE_LEAVE ? "" : ", since what is stronger colours the sound and moves the image");
	if (item->kind == SABIN_ADVICE_LEAVE) {
		words_say(w, "  Every room has it, and the ear expects it: leave it, or lay a carpet.");
	} else if (item->object >= 0) {
		words_say(w, "  Lower it, tilt it, or raise the speakers, so that it reflects past the listener.");
	} else if (item->panel_count > 0) {
		const struct sabin_advice_panel *p = &item->panel[0];
		words_say(w, "  Put ");
		say_panel(p, w);
		words_say(w, " there, %.1f x %.1f m about the point %.2f %.2f %.2f m", p->sides_m[0], p->sides_m[1],
		          p->centre_m[0], p->centre_m[1], p->centre_m[2]);
		if (then) {
			words_say(w, ": it goes ");
			say_change(w, then, 0, "dB");
		}
		words_say(w, ".");
		if (isfinite(words_evidence(item, "hangs_there")))
			words_say(w, "  Of that place, %s have a panel in the room file, which it goes in place of.",
			          area(words_evidence(item, "hangs_there")).s);
		say_counted(item, w);
		say_diffuser(item, w);
	} else if (say_too_dry(item, "  More absorber would make the room too dry", w)) {
		words_say(w, ".  Move some there that hangs elsewhere, or hang a diffuser or a board that is tilted so that the "
		             "reflection passes the listener.");
		say_diffuser(item, w);
	}
	if (item->kind == SABIN_ADVICE_TREAT && item->surface >= 0 && item->other_surface >= 0)
		words_say(w, "  The other side sends none so strong, so that the image leans.");
}

void words_flutter(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const double period = words_evidence(item, "period");
	words_say(w, "A flutter echo, as of clapping in a corridor: sound comes back every %.1f ms at %s", 1e3 * period,
	          words_position(s, item->position));
	if (item->surface >= 0)
		words_say(w, ", between %s and %s.", words_surface(item->surface).s, words_surface(item->other_surface).s);
	else
		words_say(w, ": walls %.1f m apart.", s->side->speed_m_s * period / 2);
	if (item->panel_count > 0) {
		words_say(w, "  ");
		say_panel(&item->panel[0], w);
		words_say(w, " in patches on %s end it, or diffusers there.", words_surface(item->panel[0].surface).s);
		say_counted(item, w);
	} else if (say_too_dry(item, "  More absorber would make the room too dry", w)) {
		words_say(w, ".  Hang diffusers on one of the two, or move absorber there that hangs elsewhere.");
	} else {
		words_say(w, "  Absorber or diffusers on one of the two end it.");
	}
	words_say(w, "  It takes one of the two only; splaying it by 5 degrees does, too.");
}

void words_mode_ringing(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	const double modes = words_evidence(item, "modes"), thin = words_evidence(item, "thin_panel_absorbs");
	const struct sabin_advice_fact *then = words_effect(item, "t60");
	words_say(w, "%s rings for %.2f s; up to %.2f s would fit how the room decays above.", sabin_text_hz(item->freq_hz).s,
	          words_evidence(item, "t60"), words_evidence(item, "limit"));
	if (modes > 1) {
		words_say(w, "  So do, for their part,");
		for (size_t i = 1; i < item->evidence_count && strcmp(item->evidence[i].what, "t60") == 0; i++)
			words_say(w, "%s %s (%.2f s)", i > 1 ? "," : "", sabin_text_hz(item->evidence[i].freq_hz).s,
			          item->evidence[i].q.value);
		words_say(w, "%s.", modes > 4 ? " and more" : "");
	}
	if (item->panel_count > 0 && then) {
		words_say(w, "  Put ");
		for (size_t i = 0; i < item->panel_count; i++) {
			words_say(w, "%s", i > 0 ? " and " : "");
			say_panel(&item->panel[i], w);
			words_say(w, " on %s", words_surface(item->panel[i].surface).s);
		}
		words_say(w, ": it goes ");
		say_change(w, then, 2, "s");
		words_say(w, ".");
		if (say_too_dry(item, "  Bare, it would make the room too dry", w))
			words_say(w, ".  Face it with a sheet of %.1f kg/m2, foil of half a millimetre or thin card, which keeps what it "
			             "does in the bass and sends the treble back", item->panel[0].mass_kg_per_m2);
		if (isfinite(item->panel[0].mass_kg_per_m2))
			words_say(w, ".");
		say_counted(item, w);
		if (isfinite(words_evidence(item, "hangs_there")))
			words_say(w, "  More is not free there: what shall do more hangs in place of the %s that the room file has there, "
			             "not beside them.", area(words_evidence(item, "hangs_there")).s);
		words_say(w, "  A membrane or Helmholtz absorber tuned to it takes less depth, but does nothing beside it.");
	} else {
		words_say(w, "  It takes bass absorption: membrane or Helmholtz absorbers tuned to it, or porous ones a quarter "
		             "of %.1f m thick, in corners.",
		          s->side->speed_m_s / item->freq_hz);
	}
	if (isfinite(thin))
		words_say(w, "  A panel of 5 cm absorbs %.0f %% there: it does next to nothing.", 100 * thin);
}

void words_asymmetry(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	words_say(w, "%s and %s sound %.1f dB unlike each other at %s, which is as far from both: what stands or hangs on "
	             "one side and not on the other?",
	          words_speaker(s, item->speaker), words_speaker(s, item->other_speaker),
	          words_evidence(item, "difference"), words_position(s, item->position));
}

static void say_times(const struct sabin_advice_item *item, const char *before, struct words *w)
{
	bool any = false;
	for (size_t i = 0; i < item->effect_count; i++) {
		const struct sabin_advice_fact *fact = &item->effect[i];
		if (strcmp(fact->what, "decay_time") != 0)
			continue;
		words_say(w, "%s %s %.2f ± %.2f s (now %.2f)", any ? "," : before, sabin_text_hz(fact->band_hz).s,
		          fact->q.value, sabin_show_expanded(fact->q.plus_minus, 2), fact->now);
		any = true;
	}
	if (any)
		words_say(w, ".");
}

void words_too_reverberant(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	const double nominal = words_evidence(item, "nominal_time"), aim = words_evidence(item, "aim");
	words_say(w, "The room rings for %.2f s from 250 Hz to 4 kHz; %.2f s suit a room of its size",
	          words_evidence(item, "decay_time"), nominal);
	if (aim > nominal + 0.005)
		words_say(w, ", and %.2f s would be a good step at a fair price", aim);
	words_say(w, ".");
	if (item->panel_count > 0) {
		words_say(w, "  Hang %s of mineral wool %.0f cm thick", area(words_evidence(item, "absorber_area")).s,
		          100 * item->panel[0].thickness_m);
		if (item->panel[0].gap_m > 0)
			words_say(w, " with %.0f cm of air behind", 100 * item->panel[0].gap_m);
		for (size_t i = 0; i < item->panel_count; i++)
			words_say(w, "%s %s on %s", i == 0 ? ":" : i + 1 == item->panel_count ? " and" : ",",
			          area(item->panel[i].area_m2).s, words_surface(item->panel[i].surface).s);
		words_say(w, "; begin where the first reflections arise.");
		say_counted(item, w);
		if (isfinite(words_evidence(item, "deep_absorber_area")))
			words_say(w, "  The %s of deep absorber for the bass that this list has, too, do their part.",
			          area(words_evidence(item, "deep_absorber_area")).s);
	} else {
		words_say(w, "  What this list hangs for other reasons is enough.");
	}
	say_times(item, isfinite(words_evidence(item, "deep_absorber_area")) ? "  By the former alone:" : "  Then:", w);
	words_say(w, "  Foam of 2 or 3 cm would dull the treble and leave the rest.");
}

void words_too_dead(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	(void)s;
	words_say(w, "The room is %s: %.2f s from 250 Hz to 4 kHz, where %.2f s suit a room of its size",
	          item->kind == SABIN_ADVICE_LEAVE ? "on the dry side" : "dry", words_evidence(item, "decay_time"),
	          words_evidence(item, "nominal_time"));
	if (isfinite(words_evidence(item, "least_time")))
		words_say(w, " and no less than %.2f s (EBU Tech 3276)", words_evidence(item, "least_time"));
	words_say(w, item->kind == SABIN_ADVICE_LEAVE
	                 ? ".  Hang no more that absorbs the treble; diffusers or bare wall in place of some of it liven it up."
	                 : ".  Replace some absorber by diffusers or by bare wall; do not add any.");
}

void words_treated(const struct sabin_advice_treated *t, struct words *w)
{
	if (t->panels == 0 || !t->mean_then_s.valid || !isfinite(t->mean_now_s))
		return;
	words_say(w, "With all of it hung, the room's %.2f s from 250 Hz to 4 kHz become %.2f ± %.2f s", t->mean_now_s,
	          t->mean_then_s.value, sabin_show_expanded(t->mean_then_s.plus_minus, 2));
	if (isfinite(t->least_s))
		words_say(w, "; %.2f to %.2f s suit a room of its size (EBU Tech 3276)", t->least_s, t->most_s);
	if (t->mean_then_s.value > t->most_s && t->mean_then_s.value <= t->long_s)
		words_say(w, ", and up to %.2f s are no fault", t->long_s);
	words_say(w, ".  By octave:");
	bool any = false;
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		if (t->then_s[b].valid) {
			words_say(w, "%s %s %.2f ± %.2f s (now %.2f)", any ? "," : "", sabin_text_hz(t->centre_hz[b]).s,
			          t->then_s[b].value, sabin_show_expanded(t->then_s[b].plus_minus, 2), t->now_s[b]);
			any = true;
		}
	words_say(w, ".");
	if (t->dry && t->mean_then_s.value > t->mean_now_s - 0.005)
		words_say(w, "  The room is dry as it is, and this leaves it so.");
	else if (t->dry)
		words_say(w, "  That is dry: hang it piece by piece, measure again, and stop where it is enough.");
}

/* ---- equalising ------------------------------------------------------------------------------------------------- */

/* The facts of one name, speaker by speaker: "left 62 Hz (-8 dB), 118 Hz (-5 dB); right ..." */
static void say_of_speakers(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, const char *what,
                            struct words *w)
{
	const struct sabin_advice_fact *fact;
	int last = -1;
	for (size_t i = 0; (fact = words_fact(item->evidence, item->evidence_count, what, i)); i++) {
		words_say(w, "%s", i == 0 ? " " : fact->speaker == last ? ", " : "; ");
		if (fact->speaker != last)
			words_say(w, "%s ", words_speaker(s, fact->speaker));
		words_say(w, "%s (%.0f dB)", sabin_text_hz(fact->freq_hz).s, fact->q.value);
		last = fact->speaker;
	}
}

/* Of each speaker: how high its highest third of an octave is, and which mode rings. */
static void say_peaks(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const struct sabin_advice_fact *fact;
	for (size_t i = 0; (fact = words_fact(item->evidence, item->evidence_count, "peak", i)); i++)
		words_say(w, "%s %s %+.1f dB about %s", i == 0 ? "" : ",", words_speaker(s, fact->speaker), fact->q.value,
		          sabin_text_hz(fact->freq_hz).s);
}

static void say_ringing(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const struct sabin_advice_fact *fact;
	for (size_t i = 0; (fact = words_fact(item->evidence, item->evidence_count, "ringing", i)); i++)
		words_say(w, "%s %s with %s (%.2f s)", i == 0 ? "  A mode rings that it makes quieter, though no shorter:" : ",",
		          sabin_text_hz(fact->freq_hz).s, words_speaker(s, fact->speaker), fact->q.value);
	if (words_fact(item->evidence, item->evidence_count, "ringing", 0))
		words_say(w, ".");
}

void words_equalise(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const struct sabin_advice_fact *fact;
	const double tolerated_db = words_evidence(item, "peak_tolerated");
	const bool peaks = words_fact(item->evidence, item->evidence_count, "peak", 0) != NULL;
	if (item->kind == SABIN_ADVICE_LEAVE) {
		words_say(w, "An equaliser is a matter of taste here: nothing that it can take down is %.0f dB over the target (twice "
		             "as loud) in a third of an octave from 50 to 500 Hz", words_evidence(item, "peak_called_for"));
		if (peaks)
			words_say(w, " (the highest from 30 Hz on:");
		say_peaks(s, item, w);
		words_say(w, "%s, and no mode that it would cut rings.  EBU Tech 3276 tolerates %.0f dB; sabin eq would cut",
		          peaks ? ")" : "", tolerated_db);
	} else {
		words_say(w, "An equaliser can cut what the room adds.");
		if (peaks)
			words_say(w, "  Highest over the target, in thirds of an octave, are");
		say_peaks(s, item, w);
		if (peaks)
			words_say(w, "; EBU Tech 3276 tolerates %.0f dB from 50 Hz on.", tolerated_db);
		say_ringing(s, item, w);
		words_say(w, "  sabin eq cuts");
	}
	if (words_fact(item->evidence, item->evidence_count, "cut", 0))
		say_of_speakers(s, item, "cut", w);
	else
		words_say(w, " broadly");
	for (size_t i = 0; (fact = words_fact(item->effect, item->effect_count, "peak", i)); i++) {
		words_say(w, "%s%s ", i == 0 ? ".  The peak goes, for " : "; for ", words_speaker(s, fact->speaker));
		say_change(w, fact, 1, "dB");
	}
	for (size_t i = 0; (fact = words_fact(item->effect, item->effect_count, "deviation", i)); i++) {
		words_say(w, "%s%s ", i == 0 ? ".  The deviation from the target as a whole (RMS) goes, for " : "; for ",
		          words_speaker(s, fact->speaker));
		say_change(w, fact, 1, "dB");
	}
	words_say(w, ".  Do it last, since moving and treating change it: sabin eq %s -o DIR.", s->side->path);
	if (words_evidence(item, "positions") < 2)
		words_say(w, "  One position was measured: a correction that holds elsewhere wants three or more.");
}

void words_eq_cannot(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	static const char *const kinds[][2] = {
	    {"cancels", "since sound cancels there, and more of it cancels more"},
	    {"deep_dip", "since so deep a dip takes more power than it gives sound"},
	    {"positions_differ", "since it is another at each position"}};
	bool any = false;
	words_say(w, "What no equaliser fills:");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!words_fact(item->evidence, item->evidence_count, kinds[i][0], 0))
			continue;
		words_say(w, "%s", any ? ";" : "");
		say_of_speakers(s, item, kinds[i][0], w);
		words_say(w, ", %s", kinds[i][1]);
		any = true;
	}
	words_say(w, ".  Places and surfaces do that, and above 500 Hz, but for its broad tone, all of it.");
}

void words_feedback(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w)
{
	const struct sabin_advice_fact *fact, *then = words_effect(item, "gain_before_feedback");
	words_say(w, "A microphone at %s that plays through %s howls first at %s, when %.1f dB are added to what was "
	             "measured",
	          words_position(s, item->position), words_speaker(s, item->speaker), sabin_text_hz(item->freq_hz).s,
	          words_evidence(item, "gain_before_feedback"));
	for (size_t i = 1; (fact = words_fact(item->evidence, item->evidence_count, "loop_gain", i)); i++)
		words_say(w, "%s %s (%.1f dB later)", i > 1 ? "," : "; next at", sabin_text_hz(fact->freq_hz).s,
		          words_evidence(item, "loop_gain") - fact->q.value);
	words_say(w, ".  Move the microphone out of the speaker's axis and nearer to the mouth first.");
	if (then) {
		words_say(w, "  Then notches:");
		for (size_t i = 0; (fact = words_fact(item->evidence, item->evidence_count, "notch", i)); i++)
			words_say(w, "%s %s (%.0f dB)", i > 0 ? "," : "", sabin_text_hz(fact->freq_hz).s, fact->q.value);
		words_say(w, ", of Q 30, take %s, with all microphones, ", words_speaker(s, item->speaker));
		say_change(w, then, 1, "dB");
		words_say(w, "; --notches writes them.");
	}
	if (item->confidence < 0.8)
		words_say(w, "  The loop's delay is not known, so that these are its loudest frequencies, not its surest.");
}
