// SPDX-License-Identifier: MIT
// Covers: FILE-04. statx beside stat: every field, its mask and attributes; across mount points
// each names its own device and mount; AT_ flags and errors.
#include "contract.h"
#include <linux/stat.h>
#include <sys/sysmacros.h>

static int look(int fd, const char *path, int flags, unsigned int mask, struct statx *out)
{
	return (int)syscall(SYS_statx, fd, path, flags, mask, out);
}

CONTRACT
{
	struct statx x, y;
	struct stat s;
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0640));

	MUST(write(fd, "12345", 5));
	CHECK_EQ(look(AT_FDCWD, "f", 0, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &x), 0);
	MUST(stat("f", &s));
	CHECK_EQ(x.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
	CHECK_EQ(x.stx_mode, s.st_mode);
	CHECK_EQ(x.stx_ino, s.st_ino);
	CHECK_EQ(x.stx_size, 5);
	CHECK_EQ(x.stx_nlink, s.st_nlink);
	CHECK_EQ(x.stx_blocks, s.st_blocks);
	CHECK_EQ(x.stx_blksize, s.st_blksize);
	CHECK_EQ(makedev(x.stx_dev_major, x.stx_dev_minor), s.st_dev);
	CHECK(x.stx_mtime.tv_sec == s.st_mtim.tv_sec && x.stx_mtime.tv_nsec == s.st_mtim.tv_nsec);
	CHECK(x.stx_ctime.tv_sec == s.st_ctim.tv_sec && x.stx_ctime.tv_nsec == s.st_ctim.tv_nsec);
	CHECK_EQ(x.stx_rdev_major | x.stx_rdev_minor, 0);
	CHECK_EQ(x.stx_uid | x.stx_gid, 0);
	CHECK_EQ(look(fd, "", AT_EMPTY_PATH, STATX_SIZE, &y), 0);
	CHECK_EQ(y.stx_ino, x.stx_ino);
	CHECK_ERRNO(look(fd, "", 0, STATX_SIZE, &y), ENOENT);
	CHECK_ERRNO(look(AT_FDCWD, "f", 0x8000, STATX_SIZE, &y), EINVAL);
	CHECK_ERRNO(look(AT_FDCWD, "f", 0x6000, STATX_SIZE, &y), EINVAL);
	CHECK_ERRNO(look(AT_FDCWD, "f", 0, 0x80000000, &y), EINVAL);
	CHECK_ERRNO(look(99, "f", 0, STATX_SIZE, &y), EBADF);
	CHECK_ERRNO(look(fd, "f", 0, STATX_SIZE, &y), ENOTDIR);
	CHECK_ERRNO(look(AT_FDCWD, "f", 0, STATX_SIZE, (void *)8), EFAULT);
	// A mount point: what is mounted there, seen from outside and from inside.
	CHECK_EQ(look(AT_FDCWD, "/proc", 0, STATX_BASIC_STATS | STATX_MNT_ID, &x), 0);
	CHECK_EQ(look(AT_FDCWD, "/", 0, STATX_BASIC_STATS | STATX_MNT_ID, &y), 0);
	CHECK(x.stx_mnt_id != y.stx_mnt_id);
	CHECK(x.stx_dev_minor != y.stx_dev_minor || x.stx_dev_major != y.stx_dev_major);
	CHECK_EQ(x.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT, STATX_ATTR_MOUNT_ROOT);
	CHECK_EQ(x.stx_attributes & STATX_ATTR_MOUNT_ROOT, STATX_ATTR_MOUNT_ROOT);
	MUST(stat("/proc", &s));
	CHECK_EQ(s.st_ino, x.stx_ino);
	MUST(stat("/proc/.", &s));
	CHECK_EQ(s.st_ino, x.stx_ino);
	CHECK_EQ(look(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, &x), 0);
	CHECK_EQ(x.stx_rdev_major, 1);
	CHECK_EQ(x.stx_rdev_minor, 3);
}
