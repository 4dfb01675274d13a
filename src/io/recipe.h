/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recipe.h: how a stimulus was made, as text: in the text chunk of a sweep's WAV file and in the file
 * beside it.
 */
#ifndef SABIN_IO_RECIPE_H
#define SABIN_IO_RECIPE_H

#include <sabin/sweep.h>

#include "io/diag.h"
#include "io/yaml.h"

struct sabin_recipe {
	struct sabin_stimulus stimulus;
	unsigned repeats;
};

/* The members of the recipe into a mapping that is open. */
void sabin_recipe_write(struct sabin_yaml_writer *writer, const struct sabin_recipe *recipe);

/* From a mapping; `path` is for messages.  Unknown keys are left alone. */
SABIN_MUST enum sabin_err sabin_recipe_read(const struct sabin_yaml_node *node, const char *path,
                                            struct sabin_recipe *out, struct sabin_diag *diag);

/* A whole document that holds `sabin_sweep:` with the recipe; free() it, NULL without memory. */
SABIN_MUST char *sabin_recipe_text(const struct sabin_recipe *recipe, size_t *length);

/* The recipe of such a document; SABIN_EFORMAT also when the text is something else. */
SABIN_MUST enum sabin_err sabin_recipe_parse(const char *path, const char *text,
                                             struct sabin_recipe *out, struct sabin_diag *diag);

#endif
