/* SPDX-License-Identifier: MIT */
/* common/lock.h - the HAL's own spinlock: interrupts off while it is held, never held across a call
 * to core. */
#ifndef HAL_COMMON_LOCK_H
#define HAL_COMMON_LOCK_H

#include <hal/cpu.h>

struct hal_lock {
	unsigned int held;
};

static inline unsigned long hal_lock(struct hal_lock *lock)
{
	unsigned long flags = hal_irq_save();

	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			hal_cpu_relax();
	return flags;
}

static inline void hal_unlock(struct hal_lock *lock, unsigned long flags)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
	hal_irq_restore(flags);
}

#endif
