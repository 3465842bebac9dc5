// SPDX-License-Identifier: MIT
// Covers: MEM-11. A sparse mapping of 1 GiB on a small machine, and reads of untouched memory
// cost nothing. All of it is protected, copied by fork and moved.
#include "contract.h"

static long resident(void)
{
	long total, pages = 0;

	sscanf(get_file("/proc/self/statm"), "%ld %ld", &total, &pages);
	return pages;
}

// Does every 16 MiB begin with the byte that was written there?
static bool whole(const char *map, size_t size)
{
	for (size_t at = 0; at < size; at += 16 << 20)
		if (map[at] != (char)((at >> 24) + 1))
			return false;
	return true;
}

CONTRACT
{
	const size_t size = 1UL << 30;
	char *map = MAP(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	long before = resident();
	int sum = 0;

	for (size_t at = 0; at < size; at += 16 << 20)
		map[at] = (char)(at >> 24) + 1;
	CHECK(whole(map, size));
	CHECK_EQ(map[size - 1], 0);
	CHECK(resident() - before < 64 * 512 + 512);
	for (size_t at = 1 << 20; at < size; at += 16 << 20)
		sum += map[at];
	CHECK_EQ(sum, 0);
	MUST(mprotect(map, size, PROT_READ));
	for (size_t at = 0; at < size; at += size / 8)
		CHECK_KILLED(CHILD(map[at] = 0), SIGSEGV);
	MUST(mprotect(map, size, PROT_READ | PROT_WRITE));
	CHECK_EXIT(CHILD(CHECK(whole(map, size)); memset(map + size - (16 << 20), 0, 1)), 0);
	char *there = MAP(NULL, size + (3 << 20), PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	map = mremap(map, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, there + 5 * PAGE);
	CHECK(map == there + 5 * PAGE);
	CHECK(whole(map, size));
	CHECK_EQ(munmap(there, size + (3 << 20)), 0);
	CHECK(resident() <= before + 128);
}
