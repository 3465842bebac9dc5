// SPDX-License-Identifier: MIT
// Sending: what a signal does at once (continue, stop, kill), whether it is kept, where, and whom
// it wakes.

#include <core/coredump.h>
#include <core/errno.h>
#include <core/poll.h>
#include <core/printk.h>

#include "internal.h"

/* ---- the work flag ---- */

bool signal_pending(void)
{
	return READ_ONCE(current->hal.work) & THREAD_WORK_SIGNAL;
}

bool signal_fatal_pending(void)
{
	return signal_pending() && (READ_ONCE(current->pending.set) & sigbit(SIGKILL));
}

void signal_recalc(struct thread *t)
{
	assert_spin_held(&t->sighand->lock);
	if (((t->pending.set | t->process->shared.set) & ~t->blocked) || t->stop_pending ||
	    t->process->stop_notify)
		__atomic_fetch_or(&t->hal.work, THREAD_WORK_SIGNAL, __ATOMIC_RELAXED);
	else if (t == current)
		__atomic_fetch_and(&t->hal.work, ~THREAD_WORK_SIGNAL, __ATOMIC_RELAXED);
}

void signal_wake(struct thread *t, bool fatal)
{
	unsigned int mask = THREAD_INTERRUPTIBLE;

	if (fatal)
		mask |= THREAD_KILLABLE | THREAD_STOPPED | THREAD_TRACED;
	/* Woken, it looks at the flag by itself; running, it must be interrupted to do so. */
	__atomic_fetch_or(&t->hal.work, THREAD_WORK_SIGNAL, __ATOMIC_SEQ_CST);
	if (!sched_wake(t, mask))
		sched_set_work(t, THREAD_WORK_SIGNAL);
}

unsigned int signal_kill_others(struct thread *me)
{
	struct process *process = me->process;
	unsigned int count = 0;
	struct thread *t;

	process->stop_count = 0;
	process->stopped = false;
	list_for_each_entry (t, &process->threads, process_link) {
		if (t == me)
			continue;
		t->stop_pending = false;
		count++;
		if (t->exiting)
			continue;
		t->pending.set |= sigbit(SIGKILL);
		signal_wake(t, true);
	}
	return count;
}

/* ---- is it kept? ---- */

static bool ignored(struct thread *t, int sig, bool kernel)
{
	const struct sigaction *action = &t->sighand->action[sig - 1];

	/* A blocked one may find another action when it is unblocked. */
	if ((t->blocked | t->real_blocked) & sigbit(sig))
		return false;
	if (t->process->unkillable && action->handler == SIG_DFL &&
	    !(kernel && (SIGNAL_SET_KERNEL_ONLY & sigbit(sig))))
		return true;
	return signal_action_ignores(action, sig);
}

/* What a stop signal and SIGCONT do to one another, even if ignored or blocked. */
static void flush_opposites(struct process *process, int sig)
{
	uint64_t set = sig == SIGCONT ? SIGNAL_SET_STOP : sigbit(SIGCONT);
	struct thread *t;

	pending_flush(&process->shared, set);
	list_for_each_entry (t, &process->threads, process_link)
		pending_flush(&t->pending, set);
	if (sig == SIGCONT)
		signal_continue(process);
}

/* ---- who takes it? ---- */

static bool wants(struct thread *t, int sig)
{
	if (t->exiting || (t->blocked & sigbit(sig)))
		return false;
	if (sig == SIGKILL)
		return true;
	if (READ_ONCE(t->state) & (THREAD_STOPPED | THREAD_TRACED))
		return false;
	return t == current || !(READ_ONCE(t->hal.work) & THREAD_WORK_SIGNAL);
}

/* Like wants(), but also one that has others to deliver first. */
static struct thread *choose(struct process *process, struct thread *first, int sig)
{
	struct thread *start = process->last_target ? process->last_target : first, *t = start;

	do {
		if (wants(t, sig)) {
			process->last_target = t;
			return t;
		}
		struct list *next = t->process_link.next;

		if (next == &process->threads)
			next = next->next;
		t = list_entry(next, struct thread, process_link);
	} while (t != start);
	return NULL;
}

struct wait_queue signalfd_wait = WAIT_QUEUE_INIT(signalfd_wait);

