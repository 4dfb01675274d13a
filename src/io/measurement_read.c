/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measurement_read.c: measurement.yaml, from whoever sent it.
 *
 * Keys that are not known are passed over, so that a later sabin may add some; what is known must
 * have its type and range.  Names of files stay below the directory.
 */
#include <math.h>
#include <strings.h>
#include <sys/stat.h>

#include "io/atomic.h"
#include "io/correction.h"
#include "io/measurement_inner.h"
#include "io/utf8.h"
#include "io/yaml.h"

struct reader {
	char *path; /* of measurement.yaml */
	struct sabin_measurement *out;
	struct sabin_diag *diag;
};

__attribute__((format(printf, 3, 4))) static enum sabin_err
refuse(struct reader *reader, const struct sabin_yaml_node *node, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sabin_diag_vset(reader->diag, SABIN_EFORMAT, reader->path, node->line, node->column, format, arguments);
	va_end(arguments);
	return SABIN_EFORMAT;
}

static enum sabin_err no_memory(struct reader *reader)
{
	return sabin_diag_set(reader->diag, SABIN_ENOMEM, reader->path, 0, 0, "out of memory");
}

/* The value of a key that must be there. */
static enum sabin_err need(struct reader *reader, const struct sabin_yaml_node *node,
                           const char *key, const struct sabin_yaml_node **out)
{
	*out = sabin_yaml_find(node, key);
	return *out ? SABIN_OK : refuse(reader, node, "%s is missing", key);
}

/* ---- values ----------------------------------------------------------------- */

/* A whole number; *out stays where the key is not given and `required` false. */
static enum sabin_err read_whole(struct reader *reader, const struct sabin_yaml_node *node,
                                 const char *key, bool required, double min, double max,
                                 size_t *out)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	double number;
	if (!value)
		return required ? refuse(reader, node, "%s is missing", key) : SABIN_OK;
	if (!sabin_yaml_number(value, &number) || number != floor(number))
		return refuse(reader, value, "%s: a whole number was expected", key);
	if (number < min || number > max)
		return refuse(reader, value, "%s: %.0f is out of range; %.0f to %.0f was expected",
		              key, number, min, max);
	*out = (size_t)number;
	return SABIN_OK;
}

static enum sabin_err read_number(struct reader *reader, const struct sabin_yaml_node *node,
                                  const char *key, double min, double max, double *out)
{
	const struct sabin_yaml_node *value;
	double number;
	enum sabin_err err = need(reader, node, key, &value);
	if (err)
		return err;
	if (!sabin_yaml_number(value, &number))
		return refuse(reader, value, "%s: a number was expected", key);
	if (number < min || number > max)
		return refuse(reader, value, "%s: %g is out of range; %g to %g was expected", key,
		              number, min, max);
	*out = number;
	return SABIN_OK;
}

/* A number or null (not known). */
static enum sabin_err read_maybe(struct reader *reader, const struct sabin_yaml_node *node,
                                 const char *key, double *out)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	*out = NAN;
	if (!value || sabin_yaml_is_null(value) || sabin_yaml_number(value, out))
		return SABIN_OK;
	return refuse(reader, value, "%s: a number or null was expected", key);
}

static enum sabin_err read_flag(struct reader *reader, const struct sabin_yaml_node *node,
                                const char *key, bool *out)
{
	const struct sabin_yaml_node *value;
	enum sabin_err err = need(reader, node, key, &value);
	if (!err && !sabin_yaml_bool(value, out))
		err = refuse(reader, value, "%s: true or false was expected", key);
	return err;
}

/* A text into a buffer; nothing given leaves it empty. */
static enum sabin_err read_text(struct reader *reader, const struct sabin_yaml_node *node,
                                const char *key, char *out, size_t size)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	if (!value)
		return SABIN_OK;
	const char *text = sabin_yaml_text(value);
	if (!text)
		return refuse(reader, value, "%s: a text was expected", key);
	if (strlen(text) >= size)
		return refuse(reader, value, "%s: at most %zu bytes were expected", key, size - 1);
	snprintf(out, size, "%s", text);
	return SABIN_OK;
}

