/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_step.c: step responses, which show polarity and how the ways of a loudspeaker join in time.
 */
#include <math.h>

#include "acoustics/etc.h"
#include "chart/kinds.h"
#include "chart/sheet.h"

static const double before_s = 1e-3, after_s = 15e-3;
/* The sum begins so long before the direct sound: what lies there is noise and the slow ringing of the
 * band's lower edge, and both sum up. */
static const double lead_s = 0.5e-3;
/* The first step is read within this: later it is the room's. */
static const double first_s = 1e-3;
static const double first_least = 0.2; /* of the largest: less is no step */
static const double same_percent = 1;  /* RMS distance of lines that look like one */

struct step {
	double *time_ms, *percent; /* [length] */
	size_t length;
	double peak_ms; /* of the first step */
	int direction;  /* +1, -1; 0: it has hardly risen by then, a subwoofer's */
	size_t same_as; /* an earlier line that hides it; its own index: none */
};

static void release(struct step *s)
{
	free(s->time_ms);
	free(s->percent);
}

static enum sabin_err make(const struct sabin_chart_trace *trace, struct step *s)
{
	const double rate_hz = trace->measured->rate_hz;
	const double direct = sabin_etc_direct(trace->h, trace->frames, rate_hz);
	const double begin = direct - lead_s * rate_hz, end = direct + after_s * rate_hz;
	const size_t first = begin > 0 ? (size_t)begin : 0;
	const size_t last = end < (double)trace->frames ? (size_t)end : trace->frames;
	double sum = 0, most = 0, first_most = 0;
	if (last <= first)
		return SABIN_ESHORT;
	s->time_ms = calloc(last - first, sizeof(double));
	s->percent = calloc(last - first, sizeof(double));
	if (!s->time_ms || !s->percent)
		return SABIN_ENOMEM;
	for (size_t i = first; i < last; i++) {
		const double t_s = ((double)i - direct) / rate_hz;
		sum += trace->h[i];
		most = fmax(most, fabs(sum));
		if (t_s <= first_s && fabs(sum) > first_most) {
			first_most = fabs(sum);
			s->peak_ms = t_s * 1000;
			s->direction = sum > 0 ? 1 : -1;
		}
		if (t_s < -before_s)
			continue;
		s->time_ms[s->length] = t_s * 1000;
		s->percent[s->length++] = sum;
	}
	if (first_most < first_least * most)
		s->direction = 0;
	for (size_t i = 0; i < s->length && most > 0; i++)
		s->percent[i] *= 100 / most;
	return most > 0 ? SABIN_OK : SABIN_ESHORT;
}

/* One response a speaker: that of the first position. */
static size_t choose(const struct sabin_chart_input *input,
                     const struct sabin_chart_trace *chosen[SABIN_GROUPS_MAX])
{
	struct sabin_group groups[SABIN_GROUPS_MAX];
	size_t speakers;
	const size_t count = sabin_chart_groups(input, groups, &speakers);
	for (size_t g = 0; g < count; g++)
		for (size_t i = input->trace_count; i-- > 0;)
			if (sabin_chart_is_member(&groups[g], &input->traces[i]))
				chosen[g] = &input->traces[i];
	return count;
}

static void name_of(const struct sabin_chart_trace *trace, char *text, size_t size)
{
	const struct sabin_measured *m = trace->measured;
	snprintf(text, size, "%s at %s", sabin_chart_name(m->speaker).s,
	         sabin_chart_name(m->position).s);
}

/* Lines that lie on each other. */
static void find_same(struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		steps[i].same_as = i;
		for (size_t k = i; k-- > 0;) {
			double sum = 0;
			const size_t n = steps[i].length < steps[k].length ? steps[i].length
			                                                   : steps[k].length;
			for (size_t t = 0; t < n; t++)
				sum += (steps[i].percent[t] - steps[k].percent[t]) *
				       (steps[i].percent[t] - steps[k].percent[t]);
			if (sqrt(sum / (double)n) < same_percent)
				steps[i].same_as = k;
		}
	}
}

