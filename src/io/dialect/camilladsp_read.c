/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * camilladsp_read.c: configurations of CamillaDSP 2 to 4, by their documentation: unknown keys are errors, as they
 * are to the program.
 */
#include <math.h>

#include "io/dialect/dialect.h"
#include "io/yaml.h"

enum { KEYS = 12 };

struct reader {
	struct sabin_dialect_source *source;
	const struct sabin_yaml_node *root;
	struct sabin_setting *out;
	size_t first;
	double rate_hz;
};

static enum sabin_err refuse(const struct reader *r, const struct sabin_yaml_node *node, const char *what)
{
	return sabin_diag_set(r->source->diag, SABIN_EFORMAT, r->source->path, node ? node->line : 0,
	                      node ? node->column : 0, "%s", what);
}

/* Every key of the mapping is one of these. */
static enum sabin_err only(const struct reader *r, const struct sabin_yaml_node *node,
                           const char *const keys[KEYS])
{
	if (!node || node->kind != SABIN_YAML_MAPPING)
		return refuse(r, node ? node : r->root, "a mapping was expected");
	for (const struct sabin_yaml_node *v = node->child; v; v = v->next) {
		int i = 0;
		while (i < KEYS && keys[i] && strcmp(keys[i], v->key) != 0)
			i++;
		if (i == KEYS || !keys[i]) {
			char message[120];
			snprintf(message, sizeof message, "'%.40s' is not understood here", v->key);
			return refuse(r, v, message);
		}
	}
	return SABIN_OK;
}

static const char *text_of(const struct sabin_yaml_node *node, const char *key, const char *initial)
{
	const char *text = sabin_yaml_text(sabin_yaml_find(node, key));
	return text ? text : initial;
}

static bool given(const struct sabin_yaml_node *node, const char *key)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	return value && !sabin_yaml_is_null(value);
}

static enum sabin_err number(const struct reader *r, const struct sabin_yaml_node *node, const char *key,
                             double *x)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	char message[80];
	if (value && sabin_yaml_number(value, x))
		return SABIN_OK;
	snprintf(message, sizeof message, "%s: a number was expected", key);
	return refuse(r, value ? value : node, message);
}

static bool flag(const struct sabin_yaml_node *node, const char *key)
{
	bool on = false;
	return sabin_yaml_bool(sabin_yaml_find(node, key), &on) && on;
}

/* ---- filters ------------------------------------------------------------------------------------------ */

static enum sabin_err read_gain(const struct reader *r, const struct sabin_yaml_node *p,
                                struct sabin_setting_channel *c)
{
	static const char *const keys[KEYS] = {"gain", "inverted", "mute", "scale"};
	const bool linear = strcmp(text_of(p, "scale", "dB"), "linear") == 0;
	double gain = 0;
	enum sabin_err err = only(r, p, keys);
	if (!err)
		err = number(r, p, "gain", &gain);
	if (!err && (linear ? !(fabs(gain) > 1e-7 && fabs(gain) <= 10) : !(fabs(gain) <= 150)))
		err = refuse(r, p, "a gain of -150 to 150 dB, or a factor, was expected");
	if (!err && flag(p, "mute"))
		err = refuse(r, p, "a channel that is not muted was expected");
	if (err)
		return err;
	if (linear)
		sabin_setting_add_factor(c, gain);
	else
		sabin_setting_add_gain(c, gain);
	c->polarity *= flag(p, "inverted") ? -1 : 1;
	return SABIN_OK;
}

static enum sabin_err read_delay(const struct reader *r, const struct sabin_yaml_node *p,
                                 struct sabin_setting_channel *c)
{
	static const char *const keys[KEYS] = {"delay", "unit", "subsample"};
	static const struct {
		const char *name;
		double s;
	} units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"mm", 1e-3 / 343}, {"samples", 0}};
	double delay = 0;
	size_t u = 0;
	enum sabin_err err = only(r, p, keys);
	if (!err)
		err = number(r, p, "delay", &delay);
	while (u < 4 && strcmp(units[u].name, text_of(p, "unit", "ms")) != 0)
		u++;
	if (!err && u == 4)
		err = refuse(r, p, "unit: ms, us, mm or samples was expected");
	if (!err) {
		const double s = delay * (u == 3 ? 1 / r->rate_hz : units[u].s);
		if (!(s >= 0 && s <= 10))
			return refuse(r, p, "delay: 0 to 10 s was expected");
		c->delay_s += s;
	}
	return err;
}

