/* SPDX-License-Identifier: MIT */
/*
 * core/sched.h - the scheduler as the rest of the kernel sees it.
 *
 * The kernel is not preempted: a thread runs until it sleeps, returns to user mode with
 * THREAD_WORK_RESCHED set, or says resched_point().
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include <core/lib/list.h>
#include <core/lib/rbtree.h>
#include <core/spinlock.h>
#include <core/time.h>
#include <core/types.h>
#include <hal/thread.h>

struct thread;

/* States; a sleeper is woken by sched_wake() with a mask that contains its state. */
#define THREAD_RUNNING	       0u
#define THREAD_INTERRUPTIBLE   1u
#define THREAD_UNINTERRUPTIBLE 2u
#define THREAD_KILLABLE	       4u /* only fatal signals wake it */
#define THREAD_STOPPED	       8u /* job control */
#define THREAD_TRACED	       16u
#define THREAD_NEW	       32u /* never run yet */
#define THREAD_DEAD	       64u
#define THREAD_SLEEPS	       (THREAD_INTERRUPTIBLE | THREAD_UNINTERRUPTIBLE | THREAD_KILLABLE)

#define SCHED_RR_SLICE (100 * NSEC_PER_MSEC) /* one turn */

/* hal_thread.work bits: why core_return_to_user() is to be called. */
#define THREAD_WORK_RESCHED 0x1u
#define THREAD_WORK_SIGNAL  0x2u
#define THREAD_WORK_NOTIFY  0x4u /* run thread->exit_work: task work, e.g. a deferred file close */
#define THREAD_WORK_RSEQ    0x8u

/* Scheduling state of a thread, embedded in struct thread. Guarded by the lock of the run queue the
 * thread is on. */
struct sched_entity {
	struct rb_node
		node; /* [rq] in the fair queue, by deadline, augmented with the least vruntime */
	struct list rt_link;			   /* [rq] in the real-time queue of its priority */
	uint64_t vruntime, deadline, min_vruntime; /* [rq] weighted ns */
	int64_t lag;				   /* [rq] kept while it sleeps */
	uint64_t slice;				   /* ns */
	uint64_t exec_start;			   /* [rq] */
	uint32_t weight;
	uint8_t policy;	     /* SCHED_OTHER 0, FIFO 1, RR 2, BATCH 3, IDLE 5 */
	uint8_t rt_priority; /* 1..99 */
	uint8_t boost; /* [futex_pi_lock] the highest rt_level of who waits for its PI futexes */
	uint8_t rt_level; /* [rq] what counts: the higher of boost and, in policies FIFO and RR, rt_priority; 0: fair */
	int8_t nice; /* -20..19 */
	bool reset_on_fork;
	bool queued; /* [rq] */
	bool on_cpu; /* running on ->cpu, or still switching away from it */
	unsigned int
		cpu; /* whose run queue: changes with both locks held, or with the old one while not queued */
	uint64_t affinity; /* bit per CPU */
	ktime_t runtime;   /* [rq] exact, ns */
	ktime_t awake_from; /* [rq] runtime when it was last woken, or became a real-time thread: what
			       RLIMIT_RTTIME counts from */
	ktime_t round_from;		   /* [rq] runtime when its turn of SCHED_RR began */
	uint64_t user_ticks, system_ticks; /* samples that divide it */
	ktime_t told_user, told_system;	   /* [rq] how it was divided last */
	bool migrate; /* [rq] its processor is not allowed any more, or another is better: moved on
			 when it has switched away */
	uint64_t switches_voluntary, switches_involuntary;
};

/* Sleep: the state has been set and the condition tested. Returns after a wake-up. */
void schedule(void);
/* As schedule(), but returns 0 after a wake-up, -ERESTARTSYS at once when state is interruptible
 * and a signal is pending (killable: a fatal one), -ETIMEDOUT when the absolute monotonic deadline
 * (KTIME_MAX: none) has passed. */
