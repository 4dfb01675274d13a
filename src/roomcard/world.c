/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * world.c: joining and leaving the shared memory.
 *
 * Who is alive is told by file locks, not by process numbers: user i holds an open-file-description
 * lock on byte i of the shared memory's file, which the kernel drops with the descriptor, however
 * the process ends.  One more byte is the door: it is held while somebody joins or leaves.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "roomcard/world_inner.h"

enum { DOOR = USERS, OUTPUTS_MAX = 64 };

#ifndef F_OFD_GETLK /* Linux's numbers; glibc shows them only to who asks for all of GNU */
#define F_OFD_GETLK  36
#define F_OFD_SETLK  37
#define F_OFD_SETLKW 38
#endif

static const uint32_t magic = 0x53614232; /* "SaB2": this layout */

/* glibc's way to call a function with an argument when this library is unloaded or the process ends
 * (Itanium C++ ABI 3.3.6.3), and the names are its own:
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern int __cxa_atexit(void (*call)(void *), void *argument, void *library);
extern void *__dso_handle;
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static int lock_byte(int fd, int command, int byte, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
	int err;
	do
		err = fcntl(fd, command, &lock);
	while (err < 0 && errno == EINTR);
	return err < 0 ? -errno : lock.l_type;
}

static bool is_alive(int fd, int user)
{
	return lock_byte(fd, F_OFD_GETLK, user, F_WRLCK) != F_UNLCK;
}

static bool anyone_alive(int fd)
{
	for (int user = 0; user < USERS; user++)
		if (is_alive(fd, user))
			return true;
	return false;
}

void sabin_world_bury(struct sabin_world *world)
{
	for (int user = 0; user < USERS; user++) {
		struct sabin_world_user *other = &world->shared->users[user];
		const bool there = other->running || other->rate_hz != 0;
		/* a lock never conflicts with its own descriptor's: oneself would look dead */
		if (user != world->user && there && !is_alive(world->fd, user))
			*other = (struct sabin_world_user){0};
	}
}

/* Open the memory and stand in its door.  Whoever waited there while the last user removed it holds
 * a file without a name and has to open it again. */
static int open_and_enter(const char *name, int flags)
{
	for (;;) {
		int fd = shm_open(name, O_RDWR | O_CLOEXEC | flags, 0600);
		if (fd < 0)
			return -errno;
		struct stat status;
		int err = lock_byte(fd, F_OFD_SETLKW, DOOR, F_WRLCK);
		if (err >= 0 && fstat(fd, &status) < 0)
			err = -errno;
		if (err < 0) {
			close(fd);
			return err;
		}
		if (status.st_nlink > 0)
			return fd;
		close(fd);
	}
}

/* Was it never finished, or is its keeper gone?  Of another layout the locks say nothing. */
static bool is_nobodys(int fd)
{
	uint32_t mark = 0;
	int keeper = 0;
	(void)!pread(fd, &mark, sizeof mark, offsetof(struct sabin_world_shared, magic));
	(void)!pread(fd, &keeper, sizeof keeper, offsetof(struct sabin_world_shared, keeper));
	return mark == 0 || (mark == magic && (keeper <= 0 || (kill(keeper, 0) != 0 && errno == ESRCH)));
}

static void remove_if_orphan(const char *name)
{
	const int fd = shm_open(name, O_RDWR | O_CLOEXEC, 0);
	struct stat status;
	if (fd < 0)
		return;
	if (lock_byte(fd, F_OFD_SETLK, DOOR, F_WRLCK) >= 0 && fstat(fd, &status) == 0 && status.st_nlink > 0 &&
	    !anyone_alive(fd) && is_nobodys(fd))
		shm_unlink(name);
	close(fd);
}

/* Worlds whose users were all killed take memory until the machine is started again. */
static void remove_orphans(void)
{
	char name[NAME_MAX + 2], prefix[32];
	const int length = snprintf(prefix, sizeof prefix, "sabin.%lu.", (unsigned long)getuid());
	DIR *folder = opendir("/dev/shm"); /* glibc's and musl's */
	for (const struct dirent *entry; folder && (entry = readdir(folder));)
		if (strncmp(entry->d_name, prefix, (size_t)length) == 0) {
			snprintf(name, sizeof name, "/%s", entry->d_name);
			remove_if_orphan(name);
		}
	if (folder)
		closedir(folder);
}

static size_t mapping_size(unsigned outputs)
{
	const size_t page = SLOT_FRAMES * sizeof(double);
	const size_t head = (sizeof(struct sabin_world_shared) + page - 1) / page * page;
	return head + (size_t)outputs * RING_FRAMES * sizeof(double);
}

static int map(struct sabin_world *world, unsigned outputs)
{
	world->size = mapping_size(outputs);
	void *at = mmap(NULL, world->size, PROT_READ | PROT_WRITE, MAP_SHARED, world->fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	world->shared = at;
	world->rings = (double *)at + mapping_size(0) / sizeof(double);
	return 0;
}

static int make_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t how;
	int err = pthread_mutexattr_init(&how);
	if (err)
		return -err;
	err = pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
	if (!err) /* a process may be killed while it holds it */
		err = pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
	if (!err)
		err = pthread_mutex_init(lock, &how);
	pthread_mutexattr_destroy(&how);
	return -err;
}

