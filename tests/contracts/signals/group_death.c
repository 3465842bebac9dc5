// SPDX-License-Identifier: MIT
// Covers: SIG-22 PROC-09. A signal that kills takes every thread with it, whichever it was sent
// to, and the status names it.
#include "contract.h"

static void *sleeper(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static void *spinner(void *argument)
{
	for (;;)
		(*(volatile int *)argument)++;
	return argument;
}

static void *fault(void *argument)
{
	*(volatile char *)argument = 1;
	return NULL;
}

static void family(int number, bool fault_in_thread)
{
	static int counter;
	pthread_t a, b, c;

	pthread_create(&a, NULL, sleeper, NULL);
	pthread_create(&b, NULL, spinner, &counter);
	if (fault_in_thread)
		pthread_create(&c, NULL, fault, (void *)24);
	else
		pthread_kill(a, number);
	for (;;)
		pause();
}

CONTRACT
{
	struct rlimit none = {0, 0};

	MUST(setrlimit(RLIMIT_CORE, &none));
	CHECK_KILLED(CHILD(family(SIGTERM, false)), SIGTERM);
	CHECK_KILLED(CHILD(family(SIGKILL, false)), SIGKILL);
	CHECK_KILLED(CHILD(family(SIGRTMAX, false)), SIGRTMAX);
	CHECK_KILLED(CHILD(family(0, true)), SIGSEGV);
}
