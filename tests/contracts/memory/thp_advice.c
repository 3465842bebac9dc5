// SPDX-License-Identifier: MIT
// Covers: MEM-09 MEM-14. MADV_HUGEPAGE gives 2 MiB pages, which smaps and meminfo show;
// MADV_NOHUGEPAGE none; what splits a page is seen at once.
#include "thp_helpers.h"

#define COUNT 4

CONTRACT
{
	policy_madvise();
	char *map = blocks(COUNT), *plain;
	long before;

	CHECK_EQ(field_of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", ""), BIG);
	CHECK(smaps_flag(map, "hg"));
	CHECK_EQ(smaps_number(map, "THPeligible:"), 1);
	CHECK_EQ(smaps_number(map, "AnonHugePages:"), 0);
	for (size_t i = 0; i < COUNT; i++)
		map[i * BIG + 12345] = (char)(i + 1);
	before = smaps_number(map, "AnonHugePages:");
	CHECK(before >= 2048); // fewer than asked for may be had
	CHECK_EQ(before % 2048, 0);
	CHECK(smaps_number(map, "Rss:") >= before);
	CHECK(smaps_number(map, "Anonymous:") >= before);
	CHECK(field_of("/proc/meminfo", "AnonHugePages:") >= before);
	CHECK_EQ(field_of("/proc/meminfo", "Hugepagesize:"), 2048);
	for (size_t i = 0; i < COUNT; i++) {
		CHECK_EQ(map[i * BIG + 12345], i + 1);
		CHECK_EQ(map[i * BIG + BIG - 1], 0);
	}

	// Advice that comes later takes nothing away; other advice has its own flag.
	MUST(madvise(map, COUNT * BIG, MADV_NOHUGEPAGE));
	CHECK(smaps_flag(map, "nh"));
	CHECK(!smaps_flag(map, "hg"));
	CHECK_EQ(smaps_number(map, "THPeligible:"), 0);
	CHECK_EQ(smaps_number(map, "AnonHugePages:"), before);
	MUST(madvise(map, COUNT * BIG, MADV_DONTNEED));
	CHECK_EQ(smaps_number(map, "AnonHugePages:"), 0);
	CHECK_EQ(smaps_number(map, "Rss:"), 0);
	map[12345] = 1;
	CHECK_EQ(smaps_number(map, "AnonHugePages:"), 0);
	CHECK_EQ(smaps_number(map, "Rss:"), 4);

	// Too small for one.
	plain = MAP(NULL, BIG - PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(madvise(plain, BIG - PAGE, MADV_HUGEPAGE));
	memset(plain, 1, BIG - PAGE);
	CHECK_EQ(smaps_number(plain, "THPeligible:"), 0);
	CHECK_EQ(smaps_number(plain, "AnonHugePages:"), 0);

	// What is to be a thread's stack has small pages.
	plain = MAP(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1,
		    0);
	CHECK(smaps_flag(plain, "nh"));
}
