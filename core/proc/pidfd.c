// SPDX-License-Identifier: MIT
// pidfds: files that name a process (or thread) for as long as they are open, whatever becomes of
// its number.

#include <core/errno.h>
#include <core/files.h>
#include <core/poll.h>
#include <core/proc.h>
#include <core/syscall.h>

#define PIDFD_SIGNAL_THREAD	   1u
#define PIDFD_SIGNAL_THREAD_GROUP  2u
#define PIDFD_SIGNAL_PROCESS_GROUP 4u

static unsigned int pidfd_poll(struct file *file, struct poll_table *table)
{
	struct pid *pid = file->private;
	struct process *process;
	struct thread *thread;
	unsigned int ready = 0;

	poll_wait(table, &pid->waiters);
	rcu_read_lock();
	thread = rcu_dereference(pid->thread);
	process = rcu_dereference(pid->process);
	if (!thread)
		ready = POLLIN | POLLRDNORM | POLLHUP;
	else if (process ? READ_ONCE(process->zombie) : READ_ONCE(thread->exited))
		ready = POLLIN | POLLRDNORM;
	rcu_read_unlock();
	return ready;
}

static void pidfd_release(struct file *file)
{
	pid_put(file->private);
}

static void pidfd_show(struct file *file, void (*print)(void *ctx, const char *format, ...),
		       void *ctx)
{
	struct pid *pid = file->private;

	print(ctx, "Pid:\t%d\nNSpid:\t%d\n", pid->owns_number ? pid->number : -1,
	      pid->owns_number ? pid->number : -1);
}

/* There are none: those that Linux has (its process's namespaces) take no argument, which is looked at first. */
static long pidfd_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	const struct pid *pid = file->private;

	(void)command;
	if (arg)
		return -EINVAL;
	return READ_ONCE(pid->thread) ? -ENOTTY : -ESRCH;
}

static const struct file_ops pidfd_ops = {
	.poll = pidfd_poll,
	.release = pidfd_release,
	.ioctl = pidfd_ioctl,
	.show_fdinfo = pidfd_show,
};

/* By this programs know whether two pidfds are of one process. */
static uint64_t ino_of(struct pid *pid)
{
	static uint64_t last;
	uint64_t mine, none = 0;

	if (READ_ONCE(pid->ino))
		return pid->ino;
	mine = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	return __atomic_compare_exchange_n(&pid->ino, &none, mine, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED)
		       ? mine
		       : none;
}

int pidfd_create(struct pid *pid, unsigned int flags, struct file **file)
{
	int error = file_nameless(NAMELESS_PID, "anon_inode:[pidfd]", S_IFREG | 0700, ino_of(pid),
				  &pidfd_ops, pid, O_RDWR | flags, FILE_READ | FILE_WRITE, file);

	if (!error)
		pid_get(pid);
	return error;
}

struct pid *pidfd_get_pid(int fd, unsigned int *flags)
{
	struct fd f = fd_get(fd);
	struct pid *pid;

	if (!f.file)
		return err_ptr(-EBADF);
	if (f.file->ops == &pidfd_ops) {
		pid = pid_get(f.file->private);
		*flags = f.file->flags;
	} else {
		pid = err_ptr(-EBADF);
	}
	fd_put(f);
	return pid;
}

/* pidfd_send_signal takes a descriptor of /proc/PID too: programs had nothing else before pidfds. */
static struct pid *pid_to_signal(int fd, unsigned int *flags)
{
	struct fd f = fd_get(fd);
	struct pid *pid = NULL;

	if (f.file && f.file->ops->pid)
		pid = f.file->ops->pid(f.file);
	if (pid)
		pid_get(pid);
	if (f.file)
		fd_put(f);
	if (!pid)
		return pidfd_get_pid(fd, flags);
	*flags = 0;
	return pid;
}

