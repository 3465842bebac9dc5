// SPDX-License-Identifier: MIT
// clone, clone3, fork, vfork: a new thread, sharing or copying each of the caller's parts.
//
// The new thread is built invisibly, every part that can fail first; then, under tasklist and the
// sighand's lock, it joins the tree and can be found, signalled and waited for; then it starts.
// Nothing can fail after it has joined.

#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/rcu.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <hal/abi.h>

#define CLONE_NAMESPACES                                                               \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)
#define CSIGNAL 0xffu

struct clone_request {
	uint64_t flags; /* CLONE_*, without the signal */
	int exit_signal;
	vaddr_t stack;
	unsigned long tls;
	unsigned long pidfd, parent_tid, child_tid; /* user addresses */
	pid_t wanted;				    /* number asked for, or 0 */
};

/* Linux's order of checks that need nothing but the flags. */
static int clone_check(const struct clone_request *r)
{
	uint64_t flags = r->flags;

	/* The two would be written to the same word. */
	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID) && r->pidfd == r->parent_tid)
		return -EINVAL;
	if ((flags & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS) ||
	    (flags & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & CLONE_PARENT) && current->process->is_init)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && (flags & (CLONE_NEWUSER | CLONE_NEWPID)))
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & CLONE_DETACHED))
		return -EINVAL;
	return 0;
}

static bool over_process_limit(void)
{
	return user_over_limit(current->cred->user) && !capable(CAP_SYS_RESOURCE) &&
	       !capable(CAP_SYS_ADMIN);
}

/* As many threads as there may be, the dead ones that wait for a grace period not counted. */
static bool machine_is_full(void)
{
	if (likely(thread_count_all() < thread_count_max()))
		return false;
	rcu_barrier();
	return thread_count_all() >= thread_count_max();
}

/* The parts that clone's flags share or copy. Whatever it took is given back by parts_drop(). */
static int parts_take(struct thread *child, const struct clone_request *r)
{
	struct thread *parent = current;
	int error;

	if (r->flags & CLONE_FILES) {
		child->files = parent->files ? files_share(parent->files) : NULL;
	} else {
		child->files = files_copy(parent->files, UINT32_MAX);
		if (!child->files)
			return -ENOMEM;
	}
	if (r->flags & CLONE_FS) {
		child->fs = parent->fs;
		fs_share(child->fs);
	} else {
		child->fs = fs_copy(parent->fs);
		if (!child->fs)
			return -ENOMEM;
	}
	if (r->flags & CLONE_VM) {
		mm_get_user(parent->mm);
		child->mm = parent->mm;
	} else {
		error = mm_fork(parent->mm, &child->mm);
		if (error) {
			child->mm = NULL;
			return error;
		}
	}
	child->active_mm = child->mm;
	return 0;
}

static void parts_drop(struct thread *child)
{
	if (child->mm)
		mm_put_user(child->mm);
	if (child->fs)
		fs_leave(child->fs);
	if (child->files)
		files_put(child->files);
	child->mm = child->active_mm = NULL;
}

static struct sighand *sighand_for(const struct clone_request *r)
{
	struct sighand *mine = current->sighand, *copy;

	if (r->flags & CLONE_SIGHAND) {
		refcount_get(&mine->refs);
		return mine;
	}
	copy = sighand_create(mine);
	if (!copy)
		return NULL;
	if (r->flags & CLONE_CLEAR_SIGHAND)
		signal_reset_actions(copy);
	return copy;
}

/* A process for the child, as far as it can be filled without tasklist. */
static int process_for(const struct clone_request *r, struct process **out)
{
	struct process *mine = current->process, *process = process_alloc();
	unsigned long flags;

	if (!process)
		return -ENOMEM;
	process->sighand = sighand_for(r);
	if (!process->sighand) {
		process_put(process);
		return -ENOMEM;
	}
	flags = spin_lock_irqsave(&mine->lock);
	memcpy(process->limits, mine->limits, sizeof(process->limits));
	process->oom_score_adj = mine->oom_score_adj;
	process->oom_score_adj_min = mine->oom_score_adj_min;
	spin_unlock_irqrestore(&mine->lock, flags);
	*out = process;
	return 0;
}

