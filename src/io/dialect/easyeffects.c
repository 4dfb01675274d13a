/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * easyeffects.c: presets of EasyEffects, for version 7 and for 8 (which has more keys).  Every band is in the
 * mode APO (DR), the only one whose Q and shapes are those of the cookbook: the program's own, RLC (BT),
 * is narrower by up to a half.  Both channels have every band of the count that is stated.
 */
#include <math.h>

#include "io/dialect/dialect.h"
#include "io/number.h"
#include "io/yaml.h"

enum { BANDS = 32 };

static const char *const kinds[] = {"Bell", "Lo-shelf", "Hi-shelf"};

/* ---- writing ---------------------------------------------------------------------------------------- */

static void write_band(FILE *stream, size_t number, const struct sabin_section *s, int version)
{
	char f[SABIN_NUMBER_SIZE], q[SABIN_NUMBER_SIZE], db[SABIN_NUMBER_SIZE];
	sabin_number_format(s ? s->freq_hz : 1000, f);
	sabin_number_format(s ? s->q : 1, q);
	sabin_number_format(s ? s->gain_db : 0, db);
	fprintf(stream,
	        "%s\n        \"band%zu\": {\"type\": \"%s\", \"mode\": \"APO (DR)\", \"slope\": \"x1\", "
	        "\"solo\": false, \"mute\": false, \"gain\": %s, \"frequency\": %s, \"q\": %s%s}",
	        number ? "," : "", number, s ? kinds[s->type] : "Off", db, f, q,
	        version == 8 ? ", \"width\": 4.0" : "");
}

static void write_side(FILE *stream, const char *side, const struct sabin_setting_channel *c,
                       size_t bands, int version)
{
	size_t n = 0;
	fprintf(stream, ",\n      \"%s\": {", side);
	for (size_t k = 0; k < c->section_count; k++)
		if (!sabin_section_idle(&c->sections[k]))
			write_band(stream, n++, &c->sections[k], version);
	while (n < bands)
		write_band(stream, n++, NULL, version);
	fputs("\n      }", stream);
}

static enum sabin_err write_version(const struct sabin_setting *setting, int version,
                                    struct sabin_dialect_files *out)
{
	const struct sabin_setting_channel *left = &setting->channels[0];
	const struct sabin_setting_channel *right = &setting->channels[setting->channel_count > 1];
	const double least = fmin(sabin_dialect_gain_db(left), sabin_dialect_gain_db(right));
	const size_t a = sabin_dialect_busy(left), b = sabin_dialect_busy(right);
	const size_t bands = a > b ? a : b ? b : 1;
	struct sabin_dialect_text text;
	char name[32], gain[32];
	enum sabin_err err = sabin_dialect_begin(&text);
	if (err)
		return err;
	fprintf(text.stream,
	        "{\n  \"output\": {\n    \"blocklist\": [],\n    \"plugins_order\": [\"equalizer#0\"],\n"
	        "    \"equalizer#0\": {\n      \"bypass\": false,\n      \"input-gain\": %s,\n"
	        "      \"output-gain\": 0.0,\n      \"mode\": \"IIR\",\n%s      \"split-channels\": %s,\n"
	        "      \"balance\": 0.0,\n      \"pitch-left\": 0.0,\n      \"pitch-right\": 0.0,\n"
	        "      \"num-bands\": %zu",
	        sabin_dialect_decimal(least, 9, gain), version == 8 ? "      \"decramp\": \"Off\",\n" : "",
	        setting->channel_count > 1 ? "true" : "false", bands);
	write_side(text.stream, "left", left, bands, version);
	write_side(text.stream, "right", right, bands, version);
	fputs("\n    }\n  }\n}\n", text.stream);
	snprintf(name, sizeof name, "sabin-v%d.json", version);
	return sabin_dialect_finish(&text, err, name, out);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	(void)place;
	if (setting->channel_count == 0 || setting->channel_count > 2)
		return SABIN_EINVAL;
	const enum sabin_err err = write_version(setting, 7, out);
	return err ? err : write_version(setting, 8, out);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

/* JSON is YAML; what the file has is taken by that reader, which knows where everything stands. */

static enum sabin_err refuse(const struct sabin_dialect_source *source, const struct sabin_yaml_node *node,
                             const char *what)
{
	return sabin_diag_set(source->diag, SABIN_EFORMAT, source->path, node ? node->line : 0,
	                      node ? node->column : 0, "%s", what);
}

static bool text_is(const struct sabin_yaml_node *node, const char *key, const char *text)
{
	const char *value = sabin_yaml_text(sabin_yaml_find(node, key));
	return value && strcmp(value, text) == 0;
}

static enum sabin_err number(const struct sabin_dialect_source *source, const struct sabin_yaml_node *node,
                             const char *key, double *x)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	if (value && sabin_yaml_number(value, x))
		return SABIN_OK;
	char message[80];
	snprintf(message, sizeof message, "%s: a number was expected", key);
	return refuse(source, value ? value : node, message);
}

