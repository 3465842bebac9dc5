// SPDX-License-Identifier: MIT
// Covers: SIG-20. A loop that makes no system call is interrupted by a signal, by itself or from
// another process.
#include "contract.h"

static volatile int runs;
static volatile unsigned long turns;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	runs++;
}

CONTRACT
{
	struct itimerval timer = {.it_value = {0, 20000}};
	pid_t child, parent = getpid();

	catch_signal(SIGALRM, handler, 0);
	MUST(setitimer(ITIMER_REAL, &timer, NULL));
	while (runs == 0)
		turns++;
	CHECK_EQ(runs, 1);
	catch_signal(SIGUSR1, handler, 0);
	child = CHILD(sleep_ms(10); kill(parent, SIGUSR1));
	while (runs == 1)
		turns++;
	CHECK_EQ(runs, 2);
	CHECK_EXIT(child, 0);
	child = CHILD(for (;;) turns++);
	sleep_ms(10);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}
