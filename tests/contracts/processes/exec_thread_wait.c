// SPDX-License-Identifier: MIT
// Covers: PROC-02. exec from a thread: the waiting parent sees one process with the old pid; the
// leader's pid is the new program's tid; other threads' work stops.
#include "contract.h"

static volatile unsigned long *counter;

static void *spins(void *argument)
{
	for (;;)
		(*counter)++;
	return argument;
}

static void *executes(void *argument)
{
	char *words[] = {"exec_thread_wait", NULL}, *environment[] = {"AGAIN=1", NULL};

	execve("/proc/self/exe", words, environment);
	return argument;
}

static void starts(void)
{
	pthread_t a, b;

	pthread_create(&a, NULL, spins, NULL);
	while (*counter == 0)
		sleep_ms(1);
	pthread_create(&b, NULL, executes, NULL);
	for (;;)
		pause();
}

CONTRACT
{
	if (getenv("AGAIN")) {
		CHECK_EQ(gettid(), getpid());
		CHECK_EQ(field_of("/proc/self/status", "Threads:"), 1);
		_exit(31);
	}
	counter = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 5; i++) {
		*counter = 0;
		CHECK_EXIT(CHILD(starts()), 31);
		unsigned long stopped = *counter;
		sleep_ms(5);
		CHECK_EQ(*counter, stopped);
	}
}
