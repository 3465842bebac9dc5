// SPDX-License-Identifier: MIT
// Covers: MEM-14. /sys/kernel/mm/transparent_hugepage/enabled shows three policies with the present
// one in brackets, takes each by name and nothing else, and is obeyed.
#include "thp_helpers.h"

// Put a word there: 0 or errno.
static int choose(const char *word)
{
	int fd = (int)MUST(open(POLICY, O_WRONLY));
	ssize_t n = write(fd, word, strlen(word));
	int error = n < 0 ? errno : n == (ssize_t)strlen(word) ? 0 : -1;

	close(fd);
	return error;
}

// How many kB of a fresh mapping, written to, are in 2 MiB pages.
static long had(bool advise)
{
	char *raw = MAP(NULL, 5 * BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *map = (char *)(((uintptr_t)raw + BIG - 1) & ~(BIG - 1));
	long kilobytes;

	if (advise)
		MUST(madvise(raw, 5 * BIG, MADV_HUGEPAGE));
	for (size_t i = 0; i < 4; i++)
		map[i * BIG] = 1;
	kilobytes = smaps_number(raw, "AnonHugePages:");
	MUST(munmap(raw, 5 * BIG));
	return kilobytes;
}

CONTRACT
{
	char old[64], *word;

	snprintf(old, sizeof(old), "%s", get_file(POLICY));
	word = strchr(old, '[');
	CHECK(word && strchr(word, ']'));
	*strchr(++word, ']') = 0;

	CHECK_EQ(choose("never\n"), 0);
	CHECK_TEXT(get_file(POLICY), "always madvise [never]\n");
	CHECK_EQ(had(true), 0);
	CHECK_EQ(had(false), 0);
	CHECK_EQ(choose("madvise"), 0);
	CHECK_TEXT(get_file(POLICY), "always [madvise] never\n");
	CHECK_EQ(had(false), 0);
	CHECK(had(true) >= 2048);
	CHECK_EQ(choose("sometimes"), EINVAL);
	CHECK_EQ(choose("alwayss"), EINVAL);
	CHECK_TEXT(get_file(POLICY), "always [madvise] never\n");
	CHECK_EQ(choose("always"), 0);
	CHECK_TEXT(get_file(POLICY), "[always] madvise never\n");
	CHECK(had(true) >= 2048);
	CHECK_EQ(choose(word), 0);
}
