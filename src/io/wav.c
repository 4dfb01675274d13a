/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wav.c: sound files; the only file that knows libsndfile.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sndfile.h>

#include "io/riff.h"
#include "io/wav.h"
#include "signal/large.h"

enum {
	RATE_MIN_HZ = 1000,
	RATE_MAX_HZ = 768000,
	CHANNELS_MAX = 1024, /* libsndfile's own limit */
	BLOCK_SAMPLES = 16384,
	COMMENT_MAX = 2000, /* libsndfile reads back no text chunk of 2048 bytes or more */
};
static const size_t samples_max = (size_t)1 << 28;
/* what a RIFF header can count (32 bits), less generous room for the other chunks */
static const size_t riff_bytes_max = 0xfff00000u;

static const struct format_row {
	const char *name;
	int subtype;
	unsigned bits; /* 0: not an integer */
} formats[] = {
    [SABIN_S16] = {"s16", SF_FORMAT_PCM_16, 16},
    [SABIN_S24] = {"s24", SF_FORMAT_PCM_24, 24},
    [SABIN_S32] = {"s32", SF_FORMAT_PCM_32, 32},
    [SABIN_FLOAT] = {"float", SF_FORMAT_FLOAT, 0},
};

const char *sabin_sample_format_name(enum sabin_sample_format format)
{
	return formats[format].name;
}

/* ---- reading ---------------------------------------------------------------- */

static enum sabin_err open_for_reading(const char *path, int *file, struct sabin_diag *diag)
{
	int opened = open(path, O_RDONLY | O_CLOEXEC);
	if (opened < 0 && errno == ENOENT)
		return sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "no such file");
	if (opened < 0 && errno == EACCES)
		return sabin_diag_set(diag, SABIN_EIO, path, 0, 0,
		                      "may not be read (permission denied)");
	if (opened < 0)
		return sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be read: %s",
		                      strerror(errno));
	struct stat status;
	enum sabin_err err = SABIN_OK;
	if (fstat(opened, &status) != 0)
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be read: %s",
		                     strerror(errno));
	else if (S_ISDIR(status.st_mode))
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0,
		                     "is a directory; a sound file was expected");
	else if (S_ISREG(status.st_mode) && status.st_size == 0)
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "is empty");
	if (err)
		close(opened);
	else
		*file = opened;
	return err;
}

static enum sabin_err check_info(const char *path, const SF_INFO *info, struct sabin_diag *diag)
{
	if (info->samplerate < RATE_MIN_HZ || info->samplerate > RATE_MAX_HZ)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "has a sample rate of %d Hz; %d to %d were expected",
		                      info->samplerate, RATE_MIN_HZ, RATE_MAX_HZ);
	if (info->channels < 1 || info->channels > CHANNELS_MAX)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "has %d channels; 1 to %d were expected", info->channels,
		                      CHANNELS_MAX);
	if (info->frames < 1)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "holds no samples");
	size_t samples = 0;
	if (__builtin_mul_overflow((uint64_t)info->frames, (uint64_t)info->channels, &samples) ||
	    samples > samples_max)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "is too long: more than %zu samples", samples_max);
	return SABIN_OK;
}

static enum sabin_err refuse_not_finite(const char *path, const struct sabin_wav *wav,
                                        struct sabin_diag *diag)
{
	for (size_t i = 0; i < wav->frames * wav->channels; i++)
		if (!isfinite(wav->samples[i]))
			return sabin_diag_set(
			    diag, SABIN_EFORMAT, path, 0, 0,
			    "holds a sample that is no number (frame %zu, channel %zu)",
			    i / wav->channels, i % wav->channels + 1);
	return SABIN_OK;
}

static enum sabin_err read_samples(const char *path, SNDFILE *sound, const SF_INFO *info,
                                   struct sabin_wav *wav, struct sabin_diag *diag)
{
	size_t announced = (size_t)info->frames;
	wav->rate_hz = (unsigned)info->samplerate;
	wav->channels = (size_t)info->channels;
	wav->samples = sabin_large_array(announced * wav->channels, sizeof(double)); /* <= 2^31, checked */
	if (!wav->samples)
		return sabin_diag_set(diag, SABIN_ENOMEM, path, 0, 0, "out of memory");
	/* a damaged file may hold less than its header says: what can be read counts */
	sf_count_t frames = sf_readf_double(sound, wav->samples, info->frames);
	if (frames < 1)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "holds no samples that can be read");
	wav->frames = (size_t)frames;
	if (wav->frames < announced) {
		double *less = realloc(wav->samples, wav->frames * wav->channels * sizeof(double));
		if (less)
			wav->samples = less;
	}
	const char *comment = sf_get_string(sound, SF_STR_COMMENT);
	if (comment) {
		wav->comment = strdup(comment);
		if (!wav->comment)
			return sabin_diag_set(diag, SABIN_ENOMEM, path, 0, 0, "out of memory");
	}
	return refuse_not_finite(path, wav, diag);
}

