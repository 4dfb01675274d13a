/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree.c: the loose relatives of JSON.
 */
#include "io/dialect/tree.h"
#include "io/number.h"

enum { DEPTH = 32, NODES = 100000 };

struct parser {
	struct sabin_dialect_line *line;
	const char *at;
	size_t nodes;
};

void sabin_tree_free(struct sabin_tree_node *node)
{
	while (node) {
		struct sabin_tree_node *next = node->next;
		sabin_tree_free(node->child);
		free(node->key);
		free(node->text);
		free(node);
		node = next;
	}
}

static void skip(struct parser *p)
{
	for (;; p->at++) {
		if (*p->at == '#')
			p->at += strcspn(p->at, "\n");
		if (*p->at == '\n')
			p->line->number++;
		if (!*p->at || !strchr(" \t\r\n,;=:", *p->at))
			return;
	}
}

/* A word, or what stands in quotes; NULL: no memory or no end (told by *err). */
static char *word(struct parser *p, enum sabin_err *err)
{
	const char quote = *p->at;
	size_t n = 0;
	char *text;
	if (quote != '"' && quote != '\'') {
		/* a colon within a word belongs to it: "hw:0" */
		while (p->at[n] && !strchr(" \t\r\n,;={}[]\"'", p->at[n]) &&
		       !(p->at[n] == ':' && strchr(" \t\r\n\"[{", p->at[n + 1])))
			n++;
		if (n == 0)
			*err = sabin_dialect_refuse(p->line, NULL, "a word was expected, there is '%.1s'", p->at);
		text = *err ? NULL : strndup(p->at, n);
		p->at += n;
	} else {
		p->at++;
		while (p->at[n] && p->at[n] != quote)
			n += p->at[n] == '\\' && p->at[n + 1] ? 2 : 1;
		if (p->at[n] != quote) {
			*err = sabin_dialect_refuse(p->line, NULL, "a quote that ends was expected");
			return NULL;
		}
		text = malloc(n + 1);
		size_t k = 0;
		for (size_t i = 0; text && i < n; i++) {
			if (p->at[i] == '\\' && i + 1 < n)
				i++;
			p->line->number += p->at[i] == '\n';
			text[k++] = p->at[i];
		}
		if (text)
			text[k] = '\0';
		p->at += n + 1;
	}
	if (!text && !*err)
		*err = SABIN_ENOMEM;
	return text;
}

static enum sabin_err members(struct parser *p, struct sabin_tree_node *parent, int depth);

static enum sabin_err value(struct parser *p, struct sabin_tree_node *node, int depth)
{
	enum sabin_err err = SABIN_OK;
	node->line = p->line->number;
	if (*p->at != '{' && *p->at != '[') {
		node->text = word(p, &err);
		return err;
	}
	const char end = *p->at == '{' ? '}' : ']';
	node->list = *p->at == '[';
	p->at++;
	if (depth == DEPTH)
		return sabin_dialect_refuse(p->line, NULL, "at most %d levels were expected", DEPTH);
	err = members(p, node, depth + 1);
	if (!err && *p->at != end)
		err = sabin_dialect_refuse(p->line, NULL, "'%c' was expected", end);
	p->at += !err;
	return err;
}

static enum sabin_err members(struct parser *p, struct sabin_tree_node *parent, int depth)
{
	struct sabin_tree_node **to = &parent->child;
	enum sabin_err err = SABIN_OK;
	while (!err) {
		skip(p);
		if (!*p->at || *p->at == '}' || *p->at == ']')
			break;
		if (p->nodes++ == NODES)
			return sabin_dialect_refuse(p->line, NULL, "at most %d values were expected", NODES);
		struct sabin_tree_node *node = calloc(1, sizeof *node);
		if (!node)
			return SABIN_ENOMEM;
		*to = node;
		to = &node->next;
		if (!parent->list) {
			node->key = word(p, &err);
			skip(p);
		}
		if (!err)
			err = value(p, node, depth);
	}
	return err;
}

enum sabin_err sabin_tree_parse(struct sabin_dialect_line *line, const char *text,
                                struct sabin_tree_node **root)
{
	struct parser p = {.line = line, .at = text};
	line->number = 1;
	*root = calloc(1, sizeof **root);
	if (!*root)
		return SABIN_ENOMEM;
	(*root)->line = 1;
	enum sabin_err err = members(&p, *root, 0);
	if (!err && *p.at)
		err = sabin_dialect_refuse(line, NULL, "nothing was expected to be closed by '%c'", *p.at);
	return err;
}

const struct sabin_tree_node *sabin_tree_find(const struct sabin_tree_node *node, const char *key)
{
	const struct sabin_tree_node *found = NULL;
	for (const struct sabin_tree_node *v = node ? node->child : NULL; v; v = v->next)
		if (v->key && strcmp(v->key, key) == 0)
			found = v;
	return found;
}

bool sabin_tree_number(const struct sabin_tree_node *node, const char *key, double *out)
{
	const struct sabin_tree_node *value = sabin_tree_find(node, key);
	return value && value->text && sabin_number_parse(value->text, out);
}
