/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_absorber.c: what a surface absorbs, where the room file gives its build in place of a material.
 */
#include <math.h>

#include <sabin/absorber.h>

#include "io/roomfile_inner.h"

static enum sabin_err read_porous(struct sabin_room_reader *reader, const struct sabin_yaml_node *node,
                                  const char *label, struct sabin_absorption *out)
{
	struct sabin_porous porous = {0};
	const enum sabin_err err =
	    sabin_room_section(reader, node, "surfaces.SURFACE.porous", label, &porous);
	if (!err)
		sabin_porous_octaves(&porous, out);
	return err;
}

static enum sabin_err read_membrane(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node, const char *label,
                                    struct sabin_absorption *out)
{
	struct sabin_membrane membrane = {0};
	const enum sabin_err err =
	    sabin_room_section(reader, node, "surfaces.SURFACE.membrane", label, &membrane);
	if (!err)
		sabin_membrane_octaves(&membrane, out);
	return err;
}

static enum sabin_err read_perforated(struct sabin_room_reader *reader,
                                      const struct sabin_yaml_node *node, const char *label,
                                      struct sabin_absorption *out)
{
	struct sabin_perforated plate = {0};
	const enum sabin_err err =
	    sabin_room_section(reader, node, "surfaces.SURFACE.perforated", label, &plate);
	if (!err)
		sabin_perforated_octaves(&plate, out);
	return err;
}

static const struct {
	const char *key;
	enum sabin_err (*read)(struct sabin_room_reader *reader, const struct sabin_yaml_node *node,
	                       const char *label, struct sabin_absorption *out);
} models[] = {{"porous", read_porous}, {"membrane", read_membrane}, {"perforated", read_perforated}};

enum { MODELS = sizeof models / sizeof *models };

const char *sabin_room_absorber_key(const struct sabin_yaml_node *node)
{
	for (int i = 0; node->kind == SABIN_YAML_MAPPING && i < MODELS; i++)
		if (sabin_yaml_find(node, models[i].key))
			return models[i].key;
	return NULL;
}

enum sabin_err sabin_room_absorber(struct sabin_room_reader *reader, const struct sabin_yaml_node *node,
                                   const char *label, struct sabin_absorption *out)
{
	char sub[160];
	for (int i = 0; i < MODELS; i++) {
		const struct sabin_yaml_node *model = sabin_yaml_find(node, models[i].key);
		if (!model)
			continue;
		for (const struct sabin_yaml_node *other = node->child; other; other = other->next)
			if (other != model)
				return sabin_room_refuse_key(
				    reader, other, "%s: '%s' and '%s' exclude each other", label,
				    models[i].key, other->key);
		snprintf(sub, sizeof sub, "%s.%s", label, models[i].key);
		if (model->kind != SABIN_YAML_MAPPING)
			return sabin_room_refuse(reader, model, "%s: a mapping was expected", sub);
		return models[i].read(reader, model, sub, out);
	}
	return sabin_room_refuse(reader, node, "%s: porous, membrane or perforated was expected", label);
}
