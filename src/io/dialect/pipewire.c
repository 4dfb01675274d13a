/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pipewire.c: a filter-chain of PipeWire, ready to drop in: a sink whose channels each go through a gain,
 * biquads and a delay.  The gain is a high shelf at 0 Hz, as the program makes it itself: a mixer of one
 * input passes its gain over in 0.3.  Inverted polarity is a convolution with -1, which every version
 * has.  Beside it the text that param_eq and
 * module-parametric-equalizer read, for each channel.  A FIR is the whole channel, files of the folder wav: one
 * for each rate, because the program resamples what it has no file for and loses the beginning of it.  Where
 * single precision, which the program computes its filters in, moves them, the same stands in sabin-fir.conf as
 * responses.
 */
#include <math.h>

#include "io/dialect/tree.h"
#include "io/number.h"

static const double usual_rate_hz = 48000, least_pass_q = 0.7071;

static const char *const kinds[SABIN_SECTION_TYPES] = {
    "bq_peaking", "bq_lowshelf", "bq_highshelf", "bq_lowpass", "bq_highpass",
    "bq_notch",   "bq_bandpass", "bq_allpass",   "bq_raw"};

static bool is_pass(enum sabin_section_type type)
{
	return type == SABIN_SECTION_LOW_PASS || type == SABIN_SECTION_HIGH_PASS;
}

/* ---- writing ---------------------------------------------------------------------------------------- */

/* Text in double quotes, whatever is in it. */
static void quoted(FILE *stream, const char *text)
{
	fputc('"', stream);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', stream);
		if ((unsigned char)*c < ' ')
			fprintf(stream, "\\u%04x", (unsigned)*c);
		else
			fputc(*c, stream);
	}
	fputc('"', stream);
}

/* The control Q of low and high passes is not Q but the height of the resonance in dB [Chromium's
 * biquad.c, from which the program's is]: 20 lg(Q^2 / sqrt(Q^2 - 1/4)), 0 at Q = 0.7071, which is the least. */
static double resonance_db(double q)
{
	return q > M_SQRT1_2 ? 20 * log10(q * q / sqrt(q * q - 0.25)) : 0;
}

static double q_of_resonance(double db)
{
	const double g = pow(10, fmax(db, 0) / 20);
	return 1 / sqrt(2 - 2 * sqrt(1 - 1 / (g * g)));
}

/* Can only a response say it?  Passes that do not resonate are flat, and coefficients are not known before 1.0. */
bool sabin_pipewire_responds(const struct sabin_setting_channel *c)
{
	for (size_t k = 0; k < c->section_count; k++)
		if (c->sections[k].type == SABIN_SECTION_RAW || (is_pass(c->sections[k].type) && c->sections[k].q < least_pass_q))
			return true;
	return sabin_setting_has_response(c);
}

double sabin_pipewire_shelves_db(const struct sabin_setting *setting)
{
	enum { POINTS = 120 };
	double hz[POINTS], level_db[POINTS], old_db[POINTS], worst = 0;
	for (int i = 0; i < POINTS; i++)
		hz[i] = 20 * pow(1000, i / (POINTS - 1.0));
	for (size_t i = 0; i < setting->channel_count; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		struct sabin_section own[SABIN_SETTING_SECTIONS];
		struct sabin_setting_channel old = {.polarity = 1, .sections = own, .preamp_db = c->preamp_db};
		for (size_t k = 0; k < c->section_count && !sabin_pipewire_responds(c); k++) {
			own[old.section_count] = c->sections[k];
			if (c->sections[k].type == SABIN_SECTION_LOW_SHELF || c->sections[k].type == SABIN_SECTION_HIGH_SHELF)
				own[old.section_count].q = M_SQRT1_2;
			own[old.section_count++].rate_hz = 0;
		}
		if (old.section_count == 0 || sabin_setting_level(c, usual_rate_hz, hz, POINTS, level_db) != SABIN_OK ||
		    sabin_setting_level(&old, usual_rate_hz, hz, POINTS, old_db) != SABIN_OK)
			continue;
		for (int k = 0; k < POINTS; k++)
			worst = fmax(worst, fabs(level_db[k] - old_db[k]));
	}
	return worst;
}

