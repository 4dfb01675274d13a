/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brutefir.c: configurations of BruteFIR 1.0, one for each rate, with the responses beside them as raw doubles.
 * Everything is in the responses.  File names are relative: the program runs in this folder.
 */
#include <ctype.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

enum { PART = 4096 };

/* ---- writing ---------------------------------------------------------------------------------------- */

static void list(FILE *stream, const struct sabin_setting *setting, const char *prefix)
{
	char label[SABIN_LABEL];
	for (size_t i = 0; i < setting->channel_count; i++)
		fprintf(stream, "%s\"%s%s\"", i ? ", " : "", prefix, sabin_dialect_label(setting, i, label));
}

static void write_text(FILE *stream, const struct sabin_setting *setting, double rate_hz, size_t frames)
{
	char label[SABIN_LABEL];
	fprintf(stream,
	        "# BruteFIR: run it in this folder (brutefir correction-%.0f.conf); set both devices first\n"
	        "float_bits: 64;\nsampling_rate: %.0f;\nfilter_length: %d,%zu;\n\n",
	        rate_hz, rate_hz, PART, (frames + PART - 1) / PART);
	for (size_t i = 0; i < setting->channel_count; i++) {
		sabin_dialect_label(setting, i, label);
		fprintf(stream,
		        "coeff \"%s\" { filename: \"%s-%.0f.f64\"; format: \"FLOAT64_LE\"; attenuation: 0.0; };\n",
		        label, label, rate_hz);
	}
	fputs("\ninput ", stream);
	list(stream, setting, "in_");
	fprintf(stream, " {\n\tdevice: \"alsa\" { device: \"hw:Loopback,1\"; };\n\tsample: \"S32_LE\";\n"
	        "\tchannels: %zu;\n};\noutput ", setting->channel_count);
	list(stream, setting, "out_");
	fprintf(stream, " {\n\tdevice: \"alsa\" { device: \"hw:0\"; };\n\tsample: \"S32_LE\";\n"
	        "\tchannels: %zu;\n\tdither: false;\n};\n\n", setting->channel_count);
	for (size_t i = 0; i < setting->channel_count; i++) {
		sabin_dialect_label(setting, i, label);
		fprintf(stream, "filter \"%s\" { from_inputs: \"in_%s\"; to_outputs: \"out_%s\"; coeff: \"%s\"; };\n",
		        label, label, label, label);
	}
}

static enum sabin_err write_rate(const struct sabin_setting *setting, double rate_hz,
                                 struct sabin_dialect_files *out)
{
	struct sabin_dialect_text text;
	char name[SABIN_DIALECT_NAME], label[SABIN_LABEL];
	double *h = NULL;
	size_t frames = 0;
	enum sabin_err err = sabin_dialect_responses(setting, rate_hz, &h, &frames);
	for (size_t i = 0; i < setting->channel_count && !err; i++) {
		unsigned char *bytes = malloc(8 * frames);
		for (size_t k = 0; bytes && k < frames; k++) {
			uint64_t bits;
			memcpy(&bits, &h[i * frames + k], 8);
			for (int b = 0; b < 8; b++)
				bytes[8 * k + (size_t)b] = (unsigned char)(bits >> 8 * b);
		}
		snprintf(name, sizeof name, "%s-%.0f.f64", sabin_dialect_label(setting, i, label), rate_hz);
		err = bytes ? sabin_dialect_add(out, name, (char *)bytes, 8 * frames) : SABIN_ENOMEM;
	}
	free(h);
	if (err || (err = sabin_dialect_begin(&text)) != SABIN_OK)
		return err;
	write_text(text.stream, setting, rate_hz, frames);
	snprintf(name, sizeof name, "correction-%.0f.conf", rate_hz);
	return sabin_dialect_finish(&text, err, name, out);
}

