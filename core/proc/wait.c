// SPDX-License-Identifier: MIT
// wait4 and waitid: children that ended, stopped or continued.
//
// Each round scans the caller's children under tasklist. What is found is noted in the request and,
// unless WNOWAIT, taken: a zombie is marked `reaped`, so that no other waiter finds it, and
// released after the lock is dropped. The scan is the condition of an ordinary wait on
// process->child_exit.

#include <core/errno.h>
#include <core/files.h>
#include <core/proc.h>
#include <core/syscall.h>
#include <core/uapi/resource.h>
#include <core/uapi/wait.h>

#include "rusage.h"
#include "wait_status.h"

struct wait_request {
	int type;	 /* P_* */
	struct pid *pid; /* reference; NULL with P_ALL, or when there is no such number */
	unsigned int options;
	/* found; zeroes before */
	struct process *process; /* to be released */
	pid_t number;
	uid_t uid;
	int status;	      /* wait status form; stops and continuations too */
	int code;	      /* CLD_* */
	int value;	      /* si_status */
	struct rusage *usage; /* to be filled; NULL: not wanted */
};

static bool eligible(const struct wait_request *w, const struct process *child)
{
	if (w->type == P_PID && child->pid != w->pid)
		return false;
	if (w->type == P_PGID && child->group != w->pid)
		return false;
	if ((w->options & __WNOTHREAD) && child->parent_thread != current)
		return false;
	return wait_kind_matches(child->leader->exit_signal, w->options);
}

static void note(struct wait_request *w, struct process *child, int status, int code, int value)
{
	w->number = process_id(child);
	w->uid = child->leader->cred->uid;
	w->status = status;
	w->code = code;
	w->value = value;
	if (w->usage)
		rusage_get(child, RUSAGE_BOTH, w->usage);
}

static bool find_zombie(struct wait_request *w, struct process *child)
{
	int status;

	if (!child->zombie || child->reaped || !(w->options & WEXITED))
		return false;
	status = process_exit_status(child);
	note(w, child, status, wait_status_code(status), wait_status_value(status));
	if (!(w->options & WNOWAIT)) {
		child->reaped = true;
		w->process = child;
		process_account_child(current->process, child);
	}
	return true;
}

static bool find_stopped(struct wait_request *w, struct process *child)
{
	struct sighand *sighand = child->sighand;
	bool found;

	if (!(w->options & WSTOPPED))
		return false;
	spin_lock(&sighand->lock);
	found = child->stopped && !child->stop_reported;
	if (found) {
		note(w, child, WAIT_STOPPED(child->stop_signal), CLD_STOPPED, child->stop_signal);
		if (!(w->options & WNOWAIT))
			child->stop_reported = true;
	}
	spin_unlock(&sighand->lock);
	return found;
}

static bool find_continued(struct wait_request *w, struct process *child)
{
	struct sighand *sighand = child->sighand;
	bool found;

	if (!(w->options & WCONTINUED) || !READ_ONCE(child->continued_pending))
		return false;
	spin_lock(&sighand->lock);
	found = child->continued_pending;
	if (found) {
		note(w, child, WAIT_CONTINUED, CLD_CONTINUED, SIGCONT);
		if (!(w->options & WNOWAIT))
			child->continued_pending = false;
	}
	spin_unlock(&sighand->lock);
	return found;
}

/* 1: found; 0: nothing yet; -ECHILD: no child could ever match. */
static int scan_children(struct wait_request *w)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	int result = -ECHILD;
	struct process *child;

	list_for_each_entry (child, &current->process->children, sibling) {
		if (child->reaped || !eligible(w, child))
			continue;
		/* A leader that is dead before its threads can still be waited for: later. A zombie
		 * will never do anything but end. */
		if (!child->zombie || (w->options & WEXITED))
			result = 0;
		if (find_zombie(w, child) || find_stopped(w, child) || find_continued(w, child)) {
			result = 1;
			break;
		}
	}
	spin_unlock_irqrestore(&tasklist, flags);
	return result;
}

/* The same; who has no children at all needs no lock to know. */
static int scan(struct wait_request *w)
{
	if ((w->type != P_ALL && !w->pid) || list_empty(&current->process->children))
		return -ECHILD;
	return scan_children(w);
}

/* Sleep until scan() has an answer: that one, or -errno. */
static __attribute__((noinline)) int scan_later(struct wait_request *w)
{
	int found = 0;
	int error = wait_event_interruptible(&current->process->child_exit, (found = scan(w)) != 0);

	return error ? error : found;
}

