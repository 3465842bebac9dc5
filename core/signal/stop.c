// SPDX-License-Identifier: MIT
// Job control: a stop signal stops all threads of the process, SIGCONT continues them, and the
// parent hears of both.
//
// The thread that takes the signal marks all others stop_pending and wakes them; each joins on its
// way to user mode. The last one completes the stop. The notice of a continuation is owed
// (stop_notify) and paid by the first continued thread, because the sender of SIGCONT holds locks
// that come after tasklist.

#include "internal.h"

void signal_notify_stop(struct process *process, int why)
{
	struct process *parent = process->parent;
	struct sighand *sighand = parent->sighand; /* tasklist keeps it */
	const struct sigaction *action = &sighand->action[SIGCHLD - 1];
	struct rusage_times times;
	struct siginfo info;

	assert_spin_held(&tasklist);
	process_times(process, &times);
	info = (struct siginfo){
		.signo = SIGCHLD,
		.code = why,
		.child =
			{
				.pid = process_id(process),
				.uid = process->leader->cred->uid,
				.status = why == CLD_CONTINUED ? SIGCONT : process->stop_signal,
				.user = times.user / (NSEC_PER_SEC / 100),
				.system = times.system / (NSEC_PER_SEC / 100),
			},
	};
	spin_lock(&sighand->lock);
	if (action->handler != SIG_IGN && !(action->flags & SA_NOCLDSTOP) && parent->live_threads)
		(void)signal_send_locked(SIGCHLD, &info, parent->leader, true); /* never refused */
	spin_unlock(&sighand->lock);
	wait_wake_all(&parent->child_exit);
}

/* The last thread has stopped. sighand->lock held. */
static void stop_complete(struct process *process)
{
	process->stopped = true;
	process->stop_reported = false;
	process->continued_pending = false;
}

void signal_tell_stopped(struct process *process)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);

	/* A SIGCONT may have come already; then there is a newer notice. */
	if (READ_ONCE(process->stopped))
		signal_notify_stop(process, CLD_STOPPED);
	spin_unlock_irqrestore(&tasklist, flags);
}

bool signal_stop_leave(struct thread *thread)
{
	struct process *process = thread->process;

	if (!thread->stop_pending)
		return false;
	thread->stop_pending = false;
	if (--process->stop_count || !process->live_threads)
		return false;
	stop_complete(process);
	return true;
}

void signal_continue(struct process *process)
{
	struct thread *t;

	if (process->stopped) {
		process->stop_notify = CLD_CONTINUED;
		process->continued_pending = true;
	} else if (process->stop_count) {
		process->stop_notify =
			CLD_STOPPED; /* it never got there, but a parent that polls should know */
	}
	process->stopped = false;
	process->stop_count = 0;
	list_for_each_entry (t, &process->threads, process_link) {
		t->stop_pending = false;
		t->stop_dequeued = false;
		if (process->stop_notify)
			__atomic_fetch_or(&t->hal.work, THREAD_WORK_SIGNAL, __ATOMIC_RELAXED);
		sched_wake(t, THREAD_STOPPED);
	}
}

bool signal_stop(int sig, unsigned long flags)
{
	struct thread *me = current, *t;
	struct process *process = me->process;
	bool complete = false;

	assert_spin_held(&me->sighand->lock);
	if (!me->stop_pending) {
		/* A SIGCONT that came while the lock was dropped wins. */
		if (!me->stop_dequeued || process->group_exit || process->group_exec)
			return false;
		me->stop_dequeued = false;
		process->stop_signal = sig;
		process->stop_count = 1;
		list_for_each_entry (t, &process->threads, process_link) {
			if (t == me || t->exiting || READ_ONCE(t->state) == THREAD_STOPPED)
				continue;
			t->stop_pending = true;
			process->stop_count++;
			signal_wake(t, false);
		}
	}
	me->stop_pending = false;
	if (--process->stop_count == 0) {
		stop_complete(process);
		complete = true;
	}
	sched_set_state(THREAD_STOPPED);
	spin_unlock_irqrestore(&me->sighand->lock, flags);
	if (complete)
		signal_tell_stopped(process);
	schedule();
	return true;
}
