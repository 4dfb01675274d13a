/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_placement.c: the score of sabin-place(1) over the floor, the speakers where the room file has
 * them: where the listener is, and where it would be best.
 */
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "chart/floor.h"
#include "chart/kinds.h"
#include "io/roomfile_place.h"

enum { RIGHT_PX = 96, LEAST_PX = 60, LEVELS = 4, FINALISTS = 12 };
static const double cell_m = 0.05;     /* the tolerance of a place: a field is averaged with its neighbours */
static const double cells_most = 12000;
static const double near_speaker_m = 0.5; /* no seat */
static const double most_share = 0.9;     /* of the floor that the colours tell apart */

struct picture {
	const struct sabin_roomfile *file;
	struct sabin_place_plan plan;
	double source_m[SABIN_PLACE_SOURCES_MAX][3];
	size_t columns, rows;
	double *map;   /* [rows][columns], mean over the neighbours */
	struct {
		double value, at_m[3];
	} finalist[FINALISTS]; /* best first */
	size_t finalists;
	double now, best; /* means over the tolerance, as of sabin place */
	double best_m[3], least, most;
	bool has_best, keeps_all;
};

static void at_field(const struct picture *p, size_t row, size_t column, double at_m[3])
{
	const double *size_m = p->file->room.size_m;
	at_m[0] = ((double)column + 0.5) / (double)p->columns * size_m[0];
	at_m[1] = ((double)row + 0.5) / (double)p->rows * size_m[1];
	at_m[2] = p->plan.spec.listener_m[2];
}

/* May anybody sit there? */
static bool is_seat(const struct picture *p, const double at_m[3])
{
	const struct sabin_place_spec *spec = &p->plan.spec;
	const int depth = spec->depth_axis;
	if (sabin_place_check_seat(spec, at_m))
		return false;
	/* beside and behind the speakers nobody hears them from the front */
	if ((at_m[depth] > p->source_m[0][depth]) != (spec->listener_m[depth] > p->source_m[0][depth]))
		return false;
	for (size_t s = 0; s < spec->source_count; s++)
		if (hypot(at_m[0] - p->source_m[s][0], at_m[1] - p->source_m[s][1]) < near_speaker_m)
			return false;
	return true;
}

/* Over the fields next to each, as many as there are. */
static void average(struct picture *p, const double *raw)
{
	for (size_t r = 0; r < p->rows; r++)
		for (size_t c = 0; c < p->columns; c++) {
			double sum = 0, at_m[3];
			int n = 0;
			at_field(p, r, c, at_m);
			for (size_t i = r ? r - 1 : 0; i <= r + 1 && i < p->rows; i++)
				for (size_t k = c ? c - 1 : 0; k <= c + 1 && k < p->columns; k++)
					if (isfinite(raw[i * p->columns + k])) {
						sum += raw[i * p->columns + k];
						n++;
					}
			p->map[r * p->columns + c] = n && is_seat(p, at_m) ? sum / n : (double)NAN;
		}
}

/* Keep those of lowest score. */
static void add_finalist(struct picture *p, double value, const double at_m[3])
{
	size_t i = p->finalists < FINALISTS ? p->finalists++ : FINALISTS;
	if (i == FINALISTS && value >= p->finalist[--i].value)
		return;
	for (; i > 0 && p->finalist[i - 1].value > value; i--)
		p->finalist[i] = p->finalist[i - 1];
	p->finalist[i].value = value;
	memcpy(p->finalist[i].at_m, at_m, sizeof p->finalist[i].at_m);
}

/* The fields of lowest score that keep the constraints; where none does with the speakers as they stand, of all
 * seats. */
static void find_fields(struct picture *p)
{
	p->least = (double)INFINITY;
	for (int pass = 0; pass < 2 && p->finalists == 0; pass++)
		for (size_t r = 0; r < p->rows; r++)
			for (size_t c = 0; c < p->columns; c++) {
				double at_m[3];
				const double value = p->map[r * p->columns + c];
				at_field(p, r, c, at_m);
				if (isnan(value))
					continue;
				p->least = fmin(p->least, value);
				if (pass == 0 && sabin_place_check(&p->plan.spec,
				                                   (const double(*)[3])p->source_m, at_m))
					continue;
				p->keeps_all = pass == 0;
				add_finalist(p, value, at_m);
			}
}

