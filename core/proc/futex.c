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
#include <core/proc.h>
#include <core/signal.h>
#include <core/slab.h>
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

int futex_key(unsigned long address, bool shared, struct futex_key *key)
{
	struct mm *mm = current->mm;
	struct vma *vma;

	if (address % sizeof(uint32_t))
		return -EINVAL;
	if (!hal_user_range(hal_user_ptr(const void, address), sizeof(uint32_t)))
		return -EFAULT;
	key->object = mm;
	key->offset = address;
	if (!shared)
		return 0;
	vma = vma_lookup_locked(mm, address, false);
	if (!vma)
		return -EFAULT;
	if ((vma->flags & VM_SHARED) && vma->cache) {
		key->object = vma->cache;
		key->offset = (vma->offset << PAGE_SHIFT) + (address - vma->start);
	}
	vma_unlock(vma);
	return 0;
}

struct futex_bucket *futex_bucket(const struct futex_key *key)
{
	uint64_t hash = ((uint64_t)(uintptr_t)key->object ^ key->offset) * 0x9e3779b97f4a7c15ull;

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
	assert_spin_held(&b->lock);
	list_add_tail(&w->link, &b->waiters);
	WRITE_ONCE(w->bucket, b);
}

bool futex_unqueue(struct futex_waiter *w)
{
	for (;;) {
		struct futex_bucket *b = load_acquire(&w->bucket);

		if (!b)
			return false;
		spin_lock(&b->lock);
		if (w->bucket == b) {
			list_del(&w->link);
			w->bucket = NULL;
			spin_unlock(&b->lock);
			return true;
		}
		spin_unlock(&b->lock); /* requeued or woken meanwhile */
	}
}

void futex_wake_waiter(struct futex_waiter *w)
{
	struct thread *thread = w->thread;

	list_del(&w->link);
	store_release(&w->bucket, NULL);
	/* w may be gone now. */
	sched_wake(thread, THREAD_INTERRUPTIBLE);
}

/* b's lock held. */
static long wake_bucket(struct futex_bucket *b, const struct futex_key *key, unsigned int count,
			uint32_t bitset)
{
	struct futex_waiter *w, *next;
	long woken = 0;

	list_for_each_entry_safe (w, next, &b->waiters, link) {
		if (!futex_key_equal(&w->key, key) || !(w->bitset & bitset))
			continue;
		if (w->pi)
			return -EINVAL;
		futex_wake_waiter(w);
		if (++woken >= (long)count)
			break;
	}
	return woken;
}

long futex_wake(unsigned long address, bool shared, unsigned int count, uint32_t bitset)
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
	woken = wake_bucket(b, &key, count, bitset);
	spin_unlock(&b->lock);
	return woken;
}

int futex_wake_user(unsigned long address, int count)
{
	return (int)futex_wake(address, true, (unsigned int)count, FUTEX_ANY);
}

/* ---- waiting ---- */

/* Compare and queue. 0: queued, state set; -EAGAIN: the value differs. */
static int wait_setup(struct futex_waiter *w, unsigned long address, bool shared, uint32_t value)
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

static long futex_wait(unsigned long address, bool shared, uint32_t value, ktime_t deadline,
		       uint32_t bitset)
{
	struct futex_waiter w = {.thread = current, .bitset = bitset};
	struct restart_block *block = &current->restart;
	int error;

	if (!bitset)
		return -EINVAL;
	for (;;) {
		error = wait_setup(&w, address, shared, value);
		if (error)
			return error;
		error = sched_wait(THREAD_INTERRUPTIBLE, deadline);
		if (!futex_unqueue(&w))
			return 0;
		if (error)
			break;
		/* Woken by something else: look again. */
	}
	if (error == -ETIMEDOUT || deadline == KTIME_MAX)
		return error;
	block->restart = wait_restart;
	block->deadline = deadline;
	block->arg[0] = (void *)address;
	block->arg[1] = (void *)((uint64_t)bitset << 32 | value);
	block->flags = shared;
	return -ERESTART_RESTARTBLOCK;
}

static long wait_restart(struct thread *thread)
{
	struct restart_block *block = &thread->restart;
	uint64_t packed = (uint64_t)block->arg[1];

	return futex_wait((unsigned long)block->arg[0], block->flags, (uint32_t)packed,
			  block->deadline, (uint32_t)(packed >> 32));
}

/* ---- two words ---- */

static void lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	if (a > b) {
		struct futex_bucket *swap = a;

		a = b;
		b = swap;
	}
	spin_lock(&a->lock);
	if (a != b)
		spin_lock(&b->lock);
}

static void unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

