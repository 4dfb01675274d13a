/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_modes_predicted.c: the modes of a room file, a row for each kind, as high as they come from a speaker to
 * a position, under the response that is predicted there.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/geometry.h>
#include <sabin/modefit.h>

#include "chart/kinds.h"
#include "chart/labels.h"
#include "chart/sheet.h"

enum {
	KINDS = 3,
	NAMES_MAX = 12,
	MODES_MAX = 900, /* more are a surface, not lines */
	FONT_PX = 12,
	LEFT_PX = 94, /* as in plots/modes.gp */
	WIDTH_PX = 900 - LEFT_PX - 26,
	HEIGHT_PX = 260,
};
static const double bottom_db = -40, top_db = 5; /* of the response; modes are drawn down to -40 */
static const double null_db = -26;               /* a twentieth of what it is at a wall */
static const double weak_db = -20;               /* no name */
static const double most_s = 100;                /* of a decay without end */
static const double stem_base = 0.12, stem_span = 0.56;

struct picture {
	const struct sabin_chart_input *input;
	const struct sabin_room *room;
	const struct sabin_chart_trace *trace;
	const double *from_m, *to_m;
	struct sabin_room_mode *modes;
	size_t count;
	double most_db; /* peak_db() of the strongest */
	double from_hz, to_hz;
};

static int kind_of(const struct sabin_room_mode *m)
{
	return (m->n[0] != 0) + (m->n[1] != 0) + (m->n[2] != 0);
}

static double shape_db(const struct picture *p, size_t i, const double at_m[3])
{
	return 20 * log10(fmax(fabs(sabin_room_mode_shape(&p->modes[i], p->room->size_m, at_m)), 1e-4));
}

/* Level of the mode alone at its own frequency, from speaker to position, re any: the term of the sum over
 * modes, eps psi psi' / (2 k_n delta_n / c), whose eps is 2 for each axis along which it is a wave. */
static double peak_db(const struct picture *p, size_t i)
{
	const struct sabin_room_mode *m = &p->modes[i];
	return shape_db(p, i, p->from_m) + shape_db(p, i, p->to_m) +
	       20 * log10(exp2(kind_of(m)) * fmin(m->t60_s, most_s) / m->f_hz);
}

/* The same re the strongest of those that are drawn. */
static double strength_db(const struct picture *p, size_t i)
{
	return peak_db(p, i) - p->most_db;
}

static double stem_height(double db)
{
	return stem_base + stem_span * fmin(fmax(db - bottom_db, 0), -bottom_db) / -bottom_db;
}

/* Foot of the stems of a kind, one unit of the axis apart: axial on top. */
static double row_of(int kind)
{
	return KINDS - kind + 0.05;
}

/* The first axial modes whose null holds a point: "44 and 88 Hz". */
static struct sabin_text nulls_at(const struct picture *p, const double at_m[3])
{
	double found[3];
	size_t n = 0;
	for (size_t i = 0; i < p->count && n < 3; i++)
		if (kind_of(&p->modes[i]) == 1 && p->modes[i].f_hz >= p->from_hz && shape_db(p, i, at_m) < null_db)
			found[n++] = round(p->modes[i].f_hz);
	return n ? sabin_text_bands(found, n) : (struct sabin_text){""};
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	size_t axial = 0, longest = 0;
	for (size_t i = 0; i < p->count; i++) {
		axial += kind_of(&p->modes[i]) == 1;
		if (p->modes[i].t60_s > p->modes[longest].t60_s * (1 + 1e-9)) /* of equals the lowest */
			longest = i;
	}
	const struct sabin_measured *m = p->trace->measured;
	const struct sabin_text at = nulls_at(p, p->to_m), from = nulls_at(p, p->from_m);
	char rest[300] = "";
	if (*at.s)
		snprintf(rest, sizeof rest, "; %s sits in the null of %s", sabin_chart_name(m->position).s, at.s);
	else if (*from.s)
		snprintf(rest, sizeof rest, "; %s stands in the null of %s", sabin_chart_name(m->speaker).s,
		         from.s);
	sabin_sheet_finding(sheet, "%zu modes, %zu axial; longest %s with %s%s", p->count, axial,
	                    sabin_text_hz(p->modes[longest].f_hz).s, sabin_text_s(p->modes[longest].t60_s).s,
	                    rest);
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p)
{
	static const char *const kinds[] = {"axial", "tangential", "oblique"};
	sabin_sheet_say(sheet, "title", 0, 0, "Predicted room modes up to %s", sabin_text_hz(p->to_hz).s);
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_method(sheet,
	                   "rigid walls, c = %s m/s" SABIN_DOT "height: level of each alone, %s to 0 dB re the "
	                   "strongest" SABIN_DOT "s: decay by the walls' absorption",
	                   sabin_text_number(sabin_speed_of_sound(p->room->temperature_c), 1).s,
	                   sabin_text_number(bottom_db, 0).s);
	sabin_sheet_number(sheet, "predicted", 1);
	sabin_sheet_number(sheet, "left_px", LEFT_PX);
	sabin_sheet_number(sheet, "from_hz", p->from_hz);
	sabin_sheet_number(sheet, "to_hz", p->to_hz);
	sabin_sheet_number(sheet, "bottom_db", bottom_db);
	sabin_sheet_number(sheet, "top_db", top_db);
	sabin_sheet_number(sheet, "step_db", 10);
	sabin_sheet_number(sheet, "rows", KINDS);
	for (int k = 1; k <= KINDS; k++) {
		char key[32];
		snprintf(key, sizeof key, "row_%d", k);
		sabin_sheet_say(sheet, key, 0, 0, "%s", kinds[k - 1]);
		snprintf(key, sizeof key, "row_at_%d", k);
		sabin_sheet_number(sheet, key, (row_of(k) + 0.3));
	}
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, SABIN_INK_TEXT, SABIN_DASH_SOLID, "predicted response");
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, 1, SABIN_DASH_SOLID, "axial mode");
}

