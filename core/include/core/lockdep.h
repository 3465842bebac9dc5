/* SPDX-License-Identifier: MIT */
/* core/lockdep.h - the lock checker's own interface; locks call it through core/spinlock.h. Debug
 * builds only. */
#ifndef CORE_LOCKDEP_H
#define CORE_LOCKDEP_H

/* Print what the current thread holds. Any context. */
void lockdep_show_held(void);

#endif
