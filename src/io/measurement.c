/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measurement.c: impulse responses, in a measurement directory, in any sound file, in REW's text.
 */
#include <unistd.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <sabin/arrival.h>
#include <sabin/room.h>

#include "io/atomic.h"
#include "io/measurement_inner.h"
#include "io/rew_text.h"
#include "io/utf8.h"
#include "io/wav.h"

const char *sabin_zero_name(enum sabin_zero zero)
{
	return zero == SABIN_ZERO_EMISSION    ? "emission"
	       : zero == SABIN_ZERO_REFERENCE ? "reference-speaker"
	                                      : "arrival";
}

const char *sabin_level_kind_name(enum sabin_level_kind kind)
{
	switch (kind) {
	case SABIN_LEVEL_FULL_SCALE:
		return "full-scale";
	case SABIN_LEVEL_PASCAL:
		return "pascal";
	case SABIN_LEVEL_FREE_FIELD_1M:
		return "free-field-1m";
	case SABIN_LEVEL_UNKNOWN:
		break;
	}
	return "unknown";
}

static void write_reason(char *text, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
static void write_reason(char *text, size_t size, const char *format, va_list arguments)
{
	if (vsnprintf(text, size, format, arguments) >= (int)size)
		sabin_utf8_trim(text); /* half a character, which no file could hold */
}

void sabin_verdict_say(struct sabin_verdict *verdict, const char *format, ...)
{
	va_list arguments;
	if (verdict->why_count >= SABIN_WHY_MAX)
		return;
	va_start(arguments, format);
	write_reason(verdict->why[verdict->why_count++], sizeof(verdict->why[0]), format, arguments);
	va_end(arguments);
}

void sabin_verdict_blame(struct sabin_verdict *verdict, const char *format, ...)
{
	va_list arguments;
	verdict->trustworthy = false;
	if (verdict->faults >= SABIN_WHY_MAX)
		return;
	if (verdict->why_count < SABIN_WHY_MAX)
		verdict->why_count++;
	char(*place)[200] = &verdict->why[verdict->faults];
	memmove(place + 1, place, (verdict->why_count - 1 - verdict->faults) * sizeof(*place));
	verdict->faults++;
	va_start(arguments, format);
	write_reason(*place, sizeof(*place), format, arguments);
	va_end(arguments);
}

const char sabin_simulated_remark[] = "simulated, not measured";

bool sabin_measurement_simulated(const struct sabin_measurement *measurement, size_t index)
{
	const struct sabin_verdict *verdict = &measurement->responses[index].verdict;
	for (size_t i = 0; i < verdict->why_count; i++)
		if (strcmp(verdict->why[i], sabin_simulated_remark) == 0)
			return true;
	return strcmp(measurement->capture.name, "roomcard") == 0;
}

double sabin_measurement_stray(const struct sabin_measurement *measurement,
                               const struct sabin_measured *response)
{
	const struct sabin_quantity db = response->verdict.repeatability_db;
	if (!db.valid || !isfinite(db.value) || measurement->repeats < 2)
		return 0;
	/* more than all of it is as bad as all of it */
	return fmin(1, pow(10, db.value / 10) / measurement->repeats);
}

const struct sabin_measured *sabin_measurement_find(const struct sabin_measurement *measurement,
                                                    const char *speaker, const char *position)
{
	for (size_t i = 0; i < measurement->response_count; i++)
		if (strcmp(measurement->responses[i].speaker, speaker) == 0 &&
		    strcmp(measurement->responses[i].position, position) == 0)
			return &measurement->responses[i];
	return NULL;
}

struct sabin_measured *sabin_measurement_add(struct sabin_measurement *measurement)
{
	const size_t n = measurement->response_count;
	/* there is room for the next power of two */
	if ((n & (n - 1)) == 0) {
		size_t size;
		if (__builtin_mul_overflow(n > 0 ? 2 * n : 1, sizeof(*measurement->responses), &size))
			return NULL;
		struct sabin_measured *grown = realloc(measurement->responses, size);
		if (!grown)
			return NULL;
		measurement->responses = grown;
	}
	struct sabin_measured *added = &measurement->responses[measurement->response_count++];
	*added = (struct sabin_measured){
	    .arrival_s = sabin_not_known(),
	    .distance_m = sabin_not_known(),
	    .dbspl_at_0dbfs = sabin_not_known(),
	    .verdict = {.peak_dbfs = NAN,
	                .skew_ppm = sabin_not_known(),
	                .snr_db = sabin_not_known(),
	                .repeatability_db = sabin_not_known()},
	};
	return added;
}

void sabin_measurement_release(struct sabin_measurement *measurement)
{
	for (size_t i = 0; i < measurement->response_count; i++) {
		free(measurement->responses[i].file);
		free(measurement->responses[i].calibration);
		free(measurement->responses[i].through);
	}
	free(measurement->responses);
	sabin_wav_release(&measurement->sound);
	free(measurement->path);
	free(measurement->command);
	*measurement = (struct sabin_measurement){0};
}

/* ---- bare files ------------------------------------------------------------- */

void sabin_name_from_path(const char *path, char name[SABIN_NAME_SIZE])
{
	const char *from = sabin_path_last(path);
	const char *dot = strrchr(from, '.');
	size_t n = dot && dot > from ? (size_t)(dot - from) : strlen(from), used = 0;
	for (size_t i = 0; i < n && used + 1 < SABIN_NAME_SIZE; i++) {
		char letter[2] = {from[i], '\0'};
		bool word = sabin_name_is_valid(letter);
		if (!word && used == 0)
			continue; /* a name begins with a letter or digit */
		name[used++] = word || from[i] == '_' ? from[i] : '-';
	}
	name[used] = '\0';
	if (used == 0)
		snprintf(name, SABIN_NAME_SIZE, "response");
}

/* A sound file, or REW's text; rew->zero is the place of time zero where that is known, else NAN. */
static enum sabin_err read_sound(const char *path, struct sabin_wav *wav,
                                 struct sabin_rew_impulse *rew, struct sabin_diag *diag)
{
	*rew = (struct sabin_rew_impulse){.zero = NAN, .spl_offset_db = NAN};
	const enum sabin_rew_kind kind = sabin_rew_text_kind(path);
	return kind == SABIN_REW_IMPULSE ? sabin_rew_text_read(path, wav, rew, diag)
	       : kind != SABIN_REW_NONE  ? sabin_rew_text_refuse(kind, path, diag)
	                                 : sabin_wav_read(path, wav, diag);
}

/* What the export says of its time and its processing. */
static void use_rew(const struct sabin_rew_impulse *rew, size_t frames, double position,
                    struct sabin_measured *out)
{
	const bool loopback = rew->timing == SABIN_REW_TIMING_LOOPBACK;
	if (rew->timing != SABIN_REW_TIMING_NONE && isfinite(rew->zero)) {
		const double nearest = round(rew->zero);
		if (loopback)
			out->distance_m = sabin_quantity_valid(
			    (position - rew->zero) / out->rate_hz * sabin_speed_of_sound(20), NAN);
		if (nearest >= 0 && nearest <= (double)(frames - 1)) {
			out->zero = loopback ? SABIN_ZERO_EMISSION : SABIN_ZERO_REFERENCE;
			out->zero_index = (size_t)nearest;
			out->zero_offset_s = (rew->zero - nearest) / out->rate_hz;
			out->arrival_s =
			    sabin_quantity_valid((position - rew->zero) / out->rate_hz, NAN);
		} else {
			sabin_verdict_say(&out->verdict, "%s lies outside of the samples: time zero is the "
			                                 "arrival",
			                  loopback ? "emission" : "the reference speaker's arrival");
		}
	}
	if (isfinite(rew->spl_offset_db)) {
		/* SPL = 20 lg |H| + offset, for the response to a sweep of which 1.0 is full scale */
		out->level_kind = SABIN_LEVEL_FULL_SCALE;
		out->dbspl_at_0dbfs = sabin_quantity_valid(rew->spl_offset_db, NAN);
	}
	if (rew->timing == SABIN_REW_TIMING_ACOUSTIC)
		sabin_verdict_say(&out->verdict, "timed by an acoustic reference: emission is not known");
	if (rew->windowed)
		sabin_verdict_say(&out->verdict,
		                  "a window was applied before the export: what it cut is lost");
	if (rew->minimum_phase)
		sabin_verdict_say(&out->verdict,
		                  "this is the minimum-phase version: neither time nor decay is the room's");
}

/* Where emission is not known, time zero is the arrival, to the nearest sample. */
static enum sabin_err find_zero(struct sabin_measured *out, const double *samples, size_t frames,
                                const struct sabin_rew_impulse *rew)
{
	struct sabin_arrival arrival;
	out->verdict.trustworthy = true;
	sabin_verdict_say(&out->verdict,
	                  "not known: clock skew, lost frames, clipping and signal-to-noise ratio "
	                  "of the recording (a bare file)");
	enum sabin_err err = sabin_arrival_find(samples, frames, out->rate_hz, &arrival);
	if (err == SABIN_ESHORT) {
		sabin_verdict_blame(&out->verdict, "no signal: channel %zu is silent",
		                  out->channel + 1);
		return SABIN_OK;
	}
	if (err)
		return err;
	const double last = (double)(frames - 1);
	const double position = arrival.position < 0      ? 0
	                        : arrival.position > last ? last
	                                                  : arrival.position;
	out->zero = SABIN_ZERO_ARRIVAL;
	out->zero_index = (size_t)llround(position);
	out->arrival_s =
	    sabin_quantity_valid((arrival.position - (double)out->zero_index) / out->rate_hz, NAN);
	out->verdict.polarity = arrival.polarity;
	use_rew(rew, frames, arrival.position, out);
	return SABIN_OK;
}

static enum sabin_err add_channel(struct sabin_measurement *out, const struct sabin_wav *wav,
                                  size_t channel, const struct sabin_rew_impulse *rew)
{
	struct sabin_measured *response = sabin_measurement_add(out);
	double *samples = NULL;
	if (!response || !(response->file = strdup(out->path)))
		return SABIN_ENOMEM;
	snprintf(response->speaker, sizeof(response->speaker), "ch%zu", channel + 1);
	sabin_name_from_path(out->path, response->position);
	response->channel = channel;
	response->rate_hz = wav->rate_hz;
	enum sabin_err err = sabin_wav_channel(wav, channel, &samples);
	if (!err)
		err = find_zero(response, samples, wav->frames, rew);
	free(samples);
	return err;
}

static enum sabin_err open_bare(struct sabin_measurement *out, struct sabin_diag *diag)
{
	struct sabin_rew_impulse rew;
	enum sabin_err err = read_sound(out->path, &out->sound, &rew, diag);
	if (err)
		return err;
	out->complete = true;
	for (size_t channel = 0; channel < out->sound.channels && !err; channel++)
		err = add_channel(out, &out->sound, channel, &rew);
	return err ? sabin_diag_set(diag, err, out->path, 0, 0, "%s", sabin_strerror(err))
	           : SABIN_OK;
}

/* ---- opening and loading ---------------------------------------------------- */

static bool is_room_file(const char *path)
{
	const char *end = strrchr(path, '.');
	return end && (strcasecmp(end, ".yaml") == 0 || strcasecmp(end, ".yml") == 0);
}

/* Perhaps a run into it was killed before it was whole. */
static enum sabin_err not_there(const char *path, int error, struct sabin_diag *diag)
{
	char *left = error == ENOENT ? sabin_output_leftover_of(path) : NULL;
	enum sabin_err err =
	    left ? sabin_diag_set(diag, SABIN_EIO, path, 0, 0,
	                          "no such file or directory; a run that was killed left %s", left)
	         : sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "%s",
	                          error == ENOENT ? "no such file or directory" : strerror(error));
	if (left)
		sabin_diag_advise(diag, "the sound files in it open one by one; measure again, and remove it");
	free(left);
	return err;
}

