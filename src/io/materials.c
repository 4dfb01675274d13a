/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * materials.c: absorption by octave, as room files and materials.yaml give it.
 */
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/paths.h"
#include "io/roomfile_inner.h"

static const double octaves_hz[SABIN_ABSORPTION_BANDS] = {63,   125,  250,  500,
                                                          1000, 2000, 4000, 8000};

static int band_of(const char *key)
{
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		char name[16];
		snprintf(name, sizeof(name), "%.0f", octaves_hz[band]);
		if (strcmp(key, name) == 0)
			return band;
	}
	return -1;
}

/* Bands without a value: the nearest value beyond the ends, the straight line over the octaves
 * between; all of them marked. */
static void fill_gaps(struct sabin_absorption *absorption)
{
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		if (!absorption->extrapolated[band])
			continue;
		int below = band, above = band;
		while (below >= 0 && absorption->extrapolated[below])
			below--;
		while (above < SABIN_ABSORPTION_BANDS && absorption->extrapolated[above])
			above++;
		const double *alpha = absorption->alpha;
		if (below < 0)
			absorption->alpha[band] = alpha[above];
		else if (above == SABIN_ABSORPTION_BANDS)
			absorption->alpha[band] = alpha[below];
		else
			absorption->alpha[band] = alpha[below] + (alpha[above] - alpha[below]) *
			                                             (band - below) /
			                                             (above - below);
	}
}

enum sabin_err sabin_room_octaves(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, const char *label,
                                  struct sabin_absorption *out)
{
	static const struct sabin_roomfile_key coefficient = {
	    .path = "", .kind = SABIN_KEY_NUMBER, .unit = "", .min = 0, .max = 1};
	struct sabin_absorption absorption = {.flat = false};
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		absorption.extrapolated[band] = true;
	if (node->count == 0)
		return sabin_room_refuse(reader, node, "%s: at least one octave was expected",
		                         label);
	for (const struct sabin_yaml_node *child = node->child; child; child = child->next) {
		int band = band_of(child->key);
		if (band < 0)
			return sabin_room_refuse_key(
			    reader, child,
			    "%s: unknown octave '%s'; expected one of: 63, 125, "
			    "250, 500, 1000, 2000, 4000, 8000",
			    label, child->key);
		enum sabin_err err =
		    sabin_room_number(reader, child, &coefficient, label, &absorption.alpha[band]);
		if (err)
			return err;
		absorption.extrapolated[band] = false;
	}
	fill_gaps(&absorption);
	*out = absorption;
	return SABIN_OK;
}

/* ---- materials.yaml --------------------------------------------------------- */

void sabin_room_materials_release(struct sabin_room_reader *reader)
{
	sabin_yaml_release(&reader->materials_yaml);
	free(reader->materials);
	reader->materials = NULL;
	reader->material_count = 0;
}

static enum sabin_err read_material(struct sabin_room_reader *inner,
                                    const struct sabin_yaml_node *node, struct sabin_material *out)
{
	static const char *const known[] = {"about", "alpha", "source"};
	if (!sabin_name_is_valid(node->key) || node->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse_key(inner, node,
		                             "a material's name with a mapping was expected");
	for (const struct sabin_yaml_node *child = node->child; child; child = child->next) {
		bool found = false;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found = found || strcmp(child->key, known[i]) == 0;
		if (!found)
			return sabin_room_refuse_key(
			    inner, child,
			    "unknown key '%s' in %s; expected one of: about, "
			    "alpha, source",
			    child->key, node->key);
	}
	const struct sabin_yaml_node *alpha = sabin_yaml_find(node, "alpha");
	if (!alpha || alpha->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse_key(inner, node, "%s: alpha by octave is missing",
		                             node->key);
	if (!sabin_yaml_text(sabin_yaml_find(node, "source")))
		return sabin_room_refuse_key(inner, node, "%s: source is missing", node->key);
	out->name = node->key;
	return sabin_room_octaves(inner, alpha, node->key, &out->absorption);
}

static enum sabin_err read_materials(struct sabin_room_reader *reader, char *path)
{
	enum sabin_err err = sabin_yaml_read(path, &reader->materials_yaml, reader->diag);
	if (err)
		return err;
	/* messages shall name this file, not the room file */
	struct sabin_roomfile named = {.path = path};
	struct sabin_room_reader inner = {.out = &named, .diag = reader->diag};
	const struct sabin_yaml_node *root = reader->materials_yaml.root;
	if (root->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse(&inner, root, "a mapping of materials was expected");
	err = sabin_room_array(&inner, root, sizeof(*reader->materials), &reader->materials,
	                       &reader->material_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = root->child; n && !err; n = n->next)
		err = read_material(&inner, n, &reader->materials[i++]);
	return err;
}

static char *materials_path(const struct sabin_room_reader *reader)
{
	if (reader->materials_path)
		return strdup(reader->materials_path);
	char *folder = sabin_place(SABIN_PLACE_ROOMS);
	char *path = folder ? sabin_path_join(folder, "materials.yaml") : NULL;
	free(folder);
	return path;
}

static enum sabin_err need_materials(struct sabin_room_reader *reader)
{
	if (reader->materials_yaml.root)
		return SABIN_OK;
	char *path = materials_path(reader);
	enum sabin_err err = SABIN_OK;
	if (!path && errno == ENOMEM)
		err = sabin_diag_set(reader->diag, SABIN_ENOMEM, NULL, 0, 0, "out of memory");
	else if (!path || (!reader->materials_path && access(path, R_OK) != 0))
		err = sabin_place_missing(SABIN_PLACE_ROOMS, "materials.yaml", reader->diag);
	else
		err = read_materials(reader, path);
	free(path);
	return err;
}

/* Where the known ones are, and first those whose names hold the unknown one: "carpet" of carpet-thin. */
static void advise_material(const struct sabin_room_reader *reader, const char *name)
{
	char like[200] = "", *path = materials_path(reader);
	size_t used = 0;
	for (size_t i = 0; *name && i < reader->material_count && used < sizeof like - 40; i++)
		if (strstr(reader->materials[i].name, name))
			used += (size_t)snprintf(like + used, sizeof like - used, "%s%.30s", used ? ", " : "", reader->materials[i].name);
	sabin_diag_advise(reader->diag, "%s%s%.200s lists those that are known; a number or a mapping by octave will do as well",
	                  used ? like : "", used ? " perhaps; " : "", path ? path : "materials.yaml");
	free(path);
}

enum sabin_err sabin_room_material(struct sabin_room_reader *reader,
                                   const struct sabin_yaml_node *node, const char *name,
                                   struct sabin_absorption *out)
{
	enum sabin_err err = need_materials(reader);
	if (err)
		return err;
	const char *names[SABIN_ROOM_ENTRIES_MAX];
	for (size_t i = 0; i < reader->material_count; i++) {
		names[i] = reader->materials[i].name;
		if (strcmp(names[i], name) == 0) {
			*out = reader->materials[i].absorption;
			return SABIN_OK;
		}
	}
	const char *near = sabin_nearest(name, names, reader->material_count);
	if (near)
		return sabin_room_refuse(reader, node, "unknown material '%s'; did you mean '%s'?",
		                         name, near);
	sabin_room_refuse(reader, node, "unknown material '%s'", name);
	advise_material(reader, name);
	return SABIN_EFORMAT;
}
