// SPDX-License-Identifier: MIT
// Mounts: made, bound, moved, changed, made peers, removed; and what names and descriptors say across them.
//
// The seed's own tmpfs is its root (chroot), so that all it does is inside and goes with it; this makes pivot_root harmless, too. What
// chroot does is asked in a child: a process that leaves its root behind could go up and out of it.
// Left out: reading what fsopen's descriptor says of errors, which is text of Linux's own; mounts of proc, each a file system of its
// own on Linux; the features that Tern has not (BENEATH, SET_GROUP, ids that are mapped).

#ifndef MOUNTS_H
#define MOUNTS_H

#include "differ.h"
#include "mounts_table.h"

#include <linux/openat2.h>
#include <linux/stat.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#define MANY_MOUNTS 30

static int setups[3] = {-1, -1, -1}; // of fsopen and fspick

static const char *place(void)
{
	static const char *const often[] = {"a",   "a",	  "b",	 "b",	"c",   "c",   "d",
					    "d/d", "a/x", "b/x", "c/x", "d/x", "a/d", "b/d"};
	static const char *const odd[] = {
		".",   "..",  "/",    "a/..", "c/..", "f",    "a/f",   "b/f",	 "c/f",
		"d/f", "l",   "l/x",  "d/s",  "s",    "none", "a/x/x", "d/d/x",	 "a/none",
		"f/",  "c/.", "./b/", "a/x/", "",     "l/",   "b/l",   "d/../a", "a/x/../../c",
	};

	return random_below(3) ? PICK(often) : random_below(40) ? PICK(odd) : (const char *)8;
}

static bool crowded(void)
{
	return table_count() > MANY_MOUNTS;
}

// What a new and empty one holds, so that there is something to find.
static void fill(const char *name)
{
	char inside[64];

	if ((uintptr_t)name < 4096)
		return;
	snprintf(inside, sizeof(inside), "%s/x", name);
	mkdir(inside, 0777);
	snprintf(inside, sizeof(inside), "%s/f", name);
	close(open(inside, O_CREAT | O_RDWR, 0666));
}

static const char *options(void)
{
	static const char *const of[] = {NULL,
					 "",
					 "size=1m,nr_inodes=60,mode=0777",
					 "mode=0777",
					 "size=1m",
					 "bogus",
					 "ro",
					 "size=none",
					 "uid=1000",
					 "mode=0755,gid=5",
					 "rw,sync",
					 "mode"};

	return PICK(of);
}

static unsigned long flags_of_mount(void)
{
	return (unsigned long)SOME_OF(MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME,
				      MS_NODIRATIME, MS_RELATIME, MS_STRICTATIME, MS_SILENT,
				      MS_SYNCHRONOUS, 0xc0ed0000, 256, MS_RDONLY, MS_DIRSYNC);
}

static void op_mount(void)
{
	static const char *const types[] = {"tmpfs", "tmpfs", "tmpfs", "tmpfs",
					    "ramfs", "none",  NULL,    ""};
	static const char *const sources[] = {"one", "two", "", NULL, "a b"};
	const char *name = place(), *type = PICK(types), *source = PICK(sources), *data = options();
	unsigned long flags = flags_of_mount() | (random_below(30) ? 0 : 1ul << 31);

	if (crowded())
		return;
	if (DO(mount(source, name, type, flags, data), "(%s, %s, %s, %#lx, %s)", source ?: "0",
	       text_of(name), type ?: "0", flags, data ?: "0") == 0)
		fill(name);
}

static void op_bind_mount(void)
{
	const char *from = place(), *to = place();
	unsigned long flags =
		MS_BIND | (random_below(3) ? 0 : MS_REC) | (random_below(6) ? 0 : flags_of_mount());

	if (crowded())
		return;
	note("(%s, ", text_of(from));
	DO(mount(from, to, NULL, flags, NULL), "%s, %#lx)", text_of(to), flags);
}

static void op_remount(void)
{
	const char *name = place(), *data = options();
	unsigned long flags = MS_REMOUNT | (random_below(2) ? MS_BIND : 0) | flags_of_mount();

	DO(mount(random_below(2) ? "one" : NULL, name, NULL, flags, data), "(%s, %#lx, %s)",
	   text_of(name), flags, data ?: "0");
}

