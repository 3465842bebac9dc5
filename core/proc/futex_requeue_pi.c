// SPDX-License-Identifier: MIT
// FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: a condition variable whose mutex has an owner.
//
// The waiter sleeps at the first word, and names the lock that it is to own when it returns. Whoever
// signals gives it that lock, or makes it one of those who wait for it, without waking it in between:
// it lends its priority from then on. The lock is taken in the waiter's name, by its signaller. One
// that gives up finds itself at either word: w->pi says at which, and only the first can be gone back
// to.

#include "futex.h"

#include <core/errno.h>
#include <core/proc.h>
#include <core/signal.h>
#include <hal/user.h>

/* Both words' keys; they must not be the same word by two addresses. */
static int two_keys(unsigned long first, unsigned long second, bool shared, struct futex_key *key1,
		    struct futex_key *key2)
{
	int error = futex_key(first, shared, key1);

	if (!error)
		error = futex_key(second, shared, key2);
	if (!error && futex_key_equal(key1, key2))
		error = -EINVAL;
	return error;
}

long futex_wait_requeue_pi(unsigned long address, unsigned long second, bool shared, uint32_t value,
			   struct deadline deadline)
{
	struct futex_waiter w = FUTEX_WAITER(FUTEX_ANY);
	struct futex_key key1, key2;
	int error;

	error = two_keys(address, second, shared, &key1, &key2);
	if (error)
		return error;
	w.second = &key2;
	error = futex_wait_setup(&w, address, shared, value);
	if (error)
		return error;
	error = futex_pi_await(&w, second, shared, deadline);
	if (error != -ERESTARTSYS)
		return error;
	/* Moved already: the first word has changed, as the call would find when it was made again. */
	return w.pi ? -EWOULDBLOCK : -ERESTARTNOINTR;
}

/* Both buckets locked: w takes the lock at address, or queues for it. 0, or an error of
 * futex_pi_step: then nothing has changed. */
static int move_waiter(struct futex_waiter *w, struct futex_bucket *to, const struct futex_key *key,
		       unsigned long address)
{
	struct futex_key from = w->key;
	int result;

	/* Before it is linked to an owner, whose death finds it by its key. */
	w->key = *key;
	result = futex_pi_step(w, to, address, false);
	if (result < 0) {
		w->key = from;
		return result;
	}
	w->pi = true;
	if (result == LOCK_TAKEN) {
		futex_wake_waiter(w);
	} else {
		list_del(&w->link);
		futex_enqueue(w, to);
	}
	return 0;
}

/* Both buckets locked: move waiters until *moved is most. */
static int move_waiters(const struct futex_key *key1, const struct futex_key *key2,
			unsigned long address, long most, long *moved)
{
	struct futex_bucket *from = futex_bucket(key1), *to = futex_bucket(key2);
	struct futex_waiter *w, *next;
	uint32_t word;
	int error = hal_user_load32_nofault(&word, hal_user_ptr(const uint32_t, address));

	if (error)
		return error;
	list_for_each_entry_safe (w, next, &from->waiters, link) {
		if (*moved == most)
			break;
		if (!futex_key_equal(&w->key, key1))
			continue;
		if (w->pi || !w->second || !futex_key_equal(w->second, key2))
			return -EINVAL;
		error = move_waiter(w, to, key2, address);
		if (error)
			return error;
		++*moved;
	}
	return 0;
}

long futex_cmp_requeue_pi(unsigned long from, unsigned long to, bool shared, int wake, int move,
			  uint32_t expected)
{
	long moved = 0, most = 1 + (long)move; /* the one that is "woken" may have to queue too */

	if (wake != 1 || move < 0 || from == to)
		return -EINVAL;
	for (;;) {
		struct futex_key key1, key2;
		unsigned long missing = from;
		uint32_t seen;
		bool differs;
		int error = two_keys(from, to, shared, &key1, &key2);

		if (error)
			return error;
		futex_lock_two(futex_bucket(&key1), futex_bucket(&key2));
		error = hal_user_load32_nofault(&seen, hal_user_ptr(const uint32_t, from));
		/* Once some are moved it is too late to refuse. */
		differs = !error && !moved && seen != expected;
		if (!error && !differs) {
			missing = to;
			error = move_waiters(&key1, &key2, to, most, &moved);
		}
		futex_unlock_two(futex_bucket(&key1), futex_bucket(&key2));
		if (differs)
			return -EWOULDBLOCK;
		if (error == -EFAULT)
			error = futex_fault_in(missing, missing == to);
		else if (error != -EAGAIN)
			return error ? error : moved;
		if (error && error != -EAGAIN)
			return error;
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
}
