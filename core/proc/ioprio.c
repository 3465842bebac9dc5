// SPDX-License-Identifier: MIT
/*
 * Priorities of input and output: kept for each thread and inherited by its children. They are a wish to whoever orders the requests
 * of a disk; ionice(1) and its relatives set them.
 */

#include <core/errno.h>
#include <core/proc.h>
#include <core/syscall.h>

#include "sched_targets.h"

/* The value: a class above, a level of 0 (first) to 7 and a hint below. */
#define CLASS_SHIFT 13
#define LEVEL_MASK  7
#define CLASS_NONE  0
#define CLASS_RT    1
#define CLASS_BE    2
#define CLASS_IDLE  3

/* Kinds of targets are numbered from 1, those of setpriority from 0. */
#define WHO_PROCESS 1

static int check(int value)
{
	switch (value >> CLASS_SHIFT) {
	case CLASS_RT:
		return capable(CAP_SYS_ADMIN) || capable(CAP_SYS_NICE) ? 0 : -EPERM;
	case CLASS_BE:
	case CLASS_IDLE:
		return 0;
	case CLASS_NONE:
		return value & LEVEL_MASK ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* Other than for setpriority, the target's real user counts, not its effective one. */
static bool is_mine(const struct thread *t)
{
	const struct cred *mine = current->cred;
	uid_t theirs;

	rcu_read_lock();
	theirs = rcu_dereference(t->cred)->uid;
	rcu_read_unlock();
	return theirs == mine->euid || theirs == mine->uid;
}

static void set_one(struct thread *t, const int *value, long *result)
{
	if (*result && *result != -ESRCH)
		return; /* the first error ends it */
	if ((!is_mine(t) && !capable(CAP_SYS_NICE)) || !sched_outranks(t)) {
		*result = -EPERM;
		return;
	}
	WRITE_ONCE(t->ioprio, (uint16_t)*value);
	*result = 0;
}

/* What a thread that has set none has instead: it follows from how the thread is scheduled. */
static long by_scheduling(const struct thread *t)
{
	long class = CLASS_BE;

	if (t->sched.policy == SCHED_IDLE)
		class = CLASS_IDLE;
	else if (t->sched.policy == SCHED_FIFO || t->sched.policy == SCHED_RR)
		class = CLASS_RT;
	return class << CLASS_SHIFT | (t->sched.nice + 20) / 5;
}

/* Of one thread: what was set. */
static void get_own(struct thread *t, const int *value, long *result)
{
	(void)value;
	*result = t->exited ? 0 : READ_ONCE(t->ioprio); /* what a zombie had set is gone */
}

/* The best of a set: the lowest class and level. */
static void get_best(struct thread *t, const int *value, long *result)
{
	long mine = READ_ONCE(t->ioprio);

	(void)value;
	if (mine >> CLASS_SHIFT == CLASS_NONE || t->exited)
		mine = by_scheduling(t);
	*result = *result == -ESRCH ? mine : MIN(mine, *result);
}

SYSCALL(ioprio_set)
{
	int value = (int)args->arg[2], error = check(value);

	if (error)
		return error;
	return sched_for_each((int)((unsigned int)args->arg[0] - WHO_PROCESS), (int)args->arg[1],
			      set_one, &value);
}

SYSCALL(ioprio_get)
{
	int which = (int)args->arg[0];

	return sched_for_each((int)((unsigned int)which - WHO_PROCESS), (int)args->arg[1],
			      which == WHO_PROCESS ? get_own : get_best, NULL);
}