static void complete(int sig, struct thread *thread, bool to_process)
{
	struct process *process = thread->process;
	struct thread *t = NULL;

	if (unlikely(wait_active(&signalfd_wait)))
		wait_wake(&signalfd_wait, 0, POLLIN | POLLRDNORM);
	if (wants(thread, sig))
		t = thread;
	else if (to_process && process->thread_count > 1)
		t = choose(process, list_first(&process->threads, struct thread, process_link),
			   sig);
	if (!t)
		return; /* taken when somebody unblocks it, or is through with what is pending */
	if (signal_action_kills(&thread->sighand->action[sig - 1], sig) && !process->group_exit &&
	    !(SIGNAL_SET_CORE & sigbit(sig)) && !process->unkillable &&
	    (sig == SIGKILL || !(t->real_blocked & sigbit(sig)))) {
		/* Death is certain: begin at once, so that no thread runs on. */
		process_set_group_exit(process, sig);
		(void)signal_kill_others(t); /* how many does not matter */
		t->stop_pending = false;
		t->pending.set |= sigbit(SIGKILL);
		signal_wake(t, true);
		return;
	}
	signal_wake(t, sig == SIGKILL);
}

static bool queue_info(struct thread *target, struct sigpending *pending, int sig,
		       const struct siginfo *info)
{
	/* Kernel-made and kill()'s signals below the real-time ones are never lost for the limit's
	 * sake. */
	bool beyond = sig < SIGRTMIN && (!info || info->code >= 0);
	struct sigqueue *q = sigqueue_alloc(target, beyond);

	if (!q)
		return false;
	if (info)
		q->info = *info;
	else
		q->info = (struct siginfo){.code = SI_KERNEL};
	q->info.signo = sig;
	list_add_tail(&q->link, &pending->queue);
	return true;
}

/* A process that writes its core takes nothing but SIGKILL: it stops writing. */
static void end_dump(struct process *process)
{
	struct thread *dumper = coredump_thread(process);

	process->group_exit_code = SIGKILL;
	dumper->pending.set |= sigbit(SIGKILL);
	signal_wake(dumper, true);
}

int signal_send_locked(int sig, const struct siginfo *info, struct thread *thread, bool to_process)
{
	struct process *process = thread->process;
	struct sigpending *pending = to_process ? &process->shared : &thread->pending;

	assert_spin_held(&process->sighand->lock);
	ASSERT(signal_valid(sig));
	if (process->group_exit) {
		if (sig == SIGKILL && process->core)
			end_dump(process);
		return 0;
	}
	if ((SIGNAL_SET_STOP | sigbit(SIGCONT)) & sigbit(sig))
		flush_opposites(process, sig);
	if (ignored(thread, sig, !info || info->code == SI_KERNEL))
		return 0;
	if (sig < SIGRTMIN && (pending->set & sigbit(sig)))
		return 0;
	if (!(sig == SIGKILL && !info) && !queue_info(thread, pending, sig, info) &&
	    sig >= SIGRTMIN && info && info->code != SI_USER)
		return -EAGAIN;
	pending->set |= sigbit(sig);
	complete(sig, thread, to_process);
	return 0;
}

/* ---- the room's interface ---- */

static int send_thread(struct thread *thread, int sig, const struct siginfo *info)
{
	unsigned long flags;
	struct sighand *sighand;
	int error = 0;

	if (!thread->process)
		return 0; /* kernel threads take none */
	sighand = sighand_lock(thread->process, &flags);
	if (!thread->exiting)
		error = signal_send_locked(sig, info, thread, false);
	spin_unlock_irqrestore(&sighand->lock, flags);
	return error;
}

void signal_send_thread(struct thread *thread, int sig, const struct siginfo *info)
{
	(void)send_thread(thread, sig, info); /* kernel-made: at worst without its siginfo */
}

void signal_send_self(int sig)
{
	struct siginfo info;

	signal_info_user(&info, sig, SI_USER);
	signal_send_thread(current, sig, &info);
}

static int send_process_locked(struct process *process, int sig, const struct siginfo *info)
{
	if (list_empty(&process->threads))
		return 0;
	return signal_send_locked(
		sig, info,
		process->live_threads ? process->leader
				      : list_first(&process->threads, struct thread, process_link),
		true);
}

static int send_process(struct process *process, int sig, const struct siginfo *info)
{
	unsigned long flags;
	struct sighand *sighand = sighand_lock(process, &flags);
	int error = send_process_locked(process, sig, info);

	spin_unlock_irqrestore(&sighand->lock, flags);
	return error;
}

void signal_send_process(struct process *process, int sig, const struct siginfo *info)
{
	(void)send_process(process, sig, info); /* kernel-made: at worst without its siginfo */
}

bool signal_send_process_new(struct process *process, int sig)
{
	unsigned long flags;
	struct sighand *sighand = sighand_lock(process, &flags);
	bool was_pending = process->shared.set & sigbit(sig), pending;

	(void)send_process_locked(process, sig, NULL); /* as above */
	pending = process->shared.set & sigbit(sig);
	spin_unlock_irqrestore(&sighand->lock, flags);
	return pending && !was_pending;
}