static double x_px(const struct picture *p, double f_hz)
{
	return WIDTH_PX * log(f_hz / p->from_hz) / log(p->to_hz / p->from_hz);
}

static double y_px(double row)
{
	return HEIGHT_PX * (1 - row / KINDS);
}

static struct sabin_box_px stem_of(const struct picture *p, size_t i)
{
	const int kind = kind_of(&p->modes[i]);
	const double x = x_px(p, p->modes[i].f_hz);
	return (struct sabin_box_px){x - 2, x + 2, y_px(row_of(kind) + stem_height(strength_db(p, i))),
	                             y_px(row_of(kind))};
}

/* Axial ones first, of a kind the strongest. */
static bool comes_before(const struct picture *p, size_t a, size_t b)
{
	const int x = kind_of(&p->modes[a]), y = kind_of(&p->modes[b]);
	return x != y ? x < y : strength_db(p, a) > strength_db(p, b);
}

static void write_names(struct sabin_sheet *sheet, const struct picture *p)
{
	struct sabin_labels *labels = calloc(1, sizeof *labels);
	bool *seen = calloc(p->count, sizeof *seen);
	size_t count = 0;
	if (!labels || !seen)
		sheet->failed = sheet->out_of_memory = true;
	if (sheet->failed)
		goto out;
	labels->page = (struct sabin_box_px){0, WIDTH_PX + 20, -4, HEIGHT_PX};
	for (size_t i = 0; i < p->count; i++)
		sabin_labels_take(labels, stem_of(p, i));
	while (count < NAMES_MAX) {
		size_t best = p->count;
		for (size_t i = 0; i < p->count; i++)
			if (!seen[i] && p->modes[i].f_hz >= p->from_hz && kind_of(&p->modes[i]) <= 2 &&
			    strength_db(p, i) > weak_db && (best == p->count || comes_before(p, i, best)))
				best = i;
		if (best == p->count)
			break;
		seen[best] = true;
		char name[200];
		double centre_px[2];
		const struct sabin_room_mode *m = &p->modes[best];
		if (isfinite(m->t60_s))
			snprintf(name, sizeof name, "%s Hz, %s", sabin_text_number(m->f_hz, m->f_hz < 100).s,
			         sabin_text_s(m->t60_s).s);
		else
			snprintf(name, sizeof name, "%s Hz", sabin_text_number(m->f_hz, m->f_hz < 100).s);
		if (!sabin_labels_put(labels, stem_of(p, best), name, FONT_PX, centre_px))
			continue;
		sabin_sheet_name(sheet, ++count, name, centre_px[0] / WIDTH_PX, 1 - centre_px[1] / HEIGHT_PX);
	}
out:
	sabin_sheet_number(sheet, "names", (double)count);
	free(labels);
	free(seen);
}

