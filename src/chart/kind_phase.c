/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_phase.c: phase and group delay of one response, re the direct sound.  Where they cannot be
 * relied on, in deep dips and outside the sweep, they are thin and grey.
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"
#include "io/trust.h"

/* Finer than this, phase in a room is noise: each bin has dips of its own. */
static const double smoothing_least_oct = 1 / 3.0;
/* Of `trust`, as phase is unwrapped: what is not noise, and not 30 dB down in a dip. */
static const double least_trust = 0.5;
/* Shorter stretches between untrusted ones are chance. */
static const double stretch_oct = 1 / 12.0;
/* A complex average over s octaves is one over f (2^(s/2) - 2^(-s/2)) = B; it fades what is later than
 * 1 / 2B and knows nothing of it.  And nothing is heard before the direct sound: what seems to be
 * earlier by half a period, and by more than the interference of early reflections, is the turn of
 * phase in a dip. */
static const double late_limit = 0.5, early_limit_periods = 0.5, early_limit_s = 1e-3;

struct curves {
	struct sabin_response r;
	bool *trusted;
	double smoothing_oct;
};

static void release(struct curves *c)
{
	sabin_response_free(&c->r);
	free(c->trusted);
}

/* The least trust of the response within the smoothing about f_hz would be that of its deepest dip; the mean is
 * that of what a complex average is made of. */
static double trust_about(const struct sabin_chart_trace *trace, double f_hz, double width_oct)
{
	const struct sabin_response *r = trace->response;
	double sum = 0, weight = 0;
	for (size_t i = 0; trace->trust && i < r->length; i++)
		if (fabs(log2(r->freq_hz[i] / f_hz)) <= width_oct / 2) {
			sum += trace->trust[i];
			weight++;
		}
	return weight > 0 ? sum / weight : 1;
}

static void find_trust(const struct sabin_chart_input *input, struct curves *c)
{
	const struct sabin_trust trust = sabin_trust_of(input->measurement, input->traces[0].measured,
	                                                input->room, input->window_s);
	for (size_t i = 0; i < c->r.length; i++) {
		const double f = c->r.freq_hz[i];
		const double late_s = c->r.group_delay_s[i];
		const double width_hz =
		    f * (exp2(c->smoothing_oct / 2) - exp2(-c->smoothing_oct / 2));
		c->trusted[i] = late_s * width_hz <= late_limit &&
		                late_s >= -fmax(early_limit_periods / f, early_limit_s) &&
		                sabin_trust_holds(&trust, f) &&
		                isfinite(c->r.phase_deg[i]) && isfinite(c->r.group_delay_s[i]) &&
		                trust_about(&input->traces[0], f, c->smoothing_oct) >= least_trust;
	}
}

/* Drop the short stretches. */
static void drop_short(struct curves *c)
{
	for (size_t i = 0; i < c->r.length;) {
		size_t end = i;
		while (end < c->r.length && c->trusted[end])
			end++;
		if (end > i && log2(c->r.freq_hz[end - 1] / c->r.freq_hz[i]) < stretch_oct)
			for (size_t k = i; k < end; k++)
				c->trusted[k] = false;
		i = end > i ? end : i + 1;
	}
}

/* Phase and group delay about the direct sound. */
static enum sabin_err make(const struct sabin_chart_input *input, struct curves *c,
                           struct sabin_diag *diag)
{
	const struct sabin_chart_trace *trace = input->trace_count ? input->traces : NULL;
	struct sabin_response_options o = sabin_response_defaults();
	if (!trace || !trace->h)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	const struct sabin_measured *m = trace->measured;
	const double rate_hz = m->rate_hz, arrival = sabin_chart_arrival(m);
	if (input->window_s > 0)
		o.window_s = input->window_s;
	o.smoothing_oct = c->smoothing_oct = fmax(input->smoothing_oct, smoothing_least_oct);
	o.points_per_octave = 48;
	o.to_hz = fmin(o.to_hz, rate_hz / 2);
	enum sabin_err err = sabin_response_compute(trace->h, trace->frames, rate_hz, arrival, arrival,
	                                            &o, &c->r);
	if (!err && !(c->trusted = calloc(c->r.length, sizeof *c->trusted)))
		err = SABIN_ENOMEM;
	if (err)
		return sabin_diag_set(diag, err, NULL, 0, 0, "cannot draw the phase: %s",
		                      sabin_strerror(err));
	find_trust(input, c);
	drop_short(c);
	return SABIN_OK;
}

/* The trusted part of y, and the rest with the neighbours that join the two; jumps of more than
 * `jump` break the line. */
static void write_lines(struct sabin_sheet *sheet, const struct curves *c, const double *y,
                        double jump, const char *columns)
{
	const size_t n = c->r.length;
	for (int part = 0; part < 2; part++) {
		sabin_sheet_table(sheet, part ? "_untrusted" : "", columns);
		for (size_t i = 0; i < n; i++) {
			const bool beside = !c->trusted[i] || (i > 0 && !c->trusted[i - 1]) ||
			                    (i + 1 < n && !c->trusted[i + 1]);
			const bool shown = part ? beside : c->trusted[i];
			if (i > 0 && fabs(y[i] - y[i - 1]) > jump)
				sabin_sheet_row(sheet, 2, (double[]){c->r.freq_hz[i], NAN});
			sabin_sheet_row(sheet, 2,
			                (double[]){c->r.freq_hz[i], shown ? y[i] : (double)NAN});
		}
		sabin_sheet_off_page(sheet, 2);
	}
}

