/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * append.c: what was measured before goes along into the new directory.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/stat.h>

#include "cli/append.h"
#include "io/yaml.h"

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
 * had.  Responses share a calibration, which is there from the second on: a copy onto it would empty both
 * names. */
static enum sabin_err bring(const char *from_folder, const char *to_folder, const char *name,
                            struct sabin_diag *diag)
{
	char *from = sabin_path_join(from_folder, name), *to = sabin_path_join(to_folder, name);
	enum sabin_err err = from && to ? SABIN_OK : SABIN_ENOMEM;
	if (!err && access(from, F_OK) == 0 && link(from, to) < 0 && errno != EEXIST)
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

/* ---- the same room? ----------------------------------------------------------------------------- */

enum { KEY_SIZE = 256 };

/* What may change between two runs: words, what only advice reads, what the session itself compares (the
 * sweep) or finds by name, and how fast and how faulty the simulated card is. */
static bool may_differ(const char *key)
{
	static const char *const keys[] = {"name",
	                                   "place",
	                                   "keep_out",
	                                   "sweep",
	                                   "audio.playback",
	                                   "audio.capture",
	                                   "simulation.speed",
	                                   "simulation.drop",
	                                   "simulation.xrun_at_s",
	                                   "simulation.unplug_at_s",
	                                   "simulation.noise_burst"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* A speaker or a position that is new changes nothing of what was measured. */
static bool may_be_new(const char *label)
{
	return strcmp(label, "speakers") == 0 || strcmp(label, "positions") == 0;
}

static bool same_value(const struct sabin_yaml_node *a, const struct sabin_yaml_node *b,
                       const char *label, char key[KEY_SIZE]);

static void full_key(char out[KEY_SIZE], const char *label, const char *key)
{
	snprintf(out, KEY_SIZE, "%.180s%s%.60s", label, *label ? "." : "", key);
}

/* Two mappings; `key` names the first key that differs. */
static bool same_keys(const struct sabin_yaml_node *before, const struct sabin_yaml_node *now,
                      const char *label, char key[KEY_SIZE])
{
	char full[KEY_SIZE];
	for (const struct sabin_yaml_node *a = before->child; a; a = a->next) {
		const struct sabin_yaml_node *b = sabin_yaml_find(now, a->key);
		full_key(full, label, a->key);
		if (may_differ(full) || (b && same_value(a, b, full, key)))
			continue;
		if (!*key)
			snprintf(key, KEY_SIZE, "%s", full);
		return false;
	}
	for (const struct sabin_yaml_node *b = now->child; b && !may_be_new(label); b = b->next) {
		full_key(full, label, b->key);
		if (may_differ(full) || sabin_yaml_find(before, b->key))
			continue;
		snprintf(key, KEY_SIZE, "%s", full);
		return false;
	}
	return true;
}

static bool same_value(const struct sabin_yaml_node *a, const struct sabin_yaml_node *b,
                       const char *label, char key[KEY_SIZE])
{
	double x, y;
	if (a->kind != b->kind)
		return false;
	if (a->kind == SABIN_YAML_MAPPING)
		return same_keys(a, b, label, key);
	if (a->kind == SABIN_YAML_SCALAR)
		return sabin_yaml_number(a, &x) && sabin_yaml_number(b, &y) ? x == y
		                                                          : strcmp(a->text, b->text) == 0;
	const struct sabin_yaml_node *m = a->child, *n = b->child;
	for (; m && n; m = m->next, n = n->next)
		if (!same_value(m, n, label, key))
			return false;
	return !m && !n;
}

/* Comments and layout do not count, nor what may_differ(). */
static enum sabin_err same_room(const struct sabin_measurement *old,
                                const struct sabin_roomfile *room, struct sabin_diag *diag)
{
	struct sabin_yaml before = {0}, now = {0};
	char key[KEY_SIZE] = "";
	char *path = sabin_path_join(old->path, "room.yaml");
	enum sabin_err err = path ? sabin_yaml_read(path, &before, diag) : SABIN_ENOMEM;
	if (!err)
		err = sabin_yaml_parse(room->path, room->text, strlen(room->text), &now, diag);
	if (!err && !same_value(before.root, now.root, "", key)) {
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "was measured with another room than %s: %s differs", room->path,
		                     *key ? key : "the file");
		sabin_diag_advise(diag, "measure into a new directory");
	}
	sabin_yaml_release(&before);
	sabin_yaml_release(&now);
	free(path);
	return err;
}

/* Drop response i from the list (its strings were its own). */
static void drop(struct sabin_measurement *m, size_t i)
{
	free(m->responses[i].file);
	free(m->responses[i].calibration);
	free(m->responses[i].through);
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
