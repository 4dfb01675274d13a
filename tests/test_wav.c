/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_wav.c: sound files come back as they were written, and bad ones are refused by name.
 */
#include <math.h>
#include <unistd.h>

#include "io/wav.h"
#include "util/near.h"

static int set_up(void **state)
{
	char *folder = strdup("/tmp/sabin-test-XXXXXX");
	*state = folder;
	return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"a.wav", "b.wav", "a.flac", "text.wav", "empty.wav"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	int done = chdir("/") || rmdir(*state);
	free(*state);
	return done;
}

/* Quantising to b bits is off by at most half a step. */
static void formats_round_to_half_a_step(void **state)
{
	(void)state;
	static const struct {
		enum sabin_sample_format format;
		const char *name;
		double tolerance;
	} rows[] = {
	    {SABIN_S16, "s16", 0x1p-16},
	    {SABIN_S24, "s24", 0x1p-24},
	    {SABIN_S32, "s32", 0x1p-32},
	    {SABIN_FLOAT, "float", 0x1p-25}, /* half a unit in the last place below 1 */
	};
	double x[6] = {0, 0.5, -0.5, 1.0 / 3, -0.999, 1e-9};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sabin_wav wav = {0};
		assert_string_equal(sabin_sample_format_name(rows[i].format), rows[i].name);
		assert_ok(sabin_wav_write("a.wav", x, 3, 2, 44100, rows[i].format, NULL, NULL));
		assert_ok(sabin_wav_read("a.wav", &wav, NULL));
		assert_int_equal(wav.rate_hz, 44100);
		assert_int_equal(wav.frames, 3);
		assert_int_equal(wav.channels, 2);
		assert_null(wav.comment);
		assert_near_array(wav.samples, x, 6, rows[i].tolerance);
		double *right = NULL;
		assert_ok(sabin_wav_channel(&wav, 1, &right));
		double want[3] = {0.5, 1.0 / 3, 1e-9};
		assert_near_array(right, want, 3, rows[i].tolerance);
		free(right);
		assert_int_equal(sabin_wav_channel(&wav, 2, &right), SABIN_EINVAL);
		sabin_wav_release(&wav);
	}
}

/* Longer than the writer's block, which no number of channels need divide. */
static void any_number_of_channels(void **state)
{
	(void)state;
	enum { FRAMES = 20000 };
	for (size_t channels = 1; channels <= 7; channels += 2) {
		struct sabin_wav wav = {0};
		double *x = malloc(FRAMES * channels * sizeof *x);
		assert_non_null(x);
		for (size_t i = 0; i < FRAMES * channels; i++)
			x[i] = (double)(i % 1000) / 1024;
		assert_ok(sabin_wav_write("a.wav", x, FRAMES, channels, 48000, SABIN_FLOAT, NULL, NULL));
		assert_ok(sabin_wav_read("a.wav", &wav, NULL));
		assert_int_equal(wav.frames, FRAMES);
		assert_near_array(wav.samples, x, FRAMES * channels, 0);
		sabin_wav_release(&wav);
		free(x);
	}
}

static void integers_clip_and_floats_do_not(void **state)
{
	(void)state;
	double x[4] = {1, 2, -1, -3};
	struct sabin_wav wav = {0};
	assert_ok(sabin_wav_write("a.wav", x, 4, 1, 48000, SABIN_S16, NULL, NULL));
	assert_ok(sabin_wav_read("a.wav", &wav, NULL));
	double clipped[4] = {32767.0 / 32768, 32767.0 / 32768, -1, -1};
	assert_near_array(wav.samples, clipped, 4, 0);
	sabin_wav_release(&wav);
	assert_ok(sabin_wav_write("a.wav", x, 4, 1, 48000, SABIN_FLOAT, NULL, NULL));
	assert_ok(sabin_wav_read("a.wav", &wav, NULL));
	assert_near_array(wav.samples, x, 4, 0);
	sabin_wav_release(&wav);
}

