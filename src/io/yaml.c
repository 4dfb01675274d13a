/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yaml.c: a tree from libyaml's events; the only file that knows libyaml.
 */
#include <stdint.h>

#include <yaml.h>

#include "io/atomic.h"
#include "io/number.h"
#include "io/utf8.h"
#include "io/yaml.h"

/* ---- memory: everything of a document lies in a few blocks ------------------ */

struct sabin_yaml_block {
	struct sabin_yaml_block *next;
	size_t used, size;
	max_align_t data[];
};

static void *take(struct sabin_yaml *yaml, size_t size)
{
	enum { BLOCK_BYTES = 16384 };
	/* no text is longer than its file, SABIN_YAML_TEXT_MAX */
	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	struct sabin_yaml_block *block = yaml->blocks;
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
		block = calloc(1, sizeof(*block) + room);
		if (!block)
			return NULL;
		block->size = room;
		block->next = yaml->blocks;
		yaml->blocks = block;
	}
	void *taken = (char *)block->data + block->used;
	block->used += size;
	return taken;
}

static const char *keep(struct sabin_yaml *yaml, const char *text, size_t length)
{
	char *copy = take(yaml, length + 1);
	if (copy) {
		memcpy(copy, text, length);
		copy[length] = '\0';
	}
	return copy;
}

void sabin_yaml_release(struct sabin_yaml *yaml)
{
	while (yaml->blocks) {
		struct sabin_yaml_block *next = yaml->blocks->next;
		free(yaml->blocks);
		yaml->blocks = next;
	}
	*yaml = (struct sabin_yaml){0};
}

/* ---- what libyaml would refuse without telling the column, or would let pass  */

static bool is_printable(uint32_t code) /* YAML 1.1, 5.1 */
{
	return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0x7f) ||
	       code == 0x85 || (code >= 0xa0 && code != 0xfffe && code != 0xffff);
}

/* A tab before the first other character of a line that holds anything. */
static bool is_tab_indented(const char *rest, size_t n)
{
	size_t i = 0;
	while (i < n && (rest[i] == ' ' || rest[i] == '\t'))
		i++;
	return i < n && rest[i] != '\n' && rest[i] != '\r' && rest[i] != '#';
}

static enum sabin_err check_text(const char *path, const char *text, size_t length,
                                 struct sabin_diag *diag)
{
	int line = 1, column = 1;
	bool indent = true;
	for (size_t i = 0; i < length; column++) {
		uint32_t code = 0;
		size_t n = sabin_utf8_decode(text + i, length - i, &code);
		if (n == 0) {
			sabin_diag_set(diag, SABIN_EFORMAT, path, line, column,
			               "byte 0x%02x is not UTF-8 text", (unsigned char)text[i]);
			sabin_diag_advise(diag, "save the file as UTF-8");
			return SABIN_EFORMAT;
		}
		if (!is_printable(code))
			return sabin_diag_set(diag, SABIN_EFORMAT, path, line, column,
			                      "control character U+%04X is not allowed", code);
		if (code == '\t' && indent && is_tab_indented(text + i, length - i)) {
			sabin_diag_set(diag, SABIN_EFORMAT, path, line, column,
			               "a tab in the indentation; YAML wants blanks");
			sabin_diag_advise(diag, "replace the tab by two blanks");
			return SABIN_EFORMAT;
		}
		indent = code == '\n' || (indent && (code == ' ' || code == '\t'));
		if (code == '\n') {
			line++;
			column = 0;
		}
		i += n;
	}
	return SABIN_OK;
}

/* ---- building --------------------------------------------------------------- */

struct builder {
	struct sabin_yaml *yaml;
	const char *path;
	struct sabin_diag *diag;
	struct {
		struct sabin_yaml_node *node, *last; /* last child */
		const char *key;                     /* waits for its value */
		int key_line, key_column;
	} stack[SABIN_YAML_DEPTH_MAX];
	int depth;
	size_t nodes;
};

static enum sabin_err no_memory(const struct builder *builder)
{
	return sabin_diag_set(builder->diag, SABIN_ENOMEM, builder->path, 0, 0, "out of memory");
}

static int line_of(const yaml_mark_t *mark)
{
	return (int)mark->line + 1;
}

static int column_of(const yaml_mark_t *mark)
{
	return (int)mark->column + 1;
}

static enum sabin_err refuse(const struct builder *builder, const yaml_mark_t *mark,
                             const char *what)
{
	return sabin_diag_set(builder->diag, SABIN_EFORMAT, builder->path, line_of(mark),
	                      column_of(mark), "%s", what);
}

