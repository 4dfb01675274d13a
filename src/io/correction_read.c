/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correction_read.c: correction.yaml, from whoever sent it.  Keys that are not known are passed over.
 */
#include <math.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/correction_inner.h"
#include "io/wav.h"
#include "io/yaml.h"

/* What a program or a person may have written into the file. */
static const double level_max_db = 500;
static const double rate_min_hz = 1000, rate_max_hz = 768000;
/* Of a filter's response. */
static const double seconds_most = 4;

struct reader {
	char *path;
	struct sabin_diag *diag;
	struct sabin_correction_file *out;
};

bool sabin_correction_at(const char *path)
{
	bool correction, measurement;
	return sabin_path_holds(path, SABIN_MARK_CORRECTION, &correction) == SABIN_OK &&
	       sabin_path_holds(path, SABIN_MARK_MEASUREMENT, &measurement) == SABIN_OK && correction && !measurement;
}

/* Why a folder holds no correction, where that is not told by what cannot be opened. */
static enum sabin_err is_measurement(const char *path, struct sabin_diag *diag)
{
	bool correction = false, measurement = false;
	enum sabin_err err = sabin_path_holds(path, SABIN_MARK_CORRECTION, &correction);
	if (!err)
		err = sabin_path_holds(path, SABIN_MARK_MEASUREMENT, &measurement);
	if (!err && !correction && measurement) {
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "is a measurement, not a correction");
		sabin_diag_advise(diag, "a directory made by 'sabin eq' was expected");
	}
	return err;
}

__attribute__((format(printf, 3, 4))) static enum sabin_err
refuse(const struct reader *reader, const struct sabin_yaml_node *node, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sabin_diag_vset(reader->diag, SABIN_EFORMAT, reader->path, node->line, node->column, format, arguments);
	va_end(arguments);
	return SABIN_EFORMAT;
}

static enum sabin_err number(const struct reader *r, const struct sabin_yaml_node *node,
                             const char *key, double least, double most, double *out)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	double x;
	if (!value)
		return refuse(r, node, "%s is missing", key);
	if (!sabin_yaml_number(value, &x) || !(x >= least) || !(x <= most))
		return refuse(r, value, "%s: a number from %g to %g was expected", key, least, most);
	*out = x;
	return SABIN_OK;
}

static const struct sabin_yaml_node *sequence(const struct sabin_yaml_node *node, const char *key)
{
	const struct sabin_yaml_node *found = sabin_yaml_find(node, key);
	return found && found->kind == SABIN_YAML_SEQUENCE ? found : NULL;
}

static enum sabin_err name_of(const struct reader *r, const struct sabin_yaml_node *node,
                              const char *key, char name[SABIN_CORRECTION_NAME])
{
	const char *text = sabin_yaml_text(sabin_yaml_find(node, key));
	if (!text || !*text || strlen(text) >= SABIN_CORRECTION_NAME || strchr(text, '/') ||
	    text[0] == '.')
		return refuse(r, node, "%s: a name of at most %d bytes was expected", key,
		              SABIN_CORRECTION_NAME - 1);
	snprintf(name, SABIN_CORRECTION_NAME, "%s", text);
	return SABIN_OK;
}

static enum sabin_err read_filter(const struct reader *r, const struct sabin_yaml_node *node,
                                  struct sabin_correction_channel *c)
{
	struct sabin_biquad *f = &c->filters[c->filter_count];
	const char *type = sabin_yaml_text(sabin_yaml_find(node, "type"));
	int t = 0;
	if (c->filter_count == SABIN_EQFIT_MOST)
		return refuse(r, node, "at most %d filters were expected", SABIN_EQFIT_MOST);
	while (type && t < SABIN_BIQUAD_TYPES &&
	       strcmp(type, sabin_biquad_name((enum sabin_biquad_type)t)) != 0)
		t++;
	if (!type || t == SABIN_BIQUAD_TYPES)
		return refuse(r, node, "type: peaking, low_shelf, high_shelf, low_pass or high_pass was "
		                       "expected");
	f->type = (enum sabin_biquad_type)t;
	enum sabin_err err = number(r, node, "freq_hz", 0.1, rate_max_hz / 2, &f->freq_hz);
	if (!err)
		err = number(r, node, "gain_db", -120, 120, &f->gain_db);
	if (!err)
		err = number(r, node, "q", 0.01, 1000, &f->q);
	if (!err && sabin_yaml_find(node, "cancels_s"))
		err = number(r, node, "cancels_s", 0, 100, &c->cancels[c->filter_count].t60_s);
	if (!err && sabin_yaml_find(node, "cancels_hz"))
		err = number(r, node, "cancels_hz", 0, rate_max_hz / 2, &c->cancels[c->filter_count].freq_hz);
	c->filter_count += !err;
	return err;
}

