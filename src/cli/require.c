/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * require.c: --require of 'sabin analyze': standards and a studio's own requirements, held against a measurement.
 */
#include <math.h>
#include <strings.h>

#include "cli/advise_scene.h"
#include "cli/require.h"
#include "cli/talk.h"
#include "io/number.h"
#include "io/requirements.h"

enum { STANDARDS_MAX = 16 };

struct sabin_required {
	struct sabin_required_standard standard[STANDARDS_MAX];
	size_t count;
	char (*speaker)[SABIN_NAME_SIZE], (*position)[SABIN_NAME_SIZE]; /* the names that `where` is about */
};

static const struct sabin_standard *find(const char *name)
{
	const struct sabin_standard *standard;
	for (size_t i = 0; (standard = sabin_standard_row(i)); i++)
		if (strcasecmp(standard->name, name) == 0)
			return standard;
	return NULL;
}

/* A name that is none of ours and no file. */
static int unknown(const char *command, const char *name)
{
	char list[300] = "";
	size_t used = 0;
	const struct sabin_standard *standard;
	for (size_t i = 0; (standard = sabin_standard_row(i)) && used < sizeof list; i++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", standard->name);
	sabin_complain(command, "--require=%s: no such standard; expected one of: %s; or the path of a file "
	                        "(NAME.yaml) of requirements",
	               name, list);
	return SABIN_EXIT_USAGE;
}

static int resolve(const char *command, const char *name, struct sabin_required_standard *out)
{
	struct sabin_diag diag = {0};
	const struct sabin_standard *standard = find(name);
	out->name = name;
	if (standard) {
		out->name = standard->name;
		out->title = standard->title;
		out->row = standard->row;
		out->count = standard->count;
		return -1;
	}
	if (!strchr(name, '/') && !strchr(name, '.'))
		return unknown(command, name);
	out->own = calloc(1, sizeof *out->own);
	const enum sabin_err err = out->own ? sabin_requirements_read(name, out->own, &diag) : SABIN_ENOMEM;
	if (err)
		return sabin_fail_input(command, err, &diag);
	out->title = out->own->title;
	out->row = out->own->row;
	out->count = out->own->count;
	return -1;
}

static enum sabin_err judge(const struct sabin_advice_scene *scene, struct sabin_required_standard *out)
{
	out->judgement = calloc(out->count, sizeof *out->judgement);
	enum sabin_err err = out->judgement ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < out->count; i++)
		err = sabin_requirement_judge(scene, &out->row[i], &out->judgement[i]);
	return err;
}

/* The scene goes, its names are wanted longer. */
static enum sabin_err keep_names(const struct sabin_advise_scene *scene, struct sabin_required *out)
{
	out->speaker = calloc(scene->scene.speaker_count + 1, sizeof *out->speaker);
	out->position = calloc(scene->scene.position_count + 1, sizeof *out->position);
	if (!out->speaker || !out->position)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < scene->scene.speaker_count; i++)
		snprintf(out->speaker[i], sizeof out->speaker[i], "%s", scene->speaker_name[i]);
	for (size_t i = 0; i < scene->scene.position_count; i++)
		snprintf(out->position[i], sizeof out->position[i], "%s", scene->position_name[i]);
	return SABIN_OK;
}

/* Find what the names mean. */
static int begin(const char *command, const struct sabin_list *names, struct sabin_required **out)
{
	struct sabin_required *required = *out = calloc(1, sizeof **out);
	if (!required)
		return sabin_fail_memory(command);
	int status = -1;
	if (names->count > STANDARDS_MAX) {
		sabin_complain(command, "--require: at most %d names", STANDARDS_MAX);
		return SABIN_EXIT_USAGE;
	}
	for (size_t i = 0; status < 0 && i < names->count; i++)
		status = resolve(command, names->item[i], &required->standard[required->count++]);
	return status;
}

static enum sabin_err judge_all(const struct sabin_advise_scene *scene, struct sabin_required *required)
{
	enum sabin_err err = keep_names(scene, required);
	for (size_t i = 0; !err && i < required->count; i++)
		err = judge(&scene->scene, &required->standard[i]);
	return err;
}

