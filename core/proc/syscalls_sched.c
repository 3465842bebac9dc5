// SPDX-License-Identifier: MIT
// Scheduling as programs ask for it: policies, priorities, affinity, nice values.

#include <core/errno.h>
#include <core/proc.h>
#include <core/syscall.h>
#include <core/timespec.h>

#include "sched_targets.h"

#define SCHED_RESET_ON_FORK 0x40000000

#define SLICE_MIN (100 * NSEC_PER_USEC)
#define SLICE_MAX (100 * NSEC_PER_MSEC)

static bool is_rt(unsigned int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool policy_known(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_FIFO || policy == SCHED_RR ||
	       policy == SCHED_BATCH || policy == SCHED_IDLE;
}

/* The thread of that number (reference) or the current one for 0. */
static struct thread *target(pid_t number)
{
	if (number)
		return thread_find(number);
	thread_get(current);
	return current;
}

bool sched_owns(const struct thread *t)
{
	const struct cred *mine = current->cred, *theirs;
	bool same;

	rcu_read_lock();
	theirs = rcu_dereference(t->cred);
	same = mine->euid == theirs->euid || mine->euid == theirs->uid;
	rcu_read_unlock();
	return same;
}

bool sched_outranks(const struct thread *t)
{
	const struct cred *mine = current->cred;
	bool subset;

	rcu_read_lock();
	subset = !(rcu_dereference(t->cred)->cap_permitted & ~mine->cap_permitted);
	rcu_read_unlock();
	return subset || capable(CAP_SYS_NICE);
}

/* Do the threads of the class share by nice values? */
static bool has_nice(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH;
}

struct request {
	int policy;
	unsigned int priority;
	int nice;
	ktime_t slice; /* set with the nice value; 0: the usual */
	bool set_nice, reset;
	bool keep; /* only be judged, with the priority or nice value that the thread has */
	bool unknown_flags; /* EINVAL once the thread is found */
};

/* Linux's rules for those without CAP_SYS_NICE. */
static bool may_set(struct thread *t, const struct request *r)
{
	uint64_t nice_limit = process_limit(t->process, RLIMIT_NICE),
		 rt_limit = process_limit(t->process, RLIMIT_RTPRIO);

	if (capable(CAP_SYS_NICE))
		return true;
	if (r->set_nice && has_nice(r->policy) && r->nice < t->sched.nice &&
	    (uint64_t)(20 - r->nice) > nice_limit)
		return false;
	if (is_rt((unsigned int)r->policy)) {
		if ((unsigned int)r->policy != t->sched.policy && !rt_limit)
			return false;
		if (r->priority > t->sched.rt_priority && r->priority > rt_limit)
			return false;
	}
	if (t->sched.policy == SCHED_IDLE && r->policy != SCHED_IDLE &&
	    (uint64_t)(20 - t->sched.nice) > nice_limit)
		return false;
	if (!sched_owns(t) || !sched_outranks(t))
		return false;
	return !t->sched.reset_on_fork || r->reset;
}

static void change(struct thread *t, const struct request *r)
{
	bool rt = is_rt((unsigned int)r->policy);

	/* One that runs by priority, or when nobody else does, keeps its nice value for later. By
	 * priority it has no slack. */
	sched_set_policy(t, (unsigned int)r->policy, r->priority);
	if (r->set_nice && has_nice(r->policy)) {
		sched_set_nice(t, r->nice);
		sched_set_slice(t, r->slice);
	}
	if (rt)
		t->timer_slack_ns = 0;
	else if (!t->timer_slack_ns)
		t->timer_slack_ns = t->default_timer_slack_ns;
	futex_pi_level_changed(t);
}

static long set(pid_t number, struct request *r)
{
	struct thread *t;
	long error = 0;

	t = target(number);
	if (!t || !t->process) {
		error = -ESRCH;
		goto out;
	}
	if (r->policy < 0) {
		r->policy = READ_ONCE(t->sched.policy);
		r->reset = t->sched.reset_on_fork;
	}
	if (r->keep && is_rt(READ_ONCE(t->sched.policy)))
		r->priority = READ_ONCE(t->sched.rt_priority);
	else if (r->keep)
		r->nice = (int)t->sched.nice;
	if (!policy_known(r->policy) || r->unknown_flags || r->priority > 99 ||
	    is_rt((unsigned int)r->policy) != (r->priority != 0)) {
		error = -EINVAL;
		goto out;
	}
	if (!may_set(t, r)) {
		error = -EPERM;
		goto out;
	}
	t->sched.reset_on_fork = r->reset;
	if (!r->keep)
		change(t, r);
out:
	if (t)
		thread_put(t);
	return error;
}

SYSCALL(sched_setscheduler)
{
	int policy = (int)args->arg[1];
	struct request r = {0};
	uint32_t priority;

	if (policy < 0 || !args->arg[2] || (pid_t)args->arg[0] < 0)
		return -EINVAL;
	if (hal_get_user32(&priority, hal_user_ptr(const void, args->arg[2])))
		return -EFAULT;
	r.reset = policy & SCHED_RESET_ON_FORK;
	r.policy = policy & ~SCHED_RESET_ON_FORK;
	r.priority = priority;
	return set((pid_t)args->arg[0], &r);
}

SYSCALL(sched_setparam)
{
	struct request r = {.policy = -1};
	uint32_t priority;

	if (!args->arg[1] || (pid_t)args->arg[0] < 0)
		return -EINVAL;
	if (hal_get_user32(&priority, hal_user_ptr(const void, args->arg[1])))
		return -EFAULT;
	r.priority = priority;
	return set((pid_t)args->arg[0], &r);
}

SYSCALL(sched_getscheduler)
{
	struct thread *t;
	long result;

	if ((pid_t)args->arg[0] < 0)
		return -EINVAL;
	t = target((pid_t)args->arg[0]);
	if (!t)
		return -ESRCH;
	result = t->sched.policy | (t->sched.reset_on_fork ? SCHED_RESET_ON_FORK : 0);
	thread_put(t);
	return result;
}

SYSCALL(sched_getparam)
{
	struct thread *t;
	uint32_t priority;

	if ((pid_t)args->arg[0] < 0 || !args->arg[1])
		return -EINVAL;
	t = target((pid_t)args->arg[0]);
	if (!t)
		return -ESRCH;
	priority = t->sched.rt_priority;
	thread_put(t);
	return hal_put_user32(hal_user_ptr(void, args->arg[1]), priority);
}

SYSCALL(sched_get_priority_max)
{
	int policy = (int)args->arg[0];

	if (!policy_known(policy) && policy != 6) /* SCHED_DEADLINE */
		return -EINVAL;
	return is_rt((unsigned int)policy) ? 99 : 0;
}

SYSCALL(sched_get_priority_min)
{
	int policy = (int)args->arg[0];

	if (!policy_known(policy) && policy != 6)
		return -EINVAL;
	return is_rt((unsigned int)policy) ? 1 : 0;
}

SYSCALL(sched_rr_get_interval)
{
	struct thread *t;
	ktime_t interval;

	if ((pid_t)args->arg[0] < 0)
		return -EINVAL;
	t = target((pid_t)args->arg[0]);
	if (!t)
		return -ESRCH;
	interval = t->sched.policy == SCHED_RR	   ? SCHED_RR_SLICE
		   : t->sched.policy == SCHED_FIFO ? 0
						   : t->sched.slice;
	thread_put(t);
	return timespec_to_user(args->arg[1], interval);
}

SYSCALL(sched_yield)
{
	sched_yield_now();
	return 0;
}

/* ---- sched_setattr and sched_getattr ---- */

struct sched_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};
#define SCHED_ATTR_SIZE_VER0	 48
#define SCHED_FLAG_RESET_ON_FORK 1u
#define SCHED_FLAG_RECLAIM	 2u /* of deadlines: without a meaning for other policies */
#define SCHED_FLAG_DL_OVERRUN	 4u
#define SCHED_FLAG_KEEP_POLICY	 8u
#define SCHED_FLAG_KEEP_PARAMS	 16u
#define SCHED_FLAG_UTIL_CLAMP	 0x60u
#define SCHED_FLAG_ALL		 0x7fu

