/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * append.c: what was measured before goes along into the new directory.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/stat.h>

#include "cli/append.h"

static enum sabin_err copy(const char *from, const char *to, struct sabin_diag *diag)
{
	char block[65536];
	FILE *in = fopen(from, "re"), *out = in ? fopen(to, "we") : NULL;
	enum sabin_err err = SABIN_OK;
	for (size_t n; out && !err && (n = fread(block, 1, sizeof block, in)) > 0;)
		if (fwrite(block, 1, n, out) != n)
			err = SABIN_EIO;
	if (!out || ferror(in))
		err = SABIN_EIO;
	if (out && fclose(out) != 0)
		err = SABIN_EIO;
	if (in)
		fclose(in);
	return err ? sabin_diag_set(diag, err, from, 0, 0, "cannot be copied: %s", strerror(errno))
	           : SABIN_OK;
}

/* Files keep their contents: a second name for the same file, or a copy where links are not to be
 * had. */
static enum sabin_err bring(const char *from_folder, const char *to_folder, const char *name,
                            struct sabin_diag *diag)
{
	char *from = sabin_path_join(from_folder, name), *to = sabin_path_join(to_folder, name);
	enum sabin_err err = from && to ? SABIN_OK : SABIN_ENOMEM;
	if (!err && access(from, F_OK) == 0 && link(from, to) < 0)
		err = copy(from, to, diag);
	free(from);
	free(to);
	return err;
}

static enum sabin_err bring_response(const char *directory, const struct sabin_output *output,
                                     const struct sabin_measured *r, struct sabin_diag *diag)
{
	char name[400];
	enum sabin_err err = bring(directory, output->temporary, r->file, diag);
	snprintf(name, sizeof name, "%s.%s.noise.wav", r->speaker, r->position);
	if (!err)
		err = bring(directory, output->temporary, name, diag);
	if (!err)
		err = sabin_make_folder(output->temporary, "recordings", diag);
	for (int i = 0; !err && i < 2; i++) { /* whichever it is */
		snprintf(name, sizeof name, "recordings/%s.%s.%s", r->speaker, r->position,
		         i ? "flac" : "wav");
		err = bring(directory, output->temporary, name, diag);
	}
	if (!err && r->calibration)
		err = sabin_make_folder(output->temporary, "calibration", diag);
	if (!err && r->calibration)
		err = bring(directory, output->temporary, r->calibration, diag);
	return err;
}

static enum sabin_err same_room(const struct sabin_measurement *old,
                                const struct sabin_roomfile *room, struct sabin_diag *diag)
{
	enum { MOST_BYTES = 1 << 20 };
	char *path = sabin_path_join(old->path, "room.yaml"), *text = NULL;
	size_t length;
	enum sabin_err err = path ? sabin_read_text(path, MOST_BYTES, &text, &length, diag)
	                          : SABIN_ENOMEM;
	if (!err && strcmp(text, room->text) != 0) {
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "was measured with another room file than %s", room->path);
		sabin_diag_advise(diag, "measure into a new directory");
	}
	free(path);
	free(text);
	return err;
}

/* Drop response i from the list (its strings were its own). */
static void drop(struct sabin_measurement *m, size_t i)
{
	free(m->responses[i].file);
	free(m->responses[i].calibration);
	for (size_t k = i + 1; k < m->response_count; k++)
		m->responses[k - 1] = m->responses[k];
	m->response_count--;
}

enum sabin_err sabin_append_begin(const char *directory, const struct sabin_output *output,
                                  const struct sabin_roomfile *room,
                                  struct sabin_measurement *m, struct sabin_diag *diag)
{
	struct stat status;
	if (stat(directory, &status) < 0 && errno == ENOENT)
		return SABIN_OK;
	enum sabin_err err = sabin_measurement_open(directory, m, diag);
	if (!err)
		err = same_room(m, room, diag);
	for (size_t i = m->response_count; !err && i-- > 0;) {
		if (m->responses[i].verdict.trustworthy)
			err = bring_response(directory, output, &m->responses[i], diag);
		else /* to be measured again */
			drop(m, i);
	}
	return err;
}
