/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot_correction.h: a correction directory for the chart `correction`.
 */
#ifndef SABIN_CLI_PLOT_CORRECTION_H
#define SABIN_CLI_PLOT_CORRECTION_H

#include "chart/chart.h"
#include "cli/eq_again.h"

struct sabin_plot_correction {
	struct sabin_correction_file file;
	struct sabin_eq_input again; /* the second measurement, if any */
	struct sabin_measurement about; /* path and date, for the foot of the page */
	struct sabin_chart_correction *charts; /* [count], one a channel */
	size_t count;
	struct sabin_correction_channel *drawn; /* [count]: at the positions that were measured again */
	double **curves; /* [2 count]: what they and `charts` point to; impulse response */
};

/* operands: the correction, and perhaps a measurement made through it.  Returns an exit status after a
 * message, or -1.  Release in every case. */
int sabin_plot_correction_open(const char *command, char **operands, const struct sabin_list *speakers,
                               const struct sabin_list *positions, const char *calibration,
                               struct sabin_plot_correction *out);
void sabin_plot_correction_release(struct sabin_plot_correction *all);

#endif