static int attr_copy(struct sched_attr *a, unsigned long user)
{
	uint32_t size;
	uint8_t byte;

	*a = (struct sched_attr){0};
	if (hal_get_user32(&size, hal_user_ptr(const void, user)))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto bad_size;
	for (uint32_t i = sizeof(*a); i < size; i++) {
		if (hal_get_user8(&byte, hal_user_ptr(const void, user + i)))
			return -EFAULT;
		if (byte)
			goto bad_size;
	}
	return copy_from_user(a, user, MIN(size, sizeof(*a)));
bad_size:
	return hal_put_user32(hal_user_ptr(void, user), sizeof(*a)) ? -EFAULT : -E2BIG;
}

SYSCALL(sched_setattr)
{
	struct sched_attr a;
	struct request r;
	int error;

	if (!args->arg[1] || (pid_t)args->arg[0] < 0 || args->arg[2])
		return -EINVAL;
	error = attr_copy(&a, args->arg[1]);
	if (error)
		return error;
	if ((int32_t)a.policy < 0)
		return -EINVAL;
	if (a.flags & SCHED_FLAG_UTIL_CLAMP) /* the fields are in the longer struct only */
		return a.size < sizeof(a) ? -EINVAL : -EOPNOTSUPP;
	r = (struct request){
		.policy = a.flags & SCHED_FLAG_KEEP_POLICY ? -1 : (int)a.policy,
		.priority = a.priority,
		.nice = MIN(MAX(a.nice, -20), 19),
		.slice = a.runtime ? MIN(MAX(a.runtime, SLICE_MIN), SLICE_MAX) : 0,
		.set_nice = true,
		.reset = a.flags & SCHED_FLAG_RESET_ON_FORK,
		.unknown_flags = a.flags & ~(uint64_t)SCHED_FLAG_ALL,
		.keep = a.flags & SCHED_FLAG_KEEP_PARAMS,
	};
	return set((pid_t)args->arg[0], &r);
}

