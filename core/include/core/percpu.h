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

/* What happens between processors and is seen in no count of instructions: /proc/interrupts, /proc/vmstat, `scripts/bench --events`. */
enum cpu_event {
	EVENT_TIMER,   /* timer interrupts */
	EVENT_RESCHED, /* IPIs: look at the run queue */
	EVENT_CALL,    /* IPIs: run a function */
	EVENT_TLB,     /* flushes that this processor asked of others, by IPI or by the hardware */
	EVENT_CONTENDED, /* spinlocks and mutexes that somebody else had */
	EVENT_COUNT
};

struct percpu {
	unsigned int cpu;
	unsigned int irq_depth; /* >0: in interrupt context */
	struct run_queue *rq;
	struct thread *idle;
	uint64_t quiescent; /* counts quiescent states; read by the grace-period thread */
	uint32_t idling;    /* 1: asleep in the idle loop: always quiescent */
	uint32_t call_pending;
	struct rcu_head *rcu_first, **rcu_last; /* callbacks not yet taken [interrupts off] */
	unsigned int rcu_count;
	uint64_t events
		[EVENT_COUNT]; /* of this processor; an interrupt may cost one that is counted elsewhere, too */
} __cacheline_aligned;

extern struct percpu percpus[NR_CPUS];

static inline struct percpu *this_cpu(void)
{
	return hal_cpu_local();
}

static inline void count_event(enum cpu_event event)
{
	uint64_t *count = &this_cpu()->events[event];

	WRITE_ONCE(*count, *count + 1);
}

/* A grace period is under way: somebody waits for quiescent states. */
extern bool rcu_asks;

/* None of this processor's read sections is under way: what the earlier ones have read comes before,
 * what later ones read after. */
static inline void rcu_quiescent(struct percpu *cpu)
{
	__atomic_fetch_add(&cpu->quiescent, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* on arm64 that lets later reads go first */
}

/* Read sections from here on are waited for. Interrupts off. */
static inline void rcu_idle_over(struct percpu *cpu)
{
	WRITE_ONCE(cpu->idling, 0);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* before they read */
}

/* Around an interrupt's handler, which may read under RCU even when it has interrupted idleness. */
static inline void interrupt_begin(void)
{
	struct percpu *cpu = this_cpu();

	cpu->irq_depth++;
	if (cpu->idling)
		rcu_idle_over(cpu);
}

static inline void interrupt_end(void)
{
	this_cpu()->irq_depth--;
}

static inline bool in_interrupt(void)
{
	return this_cpu()->irq_depth != 0;
}

#endif
