/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_response.c: frequency responses, a line a speaker; over several positions their mean and
 * spread.
 *
 * References: IEC 60263:2020 (proportions of level over logarithmic frequency).
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"
#include "io/trust.h"

enum {
	PLOT_WIDTH_PX = 816,
	PANEL_MAX_PX = 720,
	LEVEL_STEP_DB = 5,
	LEVEL_SPAN_DB = 40,     /* what the axis shows unless the room needs more ... */
	LEVEL_SPAN_MAX_DB = 70, /* ... up to this */
};

/* The lines to draw: one for each group, all on the grid of its first trace. */
struct curve {
	size_t length;
	const double *freq_hz;
	double *mean_db, *least_db, *most_db; /* [length] each */
	double *noise_db;                     /* [length]: mean of the positions; NAN: not known */
	double band_hz[2];                    /* that the speaker plays */
};

struct picture {
	const struct sabin_chart_input *input;
	struct sabin_group groups[SABIN_GROUPS_MAX];
	struct curve curves[SABIN_GROUPS_MAX];
	size_t count, speakers;
	double from_hz, to_hz;         /* axis */
	struct sabin_trust trust[SABIN_GROUPS_MAX]; /* outside of it a line is thin and grey */
	struct sabin_trust any, all;   /* where some line, where every line is trusted */
	double bottom_db, top_db;
	double db_per_decade;          /* 0: not to scale */
	bool spread;                   /* some group has several positions */
	bool noisy;                    /* some of the lines is noise, or beyond a speaker's range */
};

/* What 0 dB is. */
struct reference {
	const char *words;
	double add_db;
};

static struct reference reference_of(const struct sabin_measured *measured)
{
	/* a full-scale sine is played: its level at the microphone, by its RMS, where that is known */
	if (measured->dbspl_at_0dbfs.valid && isfinite(measured->dbspl_at_0dbfs.value))
		return (struct reference){"Level at full scale, dB SPL",
		                          measured->dbspl_at_0dbfs.value - 10 * log10(2)};
	switch (measured->level_kind) {
	case SABIN_LEVEL_FULL_SCALE:
		return (struct reference){"Level, dB re full scale", 0};
	case SABIN_LEVEL_PASCAL:
		return (struct reference){"Level, dB re 1 Pa at full scale", 0};
	case SABIN_LEVEL_FREE_FIELD_1M:
		return (struct reference){"Level, dB re free field at 1 m", 0};
	case SABIN_LEVEL_UNKNOWN:
		break;
	}
	return (struct reference){"Level, dB (reference not known)", 0};
}

static struct reference common_reference(const struct sabin_chart_input *input)
{
	struct reference first = reference_of(input->traces[0].measured);
	for (size_t i = 1; i < input->trace_count; i++)
		if (reference_of(input->traces[i].measured).words != first.words)
			return (struct reference){"Level, dB (references differ)", NAN};
	return first;
}

/* values[r->length] at f_hz, linear over the logarithm of frequency; NAN outside. */
static double value_at(const struct sabin_response *r, const double *values, double f_hz)
{
	size_t low = 0, high = r->length;
	if (high == 0 || f_hz < r->freq_hz[0] * (1 - 1e-9) ||
	    f_hz > r->freq_hz[high - 1] * (1 + 1e-9))
		return NAN;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (r->freq_hz[middle] <= f_hz)
			low = middle;
		else
			high = middle;
	}
	if (low + 1 == r->length)
		return values[low];
	double u = log(f_hz / r->freq_hz[low]) / log(r->freq_hz[low + 1] / r->freq_hz[low]);
	if (u <= 0)
		return values[low];
	return values[low] + u * (values[low + 1] - values[low]);
}

