/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_order.c: is before what came before?
 */
#include <sys/stat.h>

#include "cli/comparison.h"
#include "cli/talk.h"

/* ISO 8601 with a zone, as in measurement.yaml; false: it is none. */
static bool read_time(const char *iso, time_t *time)
{
	struct tm parts = {0};
	const char *end = strptime(iso, "%Y-%m-%dT%H:%M:%S%z", &parts);
	if (!end || *end)
		return false;
	const long east_s = parts.tm_gmtoff;
	*time = timegm(&parts) - east_s;
	return true;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void sabin_comparison_warn_order(const struct sabin_side *before, const struct sabin_side *after)
{
	time_t b, a;
	if (is_same_file(before->path, after->path))
		sabin_say("warning: before and after are the same measurement, %s", after->path);
	else if (read_time(before->measurement.date, &b) && read_time(after->measurement.date, &a) && b > a)
		sabin_say("warning: %s, which is given as before, was measured later (%s) than %s (%s): what fell is told as "
		          "risen",
		          before->path, before->measurement.date, after->path, after->measurement.date);
}