SYSCALL(pidfd_open)
{
	pid_t number = (pid_t)args->arg[0];
	unsigned int flags = (unsigned int)args->arg[1];
	struct file *file;
	struct pid *pid;
	int error;

	if ((flags & ~(PIDFD_NONBLOCK | PIDFD_THREAD)) || number <= 0)
		return -EINVAL;
	pid = pid_find(number);
	if (!pid)
		return -ESRCH;
	if (!(flags & PIDFD_THREAD ? (void *)pid->thread : (void *)pid->process))
		error = -EINVAL;
	else
		error = pidfd_create(pid, flags, &file);
	pid_put(pid);
	if (error)
		return error;
	error = fd_install(file, 0, true);
	if (error < 0)
		file_put(file);
	return error;
}

static long send_group(struct pid *pid, int sig, const struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct process *p;
	bool success = false;
	long result = -ESRCH;

	list_for_each_entry (p, &pid->members[PID_GROUP], group_link) {
		int error = signal_send_user(p, NULL, sig, info);

		success |= error == 0;
		result = error;
	}
	spin_unlock_irqrestore(&tasklist, flags);
	return success ? 0 : result;
}

static long send_to(struct pid *pid, unsigned int how, int sig, const struct siginfo *info)
{
	struct process *process = NULL;
	struct thread *thread;
	long result = -ESRCH;

	rcu_read_lock();
	thread = rcu_dereference(pid->thread);
	if (thread && !refcount_get_unless_zero(&thread->refs))
		thread = NULL;
	if (thread)
		process = thread->process;
	rcu_read_unlock();
	if (!thread)
		return -ESRCH;
	result = signal_send_user(process, how == PIDFD_SIGNAL_THREAD ? thread : NULL, sig, info);
	thread_put(thread);
	return result;
}

SYSCALL(pidfd_send_signal)
{
	int sig = (int)args->arg[1];
	unsigned int how = (unsigned int)args->arg[3], flags;
	struct siginfo info;
	struct pid *pid;
	long result;

	if ((how & ~7u) || (how & (how - 1)))
		return -EINVAL;
	pid = pid_to_signal((int)args->arg[0], &flags);
	if (is_err(pid))
		return ptr_err(pid);
	if (!how)
		how = flags & PIDFD_THREAD ? PIDFD_SIGNAL_THREAD : PIDFD_SIGNAL_THREAD_GROUP;
	if (sig < 0 || sig > SIGMAX) {
		result = -EINVAL;
		goto out;
	}
	if (args->arg[2]) {
		if (copy_from_user(&info, args->arg[2], sizeof(info))) {
			result = -EFAULT;
			goto out;
		}
		result = info.signo != sig ? -EINVAL : 0;
		if (!result && (info.code >= 0 || info.code == SI_TKILL) &&
		    (pid != current->pid || how == PIDFD_SIGNAL_PROCESS_GROUP))
			result = -EPERM;
		if (result)
			goto out;
	} else {
		signal_info_user(&info, sig, how == PIDFD_SIGNAL_THREAD ? SI_TKILL : SI_USER);
	}
	result = how == PIDFD_SIGNAL_PROCESS_GROUP ? send_group(pid, sig, &info)
						   : send_to(pid, how, sig, &info);
out:
	pid_put(pid);
	return result;
}

SYSCALL(pidfd_getfd)
{
	struct thread *thread = NULL;
	struct file *file;
	unsigned int flags;
	struct pid *pid;
	long result;

	if (args->arg[2])
		return -EINVAL;
	pid = pidfd_get_pid((int)args->arg[0], &flags);
	if (is_err(pid))
		return ptr_err(pid);
	thread = thread_find(pid->number);
	if (!thread || thread->pid != pid) {
		result = -ESRCH;
		goto out;
	}
	result = thread_take_file(thread, (unsigned int)args->arg[1], current->cred->uid,
				  current->cred->gid, &file);
	if (result)
		goto out;
	result = fd_install(file, 0, true);
	if (result < 0)
		file_put(file);
out:
	if (thread)
		thread_put(thread);
	pid_put(pid);
	return result;
}
