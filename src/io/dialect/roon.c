/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roon.c: a ZIP archive of impulse responses, one WAV file for each rate with all speakers as its channels,
 * as Roon's convolution takes it; stored, not compressed (PKWARE's APPNOTE 6.3.10, 4.3).
 */
#include <math.h>
#include <stdint.h>

#include "io/dialect/dialect.h"

enum { LOCAL = 30, CENTRAL = 46, END = 22, RIFF_HEAD = 12 };
/* 1 January 2020, so that the same correction gives the same bytes */
enum { DOS_DATE = (2020 - 1980) << 9 | 1 << 5 | 1 };

static void put(FILE *stream, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		fputc((int)(value >> 8 * i & 0xff), stream);
}

static uint32_t get(const char *at, int bytes)
{
	uint32_t value = 0;
	for (int i = 0; i < bytes; i++)
		value |= (uint32_t)(unsigned char)at[i] << 8 * i;
	return value;
}

/* CRC-32 of ISO 3309, by half bytes. */
static uint32_t crc(const char *bytes, size_t length)
{
	uint32_t table[16], sum = 0xffffffff;
	for (uint32_t i = 0; i < 16; i++) {
		table[i] = i;
		for (int k = 0; k < 4; k++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
	}
	for (size_t i = 0; i < length; i++) {
		sum ^= (unsigned char)bytes[i];
		sum = sum >> 4 ^ table[sum & 15];
		sum = sum >> 4 ^ table[sum & 15];
	}
	return ~sum;
}

/* Fields that both kinds of header have. */
static void put_common(FILE *stream, const struct sabin_dialect_file *file)
{
	put(stream, 10, 2); /* version needed */
	put(stream, 0, 2);
	put(stream, 0, 2); /* stored */
	put(stream, 0, 2);
	put(stream, DOS_DATE, 2);
	put(stream, crc(file->bytes, file->length), 4);
	put(stream, (uint32_t)file->length, 4);
	put(stream, (uint32_t)file->length, 4);
	put(stream, (uint32_t)strlen(file->name), 2);
	put(stream, 0, 2);
}

static void write_zip(FILE *stream, const struct sabin_dialect_files *files)
{
	size_t at = 0, size = 0;
	for (size_t i = 0; i < files->count; i++) {
		const struct sabin_dialect_file *file = &files->file[i];
		put(stream, 0x04034b50, 4);
		put_common(stream, file);
		fputs(file->name, stream);
		fwrite(file->bytes, 1, file->length, stream);
	}
	for (size_t i = 0; i < files->count; i++) {
		const struct sabin_dialect_file *file = &files->file[i];
		put(stream, 0x02014b50, 4);
		put(stream, 10, 2);
		put_common(stream, file);
		put(stream, 0, 2); /* comment, disk, attributes */
		put(stream, 0, 4);
		put(stream, 0, 4);
		put(stream, (uint32_t)at, 4);
		fputs(file->name, stream);
		at += LOCAL + strlen(file->name) + file->length;
		size += CENTRAL + strlen(file->name);
	}
	put(stream, 0x06054b50, 4);
	put(stream, 0, 4);
	put(stream, (uint32_t)files->count, 2);
	put(stream, (uint32_t)files->count, 2);
	put(stream, (uint32_t)size, 4);
	put(stream, (uint32_t)at, 4);
	put(stream, 0, 2);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	struct sabin_dialect_files files = {0};
	struct sabin_dialect_text text;
	enum sabin_err err = SABIN_OK;
	(void)place;
	for (size_t r = 0; r < setting->rate_count && !err; r++) {
		char name[40];
		double *h = NULL;
		size_t frames = 0;
		err = sabin_dialect_responses(setting, setting->rates_hz[r], &h, &frames);
		snprintf(name, sizeof name, "room_%.0f.wav", setting->rates_hz[r]);
		if (!err)
			err = sabin_dialect_add_wav(&files, name, h, setting->channel_count, frames,
			                            setting->rates_hz[r]);
		free(h);
	}
	if (!err && (err = sabin_dialect_begin(&text)) == SABIN_OK) {
		write_zip(text.stream, &files);
		err = sabin_dialect_finish(&text, err, "roon.zip", out);
	}
	sabin_dialect_files_release(&files);
	return err;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

struct format {
	uint32_t kind, channels, rate_hz, bits;
	size_t frames;
	const char *data;
};

/* The chunks "fmt " and "data" of a WAV file. */
static bool parse(const char *bytes, size_t length, struct format *f)
{
	*f = (struct format){0};
	if (length < RIFF_HEAD || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WAVE", 4) != 0)
		return false;
	for (size_t at = RIFF_HEAD; at + 8 <= length && !f->data;) {
		const size_t size = get(bytes + at + 4, 4);
		if (size > length - at - 8)
			return false;
		if (memcmp(bytes + at, "fmt ", 4) == 0 && size >= 16) {
			f->kind = get(bytes + at + 8, 2);
			f->channels = get(bytes + at + 10, 2);
			f->rate_hz = get(bytes + at + 12, 4);
			f->bits = get(bytes + at + 22, 2);
			if (f->kind == 0xfffe && size >= 26) /* extensible: the kind begins the subformat */
				f->kind = get(bytes + at + 32, 2);
		} else if (memcmp(bytes + at, "data", 4) == 0 && f->channels > 0 && f->bits > 0) {
			f->data = bytes + at + 8;
			f->frames = size / (f->channels * (size_t)f->bits / 8 ? f->channels * (size_t)f->bits / 8 : 1);
		}
		at += 8 + size + (size & 1);
	}
	return f->data && f->frames > 0 && f->channels <= SABIN_SETTING_CHANNELS && f->rate_hz >= 1000 &&
	       f->rate_hz <= 768000 && f->frames <= SABIN_SETTING_TAPS &&
	       ((f->kind == 3 && (f->bits == 32 || f->bits == 64)) ||
	        (f->kind == 1 && (f->bits == 16 || f->bits == 24 || f->bits == 32)));
}

static double sample(const struct format *f, size_t index)
{
	const int size = (int)f->bits / 8;
	const char *at = f->data + index * (size_t)size;
	if (f->kind == 3 && size == 8) {
		double x;
		const uint64_t bits = get(at, 4) | (uint64_t)get(at + 4, 4) << 32;
		memcpy(&x, &bits, 8);
		return x;
	}
	uint32_t bits = get(at, size);
	if (f->kind == 3) {
		float x;
		memcpy(&x, &bits, 4);
		return x;
	}
	bits <<= 32 - f->bits;
	return (double)(int32_t)bits / 2147483648.0;
}

static enum sabin_err read_wav(const struct sabin_dialect_line *line, const char *name, const char *bytes,
                               size_t length, size_t first, struct sabin_setting *out)
{
	struct format f;
	enum sabin_err err = SABIN_OK;
	if (!parse(bytes, length, &f))
		return sabin_dialect_refuse(line, NULL, "%.60s: a WAV file of at most %d channels and %d samples "
		                            "was expected", name, SABIN_SETTING_CHANNELS, SABIN_SETTING_TAPS);
	if (out->channel_count == first)
		err = sabin_dialect_add_channels(line, f.rate_hz, f.channels, out);
	if (!err && out->channel_count - first != f.channels)
		return sabin_dialect_refuse(line, NULL, "%.60s: %zu channels were expected, as in the others",
		                            name, out->channel_count - first);
	sabin_setting_add_rate(out, f.rate_hz);
	for (size_t c = 0; c < f.channels && !err; c++) {
		double *h = malloc(f.frames * sizeof *h);
		if (!h)
			return SABIN_ENOMEM;
		for (size_t i = 0; i < f.frames; i++) {
			h[i] = sample(&f, i * f.channels + c);
			if (!(fabs(h[i]) < 1e6))
				err = SABIN_EFORMAT;
		}
		if (err || sabin_setting_fir(&out->channels[first + c], f.rate_hz)) {
			free(h);
			return sabin_dialect_refuse(line, NULL, "%.60s: finite samples, and one file for each rate, "
			                            "were expected", name);
		}
		err = sabin_setting_add_fir(&out->channels[first + c], f.rate_hz, h, f.frames);
	}
	return err;
}

/* By the central directory, which is the archive's own list. */
static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_dialect_line line = {source, NULL, 0};
	const char *bytes = source->text;
	const size_t length = source->length, first = out->channel_count;
	size_t end = length >= END ? length - END : 0;
	enum sabin_err err = SABIN_OK;
	while (end > 0 && length - end < END + 0xffff && get(bytes + end, 4) != 0x06054b50)
		end--;
	if (length < END || get(bytes + end, 4) != 0x06054b50)
		return sabin_dialect_refuse(&line, NULL, "a ZIP archive was expected; this one has no end");
	const size_t count = get(bytes + end + 10, 2);
	size_t at = get(bytes + end + 16, 4);
	for (size_t i = 0; i < count && !err; i++) {
		if (at > length || length - at < CENTRAL || get(bytes + at, 4) != 0x02014b50)
			return sabin_dialect_refuse(&line, NULL, "its list of files is broken");
		const size_t size = get(bytes + at + 20, 4), named = get(bytes + at + 28, 2);
		const size_t local = get(bytes + at + 42, 4), method = get(bytes + at + 10, 2);
		char name[64] = "";
		if (named > length - at - CENTRAL)
			return sabin_dialect_refuse(&line, NULL, "its list of files is broken");
		snprintf(name, sizeof name, "%.*s", (int)(named < 60 ? named : 60), bytes + at + CENTRAL);
		const size_t n = strlen(name);
		at += CENTRAL + named + get(bytes + at + 30, 2) + get(bytes + at + 32, 2);
		if (n < 4 || strcmp(name + n - 4, ".wav") != 0)
			return sabin_dialect_refuse(&line, NULL, "%s: WAV files alone were expected", name);
		if (method != 0)
			return sabin_dialect_refuse(&line, NULL, "%s is compressed; stored ones are read (zip -0)", name);
		if (local > length || length - local < LOCAL || get(bytes + local, 4) != 0x04034b50)
			return sabin_dialect_refuse(&line, NULL, "%s is not where the list says", name);
		const size_t data = local + LOCAL + get(bytes + local + 26, 2) + get(bytes + local + 28, 2);
		if (data > length || size > length - data)
			return sabin_dialect_refuse(&line, NULL, "%s is cut off", name);
		if (crc(bytes + data, size) != get(bytes + local + 14, 4))
			return sabin_dialect_refuse(&line, NULL, "%s is damaged (CRC)", name);
		err = read_wav(&line, name, bytes + data, size, first, out);
	}
	return err;
}

static bool knows(const char *text, size_t length)
{
	return length > 4 && memcmp(text, "PK\3\4", 4) == 0;
}

const struct sabin_dialect sabin_dialect_roon = {
    .name = "roon",
    .program = "Roon (convolution)",
    .next = "in Roon's MUSE settings of the zone: Add convolution filter, and choose %s/roon.zip",
    .ends = {".zip"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_FIR,
    .write = write,
    .read = read,
    .knows = knows,
};
