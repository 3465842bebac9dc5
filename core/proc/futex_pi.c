// SPDX-License-Identifier: MIT
// Futexes with an owner: FUTEX_LOCK_PI and its kin.
//
// The word holds the owner's thread number, plus FUTEX_WAITERS when the kernel must be asked to
// unlock. A waiter queues under the bucket's lock and is linked to the owner as well; unlock hands the
// word to the waiter of the highest level, which then owns the lock without having to compete. When
// the owner dies all its waiters try again. While somebody waits, the owner runs at the highest
// real-time level among its waiters, and whom it waits for in turn (lend). Lock order: bucket,
// futex_pi_lock, run queue.

#include "futex.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/proc.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/syscall.h>

static struct spinlock futex_pi_lock = SPINLOCK_INIT("futex PI");

#define CHAIN_MAX 1024u /* owners that wait for owners that wait ... */

/* ---- owners ---- */

/* futex_pi_lock held: whom the thread waits for, or NULL. */
static struct thread *waits_for(const struct thread *thread)
{
	const struct futex_waiter *w = thread->futex_wait;

	return w ? w->owner : NULL;
}

/* futex_pi_lock held. The waiters of thread are not what they were: lend it the highest of their
 * levels, and so on along the chain. */
static void lend(struct thread *thread)
{
	for (unsigned int i = 0; thread && i < CHAIN_MAX; i++, thread = waits_for(thread)) {
		unsigned int before = READ_ONCE(thread->sched.rt_level), level = 0;
		struct futex_waiter *w;

		list_for_each_entry (w, &thread->futex_pi, owner_link)
			level = MAX(level, READ_ONCE(w->thread->sched.rt_level));
		if (level != thread->sched.boost)
			sched_boost(thread, level);
		if (READ_ONCE(thread->sched.rt_level) == before)
			return;
	}
}

/* futex_pi_lock held: does the chain from owner lead to thread? */
static bool would_deadlock(const struct thread *owner, const struct thread *thread)
{
	for (unsigned int i = 0; owner && i < CHAIN_MAX; i++, owner = waits_for(owner))
		if (owner == thread)
			return true;
	return false;
}

/* Bucket lock held. owner NULL: none, which is always possible. -ESRCH: it has died; -EDEADLK: it
 * waits for w's thread. Then nothing has changed. */
static int set_owner(struct futex_waiter *w, struct thread *owner)
{
	struct thread *old = w->owner;
	int error = 0;

	spin_lock(&futex_pi_lock);
	if (owner && owner->futex_dead)
		error = -ESRCH;
	else if (would_deadlock(owner, w->thread))
		error = -EDEADLK;
	if (error) {
		spin_unlock(&futex_pi_lock);
		return error;
	}
	if (old)
		list_del(&w->owner_link);
	w->owner = owner;
	w->thread->futex_wait = owner ? w : NULL;
	if (owner) {
		thread_get(owner);
		list_add_tail(&w->owner_link, &owner->futex_pi);
	}
	lend(old);
	lend(owner);
	spin_unlock(&futex_pi_lock);
	if (old)
		thread_put(old);
	return 0;
}

void futex_pi_level_changed(struct thread *thread)
{
	spin_lock(&futex_pi_lock);
	lend(waits_for(thread));
	spin_unlock(&futex_pi_lock);
}

/* Bucket lock held: the next owner among key's waiters, or NULL. */
static struct futex_waiter *top_waiter(struct futex_bucket *b, const struct futex_key *key)
{
	struct futex_waiter *w, *top = NULL;

	list_for_each_entry (w, &b->waiters, link)
		if (w->pi && futex_key_equal(&w->key, key) &&
		    (!top ||
		     READ_ONCE(w->thread->sched.rt_level) > READ_ONCE(top->thread->sched.rt_level)))
			top = w;
	return top;
}

/* Bucket lock held, the word says so already: top owns the lock now. */
static void hand_over(struct futex_bucket *b, struct futex_waiter *top)
{
	struct futex_waiter *w;
	struct thread *owner = top->thread;

	(void)set_owner(top, NULL);
	list_for_each_entry (w, &b->waiters, link)
		if (w != top && w->pi && futex_key_equal(&w->key, &top->key)) {
			(void)set_owner(w, owner); /* it sleeps, and waits for nobody now */
			w->holder = (uint32_t)owner->pid->number;
		}
	futex_wake_waiter(top);
}