enum sabin_err sabin_wav_read(const char *path, struct sabin_wav *out, struct sabin_diag *diag)
{
	struct sabin_wav wav = {0};
	SF_INFO info = {0};
	SNDFILE *sound = NULL;
	int file = -1;
	enum sabin_err err = open_for_reading(path, &file, diag);
	if (err)
		return err;
	uint32_t length;
	if (sabin_riff_is_endless(file, &length)) {
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "is damaged: it has %lu bytes of text in its chunk LIST", (unsigned long)length);
		goto out;
	}
	sound = sf_open_fd(file, SFM_READ, &info, SF_FALSE);
	if (!sound) {
		/* why is known to sf_strerror(NULL) alone, which all threads share */
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "is not a sound file, or its header is damaged");
		goto out;
	}
	err = check_info(path, &info, diag);
	if (!err)
		err = read_samples(path, sound, &info, &wav, diag);
out:
	if (sound)
		sf_close(sound);
	close(file);
	if (err)
		sabin_wav_release(&wav);
	else
		*out = wav;
	return err;
}

size_t sabin_wav_channels(const char *path)
{
	struct sabin_diag quiet;
	SF_INFO info = {0};
	int file = -1;
	if (open_for_reading(path, &file, &quiet))
		return 0;
	SNDFILE *sound = sf_open_fd(file, SFM_READ, &info, SF_FALSE);
	if (sound)
		sf_close(sound);
	close(file);
	return sound && info.channels > 0 ? (size_t)info.channels : 0;
}

void sabin_wav_release(struct sabin_wav *wav)
{
	free(wav->samples);
	free(wav->comment);
	*wav = (struct sabin_wav){0};
}

enum sabin_err sabin_wav_channel(const struct sabin_wav *wav, size_t channel, double **out)
{
	if (channel >= wav->channels)
		return SABIN_EINVAL;
	double *samples = sabin_large_array(wav->frames, sizeof(double));
	if (!samples)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < wav->frames; i++)
		samples[i] = wav->samples[i * wav->channels + channel];
	*out = samples;
	return SABIN_OK;
}

/* ---- writing ---------------------------------------------------------------- */

/* Rounded to the nearest step, clipped, and moved up to the 32 bits that libsndfile takes. */
static int to_integer(double sample, unsigned bits)
{
	double scale = ldexp(1, (int)bits - 1);
	double rounded = rint(sample * scale);
	if (rounded > scale - 1)
		rounded = scale - 1;
	if (rounded < -scale)
		rounded = -scale;
	return (int)((int64_t)rounded * ((int64_t)1 << (32 - bits)));
}

/* What is written: either of the two. */
struct source {
	const double *wide;
	const float *narrow;
};

static double sample_at(const struct source *source, size_t i)
{
	return source->wide ? source->wide[i] : (double)source->narrow[i];
}

static enum sabin_err write_blocks(SNDFILE *sound, const char *path, const struct source *source,
                                   size_t count, size_t channels, unsigned bits,
                                   struct sabin_diag *diag)
{
	const size_t most = BLOCK_SAMPLES - BLOCK_SAMPLES % channels; /* whole frames only */
	union {
		int integers[BLOCK_SAMPLES];
		float floats[BLOCK_SAMPLES];
	} *block = malloc(sizeof(*block));
	if (!block)
		return sabin_diag_set(diag, SABIN_ENOMEM, path, 0, 0, "out of memory");
	enum sabin_err err = SABIN_OK;
	for (size_t done = 0; done < count && !err;) {
		size_t n = count - done < most ? count - done : most;
		for (size_t i = 0; i < n; i++)
			if (bits)
				block->integers[i] = to_integer(sample_at(source, done + i), bits);
			else
				block->floats[i] = (float)sample_at(source, done + i);
		sf_count_t written = bits ? sf_write_int(sound, block->integers, (sf_count_t)n)
		                          : sf_write_float(sound, block->floats, (sf_count_t)n);
		if (written != (sf_count_t)n)
			err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be written: %s",
			                     errno ? strerror(errno) : sf_strerror(sound));
		done += n;
	}
	free(block);
	return err;
}

