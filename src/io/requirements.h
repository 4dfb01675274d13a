/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * requirements.h: what a studio asks of its room, as a YAML file.
 */
#ifndef SABIN_IO_REQUIREMENTS_H
#define SABIN_IO_REQUIREMENTS_H

#include <sabin/standards.h>

#include "io/diag.h"

enum { SABIN_REQUIREMENTS_MAX = 64, SABIN_REQUIREMENT_TEXT = 80 };

struct sabin_requirements {
	char title[SABIN_REQUIREMENT_TEXT];
	char what[SABIN_REQUIREMENTS_MAX][SABIN_REQUIREMENT_TEXT];
	struct sabin_requirement row[SABIN_REQUIREMENTS_MAX]; /* row[i].what is what[i]: do not copy the struct */
	size_t count;
};

/* `name: TEXT` and `requirements:`, a list of mappings: `measure` (sabin_measure_name()), `at_least` or `at_most`
 * or both, `from_hz` and `to_hz` where the measure has a range (else all of 63 Hz to 8 kHz), `what` (a text).
 * SABIN_EIO, SABIN_EFORMAT with line and column, SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_requirements_read(const char *path, struct sabin_requirements *out,
                                                  struct sabin_diag *diag);

#endif
