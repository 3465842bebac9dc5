// SPDX-License-Identifier: MIT
// Covers: MEM-09 MEM-18. MADV_DONTNEED refuses locked memory, MADV_DONTNEED_LOCKED does not: the
// contents go, the lock stays.
#include "contract.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

CONTRACT
{
	char *memory =
		MAP(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(memory, 1, 4 * PAGE);
	MUST(mlock(memory, 2 * PAGE));
	CHECK_ERRNO(madvise(memory, PAGE, MADV_DONTNEED), EINVAL);
	CHECK_EQ(memory[0], 1);
	CHECK_EQ(madvise(memory + PAGE, 2 * PAGE, MADV_DONTNEED_LOCKED), 0);
	CHECK_EQ(memory[0], 1);
	CHECK_EQ(memory[PAGE], 0);
	CHECK_EQ(memory[2 * PAGE], 0);
	CHECK_EQ(memory[3 * PAGE], 1);
	CHECK_EQ(field_of("/proc/self/status", "VmLck:"), 8);
	CHECK_ERRNO(madvise(memory, PAGE, MADV_DONTNEED), EINVAL);
}
