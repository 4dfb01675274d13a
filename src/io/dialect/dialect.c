/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect.c: the list of dialects; what each cannot say; which one a file is in.
 */
#include <math.h>
#include <strings.h>

#include "io/atomic.h"
#include "io/dialect/dialect.h"

static const struct sabin_dialect *const rows[] = {
    &sabin_dialect_apo,       &sabin_dialect_rew,         &sabin_dialect_autoeq,
    &sabin_dialect_camilladsp, &sabin_dialect_pipewire,   &sabin_dialect_easyeffects,
    &sabin_dialect_minidsp,   &sabin_dialect_brutefir,    &sabin_dialect_jconvolver,
    &sabin_dialect_sox,       &sabin_dialect_ffmpeg,      &sabin_dialect_alsa,
    &sabin_dialect_lsp,       &sabin_dialect_graphiceq,   &sabin_dialect_roon,
    &sabin_dialect_wav,
};

/* Of a file that is read whole. */
static const size_t text_most = 1 << 22;
/* Of a channel, all together: gain as much as the narrowest of the formats takes, and a delay that no room asks for. */
static const double most_gain_db = 150;

const struct sabin_dialect *sabin_dialect_row(size_t i)
{
	return i < sizeof rows / sizeof *rows ? rows[i] : NULL;
}

const struct sabin_dialect *sabin_dialect_find(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i]->name, name) == 0)
			return rows[i];
	return NULL;
}

/* ---- what is lost --------------------------------------------------------------------------------- */

/* Can it say this section? */
static bool can_say(const struct sabin_dialect *d, const struct sabin_section *s)
{
	if (d->carries & (SABIN_CARRY_FIR | SABIN_CARRY_RAW))
		return true;
	if (s->type <= SABIN_SECTION_HIGH_SHELF || (d->carries & SABIN_CARRY_OTHER && s->type < SABIN_SECTION_RAW))
		return true;
	return d->carries & SABIN_CARRY_PASSES && s->type <= SABIN_SECTION_HIGH_PASS;
}

static bool within(const struct sabin_dialect_limits *limits, const struct sabin_setting_channel *c)
{
	for (size_t k = 0; k < c->section_count; k++) {
		const struct sabin_section *s = &c->sections[k];
		if (!sabin_section_idle(s) &&
		    !(s->freq_hz >= limits->low_hz && s->freq_hz <= limits->high_hz &&
		      fabs(s->gain_db) <= limits->gain_db && s->q <= limits->q))
			return false;
	}
	return true;
}

/* What is lost of one channel: up to nine things, in this order. */
static bool lost(const struct sabin_dialect *d, const struct sabin_setting_channel *c, int what,
                 struct sabin_dialect_loss *loss)
{
	bool said = true;
	char db[32];
	for (size_t k = 0; k < c->section_count; k++)
		said &= can_say(d, &c->sections[k]);
	loss->stops = what < 5;
	switch (what) {
	case 0:
		snprintf(loss->text, sizeof loss->text, "%s: impulse responses", c->name);
		return sabin_setting_has_fir(c) && !(d->carries & SABIN_CARRY_FIR);
	case 1:
		snprintf(loss->text, sizeof loss->text, "%s: a curve of levels", c->name);
		return c->points > 0 && !(d->carries & (SABIN_CARRY_FIR | SABIN_CARRY_CURVE));
	case 2:
		snprintf(loss->text, sizeof loss->text,
		         "%s: filters of a kind that it does not have, or coefficients", c->name);
		return !said;
	case 3:
		snprintf(loss->text, sizeof loss->text, "%s: %zu filters, it has %zu", c->name,
		         sabin_dialect_busy(c), d->most);
		return d->most > 0 && sabin_dialect_busy(c) > d->most;
	case 4:
		snprintf(loss->text, sizeof loss->text, "%s: filters outside of %.0f Hz to %.0f kHz, %.0f dB or a Q of %.0f",
		         c->name, d->limits.low_hz, d->limits.high_hz / 1000, d->limits.gain_db, d->limits.q);
		return d->limits.high_hz > 0 && !within(&d->limits, c);
	case 5:
		snprintf(loss->text, sizeof loss->text, "%s: the gain of %s dB, to be set by hand", c->name,
		         sabin_dialect_db(sabin_dialect_gain_db(c), db));
		if (d->limits.high_hz > 0 && fabs(sabin_dialect_gain_db(c)) > d->limits.preamp_db)
			return true;
		return sabin_dialect_gain_db(c) != 0 && !(d->carries & SABIN_CARRY_PREAMP);
	case 6:
		snprintf(loss->text, sizeof loss->text, "%s: the delay of %.3f ms", c->name,
		         1000 * c->delay_s);
		return c->delay_s > 0 && !(d->carries & SABIN_CARRY_DELAY);
	case 7:
		snprintf(loss->text, sizeof loss->text, "%s: %zu filters on a device that has %zu", c->name,
		         sabin_dialect_busy(c), d->usual);
		return d->usual > 0 && sabin_dialect_busy(c) > d->usual;
	default:
		snprintf(loss->text, sizeof loss->text, "%s: inverted polarity", c->name);
		return sabin_setting_gain(c) < 0 && !(d->carries & SABIN_CARRY_POLARITY);
	}
}

