// SPDX-License-Identifier: MIT
// Endless recursion ends by SIGSEGV, with the usual stack limit and with a tight one, and on a thread's stack.

#include "contract.h"

static volatile int endless = 1;

static __attribute__((noinline)) int recurse(volatile char *above)
{
	volatile char space[2048];

	space[0] = above ? above[0] : 1;
	return endless ? recurse(space) + space[0] : 0;
}

static void *thread(void *argument)
{
	(void)argument;
	return (void *)(intptr_t)recurse(NULL);
}

static void in_thread(void)
{
	pthread_t id;

	if (pthread_create(&id, NULL, thread, NULL) == 0)
		pthread_join(id, NULL);
}

int main(void)
{
	MUST(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
	for (int round = 0; round < 10; round++) {
		struct rlimit tight = {256 << 10, 256 << 10};

		CHECK_KILLED(CHILD(recurse(NULL)), SIGSEGV);
		CHECK_KILLED(CHILD(MUST(setrlimit(RLIMIT_STACK, &tight)); recurse(NULL)), SIGSEGV);
		CHECK_KILLED(CHILD(in_thread()), SIGSEGV);
	}
	say("ok");
	return 0;
}
