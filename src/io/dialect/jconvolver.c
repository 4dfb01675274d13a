/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * jconvolver.c: configurations of jconvolver and fconvolver 1.1, one for each rate, with the responses of the
 * folder wav.  Everything is in the responses.
 */
#include <math.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

enum { PART = 512 };

static enum sabin_err write_rate(const struct sabin_setting *setting, double rate_hz,
                                 struct sabin_dialect_files *out)
{
	struct sabin_dialect_text text;
	char name[SABIN_DIALECT_NAME], label[SABIN_LABEL];
	const size_t n = setting->channel_count;
	double *h = NULL;
	size_t frames = 0;
	enum sabin_err err = sabin_dialect_responses(setting, rate_hz, &h, &frames); /* how long they are */
	free(h);
	if (err || (err = sabin_dialect_begin(&text)) != SABIN_OK)
		return err;
	fprintf(text.stream,
	        "# jconvolver: run it in this folder, JACK at %.0f Hz: jconvolver correction-%.0f.conf\n"
	        "# or without JACK: fconvolver correction-%.0f.conf IN.wav OUT.wav\n"
	        "/cd ../wav\n/convolver/new %zu %zu %d %zu 1.0\n",
	        rate_hz, rate_hz, rate_hz, n, n, PART, (frames + PART - 1) / PART * PART);
	for (size_t i = 0; i < n; i++) {
		sabin_dialect_label(setting, i, label);
		fprintf(text.stream, "/input/name %zu %s\n/output/name %zu %s\n", i + 1, label, i + 1, label);
	}
	for (size_t i = 0; i < n; i++)
		fprintf(text.stream, "/impulse/read %zu %zu 1.0 0 0 0 1 %s\n", i + 1, i + 1,
		        sabin_dialect_wav_name(setting, i, rate_hz, name));
	snprintf(name, sizeof name, "correction-%.0f.conf", rate_hz);
	return sabin_dialect_finish(&text, err, name, out);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	(void)place;
	return sabin_dialect_each_rate(setting, write_rate, out);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

struct reader {
	struct sabin_dialect_line line;
	struct sabin_setting *out;
	size_t first;
	char folder[512];
	double rate_hz;
};

static enum sabin_err count(struct reader *r, char **rest, double least, double most, size_t *n)
{
	char *word = sabin_dialect_word(rest, "");
	double x;
	if (!word || !sabin_number_parse(word, &x) || x != floor(x) || !(x >= least) || !(x <= most))
		return sabin_dialect_refuse(&r->line, word, "a number from %.0f to %.0f was expected", least, most);
	*n = (size_t)x;
	return SABIN_OK;
}

static enum sabin_err read_new(struct reader *r, char *rest)
{
	size_t inputs = 0, outputs = 0;
	enum sabin_err err = count(r, &rest, 1, SABIN_SETTING_CHANNELS, &inputs);
	if (!err)
		err = count(r, &rest, 1, SABIN_SETTING_CHANNELS, &outputs);
	if (!err && (inputs != outputs || r->out->channel_count > r->first))
		err = sabin_dialect_refuse(&r->line, NULL, "one convolver with as many outputs as inputs was expected");
	for (size_t i = 0; i < inputs && !err; i++) {
		char name[SABIN_CORRECTION_NAME];
		snprintf(name, sizeof name, "channel-%zu", i + 1);
		err = sabin_setting_add(r->out, name) ? SABIN_OK : SABIN_EINVAL;
	}
	return err;
}

static enum sabin_err read_name(struct reader *r, char *rest)
{
	size_t i = 0;
	enum sabin_err err = count(r, &rest, 1, (double)(r->out->channel_count - r->first), &i);
	char *name = err ? NULL : sabin_dialect_word(&rest, "");
	if (!err && !name)
		err = sabin_dialect_refuse(&r->line, NULL, "a name was expected");
	if (!err)
		sabin_setting_name(&r->out->channels[r->first + i - 1], name);
	return err;
}

/* in out gain delay offset length channel file */
static enum sabin_err read_impulse(struct reader *r, char *rest)
{
	const double most = (double)(r->out->channel_count - r->first);
	size_t in = 0, to = 0, delay = 0, offset = 0, length = 0, channel = 0;
	double gain = 1, rate_hz = 0;
	enum sabin_err err = count(r, &rest, 1, most, &in);
	if (!err)
		err = count(r, &rest, 1, most, &to);
	char *word = err ? NULL : sabin_dialect_word(&rest, "");
	if (!err && (!word || !sabin_number_parse(word, &gain) || !(fabs(gain) < 1e6)))
		err = sabin_dialect_refuse(&r->line, word, "a gain was expected");
	if (!err)
		err = count(r, &rest, 0, 1e6, &delay);
	if (!err)
		err = count(r, &rest, 0, 1e6, &offset);
	if (!err)
		err = count(r, &rest, 0, SABIN_SETTING_TAPS, &length);
	if (!err)
		err = count(r, &rest, 1, 1024, &channel);
	if (!err && (in != to || offset != 0 || length != 0))
		err = sabin_dialect_refuse(&r->line, NULL, "whole responses from an input to the output of its own "
		                           "number are all that is understood");
	if (err)
		return err;
	rest += strspn(rest, " \t");
	char path[1024];
	snprintf(path, sizeof path, "%s%s%s", r->folder, *r->folder ? "/" : "", rest);
	struct sabin_setting_channel *c = &r->out->channels[r->first + in - 1];
	for (size_t k = 0; k < c->rate_count; k++)
		if (c->rates[k].fir)
			return sabin_dialect_refuse(&r->line, NULL, "one response of a channel was expected");
	err = sabin_dialect_convolution(&r->line, c, path, channel - 1, gain, &rate_hz);
	if (!err && r->rate_hz > 0 && rate_hz != r->rate_hz)
		err = sabin_dialect_refuse(&r->line, NULL, "responses of one rate were expected");
	if (!err) {
		r->rate_hz = rate_hz;
		c->delay_s += (double)delay / rate_hz;
		sabin_setting_add_rate(r->out, rate_hz);
	}
	return err;
}

static enum sabin_err read_cd(struct reader *r, char *rest)
{
	rest += strspn(rest, " \t");
	if (strlen(rest) >= sizeof r->folder)
		return sabin_dialect_refuse(&r->line, NULL, "a shorter folder was expected");
	snprintf(r->folder, sizeof r->folder, "%s", rest);
	return SABIN_OK;
}

static bool is_command(const char *name, const char *text, size_t n)
{
	return strlen(name) == n && strncmp(text, name, n) == 0;
}

static enum sabin_err read_line(struct reader *r, char *text)
{
	static const struct {
		const char *name;
		enum sabin_err (*read)(struct reader *r, char *rest);
	} commands[] = {{"/cd", read_cd},
	                {"/convolver/new", read_new},
	                {"/input/name", read_name},
	                {"/impulse/read", read_impulse}};
	/* only comments may stand behind blanks */
	const char first = text[strspn(text, " \t")];
	const size_t n = strcspn(text, " \t");
	if (first == '\0' || first == '#' || is_command("/output/name", text, n))
		return SABIN_OK;
	for (size_t i = 0; i < 4; i++)
		if (is_command(commands[i].name, text, n))
			return i < 2 || r->out->channel_count > r->first
			           ? commands[i].read(r, text + n)
			           : sabin_dialect_refuse(&r->line, text, "/convolver/new was expected first");
	return sabin_dialect_refuse(&r->line, text, "'%.40s' is not understood", text);
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct reader r = {.line = {source, source->text, 0}, .out = out, .first = out->channel_count};
	char *cursor = source->text;
	enum sabin_err err = SABIN_OK;
	for (char *text; !err && (text = sabin_columns_line(&cursor)) != NULL;) {
		r.line.number++;
		r.line.start = text;
		err = read_line(&r, text);
	}
	for (size_t i = r.first; i < out->channel_count && !err; i++)
		if (out->channels[i].rate_count == 0)
			err = sabin_dialect_refuse(&r.line, NULL, "a response of every channel was expected");
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "/convolver/new");
}

const struct sabin_dialect sabin_dialect_jconvolver = {
    .name = "jconvolver",
    .program = "jconvolver, fconvolver",
    .next = "in %s, with JACK running at that rate: jconvolver correction-RATE.conf",
    .ends = {".conf"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_FIR,
    .comments = true,
    .wants_wav = true,
    .write = write,
    .read = read,
    .knows = knows,
};