/* Rounding that is worth a word; what programs are held to. */
static const double worth_db = 0.05;
static const double usual_rate_hz = 48000;

/* Is the channel a response there? */
static bool responds(const struct sabin_dialect *d, const struct sabin_setting_channel *c)
{
	return d == &sabin_dialect_pipewire ? sabin_pipewire_responds(c) : sabin_setting_has_response(c);
}

/* A channel at a rate. */
static void take_rounding(const struct sabin_dialect *d, const struct sabin_setting *setting, size_t channel,
                          double rate_hz, struct sabin_dialect_rounding *out)
{
	const struct sabin_setting_channel *c = &setting->channels[channel];
	double at_hz;
	const double impulse_db = sabin_setting_single_db(c, rate_hz, &at_hz);
	if (impulse_db <= worth_db)
		return;
	const double db = sabin_setting_steady_db(c, rate_hz, d->single, &at_hz);
	if (out->low_rate_hz == 0 || rate_hz < out->low_rate_hz || (rate_hz == out->low_rate_hz && db > out->low_db)) {
		out->low_rate_hz = rate_hz;
		out->low_db = db;
	}
	if (out->rate_hz == 0 || db > out->db) {
		out->db = db;
		out->rate_hz = rate_hz;
		out->at_hz = at_hz;
		out->channel = channel;
	}
	out->impulse_db = fmax(out->impulse_db, impulse_db);
}

bool sabin_dialect_rounds(const struct sabin_dialect *d, const struct sabin_setting *setting,
                          struct sabin_dialect_rounding *out)
{
	const size_t rates = setting->rate_count ? setting->rate_count : 1;
	*out = (struct sabin_dialect_rounding){0};
	for (size_t i = 0; i < setting->channel_count && d->single != SABIN_SINGLE_NOTHING; i++)
		for (size_t r = 0; r < rates && !responds(d, &setting->channels[i]); r++)
			take_rounding(d, setting, i, setting->rate_count ? setting->rates_hz[r] : usual_rate_hz, out);
	return out->impulse_db > 0;
}

bool sabin_dialect_refers(const struct sabin_dialect *d, const struct sabin_setting *setting)
{
	struct sabin_dialect_loss loss;
	/* PipeWire's configurations of filters that are not exact have one of responses beside them */
	bool refers = d == &sabin_dialect_jconvolver ||
	              (d == &sabin_dialect_pipewire && sabin_dialect_loss(d, setting, 0, &loss));
	for (size_t i = 0; i < setting->channel_count; i++)
		refers |= responds(d, &setting->channels[i]);
	return d->wants_wav && refers;
}

static const char *say_db(double db, char text[24])
{
	if (db < 0.005)
		snprintf(text, 24, "less than 0.01 dB");
	else
		snprintf(text, 24, "%.2f dB", db);
	return text;
}

static void say_rounding(const struct sabin_dialect *d, const struct sabin_setting *setting,
                         const struct sabin_dialect_rounding *r, char text[240])
{
	char low[60] = "", impulse[32], low_db[24], db[24], impulse_db[24];
	if (r->low_rate_hz < r->rate_hz)
		snprintf(low, sizeof low, "%s at a rate of %u Hz, ", say_db(r->low_db, low_db), (unsigned)r->low_rate_hz);
	if (r->impulse_db > 19.9) /* which is no bound any more */
		snprintf(impulse, sizeof impulse, "much more");
	else
		snprintf(impulse, sizeof impulse, "up to %s", say_db(r->impulse_db, impulse_db));
	snprintf(text, 240,
	         "double precision: %.20s is off by %.50s%.20s at %u Hz, around %u Hz; a lone impulse may show %.20s%s",
	         setting->channels[r->channel].name, low, say_db(r->db, db), (unsigned)r->rate_hz, (unsigned)round(r->at_hz), impulse,
	         d == &sabin_dialect_pipewire ? " (not with sabin-fir.conf)" : "");
}