int sabin_required_judge(const char *command, const struct sabin_advise_scene *scene, const struct sabin_list *names,
                         struct sabin_required **out)
{
	struct sabin_diag diag = {0};
	const int status = begin(command, names, out);
	if (status >= 0)
		return status;
	const enum sabin_err err = judge_all(scene, *out);
	return err ? sabin_fail_input(command, err, &diag) : -1;
}

int sabin_required_new(const char *command, const char *path, const struct sabin_list *speakers,
                       const struct sabin_list *positions, const struct sabin_list *names,
                       struct sabin_required **out)
{
	struct sabin_side side = {0};
	struct sabin_advise_scene scene = {0};
	struct sabin_diag diag = {0};
	int status = begin(command, names, out);
	if (status < 0)
		status = sabin_side_open(command, path, speakers, positions, NULL, &side);
	if (status < 0) {
		enum sabin_err err = sabin_advise_scene_of(&side, NULL, &scene, &diag);
		if (!err)
			err = judge_all(&scene, *out);
		if (err)
			status = sabin_fail_input(command, err, &diag);
	}
	sabin_advise_scene_release(&scene);
	sabin_side_release(&side);
	return status;
}

void sabin_required_free(struct sabin_required *required)
{
	for (size_t i = 0; required && i < required->count; i++) {
		free(required->standard[i].judgement);
		free(required->standard[i].own);
	}
	if (required) {
		free(required->speaker);
		free(required->position);
	}
	free(required);
}

const struct sabin_required_standard *sabin_required_row(const struct sabin_required *required, size_t i)
{
	return i < required->count ? &required->standard[i] : NULL;
}

size_t sabin_required_tally(const struct sabin_required_standard *s, enum sabin_requirement_verdict verdict)
{
	size_t n = 0;
	for (size_t i = 0; i < s->count; i++)
		n += s->judgement[i].verdict == verdict;
	return n;
}

bool sabin_required_missed(const struct sabin_required *required)
{
	for (size_t i = 0; i < required->count; i++)
		if (sabin_required_tally(&required->standard[i], SABIN_VERDICT_FAIL) > 0)
			return true;
	return false;
}

/* ---- for people ---------------------------------------------------------------------------------------------- */

/* Seconds that are small are told in milliseconds. */
static double factor_of(const struct sabin_requirement *row)
{
	return row->measure == SABIN_MEASURE_DELAY_DIFFERENCE ? 1000 : 1;
}

static void limits(const struct sabin_requirement *row, char *text, size_t size)
{
	const double f = factor_of(row);
	if (isnan(row->at_most))
		snprintf(text, size, "at least %.3g", f * row->at_least);
	else if (isnan(row->at_least))
		snprintf(text, size, "at most %.3g", f * row->at_most);
	else
		snprintf(text, size, "%.3g to %.3g", f * row->at_least, f * row->at_most);
}

void sabin_required_where(const struct sabin_required *required, const struct sabin_judgement *j, char text[200])
{
	const struct sabin_where *where = &j->where;
	char *at = text, *const end = text + 200;
	*at = 0;
	if (!j->measured.valid)
		return;
	if (where->speaker >= 0)
		at += snprintf(at, (size_t)(end - at), "%s%s%s", required->speaker[where->speaker],
		               where->other_speaker >= 0 ? " and " : "",
		               where->other_speaker >= 0 ? required->speaker[where->other_speaker] : "");
	if (where->position >= 0 && at < end)
		at += snprintf(at, (size_t)(end - at), "%s%s", at > text ? " at " : "", required->position[where->position]);
	if (isfinite(where->freq_hz) && at < end)
		snprintf(at, (size_t)(end - at), "%s%s", at > text ? ", " : "", sabin_text_hz(where->freq_hz).s);
}

const char *sabin_required_words(const struct sabin_requirement *row, const struct sabin_judgement *j, char limit[64],
                                 char value[32])
{
	const double f = factor_of(row);
	const char *unit = f != 1 ? "ms" : sabin_measure_unit(row->measure);
	limits(row, limit, 64);
	snprintf(value, 32, "–");
	if (j->measured.valid)
		snprintf(value, 32, "%.2f", f * j->measured.value + 0.0);
	return strcmp(unit, "1") == 0 ? "" : unit;
}

