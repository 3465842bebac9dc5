/* SPDX-License-Identifier: MIT */
/*
 * memset, memcpy and memmove at every alignment and length that their loops tell apart, against loops over bytes. Included by a test for
 * machines that want aligned words and by one for those that do not.
 */
#define memcpy	libc_memcpy
#define memmove libc_memmove
#define memset	libc_memset
#include <test.h>
#undef memcpy
#undef memmove
#undef memset
#include <core/lib/string.h>
#include <core/types.h>

#define LONGEST 200u
#define MARGIN	32u
#define ROOM	(LONGEST + 3 * MARGIN)

static unsigned char got[ROOM] __attribute__((aligned(16)));
static unsigned char want[ROOM] __attribute__((aligned(16)));

static void fresh(void)
{
	for (size_t i = 0; i < ROOM; i++)
		got[i] = want[i] = (unsigned char)(i * 7 + 1);
}

static bool same(void)
{
	for (size_t i = 0; i < ROOM; i++)
		if (got[i] != want[i])
			return false;
	return true;
}

TEST(memset)
{
	for (size_t n = 0; n <= LONGEST; n++)
		for (size_t at = 0; at < 16; at++)
			for (int c = 0; c <= 0x1a5; c += 0x1a5) {
				fresh();
				for (size_t i = 0; i < n; i++)
					want[at + i] = (unsigned char)c;
				CHECK(memset(got + at, c, n) == got + at);
				CHECK(same());
			}
}

TEST(memcpy)
{
	static unsigned char from[ROOM] __attribute__((aligned(16)));

	for (size_t i = 0; i < ROOM; i++)
		from[i] = (unsigned char)(i * 5 + 3);
	for (size_t n = 0; n <= LONGEST; n++)
		for (size_t at = 0; at < 8; at++)
			for (size_t source = 0; source < 8; source++) {
				fresh();
				for (size_t i = 0; i < n; i++)
					want[at + i] = from[source + i];
				CHECK(memcpy(got + at, from + source, n) == got + at);
				CHECK(same());
			}
}

/* Every distance within a few words, to both sides: what is overwritten was read before. */
TEST(memmove)
{
	for (size_t n = 0; n <= LONGEST; n++)
		for (size_t at = MARGIN; at < MARGIN + 8; at++)
			for (size_t source = at - 20; source <= at + 20; source++) {
				unsigned char between[LONGEST];

				fresh();
				for (size_t i = 0; i < n; i++)
					between[i] = want[source + i];
				for (size_t i = 0; i < n; i++)
					want[at + i] = between[i];
				CHECK(memmove(got + at, got + source, n) == got + at);
				CHECK(same());
			}
}
