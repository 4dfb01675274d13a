/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * alsa.c: a PCM that plays through the correction: alsa-lib's ladspa plugin with LSP's Parametric Equalizer x32
 * Mono for each channel, all filters in the mode APO (DR).  Controls are given by name, because their numbers
 * change between releases.
 */
#include <math.h>

#include "io/dialect/tree.h"
#include "io/number.h"

enum { BANDS = 32, APO_DR = 6 };

static const int kinds[] = {1, 5, 3}; /* bell, low shelf, high shelf */
static const char label[] = "http://lsp-plug.in/plugins/ladspa/para_equalizer_x32_mono";

static void write_channel(FILE *stream, const struct sabin_setting_channel *c, size_t i)
{
	char x[32];
	int band = 0;
	fprintf(stream,
	        "\t\t%zu {\n\t\t\tlabel \"%s\"\n\t\t\tpolicy none\n"
	        "\t\t\toutput { bindings { %zu \"Output\" } }\n"
	        "\t\t\tinput {\n\t\t\t\tbindings { %zu \"Input\" }\n\t\t\t\tcontrols {\n",
	        i, label, i, i);
	fprintf(stream, "\t\t\t\t\t\"Input gain (G)\" %s\n",
	        sabin_dialect_decimal(fabs(sabin_setting_gain(c)), 9, x));
	for (size_t k = 0; k < c->section_count; k++) {
		const struct sabin_section *s = &c->sections[k];
		if (sabin_section_idle(s))
			continue;
		fprintf(stream, "\t\t\t\t\t\"Filter type %d\" %d\n\t\t\t\t\t\"Filter mode %d\" %d\n", band,
		        kinds[s->type], band, APO_DR);
		fprintf(stream, "\t\t\t\t\t\"Frequency %d (Hz)\" %s\n", band,
		        sabin_dialect_decimal(s->freq_hz, 6, x));
		fprintf(stream, "\t\t\t\t\t\"Gain %d (G)\" %s\n", band,
		        sabin_dialect_decimal(pow(10, s->gain_db / 20), 9, x));
		fprintf(stream, "\t\t\t\t\t\"Quality factor %d\" %s\n", band, sabin_dialect_decimal(s->q, 6, x));
		band++;
	}
	fputs("\t\t\t\t}\n\t\t\t}\n\t\t}\n", stream);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	struct sabin_dialect_text text;
	enum sabin_err err = sabin_dialect_begin(&text);
	(void)place;
	if (!err) {
		fprintf(text.stream,
		        "# ALSA: add this to ~/.asoundrc, set slave.pcm to your device, then: aplay -D sabin FILE.wav\n"
		        "# It needs LSP's plugins for LADSPA (lsp-plugins-ladspa).\n"
		        "pcm.sabin {\n\ttype plug\n\tslave.pcm sabin_eq\n}\n"
		        "pcm.sabin_eq {\n\ttype ladspa\n\tslave.pcm \"plughw:0\"\n\tpath \"/usr/lib/ladspa\"\n"
		        "\tchannels %zu\n\tplugins {\n",
		        setting->channel_count);
		for (size_t i = 0; i < setting->channel_count; i++)
			write_channel(text.stream, &setting->channels[i], i);
		fputs("\t}\n}\n", text.stream);
	}
	return sabin_dialect_finish(&text, err, "asoundrc", out);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

struct band {
	double type, mode, slope, mute, f, gain, q;
};

struct reader {
	struct sabin_dialect_line line;
	struct sabin_tree_node *root;
	struct sabin_setting *out;
	size_t first;
};

static enum sabin_err refuse(struct reader *r, const struct sabin_tree_node *node, const char *what)
{
	r->line.number = node ? node->line : 1;
	return sabin_dialect_refuse(&r->line, NULL, "%s", what);
}

/* "Frequency 3 (Hz)": the field of the band that it sets. */
static double *field(struct band bands[BANDS], const char *name)
{
	static const struct {
		const char *before, *after;
		size_t offset;
	} names[] = {{"Filter type ", "", offsetof(struct band, type)},
	             {"Filter mode ", "", offsetof(struct band, mode)},
	             {"Filter slope ", "", offsetof(struct band, slope)},
	             {"Filter mute ", "", offsetof(struct band, mute)},
	             {"Frequency ", " (Hz)", offsetof(struct band, f)},
	             {"Gain ", " (G)", offsetof(struct band, gain)},
	             {"Quality factor ", "", offsetof(struct band, q)}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const size_t n = strlen(names[i].before);
		char digits[4] = "";
		double index;
		if (strncmp(name, names[i].before, n) != 0)
			continue;
		const size_t d = strspn(name + n, "0123456789");
		snprintf(digits, sizeof digits, "%.*s", (int)(d < 3 ? d : 3), name + n);
		if (strcmp(name + n + d, names[i].after) == 0 && sabin_number_parse(digits, &index) && index < BANDS)
			/* cppcheck-suppress invalidPointerCast ; the row's member, by its offset */
			return (double *)((char *)&bands[(size_t)index] + names[i].offset);
	}
	return NULL;
}

static enum sabin_err read_controls(struct reader *r, const struct sabin_tree_node *controls,
                                    struct sabin_setting_channel *c)
{
	struct band bands[BANDS] = {{0}};
	enum sabin_err err = SABIN_OK;
	for (const struct sabin_tree_node *v = controls->child; v; v = v->next) {
		double x, *to = v->key ? field(bands, v->key) : NULL;
		if (!v->key || !v->text || !sabin_number_parse(v->text, &x))
			return refuse(r, v, "the name of a control and a number were expected");
		if (strcmp(v->key, "Input gain (G)") == 0 && x > 1e-9 && x < 1e6)
			sabin_setting_add_factor(c, x);
		else if (to)
			*to = x;
		else
			return refuse(r, v, "a control that equalises was expected");
	}
	for (int i = 0; i < BANDS && !err; i++) {
		const struct band *b = &bands[i];
		struct sabin_section s = {.freq_hz = b->f, .q = b->q, .factor = 1};
		int type = 0;
		if (b->type == 0 || b->mute != 0)
			continue;
		while (type < 3 && kinds[type] != b->type)
			type++;
		if (type == 3 || b->mode != APO_DR || b->slope != 0 || !(b->gain > 1e-6))
			return refuse(r, controls, "bells and shelves in mode 6, APO (DR), were expected");
		s.type = (enum sabin_section_type)type;
		s.gain_db = 20 * log10(b->gain);
		r->line.number = controls->line;
		err = sabin_dialect_section(&r->line, c, &s);
	}
	return err;
}

static enum sabin_err read_plugin(struct reader *r, const struct sabin_tree_node *plugin)
{
	const struct sabin_tree_node *input = sabin_tree_find(plugin, "input");
	const struct sabin_tree_node *controls = sabin_tree_find(input, "controls");
	const struct sabin_tree_node *bindings = sabin_tree_find(input, "bindings");
	const struct sabin_tree_node *called = sabin_tree_find(plugin, "label");
	double channel = 0;
	enum sabin_err err = SABIN_OK;
	if (!called || !called->text || strncmp(called->text, label, strlen(label) - strlen("x32_mono")) != 0)
		return refuse(r, plugin, "LSP's para_equalizer was expected");
	if (!controls)
		return refuse(r, plugin, "controls by name were expected");
	if (bindings && (!bindings->child || bindings->child->next || !bindings->child->key ||
	                 !sabin_number_parse(bindings->child->key, &channel) ||
	                 !(channel >= 0 && channel < (double)(r->out->channel_count - r->first) &&
	                   channel == floor(channel))))
		return refuse(r, bindings, "one of the channels was expected");
	if (bindings)
		return read_controls(r, controls, &r->out->channels[r->first + (size_t)channel]);
	for (size_t i = r->first; i < r->out->channel_count && !err; i++) /* policy duplicate */
		err = read_controls(r, controls, &r->out->channels[i]);
	return err;
}

static enum sabin_err read_tree(struct reader *r)
{
	const struct sabin_tree_node *pcm = NULL, *plugins = NULL;
	for (const struct sabin_tree_node *v = r->root->child; v; v = v->next) {
		const struct sabin_tree_node *type = sabin_tree_find(v, "type");
		if (type && type->text && strcmp(type->text, "ladspa") == 0)
			pcm = v;
	}
	plugins = sabin_tree_find(pcm, "plugins");
	if (!plugins || !plugins->child)
		return refuse(r, pcm, "a pcm of type ladspa with plugins was expected");
	const struct sabin_tree_node *count = sabin_tree_find(pcm, "channels");
	double channels = 2;
	if (count && (!count->text || !sabin_number_parse(count->text, &channels) ||
	              !(channels >= 1 && channels <= SABIN_SETTING_CHANNELS && channels == floor(channels))))
		return refuse(r, count, "channels: 1 to 64 was expected");
	enum sabin_err err = sabin_dialect_add_channels(&r->line, 0, (size_t)channels, r->out);
	for (const struct sabin_tree_node *v = plugins->child; v && !err; v = v->next)
		err = read_plugin(r, v);
	return err;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct reader r = {.line = {source, source->text, 1}, .out = out, .first = out->channel_count};
	enum sabin_err err = sabin_tree_parse(&r.line, source->text, &r.root);
	if (!err)
		err = read_tree(&r);
	sabin_tree_free(r.root);
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "pcm.") && strstr(text, "ladspa");
}

const struct sabin_dialect sabin_dialect_alsa = {
    .name = "alsa",
    .program = "ALSA (with LSP's LADSPA plugins)",
    .next = "set slave.pcm in %s/asoundrc, append it to ~/.asoundrc, and play to the PCM sabin",
    .ends = {"asoundrc", "asound.conf"},
    .carries = SABIN_CARRY_PREAMP,
    .most = BANDS,
    .single = SABIN_SINGLE_DESIGNED,
    .limits = {10, 24000, 36, 100, 20},
    .comments = true,
    .write = write,
    .read = read,
    .knows = knows,
};
