/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ask.c: questions on a terminal, or to a pipe that answers them.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/talk.h"
#include "io/number.h"
#include "io/utf8.h"

enum { WHY_SIZE = 2000 }; /* holds the names of all materials */

void sabin_ask_init(struct sabin_asker *asker, const char *command, FILE *in, bool yes)
{
	*asker = (struct sabin_asker){
	    .command = command, .in = in, .yes = yes, .screen = isatty(fileno(in)), .status = -1};
}

static bool is_asking(const struct sabin_asker *asker)
{
	return asker->status < 0 && !asker->yes;
}

void sabin_ask_about(const struct sabin_asker *asker, const char *heading)
{
	if (is_asking(asker) && !sabin_talk_quiet())
		fprintf(stderr, "\n%s\n", heading);
}

void sabin_ask_refuse(struct sabin_asker *asker, const char *format, ...)
{
	char text[WHY_SIZE];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (asker->screen) {
		fprintf(stderr, "  %s\n", text);
		return;
	}
	sabin_complain(asker->command, "standard input:%u:1: %s", asker->line, text);
	asker->status = SABIN_EXIT_INPUT;
}

static void trim(char *text)
{
	static const char blanks[] = " \t\r\n";
	const size_t lead = strspn(text, blanks);
	memmove(text, text + lead, strlen(text + lead) + 1);
	for (size_t n = strlen(text); n > 0 && strchr(blanks, text[n - 1]); n--)
		text[n - 1] = '\0';
}

static bool is_text(const char *text)
{
	for (size_t n = strlen(text); n > 0;) {
		uint32_t code = 0;
		const size_t length = sabin_utf8_decode(text, n, &code);
		if (length == 0 || code < 0x20 || code == 0x7f)
			return false;
		text += length;
		n -= length;
	}
	return true;
}

/* The next answer.  False when there is none, after a message; also where it is no line of text. */
static bool read_answer(struct sabin_asker *asker, const char *question, const char *initial,
                        char answer[SABIN_ANSWER_SIZE])
{
	if (!sabin_talk_quiet()) {
		fprintf(stderr, "  %s%s%s%s: ", question, *initial ? " [" : "", initial, *initial ? "]" : "");
		fflush(stderr);
	}
	asker->line++;
	if (!fgets(answer, SABIN_ANSWER_SIZE, asker->in)) {
		if (!sabin_talk_quiet())
			fputc('\n', stderr);
		sabin_complain(asker->command, "the answers ended at '%s'; nothing was written (--yes takes the defaults)",
		               question);
		asker->status = SABIN_EXIT_INPUT;
		return false;
	}
	const bool whole = strchr(answer, '\n') || feof(asker->in);
	for (int c = '\0'; !whole && c != '\n' && c != EOF;)
		c = fgetc(asker->in);
	if (!asker->screen && !sabin_talk_quiet())
		fputs(strchr(answer, '\n') ? answer : "\n", stderr); /* what a terminal would have shown */
	trim(answer);
	if (whole && is_text(answer))
		return true;
	sabin_ask_refuse(asker, "this is no line of text of less than %d bytes", SABIN_ANSWER_SIZE);
	answer[0] = '\0';
	return false;
}

/* Is a question to be put (again), and what is the answer?  "" is the default. */
static bool next_answer(struct sabin_asker *asker, const char *question, const char *initial,
                        char answer[SABIN_ANSWER_SIZE])
{
	while (is_asking(asker))
		if (read_answer(asker, question, initial, answer))
			return true;
	return false;
}

static const char *unit_name(enum sabin_opt_unit unit)
{
	return unit == SABIN_UNIT_M ? " m" : unit == SABIN_UNIT_HZ ? " Hz" : "";
}

/* "2.6 m" is how the question has it: away with blanks before the unit. */
static void join_unit(char *answer)
{
	char *unit = answer + strlen(answer);
	while (unit > answer && isalpha((unsigned char)unit[-1]))
		unit--;
	char *end = unit;
	while (end > answer && isblank((unsigned char)end[-1]))
		end--;
	if (*unit)
		memmove(end, unit, strlen(unit) + 1);
}

