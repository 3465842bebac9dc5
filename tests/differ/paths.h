// SPDX-License-Identifier: MIT
// Names: what is found, made, renamed, removed and described by path.

#ifndef PATHS_H
#define PATHS_H

#include "differ.h"

#include <linux/openat2.h>
#include <linux/stat.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static dev_t folder; // the device of what the area works in

static bool foreign(const char *name)
{
	return (uintptr_t)name > 4096 && (!strncmp(name, "/proc", 5) || !strcmp(name, "/") ||
					  !strcmp(name, "..") || !strncmp(name, "/dev", 4));
}

// a_name(), or one of what paths_begin() made.
static const char *path_name(void)
{
	static const char *const names[] = {
		"s",   "s/a", "s/l",  "s/o",	  "s/d",   "g",	    "g/a",
		"g/d", "o",   "x",    "x/a",	  "k",	   "z",	    "z/a",
		"c1",  "c2",  "c2/a", "r",	  "r/a",   "r/new", "r/l",
		"m",   "m/a", "m/..", "m/new",	  "d/l/",  "e/",    "/tmp/differ/s/l",
		"w",   "t",   "q",    "r/d/../a", "s/new", "g/new",
	};
	static char link[32];

	switch (random_below(5)) {
	case 0:
		snprintf(link, sizeof(link), "/proc/self/fd/%d%s",
			 (int)ONE_OF(3, 4, 5, 6, 7, 8, 99), random_below(4) ? "" : "/a");
		return random_below(3) ? PICK(names) : link;
	case 1:
	case 2:
		return PICK(names);
	default:
		return a_name();
	}
}

static int open_flags(void)
{
	return (int)(ONE_OF(O_RDONLY, O_RDWR, O_RDWR, O_WRONLY, 3) |
		     SOME_OF(O_CREAT, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW,
			     O_CLOEXEC, O_PATH, O_SYNC, O_DSYNC, O_NOATIME, O_TMPFILE, O_ASYNC,
			     O_DIRECT, O_LARGEFILE, O_NOCTTY, 1 << 30) |
		     O_NONBLOCK);
}

static void op_open(void)
{
	const char *name = path_name();
	int at = AT_OF(), flags = open_flags(), mode = MODE();

	if (foreign(name)) // the roots that both booted from are not quite the same
		flags &= ~(O_TMPFILE & ~O_DIRECTORY);
	keep_fd(DO(syscall(SYS_openat, at, name, flags, mode), "(%d, %s, %#x, %#o)", at,
		   text_of(name), flags, mode));
}

static void op_openat2(void)
{
	const char *name = path_name();
	struct open_how how = {.flags = (uint64_t)open_flags(),
			       .mode = (uint64_t)ONE_OF(0, 0, 0644, 0600, 010000),
			       .resolve = (uint64_t)SOME_OF(1, 2, 4, 8, 16, 32, 64)};
	size_t size = (size_t)ONE_OF(24, 24, 24, 24, 23, 0, 32, 4096, 5000);
	int at = AT_OF();

	if (size == 32) // what is behind must be 0
		size = 24;
	// What the cache alone can open is left to the kernel; that it makes and cuts nothing is not.
	if (how.resolve & RESOLVE_CACHED &&
	    !(how.flags & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))))
		how.resolve &= ~(uint64_t)RESOLVE_CACHED;
	keep_fd(DO(syscall(SYS_openat2, at, name, &how, size),
		   "(%d, %s, {%#llx, %#llo, %#llx}, %zu)", at, text_of(name),
		   (unsigned long long)how.flags, (unsigned long long)how.mode,
		   (unsigned long long)how.resolve, size));
}

static void show_stat(const struct stat *st)
{
	note(" {%o, %d:%d, n%d, %lld, b%lld", st->st_mode, (int)st->st_uid, (int)st->st_gid,
	     (int)st->st_nlink,
	     S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode)
		     ? (long long)st->st_size
		     : -1LL,
	     S_ISREG(st->st_mode) ? (long long)st->st_blocks : -1LL);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		note(", %u:%u", major(st->st_rdev), minor(st->st_rdev));
	note("}");
}

static void op_stat(void)
{
	const char *name = path_name();
	int at = AT_OF(),
	    flags = (int)SOME_OF(0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x800, 1, 0x2000);
	struct stat st;

	if (DO(fstatat(at, name, &st, flags), "(%d, %s, %#x)", at, text_of(name), flags) == 0 &&
	    !foreign(name))
		show_stat(&st);
}