static void write_finding(struct sabin_sheet *sheet,
                          const struct sabin_chart_trace *const *chosen, const struct step *steps,
                          size_t count)
{
	char odd[2 * 96 + 8];
	size_t first = count, unclear = count, clear = 0;
	for (size_t i = count; i-- > 0;) {
		if (steps[i].direction != 0)
			first = i;
		else
			unclear = i;
		clear += steps[i].direction != 0;
	}
	if (first == count) {
		sabin_sheet_finding(sheet, "No step within %.0f ms that would tell polarity",
		                    first_s * 1000);
		return;
	}
	for (size_t i = first; i < count; i++)
		if (steps[i].direction == -steps[first].direction) {
			name_of(chosen[i], odd, sizeof odd);
			sabin_sheet_finding(sheet, "Opposite polarity: %s steps %s, the first %s",
			                    odd, steps[i].direction > 0 ? "up" : "down",
			                    steps[first].direction > 0 ? "up" : "down");
			return;
		}
	char who[140] = "All step", rest[160] = "";
	if (count == 1)
		snprintf(who, sizeof who, "It steps");
	else if (clear == 1)
		snprintf(who, sizeof who, "%s steps", sabin_chart_name(chosen[first]->measured->speaker).s);
	else if (unclear < count) {
		snprintf(who, sizeof who, "%zu step", clear);
		snprintf(rest, sizeof rest, "; %s rises too slowly to tell",
		         sabin_chart_name(chosen[unclear]->measured->speaker).s);
	}
	const bool down = steps[first].direction < 0;
	char when[128] = "with the direct sound"; /* as near as two decimals tell */
	if (fabs(steps[first].peak_ms) >= 0.005)
		snprintf(when, sizeof when, "%s ms %s the direct sound",
		         sabin_text_number(fabs(steps[first].peak_ms), 2).s,
		         steps[first].peak_ms > 0 ? "after" : "before");
	sabin_sheet_finding(sheet, "%s %s, %s polarity; the first step peaks %s%s", who,
	                    down ? "down" : "up", down ? "inverted" : "normal", when, rest);
}

static void write_words(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                        const struct sabin_chart_trace *const *chosen, const struct step *steps,
                        size_t count)
{
	char left[128] = "";
	sabin_sheet_say(sheet, "title", 0, 0, "Step response");
	write_finding(sheet, chosen, steps, count);
	sabin_sheet_conditions(sheet, input, sabin_chart_who(input).s);
	if (input->trace_count > count)
		snprintf(left, sizeof left, SABIN_DOT "one position of each speaker, %zu of %zu responses",
		         count, input->trace_count);
	sabin_sheet_method(sheet, "running sum of the impulse response from %.1f ms before the direct "
	                          "sound%s",
	                   lead_s * 1000, left);
	sabin_sheet_number(sheet, "from_ms", -before_s * 1000);
	sabin_sheet_number(sheet, "to_ms", after_s * 1000);
	sabin_sheet_number(sheet, "lines", (double)count);
	double least = 0, most = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < steps[i].length; k++) {
			least = fmin(least, steps[i].percent[k]);
			most = fmax(most, steps[i].percent[k]);
		}
	sabin_sheet_number(sheet, "bottom_percent", floor((least - 5) / 25) * 25);
	sabin_sheet_number(sheet, "top_percent", ceil((most + 5) / 25) * 25);
	for (size_t i = 0; i < count; i++) {
		char name[2 * 96 + 8];
		name_of(chosen[i], name, sizeof name);
		if (steps[i].same_as != i)
			snprintf(name, sizeof name, "%s = %s",
			         sabin_chart_name(chosen[i]->measured->speaker).s,
			         sabin_chart_name(chosen[steps[i].same_as]->measured->speaker).s);
		sabin_sheet_legend_fit(name, count, 0);
		sabin_sheet_legend(sheet, SABIN_MARK_LINE, (int)i + 1, SABIN_DASH_OWN, "%s", name);
	}
}

static enum sabin_err write_step(const struct sabin_chart_input *input, const char *folder,
                                 struct sabin_diag *diag)
{
	struct step steps[SABIN_GROUPS_MAX] = {{0}};
	const struct sabin_chart_trace *chosen[SABIN_GROUPS_MAX] = {NULL};
	const size_t count = choose(input, chosen);
	enum sabin_err err = count ? SABIN_OK : SABIN_ESHORT;
	for (size_t i = 0; !err && i < count; i++)
		err = make(chosen[i], &steps[i]);
	if (err) {
		sabin_diag_set(diag, err, NULL, 0, 0, "cannot draw the step response: %s",
		               sabin_strerror(err));
		goto out;
	}
	find_same(steps, count);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "step");
	write_words(&sheet, input, chosen, steps, count);
	for (size_t i = 0; i < count; i++) {
		char suffix[32];
		snprintf(suffix, sizeof suffix, "_%zu", i + 1);
		sabin_sheet_table(&sheet, suffix, "t_ms step_percent_of_maximum");
		sabin_sheet_line(&sheet, steps[i].time_ms, steps[i].percent, steps[i].length,
		                 -before_s * 1000, after_s * 1000, false);
	}
	err = sabin_sheet_close(&sheet, diag);
out:
	for (size_t i = 0; i < count; i++)
		release(&steps[i]);
	return err;
}

const struct sabin_chart_kind sabin_chart_kind_step = {
    .name = "step",
    .title = "step response of the first 15 ms: polarity, and how the drivers join",
    .write = write_step,
};
