/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * paths.c: where sabin's own files are.
 *
 * This code runs in the command, in tests, and in the plugin inside foreign programs.  What is
 * asked is therefore not which program runs but which object file this code was loaded from; the
 * kernel tells it in /proc/self/maps (proc(5)).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/paths.h"

static const struct place {
	const char *what;
	const char *variable; /* of the environment */
	const char *in_tree;  /* from build/VARIANT */
	const char *beside;   /* from PREFIX, wherever that was moved to */
	const char *installed;
} places[] = {
    [SABIN_PLACE_ROOMS] = {"the folder of rooms and materials", "SABIN_ROOMS", "../../rooms", "share/sabin/rooms",
                           SABIN_DATADIR "/rooms"},
    [SABIN_PLACE_PLOTS] = {"the folder of chart scripts", "SABIN_PLOTS", "../../plots", "share/sabin/plots",
                           SABIN_DATADIR "/plots"},
    [SABIN_PLACE_PLUGIN] = {"the plugin of the simulated sound card", "SABIN_PLUGIN", "libasound_module_pcm_sabin.so",
                            "lib/sabin/libasound_module_pcm_sabin.so",
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
		/* the kernel writes it: NOLINTNEXTLINE(cert-err34-c) */
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

/* Cut `end` off the folder when it ends so. */
static bool cut(char *folder, const char *end)
{
	size_t n = strlen(folder), m = strlen(end);
	if (n < m || strcmp(folder + n - m, end) != 0)
		return false;
	folder[n - m] = '\0';
	return true;
}

/* Is it build/VARIANT?  Programs in its tests/, bench/ and fuzz/ count as in it. */
static bool is_build_folder(char *folder)
{
	if (!cut(folder, "/tests") && !cut(folder, "/bench"))
		cut(folder, "/fuzz");
	char *above = sabin_path_folder(folder);
	bool built = above && ends_with(above, "/build");
	free(above);
	return built;
}

/* The place as seen from where this object lies: in the build tree, or in PREFIX/bin or
 * PREFIX/lib/sabin. */
static char *place_near(const struct place *place)
{
	char *object = object_of((uintptr_t)&sabin_place);
	char *folder = object ? sabin_path_folder(object) : NULL, *found = NULL;
	if (folder && is_build_folder(folder))
		found = if_present(sabin_path_join(folder, place->in_tree));
	else if (folder && (cut(folder, "/bin") || cut(folder, "/lib/sabin")))
		found = if_present(sabin_path_join(folder, place->beside));
	free(folder);
	free(object);
	return found;
}

char *sabin_place(enum sabin_place_kind kind)
{
	const struct place *place = &places[kind];
	const char *wanted = getenv(place->variable);
	errno = 0;
	if (wanted && *wanted)
		return if_present(strdup(wanted)); /* what was asked for, or nothing */
	char *found = place_near(place);
	if (!found && errno == ENOMEM)
		return NULL;
	return found ? found : if_present(strdup(place->installed));
}

enum sabin_err sabin_place_missing(enum sabin_place_kind kind, const char *name,
                                   struct sabin_diag *diag)
{
	const struct place *place = &places[kind];
	const char *wanted = getenv(place->variable);
	const bool asked = wanted && *wanted;
	const char *path = asked ? wanted : place->installed;
	sabin_diag_set(diag, SABIN_EINSTALL, NULL, 0, 0, "%s is missing: %s%s%s cannot be read%s%s%s",
	               place->what, path, name ? "/" : "", name ? name : "",
	               asked ? " (the environment variable " : "", asked ? place->variable : "",
	               asked ? " says so)" : "");
	if (asked)
		sabin_diag_advise(diag, "unset %s, or let it name what is there", place->variable);
	else
		sabin_diag_advise(diag,
		                  "install sabin anew, or set the environment variable %s to where it is",
		                  place->variable);
	return SABIN_EINSTALL;
}

enum sabin_err sabin_place_find(enum sabin_place_kind kind, char **out, struct sabin_diag *diag)
{
	char *found = sabin_place(kind);
	if (!found && errno == ENOMEM)
		return sabin_diag_set(diag, SABIN_ENOMEM, NULL, 0, 0, "out of memory");
	if (!found)
		return sabin_place_missing(kind, NULL, diag);
	*out = found;
	return SABIN_OK;
}
