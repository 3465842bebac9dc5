// SPDX-License-Identifier: MIT
// Making and unmaking struct thread and struct process; kernel threads.
//
// A thread's reference 1 is for its own life: the scheduler drops it when the dead thread has left
// its CPU. Another one is the tree's, from process_add_thread() to thread_release(). A thread holds
// a reference to its process and its pid until it is freed; a process has reference 1 for its life,
// dropped when its leader is released. Both are freed after a grace period.

#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/slab.h>

#define FPU_ALIGN 64

struct spinlock tasklist = SPINLOCK_INIT("tasklist");
struct list process_list = LIST_INIT(process_list);
struct process *init_process;

static struct kcache *thread_cache, *process_cache, *sighand_cache, *fpu_cache;
static unsigned int threads, processes; /* atomic */
static unsigned int threads_max;	/* constant after boot */

void proc_init(void)
{
	thread_cache = kcache_create("thread", sizeof(struct thread), 64);
	process_cache = kcache_create("process", sizeof(struct process), 0);
	sighand_cache = kcache_create("sighand", sizeof(struct sighand), 0);
	if (hal_fpu_size())
		fpu_cache = kcache_create("fpu", hal_fpu_size(), FPU_ALIGN);
	threads_max = (unsigned int)MAX(page_total() * PAGE_SIZE / (8 * 16384), 20ull);
	pid_init();
	cred_init();
	signal_room_init();
	futex_init();
}

unsigned int process_count(void)
{
	return READ_ONCE(processes);
}

unsigned int thread_count_all(void)
{
	return READ_ONCE(threads);
}

unsigned int thread_count_max(void)
{
	return threads_max;
}

/* ---- threads ---- */

static void thread_init_common(struct thread *thread, const char *name)
{
	thread->state = THREAD_NEW;
	refcount_set(&thread->refs, 1);
	(void)strscpy(thread->name, name, sizeof(thread->name)); /* cut off as comm is */
	list_init(&thread->process_link);
	list_init(&thread->pending.queue);
	list_init(&thread->exit_work);
	list_init(&thread->futex_pi);
	thread->altstack.flags = SS_DISABLE;
	thread->exit_signal = -1;
	thread->timer_slack_ns = thread->default_timer_slack_ns = 50000;
	thread->start_time = clock_monotonic();
}

void thread_init_static(struct thread *thread, const char *name)
{
	thread_init_common(thread, name);
	thread->cred = cred_get(&init_cred);
}

struct thread *thread_alloc(const char *name, bool user)
{
	struct thread *thread = kcache_alloc(thread_cache, GFP_KERNEL | GFP_ZERO);

	if (!thread)
		return NULL;
	thread->stack = kstack_alloc();
	if (!thread->stack)
		goto fail;
	if (user && fpu_cache) {
		thread->hal.fpu = kcache_alloc(fpu_cache, GFP_KERNEL | GFP_ZERO);
		if (!thread->hal.fpu)
			goto fail;
	}
	thread_init_common(thread, name);
	__atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);
	return thread;
fail:
	if (thread->stack)
		kstack_free(thread->stack);
	kcache_free(thread_cache, thread);
	return NULL;
}

int thread_make_user(struct thread *thread)
{
	if (fpu_cache && !thread->hal.fpu)
		thread->hal.fpu = kcache_alloc(fpu_cache, GFP_KERNEL | GFP_ZERO);
	return fpu_cache && !thread->hal.fpu ? -ENOMEM : 0;
}

void thread_free_stack(struct thread *thread)
{
	if (!thread->stack)
		return;
	sched_wait_off_cpu(thread);
	kstack_free(thread->stack);
	thread->stack = NULL;
	if (thread->hal.fpu)
		kcache_free(fpu_cache, thread->hal.fpu);
	thread->hal.fpu = NULL;
}

static void thread_free(struct rcu_head *head)
{
	struct thread *thread = container_of(head, struct thread, rcu);

	thread_free_stack(thread);
	cred_put(thread->cred);
	pid_put(thread->pid);
	if (thread->process)
		process_put(thread->process);
	kcache_free(thread_cache, thread);
	__atomic_fetch_sub(&threads, 1, __ATOMIC_RELAXED);
}

