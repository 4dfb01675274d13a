/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fake_pcm.h: a sound card that follows a script: what is played on its first output comes back on
 * every input, delayed and by then halved for every further input, in chunks of changing size, until
 * something goes wrong at a given frame.  Its time goes on a chunk each time playback is asked.
 */
#ifndef SABIN_TEST_FAKE_PCM_H
#define SABIN_TEST_FAKE_PCM_H

#include <time.h>

#include "audio/pcm.h"

enum { FAKE_INPUTS = 2, FAKE_OUTPUTS = 3, FAKE_NEVER = -1, FAKE_PERIOD = 64 };

struct fake_card {
	/* the script */
	size_t buffer_frames;
	size_t delay_frames;
	size_t chunk_max;   /* frames that pass at most between two questions */
	unsigned channels;  /* of each direction; 0: FAKE_OUTPUTS and FAKE_INPUTS */
	unsigned output;    /* that is wired to the inputs */
	uint64_t seed;      /* of the chunks' sizes */
	long xrun_playback_at, xrun_capture_at, gone_at; /* frame, or FAKE_NEVER */
	bool stuck;         /* time stands still */
	double paced_hz;    /* frames that pass in a second of the wall clock; 0: as fast as it goes */
	const char *type;   /* that it claims to be, "HW"; NULL: nothing */
	enum sabin_err refuse_prepare, refuse_start;
	void (*tick)(void *context, size_t frame); /* may be NULL */
	void *context;

	/* what happened */
	size_t now;            /* frames since playback was started */
	float *heard;          /* [now * outputs]: what the card turned into sound */
	size_t heard_room;
	size_t written, read;  /* frames */
	unsigned outputs, inputs;
	int ready;             /* always: a card without a clock lets nobody sleep */
	int open_count;        /* streams open */
	bool playing, capturing, underran;
	struct timespec began; /* paced: when the first frame passed */
	size_t passed;         /* paced: frames since then, heard or not */
	uint64_t draws;
	float *queue;          /* [buffer_frames * outputs]: a ring of what was written */
};

void fake_card_init(struct fake_card *card);
void fake_card_release(struct fake_card *card);

/* The card is found by the address in the PCM's name. */
extern const struct sabin_pcm_ops fake_pcm;
void fake_card_name(const struct fake_card *card, char name[32]);

#endif
