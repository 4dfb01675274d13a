/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * paths.c: where sabin's own files are.
 *
 * This code runs in the command, in tests, and in the plugin inside foreign programs.  What is
 * asked is therefore not which program runs but which object file this code was loaded from; the
 * kernel tells it in /proc/self/maps (proc(5)).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/paths.h"

static const struct place {
	const char *variable; /* of the environment */
	const char *in_tree;  /* from build/VARIANT */
	const char *installed;
} places[] = {
    [SABIN_PLACE_ROOMS] = {"SABIN_ROOMS", "../../rooms", SABIN_DATADIR "/rooms"},
    [SABIN_PLACE_PLOTS] = {"SABIN_PLOTS", "../../plots", SABIN_DATADIR "/plots"},
    [SABIN_PLACE_PLUGIN] = {"SABIN_PLUGIN", "libasound_module_pcm_sabin.so",
                            SABIN_PLUGINDIR "/libasound_module_pcm_sabin.so"},
};

/* The file that the code at `address` was loaded from; NULL when it cannot be told. */
static char *object_of(uintptr_t address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	if (!maps)
		return NULL;
	char *line = NULL, *found = NULL;
	size_t size = 0;
	while (!found && getline(&line, &size, maps) > 0) {
		uintptr_t from, to;
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) != 2 || address < from ||
		    address >= to)
			continue;
		char *path = strchr(line, '/');
		if (!path)
			break;
		path[strcspn(path, "\n")] = '\0';
		found = strdup(path);
	}
	free(line);
	fclose(maps);
	return found;
}

/* The path as an absolute one when it can be read, else NULL. */
static char *if_present(char *path)
{
	char *real = path && access(path, R_OK) == 0 ? realpath(path, NULL) : NULL;
	free(path);
	return real;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);
	return n >= m && strcmp(text + n - m, end) == 0;
}

/* The folder build/VARIANT when the object lies in it or in its tests/, bench/ or fuzz/. */
static char *build_folder(void)
{
	char *object = object_of((uintptr_t)&sabin_place);
	char *folder = object ? sabin_path_folder(object) : NULL;
	free(object);
	if (!folder)
		return NULL;
	if (ends_with(folder, "/tests") || ends_with(folder, "/bench") ||
	    ends_with(folder, "/fuzz"))
		*strrchr(folder, '/') = '\0';
	char *above = sabin_path_folder(folder);
	bool built = above && ends_with(above, "/build");
	free(above);
	if (!built) {
		free(folder);
		return NULL;
	}
	return folder;
}

char *sabin_place(enum sabin_place_kind kind)
{
	const struct place *place = &places[kind];
	const char *wanted = getenv(place->variable);
	if (wanted && *wanted)
		return if_present(strdup(wanted)); /* what was asked for, or nothing */
	char *folder = build_folder();
	char *found = folder ? if_present(sabin_path_join(folder, place->in_tree)) : NULL;
	free(folder);
	return found ? found : if_present(strdup(place->installed));
}
