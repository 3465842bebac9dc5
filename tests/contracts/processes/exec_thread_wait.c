// SPDX-License-Identifier: MIT
// Covers: PROC-02. exec from a thread: the waiting parent sees one process with the old pid; the
// leader's pid is the new program's tid; other threads' work stops. A group stop that came while
// the thread was executing is completed by the new program, and the parent hears of it.
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

static volatile int executing;

// As executes(), with so many arguments that the other thread's SIGSTOP comes in between.
static void *executes_slowly(void *argument)
{
	static char word[100000];
	char *words[12], *environment[] = {"AGAIN=1", NULL};

	memset(word, 'x', sizeof(word) - 1);
	for (int i = 0; i < 11; i++)
		words[i] = word;
	words[11] = NULL;
	executing = 1;
	execve("/proc/self/exe", words, environment);
	return argument;
}

static void stops_itself(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, executes_slowly, NULL);
	while (!executing)
		sched_yield();
	kill(getpid(), SIGSTOP);
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
	for (long long end = now_ns(CLOCK_MONOTONIC) + 300000000; now_ns(CLOCK_MONOTONIC) < end;) {
		pid_t child = CHILD(stops_itself());
		int status;

		CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
		if (status == 31 << 8) // it had executed before
			continue;
		CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
		MUST(kill(child, SIGCONT));
		CHECK_EXIT(child, 31);
	}
}
