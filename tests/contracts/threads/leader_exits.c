// SPDX-License-Identifier: MIT
// Covers: THREAD-09 PROC-09. The first thread may end before the others: the process lives, is a
// zombie only when the last ends, and its status is the last word of exit_group.
#include "contract.h"

static void *last(void *argument)
{
	sleep_ms(30);
	_exit(*(int *)argument);
}

static void *quiet(void *argument)
{
	sleep_ms(20);
	// The call itself: musl makes the last thread's return an exit(0).
	syscall(SYS_exit, 9);
	return argument;
}

static void family(void *(*body)(void *), int code)
{
	static int value;
	pthread_t id;

	value = code;
	pthread_create(&id, NULL, body, &value);
	// Not pthread_exit: only this thread ends.
	syscall(SYS_exit, 7);
}

CONTRACT
{
	pid_t child = CHILD(family(last, 12));
	int status;

	while (state_of(child) != 'Z')
		sleep_ms(1);
	CHECK(waitpid(child, &status, WNOHANG) == 0 || status == 12 << 8);
	if (waitpid(child, &status, 0) == child)
		CHECK_EQ(status, 12 << 8);
	// Nobody called exit_group: the code of the last one counts.
	CHECK_EXIT(CHILD(family(quiet, 0)), 9);
}
