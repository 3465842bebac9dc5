// SPDX-License-Identifier: MIT
// The data-race detector finds a race: two threads add to one plain word, and to one that is
// atomic, which it leaves alone. Only in builds with TERN_RACE.

#include <core/init.h>
#include <core/race.h>
#include <core/sched.h>
#include <core/thread.h>
#include <core/time.h>

#ifdef TERN_RACE

static unsigned long plain, atomic;
static unsigned int left; // atomic

static void add_plain(__attribute__((unused)) void *arg)
{
	for (ktime_t end = clock_monotonic() + 300 * NSEC_PER_MSEC; clock_monotonic() < end;)
		plain++;
	__atomic_fetch_sub(&left, 1, __ATOMIC_RELEASE);
}

static void add_atomic(__attribute__((unused)) void *arg)
{
	for (ktime_t end = clock_monotonic() + 300 * NSEC_PER_MSEC; clock_monotonic() < end;)
		__atomic_fetch_add(&atomic, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&left, 1, __ATOMIC_RELEASE);
}

static unsigned int races_of(void (*work)(void *))
{
	unsigned int before = race_reports();

	store_release(&left, 2u);
	kthread_start("race_test", work, NULL);
	kthread_start("race_test", work, NULL);
	while (load_acquire(&left))
		if (sched_sleep_until(clock_monotonic() + 2 * NSEC_PER_MSEC,
				      THREAD_UNINTERRUPTIBLE))
			break;
	return race_reports() - before;
}

static const char *test_race(void)
{
	if (sched_cpu_count() < 2)
		return NULL;
	if (races_of(add_plain) == 0)
		return "two processors wrote one word, and it was not seen";
	if (races_of(add_atomic) != 0)
		return "an atomic access was taken for a race";
	return NULL;
}
SELFTEST("race.detector", test_race);

#endif
