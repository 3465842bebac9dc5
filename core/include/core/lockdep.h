/* SPDX-License-Identifier: MIT */
/* core/lockdep.h - the lock checker's own interface; locks call it through core/spinlock.h. Debug
 * builds only. */
#ifndef CORE_LOCKDEP_H
#define CORE_LOCKDEP_H

/* Print what the current thread holds. Any context. */
void lockdep_show_held(void);

struct thread;
#ifdef TERN_DEBUG
/* The running thread prev, about to switch to next, leaves it the lock that it took last: next will
 * release the run queue. */
void lockdep_hand_over(struct thread *prev, struct thread *next);
#else
#define lockdep_hand_over(prev, next) ((void)0)
#endif

#endif
