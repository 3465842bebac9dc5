/* SPDX-License-Identifier: MIT */
/* posix_timer.h - POSIX timers as the rest of core/time's system calls see them. */
#ifndef CORE_TIME_POSIX_TIMER_H
#define CORE_TIME_POSIX_TIMER_H

struct process;
struct rusage_times;
struct thread;

/* Delete all of process's timers. May sleep. */
void posix_timers_drop(struct process *process);
/* Fire the timers that are due of those that count CPU time of thread (the current one) or its
 * process, which has used so much. */
void posix_timers_check(struct thread *thread, const struct rusage_times *times);

#endif