double sabin_ask_number(struct sabin_asker *asker, const char *question, enum sabin_opt_unit unit, double initial,
                        double min, double max)
{
	char answer[SABIN_ANSWER_SIZE], shown[40];
	snprintf(shown, sizeof shown, "%.10g%s", initial, unit_name(unit));
	while (next_answer(asker, question, shown, answer)) {
		double value;
		if (!*answer)
			return initial;
		join_unit(answer);
		if (!sabin_opt_number(answer, unit, &value))
			sabin_ask_refuse(asker, "'%.40s' is no number%s%s; such as %s is expected%s", answer, *unit_name(unit) ? " in" : "",
			       unit_name(unit), shown, strchr(answer, ',') ? ", with a decimal point" : "");
		else if (value < min || value > max)
			sabin_ask_refuse(asker, "%.40s is out of range; %.6g to %.6g%s is expected", answer, min, max, unit_name(unit));
		else
			return value;
	}
	return initial;
}

unsigned sabin_ask_count(struct sabin_asker *asker, const char *question, unsigned initial, unsigned min, unsigned max)
{
	char answer[SABIN_ANSWER_SIZE], shown[40];
	snprintf(shown, sizeof shown, "%u", initial);
	while (next_answer(asker, question, shown, answer)) {
		char *end = NULL;
		const unsigned long value = strtoul(answer, &end, 10);
		if (!*answer)
			return initial;
		if (strspn(answer, "0123456789") == strlen(answer) && value >= min && value <= max)
			return (unsigned)value;
		sabin_ask_refuse(asker, "'%.40s': a whole number from %u to %u is expected", answer, min, max);
	}
	return initial;
}

bool sabin_ask_yes(struct sabin_asker *asker, const char *question, bool initial)
{
	char answer[SABIN_ANSWER_SIZE];
	while (next_answer(asker, question, initial ? "yes" : "no", answer)) {
		if (!*answer)
			return initial;
		if (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0)
			return true;
		if (strcasecmp(answer, "n") == 0 || strcasecmp(answer, "no") == 0)
			return false;
		sabin_ask_refuse(asker, "'%.40s': yes or no is expected", answer);
	}
	return initial;
}

size_t sabin_ask_choice(struct sabin_asker *asker, const char *question, const char *const *items, size_t count,
                        size_t initial)
{
	char answer[SABIN_ANSWER_SIZE], shown[40];
	for (size_t i = 0; is_asking(asker) && !sabin_talk_quiet() && i < count; i++)
		fprintf(stderr, "  %3zu  %s\n", i + 1, items[i]);
	snprintf(shown, sizeof shown, "%zu", initial + 1);
	while (next_answer(asker, question, shown, answer)) {
		char *end = NULL;
		const unsigned long at = strtoul(answer, &end, 10);
		if (!*answer)
			return initial;
		if (*end == '\0' && strspn(answer, "0123456789") > 0 && at >= 1 && at <= count)
			return at - 1;
		for (size_t i = 0; i < count; i++)
			if (strcasecmp(answer, items[i]) == 0)
				return i;
		sabin_ask_refuse(asker, "'%.40s': a number from 1 to %zu is expected", answer, count);
	}
	return initial;
}

void sabin_ask_words(struct sabin_asker *asker, const char *question, const char *initial,
                     bool (*good)(const char *text, char *why, size_t size), char out[SABIN_ANSWER_SIZE])
{
	char answer[SABIN_ANSWER_SIZE], why[WHY_SIZE];
	snprintf(out, SABIN_ANSWER_SIZE, "%s", initial);
	while (next_answer(asker, question, initial, answer)) {
		if (!*answer)
			return;
		if (!good || good(answer, why, sizeof why)) {
			snprintf(out, SABIN_ANSWER_SIZE, "%s", answer);
			return;
		}
		sabin_ask_refuse(asker, "%s", why);
	}
}