static void op_propagation(void)
{
	const char *name = place();
	unsigned long flags = (unsigned long)(ONE_OF(MS_SHARED, MS_SHARED, MS_PRIVATE, MS_SLAVE,
						     MS_SLAVE, MS_UNBINDABLE) |
					      ONE_OF(0, 0, MS_REC, MS_REC, MS_SILENT));

	if (random_below(20) == 0)
		flags |= (unsigned long)ONE_OF(MS_SHARED, MS_PRIVATE, MS_RDONLY, MS_NOSUID);
	DO(mount(NULL, name, NULL, flags, NULL), "(%s, %#lx)", text_of(name), flags);
}

static void op_move(void)
{
	const char *from = place(), *to = place();

	note("(%s, ", text_of(from));
	DO(mount(from, to, NULL, MS_MOVE, NULL), "%s)", text_of(to));
}

static void op_umount(void)
{
	const char *name = place();
	int flags = (int)ONE_OF(0, 0, 0, 0, MNT_DETACH, MNT_DETACH, UMOUNT_NOFOLLOW, MNT_EXPIRE,
				MNT_EXPIRE, MNT_FORCE, 16, MNT_EXPIRE | MNT_DETACH,
				MNT_DETACH | UMOUNT_NOFOLLOW);

	// With the root all would be gone, and nothing left to try.
	if (flags & MNT_DETACH && random_below(8) && table_is_root(name))
		flags = 0;
	DO(umount2(name, flags), "(%s, %#x)", text_of(name), flags);
}

// ---- in steps ----

static int a_setup(void)
{
	int fd = PICK(setups);

	return fd >= 0 && random_below(15) ? fd : a_fd();
}

static void keep_setup(long fd)
{
	int *slot = &PICK(setups);

	if (fd < 0)
		return;
	if (*slot >= 0)
		close(*slot);
	*slot = (int)fd;
}

static void op_fsopen(void)
{
	static const char *const types[] = {"tmpfs", "tmpfs", "tmpfs",	      "ramfs",
					    "none",  "",      (const char *)8};
	const char *type = PICK(types);
	unsigned int flags = (unsigned int)ONE_OF(0, 0, 0, 1, 2);

	keep_setup(DO(syscall(SYS_fsopen, type, flags), "(%s, %u)", text_of(type), flags));
}

static void op_fspick(void)
{
	const char *name = place();
	int at = AT_OF();
	unsigned int flags = (unsigned int)SOME_OF(0, 1, 2, 4, 8, 16);

	keep_setup(DO(syscall(SYS_fspick, at, name, flags), "(%d, %s, %#x)", at, text_of(name),
		      flags));
}

static void op_fsconfig(void)
{
	static const char *const keys[] = {"source", "size", "mode", "ro",	  "rw",
					   "sync",   "uid",  "",     "bogus",	  NULL,
					   NULL,     NULL,   "ro",   "nr_inodes", (const char *)8};
	static const char *const values[] = {NULL, NULL, "1m", "0755", "1000", "x", ""};
	int fd = a_setup(), aux = (int)ONE_OF(0, 0, 0, 0, 0, 1);
	unsigned int command = (unsigned int)ONE_OF(0, 0, 1, 1, 6, 6, 6, 6, 7, 7, 8, 9, -1);
	const char *key = PICK(keys), *value = PICK(values);

	if (command >= 6 && random_below(10))
		key = value = NULL;
	DO(syscall(SYS_fsconfig, fd, command, key, value, aux), "(%d, %u, %s, %s, %d)", fd, command,
	   text_of(key), value ?: "0", aux);
}

static void op_fsmount(void)
{
	int fd = a_setup();
	unsigned int flags = (unsigned int)ONE_OF(0, 0, 0, 1, 2),
		     attributes = (unsigned int)SOME_OF(1, 2, 4, 8, 0x10, 0x20, 0x30, 0x80,
							0x200000, 0x100);

	keep_fd(DO(syscall(SYS_fsmount, fd, flags, attributes), "(%d, %u, %#x)", fd, flags,
		   attributes));
}

// The whole way: a new one that has no place yet.
static void op_fsnew(void)
{
	int fd = (int)syscall(SYS_fsopen, "tmpfs", 0), tree;

	syscall(SYS_fsconfig, fd, 6, NULL, NULL, 0);
	tree = (int)DO(syscall(SYS_fsmount, fd, 0, 0), "(%d)", fd);
	close(fd);
	if (tree >= 0)
		mkdirat(tree, "x", 0777);
	keep_fd(tree);
}

