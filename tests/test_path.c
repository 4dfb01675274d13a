/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_path.c: the whole path, from the command through ALSA and the simulated card and back: a known
 * impulse response is put behind the card and must come back.
 */
#include <math.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sabin/fft.h>
#include <sabin/random.h>

#include "io/measurement.h"
#include "io/wav.h"
#include "util/near.h"
#include "signal/cmplx.h"

struct place {
	char folder[64], room[96], response[96], out[96], sabin[4096];
};

static void find_sabin(char *path, size_t size)
{
	const ssize_t n = readlink("/proc/self/exe", path, size - 1);
	assert_true(n > 0);
	path[n] = '\0';
	*strrchr(path, '/') = '\0'; /* build/VARIANT/tests */
	char *slash = strrchr(path, '/');
	snprintf(slash, size - (size_t)(slash - path), "/sabin");
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	if (!p)
		return -1;
	snprintf(p->folder, sizeof p->folder, "/tmp/sabin-path-XXXXXX");
	if (!mkdtemp(p->folder))
		return -1;
	snprintf(p->room, sizeof p->room, "%s/room.yaml", p->folder);
	snprintf(p->response, sizeof p->response, "%s/h.wav", p->folder);
	snprintf(p->out, sizeof p->out, "%s/out", p->folder);
	find_sabin(p->sabin, sizeof p->sabin);
	*state = p;
	return 0;
}

static int run(const char *const argv[])
{
	const pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	const char *const argv[] = {"/bin/rm", "-rf", p->folder, NULL};
	const int status = run(argv);
	free(p);
	return status;
}

static void write_room(const struct place *p, unsigned rate_hz, const char *format)
{
	FILE *file = fopen(p->room, "w");
	assert_non_null(file);
	fprintf(file,
	        "size_m: {width: 4, length: 5, height: 2.5}\n"
	        "surfaces: {front: 0.2, back: 0.2, left: 0.2, right: 0.2, floor: 0.2, ceiling: 0.2}\n"
	        "speakers: {left: {output: 1, position_m: [1, 1, 1]}}\n"
	        "positions: {mix: {position_m: [2, 3, 1]}}\n"
	        "audio: {rate_hz: %u}\n"
	        "sweep: {from_hz: 20, to_hz: 22000, length_s: 3, level_dbfs: -6, tail_s: 1}\n"
	        "simulation: {latency_ms: 43.7, responses: {left.mix: h.wav}, offers: {formats: [%s]}}\n",
	        rate_hz, format);
	assert_int_equal(fclose(file), 0);
}

static void measure(struct place *p)
{
	const char *const argv[] = {p->sabin, "measure", p->room, "--simulate", "--force", "--yes",
	                            "--no-recordings", "-o", p->out, NULL};
	assert_int_equal(run(argv), 0);
}

/* The measured response: samples (free) and the record in measurement.yaml. */
static double *result(struct place *p, struct sabin_measured *record, size_t *frames)
{
	struct sabin_measurement m = {0};
	struct sabin_diag diag = {0};
	double *h = NULL;
	assert_ok(sabin_measurement_open(p->out, &m, &diag));
	assert_int_equal(m.response_count, 1);
	assert_true(m.complete);
	assert_ok(sabin_measurement_load(&m, 0, &h, frames, &diag));
	*record = m.responses[0];
	record->file = record->calibration = NULL;
	sabin_measurement_release(&m);
	return h;
}

static double complex *spectrum_of(const double *x, size_t n, size_t size)
{
	struct sabin_fft *fft;
	double *t = calloc(size, sizeof *t);
	double complex *s = calloc(size / 2 + 1, sizeof *s);
	assert_non_null(t);
	assert_non_null(s);
	assert_ok(sabin_fft_new(size, &fft));
	memcpy(t, x, n * sizeof *t);
	sabin_fft_forward(fft, t, s);
	sabin_fft_free(fft);
	free(t);
	return s;
}

static void write_response(struct place *p, const double *h, size_t n, unsigned rate_hz)
{
	struct sabin_diag diag = {0};
	assert_ok(sabin_wav_write(p->response, h, n, 1, rate_hz, SABIN_FLOAT, NULL, &diag));
}

