// SPDX-License-Identifier: MIT
// Covers: THREAD-05. A queue between threads whose condition is a FUTEX_WAIT_REQUEUE_PI and whose mutex is
// a PI lock, under contention: waiters with time limits, hit by signals, of several priorities. Nothing
// is lost, nothing is taken twice, the lock has one owner, and nobody sleeps for ever.
#include "contract.h"
#include <linux/futex.h>

#define TAKERS 6
#define GIVERS 2
#define EACH   400

static uint32_t lock, sequence;
static volatile uint32_t inside;	// who holds the lock, as he says himself
static int stock, taken[TAKERS], given; // under the lock
static int late, interrupted, moved;
static volatile bool over;
static volatile pid_t tids[TAKERS];

static long call(uint32_t *address, int op, uint32_t value, const void *time_or_count,
		 uint32_t *second, uint32_t value3)
{
	return syscall(SYS_futex, address, op | FUTEX_PRIVATE_FLAG, value, time_or_count, second,
		       value3);
}

static void entered(uint32_t me)
{
	if (inside || (__atomic_load_n(&lock, __ATOMIC_RELAXED) & FUTEX_TID_MASK) != me)
		say("FAIL: %u took the lock that %u has (word %#x)", me, inside, lock), _exit(1);
	inside = me;
}

static void left(uint32_t me)
{
	if (inside != me)
		say("FAIL: %u found %u inside", me, inside), _exit(1);
	inside = 0;
}

static void take(uint32_t me)
{
	uint32_t none = 0;

	if (!__atomic_compare_exchange_n(&lock, &none, me, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		MUST(call(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	entered(me);
}

static void give(uint32_t me)
{
	uint32_t mine = me;

	left(me);
	if (!__atomic_compare_exchange_n(&lock, &mine, 0, false, __ATOMIC_RELEASE,
					 __ATOMIC_RELAXED))
		MUST(call(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
}

// Gives the lock away, waits, and has it again.
static void wait_for_change(uint32_t me, unsigned int round)
{
	uint32_t seen = __atomic_load_n(&sequence, __ATOMIC_RELAXED);
	struct timespec soon;
	bool limited = round % 3 == 0;
	int error = 0;

	give(me);
	MUST(clock_gettime(CLOCK_MONOTONIC, &soon));
	soon.tv_nsec += 300000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	if (call(&sequence, FUTEX_WAIT_REQUEUE_PI, seen, limited ? &soon : NULL, &lock, 0) < 0)
		error = errno;
	if (!error) {
		entered(me);
		return;
	}
	if (error != EAGAIN && !(error == ETIMEDOUT && limited))
		say("FAIL: waiting gave errno %d", error), _exit(1);
	__atomic_add_fetch(error == EAGAIN ? &interrupted : &late, 1, __ATOMIC_RELAXED);
	take(me);
}

static void *taker(void *argument)
{
	int index = (int)(intptr_t)argument;
	struct sched_param parameter = {10 + index};
	uint32_t me = (uint32_t)gettid();

	if (index % 2)
		MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
	tids[index] = (pid_t)me;
	take(me);
	for (unsigned int round = 0;; round++) {
		if (stock) {
			stock--;
			taken[index]++;
		} else if (over) {
			break;
		} else {
			wait_for_change(me, round);
		}
	}
	give(me);
	return NULL;
}

// The lock is held while signalling every other time.
static void *giver(void *unused)
{
	uint32_t me = (uint32_t)gettid();

	for (int i = 0; i < EACH; i++) {
		uint32_t seen;
		long n;

		take(me);
		stock++;
		given++;
		seen = __atomic_add_fetch(&sequence, 1, __ATOMIC_SEQ_CST);
		if (i % 2)
			give(me);
		n = call(&sequence, FUTEX_CMP_REQUEUE_PI, 1, (void *)(i % 5 ? 0L : (long)INT_MAX),
			 &lock, seen);
		if (n < 0 && errno != EAGAIN)
			say("FAIL: moving gave errno %d", errno), _exit(1);
		if (n > 0)
			__atomic_add_fetch(&moved, (int)n, __ATOMIC_RELAXED);
		if (i % 2 == 0)
			give(me);
		if (i % 16 == 0)
			sleep_ms(1);
	}
	return unused;
}

static void nothing(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
}

CONTRACT
{
	pthread_t takers[TAKERS], givers[GIVERS];
	uint32_t me = (uint32_t)gettid();
	int sum = 0;

	catch_signal(SIGUSR1, nothing, 0);
	for (intptr_t i = 0; i < TAKERS; i++)
		CHECK_EQ(pthread_create(&takers[i], NULL, taker, (void *)i), 0);
	for (int i = 0; i < GIVERS; i++)
		CHECK_EQ(pthread_create(&givers[i], NULL, giver, NULL), 0);
	for (unsigned int i = 0; given < GIVERS * EACH; i++) {
		if (tids[i % TAKERS])
			MUST(syscall(SYS_tgkill, getpid(), tids[i % TAKERS], SIGUSR1));
		sleep_ms(1);
	}
	for (int i = 0; i < GIVERS; i++)
		CHECK_EQ(pthread_join(givers[i], NULL), 0);
	take(me);
	over = true;
	sequence++;
	MUST(call(&sequence, FUTEX_CMP_REQUEUE_PI, 1, (void *)(long)INT_MAX, &lock, sequence));
	give(me);
	for (int i = 0; i < TAKERS; i++) {
		CHECK_EQ(pthread_join(takers[i], NULL), 0);
		sum += taken[i];
	}
	CHECK_EQ(stock, 0);
	CHECK_EQ(given, GIVERS * EACH);
	CHECK_EQ(sum, given);
	CHECK_EQ(lock, 0);
	CHECK(moved > 0);
	say("%d moved, %d late, %d interrupted or overtaken", moved, late, interrupted);
}
