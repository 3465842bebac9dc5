/* SPDX-License-Identifier: MIT */
/*
 * common/counter.h - between a counter's ticks and nanoseconds: multiplications by fixed-point
 * factors with a 128-bit product.
 */
#ifndef HAL_COMMON_COUNTER_H
#define HAL_COMMON_COUNTER_H

#include <stdint.h>

#define COUNTER_DEADLINE_SHIFT 63

static inline uint64_t counter_scale(uint64_t value, uint64_t mult, unsigned int shift)
{
	return (uint64_t)((unsigned __int128)value * mult >> shift);
}

/* (a << shift) / b, by long division: there is no compiler runtime. b is below 2^63, a below b << (64 - shift). */
static inline uint64_t counter_ratio(uint64_t a, unsigned int shift, uint64_t b)
{
	uint64_t quotient = a / b, rest = a % b;

	while (shift--) {
		rest <<= 1;
		quotient = quotient << 1 | (rest >= b);
		if (rest >= b)
			rest -= b;
	}
	return quotient;
}

/*
 * For counter_deadline(), of the factor that makes nanoseconds of ticks (itself, not the frequency
 * that it was made of, which it does not hit exactly): its inverse, rounded up.
 */
static inline uint64_t counter_deadline_mult(uint64_t ns_mult, unsigned int ns_shift)
{
	return counter_ratio(1ull << ns_shift, COUNTER_DEADLINE_SHIFT, ns_mult) + 1;
}

/* The tick at which the time has come to deadline: never one before, however far it is. */
static inline uint64_t counter_deadline(uint64_t deadline, uint64_t mult)
{
	return counter_scale(deadline, mult, COUNTER_DEADLINE_SHIFT) + 1;
}

#endif
