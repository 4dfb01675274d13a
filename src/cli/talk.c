/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * talk.c: messages, progress, colours, exit statuses and the stop flag.
 *
 * A command talks on one standard error and is stopped by one signal; so this file, alone in the
 * project, keeps state at file scope.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <unistd.h>

#include "cli/talk.h"

static volatile sig_atomic_t stop;

static struct {
	bool quiet, color, bar_open;
	char stage[64]; /* a copy: callers reuse their buffers */
	struct timespec drawn;
} talk;

void sabin_talk_init(bool quiet, int color)
{
	const char *no_color = getenv("NO_COLOR");
	talk.quiet = quiet;
	talk.color = color == 1 || (color == 0 && isatty(STDOUT_FILENO) && !(no_color && *no_color));
}

bool sabin_talk_quiet(void)
{
	return talk.quiet;
}

const char *sabin_bold(void)
{
	return talk.color ? "\033[1m" : "";
}

const char *sabin_dim(void)
{
	return talk.color ? "\033[2m" : "";
}

const char *sabin_bad(void)
{
	return talk.color ? "\033[31m" : "";
}

const char *sabin_good(void)
{
	return talk.color ? "\033[32m" : "";
}

const char *sabin_plain(void)
{
	return talk.color ? "\033[0m" : "";
}

void sabin_complain(const char *command, const char *format, ...)
{
	va_list args;
	sabin_progress_end();
	fprintf(stderr, "sabin%s%s: ", command ? " " : "", command ? command : "");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void sabin_say(const char *format, ...)
{
	va_list args;
	if (talk.quiet)
		return;
	sabin_progress_end();
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void print_diag(const char *command, enum sabin_err err, const struct sabin_diag *diag)
{
	char text[SABIN_DIAG_TEXT];
	sabin_diag_text(diag, err, text, sizeof text);
	sabin_complain(command, "%s", text);
	if (diag->advice[0])
		fprintf(stderr, "  %s\n", diag->advice);
}

static int exit_of(enum sabin_err err, int otherwise)
{
	switch (err) {
	case SABIN_ENOMEM:
	case SABIN_EINSTALL:
		return SABIN_EXIT_OUTPUT;
	case SABIN_EEXIST:
		return SABIN_EXIT_USAGE;
	case SABIN_EDEVICE:
	case SABIN_EXRUN:
		return SABIN_EXIT_DEVICE;
	case SABIN_EINTR:
		return SABIN_EXIT_INTERRUPTED;
	case SABIN_EFORMAT:
	case SABIN_ESHORT: /* what was read does not hold what was asked of it */
		return SABIN_EXIT_INPUT;
	default:
		return otherwise;
	}
}

int sabin_fail_input(const char *command, enum sabin_err err, const struct sabin_diag *diag)
{
	print_diag(command, err, diag);
	return exit_of(err, SABIN_EXIT_INPUT);
}

int sabin_fail_output(const char *command, enum sabin_err err, const struct sabin_diag *diag)
{
	/* sabin_finish_stdout() will say it, and why */
	if (err == SABIN_EIO && !diag->message[0] && ferror(stdout))
		return SABIN_EXIT_OUTPUT;
	print_diag(command, err, diag);
	return exit_of(err, SABIN_EXIT_OUTPUT);
}

int sabin_fail_memory(const char *command)
{
	sabin_complain(command, "out of memory");
	return SABIN_EXIT_OUTPUT;
}

void sabin_progress(const char *stage, double fraction)
{
	enum { WIDTH = 40 };
	static const double between_s = 0.1;
	struct timespec now;
	if (talk.quiet)
		return;
	const bool fresh = strncmp(talk.stage, stage, sizeof talk.stage - 1) != 0;
	if (fresh)
		snprintf(talk.stage, sizeof talk.stage, "%s", stage);
	if (!isatty(STDERR_FILENO)) {
		if (fresh)
			fprintf(stderr, "%s\n", stage);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	const double passed_s = (double)(now.tv_sec - talk.drawn.tv_sec) +
	                        1e-9 * (double)(now.tv_nsec - talk.drawn.tv_nsec);
	if (!fresh && passed_s < between_s)
		return;
	talk.drawn = now;
	talk.bar_open = true;
	const int full = (int)lrint(fmin(fmax(fraction, 0), 1) * WIDTH);
	fprintf(stderr, "\r%-32.32s [%.*s%*s] %3.0f %%\033[K", stage, full,
	        "########################################", WIDTH - full, "",
	        100 * fmin(fmax(fraction, 0), 1));
	fflush(stderr);
}

void sabin_progress_end(void)
{
	if (talk.bar_open)
		fputs("\r\033[K", stderr);
	talk.bar_open = false;
	talk.stage[0] = '\0';
}

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

const volatile sig_atomic_t *sabin_stop_watch(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	/* a second Ctrl-C finds the default action again: a hung device must not hold the user */
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL); /* the terminal is closed: what was measured is not lost */
	return &stop;
}

enum sabin_err sabin_stopped(struct sabin_diag *diag)
{
	if (!stop)
		return SABIN_OK;
	return sabin_diag_set(diag, SABIN_EINTR, NULL, 0, 0, "interrupted; nothing was written");
}

int sabin_finish_stdout(const char *command, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	sabin_complain(command, "standard output: %s", errno ? strerror(errno) : "write failed");
	return SABIN_EXIT_OUTPUT;
}
