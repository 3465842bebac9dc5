// SPDX-License-Identifier: MIT
// Covers: SIG-02. A handler that edits its ucontext (pc and mask) sees it take effect.
#include "contract.h"

static void landing(void)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	CHECK_EQ(sigismember(&now, SIGUSR2), 1);
	CHECK_EQ(sigismember(&now, SIGUSR1), 0);
	say("ok %d checks", contract_checks);
	_exit(0);
}

static uintptr_t *context_pc(ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t *)&context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t *)&context->uc_mcontext.pc;
#else
	return (uintptr_t *)&context->uc_mcontext.__gregs[0];
#endif
}

static uintptr_t *context_sp(ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t *)&context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	return (uintptr_t *)&context->uc_mcontext.sp;
#else
	return (uintptr_t *)&context->uc_mcontext.__gregs[2];
#endif
}

static char other_stack[65536] __attribute__((aligned(16)));

static void handler(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)info;
	CHECK_EQ(number, SIGUSR1);
	CHECK_EQ(sigismember(&user->uc_sigmask, SIGUSR1), 0);
	*context_pc(user) = (uintptr_t)landing;
	// As after a call: 8 below a multiple of 16 on x86_64.
	*context_sp(user) = (uintptr_t)other_stack + sizeof(other_stack) - 64
#ifdef __x86_64__
			    - 8
#endif
		;
	sigaddset(&user->uc_sigmask, SIGUSR2);
}

CONTRACT
{
	catch_signal(SIGUSR1, handler, 0);
	raise(SIGUSR1);
	CHECK(!"the handler's new pc took effect");
}
