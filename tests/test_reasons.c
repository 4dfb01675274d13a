/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_reasons.c: reasons folded over quantities and bands.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/reasons.h"
#include "io/memstream.h"
#include "util/near.h"

static struct sabin_quantity because(enum sabin_reason reason, double have, double need)
{
	return (struct sabin_quantity){
	    .value = 1, .plus_minus = NAN, .repeatability = NAN, .reason = reason, .have = have, .need = need};
}

static void make(struct sabin_reasons *r)
{
	static const double band_hz[] = {63, 125, 250, 500, 1000, 0};
	*r = (struct sabin_reasons){.rows = 3, .bands = 6, .row = {"EDT", "T20", "T30"}};
	for (size_t b = 0; b < r->bands; b++) {
		r->band_hz[b] = band_hz[b];
		for (size_t k = 0; k < r->rows; k++)
			r->value[k][b] = sabin_quantity_valid(1, 0);
	}
}

static void prints(const struct sabin_reasons *r, const char *want)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = sabin_memstream_open(&text, &length);
	assert_non_null(stream);
	sabin_reasons_print(r, stream, "- ", "!");
	assert_ok(fclose(stream));
	assert_string_equal(text, want);
	free(text);
}

static void nothing_is_missing(void **state)
{
	(void)state;
	struct sabin_reasons r;
	make(&r);
	prints(&r, "");
	r.bands = 0;
	prints(&r, "");
}

static void equal_reasons_are_one_line(void **state)
{
	(void)state;
	struct sabin_reasons r;
	make(&r);
	for (int k = 1; k < 3; k++)
		for (int b = 0; b < 3; b++)
			r.value[k][b] = because(SABIN_BECAUSE_RANGE, 20 + b, 30 + k);
	prints(&r, "- T20, T30 at 63 Hz to 250 Hz: decay range 20.0 to 22.0 dB, needs 31.0 to 32.0!\n");
	/* the same reason in other bands is another line; so is another reason in the same */
	r.value[0][4] = because(SABIN_BECAUSE_RANGE, 5, 20);
	r.value[2][3] = because(SABIN_BECAUSE_NOT_A_DECAY, NAN, NAN);
	prints(&r, "- EDT at 1 kHz: decay range 5.0 dB, needs 20.0!\n"
	           "- T20, T30 at 63 Hz to 250 Hz: decay range 20.0 to 22.0 dB, needs 31.0 to 32.0!\n"
	           "- T30 at 500 Hz: the curve does not fall!\n");
}

static void bands_are_named(void **state)
{
	(void)state;
	struct sabin_reasons r;
	make(&r);
	const struct sabin_quantity q = because(SABIN_BECAUSE_NOT_A_DECAY, NAN, NAN);
	r.value[0][0] = r.value[0][1] = q;
	prints(&r, "- EDT at 63 Hz and 125 Hz: the curve does not fall!\n");
	r.value[0][4] = q;
	prints(&r, "- EDT at 63 Hz, 125 Hz and 1 kHz: the curve does not fall!\n");
	r.value[0][5] = q;
	prints(&r, "- EDT at 63 Hz, 125 Hz, 1 kHz and all bands together: the curve does not fall!\n");
	for (int b = 0; b < 6; b++)
		r.value[0][b] = q;
	prints(&r, "- EDT in every band: the curve does not fall!\n");
	/* numbers that are not known are not made up */
	r.value[0][2] = because(SABIN_BECAUSE_SHORT, 3, 4);
	r.value[0][3] = because(SABIN_BECAUSE_SHORT, NAN, NAN);
	prints(&r, "- EDT at 63 Hz, 125 Hz, 1 kHz and all bands together: the curve does not fall!\n"
	           "- EDT at 250 Hz and 500 Hz: the response ends before the evaluation range is reached!\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_missing),
	    cmocka_unit_test(equal_reasons_are_one_line),
	    cmocka_unit_test(bands_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
