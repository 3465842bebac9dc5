// SPDX-License-Identifier: MIT
// Covers: SIG-09. Stop and continue do not end nanosleep, poll or a futex wait: restart_syscall
// goes on with what was left.
#include "contract.h"

static pid_t stopper(void)
{
	pid_t parent = getpid();

	return CHILD(wait_until_asleep(parent); kill(parent, SIGSTOP);
		     while (state_of(parent) != 'T') sleep_ms(1); kill(parent, SIGCONT));
}

CONTRACT
{
	struct timespec time = {0, 300000000}, left = {5, 5};
	long long start = now_ns(CLOCK_MONOTONIC);
	pid_t child = stopper();
	int ends[2];

	CHECK_EQ(nanosleep(&time, &left), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 300000000);
	CHECK_EXIT(child, 0);
	MUST(pipe(ends));
	start = now_ns(CLOCK_MONOTONIC);
	child = stopper();
	CHECK_EQ(poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 300), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 300000000);
	CHECK_EXIT(child, 0);
}
