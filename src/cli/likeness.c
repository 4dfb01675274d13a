/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * likeness.c: a file that is no impulse response is told, not analysed.
 */
#include <sabin/likeness.h>

#include "cli/likeness.h"
#include "cli/talk.h"

static const struct {
	const char *looks, *because, *advice;
} kinds[] = {
    [SABIN_LIKE_SWEEP] =
        {"a sweep, or the recording of one", "its octaves come one after the other",
         "make a response of it: sabin deconvolve %s --sweep SWEEP.wav -o DIR"},
    [SABIN_LIKE_SOUND] = {"a recording of speech, music or noise", "its sound goes on instead of decaying",
                          "if it holds a sweep: sabin deconvolve %s --sweep SWEEP.wav -o DIR; if it is a "
                          "response all the same: sabin import --unchecked"},
    [SABIN_LIKE_NOISE] = {"noise", "nothing stands out of what goes on all the time",
                          "if a response is hidden in %s: sabin import --unchecked"},
    [SABIN_LIKE_SEVERAL] = {"several responses in a row", "it is struck more than once",
                            "cut %s into single responses"},
};

/* The path for a message, with its channel where it has several. */
static void name_of(const struct sabin_measurement *m, size_t index, char *text, size_t size)
{
	if (m->response_count > 1)
		snprintf(text, size, "channel %zu ", m->responses[index].channel + 1);
	else
		text[0] = '\0';
}

enum sabin_err sabin_likeness_judge(const struct sabin_measurement *m, size_t index, const double *h,
                                    size_t frames, char *doubt, size_t size, struct sabin_diag *diag)
{
	char channel[40];
	struct sabin_likeness l = {.like = SABIN_LIKE_RESPONSE};
	doubt[0] = '\0';
	/* what is too strange to be looked at is told by those who use it */
	if (!m->directory &&
	    sabin_likeness_compute(h, frames, m->responses[index].rate_hz, &l) == SABIN_ENOMEM)
		return SABIN_ENOMEM;
	if (l.like == SABIN_LIKE_RESPONSE)
		return SABIN_OK;
	name_of(m, index, channel, sizeof channel);
	if (!l.certain) {
		snprintf(doubt, size, "%sperhaps is no impulse response: it looks like %s (%s)", channel,
		         kinds[l.like].looks, kinds[l.like].because);
		return SABIN_OK;
	}
	sabin_diag_set(diag, SABIN_EFORMAT, m->path, 0, 0,
	               "%sis no impulse response: it looks like %s (%s)", channel,
	               kinds[l.like].looks, kinds[l.like].because);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* all formats stand in the table above */
	sabin_diag_advise(diag, kinds[l.like].advice, m->path);
#pragma GCC diagnostic pop
	return SABIN_EFORMAT;
}

enum sabin_err sabin_likeness_check(const struct sabin_measurement *m, const size_t *chosen,
                                    size_t count, struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; !err && i < count && !m->directory; i++) {
		const size_t index = chosen ? chosen[i] : i;
		char doubt[200] = "";
		double *h = NULL;
		size_t frames = 0;
		err = sabin_measurement_load(m, index, &h, &frames, diag);
		if (!err)
			err = sabin_likeness_judge(m, index, h, frames, doubt, sizeof doubt, diag);
		if (doubt[0])
			sabin_say("%s: %s", m->path, doubt);
		free(h);
	}
	return err;
}