static void comment_survives(void **state)
{
	(void)state;
	double x[2] = {0.25, -0.25};
	char recipe[2001];
	memset(recipe, 'r', sizeof(recipe));
	recipe[sizeof(recipe) - 1] = '\0';
	struct sabin_wav wav = {0};
	assert_ok(sabin_wav_write("a.wav", x, 2, 1, 48000, SABIN_S24, recipe, NULL));
	assert_ok(sabin_wav_read("a.wav", &wav, NULL));
	assert_non_null(wav.comment);
	assert_string_equal(wav.comment, recipe);
	sabin_wav_release(&wav);
	char longer[2002];
	memset(longer, 'r', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(sabin_wav_write("a.wav", x, 2, 1, 48000, SABIN_S24, longer, NULL),
	                 SABIN_EINVAL);
}

static uint64_t digest(const char *path) /* FNV-1a */
{
	uint64_t hash = 0xcbf29ce484222325u;
	FILE *stream = fopen(path, "rb");
	assert_non_null(stream);
	for (int c; (c = fgetc(stream)) != EOF;)
		hash = (hash ^ (uint64_t)c) * 0x100000001b3u;
	fclose(stream);
	return hash;
}

static void same_samples_same_bytes(void **state)
{
	(void)state;
	double x[2] = {0.25, -0.25};
	assert_ok(sabin_wav_write("a.wav", x, 2, 1, 48000, SABIN_FLOAT, "c", NULL));
	sleep(1); /* a time stamp in the file would differ now */
	assert_ok(sabin_wav_write("b.wav", x, 2, 1, 48000, SABIN_FLOAT, "c", NULL));
	assert_true(digest("a.wav") == digest("b.wav"));
}

static void flac_is_lossless(void **state)
{
	(void)state;
	double x[3] = {0.25, -0.25, 0.125};
	struct sabin_wav wav = {0};
	struct sabin_diag diag;
	assert_ok(sabin_wav_write("a.flac", x, 3, 1, 48000, SABIN_S24, NULL, NULL));
	assert_ok(sabin_wav_read("a.flac", &wav, NULL));
	assert_near_array(wav.samples, x, 3, 0);
	sabin_wav_release(&wav);
	assert_int_equal(sabin_wav_write("a.flac", x, 3, 1, 48000, SABIN_FLOAT, NULL, &diag),
	                 SABIN_EINVAL);
}

static void put(const char *path, const void *bytes, size_t n)
{
	FILE *stream = fopen(path, "wb");
	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, n, stream), n);
	fclose(stream);
}

/* A RIFF file of one float channel, with rate and sample as wanted. */
static void put_raw_wav(uint32_t rate_hz, float sample, uint32_t data_bytes)
{
	struct {
		char riff[4];
		uint32_t riff_bytes;
		char wave[4], fmt[4];
		uint32_t fmt_bytes;
		uint16_t tag, channels;
		uint32_t rate_hz, bytes_per_second;
		uint16_t block, bits;
		char data[4];
		uint32_t data_bytes;
		float sample;
	} file = {"RIFF",  40,          "WAVE", "fmt ", 16,     3,          1,
	          rate_hz, 4 * rate_hz, 4,      32,     "data", data_bytes, sample};
	memcpy(file.riff, "RIFF", 4);
	put("a.wav", &file, 44 + (data_bytes ? 4 : 0));
}

static void bad_files_are_refused_by_name(void **state)
{
	(void)state;
	struct sabin_diag diag;
	struct sabin_wav wav = {.frames = 77};
	assert_int_equal(sabin_wav_read("none.wav", &wav, &diag), SABIN_EIO);
	assert_string_equal(diag.path, "none.wav");
	assert_string_equal(diag.message, "no such file");
	assert_int_equal(sabin_wav_read(".", &wav, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "is a directory"));
	put("empty.wav", "", 0);
	assert_int_equal(sabin_wav_read("empty.wav", &wav, &diag), SABIN_EFORMAT);
	assert_string_equal(diag.message, "is empty");
	put("text.wav", "hello world, this is text", 25);
	assert_int_equal(sabin_wav_read("text.wav", &wav, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "not a sound file"));
	put_raw_wav(500, 0.5f, 4);
	assert_int_equal(sabin_wav_read("a.wav", &wav, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "500 Hz"));
	put_raw_wav(800000, 0.5f, 4);
	assert_int_equal(sabin_wav_read("a.wav", &wav, &diag), SABIN_EFORMAT);
	put_raw_wav(48000, NAN, 4);
	assert_int_equal(sabin_wav_read("a.wav", &wav, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "frame 0, channel 1"));
	put_raw_wav(48000, 0.5f, 0);
	assert_int_equal(sabin_wav_read("a.wav", &wav, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "no samples"));
	assert_int_equal(wav.frames, 77);      /* untouched by every failure */
	put_raw_wav(48000, 0.5f, 4000000000u); /* a header that promises more than there is */
	assert_ok(sabin_wav_read("a.wav", &wav, &diag));
	assert_int_equal(wav.frames, 1);
	assert_near(wav.samples[0], 0.5, 0);
	sabin_wav_release(&wav);
	sabin_wav_release(&wav);
}

