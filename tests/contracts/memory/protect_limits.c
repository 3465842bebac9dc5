// SPDX-License-Identifier: MIT
// Covers: MEM-02. mprotect and the limits: the space has its size already, so RLIMIT_AS is nothing to it;
// memory that becomes writable becomes data, and RLIMIT_DATA may forbid that.
#include "contract.h"

#define SIZE (8ul << 20)

static char *map(int rights, int flags)
{
	return MAP(NULL, SIZE, rights, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

// Room for half of SIZE is left by the limit.
static void leave_half(int which, const char *used)
{
	struct rlimit limit;

	MUST(getrlimit(which, &limit));
	limit.rlim_cur = (rlim_t)field_of("/proc/self/status", used) * 1024 + SIZE / 2;
	MUST(setrlimit(which, &limit));
}

CONTRACT
{
	char *none = map(PROT_NONE, 0), *more = map(PROT_NONE, 0), *accounted, *data;
	char *unreserved = map(PROT_READ, MAP_NORESERVE);
	struct rlimit unlimited;

	// As where a C library makes room for a thread's stack.
	MUST(getrlimit(RLIMIT_AS, &unlimited));
	leave_half(RLIMIT_AS, "VmSize:");
	CHECK_EQ(mprotect(none, SIZE, PROT_READ | PROT_WRITE), 0);
	CHECK_ERRNO(mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
	MUST(setrlimit(RLIMIT_AS, &unlimited));

	accounted = map(PROT_READ | PROT_WRITE, 0);
	MUST(mprotect(accounted, SIZE, PROT_READ));
	data = map(PROT_READ | PROT_WRITE, 0);
	leave_half(RLIMIT_DATA, "VmData:");
	CHECK_ERRNO(mprotect(more, SIZE, PROT_READ | PROT_WRITE), ENOMEM);
	CHECK_ERRNO(mprotect(unreserved, SIZE, PROT_READ | PROT_WRITE), ENOMEM);
	CHECK_ERRNO(mprotect(accounted, SIZE, PROT_READ | PROT_WRITE), ENOMEM);
	CHECK_EQ(mprotect(more, SIZE, PROT_READ), 0);
	CHECK_EQ(mprotect(more, SIZE / 4, PROT_READ | PROT_WRITE), 0);
	// What is data stays data.
	CHECK_EQ(mprotect(data, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	// A space that may not grow at all is not asked about data either.
	leave_half(RLIMIT_AS, "VmSize:");
	CHECK_EQ(mprotect(more, SIZE, PROT_READ | PROT_WRITE), 0);
}
