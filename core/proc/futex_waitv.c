// SPDX-License-Identifier: MIT
// futex_waitv: waiting for whichever of many words is woken first.

#include "futex.h"

#include <core/errno.h>
#include <core/proc.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/timespec.h>

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

static long waitv_wait(struct waitv *v, unsigned int n, struct deadline deadline)
{
	for (;;) {
		int error = 0, woken;
		unsigned int i;

		for (i = 0; i < n && !error; i++) {
			v[i].waiter = FUTEX_WAITER(FUTEX_ANY);
			/* The state set by an earlier one does not survive paging in for a later
			 * one; it is set last. */
			error = futex_wait_setup(&v[i].waiter, v[i].user.address,
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
			error = clock_wait(THREAD_INTERRUPTIBLE, deadline);
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
	struct deadline deadline = DEADLINE_NEVER;
	struct waitv *v;
	long result;

	if (args->arg[2] || !args->arg[0] || n == 0 || n > WAITV_MAX)
		return -EINVAL;
	if (args->arg[3]) {
		if (clock != 0 && clock != 1) /* CLOCK_REALTIME, CLOCK_MONOTONIC */
			return -EINVAL;
		result = timespec_from_user(&deadline.time, args->arg[3]);
		if (result)
			return result;
		deadline.realtime = clock == 0;
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