/* Mean of the power, least and most over a group's positions. */
static void fill_curve(const struct picture *p, const struct sabin_group *group,
                       struct curve *curve)
{
	const struct sabin_chart_input *input = p->input;
	bool common = isfinite(common_reference(input).add_db);
	for (size_t i = 0; i < curve->length; i++) {
		double power = 0, noise = 0, least = INFINITY, most = -INFINITY;
		size_t n = 0, noises = 0;
		for (size_t k = 0; k < input->trace_count; k++) {
			const struct sabin_chart_trace *trace = &input->traces[k];
			if (!trace->response || !sabin_chart_is_member(group, trace))
				continue;
			double db = value_at(trace->response, trace->response->level_db,
			                     curve->freq_hz[i]);
			if (!isfinite(db))
				continue;
			const double add_db = common ? reference_of(trace->measured).add_db : 0;
			db += add_db;
			if (trace->response->noise_db) {
				noise += pow(10, (add_db + value_at(trace->response,
				                                    trace->response->noise_db,
				                                    curve->freq_hz[i])) / 10);
				noises++;
			}
			power += pow(10, db / 10);
			least = fmin(least, db);
			most = fmax(most, db);
			n++;
		}
		curve->mean_db[i] = n ? 10 * log10(power / (double)n) : (double)NAN;
		curve->noise_db[i] = noise > 0 ? 10 * log10(noise / (double)noises) : (double)NAN;
		curve->least_db[i] = n ? least : (double)NAN;
		curve->most_db[i] = n ? most : (double)NAN;
	}
}

/* The mean, as a response. */
static struct sabin_response as_response(const struct curve *c)
{
	return (struct sabin_response){.length = c->length, .freq_hz = (double *)c->freq_hz,
	                               .level_db = c->mean_db, .noise_db = c->noise_db};
}

static enum sabin_err make_curve(struct picture *p, size_t g)
{
	struct curve *curve = &p->curves[g];
	const struct sabin_response *r = NULL;
	for (size_t k = 0; k < p->input->trace_count && !r; k++)
		if (sabin_chart_is_member(&p->groups[g], &p->input->traces[k]))
			r = p->input->traces[k].response;
	if (!r || r->length < 2)
		return SABIN_ESHORT;
	curve->length = r->length;
	curve->freq_hz = r->freq_hz;
	curve->mean_db = calloc(r->length, sizeof(double));
	curve->least_db = calloc(r->length, sizeof(double));
	curve->most_db = calloc(r->length, sizeof(double));
	curve->noise_db = calloc(r->length, sizeof(double));
	if (!curve->mean_db || !curve->least_db || !curve->most_db || !curve->noise_db)
		return SABIN_ENOMEM;
	fill_curve(p, &p->groups[g], curve);
	const struct sabin_response mean = as_response(curve);
	if (!sabin_response_band(&mean, curve->band_hz))
		curve->band_hz[0] = INFINITY;
	double first_hz = r->freq_hz[0] > 0 ? r->freq_hz[0] : r->freq_hz[1];
	p->from_hz = fmin(p->from_hz, first_hz);
	p->to_hz = fmax(p->to_hz, sabin_chart_axis_end(r->freq_hz[r->length - 1]));
	p->spread = p->spread || p->groups[g].count > 1;
	return SABIN_OK;
}

/* Where each line can be relied on, where any, where all. */
static void find_trust(struct picture *p)
{
	for (size_t g = 0; g < p->count; g++) {
		const struct sabin_measured *measured = NULL;
		for (size_t k = 0; k < p->input->trace_count && !measured; k++)
			if (sabin_chart_is_member(&p->groups[g], &p->input->traces[k]))
				measured = p->input->traces[k].measured;
		const struct sabin_trust t = p->trust[g] = sabin_trust_of(
		    p->input->measurement, measured, p->input->room, p->input->window_s);
		if (g == 0)
			p->any = p->all = t;
		if (t.from_hz < p->any.from_hz)
			p->any.from_hz = t.from_hz, p->any.below = t.below;
		if (t.to_hz > p->any.to_hz)
			p->any.to_hz = t.to_hz, p->any.above = t.above;
		p->all.from_hz = fmax(p->all.from_hz, t.from_hz);
		p->all.to_hz = fmin(p->all.to_hz, t.to_hz);
	}
}

