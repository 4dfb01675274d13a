/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_surfaces.c: what the six surfaces of a room file are made of.
 */
#include <math.h>

#include <sabin/absorber.h>

#include "io/roomfile_inner.h"

/* Coordinates that are meant to be equal may differ by this much (decimal figures of a file). */
static const double same_m = 1e-6;

/* A name, a number, or a mapping by octave. */
static enum sabin_err read_absorption(struct sabin_room_reader *reader,
                                      const struct sabin_yaml_node *node, const char *label,
                                      struct sabin_absorption *out)
{
	static const struct sabin_roomfile_key coefficient = {
	    .path = "", .kind = SABIN_KEY_NUMBER, .unit = "", .min = 0, .max = 1};
	double alpha;
	if (sabin_yaml_number(node, &alpha)) {
		enum sabin_err err = sabin_room_number(reader, node, &coefficient, label, &alpha);
		if (err)
			return err;
		*out = (struct sabin_absorption){.flat = true};
		for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
			out->alpha[band] = alpha;
		return SABIN_OK;
	}
	if (sabin_room_absorber_key(node))
		return sabin_room_absorber(reader, node, label, out);
	if (node->kind == SABIN_YAML_MAPPING)
		return sabin_room_octaves(reader, node, label, out);
	const char *name = sabin_yaml_text(node);
	if (!name)
		return sabin_room_refuse(
		    reader, node,
		    "%s: a material, a number from 0 to 1, or a mapping by octave was "
		    "expected",
		    label);
	return sabin_room_material(reader, node, name, out);
}

/* cover_percent of one, the rest of the other. */
static void mix(struct sabin_absorption *top, const struct sabin_absorption *below, double share)
{
	top->flat = top->flat && below->flat;
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		top->alpha[band] = share * top->alpha[band] + (1 - share) * below->alpha[band];
		top->extrapolated[band] = top->extrapolated[band] || below->extrapolated[band];
	}
}

static enum sabin_err read_cover(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node, const char *label,
                                 enum sabin_surface_id surface)
{
	struct sabin_room *room = &reader->out->room;
	struct sabin_absorption *out = &room->surface[surface];
	char sub[128];
	const struct sabin_yaml_node *cover = sabin_yaml_find(node, "cover_percent");
	const struct sabin_yaml_node *on = sabin_yaml_find(node, "on");
	snprintf(sub, sizeof(sub), "%s.material", label);
	enum sabin_err err = read_absorption(reader, sabin_yaml_find(node, "material"), sub, out);
	if (err || (!cover && !on))
		return err;
	if (!on)
		return sabin_room_refuse_key(
		    reader, cover, "%s.on is missing: what shows where the material does not cover",
		    label);
	if (!cover)
		return sabin_room_refuse_key(reader, on, "%s.cover_percent is missing", label);
	double percent;
	struct sabin_absorption below;
	snprintf(sub, sizeof(sub), "%s.cover_percent", label);
	err = sabin_room_number(reader, cover, sabin_room_row("surfaces.SURFACE.cover_percent"),
	                        sub, &percent);
	snprintf(sub, sizeof(sub), "%s.on", label);
	if (!err)
		err = read_absorption(reader, on, sub, &below);
	if (err)
		return err;
	mix(out, &below, percent / 100);
	room->covered[surface] = percent / 100;
	room->ground[surface] = below;
	return SABIN_OK;
}

/* ---- panels ----------------------------------------------------------------- */

/* The axis a surface is normal to, and where on it the surface lies. */
static int normal_axis(enum sabin_surface_id surface)
{
	static const int axes[SABIN_SURFACE_COUNT] = {
	    [SABIN_FRONT] = 1, [SABIN_BACK] = 1,  [SABIN_LEFT] = 0,
	    [SABIN_RIGHT] = 0, [SABIN_FLOOR] = 2, [SABIN_CEILING] = 2,
	};
	return axes[surface];
}