enum sabin_err sabin_measurement_open(const char *path, struct sabin_measurement *out,
                                      struct sabin_diag *diag)
{
	*out = (struct sabin_measurement){0};
	struct stat status;
	if (stat(path, &status) != 0)
		return not_there(path, errno, diag);
	out->path = strdup(path);
	if (!out->path)
		return sabin_diag_set(diag, SABIN_ENOMEM, path, 0, 0, "out of memory");
	out->directory = S_ISDIR(status.st_mode);
	enum sabin_err err =
	    out->directory ? sabin_measurement_read(out, diag) : open_bare(out, diag);
	if (err && !out->directory && is_room_file(path))
		sabin_diag_advise(diag, "a room file is measured first: sabin measure %s -o DIR (or sabin "
		                        "simulate), and DIR is given here",
		                  path);
	if (err)
		sabin_measurement_release(out);
	return err;
}

/* The file must be the one that measurement.yaml describes. */
static enum sabin_err check_loaded(const struct sabin_measured *response, const char *path,
                                   const struct sabin_wav *wav, struct sabin_diag *diag)
{
	if (wav->rate_hz != response->rate_hz)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "has a sample rate of %u Hz; %u Hz was expected",
		                      wav->rate_hz, response->rate_hz);
	if (response->channel >= wav->channels)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "has %zu channels; channel %zu was expected", wav->channels,
		                      response->channel + 1);
	if (response->zero_index >= wav->frames)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "holds %zu samples; time zero was expected at sample %zu",
		                      wav->frames, response->zero_index);
	return SABIN_OK;
}

