/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json.c: building and printing JSON; the only file that knows jansson.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "io/json.h"
#include "io/reason.h"
#include "io/utf8.h"

enum { DEPTH_MAX = 64 };

/* The document as text without white space, as far as it is built: a tree of the same would take
 * ten times the memory.  What is still open is closed when it is printed. */
struct sabin_json {
	char *text; /* [length], of [room] */
	size_t length, room;
	struct open {
		bool is_array, filled;
	} open[DEPTH_MAX]; /* [0] is the document */
	int depth;
	bool failed;
};

static void append(struct sabin_json *json, const char *text, size_t length)
{
	if (json->failed)
		return;
	if (length > json->room - json->length) {
		size_t room = json->room * 2;
		while (room - json->length < length)
			room *= 2;
		char *larger = realloc(json->text, room);
		if (!larger) {
			json->failed = true;
			return;
		}
		json->text = larger;
		json->room = room;
	}
	memcpy(json->text + json->length, text, length);
	json->length += length;
}

/* The value alone (taken over, NULL: no memory). */
static void append_value(struct sabin_json *json, json_t *value)
{
	enum { DIGITS = 9 }; /* as documented */
	char *text =
	    value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS)) : NULL;
	json_decref(value);
	if (text)
		append(json, text, strlen(text));
	else
		json->failed = true;
	free(text);
}

/* What stands before a member: comma and key. */
static void begin_member(struct sabin_json *json, const char *key)
{
	struct open *parent = &json->open[json->depth - 1];
	if (parent->filled)
		append(json, ",", 1);
	parent->filled = true;
	if (parent->is_array)
		return;
	append_value(json, json_string(key ? key : ""));
	append(json, ":", 1);
}

/* Puts the value (taken over, NULL: no memory) into what is open. */
static void put(struct sabin_json *json, const char *key, json_t *value)
{
	begin_member(json, key);
	append_value(json, value);
}

static void open_container(struct sabin_json *json, const char *key, bool is_array)
{
	if (json->failed || json->depth == DEPTH_MAX) {
		json->failed = true;
		return;
	}
	begin_member(json, key);
	append(json, is_array ? "[" : "{", 1);
	json->open[json->depth++] = (struct open){is_array, false};
}

struct sabin_json *sabin_json_new(void)
{
	enum { ROOM = 1024 };
	struct sabin_json *json = calloc(1, sizeof(*json));
	if (!json)
		return NULL;
	json->text = malloc(ROOM);
	if (!json->text) {
		free(json);
		return NULL;
	}
	json->room = ROOM;
	json->depth = 1;
	append(json, "{", 1);
	return json;
}

void sabin_json_free(struct sabin_json *json)
{
	if (!json)
		return;
	free(json->text);
	free(json);
}

void sabin_json_open_object(struct sabin_json *json, const char *key)
{
	open_container(json, key, false);
}

void sabin_json_open_array(struct sabin_json *json, const char *key)
{
	open_container(json, key, true);
}

void sabin_json_close(struct sabin_json *json)
{
	if (json->failed)
		return;
	if (json->depth > 1)
		append(json, json->open[--json->depth].is_array ? "]" : "}", 1);
	else
		json->failed = true;
}

/* What is no number is null: JSON has neither NaN nor infinity. */
static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

void sabin_json_number(struct sabin_json *json, const char *key, double value)
{
	put(json, key, number(value));
}

void sabin_json_integer(struct sabin_json *json, const char *key, long long value)
{
	put(json, key, json_integer(value));
}

void sabin_json_text(struct sabin_json *json, const char *key, const char *value)
{
	if (!value) {
		put(json, key, json_null());
		return;
	}
	char *clean = sabin_utf8_clean(value);
	put(json, key, clean ? json_string(clean) : NULL);
	free(clean);
}

void sabin_json_bool(struct sabin_json *json, const char *key, bool value)
{
	put(json, key, json_boolean(value));
}

void sabin_json_null(struct sabin_json *json, const char *key)
{
	put(json, key, json_null());
}

void sabin_json_numbers(struct sabin_json *json, const char *key, const double *values, size_t n)
{
	sabin_json_open_array(json, key);
	for (size_t i = 0; i < n; i++)
		put(json, NULL, number(values[i]));
	sabin_json_close(json);
}

static void open_quantity(struct sabin_json *json, const char *key, struct sabin_quantity q, const char *unit)
{
	char text[200];
	/* a value that is none cannot be relied on, whatever the flag says */
	if (q.valid && !isfinite(q.value))
		q = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	sabin_json_open_object(json, key);
	sabin_json_number(json, "value", q.value);
	sabin_json_text(json, "unit", unit);
	sabin_json_number(json, "plus_minus", q.plus_minus);
	if (isfinite(q.repeatability) && q.repeatability > 0)
		sabin_json_number(json, "repeatability", q.repeatability);
	sabin_json_bool(json, "valid", q.valid);
	sabin_json_text(json, "why", sabin_reason_text(q, text, sizeof(text)));
}

void sabin_json_quantity(struct sabin_json *json, const char *key, struct sabin_quantity q,
                         const char *unit)
{
	open_quantity(json, key, q, unit);
	sabin_json_close(json);
}

void sabin_json_mean(struct sabin_json *json, const char *key, struct sabin_quantity q, const char *unit,
                     size_t count)
{
	open_quantity(json, key, q, unit);
	sabin_json_integer(json, "count", (long long)count);
	sabin_json_close(json);
}

static void new_line(FILE *stream, int depth)
{
	fprintf(stream, "\n%*s", 2 * depth, "");
}

/* The text with a line a member, indented. */
static void print_indented(const char *text, size_t length, FILE *stream)
{
	int depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < length; i++) {
		const char c = text[i], next = i + 1 < length ? text[i + 1] : '\0';
		const bool opens = !quoted && (c == '{' || c == '[');
		const bool closes = !quoted && (c == '}' || c == ']');
		if (closes) {
			depth--;
			if (text[i - 1] != '{' && text[i - 1] != '[')
				new_line(stream, depth);
		}
		fputc(c, stream);
		if (quoted && c == '\\' && i + 1 < length)
			fputc(text[++i], stream);
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == ':')
			fputc(' ', stream);
		else if (!quoted && c == ',')
			new_line(stream, depth);
		depth += opens;
		if (opens && next != '}' && next != ']' && next != '\0')
			new_line(stream, depth);
	}
}

static enum sabin_err print(const struct sabin_json *json, FILE *stream, bool indented)
{
	if (json->failed)
		return SABIN_ENOMEM;
	if (indented)
		print_indented(json->text, json->length, stream);
	else
		fwrite(json->text, 1, json->length, stream);
	for (int depth = json->depth; depth-- > 0;) {
		if (indented && json->open[depth].filled)
			new_line(stream, depth);
		fputc(json->open[depth].is_array ? ']' : '}', stream);
	}
	return fputc('\n', stream) == EOF || fflush(stream) != 0 || ferror(stream) ? SABIN_EIO : SABIN_OK;
}

enum sabin_err sabin_json_print(const struct sabin_json *json, FILE *stream)
{
	return print(json, stream, true);
}

enum sabin_err sabin_json_print_line(const struct sabin_json *json, FILE *stream)
{
	return print(json, stream, false);
}
