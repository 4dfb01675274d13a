/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_room.c: sabin room.
 */
#include <math.h>

#include "cli/command.h"
#include "cli/show.h"
#include "io/json.h"
#include "io/number.h"
#include "io/roomfile.h"

struct options {
	struct sabin_common common;
	bool check;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_FLAG, 0, "check", NULL, offsetof(struct options, check), 0, 0, 0, NULL, NULL,
     "only check the file"},
};

enum { BANDS = SABIN_ABSORPTION_BANDS };
static const double band_hz[BANDS] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};

static double volume_m3(const struct sabin_room *room)
{
	return room->size_m[0] * room->size_m[1] * room->size_m[2];
}

/* Mean of the 500 Hz and 1 kHz octaves. */
static double middle_s(const struct sabin_room *room)
{
	return (sabin_room_eyring_s(room, 3) + sabin_room_eyring_s(room, 4)) / 2;
}

/* Schroeder: "The 'Schroeder frequency' revisited", J. Acoust. Soc. Am. 99 (1996):
 * f = 2000 sqrt(T / V), three modes in a mode's width. */
static double schroeder_hz(const struct sabin_room *room)
{
	return 2000 * sqrt(middle_s(room) / volume_m3(room));
}

static bool extrapolated(const struct sabin_room *room, int band)
{
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		if (room->surface[s].extrapolated[band])
			return true;
	return false;
}

static double distance_m(const double a[3], const double b[3])
{
	return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
	            (a[2] - b[2]) * (a[2] - b[2]));
}

static void print(const struct sabin_roomfile *file)
{
	const struct sabin_room *room = &file->room;
	char text[32];
	bool any = false;
	printf("%s%s%s\n", sabin_bold(), file->name[0] ? file->name : file->path, sabin_plain());
	printf("  %.2f m wide, %.2f m long, %.2f m high: %.1f m³; speed of sound %.1f m/s\n",
	       room->size_m[0], room->size_m[1], room->size_m[2], volume_m3(room),
	       sabin_speed_of_sound(room->temperature_c));
	printf("\nReverberation time by Eyring's formula\n  %-6s", "Hz");
	for (int b = 0; b < BANDS; b++)
		printf("%8s", sabin_show_hz(band_hz[b], text, sizeof text));
	printf("\n  %-6s", "s");
	for (int b = 0; b < BANDS; b++) {
		const bool guess = extrapolated(room, b);
		printf("%7.2f%s", sabin_room_eyring_s(room, b), guess ? "*" : " ");
		any = any || guess;
	}
	putchar('\n');
	if (any)
		puts("  * a surface's absorption is extrapolated there");
	puts("  It supposes that sound is scattered evenly.  Between bare walls it is not: the rooms of\n"
	     "  'simulate' and 'measure --simulate', mirrors all, ring up to four times as long.");
	printf("\nSchroeder frequency %s: below it single modes rule, and reverberation time means "
	       "little.\n\nDistances\n",
	       sabin_text_hz(schroeder_hz(room)).s);
	for (size_t s = 0; s < file->speaker_count; s++)
		for (size_t p = 0; p < file->position_count; p++) {
			const double d = distance_m(file->speakers[s].position_m,
			                            file->positions[p].position_m);
			printf("  %s to %s: %.2f m, %.2f ms\n", file->speakers[s].name,
			       file->positions[p].name, d,
			       d / sabin_speed_of_sound(room->temperature_c) * 1000);
		}
}

static enum sabin_err print_json(const struct sabin_roomfile *file, const struct sabin_doubts *doubts)
{
	const struct sabin_room *room = &file->room;
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.room/1");
	sabin_json_text(json, "file", file->path);
	sabin_json_text(json, "name", file->name);
	sabin_json_numbers(json, "size_m", room->size_m, 3);
	sabin_json_number(json, "volume_m3", volume_m3(room));
	sabin_json_number(json, "speed_of_sound_m_per_s", sabin_speed_of_sound(room->temperature_c));
	sabin_json_number(json, "schroeder_hz", schroeder_hz(room));
	sabin_json_open_array(json, "bands");
	for (int b = 0; b < BANDS; b++) {
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", band_hz[b]);
		sabin_json_number(json, "eyring_s", sabin_room_eyring_s(room, b));
		sabin_json_bool(json, "extrapolated", extrapolated(room, b));
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_open_array(json, "distances");
	for (size_t s = 0; s < file->speaker_count; s++)
		for (size_t p = 0; p < file->position_count; p++) {
			const double d = distance_m(file->speakers[s].position_m,
			                            file->positions[p].position_m);
			sabin_json_open_object(json, NULL);
			sabin_json_text(json, "speaker", file->speakers[s].name);
			sabin_json_text(json, "position", file->positions[p].name);
			sabin_json_number(json, "distance_m", d);
			sabin_json_number(json, "delay_s",
			                  d / sabin_speed_of_sound(room->temperature_c));
			sabin_json_close(json);
		}
	sabin_json_close(json);
	sabin_json_open_array(json, "warnings");
	for (size_t i = 0; i < doubts->count; i++)
		sabin_json_text(json, NULL, doubts->text[i]);
	sabin_json_close(json);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_roomfile file = {0};
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_roomfile_read(operands[0], NULL, &file, &diag);
	int status = SABIN_EXIT_DONE;
	struct sabin_doubts doubts = {0};
	if (!err)
		sabin_show_doubts(&file, &doubts);
	if (err)
		status = sabin_fail_input(command->name, err, &diag);
	else if (o->common.json && (err = print_json(&file, &doubts)))
		status = sabin_fail_output(command->name, err, &diag);
	else if (!o->common.json && o->check)
		printf("%s: good: %zu speaker%s, %zu position%s\n", operands[0], file.speaker_count,
		       file.speaker_count == 1 ? "" : "s", file.position_count,
		       file.position_count == 1 ? "" : "s");
	else if (!o->common.json)
		print(&file);
	sabin_roomfile_release(&file);
	return status;
}

const struct sabin_command sabin_cmd_room = {
    .name = "room",
    .arguments = "ROOM",
    .summary = "check a room file and tell what its geometry predicts",
    .about = "Checks a room file, sabin-room(5), to the last key, and tells volume, reverberation time\n"
             "by Eyring's formula, Schroeder frequency and distances.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .no_output = true,
    .run = run,
};
