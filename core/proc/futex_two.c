// SPDX-License-Identifier: MIT
// Futex calls about two words: FUTEX_REQUEUE and FUTEX_CMP_REQUEUE move waiters from one to the
// other, FUTEX_WAKE_OP changes one and wakes on both.

#include "futex.h"

#include <core/errno.h>
#include <hal/user.h>

void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b)
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

void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

long futex_requeue(unsigned long from, unsigned long to, bool shared, int wake, int move,
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
	futex_lock_two(b1, b2);
	if (expected) {
		uint32_t seen;

		error = hal_user_load32_nofault(&seen, hal_user_ptr(const uint32_t, from));
		if (error) {
			futex_unlock_two(b1, b2);
			error = futex_fault_in(from, false);
			if (error)
				return error;
			goto again;
		}
		if (seen != *expected) {
			futex_unlock_two(b1, b2);
			return -EAGAIN;
		}
	}
	list_for_each_entry_safe (w, next, &b1->waiters, link) {
		if (!futex_key_equal(&w->key, &key1))
			continue;
		if (w->pi || w->second) {
			woken = -EINVAL;
			moved = 0;
			break;
		}
		if (woken < wake) {
			futex_wake_waiter(w);
			woken++;
		} else if (moved < move) {
			if (b1 != b2) {
				list_del(&w->link);
				futex_enqueue(w, b2);
			}
			w->key = key2;
			moved++;
		} else {
			break;
		}
	}
	futex_unlock_two(b1, b2);
	return woken + moved;
}

/* FUTEX_WAKE_OP's word: 4 bits operation (8: the argument is a shift), 4 bits comparison, 12 bits
 * each of arguments, signed. */
static bool op_known(uint32_t op)
{
	return (op >> 28 & 7) <= 4;
}

static uint32_t op_apply(uint32_t op, uint32_t old)
{
	uint32_t arg = (uint32_t)((int32_t)(op << 8) >> 20);

	if (op & 0x80000000u)
		arg = 1u << (arg & 31);
	switch (op >> 28 & 7) {
	case 0:
		return arg;
	case 1:
		return old + arg;
	case 2:
		return old | arg;
	case 3:
		return old & ~arg;
	default:
		return old ^ arg;
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

/* Both buckets locked: change the word at address by op. 0, -EFAULT (fault it in), -EAGAIN (it was changed meanwhile, which
 * others may do for as long as they like), -ENOSYS. */
static int op_perform(unsigned long address, uint32_t op, uint32_t *old)
{
	uint32_t seen;
	int error;

	if (!op_known(op)) // whether the word is there is not asked
		return -ENOSYS;
	error = hal_user_load32_nofault(old, hal_user_ptr(const uint32_t, address));
	if (error)
		return error;
	error = hal_user_cmpxchg32_nofault(&seen, hal_user_ptr(uint32_t, address), *old,
					   op_apply(op, *old));
	return error ? error : seen != *old ? -EAGAIN : 0;
}

long futex_wake_op(unsigned long first, unsigned long second, bool shared, int wake1, int wake2,
		   uint32_t op)
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
		futex_lock_two(b1, b2);
		error = op_perform(second, op, &old);
		if (!error)
			break;
		futex_unlock_two(b1, b2);
		if (error == -EFAULT)
			error = futex_fault_in(second, true);
		if (error && error != -EAGAIN)
			return error;
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
	result = futex_wake_bucket(b1, &key1, wake1, FUTEX_ANY);
	if (result >= 0) {
		error = op_compare(op, old);
		if (error < 0) {
			result = error;
		} else if (error) {
			more = futex_wake_bucket(b2, &key2, wake2, FUTEX_ANY);
			result = more < 0 ? more : result + more;
		}
	}
	futex_unlock_two(b1, b2);
	return result;
}