void thread_get(struct thread *thread)
{
	refcount_get(&thread->refs);
}

void thread_put(struct thread *thread)
{
	if (refcount_put(&thread->refs))
		rcu_call(&thread->rcu, thread_free);
}

/* ---- parts of other threads ---- */

struct fs_context *thread_get_fs(struct thread *thread)
{
	struct fs_context *fs;

	rcu_read_lock();
	fs = rcu_dereference(thread->fs);
	if (fs && !refcount_get_unless_zero(&fs->refs))
		fs = NULL;
	rcu_read_unlock();
	return fs;
}

int thread_may_inspect(struct thread *thread, const struct mm *mm, uid_t uid, gid_t gid)
{
	const struct cred *theirs;
	bool same, dumpable;

	if (thread->process == current->process)
		return 0;
	rcu_read_lock();
	theirs = rcu_dereference(thread->cred);
	same = uid == theirs->uid && uid == theirs->euid && uid == theirs->suid &&
	       gid == theirs->gid && gid == theirs->egid && gid == theirs->sgid &&
	       !(theirs->cap_permitted & ~current->cred->cap_permitted);
	if (!mm)
		mm = rcu_dereference(thread->mm);
	dumpable = mm ? mm->dumpable : thread->was_dumpable;
	rcu_read_unlock();
	return (same && dumpable) || capable(CAP_SYS_PTRACE) ? 0 : -EPERM;
}

int thread_inspect_begin(struct thread *thread, uid_t uid, gid_t gid, uint32_t *exec_id)
{
	int error;

	*exec_id = load_acquire(&thread->process->exec_id);
	error = thread_may_inspect(thread, NULL, uid, gid);
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* only then is anything taken */
	return error;
}

int thread_inspect_end(struct thread *thread, uid_t uid, gid_t gid, uint32_t exec_id)
{
	int error;

	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* what was taken was there before */
	error = thread_may_inspect(thread, NULL, uid, gid);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return READ_ONCE(thread->process->exec_id) == exec_id ? error : -EAGAIN;
}

int thread_take_file(struct thread *thread, unsigned int fd, uid_t uid, gid_t gid,
		     struct file **file)
{
	uint32_t exec_id;
	int error;

	do {
		error = thread_inspect_begin(thread, uid, gid, &exec_id);
		if (!error)
			error = thread_file(thread, fd, file);
		if (error)
			return error;
		error = thread_inspect_end(thread, uid, gid, exec_id);
		if (error)
			file_put(*file);
	} while (error == -EAGAIN);
	return error;
}

/* ---- processes ---- */

struct process *process_alloc(void)
{
	struct process *process = kcache_alloc(process_cache, GFP_KERNEL | GFP_ZERO);

	if (!process)
		return NULL;
	refcount_set(&process->refs, 1);
	spin_init(&process->lock, "process");
	list_init(&process->threads);
	list_init(&process->all_link);
	list_init(&process->group_link);
	list_init(&process->session_link);
	list_init(&process->children);
	list_init(&process->sibling);
	list_init(&process->shared.queue);
	list_init(&process->posix_timers);
	wait_queue_init(&process->child_exit);
	wait_queue_init(&process->core_wait);
	process_timers_init(process);
	__atomic_fetch_add(&processes, 1, __ATOMIC_RELAXED);
	return process;
}

static void process_free(struct rcu_head *head)
{
	struct process *process = container_of(head, struct process, rcu);

	if (process->sighand)
		sighand_put(process->sighand);
	pid_put(process->pid);
	pid_put(process->group);
	pid_put(process->session);
	pid_put(process->hung_up_group);
	kfree(process->exe_path);
	kcache_free(process_cache, process);
	__atomic_fetch_sub(&processes, 1, __ATOMIC_RELAXED);
}

void process_get(struct process *process)
{
	refcount_get(&process->refs);
}

void process_put(struct process *process)
{
	if (refcount_put(&process->refs))
		rcu_call(&process->rcu, process_free);
}

