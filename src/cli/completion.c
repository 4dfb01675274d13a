/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * completion.c: what a shell needs to complete sabin's command line, made of the option rows.
 *
 * An option's argument is one of words that are known (a choice, or the rows of a registry), a file, or something that
 * nobody can guess.
 */
#include <string.h>

#include <sabin/standards.h>

#include "chart/chart.h"
#include "cli/completion.h"
#include "cli/topics.h"
#include "io/dialect/dialect.h"

/* ---- what may follow an option ---------------------------------------------------------------------------- */

static const char *kind_name(size_t i)
{
	const struct sabin_chart_kind *kind = sabin_chart_kind(i);
	return kind ? kind->name : NULL;
}

static const char *dialect_name(size_t i)
{
	const struct sabin_dialect *dialect = sabin_dialect_row(i);
	return dialect ? dialect->name : NULL;
}

static const char *standard_name(size_t i)
{
	const struct sabin_standard *standard = sabin_standard_row(i);
	return standard ? standard->name : NULL;
}

/* What may follow `help` beside the commands, each with a blank before it. */
static void write_topics(FILE *out)
{
	const struct sabin_topic *topic;
	fputs(" topics", out);
	for (size_t i = 0; (topic = sabin_topic_row(i)); i++)
		fprintf(out, " %s", topic->name);
}

/* Lists whose items a registry knows, by the option's name; `also` comes first. */
static const struct {
	const char *option, *also;
	const char *(*name)(size_t i);
} registries[] = {{"kind", "all", kind_name}, {"dialect", NULL, dialect_name}, {"require", NULL, standard_name}};

/* All words that may follow, apart by blanks, where they are known. */
static void write_words(const struct sabin_opt *row, FILE *out)
{
	if (row->type == SABIN_OPT_CHOICE) {
		for (const char *c = row->choices; *c; c++)
			fputc(*c == '|' ? ' ' : *c, out);
		return;
	}
	for (size_t r = 0; row->type == SABIN_OPT_LIST && r < sizeof registries / sizeof *registries; r++) {
		if (strcmp(registries[r].option, row->name) != 0)
			continue;
		const char *name;
		fputs(registries[r].also ? registries[r].also : "", out);
		for (size_t i = 0; (name = registries[r].name(i)); i++)
			fprintf(out, "%s%s", i > 0 || registries[r].also ? " " : "", name);
		return;
	}
}

static bool has_words(const struct sabin_opt *row)
{
	bool known = row->type == SABIN_OPT_CHOICE;
	for (size_t r = 0; row->type == SABIN_OPT_LIST && r < sizeof registries / sizeof *registries; r++)
		known = known || strcmp(registries[r].option, row->name) == 0;
	return known;
}

