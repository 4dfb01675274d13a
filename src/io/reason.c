/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reason.c: the sentence for why a quantity is not valid.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/number.h"
#include "io/reason.h"

enum { FREQUENCY = -1 }; /* in place of decimals */

static const struct phrase {
	const char *alone;   /* when the numbers are not known */
	const char *numbers; /* with have and need */
	int decimals;
} phrases[] = {
    [SABIN_BECAUSE_VALID] = {"", "", 0},
    [SABIN_BECAUSE_NO_SIGNAL] = {"no signal above the noise",
                                 "no signal above the noise: %s dB, needs %s", 1},
    [SABIN_BECAUSE_SHORT] = {"the response ends before the evaluation range is reached",
                             "the response ends at %s dB, needs %s", 1},
    [SABIN_BECAUSE_RANGE] = {"decay range above the noise too small",
                             "decay range %s dB, needs %s", 1},
    [SABIN_BECAUSE_FILTER] = {"decay too short for the filter (ISO 3382-2, 7.3)",
                              "B*T is %s, below the filter's minimum of %s (ISO 3382-2, 7.3)", 1},
    [SABIN_BECAUSE_UNCERTAIN] = {"expected error too large",
                                 "expected error %s %%, at most %s allowed", 1},
    [SABIN_BECAUSE_NOT_A_DECAY] = {"the curve does not fall", NULL, 0},
    [SABIN_BECAUSE_OUT_OF_BAND] = {"the band reaches beyond what was sampled or excited",
                                   "known up to %s, the band needs %s", FREQUENCY},
    [SABIN_BECAUSE_UNKNOWN] = {"what it takes to compute it is not known", NULL, 0},
    [SABIN_BECAUSE_NEIGHBOUR] = {"a neighbouring band rings longer and leaks into it",
                                 "a neighbouring band rings longer and leaks into it: moves it by %s "
                                 "%%, at most %s allowed", 0},
    [SABIN_BECAUSE_WINDOW] = {"the time window is shorter than the filter resolves",
                              "the time window is shorter than the filter resolves: B*t is %s, needs %s",
                              1},
    [SABIN_BECAUSE_SPEAKER] = {"beyond the speaker's range (range_hz)",
                               "beyond the speaker's range (range_hz): it ends at %s, the band is at %s",
                               FREQUENCY},
    [SABIN_BECAUSE_OVERLAP] = {"more than one decay within a resonance's width: modes that overlap, or a decay "
                               "that is not exponential", NULL, 0},
    [SABIN_BECAUSE_SPREAD] = {"the cut or the filter spreads energy in time and spoils the band's clarity",
                              "the cut or the filter spreads energy in time: error %s JND, at most %s "
                              "allowed",
                              1},
};

/* "30.2", or "30.2 to 34.1" */
static void numbers(const double span[2], int decimals, char *text, size_t size)
{
	char most[80];
	if (decimals == FREQUENCY) {
		snprintf(text, size, "%s", sabin_text_hz(span[0]).s);
		snprintf(most, sizeof most, "%s", sabin_text_hz(span[1]).s);
	} else {
		snprintf(text, size, "%.*f", decimals, span[0]);
		snprintf(most, sizeof most, "%.*f", decimals, span[1]);
	}
	const size_t n = strlen(text);
	if (strcmp(text, most) != 0)
		snprintf(text + n, size - n, " to %s", most);
}

const char *sabin_reason_span_text(const struct sabin_reason_span *span, char *text, size_t size)
{
	size_t count = sizeof(phrases) / sizeof(phrases[0]);
	bool known = span->reason > SABIN_BECAUSE_VALID && (size_t)span->reason < count;
	const struct phrase *phrase = &phrases[known ? span->reason : SABIN_BECAUSE_UNKNOWN];
	char have[128], need[128];
	if (phrase->numbers && span->known) {
		numbers(span->have, phrase->decimals, have, sizeof have);
		numbers(span->need, phrase->decimals, need, sizeof need);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* all formats stand in the table above */
		snprintf(text, size, phrase->numbers, have, need);
#pragma GCC diagnostic pop
	} else {
		snprintf(text, size, "%s", phrase->alone);
	}
	return text;
}

const char *sabin_reason_text(struct sabin_quantity q, char *text, size_t size)
{
	const struct sabin_reason_span span = {
	    .reason = q.reason,
	    .known = isfinite(q.have) && isfinite(q.need),
	    .have = {q.have, q.have},
	    .need = {q.need, q.need},
	};
	return q.valid ? NULL : sabin_reason_span_text(&span, text, size);
}
