// SPDX-License-Identifier: MIT
// Covers: MEM-06 MEM-14. 2 MiB pages: partial mprotect, munmap and mremap keep every other byte;
// fork copies on write.
#include "contract.h"

#define BIG (2UL << 20)

static bool filled(const char *from, size_t pages, int seed)
{
	for (size_t i = 0; i < pages; i++)
		if (from[i * PAGE] != (char)(seed + i) || from[i * PAGE + 4095] != (char)(seed + i))
			return false;
	return true;
}

CONTRACT
{
	char *raw = MAP(NULL, 4 * BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	     *moved;
	char *map = (char *)(((uintptr_t)raw + BIG - 1) & ~(BIG - 1));

	madvise(map, 2 * BIG, MADV_HUGEPAGE);
	for (size_t i = 0; i < 1024; i++)
		memset(map + i * PAGE, (int)i, PAGE);
	CHECK(filled(map, 1024, 0));
	CHECK_EXIT(CHILD(memset(map + 3 * PAGE, 77, PAGE); CHECK(filled(map, 3, 0));
			 CHECK(filled(map + 4 * PAGE, 1020, 4))),
		   0);
	CHECK(filled(map, 1024, 0));
	MUST(mprotect(map + 5 * PAGE, PAGE, PROT_READ));
	CHECK(filled(map, 1024, 0));
	MUST(munmap(map + 100 * PAGE, PAGE));
	CHECK(filled(map, 100, 0));
	CHECK(filled(map + 101 * PAGE, 923, 101));
	moved = mremap(map + 200 * PAGE, 400 * PAGE, 500 * PAGE, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED);
	CHECK(filled(moved, 400, 200));
	CHECK_EQ(moved[450 * PAGE], 0);
	CHECK(filled(map + 600 * PAGE, 424, 600));
	MUST(madvise(map + 600 * PAGE, 10 * PAGE, MADV_DONTNEED));
	CHECK_EQ(map[609 * PAGE], 0);
	CHECK(filled(map + 610 * PAGE, 414, 610));
}