static enum sabin_err load_channel(const struct sabin_measured *response, const char *path,
                                   const struct sabin_wav *wav, double **samples, size_t *frames,
                                   struct sabin_diag *diag)
{
	enum sabin_err err = check_loaded(response, path, wav, diag);
	if (!err && sabin_wav_channel(wav, response->channel, samples) != SABIN_OK)
		err = sabin_diag_set(diag, SABIN_ENOMEM, path, 0, 0, "out of memory");
	if (!err)
		*frames = wav->frames;
	return err;
}

enum sabin_err sabin_measurement_load(const struct sabin_measurement *measurement, size_t index,
                                      double **samples, size_t *frames, struct sabin_diag *diag)
{
	if (index >= measurement->response_count)
		return sabin_diag_set(diag, SABIN_EINVAL, measurement->path, 0, 0,
		                      "there is no response number %zu", index + 1);
	const struct sabin_measured *response = &measurement->responses[index];
	if (!measurement->directory)
		return load_channel(response, measurement->path, &measurement->sound, samples, frames, diag);
	char *path = sabin_path_join(measurement->path, response->file);
	struct sabin_wav wav;
	if (!path)
		return sabin_diag_set(diag, SABIN_ENOMEM, measurement->path, 0, 0, "out of memory");
	enum sabin_err err = sabin_wav_read(path, &wav, diag);
	if (!err) {
		err = load_channel(response, path, &wav, samples, frames, diag);
		sabin_wav_release(&wav);
	}
	free(path);
	return err;
}

