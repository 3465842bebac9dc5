/* SPDX-License-Identifier: MIT */
/*
 * core/percpu.h - one block per processor: what only that processor changes. Reached by one load
 * (hal_cpu_local()).
 *
 * Since the kernel is not preempted, this_cpu() stays right until the caller sleeps.
 */
#ifndef CORE_PERCPU_H
#define CORE_PERCPU_H

#include <core/rcu.h>
#include <core/sched.h>
#include <core/types.h>
#include <hal/cpu.h>

struct run_queue;

struct percpu {
	unsigned int cpu;
	unsigned int irq_depth; /* >0: in interrupt context */
	struct run_queue *rq;
	struct thread *idle;
	uint64_t quiescent; /* counts quiescent states; read by the grace-period thread */
	uint32_t idling;    /* 1: in the idle loop: always quiescent */
	uint32_t call_pending;
	struct rcu_head *rcu_first, **rcu_last; /* callbacks not yet taken [interrupts off] */
	unsigned int rcu_count;
} __cacheline_aligned;

extern struct percpu percpus[NR_CPUS];

static inline struct percpu *this_cpu(void)
{
	return hal_cpu_local();
}

static inline bool in_interrupt(void)
{
	return this_cpu()->irq_depth != 0;
}

#endif
