// SPDX-License-Identifier: MIT
// Calls on other processors, and the interrupts by which processors talk.

#include <core/panic.h>
#include <core/percpu.h>
#include <core/sched.h>
#include <core/thread.h>
#include <core/upcall.h>

/* One call at a time; waiters for the lock have interrupts on and so answer calls meanwhile. */
static struct spinlock call_lock = SPINLOCK_INIT("cross-CPU call");
static struct {
	void (*function)(void *);
	void *arg;
	uint64_t pending; /* CPUs that have not run it yet; atomic */
} call;

static void call_mask(uint64_t mask, void (*function)(void *), void *arg)
{
	ASSERT(hal_irq_enabled());
	spin_lock(&call_lock);
	mask &= ~(1ull << hal_cpu_id());
	call.function = function;
	call.arg = arg;
	__atomic_store_n(&call.pending, mask, __ATOMIC_SEQ_CST);
	for (uint64_t rest = mask; rest; rest &= rest - 1)
		hal_ipi_send((unsigned int)__builtin_ctzll(rest), HAL_IPI_CALL);
	while (load_acquire(&call.pending))
		hal_cpu_relax();
	spin_unlock(&call_lock);
}

void smp_call_all(void (*function)(void *), void *arg)
{
	if (sched_cpu_count() > 1)
		call_mask(sched_online(), function, arg);
}

void smp_call(unsigned int cpu, void (*function)(void *), void *arg)
{
	call_mask(1ull << cpu, function, arg);
}

void smp_handle_call(void)
{
	uint64_t me = 1ull << hal_cpu_id();

	if (load_acquire(&call.pending) & me) {
		call.function(call.arg);
		__atomic_fetch_and(&call.pending, ~me, __ATOMIC_ACQ_REL);
	}
}

void core_tlb_remote(void)
{
	count_event(EVENT_TLB);
}

void core_ipi(enum hal_ipi kind)
{
	interrupt_begin();
	switch (kind) {
	case HAL_IPI_RESCHED:
		count_event(EVENT_RESCHED);
		__atomic_fetch_or(&current->hal.work, THREAD_WORK_RESCHED, __ATOMIC_RELAXED);
		break;
	case HAL_IPI_CALL:
		count_event(EVENT_CALL);
		smp_handle_call();
		break;
	case HAL_IPI_STOP:
		panic_stop_here();
	case HAL_IPI_TLB:
	case HAL_IPI_COUNT:
		break;
	}
	interrupt_end();
}
