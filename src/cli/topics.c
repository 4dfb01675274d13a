/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * topics.c: the topics of `sabin help`, as text and as a page of the manual.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "cli/topics.h"
#include "cli/topics/topics.h"

static const struct sabin_topic *const topics[] = {
    &sabin_topic_microphone, &sabin_topic_loudness, &sabin_topic_test_signal, &sabin_topic_timing,
    &sabin_topic_small_room, &sabin_topic_trust,    &sabin_topic_order,       &sabin_topic_correction,
    &sabin_topic_before_after,
};

const struct sabin_topic *sabin_topic_row(size_t i)
{
	return i < sizeof topics / sizeof *topics ? topics[i] : NULL;
}

const struct sabin_topic *sabin_topic_find(const char *name)
{
	const struct sabin_topic *topic;
	for (size_t i = 0; (topic = sabin_topic_row(i)); i++)
		if (strcmp(topic->name, name) == 0)
			return topic;
	return NULL;
}

void sabin_topics_list(FILE *out)
{
	const struct sabin_topic *topic;
	fputs("topics:\n", out);
	for (size_t i = 0; (topic = sabin_topic_row(i)); i++)
		fprintf(out, "  %-14s %s\n", topic->name, topic->summary);
	fputs("\n'sabin help TOPIC' tells one of them; sabin-topics(7) holds them all,\n"
	      "sabin-tutorial(7) goes from an empty room to a verified correction.\n",
	      out);
}

void sabin_topic_write(const struct sabin_topic *topic, FILE *out)
{
	fprintf(out, "%s: %s\n\n%s", topic->name, topic->summary, topic->text);
}

/* ---- the page ------------------------------------------------------------------------------------------------- */

/* Running text; what roff would take for its own is escaped, and a sentence that ends within a line ends the line. */
static void write_roff(const char *text, size_t length, FILE *out)
{
	bool begins = true; /* a line */
	for (size_t i = 0; i < length; i++) {
		const char before = i > 0 ? text[i - 1] : ' ';
		const bool ends = before == '.' && text[i] == ' ';
		if (text[i] == '\\')
			fputs("\\e", out);
		else if (text[i] == '-' && strchr(" (-", before)) /* an option, a minus sign */
			fputs("\\-", out);
		else if (text[i] == '\'' && begins)
			fputs("\\(aq", out);
		else if (text[i] == '.' && begins)
			fputs("\\&.", out);
		else
			fputc(ends ? '\n' : text[i], out);
		begins = ends;
	}
}

/* Length of a reference such as "sabin-level(1)" at the start of text, with the length of its name; 0: it is none. */
static size_t reference(const char *text, size_t *name)
{
	if (strncmp(text, "sabin", 5) != 0 && strncmp(text, "libsabin", 8) != 0)
		return 0;
	*name = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
	return text[*name] == '(' && isdigit((unsigned char)text[*name + 1]) && text[*name + 2] == ')' ? *name + 3 : 0;
}

/* A line of running text; a reference stands on a line of its own, with what closes it. */
static void write_prose(const char *line, size_t length, FILE *out)
{
	size_t from = 0, name = 0;
	for (size_t i = 0; i < length; i++) {
		const size_t all = i == 0 || line[i - 1] == ' ' ? reference(line + i, &name) : 0;
		if (all == 0)
			continue;
		size_t before = i;
		while (before > from && line[before - 1] == ' ')
			before--;
		if (before > from) {
			write_roff(line + from, before - from, out);
			fputc('\n', out);
		}
		fprintf(out, ".Xr %.*s %c", (int)name, line + i, line[i + name + 1]);
		for (i += all; i < length && strchr(",.;:)", line[i]); i++)
			fprintf(out, " %c", line[i]);
		fputc('\n', out);
		while (i < length && line[i] == ' ')
			i++;
		from = i--;
	}
	if (from < length) {
		write_roff(line + from, length - from, out);
		fputc('\n', out);
	}
}

static void write_section(const struct sabin_topic *topic, FILE *out)
{
	enum { NOTHING, PROSE, ITEMS, DISPLAY } in = NOTHING;
	bool first = true; /* right behind the heading no paragraph begins */
	fprintf(out, ".Ss %s: %s\n", topic->name, topic->summary);
	for (const char *line = topic->text; *line; line += strcspn(line, "\n") + 1) {
		const size_t length = strcspn(line, "\n");
		if (length == 0) {
			if (in == ITEMS)
				fputs(".El\n", out);
			in = NOTHING;
		} else if (strncmp(line, "    ", 4) == 0) {
			fputs(".Dl ", out);
			write_roff(line + 4, length - 4, out);
			fputc('\n', out);
			in = DISPLAY;
		} else if (strncmp(line, "- ", 2) == 0) {
			fputs(in == ITEMS ? ".It\n" : ".Bl -bullet -compact\n.It\n", out);
			write_prose(line + 2, length - 2, out);
			in = ITEMS;
		} else if (in == ITEMS) {
			write_prose(line + 2, length - 2, out);
		} else {
			if (in != PROSE && !first)
				fputs(".Pp\n", out);
			write_prose(line, length, out);
			in = PROSE;
		}
		first = false;
	}
	if (in == ITEMS)
		fputs(".El\n", out);
}

void sabin_topics_write_manual(FILE *out)
{
	const struct sabin_topic *topic;
	fputs(".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n"
	      ".\\\" Made of src/cli/topics/ by the command.\n"
	      ".Dd November 27, 2026\n.Dt SABIN-TOPICS 7\n.Os sabin\n"
	      ".Sh NAME\n.Nm sabin-topics\n.Nd what to know before, while and after measuring a room\n"
	      ".Sh DESCRIPTION\nEach of these topics is also told by\n.Ql sabin help TOPIC .\n"
	      "A command that begins with $ needs no sound card:\n.Pa rooms\nare the sample rooms,\n"
	      ".Pa before\nand\n.Pa after\nmeasurements of one room, and\n.Pa correction\nis what\n.Xr sabin-eq 1\n"
	      "made of the first, all as in\n.Xr sabin-tutorial 7 .\n",
	      out);
	for (size_t i = 0; (topic = sabin_topic_row(i)); i++)
		write_section(topic, out);
	fputs(".Sh SEE ALSO\n.Xr sabin 1 ,\n.Xr sabin-room 5 ,\n.Xr sabin-tutorial 7 ,\n.Xr sabin-units 7\n", out);
}
