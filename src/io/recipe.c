/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recipe.c: a stimulus as text.
 */
#include <math.h>

#include "io/recipe.h"

enum { REPEATS_MAX = 1000 };

static const char document_key[] = "sabin_sweep";

void sabin_recipe_write(struct sabin_yaml_writer *w, const struct sabin_recipe *recipe)
{
	const struct sabin_stimulus *s = &recipe->stimulus;
	const struct sabin_sweep *sweep = &s->sweep;
	const size_t begin = s->chirp.frames > 0 ? s->chirp_frame[0] : s->sweep_frame;
	sabin_yaml_write_number(w, "from_hz", sweep->from_hz);
	sabin_yaml_write_number(w, "to_hz", sweep->to_hz);
	sabin_yaml_write_number(w, "length_s", sweep->length_s);
	sabin_yaml_write_number(w, "rate_hz", sweep->rate_hz);
	sabin_yaml_write_number(w, "level_dbfs", 20 * log10(sweep->gain));
	sabin_yaml_write_number(w, "lead_in_s", (double)begin / sweep->rate_hz);
	sabin_yaml_write_number(w, "tail_s", (double)s->tail_frames / sweep->rate_hz);
	sabin_yaml_write_bool(w, "chirps", s->chirp.frames > 0);
	sabin_yaml_write_integer(w, "repeats", recipe->repeats);
}

static bool number(const struct sabin_yaml_node *node, const char *key, double *out)
{
	return sabin_yaml_number(sabin_yaml_find(node, key), out);
}

enum sabin_err sabin_recipe_read(const struct sabin_yaml_node *node, const char *path,
                                 struct sabin_recipe *out, struct sabin_diag *diag)
{
	struct sabin_stimulus_options o = {0};
	double repeats = 1;
	bool chirps = false;
	const bool whole = number(node, "from_hz", &o.sweep.from_hz) &&
	                   number(node, "to_hz", &o.sweep.to_hz) &&
	                   number(node, "length_s", &o.sweep.length_s) &&
	                   number(node, "rate_hz", &o.sweep.rate_hz) &&
	                   number(node, "level_dbfs", &o.sweep.peak_dbfs) &&
	                   number(node, "lead_in_s", &o.lead_in_s) &&
	                   number(node, "tail_s", &o.tail_s) &&
	                   sabin_yaml_bool(sabin_yaml_find(node, "chirps"), &chirps) &&
	                   number(node, "repeats", &repeats);
	const int line = node ? node->line : 0, column = node ? node->column : 0;
	if (!whole)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, line, column,
		                      "the sweep's recipe is not whole; expected from_hz, to_hz, length_s, "
		                      "rate_hz, level_dbfs, lead_in_s, tail_s, chirps, repeats");
	if (!(repeats >= 1 && repeats <= REPEATS_MAX) || repeats != floor(repeats))
		return sabin_diag_set(diag, SABIN_EFORMAT, path, line, column,
		                      "the sweep's recipe has %g repeats; expected a whole number from "
		                      "1 to %d",
		                      repeats, REPEATS_MAX);
	o.chirps = chirps;
	struct sabin_recipe recipe = {.repeats = (unsigned)repeats};
	if (o.sweep.peak_dbfs > 0 && o.sweep.peak_dbfs < 1e-9)
		o.sweep.peak_dbfs = 0; /* 20 lg of a gain of 1, rounded */
	enum sabin_err err = sabin_stimulus_init(&recipe.stimulus, &o);
	if (err)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, line, column,
		                      "the sweep's recipe makes no sweep: %s", sabin_strerror(err));
	*out = recipe;
	return SABIN_OK;
}

char *sabin_recipe_text(const struct sabin_recipe *recipe, size_t *length)
{
	struct sabin_yaml_writer writer;
	sabin_yaml_writer_init(&writer);
	sabin_yaml_write_mapping(&writer, document_key, false);
	sabin_recipe_write(&writer, recipe);
	sabin_yaml_write_close(&writer);
	return sabin_yaml_writer_finish(&writer, length);
}

enum sabin_err sabin_recipe_parse(const char *path, const char *text, struct sabin_recipe *out,
                                  struct sabin_diag *diag)
{
	struct sabin_yaml yaml = {0};
	enum sabin_err err = sabin_yaml_parse(path, text, strlen(text), &yaml, diag);
	if (!err) {
		const struct sabin_yaml_node *node = sabin_yaml_find(yaml.root, document_key);
		err = node ? sabin_recipe_read(node, path, out, diag)
		           : sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                            "no sweep's recipe in it; expected '%s:'", document_key);
	}
	sabin_yaml_release(&yaml);
	return err;
}
