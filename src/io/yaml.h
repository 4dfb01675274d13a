/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yaml.h: the part of YAML that sabin's files use, as a tree that remembers where everything stood.
 *
 * One document of mappings (keys are scalars), sequences and scalars.  Refused with line and
 * column: duplicate keys, anchors, aliases, tags, several documents, tabs in the indentation, bytes
 * that are not UTF-8, more than 32 levels, 16 MiB of text or 1 000 000 nodes.  libyaml is known to
 * yaml.c only.
 */
#ifndef SABIN_IO_YAML_H
#define SABIN_IO_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"

enum {
	SABIN_YAML_DEPTH_MAX = 32,
	SABIN_YAML_TEXT_MAX = 16 << 20, /* a measurement of a thousand responses takes 3 MiB */
	SABIN_YAML_NODES_MAX = 1000000,
};

enum sabin_yaml_kind { SABIN_YAML_SCALAR, SABIN_YAML_SEQUENCE, SABIN_YAML_MAPPING };

struct sabin_yaml_node {
	enum sabin_yaml_kind kind;
	int line, column; /* from 1, columns in characters */
	const char *text; /* of a scalar; "" else */
	bool quoted;      /* a scalar in quotes or a block: text, whatever it looks like */
	const char *key;  /* in a mapping; NULL else */
	int key_line, key_column;
	size_t count;                  /* of the children */
	struct sabin_yaml_node *child; /* the first one */
	struct sabin_yaml_node *next;  /* the next sibling */
};

struct sabin_yaml {
	struct sabin_yaml_node *root;
	struct sabin_yaml_block *blocks; /* where everything lies */
};

/* Parse text[length]; `path` is for messages.  SABIN_EFORMAT, SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_yaml_parse(const char *path, const char *text, size_t length,
                                           struct sabin_yaml *out, struct sabin_diag *diag);

/* The same for a file.  Also SABIN_EIO. */
SABIN_MUST enum sabin_err sabin_yaml_read(const char *path, struct sabin_yaml *out,
                                          struct sabin_diag *diag);
void sabin_yaml_release(struct sabin_yaml *yaml);

/* The child of a mapping by key, or NULL (also when node is NULL or no mapping). */
const struct sabin_yaml_node *sabin_yaml_find(const struct sabin_yaml_node *node, const char *key);

/* Scalars by type; false when the node is NULL or something else. */
bool sabin_yaml_number(const struct sabin_yaml_node *node, double *out);
bool sabin_yaml_bool(const struct sabin_yaml_node *node, bool *out); /* true, false, yes, no */
bool sabin_yaml_is_null(const struct sabin_yaml_node *node);         /* nothing, null, ~ */

/* The text of a scalar that is not null; NULL when it is something else. */
const char *sabin_yaml_text(const struct sabin_yaml_node *node);

/* ---- writing ----------------------------------------------------------------
 * A growing text.  Errors (memory) stick and are told by sabin_yaml_writer_finish().  Text is
 * quoted and escaped where needed, so that any bytes come back as text; what is not UTF-8 becomes
 * U+FFFD. */
struct sabin_yaml_writer {
	char *text;
	size_t length, size;
	struct {
		bool sequence, flow, empty;
	} level[SABIN_YAML_DEPTH_MAX];
	int depth;
	bool pending_item; /* "- " is written, its first key follows on the same line */
	bool failed;
};

void sabin_yaml_writer_init(struct sabin_yaml_writer *writer); /* the document is a mapping */
/* key is NULL in a sequence.  flow: on one line, { } or [ ]. */
void sabin_yaml_write_mapping(struct sabin_yaml_writer *writer, const char *key, bool flow);
void sabin_yaml_write_sequence(struct sabin_yaml_writer *writer, const char *key, bool flow);
void sabin_yaml_write_close(struct sabin_yaml_writer *writer);
void sabin_yaml_write_text(struct sabin_yaml_writer *writer, const char *key, const char *text);
void sabin_yaml_write_number(struct sabin_yaml_writer *writer, const char *key, double value);
void sabin_yaml_write_integer(struct sabin_yaml_writer *writer, const char *key, long long value);
void sabin_yaml_write_bool(struct sabin_yaml_writer *writer, const char *key, bool value);
void sabin_yaml_write_comment(struct sabin_yaml_writer *writer, const char *text); /* one line */

/* The text with a final newline, to be freed by the caller; NULL without memory. */
SABIN_MUST char *sabin_yaml_writer_finish(struct sabin_yaml_writer *writer, size_t *length);

#endif
