/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_section.c: reading one mapping of a room file by the rows of the schema.
 */
#include <math.h>
#include <strings.h>

#include "io/atomic.h"
#include "io/number.h"
#include "io/roomfile_inner.h"
#include "io/utf8.h"

enum { LABEL_SIZE = 256 };

/* ---- errors ----------------------------------------------------------------- */

enum sabin_err sabin_room_refuse(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	enum sabin_err err = sabin_diag_vset(reader->diag, SABIN_EFORMAT, reader->out->path, node->line,
	                                     node->column, format, arguments);
	va_end(arguments);
	return err;
}

enum sabin_err sabin_room_refuse_key(struct sabin_room_reader *reader,
                                     const struct sabin_yaml_node *node, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	enum sabin_err err = sabin_diag_vset(reader->diag, SABIN_EFORMAT, reader->out->path,
	                                     node->key ? node->key_line : node->line,
	                                     node->key ? node->key_column : node->column, format, arguments);
	va_end(arguments);
	return err;
}

enum sabin_err sabin_room_no_memory(struct sabin_room_reader *reader)
{
	return sabin_diag_set(reader->diag, SABIN_ENOMEM, reader->out->path, 0, 0, "out of memory");
}

/* ---- nearest word ----------------------------------------------------------- */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

/* Levenshtein, V. I.: "Binary codes capable of correcting deletions, insertions, and reversals",
 * Soviet Physics Doklady 10 (1966) 707-710; one row of the table at a time, case ignored. */
static size_t edit_distance(const char *a, const char *b)
{
	enum { WORD_MAX = 64 };
	size_t row[WORD_MAX + 1], n = strlen(b);
	if (strlen(a) > WORD_MAX || n > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = diagonal + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);
			diagonal = row[j];
			row[j] = least(row[j] + 1, row[j - 1] + 1, change);
		}
	}
	return row[n];
}

const char *sabin_nearest(const char *word, const char *const *words, size_t count)
{
	const char *best = NULL;
	for (size_t i = 0; i < count; i++) /* a unit forgotten: aim, where aim_deg is meant */
		if (word[0] && strncasecmp(word, words[i], strlen(word)) == 0 && words[i][strlen(word)] == '_')
			return words[i];
	size_t allowed = strlen(word) / 3, most = allowed > 2 ? allowed : 2;
	for (size_t i = 0; i < count; i++) {
		size_t distance = edit_distance(word, words[i]);
		if (distance <= most && distance < strlen(words[i])) {
			best = words[i];
			most = distance ? distance - 1 : 0;
			if (distance == 0)
				break;
		}
	}
	return best;
}

/* ---- rows ------------------------------------------------------------------- */

/* The key of a row that belongs directly to a section, or NULL. */
static const char *key_in_section(const struct sabin_roomfile_key *row, const char *section)
{
	size_t n = strlen(section);
	const char *key = row->path;
	if (n > 0) {
		if (strncmp(row->path, section, n) != 0 || row->path[n] != '.')
			return NULL;
		key += n + 1;
	}
	return strchr(key, '.') ? NULL : key;
}

const struct sabin_roomfile_key *sabin_room_row(const char *path)
{
	const struct sabin_roomfile_key *rows;
	size_t count = sabin_roomfile_keys(&rows), i = 0;
	while (i + 1 < count && strcmp(rows[i].path, path) != 0)
		i++;
	return &rows[i];
}

/* "a.b", or "b" at the top. */
static void full_label(char out[LABEL_SIZE], const char *label, const char *key)
{
	snprintf(out, LABEL_SIZE, "%s%s%s", label, *label ? "." : "", key);
}

static enum sabin_err refuse_unknown(struct sabin_room_reader *reader,
                                     const struct sabin_yaml_node *child, const char *label,
                                     const char *const *known, size_t count)
{
	char where[LABEL_SIZE + 8] = "", list[256] = "";
	if (*label)
		snprintf(where, sizeof(where), " in %s", label);
	/* {width: 4,1} is a key 1 for YAML */
	if (strspn(child->key, "0123456789") == strlen(child->key))
		return sabin_room_refuse_key(reader, child,
		                             "unknown key '%s'%s; numbers are written with a decimal "
		                             "point, 4.1, not a comma",
		                             child->key, where);
	const char *near = sabin_nearest(child->key, known, count);
	if (near)
		return sabin_room_refuse_key(reader, child,
		                             "unknown key '%s'%s; did you mean '%s'?", child->key,
		                             where, near);
	size_t used = 0;
	for (size_t i = 0; i < count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
		                         known[i]);
	return sabin_room_refuse_key(reader, child, "unknown key '%s'%s; expected one of: %s",
	                             child->key, where, list);
}

