// SPDX-License-Identifier: MIT
// Covers: SIG-39. Leaving a handler by siglongjmp: the mask is as it was saved, the alternate
// stack is free again, a thousand times.
#include "contract.h"
#include <setjmp.h>

static sigjmp_buf place;
static char memory[65536];
static volatile int on_stack;

static void handler(int number, siginfo_t *info, void *context)
{
	char here;

	(void)number;
	(void)info;
	(void)context;
	on_stack = &here >= memory && &here < memory + sizeof(memory);
	siglongjmp(place, 1);
}

CONTRACT
{
	stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)}, now;
	volatile int turns = 0;
	sigset_t mask;

	MUST(sigaltstack(&stack, NULL));
	catch_signal(SIGSEGV, handler, SA_ONSTACK);
	while (turns < 1000) {
		if (sigsetjmp(place, 1) == 0) {
			*(volatile char *)16 = 1;
			_exit(9);
		}
		if (!on_stack)
			_exit(10);
		turns++;
	}
	CHECK_EQ(turns, 1000);
	MUST(sigprocmask(SIG_SETMASK, NULL, &mask));
	CHECK_EQ(sigismember(&mask, SIGSEGV), 0);
	MUST(sigaltstack(NULL, &now));
	CHECK_EQ(now.ss_flags, 0);
}
