/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot_compare.h: several measurements for one chart.
 */
#ifndef SABIN_CLI_PLOT_COMPARE_H
#define SABIN_CLI_PLOT_COMPARE_H

#include "chart/chart.h"
#include "cli/comparison.h"

enum { SABIN_PLOT_SIDES_MAX = 9 };

struct sabin_plot_compare {
	struct sabin_side sides[SABIN_PLOT_SIDES_MAX];
	struct sabin_comparison comparisons[SABIN_PLOT_SIDES_MAX];
	struct sabin_chart_compared compared[SABIN_PLOT_SIDES_MAX];
	char who[200];
	size_t count; /* of sides */
};

/* Read operands, NULL at the end, and fill what the chart wants of them into `input`.  Returns an
 * exit status after a message, or -1.  Release in every case. */
int sabin_plot_compare_open(const char *command, char **operands, const struct sabin_list *speakers,
                            const struct sabin_list *positions, const char *calibration,
                            struct sabin_plot_compare *out, struct sabin_chart_input *input);

/* One comparison for the chart, its measurement after called `name`, and who it is of into who[size]. */
void sabin_plot_compared_of(const struct sabin_comparison *comparison, const char *name,
                            struct sabin_chart_compared *out, char *who, size_t size);
void sabin_plot_compare_release(struct sabin_plot_compare *all);

#endif
