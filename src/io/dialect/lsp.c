/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lsp.c: the configuration text of LSP's Parametric Equalizer x32 Mono, one for each channel: "key = value",
 * the keys those of the plugin's ports.  Every filter is in the mode APO (DR), the only one whose Q and
 * shapes are those of the cookbook; the program's own, RLC (BT), is narrower by up to a half.
 */
#include <math.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

enum { BANDS = 32, APO_DR = 6 };
enum { OFF, BELL, HIGH_PASS, HIGH_SHELF, LOW_PASS, LOW_SHELF, NOTCH };

/* Of the plugin, for the types of sections. */
static const int kinds[] = {BELL, LOW_SHELF, HIGH_SHELF};

static void write_text(FILE *stream, const struct sabin_setting_channel *c)
{
	char f[32], q[32], db[32];
	int band = 0;
	fputs("# LSP Parametric Equalizer x32 Mono: load it by the plugin's menu, Import, Configuration\n\n"
	      "enabled = true\nmode = 0\n",
	      stream);
	fprintf(stream, "g_in = %s db\ng_out = 0.00 db\n\n",
	        sabin_dialect_decimal(sabin_dialect_gain_db(c), 6, db));
	for (size_t k = 0; k < c->section_count; k++) {
		const struct sabin_section *s = &c->sections[k];
		if (sabin_section_idle(s))
			continue;
		fprintf(stream, "ft_%d = %d\nfm_%d = %d\ns_%d = 0\nxs_%d = false\nxm_%d = false\n", band,
		        kinds[s->type], band, APO_DR, band, band, band);
		fprintf(stream, "f_%d = %s\ng_%d = %s db\nq_%d = %s\n\n", band,
		        sabin_dialect_decimal(s->freq_hz, 6, f), band, sabin_dialect_decimal(s->gain_db, 6, db),
		        band, sabin_dialect_decimal(s->q, 6, q));
		band++;
	}
	for (; band < BANDS; band++)
		fprintf(stream, "ft_%d = 0\n", band);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	(void)place;
	for (size_t i = 0; i < setting->channel_count && !err; i++) {
		struct sabin_dialect_text text;
		char label[SABIN_LABEL], name[SABIN_DIALECT_NAME];
		err = sabin_dialect_begin(&text);
		if (!err)
			write_text(text.stream, &setting->channels[i]);
		snprintf(name, sizeof name, "%s.cfg", sabin_dialect_label(setting, i, label));
		err = sabin_dialect_finish(&text, err, name, out);
	}
	return err;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

struct band {
	double type, mode, slope, f, gain_db, q;
	bool mute, solo;
};

/* "-6.5 db" or a factor */
static bool gain(const char *value, double *db)
{
	char text[48];
	double x;
	snprintf(text, sizeof text, "%s", value);
	char *end = strstr(text, "db");
	end = end ? end : strstr(text, "dB");
	if (!end) {
		if (!sabin_number_parse(value, &x) || !(x > 0))
			return false;
		*db = 20 * log10(x);
		return fabs(*db) <= 500;
	}
	while (end > text && end[-1] == ' ')
		end--;
	*end = '\0';
	return sabin_number_parse(text, db) && fabs(*db) <= 500;
}

static bool flag(const char *value, bool *on)
{
	*on = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
	return *on || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

/* A key of a band; false: a wrong value. */
static bool band_key(struct band *band, const char *key, const char *value, bool *known)
{
	*known = true;
	if (strcmp(key, "ft") == 0)
		return sabin_number_parse(value, &band->type);
	if (strcmp(key, "fm") == 0)
		return sabin_number_parse(value, &band->mode);
	if (strcmp(key, "s") == 0)
		return sabin_number_parse(value, &band->slope);
	if (strcmp(key, "f") == 0)
		return sabin_number_parse(value, &band->f);
	if (strcmp(key, "g") == 0)
		return gain(value, &band->gain_db);
	if (strcmp(key, "q") == 0)
		return sabin_number_parse(value, &band->q);
	if (strcmp(key, "xm") == 0)
		return flag(value, &band->mute);
	if (strcmp(key, "xs") == 0)
		return flag(value, &band->solo);
	*known = strcmp(key, "hue") == 0 || strcmp(key, "w") == 0;
	return true;
}

static enum sabin_err read_line(const struct sabin_dialect_line *line, char *text, struct band *bands,
                                struct sabin_setting_channel *c)
{
	char *equals = strchr(text, '='), *value;
	text += strspn(text, " \t");
	if (*text == '#' || *text == '\0')
		return SABIN_OK;
	if (!equals)
		return sabin_dialect_refuse(line, text, "'key = value' was expected");
	value = equals + 1 + strspn(equals + 1, " \t\"");
	while (equals > text && strchr(" \t", equals[-1]))
		equals--;
	*equals = '\0';
	for (size_t n = strlen(value); n > 0 && strchr(" \t\"", value[n - 1]);)
		value[--n] = '\0';
	double db, index;
	char *under = strrchr(text, '_');
	if (strcmp(text, "g_in") == 0 || strcmp(text, "g_out") == 0) {
		if (!gain(value, &db))
			return sabin_dialect_refuse(line, value, "%s: a gain was expected", text);
		sabin_setting_add_gain(c, db);
		return SABIN_OK;
	}
	if (under && sabin_number_parse(under + 1, &index) && index >= 0 && index < BANDS && index == floor(index)) {
		bool known;
		*under = '\0';
		if (!band_key(&bands[(int)index], text, value, &known))
			return sabin_dialect_refuse(line, value, "%s: another value was expected, it is '%.30s'", text,
			                            value);
		if (known)
			return SABIN_OK;
		*under = '_';
		return sabin_dialect_refuse(line, text, "'%.30s' is no key of the mono equaliser", text);
	}
	if (strcmp(text, "mode") == 0 && strcmp(value, "0") != 0)
		return sabin_dialect_refuse(line, value, "mode 0 (IIR) was expected");
	return SABIN_OK; /* the rest is how it looks */
}

static enum sabin_err add_band(const struct sabin_dialect_line *line, const struct band *band, int index,
                               struct sabin_setting_channel *c)
{
	int type = 0;
	if (band->type == OFF || band->mute)
		return SABIN_OK;
	while (type < 3 && kinds[type] != band->type)
		type++;
	if (type == 3)
		return sabin_dialect_refuse(line, NULL, "ft_%d: bell and shelves (1, 3, 5) were expected", index);
	if (band->mode != APO_DR || band->slope != 0 || band->solo)
		return sabin_dialect_refuse(line, NULL, "filter %d: mode APO (DR), slope x1 were expected: others "
		                            "have shapes of their own", index);
	const struct sabin_section s = {.type = (enum sabin_section_type)type,
	                                .freq_hz = band->f,
	                                .gain_db = band->gain_db,
	                                .q = band->q,
	                                .factor = 1};
	return sabin_dialect_section(line, c, &s);
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_dialect_line line = {source, source->text, 0};
	struct sabin_setting_channel *channel;
	struct band bands[BANDS] = {{0}};
	char *cursor = source->text;
	double rate_hz;
	enum sabin_err err = sabin_dialect_only(source, out, &channel, &rate_hz);
	for (char *text; !err && (text = sabin_columns_line(&cursor)) != NULL;) {
		line.number++;
		line.start = text;
		err = read_line(&line, text, bands, channel);
	}
	for (int i = 0; i < BANDS && !err; i++)
		err = add_band(&line, &bands[i], i, channel);
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "ft_0");
}

const struct sabin_dialect sabin_dialect_lsp = {
    .name = "lsp",
    .program = "LSP Parametric Equalizer x32",
    .next = "in LSP's Parametric Equalizer x32 Mono of each channel: menu, Import, Configuration: "
            "%s/NAME.cfg",
    .ends = {".cfg", ".preset"},
    .carries = SABIN_CARRY_PREAMP,
    .most = BANDS,
    .single = SABIN_SINGLE_DESIGNED,
    .limits = {10, 24000, 36, 100, 20},
    .comments = true,
    .write = write,
    .read = read,
    .knows = knows,
};
