// SPDX-License-Identifier: MIT
// Covers: MEM-05. A shared file mapping, read and write are one; truncation and zero fill;
// msync; the mapping outlives the descriptor.
#include "contract.h"

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	char *map, *second, buffer[16] = {0};

	MUST(ftruncate(fd, 2 * PAGE));
	map = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	second = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	memcpy(map + 100, "mapped", 6);
	CHECK_EQ(pread(fd, buffer, 6, 100), 6);
	CHECK_TEXT(buffer, "mapped");
	MUST(pwrite(fd, "written", 7, PAGE + 5));
	CHECK_EQ(memcmp(map + PAGE + 5, "written", 7), 0);
	CHECK_EQ(memcmp(second + 5, "written", 7), 0);
	CHECK_EQ(msync(map, 2 * PAGE, MS_SYNC), 0);
	CHECK_ERRNO(msync(map, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_ERRNO(msync(map + 1, PAGE, MS_SYNC), EINVAL);
	// What truncation cut off comes back as zeros, also the rest of the last page.
	MUST(ftruncate(fd, 102));
	CHECK_EQ(map[101], 'a');
	CHECK_EQ(map[102], 0);
	MUST(ftruncate(fd, 2 * PAGE));
	CHECK_EQ(map[103], 0);
	CHECK_EQ(map[PAGE + 5], 0);
	CHECK_EQ(second[5], 0);
	CHECK_EXIT(CHILD(map[0] = 'c'), 0);
	CHECK_EQ(map[0], 'c');
	close(fd);
	unlink("f");
	map[1] = 'd';
	CHECK_EQ(map[1], 'd');
	CHECK_EQ(munmap(map, 2 * PAGE), 0);
	// Shared anonymous memory crosses fork.
	map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK_EXIT(CHILD(CHECK_EXIT(CHILD(map[5] = 42), 0)), 0);
	CHECK_EQ(map[5], 42);
}
