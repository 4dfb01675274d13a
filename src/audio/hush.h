/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hush.h: libraries that talk on standard error while a device is opened (alsa-lib, JACK's) are listened
 * to instead: what they said becomes part of our own message.
 */
#ifndef SABIN_AUDIO_HUSH_H
#define SABIN_AUDIO_HUSH_H

#include <stddef.h>

struct sabin_hush {
	int standard_error, said; /* -1: nothing is held back */
};

/* Hold standard error back, of the whole process, for the short while of an open(). */
void sabin_hush_begin(struct sabin_hush *hush);

/* Let it go again.  The last thing that alsa-lib or one of its plugins said, without the place in its
 * source, is in text[size]; empty where nothing was said. */
void sabin_hush_end(struct sabin_hush *hush, char *text, size_t size);

#endif
