/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response.c: frequency responses as text from anybody.
 */
#include <math.h>

#include "io/response_text.h"
#include "given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct sabin_response_text text = {0};
	struct sabin_diag diag = {0};
	const int file = given_open(data, size, path);
	if (sabin_response_text_read(path, &text, &diag) != SABIN_OK) {
		if (diag.message[0] == '\0' || text.freq_hz)
			__builtin_trap();
	} else {
		/* what was accepted must be usable: rising, finite, and interpolated within itself */
		if (text.length < 2)
			__builtin_trap();
		for (size_t i = 0; i < text.length; i++)
			if (!(text.freq_hz[i] > 0) || !isfinite(text.freq_hz[i]) ||
			    !isfinite(text.level_db[i]) ||
			    (text.phase_deg && isinf(text.phase_deg[i])) ||
			    (i > 0 && text.freq_hz[i] <= text.freq_hz[i - 1]))
				__builtin_trap();
		if (!isfinite(sabin_response_text_level_db(&text, 1000)))
			__builtin_trap();
	}
	sabin_response_text_release(&text);
	close(file);
	return 0;
}
