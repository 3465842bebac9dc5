// SPDX-License-Identifier: MIT
// Covers: MEM-01 MEM-14. A 2 MiB page after fork: each side sees its own writes only, in both
// directions and over three generations, also where a part was read-only at the fork.
#include "thp_helpers.h"

static int up[2], down[2];

static void child_side(char *map)
{
	CHECK(filled(map, 1024, 1));
	map[7 * PAGE] = 70; // the parent must not see it
	MUST(write(up[1], "a", 1));
	MUST(read(down[0], (char[1]){0}, 1));
	CHECK_EQ(map[7 * PAGE], 70);
	CHECK_EQ(map[7 * PAGE + 1], 8);
	CHECK(filled(map + 8 * PAGE, 1016, 9)); // the parent wrote to all of these
	CHECK_EXIT(
		CHILD(CHECK_EQ(map[7 * PAGE], 70); memset(map, 3, 2 * BIG); CHECK_EQ(map[BIG], 3)),
		0);
	CHECK_EQ(map[7 * PAGE], 70);
	CHECK(filled(map + 8 * PAGE, 1016, 9));
}

CONTRACT
{
	policy_madvise();
	char *map = blocks(2), *half;
	pid_t child;

	MUST(pipe(up));
	MUST(pipe(down));
	fill(map, 1024, 1);
	child = CHILD(child_side(map));
	MUST(read(up[0], (char[1]){0}, 1));
	CHECK(filled(map, 1024, 1));
	fill(map + 8 * PAGE, 1016, 50);
	MUST(write(down[1], "b", 1));
	CHECK_EXIT(child, 0);
	CHECK(filled(map, 8, 1));
	CHECK(filled(map + 8 * PAGE, 1016, 50));

	// The child is gone: what it shared is the parent's alone, and can be written again.
	fill(map, 1024, 20);
	CHECK(filled(map, 1024, 20));

	half = blocks(1);
	fill(half, 512, 1);
	MUST(mprotect(half, BIG / 2, PROT_READ));
	child = CHILD(MUST(mprotect(half, BIG / 2, PROT_READ | PROT_WRITE)); fill(half, 512, 90);
		      CHECK(filled(half, 512, 90)));
	CHECK_EXIT(child, 0);
	CHECK(filled(half, 512, 1));
	CHECK(faults(half, true));
	CHECK(!faults(half + BIG / 2, true));

	// WIPEONFORK: zeroes in the child, everything in the parent.
	half = blocks(1);
	fill(half, 512, 1);
	MUST(madvise(half, BIG, MADV_WIPEONFORK));
	CHECK_EXIT(CHILD(CHECK(zeroed(half, 512)); half[5] = 1), 0);
	CHECK(filled(half, 512, 1));
}