int signal_queue(struct process *process, struct thread *thread, int sig,
		 const struct siginfo *info)
{
	return thread ? send_thread(thread, sig, info) : send_process(process, sig, info);
}

int signal_send_group_locked(struct pid *group, int sig, const struct siginfo *info)
{
	struct process *p;
	int result = -ESRCH;

	assert_spin_held(&tasklist);
	list_for_each_entry (p, &group->members[PID_GROUP], group_link) {
		int error = send_process(p, sig, info);

		if (result)
			result = error;
	}
	return result;
}

void signal_send_group(struct pid *group, int sig, const struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);

	(void)signal_send_group_locked(group, sig, info); /* an empty group is fine */
	spin_unlock_irqrestore(&tasklist, flags);
}

void signal_force(int sig, int code, vaddr_t address)
{
	struct thread *t = current;
	struct siginfo info = {.signo = sig, .code = code, .fault = {.address = address}};
	struct sigaction *action = &t->sighand->action[sig - 1];
	unsigned long flags = spin_lock_irqsave(&t->sighand->lock);
	bool blocked = t->blocked & sigbit(sig);

	if (blocked || action->handler == SIG_IGN) {
		action->handler = SIG_DFL;
		if (blocked) {
			t->blocked &= ~sigbit(sig);
			signal_recalc(t);
		}
	}
	if (action->handler == SIG_DFL)
		t->process->unkillable = false;
	(void)signal_send_locked(sig, &info, t,
				 false); /* below the real-time ones: never refused */
	spin_unlock_irqrestore(&t->sighand->lock, flags);
}

/* ---- timers ---- */

int sigqueue_send_timer(struct sigqueue *q, struct thread *thread, bool to_process)
{
	struct process *process = thread->process;
	struct sigpending *pending = to_process ? &process->shared : &thread->pending;
	unsigned long flags;
	struct sighand *sighand = sighand_lock(process, &flags);
	int sig = q->info.signo, result = -ESRCH;

	if (process->group_exit || !process->live_threads || (!to_process && thread->exiting))
		goto out;
	if (!list_empty(&q->link)) {
		result = 1;
		goto out;
	}
	if ((SIGNAL_SET_STOP | sigbit(SIGCONT)) & sigbit(sig))
		flush_opposites(process, sig);
	if (ignored(thread, sig, false))
		goto out;
	result = 0;
	list_add_tail(&q->link, &pending->queue);
	pending->set |= sigbit(sig);
	complete(sig, thread, to_process);
out:
	spin_unlock_irqrestore(&sighand->lock, flags);
	return result;
}

bool sigqueue_queued(const struct sigqueue *q, struct process *process)
{
	unsigned long flags;
	struct sighand *sighand = sighand_lock(process, &flags);
	bool queued = !list_empty(&q->link);

	spin_unlock_irqrestore(&sighand->lock, flags);
	return queued;
}

bool sigqueue_disown(struct sigqueue *q, struct process *process)
{
	unsigned long flags;
	struct sighand *sighand = sighand_lock(process, &flags);
	bool queued = !list_empty(&q->link);

	if (queued)
		q->timer = NULL;
	spin_unlock_irqrestore(&sighand->lock, flags);
	return queued;
}

/* ---- leaving ---- */

/* Signals of the process that thread will not take any more: wake others that may. sighand->lock
 * held. */
void signal_retarget(struct thread *thread, uint64_t set)
{
	struct process *process = thread->process;
	struct thread *t;

	set &= process->shared.set;
	if (!set || process->thread_count <= 1)
		return;
	list_for_each_entry (t, &process->threads, process_link) {
		if (t == thread || t->exiting || !(set & ~t->blocked))
			continue;
		set &= t->blocked;
		if (!(READ_ONCE(t->hal.work) & THREAD_WORK_SIGNAL))
			signal_wake(t, false);
		if (!set)
			break;
	}
}

bool signal_exit(struct thread *thread)
{
	struct process *process = thread->process;
	unsigned long flags = spin_lock_irqsave(&thread->sighand->lock);
	bool last, stop_done;

	if (unlikely(process->core)) {
		spin_unlock_irqrestore(&thread->sighand->lock, flags);
		coredump_join();
		flags = spin_lock_irqsave(&thread->sighand->lock);
	}
	WRITE_ONCE(thread->exiting, true);
	last = --process->live_threads == 0;
	if (last && !process->group_exit) /* what the last one says counts for all */
		process_set_group_exit(process, thread->exit_code);
	stop_done = signal_stop_leave(thread);
	if (!last)
		signal_retarget(thread, ~thread->blocked);
	if (last) /* what wait reports; nothing can stop the rest of the way */
		process->stopped = false;
	spin_unlock_irqrestore(&thread->sighand->lock, flags);
	if (stop_done)
		signal_tell_stopped(process);
	return last;
}