static enum sabin_err read_rate(const struct reader *r, const struct sabin_yaml_node *node,
                                struct sabin_correction_channel *c)
{
	struct sabin_correction_rate *rate = &c->rates[c->rate_count];
	if (c->rate_count == SABIN_CORRECTION_RATES)
		return refuse(r, node, "at most %d rates were expected", SABIN_CORRECTION_RATES);
	enum sabin_err err = number(r, node, "rate_hz", rate_min_hz, rate_max_hz, &rate->rate_hz);
	if (!err)
		err = number(r, node, "preamp_db", -level_max_db, level_max_db, &rate->preamp_db);
	if (!err)
		err = number(r, node, "peak_gain_db", -level_max_db, level_max_db,
		             &rate->headroom.peak_gain_db);
	if (!err)
		err = number(r, node, "program_db", -level_max_db, level_max_db,
		             &rate->headroom.program_db);
	if (!err)
		err = number(r, node, "worst_case_db", -level_max_db, level_max_db,
		             &rate->headroom.worst_case_db);
	if (!err && sabin_yaml_find(node, "fir"))
		r->out->fir = true;
	c->rate_count += !err;
	return err;
}

static enum sabin_err read_curve(const struct reader *r, const struct sabin_yaml_node *node,
                                 const char *key, size_t n, double **out)
{
	const struct sabin_yaml_node *values = sequence(node, key);
	if (!values || values->count != n)
		return refuse(r, values ? values : node, "%s: %zu numbers were expected", key, n);
	double *x = malloc(n * sizeof *x);
	if (!x)
		return SABIN_ENOMEM;
	*out = x;
	for (const struct sabin_yaml_node *v = values->child; v; v = v->next, x++)
		if (!sabin_yaml_number(v, x) || !(fabs(*x) <= level_max_db))
			return refuse(r, v, "%s: a level in dB was expected", key);
	return SABIN_OK;
}

static enum sabin_err read_left_alone(const struct reader *r, const struct sabin_yaml_node *node,
                                      struct sabin_correction_channel *c)
{
	const struct sabin_yaml_node *list = sequence(node, "left_alone");
	for (const struct sabin_yaml_node *v = list ? list->child : NULL; v; v = v->next) {
		const char *why = sabin_yaml_text(sabin_yaml_find(v, "why"));
		double from_hz, to_hz;
		int l = SABIN_LEAVE_NOTHING;
		enum sabin_err err = number(r, v, "from_hz", 0, rate_max_hz, &from_hz);
		if (!err)
			err = number(r, v, "to_hz", 0, rate_max_hz, &to_hz);
		if (err)
			return err;
		while (why && l < SABIN_LEAVE_REASONS &&
		       strcmp(why, sabin_leave_name((enum sabin_leave)l)) != 0)
			l++;
		if (!why || l == SABIN_LEAVE_REASONS)
			continue; /* a reason of a later version */
		for (size_t i = 0; i < c->length; i++)
			if (c->freq_hz[i] >= from_hz - 0.01 && c->freq_hz[i] <= to_hz + 0.01)
				c->leave[i] = (unsigned char)l;
	}
	return SABIN_OK;
}