/* Error energy re the response, 20 Hz to 20 kHz, after whole-sample alignment; no gain is fitted. */
static double error_db(const double *got, size_t got_n, size_t zero, const double *want,
                       size_t want_n, size_t want_zero, double rate_hz)
{
	const size_t size = sabin_fft_smooth_size(got_n + want_n);
	double *shifted = calloc(size, sizeof *shifted), error = 0, energy = 0;
	const size_t at = zero - want_zero;
	memcpy(shifted + at, want, want_n * sizeof *want);
	double complex *a = spectrum_of(got, got_n, size), *b = spectrum_of(shifted, size, size);
	for (size_t k = 0; k <= size / 2; k++) {
		const double f_hz = (double)k * rate_hz / (double)size;
		if (f_hz < 20 || f_hz > 20000)
			continue;
		error += pow(cabs(a[k] - b[k]), 2);
		energy += pow(cabs(b[k]), 2);
	}
	free(shifted);
	free(a);
	free(b);
	return 10 * log10(error / energy);
}

static void comes_back(struct place *p, unsigned rate_hz, const char *format, double limit_db)
{
	const size_t n = rate_hz / 2, zero = 100;
	double *h = calloc(n, sizeof *h);
	struct sabin_random random;
	sabin_random_init(&random, 11);
	for (size_t i = zero; i < n; i++) /* the peak of its spectrum stays below 0 dB */
		h[i] = 2e-3 * sabin_random_normal(&random) *
		       pow(10, -3 * (double)(i - zero) / rate_hz / 0.4);
	h[zero] = 0.3;
	for (size_t i = 0; i < n; i++)
		h[i] = (double)(float)h[i]; /* as the file holds it */
	write_response(p, h, n, rate_hz);
	write_room(p, rate_hz, format);
	measure(p);
	struct sabin_measured record;
	size_t frames;
	double *got = result(p, &record, &frames);
	assert_int_equal(record.rate_hz, rate_hz);
	const double db = error_db(got, frames, record.zero_index, h, n, zero, rate_hz);
	print_message("%u Hz, %s: %.1f dB\n", rate_hz, format, db);
	assert_at_most(db, limit_db);
	free(got);
	free(h);
}

static void known_response_comes_back(void **state)
{
	comes_back(*state, 44100, "float", -110);
	comes_back(*state, 48000, "float", -110);
	comes_back(*state, 96000, "float", -110);
	comes_back(*state, 48000, "s32", -110);
	comes_back(*state, 48000, "s24_3", -110);
	comes_back(*state, 48000, "s16", -80);
}

/* A unit impulse behind the card, delayed by a fraction of a sample: zero_index and arrival_s together
 * say where it is. */
static void fractional_arrival(void **state)
{
	struct place *p = *state;
	enum { N = 8192 };
	static double h[N];
	const double fractions[] = {0, 0.25, 0.37, 0.5, 0.81};
	for (size_t f = 0; f < sizeof fractions / sizeof *fractions; f++) {
		const double at = 2000 + fractions[f];
		for (int i = 0; i < N; i++) {
			const double x = M_PI * (i - at);
			h[i] = 0.9 * (x == 0 ? 1 : sin(x) / x);
		}
		write_response(p, h, N, 48000);
		write_room(p, 48000, "float");
		measure(p);
		struct sabin_measured record;
		size_t frames;
		double *got = result(p, &record, &frames);
		const double position = (double)record.zero_index + record.arrival_s.value * 48000;
		/* latency and distance to the start of the file are whole samples */
		const double off = remainder(position - at, 1);
		print_message("fraction %.2f: %+.4f sample\n", fractions[f], off);
		assert_near(off, 0, 0.01);
		assert_true(record.arrival_s.valid);
		free(got);
	}
}

/* Through a unit impulse the measurement is flat: within 0.01 dB and 0.1 degrees. */
static void loopback_is_flat(void **state)
{
	struct place *p = *state;
	const double unit[64] = {0.5};
	write_response(p, unit, 64, 48000);
	write_room(p, 48000, "float");
	measure(p);
	struct sabin_measured record;
	size_t frames;
	double *got = result(p, &record, &frames);
	const size_t size = sabin_fft_smooth_size(frames);
	double complex *s = spectrum_of(got, frames, size);
	for (size_t k = 1; k < size / 2; k++) {
		const double f_hz = (double)k * 48000 / (double)size;
		if (f_hz < 20 || f_hz > 20000)
			continue;
		const double complex turned =
		    s[k] * cexp(CMPLX(0, 2 * M_PI * (double)k * (double)record.zero_index /
		                             (double)size));
		assert_near(20 * log10(cabs(turned) / 0.5), 0, 0.01);
		assert_near(carg(turned) * 180 / M_PI, 0, 0.1);
	}
	free(got);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(known_response_comes_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(fractional_arrival, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(loopback_is_flat, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
