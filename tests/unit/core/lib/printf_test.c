// SPDX-License-Identifier: MIT
// The kernel's snprintf against the C library's, conversion by conversion; and strings.
// sources: core/lib/printf.c core/lib/string.c

#define snprintf  libc_snprintf
#define vsnprintf libc_vsnprintf
#define memcpy	  libc_memcpy
#define memmove	  libc_memmove
#define memset	  libc_memset
#include <test.h>
#undef snprintf
#undef vsnprintf
#undef memcpy
#undef memmove
#undef memset
#include <core/errno.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <stdlib.h>

bool symbol_name(vaddr_t pc, char *buf, size_t n)
{
	if (pc != 0x1234)
		return false;
	return snprintf(buf, n, "somewhere+0x4") > 0;
}

static void check(int line, const char *got, int length, const char *want)
{
	test_checks++;
	if (strcmp(got, want) != 0 || length != (int)strlen(want)) {
		test_failures++;
		printf("line %d: got \"%s\" (%d), want \"%s\"\n", line, got, length, want);
	}
}

#define SAYS(want, ...)                                             \
	do {                                                        \
		char got_[128];                                     \
		int n_ = snprintf(got_, sizeof(got_), __VA_ARGS__); \
		check(__LINE__, got_, n_, want);                    \
	} while (0)

TEST(conversions)
{
	SAYS("plain % text", "plain %% text");
	SAYS("-42|  -42|-42  |-0042", "%d|%5d|%-5d|%05d", -42, -42, -42, -42);
	SAYS("+7| 7|7", "%+d|% d|%u", 7, 7, 7);
	SAYS("-9223372036854775808", "%lld", (long long)INT64_MIN);
	SAYS("18446744073709551615", "%llu", (unsigned long long)UINT64_MAX);
	SAYS("ff|FF|0xff|0|000ff|  ff", "%x|%X|%#x|%#x|%05x|%4x", 255, 255, 255, 0, 255, 255);
	SAYS("17|017", "%o|%#o", 15, 15);
	SAYS("00042|   00042|", "%.5d|%8.5d|%.0d", 42, 42, 0);
	SAYS("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc", "abc");
	SAYS("x|  x|x  |", "%c|%3c|%-3c|", 'x', 'x', 'x');
	SAYS("   ab|ab   |", "%*s|%-*s|", 5, "ab", 5, "ab");
	SAYS("(null)", "%s", (char *)NULL);
	SAYS("0x10", "%p", (void *)16);
	SAYS("12|34|56", "%zu|%ld|%jd", (size_t)12, 34l, (intmax_t)56);
}

TEST(symbols)
{
	SAYS("somewhere+0x4|0x99", "%pS|%pS", (void *)0x1234, (void *)0x99);
}

TEST(bounds)
{
	char buf[4] = "zzz";

	CHECK_EQ(snprintf(buf, sizeof(buf), "%s", "abcdef"), 6);
	CHECK_STR(buf, "abc");
	CHECK_EQ(scnprintf(buf, sizeof(buf), "%s", "abcdef"), 3);
	CHECK_EQ(snprintf(NULL, 0, "%d", 12345), 5);
	CHECK_EQ(scnprintf(buf, 0, "%d", 1), 0);
}

TEST(string_functions)
{
	char a[300], b[300];

	for (unsigned int n = 0; n < 200; n++) {
		for (unsigned int from = 0; from < 9; from++) {
			for (unsigned int to = 0; to < 9; to++) {
				for (unsigned int i = 0; i < sizeof(a); i++)
					a[i] = b[i] = (char)(i * 7 + n);
				memmove(a + to, a + from, n);
				for (unsigned int i = 0; i < n; i++)
					if (a[to + i] != b[from + i])
						test_failures++;
				CHECK(n == 0 || memcmp(a + to, b + from, n) == 0);
				CHECK(a[to + n] == b[to + n]);
			}
		}
		memset(b, 'q', n);
		CHECK(n == 0 || (b[0] == 'q' && b[n - 1] == 'q'));
	}
	CHECK(strstr("haystack", "st") != NULL && strstr("haystack", "needle") == NULL);
	CHECK_EQ(strscpy(a, "hello", 3), -E2BIG);
	CHECK_STR(a, "he");
	CHECK_EQ(strscpy(a, "hello", 6), 5);
}

TEST(numbers)
{
	unsigned long long v;

	CHECK(parse_u64("0x1f", 0, &v) == 0 && v == 31);
	CHECK(parse_u64("017", 0, &v) == 0 && v == 15);
	CHECK(parse_u64("18446744073709551615", 10, &v) == 0 && v == UINT64_MAX);
	CHECK_EQ(parse_u64("18446744073709551616", 10, &v), -ERANGE);
	CHECK_EQ(parse_u64("", 10, &v), -EINVAL);
	CHECK_EQ(parse_u64("12x", 10, &v), -EINVAL);
}
