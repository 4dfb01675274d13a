/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot_predict.h: predicted responses for charts of a room file.
 */
#ifndef SABIN_CLI_PLOT_PREDICT_H
#define SABIN_CLI_PLOT_PREDICT_H

#include "cli/responses.h"

/* Predict all responses of m, which names speakers and positions of the room, and fill in what is known
 * of each; out->item[m->response_count].  Release out in every case. */
SABIN_MUST enum sabin_err sabin_plot_predict(const struct sabin_roomfile *room, struct sabin_measurement *m,
                                             const struct sabin_response_options *options,
                                             struct sabin_responses *out, struct sabin_diag *diag);

#endif