static enum sabin_err read_places(const struct reader *r, const struct sabin_yaml_node *node,
                                  size_t length, struct sabin_correction_origin *origin)
{
	const struct sabin_yaml_node *list = sequence(node, "places");
	if (!list)
		return SABIN_OK;
	origin->places = calloc(list->count + 1, sizeof *origin->places);
	if (!origin->places)
		return SABIN_ENOMEM;
	for (const struct sabin_yaml_node *v = list->child; v; v = v->next) {
		struct sabin_correction_place *place = &origin->places[origin->count++];
		/* the response of a text file was nowhere in particular */
		const char *position = sabin_yaml_text(sabin_yaml_find(v, "position"));
		enum sabin_err err = position && !*position
		                         ? SABIN_OK
		                         : name_of(r, v, "position", place->position);
		if (!err && sabin_yaml_find(v, "before_db"))
			err = read_curve(r, v, "before_db", length, &place->level_db);
		if (!err && sabin_yaml_find(v, "predicted_db"))
			err = read_curve(r, v, "predicted_db", length, &place->predicted_db);
		if (!err && sabin_yaml_find(v, "phase_deg"))
			err = read_curve(r, v, "phase_deg", length, &place->phase_deg);
		const char *from = sabin_yaml_text(sabin_yaml_find(v, "phase_from"));
		place->timed = from && strcmp(from, "emission") == 0;
		if (err)
			return err;
	}
	return SABIN_OK;
}

static enum sabin_err read_rising(const struct reader *r, const struct sabin_yaml_node *node,
                                  double range_hz[2])
{
	const struct sabin_yaml_node *list = sequence(node, "range_hz");
	if (!list || list->count != 2 || !sabin_yaml_number(list->child, &range_hz[0]) ||
	    !sabin_yaml_number(list->child->next, &range_hz[1]) || !(range_hz[0] >= 1) ||
	    !(range_hz[1] > range_hz[0]) || !(range_hz[1] <= rate_max_hz / 2))
		return refuse(r, list ? list : node, "range_hz: two rising frequencies were expected");
	return SABIN_OK;
}

/* What counts of a channel: where the file does not say it, what its crossover leaves. */
static enum sabin_err read_beyond(const struct reader *r, const struct sabin_yaml_node *node,
                                  struct sabin_correction_channel *c)
{
	double range_hz[2];
	if (!sabin_yaml_find(node, "range_hz")) {
		sabin_correction_pass(c, r->out->correction.rate_hz);
		return SABIN_OK;
	}
	const enum sabin_err err = read_rising(r, node, range_hz);
	if (err)
		return err;
	const double half = exp2(1 / 96.0); /* half a step of the grid */
	while (c->beyond[0] < c->length && c->freq_hz[c->beyond[0]] * half < range_hz[0])
		c->beyond[0]++;
	while (c->beyond[0] + c->beyond[1] < c->length &&
	       c->freq_hz[c->length - 1 - c->beyond[1]] > range_hz[1] * half)
		c->beyond[1]++;
	if (c->beyond[0] + c->beyond[1] + 2 > c->length)
		return refuse(r, node, "range_hz: a part of the whole range was expected");
	return SABIN_OK;
}

static enum sabin_err read_curves(const struct reader *r, const struct sabin_yaml_node *node,
                                  struct sabin_correction_channel *c,
                                  struct sabin_correction_origin *origin)
{
	const double *range = r->out->correction.range_hz;
	c->length = sabin_eq_grid(range[0], range[1], NULL);
	c->freq_hz = malloc(c->length * sizeof(double));
	c->leave = calloc(c->length, 1);
	if (!c->freq_hz || !c->leave)
		return SABIN_ENOMEM;
	sabin_eq_grid(range[0], range[1], c->freq_hz);
	enum sabin_err err = read_curve(r, node, "before_db", c->length, &c->before_db);
	if (!err)
		err = read_curve(r, node, "target_db", c->length, &c->target_db);
	if (!err)
		err = read_curve(r, node, "predicted_db", c->length, &c->predicted_db);
	if (!err)
		err = read_left_alone(r, node, c);
	if (!err)
		err = read_beyond(r, node, c);
	return err ? err : read_places(r, node, c->length, origin);
}

