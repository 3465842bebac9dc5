// SPDX-License-Identifier: MIT
// Clocks: the monotonic counter, real time as an offset to it, and the page from which the vDSO
// reads both.

#include <core/errno.h>
#include <core/page.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/thread.h>
#include <core/time.h>
#include <core/wait.h>
#include <hal/time.h>
#include <hal/vdso.h>

#define VDSO_REFRESH \
	(1 * NSEC_PER_SEC) /* keeps (counter - base) * mult far from overflow, and the coarse \
			      clocks near */

static int64_t realtime_offset; /* atomic */
static struct hal_vdso_data *vdso;
static struct spinlock vdso_lock = SPINLOCK_INIT("vDSO data");
static struct timer refresh_timer;

struct wait_queue clock_was_set = WAIT_QUEUE_INIT(clock_was_set);

ktime_t clock_monotonic(void)
{
	/* Timers and the scheduler's ticks are armed in the HAL's time: there is no other base. */
	return hal_time_ns();
}

int64_t clock_realtime_offset(void)
{
	return READ_ONCE(realtime_offset);
}

ktime_t clock_realtime(void)
{
	return clock_monotonic() + (ktime_t)clock_realtime_offset();
}

ktime_t clock_real_to_monotonic(ktime_t real)
{
	int64_t offset = clock_realtime_offset();

	return offset > 0 && real < (ktime_t)offset ? 0 : real - (ktime_t)offset;
}

static __attribute__((noinline)) int wait_realtime(unsigned int state, ktime_t until)
{
	WAIT_ENTRY(entry);
	int result;

	/* On the queue first: who sets the clock after the offset is read wakes us. */
	wait_add(&clock_was_set, &entry);
	result = sched_wait(state, clock_real_to_monotonic(until));
	wait_remove(&clock_was_set, &entry);
	/* Set back at the last moment: it is not over. */
	return result == -ETIMEDOUT && clock_realtime() < until ? 0 : result;
}

int clock_wait(unsigned int state, struct deadline deadline)
{
	return deadline.realtime && deadline.time != KTIME_MAX ? wait_realtime(state, deadline.time)
							       : sched_wait(state, deadline.time);
}

/* One writer at a time; readers in user space retry while seq is odd. */
static void vdso_update(void)
{
	unsigned long flags = spin_lock_irqsave(&vdso_lock);
	uint32_t seq = vdso->seq;

	__atomic_store_n(&vdso->seq, seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	uint64_t now = hal_time_vdso(vdso);
	vdso->monotonic_ns = vdso->coarse_monotonic_ns = now;
	vdso->realtime_ns = vdso->coarse_realtime_ns = now + (uint64_t)clock_realtime_offset();
	__atomic_store_n(&vdso->seq, seq + 2, __ATOMIC_RELEASE);
	spin_unlock_irqrestore(&vdso_lock, flags);
}

static void refresh(struct timer *timer)
{
	vdso_update();
	timer_start(timer, clock_monotonic() + VDSO_REFRESH);
}

const void *time_vdso_page(void)
{
	return vdso;
}

void clock_set_realtime(ktime_t now)
{
	__atomic_store_n(&realtime_offset, (int64_t)(now - clock_monotonic()), __ATOMIC_RELAXED);
	vdso_update();
	wait_wake_all(&clock_was_set);
}

void time_init(void)
{
	uint64_t seconds;
	struct page *page = page_alloc(GFP_ZERO, 0);

	if (!page)
		panic("no memory for the vDSO's data");
	vdso = page_address(page);
	if (hal_rtc_read(&seconds) == 0)
		realtime_offset = (int64_t)(seconds * NSEC_PER_SEC - hal_time_ns());
	else
		printk(LOG_WARN "time: no battery clock: it is 1970\n");
	vdso_update();
	timer_init(&refresh_timer, refresh);
	timer_start(&refresh_timer, clock_monotonic() + VDSO_REFRESH);
}