static void op_open_tree(void)
{
	const char *name = place();
	int at = AT_OF();
	unsigned int flags = (unsigned int)(ONE_OF(0, 1, 1, 1) |
					    SOME_OF(0, 0x8000, 0x8000, AT_EMPTY_PATH,
						    AT_SYMLINK_NOFOLLOW, O_CLOEXEC, 0x800, 2));

	if (!crowded())
		keep_fd(DO(syscall(SYS_open_tree, at, name, flags), "(%d, %s, %#x)", at,
			   text_of(name), flags));
}

static void op_move_mount(void)
{
	bool by_fd = random_below(3);
	const char *from = by_fd ? "" : place(), *to = place();
	int from_at = by_fd ? a_fd() : AT_OF(), at = AT_OF();
	unsigned int flags = (unsigned int)((by_fd ? 4 : 0) | SOME_OF(0, 1, 4, 0x10, 0x40, 0x80));

	note("(%d, %s, ", from_at, text_of(from));
	DO(syscall(SYS_move_mount, from_at, from, at, to, flags), "%d, %s, %#x)", at, text_of(to),
	   flags);
}

static void op_setattr(void)
{
	struct {
		uint64_t set, clear, propagation, userns;
	} attr = {(uint64_t)SOME_OF(1, 1, 2, 4, 8, 0x10, 0x20, 0x80, 0x200000),
		  (uint64_t)SOME_OF(1, 1, 2, 4, 8, 0x70, 0x70, 0x10, 0x80, 0x200000),
		  (uint64_t)ONE_OF(0, 0, 0, 0, MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_UNBINDABLE,
				   MS_REC),
		  0};
	bool by_fd = random_below(3) == 0;
	const char *name = by_fd ? "" : place();
	int at = by_fd ? a_fd() : AT_OF();
	unsigned int flags =
		(unsigned int)((by_fd ? AT_EMPTY_PATH : 0) |
			       SOME_OF(0, 0x8000, 0x8000, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, 2));
	size_t size = (size_t)ONE_OF(32, 32, 32, 32, 32, 32, 31, 0, 5000);

	DO(syscall(SYS_mount_setattr, at, name, flags, &attr, size),
	   "(%d, %s, %#x, {%#llx, %#llx, %#llx}, %zu)", at, text_of(name), flags,
	   (unsigned long long)attr.set, (unsigned long long)attr.clear,
	   (unsigned long long)attr.propagation, size);
}

// ---- roots and working directories ----

static void show_cwd(void)
{
	char where[200] = "", link[200] = "";

	DO(syscall(SYS_getcwd, where, sizeof(where)), " getcwd");
	note(" %.60s", where);
	if (readlinkat(TABLE_PROC, "self/cwd", link, sizeof(link) - 1) < 0)
		snprintf(link, sizeof(link), "E%d", errno);
	note(" %.60s", link);
}

static void op_go(void)
{
	const char *name = place();
	int fd = a_fd();

	if (random_below(3))
		DO(chdir(name), "(%s)", text_of(name));
	else
		DO(fchdir(fd), "(fd %d)", fd);
	show_cwd();
	if (random_below(3))
		(void)!chdir("/");
}

static void op_chroot(void)
{
	static char said[2048];
	const char *name = place(), *then = place();
	bool enter = random_below(2);
	int pipes[2], n = 0, got;

	if (pipe(pipes) < 0)
		return;
	if (fork() == 0) {
		struct stat st;

		if (DO(chroot(name), "(%s)", text_of(name)) == 0) {
			if (enter)
				(void)!chdir("/");
			show_cwd();
			DO(stat("..", &st), " ..");
			DO(stat(then, &st), " %s", text_of(then));
			note(" %s", table_text());
		}
		noted_to(pipes[1]);
		_exit(0);
	}
	close(pipes[1]);
	while ((got = (int)read(pipes[0], said + n, sizeof(said) - 1 - (size_t)n)) > 0 ||
	       (got < 0 && errno == EINTR))
		n += got > 0 ? got : 0;
	said[n] = 0;
	note("%s", said + strcspn(said, "("));
	close(pipes[0]);
	while (wait(NULL) < 0 && errno == EINTR)
		;
}

