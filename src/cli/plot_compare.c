/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot_compare.c: several measurements for one chart.
 */
#include <stdio.h>

#include "cli/plot_compare.h"
#include "cli/talk.h"

static int open_sides(const char *command, char **operands, const struct sabin_list *speakers,
                      const struct sabin_list *positions, const char *calibration,
                      struct sabin_plot_compare *out)
{
	for (; operands[out->count]; out->count++) {
		if (out->count == SABIN_PLOT_SIDES_MAX) {
			sabin_complain(command, "at most %d measurements fit on the chart",
			               SABIN_PLOT_SIDES_MAX);
			return SABIN_EXIT_USAGE;
		}
		const int status = sabin_side_open(command, operands[out->count], speakers,
		                                   positions, calibration, &out->sides[out->count]);
		if (status >= 0)
			return status;
	}
	return -1;
}

void sabin_plot_compared_of(const struct sabin_comparison *c, const char *name, struct sabin_chart_compared *out,
                            char *who, size_t size)
{
	const struct sabin_compared_response *r = &c->mean_response;
	*out = (struct sabin_chart_compared){
	    .name = name,
	    .length = r->length,
	    .freq_hz = r->freq_hz,
	    .before_db = r->before_db,
	    .after_db = r->after_db,
	    .difference_db = r->difference_db,
	    .plus_minus_db = r->plus_minus_db,
	    .significant = r->significant,
	};
	if (c->count == 1)
		snprintf(who, size, "%.80s at %.80s", c->item[0].before->measured->speaker,
		         c->item[0].before->measured->position);
	else
		snprintf(who, size, "mean of %zu responses%s", c->count - c->bass_count,
		         c->bass_count > 0 ? ", subwoofers apart" : "");
}

int sabin_plot_compare_open(const char *command, char **operands, const struct sabin_list *speakers,
                            const struct sabin_list *positions, const char *calibration,
                            struct sabin_plot_compare *out, struct sabin_chart_input *input)
{
	struct sabin_diag diag = {0};
	char words[sizeof out->who];
	int status = open_sides(command, operands, speakers, positions, calibration, out);
	for (size_t i = 0; status < 0 && i + 1 < out->count; i++) {
		struct sabin_comparison *c = &out->comparisons[i];
		sabin_comparison_warn_order(&out->sides[0], &out->sides[i + 1]);
		const enum sabin_err err =
		    sabin_comparison_compute(&out->sides[0], &out->sides[i + 1], SABIN_MOVED_M, c);
		if (err)
			return sabin_fail_output(command, err, &diag);
		if (c->count == 0)
			return sabin_comparison_complain(command, c);
		sabin_plot_compared_of(c, out->sides[i + 1].path, &out->compared[i], words, sizeof words);
		if (i == 0)
			memcpy(out->who, words, sizeof words);
	}
	if (status >= 0)
		return status;
	*input = (struct sabin_chart_input){
	    .measurement = &out->sides[0].measurement,
	    .room = out->sides[0].has_room ? &out->sides[0].room : NULL,
	    .smoothing_oct = out->sides[0].responses.options.smoothing_oct,
	    .window_s = out->sides[0].responses.options.window_s,
	    .compared = out->compared,
	    .compared_count = out->count - 1,
	    .who = out->who,
	};
	return -1;
}

void sabin_plot_compare_release(struct sabin_plot_compare *all)
{
	for (size_t i = 0; i < SABIN_PLOT_SIDES_MAX; i++) {
		sabin_comparison_release(&all->comparisons[i]);
		sabin_side_release(&all->sides[i]);
	}
}
