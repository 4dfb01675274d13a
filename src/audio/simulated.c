/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * simulated.c: the simulated card, as alsa-lib's configuration names it.
 */
#include <stdint.h>
#include <unistd.h>

#include "audio/session.h"
#include "io/number.h"

/* text in double quotes, as alsa-lib's configuration reads it */
static void quote(char *to, size_t size, const char *text)
{
	size_t n = 0;
	if (size < 4)
		return;
	to[n++] = '"';
	for (; *text && n + 3 < size; text++) {
		if (*text == '"' || *text == '\\')
			to[n++] = '\\';
		to[n++] = *text;
	}
	to[n++] = '"';
	to[n] = '\0';
}

/* Names with commas between; free() it. */
static char *list(const struct sabin_position *const *positions, size_t count)
{
	char *text = count <= SIZE_MAX / SABIN_NAME_SIZE ? calloc(count, SABIN_NAME_SIZE) : NULL;
	for (size_t i = 0, at = 0; text && i < count; i++)
		at += (size_t)snprintf(text + at, count * SABIN_NAME_SIZE - at, "%s%s", i ? "," : "",
		                       positions[i]->name);
	return text;
}

char *sabin_session_card(const struct sabin_session_options *o,
                         const struct sabin_position *const *positions, size_t count)
{
	enum { QUOTED = 8400 }; /* PATH_MAX, every character escaped */
	char *q = malloc(3 * QUOTED), *text = NULL, speed[64] = "";
	char *room = realpath(o->room->path, NULL), *names = list(positions, count);
	if (o->speed > 0) {
		char number[SABIN_NUMBER_SIZE];
		snprintf(speed, sizeof speed, "speed \"%s\" ", sabin_number_format(o->speed, number));
	}
	if (q && room && names) {
		quote(q, QUOTED, o->plugin);
		quote(q + QUOTED, QUOTED, room);
		quote(q + 2 * QUOTED, QUOTED, o->materials ? o->materials : "");
		if (asprintf(&text,
		             "pcm_type.sabin { lib %s }\n"
		             "pcm.roomcard { type sabin room %s position \"%s\" world \"measure-%ld\" "
		             "%s%s%s }\n",
		             q, q + QUOTED, names, (long)getpid(), speed, o->materials ? "materials " : "",
		             o->materials ? q + 2 * QUOTED : "") < 0)
			text = NULL;
	}
	free(q);
	free(room);
	free(names);
	return text;
}