static void op_fstat(void)
{
	struct stat st;
	int fd = a_fd();

	if (DO(fstat(fd, &st), "(%d)", fd) == 0 && st.st_dev == folder)
		show_stat(&st);
}

static void op_statx(void)
{
	struct statx stx;
	const char *name = path_name();
	int at = AT_OF(), flags = (int)SOME_OF(0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x800, 0x2000,
					       0x4000, 0x6000, 1);
	unsigned int mask =
		(unsigned int)ONE_OF(0x7ff, 0xfff, 0, 1, 0x200, 0x80000000, 0x1000, 0x4000, 0x2000);

	if (DO(syscall(SYS_statx, at, name, flags, mask, &stx), "(%d, %s, %#x, %#x)", at,
	       text_of(name), flags, mask) == 0 &&
	    !foreign(name))
		// Without the attributes of chattr, which there are none of.
		note(" {mask %#x, attr %#llx of %#llx, %o, %u, %u, %d, %lld}",
		     stx.stx_mask & ~0x8000u, (unsigned long long)stx.stx_attributes,
		     (unsigned long long)stx.stx_attributes_mask & ~0x70ull, stx.stx_mode,
		     stx.stx_uid, stx.stx_nlink, stx.stx_blksize,
		     S_ISREG(stx.stx_mode) ? (long long)stx.stx_size : -1);
}

static void op_access(void)
{
	const char *name = path_name();
	int at = AT_OF(), mode = (int)ONE_OF(0, 1, 2, 3, 4, 6, 7, 8, -1),
	    flags = (int)SOME_OF(0, AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1);

	DO(syscall(SYS_faccessat2, at, name, mode, flags), "(%d, %s, %d, %#x)", at, text_of(name),
	   mode, flags);
}

static void op_chmod(void)
{
	const char *name = path_name();
	int at = AT_OF(), fd = a_fd(), mode = MODE(),
	    flags = (int)SOME_OF(0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1);

	if (foreign(name))
		return;
	switch (random_below(3)) {
	case 0:
		DO(syscall(SYS_fchmod, fd, mode), "(fd %d, %#o)", fd, mode);
		break;
	case 1:
		DO(syscall(SYS_fchmodat, at, name, mode), "at(%d, %s, %#o)", at, text_of(name),
		   mode);
		break;
	default:
		DO(syscall(452, at, name, mode, flags), "at2(%d, %s, %#o, %#x)", at, text_of(name),
		   mode, flags);
	}
}

static void op_chown(void)
{
	const char *name = path_name();
	int at = AT_OF(), fd = a_fd(), uid = (int)ONE_OF(-1, 0, 1000, 1001),
	    gid = (int)ONE_OF(-1, 0, 1000, 1001);
	int flags = (int)SOME_OF(0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1);

	if (foreign(name))
		return;
	if (random_below(2))
		DO(fchown(fd, (uid_t)uid, (gid_t)gid), "(fd %d, %d, %d)", fd, uid, gid);
	else
		DO(fchownat(at, name, (uid_t)uid, (gid_t)gid, flags), "at(%d, %s, %d, %d, %#x)", at,
		   text_of(name), uid, gid, flags);
}

