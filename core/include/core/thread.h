/* SPDX-License-Identifier: MIT */
/*
 * core/thread.h - struct thread, struct process, struct pid: who runs, and what it shares with
 * whom.
 *
 * A thread points separately to reference-counted memory, files, fs context, signal handlers and
 * credentials, since clone() combines sharing freely. A process is the thread group: what POSIX
 * says all its threads have in common. A struct pid is a number's owner, living as long as anyone
 * refers to it, so that execve from a thread can swap numbers and a pidfd can outlive the process.
 *
 * Life of a thread: thread_create (THREAD_NEW, reference 1 for its own life) -> sched_start -> ...
 * -> thread_exit (zombie or released at once) -> its process is waited for -> last reference
 * dropped -> freed after a grace period. Look-ups by pid are lock-free under RCU with
 * refcount_get_unless_zero.
 */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include <core/lib/list.h>
#include <core/mutex.h>
#include <core/rcu.h>
#include <core/refcount.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/time.h>
#include <core/types.h>
#include <core/wait.h>
#include <hal/thread.h>

struct mm;
struct files;
struct fs_context;
struct core_dump;
struct cred;
struct file;
struct tty;
struct robust_list_head;

enum pid_kind { PID_THREAD, PID_PROCESS, PID_GROUP, PID_SESSION, PID_KINDS };

struct pid {
	struct refcount refs;
	pid_t number;
	unsigned int attached;	/* [tasklist] roles in use; the number is free again at 0 */
	bool owns_number;	/* [tasklist] until then; the field above stays readable for ever */
	struct hlist_node hash; /* [pid_lock], RCU */
	struct thread *thread;	/* [tasklist], RCU: the thread with this number */
	struct process *process; /* [tasklist], RCU: the process whose leader has this number */
	struct list members
		[PID_KINDS]; /* [tasklist]: processes of this group (PID_GROUP) and session (PID_SESSION) */
	struct wait_queue waiters; /* pidfd poll: woken when the process becomes a zombie */
	uint64_t ino;		   /* of its pidfds, never used again; 0 before the first; atomic */
	struct rcu_head rcu;
};

struct rlimit {
	uint64_t soft, hard; /* UINT64_MAX: infinity */
};
#define RLIM_COUNT 16

/* What went through read, write and their relatives: /proc/PID/io. */
struct io_account {
	uint64_t read_bytes, written_bytes, read_calls, write_calls;
};

/* Armed POSIX timers on the CPU clocks of a process or thread. */
struct cpu_timers {
	struct rb_root due[2][2]; /* by when they are: of user time? of another process? */
	unsigned int count;
};

struct thread {
	struct hal_thread hal; /* FIRST: the HAL's current thread is ours */
	unsigned int
		state; /* THREAD_*: changed by itself, and under the run queue's lock by wakers */
	struct sched_entity sched;
	struct refcount refs;
	struct rcu_head rcu;
	void *stack;	 /* kernel stack, lowest address */
	char name[16];	 /* comm */
	uint16_t ioprio; /* of input and output: class and level, see ioprio.c; 0: none set */

	struct process *process; /* reference; NULL for kernel threads */
	struct pid *pid; /* reference; NULL for kernel threads. Changed by execve only [tasklist] */
	struct list
		process_link; /* [tasklist + sighand->lock for change, either for reading] in process->threads */
	struct mm *mm;	      /* NULL: kernel thread, or gone */
	bool was_dumpable;    /* was mm, when it went? */
	struct mm *active_mm; /* [rq] the space that is live while it runs */
	struct files *files;
	struct fs_context *fs;
	struct sighand
		*sighand; /* the process's, which holds the reference; changed by execve, alone */
	const struct cred
		*cred; /* immutable; replaced by its own thread only; readers of others: RCU */

	/* signals: see core/signal.h */
	struct sigpending pending; /* [sighand->lock] */
	uint64_t blocked;	   /* by itself, [sighand->lock] */
	uint64_t saved_mask;	   /* to be restored after a temporary mask (sigsuspend, ppoll) */
	bool restore_mask;
	struct hal_stack altstack;
	bool exiting; /* [sighand->lock] in thread_exit(): signals go to other threads */
	bool exited; /* [tasklist] nothing left but the struct: a zombie, or a leader that waits for its threads */
	bool stop_pending;  /* [sighand->lock] is to take part in the group stop */
	bool stop_dequeued; /* [sighand->lock] no SIGCONT came since a signal was taken */
	bool in_execve;
	uint64_t
		real_blocked; /* [sighand->lock] the mask while sigtimedwait has narrowed it; 0: none */
	struct restart_block {
		long (*restart)(struct thread *thread); /* for restart_syscall; NULL: -EINTR */
		uint64_t deadline;
		void *arg[2];
		int clock, flags;
	} restart;

