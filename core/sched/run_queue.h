/* SPDX-License-Identifier: MIT */
/*
 * core/sched/run_queue.h - the scheduler's private parts: one run queue per processor, with its
 * classes.
 *
 * rq->lock (irq-saving) guards the queue and the scheduling state of all threads that are queued or
 * running there. It is held across the switch: taken by the thread that goes, released by the one
 * that comes (finish_switch). Whoever holds it therefore sees every thread of the queue either
 * running or wholly switched away. A second queue's lock is only ever tried.
 */
#ifndef CORE_SCHED_RUN_QUEUE_H
#define CORE_SCHED_RUN_QUEUE_H

#include <core/lib/bitmap.h>
#include <core/percpu.h>
#include <core/sched.h>
#include <core/spinlock.h>
#include <core/thread.h>

#define SCHED_OTHER 0
#define SCHED_FIFO  1
#define SCHED_RR    2
#define SCHED_BATCH 3
#define SCHED_IDLE  5

#define FAIR_SLICE    (3 * NSEC_PER_MSEC) /* what a thread asks for at a time */
#define TICK	      (4 * NSEC_PER_MSEC) /* looks at slices and accounts, while a thread runs */
#define NICE_0_WEIGHT 1024u
#define RT_LEVELS     100

struct run_queue {
	struct spinlock lock;
	unsigned int cpu;
	struct thread *running; /* [lock] */
	struct thread *idle;
	unsigned int count; /* [lock] runnable threads, the running one included, idle not; read by
			       others as a hint */

	/* The fair class: EEVDF. Times are virtual: real time scaled by NICE_0_WEIGHT / weight. */
	struct rb_root fair;	 /* [lock] runnable, but not running, by deadline */
	uint64_t base;		 /* [lock] the sums below are relative to this virtual time */
	int64_t weighted;	 /* [lock] sum of weight * (vruntime - base) over all runnable fair
				    threads, the running one too */
	uint64_t weight;	 /* [lock] sum of their weights */
	unsigned int fair_count; /* [lock] */

	/* The real-time class. */
	uint64_t rt_levels[BITMAP_WORDS(
		RT_LEVELS)];	   /* [lock] priorities that have a thread queued */
	struct list rt[RT_LEVELS]; /* [lock] queued, not running */

	uint64_t switches;	       /* [lock] */
	ktime_t idle_since, idle_time; /* by its own CPU */
	ktime_t next_tick;	       /* by its own CPU; KTIME_MAX: none */
	ktime_t next_balance;
	unsigned long user_ticks, system_ticks;
};

/* Of a processor that has been started, or is about to be. */
static inline struct run_queue *run_queue_of(unsigned int cpu)
{
	return percpus[cpu].rq;
}

static inline struct run_queue *this_rq(void)
{
	return this_cpu()->rq;
}

static inline bool sched_is_rt(const struct thread *t)
{
	return t->sched.rt_level != 0;
}

/* fair.c; all with rq->lock held. */
uint32_t fair_weight(unsigned int policy, int nice);
void fair_init(struct run_queue *rq);
void fair_enqueue(struct run_queue *rq, struct thread *t,
		  bool initial);			   /* placed by its lag; not running */
void fair_dequeue(struct run_queue *rq, struct thread *t); /* queued or running: keeps its lag */
void fair_put(struct run_queue *rq,
	      struct thread *t); /* was running, stays runnable: into the tree */
void fair_set(struct run_queue *rq, struct thread *t); /* will run: out of the tree */
struct thread *fair_pick(struct run_queue *rq);	       /* the best one in the tree or NULL */
void fair_charge(struct run_queue *rq, struct thread *t, uint64_t ran);
bool fair_should_preempt(struct run_queue *rq, struct thread *running, struct thread *woken);
bool fair_slice_over(const struct thread *t);
bool fair_tick(struct run_queue *rq, struct thread *t);
void fair_renew(struct thread *t);
void fair_yield(struct run_queue *rq, struct thread *t);

/* sched.c, for the others */
/* Lock the queue that t is on, or was last, or is about to be put on: nobody else changes what t is scheduled by. It
 * may move while we wait. Interrupts off. */
struct run_queue *sched_lock_queue_of(struct thread *t);
void sched_charge_running(struct run_queue *rq);
void sched_enqueue(struct run_queue *rq, struct thread *t, bool initial);
void sched_dequeue(struct run_queue *rq, struct thread *t);
void sched_preempt(struct run_queue *rq);
void sched_rt_unlink(struct run_queue *rq, struct thread *t);
void sched_place(struct thread *t); /* runnable, on no queue: put it on one. Interrupts off, no
				       queue lock held */

/* balance.c */
unsigned int
balance_place(struct thread *t,
	      bool sync); /* which CPU a woken or new thread goes to; a hint, no lock */
bool balance_pull(struct run_queue *rq); /* rq->lock held: take a thread from a busier CPU */
bool balance_pull_rt(
	struct run_queue *rq); /* likewise, one that waits behind a higher priority there
					       and is above what runs here */
/* rq->lock held, at a tick: an idle CPU has no ticks to look for work, it is given what waits here. */
void balance_push(struct run_queue *rq, ktime_t now);

#endif
