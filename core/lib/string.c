// SPDX-License-Identifier: MIT
// The C library's memory and string functions, plain and portable: words where it pays, bytes
// elsewhere.

#include <core/errno.h>
#include <core/kasan.h>
#include <core/lib/string.h>
#include <stdint.h>

typedef uint64_t
	__attribute__((may_alias, aligned(1))) word_any; /* unaligned access is fine on the three */

void *memcpy(void *to, const void *from, size_t n)
{
	unsigned char *d = to;
	const unsigned char *s = from;

	kasan_check(from, n, false);
	kasan_check(to, n, true);
	/* Aligning the destination first keeps every store, and on equal alignment every load, a
	 * single access. */
	if (n >= 32) {
		size_t head = -(uintptr_t)d & 7;

		n -= head;
		while (head--)
			*d++ = *s++;
		for (; n >= 32; n -= 32, d += 32, s += 32) {
			uint64_t a = ((const word_any *)s)[0], b = ((const word_any *)s)[1];
			uint64_t c = ((const word_any *)s)[2], e = ((const word_any *)s)[3];

			((word_any *)d)[0] = a;
			((word_any *)d)[1] = b;
			((word_any *)d)[2] = c;
			((word_any *)d)[3] = e;
		}
	}
	for (; n >= 8; n -= 8, d += 8, s += 8)
		*(word_any *)d = *(const word_any *)s;
	while (n--)
		*d++ = *s++;
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *d = to;
	const unsigned char *s = from;

	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(to, from, n);
	kasan_check(from, n, false);
	kasan_check(to, n, true);
	d += n;
	s += n;
	for (; n >= 8; n -= 8) {
		d -= 8;
		s -= 8;
		*(word_any *)d = *(const word_any *)s;
	}
	while (n--)
		*--d = *--s;
	return to;
}

void *memset(void *to, int c, size_t n)
{
	unsigned char *d = to;
	uint64_t word = (unsigned char)c * 0x0101010101010101ull;

	kasan_check(to, n, true);
	if (n >= 32) {
		size_t head = -(uintptr_t)d & 7;

		n -= head;
		while (head--)
			*d++ = (unsigned char)c;
		for (; n >= 32; n -= 32, d += 32) {
			((word_any *)d)[0] = word;
			((word_any *)d)[1] = word;
			((word_any *)d)[2] = word;
			((word_any *)d)[3] = word;
		}
	}
	for (; n >= 8; n -= 8, d += 8)
		*(word_any *)d = word;
	while (n--)
		*d++ = (unsigned char)c;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	kasan_check(a, n, false);
	kasan_check(b, n, false);
	for (; n >= 8 && *(const word_any *)x == *(const word_any *)y; n -= 8, x += 8, y += 8)
		;
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const unsigned char *p = s; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i])
		i++;
	return i;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)(uintptr_t)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return (char *)(uintptr_t)last;
	}
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (;; s++) {
		if (!strncmp(s, what, n))
			return (char *)(uintptr_t)s;
		if (!*s)
			return NULL;
	}
}

long strscpy(char *to, const char *from, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n && from[i]; i++)
		to[i] = from[i];
	to[i] = '\0';
	return from[i] ? -E2BIG : (long)i;
}

int parse_u64(const char *s, int base, unsigned long long *value)
{
	unsigned long long v = 0;

	if (base == 0) {
		base = 10;
		if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
			base = 16;
			s += 2;
		} else if (s[0] == '0' && s[1]) {
			base = 8;
			s++;
		}
	}
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		int digit = *s >= '0' && *s <= '9'   ? *s - '0'
			    : *s >= 'a' && *s <= 'f' ? *s - 'a' + 10
			    : *s >= 'A' && *s <= 'F' ? *s - 'A' + 10
						     : 99;
		if (digit >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(v, (unsigned int)base, &v) ||
		    __builtin_add_overflow(v, (unsigned int)digit, &v))
			return -ERANGE;
	}
	*value = v;
	return 0;
}
