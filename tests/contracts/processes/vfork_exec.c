// SPDX-License-Identifier: MIT
// Covers: PROC-07. vfork: the parent sleeps until exec or exit, memory is shared, descriptors
// are not; a failed exec keeps it asleep; a killed child frees it.
#include "contract.h"

static volatile int stage;
static int *shared;
static char stack[32768] __attribute__((aligned(16)));

// As vfork, which musl has on x86_64 only: the child in our memory, ourselves asleep.
static pid_t start(int (*body)(void *))
{
	return (pid_t)MUST(
		clone(body, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL));
}

static int fails(void *argument)
{
	execl("/no/such/program", "x", NULL);
	stage = errno == ENOENT ? 2 : 3;
	close(0);
	_exit(argument ? 18 : 17);
}

static int succeeds(void *argument)
{
	stage = 5;
	execl("/bin/sh", "sh", "-c", "exit 9", NULL);
	_exit(argument ? 1 : 2);
}

static int stays(void *argument)
{
	(void)argument;
	shared[0] = getpid();
	for (;;)
		pause();
	return 0;
}

CONTRACT
{
	int status;
	pid_t child = start(fails);

	CHECK_EQ(stage, 2);
	CHECK_EXIT(child, 17);
	CHECK_EQ(fcntl(0, F_GETFD), 0);
	child = start(succeeds);
	CHECK_EQ(stage, 5);
	CHECK_EXIT(child, 9);
	// While its child lives in its memory, a process does not run; the child's death by a signal frees it.
	shared = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child = CHILD(pid_t inner = start(stays); shared[1] = 1; _exit(inner > 0 ? 3 : 4));
	while (shared[0] == 0)
		sleep_ms(1);
	sleep_ms(10);
	CHECK_EQ(shared[1], 0);
	CHECK_EQ(waitpid(child, &status, WNOHANG), 0);
	kill(shared[0], SIGKILL);
	CHECK_EXIT(child, 3);
	CHECK_EQ(shared[1], 1);
	// Killed itself, it dies although its child lives on.
	shared[0] = 0;
	child = CHILD(start(stays));
	while (shared[0] == 0)
		sleep_ms(1);
	kill(child, SIGKILL);
	CHECK_KILLED(child, SIGKILL);
	CHECK_EQ(kill(shared[0], SIGKILL), 0);
}
