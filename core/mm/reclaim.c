// SPDX-License-Identifier: MIT
// What happens when no frame is free: caches give back what they hold beyond need, then the OOM
// killer makes room.

#include "mm_internal.h"

#include <core/mm.h>
#include <core/page.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/time.h>

#define ATTEMPTS 1000u // of 5 ms

void memory_reclaim(void)
{
	slab_drain();
}

bool memory_wait(unsigned int attempt)
{
	uint64_t before = page_free_count();

	if (current->process && signal_fatal_pending())
		return false;
	// Frames may be on their way back already: page tables and vmalloc areas wait for a grace
	// period.
	rcu_synchronize();
	if (page_free_count() > before)
		return attempt < ATTEMPTS;
	if (attempt >= ATTEMPTS || !oom_kill("no free frames"))
		return false;
	// The victim needs the processor to die.
	return sched_sleep_until(ktime_add(clock_monotonic(), 5 * NSEC_PER_MSEC),
				 THREAD_UNINTERRUPTIBLE) == 0;
}

#ifdef TERN_DEBUG
static unsigned int fail_every; // 0: never
static unsigned int fail_count; // atomic
static struct thread *fail_thread;

void memory_fail_every(unsigned int n)
{
	WRITE_ONCE(fail_thread, n ? current : NULL);
	WRITE_ONCE(fail_count, 0);
	WRITE_ONCE(fail_every, n);
}

bool memory_inject_failure(unsigned int gfp)
{
	unsigned int every = READ_ONCE(fail_every);

	(void)gfp;
	if (likely(!every) || READ_ONCE(fail_thread) != current)
		return false;
	return __atomic_add_fetch(&fail_count, 1, __ATOMIC_RELAXED) % every == 0;
}
#endif
