// SPDX-License-Identifier: MIT
// Covers: TIME-08 THREAD-04 THREAD-05. Who waits at a futex until a point of CLOCK_REALTIME is woken when the
// clock is set past that point, whatever the call; who waits by CLOCK_MONOTONIC or for a while is not.
#include "contract.h"
#include <linux/futex.h>

#define AHEAD 5000 // s

enum way { BITSET, LOCK, LOCK2, WAITV, REQUEUE, REQUEUED, MONOTONIC, RELATIVE, WAYS };

static uint32_t words[WAYS], lock;
static int answers[WAYS]; // errno
static volatile bool asked[WAYS];
static struct timespec real, monotonic;

static long futex(uint32_t *word, int op, uint32_t value, const void *time)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, time, &lock,
		       FUTEX_BITSET_MATCH_ANY);
}

static long wait_for(enum way way)
{
	static const struct timespec length = {AHEAD, 0};
	struct futex_waitv one = {.uaddr = (uintptr_t)&words[way],
				  .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG};

	switch (way) {
	case BITSET:
		return futex(&words[way], FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &real);
	case LOCK:
		return futex(&words[way], FUTEX_LOCK_PI, 0, &real);
	case LOCK2:
		return futex(&words[way], 13 /* FUTEX_LOCK_PI2 */ | FUTEX_CLOCK_REALTIME, 0, &real);
	case WAITV:
		return syscall(449 /* futex_waitv */, &one, 1, 0, &real, CLOCK_REALTIME);
	case REQUEUE:
	case REQUEUED:
		return futex(&words[way], FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 0, &real);
	case MONOTONIC:
		return futex(&words[way], FUTEX_WAIT_BITSET, 0, &monotonic);
	default:
		return futex(&words[way], FUTEX_WAIT, 0, &length);
	}
}

static void *sleeper(void *argument)
{
	enum way way = (enum way)(uintptr_t)argument;

	asked[way] = true;
	answers[way] = wait_for(way) < 0 ? errno : 0;
	return NULL;
}

static void set(time_t seconds)
{
	struct timespec time = {seconds, 0};

	CHECK_EQ(clock_settime(CLOCK_REALTIME, &time), 0);
}

CONTRACT
{
	pthread_t threads[WAYS];
	struct timespec saved;

	MUST(clock_gettime(CLOCK_REALTIME, &saved));
	MUST(clock_gettime(CLOCK_MONOTONIC, &monotonic));
	real = (struct timespec){saved.tv_sec + AHEAD, 0};
	monotonic.tv_sec += AHEAD;
	lock = words[LOCK] = words[LOCK2] = (uint32_t)gettid();
	for (uintptr_t i = 0; i < WAYS; i++) {
		CHECK_EQ(pthread_create(&threads[i], NULL, sleeper, (void *)i), 0);
		while (!asked[i])
			sched_yield();
	}
	wait_threads_asleep(WAYS);
	CHECK_EQ(syscall(SYS_futex, &words[REQUEUED], FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1,
			 0L, &lock, 0),
		 1);
	// Backwards, and forwards but not far enough: they all go on.
	set(saved.tv_sec - 100);
	set(saved.tv_sec + AHEAD - 1000);
	sleep_ms(20);
	wait_threads_asleep(WAYS);
	set(saved.tv_sec + AHEAD + 10);
	for (int i = BITSET; i < MONOTONIC; i++) {
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
		CHECK_EQ(answers[i], ETIMEDOUT);
	}
	set(saved.tv_sec + 1);
	wait_threads_asleep(WAYS - MONOTONIC);
	for (int i = MONOTONIC; i < WAYS; i++) {
		CHECK_EQ(futex(&words[i], FUTEX_WAKE, 1, NULL), 1);
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
		CHECK_EQ(answers[i], 0);
	}
}
