/* SPDX-License-Identifier: MIT */
/* sched_targets.h - the threads that setpriority and ioprio_set speak of. */
#ifndef PROC_SCHED_TARGETS_H
#define PROC_SCHED_TARGETS_H

#include <core/thread.h>

#define SCHED_OTHER 0
#define SCHED_FIFO  1
#define SCHED_RR    2
#define SCHED_BATCH 3
#define SCHED_IDLE  5

#define PRIO_PROCESS 0
#define PRIO_PGRP    1
#define PRIO_USER    2

/* Called for each thread of the set, under the list's spinlock unless it is a single one: *result is
 * -ESRCH until somebody was visited. */
typedef void sched_visit_fn(struct thread *t, const int *value, long *result);

/* Visit the threads that which (PRIO_*) and who name. What the visits made of *result; -ESRCH:
 * there are none; -EINVAL: an unknown kind. */
long sched_for_each(int which, int who, sched_visit_fn *visit, const int *value);

/* Are its ids such that the caller may change it? */
bool sched_owns(const struct thread *t);

/* May the caller change how t is scheduled, as for capabilities: it has CAP_SYS_NICE, or all that t has? */
bool sched_outranks(const struct thread *t);

#endif
