// SPDX-License-Identifier: MIT
/*
 * The owner of an open file: whom the kernel signals about it (F_SETOWN, F_SETSIG).
 *
 * Few files have one, so the record is made when a program first asks, stays until the file goes,
 * and changes under one lock for all. It holds the struct pid and not the number, which may be
 * somebody else's later, and the ids of who set it: the signal is sent with that one's rights.
 */
#include "internal.h"

#include <core/cred.h>
#include <core/poll.h>
#include <core/proc.h>

#define F_OWNER_TID  0
#define F_OWNER_PID  1
#define F_OWNER_PGRP 2

struct file_owner {
	/* [owner_lock] */
	struct pid *pid; /* reference; NULL: nobody */
	int type;	 /* F_OWNER_* */
	int signal;	 /* 0: SIGIO without more about it */
	uid_t uid, euid; /* of who set it */

	struct file_async *async; /* async.c's */
};

/* F_SETOWN_EX's and F_GETOWN_EX's argument. */
struct owner_record {
	int32_t type, pid;
};

/* Irq-saving: terminals signal from interrupts. */
static struct spinlock owner_lock = SPINLOCK_INIT("file owner");

/* The file's record, made if there is none; NULL: no memory. */
static struct file_owner *owner_of(struct file *file)
{
	struct file_owner *owner = load_acquire(&file->owner), *fresh;
	unsigned long flags;

	if (owner)
		return owner;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return NULL;
	flags = spin_lock_irqsave(&owner_lock);
	owner = file->owner;
	if (!owner)
		store_release(&file->owner, fresh);
	spin_unlock_irqrestore(&owner_lock, flags);
	if (!owner)
		return fresh;
	kfree(fresh);
	return owner;
}

struct file_async **file_owner_async(struct file *file)
{
	struct file_owner *owner = owner_of(file);

	return owner ? &owner->async : NULL;
}

void file_owner_free(struct file *file)
{
	struct file_owner *owner = file->owner;
	unsigned long flags;

	file_async_free(owner->async);
	/* Who sends to it now has it, or does not see it any more. */
	flags = spin_lock_irqsave(&owner_lock);
	file->owner = NULL;
	spin_unlock_irqrestore(&owner_lock, flags);
	if (owner->pid)
		pid_put(owner->pid);
	kfree(owner);
}

/* Consumes the reference on pid. only_first: not if there is an owner. */
static int set_owner(struct file *file, struct pid *pid, int type, bool only_first)
{
	struct file_owner *owner = owner_of(file);
	struct pid *old = pid;
	unsigned long flags;

	if (owner) {
		flags = spin_lock_irqsave(&owner_lock);
		if (!owner->pid || !only_first) {
			old = owner->pid;
			owner->pid = pid;
			owner->type = type;
			owner->uid = current->cred->uid;
			owner->euid = current->cred->euid;
		}
		spin_unlock_irqrestore(&owner_lock, flags);
	}
	if (old)
		pid_put(old);
	return owner ? 0 : -ENOMEM;
}

int file_owner_default(struct file *file, struct pid *group)
{
	return group ? set_owner(file, pid_get(group), F_OWNER_PGRP, true)
		     : set_owner(file, pid_get(current->process->pid), F_OWNER_PID, true);
}

/* number 0: nobody. */
static long set_owner_number(struct file *file, pid_t number, int type)
{
	struct pid *pid = number > 0 ? pid_find(number) : NULL;

	if (number && !pid)
		return -ESRCH;
	return set_owner(file, pid, type, false);
}

static long set_owner_ex(struct file *file, unsigned long arg)
{
	struct owner_record record;

	if (copy_from_user(&record, arg, sizeof(record)))
		return -EFAULT;
	if (record.type < F_OWNER_TID || record.type > F_OWNER_PGRP)
		return -EINVAL;
	return set_owner_number(file, record.pid, record.type);
}

/* As a program is told: an owner that has ended is nobody. */
static struct owner_record get_owner(struct file *file)
{
	struct file_owner *owner = load_acquire(&file->owner);
	struct owner_record record = {0};
	unsigned long flags;

	if (!owner)
		return record;
	flags = spin_lock_irqsave(&tasklist);
	spin_lock(&owner_lock);
	record.type = owner->type;
	if (owner->pid && owner->pid->attached)
		record.pid = owner->pid->number;
	spin_unlock(&owner_lock);
	spin_unlock_irqrestore(&tasklist, flags);
	return record;
}

/* Of who set it: real and effective user. */
static long get_uids(struct file *file, unsigned long arg)
{
	struct file_owner *owner = load_acquire(&file->owner);
	uid_t uids[2] = {0};

	if (owner) {
		unsigned long flags = spin_lock_irqsave(&owner_lock);

		uids[0] = owner->uid;
		uids[1] = owner->euid;
		spin_unlock_irqrestore(&owner_lock, flags);
	}
	return copy_to_user(arg, uids, sizeof(uids));
}

