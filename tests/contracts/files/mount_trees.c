// SPDX-License-Identifier: MIT
// Covers: FILE-22. open_tree: descriptors of places and of copies, with and without what is
// mounted below; mount_setattr.
#include "mount_helpers.h"

#define CLONE	  1u
#define RECURSIVE 0x8000u
#define EMPTY	  0x1000u

struct attr {
	uint64_t set, clear, propagation, userns;
};

static int tree(int dir, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dir, path, flags);
}

static int setattr(const char *path, unsigned flags, uint64_t set, uint64_t clear, uint64_t type)
{
	struct attr attr = {set, clear, type, 0};

	return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attr, sizeof(attr));
}

CONTRACT
{
	struct attr attr = {0};
	char path[40];
	int fd;

	enter_stage("trees");
	MUST(mkdir("a", 0755));
	MUST(mkdir("b", 0755));
	MUST(mkdir("c", 0755));
	TMPFS("a");
	MUST(mkdir("a/m", 0755));
	TMPFS("a/m");
	put_file("a/m/f", "deep");
	// Without a copy it is O_PATH.
	fd = (int)MUST(tree(AT_FDCWD, "a", O_CLOEXEC));
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(faccessat(fd, "m/f", F_OK, 0), 0);
	close(fd);
	CHECK_ERRNO(tree(AT_FDCWD, "a", RECURSIVE), EINVAL);
	CHECK_ERRNO(tree(AT_FDCWD, "a", 2), EINVAL);
	CHECK_ERRNO(tree(AT_FDCWD, "none", CLONE), ENOENT);
	// One mount, and the tree.
	fd = (int)MUST(tree(AT_FDCWD, "a", CLONE));
	CHECK_ERRNO(faccessat(fd, "m/f", F_OK, 0), ENOENT);
	CHECK_EQ(syscall(SYS_move_mount, fd, "", AT_FDCWD, "b", 4), 0);
	CHECK_EQ(access("b/m", F_OK), 0);
	CHECK_EQ(access("b/m/f", F_OK), -1);
	close(fd);
	fd = (int)MUST(tree(AT_FDCWD, "a", CLONE | RECURSIVE));
	CHECK_EQ(faccessat(fd, "m/f", F_OK, 0), 0);
	CHECK_EQ(mounts("/m"), 1);
	// What is inside a tree that has no place can be shared, and not mounted elsewhere.
	snprintf(path, sizeof(path), "/proc/self/fd/%d/m", fd);
	CHECK_EQ(mount(NULL, path, NULL, MS_SHARED, NULL), 0);
	CHECK_EQ(mount(NULL, path, NULL, MS_PRIVATE, NULL), 0);
	CHECK_ERRNO(mount(path, "b", NULL, MS_MOVE, NULL), EINVAL);
	CHECK_EQ(syscall(SYS_move_mount, fd, "", AT_FDCWD, "c", 4), 0);
	CHECK_TEXT(get_file("c/m/f"), "deep");
	CHECK_EQ(mounts("/m"), 2);
	close(fd);
	// A copy that gets no place goes with its descriptor.
	fd = (int)MUST(tree(AT_FDCWD, "a", CLONE | RECURSIVE));
	close(fd);
	CHECK_EQ(umount("a/m"), 0);
	// Attributes of one mount, and of all below.
	CHECK_EQ(setattr("c", 0, 1 | 8, 0, 0), 0);
	CHECK_TEXT(mount_field("/c", 5), "ro,noexec,relatime");
	CHECK_TEXT(mount_field("/c/m", 5), "rw,relatime");
	CHECK_ERRNO(mkdir("c/x", 0755), EROFS);
	CHECK_EQ(setattr("c", RECURSIVE, 2, 1, 0), 0);
	CHECK_TEXT(mount_field("/c", 5), "rw,nosuid,noexec,relatime");
	CHECK_TEXT(mount_field("/c/m", 5), "rw,nosuid,relatime");
	// The times of access are one field.
	CHECK_ERRNO(setattr("c", 0, 0x10, 0, 0), EINVAL);
	CHECK_EQ(setattr("c", 0, 0x10, 0x70, 0), 0);
	CHECK_TEXT(mount_field("/c", 5), "rw,nosuid,noexec,noatime");
	CHECK_EQ(setattr("c", 0, 0, 0x70 | 2 | 8, 0), 0);
	CHECK_TEXT(mount_field("/c", 5), "rw,relatime");
	CHECK_EQ(setattr("c", RECURSIVE, 0, 0, MS_SHARED), 0);
	CHECK(group("/c", "shared") > 0);
	CHECK(group("/c/m", "shared") > 0);
	CHECK_EQ(setattr("c", RECURSIVE, 0, 0, MS_PRIVATE), 0);
	CHECK_EQ(group("/c/m", "shared"), 0);
	CHECK_ERRNO(setattr("c", 0, 0, 0, MS_SHARED | MS_SLAVE), EINVAL);
	CHECK_ERRNO(setattr("c", 0, 1ull << 40, 0, 0), EINVAL);
	CHECK_ERRNO(setattr("c/m/f", 0, 1, 0, 0), EINVAL);
	CHECK_ERRNO(setattr("c", 4, 1, 0, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_mount_setattr, AT_FDCWD, "c", 0, &attr, 16), EINVAL);
	CHECK_ERRNO(syscall(SYS_mount_setattr, AT_FDCWD, "c", 0, &attr, 8192), E2BIG);
	// On a copy before it gets its place.
	fd = (int)MUST(tree(AT_FDCWD, "c", CLONE | RECURSIVE));
	attr.set = 1;
	CHECK_EQ(syscall(SYS_mount_setattr, fd, "", EMPTY | RECURSIVE, &attr, sizeof(attr)), 0);
	CHECK_EQ(syscall(SYS_move_mount, fd, "", AT_FDCWD, "a", 4), 0);
	CHECK_ERRNO(mkdir("a/m/x", 0755), EROFS);
	CHECK_EQ(mkdir("c/m/x", 0755), 0);
	close(fd);
	for (const char *name = "abc"; *name; name++)
		MUST(umount2((char[]){*name, 0}, MNT_DETACH));
	MUST(umount2("a", MNT_DETACH));
}
