// SPDX-License-Identifier: MIT
// Covers: FILE-04. stat, lstat, fstat, fstatat and statx agree; times, sizes and blocks are true.
#include "contract.h"
#include <linux/stat.h>

// links: does their number stand still? /proc's counts the processes, which come and go.
static void agree_but(const char *path, bool links)
{
	struct stat a, b, c;
	struct statx x;
	int fd = (int)MUST(open(path, O_RDONLY));

	MUST(stat(path, &a));
	MUST(fstat(fd, &b));
	MUST(fstatat(fd, "", &c, AT_EMPTY_PATH));
	MUST(syscall(SYS_statx, AT_FDCWD, path, 0, 0x7ff, &x));
	CHECK(a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_mode == b.st_mode &&
	      (!links || a.st_nlink == b.st_nlink));
	CHECK(a.st_dev == c.st_dev && a.st_ino == c.st_ino && a.st_size == c.st_size);
	CHECK_EQ(x.stx_ino, a.st_ino);
	CHECK_EQ(x.stx_mode, a.st_mode);
	CHECK(!links || x.stx_nlink == a.st_nlink);
	CHECK_EQ(x.stx_size, a.st_size);
	CHECK_EQ(x.stx_blocks, a.st_blocks);
	CHECK_EQ(x.stx_blksize, a.st_blksize);
	CHECK_EQ(x.stx_uid, a.st_uid);
	CHECK_EQ(x.stx_mtime.tv_sec, a.st_mtim.tv_sec);
	CHECK_EQ(x.stx_mtime.tv_nsec, a.st_mtim.tv_nsec);
	CHECK_EQ(((uint64_t)x.stx_dev_major << 8 | x.stx_dev_minor), a.st_dev);
	CHECK_EQ(x.stx_mask & 0x7ff, 0x7ff);
	close(fd);
}

static void agree(const char *path)
{
	agree_but(path, true);
}

CONTRACT
{
	struct stat info, link;
	struct statx x;

	put_file("f", "12345");
	MUST(mkdir("d", 0700));
	MUST(mkdir("d/e", 0700));
	MUST(symlink("some/where", "l"));
	agree("f");
	agree("d");
	agree("/");
	agree("/proc/sys/kernel");
	agree_but("/proc", false);
	agree("/dev/null");
	MUST(stat("d", &info));
	CHECK_EQ(info.st_nlink, 3);
	MUST(lstat("l", &link));
	CHECK_EQ(link.st_size, 10);
	CHECK_EQ(link.st_mode, S_IFLNK | 0777);
	MUST(stat("f", &info));
	CHECK_EQ(info.st_size, 5);
	CHECK_EQ(info.st_blksize, 4096);
	MUST(stat("/dev/null", &info));
	CHECK_EQ(info.st_rdev, 0x103);
	CHECK_EQ(info.st_mode & S_IFMT, S_IFCHR);
	CHECK_ERRNO(stat("l", &info), ENOENT);
	CHECK_ERRNO(fstatat(AT_FDCWD, "f", &info, 0x8000), EINVAL);
	CHECK_ERRNO(fstatat(AT_FDCWD, "", &info, 0), ENOENT);
	CHECK_ERRNO(syscall(SYS_statx, AT_FDCWD, "f", 0x6000, 0x7ff, &x), EINVAL);
	CHECK_ERRNO(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x80000000U, &x), EINVAL);
	CHECK_ERRNO(fstat(99, &info), EBADF);
}
