// SPDX-License-Identifier: MIT
// Covers: PROC-02. execve from a second thread: all others die, and the process keeps its pid.
#include "contract.h"

static char path[4096], self[32];

static void *sleeper(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static void *other(void *argument)
{
	char *arguments[] = {"x", NULL}, *environment[] = {self, NULL};

	CHECK(syscall(SYS_gettid) != getpid());
	execve(path, arguments, environment);
	CHECK(!"execve worked");
	return argument;
}

CONTRACT
{
	pthread_t thread;

	if (getenv("SELF")) {
		CHECK_EQ(atoi(getenv("SELF")), getpid());
		CHECK_EQ(syscall(SYS_gettid), getpid());
		CHECK(strstr(get_file("/proc/self/status"), "Threads:\t1\n") != NULL);
		return;
	}
	MUST(readlink("/proc/self/exe", path, sizeof(path) - 1));
	snprintf(self, sizeof(self), "SELF=%d", getpid());
	for (int i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&thread, NULL, sleeper, NULL), 0);
	CHECK_EQ(pthread_create(&thread, NULL, other, NULL), 0);
	sleeper(NULL);
}
