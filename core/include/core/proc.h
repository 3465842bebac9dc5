/* SPDX-License-Identifier: MIT */
/*
 * core/proc.h - what the rooms proc, signal and time share about the life of threads and processes,
 * and nobody else needs.
 *
 * Locks, outermost first: tasklist, sighand->lock, process->lock, a run queue's. A thread is found
 * through its pid (RCU) and referenced with thread_get_unless_dead().
 */
#ifndef CORE_PROC_H
#define CORE_PROC_H

#include <core/cred.h>
#include <core/thread.h>

#define CLONE_NEWTIME	     0x00000080ull
#define CLONE_VM	     0x00000100ull
#define CLONE_FS	     0x00000200ull
#define CLONE_FILES	     0x00000400ull
#define CLONE_SIGHAND	     0x00000800ull
#define CLONE_PIDFD	     0x00001000ull
#define CLONE_PTRACE	     0x00002000ull
#define CLONE_VFORK	     0x00004000ull
#define CLONE_PARENT	     0x00008000ull
#define CLONE_THREAD	     0x00010000ull
#define CLONE_NEWNS	     0x00020000ull
#define CLONE_SYSVSEM	     0x00040000ull
#define CLONE_SETTLS	     0x00080000ull
#define CLONE_PARENT_SETTID  0x00100000ull
#define CLONE_CHILD_CLEARTID 0x00200000ull
#define CLONE_DETACHED	     0x00400000ull
#define CLONE_UNTRACED	     0x00800000ull
#define CLONE_CHILD_SETTID   0x01000000ull
#define CLONE_NEWCGROUP	     0x02000000ull
#define CLONE_NEWUTS	     0x04000000ull
#define CLONE_NEWIPC	     0x08000000ull
#define CLONE_NEWUSER	     0x10000000ull
#define CLONE_NEWPID	     0x20000000ull
#define CLONE_NEWNET	     0x40000000ull
#define CLONE_IO	     0x80000000ull
#define CLONE_CLEAR_SIGHAND  0x100000000ull
#define CLONE_INTO_CGROUP    0x200000000ull

/* ---- pid.c ---- */
/* A new number (wanted 0) or that one: 0, -EAGAIN (none free), -EEXIST, -EINVAL, -ENOMEM. Not
 * visible to look-ups until attached. */
__must_check int pid_alloc(pid_t wanted, struct pid **pid);
/* Roles, under tasklist: the first makes the number visible, the last frees it. A pid that never
 * got one is given back with pid_put(). */
void pid_attach(struct pid *pid);
void pid_detach(struct pid *pid);
void pid_init(void);

/* ---- thread.c ---- */
/* A thread (state NEW, one reference) with stack, and FP area when user; or NULL. Never run:
 * thread_put frees it. */
struct thread *thread_alloc(const char *name, bool user);
/* Give a kernel thread what user threads have (FP area): 0 or -ENOMEM. */
__must_check int thread_make_user(struct thread *thread);
/* A process without threads, one reference, not in the tree; or NULL. */
struct process *process_alloc(void);
/* Make the first thread of process: leader, lists, pid; the tree is the caller's. tasklist and
 * sighand->lock held. */
void process_add_thread(struct process *process, struct thread *thread);
/* The stack of a thread that is off its CPU for good. May spin. */
void thread_free_stack(struct thread *thread);
struct sighand *sighand_create(
	struct sighand
		*from); /* actions as from's; NULL: all SIG_DFL. Returns NULL without memory */
void sighand_put(struct sighand *sighand);
/* Lock a process's sighand, which execve may replace meanwhile. */
struct sighand *sighand_lock(struct process *process, unsigned long *flags);
/* tasklist held: members of groups and sessions. */
void process_set_group(struct process *process, struct pid *group);
void process_set_session(struct process *process, struct pid *session);
extern struct list process_list; /* [tasklist] by all_link */

/* ---- exit.c ---- */
/* Take an exited thread out of everything and drop its life's reference. No lock held. */
void thread_release(struct thread *thread);
/* SIGCHLD (or what the child says) to process->parent and wake its waiters; true: nobody will wait
 * for it. tasklist held. */