/* What sabin place would say of the listener's place, and of the best fields. */
static enum sabin_err find_best(struct picture *p)
{
	double at_m[FINALISTS + 1][3], mean[FINALISTS + 1];
	find_fields(p);
	for (size_t i = 0; i < p->finalists; i++)
		memcpy(at_m[i], p->finalist[i].at_m, sizeof at_m[i]);
	memcpy(at_m[p->finalists], p->plan.spec.listener_m, sizeof *at_m);
	const enum sabin_err err = sabin_place_mean(&p->plan.spec, (const double(*)[3])p->source_m,
	                                            (const double(*)[3])at_m, p->finalists + 1, mean);
	if (err)
		return err;
	p->now = mean[p->finalists];
	p->best = (double)INFINITY;
	for (size_t i = 0; i < p->finalists; i++)
		if (mean[i] < p->best) {
			p->best = mean[i];
			memcpy(p->best_m, at_m[i], sizeof p->best_m);
			p->has_best = true;
		}
	return SABIN_OK;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Where the colours end; raw[] is scratch. */
static void find_most(struct picture *p, double *raw)
{
	size_t n = 0;
	for (size_t i = 0; i < p->rows * p->columns; i++)
		if (isfinite(p->map[i]))
			raw[n++] = p->map[i];
	qsort(raw, n, sizeof *raw, ascending);
	p->most = n ? raw[(size_t)(most_share * (double)(n - 1))] : 0;
}

static size_t fields(double size, double step)
{
	const size_t n = (size_t)ceil(size / step);
	return n % 2 ? n : n + 1; /* odd: a field on the axis of the room */
}

static enum sabin_err compute(struct picture *p)
{
	const double *size_m = p->file->room.size_m;
	double most;
	enum sabin_err err = sabin_place_map_most(&p->plan.spec, (const double(*)[3])p->source_m, &most);
	if (err)
		return err;
	const double step = fmax(cell_m, sqrt(size_m[0] * size_m[1] / fmin(cells_most, most)));
	p->columns = fields(size_m[0], step);
	p->rows = fields(size_m[1], step);
	double *raw = calloc(p->rows * p->columns, sizeof *raw);
	p->map = calloc(p->rows * p->columns, sizeof *p->map);
	err = raw && p->map ? SABIN_OK : SABIN_ENOMEM;
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) == 0)
		p->plan.spec.threads = CPU_COUNT(&set) < 64 ? CPU_COUNT(&set) : 64;
	if (!err)
		err = sabin_place_map(&p->plan.spec, (const double(*)[3])p->source_m, p->columns, p->rows, raw);
	if (!err) {
		average(p, raw);
		err = find_best(p);
		find_most(p, raw);
		if (!err && !isfinite(p->least))
			err = SABIN_ESHORT;
	}
	free(raw);
	return err;
}

