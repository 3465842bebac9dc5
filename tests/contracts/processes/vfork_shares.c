// SPDX-License-Identifier: MIT
// Covers: PROC-07. vfork: the parent sleeps until the child execs or exits, the memory is
// shared, signal handlers and descriptors are not.
#include "contract.h"

static volatile int shared;

static void handler(int number)
{
	(void)number;
}

// musl's vfork is fork on some machines, so this asks the kernel itself.
static int body(void *argument)
{
	(void)argument;
	sleep_ms(40);
	shared = 17;
	signal(SIGUSR1, handler);
	close(0);
	_exit(6);
}

CONTRACT
{
	struct sigaction now;
	long long start = now_ns(CLOCK_MONOTONIC);
	static char stack[65536] __attribute__((aligned(16)));
	pid_t child = (pid_t)MUST(
		clone(body, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL));
	int status;

	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 40000000);
	CHECK_EQ(shared, 17);
	CHECK_EQ(fcntl(0, F_GETFD), 0);
	MUST(sigaction(SIGUSR1, NULL, &now));
	CHECK(now.sa_handler == SIG_DFL);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 6 << 8);
	child = vfork();
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "exit 3", (char *)NULL);
		_exit(99);
	}
	CHECK_EXIT(child, 3);
}
