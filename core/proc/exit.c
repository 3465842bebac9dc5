// SPDX-License-Identifier: MIT
// The end of threads and processes.
//
// A thread that ends gives up its memory, files and timers, then, under tasklist, becomes `exited`:
// nothing of it is left but the struct. A thread that is not the leader is released at once. The
// leader waits, exited, until it is the last one of its process; then the process is a zombie, the
// parent is told, and wait (or the parent's disinterest in SIGCHLD) releases it. Children of a dead
// process go to a living thread of it, to the nearest sub-reaper, or to init.

#include <core/errno.h>
#include <core/files.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/syscall.h>
#include <core/uapi/wait.h>

/* ---- orphaned process groups (POSIX: stopped members of a group that nobody could continue are
 * hung up) ---- */

/* tasklist held. Does no member but `ignored` have a parent in the same session but another group?
 */
static bool group_orphaned_without(struct pid *group, const struct process *ignored)
{
	struct process *p;

	list_for_each_entry (p, &group->members[PID_GROUP], group_link) {
		if (p == ignored || p->zombie || p->parent->is_init)
			continue;
		if (p->parent->group != group && p->parent->session == p->session)
			return false;
	}
	return true;
}

bool process_group_orphaned(struct pid *group)
{
	assert_spin_held(&tasklist);
	return group_orphaned_without(group, NULL);
}

static bool group_has_stopped(struct pid *group)
{
	struct process *p;

	list_for_each_entry (p, &group->members[PID_GROUP], group_link)
		if (p->stopped)
			return true;
	return false;
}

/* process ends (parent NULL) or has just lost `parent`, which ends: was it what kept its group
 * connected? */
static void hang_up_orphans(struct process *process, struct process *parent)
{
	struct pid *group = process->group;
	struct process *ignored = process;

	if (parent)
		ignored = NULL;
	else
		parent = process->parent;
	if (parent->group == group || parent->session != process->session)
		return;
	if (!group_orphaned_without(group, ignored) || !group_has_stopped(group))
		return;
	(void)signal_send_group_locked(group, SIGHUP, NULL); /* nobody to report a full queue to */
	(void)signal_send_group_locked(group, SIGCONT, NULL);
}

/* ---- telling the parent ---- */

static void child_info(struct process *process, int sig, struct siginfo *info)
{
	struct rusage_times times;
	int code = process_exit_status(process);

	process_times(process, &times);
	*info = (struct siginfo){
		.signo = sig,
		.code = (code & 0x80)	? CLD_DUMPED
			: (code & 0x7f) ? CLD_KILLED
					: CLD_EXITED,
		.child =
			{
				.pid = process_id(process),
				.uid = process->leader->cred->uid,
				.status = (code & 0x7f) ? code & 0x7f : code >> 8,
				.user = times.user / (NSEC_PER_SEC / 100),
				.system = times.system / (NSEC_PER_SEC / 100),
			},
	};
}

bool process_notify_parent(struct process *process, int sig)
{
	struct process *parent = process->parent;
	struct sighand *sighand = parent->sighand; /* tasklist keeps it */
	struct siginfo info;
	bool autoreap = false;

	assert_spin_held(&tasklist);
	process->zombie = true;
	wait_wake_all(&process->pid->waiters);
	/* A parent that executed another program since does not expect a signal of the old one's
	 * choice. */
	if (sig != SIGCHLD && process->parent_exec_id != parent->exec_id)
		sig = SIGCHLD;
	child_info(process, sig, &info);
	spin_lock(&sighand->lock);
	if (sig == SIGCHLD) {
		const struct sigaction *action = &sighand->action[SIGCHLD - 1];

		if (action->handler == SIG_IGN || (action->flags & SA_NOCLDWAIT)) {
			autoreap = true;
			if (action->handler == SIG_IGN)
				sig = 0;
		}
	}
	if (sig > 0 && sig <= SIGMAX) /* clone takes any number up to 255 */
		(void)signal_send_locked(sig, &info, parent->leader,
					 true); /* a full queue loses only the siginfo */
	wait_wake_all(&parent->child_exit);
	spin_unlock(&sighand->lock);
	if (autoreap)
		process->reaped = true;
	return autoreap;
}

/* ---- release ---- */

/* tasklist held: the leader of a process whose other threads are all gone. True: release it too. */
static bool leader_alone(struct process *process)
{
	if (process->thread_count != 1 || !process->leader->exited || process->zombie)
		return false;
	return process_notify_parent(process, process->leader->exit_signal);
}