static enum sabin_err read_free(const struct reader *r, const struct sabin_yaml_node *p,
                                struct sabin_section *s)
{
	static const char *const keys[KEYS] = {"type", "b0", "b1", "b2", "a1", "a2"};
	double x[6] = {0, 0, 0, 1, 0, 0};
	enum sabin_err err = only(r, p, keys);
	for (int i = 1; i < 6 && !err; i++)
		err = number(r, p, keys[i], &x[i <= 3 ? i - 1 : i]);
	if (!err && !sabin_section_of_taps(x, r->rate_hz, s))
		err = refuse(r, p, "coefficients of a stable filter were expected");
	return err;
}

static enum sabin_err read_width(const struct reader *r, const struct sabin_yaml_node *p,
                                 struct sabin_section *s)
{
	const bool shelf = s->type == SABIN_SECTION_LOW_SHELF || s->type == SABIN_SECTION_HIGH_SHELF;
	const bool passes = s->type == SABIN_SECTION_LOW_PASS || s->type == SABIN_SECTION_HIGH_PASS;
	double x = 0;
	if (given(p, "q") + given(p, "bandwidth") + given(p, "slope") != 1)
		return refuse(r, p, "one of q, bandwidth and slope was expected");
	if (given(p, "q"))
		return number(r, p, "q", &s->q);
	const bool slope = given(p, "slope");
	if (slope != shelf || passes)
		return refuse(r, p, shelf ? "q or slope was expected" : "q or bandwidth was expected");
	enum sabin_err err = number(r, p, slope ? "slope" : "bandwidth", &x);
	if (!err && slope) {
		s->q = sabin_dialect_q_of_slope(x, s->gain_db);
	} else if (!err) { /* in octaves, with the warping at this rate [RBJ] */
		const double w = 2 * M_PI * s->freq_hz / r->rate_hz;
		s->q = 1 / (2 * sinh(M_LN2 / 2 * x * w / sin(w)));
	}
	return !err && !(s->q > 0) ? refuse(r, p, "a width above 0 was expected") : err;
}

static enum sabin_err read_biquad(const struct reader *r, const struct sabin_yaml_node *p,
                                  struct sabin_setting_channel *c)
{
	static const char *const kinds[] = {"Peaking", "Lowshelf", "Highshelf", "Lowpass",
	                                    "Highpass", "Notch", "Bandpass", "Allpass"};
	static const char *const keys[KEYS] = {"type", "freq", "gain", "q", "bandwidth", "slope"};
	const char *type = text_of(p, "type", "");
	struct sabin_section s = {.factor = 1};
	int t = 0;
	enum sabin_err err = SABIN_OK;
	while (t < 8 && strcmp(kinds[t], type) != 0)
		t++;
	s.type = (enum sabin_section_type)t;
	if (strcmp(type, "Free") == 0) {
		err = read_free(r, p, &s);
	} else if (t == 8) {
		char message[120];
		snprintf(message, sizeof message, "the biquad '%.40s' is not understood", type);
		err = refuse(r, p, message);
	} else {
		err = only(r, p, keys);
		if (!err)
			err = number(r, p, "freq", &s.freq_hz);
		if (!err && t <= SABIN_SECTION_HIGH_SHELF)
			err = number(r, p, "gain", &s.gain_db);
		if (!err)
			err = read_width(r, p, &s);
	}
	const struct sabin_dialect_line line = {r->source, NULL, p ? p->line : 0};
	return err ? err : sabin_dialect_section(&line, c, &s);
}

static enum sabin_err read_conv(const struct reader *r, const struct sabin_yaml_node *p,
                                struct sabin_setting_channel *c)
{
	static const char *const keys[KEYS] = {"type", "filename", "channel", "values"};
	const char *type = text_of(p, "type", ""), *file = text_of(p, "filename", NULL);
	const struct sabin_dialect_line line = {r->source, NULL, p ? p->line : 0};
	const struct sabin_yaml_node *values = sabin_yaml_find(p, "values");
	double channel = 0, rate_hz;
	enum sabin_err err = only(r, p, keys);
	if (err)
		return err;
	if (given(p, "channel") && (number(r, p, "channel", &channel) || !(channel >= 0 && channel < 1024)))
		return refuse(r, p, "channel: a number from 0 was expected");
	if (strcmp(type, "Wav") == 0 && file) {
		err = sabin_dialect_convolution(&line, c, file, (size_t)channel, 1, &rate_hz);
		if (!err && rate_hz != r->rate_hz)
			err = refuse(r, p, "a file of the configuration's rate was expected");
		return err;
	}
	if (strcmp(type, "Values") != 0 || !values || values->kind != SABIN_YAML_SEQUENCE || values->count == 0)
		return refuse(r, p, "Conv: a Wav with filename, or Values, was expected");
	double *h = malloc(values->count * sizeof *h);
	size_t n = 0;
	for (const struct sabin_yaml_node *v = values->child; v && h && !err; v = v->next, n++)
		if (!sabin_yaml_number(v, &h[n]) || !(fabs(h[n]) < 1e6))
			err = refuse(r, v, "a number was expected");
	if (err || !h) {
		free(h);
		return err ? err : SABIN_ENOMEM;
	}
	return sabin_setting_add_fir(c, r->rate_hz, h, n);
}