/* Nothing, or 0: what the program does beside equalising. */
static enum sabin_err is_zero(const struct sabin_dialect_source *source, const struct sabin_yaml_node *node,
                              const char *key)
{
	double x = 0;
	if (!sabin_yaml_find(node, key))
		return SABIN_OK;
	const enum sabin_err err = number(source, node, key, &x);
	return err || x == 0 ? err : refuse(source, sabin_yaml_find(node, key), "0 was expected; it is more than equalising");
}

static enum sabin_err read_band(struct sabin_dialect_source *source, const struct sabin_yaml_node *side,
                                int index, struct sabin_setting_channel *c)
{
	char key[16];
	snprintf(key, sizeof key, "band%d", index);
	const struct sabin_yaml_node *band = sabin_yaml_find(side, key);
	struct sabin_section s = {.factor = 1};
	bool mute = false, solo = false;
	int type = 0;
	if (!band || band->kind != SABIN_YAML_MAPPING)
		return refuse(source, band ? band : side, "a band of every number below num-bands was expected");
	if (sabin_yaml_bool(sabin_yaml_find(band, "solo"), &solo) && solo)
		return refuse(source, band, "solo: false was expected; the other bands are silent");
	if (text_is(band, "type", "Off") || (sabin_yaml_bool(sabin_yaml_find(band, "mute"), &mute) && mute))
		return SABIN_OK;
	while (type < 3 && !text_is(band, "type", kinds[type]))
		type++;
	if (type == 3)
		return refuse(source, band, "type: Bell, Lo-shelf, Hi-shelf or Off was expected");
	if (!text_is(band, "mode", "APO (DR)"))
		return refuse(source, band, "mode: APO (DR) was expected; others have shapes of their own");
	if (!text_is(band, "slope", "x1"))
		return refuse(source, band, "slope: x1 was expected");
	s.type = (enum sabin_section_type)type;
	enum sabin_err err = number(source, band, "frequency", &s.freq_hz);
	if (!err)
		err = number(source, band, "gain", &s.gain_db);
	if (!err)
		err = number(source, band, "q", &s.q);
	const struct sabin_dialect_line line = {source, NULL, band->line};
	return err ? err : sabin_dialect_section(&line, c, &s);
}

