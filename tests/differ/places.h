// SPDX-License-Identifier: MIT
// Every call that takes a path, on every kind of place that one can lead to: each seed makes calls of PLACE_CALLS on a few of
// PLACES. The area of paths has longer stories of fewer kinds.

#ifndef PLACES_H
#define PLACES_H

#include "differ.h"
#include "places_made.h"

#include <linux/fs.h>
#include <sys/inotify.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <utime.h>

static const char *place_path;
static char place_buffer[8192];
static int place_watcher;

static long place_open(int flags)
{
	long fd = syscall(SYS_openat, AT_FDCWD, place_path, flags | O_NONBLOCK | O_NOCTTY, 0644);
	struct stat info;

	if (fd < 0)
		return fd;
	if (fstat((int)fd, &info) == 0)
		note(" %o", info.st_mode);
	close((int)fd);
	return 1;
}

static long place_open2(int flags, uint64_t resolve)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = {(uint64_t)flags, flags & O_CREAT ? 0644 : 0, resolve};
	long fd = syscall(437, AT_FDCWD, place_path, &how, sizeof(how));

	if (fd < 0)
		return fd;
	close((int)fd);
	return 1;
}

static long place_stat(int flags)
{
	struct stat info;

	if (fstatat(AT_FDCWD, place_path, &info, flags) < 0)
		return -1;
	note(" %o %u:%u", info.st_mode, info.st_uid, info.st_gid);
	if (!S_ISDIR(info.st_mode))
		note(" %u %lld", (unsigned int)info.st_nlink, (long long)info.st_size);
	return 0;
}

static long place_readlink(void)
{
	long n = readlink(place_path, place_buffer, sizeof(place_buffer));

	return n > 0 ? 1 : n;
}