enum sabin_err sabin_room_check_keys(struct sabin_room_reader *reader,
                                     const struct sabin_yaml_node *node, const char *section,
                                     const char *label)
{
	enum { KEYS_MAX = 32 };
	const char *known[KEYS_MAX];
	size_t count = 0;
	const struct sabin_roomfile_key *rows;
	size_t row_count = sabin_roomfile_keys(&rows);
	for (size_t i = 0; i < row_count && count < KEYS_MAX; i++) {
		known[count] = key_in_section(&rows[i], section);
		count += known[count] != NULL;
	}
	if (node->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse(reader, node, "%s: a mapping was expected (key: value)",
		                         *label ? label : "room file");
	for (const struct sabin_yaml_node *child = node->child; child; child = child->next) {
		bool found = false;
		for (size_t i = 0; i < count && !found; i++)
			found = strcmp(child->key, known[i]) == 0;
		if (!found)
			return refuse_unknown(reader, child, label, known, count);
	}
	return SABIN_OK;
}

/* What stands there in place of what was expected. */
static const char *description(const struct sabin_yaml_node *node, char text[80])
{
	if (node->kind == SABIN_YAML_MAPPING)
		return "a mapping";
	if (node->kind == SABIN_YAML_SEQUENCE)
		return "a list";
	if (sabin_yaml_is_null(node))
		return "nothing";
	snprintf(text, 80, "'%.60s'", node->text);
	return text;
}

static enum sabin_err refuse_type(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, const char *label,
                                  const char *expected)
{
	char text[80];
	bool vowel = strchr("aeiou", expected[0]) != NULL;
	return sabin_room_refuse(reader, node, "%s: %s %s was expected, not %s", label,
	                         vowel ? "an" : "a", expected, description(node, text));
}

/* What people write in place of a plain number: its unit behind it, or a decimal comma. */
static enum sabin_err refuse_number(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node,
                                    const struct sabin_roomfile_key *row, const char *label)
{
	const char *text = sabin_yaml_text(node);
	const size_t digits = text ? strspn(text, "+-.0123456789") : 0;
	const size_t blank = text ? strspn(text + digits, " ") : 0;
	const char *rest = text ? text + digits + blank : "";
	const bool exponent = (*rest == 'e' || *rest == 'E') && strpbrk(rest, "0123456789");
	if (strcspn(text ? text : "", "0123456789") >= digits || *rest == '\0' || exponent)
		return refuse_type(reader, node, label, "number");
	if (*rest == ',')
		return sabin_room_refuse(reader, node,
		                         "%s: a number with a decimal point was expected, not '%.60s'",
		                         label, text);
	return sabin_room_refuse(reader, node, "%s: a number without unit was expected%s%s%s, not '%.60s'",
	                         label, *row->unit ? " (it is in " : "", row->unit,
	                         *row->unit ? ")" : "", text);
}

enum sabin_err sabin_room_number(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node,
                                 const struct sabin_roomfile_key *row, const char *label,
                                 double *out)
{
	double value;
	if (!sabin_yaml_number(node, &value))
		return refuse_number(reader, node, row, label);
	if (value < row->min || value > row->max) {
		char low[SABIN_NUMBER_SIZE], high[SABIN_NUMBER_SIZE];
		return sabin_room_refuse(
		    reader, node, "%s: %s is out of range; %s to %s%s%s was expected", label,
		    node->text, sabin_number_format(row->min, low),
		    sabin_number_format(row->max, high), *row->unit ? " " : "", row->unit);
	}
	*out = value;
	return SABIN_OK;
}

static enum sabin_err read_whole(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node,
                                 const struct sabin_roomfile_key *row, const char *label,
                                 double *out)
{
	double value;
	enum sabin_err err = sabin_room_number(reader, node, row, label, &value);
	if (err)
		return err;
	if (value != floor(value))
		return refuse_type(reader, node, label, "whole number");
	*out = value;
	return SABIN_OK;
}

static enum sabin_err read_list(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node,
                                const struct sabin_roomfile_key *row, const char *label,
                                double *out, size_t count)
{
	if (node->kind != SABIN_YAML_SEQUENCE)
		return refuse_type(reader, node, label, row->type);
	if (node->count != count)
		return sabin_room_refuse(reader, node, "%s: %zu numbers were expected, not %zu",
		                         label, count, node->count);
	size_t i = 0;
	enum sabin_err err = SABIN_OK;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next)
		err = sabin_room_number(reader, n, row, label, &out[i++]);
	return err;
}

