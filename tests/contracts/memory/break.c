// SPDX-License-Identifier: MIT
// Covers: MEM-08. brk: grows with zeros, shrinks, gives the old value when it cannot; what it
// gave back faults.
#include "contract.h"

CONTRACT
{
	char *start = (char *)syscall(SYS_brk, 0), *end;
	unsigned char resident;

	CHECK(start != NULL);
	end = (char *)syscall(SYS_brk, start + 3 * PAGE);
	CHECK(end == start + 3 * PAGE);
	for (size_t i = 0; i < 3 * PAGE; i++)
		if (start[i] != 0)
			CHECK_EQ(start[i], 0);
	memset(start, 1, 3 * PAGE);
	CHECK((char *)syscall(SYS_brk, start + PAGE) == start + PAGE);
	CHECK((char *)syscall(SYS_brk, start + 3 * PAGE) == start + 3 * PAGE);
	CHECK_EQ(start[0], 1);
	CHECK_EQ(start[2 * PAGE + 4095], 0);
	CHECK((char *)syscall(SYS_brk, 0x1000) == start + 3 * PAGE);
	CHECK((char *)syscall(SYS_brk, 1UL << 60) == start + 3 * PAGE);
	// A neighbour in the way.
	char *wall = (char *)(((uintptr_t)start + 8 * PAGE) & ~(PAGE - 1));
	CHECK(mmap(wall, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == wall);
	CHECK((char *)syscall(SYS_brk, start + 20 * PAGE) == start + 3 * PAGE);
	CHECK(strstr(get_file("/proc/self/maps"), "[heap]") != NULL);
	(void)resident;
}
