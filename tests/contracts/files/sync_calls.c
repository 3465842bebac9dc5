// SPDX-License-Identifier: MIT
// Covers: FILE-27. fsync, fdatasync, syncfs, sync_file_range, readahead, fadvise: on which
// descriptors they work and their errors; statfs and fstatfs agree.
#include "contract.h"
#include <sys/statfs.h>

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)), ends[2];
	struct statfs a, b;

	MUST(write(fd, "0123456789", 10));
	MUST(pipe(ends));
	CHECK_EQ(fsync(fd), 0);
	CHECK_EQ(syscall(SYS_fdatasync, fd), 0);
	CHECK_EQ(syscall(SYS_syncfs, fd), 0);
	CHECK_ERRNO(fsync(ends[0]), EINVAL);
	CHECK_ERRNO(syscall(SYS_fdatasync, ends[1]), EINVAL);
	CHECK_ERRNO(fsync(99), EBADF);
	CHECK_ERRNO(syscall(SYS_syncfs, 99), EBADF);
	CHECK_EQ(syscall(SYS_sync_file_range, fd, 0L, 5L, 7), 0);
	CHECK_ERRNO(syscall(SYS_sync_file_range, fd, 0L, 5L, 8), EINVAL);
	CHECK_ERRNO(syscall(SYS_sync_file_range, fd, -1L, 5L, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_sync_file_range, ends[0], 0L, 5L, 0), ESPIPE);
	CHECK_EQ(syscall(SYS_fadvise64, fd, 0L, 0L, 4), 0);
	CHECK_ERRNO(syscall(SYS_fadvise64, fd, 0L, 0L, 9), EINVAL);
	CHECK_ERRNO(syscall(SYS_fadvise64, ends[0], 0L, 0L, 0), ESPIPE);
	CHECK_ERRNO(syscall(SYS_fadvise64, 99, 0L, 0L, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_readahead, ends[0], 0L, 10L), EINVAL);
	CHECK_ERRNO(syscall(SYS_readahead, 99, 0L, 10L), EBADF);
	CHECK_ERRNO(syscall(SYS_readahead, (int)MUST(open("f", O_WRONLY)), 0L, 10L), EBADF);
	char text[16] = {0};
	MUST(pread(fd, text, 10, 0));
	CHECK_TEXT(text, "0123456789");
	CHECK_EQ(statfs("f", &a), 0);
	CHECK_EQ(syscall(SYS_fstatfs, fd, &b), 0);
	CHECK_EQ(a.f_type, b.f_type);
	CHECK_EQ(a.f_bsize, 4096);
	CHECK_EQ(a.f_namelen, 255);
	CHECK(a.f_bfree <= a.f_blocks && a.f_bavail <= a.f_bfree);
	CHECK_EQ(memcmp(&a.f_fsid, &b.f_fsid, sizeof(a.f_fsid)), 0);
	MUST(statfs("/proc", &a));
	CHECK_EQ(a.f_type, 0x9fa0);
	MUST(statfs("/sys", &a));
	CHECK_EQ(a.f_type, 0x62656572);
	CHECK_ERRNO(statfs("none", &a), ENOENT);
	CHECK_ERRNO(syscall(SYS_statfs, "f", (void *)8), EFAULT);
}