static enum sabin_err read_band(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node,
                                const struct sabin_roomfile_key *row, const char *label,
                                double *out)
{
	double band[2];
	enum sabin_err err = read_list(reader, node, row, label, band, 2);
	if (!err && !(band[0] < band[1]))
		err = sabin_room_refuse(reader, node, "%s: the first must be below the second",
		                        label);
	if (!err)
		memcpy(out, band, sizeof(band));
	return err;
}

static enum sabin_err refuse_name(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, bool key, const char *text)
{
	static const char format[] =
	    "'%s' is no name; up to 64 letters, digits, _ and - were expected, "
	    "the first a letter or digit";
	return key ? sabin_room_refuse_key(reader, node, format, text)
	           : sabin_room_refuse(reader, node, format, text);
}

static enum sabin_err read_text(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node,
                                const struct sabin_roomfile_key *row, const char *label, void *to)
{
	const char *text = sabin_yaml_text(node);
	if (!text || !*text)
		return refuse_type(reader, node, label, row->type);
	if (row->kind == SABIN_KEY_FILE)
		return sabin_room_path(reader, text, to);
	if (row->kind == SABIN_KEY_TEXT) {
		char *copy = strdup(text);
		if (!copy)
			return sabin_room_no_memory(reader);
		*(char **)to = copy;
		return SABIN_OK;
	}
	enum { WORDS_SIZE = 256 };
	if (row->kind == SABIN_KEY_NAME && !sabin_name_is_valid(text))
		return refuse_name(reader, node, false, text);
	if (strlen(text) >= WORDS_SIZE)
		return sabin_room_refuse(reader, node, "%s: longer than %d bytes", label,
		                         WORDS_SIZE - 1);
	snprintf(to, row->kind == SABIN_KEY_NAME ? SABIN_NAME_SIZE : WORDS_SIZE, "%s", text);
	sabin_utf8_disarm(to, '?'); /* it stands on terminals, in one line */
	return SABIN_OK;
}

static enum sabin_err read_value(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node,
                                 const struct sabin_roomfile_key *row, const char *label, void *to)
{
	double whole = 0;
	enum sabin_err err = SABIN_OK;
	switch (row->kind) {
	case SABIN_KEY_NUMBER:
		return sabin_room_number(reader, node, row, label, to);
	case SABIN_KEY_INTEGER:
		err = read_whole(reader, node, row, label, &whole);
		if (!err)
			*(unsigned *)to = (unsigned)whole;
		return err;
	case SABIN_KEY_SEED:
		err = read_whole(reader, node, row, label, &whole);
		if (!err)
			*(uint64_t *)to = (uint64_t)whole;
		return err;
	case SABIN_KEY_YESNO:
		return sabin_yaml_bool(node, to) ? SABIN_OK
		                                 : refuse_type(reader, node, label, row->type);
	case SABIN_KEY_POINT:
		return read_list(reader, node, row, label, to, 3);
	case SABIN_KEY_BAND:
		return read_band(reader, node, row, label, to);
	case SABIN_KEY_NAME:
	case SABIN_KEY_WORDS:
	case SABIN_KEY_TEXT:
	case SABIN_KEY_FILE:
		return read_text(reader, node, row, label, to);
	case SABIN_KEY_SPECIAL:
		break;
	}
	return err;
}

/* The default is what the schema says; a number that has none in figures is "not given". */
static void set_default(const struct sabin_roomfile_key *row, void *to)
{
	double value = NAN;
	bool known = sabin_number_parse(row->default_text, &value);
	size_t count = row->kind == SABIN_KEY_POINT ? 3 : row->kind == SABIN_KEY_BAND ? 2 : 1;
	switch (row->kind) {
	case SABIN_KEY_NUMBER:
	case SABIN_KEY_POINT:
	case SABIN_KEY_BAND:
		for (size_t i = 0; i < count; i++)
			((double *)to)[i] = value;
		break;
	case SABIN_KEY_INTEGER:
		*(unsigned *)to = known ? (unsigned)value : 0;
		break;
	case SABIN_KEY_SEED:
		*(uint64_t *)to = known ? (uint64_t)value : 0;
		break;
	default: /* names, texts and files are empty already, and nothing is always so */
		break;
	}
}

enum sabin_err sabin_room_section(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, const char *section,
                                  const char *label, void *base)
{
	enum sabin_err err = node ? sabin_room_check_keys(reader, node, section, label) : SABIN_OK;
	const struct sabin_roomfile_key *rows;
	size_t count = sabin_roomfile_keys(&rows);
	for (size_t i = 0; i < count && !err; i++) {
		const char *key = key_in_section(&rows[i], section);
		if (!key || strcmp(key, "NAME") == 0 || strcmp(key, "SURFACE") == 0)
			continue;
		char full[LABEL_SIZE];
		full_label(full, label, key);
		const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
		void *to = (char *)base + rows[i].offset;
		if (!value && node && rows[i].required)
			err = sabin_room_refuse_key(reader, node, "%s is missing", full);
		else if (rows[i].kind == SABIN_KEY_SPECIAL)
			continue;
		else if (value)
			err = read_value(reader, value, &rows[i], full, to);
		else
			set_default(&rows[i], to);
	}
	return err;
}