enum sabin_err sabin_measurement_room(const struct sabin_measurement *measurement,
                                      const char *materials, struct sabin_roomfile *out,
                                      struct sabin_diag *diag)
{
	*out = (struct sabin_roomfile){0};
	if (!measurement->directory)
		return sabin_diag_set(diag, SABIN_EIO, measurement->path, 0, 0,
		                      "is a bare file: no room is known for it");
	char *path = sabin_path_join(measurement->path, "room.yaml");
	if (!path)
		return sabin_diag_set(diag, SABIN_ENOMEM, measurement->path, 0, 0, "out of memory");
	enum sabin_err err = sabin_roomfile_read(path, materials, out, diag);
	free(path);
	return err;
}

enum sabin_err sabin_measurement_noise(const struct sabin_measurement *m, size_t index,
                                       double **samples, size_t *frames, struct sabin_diag *diag)
{
	const struct sabin_measured *r = &m->responses[index];
	char name[2 * SABIN_NAME_SIZE + 16];
	struct sabin_wav wav = {0};
	*samples = NULL;
	*frames = 0;
	if (!m->directory)
		return SABIN_OK;
	snprintf(name, sizeof name, "%s.%s.noise.wav", r->speaker, r->position);
	char *path = sabin_path_join(m->path, name);
	if (!path)
		return SABIN_ENOMEM;
	enum sabin_err err = SABIN_OK;
	if (access(path, F_OK) == 0) {
		err = sabin_wav_read(path, &wav, diag);
		if (!err)
			err = sabin_wav_channel(&wav, 0, samples);
		if (!err)
			*frames = wav.frames;
		sabin_wav_release(&wav);
	}
	free(path);
	return err;
}

enum sabin_err sabin_measurement_keep_room(const struct sabin_roomfile *room, const char *folder,
                                           struct sabin_diag *diag)
{
	char *path = sabin_path_join(folder, "room.yaml");
	if (!path)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_output_text(path, room->text, strlen(room->text), true, diag);
	free(path);
	return err;
}
