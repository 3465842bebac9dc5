// SPDX-License-Identifier: MIT
// Covers: MEM-09. madvise: DONTNEED on private, shared and file memory, WIPEONFORK, DONTFORK,
// FREE, REMOVE, POPULATE; holes, alignment, what it does not know.
#include "contract.h"

CONTRACT
{
	char *area =
		MAP(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared =
		MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	unsigned char present[8];

	MUST(pwrite(fd, "file", 4, 0));
	char *file = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memset(area, 'a', 8 * PAGE);
	memset(shared, 's', 2 * PAGE);
	file[0] = 'F';
	CHECK_EQ(madvise(area, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(area[0], 0);
	CHECK_EQ(area[PAGE], 'a');
	CHECK_EQ(madvise(shared, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(shared[0], 's');
	CHECK_EQ(madvise(file, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(file[0], 'f');
	CHECK_EQ(madvise(shared, PAGE, MADV_REMOVE), 0);
	CHECK_EQ(shared[0], 0);
	CHECK_EQ(shared[PAGE], 's');
	CHECK_ERRNO(madvise(area, PAGE, MADV_REMOVE), EINVAL);
	CHECK_EQ(madvise(area + PAGE, PAGE, MADV_WIPEONFORK), 0);
	CHECK_ERRNO(madvise(shared, PAGE, MADV_WIPEONFORK), EINVAL);
	CHECK_EQ(madvise(area + 2 * PAGE, PAGE, MADV_DONTFORK), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(area[PAGE], 0); CHECK_EQ(area[3 * PAGE], 'a');
			 CHECK_ERRNO(msync(area + 2 * PAGE, PAGE, MS_ASYNC), ENOMEM)),
		   0);
	CHECK_EQ(area[PAGE], 'a');
	CHECK_EQ(madvise(area + PAGE, 2 * PAGE, MADV_KEEPONFORK), 0);
	CHECK_EQ(madvise(area + PAGE, 2 * PAGE, MADV_DOFORK), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(area[PAGE], 'a'); CHECK_EQ(area[2 * PAGE], 'a')), 0);
	CHECK_EQ(madvise(area + 4 * PAGE, PAGE, MADV_FREE), 0);
	CHECK(area[4 * PAGE] == 'a' || area[4 * PAGE] == 0);
	area[4 * PAGE] = 'n';
	CHECK_EQ(area[4 * PAGE], 'n');
	CHECK_ERRNO(madvise(area, PAGE, 12345), EINVAL);
	CHECK_ERRNO(madvise(area + 1, PAGE, MADV_DONTNEED), EINVAL);
	CHECK_EQ(madvise(area, 0, MADV_DONTNEED), 0);
	MUST(munmap(area + 5 * PAGE, PAGE));
	// The rest is done, and then the hole is told.
	CHECK_ERRNO(madvise(area + 4 * PAGE, 3 * PAGE, MADV_DONTNEED), ENOMEM);
	CHECK_EQ(area[6 * PAGE], 0);
	char *fresh =
		MAP(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(mincore(fresh, 8 * PAGE, present), 0);
	CHECK_EQ(present[0] & 1, 0);
	CHECK_EQ(madvise(fresh, 4 * PAGE, 23), 0);
	CHECK_EQ(mincore(fresh, 8 * PAGE, present), 0);
	CHECK_EQ(present[3] & 1, 1);
	CHECK_ERRNO(mincore(fresh + 1, PAGE, present), EINVAL);
	CHECK_ERRNO(mincore(area + 5 * PAGE, PAGE, present), ENOMEM);
	CHECK_ERRNO(mincore(fresh, PAGE, (void *)8), EFAULT);
}
