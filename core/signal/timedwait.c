// SPDX-License-Identifier: MIT
// rt_sigtimedwait: take a pending signal without a handler.

#include <core/errno.h>
#include <core/syscall.h>
#include <core/timespec.h>

#include "internal.h"

/* The set is unblocked while we sleep, so that a sender wakes us; real_blocked tells senders that
 * the signals are wanted all the same. */
static int wait_for(uint64_t set, ktime_t deadline)
{
	struct thread *t = current;
	unsigned long flags = spin_lock_irqsave(&t->sighand->lock);
	int error = 0;

	if (!((t->pending.set | t->process->shared.set) & set)) {
		t->real_blocked = t->blocked;
		t->blocked &= ~set;
		signal_recalc(t);
		sched_set_state(THREAD_INTERRUPTIBLE);
		spin_unlock_irqrestore(&t->sighand->lock, flags);
		error = sched_wait(THREAD_INTERRUPTIBLE, deadline);
		flags = spin_lock_irqsave(&t->sighand->lock);
		/* Only one is taken: what else chose us because we waited for it is for others. */
		signal_retarget(t, t->real_blocked & ~t->blocked);
		t->blocked = t->real_blocked;
		t->real_blocked = 0;
		signal_recalc(t);
	}
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return error;
}

SYSCALL(rt_sigtimedwait)
{
	ktime_t deadline = KTIME_MAX;
	struct siginfo info;
	uint64_t set;
	int sig, error;

	if (args->arg[3] != sizeof(set))
		return -EINVAL;
	if (hal_get_user64(&set, hal_user_ptr(const void, args->arg[0])))
		return -EFAULT;
	if (args->arg[2]) {
		ktime_t timeout;

		error = timespec_from_user(&timeout, args->arg[2]);
		if (error)
			return error;
		deadline = timeout ? ktime_add(clock_monotonic(), timeout) : 0;
	}
	set &= ~SIG_UNMASKABLE;
	sig = signal_take(set, &info);
	if (!sig && deadline) {
		error = wait_for(set, deadline);
		sig = signal_take(set, &info);
		if (!sig && error != -ETIMEDOUT)
			return -EINTR;
	}
	if (!sig)
		return -EAGAIN;
	if (args->arg[1] && copy_to_user(args->arg[1], &info, sizeof(info)))
		return -EFAULT;
	return sig;
}
