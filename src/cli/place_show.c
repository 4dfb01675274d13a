/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * place_show.c: what 'sabin place' prints.
 */
#include <math.h>

#include "cli/place_show.h"
#include "cli/talk.h"
#include "io/json.h"
#include "io/number.h"

const char *sabin_place_rule_text(enum sabin_place_rule rule)
{
	static const char *const text[SABIN_PLACE_RULES] = {
	    [SABIN_PLACE_FINE] = "all constraints are kept",
	    [SABIN_PLACE_ANGLE] = "the half-angle is not within 25 to 35 degrees",
	    [SABIN_PLACE_WALL] = "a speaker is less than 0.25 m from a wall, or its cabinet is in one",
	    [SABIN_PLACE_REAR] = "the listener is less than 1 m from the wall behind",
	    [SABIN_PLACE_BOX] = "something is outside its box of 'place'",
	    [SABIN_PLACE_SOLID] = "a speaker is in a keep-out zone, an object or another speaker",
	    [SABIN_PLACE_SEAT] = "somebody sits in a keep-out zone, or in, above or 0.1 m from an object",
	    [SABIN_PLACE_MIRROR] = "left and right are not mirrored about the listener",
	};
	return (unsigned)rule < SABIN_PLACE_RULES ? text[rule] : "?";
}

/* ---- for people ---------------------------------------------------------------------------------- */

/* A grade of the bass response; limits of sabin-place(1). */
static const char *grade(double flatness_db)
{
	return flatness_db < 3 ? "excellent" : flatness_db < 4.5 ? "good" : flatness_db < 6 ? "fair" : "poor";
}

static void print_row(const char *label, const struct sabin_place_arrangement *a)
{
	const struct sabin_score_metrics *m = &a->metrics;
	char gap[16] = "–";
	if (isfinite(m->gap_s))
		snprintf(gap, sizeof gap, "%.1f ms", m->gap_s * 1000);
	printf("  %-8s %5.2f  %8.2f dB %6.2f dB %6.1f dB %6.1f dB %9s %5.2f dB   %s\n", label, a->score,
	       m->flatness_db, m->spread_db, sabin_number_tidy(m->dip_db, 1),
	       sabin_number_tidy(m->reflection_db, 1), gap, m->asymmetry_db,
	       grade(m->flatness_db));
}

static void print_places(const struct sabin_roomfile *file, const struct sabin_place_plan *plan,
                         const struct sabin_place_arrangement *a)
{
	double at_m[3];
	for (int s = 0; s < (int)file->speaker_count; s++) {
		if (sabin_place_plan_source(plan, s) < 0)
			continue;
		sabin_place_plan_speaker(plan, file, a, s, at_m);
		printf("      %-12s %6.2f %6.2f %6.2f\n", file->speakers[s].name, at_m[0], at_m[1],
		       at_m[2]);
	}
	for (int p = 0; p < (int)file->position_count; p++) {
		sabin_place_plan_position(plan, file, a, p, at_m);
		printf("      %-12s %6.2f %6.2f %6.2f\n", file->positions[p].name, at_m[0], at_m[1],
		       at_m[2]);
	}
}

static void print_hold(const char *what, const double hold_m[2])
{
	if (!isnan(hold_m[0]))
		printf(" %s -%.0f/+%.0f cm ", what, hold_m[0] * 100, hold_m[1] * 100);
}

/* ---- what changes ---- */

enum { CHANGES = 6 };

struct change {
	const char *what;
	double before, after;
	double by;    /* that much of the score is gained; the gap is no part of it */
	bool seconds; /* else dB */
	int better;   /* 1: more is better; -1: less */
};

