// SPDX-License-Identifier: MIT
// nanosleep and clock_nanosleep.

#include <core/cred.h>
#include <core/errno.h>
#include <core/signal.h>
#include <core/syscall.h>
#include <core/timespec.h>

#include "clocks.h"

/* Sleep until the monotonic deadline: 0 or -ERESTARTSYS. */
static int sleep_monotonic(ktime_t deadline)
{
	return sched_sleep_until(deadline, THREAD_INTERRUPTIBLE);
}

static int sleep_realtime(ktime_t until)
{
	struct deadline deadline = {.time = until, .realtime = true};
	int result;

	do {
		sched_set_state(THREAD_INTERRUPTIBLE);
		result = clock_wait(THREAD_INTERRUPTIBLE, deadline);
	} while (!result);
	return result == -ETIMEDOUT ? 0 : result;
}

/* CPU time passes only while threads run: look at the clock in steps of what is missing at the
 * fastest. */
static int sleep_cpu(const struct cpu_clock *c, ktime_t until)
{
	for (;;) {
		ktime_t now = cpu_clock_read(c), step;
		int error;

		if (now >= until)
			return 0;
		step = MAX((until - now) / MAX(sched_cpu_count(), 1u), 4 * NSEC_PER_MSEC);
		error = sleep_monotonic(ktime_add(clock_monotonic(), step));
		if (error)
			return error;
	}
}

static long restart_sleep(struct thread *thread);

/* A relative sleep was interrupted at now, on its clock: say what is left, and be ready to go on. */
static long interrupted(ktime_t deadline, ktime_t now, unsigned long rest_user, int clock,
			long (*restart)(struct thread *thread))
{
	struct restart_block *block = &current->restart;

	if (rest_user && timespec_to_user(rest_user, deadline > now ? deadline - now : 0))
		return -EFAULT;
	block->restart = restart;
	block->deadline = deadline;
	block->arg[0] = (void *)rest_user;
	block->clock = clock;
	return -ERESTART_RESTARTBLOCK;
}

static long restart_sleep(struct thread *thread)
{
	ktime_t deadline = thread->restart.deadline;

	if (sleep_monotonic(deadline) == 0)
		return 0;
	return interrupted(deadline, clock_monotonic(), (unsigned long)thread->restart.arg[0],
			   thread->restart.clock, restart_sleep);
}

static long sleep_relative(ktime_t length, unsigned long rest_user, int clock)
{
	ktime_t deadline = ktime_add(clock_monotonic(), length);

	if (sleep_monotonic(deadline) == 0)
		return 0;
	return interrupted(deadline, clock_monotonic(), rest_user, clock, restart_sleep);
}

SYSCALL(nanosleep)
{
	ktime_t length;
	int error = timespec_from_user(&length, args->arg[0]);

	return error ? error : sleep_relative(length, args->arg[1], CLOCK_MONOTONIC);
}

static long restart_on_cpu_clock(struct thread *thread);

/* started: time is a point of the clock, of an absolute sleep or of a relative one that goes on. */
static long sleep_on_cpu_clock(int clock, bool absolute, bool started, ktime_t time,
			       unsigned long rest_user)
{
	struct cpu_clock c;
	ktime_t until, now;
	int error;

	error = cpu_clock_find(clock, &c);
	if (error)
		return error;
	if (c.thread == current) {
		cpu_clock_put(&c);
		return -EINVAL; /* it would never pass */
	}
	until = started ? time : ktime_add(cpu_clock_read(&c), time);
	error = sleep_cpu(&c, until);
	now = cpu_clock_read(&c);
	cpu_clock_put(&c);
	if (!error)
		return 0;
	return absolute ? -ERESTARTNOHAND
			: interrupted(until, now, rest_user, clock, restart_on_cpu_clock);
}

static long restart_on_cpu_clock(struct thread *thread)
{
	const struct restart_block *block = &thread->restart;

	return sleep_on_cpu_clock(block->clock, false, true, block->deadline,
				  (unsigned long)block->arg[0]);
}

SYSCALL(clock_nanosleep)
{
	int clock = (int)args->arg[0], error;
	bool absolute = args->arg[1] & TIMER_ABSTIME, alarm = false;
	ktime_t time;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		break;
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		alarm = true;
		break;
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	default:
		if (!clock_is_cpu(clock))
			return -EINVAL;
		if (clock == CLOCK_THREAD_CPUTIME_ID || clock_is_of_file(clock))
			return -EOPNOTSUPP;
	}
	error = timespec_from_user(&time, args->arg[2]);
	if (error)
		return error;
	if (alarm) {
		if (args->arg[1] & ~(unsigned long)TIMER_ABSTIME)
			return -EINVAL;
		if (!capable(CAP_WAKE_ALARM)) /* the machine never sleeps, so nothing is woken */
			return -EPERM;
	}
	if (clock_is_cpu(clock))
		return sleep_on_cpu_clock(clock, absolute, absolute, time, args->arg[3]);
	if (!absolute)
		return sleep_relative(time, args->arg[3], clock);
	error = clock_is_realtime(clock) ? sleep_realtime(time) : sleep_monotonic(time);
	return error ? -ERESTARTNOHAND : 0;
}
