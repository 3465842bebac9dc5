// SPDX-License-Identifier: MIT
// Covers: TIME-03 TIME-04. Busy processors do not stop timers: a sleeper and an interval timer
// go on beside spinning processes, none early.
#include "contract.h"

static volatile int ticks;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	ticks++;
}

CONTRACT
{
	pid_t busy[4];
	struct itimerval set = {{0, 10000}, {0, 10000}};
	long long start;
	int early = 0;

	for (int i = 0; i < 4; i++)
		busy[i] = CHILD(volatile unsigned turns = 0; for (;;) turns++);
	for (int i = 0; i < 10; i++) {
		struct timespec time = {0, 3000000};

		start = now_ns(CLOCK_MONOTONIC);
		nanosleep(&time, NULL);
		early += now_ns(CLOCK_MONOTONIC) - start < 3000000;
	}
	CHECK_EQ(early, 0);
	catch_signal(SIGALRM, handler, SA_RESTART);
	start = now_ns(CLOCK_MONOTONIC);
	MUST(setitimer(ITIMER_REAL, &set, NULL));
	while (ticks < 5)
		pause();
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 50000000);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(state_of(busy[i]), 'R');
		kill(busy[i], SIGKILL);
		CHECK_KILLED(busy[i], SIGKILL);
	}
}
