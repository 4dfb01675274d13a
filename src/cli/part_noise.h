/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_noise.h: the background noise of a response, for the parts that need it.
 */
#ifndef SABIN_CLI_PART_NOISE_H
#define SABIN_CLI_PART_NOISE_H

#include <sabin/noise.h>

#include "cli/part.h"

/* Levels of input->noise, which must be there: the microphone's response taken off, in dB SPL where
 * full scale is known.  SABIN_ENOMEM, or what reading the calibration file gives. */
SABIN_MUST enum sabin_err sabin_part_noise_of(const struct sabin_part_input *input,
                                              struct sabin_noise *out, struct sabin_diag *diag);

#endif
