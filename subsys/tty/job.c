// SPDX-License-Identifier: MIT
// Sessions and their terminals: becoming and ceasing to be the controlling terminal, the
// foreground group, and who may read and write.
//
// tty->session and tty->group change under tasklist and tty->lock both; either is enough to read
// them. A terminal that hangs up says so before its session is looked for under tasklist: whoever
// finds there that it has not said so may still give it one.

#include "tty.h"

#include <core/errno.h>
#include <core/init.h>

struct pid *job_foreground(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct pid *group = tty->group ? pid_get(tty->group) : NULL;

	spin_unlock_irqrestore(&tty->lock, flags);
	return group;
}

void job_signal(struct tty *tty, int sig)
{
	struct pid *group = job_foreground(tty);

	if (group) {
		signal_send_group(group, sig, NULL);
		pid_put(group);
	}
}

/* tasklist held: set session and group (both or none), with references. */
static void set_session(struct tty *tty, struct pid *session, struct pid *group)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct pid *old_session = tty->session, *old_group = tty->group;

	tty->session = session ? pid_get(session) : NULL;
	tty->group = group ? pid_get(group) : NULL;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (old_session)
		pid_put(old_session);
	if (old_group)
		pid_put(old_group);
}

/* tasklist held. */
static void set_hung_up_group(struct process *leader, struct pid *group)
{
	struct pid *old = leader->hung_up_group;

	leader->hung_up_group = group ? pid_get(group) : NULL;
	pid_put(old);
}

/* tasklist held: tty is free, process leads a session and has no terminal. */
static void become_controlling(struct tty *tty, struct process *process)
{
	set_session(tty, process->session, process->group);
	set_hung_up_group(process, NULL);
	process_set_terminal(process, tty);
}

int job_check(struct tty *tty, int sig)
{
	struct process *process = current->process;
	struct pid *send_to = NULL;
	int error = 0;
	unsigned long flags = spin_lock_irqsave(&tasklist);

	if (process->tty == tty && tty->group && process->group != tty->group) {
		bool ignored = current->blocked & sigbit(sig) ||
			       READ_ONCE(current->sighand->action[sig - 1].handler) == SIG_IGN;

		if (ignored) {
			error = sig == SIGTTIN ? -EIO : 0;
		} else if (process_group_orphaned(process->group)) {
			error = -EIO;
		} else {
			send_to = pid_get(process->group);
			error = -ERESTARTSYS;
		}
	}
	spin_unlock_irqrestore(&tasklist, flags);
	if (send_to) {
		signal_send_group(send_to, sig, NULL);
		pid_put(send_to);
		/* Whichever thread takes the signal, it is this one's call that is restarted. */
		sched_set_work(current, THREAD_WORK_SIGNAL);
	}
	return error;
}

/* A session leader without a terminal that opens a free one without O_NOCTTY gets it, if he may read it: who may only
 * write to it shall not get to read it as /dev/tty. */
void job_open(struct tty *tty, const struct file *file)
{
	struct process *process = current->process;

	if (file->flags & O_NOCTTY || !(file->mode & FILE_READ) || !process)
		return;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	if (process->session == process->pid && !process->tty && !tty->session &&
	    !READ_ONCE(tty->hung_up)) {
		become_controlling(tty, process);
	}
	spin_unlock_irqrestore(&tasklist, flags);
}

struct tty *job_terminal(void)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct tty *tty = current->process->tty;

	if (tty)
		tty_get(tty);
	spin_unlock_irqrestore(&tasklist, flags);
	return tty;
}

/* tasklist held: no process of the session keeps the terminal. */
static void take_from_session(struct tty *tty)
{
	struct process *process;

	if (tty->session)
		list_for_each_entry (process, &tty->session->members[PID_SESSION], session_link)
			if (process->tty == tty)
				process_set_terminal(process, NULL);
	set_session(tty, NULL, NULL);
}

/* That its terminal is gone: by SIGHUP, and (not alone) SIGCONT. NULL: nobody. */
static void tell_group(struct pid *group, bool alone)
{
	if (!group)
		return;
	signal_send_group(group, SIGHUP, NULL);
	if (!alone)
		signal_send_group(group, SIGCONT, NULL);
}

void job_disassociate(struct tty *tty)
{
	struct process *leader;
	unsigned long flags;

	tty_get(tty);
	flags = spin_lock_irqsave(&tasklist);
	leader = tty->session ? tty->session->process : NULL;
	if (leader) {
		process_get(leader);
		set_hung_up_group(leader, tty->group);
	}
	take_from_session(tty);
	spin_unlock_irqrestore(&tasklist, flags);
	if (leader) {
		signal_send_process(leader, SIGHUP, NULL);
		signal_send_process(leader, SIGCONT, NULL);
		process_put(leader);
	}
	tty_put(tty);
}