static double plane_m(const struct sabin_room *room, enum sabin_surface_id surface)
{
	bool far = surface == SABIN_BACK || surface == SABIN_RIGHT || surface == SABIN_CEILING;
	return far ? room->size_m[normal_axis(surface)] : 0;
}

static enum sabin_err check_panel(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, const char *label,
                                  struct sabin_panel *panel)
{
	enum sabin_err err = sabin_room_check_box(reader, node, label, panel->min_m, panel->max_m);
	if (err)
		return err;
	int normal = normal_axis(panel->surface);
	double plane = plane_m(&reader->out->room, panel->surface);
	if (fabs(panel->min_m[normal] - plane) > same_m ||
	    fabs(panel->max_m[normal] - plane) > same_m)
		return sabin_room_refuse(
		    reader, node,
		    "%s does not lie on its surface; %c = %g was expected in min_m "
		    "and max_m",
		    label, "xyz"[normal], plane);
	panel->min_m[normal] = panel->max_m[normal] = plane;
	for (int i = 0; i < 3; i++)
		if (i != normal && !(panel->max_m[i] - panel->min_m[i] > same_m))
			return sabin_room_refuse(reader, node,
			                         "%s has no area: min_m and max_m agree in %c",
			                         label, "xyz"[i]);
	return SABIN_OK;
}

static bool overlap(const struct sabin_panel *a, const struct sabin_panel *b)
{
	if (a->surface != b->surface)
		return false;
	for (int i = 0; i < 3; i++) {
		if (i == normal_axis(a->surface))
			continue;
		if (a->max_m[i] <= b->min_m[i] + same_m || b->max_m[i] <= a->min_m[i] + same_m)
			return false;
	}
	return true;
}

/* panels.diffuser, of the panel that is added next. */
static enum sabin_err add_diffuser(struct sabin_room_reader *reader, const struct sabin_yaml_node *node,
                                   const char *label)
{
	struct sabin_roomfile *out = reader->out;
	struct sabin_panel_diffuser one = {.panel = out->room.panel_count};
	struct sabin_diffuser design;
	char sub[160];
	snprintf(sub, sizeof(sub), "%s: diffuser", label);
	if (node->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse(reader, node, "%s: a mapping was expected", sub);
	enum sabin_err err =
	    sabin_room_section(reader, node, "surfaces.SURFACE.panels.diffuser", sub, &one);
	if (err)
		return err;
	if (!sabin_diffuser_design((int)one.wells, one.from_hz, one.width_m, &design))
		return sabin_room_refuse(reader, sabin_yaml_find(node, "wells"),
		                         "%s.wells: %u is no prime; 5, 7, 11, 13, 17, 19, 23, 29 or 31 was "
		                         "expected",
		                         sub, one.wells);
	struct sabin_panel_diffuser *grown =
	    realloc(out->diffusers, (out->diffuser_count + 1) * sizeof *grown);
	if (!grown)
		return sabin_room_no_memory(reader);
	out->diffusers = grown;
	out->diffusers[out->diffuser_count++] = one;
	return SABIN_OK;
}

static enum sabin_err add_panel(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node, enum sabin_surface_id surface,
                                size_t number)
{
	struct sabin_room *room = &reader->out->room;
	struct sabin_panel panel = {.surface = surface};
	char label[128], sub[160];
	snprintf(label, sizeof(label), "panel %zu of surfaces.%s", number,
	         sabin_surface_name(surface));
	snprintf(sub, sizeof(sub), "%s: material", label);
	enum sabin_err err =
	    sabin_room_section(reader, node, "surfaces.SURFACE.panels", label, &panel);
	if (!err)
		err = read_absorption(reader, sabin_yaml_find(node, "material"), sub,
		                      &panel.absorption);
	if (!err)
		err = check_panel(reader, node, label, &panel);
	for (size_t i = 0; i < room->panel_count && !err; i++)
		if (overlap(&room->panels[i], &panel))
			err = sabin_room_refuse(reader, node, "%s overlaps another panel", label);
	const struct sabin_yaml_node *diffuser = sabin_yaml_find(node, "diffuser");
	if (!err && diffuser)
		err = add_diffuser(reader, diffuser, label);
	if (!err)
		room->panels[room->panel_count++] = panel;
	return err;
}

static enum sabin_err read_panels(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, enum sabin_surface_id surface)
{
	enum { PANELS_MAX = 256 };
	struct sabin_room *room = &reader->out->room;
	if (node->kind != SABIN_YAML_SEQUENCE)
		return sabin_room_refuse(reader, node,
		                         "surfaces.%s.panels: a list of mappings was expected",
		                         sabin_surface_name(surface));
	if (node->count > PANELS_MAX)
		return sabin_room_refuse(reader, node, "more than %d panels on one surface",
		                         PANELS_MAX);
	if (node->count == 0)
		return SABIN_OK;
	struct sabin_panel *grown =
	    realloc(room->panels, (room->panel_count + node->count) * sizeof(*grown));
	if (!grown)
		return sabin_room_no_memory(reader);
	room->panels = grown;
	enum sabin_err err = SABIN_OK;
	size_t number = 1;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next)
		err = add_panel(reader, n, surface, number++);
	return err;
}