static bool in_range(const struct picture *p, size_t g, double f_hz)
{
	return sabin_trust_holds(&p->trust[g], f_hz);
}

static bool in_any(const struct picture *p, double f_hz)
{
	return sabin_trust_holds(&p->any, f_hz);
}

/* Point i of line g: in its range, and over the noise. */
static bool is_trusted(const struct picture *p, size_t g, size_t i)
{
	const struct sabin_response mean = as_response(&p->curves[g]);
	return in_range(p, g, p->curves[g].freq_hz[i]) && sabin_response_heard(&mean, i);
}

/* The axis: from above the highest level downwards, far enough for all but the deepest
 * twentieth. */
static void find_levels(struct picture *p)
{
	double most = -INFINITY, least = INFINITY;
	for (size_t g = 0; g < p->count; g++) {
		const struct curve *c = &p->curves[g];
		for (size_t i = 0; i < c->length; i++)
			if (is_trusted(p, g, i) && isfinite(c->most_db[i]))
				most = fmax(most, c->most_db[i]);
	}
	if (!isfinite(most))
		most = 0;
	p->top_db = ceil((most + 1) / LEVEL_STEP_DB) * LEVEL_STEP_DB;
	for (double span = LEVEL_SPAN_DB;; span += 10) {
		size_t under = 0, all = 0;
		least = p->top_db - span;
		for (size_t g = 0; g < p->count; g++)
			for (size_t i = 0; i < p->curves[g].length; i++) {
				bool counts = is_trusted(p, g, i);
				all += counts;
				under += counts && p->curves[g].mean_db[i] < least;
			}
		if (under * 20 <= all || span >= LEVEL_SPAN_MAX_DB)
			break;
	}
	p->bottom_db = least;
}

/* IEC 60263: 25 or 50 dB as long as one decade. */
static double panel_height_px(struct picture *p)
{
	static const double proportions[] = {25, 50};
	double decade_px = PLOT_WIDTH_PX / log10(p->to_hz / p->from_hz);
	for (size_t i = 0; i < 2; i++) {
		double height_px = decade_px * (p->top_db - p->bottom_db) / proportions[i];
		if (height_px <= PANEL_MAX_PX) {
			p->db_per_decade = proportions[i];
			return height_px;
		}
	}
	p->db_per_decade = 0;
	return 440;
}

static double clamp(const struct picture *p, double level_db)
{
	return fmin(fmax(level_db, p->bottom_db), p->top_db);
}

/* The trusted line, the band and, when there is one, the rest of the line, each a file. */
static void write_curve(struct sabin_sheet *sheet, const struct picture *p, size_t g,
                        double *scratch)
{
	const struct curve *c = &p->curves[g];
	char suffix[40];
	for (size_t i = 0; i < c->length; i++)
		scratch[i] = is_trusted(p, g, i) ? c->mean_db[i] : (double)NAN;
	snprintf(suffix, sizeof suffix, "_%zu", g + 1);
	sabin_sheet_table(sheet, suffix, "f_Hz level_dB");
	sabin_sheet_line(sheet, c->freq_hz, scratch, c->length, p->from_hz, p->to_hz, true);
	sabin_sheet_off_page(sheet, 2);
	for (size_t i = 0; i < c->length; i++) {
		/* the neighbours of the trusted part join the two lines */
		bool beside = !is_trusted(p, g, i) ||
		              (i > 0 && !is_trusted(p, g, i - 1)) ||
		              (i + 1 < c->length && !is_trusted(p, g, i + 1));
		scratch[i] = beside ? c->mean_db[i] : (double)NAN;
	}
	snprintf(suffix, sizeof suffix, "_untrusted_%zu", g + 1);
	sabin_sheet_table(sheet, suffix, "f_Hz level_dB, outside the trusted range");
	sabin_sheet_line(sheet, c->freq_hz, scratch, c->length, p->from_hz, p->to_hz, true);
	sabin_sheet_off_page(sheet, 2);
	snprintf(suffix, sizeof suffix, "_band_%zu", g + 1);
	sabin_sheet_table(sheet, suffix, "f_Hz least_dB most_dB");
	for (size_t i = 0; i < c->length; i++)
		if (is_trusted(p, g, i) && isfinite(c->least_db[i]))
			sabin_sheet_row(sheet, 3,
			                (double[]){c->freq_hz[i], clamp(p, c->least_db[i]),
			                           clamp(p, c->most_db[i])});
	sabin_sheet_off_page(sheet, 3);
}

