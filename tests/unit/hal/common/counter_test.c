// SPDX-License-Identifier: MIT
// Deadlines as ticks of counters of many frequencies: at that tick the time has come, and two
// before it has not, whether the machine is up for seconds or for centuries.

#include "../../test.h"
#include <common/counter.h>

static void deadlines(uint64_t frequency, unsigned int shift)
{
	uint64_t ns_mult = counter_ratio(1000000000, shift, frequency);
	uint64_t mult = counter_deadline_mult(ns_mult, shift);

	for (unsigned int bits = 1; bits < 63; bits++) {
		for (unsigned int i = 0; i < 100; i++) {
			uint64_t deadline = (test_random() | 1ull << 63) >> (63 - bits);
			uint64_t tick = counter_deadline(deadline, mult);

			REQUIRE(counter_scale(tick, ns_mult, shift) >= deadline);
			// That the factor is rounded up costs 2^-63 ticks per nanosecond.
			if (tick > 1 && bits < 59)
				REQUIRE(counter_scale(tick - 2, ns_mult, shift) < deadline);
		}
	}
}

TEST(deadlines)
{
	static const uint64_t frequencies[] = {1000000,	  1193182,   10000000,	19200000,
					       24000000,  33333333,  54000000,	62500000,
					       100000000, 333333333, 999999999, 1000000000};

	for (unsigned int i = 0; i < sizeof(frequencies) / sizeof(frequencies[0]); i++) {
		deadlines(frequencies[i], 24);
		deadlines(frequencies[i], 53);
	}
	deadlines(32768, 24);
}

TEST(ratios)
{
	CHECK_EQ(counter_ratio(1000000000, 24, 10000000), 100ull << 24);
	CHECK_EQ(counter_ratio(1, 63, 3), 0x2aaaaaaaaaaaaaaa);
	CHECK_EQ(counter_ratio(7, 0, 2), 3);
}