static void list_changes(const struct sabin_score_metrics *now, const struct sabin_score_metrics *then,
                         struct change out[CHANGES])
{
	const struct change all[CHANGES] = {
	    {"flatness", now->flatness_db, then->flatness_db, now->flatness_db - then->flatness_db, false, -1},
	    {"spread over the head", now->spread_db, then->spread_db, now->spread_db - then->spread_db, false,
	     -1},
	    {"deepest boundary dip", now->dip_db, then->dip_db,
	     0.25 * (fmax(0, -now->dip_db - 3) - fmax(0, -then->dip_db - 3)), false, 1},
	    {"strongest reflection", now->reflection_db, then->reflection_db,
	     0.15 * (fmax(0, now->reflection_db + 10) - fmax(0, then->reflection_db + 10)), false, -1},
	    {"left against right", now->asymmetry_db, then->asymmetry_db,
	     2 * (now->asymmetry_db - then->asymmetry_db), false, -1},
	    {"gap before reflections", now->gap_s, then->gap_s, 0, true, 1},
	};
	memcpy(out, all, sizeof all);
	for (int i = 1; i < CHANGES; i++) /* most first; there are six */
		for (int k = i; k > 0 && fabs(out[k].by) > fabs(out[k - 1].by); k--) {
			const struct change other = out[k];
			out[k] = out[k - 1];
			out[k - 1] = other;
		}
}

static void print_ms(double seconds)
{
	if (isfinite(seconds))
		printf("%.1f", seconds * 1000);
	else
		printf("none");
}

/* How much better (+) or worse (-) a change is; less than what is printed is none. */
static double side_of(const struct change *c)
{
	const double after = isnan(c->after) ? (double)INFINITY : c->after;
	const double before = isnan(c->before) ? (double)INFINITY : c->before;
	if (c->seconds)
		return after == before || fabs(after - before) < 5e-5 ? 0 : after - before;
	return fabs(c->after - c->before) < 0.05 ? 0 : c->better * (c->after - c->before);
}

static void print_changes(const struct sabin_score_metrics *now, const struct sabin_score_metrics *then)
{
	struct change change[CHANGES];
	list_changes(now, then, change);
	for (int side = 1; side >= -1; side -= 2) {
		const char *separator = side > 0 ? "      gains:  " : "      costs:  ";
		for (int i = 0; i < CHANGES; i++) {
			const struct change *c = &change[i];
			if (!(side_of(c) * side > 0))
				continue;
			printf("%s%s ", separator, c->what);
			if (c->seconds) {
				print_ms(c->before);
				printf(" → ");
				print_ms(c->after);
				printf(" ms");
			} else {
				printf("%.1f → %.1f dB (%+.1f)", sabin_number_tidy(c->before, 1),
				       sabin_number_tidy(c->after, 1), sabin_number_tidy(-c->by, 1));
			}
			separator = i % 3 == 2 ? ",\n              " : ", ";
		}
		if (separator[0] == ',')
			putchar('\n');
	}
}

static void print_view(const struct sabin_place_spec *spec, const struct sabin_place_arrangement *a,
                       const struct sabin_place_arrangement *now)
{
	const struct sabin_place_view view =
	        sabin_place_look(spec, (const double(*)[3])a->source_m, a->listener_m);
	const struct sabin_place_view was =
	        sabin_place_look(spec, (const double(*)[3])now->source_m, now->listener_m);
	printf("      %.2f m to the listener", view.distance_m);
	if (a != now)
		printf(" (%+.2f)", sabin_number_tidy(view.distance_m - was.distance_m, 2));
	if (spec->pair)
		printf(", half-angle %.1f°", view.half_angle_deg);
	if (spec->pair && a != now)
		printf(" (%+.1f)", sabin_number_tidy(view.half_angle_deg - was.half_angle_deg, 1));
	putchar('\n');
}

static bool anything_moves(const struct sabin_place_spec *spec)
{
	bool moves = spec->listener_moves;
	for (size_t s = 0; s < spec->source_count; s++)
		moves = moves || spec->source[s].moves;
	return moves;
}

static void print_holds(const struct sabin_place_plan *plan, const struct sabin_place_arrangement *a)
{
	if (isnan(a->depth_hold_m[0]) && isnan(a->width_hold_m[0]) && isnan(a->listener_hold_m[0]))
		return;
	printf("      good within:");
	print_hold("speakers back", a->depth_hold_m);
	print_hold(plan->spec.pair ? "apart" : "across", a->width_hold_m);
	print_hold("listener back", a->listener_hold_m);
	putchar('\n');
}

