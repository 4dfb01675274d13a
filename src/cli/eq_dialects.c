/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_dialects.c: what `eq` writes for other programs, and what it says of that.
 */
#include <limits.h>

#include "cli/eq_dialects.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/atomic.h"

int sabin_eq_check_dialects(const char *command, const struct sabin_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (sabin_dialect_find(list->item[i]))
			continue;
		fprintf(stderr, "sabin %s: --dialect: '%s' is not known; there are", command, list->item[i]);
		for (size_t k = 0; sabin_dialect_row(k); k++)
			fprintf(stderr, "%s %s", k ? "," : "", sabin_dialect_row(k)->name);
		fputc('\n', stderr);
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

static bool stops(const struct sabin_dialect *dialect, const struct sabin_setting *setting)
{
	struct sabin_dialect_loss loss;
	for (size_t i = 0; sabin_dialect_loss(dialect, setting, i, &loss); i++)
		if (loss.stops)
			return true;
	return false;
}

static enum sabin_err write_one(const struct sabin_dialect *dialect, const struct sabin_setting *setting,
                                const char *folder, const char *final, struct sabin_diag *diag)
{
	char absolute[PATH_MAX], *parent = sabin_path_folder(final);
	struct sabin_dialect_files files = {0};
	char *path = sabin_path_join(folder, dialect->name), *place = NULL;
	enum sabin_err err = path && parent ? sabin_make_folder(folder, dialect->name, diag) : SABIN_ENOMEM;
	if (!err && realpath(parent, absolute) &&
	    asprintf(&place, "%s/%s/%s", absolute, sabin_path_last(final), dialect->name) < 0)
		err = SABIN_ENOMEM;
	if (!err)
		err = dialect->write(setting, place, &files);
	if (!err)
		err = sabin_dialect_save(&files, path, diag);
	sabin_dialect_files_release(&files);
	free(path);
	free(place);
	free(parent);
	return err;
}

enum sabin_err sabin_eq_write_dialects(const struct sabin_setting *setting,
                                       const struct sabin_list *dialects, bool wav, const char *folder,
                                       const char *final, struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; sabin_dialect_row(i); i++) {
		const struct sabin_dialect *d = sabin_dialect_row(i);
		if (sabin_list_allows(dialects, d->name))
			wav |= sabin_dialect_refers(d, setting);
	}
	for (size_t i = 0; sabin_dialect_row(i) && !err; i++) {
		const struct sabin_dialect *d = sabin_dialect_row(i);
		if ((sabin_list_allows(dialects, d->name) && !stops(d, setting)) || (wav && d == &sabin_dialect_wav))
			err = write_one(d, setting, folder, final, diag);
	}
	return err;
}

/* The `next` of a row with its folder in it. */
static void next_line(const struct sabin_dialect *d, const char *directory, char *text, size_t size)
{
	const char *at = strstr(d->next, "%s");
	const int before = at ? (int)(at - d->next) : (int)strlen(d->next);
	snprintf(text, size, "%.*s%s%s%s%s", before, d->next, at ? directory : "", at ? "/" : "",
	         at ? d->name : "", at ? at + 2 : "");
}

void sabin_eq_show_dialects(const struct sabin_setting *setting, const struct sabin_list *dialects,
                            const char *directory)
{
	char next[PATH_MAX + 200];
	struct sabin_dialect_loss loss;
	for (size_t i = 0; sabin_dialect_row(i); i++) {
		const struct sabin_dialect *d = sabin_dialect_row(i);
		if (!sabin_list_allows(dialects, d->name))
			continue;
		const bool stopped = stops(d, setting);
		bool any = false;
		for (size_t k = 0; sabin_dialect_loss(d, setting, k, &loss); k++) {
			if (loss.stops != stopped)
				continue;
			if (any)
				printf("; %s", loss.text);
			else
				printf("%s%s %s: %s", sabin_dim(), d->name,
				       stopped ? "is not written, it cannot carry" : "cannot carry", loss.text);
			any = true;
		}
		if (any)
			printf("%s\n", sabin_plain());
		if (stopped || !directory || dialects->count == 0)
			continue;
		next_line(d, directory, next, sizeof next);
		printf("%s: %s\n", d->program, next);
	}
	if (directory && dialects->count == 0)
		puts("how to load each of them: sabin-eq(1); the same line with --dialect NAME --force writes one alone\n"
		     "and says how");
}

void sabin_eq_dialects_json(struct sabin_json *json, const struct sabin_setting *setting,
                            const struct sabin_list *dialects, const char *directory)
{
	char next[PATH_MAX + 200];
	struct sabin_dialect_loss loss;
	sabin_json_open_array(json, "dialects");
	for (size_t i = 0; sabin_dialect_row(i); i++) {
		const struct sabin_dialect *d = sabin_dialect_row(i);
		if (!sabin_list_allows(dialects, d->name))
			continue;
		next_line(d, directory ? directory : "", next, sizeof next);
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "dialect", d->name);
		sabin_json_text(json, "program", d->program);
		sabin_json_bool(json, "written", directory && !stops(d, setting));
		sabin_json_open_array(json, "not_carried");
		for (size_t k = 0; sabin_dialect_loss(d, setting, k, &loss); k++)
			sabin_json_text(json, NULL, loss.text);
		sabin_json_close(json);
		sabin_json_text(json, "next", directory ? next : NULL);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}