// In a child: its errno, or what became of the program.
static long place_execute(int flags)
{
	static char *const arguments[] = {"x", NULL}, *const environment[] = {NULL};
	pid_t child = fork();
	int status;

	if (child == 0) {
		syscall(SYS_execveat, AT_FDCWD, place_path, arguments, environment, flags);
		_exit(200 + errno % 50);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static long place_bind(int (*call)(int, const struct sockaddr *, socklen_t), int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0), error;
	long result;

	strncpy(address.sun_path, place_path, sizeof(address.sun_path) - 1);
	result = call(fd, (struct sockaddr *)&address,
		      (socklen_t)(sizeof(address.sun_family) + strlen(place_path) + 1));
	error = errno;
	close(fd);
	errno = error;
	return result;
}

static long place_visit(void)
{
	static int back;

	back = open(".", O_PATH);
	long result = chdir(place_path);
	int error = errno;

	(void)!fchdir(back);
	close(back);
	errno = error;
	return result;
}

#define PATH place_path

// T(name, call): asks. C(name, call): may change the place, and so not what all seeds share.
#define PLACE_CALLS(T, C)                                                                     \
	T(open, place_open(O_RDONLY))                                                         \
	T(open_write, place_open(O_WRONLY))                                                   \
	T(open_both, place_open(O_RDWR))                                                      \
	T(open_none, place_open(O_ACCMODE))                                                   \
	C(open_create, place_open(O_RDWR | O_CREAT))                                          \
	C(open_create_read, place_open(O_RDONLY | O_CREAT))                                   \
	C(open_exclusive, place_open(O_RDWR | O_CREAT | O_EXCL))                              \
	C(open_create_nofollow, place_open(O_RDWR | O_CREAT | O_NOFOLLOW))                    \
	C(open_create_folder, place_open(O_RDONLY | O_CREAT | O_DIRECTORY))                   \
	C(open_truncate, place_open(O_WRONLY | O_TRUNC))                                      \
	C(open_truncate_read, place_open(O_RDONLY | O_TRUNC))                                 \
	T(open_append, place_open(O_WRONLY | O_APPEND))                                       \
	T(open_direct, place_open(O_RDONLY | O_DIRECT))                                       \
	T(open_noatime, place_open(O_RDONLY | O_NOATIME))                                     \
	T(open_folder, place_open(O_RDONLY | O_DIRECTORY))                                    \
	T(open_folder_write, place_open(O_RDWR | O_DIRECTORY))                                \
	T(open_nofollow, place_open(O_RDONLY | O_NOFOLLOW))                                   \
	T(open_folder_nofollow, place_open(O_RDONLY | O_DIRECTORY | O_NOFOLLOW))              \
	T(open_path, place_open(O_PATH))                                                      \
	T(open_path_nofollow, place_open(O_PATH | O_NOFOLLOW))                                \
	T(open_path_folder, place_open(O_PATH | O_DIRECTORY))                                 \
	C(open_tmpfile, place_open(O_TMPFILE | O_RDWR))                                       \
	C(open_tmpfile_read, place_open(O_TMPFILE))                                           \
	T(open2_beneath, place_open2(O_PATH, 8))                                              \
	T(open2_in_root, place_open2(O_PATH, 16))                                             \
	T(open2_no_links, place_open2(O_PATH, 4))                                             \
	T(open2_no_magic, place_open2(O_PATH, 2))                                             \
	T(open2_no_mounts, place_open2(O_PATH, 1))                                            \
	T(open2_no_links_nofollow, place_open2(O_PATH | O_NOFOLLOW, 4))                       \
	C(open2_create_beneath, place_open2(O_RDWR | O_CREAT | O_NONBLOCK, 8))                \
	T(stat, place_stat(0))                                                                \
	T(lstat, place_stat(AT_SYMLINK_NOFOLLOW))                                             \
	T(stat_empty, place_stat(AT_EMPTY_PATH))                                              \
	T(stat_automount, place_stat(AT_NO_AUTOMOUNT))                                        \
	T(stat_unknown, place_stat(1))                                                        \
	T(access, access(PATH, F_OK))                                                         \
	T(access_read, access(PATH, R_OK))                                                    \
	T(access_write, access(PATH, W_OK))                                                   \
	T(access_execute, access(PATH, X_OK))                                                 \
	T(access_all, access(PATH, R_OK | W_OK | X_OK))                                       \
	T(access_nofollow, syscall(439, AT_FDCWD, PATH, W_OK, AT_SYMLINK_NOFOLLOW))           \
	T(access_effective, syscall(439, AT_FDCWD, PATH, X_OK, AT_EACCESS))                   \
	T(readlink, place_readlink())                                                         \
	T(statfs, statfs(PATH, (struct statfs *)place_buffer))                                \
	T(chdir, place_visit())                                                               \
	T(get_attribute, getxattr(PATH, "user.a", place_buffer, 10))                          \
	T(get_attribute_link, lgetxattr(PATH, "user.a", place_buffer, 10))                    \
	T(list_attributes, listxattr(PATH, NULL, 0) > 0)                                      \
	T(watch, inotify_add_watch(place_watcher, PATH, IN_ATTRIB) > 0 ? 1 : -1)              \
	T(watch_folder,                                                                       \
	  inotify_add_watch(place_watcher, PATH, IN_ATTRIB | IN_ONLYDIR) > 0 ? 1 : -1)        \
	T(watch_link,                                                                         \
	  inotify_add_watch(place_watcher, PATH, IN_ATTRIB | IN_DONT_FOLLOW) > 0 ? 1 : -1)    \
	T(handle, syscall(SYS_name_to_handle_at, AT_FDCWD, PATH, memset(place_buffer, 0, 64), \
			  place_buffer + 64, 0))                                              \
	T(execute, place_execute(0))                                                          \
	T(execute_nofollow, place_execute(AT_SYMLINK_NOFOLLOW))                               \
	T(connect, place_bind(connect, SOCK_STREAM))                                          \
	T(connect_dgram, place_bind(connect, SOCK_DGRAM))                                     \
	T(umount, umount2(PATH, UMOUNT_NOFOLLOW))                                             \
	C(bind, place_bind(bind, SOCK_STREAM))                                                \
	C(chmod, chmod(PATH, 0755))                                                           \
	C(chmod_less, chmod(PATH, 0444))                                                      \
	C(chmod_setid, chmod(PATH, 06755))                                                    \
	C(chmod_nofollow, syscall(452, AT_FDCWD, PATH, 0700, AT_SYMLINK_NOFOLLOW))            \
	C(chown, chown(PATH, 1000, 1000))                                                     \
	C(chown_root, chown(PATH, 0, 0))                                                      \
	C(chown_none, chown(PATH, -1, -1))                                                    \
	C(lchown, lchown(PATH, 1000, -1))                                                     \
	C(times, utimensat(AT_FDCWD, PATH, (struct timespec[2]){{1, 0}, {2, 0}}, 0))          \
	C(times_now, utimensat(AT_FDCWD, PATH, NULL, 0))                                      \
	C(times_link, utimensat(AT_FDCWD, PATH, NULL, AT_SYMLINK_NOFOLLOW))                   \
	C(truncate, truncate(PATH, 3))                                                        \
	C(truncate_more, truncate(PATH, 30000))                                               \
	C(set_attribute, setxattr(PATH, "user.a", "1", 1, 0))                                 \
	C(set_attribute_link, lsetxattr(PATH, "trusted.a", "1", 1, 0))                        \
	C(remove_attribute, removexattr(PATH, "user.a"))                                      \
	C(mkdir, mkdir(PATH, 0755))                                                           \
	C(mknod, mknod(PATH, S_IFREG | 0644, 0))                                              \
	C(mknod_fifo, mknod(PATH, S_IFIFO | 0644, 0))                                         \
	C(mknod_device, mknod(PATH, S_IFCHR | 0644, makedev(1, 3)))                           \
	C(mknod_white, mknod(PATH, S_IFCHR | 0644, 0))                                        \
	C(mknod_folder, mknod(PATH, S_IFDIR | 0644, 0))                                       \
	C(symlink, symlink("file", PATH))                                                     \
	C(link_from, link(PATH, "linked"))                                                    \
	C(link_from_follow, linkat(AT_FDCWD, PATH, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW))    \
	C(link_to, link("file", PATH))                                                        \
	C(unlink_linked, (unlink("linked"), rmdir("linked")))                                 \
	C(unlink, unlink(PATH))                                                               \
	C(rmdir, rmdir(PATH))                                                                 \
	C(rename_from, rename(PATH, "linked"))                                                \
	C(rename_to, rename("linked", PATH))                                                  \
	C(rename_new,                                                                         \
	  syscall(SYS_renameat2, AT_FDCWD, "linked", AT_FDCWD, PATH, RENAME_NOREPLACE))       \
	C(rename_exchange,                                                                    \
	  syscall(SYS_renameat2, AT_FDCWD, "mine", AT_FDCWD, PATH, RENAME_EXCHANGE))          \
	C(rename_white,                                                                       \
	  syscall(SYS_renameat2, AT_FDCWD, PATH, AT_FDCWD, "d/white", RENAME_WHITEOUT))       \
	C(rename_same, strncmp(PATH, "/proc", 5) ? rename(PATH, PATH) : 0)                    \
	C(rename_below, rename("d", PATH))                                                    \
	C(mount_on, mount("none", PATH, "nothere", 0, NULL))

#define PLACES_CHOSEN 4
static const struct place *places_chosen[PLACES_CHOSEN];

#define PLACE_FUNCTION(id, call)              \
	static void place_do_##id(void)       \
	{                                     \
		choose_place();               \
		DO(call, "(%s)", place_path); \
	}
#define PLACE_CHANGE_FUNCTION(id, call)               \
	static void place_do_##id(void)               \
	{                                             \
		if (!choose_place()->shared)          \
			DO(call, "(%s)", place_path); \
	}
#define PLACE_OP(id, call) {#id, place_do_##id},

static const struct place *choose_place(void)
{
	const struct place *place = places_chosen[random_below(PLACES_CHOSEN)];

	place_path = place->path;
	return place;
}

PLACE_CALLS(PLACE_FUNCTION, PLACE_CHANGE_FUNCTION)

static const struct op places_ops[] = {PLACE_CALLS(PLACE_OP, PLACE_OP)};

static void places_begin(void)
{
	places_make();
	place_watcher = inotify_init1(0);
	for (int i = 0; i < PLACES_CHOSEN; i++) {
		places_chosen[i] = &places[random_below(COUNT(places))];
		note("%s ", places_chosen[i]->path);
	}
	note("\n");
}

static const struct area places_area = {"places", places_begin, places_ops, COUNT(places_ops)};

#endif
