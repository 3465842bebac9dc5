// SPDX-License-Identifier: MIT
// System call membarrier: make other CPUs pass a full memory barrier, so that programs need none on
// their fast side.
//
// An interrupt orders all accesses before it against all after it; that is the barrier. The kinds
// that also synchronise instruction fetches or restartable sequences are absent.

#include "mm_internal.h"

#include <core/mm.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/syscall.h>
#include <core/thread.h>

enum {
	QUERY = 0,
	GLOBAL = 1,
	GLOBAL_EXPEDITED = 2,
	REGISTER_GLOBAL_EXPEDITED = 4,
	PRIVATE_EXPEDITED = 8,
	REGISTER_PRIVATE_EXPEDITED = 16,
	GET_REGISTRATIONS = 512,
};
#define SUPPORTED                                                                    \
	(GLOBAL | GLOBAL_EXPEDITED | REGISTER_GLOBAL_EXPEDITED | PRIVATE_EXPEDITED | \
	 REGISTER_PRIVATE_EXPEDITED | GET_REGISTRATIONS)

static void barrier(__attribute__((unused)) void *arg)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void barrier_everywhere(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (sched_cpu_count() > 1)
		smp_call_all(barrier, NULL);
}

static void register_for(unsigned int command)
{
	__atomic_fetch_or(&current->mm->membarrier_state, command, __ATOMIC_SEQ_CST);
}

SYSCALL(membarrier)
{
	if ((unsigned int)args->arg[1])
		return -EINVAL;
	switch ((int)args->arg[0]) {
	case QUERY:
		return SUPPORTED;
	case GLOBAL:
		if (sched_cpu_count() > 1)
			rcu_synchronize();
		return 0;
	case GLOBAL_EXPEDITED:
		barrier_everywhere();
		return 0;
	case REGISTER_GLOBAL_EXPEDITED:
	case REGISTER_PRIVATE_EXPEDITED:
		register_for((unsigned int)args->arg[0]);
		return 0;
	case PRIVATE_EXPEDITED:
		if (!(READ_ONCE(current->mm->membarrier_state) & REGISTER_PRIVATE_EXPEDITED))
			return -EPERM;
		barrier_everywhere();
		return 0;
	case GET_REGISTRATIONS:
		return (long)READ_ONCE(current->mm->membarrier_state);
	default:
		return -EINVAL;
	}
}
