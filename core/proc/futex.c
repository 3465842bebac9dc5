// SPDX-License-Identifier: MIT
// Futexes: sleeping on a user word while it has a value, and waking those who do.
//
// A waiter sits on its own kernel stack, on the list of a hash bucket. The word is compared under
// the bucket's lock, with an access that does not page in: a waker changes the word first and takes
// the lock afterwards, so no wake-up is lost. A waker takes the waiter off the list, then clears
// waiter->bucket, after which the waiter's frame may be gone; its thread struct lasts (RCU: the
// kernel is not preempted).

#include "futex.h"

#include <core/errno.h>
#include <core/mm.h>
#include <core/pagecache.h>
#include <core/proc.h>
#include <core/signal.h>
#include <core/syscall.h>
#include <core/timespec.h>

#define BUCKETS 256

static struct futex_bucket buckets[BUCKETS];

void futex_init(void)
{
	/* In a loop: they are of one class for the lock checker. */
	for (unsigned int i = 0; i < BUCKETS; i++) {
		spin_init(&buckets[i].lock, "futex");
		list_init(&buckets[i].waiters);
	}
}

/* ---- keys ---- */

/* It is the page that counts: a file need not have it, and nobody waits for what cannot change. The object is 0 where
 * there is none. Apart, and by value: private words do not pay for it. */
static __attribute__((noinline)) struct futex_key shared_key(unsigned long address)
{
	struct futex_key key = {(uintptr_t)current->mm, address};
	struct vma *vma = vma_lookup_locked(current->mm, address, false);
	bool of_file, usable;

	if (!vma)
		return (struct futex_key){0};
	if ((vma->flags & VM_SHARED) && vma->cache) {
		key.object = pagecache_number(vma->cache);
		key.offset = (vma->offset << PAGE_SHIFT) + (address - vma->start);
	}
	of_file = vma->cache && vma->cache->inode;
	usable = vma->flags & (vma->cache ? VM_READ | VM_WRITE : VM_WRITE);
	vma_unlock(vma);
	if (!usable || (of_file && futex_fault_in(address, false)))
		key.object = 0;
	return key;
}

int futex_key(unsigned long address, bool shared, struct futex_key *key)
{
	if (address % sizeof(uint32_t))
		return -EINVAL;
	if (!hal_user_range(hal_user_ptr(const void, address), sizeof(uint32_t)))
		return -EFAULT;
	if (shared) {
		*key = shared_key(address);
		return key->object ? 0 : -EFAULT;
	}
	*key = (struct futex_key){(uintptr_t)current->mm, address};
	return 0;
}

struct futex_bucket *futex_bucket(const struct futex_key *key)
{
	uint64_t hash = (key->object ^ key->offset) * 0x9e3779b97f4a7c15ull;

	return &buckets[hash >> 56];
}
_Static_assert(BUCKETS == 256, "the hash's upper eight bits");

int futex_fault_in(unsigned long address, bool write)
{
	uint32_t value;
	int error = hal_get_user32(&value, hal_user_ptr(const void, address));

	/* Writing what is there, whatever it is meanwhile, makes the page writable without changing
	 * it. */
	if (!error && write)
		error = hal_user_cmpxchg32(&value, hal_user_ptr(uint32_t, address), value, value);
	return error;
}

/* ---- queueing ---- */

void futex_enqueue(struct futex_waiter *w, struct futex_bucket *b)
{
	struct list *behind = b->waiters.prev;

	assert_spin_held(&b->lock);
	/* Behind its equals and before all of lower levels: nearly always that is the end. */
	while (behind != &b->waiters &&
	       list_entry(behind, struct futex_waiter, link)->level < w->level)
		behind = behind->prev;
	list_add(&w->link, behind);
	WRITE_ONCE(w->bucket, b);
}

struct futex_bucket *futex_lock_queued(struct futex_waiter *w)
{
	for (;;) {
		struct futex_bucket *b = load_acquire(&w->bucket);

		if (!b)
			return NULL;
		spin_lock(&b->lock);
		if (w->bucket == b)
			return b;
		spin_unlock(&b->lock); /* requeued or woken meanwhile */
	}
}

bool futex_unqueue(struct futex_waiter *w)
{
	struct futex_bucket *b = futex_lock_queued(w);

	if (!b)
		return false;
	list_del(&w->link);
	w->bucket = NULL;
	spin_unlock(&b->lock);
	return true;
}

void futex_wake_waiter(struct futex_waiter *w)
{
	struct thread *thread = w->thread;

	list_del(&w->link);
	store_release(&w->bucket, NULL);
	/* w may be gone now. */
	sched_wake(thread, THREAD_INTERRUPTIBLE);
}

long futex_wake_bucket(struct futex_bucket *b, const struct futex_key *key, int count,
		       uint32_t bitset)
{
	struct futex_waiter *w, *next;
	long woken = 0;

	list_for_each_entry_safe (w, next, &b->waiters, link) {
		if (!futex_key_equal(&w->key, key) || !(w->bitset & bitset))
			continue;
		if (w->pi || w->second)
			return -EINVAL;
		futex_wake_waiter(w);
		if (++woken >= count)
			break;
	}
	return woken;
}

