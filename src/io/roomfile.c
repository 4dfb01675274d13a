/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile.c: the room file, read and checked.
 */
#include <math.h>
#include <strings.h>

#include "io/atomic.h"
#include "io/number.h"
#include "io/roomfile_inner.h"

bool sabin_name_is_valid(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n >= SABIN_NAME_SIZE)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];
		bool word =
		    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!word && (i == 0 || (c != '_' && c != '-')))
			return false;
	}
	return true;
}

int sabin_roomfile_speaker(const struct sabin_roomfile *roomfile, const char *name)
{
	for (size_t i = 0; i < roomfile->speaker_count; i++)
		if (strcasecmp(roomfile->speakers[i].name, name) == 0)
			return (int)i;
	return -1;
}

int sabin_roomfile_position(const struct sabin_roomfile *roomfile, const char *name)
{
	for (size_t i = 0; i < roomfile->position_count; i++)
		if (strcasecmp(roomfile->positions[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool sabin_roomfile_directivity(const struct sabin_speaker *speaker, struct sabin_directivity *out)
{
	if (isnan(speaker->box_m[0]))
		return false;
	out->aim_deg = isnan(speaker->aim_deg) ? 0 : speaker->aim_deg;
	memcpy(out->box_m, speaker->box_m, sizeof out->box_m);
	return true;
}

const struct sabin_microphone *sabin_roomfile_microphone(const struct sabin_roomfile *roomfile,
                                                         const struct sabin_position *position)
{
	const struct sabin_microphone *microphones = roomfile->audio.microphones;
	for (size_t i = 0; i < roomfile->audio.microphone_count; i++)
		if (strcasecmp(microphones[i].name, position->microphone) == 0)
			return &microphones[i];
	return microphones;
}

void sabin_roomfile_release(struct sabin_roomfile *roomfile)
{
	for (size_t i = 0; i < roomfile->audio.microphone_count; i++)
		free(roomfile->audio.microphones[i].calibration);
	for (size_t i = 0; i < roomfile->simulation.response_count; i++)
		free(roomfile->simulation.responses[i].path);
	void *const owned[] = {
	    roomfile->path,
	    roomfile->folder,
	    roomfile->text,
	    roomfile->room.panels, roomfile->room.objects,
	    roomfile->diffusers,
	    roomfile->speakers,
	    roomfile->positions,
	    roomfile->objects,
	    roomfile->keep_out,
	    roomfile->place,
	    roomfile->audio.playback,
	    roomfile->audio.capture,
	    roomfile->audio.microphones,
	    roomfile->simulation.microphone,
	    roomfile->simulation.speakers,
	    roomfile->simulation.responses,
	};
	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	*roomfile = (struct sabin_roomfile){0};
}

/* ---- speakers and positions ------------------------------------------------- */

static enum sabin_err read_speaker(struct sabin_room_reader *reader,
                                   const struct sabin_yaml_node *node, struct sabin_speaker *out)
{
	char label[96], sub[112];
	snprintf(out->name, sizeof(out->name), "%s", node->key);
	snprintf(label, sizeof(label), "speakers.%s", node->key);
	snprintf(sub, sizeof(sub), "%s.position_m", label);
	enum sabin_err err = sabin_room_section(reader, node, "speakers.NAME", label, out);
	if (!err)
		err = sabin_room_check_inside(reader, sabin_yaml_find(node, "position_m"), sub,
		                              out->position_m);
	return err;
}

enum sabin_err sabin_room_no_such(struct sabin_room_reader *reader, const struct sabin_yaml_node *node,
                                  const char *label, const char *name, bool speaker)
{
	const struct sabin_roomfile *room = reader->out;
	const size_t count = speaker ? room->speaker_count : room->position_count;
	const char **names = calloc(count + 1, sizeof(*names));
	for (size_t i = 0; names && i < count; i++)
		names[i] = speaker ? room->speakers[i].name : room->positions[i].name;
	const char *near = names ? sabin_nearest(name, names, count) : NULL;
	free(names);
	static const char format[] = "%s: no %s is called '%s'%s%s%s";
	const char *what = speaker ? "speaker" : "position", *before = near ? "; did you mean '" : "";
	const char *behind = near ? "'?" : "";
	near = near ? near : "";
	return name == node->text ? sabin_room_refuse(reader, node, format, label, what, name, before, near, behind)
	                          : sabin_room_refuse_key(reader, node, format, label, what, name, before, near, behind);
}

/* Both of a pair name each other afterwards, whoever said it. */
static enum sabin_err join_pair(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node, size_t index)
{
	struct sabin_roomfile *room = reader->out;
	struct sabin_speaker *speaker = &room->speakers[index];
	const struct sabin_yaml_node *said = sabin_yaml_find(node, "pair");
	if (!said)
		return SABIN_OK;
	int other = sabin_roomfile_speaker(room, said->text);
	if (other < 0) {
		char label[96];
		snprintf(label, sizeof label, "speakers.%s.pair", speaker->name);
		return sabin_room_no_such(reader, said, label, said->text, true);
	}
	if ((size_t)other == index)
		return sabin_room_refuse(reader, said,
		                         "speakers.%s.pair: a speaker is no pair with itself",
		                         speaker->name);
	struct sabin_speaker *partner = &room->speakers[other];
	/* who names itself is told so at its own line */
	if (partner->pair[0] && strcasecmp(partner->pair, speaker->name) != 0 &&
	    strcasecmp(partner->pair, partner->name) != 0)
		return sabin_room_refuse(reader, said,
		                         "speakers.%s.pair: '%s' is a pair with '%s' already",
		                         speaker->name, partner->name, partner->pair);
	snprintf(speaker->pair, sizeof(speaker->pair), "%s", partner->name);
	snprintf(partner->pair, sizeof(partner->pair), "%s", speaker->name);
	return SABIN_OK;
}

static enum sabin_err read_speakers(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	enum sabin_err err = sabin_room_check_names(reader, node, "speakers");
	if (!err && node->count == 0)
		err = sabin_room_refuse(reader, node, "speakers: at least one was expected");
	if (!err)
		err = sabin_room_array(reader, node, sizeof(*out->speakers), &out->speakers,
		                       &out->speaker_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next)
		err = read_speaker(reader, n, &out->speakers[i++]);
	i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next)
		err = join_pair(reader, n, i++);
	return err;
}

/* A microphone is no nearer to a speaker than to a wall. */
static enum sabin_err check_apart(struct sabin_room_reader *reader,
                                  const struct sabin_yaml_node *node, const char *label,
                                  const double position_m[3])
{
	static const double least_m = 0.01;
	const struct sabin_roomfile *room = reader->out;
	for (size_t i = 0; i < room->speaker_count; i++) {
		const double *speaker_m = room->speakers[i].position_m;
		const double apart_m = hypot(hypot(position_m[0] - speaker_m[0], position_m[1] - speaker_m[1]),
		                             position_m[2] - speaker_m[2]);
		if (apart_m < least_m - 1e-6)
			return sabin_room_refuse(reader, node,
			                         "%s: the microphone is in the speaker '%s'; at least "
			                         "%g m between them was expected, not %.4g",
			                         label, room->speakers[i].name, least_m, apart_m);
	}
	return SABIN_OK;
}

static enum sabin_err read_positions(struct sabin_room_reader *reader,
                                     const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	enum sabin_err err = sabin_room_check_names(reader, node, "positions");
	if (!err && node->count == 0)
		err = sabin_room_refuse(reader, node, "positions: at least one was expected");
	if (!err)
		err = sabin_room_array(reader, node, sizeof(*out->positions), &out->positions,
		                       &out->position_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next) {
		struct sabin_position *position = &out->positions[i++];
		char label[96], sub[112];
		snprintf(position->name, sizeof(position->name), "%s", n->key);
		snprintf(label, sizeof(label), "positions.%s", n->key);
		snprintf(sub, sizeof(sub), "%s.position_m", label);
		err = sabin_room_section(reader, n, "positions.NAME", label, position);
		if (!err)
			err = sabin_room_check_inside(reader, sabin_yaml_find(n, "position_m"), sub,
			                              position->position_m);
		if (!err)
			err = check_apart(reader, sabin_yaml_find(n, "position_m"), sub,
			                  position->position_m);
	}
	return err;
}

/* ---- objects and zones ------------------------------------------------------ */

/* For the simulation they are part of the room. */
static enum sabin_err copy_objects(struct sabin_room_reader *reader)
{
	struct sabin_roomfile *out = reader->out;
	if (out->object_count == 0)
		return SABIN_OK;
	out->room.objects = calloc(out->object_count, sizeof(*out->room.objects));
	if (!out->room.objects)
		return sabin_room_no_memory(reader);
	out->room.object_count = out->object_count;
	for (size_t i = 0; i < out->object_count; i++) {
		memcpy(out->room.objects[i].min_m, out->objects[i].min_m, sizeof(out->objects[i].min_m));
		memcpy(out->room.objects[i].max_m, out->objects[i].max_m, sizeof(out->objects[i].max_m));
	}
	return SABIN_OK;
}

static enum sabin_err read_objects(struct sabin_room_reader *reader,
                                   const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	if (node->kind != SABIN_YAML_SEQUENCE)
		return sabin_room_refuse(reader, node, "objects: a list of mappings was expected");
	enum sabin_err err = sabin_room_array(reader, node, sizeof(*out->objects), &out->objects,
	                                      &out->object_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next) {
		struct sabin_object *object = &out->objects[i++];
		char label[32];
		snprintf(label, sizeof(label), "object %zu", i);
		err = sabin_room_section(reader, n, "objects", label, object);
		if (!err)
			err = sabin_room_check_box(reader, n, label, object->min_m, object->max_m);
	}
	return err ? err : copy_objects(reader);
}

static enum sabin_err read_keep_out(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	if (node->kind != SABIN_YAML_SEQUENCE)
		return sabin_room_refuse(reader, node, "keep_out: a list of mappings was expected");
	enum sabin_err err = sabin_room_array(reader, node, sizeof(*out->keep_out), &out->keep_out,
	                                      &out->keep_out_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next) {
		struct sabin_zone *zone = &out->keep_out[i++];
		char label[32];
		snprintf(label, sizeof(label), "keep_out %zu", i);
		err = sabin_room_section(reader, n, "keep_out", label, zone);
		if (!err)
			err = sabin_room_check_box(reader, n, label, zone->min_m, zone->max_m);
	}
	return err;
}

static enum sabin_err read_place(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	enum sabin_err err = sabin_room_check_names(reader, node, "place");
	if (!err)
		err = sabin_room_array(reader, node, sizeof(*out->place), &out->place,
		                       &out->place_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next) {
		struct sabin_zone *zone = &out->place[i++];
		char label[96];
		snprintf(label, sizeof(label), "place.%s", n->key);
		int speaker = sabin_roomfile_speaker(out, n->key);
		int position = sabin_roomfile_position(out, n->key);
		if (speaker < 0 && position < 0)
			return sabin_room_refuse_key(
			    reader, n, "place: no speaker or position is called '%s'", n->key);
		snprintf(zone->name, sizeof(zone->name), "%s",
		         speaker >= 0 ? out->speakers[speaker].name
		                      : out->positions[position].name);
		err = sabin_room_section(reader, n, "place.NAME", label, zone);
		if (!err)
			err = sabin_room_check_box(reader, n, label, zone->min_m, zone->max_m);
	}
	return err;
}

/* ---- audio and sweep -------------------------------------------------------- */

static enum sabin_err only_microphone(struct sabin_room_reader *reader,
                                      const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	out->audio.microphones = calloc(1, sizeof(*out->audio.microphones));
	if (!out->audio.microphones)
		return sabin_room_no_memory(reader);
	out->audio.microphone_count = 1;
	snprintf(out->audio.microphones->name, SABIN_NAME_SIZE, "microphone");
	return sabin_room_section(reader, node, "audio.microphone", "audio.microphone",
	                          out->audio.microphones);
}

static enum sabin_err several_microphones(struct sabin_room_reader *reader,
                                          const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	enum sabin_err err = sabin_room_check_names(reader, node, "audio.microphones");
	if (!err && node->count == 0)
		err =
		    sabin_room_refuse(reader, node, "audio.microphones: at least one was expected");
	if (!err)
		err = sabin_room_array(reader, node, sizeof(*out->audio.microphones),
		                       &out->audio.microphones, &out->audio.microphone_count);
	size_t i = 0;
	for (const struct sabin_yaml_node *n = node->child; n && !err; n = n->next) {
		struct sabin_microphone *microphone = &out->audio.microphones[i];
		char label[96];
		snprintf(label, sizeof(label), "audio.microphones.%s", n->key);
		snprintf(microphone->name, sizeof(microphone->name), "%s", n->key);
		err = sabin_room_section(reader, n, "audio.microphones.NAME", label, microphone);
		for (size_t k = 0; k < i && !err; k++)
			if (out->audio.microphones[k].input == microphone->input)
				err = sabin_room_refuse(reader, sabin_yaml_find(n, "input"),
				                        "%s.input: input %u is that of %s already",
				                        label, microphone->input,
				                        out->audio.microphones[k].name);
		i++;
	}
	return err;
}

static enum sabin_err read_loopback(struct sabin_room_reader *reader,
                                    const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	enum sabin_err err =
	    sabin_room_section(reader, node, "audio.loopback", "audio.loopback", out);
	static const char *const references[] = {"timing", "response"};
	const struct sabin_yaml_node *reference = sabin_yaml_find(node, "reference");
	size_t which = 0;
	out->audio.has_loopback = true;
	if (!err && reference)
		err = sabin_room_choice(reader, reference, "audio.loopback.reference", references, 2, &which);
	out->audio.loopback_response = which == 1;
	for (size_t i = 0; i < out->audio.microphone_count && !err; i++)
		if (out->audio.microphones[i].input == out->audio.loopback_input)
			err =
			    sabin_room_refuse(reader, sabin_yaml_find(node, "input"),
			                      "audio.loopback.input: input %u is the microphone's",
			                      out->audio.loopback_input);
	for (size_t i = 0; i < out->speaker_count && !err; i++)
		if (out->speakers[i].output == out->audio.loopback_output)
			err = sabin_room_refuse(
			    reader, sabin_yaml_find(node, "output"),
			    "audio.loopback.output: output %u is that of speaker %s",
			    out->audio.loopback_output, out->speakers[i].name);
	return err;
}

/* What plays the timing chirps must play them. */
static enum sabin_err check_reference(struct sabin_room_reader *reader, const struct sabin_yaml_node *said)
{
	static const double least_top_hz = 1000;
	struct sabin_roomfile *out = reader->out;
	const int index = sabin_roomfile_speaker(out, out->audio.reference_speaker);
	if (index < 0)
		return sabin_room_no_such(reader, said, "audio.reference_speaker", said->text, true);
	if (out->speakers[index].range_hz[1] < least_top_hz)
		return sabin_room_refuse(reader, said,
		                         "audio.reference_speaker: '%s' plays only to %s; one that plays the "
		                         "timing chirps, some kHz and up, was expected",
		                         out->speakers[index].name,
		                         sabin_text_exact_hz(out->speakers[index].range_hz[1]).s);
	if (out->audio.has_loopback)
		return sabin_room_refuse_key(reader, said,
		                             "audio: either loopback or reference_speaker was expected, not "
		                             "both: a loopback tells the time already");
	snprintf(out->audio.reference_speaker, sizeof(out->audio.reference_speaker), "%s",
	         out->speakers[index].name);
	return SABIN_OK;
}

/* Positions name their microphones; the first one stands where nothing is said. */
static enum sabin_err assign_microphones(struct sabin_room_reader *reader)
{
	struct sabin_roomfile *out = reader->out;
	const struct sabin_yaml_node *node = sabin_yaml_find(reader->root, "positions")->child;
	for (size_t i = 0; i < out->position_count; i++, node = node->next) {
		struct sabin_position *position = &out->positions[i];
		const struct sabin_microphone *found = sabin_roomfile_microphone(out, position);
		if (position->microphone[0] && strcasecmp(found->name, position->microphone) != 0)
			return sabin_room_refuse(
			    reader, sabin_yaml_find(node, "microphone"),
			    "positions.%s.microphone: audio.microphones has no '%s'",
			    position->name, position->microphone);
		snprintf(position->microphone, sizeof(position->microphone), "%s", found->name);
	}
	return SABIN_OK;
}

static enum sabin_err read_audio(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node)
{
	enum sabin_err err = sabin_room_section(reader, node, "audio", "audio", reader->out);
	const struct sabin_yaml_node *one = sabin_yaml_find(node, "microphone");
	const struct sabin_yaml_node *several = sabin_yaml_find(node, "microphones");
	const struct sabin_yaml_node *loopback = sabin_yaml_find(node, "loopback");
	const struct sabin_yaml_node *reference = sabin_yaml_find(node, "reference_speaker");
	if (!err && one && several)
		err = sabin_room_refuse_key(
		    reader, several,
		    "audio: either microphone or microphones was expected, not both");
	if (!err)
		err = several ? several_microphones(reader, several) : only_microphone(reader, one);
	if (!err && loopback)
		err = read_loopback(reader, loopback);
	if (!err && reference)
		err = check_reference(reader, reference);
	return err ? err : assign_microphones(reader);
}

static enum sabin_err read_sweep(struct sabin_room_reader *reader,
                                 const struct sabin_yaml_node *node)
{
	struct sabin_roomfile *out = reader->out;
	enum sabin_err err = sabin_room_section(reader, node, "sweep", "sweep", out);
	if (err)
		return err;
	double half_hz = out->audio.rate_hz / 2.0;
	const struct sabin_yaml_node *from = sabin_yaml_find(node, "from_hz");
	const struct sabin_yaml_node *to = sabin_yaml_find(node, "to_hz");
	/* the default leaves at a low rate what 22 kHz leave at 48 kHz */
	if (!to && out->sweep.to_hz > half_hz * 22 / 24)
		out->sweep.to_hz = half_hz * 22 / 24;
	if (out->sweep.to_hz > half_hz)
		return sabin_room_refuse(
		    reader, to,
		    "sweep.to_hz: %s is above half the sample rate; at most %s "
		    "was expected at %u Hz",
		    sabin_text_exact_hz(out->sweep.to_hz).s, sabin_text_exact_hz(half_hz).s,
		    out->audio.rate_hz);
	if (out->sweep.from_hz >= out->sweep.to_hz)
		return sabin_room_refuse(reader, from ? from : to,
		                         "sweep.from_hz: %s is not below sweep.to_hz (%s)",
		                         sabin_text_exact_hz(out->sweep.from_hz).s,
		                         sabin_text_exact_hz(out->sweep.to_hz).s);
	return SABIN_OK;
}

/* ---- the whole -------------------------------------------------------------- */

static enum sabin_err read_size(struct sabin_room_reader *reader,
                                const struct sabin_yaml_node *node)
{
	return sabin_room_section(reader, node, "size_m", "size_m", reader->out);
}

static enum sabin_err read_conditions(struct sabin_room_reader *reader,
                                      const struct sabin_yaml_node *node)
{
	return sabin_room_section(reader, node, "conditions", "conditions", reader->out);
}

static enum sabin_err read_all(struct sabin_room_reader *reader)
{
	/* in this order: what comes first judges what follows */
	static const struct {
		const char *key;
		bool always; /* sets defaults when nothing is given */
		enum sabin_err (*read)(struct sabin_room_reader *reader,
		                       const struct sabin_yaml_node *node);
	} parts[] = {
	    {"size_m", false, read_size},
	    {"conditions", true, read_conditions},
	    {"surfaces", false, sabin_room_surfaces},
	    {"speakers", false, read_speakers},
	    {"positions", false, read_positions},
	    {"objects", false, read_objects},
	    {"keep_out", false, read_keep_out},
	    {"place", false, read_place},
	    {"audio", true, read_audio},
	    {"sweep", true, read_sweep},
	    {"simulation", true, sabin_room_simulation},
	};
	if (reader->root->kind != SABIN_YAML_MAPPING)
		return sabin_room_refuse(
		    reader, reader->root,
		    "a mapping (key: value) was expected at the top of a room file");
	enum sabin_err err = sabin_room_section(reader, reader->root, "", "", reader->out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++) {
		const struct sabin_yaml_node *node = sabin_yaml_find(reader->root, parts[i].key);
		if (node || parts[i].always)
			err = parts[i].read(reader, node);
	}
	return err;
}

/* Where a size is hardly meant, what stands beyond it is not what is wrong. */
static void advise_size(const struct sabin_room *room, struct sabin_diag *diag)
{
	struct sabin_doubts doubts = {0};
	if (!diag || diag->advice[0] || !(room->size_m[0] > 0 && room->size_m[1] > 0 && room->size_m[2] > 0))
		return;
	sabin_roomfile_doubt_size(room, &doubts);
	if (doubts.count > 0)
		sabin_diag_advise(diag, "%s", doubts.text[0]);
}

enum sabin_err sabin_roomfile_read(const char *path, const char *materials,
                                   struct sabin_roomfile *out, struct sabin_diag *diag)
{
	*out = (struct sabin_roomfile){0};
	struct sabin_room_reader reader = {.out = out, .diag = diag, .materials_path = materials};
	struct sabin_yaml yaml = {0};
	size_t length = 0;
	out->path = strdup(path);
	out->folder = sabin_path_folder(path);
	enum sabin_err err = out->path && out->folder
	                         ? SABIN_OK
	                         : sabin_diag_set(diag, SABIN_ENOMEM, path, 0, 0, "out of memory");
	if (!err)
		err = sabin_read_text(path, SABIN_YAML_TEXT_MAX, &out->text, &length, diag);
	if (!err)
		err = sabin_yaml_parse(path, out->text, length, &yaml, diag);
	if (!err) {
		reader.root = yaml.root;
		err = read_all(&reader);
	}
	sabin_room_materials_release(&reader);
	sabin_yaml_release(&yaml);
	if (err == SABIN_EFORMAT)
		advise_size(&out->room, diag);
	if (err)
		sabin_roomfile_release(out);
	return err;
}
