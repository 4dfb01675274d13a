/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect.c: equalisers' files from anybody.  The program has a name for each dialect, dialect-apo ..., which
 * chooses the reader; what was read must have a level, and can be written in the dialect it came in and read
 * again.
 */
#include <math.h>

#include "io/dialect/dialect.h"
#include "given.h"

static const struct sabin_dialect *dialect;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = *argc > 0 ? strrchr((*argv)[0], '-') : NULL;
	dialect = name ? sabin_dialect_find(name + 1) : NULL;
	if (!dialect) {
		fprintf(stderr, "%s: not a name with a dialect at its end\n", (*argv)[0]);
		exit(2);
	}
	return 0;
}

static void check(const struct sabin_setting *s)
{
	static const double hz[] = {20, 1000, 10000};
	double db[3];
	for (size_t i = 0; i < s->channel_count; i++) {
		const struct sabin_setting_channel *c = &s->channels[i];
		if (!(fabs(c->preamp_db) <= 150) || !(c->delay_s >= 0 && c->delay_s <= 10) || (c->polarity != 1 && c->polarity != -1))
			__builtin_trap();
		for (size_t k = 0; k < c->section_count; k++)
			if (!sabin_section_possible(&c->sections[k], c->sections[k].rate_hz))
				__builtin_trap();
		if (sabin_setting_level(c, 48000, hz, 3, db) == SABIN_OK)
			for (int k = 0; k < 3; k++)
				if (!isfinite(db[k]))
					__builtin_trap();
	}
}

/* What it writes of it, it reads. */
static void again(struct sabin_setting *s)
{
	struct sabin_dialect_files files = {0};
	struct sabin_dialect_loss loss;
	for (size_t i = 0; sabin_dialect_loss(dialect, s, i, &loss); i++)
		if (loss.stops)
			return;
	for (size_t i = 0; i < s->channel_count; i++)
		if (s->channels[i].rate_count > 0 || s->channels[i].points > 0 || s->channels[i].section_count > 20)
			return; /* responses are long, and other tests have them */
	if (dialect->carries & SABIN_CARRY_FIR && dialect != &sabin_dialect_apo &&
	    dialect != &sabin_dialect_camilladsp && dialect != &sabin_dialect_pipewire)
		return;
	s->rate_count = 0;
	sabin_setting_add_rate(s, 48000);
	if (dialect->write(s, NULL, &files) == SABIN_OK && files.count > 0) {
		struct sabin_setting second = {0};
		struct sabin_diag diag = {0};
		struct sabin_dialect_source source = {"left-48000.txt", files.file[0].bytes, files.file[0].length,
		                                      48000, true, &diag};
		if (sabin_dialect_parse(dialect, &source, &second) != SABIN_OK)
			__builtin_trap();
		sabin_setting_release(&second);
	}
	sabin_dialect_files_release(&files);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sabin_setting s = {0};
	struct sabin_diag diag = {0};
	char path[64] = "left-48000.txt", *text = malloc(size + 1);
	if (!text)
		return 0;
	/* the reader of sound opens its file itself */
	const int file = dialect == &sabin_dialect_wav ? given_open(data, size, path) : -1;
	memcpy(text, data, size);
	text[size] = '\0';
	struct sabin_dialect_source source = {path, text, size, 48000, dialect != &sabin_dialect_wav, &diag};
	(void)dialect->knows(text, size);
	if (dialect != &sabin_dialect_roon)
		source.length = strlen(text); /* texts come without NUL bytes */
	if (sabin_dialect_parse(dialect, &source, &s) == SABIN_OK) {
		check(&s);
		again(&s);
	} else if (diag.message[0] == '\0') {
		__builtin_trap();
	}
	if (file >= 0)
		close(file);
	sabin_setting_release(&s);
	free(text);
	return 0;
}