static void op_pivot_root(void)
{
	const char *root = place(), *old = place();

	if (random_below(3) == 0) { // the idiom
		(void)!chdir(root);
		root = old = ".";
	}
	note("(%s, ", text_of(root));
	if (DO(syscall(SYS_pivot_root, root, old), "%s)", text_of(old)) == 0)
		show_cwd();
}

// ---- names across mounts ----

static void op_enter_open(void)
{
	const char *name = place();
	struct open_how how = {.flags = (uint64_t)(ONE_OF(O_RDONLY, O_RDONLY, O_RDWR, O_WRONLY) |
						   SOME_OF(O_CREAT, O_TRUNC, O_DIRECTORY, O_PATH,
							   O_NOFOLLOW, O_TMPFILE, O_EXCL, O_PATH) |
						   O_NONBLOCK),
			       .resolve = (uint64_t)SOME_OF(0, 1, 1, 2, 4, 8, 16)};
	int at = AT_OF();

	how.mode = how.flags & (O_CREAT | O_TMPFILE) & ~(uint64_t)O_DIRECTORY ? 0666 : 0;
	keep_fd(DO(syscall(SYS_openat2, at, name, &how, sizeof(how)), "(%d, %s, %#llx, %#llx)", at,
		   text_of(name), (unsigned long long)how.flags, (unsigned long long)how.resolve));
}

static void op_across(void)
{
	const char *name = place(), *other = place();
	int at = AT_OF(), flags = (int)ONE_OF(0, 0, AT_REMOVEDIR, AT_REMOVEDIR);
	struct stat st;

	switch (random_below(6)) {
	case 0:
		DO(mkdirat(at, name, 0777), " dir(%d, %s)", at, text_of(name));
		break;
	case 1:
		DO(unlinkat(at, name, flags), " unlink(%d, %s, %#x)", at, text_of(name), flags);
		break;
	case 2:
		note(" link(%s, ", text_of(name));
		DO(linkat(at, name, AT_FDCWD, other, 0), "%d, %s)", at, text_of(other));
		break;
	case 3:
		note(" symlink(%s, ", text_of(other));
		DO(symlinkat(other, at, name), "%d, %s)", at, text_of(name));
		break;
	case 4:
		flags = (int)ONE_OF(0, 0, 0, 1, 2);
		note(" rename(%s, ", text_of(name));
		DO(syscall(SYS_renameat2, at, name, AT_FDCWD, other, flags), "%d, %s, %d)", at,
		   text_of(other), flags);
		break;
	default:
		DO(mknodat(at, name, (mode_t)(random_below(2) ? S_IFREG : S_IFIFO) | 0666, 0),
		   " node(%d, %s)", at, text_of(name));
	}
	if (at == AT_FDCWD && stat(name, &st) == 0)
		note(" {%o, n%d}", st.st_mode, (int)st.st_nlink);
}

// Devices and mounts are told only as those of the working directory or not.
static void op_look(void)
{
	const char *name = place();
	int at = AT_OF(), flags = (int)SOME_OF(0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x800);
	struct statx stx, here;

	syscall(SYS_statx, AT_FDCWD, ".", 0, 0x1fff, &here);
	if (DO(syscall(SYS_statx, at, name, flags, 0x1fff, &stx), "(%d, %s, %#x)", at,
	       text_of(name), flags) < 0)
		return;
	note(" {%o, attr %#llx, dev %d, mount %d", stx.stx_mode,
	     (unsigned long long)stx.stx_attributes & 0x2000,
	     stx.stx_dev_minor == here.stx_dev_minor && stx.stx_dev_major == here.stx_dev_major,
	     stx.stx_mnt_id == here.stx_mnt_id);
	note(", n%u}", stx.stx_nlink);
}

static void op_space(void)
{
	const char *name = place();
	int fd = a_fd();
	struct statfs st;

	if ((random_below(2) ? DO(fstatfs(fd, &st), "(%d)", fd)
			     : DO(statfs(name, &st), "(%s)", text_of(name))) == 0)
		note(" {%lx, %#lx, %lld}", (unsigned long)st.f_type, (unsigned long)st.f_flags,
		     (long long)st.f_bsize);
}

