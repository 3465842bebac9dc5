// SPDX-License-Identifier: MIT
// Covers: FILE-09. preadv2 and pwritev2 flags, negative positions, O_APPEND with pwrite, reads
// across the end, sparse writes, EFAULT half way.
#include "contract.h"
#include <sys/uio.h>

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)), append, ends[2];
	char data[16] = {0};
	struct iovec part = {data, 16};

	MUST(write(fd, "0123456789", 10));
	CHECK_EQ(pread(fd, data, 16, 5), 5);
	CHECK_EQ(data[4], '9');
	CHECK_EQ(pread(fd, data, 16, 10), 0);
	CHECK_EQ(pread(fd, data, 16, 1L << 40), 0);
	CHECK_ERRNO(pread(fd, data, 16, -1), EINVAL);
	CHECK_ERRNO(pwrite(fd, data, 16, -1), EINVAL);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
	CHECK_EQ(syscall(SYS_preadv2, fd, &part, 1, 2L, 0L, 0), 8);
	CHECK_EQ(data[0], '2');
	CHECK_EQ(syscall(SYS_preadv2, fd, &part, 1, -1L, -1L, 0), 0);
	MUST(lseek(fd, 4, SEEK_SET));
	CHECK_EQ(syscall(SYS_preadv2, fd, &part, 1, -1L, -1L, 0), 6);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
	CHECK_ERRNO(syscall(SYS_preadv2, fd, &part, 1, 0L, 0L, 0x8000), EOPNOTSUPP);
	part.iov_len = 2;
	memcpy(data, "AB", 2);
	// RWF_APPEND writes at the end, and leaves the position.
	CHECK_EQ(syscall(SYS_pwritev2, fd, &part, 1, 0L, 0L, 0x10), 2);
	CHECK_EQ(pread(fd, data, 16, 9), 3);
	CHECK_EQ(data[1], 'A');
	append = (int)MUST(open("f", O_RDWR | O_APPEND));
	// RWF_NOAPPEND does not.
	part.iov_len = 1;
	memcpy(data, "!", 1);
	CHECK_EQ(syscall(SYS_pwritev2, append, &part, 1, 1L, 0L, 0x20), 1);
	CHECK_EQ(lseek(append, 0, SEEK_END), 12);
	CHECK_EQ(pread(fd, data, 1, 1), 1);
	CHECK_EQ(data[0], '!');
	CHECK_ERRNO(syscall(SYS_pwritev2, append, &part, 1, 1L, 0L, 0x30), EINVAL);
	CHECK_EQ(syscall(SYS_preadv2, append, &part, 1, 1L, 0L, 0x20), 1);
	// Linux appends even with pwrite.
	CHECK_EQ(pwrite(append, "Z", 1, 0), 1);
	CHECK_EQ(lseek(append, 0, SEEK_END), 13);
	CHECK_EQ(pwrite(fd, "far", 3, 3 * (off_t)PAGE + 5), 3);
	CHECK_EQ(pread(fd, data, 16, 2 * (off_t)PAGE), 16);
	CHECK_EQ(data[3], 0);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 3 * PAGE + 8);
	CHECK_EQ(lseek(fd, 100, SEEK_DATA) >= 100, 1);
	MUST(pipe(ends));
	CHECK_ERRNO(pread(ends[0], data, 1, 0), ESPIPE);
	CHECK_ERRNO(pwrite(ends[1], data, 1, 0), ESPIPE);
	char *edge =
		MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(munmap(edge + PAGE, PAGE));
	CHECK_EQ(pread(fd, edge + PAGE - 4, 8, 0), 4);
	CHECK_ERRNO(pread(fd, edge + PAGE, 8, 0), EFAULT);
	CHECK_EQ(pwrite(fd, edge + PAGE - 4, 8, 0), 4);
	CHECK_ERRNO(read(open(".", O_RDONLY), data, 1), EISDIR);
	CHECK_ERRNO(read(open("f", O_WRONLY), data, 1), EBADF);
	CHECK_ERRNO(write(open("f", O_RDONLY), data, 1), EBADF);
	CHECK_EQ(read(fd, data, 0), 0);
}