static void write_common(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                         const struct curves *c)
{
	size_t trusted = 0;
	for (size_t i = 0; i < c->r.length; i++)
		trusted += c->trusted[i];
	sabin_sheet_conditions(sheet, input, sabin_chart_who(input).s);
	sabin_sheet_method(sheet, "re direct sound" SABIN_DOT "1/%.3g-octave complex "
	                          "smoothing" SABIN_DOT "window %.6g ms" SABIN_DOT
	                          "grey: noise, deep dip, late for the smoothing, not measured",
	                   1 / c->smoothing_oct, input->window_s * 1000);
	sabin_sheet_number(sheet, "from_hz", c->r.freq_hz[0]);
	sabin_sheet_number(sheet, "to_hz", sabin_chart_axis_end(c->r.freq_hz[c->r.length - 1]));
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, 1, SABIN_DASH_SOLID, "%s",
	                   sabin_chart_who(input).s);
	if (trusted < c->r.length)
		sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_FAINT, SABIN_DASH_SOLID,
		                   "not to be relied on");
}

/* ---- phase ------------------------------------------------------------------------------------- */

static void phase_finding(struct sabin_sheet *sheet, const struct curves *c)
{
	/* turns between the direct sound's flat phase above 1 kHz and the bass */
	double sum = 0, weight = 0;
	for (size_t i = 0; i < c->r.length; i++)
		if (c->trusted[i] && c->r.freq_hz[i] >= 1000 && c->r.freq_hz[i] <= 8000) {
			sum += c->r.phase_deg[i] * c->r.phase_deg[i];
			weight++;
		}
	if (weight == 0)
		return;
	sabin_sheet_finding(sheet, "From 1 to 8 kHz the phase stays within %s degrees RMS of that of the "
	                           "direct sound",
	                    sabin_text_number(sqrt(sum / weight), 0).s);
}

static enum sabin_err write_phase(const struct sabin_chart_input *input, const char *folder,
                                  struct sabin_diag *diag)
{
	struct curves c = {.trusted = NULL};
	enum sabin_err err = make(input, &c, diag);
	if (!err) {
		struct sabin_sheet sheet;
		sabin_sheet_open(&sheet, folder, "phase");
		sabin_sheet_say(&sheet, "title", 0, 0, "Phase");
		phase_finding(&sheet, &c);
		write_common(&sheet, input, &c);
		/* a wrap breaks the line */
		write_lines(&sheet, &c, c.r.phase_deg, 180, "f_Hz phase_deg");
		err = sabin_sheet_close(&sheet, diag);
	}
	release(&c);
	return err;
}

/* ---- group delay ------------------------------------------------------------------------------- */

/* An axis that holds all that is trusted. */
static void delay_axis(struct sabin_sheet *sheet, const struct curves *c)
{
	double low_ms = 0, high_ms = 1, step;
	for (size_t i = 0; i < c->r.length; i++)
		if (c->trusted[i]) {
			low_ms = fmin(low_ms, c->r.group_delay_s[i] * 1000);
			high_ms = fmax(high_ms, c->r.group_delay_s[i] * 1000);
		}
	(void)sabin_chart_round_up((high_ms - low_ms) * 1.1, &step);
	sabin_sheet_number(sheet, "bottom_ms", floor(low_ms / step) * step);
	sabin_sheet_number(sheet, "top_ms", ceil(high_ms / step + 0.1) * step);
	sabin_sheet_number(sheet, "step_ms", step);
}

static void delay_finding(struct sabin_sheet *sheet, const struct curves *c)
{
	double most_ms = -INFINITY, most_hz = 0;
	for (size_t i = 0; i < c->r.length; i++)
		if (c->trusted[i] && c->r.group_delay_s[i] * 1000 > most_ms) {
			most_ms = c->r.group_delay_s[i] * 1000;
			most_hz = c->r.freq_hz[i];
		}
	if (!isfinite(most_ms))
		return;
	sabin_sheet_finding(sheet, "Latest at %s: %s ms after the direct sound, %s periods",
	                    sabin_text_hz(most_hz).s, sabin_text_number(most_ms, 1).s,
	                    sabin_text_number(most_ms / 1000 * most_hz, 1).s);
}

static enum sabin_err write_delay(const struct sabin_chart_input *input, const char *folder,
                                  struct sabin_diag *diag)
{
	struct curves c = {.trusted = NULL};
	enum sabin_err err = make(input, &c, diag);
	if (!err) {
		struct sabin_sheet sheet;
		sabin_sheet_open(&sheet, folder, "group-delay");
		sabin_sheet_say(&sheet, "title", 0, 0, "Group delay");
		delay_finding(&sheet, &c);
		write_common(&sheet, input, &c);
		delay_axis(&sheet, &c);
		for (size_t i = 0; i < c.r.length; i++)
			c.r.group_delay_s[i] *= 1000;
		write_lines(&sheet, &c, c.r.group_delay_s, INFINITY, "f_Hz group_delay_ms");
		err = sabin_sheet_close(&sheet, diag);
	}
	release(&c);
	return err;
}

const struct sabin_chart_kind sabin_chart_kind_phase = {
    .name = "phase",
    .title = "phase of a response about the direct sound",
    .needs = SABIN_CHART_PHASE,
    .one_trace = true,
    .write = write_phase,
};

const struct sabin_chart_kind sabin_chart_kind_group_delay = {
    .name = "group-delay",
    .title = "group delay of a response after the direct sound",
    .needs = SABIN_CHART_PHASE,
    .one_trace = true,
    .write = write_delay,
};