/* Level of a curve near f_hz, for the finding. */
static double curve_at(const struct curve *c, double f_hz)
{
	const struct sabin_response r = as_response(c);
	return value_at(&r, r.level_db, f_hz);
}

/* Findings look at what both ear and loudspeaker deal with, within what was measured. */
static void finding_range(const struct picture *p, double range_hz[2])
{
	range_hz[0] = fmax(fmax(40, p->from_hz), p->any.from_hz);
	range_hz[1] = fmin(fmin(16000, p->to_hz), p->any.to_hz);
}

static const double least_difference_db = 0.05; /* what the number would round to nothing */

/* What a speaker is not made for is no difference between speakers. */
static bool plays(const struct picture *p, size_t g, double f_hz)
{
	const double *band_hz = p->curves[g].band_hz;
	return f_hz >= band_hz[0] && f_hz <= band_hz[1] && in_range(p, g, f_hz);
}

/* Are both made for about the same band, to an octave?  By what was measured, and their range_hz. */
static bool alike(const struct picture *p, size_t a, size_t b)
{
	double low_hz[2], high_hz[2];
	for (int i = 0; i < 2; i++) {
		const size_t g = i ? b : a;
		low_hz[i] = fmax(p->curves[g].band_hz[0], p->trust[g].from_hz);
		high_hz[i] = fmin(p->curves[g].band_hz[1], p->trust[g].to_hz);
	}
	return fabs(log2(low_hz[0] / low_hz[1])) <= 1 && fabs(log2(high_hz[0] / high_hz[1])) <= 1;
}

static void find_difference(struct sabin_sheet *sheet, const struct picture *p)
{
	enum { ABOVE_HZ = 400 }; /* below it the room differs, above it the loudspeakers do */
	double range_hz[2], worst_db = -1, worst_hz = 0, sum_db = 0;
	size_t n = 0, first = 0, second = 1;
	finding_range(p, range_hz);
	for (double f = range_hz[0]; f <= range_hz[1]; f *= exp2(1 / 48.0)) {
		for (size_t a = 0; a + 1 < p->count; a++)
			for (size_t b = a + 1; b < p->count; b++) {
				/* a main speaker and a subwoofer are to differ */
				if (!plays(p, a, f) || !plays(p, b, f) || !alike(p, a, b))
					continue;
				double x = curve_at(&p->curves[a], f);
				double y = curve_at(&p->curves[b], f);
				double off = fabs(x - y);
				/* what neither line shows is not said either */
				if (!isfinite(off) || fmax(x, y) < p->bottom_db)
					continue;
				if (off > worst_db) {
					worst_db = off;
					worst_hz = f;
					first = a;
					second = b;
				}
				sum_db += f >= ABOVE_HZ ? off : 0;
				n += f >= ABOVE_HZ;
			}
	}
	if (worst_db < 0)
		return;
	char rest[200] = "";
	if (worst_db < least_difference_db) {
		sabin_sheet_finding(sheet, "Speakers %s and %s do not differ",
		                    sabin_chart_name(p->groups[first].speaker).s,
		                    sabin_chart_name(p->groups[second].speaker).s);
		return;
	}
	if (p->count == 2 && n > 0)
		snprintf(rest, sizeof rest, "; above %s by %s dB on average",
		         sabin_text_hz(ABOVE_HZ).s,
		         sabin_text_number(sum_db / (double)n, 1).s);
	sabin_sheet_finding(sheet, "Speakers %s and %s differ most at %s, by %s dB%s",
	                    sabin_chart_name(p->groups[first].speaker).s,
	                    sabin_chart_name(p->groups[second].speaker).s,
	                    sabin_text_hz(worst_hz).s,
	                    sabin_text_number(worst_db, worst_db < 9.95 ? 1 : 0).s, rest);
}