/* One of `count` words. */
static enum sabin_err read_word(struct reader *reader, const struct sabin_yaml_node *node,
                                const char *key, const char *const *words, size_t count,
                                size_t *out)
{
	const struct sabin_yaml_node *value;
	enum sabin_err err = need(reader, node, key, &value);
	if (err)
		return err;
	const char *text = sabin_yaml_text(value);
	for (size_t i = 0; text && i < count; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = i;
			return SABIN_OK;
		}
	return refuse(reader, value, "%s: '%.40s' is not known; such as '%s' was expected", key,
	              text ? text : "", words[0]);
}

static enum sabin_err read_quantity(struct reader *reader, const struct sabin_yaml_node *node,
                                    const char *key, struct sabin_quantity *out)
{
	const struct sabin_yaml_node *value = sabin_yaml_find(node, key);
	struct sabin_quantity q = sabin_not_known();
	*out = q;
	if (!value)
		return SABIN_OK;
	if (value->kind != SABIN_YAML_MAPPING)
		return refuse(reader, value, "%s: {value, plus_minus, valid} was expected", key);
	size_t reason = SABIN_BECAUSE_VALID;
	enum sabin_err err = read_maybe(reader, value, "value", &q.value);
	if (!err)
		err = read_maybe(reader, value, "plus_minus", &q.plus_minus);
	if (!err)
		err = read_flag(reader, value, "valid", &q.valid);
	if (!err && q.valid && isnan(q.value))
		err = refuse(reader, value, "%s: what is valid needs a value", key);
	if (!err && !q.valid)
		err = read_word(reader, value, "why", sabin_reason_words, SABIN_REASON_COUNT,
		                &reason);
	if (!err)
		err = read_maybe(reader, value, "have", &q.have);
	if (!err)
		err = read_maybe(reader, value, "need", &q.need);
	if (!err && !q.valid && reason == SABIN_BECAUSE_VALID)
		err = refuse(reader, value, "%s: why must say why it is not valid", key);
	q.reason = (enum sabin_reason)reason;
	if (!err)
		*out = q;
	return err;
}

/* ---- names of files --------------------------------------------------------- */

/* One name, below the directory, not hidden: nobody's measurement shall make sabin open other
 * files. */
static bool is_plain_file(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

static bool is_calibration_file(const char *name)
{
	static const char folder[] = "calibration/";
	return is_plain_file(name) || (strncmp(name, folder, sizeof(folder) - 1) == 0 &&
	                               is_plain_file(name + sizeof(folder) - 1));
}

static enum sabin_err read_file_name(struct reader *reader, const struct sabin_yaml_node *node,
                                     const char *key, bool (*allowed)(const char *), char **out)
{
	const struct sabin_yaml_node *value;
	enum sabin_err err = need(reader, node, key, &value);
	if (err)
		return err;
	const char *name = sabin_yaml_text(value);
	if (!name || !allowed(name))
		return refuse(reader, value,
		              "%s: the name of a file in this directory was expected, not '%s'",
		              key, name ? name : "");
	char *path = sabin_path_join(reader->out->path, name);
	struct stat status;
	bool present = path && stat(path, &status) == 0 && S_ISREG(status.st_mode);
	if (!path)
		err = no_memory(reader);
	else if (!present)
		err = refuse(reader, value, "%s: %s is missing in the directory", key, name);
	free(path);
	if (!err && !(*out = strdup(name)))
		err = no_memory(reader);
	return err;
}

/* ---- parts ------------------------------------------------------------------ */

static enum sabin_err read_pcm(struct reader *reader, const struct sabin_yaml_node *root,
                               const char *key, struct sabin_negotiated *out)
{
	const struct sabin_yaml_node *node = sabin_yaml_find(root, key);
	if (!node)
		return SABIN_OK;
	enum { RATE, CHANNELS, PERIOD, BUFFER, ASKED_RATE, ASKED_CHANNELS, HARDWARE, KEYS };
	static const struct {
		const char *key;
		double max;
	} rows[KEYS] = {{"rate_hz", 1e7},           {"channels", 65536},
	                {"period_frames", 1e12},    {"buffer_frames", 1e12},
	                {"requested_rate_hz", 1e7}, {"requested_channels", 65536},
	                {"hardware_rate_hz", 1e7}};
	size_t value[KEYS] = {0};
	enum sabin_err err = read_text(reader, node, "name", out->name, sizeof(out->name));
	if (!err)
		err = read_text(reader, node, "type", out->type, sizeof(out->type));
	if (!err)
		err = read_text(reader, node, "format", out->format, sizeof(out->format));
	for (int i = 0; !err && i < KEYS; i++)
		err = read_whole(reader, node, rows[i].key, false, 0, rows[i].max, &value[i]);
	out->rate_hz = (unsigned)value[RATE];
	out->channels = (unsigned)value[CHANNELS];
	out->period_frames = value[PERIOD];
	out->buffer_frames = value[BUFFER];
	out->requested_hz = (unsigned)value[ASKED_RATE];
	out->requested_channels = (unsigned)value[ASKED_CHANNELS];
	out->hardware_hz = (unsigned)value[HARDWARE];
	return err;
}

static const double frames_max = 1e12; /* a month at 384 kHz: beyond is a mistake */

static enum sabin_err read_sweep(struct reader *reader, const struct sabin_yaml_node *node,
                                 struct sabin_sweep *out)
{
	const struct {
		const char *key;
		double min, max;
		double *to;
	} rows[] = {
	    {"from_hz", 1e-3, 768000, &out->from_hz},    {"to_hz", 1e-3, 768000, &out->to_hz},
	    {"rate_hz", 1000, 768000, &out->rate_hz},    {"length_s", 1e-6, 1e6, &out->length_s},
	    {"constant_s", 1e-9, 1e9, &out->constant_s}, {"gain", 0, 1, &out->gain},
	    {"fade_in_s", 0, 1e6, &out->fade_in_s},      {"fade_out_s", 0, 1e6, &out->fade_out_s},
	};
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++)
		err = read_number(reader, node, rows[i].key, rows[i].min, rows[i].max, rows[i].to);
	if (!err && out->from_hz >= out->to_hz)
		err = refuse(reader, node, "from_hz must be below to_hz");
	if (!err)
		err = read_whole(reader, node, "frames", true, 1, frames_max, &out->frames);
	return err;
}

