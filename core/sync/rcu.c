// SPDX-License-Identifier: MIT
// Read-copy-update for a kernel that is not preempted.
//
// A processor is quiescent when it switches threads, returns to user mode with work, or sleeps in the
// idle loop: then none of its read sections from before can still run. An interrupt ends the sleep
// before its handler begins. One kernel thread collects all callbacks,
// waits until every processor has been quiescent once (asking late ones by an interrupt, which
// makes user mode come by), and runs them. It is woken by a timer some milliseconds after the first
// callback, so that single callbacks are cheap, or at once when somebody waits.

#include <core/percpu.h>
#include <core/printk.h>
#include <core/rcu.h>
#include <core/thread.h>
#include <core/wait.h>

#define BATCH_DELAY   (10 * NSEC_PER_MSEC)
#define BATCH_LIMIT   512u		  /* callbacks on one CPU that wake the thread at once */
#define ASK_AFTER     (1 * NSEC_PER_MSEC) /* then late processors are interrupted */
#define STALLED_AFTER (10 * NSEC_PER_SEC)

static struct wait_queue rcu_wait = WAIT_QUEUE_INIT(rcu_wait);
static uint32_t work_due; /* atomic */
static struct timer batch_timer;
static struct thread *rcu_thread;
bool rcu_asks;

static void wake_rcu_thread(void)
{
	if (!__atomic_exchange_n(&work_due, 1, __ATOMIC_ACQ_REL))
		wait_wake_all(&rcu_wait);
}

static void batch_due(__attribute__((unused)) struct timer *timer)
{
	wake_rcu_thread();
}

void rcu_call(struct rcu_head *head, void (*done)(struct rcu_head *head))
{
	unsigned long flags = hal_irq_save();
	struct percpu *cpu = this_cpu();

	head->done = done;
	head->next = NULL;
	if (!cpu->rcu_first)
		cpu->rcu_last = &cpu->rcu_first;
	*cpu->rcu_last = head;
	cpu->rcu_last = &head->next;
	unsigned int count = ++cpu->rcu_count;
	hal_irq_restore(flags);

	if (!rcu_thread)
		return;
	if (count == 1 && !timer_pending(&batch_timer))
		timer_start(&batch_timer, clock_monotonic() + BATCH_DELAY);
	else if (count == BATCH_LIMIT)
		wake_rcu_thread();
}

static void take_callbacks(void *arg)
{
	struct rcu_head ***tail = arg;
	struct percpu *cpu = this_cpu();

	if (!cpu->rcu_first)
		return;
	**tail = cpu->rcu_first;
	*tail = cpu->rcu_last;
	cpu->rcu_first = NULL;
	cpu->rcu_count = 0;
}

/* Callbacks of all processors, in one chain. Others' lists are taken by a call there: no lock on
 * rcu_call's path. */
static struct rcu_head *collect(void)
{
	struct rcu_head *first = NULL, **tail = &first;

	for (unsigned int cpu = 0; cpu < sched_cpu_count(); cpu++) {
		if (!READ_ONCE(percpus[cpu].rcu_first))
			continue;
		if (cpu == hal_cpu_id()) {
			unsigned long flags = hal_irq_save();

			take_callbacks(&tail);
			hal_irq_restore(flags);
		} else {
			smp_call(cpu, take_callbacks, &tail);
		}
	}
	return first;
}

static void report_stall(unsigned int cpu)
{
	printk(LOG_WARN "rcu: CPU %u has not been quiescent for %llu s\n", cpu,
	       STALLED_AFTER / NSEC_PER_SEC);
}

/* Wait until every processor has been quiescent since the call. */
static void grace_period(void)
{
	uint64_t seen[NR_CPUS];
	unsigned int count = sched_cpu_count();
	ktime_t begin = clock_monotonic(), asked = begin, stalled = begin;

	WRITE_ONCE(rcu_asks, true);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned int cpu = 0; cpu < count; cpu++)
		seen[cpu] = READ_ONCE(percpus[cpu].quiescent);
	for (unsigned int cpu = 0; cpu < count; cpu++) {
		struct percpu *other = &percpus[cpu];

		if (other == this_cpu())
			continue;
		while (load_acquire(&other->quiescent) == seen[cpu] &&
		       !load_acquire(&other->idling)) {
			ktime_t now = clock_monotonic();

			if (now - asked >= ASK_AFTER) {
				asked = now;
				hal_ipi_send(cpu, HAL_IPI_RESCHED);
			}
			if (now - stalled >= STALLED_AFTER) {
				stalled = now;
				report_stall(cpu);
			}
			int ignored =
				sched_sleep_until(now + ASK_AFTER / 4, THREAD_UNINTERRUPTIBLE);
			(void)ignored;
		}
	}
	WRITE_ONCE(rcu_asks, false);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void run_callbacks(struct rcu_head *head)
{
	while (head) {
		struct rcu_head *next = head->next;

		head->done(head);
		head = next;
		resched_point();
	}
}

static void rcu_main(__attribute__((unused)) void *arg)
{
	for (;;) {
		wait_event(&rcu_wait, load_acquire(&work_due));
		store_release(&work_due, 0);
		/* As in wake_rcu_thread(): before the lists are looked at. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		struct rcu_head *head = collect();

		if (!head)
			continue;
		grace_period();
		run_callbacks(head);
	}
}

struct synchronize {
	struct rcu_head rcu;
	struct wait_queue wait;
	bool done;
};

static void synchronized(struct rcu_head *head)
{
	struct synchronize *s = container_of(head, struct synchronize, rcu);
	unsigned long flags = spin_lock_irqsave(&s->wait.lock);
	struct wait_entry *entry;

	s->done = true;
	list_for_each_entry (entry, &s->wait.entries, link)
		wait_wake_thread(entry, 0);
	spin_unlock_irqrestore(
		&s->wait.lock,
		flags); /* the last access: the waiter takes the lock before it leaves */
}

/* Callbacks of one CPU run in the order of the calls, and all that were there when the thread
 * collects run before it sleeps: one of ours therefore ends after all that were queued before on
 * this CPU, and after a grace period. */
void rcu_synchronize(void)
{
	struct synchronize s = {.done = false};

	might_sleep();
	wait_queue_init(&s.wait);
	rcu_call(&s.rcu, synchronized);
	wake_rcu_thread();
	wait_event(&s.wait, READ_ONCE(s.done));
	unsigned long flags = spin_lock_irqsave(&s.wait.lock);
	spin_unlock_irqrestore(&s.wait.lock, flags);
}

void rcu_barrier(void)
{
	/* The thread collects from all CPUs, one after the other, and runs everything before it collects again: a first
	 * round may have passed a CPU by before a callback was there, the second collects it, and the third begins when
	 * all of the second has run. */
	for (unsigned int i = 0; i < 3; i++)
		rcu_synchronize();
}

void rcu_init(void)
{
	timer_init(&batch_timer, batch_due);
	rcu_thread = kthread_start("rcu", rcu_main, NULL);
	wake_rcu_thread();
}

#ifdef TERN_DEBUG
void rcu_read_lock(void)
{
	current->rcu_depth++;
}

void rcu_read_unlock(void)
{
	ASSERT(current->rcu_depth > 0);
	current->rcu_depth--;
}
#endif
