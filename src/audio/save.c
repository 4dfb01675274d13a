/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * save.c: files of one response.
 */
#include <math.h>
#include <stdint.h>
#include <unistd.h>

#include <sabin/room.h>

#include "audio/microphone.h"
#include "audio/save.h"
#include "audio/through.h"
#include "io/atomic.h"
#include "io/wav.h"

/* Samples; less is rounding. */
static const double least_offset = 1e-5;

void sabin_save_timing(const struct sabin_take *take, const struct sabin_cut *cut, double emission,
                       double rate_hz, double to_hz, double temperature_c,
                       struct sabin_measured *m)
{
	const bool relative = isnan(emission) && !isnan(take->zero);
	const double reference = sabin_take_on_playback(take, take->zero);
	const double zero = relative ? reference : isnan(emission) ? take->arrival : emission;
	/* a peak in noise is known to sigma / (peak * 2 pi f_rms) seconds; a flat band up to f has
	 * f_rms = f / sqrt(3) */
	const double own_s = take->noise_in_response / fabs(take->peak) / (2 * M_PI * to_hz / sqrt(3));
	/* the first swing of a subwoofer comes a part of a period after its sound set out: how large a part is the
	 * crossover's and the box's */
	const double slow_s = to_hz < SABIN_BASS_TO_HZ ? 1 / (4 * to_hz) : 0;
	const double sigma_s = hypot(hypot(own_s, slow_s), relative ? take->zero_sigma / rate_hz : 0);
	m->zero = relative          ? SABIN_ZERO_REFERENCE
	          : isnan(emission) ? SABIN_ZERO_ARRIVAL
	                            : SABIN_ZERO_EMISSION;
	const long zero_index = lrint(zero) - cut->first;
	m->zero_index = zero_index > 0 ? (size_t)zero_index : 0;
	double from = (double)(cut->first + (long)m->zero_index);
	if (m->zero != SABIN_ZERO_ARRIVAL) { /* between two samples, on two clocks and behind any converter */
		if (fabs(zero - from) > least_offset)
			m->zero_offset_s = (zero - from) / rate_hz;
		from = zero;
	}
	m->arrival_s = sabin_quantity_valid((take->arrival - from) / rate_hz, sigma_s);
	m->distance_m = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	if (m->zero == SABIN_ZERO_EMISSION) {
		const double c = sabin_speed_of_sound(temperature_c);
		m->distance_m = sabin_quantity_valid((take->arrival - emission) / rate_hz * c,
		                                     sigma_s * c);
	}
}

static enum sabin_err write_sound(const char *folder, const char *name, const double *samples,
                                  size_t frames, size_t channels, unsigned rate_hz,
                                  enum sabin_sample_format format, const char *comment,
                                  struct sabin_diag *diag)
{
	char *path = sabin_path_join(folder, name);
	if (!path)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_wav_write(path, samples, frames, channels, rate_hz, format,
	                                     comment, diag);
	free(path);
	return err;
}

/* The integer format that holds every sample as it is, FLAC then; else float.  What a converter of up
 * to 24 bits gave came through float unharmed. */
static enum sabin_sample_format exact_format(const float *x, size_t samples)
{
	const double s16 = 0x1p15, s24 = 0x1p23;
	enum sabin_sample_format format = SABIN_S16;
	for (size_t i = 0; i < samples; i++) {
		const double y = (double)x[i];
		if (y * s24 != rint(y * s24) || y < -1 || y > 1 - 1 / s24)
			return SABIN_FLOAT;
		if (y * s16 != rint(y * s16) || y > 1 - 1 / s16)
			format = SABIN_S24;
	}
	return format;
}

/* FLAC's own limits. */
enum { FLAC_CHANNELS_MAX = 8, FLAC_RATE_MAX_HZ = 655350, FLAC_ANY_RATE_HZ = 65535 };

static bool fits_flac(const struct sabin_saved *s)
{
	return s->inputs <= FLAC_CHANNELS_MAX && s->rate_hz <= FLAC_RATE_MAX_HZ &&
	       (s->rate_hz <= FLAC_ANY_RATE_HZ || s->rate_hz % 10 == 0);
}

static enum sabin_err write_recording(const struct sabin_saved *s, const char *folder,
                                      struct sabin_diag *diag)
{
	size_t samples;
	if (__builtin_mul_overflow(s->record_frames, (size_t)s->inputs, &samples))
		return SABIN_ENOMEM;
	const enum sabin_sample_format format =
	    fits_flac(s) ? exact_format(s->recorded, samples) : SABIN_FLOAT;
	const char *ending = format == SABIN_FLOAT ? "wav" : "flac";
	char *path = NULL, *same = NULL;
	enum sabin_err err = sabin_make_folder(folder, "recordings", diag);
	if (!err && asprintf(&path, "%s/recordings/%s.%s.%s", folder, s->speaker->name,
	                     s->position->name, ending) < 0) {
		path = NULL;
		err = SABIN_ENOMEM;
	}
	/* several microphones hear one sweep: one recording under several names */
	if (!err && s->recorded_as && asprintf(&same, "%s/recordings/%s.%s.%s", folder, s->speaker->name,
	                                       s->recorded_as->name, ending) < 0) {
		same = NULL;
		err = SABIN_ENOMEM;
	}
	if (!err && path) {
		unlink(path); /* of an earlier attempt, and perhaps another's too */
		if (!same || link(same, path) < 0)
			err = sabin_wav_write_float(path, s->recorded, s->record_frames, s->inputs,
			                            s->rate_hz, format, diag);
	}
	free(path);
	free(same);
	return err;
}

