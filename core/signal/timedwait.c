// SPDX-License-Identifier: MIT
// rt_sigtimedwait: take a pending signal without a handler.

#include <core/errno.h>
#include <core/syscall.h>
#include <core/timespec.h>

#include "internal.h"

/* The set is unblocked while we sleep, so that a sender wakes us; real_blocked tells senders that
 * the signals are wanted all the same. The signal, -EAGAIN or -EINTR. */
static int wait_for(uint64_t set, ktime_t deadline, struct siginfo *info)
{
	struct thread *t = current;
	unsigned long flags = spin_lock_irqsave(&t->sighand->lock);
	uint64_t opened = t->blocked & set;
	int sig, error = 0;

	if (!((t->pending.set | t->process->shared.set) & set)) {
		t->real_blocked = t->blocked;
		t->blocked &= ~set;
		signal_recalc(t);
		sched_set_state(THREAD_INTERRUPTIBLE);
		spin_unlock_irqrestore(&t->sighand->lock, flags);
		error = sched_wait(THREAD_INTERRUPTIBLE, deadline);
		flags = spin_lock_irqsave(&t->sighand->lock);
		t->blocked = t->real_blocked;
		t->real_blocked = 0;
	}
	/* Only one is taken, at once: what else chose us because we waited for it is for others. */
	sig = signal_take_unlock(set, info, opened, flags);
	return sig ? sig : error == -ETIMEDOUT ? -EAGAIN : -EINTR;
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
		sig = wait_for(set, deadline, &info);
		if (sig < 0)
			return sig;
	}
	if (!sig)
		return -EAGAIN;
	if (args->arg[1] && copy_to_user(args->arg[1], &info, sizeof(info)))
		return -EFAULT;
	return sig;
}
