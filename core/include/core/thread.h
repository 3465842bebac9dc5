/* SPDX-License-Identifier: MIT */
/*
 * core/thread.h - struct thread, struct process, struct pid: who runs, and what it shares with whom.
 *
 * A thread points separately to reference-counted memory, files, fs context, signal handlers and credentials, since clone() combines sharing freely. A process is the
 * thread group: what POSIX says all its threads have in common. A struct pid is a number's owner, living as long as anyone refers to it, so that execve from a thread can
 * swap numbers and a pidfd can outlive the process.
 *
 * Life of a thread: thread_create (THREAD_NEW, reference 1 for its own life) -> sched_start -> ... -> thread_exit (zombie or released at once) -> its process is waited
 * for -> last reference dropped -> freed after a grace period. Look-ups by pid are lock-free under RCU with refcount_get_unless_zero.
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
struct cred;
struct file;
struct tty;
struct robust_list_head;

enum pid_kind { PID_THREAD, PID_PROCESS, PID_GROUP, PID_SESSION, PID_KINDS };

struct pid {
	struct refcount refs;
	pid_t number;
	struct hlist_node hash;          /* [pid_lock], RCU */
	struct thread *thread;           /* [pid_lock], RCU: the thread with this number */
	struct process *process;         /* [pid_lock], RCU: the process whose leader has this number */
	struct list members[PID_KINDS];  /* [tasklist]: processes of this group (PID_GROUP) and session (PID_SESSION) */
	struct wait_queue waiters;       /* pidfd poll: woken when the process becomes a zombie */
	struct rcu_head rcu;
};

struct rlimit {
	uint64_t soft, hard; /* UINT64_MAX: infinity */
};
#define RLIM_COUNT 16

struct thread {
	struct hal_thread hal; /* FIRST: the HAL's current thread is ours */
	unsigned int state;    /* THREAD_*: changed by itself, and under the run queue's lock by wakers */
	struct sched_entity sched;
	struct refcount refs;
	struct rcu_head rcu;
	void *stack;           /* kernel stack, lowest address */
	char name[16];         /* comm */

	struct process *process; /* NULL for kernel threads */
	struct pid *pid;
	struct list process_link; /* [process->lock] in process->threads */
	struct mm *mm;            /* NULL: kernel thread, or gone */
	struct mm *active_mm;     /* [rq] the space that is live while it runs */
	struct files *files;
	struct fs_context *fs;
	struct sighand *sighand;  /* [process->lock for change] */
	const struct cred *cred;  /* immutable; replaced by its own thread only; readers of others: RCU */

	/* signals: see core/signal.h */
	struct sigpending pending;  /* [sighand->lock] */
	uint64_t blocked;           /* by itself, [sighand->lock] */
	uint64_t saved_mask;        /* to be restored after a temporary mask (sigsuspend, ppoll) */
	bool restore_mask;
	struct hal_stack altstack;
	bool exiting;               /* a fatal signal or exit_group was seen */
	struct restart_block {
		long (*restart)(struct thread *thread); /* for restart_syscall; NULL: -EINTR */
		uint64_t deadline;
		void *arg[2];
		int clock, flags;
	} restart;

	int exit_code;      /* wait status form: code << 8, or signal | 0x80 for core */
	int exit_signal;    /* to the parent when the leader dies; -1: a thread that is not the leader */
	int death_signal;   /* PR_SET_PDEATHSIG */
	unsigned long set_child_tid, clear_child_tid; /* user addresses or 0 */
	unsigned long robust_list;                     /* user address or 0 */
	unsigned long rseq, rseq_signature;
	uint32_t rseq_length;
	struct thread *vfork_child_of; /* whom to wake when this one execs or exits */
	bool vfork_done;
	void *futex_pi;     /* futex's own: PI state held and waited on */
	uint64_t minor_faults, major_faults;
	ktime_t start_time; /* monotonic */
	unsigned long personality;
	bool no_new_privs;
	unsigned int timer_slack_ns;
	void *ptrace;       /* tracer state or NULL */
	unsigned int pagefault_disabled;
	bool in_oom;        /* chosen by the OOM killer: allocations may dip into reserves */
	void (*kthread)(void *);
	void *kthread_arg;
	struct list exit_work;  /* deferred work for return to user (core/file.h: fput) */
#ifdef TERN_DEBUG
	struct held_lock {
		struct lock_class *class;
		const void *lock;
		bool sleeping;
	} held[16];
	unsigned int held_count, rcu_depth;
#endif
};