static void write_words(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                        const struct picture *p)
{
	const double *size_m = p->file->room.size_m, *now = p->plan.spec.listener_m;
	sabin_sheet_say(sheet, "title", 0, 0, "Where to listen");
	const double move = p->has_best ? hypot(p->best_m[0] - now[0], p->best_m[1] - now[1]) : 0;
	const enum sabin_place_rule rule = sabin_place_check_seat(&p->plan.spec, now);
	const struct sabin_text now_text = sabin_text_number(p->now, 1), best_text = sabin_text_number(p->best, 1);
	const bool better = p->best < p->now && strcmp(now_text.s, best_text.s) != 0;
	if (!p->has_best)
		sabin_sheet_finding(sheet, "The listener's score is %s; nowhere else on the floor is a seat",
		                    sabin_text_number(p->now, 1).s);
	else if (!rule && better && move < 1.5 * cell_m)
		sabin_sheet_finding(sheet, "For these speakers the listener sits %s cm from where the score is best: %s, there %s",
		                    sabin_text_number(100 * move, 0).s, now_text.s, best_text.s);
	else if (!rule && !better)
		sabin_sheet_finding(sheet, "For these speakers the listener sits where the score is best: %s",
		                    now_text.s);
	else
		sabin_sheet_finding(sheet, "%s m away, at %s m from the front wall, the score would be %s%s%s%s",
		                    sabin_text_number(move, 2).s, sabin_text_number(p->best_m[1], 2).s, best_text.s,
		                    better || p->best > p->now ? " instead of " : ", too",
		                    better || p->best > p->now ? now_text.s : "",
		                    p->keeps_all ? "" : " (no place keeps all constraints)");
	sabin_sheet_conditions(sheet, input, p->file->positions[p->plan.listener].name);
	sabin_sheet_method(sheet,
	                   "score flat-v1, bright is better" SABIN_DOT "numbers as of sabin place, ±%s cm" SABIN_DOT
	                   "colours: ±%s cm of the listener alone",
	                   sabin_text_number(100 * p->plan.spec.tolerance_m, 0).s,
	                   sabin_text_number(100 * size_m[1] / (double)p->rows, 0).s);
	const double scale = sabin_floor_scale(&p->file->room, RIGHT_PX, size_m[0]);
	sabin_floor_words(sheet, p->file, scale);
	sabin_sheet_say(sheet, "panels", 0, 0, "%g", fmax(LEAST_PX, scale * size_m[0]));
	const double step = p->most - p->least > 10 ? 2 : 1, low = floor(p->least);
	sabin_sheet_number(sheet, "low", low);
	sabin_sheet_number(sheet, "high", fmax(low + LEVELS * step, step * ceil(p->most / step)));
	sabin_sheet_number(sheet, "step", step);
	for (int i = 0; i < LEVELS; i++) {
		char key[32];
		snprintf(key, sizeof key, "level_%d", i + 1);
		sabin_sheet_number(sheet, key, low + step * (1 + i));
	}
	sabin_sheet_number(sheet, "has_best", p->has_best);
	sabin_sheet_number(sheet, "best_y", p->has_best ? p->best_m[1] : 0);
	sabin_sheet_number(sheet, "best_x", p->has_best ? p->best_m[0] : 0);
	sabin_sheet_say(sheet, "best", 0, 0, "best %s", sabin_text_number(p->best, 1).s);
	sabin_sheet_number(sheet, "now_y", now[1]);
	sabin_sheet_number(sheet, "now_x", now[0]);
	sabin_sheet_say(sheet, "now", 0, 0, "now %s", sabin_text_number(p->now, 1).s);
	sabin_sheet_legend(sheet, SABIN_MARK_HOLLOW, SABIN_INK_TEXT, SABIN_DASH_SOLID, "listener now");
	sabin_sheet_legend(sheet, SABIN_MARK_DOT, 2, SABIN_DASH_SOLID, p->keeps_all ? "best that keeps the constraints" : "best");
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_MUTED, SABIN_DASH_SOLID, "equal scores, %g apart", step);
	sabin_sheet_legend(sheet, SABIN_MARK_BAND, SABIN_INK_MUTED, SABIN_DASH_SOLID, "no seat");
}

static void write_tables(struct sabin_sheet *sheet, const struct picture *p)
{
	sabin_floor_tables(sheet, p->file);
	sabin_sheet_table(sheet, "", "y_m x_m score");
	for (size_t r = 0; r < p->rows; r++) {
		for (size_t c = 0; c < p->columns; c++) {
			double at_m[3];
			at_field(p, r, c, at_m);
			sabin_sheet_row(sheet, 3, (double[]){at_m[1], at_m[0], p->map[r * p->columns + c]});
		}
		if (sheet->table)
			fputc('\n', sheet->table);
	}
}

static enum sabin_err write(const struct sabin_chart_input *input, const char *folder,
                            struct sabin_diag *diag)
{
	struct picture p = {.file = input->room};
	struct sabin_sheet sheet;
	if (!p.file)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0, "there is no room file");
	bool *all = malloc((p.file->speaker_count + p.file->position_count) * sizeof *all);
	if (!all)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < p.file->speaker_count + p.file->position_count; i++)
		all[i] = true;
	enum sabin_err err = sabin_roomfile_place(p.file, all, all + p.file->speaker_count, &p.plan);
	free(all);
	if (err)
		return err;
	for (size_t s = 0; s < p.plan.spec.source_count; s++) {
		memcpy(p.source_m[s], p.plan.spec.source[s].position_m, sizeof p.source_m[s]);
		p.plan.spec.source[s].moves = false;
	}
	err = compute(&p);
	if (err == SABIN_EINVAL || err == SABIN_ESHORT)
		err = sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                     err == SABIN_EINVAL ? "the room is too large for the modal model"
		                                         : "there is no seat in the room");
	if (!err) {
		sabin_sheet_open(&sheet, folder, "placement");
		write_words(&sheet, input, &p);
		write_tables(&sheet, &p);
		err = sabin_sheet_close(&sheet, diag);
	}
	free(p.map);
	sabin_roomfile_place_release(&p.plan);
	return err;
}

const struct sabin_chart_kind sabin_chart_kind_placement = {
    .name = "placement",
    .title = "the placement score over the floor",
    .needs = SABIN_CHART_ROOM,
    .write = write,
};
