/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * quantity_show.c: a quantity as JSON with a reason of one's own, and as a line of CSV.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/quantity_show.h"
#include "io/reason.h"

void sabin_json_quantity_why(struct sabin_json *json, const char *key, struct sabin_quantity q,
                             const char *unit, const char *why)
{
	if (q.valid || !why) {
		sabin_json_quantity(json, key, q, unit);
		return;
	}
	sabin_json_open_object(json, key);
	sabin_json_number(json, "value", q.value);
	sabin_json_text(json, "unit", unit);
	sabin_json_number(json, "plus_minus", q.plus_minus);
	sabin_json_bool(json, "valid", false);
	sabin_json_text(json, "why", why);
	sabin_json_close(json);
}

/* Text as a CSV field: quoted where it must be. */
static void csv_text(const char *text)
{
	if (!strpbrk(text, ",\"\n\r")) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

static void csv_number(double x)
{
	if (isfinite(x))
		printf("%.9g", x);
}

void sabin_csv_quantity(const char *lead, const char *key, const struct sabin_band *band,
                        struct sabin_quantity q, const char *unit, const char *why)
{
	char text[200];
	printf("%s%s,", lead, key);
	if (band && band->nominal_hz > 0)
		printf("%g,%d,", band->nominal_hz, band->fraction);
	else
		fputs("broadband,,", stdout);
	csv_number(q.value);
	printf(",%s,", unit);
	csv_number(q.plus_minus);
	printf(",%s,", q.valid ? "true" : "false");
	const char *reason = q.valid || !why ? sabin_reason_text(q, text, sizeof text) : why;
	csv_text(reason ? reason : "");
	putchar('\n');
}

void sabin_csv_line(const char *lead, const char *key, const char *band, struct sabin_quantity q,
                    const char *unit)
{
	char text[200];
	const char *reason = sabin_reason_text(q, text, sizeof text);
	printf("%s%s,%s,,", lead, key, band);
	csv_number(q.value);
	printf(",%s,", unit);
	csv_number(q.plus_minus);
	printf(",%s,", q.valid ? "true" : "false");
	if (reason)
		printf("\"%s\"", reason);
	putchar('\n');
}