static enum sabin_err write_configs(const struct sabin_setting *setting, const char *place,
                                    struct sabin_dialect_files *out)
{
	(void)place;
	return sabin_dialect_each_rate(setting, write_rate, out);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

enum { NAME = 80, COEFFS = 64 };

struct coeff {
	char name[NAME], file[256], format[16];
	double attenuation_db;
};

struct reader {
	struct sabin_dialect_line line;
	const char *at;
	char token[256];
	bool string; /* the token stood in quotes */
	double rate_hz;
	struct coeff coeffs[COEFFS];
	size_t coeff_count;
	struct sabin_setting *out;
};

/* The next token: a string, a word or number, or one sign; "" at the end. */
static enum sabin_err next(struct reader *r)
{
	for (;;) {
		while (isspace((unsigned char)*r->at))
			r->line.number += *r->at++ == '\n';
		if (*r->at != '#')
			break;
		r->at += strcspn(r->at, "\n");
	}
	const char *start = r->at;
	size_t n;
	r->string = *start == '"';
	if (r->string) {
		n = strcspn(++start, "\"\n");
		if (start[n] != '"')
			return sabin_dialect_refuse(&r->line, NULL, "a quote that ends was expected");
		r->at = start + n + 1;
	} else {
		n = strcspn(start, " \t\r\n#\"{}:;,/");
		n = n || !*start ? n : 1;
		r->at = start + n;
	}
	if (n >= sizeof r->token)
		return sabin_dialect_refuse(&r->line, NULL, "less than %zu characters were expected", sizeof r->token);
	snprintf(r->token, sizeof r->token, "%.*s", (int)n, start);
	return SABIN_OK;
}

static bool is(const struct reader *r, const char *sign)
{
	return !r->string && strcmp(r->token, sign) == 0;
}

static enum sabin_err expect(struct reader *r, const char *sign)
{
	const enum sabin_err err = next(r);
	return err || is(r, sign) ? err
	                          : sabin_dialect_refuse(&r->line, NULL, "'%s' was expected, it is '%.40s'",
	                                                 sign, r->token);
}

/* ": value ;" of one value. */
static enum sabin_err value(struct reader *r, char *text, size_t size)
{
	enum sabin_err err = expect(r, ":");
	if (!err)
		err = next(r);
	if (!err && strlen(r->token) >= size)
		err = sabin_dialect_refuse(&r->line, NULL, "a shorter value was expected");
	if (err)
		return err;
	snprintf(text, size, "%s", r->token);
	return expect(r, ";");
}

static enum sabin_err numeric(struct reader *r, double *x)
{
	char text[32];
	const enum sabin_err err = value(r, text, sizeof text);
	return err || sabin_number_parse(text, x)
	           ? err
	           : sabin_dialect_refuse(&r->line, NULL, "a number was expected, it is '%s'", text);
}

/* Whatever stands up to the ';' that ends it. */
static enum sabin_err pass_over(struct reader *r)
{
	int depth = 0;
	enum sabin_err err = SABIN_OK;
	while (!err && (depth > 0 || !is(r, ";"))) {
		err = next(r);
		if (!err && !r->string && r->token[0] == '\0')
			err = sabin_dialect_refuse(&r->line, NULL, "';' was expected");
		depth += is(r, "{");
		depth -= is(r, "}");
	}
	return err;
}

static enum sabin_err read_coeff(struct reader *r)
{
	struct coeff c = {.format = "TEXT"};
	double x;
	enum sabin_err err = next(r);
	if (!err && (strlen(r->token) >= NAME || r->coeff_count == COEFFS))
		err = sabin_dialect_refuse(&r->line, NULL, "a short name, at most %d of them, was expected", COEFFS);
	snprintf(c.name, sizeof c.name, "%.*s", NAME - 1, r->token);
	if (!err)
		err = expect(r, "{");
	while (!err && (err = next(r)) == SABIN_OK && !is(r, "}")) {
		if (strcmp(r->token, "filename") == 0)
			err = value(r, c.file, sizeof c.file);
		else if (strcmp(r->token, "format") == 0)
			err = value(r, c.format, sizeof c.format);
		else if (strcmp(r->token, "attenuation") == 0)
			err = numeric(r, &c.attenuation_db);
		else if (strcmp(r->token, "blocks") == 0 || strcmp(r->token, "shared_mem") == 0)
			err = pass_over(r);
		else if (strcmp(r->token, "skip") == 0) {
			err = numeric(r, &x);
			if (!err && x != 0)
				err = sabin_dialect_refuse(&r->line, NULL, "skip: 0 was expected");
		} else
			err = sabin_dialect_refuse(&r->line, NULL, "'%.40s' is no key of coeff", r->token);
	}
	if (!err)
		err = expect(r, ";");
	if (!err)
		r->coeffs[r->coeff_count++] = c;
	return err;
}

/* Raw samples or numbers as text. */
static enum sabin_err load(struct reader *r, const struct coeff *c, struct sabin_setting_channel *channel)
{
	static const struct {
		const char *name;
		size_t size;
	} formats[] = {{"TEXT", 1}, {"FLOAT_LE", 4}, {"FLOAT64_LE", 8}, {"S16_LE", 2}, {"S32_LE", 4}};
	struct sabin_dialect_source *source = r->line.source;
	struct stat status;
	size_t f = 0;
	while (f < 5 && strcasecmp(formats[f].name, c->format) != 0)
		f++;
	if (f == 5)
		return sabin_dialect_refuse(&r->line, NULL, "format '%s' is not understood", c->format);
	if (strcmp(c->file, "dirac pulse") == 0)
		return SABIN_OK;
	if (source->alone)
		return sabin_dialect_refuse(&r->line, NULL, "no other file was expected");
	char *folder = sabin_path_folder(source->path), *path = folder ? sabin_path_join(folder, c->file) : NULL;
	const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	enum sabin_err err = SABIN_OK;
	char *bytes = NULL;
	double *h = NULL;
	size_t size = 0, n = 0;
	if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
	    status.st_size > (f ? (off_t)formats[f].size : 64) * SABIN_SETTING_TAPS)
		err = sabin_dialect_refuse(&r->line, NULL, "%s: a file of at most %d samples was expected", c->file,
		                           SABIN_SETTING_TAPS);
	else
		size = (size_t)status.st_size;
	if (!err && !(bytes = malloc(size + 1)))
		err = SABIN_ENOMEM;
	if (!err && read(file, bytes, size) != (ssize_t)size)
		err = sabin_dialect_refuse(&r->line, NULL, "%s cannot be read", c->file);
	if (file >= 0)
		close(file);
	if (!err && !(h = malloc((f ? size / formats[f].size + 1 : size) * sizeof *h)))
		err = SABIN_ENOMEM;
	if (!err && f == 0) {
		bytes[size] = '\0';
		char *cursor = bytes;
		for (char *word; !err && n < SABIN_SETTING_TAPS && (word = sabin_dialect_word(&cursor, "")) != NULL; n++)
			if (!sabin_number_parse(word, &h[n]))
				err = sabin_dialect_refuse(&r->line, NULL, "%s: numbers were expected", c->file);
	}
	for (size_t i = 0; !err && f > 0 && i < size / formats[f].size; i++, n++) {
		uint64_t bits = 0;
		for (size_t b = 0; b < formats[f].size; b++)
			bits |= (uint64_t)(unsigned char)bytes[i * formats[f].size + b] << 8 * b;
		const uint32_t word = (uint32_t)bits;
		float single;
		memcpy(&single, &word, 4);
		if (f == 2)
			memcpy(&h[n], &bits, 8);
		else
			h[n] = f == 1 ? (double)single : f == 3 ? (int16_t)bits / 32768.0 : (int32_t)word / 2147483648.0;
	}
	for (size_t i = 0; i < n && !err; i++) {
		h[i] *= pow(10, -c->attenuation_db / 20);
		if (!(fabs(h[i]) < 1e6))
			err = sabin_dialect_refuse(&r->line, NULL, "%s: finite samples were expected", c->file);
	}
	free(folder);
	free(path);
	free(bytes);
	if (err || n == 0) {
		free(h);
		return err ? err : sabin_dialect_refuse(&r->line, NULL, "%s: samples were expected", c->file);
	}
	return sabin_setting_add_fir(channel, r->rate_hz, h, n);
}

