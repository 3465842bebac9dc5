// SPDX-License-Identifier: MIT
// Sessions and process groups: setsid, setpgid, getpgid, getsid, getpgrp.

#include <core/errno.h>
#include <core/proc.h>
#include <core/syscall.h>

/* A session or group of process number, or our own for 0. */
static long read_membership(pid_t number, bool session)
{
	struct process *process;
	struct pid *pid;
	long result = -ESRCH;

	rcu_read_lock();
	if (!number) {
		process = current->process;
	} else {
		struct pid *which = pid_find_rcu(number);
		struct thread *thread = which ? rcu_dereference(which->thread) : NULL;

		process = thread ? thread->process : NULL;
	}
	if (process) {
		pid = rcu_dereference(*(session ? &process->session : &process->group));
		result = pid->number;
	}
	rcu_read_unlock();
	return result;
}

SYSCALL(getpgid)
{
	return read_membership((pid_t)args->arg[0], false);
}

SYSCALL(getpgrp)
{
	return read_membership(0, false);
}

SYSCALL(getsid)
{
	return read_membership((pid_t)args->arg[0], true);
}

SYSCALL(setsid)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	long result = -EPERM;

	/* A leader of a session already, or a group of our number is in use. */
	if (process->session == process->pid || !list_empty(&process->pid->members[PID_GROUP]))
		goto out;
	process_set_session(process, process->pid);
	process_set_group(process, process->pid);
	process_set_terminal(process, NULL);
	result = process_id(process);
out:
	spin_unlock_irqrestore(&tasklist, flags);
	return result;
}

/* tasklist held. The process that setpgid is about: ourselves or a child that has not executed yet.
 * 0 or -errno. */
static int setpgid_target(pid_t number, struct process **target)
{
	struct process *mine = current->process, *p = mine;

	if (number) {
		struct pid *pid = pid_find_rcu(number);

		p = pid ? pid->process : NULL;
		if (!p)
			return pid && pid->thread ? -EINVAL : -ESRCH;
	}
	if (p != mine) {
		if (p->parent != mine)
			return -ESRCH;
		if (p->session != mine->session)
			return -EPERM;
		if (p->has_execed)
			return -EACCES;
	}
	*target = p;
	return p->session == p->pid ? -EPERM : 0;
}

SYSCALL(setpgid)
{
	pid_t number = (pid_t)args->arg[0], group_number = (pid_t)args->arg[1];
	struct process *p = NULL;
	struct pid *group;
	unsigned long flags;
	int error;

	/* No group means the process's own, and is judged as if it had been written out. */
	if (group_number < 0 || (!group_number && number < 0))
		return -EINVAL;
	flags = spin_lock_irqsave(&tasklist);
	error = setpgid_target(number, &p);
	if (error)
		goto out;
	group = p->pid;
	if (group_number && group_number != p->pid->number) {
		/* An existing group of the same session. */
		group = pid_find_rcu(group_number);
		error = -EPERM;
		if (!group || list_empty(&group->members[PID_GROUP]) ||
		    list_first(&group->members[PID_GROUP], struct process, group_link)->session !=
			    current->process->session)
			goto out;
	}
	process_set_group(p, group);
	error = 0;
out:
	spin_unlock_irqrestore(&tasklist, flags);
	return error;
}