/* What was left out so that the search came to an end. */
static void print_limits(const struct sabin_place_plan *plan, const struct sabin_place_result *result)
{
	if (result->step_m > plan->spec.step_m * 1.001)
		printf("  There is much to search here: the grid is coarser than the %g cm that were asked for.\n",
		       plan->spec.step_m * 100);
	if (result->starts < result->starts_wanted)
		printf("  The search went on from the best %zu of its minima only, elsewhere from %zu.\n",
		       result->starts, result->starts_wanted);
	if (result->by_point)
		puts("  It went by the score at the point, and took the mean of what that led to.");
	if (!(result->hold_step_m > 0))
		puts("  How far an arrangement is good was not looked for.");
	else if (result->hold_step_m > 0.051)
		printf("  How far an arrangement is good was looked for in steps of %g cm.\n",
		       result->hold_step_m * 100);
}

void sabin_show_place(const struct sabin_roomfile *file, const struct sabin_place_plan *plan,
                      const struct sabin_place_result *result)
{
	printf("%s%s%s\n", sabin_bold(), file->name[0] ? file->name : file->path, sabin_plain());
	printf("  Score flat-v1, smaller is better");
	if (plan->spec.tolerance_m > 0)
		printf("; means over ±%g cm, the columns behind it at the point itself",
		       plan->spec.tolerance_m * 100);
	printf("\n\n  %-8s %5s  %11s %9s %9s %9s %9s %8s   %s\n", "", "score", "flatness", "spread",
	       "dip", "reflect.", "gap", "L-R", "bass");
	print_row("now", &result->current);
	char label[24];
	for (size_t i = 0; anything_moves(&plan->spec) && i < result->found_count; i++) {
		snprintf(label, sizeof label, "%zu", i + 1);
		print_row(label, &result->found[i]);
	}
	if (result->current_rule)
		printf("  The arrangement of the file breaks a constraint: %s.\n",
		       sabin_place_rule_text(result->current_rule));
	printf("\n  now%-15s x      y      z (m)\n", "");
	print_places(file, plan, &result->current);
	print_view(&plan->spec, &result->current, &result->current);
	if (!anything_moves(&plan->spec)) {
		puts("\n  Nothing may move, so nothing was searched.");
		return;
	}
	for (size_t i = 0; i < result->found_count; i++) {
		const struct sabin_place_arrangement *a = &result->found[i];
		printf("  %s%zu%s%s\n", sabin_bold(), i + 1, sabin_plain(),
		       a->score < result->current.score ? "" : " (not better than now)");
		print_places(file, plan, a);
		print_view(&plan->spec, a, &result->current);
		print_changes(&result->current.metrics, &a->metrics);
		print_holds(plan, a);
	}
	printf("\n  %zu arrangement%s on a grid of %g cm kept the constraints.  The score rises by at most\n"
	       "  0.5 where 'good within' says so; arrangements whose scores differ by less are equals.\n"
	       "  Behind each change stands what it does to the score at the point itself: less is better.\n",
	       result->tried, result->tried == 1 ? "" : "s", result->step_m * 100);
	print_limits(plan, result);
	bool bass = false;
	for (size_t s = 0; s < plan->spec.source_count; s++)
		bass = bass || plan->spec.source[s].score.bass;
	if (bass)
		puts("  Mains and subwoofers are scored as they sound together in their ranges, without a crossover:\n"
		     "  design one anew after a move (sabin eq), and judge the bass with it.");
	for (int s = 0; s < (int)file->speaker_count; s++)
		if (sabin_place_plan_source(plan, s) < 0)
			printf("  %s is not part of the score and stays.\n", file->speakers[s].name);
}

/* ---- for scripts ----------------------------------------------------------------------------------- */

static void write_metrics(struct sabin_json *json, const struct sabin_score_metrics *m)
{
	sabin_json_open_object(json, "metrics");
	sabin_json_number(json, "point_score", m->score);
	sabin_json_number(json, "flatness_db", m->flatness_db);
	sabin_json_number(json, "msv_db", m->spread_db);
	sabin_json_number(json, "sbir_db", m->dip_db);
	sabin_json_number(json, "sbir_hz", m->dip_hz);
	sabin_json_number(json, "reflection_db", m->reflection_db);
	sabin_json_number(json, "reflection_s", m->reflection_s);
	sabin_json_number(json, "itdg_s", m->gap_s);
	sabin_json_number(json, "asymmetry_db", m->asymmetry_db);
	sabin_json_text(json, "grade", grade(m->flatness_db));
	sabin_json_close(json);
}