void process_add_thread(struct process *process, struct thread *thread)
{
	assert_spin_held(&tasklist);
	process_get(process);
	thread_get(thread);
	thread->process = process;
	thread->sighand = process->sighand;
	list_add_tail(&thread->process_link, &process->threads);
	process->thread_count++;
	process->live_threads++;
	rcu_assign_pointer(thread->pid->thread, thread);
	pid_attach(thread->pid);
}

/* Move process between the member lists of two pids; either may be NULL. The process's reference
 * moves along. Who came last is first: programs see the order where the first refusal ends a call. */
static void member_move(struct pid **field, struct pid *to, enum pid_kind kind, struct list *link)
{
	struct pid *from = *field;

	assert_spin_held(&tasklist);
	if (from == to)
		return;
	list_del_init(link);
	if (to) {
		list_add(link, &to->members[kind]);
		pid_attach(to);
		rcu_assign_pointer(*field, pid_get(to));
	}
	if (from) {
		pid_detach(from);
		if (to)
			pid_put(from); /* else the process keeps it readable until it is freed */
	}
}

void process_set_group(struct process *process, struct pid *group)
{
	member_move(&process->group, group, PID_GROUP, &process->group_link);
}

void process_set_session(struct process *process, struct pid *session)
{
	member_move(&process->session, session, PID_SESSION, &process->session_link);
}

const struct terminal_ops *terminal_ops;

void process_set_terminal(struct process *process, struct tty *tty)
{
	struct tty *old = process->tty;

	assert_spin_held(&tasklist);
	if (tty == old)
		return;
	if (tty)
		terminal_ops->get(tty);
	process->tty = tty;
	if (old)
		terminal_ops->put(old);
}

/* ---- handlers ---- */

struct sighand *sighand_create(struct sighand *from)
{
	unsigned long flags;

	struct sighand *sighand = kcache_alloc(sighand_cache, GFP_KERNEL);

	if (!sighand)
		return NULL;
	refcount_set(&sighand->refs, 1);
	spin_init(&sighand->lock, "sighand");
	if (!from) {
		memset(sighand->action, 0, sizeof(sighand->action));
		return sighand;
	}
	flags = spin_lock_irqsave(&from->lock);
	memcpy(sighand->action, from->action, sizeof(sighand->action));
	spin_unlock_irqrestore(&from->lock, flags);
	return sighand;
}

static void sighand_free(struct rcu_head *head)
{
	kcache_free(sighand_cache, container_of(head, struct sighand, rcu));
}

void sighand_put(struct sighand *sighand)
{
	if (refcount_put(&sighand->refs))
		rcu_call(&sighand->rcu, sighand_free);
}

struct sighand *sighand_lock(struct process *process, unsigned long *flags)
{
	struct sighand *sighand;

	rcu_read_lock();
	for (;;) {
		sighand = rcu_dereference(process->sighand);
		*flags = spin_lock_irqsave(&sighand->lock);
		if (likely(sighand == READ_ONCE(process->sighand)))
			break;
		spin_unlock_irqrestore(&sighand->lock, *flags);
	}
	rcu_read_unlock();
	return sighand;
}

/* ---- kernel threads ---- */

__noreturn static void kthread_main(void *arg)
{
	struct thread *thread = arg;

	thread->kthread(thread->kthread_arg);
	thread_exit(0);
}

struct thread *kthread_create(const char *name, void (*entry)(void *), void *arg)
{
	struct thread *thread;

	VERIFY(thread_cache); /* proc_init() first */
	thread = thread_alloc(name, false);
	if (!thread)
		return NULL;
	thread->cred = cred_get(&init_cred);
	thread->kthread = entry;
	thread->kthread_arg = arg;
	thread->blocked = ~0ull;
	sched_init_thread(thread, NULL);
	hal_thread_init(&thread->hal, thread->stack, kthread_main, thread);
	return thread;
}

struct thread *kthread_start(const char *name, void (*entry)(void *), void *arg)
{
	struct thread *thread = kthread_create(name, entry, arg);

	if (!thread)
		panic("no memory for the kernel thread %s", name);
	sched_start(thread);
	return thread;
}
