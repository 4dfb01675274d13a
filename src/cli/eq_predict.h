/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_predict.h: what a correction will do at the places it was made from.
 */
#ifndef SABIN_CLI_EQ_PREDICT_H
#define SABIN_CLI_EQ_PREDICT_H

#include "cli/eq_input.h"
#include "io/correction.h"

/* Put each place's impulse response through the correction as it stands in `file` (the FIRs in memory)
 * and take its level as that of the response was taken: smoothing and windows do not come after the
 * gain, they meet the corrected sound.  Fills in predicted_db of places and channels, and error_after_db.
 * Where no impulse response is known, or no FIR of its rate, the gain added to the level stays. */
SABIN_MUST enum sabin_err sabin_eq_predict(const struct sabin_eq_input *input,
                                           struct sabin_correction_file *file);

#endif