static bool is_waiting_for_key(const struct builder *builder)
{
	return builder->depth > 0 &&
	       builder->stack[builder->depth - 1].node->kind == SABIN_YAML_MAPPING &&
	       !builder->stack[builder->depth - 1].key;
}

/* Hang the node into the collection that is open, or make it the root. */
static void attach(struct builder *builder, struct sabin_yaml_node *node)
{
	if (builder->depth == 0) {
		builder->yaml->root = node;
		return;
	}
	int top = builder->depth - 1;
	struct sabin_yaml_node *parent = builder->stack[top].node;
	node->key = builder->stack[top].key;
	node->key_line = builder->stack[top].key_line;
	node->key_column = builder->stack[top].key_column;
	builder->stack[top].key = NULL;
	if (builder->stack[top].last)
		builder->stack[top].last->next = node;
	else
		parent->child = node;
	builder->stack[top].last = node;
	parent->count++;
}

static enum sabin_err new_node(struct builder *builder, const yaml_event_t *event,
                               enum sabin_yaml_kind kind, struct sabin_yaml_node **out)
{
	if (++builder->nodes > SABIN_YAML_NODES_MAX)
		return refuse(builder, &event->start_mark, "too many values in one file");
	struct sabin_yaml_node *node = take(builder->yaml, sizeof(*node));
	if (!node)
		return no_memory(builder);
	node->kind = kind;
	node->line = line_of(&event->start_mark);
	node->column = column_of(&event->start_mark);
	node->text = "";
	*out = node;
	return SABIN_OK;
}

static enum sabin_err add_scalar(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	if (event->data.scalar.anchor)
		return refuse(builder, &event->start_mark, "anchors (&) are not supported");
	if (event->data.scalar.tag)
		return refuse(builder, &event->start_mark, "tags (!) are not supported");
	if (memchr(text, '\0', length))
		return refuse(builder, &event->start_mark, "a NUL character in a text");
	const char *copy = keep(builder->yaml, text, length);
	if (!copy)
		return no_memory(builder);
	if (is_waiting_for_key(builder)) {
		int top = builder->depth - 1;
		builder->stack[top].key = copy;
		builder->stack[top].key_line = line_of(&event->start_mark);
		builder->stack[top].key_column = column_of(&event->start_mark);
		return SABIN_OK;
	}
	struct sabin_yaml_node *node;
	enum sabin_err err = new_node(builder, event, SABIN_YAML_SCALAR, &node);
	if (err)
		return err;
	node->text = copy;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	attach(builder, node);
	return SABIN_OK;
}

static enum sabin_err open_collection(struct builder *builder, const yaml_event_t *event)
{
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	if (mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor)
		return refuse(builder, &event->start_mark, "anchors (&) are not supported");
	if (mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag)
		return refuse(builder, &event->start_mark, "tags (!) are not supported");
	if (is_waiting_for_key(builder))
		return refuse(builder, &event->start_mark, "a key must be a plain word");
	if (builder->depth == SABIN_YAML_DEPTH_MAX)
		return refuse(builder, &event->start_mark, "nested too deeply");
	struct sabin_yaml_node *node;
	enum sabin_err err =
	    new_node(builder, event, mapping ? SABIN_YAML_MAPPING : SABIN_YAML_SEQUENCE, &node);
	if (err)
		return err;
	attach(builder, node);
	builder->stack[builder->depth].node = node;
	builder->stack[builder->depth].last = NULL;
	builder->stack[builder->depth].key = NULL;
	builder->depth++;
	return SABIN_OK;
}

static int compare_keys(const void *a, const void *b)
{
	const struct sabin_yaml_node *left = *(struct sabin_yaml_node *const *)a;
	const struct sabin_yaml_node *right = *(struct sabin_yaml_node *const *)b;
	int order = strcmp(left->key, right->key);
	if (order)
		return order;
	if (left->key_line != right->key_line)
		return left->key_line < right->key_line ? -1 : 1;
	return left->key_column < right->key_column ? -1 : 1;
}