static void op_utimens(void)
{
	const char *name = path_name();
	struct timespec times[2] = {{ONE_OF(0, 1, 1000000000, -1),
				     ONE_OF(0, 1, 999999999, 1000000000, UTIME_NOW, UTIME_OMIT)},
				    {ONE_OF(0, 1, 1000000000, -1),
				     ONE_OF(0, 1, 999999999, 1000000000, UTIME_NOW, UTIME_OMIT)}};
	bool set = times[0].tv_nsec < 1000000000 && times[1].tv_nsec < 1000000000;
	int at = AT_OF(), flags = (int)SOME_OF(0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1);
	struct stat st;

	if (foreign(name))
		return;
	if (DO(syscall(SYS_utimensat, at, name, random_below(8) ? times : NULL, flags),
	       "(%d, %s, {%lld.%ld, %lld.%ld}, %#x)", at, text_of(name), (long long)times[0].tv_sec,
	       times[0].tv_nsec, (long long)times[1].tv_sec, times[1].tv_nsec, flags) == 0 &&
	    set && name && fstatat(at, name, &st, flags) == 0 && st.st_mtim.tv_sec < 1500000000)
		note(" {%lld.%ld}", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void op_mkdir(void)
{
	const char *name = path_name();
	int at = AT_OF(), mode = MODE();

	DO(mkdirat(at, name, (mode_t)mode), "(%d, %s, %#o)", at, text_of(name), mode);
}

static void op_mknod(void)
{
	const char *name = path_name();
	int mode = (int)ONE_OF(S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, S_IFDIR, S_IFLNK, 0,
			       0170000) |
		   (int)ONE_OF(0644, 0600, 07777);

	int at = AT_OF();
	dev_t device = random_below(2) ? makedev(1, 3) : 0;

	DO(mknodat(at, name, (mode_t)mode, device), "(%d, %s, %#o, %#x)", at, text_of(name), mode,
	   (unsigned int)device);
}

static void op_unlink(void)
{
	const char *name = path_name();
	int at = AT_OF(), flags = (int)ONE_OF(0, 0, AT_REMOVEDIR, 1);

	if (!foreign(name))
		DO(unlinkat(at, name, flags), "(%d, %s, %#x)", at, text_of(name), flags);
}

static void op_link(void)
{
	const char *from = path_name(), *to = a_name();
	int from_at = AT_OF(), at = AT_OF(),
	    flags = (int)SOME_OF(0, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH, 1);

	note("(%d, %s, ", from_at, text_of(from));
	DO(linkat(from_at, from, at, to, flags), "%d, %s, %#x)", at, text_of(to), flags);
}

static void op_symlink(void)
{
	const char *target = path_name(), *name = random_below(2) ? "l" : a_name();
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", text_of(target));
	int at = AT_OF();

	DO(symlinkat(target, at, name), "(%s, %d, %s)", copy, at, text_of(name));
}

static void op_readlink(void)
{
	const char *name = random_below(2) ? "l" : path_name();
	char to[100];
	int length = (int)ONE_OF(100, 3, 1, 0, -1);
	long n;

	int at = AT_OF();

	if (!foreign(name) && (n = DO(readlinkat(at, name, to, (size_t)length), "(%d, %s, %d)", at,
				      text_of(name), length)) > 0)
		note(" %.*s", (int)(n > 40 ? 40 : n), to);
}

static void op_rename(void)
{
	const char *from = a_name(), *to = path_name();
	int flags = (int)ONE_OF(0, 0, 0, 1, 2, 4, 3, 8);

	if (foreign(from) || foreign(to))
		return;
	note("(%s, ", text_of(from));
	int from_at = AT_OF(), at = AT_OF();

	DO(syscall(SYS_renameat2, from_at, from, at, to, flags), "%d, %d, %s, %#x)", from_at, at,
	   text_of(to), flags);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void op_getdents(void)
{
	static char entries[4096];
	const char *names[64];
	struct stat st;
	int fd = a_fd();
	size_t count = 0, length = (size_t)ONE_OF(4096, 4096, 4096, 10, 24);
	long n = -1;

	note("(%d, %zu)", fd, length);
	errno = 0;
	n = syscall(SYS_getdents64, fd, entries, length);
	if (n <= 0) {
		ended(n);
		return;
	}
	for (long at = 0; at < n && count < 64;) {
		struct dirent *entry = (struct dirent *)(entries + at);

		names[count++] = entry->d_name;
		at += entry->d_reclen;
	}
	if (fstat(fd, &st) < 0 || st.st_dev != folder)
		return;
	qsort(names, count, sizeof(*names), compare);
	for (size_t i = 0; i < count && i < 12 && length > 24; i++)
		note(" %.12s", names[i]);
}

static void op_chdir(void)
{
	const char *name = path_name();
	int fd = a_fd();
	char where[200];

	if (foreign(name))
		return;
	if (random_below(3))
		DO(chdir(name), "(%s)", text_of(name));
	else
		DO(fchdir(fd), "(fd %d)", fd);
	where[0] = 0;
	if (syscall(SYS_getcwd, where, sizeof(where)) > 0 && !strncmp(where, "/proc", 5))
		return; // with our pid
	where[0] = 0;
	DO(syscall(SYS_getcwd, where, ONE_OF(200, 200, 200, 0, 1, 5)), " getcwd");
	note(" %.60s", where);
	if (random_below(4))
		(void)!chdir("/tmp/differ");
}

static void op_xattr(void)
{
	const char *file = path_name();
	int fd = a_fd();
	static const char *const names[] = {
		"user.a", "user.b", "trusted.a", "security.a", "user.",
		"none",	  "",	    "system.a",	 "user.a"}; // there are no access control lists
	const char *name = PICK(names);
	size_t length = (size_t)ONE_OF(0, 1, 10, 100, 65536, 65537, 4000);
	int flags = (int)ONE_OF(0, 0, 1, 2, 3, 4);
	char *value = a_buffer();
	char list[300];
	long n;

	if (foreign(file))
		return;
	if (length > 16384)
		value = (char *)8;
	switch (random_below(7)) {
	case 0:
		DO(setxattr(file, name, value, length, flags), " set(%s, %s, %zu, %d)",
		   text_of(file), name, length, flags);
		break;
	case 1:
		n = DO(getxattr(file, name, value, length), " get(%s, %s, %zu)", text_of(file),
		       name, length);
		if (n > 0 && length)
			show_sum(value, n);
		break;
	case 2:
		length = (size_t)ONE_OF(300, 0, 3);
		n = DO(listxattr(file, list, length), " list(%s, %zu)", text_of(file), length);
		for (long at = 0; length && at < n; at += (long)strlen(list + at) + 1)
			note(" %s", list + at);
		break;
	case 3:
		DO(removexattr(file, name), " remove(%s, %s)", text_of(file), name);
		break;
	case 4:
		DO(fsetxattr(fd, name, value, length, flags), " fset(%d, %s, %zu, %d)", fd, name,
		   length, flags);
		break;
	case 5:
		DO(lsetxattr(file, name, value, length, flags), " lset(%s, %s, %zu, %d)",
		   text_of(file), name, length, flags);
		break;
	default:
		DO(fgetxattr(fd, name, value, length), " fget(%d, %s, %zu)", fd, name, length);
	}
}

static void op_inotify(void)
{
	int fd = a_fd(), mask = (int)SOME_OF(0xfff, 2, 0x100, 0x200, 0x01000000, 0x02000000,
					     0x20000000, 0x10000000, 0x80000000, 0x40);
	const char *name = path_name();

	if (random_below(3))
		DO(inotify_add_watch(fd, name, (uint32_t)mask), "_add(%d, %s, %#x)", fd,
		   text_of(name), mask);
	else
		DO(inotify_rm_watch(fd, (int)ONE_OF(1, 2, 3, -1, 0)), "_rm(%d)", fd);
}

static void op_watch(void)
{
	static char events[2048] __attribute__((aligned(8)));
	static int last = -1;
	long n;

	if (last < 0 || !random_below(8)) {
		keep_fd(last = (int)DO(inotify_init1(IN_NONBLOCK), " init"));
		return;
	}
	if (random_below(2)) {
		const char *name = path_name();

		DO(inotify_add_watch(last, name, IN_ALL_EVENTS), " all(%s)", text_of(name));
		return;
	}
	n = DO(read(last, events, sizeof(events)), " read");
	for (long at = 0; at < n;) {
		struct inotify_event *event = (struct inotify_event *)(events + at);

		note(" {%d, %#x, %d, %.12s}", event->wd, event->mask, event->cookie != 0,
		     !event->len	   ? "-"
		     : *event->name == '#' ? "#" // the number of a file without a name
					   : event->name);
		at += (long)(sizeof(*event) + event->len);
	}
}

static void op_statfs(void)
{
	struct statfs st;
	int fd = a_fd();
	const char *name = path_name();

	if ((random_below(2) ? DO(fstatfs(fd, &st), "(%d)", fd)
			     : DO(statfs(name, &st), "(%s)", text_of(name))) == 0 &&
	    !foreign(name))
		note(" {%lx, %ld, %ld, %#lx}", (unsigned long)st.f_type, (long)st.f_bsize,
		     (long)st.f_namelen, (unsigned long)st.f_flags);
	if (statfs("/tmp/differ", &st) == 0)
		note(" %ld/%ld blocks, %ld/%ld files", (long)st.f_bfree, (long)st.f_blocks,
		     (long)st.f_ffree, (long)st.f_files);
}

static void op_truncate_path(void)
{
	const char *name = path_name();
	long long to = ONE_OF(0, 1, 100, 5000, 4096, -1, 1LL << 40, 0x7fffffffffffffff);

	if (!foreign(name))
		DO(truncate(name, to), "(%s, %lld)", text_of(name), to);
}

static void op_umask(void)
{
	int mask = (int)ONE_OF(0, 022, 077, 0777, 022, 022, 010000);

	DO(umask((mode_t)mask), "(%#o)", mask);
}

// A handle is made and, now or later, opened.
static void op_handle(void)
{
	static struct {
		unsigned int bytes;
		int type;
		unsigned char data[128];
	} kept, fresh;
	int at = AT_OF(), mount[2],
	    flags = (int)SOME_OF(0, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, 0x200, 1);
	const char *name = path_name();

	if (random_below(3)) {
		fresh.bytes = (unsigned int)ONE_OF(128, 128, 12, 0, 4, 129);
		fresh.type = 0;
		if (DO(syscall(SYS_name_to_handle_at, at, name, &fresh, mount, flags),
		       "_of(%d, %s, %u, %#x)", at, text_of(name), fresh.bytes, flags) == 0 &&
		    !foreign(name)) {
			note(" {%u, %d}", fresh.bytes, fresh.type);
			kept = fresh;
		} else if (errno == EOVERFLOW && !foreign(name)) {
			note(" {%u}", fresh.bytes);
		}
		return;
	}
	if (random_below(8) == 0)
		kept.bytes = (unsigned int)ONE_OF(0, 8, 129);
	flags = open_flags();
	keep_fd(DO(syscall(SYS_open_by_handle_at, at, &kept, flags), "_open(%d, %u, %#x)", at,
		   kept.bytes, flags));
}

static const struct op paths_ops[] = {
	{"open", op_open},     {"openat2", op_openat2},	  {"stat", op_stat},
	{"fstat", op_fstat},   {"statx", op_statx},	  {"access", op_access},
	{"chmod", op_chmod},   {"chown", op_chown},	  {"utimens", op_utimens},
	{"mkdir", op_mkdir},   {"mknod", op_mknod},	  {"unlink", op_unlink},
	{"link", op_link},     {"symlink", op_symlink},	  {"readlink", op_readlink},
	{"rename", op_rename}, {"getdents", op_getdents}, {"chdir", op_chdir},
	{"xattr", op_xattr},   {"inotify", op_inotify},	  {"statfs", op_statfs},
	{"umask", op_umask},   {"open", op_open},	  {"open", op_open},
	{"mkdir", op_mkdir},   {"rename", op_rename},	  {"stat", op_stat},
	{"watch", op_watch},   {"watch", op_watch},	  {"truncate", op_truncate_path},
	{"handle", op_handle},
};

static void owned(const char *name, mode_t mode, uid_t uid)
{
	close(open(name, O_CREAT | O_RDWR, 0600));
	(void)!chown(name, uid, uid);
	chmod(name, mode);
}

// A sticky one and one that hands down its group, with what others own; one that is closed.
static void shared_folders(void)
{
	mkdir("s", 0755);
	chmod("s", 01777);
	owned("s/a", 0644, 1001);
	owned("s/o", 0666, 1000);
	mkdir("s/d", 0755);
	(void)!symlink("../a", "s/l");
	(void)!lchown("s/l", 1001, 1001);
	mkdir("g", 0755);
	owned("g/a", 0664, 1000);
	mkdir("g/d", 0777);
	(void)!chown("g", 0, 1001);
	chmod("g", 02777);
	mkdir("x", 0755);
	owned("x/a", 0666, 1000);
	(void)!chown("x", 1001, 1001);
	chmod("x", 0700);
}

// Another file system, and a mount of one's own that cannot be written.
static void mounted_folders(void)
{
	mkdir("m", 0777);
	mount("differ", "m", "tmpfs", 0, "size=1m,nr_inodes=10,mode=0777");
	owned("m/a", 0666, 1000);
	mkdir("r", 0777);
	mount("d", "r", NULL, MS_BIND, NULL);
	owned("r/a", 0666, 1000);
	mount(NULL, "r", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
}

static void paths_begin(void)
{
	struct stat st;

	stat(".", &st);
	folder = st.st_dev;
	mkdir("d", 0755);
	mkdir("d/d", 0777);
	close(open("a", O_CREAT | O_RDWR, 0666));
	chmod("a", 0666);
	(void)!symlink("a", "l");
	(void)!symlink("d", "e");
	(void)!symlink("l", "d/l");
	shared_folders();
	mounted_folders();
	(void)!symlink("k", "k");
	(void)!symlink("none", "z");
	(void)!symlink("d/d/../../e", "c2");
	(void)!symlink("c2/../s/l", "c1");
	owned("o", 0600, 1001);
	owned("w", 0666, 1000);
	owned("t", 04755, 1000);
	mkfifo("q", 0666);
}

static const struct area paths_area = {"paths", paths_begin, paths_ops, COUNT(paths_ops)};

#endif
