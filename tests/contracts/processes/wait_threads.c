// SPDX-License-Identifier: MIT
// Covers: PROC-05. Any thread may wait for a child of another; with __WNOTHREAD only the one
// that forked; __WCLONE for clones without SIGCHLD.
#include "contract.h"

static pid_t child;

static void *waits(void *argument)
{
	int status;

	if (waitpid(child, &status, __WNOTHREAD) != -1 || errno != ECHILD)
		return (void *)1;
	if (waitpid(child, &status, 0) != child || status != 0x500)
		return (void *)2;
	return argument;
}

CONTRACT
{
	pthread_t id;
	void *result;
	int status;
	pid_t clone;

	child = CHILD(_exit(5));
	pthread_create(&id, NULL, waits, NULL);
	pthread_join(id, &result);
	CHECK_EQ((uintptr_t)result, 0);
	clone = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (clone == 0)
		_exit(6);
	CHECK(clone > 0);
	CHECK_ERRNO(waitpid(clone, &status, 0), ECHILD);
	CHECK_EQ(waitpid(clone, &status, __WCLONE), clone);
	CHECK_EQ(status, 0x600);
	clone = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (clone == 0)
		_exit(7);
	CHECK_EQ(waitpid(-1, &status, __WALL), clone);
	CHECK_EQ(status, 0x700);
}