/* What is lost of all channels together. */
static bool lost_of_all(const struct sabin_dialect *d, const struct sabin_setting *setting, int what,
                        struct sabin_dialect_loss *loss)
{
	struct sabin_dialect_rounding rounding;
	double low = INFINITY, high = -INFINITY;
	if (what == 2) {
		loss->stops = false;
		if (!sabin_dialect_rounds(d, setting, &rounding))
			return false;
		say_rounding(d, setting, &rounding, loss->text);
		return true;
	}
	for (size_t i = 0; i < setting->channel_count; i++) {
		low = fmin(low, sabin_dialect_gain_db(&setting->channels[i]));
		high = fmax(high, sabin_dialect_gain_db(&setting->channels[i]));
	}
	if (what == 3) {
		const double off_db = d == &sabin_dialect_pipewire ? sabin_pipewire_shelves_db(setting) : 0;
		loss->stops = false;
		snprintf(loss->text, sizeof loss->text,
		         "the Q of shelves before release 1.0: %.2f dB off (not with sabin-fir.conf)", off_db);
		return off_db > worth_db;
	}
	loss->stops = what == 0;
	if (what == 0) {
		snprintf(loss->text, sizeof loss->text, "%zu channels, it has %zu", setting->channel_count,
		         d->channels);
		return d->channels > 0 && setting->channel_count > d->channels;
	}
	snprintf(loss->text, sizeof loss->text, "that the levels of the channels differ by %.2f dB", high - low);
	return d->one_gain && setting->channel_count > 1 && high - low >= 0.005;
}

bool sabin_dialect_loss(const struct sabin_dialect *d, const struct sabin_setting *setting,
                        size_t index, struct sabin_dialect_loss *loss)
{
	for (int what = 0; what < 4; what++)
		if (lost_of_all(d, setting, what, loss) && index-- == 0)
			return true;
	for (size_t i = 0; i < setting->channel_count; i++)
		for (int what = 0; what < 9; what++)
			if (lost(d, &setting->channels[i], what, loss) && index-- == 0)
				return true;
	return false;
}

/* ---- files ----------------------------------------------------------------------------------------- */

void sabin_dialect_files_release(struct sabin_dialect_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->file[i].name);
		free(files->file[i].bytes);
	}
	free(files->file);
	*files = (struct sabin_dialect_files){0};
}

enum sabin_err sabin_dialect_save(const struct sabin_dialect_files *files, const char *folder,
                                  struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < files->count && !err; i++) {
		char *path = sabin_path_join(folder, files->file[i].name);
		err = path ? sabin_output_text(path, files->file[i].bytes, files->file[i].length, true, diag)
		           : SABIN_ENOMEM;
		free(path);
	}
	return err;
}

static bool ends_with(const char *path, const char *end)
{
	const size_t a = strlen(path), b = strlen(end);
	return a >= b && strcasecmp(path + a - b, end) == 0;
}

/* The first whose files look like it; what they are called counts where several do. */
static const struct sabin_dialect *guess(const char *path, const char *text, size_t length)
{
	const struct sabin_dialect *first = NULL;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!rows[i]->knows(text, length))
			continue;
		for (int k = 0; k < 3 && rows[i]->ends[k]; k++)
			if (ends_with(path, rows[i]->ends[k]))
				return rows[i];
		first = first ? first : rows[i];
	}
	return first;
}