static enum sabin_err read_surface(struct sabin_room_reader *reader,
                                   const struct sabin_yaml_node *node,
                                   enum sabin_surface_id surface)
{
	char label[64];
	snprintf(label, sizeof(label), "surfaces.%s", sabin_surface_name(surface));
	struct sabin_absorption *out = &reader->out->room.surface[surface];
	bool octaves = node->kind == SABIN_YAML_MAPPING && node->child &&
	               node->child->key[0] >= '0' && node->child->key[0] <= '9';
	if (node->kind != SABIN_YAML_MAPPING || octaves || sabin_room_absorber_key(node))
		return read_absorption(reader, node, label, out);
	enum sabin_err err = sabin_room_check_keys(reader, node, "surfaces.SURFACE", label);
	if (err)
		return err;
	if (!sabin_yaml_find(node, "material"))
		return sabin_room_refuse_key(reader, node, "%s.material is missing", label);
	err = read_cover(reader, node, label, surface);
	const struct sabin_yaml_node *panels = sabin_yaml_find(node, "panels");
	return err || !panels ? err : read_panels(reader, panels, surface);
}

enum sabin_err sabin_room_surfaces(struct sabin_room_reader *reader,
                                   const struct sabin_yaml_node *node)
{
	const char *names[SABIN_SURFACE_COUNT];
	for (int i = 0; i < SABIN_SURFACE_COUNT; i++)
		names[i] = sabin_surface_name((enum sabin_surface_id)i);
	if (node->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse(
		    reader, node,
		    "surfaces: a mapping of front, back, left, right, floor and "
		    "ceiling was expected");
	for (const struct sabin_yaml_node *n = node->child; n; n = n->next) {
		bool found = false;
		for (int i = 0; i < SABIN_SURFACE_COUNT; i++)
			found = found || strcmp(n->key, names[i]) == 0;
		const char *near = found ? NULL : sabin_nearest(n->key, names, SABIN_SURFACE_COUNT);
		if (near)
			return sabin_room_refuse_key(
			    reader, n, "unknown surface '%s' in surfaces; did you mean '%s'?",
			    n->key, near);
		if (!found)
			return sabin_room_refuse_key(
			    reader, n,
			    "unknown surface '%s' in surfaces; expected one of: "
			    "front, back, left, right, floor, ceiling",
			    n->key);
	}
	enum sabin_err err = SABIN_OK;
	for (int i = 0; i < SABIN_SURFACE_COUNT && !err; i++) {
		const struct sabin_yaml_node *n = sabin_yaml_find(node, names[i]);
		err = n ? read_surface(reader, n, (enum sabin_surface_id)i)
		        : sabin_room_refuse_key(reader, node, "surfaces.%s is missing", names[i]);
	}
	return err;
}
