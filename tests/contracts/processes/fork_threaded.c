// SPDX-License-Identifier: MIT
// Covers: PROC-09. fork of a threaded process copies only the caller; exit_group ends all, exit
// of the first thread alone does not.
#include "contract.h"

static void *sleeper(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static void *late(void *argument)
{
	sleep_ms(20);
	_exit(11);
	return argument;
}

CONTRACT
{
	pthread_t thread;
	pid_t child;

	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&thread, NULL, sleeper, NULL), 0);
	CHECK(strstr(get_file("/proc/self/status"), "Threads:\t4\n") != NULL);
	child = CHILD(CHECK(strstr(get_file("/proc/self/status"), "Threads:\t1\n") != NULL);
		      CHECK_EQ(syscall(SYS_gettid), getpid()));
	CHECK_EXIT(child, 0);
	child = CHILD(pthread_create(&thread, NULL, sleeper, NULL); sleep_ms(5); _exit(21));
	CHECK_EXIT(child, 21);
	child = CHILD(pthread_create(&thread, NULL, late, NULL); syscall(SYS_exit, 5));
	CHECK_EXIT(child, 11);
	child = CHILD(pthread_create(&thread, NULL, sleeper, NULL); raise(SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}
