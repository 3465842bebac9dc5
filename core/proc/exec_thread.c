// SPDX-License-Identifier: MIT
// execve in a process with several threads: the others are killed, and the caller takes the
// leader's number, so that the process keeps its pid.

#include <core/errno.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/slab.h>

#include "exec.h"

/* tasklist held: exchange numbers with the dead leader. */
static void take_leadership(struct process *process, struct thread *me, struct thread *old)
{
	struct pid *number = old->pid;

	assert_spin_held(&tasklist);
	old->pid = me->pid;
	me->pid = number;
	rcu_assign_pointer(old->pid->thread, old);
	rcu_assign_pointer(me->pid->thread, me);
	thread_get(me);
	process->leader = me; /* the old one's reference goes below */
	me->exit_signal = SIGCHLD;
	old->exit_signal = -1;
	me->start_time = old->start_time;
}

/* Wait until only we, or we and the exited leader, are left. */
static int wait_alone(struct process *process, struct thread *me)
{
	for (;;) {
		unsigned long flags;
		bool done;

		sched_set_state(THREAD_KILLABLE);
		flags = spin_lock_irqsave(&tasklist);
		done = process->thread_count <= process->notify_count &&
		       (process->leader == me || process->leader->exited);
		spin_unlock_irqrestore(&tasklist, flags);
		if (done)
			break;
		/* Nobody can kill us now but exit_group's race, which group_exec excludes: the wait
		 * ends. */
		schedule();
	}
	sched_set_state(THREAD_RUNNING);
	return 0;
}

int exec_alone(void)
{
	struct thread *me = current, *old;
	struct process *process = me->process;
	struct sighand *sighand = me->sighand;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	int error;

	spin_lock(&sighand->lock);
	if (process->group_exit || process->group_exec) {
		spin_unlock(&sighand->lock);
		spin_unlock_irqrestore(&tasklist, flags);
		return -EAGAIN; /* a fatal signal is pending: never seen */
	}
	if (process->thread_count == 1) {
		spin_unlock(&sighand->lock);
		spin_unlock_irqrestore(&tasklist, flags);
		goto alone;
	}
	process->group_exec = me;
	process->notify_count = process->leader == me ? 1 : 2;
	(void)signal_kill_others(me);
	if (me->stop_pending) /* a stop that began: the new program completes it */
		process->stop_count = 1;
	spin_unlock(&sighand->lock);
	spin_unlock_irqrestore(&tasklist, flags);

	error = wait_alone(process, me);
	if (error)
		return error;

	flags = spin_lock_irqsave(&tasklist);
	old = process->leader;
	if (old != me)
		take_leadership(process, me, old);
	spin_lock(&sighand->lock);
	process->group_exec = NULL;
	process->notify_count = 0;
	spin_unlock(&sighand->lock);
	spin_unlock_irqrestore(&tasklist, flags);
	if (old != me) {
		thread_release(old);
		thread_put(old); /* process->leader's */
	}
alone:
	me->exit_signal = SIGCHLD;
	return 0;
}