static enum sabin_err read_chirps(struct reader *reader, const struct sabin_yaml_node *node,
                                  struct sabin_stimulus *out)
{
	const struct sabin_yaml_node *chirp = sabin_yaml_find(node, "chirp");
	const struct sabin_yaml_node *frames = sabin_yaml_find(node, "chirp_frame");
	if (!chirp)
		return SABIN_OK;
	enum sabin_err err = read_sweep(reader, chirp, &out->chirp);
	if (!err && (!frames || frames->kind != SABIN_YAML_SEQUENCE || frames->count != 2))
		err = refuse(reader, frames ? frames : node,
		             "chirp_frame: two whole numbers were expected");
	const struct sabin_yaml_node *n = err ? NULL : frames->child;
	for (int i = 0; n && !err; n = n->next, i++) {
		double value;
		if (!sabin_yaml_number(n, &value) || value != floor(value) || value < 0 ||
		    value > frames_max)
			err = refuse(reader, n, "chirp_frame: a whole number was expected");
		else
			out->chirp_frame[i] = (size_t)value;
	}
	return err;
}

static enum sabin_err read_stimulus(struct reader *reader, const struct sabin_yaml_node *root)
{
	struct sabin_measurement *out = reader->out;
	struct sabin_stimulus *stimulus = &out->stimulus;
	const struct sabin_yaml_node *node = sabin_yaml_find(root, "stimulus"), *sweep = NULL;
	size_t repeats = 1;
	enum sabin_err err = read_whole(reader, root, "repeats", false, 0, 1e6, &repeats);
	out->repeats = (unsigned)repeats;
	if (err || !node)
		return err;
	err = need(reader, node, "sweep", &sweep);
	if (!err)
		err = read_sweep(reader, sweep, &stimulus->sweep);
	if (!err)
		err = read_chirps(reader, node, stimulus);
	if (!err)
		err = read_whole(reader, node, "sweep_frame", true, 0, frames_max,
		                 &stimulus->sweep_frame);
	if (!err)
		err = read_whole(reader, node, "tail_frames", true, 0, frames_max,
		                 &stimulus->tail_frames);
	if (!err)
		err = read_whole(reader, node, "frames", true, 0, frames_max, &stimulus->frames);
	out->has_stimulus = !err;
	return err;
}