long futex_wake(unsigned long address, bool shared, int count, uint32_t bitset)
{
	struct futex_bucket *b;
	struct futex_key key;
	long woken;
	int error;

	if (!bitset)
		return -EINVAL;
	error = futex_key(address, shared, &key);
	if (error)
		return error;
	b = futex_bucket(&key);
	/* The caller has changed the word; a waiter compares it after it has been seen here or will
	 * find it changed. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	spin_lock(&b->lock);
	woken = futex_wake_bucket(b, &key, count, bitset);
	spin_unlock(&b->lock);
	return woken;
}

int futex_wake_user(unsigned long address, int count)
{
	return (int)futex_wake(address, true, count, FUTEX_ANY);
}

/* ---- waiting ---- */

int futex_wait_setup(struct futex_waiter *w, unsigned long address, bool shared, uint32_t value)
{
	for (;;) {
		struct futex_bucket *b;
		uint32_t seen;
		int error = futex_key(address, shared, &w->key);

		if (error)
			return error;
		b = futex_bucket(&w->key);
		spin_lock(&b->lock);
		error = hal_user_load32_nofault(&seen, hal_user_ptr(const uint32_t, address));
		if (!error && seen == value) {
			sched_set_state(THREAD_INTERRUPTIBLE);
			futex_enqueue(w, b);
			spin_unlock(&b->lock);
			return 0;
		}
		spin_unlock(&b->lock);
		if (!error)
			return -EAGAIN;
		error = futex_fault_in(address, false);
		if (error)
			return error;
	}
}

static long wait_restart(struct thread *thread);

static long futex_wait(unsigned long address, bool shared, uint32_t value, struct deadline deadline,
		       uint32_t bitset)
{
	struct futex_waiter w = FUTEX_WAITER(bitset);
	struct restart_block *block = &current->restart;
	int error;

	if (!bitset)
		return -EINVAL;
	for (;;) {
		error = futex_wait_setup(&w, address, shared, value);
		if (error)
			return error;
		error = clock_wait(THREAD_INTERRUPTIBLE, deadline);
		if (!futex_unqueue(&w))
			return 0;
		if (error)
			break;
		/* Woken by something else, or the clock was set: look again. */
	}
	if (error == -ETIMEDOUT || deadline.time == KTIME_MAX)
		return error;
	block->restart = wait_restart;
	block->deadline = deadline.time;
	block->arg[0] = (void *)address;
	block->arg[1] = (void *)((uint64_t)bitset << 32 | value);
	block->flags =
		(shared ? 0 : FUTEX_PRIVATE_FLAG) | (deadline.realtime ? FUTEX_CLOCK_REALTIME : 0);
	return -ERESTART_RESTARTBLOCK;
}

static long wait_restart(struct thread *thread)
{
	struct restart_block *block = &thread->restart;
	struct deadline deadline = {.time = block->deadline,
				    .realtime = block->flags & FUTEX_CLOCK_REALTIME};
	uint64_t packed = (uint64_t)block->arg[1];

	return futex_wait((unsigned long)block->arg[0], !(block->flags & FUTEX_PRIVATE_FLAG),
			  (uint32_t)packed, deadline, (uint32_t)(packed >> 32));
}

/* ---- the system call ---- */

static bool has_timeout(int command)
{
	return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI ||
	       command == FUTEX_LOCK_PI2 || command == FUTEX_WAIT_REQUEUE_PI;
}

/* Of the calls that wait: does FUTEX_CLOCK_REALTIME choose their clock? */
static bool has_clock(int command)
{
	return command == FUTEX_WAIT_BITSET || command == FUTEX_WAIT_REQUEUE_PI ||
	       command == FUTEX_LOCK_PI2;
}

/* The calls that wait: their fourth argument is a time-out. */
static long timed_call(const struct syscall_args *args, int command, bool shared, bool realtime)
{
	unsigned long address = args->arg[0];
	uint32_t value = (uint32_t)args->arg[2];
	struct deadline deadline = DEADLINE_NEVER;

	if (args->arg[3]) {
		int error = timespec_from_user(&deadline.time, args->arg[3]);

		if (error)
			return error;
		deadline.realtime = realtime || command == FUTEX_LOCK_PI;
		if (command == FUTEX_WAIT)
			deadline.time = ktime_add(clock_monotonic(), deadline.time);
	}
	if (realtime && !has_clock(command)) /* after the time-out was judged */
		return -ENOSYS;
	switch (command) {
	case FUTEX_WAIT:
		return futex_wait(address, shared, value, deadline, FUTEX_ANY);
	case FUTEX_WAIT_BITSET:
		return futex_wait(address, shared, value, deadline, (uint32_t)args->arg[5]);
	case FUTEX_WAIT_REQUEUE_PI:
		return futex_wait_requeue_pi(address, args->arg[4], shared, value, deadline);
	default:
		return futex_lock_pi(address, shared, deadline, false);
	}
}

SYSCALL(futex)
{
	unsigned long address = args->arg[0], second = args->arg[4];
	int op = (int)args->arg[1], command = op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	uint32_t value = (uint32_t)args->arg[2], value3 = (uint32_t)args->arg[5];
	int value2 = (int)args->arg[3];
	bool shared = !(op & FUTEX_PRIVATE_FLAG), realtime = op & FUTEX_CLOCK_REALTIME;

	if (has_timeout(command))
		return timed_call(args, command, shared, realtime);
	if (realtime)
		return -ENOSYS;
	switch (command) {
	case FUTEX_WAKE:
		return futex_wake(address, shared, (int)value, FUTEX_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(address, shared, (int)value, value3);
	case FUTEX_REQUEUE:
		return futex_requeue(address, second, shared, (int)value, value2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(address, second, shared, (int)value, value2, &value3);
	case FUTEX_CMP_REQUEUE_PI:
		return futex_cmp_requeue_pi(address, second, shared, (int)value, value2, value3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(address, second, shared, (int)value, value2, value3);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(address, shared, DEADLINE_NEVER, true);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(address, shared);
	default:
		return -ENOSYS;
	}
}