static long set_signal(struct file *file, unsigned long signal)
{
	struct file_owner *owner;

	if (signal > SIGMAX)
		return -EINVAL;
	owner = owner_of(file);
	if (!owner)
		return -ENOMEM;
	WRITE_ONCE(owner->signal, (int)signal);
	return 0;
}

long file_owner_fcntl(struct file *file, unsigned int command, unsigned long arg)
{
	struct owner_record record;
	int number = (int)arg;

	switch (command) {
	case F_GETOWN:
		record = get_owner(file);
		return record.type == F_OWNER_PGRP ? -record.pid : record.pid;
	case F_SETOWN:
		if (number == INT32_MIN)
			return -EINVAL;
		return number < 0 ? set_owner_number(file, -number, F_OWNER_PGRP)
				  : set_owner_number(file, number, F_OWNER_PID);
	case F_GETOWN_EX:
		record = get_owner(file);
		return copy_to_user(arg, &record, sizeof(record));
	case F_SETOWN_EX:
		return set_owner_ex(file, arg);
	case F_GETOWNER_UIDS:
		return get_uids(file, arg);
	case F_GETSIG:
		return load_acquire(&file->owner) ? READ_ONCE(file->owner->signal) : 0;
	default:
		ASSERT(command == F_SETSIG);
		return set_signal(file, arg);
	}
}

/* ---- signalling ---- */

/* tasklist held: may who set the owner signal that process? */
static bool allowed(const struct file_owner *owner, struct process *process)
{
	const struct cred *theirs;
	bool result;

	rcu_read_lock();
	theirs = rcu_dereference(process->leader->cred);
	result = owner->euid == 0 || owner->euid == theirs->suid || owner->euid == theirs->uid ||
		 owner->uid == theirs->suid || owner->uid == theirs->uid;
	rcu_read_unlock();
	return result;
}

/* tasklist held. Without info, or when that finds no room in the queue, it is the plain signal. */
static void send_to(const struct file_owner *owner, struct process *process, struct thread *thread,
		    int plain, const struct siginfo *info)
{
	if (!process || !allowed(owner, process))
		return;
	if (info && !signal_queue(process, thread, info->signo, info))
		return;
	if (thread)
		signal_send_thread(thread, plain, NULL);
	else
		signal_send_process(process, plain, NULL);
}

/* tasklist held */
static void send_to_all(const struct file_owner *owner, int plain, const struct siginfo *info)
{
	struct process *process;

	switch (owner->type) {
	case F_OWNER_PGRP:
		list_for_each_entry (process, &owner->pid->members[PID_GROUP], group_link)
			send_to(owner, process, NULL, plain, info);
		break;
	case F_OWNER_PID:
		send_to(owner, owner->pid->process, NULL, plain, info);
		break;
	default:
		if (owner->pid->thread)
			send_to(owner, owner->pid->thread->process, owner->pid->thread, plain,
				info);
	}
}

/* These have codes of their own: poll's would be taken for them. */
static bool has_own_codes(int signal)
{
	return signal == SIGILL || signal == SIGFPE || signal == SIGSEGV || signal == SIGBUS ||
	       signal == SIGTRAP || signal == SIGCHLD || signal == SIGSYS;
}

/* What poll would say of an event. */
static const uint16_t bands[] = {
	[POLL_IN] = POLLIN | POLLRDNORM,
	[POLL_OUT] = POLLOUT | POLLWRNORM | POLLWRBAND,
	[POLL_MSG] = POLLIN | POLLRDNORM | POLLMSG,
	[POLL_ERR] = POLLERR,
	[POLL_PRI] = POLLPRI | POLLRDBAND,
	[POLL_HUP] = POLLHUP | POLLERR,
};

/* The owner, with a reference on pid, into *copy; false: nobody. */
static bool copy_owner(struct file *file, struct file_owner *copy)
{
	unsigned long flags;

	if (!load_acquire(&file->owner))
		return false;
	copy->pid = NULL;
	flags = spin_lock_irqsave(&owner_lock);
	if (file->owner) {
		*copy = *file->owner;
		if (copy->pid)
			pid_get(copy->pid);
	}
	spin_unlock_irqrestore(&owner_lock, flags);
	return copy->pid != NULL;
}

/* Consumes the copy. */
static void send(const struct file_owner *copy, int plain, const struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);

	send_to_all(copy, plain, info);
	spin_unlock_irqrestore(&tasklist, flags);
	pid_put(copy->pid);
}

void file_signal_owner(struct file *file, int fd, int code)
{
	struct file_owner copy;

	if (!copy_owner(file, &copy))
		return;

	struct siginfo info = {.signo = copy.signal,
			       .code = has_own_codes(copy.signal) ? SI_SIGIO : code,
			       .poll = {.band = bands[code], .fd = fd}};

	if (code == POLL_PRI && !copy.signal)
		pid_put(copy.pid); /* SIGURG has told it */
	else
		send(&copy, SIGIO, copy.signal ? &info : NULL);
}

void file_signal_urgent(struct file *file)
{
	struct file_owner copy;

	if (copy_owner(file, &copy))
		send(&copy, SIGURG, NULL);
}