	int exit_code;	 /* wait status form: code << 8, or signal | 0x80 for core */
	int exit_signal; /* to the parent when the leader dies; -1: a thread that is not the leader */
	int death_signal;			      /* PR_SET_PDEATHSIG */
	unsigned long set_child_tid, clear_child_tid; /* user addresses or 0 */
	unsigned long robust_list;		      /* user address or 0 */
	unsigned long rseq, rseq_signature;
	uint32_t rseq_length;
	struct thread *vfork_child_of; /* whom to wake when this one execs or exits */
	bool vfork_done;
	struct list futex_pi; /* futex's own: who waits for its PI locks [futex_pi_lock] */
	bool futex_dead;      /* futex's own: it takes no PI waiters any more [futex_pi_lock] */
	void *futex_wait; /* futex's own: the PI waiter that it is, linked to an owner [futex_pi_lock] */
	uint64_t minor_faults, major_faults;
	struct io_account io;
	ktime_t start_time; /* monotonic */
	unsigned long personality;
	bool no_new_privs;
	bool over_process_limit; /* since it changed its user: execve looks again */
	uint64_t timer_slack_ns, default_timer_slack_ns; /* the default: the parent's at the fork */
	void *ptrace;					 /* tracer state or NULL */
	unsigned int pagefault_disabled;
	struct cpu_timers cpu_timers; /* [process->lock] on its clocks */
	bool cpu_timers_due; /* a tick found a CPU-time limit or timer that may have passed: looked at on return to user */
	bool in_oom; /* chosen by the OOM killer: allocations may dip into reserves */
	void (*kthread)(void *);
	void *kthread_arg;
	struct list exit_work; /* deferred work for return to user (core/file.h: fput) */
	bool work_over;	       /* it ends, and looks at exit_work no more */
#ifdef TERN_DEBUG
	struct held_lock {
		struct lock_class *class;
		const void *lock;
		bool sleeping;
	} held[16];
	unsigned int held_count, rcu_depth;
	unsigned int fail_nth; /* this allocation from now on fails; 0: none. Its own thread's */
#endif
};

