// SPDX-License-Identifier: MIT
// Covers: SIG-23 PROC-04. SIGCHLD ignored or SA_NOCLDWAIT: no zombie, wait sleeps until the last
// is gone and gives ECHILD.
#include "contract.h"

static volatile int runs;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	runs++;
}

CONTRACT
{
	pid_t child;
	int status;

	child = CHILD(_exit(3));
	while (state_of(child) != 'Z')
		sleep_ms(1);
	CHECK_EXIT(child, 3);
	CHECK_EQ(state_of(child), 0);

	signal(SIGCHLD, SIG_IGN);
	child = CHILD(sleep_ms(20));
	CHECK_ERRNO(waitpid(child, &status, 0), ECHILD);
	// The waiter is woken a moment before the number is free.
	while (kill(child, 0) == 0)
		sleep_ms(1);
	CHECK_EQ(errno, ESRCH);

	catch_signal(SIGCHLD, handler, SA_NOCLDWAIT);
	child = CHILD(sleep_ms(20));
	while (runs == 0)
		sleep_ms(1);
	CHECK_ERRNO(waitpid(child, &status, 0), ECHILD);

	// A zombie from before stays one.
	signal(SIGCHLD, SIG_DFL);
	child = CHILD(_exit(4));
	while (state_of(child) != 'Z')
		sleep_ms(1);
	signal(SIGCHLD, SIG_IGN);
	CHECK_EXIT(child, 4);
}
