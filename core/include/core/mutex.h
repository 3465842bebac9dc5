/* SPDX-License-Identifier: MIT */
/*
 * core/mutex.h - sleeping locks: mutex and reader-writer semaphore.
 *
 * May sleep; never taken in interrupt context, under a spinlock or in an RCU section. Debug builds
 * check owner and order. Writers are preferred.
 */
#ifndef CORE_MUTEX_H
#define CORE_MUTEX_H

#include <core/lib/list.h>
#include <core/spinlock.h>

struct thread;

struct mutex {
	struct thread *owner; /* NULL: free; bit 0: somebody is queued; atomic */
	struct spinlock lock;
	struct list queue; /* [lock] */
#ifdef TERN_DEBUG
	struct lock_class *class;
#endif
};

struct rwsem {
	struct spinlock lock;
	int32_t count; /* [lock] >0: readers, -1: a writer, 0: free */
	struct thread *writer;
	struct list queue; /* [lock] */
#ifdef TERN_DEBUG
	struct lock_class *class;
#endif
};

#ifdef TERN_DEBUG
#define SLEEP_CLASS_(l, n)                                     \
	do {                                                   \
		static struct lock_class class_ = {.name = n}; \
		(l)->class = &class_;                          \
	} while (0)
#define MUTEX_INIT(m, n)                                                 \
	{                                                                \
		.lock = SPINLOCK_INIT(n), .queue = LIST_INIT((m).queue), \
		.class = &(struct lock_class)                            \
		{                                                        \
			.name = n                                        \
		}                                                        \
	}
#define RWSEM_INIT(m, n)                                                 \
	{                                                                \
		.lock = SPINLOCK_INIT(n), .queue = LIST_INIT((m).queue), \
		.class = &(struct lock_class)                            \
		{                                                        \
			.name = n                                        \
		}                                                        \
	}
#else
#define SLEEP_CLASS_(l, n) ((void)0)
#define MUTEX_INIT(m, n)   {.lock = SPINLOCK_INIT(n), .queue = LIST_INIT((m).queue)}
#define RWSEM_INIT(m, n)   {.lock = SPINLOCK_INIT(n), .queue = LIST_INIT((m).queue)}
#endif

#define mutex_init(m, n)            \
	do {                        \
		mutex_init_(m);     \
		SLEEP_CLASS_(m, n); \
	} while (0)
#define rwsem_init(s, n)            \
	do {                        \
		rwsem_init_(s);     \
		SLEEP_CLASS_(s, n); \
	} while (0)

void mutex_init_(struct mutex *m);
void mutex_lock(struct mutex *m);
__must_check bool mutex_trylock(struct mutex *m);
/* 0, or -ERESTARTSYS when a signal (interruptible) or a fatal one (killable) came first. */
__must_check int mutex_lock_interruptible(struct mutex *m);
__must_check int mutex_lock_killable(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_held(const struct mutex *m); /* by the current thread */

void rwsem_init_(struct rwsem *s);
void rwsem_read(struct rwsem *s);
__must_check bool rwsem_tryread(struct rwsem *s);
void rwsem_read_done(struct rwsem *s);
void rwsem_write(struct rwsem *s);
__must_check bool rwsem_trywrite(struct rwsem *s);
__must_check int rwsem_write_killable(struct rwsem *s);
void rwsem_write_done(struct rwsem *s);
void rwsem_downgrade(struct rwsem *s); /* writer becomes reader */

#endif
