/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json.h: building and printing JSON documents (jansson behind it, known to json.c only).
 *
 * A builder with a cursor: open objects and arrays, set members, close.  Errors (memory) stick and
 * are reported once, by sabin_json_print() or sabin_json_print_line().  Keys are the caller's; text is cleaned to valid UTF-8;
 * numbers that are not finite become null.
 */
#ifndef SABIN_IO_JSON_H
#define SABIN_IO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <sabin/quantity.h>
#include <sabin/status.h>

struct sabin_json;

SABIN_MUST struct sabin_json *sabin_json_new(void); /* the document is an object; NULL: no memory */
void sabin_json_free(struct sabin_json *json);

/* key is NULL inside an array. */
void sabin_json_open_object(struct sabin_json *json, const char *key);
void sabin_json_open_array(struct sabin_json *json, const char *key);
void sabin_json_close(struct sabin_json *json);
void sabin_json_number(struct sabin_json *json, const char *key, double value);
void sabin_json_integer(struct sabin_json *json, const char *key, long long value);
void sabin_json_text(struct sabin_json *json, const char *key, const char *value); /* NULL: null */
void sabin_json_bool(struct sabin_json *json, const char *key, bool value);
void sabin_json_null(struct sabin_json *json, const char *key);
void sabin_json_numbers(struct sabin_json *json, const char *key, const double *values, size_t n);

/* A Q object: value, unit, plus_minus, valid, why. */
void sabin_json_quantity(struct sabin_json *json, const char *key, struct sabin_quantity q,
                         const char *unit);
/* The same of a mean of `count` valid values. */
void sabin_json_mean(struct sabin_json *json, const char *key, struct sabin_quantity q, const char *unit,
                     size_t count);

/* Indented by 2, a final newline; 9 significant digits.  SABIN_ENOMEM, SABIN_EIO. */
SABIN_MUST enum sabin_err sabin_json_print(const struct sabin_json *json, FILE *stream);

/* The same on one line. */
SABIN_MUST enum sabin_err sabin_json_print_line(const struct sabin_json *json, FILE *stream);

#endif