/* ---- helpers for what is read by code --------------------------------------- */

enum sabin_err sabin_room_check_names(struct sabin_room_reader *reader,
                                      const struct sabin_yaml_node *node, const char *label)
{
	if (node->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse(reader, node, "%s: a mapping of names was expected",
		                         label);
	for (const struct sabin_yaml_node *a = node->child; a; a = a->next) {
		if (!sabin_name_is_valid(a->key))
			return refuse_name(reader, a, true, a->key);
		for (const struct sabin_yaml_node *b = node->child; b != a; b = b->next)
			if (strcasecmp(a->key, b->key) == 0)
				return sabin_room_refuse_key(
				    reader, a,
				    "'%s' and '%s' (line %d) are the same name; case "
				    "does not count",
				    a->key, b->key, b->key_line);
	}
	return SABIN_OK;
}

enum sabin_err sabin_room_array(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node, size_t size, void *array,
                                size_t *count)
{
	if (!node || node->count == 0)
		return SABIN_OK;
	if (node->count > SABIN_ROOM_ENTRIES_MAX)
		return sabin_room_refuse(reader, node, "more than %d entries", SABIN_ROOM_ENTRIES_MAX);
	void *made = calloc(node->count, size);
	if (!made)
		return sabin_room_no_memory(reader);
	memcpy(array, &made, sizeof(made));
	*count = node->count;
	return SABIN_OK;
}

enum sabin_err sabin_room_path(struct sabin_room_reader *reader, const char *name, char **out)
{
	char *path =
	    sabin_path_join(strcmp(reader->out->folder, ".") == 0 ? "" : reader->out->folder, name);
	if (!path)
		return sabin_room_no_memory(reader);
	*out = path;
	return SABIN_OK;
}

enum sabin_err sabin_room_choice(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node, const char *label,
                                 const char *const *words, size_t count, size_t *out)
{
	const char *text = sabin_yaml_text(node);
	for (size_t i = 0; text && i < count; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = i;
			return SABIN_OK;
		}
	char list[128] = "", got[80];
	size_t used = 0;
	for (size_t i = 0; i < count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
		                         i == 0           ? ""
		                         : i + 1 == count ? " or "
		                                          : ", ",
		                         words[i]);
	return sabin_room_refuse(reader, node, "%s: %s was expected, not %s", label, list,
	                         description(node, got));
}

static const char axes[3] = {'x', 'y', 'z'};

enum sabin_err sabin_room_check_inside(struct sabin_room_reader *reader,
                                       const struct sabin_yaml_node *node, const char *label,
                                       const double position_m[3])
{
	static const double margin_m = 0.01; /* the contract's */
	for (int i = 0; i < 3; i++) {
		double size_m = reader->out->room.size_m[i];
		/* a micrometre of mercy, so that 2.69 in a room of 2.70 is inside whatever the
		 * rounding */
		if (position_m[i] >= margin_m - 1e-6 && position_m[i] <= size_m - margin_m + 1e-6)
			continue;
		bool outside = position_m[i] > size_m;
		return sabin_room_refuse(
		    reader, node,
		    "%s: %c = %g m is %s; %g to %g m was expected (0.01 m from "
		    "every surface)",
		    label, axes[i], position_m[i], outside ? "outside the room" : "in a wall",
		    margin_m, size_m - margin_m);
	}
	return SABIN_OK;
}

enum sabin_err sabin_room_check_box(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node, const char *label,
                                    const double min_m[3], const double max_m[3])
{
	const double *size_m = reader->out->room.size_m;
	for (int i = 0; i < 3; i++) {
		if (min_m[i] > max_m[i])
			return sabin_room_refuse(reader, sabin_yaml_find(node, "min_m"),
			                         "%s: %c of min_m (%g) is above that of max_m (%g)",
			                         label, axes[i], min_m[i], max_m[i]);
		if (max_m[i] > size_m[i] + 1e-6)
			return sabin_room_refuse(
			    reader, sabin_yaml_find(node, "max_m"),
			    "%s: %c = %g m is outside the room; at most %g m was expected", label,
			    axes[i], max_m[i], size_m[i]);
	}
	return SABIN_OK;
}