struct process {
	struct refcount refs;
	struct rcu_head rcu;
	struct spinlock lock; /* irq-saving, after sighand->lock: limits, accounts, timers below */
	struct sighand
		*sighand; /* reference; use sighand_lock() on other processes. Replaced by execve */
	struct thread *leader; /* [tasklist] the thread whose number is the process's; reference */
	struct list threads;   /* [tasklist + sighand->lock for change] */
	unsigned int thread_count; /* [tasklist + sighand->lock for change] not released yet */
	unsigned int live_threads; /* [sighand->lock] not exiting yet */
	struct list all_link;	   /* [tasklist], RCU: every process */
	struct pid *pid, *group, *session;    /* [tasklist], readers RCU */
	struct list group_link, session_link; /* [tasklist] */
	struct process *parent;		      /* [tasklist] real parent (reaper) */
	struct list children, sibling;	      /* [tasklist] */
	struct thread *
		parent_thread; /* [tasklist] whose child it is within the parent, for __WNOTHREAD and PR_SET_PDEATHSIG */
	uint32_t exec_id,
		parent_exec_id; /* [tasklist] execs so far; the parent's at fork: a child of an older image reports by SIGCHLD */
	struct wait_queue child_exit; /* wait4 sleeps here */
	bool zombie;		      /* [tasklist] all threads have exited, not waited for yet */
	bool reaped;		      /* [tasklist] somebody is releasing it */
	bool child_subreaper, has_child_subreaper, has_execed;
	bool unkillable; /* [sighand->lock] PID 1: signals without a handler do nothing */
	bool group_exit; /* [sighand->lock] exit_group or a fatal signal: all threads leave */
	int group_exit_code;
	struct core_dump *core;	     /* [sighand->lock] being written: see core/proc/coredump.c */
	struct wait_queue core_wait; /* its threads meet here */
	struct thread *group_exec; /* [sighand->lock] the thread that waits in execve to be alone */
	unsigned int notify_count; /* [tasklist] it is woken when thread_count has fallen to this */
	struct sigpending shared;  /* [sighand->lock] */
	/* job control [sighand->lock] */
	bool stopped;		/* all threads have stopped */
	bool stop_reported;	/* [tasklist] wait has told the parent about this stop */
	bool continued_pending; /* wait may still tell about a continuation */
	uint8_t stop_notify;	/* CLD_STOPPED or CLD_CONTINUED, owed to the parent; 0: nothing */
	int stop_signal;
	unsigned int stop_count; /* threads that have not stopped yet */
	struct thread *
		last_target; /* [tasklist + sighand->lock] where to look first for a thread to take a signal; in threads, or NULL */
	struct tty *tty;     /* [tasklist] controlling terminal (reference held) */
	struct pid *
		hung_up_group; /* [tasklist] reference: in front of a leader's terminal when it hung up, told when he exits */
	struct rlimit limits[RLIM_COUNT]; /* [lock] */
	/* accumulated from dead threads and waited-for children [lock] */
	ktime_t dead_user, dead_system, children_user, children_system;
	uint64_t dead_minor, dead_major, children_minor, children_major, children_maxrss,
		dead_voluntary, dead_involuntary, children_voluntary, children_involuntary, maxrss;
	struct io_account dead_io; /* of both: Linux keeps no account of children apart */
	/* timers */
	struct timer real_timer; /* ITIMER_REAL */
	ktime_t real_interval;	 /* [lock] */
	bool real_used;		 /* it was ever set: at exit it may have to be cancelled */
	ktime_t virt_expires, virt_interval, prof_expires, prof_interval; /* CPU time; 0: off */
	struct list posix_timers;					  /* [lock] */
	struct cpu_timers cpu_timers; /* [lock] on our clocks, whosesoever they are */
	int next_timer_id;
	int oom_score_adj, oom_score_adj_min; /* [lock] */
	char *exe_path; /* only for reports; /proc/PID/exe uses mm->exe_file */
	bool is_init;
};

/* The running thread. */
static inline struct thread *thread_of(struct hal_thread *hal)
{
	return (struct thread *)(void *)hal; /* first member */
}
#define current thread_of(hal_thread_current())

/* Kernel threads: entry(arg) runs in a thread without user space; it ends by returning. NULL or
 * the thread (reference held by its life). */
struct thread *kthread_create(const char *name, void (*entry)(void *), void *arg);
struct thread *kthread_start(const char *name, void (*entry)(void *),
			     void *arg); /* create and run; panics without memory: boot only */

/* Caches, pids: before the first kthread_create(). */
void proc_init(void);
/* A thread struct that is not made by kthread_create (idle threads): everything but hal, stack and
 * scheduling set as for a kernel thread. */
void thread_init_static(struct thread *thread, const char *name);
/* The body of the kernel thread that becomes PID 1: opens /dev/console, executes init. Does not
 * return. */
__noreturn void init_start(void *unused);

void thread_get(struct thread *thread);
void thread_put(struct thread *thread);
void process_get(struct process *process);
void process_put(struct process *process);

/* Of another thread, with a reference; NULL when it has none (any more). Its memory: mm_of_thread(); its files:
 * thread_file(). */
struct fs_context *thread_get_fs(struct thread *thread);
/* May the current thread, as that user and group, look into thread (ptrace's rule for reading: the
 * same ids and a dumpable image, or CAP_SYS_PTRACE; always within a process)? 0 or -EPERM. System
 * calls ask for the real ids, file systems for fsuid and fsgid. mm: the memory that was taken from it to be
 * looked into, which may not be its own any more; NULL: it is not memory that is wanted. */
__must_check int thread_may_inspect(struct thread *thread, const struct mm *mm, uid_t uid,
				    gid_t gid);
/* Around the taking of something else that thread has: asked before and after, since by becoming another
 * program it may gain rights and what it opens with them, and give up both. End: 0, -EPERM, or -EAGAIN:
 * it has become another program in between; give back what was taken, and begin again. */
__must_check int thread_inspect_begin(struct thread *thread, uid_t uid, gid_t gid,
				      uint32_t *exec_id);
