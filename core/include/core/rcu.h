/* SPDX-License-Identifier: MIT */
/*
 * core/rcu.h - read-copy-update. The kernel is not preempted, so a read section costs nothing: a
 * context switch, user mode or idle on every CPU ends a grace period.
 *
 * In a read section: no sleeping, no resched_point, no user access that may page in. Readers load
 * shared pointers with rcu_dereference (an acquire load).
 */
#ifndef CORE_RCU_H
#define CORE_RCU_H

#include <core/types.h>

struct rcu_head {
	struct rcu_head *next;
	void (*done)(struct rcu_head *head);
};

#ifdef TERN_DEBUG
void rcu_read_lock(void);
void rcu_read_unlock(void);
#else
static inline void rcu_read_lock(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
static inline void rcu_read_unlock(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
#endif

#define rcu_dereference(p)	 __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

/* Call done(head) after a grace period, in a kernel thread (may sleep briefly, takes locks). Any
 * context. */
void rcu_call(struct rcu_head *head, void (*done)(struct rcu_head *head));
/* Wait for a grace period. May sleep. */
void rcu_synchronize(void);
/* Boot: start the thread that ends grace periods. */
void rcu_init(void);
/* Wait until all rcu_call()s made before have run. May sleep. */
void rcu_barrier(void);

#endif