static void thread_inherit(struct thread *child, const struct clone_request *r)
{
	struct thread *parent = current;

	(void)strscpy(child->name, parent->name, sizeof(child->name)); /* same size */
	child->blocked = parent->blocked;
	child->personality = parent->personality;
	child->ioprio = parent->ioprio;
	child->no_new_privs = parent->no_new_privs;
	child->timer_slack_ns = child->default_timer_slack_ns = parent->timer_slack_ns;
	child->set_child_tid = r->flags & CLONE_CHILD_SETTID ? r->child_tid : 0;
	child->clear_child_tid = r->flags & CLONE_CHILD_CLEARTID ? r->child_tid : 0;
	/* A thread that shares memory but not the parent's sleep in vfork has no use of its
	 * alternate stack. */
	if (!(r->flags & CLONE_VM) || (r->flags & CLONE_VFORK))
		child->altstack = parent->altstack;
	/* rseq: Linux keeps it over fork and drops it in threads that share memory. */
	if (!(r->flags & CLONE_VM)) {
		child->rseq = parent->rseq;
		child->rseq_length = parent->rseq_length;
		child->rseq_signature = parent->rseq_signature;
	}
	if (r->flags & CLONE_THREAD)
		child->exit_signal = -1;
	else if (r->flags & CLONE_PARENT)
		child->exit_signal = parent->process->leader->exit_signal;
	else
		child->exit_signal = r->exit_signal;
}

/* Under tasklist and sighand->lock: everything that makes the child part of the tree. */
static void process_join(struct process *process, struct thread *child,
			 const struct clone_request *r)
{
	struct process *mine = current->process;
	struct process *parent = r->flags & CLONE_PARENT ? mine->parent : mine;

	process->pid = pid_get(child->pid);
	process->leader = child;
	thread_get(child);
	process->parent = parent;
	process->parent_thread = r->flags & CLONE_PARENT ? mine->parent_thread : current;
	process->parent_exec_id = r->flags & CLONE_PARENT ? mine->parent_exec_id : mine->exec_id;
	process->exec_id = mine->exec_id;
	process->has_child_subreaper = mine->has_child_subreaper || mine->child_subreaper;
	process_set_terminal(process, mine->tty);
	list_add_tail(&process->sibling, &parent->children);
	list_add_tail(&process->all_link, &process_list);
	process_set_group(process, mine->group);
	process_set_session(process, mine->session);
	process_add_thread(process, child);
	/* Found by its number without tasklist from here on: it is complete. */
	rcu_assign_pointer(process->pid->process, process);
	pid_attach(process->pid);
}

/* 0; -ERESTARTNOINTR when a signal came first, -EAGAIN when the process is being killed. */
static int clone_join(struct thread *child, struct process *process, const struct clone_request *r)
{
	struct process *mine = current->process;
	unsigned long flags = spin_lock_irqsave(&tasklist);
	int error = 0;

	spin_lock(&current->sighand->lock);
	if (mine->group_exit || mine->group_exec)
		error = -EAGAIN; /* never seen by user code: SIGKILL is on its way */
	else if (signal_pending())
		error = -ERESTARTNOINTR;
	if (!error) {
		if (process)
			process_join(process, child, r);
		else
			process_add_thread(mine, child);
	}
	spin_unlock(&current->sighand->lock);
	spin_unlock_irqrestore(&tasklist, flags);
	return error;
}

static void vfork_wait(struct thread *child)
{
	/* The child's memory is ours: only death ends the wait early. */
	for (;;) {
		sched_set_state(THREAD_KILLABLE);
		if (load_acquire(&child->vfork_done))
			break;
		if (sched_wait(THREAD_KILLABLE, KTIME_MAX) != 0)
			break;
	}
	sched_set_state(THREAD_RUNNING);
}

static int pidfd_prepare(const struct clone_request *r, struct pid *pid, struct file **file)
{
	int error, fd;

	error = pidfd_create(pid, r->flags & CLONE_THREAD ? PIDFD_THREAD : 0, file);
	if (error)
		return error;
	fd = fd_reserve(0, true);
	if (fd < 0)
		goto fail_file;
	error = hal_put_user32(hal_user_ptr(void, r->pidfd), (uint32_t)fd);
	if (error)
		goto fail_fd;
	return fd;
fail_fd:
	fd_release(fd);
	fd = error;
fail_file:
	file_put(*file);
	*file = NULL;
	return fd;
}

/* A child that nobody has seen. Its stack goes at once, not after a grace period: a loop of failing
 * forks would take all memory with stacks. */
static void clone_abandon(struct thread *child, struct process *process)
{
	if (process)
		process_put(process);
	parts_drop(child);
	__atomic_fetch_sub(&child->cred->user->processes, 1, __ATOMIC_RELAXED);
	thread_free_stack(child);
	thread_put(child);
}

/* A child that is complete but has not joined; *process stays NULL for a thread of the same
 * process. */