/* ---- lock ---- */

int futex_pi_step(struct futex_waiter *w, struct futex_bucket *b, unsigned long address, bool try)
{
	uint32_t me = (uint32_t)w->thread->pid->number, holder, seen, old, new;
	uint32_t __user *word = hal_user_ptr(uint32_t, address);
	struct thread *owner;
	int error = hal_user_load32_nofault(&old, word);

	if (error)
		return error;
	holder = old & FUTEX_TID_MASK;
	if (holder == me)
		return -EDEADLK;
	if (!holder || holder == w->dead) {
		/* Free, or its owner died while we waited. Waiters that are queued keep their bit. */
		new = me | (holder ? FUTEX_OWNER_DIED : old & FUTEX_OWNER_DIED) |
		      (w->dead || top_waiter(b, &w->key) ? FUTEX_WAITERS : 0);
	} else {
		new = old | FUTEX_WAITERS;
	}
	error = hal_user_cmpxchg32_nofault(&seen, word, old, new);
	if (error)
		return error;
	if (seen != old)
		return -EAGAIN;
	if ((new &FUTEX_TID_MASK) == me)
		return LOCK_TAKEN;
	owner = thread_find((pid_t)holder);
	if (owner) {
		if (try)
			error = load_acquire(&owner->futex_dead) ? -ESRCH : 0;
		else
			error = set_owner(w, owner);
		thread_put(owner);
	}
	/* What the dead one's robust list has made of the word is to be seen now. */
	if (!owner || error == -ESRCH) {
		error = hal_user_load32_nofault(&seen, word);
		return error ? error : seen != new ? -EAGAIN : -ESRCH;
	}
	if (error)
		return error;
	if (try) /* the word keeps the waiters' bit: who unlocks comes here once for nothing */
		return LOCK_HELD;
	w->dead = 0;
	w->holder = holder;
	return LOCK_QUEUED;
}

/* Off the queue after a signal or a timeout: false when the lock has become ours meanwhile. */
static bool give_up(struct futex_waiter *w)
{
	struct futex_bucket *b = futex_lock_queued(w);

	if (!b)
		return false;
	list_del(&w->link);
	w->bucket = NULL;
	if (w->pi)
		(void)set_owner(w, NULL);
	spin_unlock(&b->lock);
	return true;
}

