// SPDX-License-Identifier: MIT
// Covers: MEM-16 MEM-05. Truncation takes private copies beyond the end too; growing again shows
// zeroes; the tail of the last page is zeroed.
#include "contract.h"

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));

	MUST(ftruncate(fd, 3 * (off_t)PAGE));
	char *shared = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *private = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memset(shared, 'a', 3 * PAGE);
	private[0] = 'p';
	private[2 * PAGE] = 'q';
	CHECK_EQ(shared[0], 'a');
	CHECK_EQ(private[1], 'a');
	shared[PAGE] = 'z';
	CHECK_EQ(private[PAGE], 'z');
	MUST(ftruncate(fd, 10));
	CHECK_EQ(shared[9], 'a');
	CHECK_EQ(shared[10], 0);
	CHECK_EQ(private[0], 'p');
	CHECK_EQ(private[20], 'a');
	MUST(ftruncate(fd, 3 * (off_t)PAGE));
	CHECK_EQ(shared[2 * PAGE], 0);
	// The private copy beyond the cut went with it.
	CHECK_EQ(private[2 * PAGE], 0);
	// msync and its errors.
	CHECK_EQ(msync(shared, PAGE, MS_SYNC), 0);
	CHECK_ERRNO(msync(shared, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_ERRNO(msync(shared + 1, PAGE, MS_SYNC), EINVAL);
	CHECK_ERRNO(msync(shared, PAGE, 8), EINVAL);
	MUST(munmap(shared + PAGE, PAGE));
	CHECK_ERRNO(msync(shared, 3 * PAGE, MS_SYNC), ENOMEM);
}
