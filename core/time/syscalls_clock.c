// SPDX-License-Identifier: MIT
// Reading and setting clocks: clock_gettime and its older kin.

#include <core/cred.h>
#include <core/errno.h>
#include <core/signal.h>
#include <core/syscall.h>
#include <core/timespec.h>

#include "clocks.h"

#define COARSE_TICK 4000000 /* what Linux at 250 Hz says */

/* Real time may be set up to what leaves 30 years until times end: as Linux has it. */
#define REALTIME_MAX ((TIMESPEC_MAX / NSEC_PER_SEC - 30 * 365 * 24 * 3600ul) * NSEC_PER_SEC)

bool clock_is_cpu(int clock)
{
	return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

bool clock_is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
	       clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

bool clock_is_of_file(int clock)
{
	return clock < 0 && (clock & 7) == 3;
}

/* ---- CPU time ---- */

/* Negative clock numbers: ~pid << 3 | per-thread 4 | kind (3: a descriptor, of which there are
 * none). */
int cpu_clock_find(int clock, struct cpu_clock *c)
{
	pid_t number = 0;

	*c = (struct cpu_clock){.kind = 2};
	if (clock < 0) {
		number = ~(clock >> 3);
		c->kind = (unsigned int)clock & 3;
		if (c->kind == 3)
			return -EINVAL;
	}
	if (clock == CLOCK_THREAD_CPUTIME_ID || (clock < 0 && (clock & 4))) {
		c->thread = number ? thread_find(number) : current;
		if (!number)
			thread_get(current);
		if (!c->thread || c->thread->process != current->process) {
			if (c->thread)
				thread_put(c->thread);
			return -EINVAL;
		}
		c->process = c->thread->process;
	} else {
		c->process = number ? process_find(number) : current->process;
		if (!c->process)
			return -EINVAL;
		if (number)
			return 0;
	}
	process_get(c->process);
	return 0;
}

void cpu_clock_put(struct cpu_clock *c)
{
	if (c->thread)
		thread_put(c->thread);
	process_put(c->process);
}

bool cpu_clock_gone(const struct cpu_clock *c)
{
	return list_empty(c->thread ? &c->thread->process_link : &c->process->threads);
}

ktime_t cpu_clock_read(const struct cpu_clock *c)
{
	struct rusage_times times;
	unsigned long flags;

	if (c->thread) {
		sched_times(c->thread, &times.user, &times.system);
	} else {
		flags = spin_lock_irqsave(&tasklist);
		process_times(c->process, &times);
		spin_unlock_irqrestore(&tasklist, flags);
	}
	return c->kind == 1 ? times.user : times.user + times.system;
}

/* ---- reading ---- */

int clock_read(int clock, ktime_t *now)
{
	struct cpu_clock c;
	int error;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		*now = clock_realtime();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*now = clock_monotonic();
		return 0;
	default:
		if (!clock_is_cpu(clock))
			return -EINVAL;
		error = cpu_clock_find(clock, &c);
		if (error)
			return error;
		*now = cpu_clock_read(&c);
		cpu_clock_put(&c);
		return 0;
	}
}

SYSCALL(clock_gettime)
{
	int clock = (int)args->arg[0], error;
	ktime_t now;

	error = clock_read(clock, &now);
	/* Here alone a thread may name its process's clock by its own number. */
	if (unlikely(error) && clock < 0 && !(clock & 4) && ~(clock >> 3) == current->pid->number)
		error = clock_read(clock | ~7, &now);
	return error ? error : timespec_to_user(args->arg[1], now);
}

SYSCALL(clock_getres)
{
	int clock = (int)args->arg[0];
	ktime_t resolution = 1, now;
	int error = clock_read(clock, &now);

	if (error)
		return error;
	if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ||
	    (clock < 0 && ((unsigned int)clock & 3) != 2))
		resolution = COARSE_TICK;
	return args->arg[1] ? timespec_to_user(args->arg[1], resolution) : 0;
}

static int32_t zone[2]; /* minutes west of Greenwich, kind of summer time: only told again */

SYSCALL(gettimeofday)
{
	if (args->arg[0] && timeval_to_user(args->arg[0], clock_realtime()))
		return -EFAULT;
	if (args->arg[1] && copy_to_user(args->arg[1], zone, sizeof(zone)))
		return -EFAULT;
	return 0;
}

SYSCALL(time)
{
	int64_t now = (int64_t)(clock_realtime() / NSEC_PER_SEC);

	if (args->arg[0] && hal_put_user64(hal_user_ptr(void, args->arg[0]), (uint64_t)now))
		return -EFAULT;
	return now;
}

/* ---- setting ---- */

static long set_realtime(ktime_t now)
{
	if (now >= REALTIME_MAX)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	/* Real time never goes before boot: monotonic time would be ahead of it. */
	if (now < clock_monotonic())
		return -EINVAL;
	clock_set_realtime(now);
	return 0;
}

SYSCALL(clock_settime)
{
	ktime_t now;
	int error;

	if ((int)args->arg[0] != CLOCK_REALTIME) {
		/* The CPU clocks of a pid can be found but not set; no other can even be tried. */
		int64_t words[2];

		if ((int)args->arg[0] >= 0)
			return -EINVAL;
		if (copy_from_user(words, args->arg[1], sizeof(words)))
			return -EFAULT;
		return clock_read((int)args->arg[0], &now) ? -EINVAL : -EPERM;
	}
	error = timespec_from_user(&now, args->arg[1]);
	return error ? error : set_realtime(now);
}

/* Told before the time: the battery clock ran on local time until now. */
static long zone_set(const int32_t new[2], bool with_time)
{
	static bool told;

	WRITE_ONCE(zone[0], new[0]);
	WRITE_ONCE(zone[1], new[1]);
	if (__atomic_exchange_n(&told, true, __ATOMIC_RELAXED) || with_time || !new[0])
		return 0;
	return set_realtime(clock_realtime() + (ktime_t) new[0] * 60 * NSEC_PER_SEC);
}

SYSCALL(settimeofday)
{
	int32_t new[2];
	ktime_t now;
	int error;

	if (args->arg[0]) {
		error = timeval_from_user(&now, args->arg[0]);
		if (error)
			return error;
	}
	if (args->arg[1] && copy_from_user(new, args->arg[1], sizeof(new)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (args->arg[1]) {
		long result = -EINVAL;

		if (new[0] <= 15 * 60 && new[0] >= -15 * 60)
			result = zone_set(new, args->arg[0]);
		if (result)
			return result;
	}
	return args->arg[0] ? set_realtime(now) : 0;
}
