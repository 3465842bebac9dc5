/* SPDX-License-Identifier: MIT */
/*
 * core/wait.h - wait queues. A waiter prepares (puts itself on the queue and sets its state), tests
 * its condition, sleeps, and finishes.
 *
 * An entry carries a wake function, so that epoll, poll and futexes hang on the same queues as
 * sleeping threads. Wake functions run under the queue's irq-saving spinlock, possibly in interrupt
 * context: they must not sleep. `key` says what happened (for poll: the POLL* bits; 0: anything).
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include <core/lib/list.h>
#include <core/sched.h>
#include <core/spinlock.h>

struct wait_queue {
	struct spinlock lock;
	struct list entries; /* [lock] */
};

struct wait_entry {
	struct list link; /* [queue lock]; empty when not queued */
	/* Returns true when it woke a waiter that counts against the number to wake. NULL:
	 * wait_wake_thread. */
	bool (*wake)(struct wait_entry *entry, unsigned long key);
	struct thread *thread;
	bool exclusive; /* one of these is woken by wait_wake_one; they queue at the tail */
};

#define WAIT_QUEUE_INIT(name) {.lock = SPINLOCK_INIT(#name), .entries = LIST_INIT((name).entries)}
#define wait_queue_init(q)                           \
	do {                                         \
		spin_init(&(q)->lock, "wait queue"); \
		list_init(&(q)->entries);            \
	} while (0)

/* A fresh entry for the current thread. */
#define WAIT_ENTRY(name) struct wait_entry name = {.link = LIST_INIT(name.link), .thread = current}

/* Put entry on the queue (if it is not there) and set the current thread's state
 * (THREAD_INTERRUPTIBLE, ...). Test the condition after this. */
void wait_prepare(struct wait_queue *q, struct wait_entry *entry, unsigned int state);
/* Back to running; off the queue. */
void wait_finish(struct wait_queue *q, struct wait_entry *entry);
/* For entries with a wake function of their own. Test the condition after this. */
void wait_add(struct wait_queue *q, struct wait_entry *entry);
void wait_remove(struct wait_queue *q, struct wait_entry *entry);

/* Wake all non-exclusive entries and up to n exclusive ones (0: all). True: one of those was. Any context. */
bool wait_wake(struct wait_queue *q, unsigned int n, unsigned long key);
static inline void wait_wake_all(struct wait_queue *q)
{
	(void)wait_wake(q, 0, 0);
}
static inline void wait_wake_one(struct wait_queue *q)
{
	(void)wait_wake(q, 1, 0);
}
/* Is somebody waiting? Without the lock: pair it with a full barrier between changing the condition
 * and asking. */
static inline bool wait_active(struct wait_queue *q)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return READ_ONCE(q->entries.next) != &q->entries;
}
bool wait_wake_thread(struct wait_entry *entry, unsigned long key);

/*
 * Sleep until condition is true. 0; or, by the state: -ERESTARTSYS when a signal is pending
 * (interruptible) or a fatal one (killable); or -ETIMEDOUT at the absolute monotonic deadline
 * (KTIME_MAX: none). The condition is evaluated with the state set: it must not sleep.
 */
#define wait_event_until(q, condition, state, deadline)                    \
	({                                                                 \
		int result_ = 0;                                           \
		if (!(condition)) {                                        \
			WAIT_ENTRY(entry_);                                \
			for (;;) {                                         \
				wait_prepare((q), &entry_, (state));       \
				if (condition)                             \
					break;                             \
				result_ = sched_wait((state), (deadline)); \
				if (result_) {                             \
					if (condition)                     \
						result_ = 0;               \
					break;                             \
				}                                          \
			}                                                  \
			wait_finish((q), &entry_);                         \
		}                                                          \
		result_;                                                   \
	})
#define wait_event(q, condition) \
	((void)wait_event_until(q, condition, THREAD_UNINTERRUPTIBLE, KTIME_MAX))
#define wait_event_interruptible(q, condition) \
	wait_event_until(q, condition, THREAD_INTERRUPTIBLE, KTIME_MAX)
#define wait_event_killable(q, condition) wait_event_until(q, condition, THREAD_KILLABLE, KTIME_MAX)

#endif
