/* SPDX-License-Identifier: MIT */
/*
 * core/signal.h - signals: pending sets, handlers, sending, and what others must know to sleep
 * interruptibly.
 *
 * A signal is sent to a thread or to a process (its shared set). sighand->lock (irq-saving; order:
 * tasklist, sighand) guards handlers, both pending sets and blocked masks of all threads that
 * share it. Delivery happens in core_return_to_user() when THREAD_WORK_SIGNAL is set.
 */
#ifndef CORE_SIGNAL_H
#define CORE_SIGNAL_H

#include <core/lib/list.h>
#include <core/rcu.h>
#include <core/refcount.h>
#include <core/spinlock.h>
#include <core/types.h>
#include <core/uapi/signal.h>
#include <hal/signal.h>

struct thread;
struct wait_queue;
struct process;
struct pid;
struct cred;

/* Linux's siginfo_t, 128 bytes. */
struct siginfo {
	int32_t signo, error, code, pad;
	union {
		struct {
			int32_t pid;
			uint32_t uid;
			uint64_t value;
		} rt; /* kill, sigqueue */
		struct {
			int32_t tid, overrun;
			uint64_t value;
		} timer; /* SI_TIMER; tid: timer id */
		struct {
			int32_t pid;
			uint32_t uid;
			int32_t status, pad;
			uint64_t user, system;
		} child; /* SIGCHLD */
		struct {
			uint64_t address;
			int16_t lsb;
		} fault; /* SEGV, BUS, ILL, FPE, TRAP */
		struct {
			int64_t band;
			int32_t fd;
		} poll; /* SIGIO */
		struct {
			uint64_t call_address;
			int32_t syscall;
			uint32_t arch;
		} sys; /* SIGSYS */
		uint8_t bytes[112];
	};
};
_Static_assert(sizeof(struct siginfo) == 128, "siginfo_t is 128 bytes");

struct sigpending {
	uint64_t set;	   /* bit sig-1 */
	struct list queue; /* struct sigqueue, oldest first */
};

struct sigaction {
	unsigned long handler; /* SIG_DFL 0, SIG_IGN 1, or a user address */
	unsigned long flags;
	unsigned long restorer;
	uint64_t mask;
};

struct sighand {
	struct refcount refs; /* processes that share it (CLONE_SIGHAND) */
	struct rcu_head rcu;
	struct spinlock lock;
	struct sigaction action[64]; /* [lock] index sig-1 */
};

#define sigbit(sig)    (1ull << ((sig) - 1))
#define SIG_UNMASKABLE (sigbit(SIGKILL) | sigbit(SIGSTOP))

/* Kernel-made signals. info NULL: SI_KERNEL from pid 0. Any context but under sighand->lock. */
void signal_send_thread(struct thread *thread, int sig, const struct siginfo *info);
void signal_send_process(struct process *process, int sig, const struct siginfo *info);
/* With info NULL. False: nothing was queued, it is ignored, still pending, or nobody is left. */
__must_check bool signal_send_process_new(struct process *process, int sig);
void signal_send_group(struct pid *group, int sig, const struct siginfo *info); /* takes tasklist */
/* What the current thread has brought upon itself (SIGPIPE, SIGXFSZ): SI_USER, from itself. */
void signal_send_self(int sig);
/* The same to the thread or (NULL) the process, for who wants to know that the queue of a real-time
 * signal had no room: -EAGAIN, else 0. */
__must_check int signal_queue(struct process *process, struct thread *thread, int sig,
			      const struct siginfo *info);
/* A synchronous fault of the current thread: delivered even if blocked or ignored (then by
 * killing). */
void signal_force(int sig, int code, vaddr_t address);

/* Is there an unblocked signal for the current thread; a fatal one? Lock-free reads of the work
 * flag. */
bool signal_pending(void);
bool signal_fatal_pending(void);

/* A temporary mask for the present system call (sigsuspend, ppoll, pselect, epoll_pwait). When a
 * signal ended the call, signal_deliver() restores the old one, or a handler's frame holds it; else
 * the call itself has to restore it. set: user pointer or NULL, size must be 8. 0, -EINVAL, -EFAULT. */
__must_check int signal_set_temporary_mask(const void __user *set, size_t size);
void signal_set_mask(uint64_t mask); /* current's blocked set */

/* As kill, tgkill and sigqueue do it: permission checked; sig 0 only checks. thread NULL: to the
 * process. 0, -EPERM, -EAGAIN, -ESRCH. */
__must_check int signal_send_user(struct process *process, struct thread *thread, int sig,
				  const struct siginfo *info);
/* The siginfo of a signal that the current process sends. code: SI_USER, SI_TKILL. */
void signal_info_user(struct siginfo *info, int sig, int code);
/* A user's siginfo for sig: 0, -EFAULT; -EPERM when it pretends to be the kernel's or kill's
 * and target, whom it goes to, is not the current thread's number. */
__must_check int signal_info_copy(struct siginfo *info, unsigned long user, int sig, pid_t target);

/* May the current thread signal that process (kill's rule)? 0 or -EPERM. */
__must_check int signal_permission(struct process *process, int sig);

/* Woken (POLLIN) when any signal has been queued anywhere. One for all, since a process's own
 * queues may go while an epoll still hangs on them. */
extern struct wait_queue signalfd_wait;
/* For signalfd and sigtimedwait: take one pending signal in set (thread's, then process's); its
 * number or 0. */
int signal_take(uint64_t set, struct siginfo *info);

/* Deliver what is pending; called on return to user mode. */
struct hal_regs;
void signal_deliver(struct hal_regs *regs);

/* Errors that never reach user mode: the system call is restarted or becomes -EINTR when a signal
 * has been delivered. */
#define ERESTARTSYS	      512 /* restart if SA_RESTART (or no handler) */
#define ERESTARTNOINTR	      513 /* always restart */
#define ERESTARTNOHAND	      514 /* restart if no handler ran */
#define ERESTART_RESTARTBLOCK 516 /* restart by restart_syscall if no handler ran */

#endif
