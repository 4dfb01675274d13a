/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rew.c: REW's texts from anybody.
 */
#include <math.h>

#include "io/rew_text.h"
#include "given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct sabin_wav wav = {0};
	struct sabin_rew_impulse about;
	struct sabin_diag diag = {0};
	const int file = given_open(data, size, path);
	const enum sabin_rew_kind kind = sabin_rew_text_kind(path);
	if (kind > SABIN_REW_SAMPLES)
		__builtin_trap();
	/* the reader takes what it is given, whatever the first lines look like */
	if (sabin_rew_text_read(path, &wav, &about, &diag) != SABIN_OK) {
		if (diag.message[0] == '\0' || wav.samples)
			__builtin_trap();
	} else {
		if (wav.frames == 0 || wav.channels != 1 || wav.rate_hz < 1000 || isinf(about.zero) ||
		    isinf(about.spl_offset_db))
			__builtin_trap();
		for (size_t i = 0; i < wav.frames; i++)
			if (!isfinite((float)wav.samples[i]))
				__builtin_trap();
	}
	sabin_wav_release(&wav);
	close(file);
	return 0;
}
