/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hush.c: standard error held back.
 *
 * snd_lib_error_set_handler() would do for alsa-lib, but a handler has no context to keep the words in,
 * and the libraries behind its plugins do not ask it.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "audio/hush.h"

void sabin_hush_begin(struct sabin_hush *hush)
{
	*hush = (struct sabin_hush){-1, -1};
	fflush(stderr);
	const int keep = dup(STDERR_FILENO), file = memfd_create("said", MFD_CLOEXEC);
	if (keep >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0) {
		*hush = (struct sabin_hush){keep, file};
		return;
	}
	if (keep >= 0)
		close(keep);
	if (file >= 0)
		close(file);
}

/* "ALSA lib confmisc.c:165:(snd_config_get_card) Cannot get card index for 9" */
static void last_words(char *all, char *text, size_t size)
{
	static const char mark[] = "ALSA lib ";
	char *last = NULL;
	for (char *at = all; (at = strstr(at, mark)); at += sizeof mark - 1)
		last = at;
	if (!last)
		return;
	last[strcspn(last, "\n")] = '\0';
	const char *words = strstr(last, ") ");
	snprintf(text, size, "%s", words ? words + 2 : last + sizeof mark - 1);
}

void sabin_hush_end(struct sabin_hush *hush, char *text, size_t size)
{
	char all[4096];
	*text = '\0';
	if (hush->said < 0)
		return;
	fflush(stderr);
	dup2(hush->standard_error, STDERR_FILENO);
	const off_t length = lseek(hush->said, 0, SEEK_END);
	const off_t from = length > (off_t)sizeof all - 1 ? length - (off_t)sizeof all + 1 : 0;
	const ssize_t n = pread(hush->said, all, sizeof all - 1, from);
	all[n > 0 ? n : 0] = '\0';
	last_words(all, text, size);
	close(hush->standard_error);
	close(hush->said);
	*hush = (struct sabin_hush){-1, -1};
}