/* The number of the child, 0 with WNOHANG and none, or -errno. */
static long wait_perform(struct wait_request *w)
{
	int found = scan(w);

	if (!found && !(w->options & WNOHANG))
		found = scan_later(w);
	if (found <= 0)
		return found;
	if (w->process)
		thread_release(w->process->leader);
	return w->number;
}

/* With a reference. Another thread may leave the group at any time, whose last member we are. */
static struct pid *own_group(void)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct pid *group = pid_get(current->process->group);

	spin_unlock_irqrestore(&tasklist, flags);
	return group;
}

SYSCALL(wait4)
{
	pid_t which = (pid_t)args->arg[0];
	unsigned long status = args->arg[1], usage_user = args->arg[3];
	struct rusage usage __uninitialized;
	struct wait_request w = {.options = (unsigned int)args->arg[2],
				 .usage = usage_user ? &usage : NULL};
	long result;

	if (w.options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (which == INT32_MIN)
		return -ESRCH;
	w.options |= WEXITED;
	if (which == -1) {
		w.type = P_ALL;
	} else if (which > 0) {
		w.type = P_PID;
		w.pid = pid_find(which);
	} else {
		w.type = P_PGID;
		w.pid = which ? pid_find(-which) : own_group();
	}
	result = wait_perform(&w);
	pid_put(w.pid);
	if (result > 0 && status && hal_put_user32(hal_user_ptr(void, status), (uint32_t)w.status))
		return -EFAULT;
	if (result > 0 && usage_user && copy_to_user(usage_user, &usage, sizeof(usage)))
		return -EFAULT;
	return result;
}

/* Decode waitid's id; *nonblock: an O_NONBLOCK pidfd. */
static int waitid_target(struct wait_request *w, int type, pid_t id, bool *nonblock)
{
	unsigned int flags;

	w->type = type;
	switch (type) {
	case P_ALL:
		return 0;
	case P_PID:
		if (id <= 0)
			return -EINVAL;
		w->pid = pid_find(id);
		return 0;
	case P_PGID:
		if (id < 0)
			return -EINVAL;
		w->pid = id ? pid_find(id) : own_group();
		return 0;
	case P_PIDFD:
		if (id < 0)
			return -EINVAL;
		w->pid = pidfd_get_pid(id, &flags);
		if (is_err(w->pid)) {
			int error = (int)ptr_err(w->pid);

			w->pid = NULL;
			return error;
		}
		w->type = P_PID;
		*nonblock = flags & O_NONBLOCK;
		return 0;
	default:
		return -EINVAL;
	}
}

/* What waitid answers, without what it writes: 0, 1 (w says of whom) or -errno. */
static long waitid_find(struct wait_request *w, const struct syscall_args *args)
{
	const unsigned int known = WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED |
				   __WNOTHREAD | __WCLONE | __WALL;
	bool nonblock = false;
	long result;

	if ((w->options & ~known) || !(w->options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	result = waitid_target(w, (int)args->arg[0], (pid_t)args->arg[1], &nonblock);
	if (result)
		return result;
	if (nonblock)
		w->options |= WNOHANG;
	result = wait_perform(w);
	pid_put(w->pid);
	return result == 0 && nonblock && !(args->arg[3] & WNOHANG) ? -EAGAIN : result;
}

/* Linux writes the fields of SIGCHLD and leaves the rest of siginfo alone: signo with errno (0),
 * code, pid with uid, status. It does so whatever the answer is: who found no one finds zeroes. */
static int put_siginfo(unsigned long user, uint32_t signo, const struct wait_request *w)
{
	return hal_put_user64(hal_user_ptr(void, user), signo) ||
	       hal_put_user32(hal_user_ptr(void, user + 8), (uint32_t)w->code) ||
	       hal_put_user64(hal_user_ptr(void, user + 16),
			      (uint32_t)w->number | (uint64_t)w->uid << 32) ||
	       hal_put_user32(hal_user_ptr(void, user + 24), (uint32_t)w->value);
}

SYSCALL(waitid)
{
	unsigned long info_user = args->arg[2], usage_user = args->arg[4];
	struct rusage usage __uninitialized;
	struct wait_request w = {.options = (unsigned int)args->arg[3],
				 .usage = usage_user ? &usage : NULL};
	long result = waitid_find(&w, args);

	if (result > 0 && usage_user && copy_to_user(usage_user, &usage, sizeof(usage)))
		return -EFAULT;
	if (info_user && put_siginfo(info_user, result > 0 ? SIGCHLD : 0, &w))
		return -EFAULT;
	return MIN(result, 0);
}