static void find_extremes(struct sabin_sheet *sheet, const struct picture *p)
{
	double range_hz[2], most_db = -INFINITY, least_db = INFINITY, most_hz = 0, least_hz = 0;
	finding_range(p, range_hz);
	range_hz[0] = fmax(range_hz[0], p->curves[0].band_hz[0]);
	range_hz[1] = fmin(range_hz[1], p->curves[0].band_hz[1]);
	for (double f = range_hz[0]; f <= range_hz[1]; f *= exp2(1 / 48.0)) {
		double db = curve_at(&p->curves[0], f);
		if (!isfinite(db))
			continue;
		if (db > most_db) {
			most_db = db;
			most_hz = f;
		}
		if (db < least_db) {
			least_db = db;
			least_hz = f;
		}
	}
	if (!(most_db > least_db))
		return;
	sabin_sheet_finding(sheet,
	                    "Between %s and %s the level varies by %s dB: highest at %s, lowest "
	                    "at %s",
	                    sabin_text_hz(range_hz[0]).s, sabin_text_hz(range_hz[1]).s,
	                    sabin_text_number(most_db - least_db, 0).s, sabin_text_hz(most_hz).s,
	                    sabin_text_hz(least_hz).s);
}

static void write_method(struct sabin_sheet *sheet, const struct picture *p)
{
	char smoothing[64] = "no smoothing", window[64] = "", scale[64] = "", left[96] = "";
	double oct = p->input->smoothing_oct;
	if (oct > 0)
		snprintf(smoothing, sizeof smoothing, oct < 1 ? "1/%.3g-octave smoothing"
		                                              : "%.3g-octave smoothing",
		         oct < 1 ? 1 / oct : oct);
	if (p->input->window_s > 0)
		snprintf(window, sizeof window, SABIN_DOT "window %.6g ms",
		         p->input->window_s * 1000);
	if (p->db_per_decade > 0)
		snprintf(scale, sizeof scale, SABIN_DOT "%.0f dB per decade", p->db_per_decade);
	if (p->speakers > p->count)
		snprintf(left, sizeof left, SABIN_DOT "first %zu of %zu speakers", p->count,
		         p->speakers);
	sabin_sheet_method(sheet, "%s%s%s%s%s", smoothing, window,
	                   p->spread ? SABIN_DOT "line = power mean, band = min to max of positions"
	                             : "",
	                   scale, left);
}

/* A shaded column with the reason in words, upright when it is narrower than they are. */
static void write_column(struct sabin_sheet *sheet, const struct picture *p, const char *key,
                         double from_hz, double to_hz, const char *words)
{
	enum { FONT_PX = 12 };
	char name[32];
	double width_px = PLOT_WIDTH_PX * log(to_hz / from_hz) / log(p->to_hz / p->from_hz);
	bool upright = sabin_text_width_px(words, FONT_PX) + FONT_PX > width_px;
	snprintf(name, sizeof name, "%s_from_hz", key);
	sabin_sheet_number(sheet, name, from_hz);
	snprintf(name, sizeof name, "%s_to_hz", key);
	sabin_sheet_number(sheet, name, to_hz);
	snprintf(name, sizeof name, "%s_words_hz", key);
	sabin_sheet_number(sheet, name, sqrt(from_hz * to_hz));
	snprintf(name, sizeof name, "%s_upright", key);
	sabin_sheet_number(sheet, name, upright);
	sabin_sheet_say(sheet, key, 0, 0, "%s", words);
}

static void write_shade(struct sabin_sheet *sheet, const struct picture *p)
{
	if (p->any.from_hz > p->from_hz * 1.001)
		write_column(sheet, p, "below", p->from_hz, fmin(p->any.from_hz, p->to_hz),
		             p->any.below);
	if (p->any.to_hz < p->to_hz * 0.999)
		write_column(sheet, p, "above", fmax(p->any.to_hz, p->from_hz), p->to_hz,
		             p->any.above);
}

