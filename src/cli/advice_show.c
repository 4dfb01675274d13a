/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice_show.c: advice on standard output, for people and for scripts.
 */
#include <math.h>

#include "cli/advice_words.h"
#include "cli/purchases.h"
#include "cli/show.h"
#include "cli/talk.h"

enum { LINE = 96 };

/* Words broken into lines behind an indent. */
static void print_wrapped(FILE *stream, const char *text, int indent)
{
	int column = indent;
	for (const char *word = text; *word;) {
		const size_t blanks = strspn(word, " ");
		word += blanks;
		const size_t n = strcspn(word, " ");
		int width = 0;
		for (size_t i = 0; i < n; i++)
			width += ((unsigned char)word[i] & 0xc0) != 0x80;
		if (column > indent && column + width + (int)blanks > LINE) {
			fprintf(stream, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fprintf(stream, "%*s", (int)blanks, "");
			column += (int)blanks;
		}
		fwrite(word, 1, n, stream);
		column += width;
		word += n;
	}
	fputc('\n', stream);
}

/* ---- what is to be bought --------------------------------------------------------------------------------------- */

static bool has_spread(const char *text)
{
	return strstr(text, " ± ") != NULL;
}

static void print_if(FILE *stream, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(stream, "  ");
	print_wrapped(stream, text, 2);
}

/* True: there is a ± in it. */
static bool print_purchases(const struct sabin_advice *advice, FILE *stream)
{
	struct sabin_purchases list;
	char words[SABIN_PURCHASE_WORDS], text[SABIN_ADVICE_TEXT_SIZE] = "";
	sabin_purchases_sum(advice, &list);
	if (list.count > 0)
		fprintf(stream, "\n%sShopping list, for all of it%s\n", sabin_bold(), sabin_plain());
	for (size_t i = 0; i < list.count; i++) {
		sabin_purchase_words(&list.panel[i], words);
		fprintf(stream, "  %5.1f m2  %s\n", list.panel[i].area_m2, words);
	}
	sabin_purchases_once(&list, words);
	print_if(stream, words);
	struct words treated = {.text = text};
	words_treated(&advice->treated, &treated);
	print_if(stream, text);
	return has_spread(text);
}

static void json_treated(struct sabin_json *json, const struct sabin_advice_treated *treated)
{
	if (treated->panels == 0 || !treated->mean_then_s.valid)
		return;
	sabin_json_open_object(json, "treated");
	sabin_json_number(json, "now_s", treated->mean_now_s);
	sabin_json_quantity(json, "decay_time", treated->mean_then_s, "s");
	sabin_json_number(json, "at_least_s", treated->least_s);
	sabin_json_number(json, "at_most_s", treated->most_s);
	sabin_json_open_array(json, "bands");
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++) {
		if (!treated->then_s[b].valid)
			continue;
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", treated->centre_hz[b]);
		sabin_json_number(json, "now_s", treated->now_s[b]);
		sabin_json_quantity(json, "decay_time", treated->then_s[b], "s");
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_close(json);
}

static void json_purchases(struct sabin_json *json, const struct sabin_advice *advice)
{
	struct sabin_purchases list;
	sabin_purchases_sum(advice, &list);
	sabin_json_open_array(json, "shopping_list");
	for (size_t i = 0; i < list.count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "kind", "porous");
		sabin_json_number(json, "area_m2", list.panel[i].area_m2);
		sabin_json_number(json, "thickness_m", list.panel[i].thickness_m);
		sabin_json_number(json, "gap_m", list.panel[i].gap_m);
		sabin_json_number(json, "resistivity_pa_s_per_m2", list.panel[i].resistivity_pa_s_per_m2);
		if (isfinite(list.panel[i].mass_kg_per_m2))
			sabin_json_number(json, "mass_kg_per_m2", list.panel[i].mass_kg_per_m2);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

/* ---- for people ------------------------------------------------------------------------------------------------- */

void sabin_show_advice(const struct sabin_advise_scene *scene, const struct sabin_advice *advice, FILE *stream)
{
	char text[SABIN_ADVICE_TEXT_SIZE];
	size_t number = 0;
	static const char *const headings[] = {"Repair", "Move", "Treat", "Correct"};
	bool left = false, urgent = false, spread = false;
	for (size_t i = 0; i < advice->count; i++) {
		const struct sabin_advice_item *item = &advice->item[i];
		if (item->kind == SABIN_ADVICE_LEAVE && !left) {
			fprintf(stream, "\n%sLeave as it is%s\n", sabin_bold(), sabin_plain());
			left = true;
		}
		urgent = urgent || item->kind < SABIN_ADVICE_CORRECT;
		sabin_advice_text(scene, item, text);
		spread = spread || has_spread(text);
		if (item->kind == SABIN_ADVICE_LEAVE)
			fprintf(stream, "  -  ");
		else
			fprintf(stream, "%2zu %s%-7s%s  ", ++number, sabin_bold(), headings[item->kind],
			        sabin_plain());
		print_wrapped(stream, text, item->kind == SABIN_ADVICE_LEAVE ? 5 : 12);
		fprintf(stream, "%*s%s%s, %.0f %% sure", item->kind == SABIN_ADVICE_LEAVE ? 5 : 12, "", sabin_dim(),
		        sabin_advice_code_name(item->code), 100 * item->confidence);
		if (item->chart)
			fprintf(stream, "; look at: sabin plot %s --kind %s -o charts", scene->side->path, item->chart);
		fprintf(stream, "%s\n", sabin_plain());
	}
	if (!urgent)
		fprintf(stream, "%sNothing to repair, move or treat was found.%s\n", sabin_good(), sabin_plain());
	spread = print_purchases(advice, stream) || spread;
	bool any = false;
	for (int g = 0; g < SABIN_GAP_COUNT; g++) {
		if (!advice->gap[g])
			continue;
		fprintf(stream, "%s", any ? "" : "\nNot looked for\n");
		any = true;
		char line[SABIN_ADVICE_TEXT_SIZE + 64];
		sabin_advice_gap_text(scene, (enum sabin_advice_gap)g, text);
		snprintf(line, sizeof line, "%s: %s", sabin_advice_gap_name((enum sabin_advice_gap)g), text);
		fprintf(stream, "  %s-%s  ", sabin_dim(), sabin_plain());
		print_wrapped(stream, line, 5);
	}
	if (spread)
		fprintf(stream, "\n±: 95 %% (k = %.0f)\n", SABIN_COVERS);
}

/* ---- for scripts ------------------------------------------------------------------------------------------- */

static void json_facts(struct sabin_json *json, const struct sabin_advise_scene *scene, const char *key,
                       const struct sabin_advice_fact *fact, size_t n)
{
	sabin_json_open_array(json, key);
	for (size_t i = 0; i < n; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "what", fact[i].what);
		if (isfinite(fact[i].freq_hz))
			sabin_json_number(json, "freq_hz", fact[i].freq_hz);
		if (isfinite(fact[i].band_hz))
			sabin_json_number(json, "centre_hz", fact[i].band_hz);
		if (fact[i].speaker >= 0)
			sabin_json_text(json, "speaker", scene->speaker_name[fact[i].speaker]);
		if (fact[i].position >= 0)
			sabin_json_text(json, "position", scene->position_name[fact[i].position]);
		if (isfinite(fact[i].now))
			sabin_json_number(json, "now", fact[i].now);
		sabin_json_quantity(json, "quantity", fact[i].q, fact[i].unit);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_moves(struct sabin_json *json, const struct sabin_advise_scene *scene, const struct sabin_advice_item *item)
{
	sabin_json_open_array(json, "moves");
	for (size_t i = 0; i < item->move_count; i++) {
		const struct sabin_advice_move *move = &item->move[i];
		sabin_json_open_object(json, NULL);
		if (move->speaker >= 0)
			sabin_json_text(json, "speaker", scene->speaker_name[move->speaker]);
		else
			sabin_json_text(json, "position", scene->position_name[move->position]);
		sabin_json_numbers(json, "by_m", move->by_m, 3);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_panel(struct sabin_json *json, const struct sabin_advice_panel *panel)
{
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "kind", panel->kind == SABIN_PANEL_POROUS ? "porous" : "membrane");
	if (panel->surface >= 0)
		sabin_json_text(json, "surface", sabin_surface_name((enum sabin_surface_id)panel->surface));
	sabin_json_number(json, "area_m2", panel->area_m2);
	sabin_json_number(json, "counted_m2", panel->counted_m2);
	sabin_json_number(json, "thickness_m", panel->thickness_m);
	sabin_json_number(json, "gap_m", panel->gap_m);
	if (isfinite(panel->resistivity_pa_s_per_m2))
		sabin_json_number(json, "resistivity_pa_s_per_m2", panel->resistivity_pa_s_per_m2);
	if (isfinite(panel->mass_kg_per_m2))
		sabin_json_number(json, "mass_kg_per_m2", panel->mass_kg_per_m2);
	if (isfinite(panel->centre_m[0]))
		sabin_json_numbers(json, "centre_m", panel->centre_m, 3);
	if (isfinite(panel->sides_m[0]))
		sabin_json_numbers(json, "sides_m", panel->sides_m, 2);
	sabin_json_close(json);
}

static void json_target(struct sabin_json *json, const struct sabin_advise_scene *scene,
                        const struct sabin_advice_item *item)
{
	sabin_json_open_object(json, "target");
	if (item->speaker >= 0)
		sabin_json_text(json, "speaker", scene->speaker_name[item->speaker]);
	if (item->other_speaker >= 0)
		sabin_json_text(json, "other_speaker", scene->speaker_name[item->other_speaker]);
	if (item->position >= 0)
		sabin_json_text(json, "position", scene->position_name[item->position]);
	if (item->surface >= 0)
		sabin_json_text(json, "surface", sabin_surface_name((enum sabin_surface_id)item->surface));
	if (item->other_surface >= 0)
		sabin_json_text(json, "other_surface",
		                sabin_surface_name((enum sabin_surface_id)item->other_surface));
	if (item->object >= 0 && scene->side->has_room && (size_t)item->object < scene->side->room.object_count)
		sabin_json_text(json, "object", scene->side->room.objects[item->object].kind);
	if (isfinite(item->freq_hz))
		sabin_json_number(json, "freq_hz", item->freq_hz);
	if (isfinite(item->point_m[0]))
		sabin_json_numbers(json, "point_m", item->point_m, 3);
	if (item->move_count > 0) /* of the first; all are in `moves` */
		sabin_json_numbers(json, "move_m", item->move[0].by_m, 3);
	sabin_json_close(json);
}

enum sabin_err sabin_show_advice_json(const struct sabin_advise_scene *scene, const struct sabin_advice *advice,
                                      FILE *stream)
{
	char text[SABIN_ADVICE_TEXT_SIZE];
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.advice/1");
	sabin_json_text(json, "measurement", scene->side->path);
	sabin_json_open_array(json, "items");
	for (size_t i = 0; i < advice->count; i++) {
		const struct sabin_advice_item *item = &advice->item[i];
		sabin_advice_text(scene, item, text);
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "code", sabin_advice_code_name(item->code));
		sabin_json_text(json, "kind", sabin_advice_kind_name(item->kind));
		json_target(json, scene, item);
		sabin_json_text(json, "text", text);
		json_moves(json, scene, item);
		sabin_json_open_array(json, "panels");
		for (size_t k = 0; k < item->panel_count; k++)
			json_panel(json, &item->panel[k]);
		sabin_json_close(json);
		json_facts(json, scene, "effect", item->effect, item->effect_count);
		json_facts(json, scene, "evidence", item->evidence, item->evidence_count);
		sabin_json_text(json, "chart", item->chart);
		sabin_json_number(json, "confidence", item->confidence);
		sabin_json_number(json, "benefit", item->benefit);
		sabin_json_number(json, "effort", item->effort);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	json_purchases(json, advice);
	json_treated(json, &advice->treated);
	sabin_json_open_array(json, "not_judged");
	for (int g = 0; g < SABIN_GAP_COUNT; g++) {
		if (!advice->gap[g])
			continue;
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "what", sabin_advice_gap_name((enum sabin_advice_gap)g));
		sabin_advice_gap_text(scene, (enum sabin_advice_gap)g, text);
		sabin_json_text(json, "why", text);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	const enum sabin_err err = sabin_json_print(json, stream);
	sabin_json_free(json);
	return err;
}
