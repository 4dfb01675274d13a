/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect.c: the list of dialects, and what they share.
 */
#include <math.h>

#include "io/atomic.h"
#include "io/dialect/dialect.h"

static const struct sabin_dialect *const rows[] = {&sabin_dialect_apo, &sabin_dialect_wav};

const struct sabin_dialect *sabin_dialect_row(size_t i)
{
	return i < sizeof rows / sizeof *rows ? rows[i] : NULL;
}

const struct sabin_dialect *sabin_dialect_find(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i]->name, name) == 0)
			return rows[i];
	return NULL;
}

enum sabin_err sabin_dialect_begin(struct sabin_dialect_text *text)
{
	*text = (struct sabin_dialect_text){0};
	text->stream = open_memstream(&text->text, &text->length);
	return text->stream ? SABIN_OK : SABIN_ENOMEM;
}

enum sabin_err sabin_dialect_finish(struct sabin_dialect_text *text, enum sabin_err err,
                                    const char *folder, const char *name, struct sabin_diag *diag)
{
	char *path = sabin_path_join(folder, name);
	if (!path || (text->stream && fclose(text->stream) != 0))
		err = SABIN_ENOMEM;
	if (!err)
		err = sabin_output_text(path, text->text, text->length, true, diag);
	free(text->text);
	free(path);
	return err;
}

/* A number with `decimals`, the locale's comma made a full stop. */
static char *plain(double x, int decimals, char text[16])
{
	snprintf(text, 16, "%.*f", decimals, x);
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = '.';
	return text;
}

char *sabin_dialect_hz(double hz, char text[16])
{
	return plain(hz, hz < 1000 ? 2 : 1, text);
}

char *sabin_dialect_db(double db, char text[16])
{
	const double rounded = nearbyint(db * 100) / 100;
	return plain(rounded == 0 ? 0 : rounded, 2, text);
}

char *sabin_dialect_q(double q, char text[16])
{
	return plain(q, q < 10 ? 4 : 3, text);
}
