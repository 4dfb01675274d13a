/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_inner.h: what the files that read a room file share.
 */
#ifndef SABIN_IO_ROOMFILE_INNER_H
#define SABIN_IO_ROOMFILE_INNER_H

#include "io/roomfile.h"
#include "io/yaml.h"

struct sabin_material {
	const char *name; /* belongs to the YAML it was read from */
	struct sabin_absorption absorption;
};

struct sabin_room_reader {
	struct sabin_roomfile *out;
	const struct sabin_yaml_node *root;
	struct sabin_diag *diag;
	/* materials.yaml, read when the first material is named */
	const char *materials_path;
	struct sabin_yaml materials_yaml;
	struct sabin_material *materials;
	size_t material_count;
};

/* An error about a node (its value) or its key; returns SABIN_EFORMAT. */
enum sabin_err sabin_room_refuse(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum sabin_err sabin_room_refuse_key(struct sabin_room_reader *reader,
                                     const struct sabin_yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum sabin_err sabin_room_no_memory(struct sabin_room_reader *reader);

/* Read a mapping by the rows of the schema whose path is `section`.KEY ("" for the top) into
 * `base`, the struct that their offsets count from.  `label` names it in messages
 * ("speakers.left").  A NULL node sets the defaults. */
SABIN_MUST enum sabin_err sabin_room_section(struct sabin_room_reader *reader,
                                             const struct sabin_yaml_node *node,
                                             const char *section, const char *label, void *base);

/* Only this set of keys is known in `node`. */
SABIN_MUST enum sabin_err sabin_room_check_keys(struct sabin_room_reader *reader,
                                                const struct sabin_yaml_node *node,
                                                const char *section, const char *label);

/* A mapping (or nothing) whose keys are names, unique without regard to case. */
SABIN_MUST enum sabin_err sabin_room_check_names(struct sabin_room_reader *reader,
                                                 const struct sabin_yaml_node *node,
                                                 const char *label);

/* Everything is compared with everything: more than this in one room is a mistake. */
enum { SABIN_ROOM_ENTRIES_MAX = 1000 };

/* An array for the children of a node, at most so many, zeroed; NULL and count 0 for none. */
SABIN_MUST enum sabin_err sabin_room_array(struct sabin_room_reader *reader,
                                           const struct sabin_yaml_node *node, size_t size,
                                           void *array, size_t *count);

/* A path in the room file, resolved against its folder. */
SABIN_MUST enum sabin_err sabin_room_path(struct sabin_room_reader *reader, const char *name,
                                          char **out);

/* A scalar as a number within the limits of a row. */
SABIN_MUST enum sabin_err sabin_room_number(struct sabin_room_reader *reader,
                                            const struct sabin_yaml_node *node,
                                            const struct sabin_roomfile_key *row, const char *label,
                                            double *out);

/* The row of the schema with this path; it exists. */
const struct sabin_roomfile_key *sabin_room_row(const char *path);

/* One of a list of words, by index. */
SABIN_MUST enum sabin_err sabin_room_choice(struct sabin_room_reader *reader,
                                            const struct sabin_yaml_node *node, const char *label,
                                            const char *const *words, size_t count, size_t *out);

/* The nearest of `count` words to a misspelt one, or NULL when none is near. */
const char *sabin_nearest(const char *word, const char *const *words, size_t count);

/* No speaker (or position) is called `name`, which is the node's text or stands in its key; the nearest one that is. */
enum sabin_err sabin_room_no_such(struct sabin_room_reader *reader, const struct sabin_yaml_node *node,
                                  const char *label, const char *name, bool speaker);

/* At least 1 cm from every surface. */
SABIN_MUST enum sabin_err sabin_room_check_inside(struct sabin_room_reader *reader,
                                                  const struct sabin_yaml_node *node,
                                                  const char *label, const double position_m[3]);

/* A box whose min does not exceed its max, inside the room. */
SABIN_MUST enum sabin_err sabin_room_check_box(struct sabin_room_reader *reader,
                                               const struct sabin_yaml_node *node,
                                               const char *label, const double min_m[3],
                                               const double max_m[3]);

/* roomfile_surfaces.c, roomfile_simulation.c */
SABIN_MUST enum sabin_err sabin_room_surfaces(struct sabin_room_reader *reader,
                                              const struct sabin_yaml_node *node);
SABIN_MUST enum sabin_err sabin_room_simulation(struct sabin_room_reader *reader,
                                                const struct sabin_yaml_node *node);

/* roomfile_absorber.c: the model in a mapping ("porous", ...), or NULL; and its absorption. */
const char *sabin_room_absorber_key(const struct sabin_yaml_node *node);
SABIN_MUST enum sabin_err sabin_room_absorber(struct sabin_room_reader *reader,
                                              const struct sabin_yaml_node *node, const char *label,
                                              struct sabin_absorption *out);

/* materials.c: look up a name; reads materials.yaml when needed. */
SABIN_MUST enum sabin_err sabin_room_material(struct sabin_room_reader *reader,
                                              const struct sabin_yaml_node *node, const char *name,
                                              struct sabin_absorption *out);
void sabin_room_materials_release(struct sabin_room_reader *reader);

/* materials.c: {125: 0.1, ...} */
SABIN_MUST enum sabin_err sabin_room_octaves(struct sabin_room_reader *reader,
                                             const struct sabin_yaml_node *node, const char *label,
                                             struct sabin_absorption *out);

#endif
