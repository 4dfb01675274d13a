/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json.c: building and printing JSON; the only file that knows jansson.
 */
#include <math.h>

#include <jansson.h>

#include "io/json.h"
#include "io/reason.h"
#include "io/utf8.h"

enum { DEPTH_MAX = 64 };

struct sabin_json {
	json_t *stack[DEPTH_MAX]; /* [0] is the document, owned; the others are borrowed from it */
	int depth;
	bool failed;
};

struct sabin_json *sabin_json_new(void)
{
	struct sabin_json *json = calloc(1, sizeof(*json));
	if (!json)
		return NULL;
	json->stack[0] = json_object();
	json->depth = 1;
	if (!json->stack[0]) {
		free(json);
		return NULL;
	}
	return json;
}

void sabin_json_free(struct sabin_json *json)
{
	if (!json)
		return;
	json_decref(json->stack[0]);
	free(json);
}

/* Puts the value (taken over, NULL: no memory) into what is open. */
static void put(struct sabin_json *json, const char *key, json_t *value)
{
	json_t *parent = json->stack[json->depth - 1];
	int done;
	if (json->failed) {
		json_decref(value);
		return;
	}
	if (json_is_array(parent))
		done = json_array_append_new(parent, value);
	else
		done = json_object_set_new(parent, key ? key : "", value);
	json->failed = done != 0;
}

static void open_container(struct sabin_json *json, const char *key, json_t *container)
{
	if (json->failed || json->depth == DEPTH_MAX) {
		json->failed = true;
		json_decref(container);
		return;
	}
	put(json, key, container);
	if (!json->failed)
		json->stack[json->depth++] = container;
}

void sabin_json_open_object(struct sabin_json *json, const char *key)
{
	open_container(json, key, json_object());
}

void sabin_json_open_array(struct sabin_json *json, const char *key)
{
	open_container(json, key, json_array());
}

void sabin_json_close(struct sabin_json *json)
{
	if (json->failed)
		return;
	if (json->depth > 1)
		json->depth--;
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
	json_t *array = json_array();
	int done = array ? 0 : -1;
	for (size_t i = 0; i < n && done == 0; i++)
		done = json_array_append_new(array, number(values[i]));
	if (done != 0) {
		json_decref(array);
		array = NULL;
	}
	put(json, key, array);
}

void sabin_json_quantity(struct sabin_json *json, const char *key, struct sabin_quantity q,
                         const char *unit)
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
	sabin_json_close(json);
}

static int write_to(const char *buffer, size_t size, void *stream)
{
	return fwrite(buffer, 1, size, stream) == size ? 0 : -1;
}

static enum sabin_err print(const struct sabin_json *json, FILE *stream, size_t layout)
{
	enum { DIGITS = 9 }; /* as documented */
	if (json->failed)
		return SABIN_ENOMEM;
	if (json_dump_callback(json->stack[0], write_to, stream,
	                       layout | JSON_REAL_PRECISION(DIGITS)) != 0)
		return ferror(stream) ? SABIN_EIO : SABIN_ENOMEM;
	if (fputc('\n', stream) == EOF || fflush(stream) != 0)
		return SABIN_EIO;
	return SABIN_OK;
}

enum sabin_err sabin_json_print(const struct sabin_json *json, FILE *stream)
{
	return print(json, stream, JSON_INDENT(2));
}

enum sabin_err sabin_json_print_line(const struct sabin_json *json, FILE *stream)
{
	return print(json, stream, JSON_COMPACT);
}
