// SPDX-License-Identifier: MIT
// Covers: THREAD-05 THREAD-04. PI locks under contention: eight threads, taken, tried and waited for
// with a time limit, never two owners and no waiter forgotten. Waiters that are moved from one word to
// another while both are in use: each is woken once.
#include "contract.h"
#include <linux/futex.h>

#define THREADS 8
#define MOMENT	300000000LL // ns

static uint32_t lock;
static volatile uint32_t inside; // who holds it, as he says himself
static uint64_t sum, shares[THREADS], late;
static long long end;

static long futex(uint32_t *word, int op, uint32_t value, const void *time)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, time, NULL, 0);
}

static bool take(uint32_t me, unsigned int way)
{
	uint32_t none = 0;
	struct timespec soon;

	if (__atomic_compare_exchange_n(&lock, &none, me, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return true;
	if (way % 4 == 0)
		return futex(&lock, FUTEX_TRYLOCK_PI, 0, NULL) == 0;
	if (way % 4 == 1) {
		MUST(clock_gettime(CLOCK_REALTIME, &soon));
		soon.tv_nsec += 200000;
		soon.tv_sec += soon.tv_nsec / 1000000000;
		soon.tv_nsec %= 1000000000;
		if (futex(&lock, FUTEX_LOCK_PI, 0, &soon) == 0)
			return true;
		if (errno != ETIMEDOUT)
			say("FAIL lock with a time limit: errno %d", errno), _exit(1);
		__atomic_add_fetch(&late, 1, __ATOMIC_RELAXED);
		return false;
	}
	MUST(futex(&lock, FUTEX_LOCK_PI, 0, NULL));
	return true;
}

static void give(uint32_t me)
{
	uint32_t mine = me;

	if (!__atomic_compare_exchange_n(&lock, &mine, 0, false, __ATOMIC_RELEASE,
					 __ATOMIC_RELAXED))
		MUST(futex(&lock, FUTEX_UNLOCK_PI, 0, NULL));
}

static void *compete(void *argument)
{
	uint32_t me = (uint32_t)gettid();
	uint64_t *mine = argument;

	for (unsigned int i = 0; now_ns(CLOCK_MONOTONIC) < end; i++) {
		if (!take(me, i))
			continue;
		if (inside || (__atomic_load_n(&lock, __ATOMIC_RELAXED) & FUTEX_TID_MASK) != me)
			return (void *)1;
		inside = me;
		sum++;
		++*mine;
		if (i % 16 == 0)
			sched_yield();
		if (inside != me)
			return (void *)2;
		inside = 0;
		give(me);
	}
	return NULL;
}

static void locks(void)
{
	pthread_t threads[THREADS];
	uint64_t all = 0;
	void *result;

	end = now_ns(CLOCK_MONOTONIC) + MOMENT;
	for (int i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, compete, &shares[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		CHECK_EQ(pthread_join(threads[i], &result), 0);
		CHECK(result == NULL);
		all += shares[i];
	}
	CHECK(sum > 0);
	CHECK_EQ(all, sum);
	CHECK_EQ(lock, 0);
}

// ---- moved ----

static uint32_t first, second;
static volatile bool over;
static int woken, moved;

static void *sleeper(void *argument)
{
	(void)argument;
	while (!over) {
		if (futex(&first, FUTEX_WAIT, 0, NULL) == 0)
			__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
		else if (errno != EAGAIN)
			return (void *)1;
	}
	return NULL;
}

static void *mover(void *argument)
{
	long *mine = argument;
	uint32_t expected = 0;

	// For a moment, and until somebody has been moved.
	while (now_ns(CLOCK_MONOTONIC) < end || !__atomic_load_n(&moved, __ATOMIC_RELAXED)) {
		long n = syscall(SYS_futex, &first, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 1, 2L,
				 &second, expected);

		// Those that were woken and those that were moved: the latter are woken below.
		if (n < 0 || n > 3)
			return (void *)1;
		n = futex(&second, FUTEX_WAKE, 1, NULL);
		if (n < 0 || n > 1)
			return (void *)2;
		*mine += n;
		__atomic_add_fetch(&moved, (int)n, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void moves(void)
{
	pthread_t threads[THREADS];
	long wakes[2] = {0};
	void *result;

	end = now_ns(CLOCK_MONOTONIC) + MOMENT;
	for (int i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, i < 2 ? mover : sleeper,
					i < 2 ? &wakes[i] : NULL),
			 0);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(pthread_join(threads[i], &result), 0);
		CHECK(result == NULL);
	}
	CHECK(woken >= wakes[0] + wakes[1]);
	CHECK(wakes[0] + wakes[1] > 0);
	// Nobody is left behind on either word.
	over = true;
	__atomic_store_n(&first, 1, __ATOMIC_SEQ_CST);
	MUST(futex(&first, FUTEX_WAKE, THREADS, NULL));
	MUST(futex(&second, FUTEX_WAKE, THREADS, NULL));
	for (int i = 2; i < THREADS; i++) {
		CHECK_EQ(pthread_join(threads[i], &result), 0);
		CHECK(result == NULL);
	}
	CHECK_EQ(futex(&first, FUTEX_WAKE, THREADS, NULL), 0);
	CHECK_EQ(futex(&second, FUTEX_WAKE, THREADS, NULL), 0);
}

CONTRACT
{
	locks();
	moves();
}
