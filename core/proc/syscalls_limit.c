// SPDX-License-Identifier: MIT
// Resource limits: prlimit64, getrlimit, setrlimit.

#include <core/errno.h>
#include <core/proc.h>
#include <core/syscall.h>

#define NOFILE_MAX 1048576u /* fs.nr_open */

static long exchange(struct process *process, unsigned int which, const struct rlimit *new,
		     struct rlimit *old)
{
	struct rlimit *limit = &process->limits[which];
	unsigned long flags;
	long error = 0;

	if (new) {
		if (new->soft > new->hard)
			return -EINVAL;
		if (which == RLIMIT_NOFILE && new->hard > NOFILE_MAX)
			return -EPERM;
	}
	flags = spin_lock_irqsave(&process->lock);
	if (old)
		*old = *limit;
	if (new && new->hard > limit->hard && !capable(CAP_SYS_RESOURCE))
		error = -EPERM;
	if (new && !error) {
		WRITE_ONCE(limit->soft, new->soft);
		WRITE_ONCE(limit->hard, new->hard);
	}
	spin_unlock_irqrestore(&process->lock, flags);
	return error;
}

static int may_change(struct process *process)
{
	const struct cred *mine = current->cred, *theirs;
	bool same;

	if (process == current->process)
		return 0;
	rcu_read_lock();
	theirs = rcu_dereference(process->leader->cred);
	same = mine->uid == theirs->euid && mine->uid == theirs->suid && mine->uid == theirs->uid &&
	       mine->gid == theirs->egid && mine->gid == theirs->sgid && mine->gid == theirs->gid;
	rcu_read_unlock();
	return same || capable(CAP_SYS_RESOURCE) ? 0 : -EPERM;
}

SYSCALL(prlimit64)
{
	pid_t number = (pid_t)args->arg[0];
	unsigned int which = (unsigned int)args->arg[1];
	struct rlimit new __uninitialized, old __uninitialized;
	struct thread *thread = NULL;
	long error;

	if (args->arg[2] && copy_from_user(&new, args->arg[2], sizeof(new)))
		return -EFAULT;
	if (number) {
		thread = thread_find(number);
		if (!thread || !thread->process) {
			error = -ESRCH;
			goto out;
		}
	}
	error = may_change((thread ? thread : current)->process);
	if (!error)
		error = which < RLIM_COUNT ? exchange((thread ? thread : current)->process, which,
						      args->arg[2] ? &new : NULL, &old)
					   : -EINVAL;
	if (!error && args->arg[3] && copy_to_user(args->arg[3], &old, sizeof(old)))
		error = -EFAULT;
out:
	if (thread)
		thread_put(thread);
	return error;
}

SYSCALL(getrlimit)
{
	struct rlimit old __uninitialized;

	if (args->arg[0] >= RLIM_COUNT)
		return -EINVAL;
	(void)!exchange(current->process, (unsigned int)args->arg[0], NULL,
			&old); /* reading cannot fail */
	return copy_to_user(args->arg[1], &old, sizeof(old));
}

SYSCALL(setrlimit)
{
	struct rlimit new __uninitialized;

	if (copy_from_user(&new, args->arg[1], sizeof(new)))
		return -EFAULT;
	if (args->arg[0] >= RLIM_COUNT)
		return -EINVAL;
	return exchange(current->process, (unsigned int)args->arg[0], &new, NULL);
}
