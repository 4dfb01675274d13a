/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * main.c: the command table and the way to a command.
 */
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/topics.h"

static const struct sabin_command *const commands[] = {
    &sabin_cmd_setup,      &sabin_cmd_devices,    &sabin_cmd_level,  &sabin_cmd_watch,   &sabin_cmd_sweep,   &sabin_cmd_measure,
    &sabin_cmd_deconvolve, &sabin_cmd_import, &sabin_cmd_analyze, &sabin_cmd_response,
    &sabin_cmd_room,       &sabin_cmd_simulate, &sabin_cmd_place,   &sabin_cmd_eq,
    &sabin_cmd_verify,     &sabin_cmd_compare,  &sabin_cmd_advise,
    &sabin_cmd_plot,     &sabin_cmd_report,
};

static void usage(FILE *stream)
{
	fputs("usage: sabin COMMAND [OPTION]... [ARGUMENT]...\n"
	      "Measure a room with exponential sweeps, read it, and show it.\n\ncommands:\n",
	      stream);
	for (size_t i = 0; i < SABIN_COUNT(commands); i++)
		fprintf(stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'sabin help COMMAND' tells its options, 'sabin help topics' what else there is to know;\n"
	      "'man sabin' has it all.\n"
	      "Try without any sound card: sabin measure --simulate ROOM -o DIR\n",
	      stream);
}

static const struct sabin_command *find(const char *name)
{
	for (size_t i = 0; i < SABIN_COUNT(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* A command of that name is not there; what could have been meant is one, or (of `sabin help`: also nearly) a topic. */
static int unknown(const char *name, bool after_help)
{
	const char *near = NULL;
	const struct sabin_topic *topic, *near_topic = after_help ? NULL : sabin_topic_find(name);
	int most = sabin_opt_slips(name);
	for (size_t i = 0; i < SABIN_COUNT(commands); i++) {
		const int distance = sabin_opt_distance(name, commands[i]->name);
		if (distance <= most) {
			most = distance - 1;
			near = commands[i]->name;
		}
	}
	for (size_t i = 0; after_help && (topic = sabin_topic_row(i)); i++) {
		const int distance = sabin_opt_distance(name, topic->name);
		if (distance <= most) {
			most = distance - 1;
			near_topic = topic;
		}
	}
	if (near_topic)
		sabin_complain(NULL, "unknown command '%s'; did you mean 'sabin help %s'?", name, near_topic->name);
	else if (near)
		sabin_complain(NULL, "unknown command '%s'; did you mean '%s'?", name, near);
	else
		sabin_complain(NULL, "unknown command '%s'; see 'sabin --help'%s", name, after_help ? " and 'sabin help topics'" : "");
	return SABIN_EXIT_USAGE;
}

static int run(const struct sabin_command *command, int argc, char **argv)
{
	char **operands = NULL;
	void *options = calloc(1, command->size);
	if (!options)
		return sabin_fail_memory(command->name);
	int status = sabin_opt_parse(command, argc, argv, options, &operands) - 1;
	if (status < 0)
		status = command->run(command, options, operands);
	sabin_progress_end();
	sabin_opt_release(command, options);
	free(options);
	return sabin_finish_stdout(command->name, status);
}

static int help(int argc, char **argv)
{
	if (argc < 2) {
		usage(stdout);
		return sabin_finish_stdout(NULL, SABIN_EXIT_DONE);
	}
	const struct sabin_command *command = find(argv[1]);
	const struct sabin_topic *topic = sabin_topic_find(argv[1]);
	if (command)
		sabin_opt_help(command, stdout);
	else if (topic)
		sabin_topic_write(topic, stdout);
	else if (strcmp(argv[1], "topics") == 0)
		sabin_topics_list(stdout);
	else
		return unknown(argv[1], true);
	return sabin_finish_stdout(NULL, SABIN_EXIT_DONE);
}

/* No commands for people: `make` fills with them what shells complete from, and sabin-topics(7). */
static int completion(const char *shell)
{
	if (shell && sabin_completion_write(shell, commands, SABIN_COUNT(commands), stdout))
		return sabin_finish_stdout("completion", SABIN_EXIT_DONE);
	sabin_complain("completion", "bash, zsh or fish is expected");
	return SABIN_EXIT_USAGE;
}

static int manual(void)
{
	sabin_topics_write_manual(stdout);
	return sabin_finish_stdout("manual", SABIN_EXIT_DONE);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return SABIN_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("sabin " SABIN_VERSION);
		return sabin_finish_stdout(NULL, SABIN_EXIT_DONE);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help(1, argv);
	if (strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(argv[1], "completion") == 0)
		return completion(argv[2]);
	if (strcmp(argv[1], "manual") == 0)
		return manual();
	const struct sabin_command *command = find(argv[1]);
	return command ? run(command, argc - 1, argv + 1) : unknown(argv[1], false);
}
