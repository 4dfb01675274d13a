/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pcm.c: what the type of a PCM promises.
 */
#include "audio/pcm.h"

const char *sabin_pcm_doubt(const struct sabin_negotiated *n, bool capture, char *text, size_t size)
{
	const char *way = capture ? "capture" : "playback";
	if (strcmp(n->type, "HW") == 0)
		return NULL;
	if (n->hardware_hz > 0 && n->hardware_hz != n->rate_hz)
		snprintf(text, size,
		         "%s device '%s' converts the rate: the card runs at %u Hz, not at %u Hz; use that "
		         "rate, or the card itself ('hw:', see sabin devices)",
		         way, n->name, n->hardware_hz, n->rate_hz);
	else if (strcmp(n->type, "IOPLUG") == 0)
		snprintf(text, size,
		         "%s device '%s' is a sound server's or another program's: it takes any rate and may "
		         "convert and lose samples without a word; see that it runs at %u Hz, or use the card "
		         "itself ('hw:', see sabin devices)",
		         way, n->name, n->rate_hz);
	else if (n->hardware_hz == 0)
		snprintf(text, size,
		         "%s device '%s' (%s) is not the card itself and may convert rate, format or channels; "
		         "prefer 'hw:', see sabin devices",
		         way, n->name, n->type);
	else
		return NULL;
	return text;
}