static int clone_build(const struct clone_request *r, struct thread **out, struct process **process)
{
	struct thread *child;
	int error;

	if (machine_is_full())
		return -EAGAIN;
	child = thread_alloc(current->name, true);
	if (!child)
		return -ENOMEM;
	child->cred = cred_get(current->cred);
	/* Counted first and looked at then, so that two at once do not both pass. */
	__atomic_fetch_add(&child->cred->user->processes, 1, __ATOMIC_SEQ_CST);
	thread_inherit(child, r);
	sched_init_thread(child, current);
	error = over_process_limit() ? -EAGAIN : parts_take(child, r);
	if (error)
		goto fail;
	if (!(r->flags & CLONE_THREAD)) {
		error = process_for(r, process);
		if (error)
			goto fail;
	}
	error = pid_alloc(r->wanted, &child->pid);
	if (error)
		goto fail;
	hal_thread_fork(&child->hal, child->stack, r->stack, r->flags & CLONE_SETTLS, r->tls);
	*out = child;
	return 0;
fail:
	clone_abandon(child, *process);
	return error;
}

static long clone_perform(const struct clone_request *r)
{
	struct process *process = NULL;
	struct file *pidfd_file = NULL;
	struct thread *child;
	int error, fd = -1;
	pid_t number;

	error = clone_check(r);
	if (error)
		return error;
	if (signal_pending())
		return -ERESTARTNOINTR;
	if (r->flags & CLONE_NAMESPACES) /* Linux without them answers so */
		return capable(CAP_SYS_ADMIN) || (r->flags & CLONE_NEWUSER) ? -EINVAL : -EPERM;
	if ((r->flags & CLONE_SETTLS) && !hal_tls_valid(r->tls))
		return -EPERM;
	error = clone_build(r, &child, &process);
	if (error)
		return error;
	if (r->flags & CLONE_PIDFD) {
		error = fd = pidfd_prepare(r, child->pid, &pidfd_file);
		if (error < 0)
			goto fail;
	}
	if (r->flags & CLONE_VFORK) {
		thread_get(current);
		child->vfork_child_of = current;
	}
	error = clone_join(child, process, r);
	if (error)
		goto fail_pidfd;

	if (pidfd_file)
		fd_fill(fd, pidfd_file);
	number = child->pid->number;
	if (r->flags & CLONE_PARENT_SETTID) /* as on Linux, a bad address is not an error */
		(void)!hal_put_user32(hal_user_ptr(void, r->parent_tid), (uint32_t)number);
	if (child->set_child_tid || child->rseq)
		__atomic_fetch_or(&child->hal.work,
				  (child->set_child_tid ? THREAD_WORK_NOTIFY : 0) |
					  (child->rseq ? THREAD_WORK_RSEQ : 0),
				  __ATOMIC_RELAXED);
	if (r->flags & CLONE_VFORK)
		thread_get(child);
	sched_start(child);
	if (r->flags & CLONE_VFORK) {
		vfork_wait(child);
		thread_put(child);
	}
	return number;

fail_pidfd:
	if (child->vfork_child_of)
		thread_put(child->vfork_child_of);
	if (pidfd_file) {
		fd_release(fd);
		file_put(pidfd_file);
	}
fail:
	clone_abandon(child, process);
	return error;
}

/* ---- system calls ---- */

SYSCALL(fork)
{
	return clone_perform(&(struct clone_request){.exit_signal = SIGCHLD});
}

SYSCALL(vfork)
{
	return clone_perform(&(struct clone_request){
		.flags = CLONE_VFORK | CLONE_VM,
		.exit_signal = SIGCHLD,
	});
}

SYSCALL(clone)
{
	struct clone_request r = {
		.flags = (uint32_t)args->arg[0] & ~(uint64_t)CSIGNAL,
		.exit_signal = (int)(args->arg[0] & CSIGNAL),
		.stack = args->arg[1],
		.parent_tid = args->arg[2],
		.pidfd = args->arg[2],
		.child_tid = args->arg[HAL_ABI_CLONE_TLS_LAST ? 3 : 4],
		.tls = args->arg[HAL_ABI_CLONE_TLS_LAST ? 4 : 3],
	};

	return clone_perform(&r);
}

/* Linux's struct clone_args. */
struct clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup;
};
_Static_assert(sizeof(struct clone_args) == 88, "struct clone_args");
#define CLONE_ARGS_SIZE_VER0 64
#define CLONE_ARGS_SIZE_VER2 88

