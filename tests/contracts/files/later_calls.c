// SPDX-License-Identifier: MIT
// Covers: FILE-28. fchmodat2 with AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH, pwritev and preadv with
// positions, lgetxattr and lremovexattr on a link itself.
#include "contract.h"
#include <sys/uio.h>
#include <sys/xattr.h>
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	char a[2], b[3], value[8];
	struct iovec out[2] = {{"ab", 2}, {"cde", 3}}, in[2] = {{a, 2}, {b, 3}};
	struct stat info;

	MUST(symlink("f", "l"));
	CHECK_EQ(syscall(SYS_fchmodat2, AT_FDCWD, "f", 0640, 0), 0);
	MUST(stat("f", &info));
	CHECK_EQ(info.st_mode & 07777, 0640);
	CHECK_EQ(syscall(SYS_fchmodat2, fd, "", 0611, AT_EMPTY_PATH), 0);
	MUST(stat("f", &info));
	CHECK_EQ(info.st_mode & 07777, 0611);
	CHECK_ERRNO(syscall(SYS_fchmodat2, AT_FDCWD, "l", 0600, AT_SYMLINK_NOFOLLOW), EOPNOTSUPP);
	CHECK_ERRNO(syscall(SYS_fchmodat2, AT_FDCWD, "f", 0600, 0x8000), EINVAL);
	CHECK_EQ(syscall(SYS_pwritev, fd, out, 2, 4L, 0L), 5);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
	CHECK_EQ(syscall(SYS_preadv, fd, in, 2, 4L, 0L), 5);
	CHECK(memcmp(a, "ab", 2) == 0 && memcmp(b, "cde", 3) == 0);
	CHECK_EQ(syscall(SYS_preadv, fd, in, 2, 8L, 0L), 1);
	CHECK_ERRNO(syscall(SYS_preadv, fd, in, 2, -1L, -1L), EINVAL);
	CHECK_EQ(lsetxattr("l", "trusted.own", "xyz", 3, 0), 0);
	CHECK_EQ(syscall(SYS_lgetxattr, "l", "trusted.own", value, 8), 3);
	CHECK(memcmp(value, "xyz", 3) == 0);
	CHECK_ERRNO(getxattr("l", "trusted.own", value, 8), ENODATA);
	CHECK_EQ(syscall(SYS_lremovexattr, "l", "trusted.own"), 0);
	CHECK_ERRNO(syscall(SYS_lgetxattr, "l", "trusted.own", value, 8), ENODATA);
}
