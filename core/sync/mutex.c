// SPDX-License-Identifier: MIT
// Sleeping mutex: the owner's thread pointer is the lock word; a contended unlock hands it to the
// longest waiter.

#include <core/errno.h>
#include <core/mutex.h>
#include <core/percpu.h>
#include <core/thread.h>

/* Bit 0 of the owner word: the queue is not empty, unlock must look at it. */
#define WAITERS 1ul

struct waiter {
	struct list link; /* [m->lock] */
	struct thread *thread;
	bool granted;
};

static unsigned long *word(struct mutex *m)
{
	return (unsigned long *)(void *)&m->owner;
}

static struct thread *owner(const struct mutex *m)
{
	return (struct thread *)((unsigned long)READ_ONCE(m->owner) & ~WAITERS);
}

void mutex_init_(struct mutex *m)
{
	m->owner = NULL;
	spin_init(&m->lock, "mutex internals");
	list_init(&m->queue);
}

bool mutex_held(const struct mutex *m)
{
	return owner(m) == current;
}

static bool try_take(struct mutex *m)
{
	unsigned long expected = 0;

	return __atomic_compare_exchange_n(word(m), &expected, (unsigned long)current, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

bool mutex_trylock(struct mutex *m)
{
	if (!try_take(m))
		return false;
	lockdep_acquire(m->class, m, true, true);
	return true;
}

/* Queue up and sleep until the lock is ours; -ERESTARTSYS when the state lets a signal end the
 * wait. */
static int lock_slow(struct mutex *m, unsigned int state)
{
	struct waiter waiter = {.thread = current};
	int error = 0;

	count_event(EVENT_CONTENDED);
	spin_lock(&m->lock);
	unsigned long old = __atomic_fetch_or(word(m), WAITERS, __ATOMIC_ACQUIRE);
	if ((old & ~WAITERS) ==
	    0) { /* freed just now, and nobody is queued: else it would have been handed over */
		WRITE_ONCE(*word(m),
			   (unsigned long)current | (list_empty(&m->queue) ? 0 : WAITERS));
		spin_unlock(&m->lock);
		return 0;
	}
	list_add_tail(&waiter.link, &m->queue);
	spin_unlock(&m->lock);

	for (;;) {
		sched_set_state(state);
		if (load_acquire(&waiter.granted))
			break;
		error = sched_wait(state, KTIME_MAX);
		if (error && !load_acquire(&waiter.granted)) {
			spin_lock(&m->lock);
			if (!waiter.granted) {
				list_del(&waiter.link);
				spin_unlock(&m->lock);
				WRITE_ONCE(current->state, THREAD_RUNNING);
				return error;
			}
			spin_unlock(&m->lock);
		}
	}
	WRITE_ONCE(current->state, THREAD_RUNNING);
	/* Wait until the one who granted it is done with our waiter: it holds the lock while it
	 * touches it. */
	spin_lock(&m->lock);
	spin_unlock(&m->lock);
	return 0;
}

static int lock(struct mutex *m, unsigned int state)
{
	might_sleep();
	ASSERT(!mutex_held(m));
	lockdep_acquire(m->class, m, true, false);
	if (likely(try_take(m)))
		return 0;
	int error = lock_slow(m, state);
	if (error)
		lockdep_release(m->class, m);
	return error;
}

void mutex_lock(struct mutex *m)
{
	int error = lock(m, THREAD_UNINTERRUPTIBLE);

	VERIFY(error == 0);
}

int mutex_lock_interruptible(struct mutex *m)
{
	return lock(m, THREAD_INTERRUPTIBLE);
}

int mutex_lock_killable(struct mutex *m)
{
	return lock(m, THREAD_KILLABLE);
}

void mutex_unlock(struct mutex *m)
{
	unsigned long expected = (unsigned long)current;

	ASSERT(mutex_held(m));
	lockdep_release(m->class, m);
	if (likely(__atomic_compare_exchange_n(word(m), &expected, 0, false, __ATOMIC_RELEASE,
					       __ATOMIC_RELAXED)))
		return;

	spin_lock(&m->lock);
	if (list_empty(&m->queue)) { /* the waiter gave up */
		store_release(word(m), 0);
	} else {
		struct waiter *first = list_first(&m->queue, struct waiter, link);
		struct thread *thread = first->thread;

		list_del(&first->link);
		store_release(word(m),
			      (unsigned long)thread | (list_empty(&m->queue) ? 0 : WAITERS));
		store_release(&first->granted, true);
		sched_wake(thread, THREAD_SLEEPS);
	}
	spin_unlock(&m->lock);
}