/* The current process, who leads a session, leaves the terminal, if it is still his: another may have got it since he
 * decided to. */
static void leave(struct tty *tty, bool exits)
{
	struct pid *group = NULL;
	unsigned long flags;

	tty_get(tty);
	flags = spin_lock_irqsave(&tasklist);
	if (tty->session == current->process->pid) {
		group = pid_get(tty->group);
		take_from_session(tty);
	}
	spin_unlock_irqrestore(&tasklist, flags);
	tell_group(group, exits);
	pid_put(group);
	tty_put(tty);
}

static void leader_exit(struct process *leader)
{
	struct tty *tty = job_terminal();

	if (tty) {
		leave(tty, true);
		tty_put(tty);
	}
	/* Nobody gives him a terminal, or hangs it up, any more. */
	tell_group(leader->hung_up_group, false);
}

static long set_controlling(struct tty *tty, const struct file *file, unsigned long force)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	long result = 0;

	if (READ_ONCE(tty->hung_up)) {
		result = -EIO;
		goto out;
	}
	if (process->session == process->pid && tty->session == process->session)
		goto out;
	if (process->session != process->pid || process->tty) {
		result = -EPERM;
		goto out;
	}
	if ((tty->session && force != 1) ||
	    ((tty->session || !(file->mode & FILE_READ)) && !capable(CAP_SYS_ADMIN))) {
		result = -EPERM;
		goto out;
	}
	if (tty->session)
		take_from_session(tty); /* stolen */
	become_controlling(tty, process);
out:
	spin_unlock_irqrestore(&tasklist, flags);
	return result;
}

static long give_up(struct tty *tty)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	bool mine = process->tty == tty, leader = process->session == process->pid;

	if (mine && !leader)
		process_set_terminal(process, NULL);
	spin_unlock_irqrestore(&tasklist, flags);
	if (!mine)
		return -ENOTTY;
	if (leader)
		leave(tty, false);
	return 0;
}

/* May the current process put pid's group in front of tty? One that nobody is in yet is that of the process of this
 * number. 0 or -errno. tasklist held. */
static long check_foreground(struct tty *tty, struct pid *pid)
{
	struct process *process = current->process, *first;

	if (process->tty != tty || tty->session != process->session)
		return -ENOTTY;
	if (!pid)
		return -ESRCH;
	first = list_empty(&pid->members[PID_GROUP])
			? pid->process
			: list_first(&pid->members[PID_GROUP], struct process, group_link);
	return first && first->session == process->session ? 0 : -EPERM;
}

static long set_foreground(struct tty *tty, unsigned long arg)
{
	struct pid *pid;
	pid_t number;
	long result = job_check(tty, SIGTTOU);

	if (result)
		return result == -EIO ? -ENOTTY : result;
	if (copy_from_user(&number, arg, sizeof(number)))
		return -EFAULT;
	if (number < 0)
		return -EINVAL;
	pid = pid_find(number);
	unsigned long flags = spin_lock_irqsave(&tasklist);
	result = check_foreground(tty, pid);
	if (!result)
		set_session(tty, tty->session, pid);
	spin_unlock_irqrestore(&tasklist, flags);
	if (pid)
		pid_put(pid);
	return result;
}

static long get_number(struct tty *tty, bool master, bool session, unsigned long arg)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct pid *pid = session ? tty->session : tty->group;
	pid_t number = pid ? pid->number : 0;
	bool mine = master || current->process->tty == tty;

	spin_unlock_irqrestore(&tasklist, flags);
	if (!mine || (session && !number))
		return -ENOTTY;
	return copy_to_user(arg, &number, sizeof(number));
}

long job_ioctl(struct tty *tty, const struct file *file, bool master, unsigned int command,
	       unsigned long arg)
{
	switch (command) {
	case TIOCSCTTY:
		return master ? -EINVAL : set_controlling(tty, file, arg);
	case TIOCNOTTY:
		return give_up(tty);
	case TIOCGPGRP:
		return get_number(tty, master, false, arg);
	case TIOCSPGRP:
		return set_foreground(tty, arg);
	case TIOCGSID:
		return get_number(tty, master, true, arg);
	default:
		return -ENOIOCTLCMD;
	}
}

static void describe(struct tty *tty, dev_t *dev, pid_t *group)
{
	*dev = tty->dev;
	*group = tty->group ? tty->group->number : -1;
}

static const struct terminal_ops ops = {
	.get = tty_get,
	.put = tty_put,
	.leader_exit = leader_exit,
	.describe = describe,
};

static int job_init(void)
{
	terminal_ops = &ops;
	return 0;
}
INIT_CORE(job_init);
