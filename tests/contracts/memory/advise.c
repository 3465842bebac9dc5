// SPDX-License-Identifier: MIT
// Covers: MEM-09. madvise: DONTNEED, WIPEONFORK, DONTFORK, on private, shared and file memory;
// mincore; mlock.
#include "contract.h"

CONTRACT
{
	const int rw = PROT_READ | PROT_WRITE;
	char *private = MAP(NULL, 4 * PAGE, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *shared, *file;
	unsigned char resident[4] = {9, 9, 9, 9};
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	struct rlimit small = {PAGE, PAGE};

	MUST(write(fd, "data", 4));
	memset(private, 5, 2 * PAGE);
	CHECK_EQ(mincore(private, 4 * PAGE, resident), 0);
	CHECK_EQ(resident[0] & 1, 1);
	CHECK_EQ(resident[1] & 1, 1);
	CHECK_EQ(resident[2] & 1, 0);
	CHECK_EQ(madvise(private, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(mincore(private, PAGE, resident), 0);
	CHECK_EQ(resident[0] & 1, 0);
	CHECK_EQ(private[0], 0);
	CHECK_EQ(private[PAGE], 5);
	shared = MAP(NULL, PAGE, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared[0] = 8;
	CHECK_EQ(madvise(shared, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(shared[0], 8);
	file = MAP(NULL, PAGE, rw, MAP_PRIVATE, fd, 0);
	file[0] = 'X';
	CHECK_EQ(madvise(file, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(file[0], 'd');
	memset(private, 6, 4 * PAGE);
	CHECK_EQ(madvise(private, PAGE, MADV_WIPEONFORK), 0);
	CHECK_EQ(madvise(private + PAGE, PAGE, MADV_DONTFORK), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(private[0], 0);
			 CHECK_ERRNO(mincore(private + PAGE, PAGE, resident), ENOMEM);
			 CHECK_EQ(private[2 * PAGE], 6)),
		   0);
	CHECK_EQ(private[0], 6);
	CHECK_ERRNO(madvise(shared, PAGE, MADV_WIPEONFORK), EINVAL);
	CHECK_ERRNO(madvise(private, PAGE, 12345), EINVAL);
	CHECK_ERRNO(madvise(private + 1, PAGE, MADV_DONTNEED), EINVAL);
	MUST(munmap(private + 3 * PAGE, PAGE));
	CHECK_ERRNO(madvise(private + 2 * PAGE, 2 * PAGE, MADV_DONTNEED), ENOMEM);
	CHECK_EQ(private[2 * PAGE], 0);
	// Locked memory is there at once.
	char *locked = MAP(NULL, 2 * PAGE, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(mlock(locked, 2 * PAGE), 0);
	CHECK_EQ(mincore(locked, 2 * PAGE, resident), 0);
	CHECK_EQ(resident[1] & 1, 1);
	CHECK_ERRNO(madvise(locked, PAGE, MADV_DONTNEED), EINVAL);
	CHECK_EQ(munlock(locked, 2 * PAGE), 0);
	CHECK_EXIT(CHILD(MUST(setrlimit(RLIMIT_MEMLOCK, &small)); MUST(setuid(1000));
			 CHECK_ERRNO(mlock(locked, 2 * PAGE), ENOMEM);
			 CHECK_EQ(mlock(locked, PAGE), 0)),
		   0);
	char *populated =
		MAP(NULL, 2 * PAGE, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	CHECK_EQ(mincore(populated, 2 * PAGE, resident), 0);
	CHECK_EQ(resident[0] & resident[1] & 1, 1);
}