static void write_words(struct sabin_sheet *sheet, struct picture *p)
{
	static const char spread[] = "min to max of positions", doubtful[] = "not to be relied on";
	sabin_sheet_say(sheet, "title", 0, 0, p->input->predicted ? "Predicted frequency response"
	                                                         : "Frequency response");
	if (p->count > 1)
		find_difference(sheet, p);
	else
		find_extremes(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_say(sheet, "y_title", 0, 0, "%s", common_reference(p->input).words);
	sabin_sheet_number(sheet, "panels", panel_height_px(p));
	write_method(sheet, p);
	sabin_sheet_number(sheet, "from_hz", p->from_hz);
	sabin_sheet_number(sheet, "to_hz", p->to_hz);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", p->top_db);
	sabin_sheet_number(sheet, "lines", (double)p->count);
	for (size_t g = 0; g < p->count; g++) {
		char key[40];
		snprintf(key, sizeof key, "ink_%zu", g + 1);
		sabin_sheet_number(sheet, key, p->groups[g].colour);
		char name[2 * 96];
		sabin_chart_mean_name(&p->groups[g], name, sizeof name);
		sabin_sheet_legend_fit(name, p->count,
		                       (p->spread ? sabin_sheet_legend_px(spread) : 0) +
		                           (p->noisy ? sabin_sheet_legend_px(doubtful) : 0));
		sabin_sheet_legend(sheet, SABIN_MARK_LINE, p->groups[g].colour, SABIN_DASH_OWN,
		                   "%s", name);
	}
	if (p->spread)
		sabin_sheet_legend(sheet, SABIN_MARK_BAND, SABIN_INK_MUTED, SABIN_DASH_OWN, "%s",
		                   spread);
	if (p->noisy)
		sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_FAINT, SABIN_DASH_SOLID, "%s",
		                   doubtful);
	write_shade(sheet, p);
}

static enum sabin_err write_response(const struct sabin_chart_input *input, const char *folder,
                                     struct sabin_diag *diag)
{
	struct picture p = {.input = input, .from_hz = INFINITY};
	double *scratch = NULL;
	size_t longest = 0;
	enum sabin_err err = SABIN_OK;
	p.count = sabin_chart_groups(input, p.groups, &p.speakers);
	if (p.count == 0)
		err = SABIN_ESHORT;
	for (size_t g = 0; g < p.count && !err; g++) {
		err = make_curve(&p, g);
		longest = p.curves[g].length > longest ? p.curves[g].length : longest;
	}
	if (!err && !(scratch = calloc(longest, sizeof *scratch)))
		err = SABIN_ENOMEM;
	if (err) {
		sabin_diag_set(diag, err, NULL, 0, 0, "cannot draw the response: %s",
		               sabin_strerror(err));
		goto out;
	}
	find_trust(&p);
	find_levels(&p);
	for (size_t g = 0; g < p.count; g++)
		for (size_t i = 0; i < p.curves[g].length; i++)
			p.noisy = p.noisy || (!is_trusted(&p, g, i) && in_any(&p, p.curves[g].freq_hz[i]) &&
			                      p.curves[g].mean_db[i] > p.bottom_db);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "response");
	write_words(&sheet, &p);
	for (size_t g = 0; g < p.count; g++)
		write_curve(&sheet, &p, g, scratch);
	err = sabin_sheet_close(&sheet, diag);
out:
	free(scratch);
	for (size_t g = 0; g < p.count; g++) {
		free(p.curves[g].mean_db);
		free(p.curves[g].least_db);
		free(p.curves[g].most_db);
		free(p.curves[g].noise_db);
	}
	return err;
}

const struct sabin_chart_kind sabin_chart_kind_response = {
    .name = "response",
    .title = "frequency response of each speaker, with the spread over positions",
    .needs = SABIN_CHART_RESPONSE | SABIN_CHART_PREDICTS,
    .write = write_response,
};
