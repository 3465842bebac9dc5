/* SPDX-License-Identifier: MIT */
/* internal.h - between the files of the signal room. */
#ifndef CORE_SIGNAL_INTERNAL_H
#define CORE_SIGNAL_INTERNAL_H

#include <core/proc.h>
#include <core/sigqueue.h>

#include "logic.h"

/* queue.c: sighand->lock held. */
struct sigqueue *sigqueue_alloc(struct thread *target, bool beyond_limit);
void sigqueue_free(struct sigqueue *q);
/* Take sig out of pending: false when it was not there. *timer: the POSIX timer it came from (then
 * to be told), or NULL. */
bool pending_take(struct sigpending *pending, int sig, struct siginfo *info,
		  struct posix_timer **timer);
void pending_flush(struct sigpending *pending, uint64_t set);
/* What POSIX timers have sent. */
void pending_flush_timers(struct sigpending *pending);
/* The next signal outside blocked, thread's before process's: its number or 0. */
int signal_dequeue(struct thread *thread, uint64_t blocked, struct siginfo *info,
		   struct posix_timer **timer);
/* sighand->lock held, and released: take one of set (its number, or 0), and hand on to other threads what
 * is left of others. */
int signal_take_unlock(uint64_t set, struct siginfo *info, uint64_t others, unsigned long flags);

/* send.c */
void signal_wake(struct thread *thread, bool fatal);
void signal_retarget(struct thread *thread, uint64_t set);

/* stop.c */
/* sighand->lock held: the current thread stops, with its process (sig: the reason; 0: it joins a
 * stop under way). Returns with the lock released after being continued; false (lock still held):
 * the stop was called off. */
bool signal_stop(int sig, unsigned long flags);
/* sighand->lock held: a SIGCONT or SIGKILL ends what is stopped or about to. */
void signal_continue(struct process *process);
/* sighand->lock held: thread leaves; true: that completes a stop, signal_tell_stopped() is owed. */
bool signal_stop_leave(struct thread *thread);
/* The parent hears that the process has stopped, unless it goes on already. No lock held. */
void signal_tell_stopped(struct process *process);
/* tasklist held. */
void signal_notify_stop(struct process *process, int why);

/* action.c: sigaltstack's checks and change. 0, -EPERM, -EINVAL, -ENOMEM. */
__must_check int signal_set_altstack(const struct hal_stack *new, vaddr_t sp, size_t least);

#endif
