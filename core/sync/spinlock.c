// SPDX-License-Identifier: MIT
// The waiting side of a spinlock: spin on a shared read, back off, try again.

#include <core/percpu.h>
#include <core/spinlock.h>

void spin_lock_slow(struct spinlock *lock)
{
	unsigned int backoff = 1;

	if (hal_cpu_local()) /* not so early */
		count_event(EVENT_CONTENDED);
	do {
		while (READ_ONCE(lock->locked)) {
			for (unsigned int i = 0; i < backoff; i++)
				hal_cpu_relax();
			if (backoff < 64)
				backoff *= 2;
		}
	} while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE));
}
