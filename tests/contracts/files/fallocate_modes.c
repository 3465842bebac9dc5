// SPDX-License-Identifier: MIT
// Covers: FILE-08. fallocate: allocates, KEEP_SIZE, PUNCH_HOLE, COLLAPSE and its errors; blocks
// are counted; SEEK_DATA and SEEK_HOLE see it; what is reserved stays so.
#include "contract.h"

#include <sys/mount.h>

static long pages_of(int fd)
{
	struct stat info;

	MUST(fstat(fd, &info));
	return info.st_blocks / 8;
}

static void reservations(void)
{
	const off_t page = (off_t)PAGE;
	char *data = MAP(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd;

	MUST(munmap(data + PAGE, PAGE));
	MUST(mkdir("small", 0755));
	MUST(mount("none", "small", "tmpfs", 0, "size=400k"));
	fd = (int)MUST(open("small/f", O_RDWR | O_CREAT, 0600));
	CHECK_EQ(fallocate(fd, 0, 0, 50 * page), 0);
	// One that fails takes nothing away, wherever it begins.
	CHECK_ERRNO(fallocate(fd, 0, 0, 200 * page), ENOSPC);
	CHECK_EQ(pages_of(fd), 50);
	CHECK_ERRNO(fallocate(fd, 0, 20 * page, 90 * page), ENOSPC);
	CHECK_EQ(pages_of(fd), 50);
	MUST(ftruncate(fd, 0));
	CHECK_EQ(pages_of(fd), 0);
	// Nor does a write that stops early, or before it began.
	CHECK_EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 30 * page), 0);
	CHECK_EQ(pwrite(fd, data, 2 * PAGE, 0), PAGE);
	CHECK_EQ(pages_of(fd), 30);
	// (Where memory ends within a word of the copy, riscv64's Linux tries for ever.)
	CHECK_EQ(pwrite(fd, data, 2 * PAGE, 10 * page + page / 2), PAGE);
	CHECK_EQ(pages_of(fd), 30);
	CHECK_ERRNO(pwrite(fd, data + PAGE, PAGE, 20 * page), EFAULT);
	CHECK_ERRNO(pwrite(fd, data + PAGE, PAGE, 60 * page), EFAULT);
	CHECK_EQ(pages_of(fd), 30);
	CHECK_EQ(pwrite(fd, data, 2 * PAGE, 60 * page), PAGE);
	CHECK_EQ(pages_of(fd), 31);
	// What lies beyond the end goes when the size is set, be it to what it was.
	CHECK_EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 70 * page, 5 * page), 0);
	CHECK_EQ(pages_of(fd), 36);
	CHECK_EQ(ftruncate(fd, 61 * page), 0);
	CHECK_EQ(pages_of(fd), 31);
	close(fd);
	MUST(umount("small"));
}

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)), ends[2];
	struct stat info;
	char data[8];

	CHECK_EQ(fallocate(fd, 0, 0, 8 * (off_t)PAGE), 0);
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 8 * PAGE);
	CHECK_EQ(info.st_blocks, 64);
	CHECK_EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 8 * (off_t)PAGE, (off_t)PAGE), 0);
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 8 * PAGE);
	CHECK_EQ(info.st_blocks, 72);
	// What is allocated but was never written is a hole to SEEK_HOLE.
	for (int i = 0; i < 8; i++)
		MUST(pwrite(fd, "x", 1, i * (off_t)PAGE));
	MUST(pwrite(fd, "abcdefgh", 8, 2 * (off_t)PAGE - 4));
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2 * (off_t)PAGE,
			   2 * (off_t)PAGE),
		 0);
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 8 * PAGE);
	CHECK_EQ(info.st_blocks, 56);
	CHECK_EQ(pread(fd, data, 8, 2 * (off_t)PAGE - 4), 8);
	CHECK_EQ(data[3], 'd');
	CHECK_EQ(data[4], 0);
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 2 * PAGE);
	CHECK_EQ(lseek(fd, 2 * (off_t)PAGE, SEEK_DATA), 4 * PAGE);
	// Within a page it only zeroes.
	MUST(pwrite(fd, "abcdefgh", 8, 100));
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 102, 2), 0);
	CHECK_EQ(pread(fd, data, 8, 100), 8);
	CHECK(memcmp(data, "ab\0\0efgh", 8) == 0);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 10), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
	CHECK_ERRNO(fallocate(fd, 0, -1, 10), EINVAL);
	CHECK_ERRNO(fallocate(fd, 0, LLONG_MAX - 5, 10), EFBIG);
	CHECK_ERRNO(fallocate(fd, 0x8000, 0, 10), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(open("f", O_RDONLY), 0, 0, 10), EBADF);
	MUST(pipe(ends));
	CHECK_ERRNO(fallocate(ends[1], 0, 0, 10), ESPIPE);
	CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
	CHECK_ERRNO(ftruncate(open("f", O_RDONLY), 1), EINVAL);
	CHECK_ERRNO(truncate("none", 1), ENOENT);
	CHECK_ERRNO(truncate(".", 1), EISDIR);
	reservations();
}
