// SPDX-License-Identifier: MIT
// What happens when no frame is free: caches give back what they hold beyond need, then the OOM
// killer makes room.

#include "mm_internal.h"

#include <core/mm.h>
#include <core/mutex.h>
#include <core/page.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/time.h>

#define ATTEMPTS  100u // with pauses that grow: some ten seconds
#define PAUSE	  (5 * NSEC_PER_MSEC)
#define PAUSE_MAX (100 * NSEC_PER_MSEC)
#define PATIENCE  3u // attempts before somebody has to end

#define TABLE_ATTEMPTS 16u // others may take the frame that was free

static struct mutex reclaim_lock = MUTEX_INIT(reclaim_lock, "reclaim");
static uint32_t reclaimed; // [reclaim_lock] how many times

// Draining calls every processor. When hundreds wait for a frame, one of them does it for all who
// came meanwhile.
void memory_reclaim(void)
{
	uint32_t seen = READ_ONCE(reclaimed);

	mutex_lock(&reclaim_lock);
	if (seen == reclaimed) {
		slab_drain();
		WRITE_ONCE(reclaimed, seen + 1);
	}
	mutex_unlock(&reclaim_lock);
}

// That frames come and go meanwhile says nothing: others may take them all. Who has tried a few
// times in vain asks for a victim.
bool memory_wait(unsigned int attempt)
{
	if ((current->process && signal_fatal_pending()) || attempt >= ATTEMPTS)
		return false;
	// Frames may be on their way back already: page tables and vmalloc areas wait for a grace
	// period.
	rcu_synchronize();
	if (attempt < PATIENCE)
		return true;
	if (!oom_kill("no free frames"))
		return false;
	// The victim needs the processor to die, and so does whoever looks after the machine.
	return sched_sleep_until(ktime_add(clock_monotonic(),
					   MIN((attempt - PATIENCE + 1) * PAUSE, PAUSE_MAX)),
				 THREAD_KILLABLE) == 0;
}

bool memory_await_table(unsigned int attempt)
{
	struct page *page = attempt < TABLE_ATTEMPTS ? page_alloc(GFP_USER, 0) : NULL;

	if (page)
		page_free(page, 0);
	return page != NULL;
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

static bool fail_nth_used; // before it is, there may be no current thread

void memory_fail_nth(unsigned int n)
{
	current->fail_nth = n;
	WRITE_ONCE(fail_nth_used, true);
}

bool memory_inject_failure(unsigned int gfp)
{
	unsigned int every = READ_ONCE(fail_every);

	(void)gfp;
	if (unlikely(READ_ONCE(fail_nth_used)) && current->fail_nth && --current->fail_nth == 0)
		return true;
	if (likely(!every) || READ_ONCE(fail_thread) != current)
		return false;
	return __atomic_add_fetch(&fail_count, 1, __ATOMIC_RELAXED) % every == 0;
}
#endif
