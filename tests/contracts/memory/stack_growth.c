// SPDX-License-Identifier: MIT
// Covers: MEM-07. The stack grows on demand to its limit and no further, locked to that of locked
// memory, and is not executable; the gap below it is kept.
#include "contract.h"

static __attribute__((noinline)) size_t deep(size_t pages, volatile char *above)
{
	volatile char space[4096];

	space[0] = 1;
	space[4095] = 1;
	return pages == 0 ? 0 : deep(pages - 1, space) + (size_t)(above ? above[0] : 1);
}

static void locked_stack(void)
{
	struct rlimit limit;

	MUST(setuid(1000));
	MUST(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
	MUST(getrlimit(RLIMIT_MEMLOCK, &limit));
	MUST(mlockall(MCL_CURRENT));
	limit.rlim_cur = (rlim_t)(field_of("/proc/self/status", "VmLck:") + 800) << 10;
	MUST(setrlimit(RLIMIT_MEMLOCK, &limit));
	CHECK_EQ(deep(100, NULL), 100);
	deep(400, NULL);
}

CONTRACT
{
	struct rlimit limit = {1 << 20, RLIM_INFINITY};
	char line[512], flags[8] = "";
	unsigned long from = 0, to = 0;
	FILE *maps;

	CHECK_KILLED(CHILD(locked_stack()), SIGSEGV);
	CHECK_EQ(deep(500, NULL), 500);
	maps = fopen("/proc/self/maps", "r");
	while (fgets(line, sizeof(line), maps))
		if (strstr(line, "[stack]"))
			sscanf(line, "%lx-%lx %7s", &from, &to, flags);
	CHECK((uintptr_t)&limit >= from && (uintptr_t)&limit < to);
	CHECK(to - from >= 500 * 4096);
	CHECK_TEXT(flags, "rw-p");
	MUST(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
	CHECK_EXIT(CHILD(MUST(setrlimit(RLIMIT_STACK, &(struct rlimit){8 << 20, 8 << 20}));
			 CHECK_EQ(deep(1500, NULL), 1500)),
		   0);
	CHECK_KILLED(CHILD(MUST(setrlimit(RLIMIT_STACK, &limit)); deep(4000, NULL)), SIGSEGV);
	// A mapping in the way of growth: 256 pages below it there is no growing.
	char *wall = (char *)(from - 400 * PAGE);
	CHECK(mmap(wall, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0) == wall);
	CHECK_KILLED(CHILD(*(volatile char *)(wall + 100 * PAGE) = 1), SIGSEGV);
	CHECK_EXIT(CHILD(*(volatile char *)(wall + 300 * PAGE) = 1), 0);
}
