/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * requirements.c: a studio's own requirements, from anybody.
 */
#include <math.h>

#include "io/requirements.h"
#include "given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct sabin_requirements *asked = malloc(sizeof *asked);
	struct sabin_diag diag = {0};
	if (!asked)
		return 0;
	const int file = given_open(data, size, path);
	if (sabin_requirements_read(path, asked, &diag) == SABIN_OK) {
		if (asked->count == 0 || asked->count > SABIN_REQUIREMENTS_MAX)
			__builtin_trap();
		for (size_t i = 0; i < asked->count; i++) {
			const struct sabin_requirement *row = &asked->row[i];
			if ((isnan(row->at_least) && isnan(row->at_most)) || row->at_least > row->at_most ||
			    !(row->from_hz <= row->to_hz) || row->measure >= SABIN_MEASURE_COUNT ||
			    row->what != asked->what[i])
				__builtin_trap();
		}
	} else if (diag.message[0] == '\0') {
		__builtin_trap();
	}
	close(file);
	free(asked);
	return 0;
}