static enum sabin_err read_channel(const struct reader *r, const struct sabin_yaml_node *node,
                                   struct sabin_correction_channel *c,
                                   struct sabin_correction_origin *origin)
{
	const struct sabin_yaml_node *filters = sequence(node, "filters");
	const struct sabin_yaml_node *rates = sequence(node, "rates");
	enum sabin_err err = name_of(r, node, "speaker", c->speaker);
	if (!err && (!filters || !rates || rates->count == 0))
		err = refuse(r, node, "filters and rates were expected");
	if (!err)
		err = number(r, node, "delay_s", 0, SABIN_CORRECTION_DELAY_MOST_S, &c->delay_s);
	if (!err)
		err = number(r, node, "gain_db", -level_max_db, level_max_db, &c->gain_db);
	c->left_db = NAN;
	const char *polarity = sabin_yaml_text(sabin_yaml_find(node, "polarity"));
	c->polarity = polarity && strcmp(polarity, "inverted") == 0 ? -1 : 1;
	for (const struct sabin_yaml_node *v = err ? NULL : filters->child; v && !err; v = v->next)
		err = read_filter(r, v, c);
	for (const struct sabin_yaml_node *v = err ? NULL : rates->child; v && !err; v = v->next)
		err = read_rate(r, v, c);
	if (!err)
		err = number(r, node, "error_before_db", 0, level_max_db, &c->error_before_db);
	if (!err)
		err = number(r, node, "error_after_db", 0, level_max_db, &c->error_after_db);
	if (!err)
		err = number(r, node, "net_boost_db", -level_max_db, level_max_db, &c->net_boost_db);
	return err ? err : read_curves(r, node, c, origin);
}

static enum sabin_err read_root(const struct reader *r, const struct sabin_yaml_node *root)
{
	struct sabin_correction_file *out = r->out;
	double version;
	const struct sabin_yaml_node *channels = sequence(root, "channels");
	const char *target = sabin_yaml_text(sabin_yaml_find(root, "target"));
	enum sabin_err err = number(r, root, "version", 1, SABIN_CORRECTION_VERSION, &version);
	if (!err)
		err = read_rising(r, root, out->correction.range_hz);
	if (!err)
		err = number(r, root, "rate_hz", rate_min_hz, rate_max_hz, &out->correction.rate_hz);
	if (!err && (!channels || channels->count == 0))
		err = refuse(r, root, "channels: a list of at least one was expected");
	if (err)
		return err;
	const char *date = sabin_yaml_text(sabin_yaml_find(root, "date"));
	snprintf(out->date, sizeof out->date, "%s", date ? date : "");
	out->target = target ? strdup(target) : NULL;
	const char *room = sabin_yaml_text(sabin_yaml_find(root, "room"));
	out->room = room ? strdup(room) : NULL;
	out->correction.channels = calloc(channels->count, sizeof *out->correction.channels);
	out->origins = calloc(channels->count, sizeof *out->origins);
	if (!out->correction.channels || !out->origins)
		return SABIN_ENOMEM;
	for (const struct sabin_yaml_node *v = channels->child; v && !err; v = v->next) {
		const size_t i = out->correction.channel_count++;
		err = read_channel(r, v, &out->correction.channels[i], &out->origins[i]);
	}
	return err;
}

enum sabin_err sabin_correction_read(const char *path, struct sabin_correction_file *out,
                                     struct sabin_diag *diag)
{
	struct stat status;
	struct sabin_yaml yaml = {0};
	*out = (struct sabin_correction_file){0};
	const bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
	struct reader r = {NULL, diag, out};
	r.path = folder ? sabin_path_join(path, SABIN_MARK_CORRECTION) : strdup(path);
	out->path = folder ? strdup(path) : sabin_path_folder(path);
	enum sabin_err err = r.path && out->path ? SABIN_OK : SABIN_ENOMEM;
	if (!err && folder)
		err = is_measurement(path, diag);
	if (!err)
		err = sabin_yaml_read(r.path, &yaml, diag);
	if (err == SABIN_EIO)
		sabin_diag_advise(diag, "a directory made by 'sabin eq' was expected");
	if (!err)
		err = read_root(&r, yaml.root);
	sabin_yaml_release(&yaml);
	free(r.path);
	return err;
}