/* Sorted, so that a hostile file of a million keys does not take 10^12 comparisons. */
static enum sabin_err refuse_duplicates(const struct builder *builder,
                                        const struct sabin_yaml_node *mapping)
{
	if (mapping->count < 2)
		return SABIN_OK;
	const struct sabin_yaml_node **sorted = malloc(mapping->count * sizeof(*sorted));
	if (!sorted)
		return no_memory(builder);
	size_t n = 0;
	for (const struct sabin_yaml_node *node = mapping->child; node; node = node->next)
		sorted[n++] = node;
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	enum sabin_err err = SABIN_OK;
	for (size_t i = 1; i < n && !err; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			err = sabin_diag_set(builder->diag, SABIN_EFORMAT, builder->path,
			                     sorted[i]->key_line, sorted[i]->key_column,
			                     "'%s' is given twice (first in line %d)",
			                     sorted[i]->key, sorted[i - 1]->key_line);
	free(sorted);
	return err;
}

static enum sabin_err close_collection(struct builder *builder)
{
	struct sabin_yaml_node *node = builder->stack[--builder->depth].node;
	return node->kind == SABIN_YAML_MAPPING ? refuse_duplicates(builder, node) : SABIN_OK;
}

static enum sabin_err take_event(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return add_scalar(builder, event);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(builder, event);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return close_collection(builder);
	case YAML_ALIAS_EVENT:
		return refuse(builder, &event->start_mark, "aliases (*) are not supported");
	case YAML_DOCUMENT_START_EVENT:
		if (builder->yaml->root)
			return refuse(builder, &event->start_mark,
			              "a second document; one was expected");
		return SABIN_OK;
	default:
		return SABIN_OK;
	}
}

static enum sabin_err syntax_error(const struct builder *builder, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(builder);
	const char *context = parser->context ? parser->context : "";
	return sabin_diag_set(
	    builder->diag, SABIN_EFORMAT, builder->path, line_of(&parser->problem_mark),
	    column_of(&parser->problem_mark), "not valid YAML: %s%s%s",
	    parser->problem ? parser->problem : "unknown", *context ? " " : "", context);
}

static enum sabin_err build(struct builder *builder, yaml_parser_t *parser)
{
	for (bool more = true; more;) {
		yaml_event_t event;
		if (!yaml_parser_parse(parser, &event))
			return syntax_error(builder, parser);
		enum sabin_err err = take_event(builder, &event);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (err)
			return err;
	}
	return SABIN_OK;
}

enum sabin_err sabin_yaml_parse(const char *path, const char *text, size_t length,
                                struct sabin_yaml *out, struct sabin_diag *diag)
{
	if (length > SABIN_YAML_TEXT_MAX)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "is too large: more than %d bytes", SABIN_YAML_TEXT_MAX);
	enum sabin_err err = check_text(path, text, length, diag);
	if (err)
		return err;
	struct sabin_yaml yaml = {0};
	struct builder builder = {.yaml = &yaml, .path = path, .diag = diag};
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		return no_memory(&builder);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	err = build(&builder, &parser);
	yaml_parser_delete(&parser);
	if (!err && !yaml.root)
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 1, 1, "is empty");
	if (err)
		sabin_yaml_release(&yaml);
	else
		*out = yaml;
	return err;
}

enum sabin_err sabin_yaml_read(const char *path, struct sabin_yaml *out, struct sabin_diag *diag)
{
	char *text = NULL;
	size_t length = 0;
	enum sabin_err err = sabin_read_text(path, SABIN_YAML_TEXT_MAX, &text, &length, diag);
	if (err)
		return err;
	err = sabin_yaml_parse(path, text, length, out, diag);
	free(text);
	return err;
}

/* ---- looking ---------------------------------------------------------------- */

const struct sabin_yaml_node *sabin_yaml_find(const struct sabin_yaml_node *node, const char *key)
{
	if (!node || node->kind != SABIN_YAML_MAPPING)
		return NULL;
	for (const struct sabin_yaml_node *child = node->child; child; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

static bool is_plain(const struct sabin_yaml_node *node)
{
	return node && node->kind == SABIN_YAML_SCALAR && !node->quoted;
}

bool sabin_yaml_number(const struct sabin_yaml_node *node, double *out)
{
	return is_plain(node) && sabin_number_parse(node->text, out);
}

bool sabin_yaml_bool(const struct sabin_yaml_node *node, bool *out)
{
	if (!is_plain(node))
		return false;
	bool yes = strcmp(node->text, "true") == 0 || strcmp(node->text, "yes") == 0;
	if (!yes && strcmp(node->text, "false") != 0 && strcmp(node->text, "no") != 0)
		return false;
	*out = yes;
	return true;
}

bool sabin_yaml_is_null(const struct sabin_yaml_node *node)
{
	return is_plain(node) && (*node->text == '\0' || strcmp(node->text, "~") == 0 ||
	                          strcmp(node->text, "null") == 0);
}

const char *sabin_yaml_text(const struct sabin_yaml_node *node)
{
	if (!node || node->kind != SABIN_YAML_SCALAR || sabin_yaml_is_null(node))
		return NULL;
	return node->text;
}