void thread_release(struct thread *thread)
{
	struct process *process = thread->process;
	struct sighand *sighand;
	struct thread *leader = NULL;
	unsigned long flags;
	bool last;

	do {
		last = thread == process->leader;
		flags = spin_lock_irqsave(&tasklist);
		sighand = process->sighand;
		spin_lock(&sighand->lock);
		list_del_init(&thread->process_link);
		process->thread_count--;
		if (process->last_target == thread)
			process->last_target = NULL;
		signal_flush(&thread->pending);
		if (last)
			signal_flush(&process->shared);
		spin_lock(&process->lock);
		process_account_thread(process, thread);
		spin_unlock(&process->lock);
		spin_unlock(&sighand->lock);
		/* execve of another thread may have taken the number over. */
		if (thread->pid->thread == thread)
			rcu_assign_pointer(thread->pid->thread, NULL);
		wait_wake_all(&thread->pid->waiters);
		pid_detach(thread->pid);
		leader = NULL;
		if (last) {
			VERIFY(process->thread_count == 0);
			list_del_init(&process->sibling);
			list_del(&process->all_link);
			process_set_terminal(process, NULL);
			process_set_group(process, NULL);
			process_set_session(process, NULL);
			rcu_assign_pointer(process->pid->process, NULL);
			pid_detach(process->pid);
		} else {
			if (process->group_exec && process->thread_count <= process->notify_count)
				sched_wake(process->group_exec, THREAD_KILLABLE);
			if (leader_alone(process))
				leader = process->leader;
		}
		spin_unlock_irqrestore(&tasklist, flags);

		__atomic_fetch_sub(&thread->cred->user->processes, 1, __ATOMIC_RELAXED);
		if (thread != current)
			thread_free_stack(thread);
		if (last) {
			thread_put(thread); /* process->leader's */
			process_put(process);
		}
		thread_put(thread);
		thread = leader;
	} while (thread);
}

/* ---- reparenting ---- */

/* tasklist held. */
struct process *process_find_reaper(struct process *dead)
{
	if (dead->has_child_subreaper)
		for (struct process *p = dead->parent; p && !p->is_init; p = p->parent) {
			if (p->child_subreaper && p->live_threads)
				return p;
			if (!p->has_child_subreaper)
				break;
		}
	return init_process;
}

/* tasklist held: current, which ends, was child's parent. */
static void death_signal(struct process *child)
{
	struct thread *t;

	list_for_each_entry (t, &child->threads, process_link)
		if (t->death_signal && !signal_permission(child, t->death_signal))
			signal_send_process(child, t->death_signal,
					    &(struct siginfo){
						    .signo = t->death_signal,
						    .code = SI_USER,
						    .rt = {.pid = process_id(current->process),
							   .uid = current->cred->uid},
					    });
}

/* tasklist held: a thread that can be children's parent, or NULL. One that ends after this look hands
 * them on itself. */
static struct thread *find_living(struct process *process)
{
	struct thread *t;

	list_for_each_entry (t, &process->threads, process_link)
		if (!READ_ONCE(t->exiting))
			return t;
	return NULL;
}

/* tasklist held: another thread of the same process becomes the children's parent. */
static void children_to_thread(struct process *process, struct thread *from)
{
	struct process *child;
	struct thread *heir = find_living(process);

	list_for_each_entry (child, &process->children, sibling)
		if (child->parent_thread == from) {
			child->parent_thread = heir;
			death_signal(child);
		}
}

/* tasklist held: to the reaper. Zombies that nobody will wait for are collected on dead (by
 * sibling). */
static void children_to_reaper(struct process *process, struct list *dead)
{
	struct process *reaper, *child, *next;
	struct thread *parent_thread;

	if (list_empty(&process->children))
		return;
	reaper = process_find_reaper(process);
	parent_thread = find_living(reaper);
	list_for_each_entry_safe (child, next, &process->children, sibling) {
		child->parent = reaper;
		child->parent_thread = parent_thread;
		death_signal(child);
		child->leader->exit_signal = SIGCHLD;
		list_move_tail(&child->sibling, &reaper->children);
		if (!child->reaped && child->zombie && process_notify_parent(child, SIGCHLD)) {
			list_move_tail(&child->sibling, dead);
			continue;
		}
		hang_up_orphans(child, process);
	}
}

