/* SPDX-License-Identifier: MIT */
/* core/lib/bitmap.h - bit sets in arrays of 64-bit words; the caller serialises. */
#ifndef CORE_LIB_BITMAP_H
#define CORE_LIB_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline bool bitmap_test(const uint64_t *map, size_t bit)
{
	return (map[bit / 64] >> (bit % 64)) & 1;
}

static inline void bitmap_set(uint64_t *map, size_t bit)
{
	map[bit / 64] |= 1ull << (bit % 64);
}

static inline void bitmap_clear(uint64_t *map, size_t bit)
{
	map[bit / 64] &= ~(1ull << (bit % 64));
}

/* First bit from `from` on that is set (clear); `bits` when there is none. */
static inline size_t bitmap_next(const uint64_t *map, size_t bits, size_t from)
{
	for (size_t w = from / 64; from < bits; w++, from = w * 64) {
		uint64_t rest = map[w] >> (from % 64);

		if (rest) {
			size_t bit = from + (size_t)__builtin_ctzll(rest);

			return bit < bits ? bit : bits;
		}
	}
	return bits;
}

static inline size_t bitmap_next_clear(const uint64_t *map, size_t bits, size_t from)
{
	for (size_t w = from / 64; from < bits; w++, from = w * 64) {
		uint64_t rest = ~map[w] >> (from % 64);

		if (rest) {
			size_t bit = from + (size_t)__builtin_ctzll(rest);

			return bit < bits ? bit : bits;
		}
	}
	return bits;
}

#endif