static void write_arrangement(struct sabin_json *json, const struct sabin_roomfile *file,
                              const struct sabin_place_plan *plan,
                              const struct sabin_place_arrangement *a)
{
	double at_m[3];
	sabin_json_number(json, "score", a->score);
	write_metrics(json, &a->metrics);
	const struct sabin_place_view view =
	        sabin_place_look(&plan->spec, (const double(*)[3])a->source_m, a->listener_m);
	sabin_json_number(json, "distance_m", view.distance_m);
	sabin_json_number(json, "half_angle_deg", view.half_angle_deg);
	sabin_json_open_object(json, "speakers");
	for (int s = 0; s < (int)file->speaker_count; s++) {
		sabin_place_plan_speaker(plan, file, a, s, at_m);
		sabin_json_numbers(json, file->speakers[s].name, at_m, 3);
	}
	sabin_json_close(json);
	sabin_json_open_object(json, "positions");
	for (int p = 0; p < (int)file->position_count; p++) {
		sabin_place_plan_position(plan, file, a, p, at_m);
		sabin_json_numbers(json, file->positions[p].name, at_m, 3);
	}
	sabin_json_close(json);
}

static void write_gains(struct sabin_json *json, const struct sabin_place_arrangement *now,
                        const struct sabin_place_arrangement *then)
{
	sabin_json_open_object(json, "gain");
	sabin_json_number(json, "score", now->score - then->score);
	sabin_json_number(json, "flatness_db", now->metrics.flatness_db - then->metrics.flatness_db);
	sabin_json_number(json, "msv_db", now->metrics.spread_db - then->metrics.spread_db);
	sabin_json_number(json, "sbir_db", then->metrics.dip_db - now->metrics.dip_db);
	sabin_json_number(json, "reflection_db",
	                  now->metrics.reflection_db - then->metrics.reflection_db);
	sabin_json_number(json, "itdg_s", then->metrics.gap_s - now->metrics.gap_s);
	sabin_json_number(json, "asymmetry_db",
	                  now->metrics.asymmetry_db - then->metrics.asymmetry_db);
	sabin_json_close(json);
	sabin_json_open_object(json, "hold_m");
	sabin_json_numbers(json, "speakers_depth", then->depth_hold_m, 2);
	sabin_json_numbers(json, "speakers_width", then->width_hold_m, 2);
	sabin_json_numbers(json, "listener_depth", then->listener_hold_m, 2);
	sabin_json_close(json);
}

enum sabin_err sabin_show_place_json(const struct sabin_roomfile *file,
                                     const struct sabin_place_plan *plan,
                                     const struct sabin_place_result *result,
                                     const struct sabin_roomfit *fit,
                                     const struct sabin_fit_names *names, const double size_m[3])
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.placement/1");
	sabin_json_text(json, "file", file->path);
	sabin_json_text(json, "score", "flat-v1");
	sabin_json_number(json, "tolerance_m", plan->spec.tolerance_m);
	sabin_json_number(json, "step_m", result->step_m);
	sabin_json_integer(json, "scored", (long long)result->tried);
	sabin_json_integer(json, "starts", (long long)result->starts);
	sabin_json_integer(json, "starts_wanted", (long long)result->starts_wanted);
	sabin_json_bool(json, "mean_at_ends_only", result->by_point);
	sabin_json_number(json, "hold_step_m", result->hold_step_m);
	if (fit)
		sabin_json_fit(json, fit, names, size_m);
	sabin_json_open_object(json, "current");
	write_arrangement(json, file, plan, &result->current);
	sabin_json_text(json, "breaks",
	                result->current_rule ? sabin_place_rule_text(result->current_rule) : NULL);
	sabin_json_close(json);
	sabin_json_open_array(json, "best");
	for (size_t i = 0; anything_moves(&plan->spec) && i < result->found_count; i++) {
		sabin_json_open_object(json, NULL);
		write_arrangement(json, file, plan, &result->found[i]);
		write_gains(json, &result->current, &result->found[i]);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	const enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}
