/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * requirements.c: what a studio asks of its room, as a YAML file.
 */
#include <math.h>

#include "io/requirements.h"
#include "io/utf8.h"
#include "io/yaml.h"

static enum sabin_err refuse(struct sabin_diag *diag, const char *path, const struct sabin_yaml_node *node,
                             const char *what, const char *expected)
{
	return sabin_diag_set(diag, SABIN_EFORMAT, path, node->line, node->column, "%s; expected %s", what, expected);
}

static enum sabin_err check_keys(const char *path, const struct sabin_yaml_node *node, const char *const *known,
                                 size_t count, struct sabin_diag *diag)
{
	for (const struct sabin_yaml_node *child = node->child; child; child = child->next) {
		bool found = false;
		for (size_t i = 0; i < count; i++)
			found = found || strcmp(child->key, known[i]) == 0;
		if (found)
			continue;
		char list[200] = "";
		size_t used = 0;
		for (size_t i = 0; i < count && used < sizeof list; i++)
			used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", known[i]);
		return sabin_diag_set(diag, SABIN_EFORMAT, path, child->key_line, child->key_column,
		                      "unknown key '%s'; expected one of: %s", child->key, list);
	}
	return SABIN_OK;
}

/* A number under `key`, or `missing` where there is none. */
static enum sabin_err number(const char *path, const struct sabin_yaml_node *node, const char *key, double low,
                             double high, double missing, double *out, struct sabin_diag *diag)
{
	const struct sabin_yaml_node *at = sabin_yaml_find(node, key);
	double value;
	*out = missing;
	if (!at)
		return SABIN_OK;
	if (!sabin_yaml_number(at, &value) || value < low || value > high)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, at->line, at->column,
		                      "%s: expected a number from %g to %g", key, low, high);
	*out = value;
	return SABIN_OK;
}

static enum sabin_err read_measure(const char *path, const struct sabin_yaml_node *node, enum sabin_measure *out,
                                   struct sabin_diag *diag)
{
	const struct sabin_yaml_node *at = sabin_yaml_find(node, "measure");
	const char *text = sabin_yaml_text(at);
	for (int m = 0; text && m < SABIN_MEASURE_COUNT; m++)
		if (strcmp(text, sabin_measure_name((enum sabin_measure)m)) == 0) {
			*out = (enum sabin_measure)m;
			return SABIN_OK;
		}
	char list[400] = "";
	size_t used = 0;
	for (int m = 0; m < SABIN_MEASURE_COUNT && used < sizeof list; m++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", m > 0 ? ", " : "one of: ",
		                         sabin_measure_name((enum sabin_measure)m));
	return refuse(diag, path, at ? at : node, at ? "measure: not known" : "no key 'measure'", list);
}

/* As much of it as there is room for. */
static void keep_text(char to[SABIN_REQUIREMENT_TEXT], const char *text)
{
	if (snprintf(to, SABIN_REQUIREMENT_TEXT, "%s", text) >= SABIN_REQUIREMENT_TEXT)
		sabin_utf8_trim(to);
}

static enum sabin_err read_row(const char *path, const struct sabin_yaml_node *node, size_t i,
                               struct sabin_requirements *out, struct sabin_diag *diag)
{
	static const char *const known[] = {"measure", "at_least", "at_most", "from_hz", "to_hz", "what"};
	if (node->kind != SABIN_YAML_MAPPING)
		return refuse(diag, path, node, "not a requirement", "{measure: ..., at_most: ...}");
	struct sabin_requirement *row = &out->row[i];
	enum sabin_err err = check_keys(path, node, known, sizeof known / sizeof *known, diag);
	if (!err)
		err = read_measure(path, node, &row->measure, diag);
	if (!err)
		err = number(path, node, "at_least", -1e6, 1e6, NAN, &row->at_least, diag);
	if (!err)
		err = number(path, node, "at_most", -1e6, 1e6, NAN, &row->at_most, diag);
	if (!err)
		err = number(path, node, "from_hz", 20, 20000, 63, &row->from_hz, diag);
	if (!err)
		err = number(path, node, "to_hz", 20, 20000, 8000, &row->to_hz, diag);
	if (err)
		return err;
	if (isnan(row->at_least) && isnan(row->at_most))
		return refuse(diag, path, node, "no limit", "at_least, at_most or both");
	if (row->at_least > row->at_most || row->from_hz > row->to_hz)
		return refuse(diag, path, node, "a range upside down", "the lower end first");
	const char *what = sabin_yaml_text(sabin_yaml_find(node, "what"));
	keep_text(out->what[i], what ? what : sabin_measure_name(row->measure));
	row->what = out->what[i];
	row->verified = true; /* it is the studio's own */
	return SABIN_OK;
}

enum sabin_err sabin_requirements_read(const char *path, struct sabin_requirements *out, struct sabin_diag *diag)
{
	static const char *const known[] = {"name", "requirements"};
	struct sabin_yaml yaml = {0};
	enum sabin_err err = sabin_yaml_read(path, &yaml, diag);
	*out = (struct sabin_requirements){.count = 0};
	if (!err && yaml.root->kind != SABIN_YAML_MAPPING)
		err = refuse(diag, path, yaml.root, "not a file of requirements", "'name' and 'requirements'");
	if (!err)
		err = check_keys(path, yaml.root, known, sizeof known / sizeof *known, diag);
	const struct sabin_yaml_node *list = err ? NULL : sabin_yaml_find(yaml.root, "requirements");
	if (!err && (!list || list->kind != SABIN_YAML_SEQUENCE || list->count == 0))
		err = refuse(diag, path, list ? list : yaml.root, "no list of requirements",
		             "requirements: [{measure: ..., at_most: ...}, ...]");
	if (!err && list->count > SABIN_REQUIREMENTS_MAX)
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, list->line, list->column,
		                     "%zu requirements; at most %d are read", list->count, SABIN_REQUIREMENTS_MAX);
	const struct sabin_yaml_node *node = err ? NULL : list->child;
	for (; !err && node; node = node->next)
		err = read_row(path, node, out->count++, out, diag);
	const char *title = err ? NULL : sabin_yaml_text(sabin_yaml_find(yaml.root, "name"));
	keep_text(out->title, title ? title : path);
	sabin_yaml_release(&yaml);
	return err;
}