/* Copy a user's extensible struct: what is beyond ours must be zero. */
static int clone_args_copy(struct clone_args *a, unsigned long user, size_t size)
{
	uint8_t rest[64];
	size_t extra;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	*a = (struct clone_args){0};
	for (size_t at = sizeof(*a); at < size; at += extra) {
		extra = MIN(size - at, sizeof(rest));
		if (copy_from_user(rest, user + at, extra))
			return -EFAULT;
		for (size_t i = 0; i < extra; i++)
			if (rest[i])
				return -E2BIG;
	}
	return copy_from_user(a, user, MIN(size, sizeof(*a)));
}

static int clone3_decode(const struct clone_args *a, size_t size, struct clone_request *r)
{
	const uint64_t known = 0xffffffffull | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;
	uint32_t wanted = 0;

	if (a->set_tid_size > 32 || (!a->set_tid && a->set_tid_size) ||
	    (a->set_tid && !a->set_tid_size))
		return -EINVAL;
	if ((a->exit_signal & ~(uint64_t)CSIGNAL) || a->exit_signal > SIGMAX)
		return -EINVAL;
	if ((a->flags & CLONE_INTO_CGROUP) &&
	    (a->cgroup > INT32_MAX || size < CLONE_ARGS_SIZE_VER2))
		return -EINVAL;
	if (a->set_tid_size && hal_get_user32(&wanted, hal_user_ptr(const void, a->set_tid)))
		return -EFAULT;
	if ((a->flags & ~known) || (a->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME))))
		return -EINVAL;
	if ((a->flags & CLONE_SIGHAND) && (a->flags & CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return -EINVAL;
	if (!a->stack != !a->stack_size)
		return -EINVAL;
	if (a->stack && !hal_user_range(hal_user_ptr(const void, a->stack), a->stack_size))
		return -EINVAL;
	if (a->flags & CLONE_INTO_CGROUP) /* there are none */
		return -EINVAL;
	if (a->set_tid_size) {
		if (a->set_tid_size > 1 || (int32_t)wanted <= 0)
			return -EINVAL;
		if (!capable(CAP_CHECKPOINT_RESTORE) && !capable(CAP_SYS_ADMIN))
			return -EPERM;
	}
	*r = (struct clone_request){
		.flags = a->flags,
		.exit_signal = (int)a->exit_signal,
		.stack = a->stack + a->stack_size,
		.tls = a->tls,
		.pidfd = a->pidfd,
		.parent_tid = a->parent_tid,
		.child_tid = a->child_tid,
		.wanted = (pid_t)wanted,
	};
	return 0;
}

SYSCALL(clone3)
{
	struct clone_args a;
	struct clone_request r;
	int error = clone_args_copy(&a, args->arg[0], args->arg[1]);

	if (!error)
		error = clone3_decode(&a, args->arg[1], &r);
	return error ? error : clone_perform(&r);
}

/* ---- unshare ---- */

static int unshare_files(struct thread *t)
{
	struct files *shared = t->files, *mine;

	if (refcount_read(&shared->refs) == 1)
		return 0;
	mine = files_copy(shared, UINT32_MAX);
	if (!mine)
		return -ENOMEM;
	rcu_assign_pointer(t->files, mine);
	files_put(shared);
	return 0;
}

static int unshare_fs(struct thread *t)
{
	struct fs_context *shared = t->fs, *mine;

	if (!fs_is_shared(shared))
		return 0;
	mine = fs_copy(shared);
	if (!mine)
		return -ENOMEM;
	rcu_assign_pointer(t->fs, mine);
	fs_leave(shared);
	return 0;
}

SYSCALL(unshare)
{
	const uint64_t known = CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM | CLONE_FILES |
			       CLONE_SYSVSEM | CLONE_NAMESPACES;
	uint64_t flags = args->arg[0];
	struct thread *t = current;
	int error = 0;

	if (flags & ~known)
		return -EINVAL;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && t->process->thread_count > 1)
		return -EINVAL;
	if ((flags & (CLONE_SIGHAND | CLONE_VM)) && refcount_read(&t->sighand->refs) > 1)
		return -EINVAL;
	if ((flags & CLONE_VM) && refcount_read(&t->mm->users) > 1)
		return -EINVAL;
	if (flags & CLONE_NAMESPACES) /* Linux without them answers so */
		return capable(CAP_SYS_ADMIN) || (flags & CLONE_NEWUSER) ? -EINVAL : -EPERM;
	if (flags & CLONE_FS)
		error = unshare_fs(t);
	if (!error && (flags & CLONE_FILES))
		error = unshare_files(t);
	return error;
}