static void op_reach(void)
{
	const char *name = place();
	int at = AT_OF(), mode = (int)ONE_OF(0, 1, 2, 4, 6, 7),
	    flags = (int)SOME_OF(0, 0x200, 0x100);

	DO(syscall(SYS_faccessat2, at, name, mode, flags), "(%d, %s, %d, %#x)", at, text_of(name),
	   mode, flags);
}

// A handle names the mount that it was found on.
static void op_handle_mount(void)
{
	struct {
		unsigned int bytes;
		int type;
		unsigned char data[128];
	} handle = {.bytes = 128};
	const char *name = place();
	int at = AT_OF(), mount = -1, flags = (int)SOME_OF(0, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW);
	struct statx stx;

	if (DO(syscall(SYS_name_to_handle_at, at, name, &handle, &mount, flags), "(%d, %s, %#x)",
	       at, text_of(name), flags) == 0 &&
	    syscall(SYS_statx, at, name,
		    (flags & AT_EMPTY_PATH) | (flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW),
		    0x1000, &stx) == 0)
		note(" %d", stx.stx_mnt_id == (uint64_t)mount);
}

static void op_data(void)
{
	int fd = a_fd();
	char byte = 'x';
	struct stat st;

	switch (random_below(5)) {
	case 0:
		DO(read(fd, &byte, 1), " read(%d)", fd);
		break;
	case 1:
		DO(ftruncate(fd, 10), " truncate(%d)", fd);
		break;
	case 2:
		DO(fchmod(fd, 0777), " chmod(%d)", fd);
		break;
	case 3:
		if (fstat(fd, &st) == 0)
			DO(futimens(fd, NULL), " times(%d)", fd);
		break;
	default:
		DO(write(fd, &byte, 1), " write(%d)", fd);
	}
}

static void op_close_one(void)
{
	int fd = a_fd();

	if (fd >= 3 && fd < 900)
		DO(close(fd), "(%d)", fd);
}

// ---- the area ----

static const struct op mounts_ops[] = {
	{"mount", op_mount},
	{"mount", op_mount},
	{"bind", op_bind_mount},
	{"bind", op_bind_mount},
	{"bind", op_bind_mount},
	{"remount", op_remount},
	{"remount", op_remount},
	{"propagation", op_propagation},
	{"propagation", op_propagation},
	{"propagation", op_propagation},
	{"move", op_move},
	{"umount", op_umount},
	{"umount", op_umount},
	{"umount", op_umount},
	{"fsopen", op_fsopen},
	{"fspick", op_fspick},
	{"fsconfig", op_fsconfig},
	{"fsconfig", op_fsconfig},
	{"fsmount", op_fsmount},
	{"fsnew", op_fsnew},
	{"open_tree", op_open_tree},
	{"move_mount", op_move_mount},
	{"move_mount", op_move_mount},
	{"setattr", op_setattr},
	{"chdir", op_go},
	{"chroot", op_chroot},
	{"pivot_root", op_pivot_root},
	{"open", op_enter_open},
	{"open", op_enter_open},
	{"open", op_enter_open},
	{"make", op_across},
	{"make", op_across},
	{"make", op_across},
	{"look", op_look},
	{"look", op_look},
	{"space", op_space},
	{"reach", op_reach},
	{"handle", op_handle_mount},
	{"data", op_data},
	{"data", op_data},
	{"close", op_close_one},
};

static void mounts_begin(void)
{
	table_open();
	if (chroot(".") < 0)
		_exit(3);
	for (const char *name = "abcd"; *name; name++) {
		mkdir((char[]){*name, 0}, 0777);
		chmod((char[]){*name, 0}, 0777);
	}
	fill(".");
	fill("d");
	mkdir("d/d", 0777);
	mkdir("c/x", 0777);
	chmod("f", 0666);
	(void)!symlink("a", "l");
	(void)!symlink("/f", "s");
	(void)!symlink("../a/x", "d/s");
	mount("one", "a", "tmpfs", 0, "size=1m,nr_inodes=60,mode=0777");
	fill("a");
	mount("d", "b", NULL, MS_BIND, NULL);
	table_changed();
}

static const struct area mounts_area = {"mounts", mounts_begin, mounts_ops, COUNT(mounts_ops),
					note_table};

#endif
