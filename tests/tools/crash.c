// SPDX-License-Identifier: MIT
// Dies three calls deep, with two threads beside, and leaves a core in the current folder.

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

static volatile int marker = 1;
static volatile int waiting;

__attribute__((noinline)) static void wait_for_ever(int number)
{
	__atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
	while (number)
		__asm__ volatile("" : "+r"(number));
}

static void *side(void *argument)
{
	wait_for_ever(*(int *)argument);
	return argument;
}

__attribute__((noinline)) static int sink(volatile int *place, int depth)
{
	if (depth)
		return sink(place, depth - 1) + 1;
	*place = 5;
	return 0;
}

int main(void)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	static int number = 41;
	pthread_t thread;

	if (setrlimit(RLIMIT_CORE, &all) || pthread_create(&thread, NULL, side, &number) ||
	    pthread_create(&thread, NULL, side, &number))
		return 1;
	marker = 4711;
	while (waiting < 2)
		;
	return sink((int *)16, 2);
}