struct process {
	struct refcount refs;
	struct rcu_head rcu;
	struct spinlock lock;          /* irq-saving: threads, counts, limits, timers below */
	struct thread *leader;         /* [tasklist] the thread whose number is the process's */
	struct list threads;           /* [lock] */
	unsigned int thread_count, live_threads; /* [lock] */
	struct list all_link;          /* [tasklist], RCU: every process */
	struct pid *pid, *group, *session; /* [tasklist], readers RCU */
	struct list group_link, session_link; /* [tasklist] */
	struct process *parent;        /* [tasklist] real parent (reaper) */
	struct list children, sibling; /* [tasklist] */
	struct wait_queue child_exit;  /* wait4 sleeps here */
	bool zombie, child_subreaper, has_execed, dumpable;
	bool group_exit;               /* [lock] exit_group or a fatal signal: all threads leave */
	int group_exit_code;
	struct thread *group_exec;     /* [lock] the thread that waits alone in execve */
	struct sigpending shared;      /* [sighand->lock] */
	/* job control [sighand->lock] */
	bool stopped, stop_reported, continued_pending;
	int stop_signal;
	unsigned int stop_count;
	struct tty *tty;               /* [tasklist] controlling terminal (reference held) */
	struct rlimit limits[RLIM_COUNT]; /* [lock] */
	/* accumulated from dead threads and waited-for children [lock] */
	ktime_t dead_user, dead_system, children_user, children_system;
	uint64_t dead_minor, dead_major, children_minor, children_major, children_maxrss, dead_voluntary, dead_involuntary, maxrss;
	/* timers */
	struct timer real_timer;       /* ITIMER_REAL */
	ktime_t real_interval;
	ktime_t virt_expires, virt_interval, prof_expires, prof_interval; /* CPU time; 0: off */
	struct list posix_timers;      /* [lock] */
	int next_timer_id;
	int oom_score_adj;
	char *exe_path;                /* only for reports; /proc/PID/exe uses mm->exe_file */
	bool is_init;
};

/* The running thread. */
static inline struct thread *thread_of(struct hal_thread *hal)
{
	return (struct thread *)(void *)hal; /* first member */
}
#define current thread_of(hal_thread_current())

/* Kernel threads: entry(arg) runs in a thread without user space; it ends by returning. NULL or the thread (reference held by its life). */
struct thread *kthread_create(const char *name, void (*entry)(void *), void *arg);
struct thread *kthread_start(const char *name, void (*entry)(void *), void *arg); /* create and run; panics without memory: boot only */

void thread_get(struct thread *thread);
void thread_put(struct thread *thread);
void process_get(struct process *process);
void process_put(struct process *process);

/* pids */
struct pid *pid_get(struct pid *pid);
void pid_put(struct pid *pid);
struct pid *pid_find(pid_t number);           /* with a reference, or NULL */
struct thread *thread_find(pid_t number);     /* with a reference, or NULL */
struct process *process_find(pid_t number);   /* with a reference, or NULL; zombies too */
/* After pid in number order, the next process (reference), for /proc: NULL at the end. */
struct process *process_next(pid_t after);
unsigned int process_count(void), thread_count_all(void);
pid_t pid_last(void);

/* The lock of the family tree, groups and sessions: a rwsem-like spinlock, irq-saving; taken before process->lock and sighand->lock. */
extern struct spinlock tasklist;

extern struct process *init_process; /* PID 1 */

/* exit.c: end the calling thread or its whole process. code in wait-status form. */
__noreturn void thread_exit(int code);
__noreturn void process_exit(int code);

/* Is a session's leader's terminal etc.: helpers for the terminal room. */
bool process_group_orphaned(struct pid *group); /* tasklist held */
static inline pid_t process_id(const struct process *p)
{
	return p->pid->number;
}

struct rusage_times {
	ktime_t user, system;
};
void process_times(struct process *process, struct rusage_times *times);

/* Enforced limits. */
static inline uint64_t process_limit(const struct process *p, unsigned int which)
{
	return READ_ONCE(p->limits[which].soft);
}
#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIMIT_LOCKS 10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE 12
#define RLIMIT_NICE 13
#define RLIMIT_RTPRIO 14
#define RLIMIT_RTTIME 15

#endif
