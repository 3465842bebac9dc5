// SPDX-License-Identifier: MIT
// Covers: FILE-22. Mounting in steps: fsopen, fsconfig, fsmount, move_mount; what each refuses;
// fspick.
#include "mount_helpers.h"

static int fsopen_(const char *name, unsigned flags)
{
	return (int)syscall(SYS_fsopen, name, flags);
}

static int fsconfig_(int fd, unsigned command, const char *key, const char *value, int aux)
{
	return (int)syscall(SYS_fsconfig, fd, command, key, value, aux);
}

CONTRACT
{
	char path[64], data[64];
	int fs, tree, dir;
	struct stat st;

	enter_stage("steps");
	MUST(mkdir("m", 0755));
	MUST(mkdir("n", 0755));
	CHECK_ERRNO(fsopen_("nosuchfs", 0), ENODEV);
	CHECK_ERRNO(fsopen_("tmpfs", 2), EINVAL);
	CHECK_ERRNO(fsopen_((char *)8, 0), EFAULT);
	fs = (int)MUST(fsopen_("tmpfs", 1));
	CHECK_EQ(fcntl(fs, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(read(fs, data, sizeof(data)), ENODATA);
	CHECK_EQ(fsconfig_(fs, 1, "source", "mine", 0), 0);
	CHECK_ERRNO(fsconfig_(fs, 1, "source", "again", 0), EINVAL);
	CHECK_EQ(fsconfig_(fs, 1, "size", "1m", 0), 0);
	CHECK_EQ(fsconfig_(fs, 1, "mode", "0700", 0), 0);
	CHECK_ERRNO(fsconfig_(fs, 1, "size", NULL, 0), EINVAL);
	CHECK_ERRNO(fsconfig_(fs, 0, "ro", "x", 0), EINVAL);
	CHECK_ERRNO(fsconfig_(fs, 99, NULL, NULL, 0), EOPNOTSUPP);
	CHECK_ERRNO(fsconfig_(fs, 6, "key", NULL, 0), EINVAL);
	CHECK_ERRNO(fsconfig_(0, 6, NULL, NULL, 0), EINVAL);
	CHECK_ERRNO(fsconfig_(99, 6, NULL, NULL, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_fsmount, fs, 0, 0), EINVAL);
	CHECK_EQ(fsconfig_(fs, 6, NULL, NULL, 0), 0);
	CHECK_ERRNO(fsconfig_(fs, 6, NULL, NULL, 0), EBUSY);
	CHECK_ERRNO(fsconfig_(fs, 1, "size", "2m", 0), EBUSY);
	CHECK_ERRNO(syscall(SYS_fsmount, fs, 2, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_fsmount, fs, 0, 0x80000000u), EINVAL);
	tree = (int)MUST(syscall(SYS_fsmount, fs, 1, 2 | 4)); // nosuid, nodev
	CHECK_EQ(fcntl(tree, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(tree, F_GETFL) & O_PATH, O_PATH);
	// It is nowhere, but can be used through the descriptor.
	CHECK_EQ(mounts("/m"), 0);
	MUST(mkdirat(tree, "inside", 0755));
	MUST(fstat(tree, &st));
	CHECK_EQ(st.st_mode, S_IFDIR | 0700);
	CHECK_ERRNO(syscall(SYS_move_mount, tree, "", AT_FDCWD, "m", 0), ENOENT);
	CHECK_ERRNO(syscall(SYS_move_mount, tree, "inside", AT_FDCWD, "m", 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_move_mount, tree, "", AT_FDCWD, "m", 0x8000), EINVAL);
	CHECK_EQ(syscall(SYS_move_mount, tree, "", AT_FDCWD, "m", 4), 0);
	CHECK_EQ(mounts("/m"), 1);
	CHECK_TEXT(mount_field("/m", 5), "rw,nosuid,nodev,relatime");
	CHECK_TEXT(mount_field("/m", 8), "mine");
	CHECK_EQ(access("m/inside", F_OK), 0);
	// Again: now it is moved.
	CHECK_EQ(syscall(SYS_move_mount, tree, "", AT_FDCWD, "n", 4), 0);
	CHECK_EQ(mounts("/m"), 0);
	CHECK_EQ(access("n/inside", F_OK), 0);
	CHECK_EQ(syscall(SYS_move_mount, AT_FDCWD, "n", AT_FDCWD, "m", 0), 0);
	close(tree);
	close(fs);
	CHECK_EQ(access("m/inside", F_OK), 0);
	// Changing the superblock of a mount.
	fs = (int)MUST(syscall(SYS_fspick, AT_FDCWD, "m", 0));
	CHECK_ERRNO(fsconfig_(fs, 6, NULL, NULL, 0), EBUSY);
	CHECK_EQ(fsconfig_(fs, 0, "ro", NULL, 0), 0);
	CHECK_EQ(fsconfig_(fs, 7, NULL, NULL, 0), 0);
	CHECK_ERRNO(mkdir("m/more", 0755), EROFS);
	close(fs);
	CHECK_ERRNO(syscall(SYS_fspick, AT_FDCWD, "m/inside", 0), EINVAL);
	MUST(umount("m"));
	// A mount that never gets a place goes with its descriptor; what is open in it stays.
	fs = (int)MUST(fsopen_("tmpfs", 0));
	MUST(fsconfig_(fs, 6, NULL, NULL, 0));
	tree = (int)MUST(syscall(SYS_fsmount, fs, 0, 0));
	CHECK_ERRNO(syscall(SYS_fsmount, fs, 0, 0), EBUSY);
	MUST(mkdirat(tree, "d", 0755));
	dir = (int)MUST(openat(tree, "d", O_RDONLY));
	close(tree);
	close(fs);
	MUST(fstat(dir, &st));
	CHECK_EQ(st.st_mode & S_IFMT, S_IFDIR);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	CHECK_EQ(access(path, F_OK), 0);
	close(dir);
	CHECK_EXIT(CHILD(MUST(setuid(1000)); CHECK_ERRNO(fsopen_("tmpfs", 0), EPERM); CHECK_ERRNO(
				 syscall(SYS_move_mount, AT_FDCWD, "m", AT_FDCWD, "n", 0), EPERM)),
		   0);
}
