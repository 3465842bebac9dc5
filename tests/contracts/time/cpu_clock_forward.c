// SPDX-License-Identifier: MIT
// Covers: TIME-01 TIME-05. A thread's CPU clock never goes back, whoever reads it, while others change its class.
#include "contract.h"

#include <pthread.h>
#include <sched.h>

static volatile pid_t tid;
static volatile bool runner_done, watcher_done;
static clockid_t clock_of_runner;

static void *goes_forward(clockid_t clock, const volatile bool *done)
{
	long long last = 0;

	while (!*done) {
		long long now = now_ns(clock);

		if (now < last)
			say("FAIL: clock %d went back by %lld ns", (int)clock, last - now),
				_exit(1);
		last = now;
	}
	return NULL;
}

static void *runs(void *argument)
{
	(void)argument;
	tid = (pid_t)syscall(SYS_gettid);
	return goes_forward(CLOCK_THREAD_CPUTIME_ID, &runner_done);
}

static void *watches(void *argument)
{
	(void)argument;
	return goes_forward(clock_of_runner, &watcher_done);
}

CONTRACT
{
	static const int policies[] = {SCHED_OTHER, SCHED_BATCH, SCHED_FIFO};
	long long end;
	pthread_t runner, watcher;

	CHECK_EQ(pthread_create(&runner, NULL, runs, NULL), 0);
	CHECK_EQ(pthread_getcpuclockid(runner, &clock_of_runner), 0);
	CHECK_EQ(pthread_create(&watcher, NULL, watches, NULL), 0);
	while (!tid)
		sleep_ms(1);
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &(struct sched_param){2}));
	end = now_ns(CLOCK_MONOTONIC) + 300000000;
	for (int i = 0; now_ns(CLOCK_MONOTONIC) < end; i++) {
		int policy = policies[i % 3];
		struct sched_param level = {.sched_priority = policy == SCHED_FIFO};

		MUST(syscall(SYS_sched_setscheduler, tid, policy, &level));
		if (i % 16 == 0)
			sleep_ms(1); // on one processor it is theirs
	}
	MUST(syscall(SYS_sched_setscheduler, tid, SCHED_OTHER, &(struct sched_param){0}));
	watcher_done = true; // first: the clock is gone with its thread
	CHECK_EQ(pthread_join(watcher, NULL), 0);
	runner_done = true;
	CHECK_EQ(pthread_join(runner, NULL), 0);
}
