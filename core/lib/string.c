// SPDX-License-Identifier: MIT
// The C library's memory and string functions, plain and portable: words where it pays, bytes
// elsewhere.

#include <core/errno.h>
#include <core/kasan.h>
#include <core/lib/string.h>
#include <hal_arch/arch.h>
#include <stdint.h>

typedef uint64_t __attribute__((may_alias)) word;
typedef uint64_t __attribute__((may_alias, aligned(1))) word_any; /* where HAL_UNALIGNED_ACCESS */

#define WORD sizeof(word)

static inline size_t misaligned(const void *p)
{
	return (uintptr_t)p % WORD;
}

/* Whole words, both ends aligned; returns the bytes done. */
static inline size_t copy_words(unsigned char *d, const unsigned char *s, size_t n)
{
	const word *from = (const word *)s;
	word *to = (word *)d;

	for (size_t left = n / (8 * WORD); left; left--, from += 8, to += 8) {
		word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];
		word w4 = from[4], w5 = from[5], w6 = from[6], w7 = from[7];

		to[0] = w0;
		to[1] = w1;
		to[2] = w2;
		to[3] = w3;
		to[4] = w4;
		to[5] = w5;
		to[6] = w6;
		to[7] = w7;
	}
	if (n & 4 * WORD) {
		word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];

		to[0] = w0;
		to[1] = w1;
		to[2] = w2;
		to[3] = w3;
		from += 4;
		to += 4;
	}
	if (n & 2 * WORD) {
		word w0 = from[0], w1 = from[1];

		to[0] = w0;
		to[1] = w1;
		from += 2;
		to += 2;
	}
	if (n & WORD)
		*to = *from;
	return n & ~(WORD - 1);
}

/* The same from a source at any address. */
static inline size_t copy_words_any(unsigned char *d, const unsigned char *s, size_t n)
{
	size_t i = 0;

	for (; n - i >= 4 * WORD; i += 4 * WORD) {
		const word_any *from = (const word_any *)(s + i);
		word *to = (word *)(d + i);
		word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];

		to[0] = w0;
		to[1] = w1;
		to[2] = w2;
		to[3] = w3;
	}
	for (; n - i >= WORD; i += WORD)
		*(word *)(d + i) = *(const word_any *)(s + i);
	return i;
}

/* The same, where such loads are slow or trap: aligned ones, shifted together (little endian). None
 * of them touches a word without a byte of the source; the sanitizer, which sees bytes, is not
 * asked. */
__attribute__((no_sanitize("kernel-address"))) static inline size_t
copy_words_shifted(unsigned char *d, const unsigned char *s, size_t n)
{
	const word *from = (const word *)(s - misaligned(s));
	unsigned int drop = (unsigned int)misaligned(s) * 8, take = 64 - drop;
	word low = *from++;
	size_t i = 0;

	for (; n - i >= 4 * WORD; i += 4 * WORD, from += 4) {
		word *to = (word *)(d + i);
		word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];

		to[0] = low >> drop | w0 << take;
		to[1] = w0 >> drop | w1 << take;
		to[2] = w1 >> drop | w2 << take;
		to[3] = w2 >> drop | w3 << take;
		low = w3;
	}
	for (; n - i >= WORD; i += WORD) {
		word high = *from++;

		*(word *)(d + i) = low >> drop | high << take;
		low = high;
	}
	return i;
}

void *memcpy(void *to, const void *from, size_t n)
{
	unsigned char *d = to;
	const unsigned char *s = from;
	size_t done;

	kasan_check(from, n, false);
	kasan_check(to, n, true);
	if (n >= WORD) {
		/* What is no whole word at the end goes with the bytes before it. Read first:
		 * memmove comes here with a target that ends in the source. */
		word last = HAL_UNALIGNED_ACCESS ? *(const word_any *)(s + n - WORD) : 0;

		/* Every store is aligned; below two words it does not pay to make it so. */
		if (misaligned(d) && (HAL_UNALIGNED_ACCESS || n >= 2 * WORD)) {
			size_t head = WORD - misaligned(d);

			n -= head;
			while (head--)
				*d++ = *s++;
		}
		done = 0;
		if (misaligned(d) == 0 && n >= WORD) {
			if (misaligned(s) == 0)
				done = copy_words(d, s, n);
			else if (HAL_UNALIGNED_ACCESS)
				done = copy_words_any(d, s, n);
			else
				done = copy_words_shifted(d, s, n);
		}
		d += done;
		s += done;
		n -= done;
		if (HAL_UNALIGNED_ACCESS) {
			*(word_any *)(d + n - WORD) = last;
			return to;
		}
	}
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
	if (misaligned(d) == misaligned(s)) {
		while (n && misaligned(d)) {
			*--d = *--s;
			n--;
		}
		for (; n >= WORD; n -= WORD) {
			d -= WORD;
			s -= WORD;
			*(word *)d = *(const word *)s;
		}
	}
	for (; HAL_UNALIGNED_ACCESS && n >= WORD; n -= WORD) {
		d -= WORD;
		s -= WORD;
		*(word_any *)d = *(const word_any *)s;
	}
	while (n--)
		*--d = *--s;
	return to;
}

/* Whole words from an aligned address; returns the bytes done. */
static inline size_t set_words(unsigned char *d, word w, size_t n)
{
	word *at = (word *)d;

	for (size_t left = n / (8 * WORD); left; left--, at += 8) {
		at[0] = w;
		at[1] = w;
		at[2] = w;
		at[3] = w;
		at[4] = w;
		at[5] = w;
		at[6] = w;
		at[7] = w;
	}
	if (n & 4 * WORD) {
		at[0] = w;
		at[1] = w;
		at[2] = w;
		at[3] = w;
		at += 4;
	}
	if (n & 2 * WORD) {
		at[0] = w;
		at[1] = w;
		at += 2;
	}
	if (n & WORD)
		*at = w;
	return n & ~(WORD - 1);
}

void *memset(void *to, int c, size_t n)
{
	unsigned char *d = to;
	word w = c ? (unsigned char)c * 0x0101010101010101ull : 0;

	kasan_check(to, n, true);
	if (HAL_UNALIGNED_ACCESS && n >= WORD) {
		/* The first and the last word wherever they lie, aligned ones between them. */
		*(word_any *)d = w;
		*(word_any *)(d + n - WORD) = w;
		(void)set_words(d + WORD - misaligned(d), w, n - WORD + misaligned(d));
		return to;
	}
	if (n >= 2 * WORD) {
		size_t done;

		for (; misaligned(d); n--)
			*d++ = (unsigned char)c;
		done = set_words(d, w, n);
		d += done;
		n -= done;
	}
	while (n--)
		*d++ = (unsigned char)c;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	kasan_check(a, n, false);
	kasan_check(b, n, false);
	if (HAL_UNALIGNED_ACCESS)
		for (; n >= WORD && *(const word_any *)x == *(const word_any *)y;
		     n -= WORD, x += WORD, y += WORD)
			;
	else if (misaligned(x) == 0 && misaligned(y) == 0)
		for (; n >= WORD && *(const word *)x == *(const word *)y;
		     n -= WORD, x += WORD, y += WORD)
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
