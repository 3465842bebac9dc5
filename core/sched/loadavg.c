// SPDX-License-Identifier: MIT
// The three load averages: exponentially damped means of the number of runnable threads, sampled
// every five seconds.

#include <core/init.h>
#include <core/sched.h>
#include <core/time.h>

#define INTERVAL (5 * NSEC_PER_SEC)
#define ONE	 (1ull << 16) /* fixed point, as sysinfo(2) reports */

/* 2^16 / e^(5/60), e^(5/300), e^(5/900) */
static const uint64_t decay[3] = {60296, 64453, 65173};
static uint64_t loads[3];
static struct timer timer;

static void sample(struct timer *t)
{
	uint64_t now = (uint64_t)sched_running() * ONE;

	for (unsigned int i = 0; i < 3; i++)
		WRITE_ONCE(loads[i], (loads[i] * decay[i] + now * (ONE - decay[i])) / ONE);
	timer_start(t, clock_monotonic() + INTERVAL);
}

void sched_loads(unsigned long out[3])
{
	for (unsigned int i = 0; i < 3; i++)
		out[i] = READ_ONCE(loads[i]);
}

static int start(void)
{
	timer_init(&timer, sample);
	timer_start(&timer, clock_monotonic() + INTERVAL);
	return 0;
}
INIT_CORE(start);