static enum sabin_err read_bytes(const char *path, char **text, size_t *length, struct sabin_diag *diag)
{
	/* binary forms have NUL bytes, which the reader of texts refuses */
	FILE *file = fopen(path, "rbe");
	char head[4] = {0};
	const bool binary = file && fread(head, 1, 4, file) == 4 &&
	                    (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "RIFF", 4) == 0 ||
	                     memcmp(head, "fLaC", 4) == 0 || memcmp(head, "FORM", 4) == 0 || memcmp(head, "RF64", 4) == 0);
	enum sabin_err err = SABIN_OK;
	if (!binary) {
		if (file)
			fclose(file);
		return sabin_read_text(path, text_most, text, length, diag);
	}
	if (memcmp(head, "PK", 2) != 0) { /* sound: its reader opens the file itself */
		*text = malloc(5);
		if (*text) {
			memcpy(*text, head, 4);
			(*text)[4] = '\0';
		}
		*length = 4;
		fclose(file);
		return *text ? SABIN_OK : SABIN_ENOMEM;
	}
	enum { MOST = 1 << 28 };
	size_t size = 1 << 16, n = 4;
	char *bytes = malloc(size + 1);
	if (bytes)
		memcpy(bytes, head, 4);
	while (bytes && !err) {
		const size_t got = fread(bytes + n, 1, size - n, file);
		n += got;
		if (got == 0)
			break;
		if (n == size) {
			char *grown = size < MOST ? realloc(bytes, 2 * size + 1) : NULL;
			if (!grown)
				err = SABIN_ENOMEM;
			else
				bytes = grown;
			size *= 2;
		}
	}
	fclose(file);
	if (!bytes || err) {
		free(bytes);
		return SABIN_ENOMEM;
	}
	bytes[n] = '\0';
	*text = bytes;
	*length = n;
	return SABIN_OK;
}

/* What its parts, each of which is possible, make together. */
static enum sabin_err check_channel(const struct sabin_dialect_source *source, const struct sabin_setting_channel *c)
{
	double rate_hz = 0;
	const double gains_db[2] = {c->preamp_db, sabin_dialect_gain_db(c)}; /* without and with those in coefficients */
	for (int i = 0; i < 2; i++)
		if (!(fabs(gains_db[i]) <= most_gain_db))
			return sabin_diag_set(source->diag, SABIN_EFORMAT, source->path, 0, 0,
			                      "has gains of %.0f dB together; at most %.0f dB were expected", gains_db[i],
			                      most_gain_db);
	if (!(c->delay_s <= SABIN_CORRECTION_DELAY_MOST_S))
		return sabin_diag_set(source->diag, SABIN_EFORMAT, source->path, 0, 0,
		                      "has delays of %g s together; at most %d s were expected", c->delay_s,
		                      SABIN_CORRECTION_DELAY_MOST_S);
	for (size_t k = 0; k < c->section_count; k++) {
		const double bound_hz = c->sections[k].rate_hz;
		if (rate_hz > 0 && bound_hz > 0 && bound_hz != rate_hz)
			return sabin_diag_set(source->diag, SABIN_EFORMAT, source->path, 0, 0,
			                      "has coefficients for %.0f and for %.0f Hz; those of one rate were expected",
			                      rate_hz, bound_hz);
		rate_hz = bound_hz > 0 ? bound_hz : rate_hz;
	}
	return SABIN_OK;
}

enum sabin_err sabin_dialect_parse(const struct sabin_dialect *dialect, struct sabin_dialect_source *source,
                                   struct sabin_setting *out)
{
	const size_t before = out->channel_count;
	enum sabin_err err = dialect->read(source, out);
	for (size_t i = before; i < out->channel_count && !err; i++)
		err = check_channel(source, &out->channels[i]);
	if (!err && out->channel_count == before)
		err = sabin_diag_set(source->diag, SABIN_EFORMAT, source->path, 0, 0, "has no filters in it");
	if (err == SABIN_ENOMEM)
		err = sabin_diag_set(source->diag, SABIN_ENOMEM, source->path, 0, 0, "out of memory");
	if (err == SABIN_EINVAL)
		err = sabin_diag_set(source->diag, SABIN_EFORMAT, source->path, 0, 0, "has more in it than is taken");
	return err;
}

enum sabin_err sabin_dialect_read(const char *path, const char *name, double rate_hz,
                                  struct sabin_setting *out, const struct sabin_dialect **which,
                                  struct sabin_diag *diag)
{
	struct sabin_dialect_source source = {.path = path, .rate_hz = rate_hz, .diag = diag};
	enum sabin_err err = read_bytes(path, &source.text, &source.length, diag);
	if (err == SABIN_ENOMEM)
		return sabin_diag_set(diag, err, path, 0, 0, "out of memory");
	if (err)
		return err;
	const struct sabin_dialect *row =
	    name ? sabin_dialect_find(name) : guess(path, source.text, source.length);
	if (which)
		*which = row;
	if (row) {
		err = sabin_dialect_parse(row, &source, out);
	} else {
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "is in no dialect that is known");
		sabin_diag_advise(diag, "name it: --from DIALECT:%s", path);
	}
	free(source.text);
	return err;
}
