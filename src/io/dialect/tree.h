/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree.h: the loose relatives of JSON that PipeWire and alsa-lib are configured in, as a tree: keys and values
 * with or without quotes, '=', ':' and ',' as anyone likes, comments from '#' to the end of the line.
 */
#ifndef SABIN_IO_DIALECT_TREE_H
#define SABIN_IO_DIALECT_TREE_H

#include "io/dialect/dialect.h"

struct sabin_tree_node {
	char *key;  /* in braces; NULL in brackets */
	char *text; /* of a value; NULL of braces and brackets */
	bool list;  /* brackets */
	int line;
	struct sabin_tree_node *child, *next;
};

/* The text as what stands in braces (a key before each value).  SABIN_EFORMAT, SABIN_ENOMEM; free() *root
 * with sabin_tree_free() in every case. */
SABIN_MUST enum sabin_err sabin_tree_parse(struct sabin_dialect_line *line, const char *text,
                                           struct sabin_tree_node **root);
void sabin_tree_free(struct sabin_tree_node *root);

/* By key; NULL in, NULL out.  The last of equal ones, as both programs take it. */
const struct sabin_tree_node *sabin_tree_find(const struct sabin_tree_node *node, const char *key);
/* Its value as a number; false: it is none, or not there. */
bool sabin_tree_number(const struct sabin_tree_node *node, const char *key, double *out);

#endif
