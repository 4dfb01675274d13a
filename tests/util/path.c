/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * path.c: the command from a test.
 */
#include <math.h>
#include <stdint.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sabin/fft.h>
#include <sabin/random.h>

#include "util/near.h"
#include "util/path.h"

static void find_sabin(char *path, size_t size)
{
	const ssize_t n = readlink("/proc/self/exe", path, size - 1);
	assert_true(n > 0);
	path[n] = '\0';
	*strrchr(path, '/') = '\0'; /* build/VARIANT/tests */
	char *slash = strrchr(path, '/');
	snprintf(slash, size - (size_t)(slash - path), "/sabin");
}

int place_set_up(void **state)
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

int run_into(const char *path, const char *const argv[])
{
	fflush(stdout); /* or what waits there is told twice */
	const pid_t pid = fork();
	if (pid == 0) {
		if (!freopen(path, "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run_quietly(const char *const argv[])
{
	return run_into("/dev/null", argv);
}

int place_tear_down(void **state)
{
	struct place *p = *state;
	const char *const argv[] = {"/bin/rm", "-rf", p->folder, NULL};
	const int status = run_quietly(argv);
	free(p);
	return status;
}

double *measured_response(struct place *p, struct sabin_measured *record, size_t *frames)
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

double complex *spectrum_of(const double *x, size_t n, size_t size)
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

double response_error_db(const double *got, size_t got_n, size_t zero, const double *want,
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

void dense_response(double *h, size_t n, size_t zero, double rate_hz)
{
	struct sabin_random random;
	sabin_random_init(&random, 11);
	memset(h, 0, n * sizeof *h);
	for (size_t i = zero; i < n; i++)
		h[i] = 2e-3 * sabin_random_normal(&random) *
		       pow(10, -3 * (double)(i - zero) / rate_hz / 0.4);
	h[zero] = 0.3;
	for (size_t i = 0; i < n; i++)
		h[i] = (double)(float)h[i];
}
