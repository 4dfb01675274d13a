/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect.c: equalisers' files from anybody.  The first byte chooses the reader, the rest is the file; what was
 * read must have a level, and can be written in the dialect it came in and read again.
 */
#include <math.h>
#include <stdint.h>

#include "io/dialect/dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sabin_setting *s)
{
	static const double hz[] = {20, 1000, 10000};
	double db[3];
	for (size_t i = 0; i < s->channel_count; i++) {
		const struct sabin_setting_channel *c = &s->channels[i];
		if (!isfinite(c->preamp_db) || !(c->delay_s >= 0) || (c->polarity != 1 && c->polarity != -1))
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
static void again(const struct sabin_dialect *dialect, struct sabin_setting *s)
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
		if (dialect->read(&source, &second) != SABIN_OK)
			__builtin_trap();
		sabin_setting_release(&second);
	}
	sabin_dialect_files_release(&files);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sabin_setting s = {0};
	struct sabin_diag diag = {0};
	size_t rows = 0;
	if (size < 1)
		return 0;
	while (sabin_dialect_row(rows))
		rows++;
	const struct sabin_dialect *dialect = sabin_dialect_row(data[0] % rows);
	char *text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	struct sabin_dialect_source source = {"left-48000.txt", text, size - 1, 48000, true, &diag};
	(void)dialect->knows(text, size - 1);
	if (dialect != &sabin_dialect_roon)
		source.length = strlen(text); /* texts come without NUL bytes */
	const enum sabin_err err = dialect->read(&source, &s);
	if (err == SABIN_OK) {
		check(&s);
		again(dialect, &s);
	} else if (err == SABIN_EFORMAT && diag.message[0] == '\0') {
		__builtin_trap();
	}
	sabin_setting_release(&s);
	free(text);
	return 0;
}
