/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice_words.h: what the texts of advice share.
 */
#ifndef SABIN_CLI_ADVICE_WORDS_H
#define SABIN_CLI_ADVICE_WORDS_H

#include "cli/advice_show.h"
#include "io/number.h"

/* A text that grows. */
struct words {
	char *text;
	size_t used;
};

__attribute__((format(printf, 2, 3))) void words_say(struct words *w, const char *format, ...);

/* "left", or "the speaker". */
const char *words_speaker(const struct sabin_advise_scene *s, int i);
const char *words_position(const struct sabin_advise_scene *s, int i);
/* "the left wall", "the floor". */
struct sabin_text words_surface(int i);

/* The n-th fact of that name; NULL: there is none. */
const struct sabin_advice_fact *words_fact(const struct sabin_advice_fact *fact, size_t count, const char *what,
                                           size_t n);
/* Its value; NAN: there is none. */
double words_evidence(const struct sabin_advice_item *item, const char *what);
const struct sabin_advice_fact *words_effect(const struct sabin_advice_item *item, const char *what);

/* What becomes of the decay with all that is to be hung; nothing where that is not known. */
void words_treated(const struct sabin_advice_treated *treated, struct words *w);

typedef void words_sentence(const struct sabin_advise_scene *s, const struct sabin_advice_item *item, struct words *w);

/* advice_text_room.c: one for each code that is about places, surfaces and equalisation. */
words_sentence words_boundary_null, words_seat_in_null, words_placement, words_first_reflection, words_flutter,
    words_mode_ringing, words_asymmetry, words_too_reverberant, words_too_dead, words_equalise, words_eq_cannot,
    words_feedback;

#endif
