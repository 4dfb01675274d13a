/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reason.c: the sentence for why a quantity is not valid.
 */
#include <math.h>
#include <stdio.h>

#include "io/number.h"
#include "io/reason.h"

/* With frequencies as people write them. */
static const char out_of_band[] = "known up to %s, the band needs %s";

static const struct phrase {
	const char *alone;   /* when the numbers are not known */
	const char *numbers; /* with have and need */
} phrases[] = {
    [SABIN_BECAUSE_VALID] = {"", ""},
    [SABIN_BECAUSE_NO_SIGNAL] = {"no signal above the noise",
                                 "no signal above the noise: %.1f dB, needs %.1f"},
    [SABIN_BECAUSE_SHORT] = {"the response ends before the evaluation range is reached",
                             "the response ends at %.1f dB, needs %.1f"},
    [SABIN_BECAUSE_RANGE] = {"decay range above the noise too small",
                             "decay range %.1f dB, needs %.1f"},
    [SABIN_BECAUSE_FILTER] = {"decay too short for the filter (ISO 3382-2, 7.3)",
                              "B*T is %.1f, below the filter's minimum of %.1f (ISO 3382-2, 7.3)"},
    [SABIN_BECAUSE_UNCERTAIN] = {"expected error too large",
                                 "expected error %.1f %%, at most %.1f allowed"},
    [SABIN_BECAUSE_NOT_A_DECAY] = {"the curve does not fall", NULL},
    [SABIN_BECAUSE_OUT_OF_BAND] = {"the band reaches beyond what was sampled or excited",
                                   out_of_band},
    [SABIN_BECAUSE_UNKNOWN] = {"what it takes to compute it is not known", NULL},
    [SABIN_BECAUSE_OVERLAP] = {"modes overlap here and cannot be told apart", NULL},
};

const char *sabin_reason_text(struct sabin_quantity q, char *text, size_t size)
{
	if (q.valid)
		return NULL;
	size_t count = sizeof(phrases) / sizeof(phrases[0]);
	bool known = q.reason > SABIN_BECAUSE_VALID && (size_t)q.reason < count;
	const struct phrase *phrase = &phrases[known ? q.reason : SABIN_BECAUSE_UNKNOWN];
	const bool numbers = phrase->numbers && isfinite(q.have) && isfinite(q.need);
	if (numbers && q.reason == SABIN_BECAUSE_OUT_OF_BAND) {
		snprintf(text, size, out_of_band, sabin_text_hz(q.have).s, sabin_text_hz(q.need).s);
	} else if (numbers) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* all formats stand in the table above */
		snprintf(text, size, phrase->numbers, q.have, q.need);
#pragma GCC diagnostic pop
	} else {
		snprintf(text, size, "%s", phrase->alone);
	}
	return text;
}
