/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gnuplot.c: running gnuplot on one script, without a shell.
 *
 * gnuplot reads commands from files a person may own (~/.gnuplot) and from its environment; both
 * are kept away (-d, GNUPLOT_* and GNUTERM removed), so that a chart is the same everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chart/gnuplot.h"

enum {
	PATIENCE_MS = 60000, /* a line chart takes 150 ms; only something that hangs takes this */
	STEP_MS = 20,
};

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof *ending_signals };

_Static_assert(sizeof(sigset_t) <= sizeof((struct sabin_gnuplot_guard){{0}}.saved),
               "a signal mask must fit into the guard");

void sabin_gnuplot_guard(struct sabin_gnuplot_guard *guard)
{
	sigset_t ending, old;
	sigemptyset(&ending);
	sigemptyset(&old);
	for (int i = 0; i < ENDING_SIGNALS; i++)
		sigaddset(&ending, ending_signals[i]);
	pthread_sigmask(SIG_BLOCK, &ending, &old);
	memcpy(guard->saved, &old, sizeof old);
}

void sabin_gnuplot_unguard(const struct sabin_gnuplot_guard *guard)
{
	sigset_t old;
	memcpy(&old, guard->saved, sizeof old);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static bool is_ending_signal_pending(void)
{
	sigset_t pending;
	if (sigpending(&pending))
		return false;
	for (int i = 0; i < ENDING_SIGNALS; i++) {
		/* under nohup one of them is ignored, yet pending while it is blocked */
		struct sigaction action;
		if (sigismember(&pending, ending_signals[i]) == 1 &&
		    !sigaction(ending_signals[i], NULL, &action) && action.sa_handler != SIG_IGN)
			return true;
	}
	return false;
}

static bool is_kept(const char *variable)
{
	static const char *const dropped[] = {"GNUPLOT_", "GNUTERM=", "LC_ALL=", "LC_NUMERIC="};
	for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
		if (!strncmp(variable, dropped[i], strlen(dropped[i])))
			return false;
	return true;
}

/* The environment for gnuplot: an array whose strings are the process's own, but for `cache`, which
 * gives fontconfig a place when the home folder is not writable (else it complains). */
static char **make_environment(char *cache)
{
	size_t count = 0;
	while (environ[count])
		count++;
	char **made = calloc(count + 3, sizeof *made);
	if (!made)
		return NULL;
	size_t used = 0;
	for (size_t i = 0; i < count; i++)
		if (is_kept(environ[i]))
			made[used++] = environ[i];
	static char locale[] = "LC_ALL=C.UTF-8";
	made[used++] = locale;
	const char *home = getenv("HOME");
	if (!getenv("XDG_CACHE_HOME") && (!home || access(home, W_OK)))
		made[used++] = cache;
	return made;
}

/* In the child: everything is prepared, only system calls are left.  Never returns. */
static _Noreturn void become_gnuplot(const char *folder, char **arguments, char **environment,
                                     int out, int trouble)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int nothing = open("/dev/null", O_RDONLY);
	environ = environment; /* of the child alone */
	if (nothing >= 0 && dup2(nothing, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2 &&
	    chdir(folder) == 0)
		execvp(arguments[0], arguments);
	int error = errno;
	if (write(trouble, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

/* Read what is there now; what exceeds said[] is dropped. */
static void drain(int fd, char *said, size_t *used)
{
	char piece[1024];
	ssize_t got;
	while ((got = read(fd, piece, sizeof piece)) > 0) {
		size_t left = SABIN_GNUPLOT_SAID - 1 - *used;
		size_t take = (size_t)got < left ? (size_t)got : left;
		memcpy(said + *used, piece, take);
		*used += take;
	}
	said[*used] = '\0';
}

/* Wait for the child and collect its words.  A window's process keeps the pipe open after gnuplot
 * itself has ended, so the end of the child counts and not the end of the pipe. */
static enum sabin_err watch(pid_t child, int fd, char *said, int *status, bool *late)
{
	size_t used = 0;
	enum sabin_err err = SABIN_OK;
	said[0] = '\0';
	for (int waited_ms = 0;; waited_ms += STEP_MS) {
		pid_t ended = waitpid(child, status, WNOHANG);
		if (ended == child || (ended < 0 && errno != EINTR))
			break;
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		if (poll(&poll_fd, 1, STEP_MS) > 0) {
			if (poll_fd.revents & POLLIN)
				drain(fd, said, &used);
			else /* closed before its end: do not spin */
				poll(NULL, 0, STEP_MS);
		}
		*late = waited_ms > PATIENCE_MS;
		if (is_ending_signal_pending())
			err = SABIN_EINTR;
		if (*late || err) {
			kill(child, SIGKILL);
			while (waitpid(child, status, 0) < 0 && errno == EINTR)
				;
			break;
		}
	}
	drain(fd, said, &used);
	return err;
}

/* Where a window's process cannot use the display (it may be another user's), gnuplot ends well all the same. */
static bool has_no_window(const struct sabin_gnuplot_job *job, const char *said)
{
	return job->window && (strstr(said, "open display") || strstr(said, "connect to display"));
}

static enum sabin_err judge(const struct sabin_gnuplot_job *job, int status, bool late, const char *said,
                            struct sabin_diag *diag)
{
	if (late)
		return sabin_diag_set(diag, SABIN_EIO, job->script, 0, 0,
		                      "gnuplot did not end within %d s", PATIENCE_MS / 1000);
	if (WIFSIGNALED(status)) {
		int number = WTERMSIG(status);
		enum sabin_err err = number == SIGINT ? SABIN_EINTR : SABIN_EIO;
		return sabin_diag_set(diag, err, job->script, 0, 0, "gnuplot was ended by signal %d",
		                      number);
	}
	if (WEXITSTATUS(status) == 0 && !has_no_window(job, said))
		return SABIN_OK;
	while (*said == '\n' || *said == ' ')
		said++;
	if (WEXITSTATUS(status) == 0) {
		sabin_diag_set(diag, SABIN_EIO, NULL, 0, 0, "gnuplot could not open a window: %.300s", said);
		sabin_diag_advise(diag, "write a file instead, with -o FILE");
		return SABIN_EIO;
	}
	sabin_diag_set(diag, SABIN_EIO, job->script, 0, 0, "gnuplot failed (status %d): %.300s",
	               WEXITSTATUS(status), *said ? said : "it said nothing");
	sabin_diag_advise(diag, "sabin's scripts need gnuplot 5.4 or later; --script keeps script "
	                        "and data for a look");
	return SABIN_EIO;
}

static enum sabin_err cannot_start(int error, struct sabin_diag *diag)
{
	if (error == ENOENT) {
		sabin_diag_set(diag, SABIN_EIO, NULL, 0, 0,
		               "gnuplot, which draws the charts, was not found");
		sabin_diag_advise(diag, "install it (Debian, Ubuntu: apt install gnuplot-nox; "
		                        "Fedora: dnf install gnuplot), version 5.4 or later");
		return SABIN_EIO;
	}
	return sabin_diag_set(diag, SABIN_EIO, NULL, 0, 0, "cannot start gnuplot: %s",
	                      strerror(error));
}

/* A pipe whose ends do not outlive exec. */
static int make_pipe(int ends[2])
{
	if (pipe(ends))
		return -1;
	return fcntl(ends[0], F_SETFD, FD_CLOEXEC) || fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

enum sabin_err sabin_gnuplot_run(const struct sabin_gnuplot_job *job, char *said,
                                 struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_EIO;
	int words[2] = {-1, -1}, trouble[2] = {-1, -1}, status = 0, error = 0;
	bool late = false;
	char cache[1100];
	snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s", job->folder);
	char **environment = make_environment(cache);
	char *arguments[8] = {(char *)"gnuplot", (char *)"-d"};
	size_t n = 2;
	if (job->window)
		arguments[n++] = (char *)"-persist";
	if (job->set) {
		arguments[n++] = (char *)"-e";
		arguments[n++] = (char *)job->set;
	}
	arguments[n] = (char *)job->script;
	if (!environment) {
		err = sabin_diag_set(diag, SABIN_ENOMEM, NULL, 0, 0, "not enough memory");
		goto out;
	}
	if (make_pipe(words) || make_pipe(trouble) || fcntl(words[0], F_SETFL, O_NONBLOCK)) {
		err = cannot_start(errno, diag);
		goto out;
	}
	pid_t child = fork();
	if (child == 0)
		become_gnuplot(job->folder, arguments, environment, words[1], trouble[1]);
	if (child < 0) {
		err = cannot_start(errno, diag);
		goto out;
	}
	close(words[1]);
	close(trouble[1]);
	words[1] = trouble[1] = -1;
	err = watch(child, words[0], said, &status, &late);
	if (err)
		sabin_diag_set(diag, err, NULL, 0, 0, "interrupted while drawing a chart");
	else if (read(trouble[0], &error, sizeof error) == (ssize_t)sizeof error)
		err = cannot_start(error, diag);
	else
		err = judge(job, status, late, said, diag);
out:
	for (int i = 0; i < 2; i++) {
		if (words[i] >= 0)
			close(words[i]);
		if (trouble[i] >= 0)
			close(trouble[i]);
	}
	free(environment);
	return err;
}