static bool ends_in_flac(const char *path)
{
	size_t n = strlen(path);
	return n > 5 && strcasecmp(path + n - 5, ".flac") == 0;
}

static enum sabin_err check_writing(const char *path, const struct source *source, size_t frames,
                                    size_t channels, unsigned rate_hz,
                                    enum sabin_sample_format format, const char *comment,
                                    struct sabin_diag *diag)
{
	if (channels < 1 || channels > CHANNELS_MAX)
		return sabin_diag_set(diag, SABIN_EINVAL, path, 0, 0,
		                      "cannot be written with %zu channels; 1 to %d are possible",
		                      channels, CHANNELS_MAX);
	if (rate_hz < RATE_MIN_HZ || rate_hz > RATE_MAX_HZ)
		return sabin_diag_set(diag, SABIN_EINVAL, path, 0, 0,
		                      "cannot be written at %u Hz; %d to %d are possible", rate_hz,
		                      RATE_MIN_HZ, RATE_MAX_HZ);
	size_t count = 0;
	if (__builtin_mul_overflow(frames, channels, &count))
		return sabin_diag_set(diag, SABIN_EINVAL, path, 0, 0, "is too long to be written");
	if (ends_in_flac(path) && formats[format].subtype != SF_FORMAT_PCM_16 &&
	    formats[format].subtype != SF_FORMAT_PCM_24)
		return sabin_diag_set(diag, SABIN_EINVAL, path, 0, 0,
		                      "FLAC holds s16 and s24 only, not %s", formats[format].name);
	if (comment && strlen(comment) > COMMENT_MAX)
		return sabin_diag_set(diag, SABIN_EINVAL, path, 0, 0,
		                      "cannot hold a comment of more than %d bytes", COMMENT_MAX);
	for (size_t i = 0; i < count; i++)
		if (!isfinite((float)sample_at(source, i)))
			return sabin_diag_set(diag, SABIN_EINVAL, path, 0, 0,
			                      "cannot be written: sample %zu is no number", i);
	return SABIN_OK;
}

static int container(const char *path, size_t count, enum sabin_sample_format format)
{
	if (ends_in_flac(path))
		return SF_FORMAT_FLAC;
	size_t bytes = formats[format].bits ? formats[format].bits / 8 : 4;
	return count > riff_bytes_max / bytes ? SF_FORMAT_RF64 : SF_FORMAT_WAV;
}

static enum sabin_err write_source(const char *path, const struct source *source, size_t frames,
                                   size_t channels, unsigned rate_hz,
                                   enum sabin_sample_format format, const char *comment,
                                   struct sabin_diag *diag)
{
	enum sabin_err err =
	    check_writing(path, source, frames, channels, rate_hz, format, comment, diag);
	if (err)
		return err;
	size_t count = frames * channels;
	SF_INFO info = {
	    .samplerate = (int)rate_hz,
	    .channels = (int)channels,
	    .format = container(path, count, format) | formats[format].subtype,
	};
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (file < 0)
		return sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be written: %s",
		                      strerror(errno));
	errno = 0;
	SNDFILE *sound = sf_open_fd(file, SFM_WRITE, &info, SF_FALSE);
	if (!sound) {
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be written: %s",
		                     errno ? strerror(errno) : sf_strerror(NULL));
		goto out;
	}
	/* the peak chunk holds the time of day: the same samples shall give the same bytes */
	sf_command(sound, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	if (comment && sf_set_string(sound, SF_STR_COMMENT, comment) != 0)
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot hold the comment: %s",
		                     sf_strerror(sound));
	if (!err)
		err = write_blocks(sound, path, source, count, channels, formats[format].bits,
		                   diag);
	errno = 0;
	if (sf_close(sound) != 0 && !err)
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be written: %s",
		                     errno ? strerror(errno) : "the file could not be completed");
out:
	if (close(file) != 0 && !err)
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be written: %s",
		                     strerror(errno));
	return err;
}

enum sabin_err sabin_wav_write(const char *path, const double *samples, size_t frames,
                               size_t channels, unsigned rate_hz, enum sabin_sample_format format,
                               const char *comment, struct sabin_diag *diag)
{
	const struct source source = {.wide = samples};
	return write_source(path, &source, frames, channels, rate_hz, format, comment, diag);
}

enum sabin_err sabin_wav_write_float(const char *path, const float *samples, size_t frames,
                                     size_t channels, unsigned rate_hz,
                                     enum sabin_sample_format format, struct sabin_diag *diag)
{
	const struct source source = {.narrow = samples};
	return write_source(path, &source, frames, channels, rate_hz, format, NULL, diag);
}