/* Empty memory of the right size for a new world. */
static int create(struct sabin_world *world, const struct sabin_world_options *options)
{
	if (ftruncate(world->fd, 0) < 0 ||
	    ftruncate(world->fd, (off_t)mapping_size(options->outputs)) < 0)
		return -errno;
	/* the memory may be full: a page that cannot be had is an error here and a signal later */
	const int full = posix_fallocate(world->fd, 0, (off_t)mapping_size(0));
	int err = full ? -full : map(world, options->outputs);
	if (err)
		return err;
	struct sabin_world_shared *shared = world->shared;
	shared->room = options->room;
	shared->outputs = options->outputs;
	shared->speed = options->speed;
	sabin_timeline_reset(shared);
	err = make_lock(&shared->lock);
	if (!err)
		shared->magic = magic;
	return err;
}

/* Memory that is there already: is it a world, is it this room's, does it still live? */
static int adopt(struct sabin_world *world, const struct sabin_world_options *options)
{
	const bool alive = anyone_alive(world->fd);
	struct stat status;
	if (fstat(world->fd, &status) < 0)
		return -errno;
	if ((size_t)status.st_size != mapping_size(options->outputs))
		return alive ? -EINVAL : create(world, options);
	const int err = map(world, options->outputs);
	if (err)
		return err;
	const struct sabin_world_shared *shared = world->shared;
	const bool same = shared->magic == magic && shared->room == options->room &&
	                  shared->outputs == options->outputs && shared->speed == options->speed;
	if (alive)
		return same ? 0 : -EINVAL;
	if (same && shared->keeper == (int)getpid())
		return 0;
	munmap(world->shared, world->size);
	world->shared = NULL;
	return create(world, options);
}

static int take_place(struct sabin_world *world, bool capture)
{
	const int first = capture ? PLAYBACK_USER + 1 : PLAYBACK_USER;
	const int last = capture ? USERS - 1 : PLAYBACK_USER;
	for (int user = first; user <= last; user++) {
		if (lock_byte(world->fd, F_OFD_SETLK, user, F_WRLCK) < 0)
			continue;
		sabin_world_lock(world->shared);
		world->user = user;
		world->shared->users[user] = (struct sabin_world_user){0};
		sabin_world_bury(world);
		world->shared->users[user].joined = sabin_timeline_now(world);
		sabin_world_unlock(world->shared);
		return 0;
	}
	return -EBUSY;
}

/* Runs when the library goes: remove a world that was kept for this process. */
static void forget(void *name)
{
	const int fd = open_and_enter(name, 0);
	if (fd >= 0) {
		if (!anyone_alive(fd))
			shm_unlink(name);
		close(fd);
	}
	free(name);
}

static void keep_for_this_process(struct sabin_world *world)
{
	if (world->shared->keeper == (int)getpid())
		return;
	char *name = strdup(world->name);
	if (name && __cxa_atexit(forget, name, &__dso_handle) == 0)
		world->shared->keeper = (int)getpid();
	else
		free(name);
}

int sabin_world_join(const struct sabin_world_options *options, struct sabin_world **out)
{
	struct sabin_world *world = calloc(1, sizeof *world);
	if (!world)
		return -ENOMEM;
	world->fd = world->user = -1;
	int err = -EINVAL;
	const int length = snprintf(world->name, sizeof world->name, "%s", options->name);
	if (length < 2 || (size_t)length >= sizeof world->name || options->outputs < 1 ||
	    options->outputs > OUTPUTS_MAX)
		goto out;
	remove_orphans();
	err = world->fd = open_and_enter(world->name, O_CREAT);
	if (err < 0)
		goto out;
	err = adopt(world, options);
	if (!err)
		err = take_place(world, options->capture);
	if (!err && options->keep)
		keep_for_this_process(world);
out:
	if (err) {
		sabin_world_leave(world);
		return err;
	}
	lock_byte(world->fd, F_OFD_SETLK, DOOR, F_UNLCK);
	*out = world;
	return 0;
}

void sabin_world_leave(struct sabin_world *world)
{
	if (!world)
		return;
	if (world->user >= 0) {
		sabin_world_stop(world, false);
		sabin_world_release_rate(world);
	}
	if (world->fd >= 0) {
		lock_byte(world->fd, F_OFD_SETLKW, DOOR, F_WRLCK);
		if (world->user >= 0)
			lock_byte(world->fd, F_OFD_SETLK, world->user, F_UNLCK);
		const bool kept = world->shared && world->shared->keeper == (int)getpid();
		if (!kept && !anyone_alive(world->fd))
			shm_unlink(world->name);
	}
	if (world->shared)
		munmap(world->shared, world->size);
	if (world->fd >= 0)
		close(world->fd); /* leaves the door */
	free(world);
}
