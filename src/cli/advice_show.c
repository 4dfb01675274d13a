/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice_show.c: advice on standard output, for people and for scripts.
 */
#include <math.h>

#include "cli/advice_show.h"
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

void sabin_show_advice(const struct sabin_scene *scene, const struct sabin_advice *advice, FILE *stream)
{
	char text[SABIN_ADVICE_TEXT_SIZE];
	const char *heading = NULL;
	size_t number = 0;
	static const char *const headings[] = {"Repair", "Move", "Treat", "Correct", "Leave"};
	bool left = false;
	for (size_t i = 0; i < advice->count; i++) {
		const struct sabin_advice_item *item = &advice->item[i];
		if (item->kind == SABIN_ADVICE_LEAVE && !left) {
			fprintf(stream, "\n%sLeave as it is%s\n", sabin_bold(), sabin_plain());
			left = true;
		}
		heading = headings[item->kind];
		sabin_advice_text(scene, item, text);
		if (item->kind == SABIN_ADVICE_LEAVE)
			fprintf(stream, "  -  ");
		else
			fprintf(stream, "%s%2zu %s%-7s%s  ", i > 0 ? "" : "", ++number, sabin_bold(), heading,
			        sabin_plain());
		print_wrapped(stream, text, item->kind == SABIN_ADVICE_LEAVE ? 5 : 12);
		fprintf(stream, "%*s%s%s, %.0f %% sure", item->kind == SABIN_ADVICE_LEAVE ? 5 : 12, "", sabin_dim(),
		        sabin_advice_code_name(item->code), 100 * item->confidence);
		if (item->chart)
			fprintf(stream, "; look at: sabin plot %s --kind %s -o charts", scene->side->path, item->chart);
		fprintf(stream, "%s\n", sabin_plain());
	}
	if (number == 0)
		fprintf(stream, "%sNothing to repair, move or treat was found.%s\n", sabin_good(), sabin_plain());
	bool any = false;
	for (int g = 0; g < SABIN_GAP_COUNT; g++) {
		if (!advice->gap[g])
			continue;
		fprintf(stream, "%s", any ? "" : "\nNot looked for\n");
		any = true;
		snprintf(text, sizeof text, "%s: %s", sabin_advice_gap_name((enum sabin_advice_gap)g),
		         sabin_advice_gap_text((enum sabin_advice_gap)g));
		fprintf(stream, "  %s-%s  ", sabin_dim(), sabin_plain());
		print_wrapped(stream, text, 5);
	}
}

/* ---- for scripts ------------------------------------------------------------------------------------------- */

static void json_facts(struct sabin_json *json, const char *key, const struct sabin_advice_fact *fact, size_t n)
{
	sabin_json_open_array(json, key);
	for (size_t i = 0; i < n; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "what", fact[i].what);
		if (isfinite(fact[i].freq_hz))
			sabin_json_number(json, "freq_hz", fact[i].freq_hz);
		if (isfinite(fact[i].band_hz))
			sabin_json_number(json, "centre_hz", fact[i].band_hz);
		sabin_json_quantity(json, "quantity", fact[i].q, fact[i].unit);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_target(struct sabin_json *json, const struct sabin_scene *scene,
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
	if (isfinite(item->move_m[0]))
		sabin_json_numbers(json, "move_m", item->move_m, 3);
	sabin_json_close(json);
}

enum sabin_err sabin_show_advice_json(const struct sabin_scene *scene, const struct sabin_advice *advice,
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
		json_facts(json, "effect", item->effect, item->effect_count);
		json_facts(json, "evidence", item->evidence, item->evidence_count);
		sabin_json_text(json, "chart", item->chart);
		sabin_json_number(json, "confidence", item->confidence);
		sabin_json_number(json, "benefit", item->benefit);
		sabin_json_number(json, "effort", item->effort);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_open_array(json, "not_judged");
	for (int g = 0; g < SABIN_GAP_COUNT; g++) {
		if (!advice->gap[g])
			continue;
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "what", sabin_advice_gap_name((enum sabin_advice_gap)g));
		sabin_json_text(json, "why", sabin_advice_gap_text((enum sabin_advice_gap)g));
		sabin_json_close(json);
	}
	sabin_json_close(json);
	const enum sabin_err err = sabin_json_print(json, stream);
	sabin_json_free(json);
	return err;
}
