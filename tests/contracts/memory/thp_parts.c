// SPDX-License-Identifier: MIT
// Covers: MEM-02 MEM-03 MEM-06 MEM-09 MEM-14. What changes a part of a 2 MiB page changes nothing
// else of it: mprotect, munmap, mremap, MADV_DONTNEED, and VMAs that end in its middle.
#include "thp_helpers.h"

static void protect_middle(void)
{
	char *map = blocks(2);

	fill(map, 1024, 1);
	MUST(mprotect(map + 100 * PAGE, 10 * PAGE, PROT_READ));
	CHECK(filled(map, 1024, 1));
	CHECK(faults(map + 100 * PAGE, true));
	CHECK(faults(map + 110 * PAGE - 1, true));
	CHECK(!faults(map + 100 * PAGE - 1, true));
	CHECK(!faults(map + 110 * PAGE, true));
	MUST(mprotect(map + 100 * PAGE, 10 * PAGE, PROT_READ | PROT_WRITE));
	map[105 * PAGE] = 5;
	CHECK_EQ(map[105 * PAGE], 5);

	// All of the other one, and back, and across both.
	MUST(mprotect(map + BIG, BIG, PROT_NONE));
	CHECK(faults(map + BIG + 77, false));
	MUST(mprotect(map + BIG, BIG, PROT_READ));
	CHECK(filled(map + BIG, 512, 513));
	CHECK(faults(map + BIG + 77, true));
	MUST(mprotect(map + BIG, BIG, PROT_READ | PROT_WRITE));
	CHECK(filled(map + BIG, 512, 513));
	fill(map, 1024, 7);
	MUST(mprotect(map + BIG - PAGE, 2 * PAGE, PROT_READ));
	CHECK(faults(map + BIG - 1, true));
	CHECK(faults(map + BIG, true));
	CHECK(filled(map, 1024, 7));
}

static void unmap_middle(void)
{
	char *map = blocks(3);

	fill(map, 1536, 1);
	MUST(munmap(map + 200 * PAGE, PAGE));
	CHECK(faults(map + 200 * PAGE, false));
	CHECK(filled(map, 200, 1));
	CHECK(filled(map + 201 * PAGE, 1335, 202));
	MUST(munmap(map + 500 * PAGE, 600 * PAGE)); // end of the first, all of the second
	CHECK(faults(map + 500 * PAGE, false));
	CHECK(faults(map + 1099 * PAGE, false));
	CHECK(filled(map + 201 * PAGE, 299, 202));
	CHECK(filled(map + 1100 * PAGE, 436, 1101));
	MAP(map + 200 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	    -1, 0);
	CHECK(zeroed(map + 200 * PAGE, 1));
}

static void move_parts(void)
{
	char *map = blocks(3), *room = blocks(3), *moved;

	fill(map, 1536, 1);
	moved = mremap(map + 10 * PAGE, 20 * PAGE, 20 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       room + 3 * PAGE);
	CHECK(moved == room + 3 * PAGE);
	CHECK(filled(moved, 20, 11));
	CHECK(faults(map + 10 * PAGE, false));
	CHECK(filled(map, 10, 1));
	CHECK(filled(map + 30 * PAGE, 1506, 31));

	// A whole one to where it fits, and to where it does not.
	moved = mremap(map + BIG, BIG, BIG, MREMAP_MAYMOVE | MREMAP_FIXED, room + BIG);
	CHECK(moved == room + BIG);
	CHECK(filled(moved, 512, 513));
	CHECK(faults(map + BIG, false));
	moved = mremap(map + 2 * BIG, BIG, BIG, MREMAP_MAYMOVE | MREMAP_FIXED,
		       room + BIG + 100 * PAGE);
	CHECK(moved == room + BIG + 100 * PAGE);
	CHECK(filled(moved, 512, 1025));
	CHECK(filled(room + BIG, 100, 513));
	memset(moved, 9, BIG);
	CHECK(filled(room + BIG, 100, 513));

	// What remains where DONTUNMAP moved from is empty.
	map = blocks(1);
	fill(map, 512, 3);
	moved = mremap(map, BIG, BIG, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
	CHECK(moved != MAP_FAILED);
	CHECK(filled(moved, 512, 3));
	CHECK(zeroed(map, 512));
}

static void discard_parts(void)
{
	char *map = blocks(2);

	fill(map, 1024, 1);
	MUST(madvise(map + 300 * PAGE, 5 * PAGE, MADV_DONTNEED));
	CHECK(zeroed(map + 300 * PAGE, 5));
	CHECK(filled(map, 300, 1));
	CHECK(filled(map + 305 * PAGE, 719, 306));
	MUST(madvise(map + BIG, BIG, MADV_DONTNEED));
	CHECK(zeroed(map + BIG, 512));
	fill(map + BIG, 512, 4);
	MUST(madvise(map + BIG - PAGE, BIG, MADV_DONTNEED));
	CHECK(zeroed(map + BIG - PAGE, 512));
	CHECK_EQ(map[2 * BIG - 1], (char)(4 + 511));
}

// Half of a page locked, half of it not inherited: a VMA ends where no page does.
static void vma_ends_inside(void)
{
	char *map = blocks(1);
	unsigned char there[512];
	pid_t child;

	fill(map, 512, 1);
	MUST(mlock(map + 128 * PAGE, 128 * PAGE));
	MUST(madvise(map + 256 * PAGE, 256 * PAGE, MADV_DONTFORK));
	CHECK(filled(map, 512, 1));
	MUST(mincore(map, BIG, there));
	CHECK(there[0] & there[255] & there[256] & there[511] & 1);
	CHECK(faults(map + 256 * PAGE, false));
	child = CHILD(CHECK(filled(map, 256, 1)); memset(map, 99, 256 * PAGE));
	CHECK_EXIT(child, 0);
	CHECK(filled(map, 512, 1));
	CHECK_ERRNO(madvise(map, BIG, MADV_DONTNEED), EINVAL); // as far as what is locked
	CHECK(zeroed(map, 128));
	CHECK(filled(map + 128 * PAGE, 384, 129));
	MUST(munlock(map, BIG));
}

CONTRACT
{
	policy_madvise();
	protect_middle();
	unmap_middle();
	move_parts();
	discard_parts();
	vma_ends_inside();
}