static void write_tables(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_response *r = p->trace->response;
	double most_db = -(double)INFINITY;
	sabin_sheet_table(sheet, "_response", "f_Hz level_dB");
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < r->length; i++) {
			const double f = r->freq_hz[i], db = r->level_db[i];
			if (f < p->from_hz || f > p->to_hz || !isfinite(db))
				continue;
			if (pass == 0)
				most_db = fmax(most_db, db);
			else
				sabin_sheet_row(sheet, 2, (double[]){f, fmax(db - most_db, bottom_db)});
		}
	sabin_sheet_off_page(sheet, 2);
	sabin_sheet_table(sheet, "", "f_Hz foot height kind strength_dB T60_s stem_dB: of axial ones");
	for (size_t i = 0; i < p->count; i++) {
		const int kind = kind_of(&p->modes[i]);
		const double db = strength_db(p, i);
		if (p->modes[i].f_hz < p->from_hz)
			continue;
		sabin_sheet_row(sheet, 7,
		                (double[]){p->modes[i].f_hz, row_of(kind),
		                           stem_height(db), kind, db,
		                           isfinite(p->modes[i].t60_s) ? p->modes[i].t60_s : (double)NAN,
		                           kind == 1 && db > weak_db ? top_db - bottom_db : (double)NAN});
	}
	/* off the page, one of each kind */
	for (int k = 1; k <= KINDS; k++)
		sabin_sheet_row(sheet, 7, (double[]){1e9, -1e9, 1, k, 0, 0, 1});
}

/* As far as single modes count, and as there is something to be seen. */
static enum sabin_err find_modes(struct picture *p)
{
	const double schroeder_hz = sabin_room_schroeder_hz(p->room, NULL);
	const double *size_m = p->room->size_m;
	const double lowest_hz = sabin_speed_of_sound(p->room->temperature_c) / 2 /
	                         fmax(size_m[0], fmax(size_m[1], size_m[2]));
	p->from_hz = fmax(20, lowest_hz / 3);
	enum sabin_err err = SABIN_EINVAL;
	p->to_hz = fmax(fmin(fmax(schroeder_hz, 200), 300), 2.2 * lowest_hz);
	/* in a hall there are too many to be seen: less of them, if that is still an octave */
	for (; p->to_hz >= 2 * p->from_hz; p->to_hz *= 0.8) {
		err = sabin_room_modes(p->room, p->to_hz, &p->modes, &p->count);
		if (err == SABIN_ENOMEM || (!err && p->count <= MODES_MAX))
			break;
		free(p->modes);
		p->modes = NULL;
		err = SABIN_EINVAL;
	}
	p->most_db = -(double)INFINITY;
	for (size_t i = 0; !err && i < p->count; i++)
		if (p->modes[i].f_hz >= p->from_hz)
			p->most_db = fmax(p->most_db, peak_db(p, i));
	return err == SABIN_EINVAL || (!err && !isfinite(p->most_db)) ? SABIN_ESHORT : err;
}

enum sabin_err sabin_chart_predicted_modes(const struct sabin_chart_input *input, const char *folder,
                                           struct sabin_diag *diag)
{
	const struct sabin_roomfile *file = input->room;
	const struct sabin_chart_trace *trace = &input->traces[0];
	const int s = file ? sabin_roomfile_speaker(file, trace->measured->speaker) : -1;
	const int at = file ? sabin_roomfile_position(file, trace->measured->position) : -1;
	if (s < 0 || at < 0 || !trace->response)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no room file that knows the speaker and the position");
	struct picture p = {.input = input, .room = &file->room, .trace = trace,
	                    .from_m = file->speakers[s].position_m, .to_m = file->positions[at].position_m};
	enum sabin_err err = find_modes(&p);
	if (err) {
		sabin_diag_set(diag, err, NULL, 0, 0, "%s",
		               err == SABIN_ENOMEM ? "not enough memory for the chart"
		               : p.modes           ? "the walls absorb all: there are no modes"
		                                   : "the room has too many modes to draw them singly");
	} else {
		struct sabin_sheet sheet;
		sabin_sheet_open(&sheet, folder, "modes");
		write_words(&sheet, &p);
		write_names(&sheet, &p);
		write_tables(&sheet, &p);
		err = sabin_sheet_close(&sheet, diag);
	}
	free(p.modes);
	return err;
}
