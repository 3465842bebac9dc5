// SPDX-License-Identifier: MIT
// Covers: SIG-04 SIG-05. SA_ONSTACK: the handler runs there, the frame holds the stack from
// before, return lands on the old one.
#include "contract.h"
#include <sys/auxv.h>

static char stack[65536], small[65536];
static uintptr_t where, frame_sp;
static int flags_inside, change_errno;
static stack_t in_frame, old_inside;

static uintptr_t stack_pointer(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	return context->uc_mcontext.sp;
#else
	return context->uc_mcontext.__gregs[2];
#endif
}

static void handler(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;
	stack_t other = {.ss_sp = small, .ss_size = sizeof(small)};
	char here;

	(void)number;
	(void)info;
	where = (uintptr_t)&here;
	frame_sp = stack_pointer(user);
	in_frame = user->uc_stack;
	sigaltstack(NULL, &old_inside);
	flags_inside = old_inside.ss_flags;
	errno = 0;
	sigaltstack(&other, NULL);
	change_errno = errno;
}

CONTRACT
{
	stack_t new = {.ss_sp = stack, .ss_size = sizeof(stack)}, old = {0};
	char local;
	long least = (long)getauxval(AT_MINSIGSTKSZ);

	MUST(sigaltstack(NULL, &old));
	CHECK_EQ(old.ss_flags, SS_DISABLE);
	MUST(sigaltstack(&new, NULL));
	catch_signal(SIGUSR1, handler, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK(where > (uintptr_t)stack && where < (uintptr_t)stack + sizeof(stack));
	CHECK(frame_sp < (uintptr_t)&local + 4096 && frame_sp > (uintptr_t)&local - 65536);
	CHECK(!(frame_sp > (uintptr_t)stack && frame_sp <= (uintptr_t)stack + sizeof(stack)));
	CHECK_EQ(flags_inside, SS_ONSTACK);
	CHECK_EQ(change_errno, EPERM);
	CHECK((char *)in_frame.ss_sp == stack);
	CHECK_EQ(in_frame.ss_size, sizeof(stack));
	MUST(sigaltstack(NULL, &old));
	CHECK_EQ(old.ss_flags, 0);
	CHECK((char *)old.ss_sp == stack);
	where = 0;
	catch_signal(SIGUSR1, handler, 0);
	raise(SIGUSR1);
	CHECK(where < (uintptr_t)stack || where >= (uintptr_t)stack + sizeof(stack));
	MUST(sigaltstack(&new, NULL));

	// Linux measures against the smaller of the constant and what the machine needs.
	new.ss_size = 1024;
	CHECK_ERRNO(sigaltstack(&new, NULL), ENOMEM);
	CHECK(least == 0 || least >= 1024);
	new.ss_size = sizeof(stack);
	new.ss_flags = 0x40;
	CHECK_ERRNO(sigaltstack(&new, NULL), EINVAL);
	new.ss_flags = SS_DISABLE;
	MUST(sigaltstack(&new, NULL));
	MUST(sigaltstack(NULL, &old));
	CHECK_EQ(old.ss_flags, SS_DISABLE);
}
