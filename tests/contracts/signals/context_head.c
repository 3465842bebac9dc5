// SPDX-License-Identifier: MIT
// Covers: SIG-30. The head of ucontext: flags, link, the alternate stack as it is, the mask from
// before the signal.
#include "contract.h"

static volatile unsigned long flags, mask;
static void *volatile link_;
static stack_t stack;

static void handler(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)number;
	(void)info;
	flags = user->uc_flags;
	link_ = user->uc_link;
	stack = user->uc_stack;
	memcpy((void *)&mask, &user->uc_sigmask, 8);
}

CONTRACT
{
	static char memory[32768];
	stack_t mine = {.ss_sp = memory, .ss_size = sizeof(memory)};
	sigset_t blocked = set_of(SIGUSR2);

	sigaddset(&blocked, 64);
	MUST(sigprocmask(SIG_SETMASK, &blocked, NULL));
	catch_signal(SIGUSR1, handler, 0);
	raise(SIGUSR1);
	CHECK(link_ == NULL);
	CHECK_EQ(mask, 1UL << 63 | 1UL << (SIGUSR2 - 1));
	CHECK(stack.ss_sp == NULL);
	CHECK_EQ(stack.ss_flags, SS_DISABLE);
	CHECK_EQ(stack.ss_size, 0);
#ifdef __x86_64__
	// UC_SIGCONTEXT_SS and UC_STRICT_RESTORE_SS, and UC_FP_XSTATE where there is xsave.
	CHECK_EQ(flags & 6, 6);
#else
	CHECK_EQ(flags, 0);
#endif
	MUST(sigaltstack(&mine, NULL));
	raise(SIGUSR1);
	CHECK(stack.ss_sp == memory);
	CHECK_EQ(stack.ss_flags, 0);
	CHECK_EQ(stack.ss_size, sizeof(memory));
	catch_signal(SIGUSR1, handler, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK(stack.ss_sp == memory);
	CHECK_EQ(stack.ss_size, sizeof(memory));
}
