/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice_show.h: advice for people and for scripts.
 */
#ifndef SABIN_CLI_ADVICE_SHOW_H
#define SABIN_CLI_ADVICE_SHOW_H

#include "cli/advise_scene.h"

enum { SABIN_ADVICE_TEXT_SIZE = 1600 };

/* What the item says, as a sentence or two. */
void sabin_advice_text(const struct sabin_advise_scene *scene, const struct sabin_advice_item *item,
                       char text[SABIN_ADVICE_TEXT_SIZE]);
/* Why something was not looked for. */
void sabin_advice_gap_text(const struct sabin_advise_scene *scene, enum sabin_advice_gap gap,
                           char text[SABIN_ADVICE_TEXT_SIZE]);
const char *sabin_advice_gap_name(enum sabin_advice_gap gap);

void sabin_show_advice(const struct sabin_advise_scene *scene, const struct sabin_advice *advice, FILE *stream);
SABIN_MUST enum sabin_err sabin_show_advice_json(const struct sabin_advise_scene *scene,
                                                 const struct sabin_advice *advice, FILE *stream);

#endif
