/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration.c: microphone files from anybody.
 */
#include <math.h>

#include "io/calibration.h"
#include "given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct sabin_calibration calibration = {0};
	struct sabin_diag diag = {0};
	const int file = given_open(data, size, path);
	if (sabin_calibration_read(path, &calibration, &diag) != SABIN_OK) {
		if (diag.message[0] == '\0')
			__builtin_trap();
	} else {
		/* what was accepted must be usable: rising, finite, and interpolated within itself */
		for (size_t i = 0; i < calibration.length; i++) {
			if (!isfinite(calibration.freq_hz[i]) || !isfinite(calibration.level_db[i]) ||
			    (i > 0 && calibration.freq_hz[i] <= calibration.freq_hz[i - 1]))
				__builtin_trap();
		}
		if (!isfinite(sabin_calibration_level_db(&calibration, 1000)))
			__builtin_trap();
	}
	sabin_calibration_release(&calibration);
	close(file);
	return 0;
}
