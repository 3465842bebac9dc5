// SPDX-License-Identifier: MIT
// Covers: MEM-13. Overcommit: the heuristic refuses what can never fit, mode 1 refuses nothing,
// mode 2 counts what is committed; NORESERVE; fork counts, but shared memory only once, and
// what MAP_FIXED replaces does not.
#include "contract.h"

static void mode(const char *text)
{
	put_file("/proc/sys/vm/overcommit_memory", text);
}

static void *map(size_t size, int flags)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

// What is promised, with the shared memory that was made after `before`; others promise little meanwhile.
static bool promised(long long before, size_t shared)
{
	long long more =
		field_of("/proc/meminfo", "Committed_AS:") - before - (long long)(shared >> 10);

	return more > -(16 << 10) && more < 16 << 10;
}

static void shared_once(void)
{
	long long before = field_of("/proc/meminfo", "Committed_AS:");
	size_t size = 64 << 20;
	char *at = MAP(NULL, size, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(promised(before, size));
	CHECK_EXIT(CHILD(CHECK(promised(before, size))), 0);
	MUST(munmap(at, size / 2));
	CHECK(promised(before, size));
	// That it is seen at more pages than it has makes it no larger.
	at = mremap(at + size / 2, size / 2, 2 * size, MREMAP_MAYMOVE);
	CHECK(at != MAP_FAILED);
	CHECK(promised(before, size));
	MUST(munmap(at, 2 * size));
	CHECK(promised(before, 0));
	at = MAP(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		 0);
	CHECK(promised(before, 0));
	MUST(munmap(at, size));
}

// What does not fit replaces nothing; what is replaced makes room.
static void replace(size_t huge, size_t half)
{
	const int rw = PROT_READ | PROT_WRITE, ap = MAP_PRIVATE | MAP_ANONYMOUS;
	char *at = MAP((void *)(8ul << 30), 2 * half, rw, ap, -1, 0);
	long long before = field_of("/proc/meminfo", "Committed_AS:");

	at[0] = 'a';
	CHECK_ERRNO((long)mmap(at, huge, rw, ap | MAP_FIXED, -1, 0), ENOMEM);
	CHECK_EQ(at[0], 'a');
	CHECK(mmap(at + half, 2 * half, rw, ap | MAP_FIXED, -1, 0) == at + half);
	CHECK_EQ(at[0], 'a');
	CHECK(promised(before, half));
	MUST(munmap(at, 3 * half));
	CHECK(promised(before - (long long)(half >> 9), 0));
}

CONTRACT
{
	char old[8] = {0};
	size_t huge = 64UL << 30;

	snprintf(old, sizeof(old), "%s", get_file("/proc/sys/vm/overcommit_memory"));
	CHECK_TEXT(old, "0\n");
	CHECK_ERRNO((long)map(huge, 0), ENOMEM);
	char *some = map(huge, MAP_NORESERVE);
	CHECK(some != MAP_FAILED);
	MUST(munmap(some, huge));
	shared_once();
	replace(huge, 32 << 20);
	mode("1");
	some = map(huge, 0);
	CHECK(some != MAP_FAILED);
	MUST(munmap(some, huge));
	mode("2");
	long limit = (long)field_of("/proc/meminfo", "CommitLimit:"),
	     total = (long)field_of("/proc/meminfo", "MemTotal:");
	CHECK(limit > total / 4 && limit <= total);
	CHECK_ERRNO((long)map((size_t)limit * 1024, 0), ENOMEM);
	// In this mode the flag has no effect.
	CHECK_ERRNO((long)map((size_t)limit * 1024, MAP_NORESERVE), ENOMEM);
	long before = (long)field_of("/proc/meminfo", "Committed_AS:");
	some = map(8 << 20, 0);
	CHECK(some != MAP_FAILED);
	CHECK(field_of("/proc/meminfo", "Committed_AS:") >= before + 8192);
	MUST(munmap(some, 8 << 20));
	CHECK(field_of("/proc/meminfo", "Committed_AS:") < before + 8192);
	replace((size_t)limit * 1024, (size_t)limit * 256 & -PAGE);
	// Read-only private memory of no file costs nothing until it can be written.
	some = mmap(NULL, (size_t)limit * 1024, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(some != MAP_FAILED);
	CHECK_ERRNO(mprotect(some, (size_t)limit * 1024, PROT_READ | PROT_WRITE), ENOMEM);
	MUST(munmap(some, (size_t)limit * 1024));
	some = mmap(NULL, (size_t)limit * 1024, PROT_READ,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	CHECK(some != MAP_FAILED);
	CHECK_ERRNO(mprotect(some, (size_t)limit * 1024, PROT_READ | PROT_WRITE), ENOMEM);
	mode("0");
	int fd = (int)MUST(open("/proc/sys/vm/overcommit_memory", O_WRONLY));
	CHECK_ERRNO(write(fd, "7", 1), EINVAL);
	CHECK_TEXT(get_file("/proc/sys/vm/overcommit_memory"), "0\n");
}
