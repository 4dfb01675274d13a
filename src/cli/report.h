/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report.h: what `sabin report` puts on its page, and the parts of the page, each in its own file.
 */
#ifndef SABIN_CLI_REPORT_H
#define SABIN_CLI_REPORT_H

#include "cli/advice_show.h"
#include "cli/analysis_show.h"
#include "cli/comparison.h"
#include "cli/plot_correction.h"
#include "cli/require.h"
#include "report/page.h"

struct sabin_report {
	const char *command;     /* name of the command, for messages */
	const char *calibration; /* as asked for, or NULL */
	struct sabin_side side;
	struct sabin_advise_scene scene;
	struct sabin_advice advice;
	struct sabin_analysis *results; /* [side.count], those of side: not to be freed one by one */
	size_t *chosen;
	struct sabin_analyses analyses;
	struct sabin_required *required;
	bool has_before;
	struct sabin_side before;
	struct sabin_comparison comparison;
	bool has_correction;
	struct sabin_plot_correction correction;
	char *plots; /* folder of the scripts */
	struct sabin_page page;
	size_t drawn, most; /* charts, and how many there may be */
};

/* report_summary.c: in plain words, and can it be trusted? */
void sabin_report_summary(struct sabin_report *report);
void sabin_report_verdict(struct sabin_report *report);
bool sabin_report_trusted(const struct sabin_report *report);
/* "left at mix" */
struct sabin_report_name {
	char s[2 * SABIN_NAME_SIZE + 8];
};
struct sabin_report_name sabin_report_name(const struct sabin_measured *measured);
/* "Move:" */
const char *sabin_report_kind(enum sabin_advice_kind kind);

/* report_figures.c: key figures with their uncertainty, and the table by bands. */
void sabin_report_figures(struct sabin_report *report);

/* report_charts.c: an exit status after a message, or -1. */
int sabin_report_charts(struct sabin_report *report);
int sabin_report_compare_chart(struct sabin_report *report);
int sabin_report_correction_charts(struct sabin_report *report);

/* report_tables.c: standards, before and after, correction, advice. */
void sabin_report_standards(struct sabin_report *report);
void sabin_report_compare(struct sabin_report *report);
void sabin_report_correction(struct sabin_report *report);
void sabin_report_advice(struct sabin_report *report);

/* report_shopping.c: what the advice wants bought; nothing where it wants nothing. */
void sabin_report_shopping(struct sabin_report *report);

/* report_method.c: how it was measured, so that it can be repeated. */
void sabin_report_method(struct sabin_report *report);

#endif
