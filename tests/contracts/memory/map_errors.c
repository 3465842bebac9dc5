// SPDX-License-Identifier: MIT
// Covers: MEM-03 MEM-04. mmap and munmap: errors, FIXED replaces, FIXED_NOREPLACE refuses,
// hints, partial unmapping.
#include "contract.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define TRY(...) ((long)mmap(__VA_ARGS__))

CONTRACT
{
	const int rw = PROT_READ | PROT_WRITE, ap = MAP_PRIVATE | MAP_ANONYMOUS;
	int readable, writable;
	unsigned char resident[4];
	char *map = MAP(NULL, 4 * PAGE, rw, ap, -1, 0);

	put_file("f", "text");
	readable = (int)MUST(open("f", O_RDONLY));
	writable = (int)MUST(open("f", O_WRONLY));
	CHECK_ERRNO(TRY(NULL, 0, rw, ap, -1, 0), EINVAL);
	CHECK_ERRNO(TRY(NULL, PAGE, rw, MAP_ANONYMOUS, -1, 0), EINVAL);
	CHECK_ERRNO(TRY(NULL, PAGE, rw, MAP_PRIVATE, -1, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE, readable, 1), EINVAL);
	CHECK_ERRNO(TRY(NULL, PAGE, rw, MAP_SHARED, readable, 0), EACCES);
	CHECK_ERRNO(TRY(NULL, PAGE, PROT_READ, MAP_PRIVATE, writable, 0), EACCES);
	CHECK_ERRNO(TRY(NULL, PAGE, rw, MAP_PRIVATE, (int)MUST(open(".", O_RDONLY)), 0), ENODEV);
	CHECK_ERRNO(TRY(NULL, 1UL << 62, rw, ap, -1, 0), ENOMEM);
	CHECK_ERRNO(TRY(map + 1, PAGE, rw, ap | MAP_FIXED, -1, 0), EINVAL);
	CHECK_ERRNO(
		TRY(NULL, PAGE, rw, MAP_SHARED_VALIDATE | 0x80000, (int)MUST(open("f", O_RDWR)), 0),
		EOPNOTSUPP);
	memset(map, 7, 4 * PAGE);
	CHECK_ERRNO(TRY(map + PAGE, PAGE, rw, ap | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	CHECK_EQ(map[PAGE], 7);
	CHECK(mmap(map + PAGE, PAGE, rw, ap | MAP_FIXED, -1, 0) == map + PAGE);
	CHECK_EQ(map[PAGE - 1], 7);
	CHECK_EQ(map[PAGE], 0);
	CHECK_EQ(map[2 * PAGE], 7);
	MUST(munmap(map + PAGE, 2 * PAGE));
	CHECK_ERRNO(mincore(map, 4 * PAGE, resident), ENOMEM);
	CHECK_EQ(mincore(map, PAGE, resident), 0);
	CHECK_EQ(resident[0] & 1, 1);
	CHECK_EQ(munmap(map + PAGE, 2 * PAGE), 0);
	CHECK_ERRNO(munmap(map + 1, PAGE), EINVAL);
	CHECK_ERRNO(munmap(map, 0), EINVAL);
	// A hint that is free is taken, one that is not is only a hint.
	CHECK(mmap(map + PAGE, PAGE, rw, ap, -1, 0) == map + PAGE);
	CHECK(mmap(map, PAGE, rw, ap, -1, 0) != map);
	CHECK_EQ(map[0], 7);
	// Not below mmap_min_addr for those without privilege.
	CHECK_EXIT(CHILD(MUST(setuid(1000));
			 CHECK_ERRNO(TRY(NULL, PAGE, rw, ap | MAP_FIXED, -1, 0), EPERM)),
		   0);
}
