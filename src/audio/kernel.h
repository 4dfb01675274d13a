/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel.h: what the kernel tells of a card's streams, whoever has them open.
 */
#ifndef SABIN_AUDIO_KERNEL_H
#define SABIN_AUDIO_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

/* A stream of a card.  card < 0: it is not a card's. */
struct sabin_kernel_stream {
	int card, device;
	bool capture;
};

/* The stream that "hw:CARD=USB,DEV=1" and the like name. */
struct sabin_kernel_stream sabin_kernel_stream_of(const char *pcm, bool capture);

/* The rate at which it runs now; 0: it does not, or is not known.  proc: "/proc". */
unsigned sabin_kernel_rate_hz(const char *proc, const struct sabin_kernel_stream *stream);

/* Who has it open: name and process number.  False: nobody, or not known. */
struct sabin_kernel_owner {
	long pid;
	char name[64];
};
bool sabin_kernel_owner(const char *proc, const struct sabin_kernel_stream *stream,
                        struct sabin_kernel_owner *out);

/* How to make it let go, into text[size]. */
void sabin_kernel_release_advice(const struct sabin_kernel_owner *owner, char *text, size_t size);

#endif
