// SPDX-License-Identifier: MIT
// Signals that programs send: kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo; and who may.

#include <core/errno.h>
#include <core/syscall.h>

#include "internal.h"

int signal_permission(struct process *process, int sig)
{
	const struct cred *mine = current->cred, *theirs;
	bool allowed;

	if (process == current->process)
		return 0;
	rcu_read_lock();
	theirs = rcu_dereference(process->leader->cred);
	allowed = mine->euid == theirs->suid || mine->euid == theirs->uid ||
		  mine->uid == theirs->suid || mine->uid == theirs->uid || capable(CAP_KILL) ||
		  (sig == SIGCONT && READ_ONCE(process->session) == current->process->session);
	rcu_read_unlock();
	return allowed ? 0 : -EPERM;
}

void signal_info_user(struct siginfo *info, int sig, int code)
{
	*info = (struct siginfo){
		.signo = sig,
		.code = code,
		.rt = {.pid = process_id(current->process), .uid = current->cred->uid},
	};
}

int signal_info_copy(struct siginfo *info, unsigned long user, int sig, pid_t target)
{
	if (copy_from_user(info, user, sizeof(*info)))
		return -EFAULT;
	info->signo = sig;
	if ((info->code >= 0 || info->code == SI_TKILL) && target != current->pid->number)
		return -EPERM;
	return 0;
}

/* tasklist or a reference keeps process. */
static int send(struct process *process, struct thread *thread, int sig, const struct siginfo *info)
{
	struct sighand *sighand;
	unsigned long flags;
	int error;

	if (sig < 0 || sig > SIGMAX)
		return -EINVAL;
	error = signal_permission(process, sig);
	if (error || sig == 0)
		return error;
	sighand = sighand_lock(process, &flags);
	if (thread)
		/* Who has ended takes signals to no effect until he is waited for. */
		error = thread->exited ? 0 : signal_send_locked(sig, info, thread, false);
	else if (!list_empty(&process->threads))
		error = signal_send_locked(sig, info, process->leader, true);
	spin_unlock_irqrestore(&sighand->lock, flags);
	return error;
}

int signal_send_user(struct process *process, struct thread *thread, int sig,
		     const struct siginfo *info)
{
	return send(process, thread, sig, info);
}

static long kill_one(pid_t pid, int sig, const struct siginfo *info)
{
	struct thread *thread = thread_find(pid); /* any of its threads' numbers will do */
	int error;

	if (!thread)
		return -ESRCH;
	error = send(thread->process, NULL, sig, info);
	thread_put(thread);
	return error;
}

/* Success if any member was allowed. */
static long kill_group(pid_t pid, int sig, const struct siginfo *info)
{
	long result = -ESRCH;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct pid *group = pid ? pid_find_rcu(pid) : current->process->group;
	bool success = false;
	struct process *p;

	if (group)
		list_for_each_entry (p, &group->members[PID_GROUP], group_link) {
			int error = send(p, NULL, sig, info);

			success |= error == 0;
			result = error;
		}
	spin_unlock_irqrestore(&tasklist, flags);
	return success ? 0 : result;
}

/* Everybody but init and ourselves. */
static long kill_all(int sig, const struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct process *p;
	long result = 0;
	bool any = false;

	list_for_each_entry (p, &process_list, all_link) {
		int error;

		if (p->is_init || p == current->process)
			continue;
		error = send(p, NULL, sig, info);
		any = true;
		if (error != -EPERM)
			result = error;
	}
	spin_unlock_irqrestore(&tasklist, flags);
	return any ? result : -ESRCH;
}

SYSCALL(kill)
{
	pid_t pid = (pid_t)args->arg[0];
	int sig = (int)args->arg[1];
	struct siginfo info __attribute__((uninitialized)); /* filled whole */

	signal_info_user(&info, sig, SI_USER);
	if (pid > 0)
		return kill_one(pid, sig, &info);
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1)
		return kill_all(sig, &info);
	return kill_group(-pid, sig, &info);
}

/* tgid 0: any process. */
static long send_to_thread(pid_t tgid, pid_t tid, int sig, const struct siginfo *info)
{
	struct thread *thread = thread_find(tid);
	long result = -ESRCH;

	if (!thread)
		return -ESRCH;
	if (!tgid || process_id(thread->process) == tgid)
		result = send(thread->process, thread, sig, info);
	thread_put(thread);
	return result;
}

SYSCALL(tkill)
{
	struct siginfo info __attribute__((uninitialized)); /* filled whole */

	if ((pid_t)args->arg[0] <= 0)
		return -EINVAL;
	signal_info_user(&info, (int)args->arg[1], SI_TKILL);
	return send_to_thread(0, (pid_t)args->arg[0], (int)args->arg[1], &info);
}

SYSCALL(tgkill)
{
	struct siginfo info __attribute__((uninitialized)); /* filled whole */

	if ((pid_t)args->arg[0] <= 0 || (pid_t)args->arg[1] <= 0)
		return -EINVAL;
	signal_info_user(&info, (int)args->arg[2], SI_TKILL);
	return send_to_thread((pid_t)args->arg[0], (pid_t)args->arg[1], (int)args->arg[2], &info);
}

SYSCALL(rt_sigqueueinfo)
{
	pid_t pid = (pid_t)args->arg[0];
	int sig = (int)args->arg[1], error;
	struct siginfo info __attribute__((uninitialized)); /* filled whole */

	error = signal_info_copy(&info, args->arg[2], sig, pid);
	if (error)
		return error;
	return kill_one(pid, sig, &info);
}

SYSCALL(rt_tgsigqueueinfo)
{
	pid_t tgid = (pid_t)args->arg[0], tid = (pid_t)args->arg[1];
	int sig = (int)args->arg[2], error;
	struct siginfo info __attribute__((uninitialized)); /* filled whole */

	error = signal_info_copy(&info, args->arg[3], sig, tid);
	if (error == -EFAULT)
		return error;
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	if (error)
		return error;
	return send_to_thread(tgid, tid, sig, &info);
}