SYSCALL(sched_getattr)
{
	uint32_t size = (uint32_t)args->arg[2];
	struct sched_attr a = {0};
	struct thread *t;

	if (!args->arg[1] || (pid_t)args->arg[0] < 0 || size > PAGE_SIZE ||
	    size < SCHED_ATTR_SIZE_VER0 || args->arg[3])
		return -EINVAL;
	t = target((pid_t)args->arg[0]);
	if (!t)
		return -ESRCH;
	a.size = (uint32_t)MIN((size_t)size, sizeof(a));
	a.policy = t->sched.policy;
	a.flags = t->sched.reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	if (is_rt(t->sched.policy)) {
		a.priority = t->sched.rt_priority;
	} else {
		a.nice = (int32_t)t->sched.nice;
		a.runtime = READ_ONCE(t->sched.slice);
	}
	thread_put(t);
	return copy_to_user(args->arg[1], &a, a.size);
}

/* ---- affinity ---- */

SYSCALL(sched_setaffinity)
{
	size_t size = (uint32_t)args->arg[1];
	uint64_t mask = 0;
	struct thread *t;
	long error;

	if (copy_from_user(&mask, args->arg[2], MIN(size, sizeof(mask))))
		return -EFAULT;
	t = target((pid_t)args->arg[0]);
	if (!t || !t->process) {
		if (t)
			thread_put(t);
		return -ESRCH;
	}
	if ((!sched_owns(t) && !capable(CAP_SYS_NICE)) || !sched_outranks(t))
		error = -EPERM;
	else
		error = sched_set_affinity(t, mask & sched_online());
	/* Move at once if we may not stay here. */
	if (!error && t == current && !(mask & (1ull << hal_cpu_id())))
		schedule();
	thread_put(t);
	return error;
}

SYSCALL(sched_getaffinity)
{
	uint32_t size = (uint32_t)args->arg[1];
	struct thread *t;
	uint64_t mask;

	/* Linux: at least as many bits as it has CPUs, in whole words. */
	if (size < sizeof(mask) || size % sizeof(unsigned long))
		return -EINVAL;
	t = target((pid_t)args->arg[0]);
	if (!t)
		return -ESRCH;
	mask = t->sched.affinity & sched_online();
	thread_put(t);
	if (copy_to_user(args->arg[2], &mask, sizeof(mask)))
		return -EFAULT;
	return sizeof(mask);
}

/* ---- nice ---- */

static long nice_one(struct thread *t, int nice)
{
	if (!sched_owns(t) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (nice < t->sched.nice &&
	    (uint64_t)(20 - nice) > process_limit(t->process, RLIMIT_NICE) &&
	    !capable(CAP_SYS_NICE))
		return -EACCES;
	if (!sched_outranks(t))
		return -EPERM;
	sched_set_nice(t, nice);
	return 0;
}

/* One thread of the set: accumulate the result. nice NULL: find the highest priority, as 40 .. 1.
 */
static void visit_nice(struct thread *t, const int *nice, long *result)
{
	if (nice) {
		long error = nice_one(t, *nice);

		if (*result == -ESRCH || error)
			*result = error;
	} else {
		*result = MAX(*result, 20 - t->sched.nice);
	}
}

long sched_for_each(int which, int who, sched_visit_fn *visit, const int *value)
{
	struct process *p;
	struct thread *t;
	struct pid *group;
	unsigned long flags;
	uid_t uid = (uid_t)who;
	long result = -ESRCH;

	switch (which) {
	case PRIO_PROCESS:
		if (!who) {
			visit(current, value, &result);
			return result;
		}
		t = thread_find(who);
		if (t && t->process)
			visit(t, value, &result);
		if (t)
			thread_put(t);
		return result;
	case PRIO_PGRP:
		flags = spin_lock_irqsave(&tasklist);
		group = who ? pid_find_rcu(who) : current->process->group;
		if (group)
			list_for_each_entry (p, &group->members[PID_GROUP], group_link)
				list_for_each_entry (t, &p->threads, process_link)
					visit(t, value, &result);
		spin_unlock_irqrestore(&tasklist, flags);
		return result;
	case PRIO_USER:
		if (!who)
			uid = current->cred->uid;
		flags = spin_lock_irqsave(&tasklist);
		list_for_each_entry (p, &process_list, all_link)
			list_for_each_entry (t, &p->threads, process_link)
				if (rcu_dereference(t->cred)->uid == uid)
					visit(t, value, &result);
		spin_unlock_irqrestore(&tasklist, flags);
		return result;
	default:
		return -EINVAL;
	}
}

SYSCALL(setpriority)
{
	int nice = MIN(MAX((int)args->arg[2], -20), 19);

	return sched_for_each((int)args->arg[0], (int)args->arg[1], visit_nice, &nice);
}

SYSCALL(getpriority)
{
	return sched_for_each((int)args->arg[0], (int)args->arg[1], visit_nice, NULL);
}
