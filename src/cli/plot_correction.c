/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot_correction.c: a correction directory for the chart `correction`.
 */
#include <math.h>

#include "cli/plot_correction.h"
#include "cli/talk.h"

/* What was measured again, and before and predicted at the same positions. */
static enum sabin_err achieved(struct sabin_plot_correction *all, size_t i, size_t channel)
{
	const struct sabin_correction_channel *c = &all->file.correction.channels[channel];
	const struct sabin_eq_speaker *speaker = sabin_eq_again_speaker(&all->again, c->speaker);
	struct sabin_chart_correction *chart = &all->charts[i];
	struct sabin_correction_channel *drawn = &all->drawn[i];
	if (!speaker)
		return SABIN_OK;
	double *curve = all->curves[2 * i] = malloc(3 * c->length * sizeof *curve);
	if (!curve)
		return SABIN_ENOMEM;
	struct sabin_eq_again again = {.before_db = curve,
	                               .predicted_db = curve + c->length,
	                               .achieved_db = curve + 2 * c->length};
	sabin_eq_again_compute(&all->file, channel, &all->again, speaker, &again);
	*drawn = *c;
	drawn->before_db = again.before_db;
	drawn->predicted_db = again.predicted_db;
	drawn->error_before_db = again.error_before_db;
	drawn->error_after_db = again.error_predicted_db;
	chart->channel = drawn;
	chart->achieved_db = again.achieved_db;
	chart->achieved_error_db = again.error_achieved_db;
	if (again.positions > 0) {
		chart->place_count = again.positions;
		chart->first_place = again.first;
	}
	return SABIN_OK;
}

static enum sabin_err make(struct sabin_plot_correction *all, const struct sabin_list *speakers,
                           struct sabin_diag *diag)
{
	const struct sabin_correction *correction = &all->file.correction;
	all->charts = calloc(correction->channel_count, sizeof *all->charts);
	all->drawn = calloc(correction->channel_count, sizeof *all->drawn);
	all->curves = calloc(2 * correction->channel_count, sizeof *all->curves);
	if (!all->charts || !all->drawn || !all->curves)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < correction->channel_count; i++) {
		const struct sabin_correction_channel *c = &correction->channels[i];
		const struct sabin_correction_origin *origin = &all->file.origins[i];
		struct sabin_chart_correction *chart = &all->charts[all->count];
		if (!sabin_list_allows(speakers, c->speaker))
			continue;
		*chart = (struct sabin_chart_correction){.channel = c,
		                                         .target = all->file.target,
		                                         .place_count = origin->count,
		                                         .achieved_error_db = NAN};
		chart->first_place = origin->count ? origin->places[0].position : "";
		enum sabin_err err = achieved(all, all->count, i);
		if (!err && all->file.fir) {
			chart->rate_hz = c->rates[0].rate_hz;
			err = sabin_correction_response(&all->file, i, chart->rate_hz,
			                                &all->curves[2 * all->count + 1],
			                                &chart->frames, diag);
			chart->h = all->curves[2 * all->count + 1];
		}
		if (err)
			return err;
		all->count++;
	}
	return SABIN_OK;
}

int sabin_plot_correction_open(const char *command, char **operands, const struct sabin_list *speakers,
                               const struct sabin_list *positions, const char *calibration,
                               struct sabin_plot_correction *out)
{
	struct sabin_diag diag = {0};
	*out = (struct sabin_plot_correction){0};
	enum sabin_err err = sabin_correction_read(operands[0], &out->file, &diag);
	if (err)
		return sabin_fail_input(command, err, &diag);
	if (operands[1] && operands[2]) {
		sabin_complain(command, "a correction is drawn with one measurement made through it at most");
		return SABIN_EXIT_USAGE;
	}
	if (operands[1]) {
		const int status = sabin_eq_input_measurement(
		    command, operands[1], speakers, positions, calibration,
		    out->file.correction.range_hz, 0, &out->again);
		if (status >= 0)
			return status;
		if (out->again.length != out->file.correction.channels[0].length) {
			sabin_complain(command, "%s: does not reach over the correction's range", operands[1]);
			return SABIN_EXIT_INPUT;
		}
	}
	err = make(out, speakers, &diag);
	if (err)
		return sabin_fail_input(command, err, &diag);
	if (out->count == 0) {
		sabin_complain(command, "no such speaker in %s; the first is '%s'", operands[0],
		               out->file.correction.channels[0].speaker);
		return SABIN_EXIT_USAGE;
	}
	out->about.path = strdup(out->file.path);
	snprintf(out->about.date, sizeof out->about.date, "%s", out->file.date);
	return -1;
}

void sabin_plot_correction_release(struct sabin_plot_correction *all)
{
	for (size_t i = 0; all->curves && i < 2 * all->file.correction.channel_count; i++)
		free(all->curves[i]);
	free(all->curves);
	free(all->charts);
	free(all->drawn);
	free(all->about.path);
	sabin_eq_input_release(&all->again);
	sabin_correction_release(&all->file);
	*all = (struct sabin_plot_correction){0};
}