void sabin_correction_release(struct sabin_correction_file *file)
{
	for (size_t i = 0; file->origins && i < file->correction.channel_count; i++) {
		for (size_t p = 0; p < file->origins[i].count; p++) {
			free(file->origins[i].places[p].level_db);
			free(file->origins[i].places[p].predicted_db);
			free(file->origins[i].places[p].phase_deg);
		}
		free(file->origins[i].places);
	}
	free(file->origins);
	sabin_correction_free(&file->correction);
	free(file->path);
	free(file->command);
	free(file->target);
	free(file->room);
	*file = (struct sabin_correction_file){0};
}

long sabin_correction_channel(const struct sabin_correction *correction, const char *speaker)
{
	for (size_t i = 0; i < correction->channel_count; i++)
		if (strcasecmp(correction->channels[i].speaker, speaker) == 0)
			return (long)i;
	return -1;
}

char *sabin_correction_wav_name(const char *speaker, double rate_hz, char *name)
{
	snprintf(name, SABIN_CORRECTION_NAME + 16, "%s-%.0f.wav", speaker, rate_hz);
	return name;
}

/* ---- responses ------------------------------------------------------------------------------ */

static enum sabin_err fir_file(const struct sabin_correction_file *file,
                               const struct sabin_correction_channel *c, double rate_hz, double **h,
                               size_t *n, struct sabin_diag *diag)
{
	char name[SABIN_CORRECTION_NAME + 16];
	char *folder = sabin_path_join(file->path, "wav");
	char *path = folder ? sabin_path_join(folder, sabin_correction_wav_name(c->speaker, rate_hz, name))
	                    : NULL;
	struct sabin_wav wav = {0};
	enum sabin_err err = path ? sabin_wav_read(path, &wav, diag) : SABIN_ENOMEM;
	if (!err && wav.rate_hz != (unsigned)rate_hz)
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "a sampling rate of %.0f Hz was expected, it is %u Hz", rate_hz,
		                     wav.rate_hz);
	if (!err)
		err = sabin_wav_channel(&wav, 0, h);
	if (!err)
		*n = wav.frames;
	sabin_wav_release(&wav);
	free(folder);
	free(path);
	return err;
}

/* The filters at a rate: with the preamp of that rate, or of the nearest one above which it was not
 * stated. */
static enum sabin_err filters_at(const struct sabin_correction_channel *c, double rate_hz,
                                 double **h, size_t *n)
{
	size_t near = 0;
	for (size_t r = 1; r < c->rate_count; r++)
		if (fabs(log(c->rates[r].rate_hz / rate_hz)) <
		    fabs(log(c->rates[near].rate_hz / rate_hz)))
			near = r;
	struct sabin_correction_channel *copy = malloc(sizeof *copy);
	if (!copy)
		return SABIN_ENOMEM;
	*copy = *c;
	copy->rates[near].rate_hz = rate_hz;
	copy->rates[near].fir = NULL;
	double *x = NULL, *delayed;
	const size_t delay = (size_t)lrint(c->delay_s * rate_hz);
	size_t length;
	enum sabin_err err = sabin_correction_impulse(copy, near, seconds_most, &x, &length);
	free(copy);
	if (err)
		return err;
	delayed = calloc(delay + length, sizeof *delayed);
	if (delayed) {
		memcpy(delayed + delay, x, length * sizeof *x);
		*h = delayed;
		*n = delay + length;
	}
	free(x);
	return delayed ? SABIN_OK : SABIN_ENOMEM;
}

enum sabin_err sabin_correction_response(const struct sabin_correction_file *file, size_t channel,
                                         double rate_hz, double **h, size_t *n,
                                         struct sabin_diag *diag)
{
	const struct sabin_correction_channel *c = &file->correction.channels[channel];
	if (!file->fir)
		return filters_at(c, rate_hz, h, n);
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].rate_hz == rate_hz)
			return fir_file(file, c, rate_hz, h, n, diag);
	return sabin_diag_set(diag, SABIN_EFORMAT, file->path, 0, 0,
	                      "has no FIR for %.0f Hz; make it with 'sabin eq --rates %.0f'", rate_hz,
	                      rate_hz);
}