/* The program takes the file whose rate is closest to its own. */
static void write_files(FILE *stream, const struct sabin_setting *setting, size_t i, const char *place)
{
	char name[SABIN_DIALECT_NAME], path[4096 + SABIN_DIALECT_NAME];
	const size_t rates = setting->rate_count ? setting->rate_count : 1;
	fputs(rates > 1 ? " config = { filename = [" : " config = { filename =", stream);
	for (size_t r = 0; r < rates; r++) {
		sabin_dialect_wav_name(setting, i, setting->rate_count ? setting->rates_hz[r] : usual_rate_hz, name);
		snprintf(path, sizeof path, "%.4000s%s../wav/%s", place ? place : "", place ? "/" : "", name);
		fputc(' ', stream);
		quoted(stream, path);
	}
	fputs(rates > 1 ? " ] channel = 0 } }\n" : " channel = 0 } }\n", stream);
}

/* The nodes of a channel; returns how many. */
static size_t write_nodes(FILE *stream, const struct sabin_setting *setting, size_t i, const char *place,
                          bool fir)
{
	static const char begin[] = "          { type = builtin name = c%zu_%zu label = %s";
	const struct sabin_setting_channel *c = &setting->channels[i];
	char x[SABIN_NUMBER_SIZE];
	size_t n = 0;
	if (fir || sabin_pipewire_responds(c)) {
		fprintf(stream, begin, i, n++, "convolver");
		write_files(stream, setting, i, place);
		return n;
	}
	fprintf(stream, begin, i, n++, kinds[SABIN_SECTION_HIGH_SHELF]);
	fprintf(stream, " control = { \"Freq\" = 0 \"Q\" = 1 \"Gain\" = %s } }\n",
	        sabin_dialect_decimal(sabin_dialect_gain_db(c), 9, x));
	if (sabin_setting_gain(c) < 0) {
		fprintf(stream, begin, i, n++, "convolver");
		fputs(" config = { filename = \"/dirac\" gain = -1.0 } }\n", stream);
	}
	for (size_t k = 0; k < c->section_count; k++) {
		const struct sabin_section *s = &c->sections[k];
		if (sabin_section_idle(s))
			continue;
		fprintf(stream, begin, i, n++, kinds[s->type]);
		fprintf(stream, " control = { \"Freq\" = %s", sabin_number_format(s->freq_hz, x));
		fprintf(stream, " \"Q\" = %s", sabin_number_format(is_pass(s->type) ? resonance_db(s->q) : s->q, x));
		fprintf(stream, " \"Gain\" = %s } }\n", sabin_number_format(s->gain_db, x));
	}
	if (c->delay_s > 0) {
		fprintf(stream, begin, i, n++, "delay");
		fprintf(stream, " config = { \"max-delay\" = %s }", sabin_dialect_decimal(ceil(c->delay_s + 0.01), 0, x));
		fprintf(stream, " control = { \"Delay (s)\" = %s } }\n", sabin_dialect_decimal(c->delay_s, 9, x));
	}
	return n;
}

static void write_graph(FILE *stream, const struct sabin_setting *setting, const char *place, bool fir)
{
	size_t nodes[SABIN_SETTING_CHANNELS];
	fputs("      filter.graph = {\n        nodes = [\n", stream);
	for (size_t i = 0; i < setting->channel_count; i++)
		nodes[i] = write_nodes(stream, setting, i, place, fir);
	fputs("        ]\n        links = [\n", stream);
	for (size_t i = 0; i < setting->channel_count; i++)
		for (size_t k = 1; k < nodes[i]; k++)
			fprintf(stream, "          { output = \"c%zu_%zu:Out\" input = \"c%zu_%zu:In\" }\n", i, k - 1, i, k);
	fputs("        ]\n        inputs = [", stream);
	for (size_t i = 0; i < setting->channel_count; i++)
		fprintf(stream, " \"c%zu_0:In\"", i);
	fputs(" ]\n        outputs = [", stream);
	for (size_t i = 0; i < setting->channel_count; i++)
		fprintf(stream, " \"c%zu_%zu:Out\"", i, nodes[i] - 1);
	fputs(" ]\n      }\n", stream);
}