static long futex_requeue(unsigned long from, unsigned long to, bool shared, int wake, int move,
			  const uint32_t *expected)
{
	struct futex_key key1, key2;
	struct futex_bucket *b1, *b2;
	struct futex_waiter *w, *next;
	long woken = 0, moved = 0;
	int error;

	if (wake < 0 || move < 0)
		return -EINVAL;
again:
	error = futex_key(from, shared, &key1);
	if (!error)
		error = futex_key(to, shared, &key2);
	if (error)
		return error;
	b1 = futex_bucket(&key1);
	b2 = futex_bucket(&key2);
	lock_two(b1, b2);
	if (expected) {
		uint32_t seen;

		error = hal_user_load32_nofault(&seen, hal_user_ptr(const uint32_t, from));
		if (error) {
			unlock_two(b1, b2);
			error = futex_fault_in(from, false);
			if (error)
				return error;
			goto again;
		}
		if (seen != *expected) {
			unlock_two(b1, b2);
			return -EAGAIN;
		}
	}
	list_for_each_entry_safe (w, next, &b1->waiters, link) {
		if (!futex_key_equal(&w->key, &key1))
			continue;
		if (w->pi) {
			woken = -EINVAL;
			moved = 0;
			break;
		}
		if (woken < wake) {
			futex_wake_waiter(w);
			woken++;
		} else if (moved < move) {
			if (b1 != b2) {
				list_move_tail(&w->link, &b2->waiters);
				WRITE_ONCE(w->bucket, b2);
			}
			w->key = key2;
			moved++;
		} else {
			break;
		}
	}
	unlock_two(b1, b2);
	return woken + moved;
}

/* FUTEX_WAKE_OP's word: 4 bits operation (8: the argument is a shift), 4 bits comparison, 12 bits
 * each of arguments, signed. */
static bool op_apply(uint32_t op, uint32_t old, uint32_t *new)
{
	uint32_t arg = (uint32_t)((int32_t)(op << 8) >> 20);

	if (op & 0x80000000u)
		arg = 1u << (arg & 31);
	switch (op >> 28 & 7) {
	case 0:
		*new = arg;
		return true;
	case 1:
		*new = old + arg;
		return true;
	case 2:
		*new = old | arg;
		return true;
	case 3:
		*new = old & ~arg;
		return true;
	case 4:
		*new = old ^ arg;
		return true;
	default:
		return false;
	}
}

static int op_compare(uint32_t op, uint32_t old_word)
{
	int32_t old = (int32_t)old_word, arg = (int32_t)(op << 20) >> 20;

	switch (op >> 24 & 15) {
	case 0:
		return old == arg;
	case 1:
		return old != arg;
	case 2:
		return old < arg;
	case 3:
		return old <= arg;
	case 4:
		return old > arg;
	case 5:
		return old >= arg;
	default:
		return -ENOSYS;
	}
}

/* Both buckets locked: change the word at address by op. 0, -EFAULT (fault it in), -ENOSYS. */
static int op_perform(unsigned long address, uint32_t op, uint32_t *old)
{
	uint32_t seen, new;
	int error = hal_user_load32_nofault(&seen, hal_user_ptr(const uint32_t, address));

	while (!error) {
		*old = seen;
		if (!op_apply(op, seen, &new))
			return -ENOSYS;
		error = hal_user_cmpxchg32_nofault(&seen, hal_user_ptr(uint32_t, address), *old,
						   new);
		if (!error && seen == *old)
			return 0;
	}
	return error;
}

static long futex_wake_op(unsigned long first, unsigned long second, bool shared, int wake1,
			  int wake2, uint32_t op)
{
	struct futex_key key1, key2;
	struct futex_bucket *b1, *b2;
	uint32_t old;
	long result, more;
	int error;

	for (;;) {
		error = futex_key(first, shared, &key1);
		if (!error)
			error = futex_key(second, shared, &key2);
		if (error)
			return error;
		b1 = futex_bucket(&key1);
		b2 = futex_bucket(&key2);
		lock_two(b1, b2);
		error = op_perform(second, op, &old);
		if (!error)
			break;
		unlock_two(b1, b2);
		if (error == -ENOSYS)
			return error;
		error = futex_fault_in(second, true);
		if (error)
			return error;
	}
	result = wake_bucket(b1, &key1, (unsigned int)wake1, FUTEX_ANY);
	if (result >= 0) {
		error = op_compare(op, old);
		if (error < 0) {
			result = error;
		} else if (error) {
			more = wake_bucket(b2, &key2, (unsigned int)wake2, FUTEX_ANY);
			result = more < 0 ? more : result + more;
		}
	}
	unlock_two(b1, b2);
	return result;
}

/* ---- the system call ---- */

static bool has_timeout(int command)
{
	return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI ||
	       command == FUTEX_LOCK_PI2 || command == FUTEX_WAIT_REQUEUE_PI;
}

/* To a monotonic deadline. */
static ktime_t deadline_of(ktime_t time, bool relative, bool realtime)
{
	int64_t offset = clock_realtime_offset();

	if (relative)
		return ktime_add(clock_monotonic(), time);
	if (!realtime)
		return time;
	return offset > 0 && time < (ktime_t)offset ? 0 : time - (ktime_t)offset;
}

