// SPDX-License-Identifier: MIT
// Covers: FILE-08 FILE-09. O_APPEND, holes, SEEK_DATA and SEEK_HOLE, fallocate, pread and
// pwrite, vectors.
#include "contract.h"
#include <sys/uio.h>

#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE  1
#define FALLOC_FL_PUNCH_HOLE 2
#endif

CONTRACT
{
	int fd = (int)MUST(memfd_create("holes", 0)), other;
	char data[16] = {0}, zero[16] = {0};
	struct stat info;
	struct iovec in[2] = {{"ab", 2}, {"cde", 3}},
		     out[3] = {{data, 1}, {data + 8, 0}, {data + 1, 9}},
		     bad[2] = {{"x", 1}, {(void *)8, 1}};

	CHECK_EQ(pwrite(fd, "x", 1, 100 * PAGE), 1);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 100 * PAGE + 1);
	CHECK(info.st_blocks <= 64);
	CHECK_EQ(pread(fd, data, 10, 5000), 10);
	CHECK_EQ(memcmp(data, zero, 10), 0);
	CHECK_EQ(pread(fd, data, 10, 100 * PAGE), 1);
	CHECK_EQ(pread(fd, data, 10, 101 * PAGE), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_DATA), 100 * PAGE);
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 0);
	CHECK_EQ(lseek(fd, 100 * PAGE, SEEK_HOLE), 100 * PAGE + 1);
	CHECK_ERRNO(lseek(fd, 101 * PAGE, SEEK_DATA), ENXIO);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(fd, 0, 99), EINVAL);
	CHECK_ERRNO(pread(fd, data, 1, -1), EINVAL);
	CHECK_EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 200 * PAGE, PAGE), 0);
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 100 * PAGE + 1);
	CHECK_EQ(fallocate(fd, 0, 0, 102 * PAGE), 0);
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 102 * PAGE);
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100 * PAGE, PAGE), 0);
	CHECK_EQ(pread(fd, data, 1, 100 * PAGE), 1);
	CHECK_EQ(data[0], 0);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, PAGE), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
	CHECK_ERRNO(ftruncate(fd, -1), EINVAL);

	fd = (int)MUST(open("f", O_RDWR | O_CREAT | O_APPEND, 0600));
	CHECK_EQ(writev(fd, in, 2), 5);
	MUST(lseek(fd, 0, SEEK_SET));
	CHECK_EQ(write(fd, "fg", 2), 2);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 7);
	// Linux appends even with pwrite.
	CHECK_EQ(pwrite(fd, "h", 1, 0), 1);
	CHECK_EQ(preadv(fd, out, 3, 0), 8);
	CHECK_EQ(memcmp(data, "abcdefgh", 8), 0);
	CHECK_ERRNO(readv(fd, out, -1), EINVAL);
	CHECK_ERRNO(readv(fd, out, 1025), EINVAL);
	CHECK_EQ(readv(fd, out, 0), 0);
	// What could be written before the bad part was.
	CHECK_EQ(writev(fd, bad, 2), 1);
	CHECK_ERRNO(writev(fd, bad + 1, 1), EFAULT);
	CHECK_EQ(syscall(SYS_preadv2, fd, out, 1, -1L, 0L, 0), 0);
	MUST(lseek(fd, 1, SEEK_SET));
	CHECK_EQ(syscall(SYS_preadv2, fd, out, 1, -1L, 0L, 0), 1);
	CHECK_EQ(data[0], 'b');
	CHECK_ERRNO(syscall(SYS_preadv2, fd, out, 1, 0L, 0L, 0x4000), EOPNOTSUPP);
	// Two descriptors of one open file share the position, two opens do not.
	other = dup(fd);
	MUST(lseek(other, 3, SEEK_SET));
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3);
	other = (int)MUST(open("f", O_RDONLY));
	CHECK_EQ(lseek(other, 0, SEEK_CUR), 0);
	CHECK_ERRNO(lseek(0, 0, 7), EINVAL);
	int ends[2];
	MUST(pipe(ends));
	CHECK_ERRNO(lseek(ends[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(pread(ends[0], data, 1, 0), ESPIPE);
	CHECK_ERRNO(ftruncate(ends[1], 0), EINVAL);
}
