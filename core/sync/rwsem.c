// SPDX-License-Identifier: MIT
// Reader-writer semaphore: a count under a spinlock, and a queue served in order, so that neither
// side starves.

#include <core/mutex.h>
#include <core/thread.h>

struct waiter {
	struct list link; /* [s->lock] */
	struct thread *thread;
	bool write, granted;
};

void rwsem_init_(struct rwsem *s)
{
	spin_init(&s->lock, "rwsem internals");
	s->count = 0;
	s->writer = NULL;
	list_init(&s->queue);
}

/* s->lock held: give the semaphore to as many waiters at the head of the queue as fit. */
static void grant(struct rwsem *s)
{
	while (!list_empty(&s->queue)) {
		struct waiter *first = list_first(&s->queue, struct waiter, link);
		struct thread *thread = first->thread;

		if (first->write ? s->count != 0 : s->count < 0)
			return;
		if (first->write) {
			s->count = -1;
			s->writer = thread;
		} else {
			s->count++;
		}
		list_del(&first->link);
		store_release(&first->granted, true);
		sched_wake(thread, THREAD_SLEEPS);
	}
}

/* s->lock held on entry, released on return. */
static int wait_for_grant(struct rwsem *s, bool write, unsigned int state)
{
	struct waiter waiter = {.thread = current, .write = write};
	int error = 0;

	list_add_tail(&waiter.link, &s->queue);
	spin_unlock(&s->lock);
	for (;;) {
		sched_set_state(state);
		if (load_acquire(&waiter.granted))
			break;
		error = sched_wait(state, KTIME_MAX);
		if (!error)
			continue;
		spin_lock(&s->lock);
		if (!waiter.granted) {
			list_del(&waiter.link);
			grant(s); /* those behind us may fit now */
			spin_unlock(&s->lock);
			WRITE_ONCE(current->state, THREAD_RUNNING);
			return error;
		}
		spin_unlock(&s->lock);
	}
	WRITE_ONCE(current->state, THREAD_RUNNING);
	/* The granter touches our waiter under the lock only: when we have had it, it is done. */
	spin_lock(&s->lock);
	spin_unlock(&s->lock);
	return 0;
}

void rwsem_read(struct rwsem *s)
{
	might_sleep();
	lockdep_acquire(s->class, s, true, false);
	spin_lock(&s->lock);
	if (likely(s->count >= 0 && list_empty(&s->queue))) {
		s->count++;
		spin_unlock(&s->lock);
		return;
	}
	int error = wait_for_grant(s, false, THREAD_UNINTERRUPTIBLE);
	VERIFY(error == 0);
}

bool rwsem_tryread(struct rwsem *s)
{
	spin_lock(&s->lock);
	bool ok = s->count >= 0 && list_empty(&s->queue);
	if (ok)
		s->count++;
	spin_unlock(&s->lock);
	if (ok)
		lockdep_acquire(s->class, s, true, true);
	return ok;
}

void rwsem_read_done(struct rwsem *s)
{
	lockdep_release(s->class, s);
	spin_lock(&s->lock);
	VERIFY(s->count > 0);
	s->count--;
	if (unlikely(!list_empty(&s->queue)))
		grant(s);
	spin_unlock(&s->lock);
}

static int write_lock(struct rwsem *s, unsigned int state)
{
	might_sleep();
	lockdep_acquire(s->class, s, true, false);
	spin_lock(&s->lock);
	if (likely(s->count == 0 && list_empty(&s->queue))) {
		s->count = -1;
		s->writer = current;
		spin_unlock(&s->lock);
		return 0;
	}
	int error = wait_for_grant(s, true, state);
	if (error)
		lockdep_release(s->class, s);
	return error;
}

void rwsem_write(struct rwsem *s)
{
	int error = write_lock(s, THREAD_UNINTERRUPTIBLE);

	VERIFY(error == 0);
}

int rwsem_write_killable(struct rwsem *s)
{
	return write_lock(s, THREAD_KILLABLE);
}

bool rwsem_trywrite(struct rwsem *s)
{
	spin_lock(&s->lock);
	bool ok = s->count == 0 && list_empty(&s->queue);
	if (ok) {
		s->count = -1;
		s->writer = current;
	}
	spin_unlock(&s->lock);
	if (ok)
		lockdep_acquire(s->class, s, true, true);
	return ok;
}

void rwsem_write_done(struct rwsem *s)
{
	lockdep_release(s->class, s);
	spin_lock(&s->lock);
	VERIFY(s->count == -1 && s->writer == current);
	s->count = 0;
	s->writer = NULL;
	if (unlikely(!list_empty(&s->queue)))
		grant(s);
	spin_unlock(&s->lock);
}

void rwsem_downgrade(struct rwsem *s)
{
	spin_lock(&s->lock);
	VERIFY(s->count == -1 && s->writer == current);
	s->count = 1;
	s->writer = NULL;
	grant(s);
	spin_unlock(&s->lock);
}