bool process_notify_parent(struct process *process, int sig);
/* Let a vfork parent go on. */
void thread_vfork_done(struct thread *thread);
/* Robust list, PI futexes, clear_child_tid, vfork: before the memory goes. */
void thread_leave_memory(struct thread *thread);
/* The wait status of a zombie. */
static inline int process_exit_status(const struct process *process)
{
	return process->group_exit ? process->group_exit_code : process->leader->exit_code;
}
/* The whole process is to end with that wait status; that it was continued is told no more.
 * sighand->lock held. */
static inline void process_set_group_exit(struct process *process, int status)
{
	process->group_exit = true;
	process->group_exit_code = status;
	process->continued_pending = false;
}
struct process *process_find_reaper(struct process *dead);

/* ---- trap.c ---- */
void thread_run_work(struct thread *thread); /* deferred work (fput); current, may sleep */

/* ---- exec.c ---- */
__must_check int exec_kernel(const char *path, const char *const *argv, const char *const *envp);

/* ---- futex.c ---- */
void futex_init(void); /* boot */
/* Its real-time priority was set: who holds the PI lock that it waits for is lent that. Spins. */
void futex_pi_level_changed(struct thread *thread);
void futex_exit(struct thread *thread); /* robust list and PI */
int futex_wake_user(unsigned long address,
		    int count); /* private and shared waiters of current's memory */
__must_check int futex_thread_init(struct thread *thread);

/* ---- rseq.c ---- */
struct hal_regs;
/* Before user mode: cpu_id and an abort of an interrupted critical section. False: the memory is
 * bad (kill). */
bool rseq_resume(struct hal_regs *regs);

/* ---- pidfd.c ---- */
__must_check int pidfd_create(struct pid *pid, unsigned int flags, struct file **file);
#define PIDFD_NONBLOCK 04000u
#define PIDFD_THREAD   0200u
/* The pid of a pidfd (reference) or an err_ptr; *flags its O_ flags. */
struct pid *pidfd_get_pid(int fd, unsigned int *flags);

/* ---- signal room ---- */
void signal_room_init(void);
/* sighand->lock held: send to one thread, or to its process. info as signal_send_thread. 0 or
 * -EAGAIN. */
int signal_send_locked(int sig, const struct siginfo *info, struct thread *thread, bool to_process);
/* Kill all other threads of the process (sighand->lock held); their number. */
unsigned int signal_kill_others(struct thread *thread);
void signal_flush(
	struct sigpending *pending); /* drop everything; sighand->lock held or nobody can see it */
bool signal_exit(struct thread *thread);   /* current becomes exiting: pending process signals go to
					      others. True: it was the last */
void signal_recalc(struct thread *thread); /* sighand->lock held */
/* Handlers go, SIG_IGN stays: execve's rule, and CLONE_CLEAR_SIGHAND's. sighand->lock held or nobody
 * can see it. */
void signal_reset_actions(struct sighand *sighand);
/* execve's rules for handlers, alternate stack. */
void signal_exec(struct thread *thread);
int signal_send_group_locked(struct pid *group, int sig,
			     const struct siginfo *info); /* tasklist held */
void signal_restore_mask(void);

/* ---- time room ---- */
void process_timers_init(struct process *process);
void process_timers_exit(struct process *process); /* the last thread leaves: ITIMER_REAL, POSIX
						      timers. May sleep. */
void process_timers_exec(struct process *process);
/* CPU-time timers: RLIMIT_CPU, ITIMER_VIRTUAL, ITIMER_PROF. Called on return to user after a tick
 * when process_cpu_timers() is set. */
void process_timers_check(struct thread *thread);
struct timer;
struct posix_timer;

/* ---- rusage ---- */
struct rusage;
void process_account_thread(
	struct process *process,
	struct thread *thread); /* add a leaving thread's use; tasklist and process->lock held */
void process_account_memory(struct process *process,
			    const struct mm *mm); /* an image that it is about to leave, or NULL */
void process_account_child(struct process *parent,
			   struct process *child); /* a waited-for child's */
struct machine_faults {
	uint64_t minor, major;
};
struct machine_faults machine_faults(void); /* of all threads that ever were */

#endif