static enum sabin_err read_filter(const struct reader *r, const struct sabin_yaml_node *filter,
                                  struct sabin_setting_channel *c)
{
	static const char *const keys[KEYS] = {"type", "parameters", "description"};
	static const struct {
		const char *name;
		enum sabin_err (*read)(const struct reader *r, const struct sabin_yaml_node *p,
		                       struct sabin_setting_channel *c);
	} types[] = {{"Gain", read_gain}, {"Biquad", read_biquad}, {"Delay", read_delay}, {"Conv", read_conv}};
	const char *type = text_of(filter, "type", "");
	const enum sabin_err err = only(r, filter, keys);
	for (size_t i = 0; i < 4 && !err; i++)
		if (strcmp(types[i].name, type) == 0)
			return types[i].read(r, sabin_yaml_find(filter, "parameters"), c);
	return err ? err : refuse(r, filter, "type: Gain, Biquad, Delay or Conv was expected");
}

/* ---- pipeline ----------------------------------------------------------------------------------------- */

static enum sabin_err apply(const struct reader *r, const struct sabin_yaml_node *names, size_t channel)
{
	const struct sabin_yaml_node *filters = sabin_yaml_find(r->root, "filters");
	enum sabin_err err = SABIN_OK;
	for (const struct sabin_yaml_node *v = names->child; v && !err; v = v->next) {
		const char *name = sabin_yaml_text(v);
		const struct sabin_yaml_node *filter = name ? sabin_yaml_find(filters, name) : NULL;
		err = filter ? read_filter(r, filter, &r->out->channels[r->first + channel])
		             : refuse(r, v, "the name of a filter was expected");
	}
	return err;
}

static enum sabin_err read_step(const struct reader *r, const struct sabin_yaml_node *step)
{
	static const char *const keys[KEYS] = {"type", "channel", "channels", "names", "bypassed", "description"};
	const size_t count = r->out->channel_count - r->first;
	const struct sabin_yaml_node *names = sabin_yaml_find(step, "names");
	const struct sabin_yaml_node *list = sabin_yaml_find(step, "channels");
	double channel = 0;
	enum sabin_err err = only(r, step, keys);
	if (!err && (!names || names->kind != SABIN_YAML_SEQUENCE))
		err = refuse(r, step, "names: a list was expected");
	if (err || flag(step, "bypassed"))
		return err;
	if (given(step, "channel")) { /* version 2 */
		err = number(r, step, "channel", &channel);
		if (!err && !(channel >= 0 && channel < (double)count && channel == floor(channel)))
			err = refuse(r, step, "channel: one of the device was expected");
		return err ? err : apply(r, names, (size_t)channel);
	}
	if (!list || sabin_yaml_is_null(list)) {
		for (size_t i = 0; i < count && !err; i++)
			err = apply(r, names, i);
		return err;
	}
	if (list->kind != SABIN_YAML_SEQUENCE)
		return refuse(r, list, "channels: a list was expected");
	for (const struct sabin_yaml_node *v = list->child; v && !err; v = v->next) {
		if (!sabin_yaml_number(v, &channel) || !(channel >= 0 && channel < (double)count && channel == floor(channel)))
			return refuse(r, v, "channels: those of the device were expected");
		err = apply(r, names, (size_t)channel);
	}
	return err;
}

