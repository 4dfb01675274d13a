/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_foreign.c: the command through a sound server of somebody else's, with somebody else's
 * convolver as the room.  tests/cli/server_*.sh start the servers and run this:
 *
 *     test_foreign make RESPONSE.wav             write the response that the server shall use
 *     test_foreign check RESPONSE.wav LIMIT_DB   measure the ALSA PCM `room` and compare
 */
#include <math.h>

#include "io/wav.h"
#include "util/near.h"
#include "util/path.h"

#define TAKES "5"

enum { RATE_HZ = 48000, FRAMES = RATE_HZ / 2, ZERO = 64 };

static void write_room(const struct place *p)
{
	FILE *file = fopen(p->room, "w");
	assert_non_null(file);
	fprintf(file,
	        "size_m: {width: 4, length: 5, height: 2.5}\n"
	        "surfaces: {front: 0.2, back: 0.2, left: 0.2, right: 0.2, floor: 0.2, ceiling: 0.2}\n"
	        "speakers: {left: {output: 1, position_m: [1, 1, 1]}}\n"
	        "positions: {mix: {position_m: [2, 3, 1]}}\n"
	        "audio: {rate_hz: %d, playback: room, capture: room}\n"
	        "sweep: {from_hz: 20, to_hz: 22000, length_s: 3, level_dbfs: -12, tail_s: 1}\n",
	        RATE_HZ);
	assert_int_equal(fclose(file), 0);
}

/* What main() was told, for the test. */
struct told {
	const char *response;
	double limit_db;
	char faulty[240]; /* out: why no take was to be trusted */
};

/* What a busy machine does to a server is no fault of ours, if it was told: a take that is called
 * trustworthy is one, and one that is not says why. */
static void told_so(const struct place *p, struct told *told)
{
	struct sabin_measurement m = {0};
	struct sabin_diag diag = {0};
	snprintf(told->faulty, sizeof told->faulty, "the stream stopped");
	if (sabin_measurement_open(p->out, &m, &diag) != SABIN_OK)
		return; /* xruns in every take */
	for (size_t i = 0; i < m.response_count; i++) {
		const struct sabin_verdict *v = &m.responses[i].verdict;
		assert_false(v->trustworthy);
		assert_true(v->why_count > 0);
		snprintf(told->faulty, sizeof told->faulty, "%s", v->why[0]);
	}
	sabin_measurement_release(&m);
}

static void through_the_server(void **state)
{
	struct told *told = *state;
	void *own = NULL;
	assert_int_equal(place_set_up(&own), 0);
	struct place *p = own;
	struct sabin_wav wav;
	struct sabin_diag diag = {0};
	struct sabin_measured record;
	size_t frames;
	write_room(p);
	const char *const argv[] = {p->sabin, "measure", p->room, "--yes", "--takes", TAKES, "-o", p->out,
	                            NULL};
	const int status = run_quietly(argv);
	if (status == 1) {
		told_so(p, told);
		place_tear_down(&own);
		return;
	}
	assert_int_equal(status, 0);
	assert_ok(sabin_wav_read(told->response, &wav, &diag));
	double *got = measured_response(p, &record, &frames);
	assert_true(record.verdict.trustworthy);
	const double db = response_error_db(got, frames, record.zero_index, wav.samples, wav.frames,
	                                    ZERO, RATE_HZ);
	print_message("error %.1f dB after %u take%s\n", db, record.verdict.takes,
	              record.verdict.takes == 1 ? "" : "s");
	assert_at_most(db, told->limit_db);
	free(got);
	sabin_wav_release(&wav);
	place_tear_down(&own);
}

static int make(const char *path)
{
	static double h[FRAMES];
	struct sabin_diag diag = {0};
	dense_response(h, FRAMES, ZERO, RATE_HZ);
	return sabin_wav_write(path, h, FRAMES, 1, RATE_HZ, SABIN_FLOAT, NULL, &diag) != SABIN_OK;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		return make(argv[2]);
	if (argc != 4) {
		puts("run by tests/cli/server_*.sh, which start the servers");
		return 77;
	}
	struct told told = {argv[2], strtod(argv[3], NULL), ""};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_prestate(through_the_server, &told),
	};
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (failed == 0 && told.faulty[0] != '\0') {
		printf("no take of " TAKES " was to be trusted, and sabin said so: %s\n",
		       told.faulty);
		return 77;
	}
	return failed;
}