SYSCALL(futex)
{
	unsigned long address = args->arg[0], second = args->arg[4];
	int op = (int)args->arg[1], command = op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	uint32_t value = (uint32_t)args->arg[2], value3 = (uint32_t)args->arg[5];
	int value2 = (int)args->arg[3];
	bool shared = !(op & FUTEX_PRIVATE_FLAG), realtime = op & FUTEX_CLOCK_REALTIME;
	ktime_t deadline = KTIME_MAX;

	if (realtime && command != FUTEX_WAIT_BITSET && command != FUTEX_WAIT_REQUEUE_PI &&
	    command != FUTEX_LOCK_PI2)
		return -ENOSYS;
	if (args->arg[3] && has_timeout(command)) {
		int error = timespec_from_user(&deadline, args->arg[3]);

		if (error)
			return error;
		deadline = deadline_of(deadline, command == FUTEX_WAIT,
				       realtime || command == FUTEX_LOCK_PI);
	}
	switch (command) {
	case FUTEX_WAIT:
		value3 = FUTEX_ANY;
		/* fallthrough */
		__attribute__((fallthrough));
	case FUTEX_WAIT_BITSET:
		return futex_wait(address, shared, value, deadline, value3);
	case FUTEX_WAKE:
		value3 = FUTEX_ANY;
		__attribute__((fallthrough));
	case FUTEX_WAKE_BITSET:
		return futex_wake(address, shared, value, value3);
	case FUTEX_REQUEUE:
		return futex_requeue(address, second, shared, (int)value, value2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(address, second, shared, (int)value, value2, &value3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(address, second, shared, (int)value, value2, value3);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return futex_lock_pi(address, shared, deadline, false);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(address, shared, 0, true);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(address, shared);
	default:
		return -ENOSYS;
	}
}

/* ---- futex_waitv ---- */

#define WAITV_MAX     128
#define FUTEX2_SIZE32 2u

struct waitv_user {
	uint64_t value, address;
	uint32_t flags, reserved;
};
_Static_assert(sizeof(struct waitv_user) == 24, "struct futex_waitv");

struct waitv {
	struct futex_waiter waiter;
	struct waitv_user user;
};

/* Take the first n off; the index of one that had been woken, or -1. */
static int waitv_unqueue(struct waitv *v, unsigned int n)
{
	int woken = -1;

	for (unsigned int i = 0; i < n; i++)
		if (!futex_unqueue(&v[i].waiter))
			woken = (int)i;
	return woken;
}

static long waitv_wait(struct waitv *v, unsigned int n, ktime_t deadline)
{
	for (;;) {
		int error = 0, woken;
		unsigned int i;

		for (i = 0; i < n && !error; i++) {
			v[i].waiter = (struct futex_waiter){.thread = current, .bitset = FUTEX_ANY};
			/* The state set by an earlier one does not survive paging in for a later
			 * one; it is set last. */
			error = wait_setup(&v[i].waiter, v[i].user.address,
					   !(v[i].user.flags & FUTEX_PRIVATE_FLAG),
					   (uint32_t)v[i].user.value);
			sched_set_state(THREAD_RUNNING);
		}
		if (error) {
			woken = waitv_unqueue(v, i - 1);
			return woken >= 0 ? woken : error;
		}
		sched_set_state(THREAD_INTERRUPTIBLE);
		for (i = 0; i < n; i++)
			if (!load_acquire(&v[i].waiter.bucket))
				break;
		if (i == n)
			error = sched_wait(THREAD_INTERRUPTIBLE, deadline);
		sched_set_state(THREAD_RUNNING);
		woken = waitv_unqueue(v, n);
		if (woken >= 0)
			return woken;
		if (error)
			return error;
	}
}

SYSCALL(futex_waitv)
{
	unsigned int n = (unsigned int)args->arg[1];
	int clock = (int)args->arg[4];
	ktime_t deadline = KTIME_MAX;
	struct waitv *v;
	long result;

	if (args->arg[2] || !args->arg[0] || n == 0 || n > WAITV_MAX)
		return -EINVAL;
	if (args->arg[3]) {
		if (clock != 0 && clock != 1) /* CLOCK_REALTIME, CLOCK_MONOTONIC */
			return -EINVAL;
		result = timespec_from_user(&deadline, args->arg[3]);
		if (result)
			return result;
		deadline = deadline_of(deadline, false, clock == 0);
	}
	v = kcalloc(n, sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	result = 0;
	for (unsigned int i = 0; i < n && !result; i++) {
		struct waitv_user *u = &v[i].user;

		if (copy_from_user(u, args->arg[0] + i * sizeof(*u), sizeof(*u)))
			result = -EFAULT;
		else if ((u->flags & ~(FUTEX2_SIZE32 | FUTEX_PRIVATE_FLAG)) ||
			 !(u->flags & FUTEX2_SIZE32) || u->reserved || u->value >> 32)
			result = -EINVAL;
	}
	if (!result)
		result = waitv_wait(v, n, deadline);
	kfree(v);
	return result;
}