/* A part of a list that claims nearly 4 GiB sends libsndfile back to where it was, for ever; an honest one does
 * not, wherever the list stands. */
static void endless_list_is_refused(void **state)
{
	(void)state;
	struct part {
		char list[4];
		uint32_t list_bytes;
		char info[4], id[4];
		uint32_t bytes;
		char text[12];
	} list = {"LIST", 24, "INFO", "Ixyz", 0, "sabin sweep"};
	static const uint32_t bytes[] = {0x80000000u, 0xfffffff3u, 12};
	for (size_t i = 0; i < 3; i++)
		for (int last = 0; last < 2; last++) {
			struct sabin_wav wav = {0};
			struct sabin_diag diag = {0};
			char file[48 + sizeof list];
			put_raw_wav(48000, 0.5f, 4);
			FILE *stream = fopen("a.wav", "rb");
			assert_non_null(stream);
			assert_int_equal(fread(file, 1, 48, stream), 48);
			fclose(stream);
			list.bytes = bytes[i];
			/* before the data, or at the end */
			const size_t at = last ? 48 : 36;
			memmove(file + at + sizeof list, file + at, 48 - at);
			memcpy(file + at, &list, sizeof list);
			put("a.wav", file, sizeof file);
			alarm(60);
			if (bytes[i] > 12) {
				assert_int_equal(sabin_wav_read("a.wav", &wav, &diag), SABIN_EFORMAT);
				assert_non_null(strstr(diag.message, "is damaged"));
			} else {
				assert_ok(sabin_wav_read("a.wav", &wav, &diag));
				assert_near(wav.samples[0], 0.5, 0);
			}
			alarm(0);
			sabin_wav_release(&wav);
		}
}

static void writing_fails_cleanly(void **state)
{
	(void)state;
	struct sabin_diag diag;
	double x[2] = {0.5, NAN};
	assert_int_equal(sabin_wav_write("a.wav", x, 2, 1, 48000, SABIN_FLOAT, NULL, &diag),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_wav_write("a.wav", x, 1, 0, 48000, SABIN_FLOAT, NULL, &diag),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_wav_write("a.wav", x, 1, 1, 0, SABIN_FLOAT, NULL, &diag),
	                 SABIN_EINVAL);
	assert_int_equal(
	    sabin_wav_write("a.wav", x, SIZE_MAX / 2, 3, 48000, SABIN_FLOAT, NULL, &diag),
	    SABIN_EINVAL);
	assert_int_equal(sabin_wav_write("none/a.wav", x, 1, 1, 48000, SABIN_FLOAT, NULL, &diag),
	                 SABIN_EIO);
	assert_non_null(strstr(diag.message, "No such file"));
	assert_int_equal(sabin_wav_write("/dev/full", x, 1, 1, 48000, SABIN_FLOAT, NULL, &diag),
	                 SABIN_EIO);
	assert_non_null(strstr(diag.message, "No space left"));
}

#define row(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    row(formats_round_to_half_a_step),
	    row(any_number_of_channels),
	    row(integers_clip_and_floats_do_not),
	    row(comment_survives),
	    row(same_samples_same_bytes),
	    row(flac_is_lossless),
	    row(bad_files_are_refused_by_name),
	    row(endless_list_is_refused),
	    row(writing_fails_cleanly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
