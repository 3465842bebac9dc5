// SPDX-License-Identifier: MIT
// Covers: MEM-08. brk: page by page and by bytes, shrinking drops contents, it stops at a
// neighbour, RLIMIT_DATA; the raw call answers the old end on failure.
#include "contract.h"

CONTRACT
{
	char *start = (char *)syscall(SYS_brk, 0), *end;
	struct rlimit limit = {1 << 20, 1 << 20};

	CHECK(start != NULL);
	end = (char *)syscall(SYS_brk, start + 3 * PAGE);
	CHECK(end == start + 3 * PAGE);
	memset(start, 'b', 3 * PAGE);
	CHECK((char *)syscall(SYS_brk, start + PAGE + 100) == start + PAGE + 100);
	CHECK_EQ(start[PAGE], 'b');
	CHECK((char *)syscall(SYS_brk, start) == start);
	CHECK((char *)syscall(SYS_brk, start + 3 * PAGE) == start + 3 * PAGE);
	CHECK_EQ(start[2 * PAGE], 0);
	char *wall = MAP((char *)(((uintptr_t)start + 16 * PAGE) & ~(PAGE - 1)), PAGE, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK((char *)syscall(SYS_brk, wall + 2 * PAGE) == start + 3 * PAGE);
	CHECK((char *)syscall(SYS_brk, wall - 4 * PAGE) == wall - 4 * PAGE);
	CHECK((char *)syscall(SYS_brk, (char *)8) == wall - 4 * PAGE);
	MUST(munmap(wall, PAGE));
	CHECK_EXIT(CHILD(MUST(setrlimit(RLIMIT_DATA, &limit));
			 CHECK((char *)syscall(SYS_brk, start + (4 << 20)) == wall - 4 * PAGE)),
		   0);
	CHECK((char *)syscall(SYS_brk, start + (4 << 20)) == start + (4 << 20));
	CHECK_EXIT(CHILD(CHECK((char *)syscall(SYS_brk, 0) == start + (4 << 20))), 0);
}