const char *sabin_required_verdict(enum sabin_requirement_verdict verdict)
{
	return verdict == SABIN_VERDICT_UNVERIFIED ? "not judged" : sabin_requirement_verdict_name(verdict);
}

static void row_text(const struct sabin_required *required, const struct sabin_requirement *row,
                     const struct sabin_judgement *j)
{
	char limit[64], value[32], where[200];
	const char *unit = sabin_required_words(row, j, limit, value);
	const int extra = j->measured.valid ? 0 : 2; /* the dash has three bytes */
	printf("  %s%-10s%s %*s %-7s %-16s  %s%s%s%s", j->verdict == SABIN_VERDICT_PASS   ? sabin_good()
	                                              : j->verdict == SABIN_VERDICT_FAIL ? sabin_bad()
	                                                                                 : sabin_dim(),
	       sabin_required_verdict(j->verdict), sabin_plain(), 7 + extra, value, unit, limit, row->what,
	       row->clause ? " (" : "", row->clause ? row->clause : "", row->clause ? ")" : "");
	sabin_required_where(required, j, where);
	printf("%s%s", *where ? ": " : "", where);
	if (j->why)
		printf("%s%s", j->measured.valid ? "; " : ": ", j->why);
	else if (j->close)
		printf("; the limit is within its uncertainty (k = 2)");
	putchar('\n');
}

void sabin_required_text(const struct sabin_required *required)
{
	for (size_t i = 0; i < required->count; i++) {
		const struct sabin_required_standard *s = &required->standard[i];
		printf("\n%s%s%s: %zu pass, %zu fail, %zu unknown, %zu not judged\n", sabin_bold(), s->title,
		       sabin_plain(), sabin_required_tally(s, SABIN_VERDICT_PASS), sabin_required_tally(s, SABIN_VERDICT_FAIL),
		       sabin_required_tally(s, SABIN_VERDICT_UNKNOWN), sabin_required_tally(s, SABIN_VERDICT_UNVERIFIED));
		for (size_t k = 0; k < s->count; k++)
			row_text(required, &s->row[k], &s->judgement[k]);
	}
}

/* ---- for scripts --------------------------------------------------------------------------------------------- */

void sabin_required_json(const struct sabin_required *required, struct sabin_json *json)
{
	sabin_json_open_array(json, "requirements");
	for (size_t i = 0; i < required->count; i++) {
		const struct sabin_required_standard *s = &required->standard[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "name", s->name);
		sabin_json_text(json, "title", s->title);
		sabin_json_bool(json, "missed", sabin_required_tally(s, SABIN_VERDICT_FAIL) > 0);
		sabin_json_open_array(json, "rows");
		for (size_t k = 0; k < s->count; k++) {
			const struct sabin_requirement *row = &s->row[k];
			const struct sabin_judgement *j = &s->judgement[k];
			sabin_json_open_object(json, NULL);
			sabin_json_text(json, "measure", sabin_measure_name(row->measure));
			sabin_json_text(json, "what", row->what);
			sabin_json_text(json, "clause", row->clause);
			sabin_json_number(json, "at_least", row->at_least);
			sabin_json_number(json, "at_most", row->at_most);
			sabin_json_quantity(json, "measured", j->measured, sabin_measure_unit(row->measure));
			sabin_json_text(json, "verdict", sabin_requirement_verdict_name(j->verdict));
			if (j->measured.valid && j->where.speaker >= 0)
				sabin_json_text(json, "speaker", required->speaker[j->where.speaker]);
			if (j->measured.valid && j->where.other_speaker >= 0)
				sabin_json_text(json, "other_speaker", required->speaker[j->where.other_speaker]);
			if (j->measured.valid && j->where.position >= 0)
				sabin_json_text(json, "position", required->position[j->where.position]);
			if (j->measured.valid && isfinite(j->where.freq_hz))
				sabin_json_number(json, "freq_hz", j->where.freq_hz);
			sabin_json_bool(json, "close", j->close);
			sabin_json_text(json, "why", j->why);
			sabin_json_close(json);
		}
		sabin_json_close(json);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}
