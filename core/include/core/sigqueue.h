/* SPDX-License-Identifier: MIT */
/* core/sigqueue.h - one queued signal; POSIX timers own theirs. */
#ifndef CORE_SIGQUEUE_H
#define CORE_SIGQUEUE_H

#include <core/signal.h>

struct posix_timer;
struct user;

struct sigqueue {
	struct list link; /* [sighand->lock] in a pending queue; empty when not queued */
	struct siginfo info;
	struct user *user;	   /* whose RLIMIT_SIGPENDING it counts against; reference */
	struct posix_timer *timer; /* owner: it is not freed when taken; NULL: an ordinary one */
};

/* One for a POSIX timer, or NULL (limit, memory). */
struct sigqueue *sigqueue_alloc_timer(struct posix_timer *timer);
void sigqueue_free_timer(struct sigqueue *q); /* not queued any more */
/* Queue a timer's signal to thread or its process. 1: it was still queued; 0: queued; -ESRCH:
 * nobody left or ignored. Any context. */
int sigqueue_send_timer(struct sigqueue *q, struct thread *thread, bool to_process);
/* False: then what was done when it left the queue is seen. */
bool sigqueue_queued(const struct sigqueue *q, struct process *process);
/* Its timer goes. True: it is queued, and stays so as an ordinary signal; false: it is the caller's to free. */
__must_check bool sigqueue_disown(struct sigqueue *q, struct process *process);

/* time room: the timer's signal was taken: fill in overruns, start the next interval. No lock held.
 * Drops a reference. */
void posix_timer_taken(struct posix_timer *timer, struct siginfo *info);
/* Its signal leaves the queue for that: a reference. sighand->lock held. */
void posix_timer_dequeued(struct posix_timer *timer);

#endif
