/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recording.h: what is read from the raw recording that a measurement keeps beside a response.
 */
#ifndef SABIN_CLI_RECORDING_H
#define SABIN_CLI_RECORDING_H

#include <sabin/distortion.h>

#include "io/measurement.h"

enum { SABIN_RECORDING_WHY = 160 };

/* The distortion of one response.  Where it cannot be told, `why` says so, SABIN_OK is returned and
 * out->length is 0: no recording is kept, the recipe of the sweep or the microphone's channel is not
 * known, the sweep is too short.  Free with sabin_distortion_free(). */
SABIN_MUST enum sabin_err sabin_recording_distortion(const struct sabin_measurement *measurement,
                                                     const struct sabin_measured *measured,
                                                     const struct sabin_roomfile *room,
                                                     struct sabin_distortion *out,
                                                     char why[SABIN_RECORDING_WHY],
                                                     struct sabin_diag *diag);

#endif