static enum sabin_err read_why(struct reader *reader, const struct sabin_yaml_node *node,
                               struct sabin_verdict *out)
{
	const struct sabin_yaml_node *why = sabin_yaml_find(node, "why");
	for (const struct sabin_yaml_node *n = why ? why->child : NULL; n; n = n->next) {
		const char *text = sabin_yaml_text(n);
		if (!text)
			return refuse(reader, n, "why: a text was expected");
		sabin_verdict_say(out, "%s", text);
	}
	return SABIN_OK;
}

static enum sabin_err read_coherence(struct reader *reader, const struct sabin_yaml_node *node,
                                     double *out)
{
	*out = (double)NAN;
	return sabin_yaml_find(node, "coherence") ? read_number(reader, node, "coherence", 0, 1, out)
	                                          : SABIN_OK;
}

static enum sabin_err read_snr_bands(struct reader *reader, const struct sabin_yaml_node *node,
                                     struct sabin_verdict *out)
{
	const struct sabin_yaml_node *bands = sabin_yaml_find(node, "snr_bands");
	enum sabin_err err = SABIN_OK;
	for (const struct sabin_yaml_node *n = bands ? bands->child : NULL; n && !err;
	     n = n->next) {
		if (out->snr_band_count == SABIN_SNR_BANDS_MAX)
			return refuse(reader, n, "snr_bands: at most %d were expected",
			              SABIN_SNR_BANDS_MAX);
		err = read_number(reader, n, "centre_hz", 0, 1e6,
		                  &out->snr_bands[out->snr_band_count].centre_hz);
		if (!err)
			err = read_quantity(reader, n, "snr_db",
			                    &out->snr_bands[out->snr_band_count].snr_db);
		if (!err)
			err = read_coherence(reader, n, &out->snr_bands[out->snr_band_count].coherence);
		out->snr_band_count++;
	}
	return err;
}

static enum sabin_err read_verdict(struct reader *reader, const struct sabin_yaml_node *response,
                                   struct sabin_verdict *out)
{
	static const char *const polarities[] = {"normal", "inverted", "unclear"};
	static const int signs[] = {1, -1, 0};
	const struct sabin_yaml_node *node;
	size_t takes = 0, polarity = 2;
	enum sabin_err err = need(reader, response, "verdict", &node);
	if (!err)
		err = read_flag(reader, node, "trustworthy", &out->trustworthy);
	if (!err)
		err = read_why(reader, node, out);
	if (!err)
		err = read_whole(reader, node, "takes", false, 0, 1e6, &takes);
	if (!err)
		err = read_maybe(reader, node, "peak_dbfs", &out->peak_dbfs);
	if (!err)
		err = read_whole(reader, node, "clipped_samples", false, 0, frames_max,
		                 &out->clipped_samples);
	if (!err)
		err = read_whole(reader, node, "xruns", false, 0, frames_max, &out->xruns);
	if (!err)
		err = read_whole(reader, node, "lost_frames", false, 0, frames_max,
		                 &out->lost_frames);
	if (!err)
		err = read_quantity(reader, node, "skew_ppm", &out->skew_ppm);
	if (!err)
		err = read_quantity(reader, node, "snr_db", &out->snr_db);
	if (!err)
		err = read_quantity(reader, node, "repeatability_db", &out->repeatability_db);
	if (!err)
		err = read_snr_bands(reader, node, out);
	if (!err)
		err = read_word(reader, node, "polarity", polarities, 3, &polarity);
	out->takes = (unsigned)takes;
	out->polarity = signs[polarity];
	return err;
}

static enum sabin_err read_name(struct reader *reader, const struct sabin_yaml_node *node,
                                const char *key, char out[SABIN_NAME_SIZE])
{
	const struct sabin_yaml_node *value;
	enum sabin_err err = need(reader, node, key, &value);
	if (err)
		return err;
	const char *text = sabin_yaml_text(value);
	if (!text || !sabin_name_is_valid(text))
		return refuse(reader, value, "%s: '%s' is no name", key, text ? text : "");
	snprintf(out, SABIN_NAME_SIZE, "%s", text);
	return SABIN_OK;
}

