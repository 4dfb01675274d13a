/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config.c: the fields of a PCM of type sabin.
 */
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/number.h"
#include "roomcard/config.h"
#include "roomcard/scene.h"

enum { CHANNELS_MAX = 64 }; /* of a convolver */

struct fields {
	const char *room, *position, *world, *materials, *speed;
};

int sabin_card_complain(const struct sabin_diag *diag, enum sabin_err err)
{
	if (diag->path[0] == '\0')
		SNDERR("%s", diag->message[0] ? diag->message : sabin_strerror(err));
	else if (diag->line > 0)
		SNDERR("%s:%d:%d: %s", diag->path, diag->line, diag->column, diag->message);
	else
		SNDERR("%s: %s", diag->path, diag->message);
	return err == SABIN_ENOMEM ? -ENOMEM : -EINVAL;
}

/* alsa-lib's own fields, which every PCM may have. */
static bool is_common(const char *id)
{
	return !strcmp(id, "type") || !strcmp(id, "comment") || !strcmp(id, "hint");
}

static int read_field(snd_config_t *node, struct fields *fields)
{
	const struct {
		const char *id;
		const char **to;
	} rows[] = {
		{"room", &fields->room},
		{"position", &fields->position},
		{"world", &fields->world},
		{"materials", &fields->materials},
		{"speed", &fields->speed},
	};
	const char *id;
	if (snd_config_get_id(node, &id) < 0 || is_common(id))
		return 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(id, rows[i].id) != 0)
			continue;
		if (snd_config_get_string(node, rows[i].to) >= 0)
			return 0;
		SNDERR("field '%s' of a PCM of type sabin must be a string", id);
		return -EINVAL;
	}
	SNDERR("a PCM of type sabin has no field '%s' (it has room, position, world, materials, "
	       "speed)", id);
	return -EINVAL;
}

static int read_fields(snd_config_t *conf, struct fields *fields)
{
	snd_config_iterator_t i, next;
	snd_config_for_each(i, next, conf) {
		const int err = read_field(snd_config_iterator_entry(i), fields);
		if (err)
			return err;
	}
	if (!fields->room || fields->room[0] == '\0') {
		SNDERR("a PCM of type sabin needs the field 'room', the path of a room file");
		return -EINVAL;
	}
	if (fields->world && !sabin_name_is_valid(fields->world)) {
		SNDERR("world '%s' is no name of letters, digits, '-' and '_'", fields->world);
		return -EINVAL;
	}
	return 0;
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo; its constants): a short name for a text. */
static const uint64_t fnv_start = 0xcbf29ce484222325u;

static uint64_t mark_of(const char *text, uint64_t hash)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash;
}

static void name_world(const char *world, uint64_t place, struct sabin_card_config *out)
{
	const unsigned long user = (unsigned long)getuid();
	if (world)
		snprintf(out->world, sizeof out->world, "/sabin.%lu.world.%s", user, world);
	else
		snprintf(out->world, sizeof out->world, "/sabin.%lu.room.%016" PRIx64, user,
		         place);
}

/* A pipe would keep whoever opens the card waiting.  What is not there at all, its reader tells. */
static int refuse_other_than_file(const char *path)
{
	struct stat status;
	if (!path || stat(path, &status) != 0 || S_ISREG(status.st_mode))
		return 0;
	SNDERR("%s: not a regular file", path);
	return -EINVAL;
}

static int read_room(const struct fields *fields, struct sabin_card_config *out)
{
	struct sabin_diag diag = {0};
	if (refuse_other_than_file(fields->room) || refuse_other_than_file(fields->materials))
		return -EINVAL;
	enum sabin_err err =
	    sabin_roomfile_read(fields->room, fields->materials, &out->roomfile, &diag);
	if (err)
		return sabin_card_complain(&diag, err);
	if (sabin_scene_outputs(&out->roomfile) > CHANNELS_MAX ||
	    sabin_scene_inputs(&out->roomfile) > CHANNELS_MAX) {
		SNDERR("%s: the simulated card has at most %d outputs and inputs", fields->room,
		       CHANNELS_MAX);
		return -EINVAL;
	}
	if (fields->speed && strcmp(fields->speed, "max") == 0)
		out->roomfile.simulation.speed = 0;
	else if (fields->speed && (!sabin_number_parse(fields->speed, &out->roomfile.simulation.speed) ||
	                           !(out->roomfile.simulation.speed >= 0.01 && out->roomfile.simulation.speed <= 1000))) {
		SNDERR("speed '%s' is neither max nor a factor from 0.01 to 1000", fields->speed);
		return -EINVAL;
	}
	out->placed = calloc(out->roomfile.audio.microphone_count + 1, sizeof *out->placed);
	if (!out->placed)
		return -ENOMEM;
	err = sabin_scene_place(&out->roomfile, fields->position, out->placed, &diag);
	if (!err)
		err = sabin_scene_rate(&out->roomfile, &out->response_hz, &diag);
	return err ? sabin_card_complain(&diag, err) : 0;
}

int sabin_card_config_read(snd_config_t *conf, struct sabin_card_config *out)
{
	struct fields fields = {0};
	*out = (struct sabin_card_config){0};
	int err = read_fields(conf, &fields);
	if (!err)
		err = read_room(&fields, out);
	if (err)
		return err;
	char *canonical = realpath(fields.room, NULL);
	if (!canonical) {
		err = -errno;
		SNDERR("%s: %s", fields.room, strerror(errno));
		return err;
	}
	const uint64_t place = mark_of(canonical, fnv_start);
	free(canonical);
	name_world(fields.world, place, out);
	out->mark = mark_of(out->roomfile.text, place); /* an edited room is another one */
	return 0;
}

void sabin_card_config_release(struct sabin_card_config *config)
{
	sabin_roomfile_release(&config->roomfile);
	free(config->placed);
	*config = (struct sabin_card_config){0};
}
