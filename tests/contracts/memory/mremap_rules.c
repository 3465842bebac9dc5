// SPDX-License-Identifier: MIT
// Covers: MEM-06. mremap: shrink, grow in place and by moving, FIXED over something, DONTUNMAP
// leaves zeroes, zero old length for shared, all the errors; more mappings than may be.
#include "contract.h"
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

// Views of shared memory that cost nothing but mappings.
static void too_many(void)
{
	char *shared = MAP(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int made = 0;

	put_file("/proc/sys/vm/max_map_count", "500");
	while (made < 1000 && mremap(shared, 0, PAGE, MREMAP_MAYMOVE) != MAP_FAILED)
		made++;
	CHECK_ERRNO((long)mremap(shared, 0, PAGE, MREMAP_MAYMOVE), ENOMEM);
	put_file("/proc/sys/vm/max_map_count", "65530");
	CHECK(made > 400 && made < 500);
	CHECK(mremap(shared, 0, PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
}

CONTRACT
{
	char *area = MAP(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0),
	     *moved, *target;

	for (size_t i = 0; i < 16; i++)
		area[i * PAGE] = (char)(i + 1);
	CHECK(mremap(area, 16 * PAGE, 8 * PAGE, 0) == area);
	CHECK_ERRNO(msync(area + 8 * PAGE, PAGE, MS_ASYNC), ENOMEM);
	CHECK(mremap(area, 8 * PAGE, 12 * PAGE, 0) == area);
	CHECK_EQ(area[8 * PAGE], 0);
	CHECK_EQ(area[7 * PAGE], 8);
	MAP(area + 12 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK_ERRNO((long)mremap(area, 12 * PAGE, 13 * PAGE, 0), ENOMEM);
	moved = mremap(area, 12 * PAGE, 20 * PAGE, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED && moved != area);
	CHECK_EQ(moved[3 * PAGE], 4);
	CHECK_EQ(moved[19 * PAGE], 0);
	CHECK_ERRNO(msync(area, PAGE, MS_ASYNC), ENOMEM);
	target = MAP(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	target[0] = 99;
	CHECK(mremap(moved, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
	CHECK_EQ(target[0], 1);
	CHECK_EQ(target[PAGE], 2);
	CHECK_EQ(target[2 * PAGE], 0);
	CHECK_ERRNO((long)mremap(moved, PAGE, PAGE, MREMAP_MAYMOVE), EFAULT);
	CHECK_ERRNO((long)mremap(target, PAGE, 0, 0), EINVAL);
	CHECK_ERRNO((long)mremap(target + 1, PAGE, PAGE, 0), EINVAL);
	CHECK_ERRNO((long)mremap(target, PAGE, PAGE, 8), EINVAL);
	CHECK_ERRNO((long)mremap(target, PAGE, PAGE, MREMAP_FIXED, moved), EINVAL);
	CHECK_ERRNO((long)mremap(target, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
				 target + PAGE),
		    EINVAL);
	// DONTUNMAP wants the same length to the byte.
	CHECK_ERRNO((long)mremap(target, 2 * PAGE, 2 * PAGE - 1, MREMAP_MAYMOVE | MREMAP_DONTUNMAP),
		    EINVAL);
	char *kept = mremap(target, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	CHECK(kept != MAP_FAILED && kept != target);
	CHECK_EQ(kept[PAGE], 2);
	CHECK_EQ(target[PAGE], 0);
	target[0] = 7;
	CHECK_EQ(kept[0], 1);
	// A second view of shared memory by an old length of nothing.
	char *shared =
		MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *again = mremap(shared, 0, 2 * PAGE, MREMAP_MAYMOVE);
	CHECK(again != MAP_FAILED && again != shared);
	shared[PAGE] = 5;
	CHECK_EQ(again[PAGE], 5);
	CHECK_ERRNO((long)mremap(kept, 0, PAGE, MREMAP_MAYMOVE), EINVAL);
	CHECK_EXIT(CHILD(too_many()), 0);
}
