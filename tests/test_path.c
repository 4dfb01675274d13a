/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_path.c: the whole path, from the command through ALSA and the simulated card and back: a known
 * impulse response is put behind the card and must come back.
 */
#include <math.h>

#include <sabin/fft.h>

#include "io/wav.h"
#include "util/near.h"
#include "util/path.h"
#include "signal/cmplx.h"

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
	assert_int_equal(run_quietly(argv), 0);
}

static void write_response(struct place *p, const double *h, size_t n, unsigned rate_hz)
{
	struct sabin_diag diag = {0};
	assert_ok(sabin_wav_write(p->response, h, n, 1, rate_hz, SABIN_FLOAT, NULL, &diag));
}

static void comes_back(struct place *p, unsigned rate_hz, const char *format, double limit_db)
{
	const size_t n = rate_hz / 2, zero = 100;
	double *h = calloc(n, sizeof *h);
	dense_response(h, n, zero, rate_hz);
	write_response(p, h, n, rate_hz);
	write_room(p, rate_hz, format);
	measure(p);
	struct sabin_measured record;
	size_t frames;
	double *got = measured_response(p, &record, &frames);
	assert_int_equal(record.rate_hz, rate_hz);
	const double db = response_error_db(got, frames, record.zero_index, h, n, zero, rate_hz);
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
		double *got = measured_response(p, &record, &frames);
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
	double *got = measured_response(p, &record, &frames);
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
	    cmocka_unit_test_setup_teardown(known_response_comes_back, place_set_up,
	                                    place_tear_down),
	    cmocka_unit_test_setup_teardown(fractional_arrival, place_set_up,
	                                    place_tear_down),
	    cmocka_unit_test_setup_teardown(loopback_is_flat, place_set_up,
	                                    place_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