__must_check int thread_inspect_end(struct thread *thread, uid_t uid, gid_t gid, uint32_t exec_id);
/* thread_file() for who would have the file: -EPERM, too. */
__must_check int thread_take_file(struct thread *thread, unsigned int fd, uid_t uid, gid_t gid,
				  struct file **file);

/* pids */
struct pid *pid_get(struct pid *pid);
void pid_release(struct pid *pid);	    /* the last reference is gone */
static inline void pid_put(struct pid *pid) /* NULL: nothing */
{
	if (pid && refcount_put(&pid->refs))
		pid_release(pid);
}
struct pid *pid_find(pid_t number);	  /* with a reference, or NULL */
struct pid *pid_find_rcu(pid_t number);	  /* without; RCU section or tasklist held */
struct thread *thread_find(pid_t number); /* with a reference, or NULL */
/* After *number in number order, the next thread (reference), with its number: NULL at the end. */
struct thread *thread_next(pid_t *number);
struct process *process_find(pid_t number); /* with a reference, or NULL; zombies too */
/* After pid in number order, the next process (reference), for /proc: NULL at the end. */
struct process *process_next(pid_t after);
unsigned int process_count(void), thread_count_all(void);
/* How many threads there may be at all, as on Linux: stacks of 16 KiB in an eighth of memory. */
unsigned int thread_count_max(void);
pid_t pid_last(void);

/* The lock of the family tree, groups and sessions: a rwsem-like spinlock, irq-saving; taken
 * before process->lock and sighand->lock. */
extern struct spinlock tasklist;

extern struct process *init_process; /* PID 1 */

/* exit.c: end the calling thread or its whole process. code in wait-status form. */
__noreturn void thread_exit(int code);
__noreturn void process_exit(int code);

/* Set once by the terminal room (NULL: no terminals). Every process with ->tty holds a reference.
 */
struct terminal_ops {
	void (*get)(struct tty *tty); /* any context, under tasklist */
	/* tasklist held: its device number and foreground group (-1: none). */
	void (*describe)(struct tty *tty, dev_t *dev, pid_t *foreground);
	void (*put)(struct tty *tty); /* any context, under tasklist: frees later */
	void (*leader_exit)(
		struct process *
			leader); /* a session leader exits: his terminal is given back, and the group in front of it told. May sleep */
};
extern const struct terminal_ops *terminal_ops;
/* tasklist held: replace process's controlling terminal (NULL: none), with the references. */
void process_set_terminal(struct process *process, struct tty *tty);

/* Is a session's leader's terminal etc.: helpers for the terminal room. */
bool process_group_orphaned(struct pid *group); /* tasklist held */
static inline pid_t process_id(const struct process *p)
{
	return p->pid->number;
}

struct rusage_times {
	ktime_t user, system;
};
/* Needs the list of threads still: tasklist or sighand->lock held. */
void process_times(struct process *process, struct rusage_times *times);
/* Of all its threads, those that have ended, and the children that were waited for. Takes tasklist. */
void process_io(struct process *process, struct io_account *io);
/* A transfer of n bytes or -errno has been tried, by the current thread. */
static inline void io_count_read(ssize_t n)
{
	struct io_account *io = &current->io;

	io->read_calls++;
	if (n > 0)
		io->read_bytes += (uint64_t)n;
}
static inline void io_count_write(ssize_t n)
{
	struct io_account *io = &current->io;

	io->write_calls++;
	if (n > 0)
		io->written_bytes += (uint64_t)n;
}

/* Enforced limits. */
static inline uint64_t process_limit(const struct process *p, unsigned int which)
{
	return READ_ONCE(p->limits[which].soft);
}
#define RLIMIT_CPU	  0
#define RLIMIT_FSIZE	  1
#define RLIMIT_DATA	  2
#define RLIMIT_STACK	  3
#define RLIMIT_CORE	  4
#define RLIMIT_RSS	  5
#define RLIMIT_NPROC	  6
#define RLIMIT_NOFILE	  7
#define RLIMIT_MEMLOCK	  8
#define RLIMIT_AS	  9
#define RLIMIT_LOCKS	  10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE	  12
#define RLIMIT_NICE	  13
#define RLIMIT_RTPRIO	  14
#define RLIMIT_RTTIME	  15

#endif
