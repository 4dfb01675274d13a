/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yaml_write.c: YAML text that reads back as what it was, whatever bytes the texts hold.
 */
#include <stdint.h>

#include "io/number.h"
#include "io/utf8.h"
#include "io/yaml.h"

static void add(struct sabin_yaml_writer *writer, const char *text, size_t n)
{
	if (writer->failed)
		return;
	if (writer->size - writer->length <= n) {
		size_t size = writer->size ? writer->size : 1024;
		while (size - writer->length <= n && !writer->failed)
			writer->failed = __builtin_mul_overflow(size, 2, &size);
		char *grown = writer->failed ? NULL : realloc(writer->text, size);
		if (!grown) {
			writer->failed = true;
			return;
		}
		writer->text = grown;
		writer->size = size;
	}
	memcpy(writer->text + writer->length, text, n);
	writer->length += n;
	writer->text[writer->length] = '\0';
}

static void add_text(struct sabin_yaml_writer *writer, const char *text)
{
	add(writer, text, strlen(text));
}

void sabin_yaml_writer_init(struct sabin_yaml_writer *writer)
{
	*writer = (struct sabin_yaml_writer){.depth = 1};
	writer->level[0].empty = true;
}

/* Words that need no quotes, and that no reader takes for a number, a bool or nothing. */
static bool is_plain_word(const char *text)
{
	static const char *const taken[] = {"true", "false", "yes", "no", "on",
	                                    "off",  "null",  "y",   "n"};
	if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')))
		return false;
	for (const char *c = text; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9') || *c == '_' || *c == '-' || *c == '.' || *c == '/'))
			return false;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		size_t j = 0;
		while (taken[i][j] && (text[j] | 0x20) == taken[i][j])
			j++;
		if (!taken[i][j] && !text[j])
			return false;
	}
	return true;
}

/* A double-quoted scalar: control characters, and all that YAML calls not printable, as escapes. */
static void add_quoted(struct sabin_yaml_writer *writer, const char *text)
{
	size_t n = strlen(text);
	add_text(writer, "\"");
	for (size_t i = 0; i < n;) {
		uint32_t code = 0xfffd;
		size_t length = sabin_utf8_decode(text + i, n - i, &code);
		char escaped[16];
		if (length == 0)
			add_text(writer, "\\uFFFD");
		else if (code == '"' || code == '\\') {
			snprintf(escaped, sizeof(escaped), "\\%c", (char)code);
			add_text(writer, escaped);
		} else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
		           code == 0x2029 || code == 0xfeff || code == 0xfffe || code == 0xffff) {
			snprintf(escaped, sizeof(escaped), code > 0xff ? "\\u%04X" : "\\x%02X",
			         code);
			add_text(writer, escaped);
		} else {
			add(writer, text + i, length);
		}
		i += length ? length : 1;
	}
	add_text(writer, "\"");
}

static void add_scalar_text(struct sabin_yaml_writer *writer, const char *text)
{
	if (is_plain_word(text))
		add_text(writer, text);
	else
		add_quoted(writer, text);
}

/* Everything that stands before a value: line, indentation, dash or comma, key. */
static void begin(struct sabin_yaml_writer *writer, const char *key, bool block_follows)
{
	int top = writer->depth - 1;
	if (writer->level[top].flow) {
		if (!writer->level[top].empty)
			add_text(writer, ", ");
	} else if (writer->pending_item) {
		writer->pending_item = false;
	} else {
		for (int i = 0; i < top; i++)
			add_text(writer, "  ");
	}
	writer->level[top].empty = false;
	if (writer->level[top].sequence) {
		if (!writer->level[top].flow)
			add_text(writer, "- ");
		return;
	}
	add_scalar_text(writer, key ? key : "");
	add_text(writer, block_follows ? ":" : ": ");
}

static void end(struct sabin_yaml_writer *writer)
{
	if (!writer->level[writer->depth - 1].flow)
		add_text(writer, "\n");
}

static void open_level(struct sabin_yaml_writer *writer, const char *key, bool sequence, bool flow)
{
	int top = writer->depth - 1;
	if (writer->depth == SABIN_YAML_DEPTH_MAX) {
		writer->failed = true;
		return;
	}
	bool in_sequence = writer->level[top].sequence;
	flow = flow || writer->level[top].flow || (sequence && in_sequence);
	begin(writer, key, !flow);
	if (flow)
		add_text(writer, sequence ? "[" : "{");
	else if (in_sequence)
		writer->pending_item = true; /* its first key stands behind the dash */
	else
		add_text(writer, "\n");
	writer->level[writer->depth].sequence = sequence;
	writer->level[writer->depth].flow = flow;
	writer->level[writer->depth].empty = true;
	writer->depth++;
}

void sabin_yaml_write_mapping(struct sabin_yaml_writer *writer, const char *key, bool flow)
{
	open_level(writer, key, false, flow);
}

void sabin_yaml_write_sequence(struct sabin_yaml_writer *writer, const char *key, bool flow)
{
	open_level(writer, key, true, flow);
}

void sabin_yaml_write_close(struct sabin_yaml_writer *writer)
{
	if (writer->depth <= 1) {
		writer->failed = true;
		return;
	}
	int top = --writer->depth;
	bool sequence = writer->level[top].sequence;
	if (writer->level[top].flow) {
		add_text(writer, sequence ? "]" : "}");
		end(writer);
	} else if (writer->level[top].empty && !writer->failed) {
		/* nothing in a block would read back as null */
		if (!writer->pending_item)
			writer->length--; /* the line's end */
		add_text(writer, writer->pending_item ? "" : " ");
		add_text(writer, sequence ? "[]\n" : "{}\n");
		writer->pending_item = false;
	}
}

void sabin_yaml_write_text(struct sabin_yaml_writer *writer, const char *key, const char *text)
{
	begin(writer, key, false);
	if (text)
		add_scalar_text(writer, text);
	else
		add_text(writer, "null");
	end(writer);
}

static void write_raw(struct sabin_yaml_writer *writer, const char *key, const char *text)
{
	begin(writer, key, false);
	add_text(writer, text);
	end(writer);
}

void sabin_yaml_write_number(struct sabin_yaml_writer *writer, const char *key, double value)
{
	char text[SABIN_NUMBER_SIZE];
	write_raw(writer, key, sabin_number_format(value, text));
}

void sabin_yaml_write_integer(struct sabin_yaml_writer *writer, const char *key, long long value)
{
	char text[32];
	snprintf(text, sizeof(text), "%lld", value);
	write_raw(writer, key, text);
}

void sabin_yaml_write_bool(struct sabin_yaml_writer *writer, const char *key, bool value)
{
	write_raw(writer, key, value ? "true" : "false");
}

void sabin_yaml_write_comment(struct sabin_yaml_writer *writer, const char *text)
{
	for (int i = 0; i < writer->depth - 1; i++)
		add_text(writer, "  ");
	add_text(writer, "# ");
	for (const char *c = text; *c; c++)
		add(writer, (unsigned char)*c < 0x20 ? " " : c, 1);
	add_text(writer, "\n");
}

char *sabin_yaml_writer_finish(struct sabin_yaml_writer *writer, size_t *length)
{
	char *text = writer->text;
	if (writer->failed || writer->depth != 1 || writer->pending_item) {
		free(text);
		text = NULL;
	}
	if (text && length)
		*length = writer->length;
	*writer = (struct sabin_yaml_writer){0};
	return text;
}
