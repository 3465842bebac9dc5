// SPDX-License-Identifier: MIT
// Covers: SIG-19. Without a handler, with a blocked or ignored SIGSEGV, or with no stack left
// for one, a fault kills by SIGSEGV.
#include "contract.h"

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	_exit(5);
}

static void fault(void)
{
	volatile char *null = (volatile char *)8;

	__asm__("" : "+r"(null));
	*null = 1;
}

static __attribute__((noinline)) int recurse(int depth)
{
	volatile char space[4000];

	space[0] = (char)depth;
	return depth == INT_MAX ? 0 : recurse(depth + 1) + space[0];
}

static void no_cores(void)
{
	struct rlimit none = {0, 0};

	MUST(setrlimit(RLIMIT_CORE, &none));
}

CONTRACT
{
	static char stack[65536];
	sigset_t segv = set_of(SIGSEGV);
	struct rlimit limit = {1 << 20, RLIM_INFINITY};

	no_cores();
	MUST(setrlimit(RLIMIT_STACK, &limit));
	CHECK_KILLED(CHILD(fault()), SIGSEGV);
	CHECK_KILLED(CHILD(catch_signal(SIGSEGV, handler, 0); sigprocmask(SIG_BLOCK, &segv, NULL);
			   fault()),
		     SIGSEGV);
	CHECK_KILLED(CHILD(signal(SIGSEGV, SIG_IGN); fault()), SIGSEGV);
	CHECK_EXIT(CHILD(catch_signal(SIGSEGV, handler, 0); fault()), 5);
	// Endless recursion: the handler has no room, unless it has a stack of its own.
	CHECK_KILLED(CHILD(catch_signal(SIGSEGV, handler, 0); recurse(0)), SIGSEGV);
	CHECK_EXIT(CHILD(stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
			 sigaltstack(&other, NULL); catch_signal(SIGSEGV, handler, SA_ONSTACK);
			 recurse(0)),
		   5);
	// The handler's alternate stack is not there.
	CHECK_KILLED(CHILD(stack_t other = {.ss_sp = (void *)0x1000, .ss_size = 65536};
			   sigaltstack(&other, NULL); catch_signal(SIGUSR1, handler, SA_ONSTACK);
			   raise(SIGUSR1)),
		     SIGSEGV);
}
