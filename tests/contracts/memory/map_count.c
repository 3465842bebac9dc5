// SPDX-License-Identifier: MIT
// Covers: MEM-03 MEM-08. vm.max_map_count: a space gets one mapping more; with as many as it says they
// can be trimmed, but not be cut in two.
#include "contract.h"

#define LIMIT "/proc/sys/vm/max_map_count"
#define SIZE  (3 * PAGE)

// Without the page of x86_64's old system calls, which is in no space.
static int mappings(void)
{
	int count = 0;

	for (const char *line = get_file("/proc/self/maps"); *line; line = strchr(line, '\n') + 1)
		count += strncmp(line, "ffffffffff600000", 16) != 0;
	return count;
}

// With a limit of 32 more than there are.
static void at_the_limit(int most)
{
	char *map[64];
	int count = 0;
	long heap = syscall(SYS_brk, 0);

	// Neighbours are not alike: each is a mapping.
	while (count < 64) {
		char *at = mmap(NULL, SIZE, count & 1 ? PROT_READ : PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (at == MAP_FAILED)
			break;
		map[count++] = at;
	}
	CHECK_EQ(mappings(), most + 1);
	CHECK_EQ(syscall(SYS_brk, heap + PAGE), heap);
	MUST(munmap(map[--count], SIZE));
	CHECK_EQ(mappings(), most);
	CHECK_ERRNO(mprotect(map[0] + PAGE, PAGE, PROT_READ), ENOMEM);
	CHECK_ERRNO(mlock(map[1], PAGE), ENOMEM);
	CHECK_ERRNO(munmap(map[0] + PAGE, PAGE), ENOMEM);
	CHECK_EQ(munmap(map[0], PAGE), 0);
	CHECK_EQ(munmap(map[0] + 2 * PAGE, PAGE), 0);
	CHECK(mremap(map[1], SIZE, PAGE, 0) == map[1]);
	CHECK_EQ(mappings(), most);
	CHECK_EQ(syscall(SYS_brk, heap + PAGE), heap + PAGE);
	CHECK_EQ(mappings(), most + 1);
}

CONTRACT
{
	char before[16], limit[16];
	int most = mappings() + 32, status;

	snprintf(before, sizeof(before), "%s", get_file(LIMIT));
	snprintf(limit, sizeof(limit), "%d", most);
	put_file(LIMIT, limit);
	status = child_wait(CHILD(at_the_limit(most)));
	put_file(LIMIT, before);
	CHECK_EQ(status, 0);
}