/* ---- the end of a thread ---- */

void thread_vfork_done(struct thread *thread)
{
	struct thread *parent = thread->vfork_child_of;

	if (!parent)
		return;
	thread->vfork_child_of = NULL;
	store_release(&thread->vfork_done, true);
	sched_wake(parent, THREAD_KILLABLE);
	thread_put(parent);
}

void thread_leave_memory(struct thread *thread)
{
	futex_exit(thread);
	if (thread->clear_child_tid) {
		/* Nobody but us would see it otherwise. */
		if (thread->mm && refcount_read(&thread->mm->users) > 1 &&
		    !hal_put_user32(hal_user_ptr(void, thread->clear_child_tid), 0))
			(void)futex_wake_user(thread->clear_child_tid, 1); /* no waiter is fine */
		thread->clear_child_tid = 0;
	}
	thread_vfork_done(thread);
}

/* Become exited; on return the thread is nobody's but, as a zombie, its parent's. */
static void exit_notify(struct thread *thread, bool group_dead)
{
	struct process *process = thread->process, *child, *next;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct list dead = LIST_INIT(dead);
	bool release = false;

	if (group_dead) {
		children_to_reaper(process, &dead);
		hang_up_orphans(process, NULL);
	} else {
		children_to_thread(process, thread);
	}
	thread->exited = true;
	if (thread != process->leader) {
		release = true;
	} else if (process->group_exec && process->group_exec != thread) {
		sched_wake(process->group_exec,
			   THREAD_KILLABLE); /* waits for the leader's number */
	} else if (process->thread_count == 1) {
		release = process_notify_parent(process, thread->exit_signal);
	}
	if (!release) /* or thread_release() does */
		wait_wake_all(&thread->pid->waiters);
	spin_unlock_irqrestore(&tasklist, flags);

	list_for_each_entry_safe (child, next, &dead, sibling) {
		list_del_init(&child->sibling);
		thread_release(child->leader);
	}
	if (release)
		thread_release(thread);
}

__noreturn static void thread_vanish(void)
{
	sched_set_state(THREAD_DEAD);
	schedule();
	panic("a dead thread ran again");
}

/* Those who look for them from outside find none before they go. */
static void leave_files(struct thread *thread)
{
	struct files *files = thread->files;
	struct fs_context *fs = thread->fs;

	rcu_assign_pointer(thread->files, NULL);
	if (files)
		files_put(files);
	rcu_assign_pointer(thread->fs, NULL);
	if (fs)
		fs_leave(fs);
}

__noreturn void thread_exit(int code)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	bool group_dead;

	if (!process) {
		ASSERT(!thread->mm);
		thread_vanish();
	}
	thread->exit_code = code;
	group_dead = signal_exit(thread);
	if (group_dead && process->is_init)
		panic("PID 1 (%s) ended: %s %d", thread->name,
		      code & 0x7f ? "signal" : "exit status",
		      code & 0x7f ? code & 0x7f : code >> 8);
	if (group_dead) {
		process_timers_exit(process);
		process_account_memory(process, thread->mm);
	}
	thread_leave_memory(thread);
	mm_switch(NULL);
	leave_files(thread);
	if (group_dead && process->session == process->pid && terminal_ops)
		terminal_ops->leader_exit(process);
	thread_run_work(thread); /* before its end is told: what it had open is closed then */
	WRITE_ONCE(thread->work_over, true);
	thread_run_work(thread);
	/* From here on the stack may be freed as soon as this CPU has left it, and the struct a
	 * grace period later. */
	exit_notify(thread, group_dead);
	thread_vanish();
}

__noreturn void process_exit(int code)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	unsigned long flags = spin_lock_irqsave(&thread->sighand->lock);

	if (process->group_exit) {
		code = process->group_exit_code;
	} else if (process->group_exec) {
		code = 0; /* we are one of those that execve ends */
	} else {
		process_set_group_exit(process, code);
		(void)signal_kill_others(thread); /* how many does not matter */
	}
	spin_unlock_irqrestore(&thread->sighand->lock, flags);
	thread_exit(code);
}

SYSCALL(exit)
{
	thread_exit((int)(args->arg[0] & 0xff) << 8);
}

SYSCALL(exit_group)
{
	process_exit((int)(args->arg[0] & 0xff) << 8);
}