static enum sabin_err read_level(struct reader *reader, const struct sabin_yaml_node *response,
                                 struct sabin_measured *out)
{
	const struct sabin_yaml_node *node = sabin_yaml_find(response, "level_reference");
	out->dbspl_at_0dbfs = sabin_not_known();
	if (!node)
		return SABIN_OK;
	const char *words[SABIN_LEVEL_FREE_FIELD_1M + 1];
	for (size_t i = 0; i <= SABIN_LEVEL_FREE_FIELD_1M; i++)
		words[i] = sabin_level_kind_name((enum sabin_level_kind)i);
	size_t kind = SABIN_LEVEL_UNKNOWN;
	enum sabin_err err =
	    read_word(reader, node, "kind", words, SABIN_LEVEL_FREE_FIELD_1M + 1, &kind);
	out->level_kind = (enum sabin_level_kind)kind;
	return err ? err : read_quantity(reader, node, "dbspl_at_0dbfs", &out->dbspl_at_0dbfs);
}

static enum sabin_err read_calibration(struct reader *reader,
                                       const struct sabin_yaml_node *response,
                                       struct sabin_measured *out)
{
	const struct sabin_yaml_node *node = sabin_yaml_find(response, "calibration");
	if (!node || sabin_yaml_is_null(node))
		return SABIN_OK;
	return read_file_name(reader, node, "file", is_calibration_file, &out->calibration);
}

static enum sabin_err read_through(struct reader *reader, const struct sabin_yaml_node *response,
                                   struct sabin_measured *out)
{
	const struct sabin_yaml_node *node = sabin_yaml_find(response, "through");
	const char *text = node ? sabin_yaml_text(node) : NULL;
	if (!node || sabin_yaml_is_null(node))
		return SABIN_OK;
	if (!text || !*text)
		return refuse(reader, node, "through: the name of a directory was expected");
	if (!(out->through = strdup(text)))
		return SABIN_ENOMEM;
	sabin_utf8_disarm(out->through, '_'); /* people see it */
	out->uncrossed_hz[1] = INFINITY;
	enum sabin_err err = SABIN_OK;
	if (sabin_yaml_find(response, "uncrossed_from_hz"))
		err = read_number(reader, response, "uncrossed_from_hz", 0, 1e6, &out->uncrossed_hz[0]);
	if (!err && sabin_yaml_find(response, "uncrossed_to_hz"))
		err = read_number(reader, response, "uncrossed_to_hz", 0, 1e6, &out->uncrossed_hz[1]);
	return err;
}

static enum sabin_err read_response(struct reader *reader, const struct sabin_yaml_node *node,
                                    struct sabin_measured *out)
{
	static const char *const zeros[] = {"arrival", "emission", "reference-speaker"};
	size_t channel = 1, rate_hz = 0, zero = 0;
	enum sabin_err err = read_name(reader, node, "speaker", out->speaker);
	if (!err)
		err = read_name(reader, node, "position", out->position);
	if (!err)
		err = read_file_name(reader, node, "file", is_plain_file, &out->file);
	if (!err)
		err = read_whole(reader, node, "channel", false, 1, 1024, &channel);
	if (!err)
		err = read_whole(reader, node, "rate_hz", true, 1000, 768000, &rate_hz);
	if (!err)
		err = read_whole(reader, node, "zero_index", true, 0, frames_max, &out->zero_index);
	if (!err)
		err = read_word(reader, node, "zero", zeros, 3, &zero);
	if (!err && sabin_yaml_find(node, "zero_offset_s"))
		err = read_number(reader, node, "zero_offset_s", -1, 1, &out->zero_offset_s);
	if (!err && sabin_yaml_find(node, "coherent_to_hz")) {
		err = read_number(reader, node, "coherent_from_hz", 0, 1e6, &out->coherent_hz[0]);
		if (!err)
			err = read_number(reader, node, "coherent_to_hz", 0, 1e6, &out->coherent_hz[1]);
	}
	if (!err)
		err = read_quantity(reader, node, "arrival_s", &out->arrival_s);
	if (!err)
		err = read_quantity(reader, node, "distance_m", &out->distance_m);
	if (!err)
		err = read_level(reader, node, out);
	if (!err)
		err = read_calibration(reader, node, out);
	if (!err)
		err = read_through(reader, node, out);
	if (!err)
		err = read_verdict(reader, node, &out->verdict);
	out->channel = channel - 1;
	out->rate_hz = (unsigned)rate_hz;
	out->zero = (enum sabin_zero)zero; /* in their order */
	return err;
}

