// SPDX-License-Identifier: MIT
// Covers: MEM-11. A sparse mapping of 1 GiB on a small machine, and reads of untouched memory
// cost nothing.
#include "contract.h"

static long resident(void)
{
	long total, pages = 0;

	sscanf(get_file("/proc/self/statm"), "%ld %ld", &total, &pages);
	return pages;
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
	for (size_t at = 0; at < size; at += 16 << 20)
		if (map[at] != (char)((at >> 24) + 1))
			CHECK_EQ(map[at], (at >> 24) + 1);
	CHECK_EQ(map[size - 1], 0);
	CHECK(resident() - before < 64 * 512 + 512);
	for (size_t at = 1 << 20; at < size; at += 16 << 20)
		sum += map[at];
	CHECK_EQ(sum, 0);
	CHECK_EQ(munmap(map, size), 0);
	CHECK(resident() <= before + 128);
}