__must_check int sched_wait(unsigned int state, ktime_t deadline);
/* Set the current thread's state, with the barrier that orders it before the test of the condition.
 */
void sched_set_state(unsigned int state);
/* Wake thread if its state is in mask; true if this call did. Any context. A hint that the waker is
 * about to sleep (direct hand-off) is sched_wake_sync. */
bool sched_wake(struct thread *thread, unsigned int mask);
bool sched_wake_sync(struct thread *thread, unsigned int mask);
/* Make a new thread (state THREAD_NEW) run. */
void sched_start(struct thread *thread);
/* Give the processor to others of the same class. */
void sched_yield_now(void);
/* In long loops: let others run when it is time. Asserts that sleeping is allowed. */
void resched_point(void);
/* Make thread look at its work flags soon: sets bits in hal_thread.work and interrupts the CPU it
 * runs on. Any context. */
void sched_set_work(struct thread *thread, unsigned int bits);

/* Sleep (state) until the absolute deadline: 0 when it has passed, -ERESTARTSYS on a signal. */
__must_check int sched_sleep_until(ktime_t deadline, unsigned int state);

/* The rest of the system calls' needs; they validate nothing. */
void sched_init_thread(struct thread *child,
		       const struct thread *parent); /* parent NULL: defaults */
void sched_set_policy(struct thread *thread, unsigned int policy, unsigned int rt_priority);
void sched_set_nice(struct thread *thread, int nice);
/* How long it may run before others that have waited as long: 0: the usual. */
void sched_set_slice(struct thread *thread, ktime_t slice);
/* Lend thread a real-time level (1..99), or take it back (0). */
void sched_boost(struct thread *thread, unsigned int level);
/* -EINVAL: no CPU left. May sleep: until thread, if it is another and runs where it may not any more, has left. */
__must_check int sched_set_affinity(struct thread *thread, uint64_t mask);
void sched_times(struct thread *thread, ktime_t *user, ktime_t *system);
uint64_t sched_online(void);		  /* mask of running CPUs */
unsigned int sched_cpu_count(void);	  /* their numbers have no holes: 0 to this less one */
void sched_loads(unsigned long loads[3]); /* fixed point, 16 fractional bits as sysinfo */
unsigned int sched_running(void);	  /* runnable threads now */
ktime_t sched_idle_time(unsigned int cpu);
void sched_cpu_ticks(unsigned int cpu, ktime_t *user,
		     ktime_t *system); /* for /proc/stat, sampled */
uint64_t sched_switches(void);

/* Wait until thread has left its CPU for good (it is THREAD_DEAD): its stack may be freed then. */
void sched_wait_off_cpu(struct thread *thread);

/* Run function(arg) on every other CPU (or just cpu) in interrupt context and wait. Interrupts on.
 */
void smp_call_all(void (*function)(void *), void *arg);
void smp_call(unsigned int cpu, void (*function)(void *), void *arg);

/* ---- between the scheduler, the timers and the boot code ---- */
__noreturn void sched_idle(void); /* this CPU's idle thread, for ever */
/* The running CPU, or one about to start. 0 or -ENOMEM; CPU 0, at boot, needs no memory. */
__must_check int sched_init_cpu(unsigned int cpu, struct thread *idle);
void sched_cpu_online(void);		    /* this CPU takes part from now on */
ktime_t sched_tick(ktime_t now, bool user); /* timer interrupt: when to come again */
ktime_t sched_next_tick(void);		    /* this CPU's; KTIME_MAX: none */
void smp_handle_call(void);		    /* HAL_IPI_CALL */
/* Accounting that the owner of limits and interval timers does at each tick (core/proc). Interrupt
 * context. */
/* For how long a real-time thread has run without sleeping; 0: it is none. */
ktime_t sched_rt_time(const struct thread *thread);
void process_tick(struct thread *thread, bool user, ktime_t length);

#endif
