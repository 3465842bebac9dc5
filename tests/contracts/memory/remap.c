// SPDX-License-Identifier: MIT
// Covers: MEM-06. mremap: shrink, same size, grow in place, move, FIXED, DONTUNMAP, contents and
// zero fill, errors.
#include "contract.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

CONTRACT
{
	const int rw = PROT_READ | PROT_WRITE, ap = MAP_PRIVATE | MAP_ANONYMOUS;
	char *map = MAP(NULL, 16 * PAGE, rw, ap, -1, 0), *to, *moved;
	unsigned char resident[4];
	int fd;

	MUST(munmap(map + 8 * PAGE, 8 * PAGE));
	for (int i = 0; i < 8; i++)
		map[i * PAGE] = (char)(i + 1);
	CHECK(mremap(map, 8 * PAGE, 8 * PAGE, 0) == map);
	CHECK(mremap(map, 8 * PAGE, 4 * PAGE, 0) == map);
	CHECK_ERRNO(mincore(map + 4 * PAGE, PAGE, resident), ENOMEM);
	CHECK(mremap(map, 4 * PAGE, 6 * PAGE, 0) == map);
	CHECK_EQ(map[3 * PAGE], 4);
	CHECK_EQ(map[4 * PAGE], 0);
	CHECK_EQ(map[5 * PAGE], 0);
	MUST((long)mmap(map + 6 * PAGE, PAGE, rw, ap | MAP_FIXED, -1, 0));
	MUST(mprotect(map + 6 * PAGE, PAGE, PROT_NONE));
	CHECK_ERRNO((long)mremap(map, 6 * PAGE, 8 * PAGE, 0), ENOMEM);
	moved = mremap(map, 6 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED && moved != map);
	CHECK_EQ(moved[0], 1);
	CHECK_EQ(moved[3 * PAGE], 4);
	CHECK_EQ(moved[7 * PAGE], 0);
	CHECK_ERRNO(mincore(map, PAGE, resident), ENOMEM);
	to = MAP(NULL, 8 * PAGE, rw, ap, -1, 0);
	to[0] = 99;
	CHECK(mremap(moved, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + 2 * PAGE) ==
	      to + 2 * PAGE);
	CHECK_EQ(to[0], 99);
	CHECK_EQ(to[2 * PAGE], 1);
	CHECK_EQ(to[3 * PAGE], 2);
	CHECK_EQ(moved[2 * PAGE], 3);
	CHECK_ERRNO((long)mremap(to, 2 * PAGE, 2 * PAGE, MREMAP_FIXED, map), EINVAL);
	CHECK_ERRNO((long)mremap(to, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE),
		    EINVAL);
	CHECK_ERRNO((long)mremap(to + 1, PAGE, PAGE, 0), EINVAL);
	CHECK_ERRNO((long)mremap(to, PAGE, 0, 0), EINVAL);
	CHECK_ERRNO((long)mremap(moved, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
	moved = mremap(to, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	CHECK(moved != MAP_FAILED && moved != to);
	CHECK_EQ(moved[0], 99);
	CHECK_EQ(to[0], 0);
	// A file mapping that grows shows more of the file.
	fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	MUST(pwrite(fd, "a", 1, 0));
	MUST(pwrite(fd, "b", 1, PAGE));
	map = MAP(NULL, PAGE, rw, MAP_SHARED, fd, 0);
	moved = mremap(map, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	CHECK_EQ(moved[0], 'a');
	CHECK_EQ(moved[PAGE], 'b');
	// Size zero of a shared mapping makes a second one of the same pages.
	to = mremap(moved, 0, PAGE, MREMAP_MAYMOVE);
	to[1] = 'q';
	CHECK_EQ(moved[1], 'q');
}