/* Take the lock or queue for it: 0, LOCK_QUEUED, or -errno. */
static int lock_or_queue(struct futex_waiter *w, unsigned long address, bool shared, bool try)
{
	for (;;) {
		struct futex_bucket *b;
		int error = futex_key(address, shared, &w->key);

		if (error)
			return error;
		b = futex_bucket(&w->key);
		spin_lock(&b->lock);
		error = futex_pi_step(w, b, address, try);
		if (error == LOCK_QUEUED) {
			sched_set_state(THREAD_INTERRUPTIBLE);
			futex_enqueue(w, b);
		}
		spin_unlock(&b->lock);
		if (error == -EFAULT)
			error = futex_fault_in(address, true);
		else if (error == LOCK_HELD)
			return -EWOULDBLOCK;
		else if (error != -EAGAIN)
			return error; /* LOCK_TAKEN is 0 */
		if (error && error != -EAGAIN)
			return error;
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
}

/* Sleep while queued: 0 when woken, else why not. */
static int wait_queued(struct futex_waiter *w, struct deadline deadline)
{
	for (;;) {
		int error = clock_wait(THREAD_INTERRUPTIBLE, deadline);

		if (!load_acquire(&w->bucket))
			return 0;
		if (error)
			return give_up(w) ? error : 0;
		sched_set_state(THREAD_INTERRUPTIBLE);
		if (!load_acquire(&w->bucket)) {
			sched_set_state(THREAD_RUNNING);
			return 0;
		}
	}
}

int futex_pi_await(struct futex_waiter *w, unsigned long address, bool shared,
		   struct deadline deadline)
{
	for (;;) {
		int error = wait_queued(w, deadline);

		if (error || !w->dead)
			return error; /* 0: handed over by unlock */
		error = lock_or_queue(w, address, shared, false);
		if (error != LOCK_QUEUED)
			return error;
	}
}

long futex_lock_pi(unsigned long address, bool shared, struct deadline deadline, bool try)
{
	struct futex_waiter w = FUTEX_WAITER(FUTEX_ANY);
	int error;

	w.pi = true;
	error = lock_or_queue(&w, address, shared, try);
	if (error == LOCK_QUEUED)
		error = futex_pi_await(&w, address, shared, deadline);
	return error == -ERESTARTSYS ? -ERESTARTNOINTR : error;
}

/* ---- unlock ---- */

/* Under the bucket's lock. 0, -EPERM, -EFAULT (fault in), -EAGAIN. */
static int unlock_step(struct futex_bucket *b, const struct futex_key *key, unsigned long address)
{
	uint32_t me = (uint32_t)current->pid->number, seen, old, new = 0;
	uint32_t __user *word = hal_user_ptr(uint32_t, address);
	struct futex_waiter *top;
	int error = hal_user_load32_nofault(&old, word);

	if (error)
		return error;
	if ((old & FUTEX_TID_MASK) != me)
		return -EPERM;
	top = top_waiter(b, key);
	if (top)
		new = (uint32_t)top->thread->pid->number |
		      FUTEX_WAITERS; /* others or not, as Linux */
	error = hal_user_cmpxchg32_nofault(&seen, word, old, new);
	if (error)
		return error;
	if (seen != old)
		return -EAGAIN;
	if (top)
		hand_over(b, top);
	return 0;
}

long futex_unlock_pi(unsigned long address, bool shared)
{
	struct futex_bucket *b;
	struct futex_key key;
	uint32_t word;
	int error;

	/* Whose it is comes before whether the place is one for a futex. */
	if (hal_get_user32(&word, hal_user_ptr(const void, address)))
		return -EFAULT;
	if ((word & FUTEX_TID_MASK) != (uint32_t)current->pid->number)
		return -EPERM;
	for (;;) {
		error = futex_key(address, shared, &key);
		if (error)
			return error;
		b = futex_bucket(&key);
		spin_lock(&b->lock);
		error = unlock_step(b, &key, address);
		spin_unlock(&b->lock);
		if (error == -EFAULT) {
			error = futex_fault_in(address, true);
			if (error)
				return error;
		} else if (error != -EAGAIN) {
			return error;
		}
		/* Others can change the word for as long as they like. */
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
}

/* ---- death ---- */

/* Bucket lock held: all whose owner thread is. */
static void wake_orphans(struct futex_bucket *b, const struct futex_key *key, struct thread *thread)
{
	struct futex_waiter *w, *next;

	list_for_each_entry_safe (w, next, &b->waiters, link) {
		if (!w->pi || w->owner != thread || !futex_key_equal(&w->key, key))
			continue;
		(void)set_owner(w, NULL);
		w->dead = w->holder; /* execve may have given thread another number since */
		futex_wake_waiter(w);
	}
}

/* All who wait for thread try again, and find in the word that it was the owner, or what the robust
 * list has made of it, or a new owner: the word is theirs to change, for it may lie in memory that we do
 * not share. Who comes later is refused when thread dies, and at execve waits for it: else they could
 * keep it here for ever. */
void futex_exit_pi(struct thread *thread)
{
	struct list orphans = LIST_INIT(orphans); /* [futex_pi_lock] they may leave it meanwhile */

	spin_lock(&futex_pi_lock);
	store_release(&thread->futex_dead, thread->exiting);
	list_splice_tail(&thread->futex_pi, &orphans);
	while (!list_empty(&orphans)) {
		/* Constant while it is linked to an owner. */
		struct futex_key key = list_first(&orphans, struct futex_waiter, owner_link)->key;
		struct futex_bucket *b = futex_bucket(&key);

		spin_unlock(&futex_pi_lock);
		spin_lock(&b->lock);
		wake_orphans(b, &key, thread);
		spin_unlock(&b->lock);
		resched_point();
		spin_lock(&futex_pi_lock);
	}
	spin_unlock(&futex_pi_lock);
}