static bool is_file(const struct sabin_opt *row)
{
	static const char *const names[] = {"FILE", "DIR", "PATH", "MEASUREMENT", "CORRECTION", "ROOM"};
	if (row->type != SABIN_OPT_TEXT && !(row->type == SABIN_OPT_LIST && strcmp(row->name, "require") == 0))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (row->type == SABIN_OPT_LIST || strncmp(row->arg, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* ---- bash ---------------------------------------------------------------------------------------------------- */

static const char bash_head[] =
    "# bash completion for sabin; made of its option rows\n"
    "_sabin()\n{\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd='' i options='' words='' how=''\n"
    "\tCOMPREPLY=()\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\tcase ${COMP_WORDS[i]} in -*) ;; *) cmd=${COMP_WORDS[i]}; break ;; esac\n"
    "\tdone\n"
    "\t# --option=value comes in three words\n"
    "\tif [[ $cur == = ]]; then cur=''\n"
    "\telif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n";

static const char bash_tail[] =
    "\tcase $how in\n"
    "\tnone) return ;;\n"
    "\tlist)\n"
    "\t\tlocal before=''\n"
    "\t\tif [[ $cur == *,* ]]; then before=${cur%,*},; fi\n"
    "\t\tCOMPREPLY=($(compgen -P \"$before\" -W \"$words\" -- \"${cur##*,}\"))\n"
    "\t\tif [[ $cur == */* || ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- \"$cur\")); fi\n"
    "\t\treturn ;;\n"
    "\twords) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); return ;;\n"
    "\tesac\n"
    "\tif [[ $how != file && $cur == -* ]]; then\n"
    "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
    "\telse\n"
    "\t\tcompopt -o filenames 2>/dev/null\n"
    "\t\tlocal IFS=$'\\n'\n"
    "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
    "\tfi\n"
    "}\ncomplete -F _sabin sabin\n";

static void bash_row(const struct sabin_command *command, const struct sabin_opt *row, FILE *out)
{
	if (row->type == SABIN_OPT_FLAG)
		return;
	fprintf(out, "\t'%s --%s'", command->name, row->name);
	if (row->letter)
		fprintf(out, " | '%s -%c'", command->name, row->letter);
	fputs(") ", out);
	if (has_words(row)) {
		fprintf(out, "how=%s words='", row->type == SABIN_OPT_LIST ? "list" : "words");
		write_words(row, out);
		fputs("'", out);
	} else {
		fprintf(out, "how=%s", is_file(row) ? "file" : "none");
	}
	fputs(" ;;\n", out);
}

static void write_bash(const struct sabin_command *const *commands, size_t count, FILE *out)
{
	const struct sabin_opt *row;
	fputs(bash_head, out);
	fputs("\tlocal commands='", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s ", commands[i]->name);
	fputs("help' topics='", out);
	write_topics(out);
	fputs("'\n"
	      "\tcase $cmd in\n"
	      "\t'') COMPREPLY=($(compgen -W \"$commands --help --version\" -- \"$cur\")); return ;;\n"
	      "\thelp) COMPREPLY=($(compgen -W \"$commands $topics\" -- \"$cur\")); return ;;\n",
	      out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "\t%s) options='", commands[i]->name);
		for (size_t k = 0; (row = sabin_opt_row(commands[i], k)); k++)
			fprintf(out, "%s--%s", k > 0 ? " " : "", row->name);
		fputs("' ;;\n", out);
	}
	fputs("\tesac\n\tcase \"$cmd $prev\" in\n", out);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; (row = sabin_opt_row(commands[i], k)); k++)
			bash_row(commands[i], row, out);
	fputs("\tesac\n", out);
	fputs(bash_tail, out);
}

/* ---- zsh ----------------------------------------------------------------------------------------------------- */

/* The first line of a help text, in single quotes of a shell; `special` characters get a backslash. */
static void write_quoted(const char *text, const char *special, FILE *out)
{
	for (; *text && *text != '\n'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr(special, *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void zsh_row(const struct sabin_opt *row, FILE *out)
{
	const bool list = row->type == SABIN_OPT_LIST;
	fputs("\t\t", out);
	if (row->letter)
		fprintf(out, "%s{-%c%s,--%s%s}", list ? "\\*" : "", row->letter, row->type == SABIN_OPT_FLAG ? "" : "+", row->name,
		        row->type == SABIN_OPT_FLAG ? "" : "=");
	else
		fprintf(out, "'%s--%s%s'", list ? "*" : "", row->name, row->type == SABIN_OPT_FLAG ? "" : "=");
	fputs("'[", out);
	write_quoted(row->help, "[]\\", out);
	fputs("]", out);
	if (row->type != SABIN_OPT_FLAG) {
		fputc(':', out);
		write_quoted(row->arg, ":\\", out);
		fputc(':', out);
		if (has_words(row) && list) {
			fprintf(out, "_values -s , %s ", row->name);
			write_words(row, out);
		} else if (has_words(row)) {
			fputc('(', out);
			write_words(row, out);
			fputc(')', out);
		} else {
			fputs(is_file(row) ? "_files" : " ", out);
		}
	}
	fputs("' \\\n", out);
}

static void write_zsh(const struct sabin_command *const *commands, size_t count, FILE *out)
{
	const struct sabin_opt *row;
	const struct sabin_topic *topic;
	fputs("#compdef sabin\n# zsh completion for sabin; made of its option rows\n\n_sabin()\n{\n"
	      "\tlocal -a commands=(\n",
	      out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "\t\t'%s:", commands[i]->name);
		write_quoted(commands[i]->summary, ":\\", out);
		fputs("'\n", out);
	}
	fputs("\t\t'help:tell the options of a command, or one of the topics'\n\t)\n\tlocal -a topics=(\n\t\t'topics:list the topics'\n", out);
	for (size_t i = 0; (topic = sabin_topic_row(i)); i++) {
		fprintf(out, "\t\t'%s:", topic->name);
		write_quoted(topic->summary, ":\\", out);
		fputs("'\n", out);
	}
	fputs("\t)\n"
	      "\tif (( CURRENT == 2 )); then\n"
	      "\t\t_describe command commands\n\t\t_arguments '--help[list the commands]' '--version[tell the version]'\n"
	      "\t\treturn\n\tfi\n"
	      "\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n"
	      "\tcase $command in\n\thelp) _describe command commands; _describe topic topics ;;\n",
	      out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "\t%s)\n\t\t_arguments -s \\\n", commands[i]->name);
		for (size_t k = 0; (row = sabin_opt_row(commands[i], k)); k++)
			zsh_row(row, out);
		fputs("\t\t'*:file:_files' ;;\n", out);
	}
	fputs("\tesac\n}\n\nif [[ $funcstack[1] == _sabin ]]; then _sabin \"$@\"; else compdef _sabin sabin; fi\n", out);
}

/* ---- fish ---------------------------------------------------------------------------------------------------- */

static void fish_row(const struct sabin_command *command, const struct sabin_opt *row, FILE *out)
{
	fprintf(out, "complete -c sabin -n '__fish_seen_subcommand_from %s' -l %s", command->name, row->name);
	if (row->letter)
		fprintf(out, " -s %c", row->letter);
	if (row->type != SABIN_OPT_FLAG)
		fputs(is_file(row) ? " -r -F" : " -x", out);
	if (has_words(row)) {
		/* a list goes on behind its last comma */
		fprintf(out, row->type == SABIN_OPT_LIST ? " -a '(__sabin_list " : " -a '");
		write_words(row, out);
		fputs(row->type == SABIN_OPT_LIST ? ")'" : "'", out);
	}
	fputs(" -d '", out);
	for (const char *c = row->help; *c && *c != '\n'; c++)
		fprintf(out, strchr("'\\", *c) ? "\\%c" : "%c", *c);
	fputs("'\n", out);
}

static void write_fish(const struct sabin_command *const *commands, size_t count, FILE *out)
{
	const struct sabin_opt *row;
	fputs("# fish completion for sabin; made of its option rows\n"
	      "function __sabin_list\n"
	      "\tset -l before (string match -r '^(?:--[a-z-]+=)?(.*,)?' -- (commandline -ct))[2]\n"
	      "\tfor word in $argv\n\t\techo \"$before$word\"\n\tend\nend\n",
	      out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "complete -c sabin -n __fish_use_subcommand -f -a %s -d '%s'\n", commands[i]->name,
		        commands[i]->summary);
	fputs("complete -c sabin -n __fish_use_subcommand -f -a help -d 'tell the options of a command, or one of the topics'\n"
	      "complete -c sabin -n __fish_use_subcommand -l version -d 'tell the version'\n"
	      "complete -c sabin -n '__fish_seen_subcommand_from help' -f -a '",
	      out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", commands[i]->name);
	write_topics(out);
	fputs("'\n", out);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; (row = sabin_opt_row(commands[i], k)); k++)
			fish_row(commands[i], row, out);
}

bool sabin_completion_write(const char *shell, const struct sabin_command *const *commands, size_t count, FILE *out)
{
	if (strcmp(shell, "bash") == 0)
		write_bash(commands, count, out);
	else if (strcmp(shell, "zsh") == 0)
		write_zsh(commands, count, out);
	else if (strcmp(shell, "fish") == 0)
		write_fish(commands, count, out);
	else
		return false;
	return true;
}