static enum sabin_err write_noise(const struct sabin_saved *s, const char *folder, const char *name,
                                  struct sabin_diag *diag)
{
	const size_t n = s->take->noise_frames, input = s->microphone->input - 1;
	if (n == 0)
		return SABIN_OK;
	double *noise = malloc(n * sizeof *noise);
	if (!noise)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < n; i++)
		noise[i] = (double)s->recorded[i * s->inputs + input];
	enum sabin_err err = write_sound(folder, name, noise, n, 1, s->rate_hz, SABIN_FLOAT, NULL,
	                                 diag);
	free(noise);
	return err;
}

/* The n-th name, from 1, under which a file may be kept; NULL without memory. */
static char *calibration_name(const char *from, unsigned n)
{
	const char *name = sabin_path_last(from), *dot = strrchr(name, '.');
	const int stem = (int)(dot && dot > name ? dot - name : (long)strlen(name));
	char number[16] = "", *kept = NULL;
	if (n > 1)
		snprintf(number, sizeof number, "-%u", n);
	return asprintf(&kept, "calibration/%.*s%s%s", stem, name, number, name + stem) < 0 ? NULL : kept;
}

/* Keep the text at `path` if nothing is there.  *same: it stands there now. */
static enum sabin_err keep_text(const char *path, const char *text, size_t length, bool *same,
                                struct sabin_diag *diag)
{
	char *other = NULL;
	*same = access(path, F_OK) != 0;
	if (*same)
		return sabin_output_text(path, text, length, true, diag);
	const enum sabin_err err = sabin_read_text(path, SABIN_CALIBRATION_TEXT_MAX, &other, NULL, NULL);
	*same = !err && strcmp(other, text) == 0;
	free(other);
	return err == SABIN_ENOMEM ? err : SABIN_OK;
}

enum sabin_err sabin_save_calibration(const char *from, const char *folder, char **kept,
                                      struct sabin_diag *diag)
{
	char *text = NULL;
	size_t length;
	bool same = false;
	enum sabin_err err = sabin_make_folder(folder, "calibration", diag);
	if (!err)
		err = sabin_read_text(from, SABIN_CALIBRATION_TEXT_MAX, &text, &length, diag);
	for (unsigned n = 1; !err && !same; n++) {
		char *name = calibration_name(from, n), *path = name ? sabin_path_join(folder, name) : NULL;
		err = path ? keep_text(path, text, length, &same, diag) : SABIN_ENOMEM;
		free(path);
		if (!err && same)
			*kept = name;
		else
			free(name);
	}
	free(text);
	return err;
}

/* What a microphone's file and the card it hangs on say of its absolute level. */
static enum sabin_err read_level(const char *path, const char *capture, struct sabin_quantity *out,
                                 struct sabin_diag *diag)
{
	struct sabin_calibration calibration = {0};
	struct sabin_card_identity card;
	enum sabin_err err = sabin_calibration_read(path, &calibration, diag);
	if (err)
		return err;
	sabin_card_identify(capture, &card);
	*out = sabin_calibration_dbspl(&calibration, card.model, card.gain_db);
	sabin_calibration_release(&calibration);
	return SABIN_OK;
}

enum sabin_err sabin_save(const struct sabin_saved *s, const char *folder,
                          struct sabin_measurement *measurement, struct sabin_diag *diag)
{
	char name[160], noise[170], words[256];
	snprintf(name, sizeof name, "%s.%s.wav", s->speaker->name, s->position->name);
	snprintf(noise, sizeof noise, "%s.%s.noise.wav", s->speaker->name, s->position->name);
	snprintf(words, sizeof words, "sabin impulse response; speaker %s, position %s",
	         s->speaker->name, s->position->name);
	enum sabin_err err = write_sound(folder, name, s->h, s->cut.frames, 1, s->rate_hz, SABIN_FLOAT,
	                                 words, diag);
	if (!err)
		err = write_noise(s, folder, noise, diag);
	if (!err && s->keep_recording)
		err = write_recording(s, folder, diag);
	if (err)
		return err;
	struct sabin_measured *m = sabin_measurement_add(measurement);
	if (!m)
		return SABIN_ENOMEM;
	snprintf(m->speaker, sizeof m->speaker, "%s", s->speaker->name);
	snprintf(m->position, sizeof m->position, "%s", s->position->name);
	m->rate_hz = s->rate_hz;
	m->level_kind = SABIN_LEVEL_FULL_SCALE;
	m->dbspl_at_0dbfs = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	m->verdict = s->take->verdict;
	sabin_save_timing(s->take, &s->cut, s->emission, s->rate_hz, s->to_hz, s->temperature_c, m);
	if (s->through) {
		m->through = strdup(s->through->path);
		sabin_through_uncrossed(s->through, s->speaker->name, s->rate_hz, m->uncrossed_hz);
	}
	m->file = strdup(name);
	if (!m->file || (s->through && !m->through))
		return SABIN_ENOMEM;
	const char *calibration = s->microphone->calibration;
	if (!calibration)
		return SABIN_OK;
	err = read_level(calibration, measurement->capture.name, &m->dbspl_at_0dbfs, diag);
	return err ? err : sabin_save_calibration(calibration, folder, &m->calibration, diag);
}
