/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * display.c: does a display answer?  Only a connection is tried; nothing is said over it.
 *
 * X(7), "Display names": [HOST]:N[.SCREEN]; without a host it is the socket /tmp/.X11-unix/XN, also under that name in the abstract
 * space, with one it is TCP port 6000 + N.  Wayland: a socket of that name in XDG_RUNTIME_DIR, or an absolute path.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "chart/display.h"

enum { PATIENCE_MS = 3000, X_PORT = 6000, X_MOST = 59535 };

/* 0, or the errno. */
static int try_connect(int family, const struct sockaddr *address, socklen_t length)
{
	const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	int error = connect(fd, address, length) ? errno : 0;
	if (error == EINPROGRESS) {
		struct pollfd ready = {.fd = fd, .events = POLLOUT};
		socklen_t size = sizeof error;
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			error = ETIMEDOUT;
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
			error = errno;
	}
	close(fd);
	return error;
}

static int try_socket(const char *path, bool abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const size_t length = strlen(path);
	if (length + 1 >= sizeof address.sun_path)
		return ENAMETOOLONG;
	memcpy(address.sun_path + abstract, path, length);
	return try_connect(AF_UNIX, (const struct sockaddr *)(const void *)&address,
	                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1));
}

static int try_host(const char *host, unsigned port)
{
	char service[16];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	snprintf(service, sizeof service, "%u", port);
	if (getaddrinfo(host, service, &hints, &found))
		return EHOSTUNREACH;
	int error = EHOSTUNREACH;
	for (const struct addrinfo *a = found; a && error; a = a->ai_next)
		error = try_connect(a->ai_family, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(found);
	return error;
}

static int try_x(const char *name)
{
	const char *colon = strrchr(name, ':');
	char *rest, host[256], path[64];
	if (!colon)
		return EINVAL;
	errno = 0;
	const unsigned long number = strtoul(colon + 1, &rest, 10);
	if (rest == colon + 1 || errno || number > X_MOST || (*rest && *rest != '.'))
		return EINVAL;
	const size_t length = (size_t)(colon - name);
	if (length >= sizeof host)
		return EINVAL;
	memcpy(host, name, length);
	host[length] = '\0';
	if (*host && strcmp(host, "unix") != 0)
		return try_host(host, X_PORT + (unsigned)number);
	snprintf(path, sizeof path, "/tmp/.X11-unix/X%lu", number);
	const int error = try_socket(path, false);
	return error && try_socket(path, true) == 0 ? 0 : error;
}

static int try_wayland(const char *name)
{
	char path[256];
	const char *folder = getenv("XDG_RUNTIME_DIR");
	if (*name == '/')
		return try_socket(name, false);
	if (!folder || (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
		return EINVAL;
	return try_socket(path, false);
}

enum sabin_err sabin_display_check(struct sabin_diag *diag)
{
	const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
	const bool has_x = x && *x, has_wayland = wayland && *wayland;
	int error = 0;
	if ((has_wayland && try_wayland(wayland) == 0) || (has_x && (error = try_x(x)) == 0))
		return SABIN_OK;
	if (has_x)
		sabin_diag_set(diag, SABIN_EIO, NULL, 0, 0, "the display %s (DISPLAY), which was to show a window, does not answer: %s", x,
		               strerror(error));
	else if (has_wayland)
		sabin_diag_set(diag, SABIN_EIO, NULL, 0, 0, "the display %s (WAYLAND_DISPLAY), which was to show a window, does not answer",
		               wayland);
	else
		sabin_diag_set(diag, SABIN_EIO, NULL, 0, 0, "there is no display to show a window on");
	sabin_diag_advise(diag, "write a file instead, with -o FILE");
	return SABIN_EIO;
}