/* Only a mixer in which every channel comes from itself leaves channels what they are. */
static enum sabin_err read_mixer(const struct reader *r, const struct sabin_yaml_node *step)
{
	const char *name = text_of(step, "name", "");
	const struct sabin_yaml_node *mixer = sabin_yaml_find(sabin_yaml_find(r->root, "mixers"), name);
	const struct sabin_yaml_node *mapping = sabin_yaml_find(mixer, "mapping");
	const size_t count = r->out->channel_count - r->first;
	bool seen[SABIN_SETTING_CHANNELS] = {false};
	enum sabin_err err = SABIN_OK;
	if (flag(step, "bypassed"))
		return SABIN_OK;
	if (!mapping || mapping->kind != SABIN_YAML_SEQUENCE || mapping->count != count)
		return refuse(r, step, "a mixer of as many channels as the device has was expected");
	for (const struct sabin_yaml_node *v = mapping->child; v && !err; v = v->next) {
		static const char *const keys[KEYS] = {"channel", "gain", "inverted", "mute", "scale"};
		static const char *const outer[KEYS] = {"dest", "mute", "sources"};
		const struct sabin_yaml_node *sources = sabin_yaml_find(v, "sources");
		const struct sabin_yaml_node *from = sources && sources->count == 1 ? sources->child : NULL;
		double dest = -1, channel = -1, gain = 0;
		if (!from || !sabin_yaml_number(sabin_yaml_find(v, "dest"), &dest) ||
		    !sabin_yaml_number(sabin_yaml_find(from, "channel"), &channel) || dest != channel ||
		    !(dest >= 0 && dest < (double)count && dest == floor(dest)) || seen[(size_t)dest])
			return refuse(r, v, "channels that are mixed are not understood");
		seen[(size_t)dest] = true;
		err = only(r, v, outer);
		if (!err && flag(v, "mute"))
			err = refuse(r, v, "a channel that is not muted was expected");
		if (!err)
			err = only(r, from, keys);
		if (!err && given(from, "gain"))
			err = number(r, from, "gain", &gain);
		if (!err && (flag(from, "mute") || !(fabs(gain) <= 150) || strcmp(text_of(from, "scale", "dB"), "dB") != 0))
			err = refuse(r, from, "a gain in dB was expected");
		struct sabin_setting_channel *c = &r->out->channels[r->first + (size_t)dest];
		sabin_setting_add_gain(c, gain);
		c->polarity *= flag(from, "inverted") ? -1 : 1;
	}
	return err;
}

static enum sabin_err read_devices(struct reader *r)
{
	const struct sabin_yaml_node *devices = sabin_yaml_find(r->root, "devices");
	const struct sabin_yaml_node *capture = sabin_yaml_find(devices, "capture");
	double channels = 2;
	if (!devices)
		return refuse(r, r->root, "devices was expected");
	enum sabin_err err = number(r, devices, "samplerate", &r->rate_hz);
	if (!err && !(r->rate_hz >= 1000 && r->rate_hz <= 768000))
		err = refuse(r, devices, "samplerate: 1000 to 768000 Hz was expected");
	if (!err && given(capture, "channels"))
		err = number(r, capture, "channels", &channels);
	if (!err && !(channels >= 1 && channels <= SABIN_SETTING_CHANNELS && channels == floor(channels)))
		err = refuse(r, capture, "channels: 1 to 64 was expected");
	const struct sabin_dialect_line line = {r->source, NULL, devices->line};
	return err ? err : sabin_dialect_add_channels(&line, r->rate_hz, (size_t)channels, r->out);
}

enum sabin_err sabin_camilladsp_read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	static const char *const keys[KEYS] = {"title", "description", "devices", "filters", "mixers",
	                                       "processors", "pipeline"};
	struct sabin_yaml yaml = {0};
	struct reader r = {.source = source, .out = out, .first = out->channel_count};
	enum sabin_err err = sabin_yaml_parse(source->path, source->text, source->length, &yaml, source->diag);
	r.root = yaml.root;
	if (!err)
		err = only(&r, r.root, keys);
	if (!err)
		err = read_devices(&r);
	const struct sabin_yaml_node *pipeline = err ? NULL : sabin_yaml_find(r.root, "pipeline");
	for (const struct sabin_yaml_node *v = pipeline ? pipeline->child : NULL; v && !err; v = v->next) {
		const char *type = text_of(v, "type", "");
		if (strcmp(type, "Filter") == 0)
			err = read_step(&r, v);
		else if (strcmp(type, "Mixer") == 0)
			err = read_mixer(&r, v);
		else
			err = refuse(&r, v, "type: Filter or Mixer was expected");
	}
	sabin_yaml_release(&yaml);
	return err;
}
