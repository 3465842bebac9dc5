// SPDX-License-Identifier: MIT
// Who am I: the calls that only read the thread's own identity.

#include <core/errno.h>
#include <core/proc.h>
#include <core/syscall.h>

SYSCALL(getpid)
{
	return current->process->pid->number;
}

SYSCALL(gettid)
{
	return current->pid->number;
}

SYSCALL(getppid)
{
	struct process *process = current->process;
	pid_t parent;

	rcu_read_lock();
	parent = process->is_init ? 0 : process_id(rcu_dereference(process->parent));
	rcu_read_unlock();
	return parent;
}

SYSCALL(getuid)
{
	return current->cred->uid;
}

SYSCALL(geteuid)
{
	return current->cred->euid;
}

SYSCALL(getgid)
{
	return current->cred->gid;
}

SYSCALL(getegid)
{
	return current->cred->egid;
}

static int put_three(const struct syscall_args *args, uint32_t a, uint32_t b, uint32_t c)
{
	return hal_put_user32(hal_user_ptr(void, args->arg[0]), a) ||
			       hal_put_user32(hal_user_ptr(void, args->arg[1]), b) ||
			       hal_put_user32(hal_user_ptr(void, args->arg[2]), c)
		       ? -EFAULT
		       : 0;
}

SYSCALL(getresuid)
{
	const struct cred *cred = current->cred;

	return put_three(args, cred->uid, cred->euid, cred->suid);
}

SYSCALL(getresgid)
{
	const struct cred *cred = current->cred;

	return put_three(args, cred->gid, cred->egid, cred->sgid);
}

SYSCALL(getgroups)
{
	const struct cred *cred = current->cred;
	int size = (int)args->arg[0];

	if (size < 0)
		return -EINVAL;
	if (size) {
		if ((unsigned int)size < cred->group_count)
			return -EINVAL;
		if (copy_to_user(args->arg[1], cred->groups, cred->group_count * sizeof(gid_t)))
			return -EFAULT;
	}
	return cred->group_count;
}

SYSCALL(set_tid_address)
{
	current->clear_child_tid = args->arg[0];
	return current->pid->number;
}

SYSCALL(getcpu)
{
	if (args->arg[0] && hal_put_user32(hal_user_ptr(void, args->arg[0]), hal_cpu_id()))
		return -EFAULT;
	if (args->arg[1] && hal_put_user32(hal_user_ptr(void, args->arg[1]), 0))
		return -EFAULT;
	return 0;
}

SYSCALL(personality)
{
	unsigned long old = current->personality;

	if ((uint32_t)args->arg[0] != 0xffffffffu)
		current->personality = (uint32_t)args->arg[0];
	return (long)old;
}
