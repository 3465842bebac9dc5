// SPDX-License-Identifier: MIT
// Covers: THREAD-05. Priority inheritance: who holds a PI lock runs at the level of whoever waits for
// it, through chains of locks, for as long as that waits; its own policy stays. A circle is EDEADLK.
#include "contract.h"
#include <linux/futex.h>

static uint32_t outer, inner;
static volatile pid_t holder, middle, waiter;
static volatile int locks; // taken so far
static volatile bool let_go, impatient;

static long futex(uint32_t *word, int op, const void *time)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, 0, time, NULL, 0);
}

// What /proc says of a thread's priority: -1 - level in real time, 20 + nice else.
static int priority(pid_t tid)
{
	char path[64], line[512] = "";
	long value = 99;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "r");
	if (file && fgets(line, sizeof(line), file) && strrchr(line, ')'))
		sscanf(strrchr(line, ')'),
		       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %ld", &value);
	if (file)
		fclose(file);
	return (int)value;
}

static void until(pid_t tid, int wanted)
{
	for (int i = 0; i < 5000 && priority(tid) != wanted; i++)
		sleep_ms(1);
	CHECK_EQ(priority(tid), wanted);
}

static void *hold(void *unused)
{
	holder = gettid();
	MUST(futex(&inner, FUTEX_LOCK_PI, NULL));
	locks = 1;
	while (!let_go)
		sleep_ms(1);
	MUST(futex(&inner, FUTEX_UNLOCK_PI, NULL));
	return unused;
}

static void *between(void *unused)
{
	middle = gettid();
	while (locks != 1)
		sleep_ms(1);
	MUST(futex(&outer, FUTEX_LOCK_PI, NULL));
	locks = 2;
	MUST(futex(&inner, FUTEX_LOCK_PI, NULL));
	MUST(futex(&inner, FUTEX_UNLOCK_PI, NULL));
	MUST(futex(&outer, FUTEX_UNLOCK_PI, NULL));
	return unused;
}

static void *want(void *unused)
{
	struct sched_param parameter = {40};
	struct timespec limit;

	while (locks != 2)
		sleep_ms(1);
	waiter = gettid();
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
	MUST(clock_gettime(CLOCK_REALTIME, &limit));
	limit.tv_sec += 1;
	if (impatient) {
		CHECK_ERRNO(futex(&outer, FUTEX_LOCK_PI, &limit), ETIMEDOUT);
	} else {
		MUST(futex(&outer, FUTEX_LOCK_PI, NULL));
		MUST(futex(&outer, FUTEX_UNLOCK_PI, NULL));
	}
	return unused;
}

static void chain(void)
{
	struct sched_param more = {60};
	pthread_t threads[3];

	locks = 0;
	let_go = false;
	holder = middle = 0;
	CHECK_EQ(pthread_create(&threads[0], NULL, hold, NULL), 0);
	CHECK_EQ(pthread_create(&threads[1], NULL, between, NULL), 0);
	CHECK_EQ(pthread_create(&threads[2], NULL, want, NULL), 0);
	while (locks != 2)
		sleep_ms(1);
	until(middle, -41);
	until(holder, -41);
	CHECK_EQ(syscall(SYS_sched_getscheduler, holder), SCHED_OTHER);
	if (impatient) {
		until(middle, 20);
		until(holder, 20);
	} else {
		MUST(syscall(SYS_sched_setscheduler, waiter, SCHED_RR, &more));
		until(middle, -61);
		until(holder, -61);
	}
	let_go = true;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	CHECK_EQ(inner, 0);
	CHECK_EQ(outer, 0);
}

static void *close_circle(void *unused)
{
	holder = gettid();
	MUST(futex(&inner, FUTEX_LOCK_PI, NULL));
	locks = 1;
	MUST(futex(&outer, FUTEX_LOCK_PI, NULL)); // the main thread's
	MUST(futex(&outer, FUTEX_UNLOCK_PI, NULL));
	MUST(futex(&inner, FUTEX_UNLOCK_PI, NULL));
	return unused;
}

static void circle(void)
{
	pthread_t thread;

	locks = 0;
	MUST(futex(&outer, FUTEX_LOCK_PI, NULL));
	CHECK_EQ(pthread_create(&thread, NULL, close_circle, NULL), 0);
	while (!locks)
		sleep_ms(1);
	while (outer == (uint32_t)gettid()) // until it waits
		sleep_ms(1);
	sleep_ms(5);
	CHECK_ERRNO(futex(&inner, FUTEX_LOCK_PI, NULL), EDEADLK);
	MUST(futex(&outer, FUTEX_UNLOCK_PI, NULL));
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

CONTRACT
{
	chain();
	impatient = true;
	chain();
	circle();
}