static enum sabin_err read_equalizer(struct sabin_dialect_source *source, const struct sabin_yaml_node *node,
                                     struct sabin_setting *out)
{
	static const char *const sides[2] = {"left", "right"};
	static const char *const zeros[] = {"balance", "pitch-left", "pitch-right"};
	double bands = 0, in = 0, to = 0;
	bool bypass = false, split = true;
	const size_t first = out->channel_count - 2;
	if (sabin_yaml_bool(sabin_yaml_find(node, "bypass"), &bypass) && bypass)
		return SABIN_OK;
	enum sabin_err err = number(source, node, "num-bands", &bands);
	if (!err && !(bands >= 1 && bands <= BANDS && bands == floor(bands)))
		err = refuse(source, sabin_yaml_find(node, "num-bands"), "num-bands: 1 to 32 was expected");
	if (!err)
		err = number(source, node, "input-gain", &in);
	if (!err)
		err = number(source, node, "output-gain", &to);
	if (!err && !(fabs(in + to) <= 500))
		err = refuse(source, node, "gains of -500 to 500 dB were expected");
	for (size_t k = 0; k < sizeof zeros / sizeof *zeros && !err; k++)
		err = is_zero(source, node, zeros[k]);
	sabin_yaml_bool(sabin_yaml_find(node, "split-channels"), &split);
	for (int s = 0; s < 2 && !err; s++) {
		const struct sabin_yaml_node *side = sabin_yaml_find(node, sides[split ? s : 0]);
		struct sabin_setting_channel *c = &out->channels[first + (size_t)s];
		if (!side || side->kind != SABIN_YAML_MAPPING)
			return refuse(source, node, "left and right were expected");
		sabin_setting_add_gain(c, in + to);
		for (int i = 0; i < (int)bands && !err; i++)
			err = read_band(source, side, i, c);
	}
	return err;
}

static enum sabin_err read_preset(struct sabin_dialect_source *source, const struct sabin_yaml_node *root,
                                  struct sabin_setting *out)
{
	const struct sabin_yaml_node *output = sabin_yaml_find(root, "output");
	const struct sabin_yaml_node *order = sabin_yaml_find(output, "plugins_order");
	enum sabin_err err = SABIN_OK;
	if (!output || !order || order->kind != SABIN_YAML_SEQUENCE || order->count == 0)
		return refuse(source, output ? output : root, "output with plugins_order was expected");
	if (!sabin_setting_add(out, "left") || !sabin_setting_add(out, "right"))
		return SABIN_EINVAL;
	for (const struct sabin_yaml_node *v = order->child; v && !err; v = v->next) {
		const char *name = sabin_yaml_text(v);
		const struct sabin_yaml_node *plugin = name ? sabin_yaml_find(output, name) : NULL;
		bool bypass = false;
		if (!plugin)
			return refuse(source, v, "a plugin that is in the file was expected");
		if (strncmp(name, "equalizer", 9) == 0)
			err = read_equalizer(source, plugin, out);
		else if (!sabin_yaml_bool(sabin_yaml_find(plugin, "bypass"), &bypass) || !bypass)
			err = refuse(source, v, "an equalizer alone was expected; other effects are not understood");
	}
	return err;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_yaml yaml = {0};
	/* the program indents with blanks; tabs, which JSON allows, are blanks here too */
	for (char *c = source->text; *c; c++)
		if (*c == '\t')
			*c = ' ';
	enum sabin_err err = sabin_yaml_parse(source->path, source->text, source->length, &yaml, source->diag);
	if (!err)
		err = read_preset(source, yaml.root, out);
	sabin_yaml_release(&yaml);
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return text[strspn(text, " \t\r\n")] == '{' && strstr(text, "\"plugins_order\"");
}

const struct sabin_dialect sabin_dialect_easyeffects = {
    .name = "easyeffects",
    .program = "EasyEffects 7 and 8",
    .next = "cp %s/sabin-v7.json ~/.config/easyeffects/output/sabin.json and easyeffects -l sabin; version 8: "
            "Presets, Import, sabin-v8.json",
    .ends = {".json"},
    .carries = SABIN_CARRY_PREAMP,
    .most = BANDS,
    .single = SABIN_SINGLE_DESIGNED,
    .limits = {10, 24000, 35, 100, 36}, /* of version 7; gains of 36 dB in 8 */
    .channels = 2,
    .one_gain = true,
    .write = write,
    .read = read,
    .knows = knows,
};