static enum sabin_err read_responses(struct reader *reader, const struct sabin_yaml_node *root)
{
	enum { RESPONSES_MAX = 4096 }; /* each is compared with all before */
	const struct sabin_yaml_node *list;
	enum sabin_err err = need(reader, root, "responses", &list);
	if (!err && list->kind != SABIN_YAML_SEQUENCE)
		err = refuse(reader, list, "responses: a list was expected");
	if (!err && list->count > RESPONSES_MAX)
		err = refuse(reader, list, "responses: at most %d were expected", RESPONSES_MAX);
	for (const struct sabin_yaml_node *n = err ? NULL : list->child; n && !err; n = n->next) {
		struct sabin_measured *response = sabin_measurement_add(reader->out);
		if (!response)
			return no_memory(reader);
		err = read_response(reader, n, response);
		for (size_t i = 0; i + 1 < reader->out->response_count && !err; i++)
			if (strcasecmp(reader->out->responses[i].speaker, response->speaker) == 0 &&
			    strcasecmp(reader->out->responses[i].position, response->position) == 0)
				err = refuse(reader, n, "%s at %s is given twice",
				             response->speaker, response->position);
	}
	return err;
}

static enum sabin_err read_root(struct reader *reader, const struct sabin_yaml_node *root)
{
	struct sabin_measurement *out = reader->out;
	if (root->kind != SABIN_YAML_MAPPING)
		return refuse(reader, root, "a mapping was expected");
	size_t version = 0;
	enum sabin_err err = read_whole(reader, root, "version", true, 1, 1e6, &version);
	if (!err && version > SABIN_MEASUREMENT_VERSION)
		err = refuse(reader, sabin_yaml_find(root, "version"),
		             "version %zu was written by a later sabin; this one knows version %d",
		             version, SABIN_MEASUREMENT_VERSION);
	if (!err)
		err = read_text(reader, root, "date", out->date, sizeof(out->date));
	const char *command = sabin_yaml_text(sabin_yaml_find(root, "command"));
	if (!err && command && !(out->command = strdup(command)))
		err = no_memory(reader);
	if (!err)
		err = read_flag(reader, root, "complete", &out->complete);
	if (!err)
		err = read_pcm(reader, root, "playback", &out->playback);
	if (!err)
		err = read_pcm(reader, root, "capture", &out->capture);
	if (!err)
		err = read_stimulus(reader, root);
	if (!err && sabin_yaml_find(root, "reference_speaker"))
		err = read_name(reader, root, "reference_speaker", out->reference_speaker);
	return err ? err : read_responses(reader, root);
}

/* The file is written last: a directory without one is no measurement, or not yet, or was never finished. */
static enum sabin_err no_measurement(const char *path, struct sabin_diag *diag)
{
	static const char *const what[] = {
	    [SABIN_TEMPORARY_NO] = "is not a measurement: there is no measurement.yaml in it",
	    [SABIN_TEMPORARY_IN_USE] = "is not a measurement yet: a run still writes it",
	    [SABIN_TEMPORARY_LEFT] = "is no whole measurement: the run that wrote it was killed before its measurement.yaml",
	};
	const enum sabin_temporary is = sabin_output_temporary(path);
	if (sabin_correction_at(path)) {
		sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "is a correction made by 'sabin eq', not a measurement");
		sabin_diag_advise(diag, "'sabin verify' and 'sabin plot --kind correction' take it");
		return SABIN_EFORMAT;
	}
	enum sabin_err err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "%s", what[is]);
	if (is == SABIN_TEMPORARY_LEFT)
		sabin_diag_advise(diag, "the sound files in it open one by one");
	return err;
}

enum sabin_err sabin_measurement_read(struct sabin_measurement *out, struct sabin_diag *diag)
{
	struct reader reader = {.out = out, .diag = diag};
	struct sabin_yaml yaml = {0};
	reader.path = sabin_path_join(out->path, "measurement.yaml");
	if (!reader.path)
		return sabin_diag_set(diag, SABIN_ENOMEM, out->path, 0, 0, "out of memory");
	struct stat status;
	enum sabin_err err;
	if (stat(reader.path, &status) != 0)
		err = no_measurement(out->path, diag);
	else
		err = sabin_yaml_read(reader.path, &yaml, diag);
	if (!err)
		err = read_root(&reader, yaml.root);
	sabin_yaml_release(&yaml);
	free(reader.path);
	return err;
}
