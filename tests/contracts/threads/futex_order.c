// SPDX-License-Identifier: MIT
// Covers: THREAD-04. Who waits at a futex is woken by real-time priority, the highest first, and among
// equals in the order in which they came; moved to another word, they keep that order.
#include "contract.h"
#include <linux/futex.h>

#define WAITERS 6

static const int priorities[WAITERS] = {0, 10, 30, 0, 30, 20};
static const int order[WAITERS] = {2, 4, 5, 1, 0, 3};
static uint32_t word, other;
static volatile int last = -1;

static long futex(uint32_t *address, int op, uint32_t value, long value2)
{
	return syscall(SYS_futex, address, op | FUTEX_PRIVATE_FLAG, value, value2, &other, 0);
}

static void *waiter(void *argument)
{
	int index = (int)(intptr_t)argument;
	struct sched_param parameter = {priorities[index]};

	MUST(syscall(SYS_sched_setscheduler, 0, priorities[index] ? SCHED_FIFO : SCHED_OTHER,
		     &parameter));
	MUST(futex(&word, FUTEX_WAIT, 0, 0));
	last = index;
	return NULL;
}

static void wake_in_order(uint32_t *from, bool move)
{
	pthread_t threads[WAITERS];

	for (intptr_t i = 0; i < WAITERS; i++) {
		CHECK_EQ(pthread_create(&threads[i], NULL, waiter, (void *)i), 0);
		wait_threads_asleep((int)i + 1);
	}
	if (move)
		CHECK_EQ(futex(&word, FUTEX_REQUEUE, 0, INT_MAX), WAITERS);
	for (int i = 0; i < WAITERS; i++) {
		CHECK_EQ(futex(from, FUTEX_WAKE, 1, 0), 1);
		CHECK_EQ(pthread_join(threads[order[i]], NULL), 0);
		CHECK_EQ(last, order[i]);
	}
}

CONTRACT
{
	wake_in_order(&word, false);
	wake_in_order(&other, true);
}