/* One input, one output, one coeff: a filter is a channel. */
static enum sabin_err read_filter(struct reader *r)
{
	char name[NAME], coeff[NAME] = "", ignored[NAME];
	enum sabin_err err = next(r);
	snprintf(name, sizeof name, "%.*s", NAME - 1, r->token);
	if (!err)
		err = expect(r, "{");
	while (!err && (err = next(r)) == SABIN_OK && !is(r, "}")) {
		if (strcmp(r->token, "from_inputs") == 0 || strcmp(r->token, "to_outputs") == 0)
			err = value(r, ignored, sizeof ignored);
		else if (strcmp(r->token, "coeff") == 0)
			err = value(r, coeff, sizeof coeff);
		else if (strcmp(r->token, "process") == 0 || strcmp(r->token, "crossfade") == 0)
			err = pass_over(r);
		else
			err = sabin_dialect_refuse(&r->line, NULL, "'%.40s' in a filter is not understood", r->token);
	}
	if (!err)
		err = expect(r, ";");
	struct sabin_setting_channel *channel = err ? NULL : sabin_setting_add(r->out, name);
	if (!err && !channel)
		return SABIN_EINVAL;
	for (size_t i = 0; i < r->coeff_count && !err; i++)
		if (strcmp(r->coeffs[i].name, coeff) == 0)
			return load(r, &r->coeffs[i], channel);
	return err ? err : sabin_dialect_refuse(&r->line, NULL, "coeff '%s' is not there", coeff);
}

static enum sabin_err read_statement(struct reader *r)
{
	if (strcmp(r->token, "sampling_rate") == 0) {
		const enum sabin_err err = numeric(r, &r->rate_hz);
		return err || (r->rate_hz >= 1000 && r->rate_hz <= 768000)
		           ? err
		           : sabin_dialect_refuse(&r->line, NULL, "a rate of 1000 to 768000 Hz was expected");
	}
	if (strcmp(r->token, "coeff") == 0)
		return read_coeff(r);
	if (strcmp(r->token, "filter") != 0)
		return pass_over(r);
	return r->rate_hz > 0 ? read_filter(r)
	                      : sabin_dialect_refuse(&r->line, NULL, "sampling_rate was expected before filters");
}

static enum sabin_err read_config(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct reader *r = calloc(1, sizeof *r);
	if (!r)
		return SABIN_ENOMEM;
	r->line = (struct sabin_dialect_line){source, NULL, 1};
	r->at = source->text;
	r->out = out;
	enum sabin_err err = next(r);
	while (!err && r->token[0] != '\0') {
		err = read_statement(r);
		if (!err)
			err = next(r);
	}
	if (!err)
		sabin_setting_add_rate(out, r->rate_hz);
	free(r);
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "sampling_rate:") && sabin_dialect_has(text, "filter");
}

const struct sabin_dialect sabin_dialect_brutefir = {
    .name = "brutefir",
    .program = "BruteFIR",
    .next = "set the devices in %s/correction-RATE.conf and run brutefir correction-RATE.conf in that folder",
    .ends = {".conf"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_FIR,
    .comments = true,
    .write = write_configs,
    .read = read_config,
    .knows = knows,
};
