/* SPDX-License-Identifier: MIT */
/* futex.h - between the files of the futex room: keys, buckets, waiters. */
#ifndef CORE_PROC_FUTEX_H
#define CORE_PROC_FUTEX_H

#include <core/lib/list.h>
#include <core/spinlock.h>
#include <core/thread.h>
#include <core/time.h>

#define FUTEX_WAIT	      0
#define FUTEX_WAKE	      1
#define FUTEX_FD	      2
#define FUTEX_REQUEUE	      3
#define FUTEX_CMP_REQUEUE     4
#define FUTEX_WAKE_OP	      5
#define FUTEX_LOCK_PI	      6
#define FUTEX_UNLOCK_PI	      7
#define FUTEX_TRYLOCK_PI      8
#define FUTEX_WAIT_BITSET     9
#define FUTEX_WAKE_BITSET     10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI  12
#define FUTEX_LOCK_PI2	      13
#define FUTEX_PRIVATE_FLAG    128
#define FUTEX_CLOCK_REALTIME  256

#define FUTEX_WAITERS	 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK	 0x3fffffffu
#define FUTEX_ANY	 0xffffffffu

/* Which word: (memory, address) for what only one address space can see, else (contents, byte
 * offset in them). */
struct futex_key {
	uint64_t
		object; /* a space's address (who waits there keeps it), or a page cache's number */
	uint64_t offset;
};

struct futex_bucket {
	struct spinlock lock;
	struct list waiters; /* [lock] oldest first */
};

struct futex_waiter {
	struct list link; /* [bucket->lock] */
	struct futex_bucket
		*bucket; /* where it is queued: changed under that bucket's lock; NULL: woken */
	struct futex_key key; /* [bucket->lock] */
	struct thread *thread;
	uint8_t level; /* its own real-time priority when it began to wait: the highest is woken first */
	uint32_t bitset;
	bool pi; /* waits for ownership: only futex_pi.c wakes it */
	const struct futex_key *
		second; /* FUTEX_WAIT_REQUEUE_PI: where alone it may be moved, to wait for ownership */
	struct thread *
		owner; /* pi: who holds the lock; reference. Changed with bucket->lock and futex_pi_lock held */
	struct list owner_link; /* [futex_pi_lock] in owner->futex_pi */
	uint32_t
		holder; /* [bucket->lock] pi: the owner's number in the word when we queued for it */
	uint32_t dead;	/* [bucket->lock] pi: the owner whose death woke it, or 0 */
};

/* Of the current thread, on no queue yet. */
#define FUTEX_WAITER(mask)                                                     \
	((struct futex_waiter){.thread = current,                              \
			       .level = READ_ONCE(current->sched.rt_priority), \
			       .bitset = (mask)})

/* 0, -EINVAL (unaligned), -EFAULT. shared: the word may be another space's too. May sleep. */
__must_check int futex_key(unsigned long address, bool shared, struct futex_key *key);
struct futex_bucket *futex_bucket(const struct futex_key *key);
static inline bool futex_key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}
/* Queue w on its key's bucket, whose lock is held: first come, first served among equals. */
void futex_enqueue(struct futex_waiter *w, struct futex_bucket *b);
/* The bucket that w is queued on, locked; NULL: it has been woken. */
struct futex_bucket *futex_lock_queued(struct futex_waiter *w);
/* Take w off if it is still queued: false when it has been woken. */
bool futex_unqueue(struct futex_waiter *w);
/* Take w off and wake its thread; bucket lock held. */
void futex_wake_waiter(struct futex_waiter *w);
/* The word, with the bucket's lock held; *fault: it must be brought in first (lock dropped by the
 * caller). */
__must_check int futex_fault_in(unsigned long address, bool write);

/* Compare and queue. 0: queued, state set; -EAGAIN: the value differs. */
__must_check int futex_wait_setup(struct futex_waiter *w, unsigned long address, bool shared,
				  uint32_t value);
/* Both buckets' locks, in the order of their addresses; they may be one. */
void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b);
void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b);

/* Wake at most count waiters for key that bitset names, and one if count is less than that, as on
 * Linux; the bucket's lock is held. How many, or -EINVAL: one of them waits for ownership. */
long futex_wake_bucket(struct futex_bucket *b, const struct futex_key *key, int count,
		       uint32_t bitset);
long futex_wake(unsigned long address, bool shared, int count, uint32_t bitset);
/* expected NULL: whatever the first word holds. */
long futex_requeue(unsigned long from, unsigned long to, bool shared, int wake, int move,
		   const uint32_t *expected);
long futex_wake_op(unsigned long first, unsigned long second, bool shared, int wake1, int wake2,
		   uint32_t op);
long futex_lock_pi(unsigned long address, bool shared, struct deadline deadline, bool try);
long futex_unlock_pi(unsigned long address, bool shared);
void futex_exit_pi(struct thread *thread);

/* What futex_pi_step answers beside errors. -EAGAIN (which is -EWOULDBLOCK too) means: again. */
enum futex_pi_result { LOCK_TAKEN, LOCK_QUEUED, LOCK_HELD };

/* One attempt to take the lock at address for w's thread; the lock of the bucket b of w->key is held.
 * LOCK_QUEUED: w is linked to the owner, the caller puts it on b before it unlocks; LOCK_HELD: by
 * another, when only trying; -EAGAIN: again; -EFAULT: fault in; other errors of FUTEX_LOCK_PI. */
__must_check int futex_pi_step(struct futex_waiter *w, struct futex_bucket *b,
			       unsigned long address, bool try);
/* Sleep until the lock at address is ours. w is queued for it, or where it will be moved from. 0,
 * -ETIMEDOUT, -ERESTARTSYS, or what locking again answered when the owner had died. */
__must_check int futex_pi_await(struct futex_waiter *w, unsigned long address, bool shared,
				struct deadline deadline);

long futex_wait_requeue_pi(unsigned long address, unsigned long second, bool shared, uint32_t value,
			   struct deadline deadline);
long futex_cmp_requeue_pi(unsigned long from, unsigned long to, bool shared, int wake, int move,
			  uint32_t expected);

#endif