static void write_positions(FILE *stream, const struct sabin_setting *setting)
{
	char position[8], other[8];
	fprintf(stream, "      audio.channels = %zu\n      audio.position = [", setting->channel_count);
	for (size_t i = 0; i < setting->channel_count; i++) {
		bool known = sabin_dialect_position(setting->channels[i].name, false, position);
		for (size_t k = 0; k < i && known; k++)
			known = !sabin_dialect_position(setting->channels[k].name, false, other) ||
			        strcmp(other, position) != 0;
		if (known)
			fprintf(stream, " %s", position);
		else
			fprintf(stream, " AUX%zu", i);
	}
	fputs(" ]\n", stream);
}

static enum sabin_err write_chain(const struct sabin_setting *setting, const char *place, bool fir,
                                  const char *name, struct sabin_dialect_files *out)
{
	struct sabin_dialect_text text;
	enum sabin_err err = sabin_dialect_begin(&text);
	if (err)
		return err;
	fputs("# PipeWire: put this into ~/.config/pipewire/pipewire.conf.d/, start\n"
	      "# systemctl --user restart pipewire, and choose the sink \"sabin correction\"\n",
	      text.stream);
	if (fir)
		fputs("# In place of sabin.conf: the same as impulse responses, which single precision does not move.\n",
		      text.stream);
	fputs("context.modules = [\n  { name = libpipewire-module-filter-chain\n    args = {\n"
	      "      node.description = \"sabin correction\"\n      media.name = \"sabin correction\"\n",
	      text.stream);
	write_graph(text.stream, setting, place, fir);
	write_positions(text.stream, setting);
	fputs("      capture.props = { node.name = \"effect_input.sabin\" media.class = Audio/Sink }\n"
	      "      playback.props = { node.name = \"effect_output.sabin\" node.passive = true }\n"
	      "    }\n  }\n]\n",
	      text.stream);
	return sabin_dialect_finish(&text, err, name, out);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	struct sabin_dialect_loss loss;
	bool plain = true;
	enum sabin_err err = write_chain(setting, place, false, "sabin.conf", out);
	if (!err && sabin_dialect_loss(&sabin_dialect_pipewire, setting, 0, &loss)) /* of filters: it carries the rest */
		err = write_chain(setting, place, true, "sabin-fir.conf", out);
	for (size_t i = 0; i < setting->channel_count; i++) {
		plain &= !sabin_setting_has_response(&setting->channels[i]);
		for (size_t k = 0; k < setting->channels[i].section_count; k++)
			plain &= setting->channels[i].sections[k].type <= SABIN_SECTION_HIGH_SHELF;
	}
	return !err && plain ? sabin_dialect_universal(setting, "-param-eq.txt", out) : err;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

struct reader {
	struct sabin_dialect_line line;
	const struct sabin_tree_node *graph;
	struct sabin_setting *out;
	size_t steps; /* of walks along links, which may be rings */
};

static enum sabin_err refuse(struct reader *r, const struct sabin_tree_node *node, const char *what)
{
	r->line.number = node ? node->line : 1;
	return sabin_dialect_refuse(&r->line, NULL, "%s", what);
}

static const char *text_of(const struct sabin_tree_node *node, const char *key)
{
	const struct sabin_tree_node *found = sabin_tree_find(node, key);
	return found && found->text ? found->text : "";
}

static enum sabin_err read_section(struct reader *r, const struct sabin_tree_node *node, int type,
                                   struct sabin_setting_channel *c)
{
	const struct sabin_tree_node *control = sabin_tree_find(node, "control");
	struct sabin_section s = {.type = (enum sabin_section_type)type, .factor = 1};
	if (!sabin_tree_number(control, "Freq", &s.freq_hz) || !sabin_tree_number(control, "Q", &s.q))
		return refuse(r, node, "controls Freq and Q were expected");
	if (type <= SABIN_SECTION_HIGH_SHELF && !sabin_tree_number(control, "Gain", &s.gain_db))
		return refuse(r, node, "a control Gain was expected");
	r->line.number = node->line;
	if (is_pass(s.type))
		s.q = q_of_resonance(s.q);
	if (type == SABIN_SECTION_HIGH_SHELF && s.freq_hz == 0) { /* how the program makes a plain gain */
		sabin_setting_add_gain(c, fmin(fmax(s.gain_db, -500), 500));
		return SABIN_OK;
	}
	return sabin_dialect_section(&r->line, c, &s);
}

static enum sabin_err read_raw(struct reader *r, const struct sabin_tree_node *node,
                               struct sabin_setting_channel *c)
{
	static const char *const keys[6] = {"b0", "b1", "b2", "a0", "a1", "a2"};
	const struct sabin_tree_node *list = sabin_tree_find(sabin_tree_find(node, "config"), "coefficients");
	double x[6] = {1, 0, 0, 1, 0, 0}, rate_hz = 0;
	struct sabin_section s;
	if (!list || !list->child || list->child->next)
		return refuse(r, node, "coefficients for one rate were expected");
	for (int i = 0; i < 6; i++)
		if (sabin_tree_find(list->child, keys[i]) && !sabin_tree_number(list->child, keys[i], &x[i]))
			return refuse(r, list->child, "coefficients were expected");
	if (!sabin_tree_number(list->child, "rate", &rate_hz) || !(rate_hz >= 1000 && rate_hz <= 768000) ||
	    !sabin_section_of_taps(x, rate_hz, &s))
		return refuse(r, list->child, "a rate and coefficients of a stable filter were expected");
	sabin_setting_add_rate(r->out, rate_hz);
	r->line.number = node->line;
	return sabin_dialect_section(&r->line, c, &s);
}

static enum sabin_err read_convolver(struct reader *r, const struct sabin_tree_node *node,
                                     struct sabin_setting_channel *c)
{
	const struct sabin_tree_node *config = sabin_tree_find(node, "config");
	double channel = 0, gain = 1, rate_hz = 0;
	sabin_tree_number(config, "channel", &channel);
	sabin_tree_number(config, "gain", &gain);
	const struct sabin_tree_node *file = sabin_tree_find(config, "filename");
	const struct sabin_tree_node *first = file && file->list ? file->child : file;
	if (!first || !first->text || !*first->text || !(channel >= 0 && channel < 1024) || !(fabs(gain) < 1e6) ||
	    sabin_tree_find(config, "delay") || sabin_tree_find(config, "offset") || sabin_tree_find(config, "length"))
		return refuse(r, node, "a whole file, or one for each rate, was expected");
	r->line.number = node->line;
	if (strcmp(first->text, "/dirac") == 0 && fabs(gain) > 1e-6) { /* the program's own name */
		sabin_setting_add_factor(c, gain);
		return SABIN_OK;
	}
	enum sabin_err err = SABIN_OK;
	for (const struct sabin_tree_node *v = first; v && !err; v = file->list ? v->next : NULL) {
		if (!v->text)
			return refuse(r, v, "the name of a file was expected");
		err = sabin_dialect_convolution(&r->line, c, v->text, (size_t)channel, gain, &rate_hz);
		if (!err)
			sabin_setting_add_rate(r->out, rate_hz);
	}
	return err;
}

static enum sabin_err read_node(struct reader *r, const struct sabin_tree_node *node,
                                struct sabin_setting_channel *c)
{
	const char *label = text_of(node, "label");
	const struct sabin_tree_node *control = sabin_tree_find(node, "control");
	double x = 1;
	if (strcmp(text_of(node, "type"), "builtin") != 0)
		return refuse(r, node, "a builtin node was expected");
	if (strcmp(label, "copy") == 0)
		return SABIN_OK;
	if (strcmp(label, "convolver") == 0)
		return read_convolver(r, node, c);
	if (strcmp(label, "invert") == 0) {
		c->polarity = -c->polarity;
		return SABIN_OK;
	}
	if (strcmp(label, "mixer") == 0) {
		if (sabin_tree_find(control, "Gain 1") && !sabin_tree_number(control, "Gain 1", &x))
			return refuse(r, node, "Gain 1: a number was expected");
		if (!(fabs(x) > 1e-9 && fabs(x) < 1e6))
			return refuse(r, node, "Gain 1: a factor that is not 0 was expected");
		sabin_setting_add_factor(c, x);
		return SABIN_OK;
	}
	if (strcmp(label, "delay") == 0) {
		if (!sabin_tree_number(control, "Delay (s)", &x) || !(x >= 0 && x <= 10))
			return refuse(r, node, "Delay (s): 0 to 10 s was expected");
		c->delay_s += x;
		return SABIN_OK;
	}
	for (int type = 0; type < SABIN_SECTION_RAW; type++)
		if (strcmp(label, kinds[type]) == 0)
			return read_section(r, node, type, c);
	if (strcmp(label, "bq_raw") == 0)
		return read_raw(r, node, c);
	return refuse(r, node, "a node of another label was expected: bq_..., mixer, delay, convolver, copy");
}

/* Does "name:port" belong to the node? */
static bool belongs(const char *port, const char *name)
{
	const size_t n = strlen(name);
	return strncmp(port, name, n) == 0 && (port[n] == ':' || port[n] == '\0');
}

static const struct sabin_tree_node *node_of(const struct reader *r, const char *port)
{
	const struct sabin_tree_node *nodes = sabin_tree_find(r->graph, "nodes");
	for (const struct sabin_tree_node *v = nodes ? nodes->child : NULL; v; v = v->next)
		if (belongs(port, text_of(v, "name")))
			return v;
	return NULL;
}

/* Along the links from a node to the end. */
static enum sabin_err walk(struct reader *r, const struct sabin_tree_node *node,
                           struct sabin_setting_channel *c)
{
	const struct sabin_tree_node *links = sabin_tree_find(r->graph, "links");
	enum sabin_err err = SABIN_OK;
	while (node && !err) {
		const struct sabin_tree_node *next = NULL;
		if (r->steps++ > 4096)
			return refuse(r, node, "links that end were expected");
		err = read_node(r, node, c);
		for (const struct sabin_tree_node *v = links ? links->child : NULL; v && !err; v = v->next) {
			if (!belongs(text_of(v, "output"), text_of(node, "name")))
				continue;
			if (next)
				return refuse(r, v, "a chain without branches was expected");
			next = node_of(r, text_of(v, "input"));
			if (!next)
				return refuse(r, v, "a link to a node was expected");
			const char *port = strchr(text_of(v, "input"), ':');
			if (port && strcmp(port, ":In") != 0 && strcmp(port, ":In 1") != 0)
				return refuse(r, v, "an input In or In 1 was expected");
		}
		node = next;
	}
	return err;
}

/* The node that no link leads to. */
static const struct sabin_tree_node *beginning(const struct reader *r)
{
	const struct sabin_tree_node *nodes = sabin_tree_find(r->graph, "nodes");
	const struct sabin_tree_node *links = sabin_tree_find(r->graph, "links");
	for (const struct sabin_tree_node *v = nodes ? nodes->child : NULL; v; v = v->next) {
		bool fed = false;
		for (const struct sabin_tree_node *l = links ? links->child : NULL; l; l = l->next)
			fed |= belongs(text_of(l, "input"), text_of(v, "name"));
		if (!fed)
			return v;
	}
	return NULL;
}

static enum sabin_err name_channels(struct reader *r, const struct sabin_tree_node *args, size_t count)
{
	const struct sabin_tree_node *position = sabin_tree_find(args, "audio.position");
	const struct sabin_tree_node *v = position ? position->child : NULL;
	for (size_t i = 0; i < count; i++, v = v ? v->next : NULL) {
		const char *speaker = v && v->text ? sabin_dialect_speaker(v->text) : NULL;
		char name[SABIN_CORRECTION_NAME];
		if (speaker)
			snprintf(name, sizeof name, "%s", speaker);
		else
			snprintf(name, sizeof name, "channel-%zu", i + 1);
		if (!sabin_setting_add(r->out, name))
			return SABIN_EINVAL;
	}
	return SABIN_OK;
}

static enum sabin_err read_graph(struct reader *r, const struct sabin_tree_node *args)
{
	const struct sabin_tree_node *inputs = sabin_tree_find(r->graph, "inputs");
	const struct sabin_tree_node *position = sabin_tree_find(args, "audio.position");
	const size_t first = r->out->channel_count;
	size_t count = 0, placed = 0;
	double channels = 0;
	for (const struct sabin_tree_node *v = inputs ? inputs->child : NULL; v; v = v->next)
		count++;
	for (const struct sabin_tree_node *v = position ? position->child : NULL; v; v = v->next)
		placed++;
	if (!sabin_tree_number(args, "audio.channels", &channels) && placed > 0)
		channels = (double)placed;
	if (count == 0)
		count = channels >= 1 && channels <= SABIN_SETTING_CHANNELS ? (size_t)channels : 1;
	enum sabin_err err = count <= SABIN_SETTING_CHANNELS ? name_channels(r, args, count)
	                                                     : refuse(r, inputs, "at most 64 inputs were expected");
	const struct sabin_tree_node *v = inputs ? inputs->child : NULL;
	for (size_t i = 0; i < count && !err; i++, v = v ? v->next : NULL) {
		const struct sabin_tree_node *node = v ? (v->text ? node_of(r, v->text) : NULL) : beginning(r);
		r->steps = 0;
		err = node ? walk(r, node, &r->out->channels[first + i])
		           : refuse(r, v ? v : r->graph, "the input of a node was expected");
	}
	return err;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct reader r = {.line = {source, source->text, 1}, .out = out};
	struct sabin_tree_node *root = NULL;
	const struct sabin_tree_node *args = NULL;
	enum sabin_err err = sabin_tree_parse(&r.line, source->text, &root);
	const struct sabin_tree_node *modules = err ? NULL : sabin_tree_find(root, "context.modules");
	for (const struct sabin_tree_node *v = modules ? modules->child : NULL; v; v = v->next)
		if (strstr(text_of(v, "name"), "filter-chain")) {
			if (args && !err)
				err = refuse(&r, v, "one filter-chain was expected");
			args = sabin_tree_find(v, "args");
		}
	r.graph = sabin_tree_find(args, "filter.graph");
	if (!err && !r.graph)
		err = refuse(&r, modules, "a filter-chain with its filter.graph was expected");
	if (!err)
		err = read_graph(&r, args);
	sabin_tree_free(root);
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "context.modules") && strstr(text, "filter-chain");
}

const struct sabin_dialect sabin_dialect_pipewire = {
    .name = "pipewire",
    .program = "PipeWire (filter-chain, parametric-equalizer)",
    .next = "cp %s/sabin.conf ~/.config/pipewire/pipewire.conf.d/ and systemctl --user restart pipewire",
    .ends = {".conf"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_FIR |
               SABIN_CARRY_RAW | SABIN_CARRY_OTHER,
    .single = SABIN_SINGLE_KEPT,
    .comments = true,
    .wants_wav = true,
    .write = write,
    .read = read,
    .knows = knows,
};
