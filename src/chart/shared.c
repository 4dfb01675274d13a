/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared.c: what several kinds of charts share.
 */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include <sabin/room.h>

#include "chart/kinds.h"
#include "io/trust.h"

bool sabin_chart_is_member(const struct sabin_group *group, const struct sabin_chart_trace *trace)
{
	return !strcasecmp(group->speaker, trace->measured->speaker);
}

/* Is an earlier trace of the same speaker (or position)? */
static bool is_repeated(const struct sabin_chart_input *input, size_t trace, bool position)
{
	const struct sabin_measured *m = input->traces[trace].measured;
	for (size_t i = 0; i < trace; i++) {
		const struct sabin_measured *n = input->traces[i].measured;
		if (!strcasecmp(position ? m->position : m->speaker,
		                position ? n->position : n->speaker))
			return true;
	}
	return false;
}

size_t sabin_chart_groups(const struct sabin_chart_input *input,
                          struct sabin_group groups[SABIN_GROUPS_MAX], size_t *speakers)
{
	size_t count = 0;
	bool taken[SABIN_GROUPS_MAX + 1] = {false};
	*speakers = 0;
	for (size_t i = 0; i < input->trace_count; i++) {
		if (is_repeated(input, i, false))
			continue;
		++*speakers;
		if (count == SABIN_GROUPS_MAX)
			continue;
		struct sabin_group *group = &groups[count++];
		*group = (struct sabin_group){.speaker = input->traces[i].measured->speaker};
		for (size_t k = 0; k < input->trace_count; k++)
			group->count += sabin_chart_is_member(group, &input->traces[k]);
		if (!strcasecmp(group->speaker, "left") || !strcasecmp(group->speaker, "l"))
			group->colour = 1;
		if (!strcasecmp(group->speaker, "right") || !strcasecmp(group->speaker, "r"))
			group->colour = 2;
		if (taken[group->colour])
			group->colour = 0;
		taken[group->colour] = group->colour > 0;
	}
	for (size_t g = 0; g < count; g++) {
		for (int c = 1; c <= SABIN_GROUPS_MAX && !groups[g].colour; c++) {
			if (!taken[c])
				groups[g].colour = c;
		}
		taken[groups[g].colour] = true;
	}
	return count;
}

struct sabin_chart_name sabin_chart_name(const char *name)
{
	enum { NAME_PX = 170, FONT_PX = 12 };
	struct sabin_chart_name text;
	sabin_text_clean(name, text.s, sizeof text.s);
	sabin_text_fit(text.s, NAME_PX, FONT_PX);
	return text;
}

void sabin_chart_mean_name(const struct sabin_group *group, char *text, size_t size)
{
	struct sabin_chart_name name = sabin_chart_name(group->speaker);
	if (group->count > 1)
		snprintf(text, size, "%s, mean of %zu", name.s, group->count);
	else
		snprintf(text, size, "%s", name.s);
}

struct sabin_chart_who sabin_chart_who(const struct sabin_chart_input *input)
{
	struct sabin_chart_who text = {""};
	size_t speakers = 0, positions = 0;
	for (size_t i = 0; i < input->trace_count; i++) {
		speakers += !is_repeated(input, i, false);
		positions += !is_repeated(input, i, true);
	}
	if (input->trace_count == 0)
		return text;
	const struct sabin_measured *first = input->traces[0].measured;
	struct sabin_chart_name who = sabin_chart_name(first->speaker);
	struct sabin_chart_name where = sabin_chart_name(first->position);
	if (speakers > 1)
		snprintf(who.s, sizeof who.s, "%zu speakers", speakers);
	if (positions > 1)
		snprintf(where.s, sizeof where.s, "%zu positions", positions);
	snprintf(text.s, sizeof text.s, "%s at %s", who.s, where.s);
	return text;
}

enum sabin_parameter sabin_chart_decay_parameter(const struct sabin_chart_input *input)
{
	size_t t20 = 0, t30 = 0;
	for (size_t i = 0; i < input->trace_count; i++) {
		const struct sabin_analysis *analysis = input->traces[i].analysis;
		for (size_t b = 0; analysis && b < analysis->band_count; b++) {
			t20 += analysis->bands[b].value[SABIN_T20].valid;
			t30 += analysis->bands[b].value[SABIN_T30].valid;
		}
	}
	return t30 < t20 || t30 == 0 ? SABIN_T20 : SABIN_T30;
}

enum sabin_err sabin_chart_modes(const struct sabin_chart_input *input,
                                 const struct sabin_chart_trace *trace, struct sabin_modefit *fit,
                                 struct sabin_mode_match **matches)
{
	const double *size_m = input->room ? input->room->room.size_m : NULL;
	*fit = (struct sabin_modefit){0};
	*matches = NULL;
	if (!trace->h || !trace->analysis)
		return SABIN_ESHORT;
	double excited_hz[2], played_hz[2];
	struct sabin_modefit_options options = sabin_modefit_range_of(
	    trace->analysis, size_m ? size_m[0] * size_m[1] * size_m[2] : (double)NAN);
	sabin_trust_ranges(input->measurement, trace->measured, input->room, excited_hz, played_hz);
	if (!sabin_trust_modes(played_hz, &options))
		return SABIN_ESHORT;
	enum sabin_err err = sabin_modefit_compute(trace->h, trace->frames,
	                                           trace->measured->rate_hz,
	                                           trace->analysis->arrival.onset, &options, fit);
	if (err || !size_m || fit->count == 0)
		return err;
	*matches = calloc(fit->count, sizeof **matches);
	if (!*matches)
		return SABIN_ENOMEM;
	return sabin_modefit_match(fit, size_m, sabin_speed_of_sound(input->room->room.temperature_c),
	                           *matches);
}

bool sabin_chart_heard(const struct sabin_response *r, double f_hz)
{
	size_t i = 0;
	while (r && i + 1 < r->length && r->freq_hz[i] < f_hz)
		i++;
	return !r || r->length == 0 || sabin_response_heard(r, i);
}

double sabin_chart_axis_end(double last_hz)
{
	return last_hz > 19500 && last_hz < 20000 ? 20000 : last_hz;
}

double sabin_chart_round_up(double value, double *step)
{
	static const struct {
		double top, step;
	} nice[] = {{1, 0.2}, {1.2, 0.2}, {1.5, 0.25}, {2, 0.5}, {2.5, 0.5},
	            {3, 0.5}, {4, 1},     {5, 1},      {6, 1},   {8, 1}, {10, 2}};
	double decade = pow(10, floor(log10(value)));
	size_t i = 0;
	while (nice[i].top * decade < value * (1 - 1e-9))
		i++;
	*step = nice[i].step * decade;
	return nice[i].top * decade;
}

double sabin_chart_arrival(const struct sabin_measured *measured)
{
	const double after_s = measured->zero_offset_s + measured->arrival_s.value;
	return (double)measured->zero_index + (isfinite(after_s) ? after_s * measured->rate_hz : 0);
}
