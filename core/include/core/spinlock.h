/* SPDX-License-Identifier: MIT */
/*
 * core/spinlock.h - test-and-test-and-set spinlocks, plain and irq-saving, and the counters that
 * make sleeping under them an error.
 *
 * The kernel is not preempted, so a plain spinlock needs nothing besides the lock itself; a lock
 * that interrupt handlers take is always taken with the irq-saving form. Holding one forbids
 * sleeping, user access that may page in, and resched_point(); debug builds check that and the
 * order in which classes of locks nest (core/debug/lockdep.c).
 */
#ifndef CORE_SPINLOCK_H
#define CORE_SPINLOCK_H

#include <core/assert.h>
#include <core/types.h>
#include <hal/cpu.h>

/* One per lock initialisation site: the node of the lock-order graph. */
struct lock_class {
	const char *name;
	unsigned int id; /* 0: not yet seen */
};

struct spinlock {
	uint32_t locked;
#ifdef TERN_DEBUG
	uint32_t owner_cpu; /* valid while locked */
	struct lock_class *class;
#endif
};

#ifdef TERN_DEBUG
#define SPINLOCK_INIT(n)                      \
	{                                     \
		.class = &(struct lock_class) \
		{                             \
			.name = n             \
		}                             \
	}
#define spin_init(lock, n)                                     \
	do {                                                   \
		static struct lock_class class_ = {.name = n}; \
		(lock)->locked = 0;                            \
		(lock)->class = &class_;                       \
	} while (0)
void lockdep_acquire(struct lock_class *class, const void *lock, bool sleeping, bool try);
void lockdep_release(struct lock_class *class, const void *lock);
/* Panic unless sleeping is allowed here: no spinlock, no RCU section, interrupts on. */
void might_sleep_at(const char *file, int line);
#define might_sleep() might_sleep_at(__FILE_NAME__, __LINE__)
#else
#define SPINLOCK_INIT(n)			    {0}
#define spin_init(lock, n)			    ((void)((lock)->locked = 0))
#define lockdep_acquire(class, lock, sleeping, try) ((void)0)
#define lockdep_release(class, lock)		    ((void)0)
#define might_sleep()				    ((void)0)
#endif

void spin_lock_slow(struct spinlock *lock);

static inline bool spin_trylock(struct spinlock *lock)
{
	if (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
		return false;
#ifdef TERN_DEBUG
	lock->owner_cpu = hal_cpu_id();
	lockdep_acquire(lock->class, lock, false, true);
#endif
	return true;
}

static inline void spin_lock(struct spinlock *lock)
{
#ifdef TERN_DEBUG
	lockdep_acquire(lock->class, lock, false, false);
#endif
	if (unlikely(__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)))
		spin_lock_slow(lock);
#ifdef TERN_DEBUG
	lock->owner_cpu = hal_cpu_id();
#endif
}

static inline void spin_unlock(struct spinlock *lock)
{
#ifdef TERN_DEBUG
	ASSERT(lock->locked && lock->owner_cpu == hal_cpu_id());
	lockdep_release(lock->class, lock);
#endif
	store_release(&lock->locked, 0);
}

/* Usage: unsigned long flags = spin_lock_irqsave(&l); ... spin_unlock_irqrestore(&l, flags); */
static inline __must_check unsigned long spin_lock_irqsave(struct spinlock *lock)
{
	unsigned long flags = hal_irq_save();
	spin_lock(lock);
	return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *lock, unsigned long flags)
{
	spin_unlock(lock);
	hal_irq_restore(flags);
}

#define assert_spin_held(lock) ASSERT((lock)->locked)

#endif
