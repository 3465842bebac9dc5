// SPDX-License-Identifier: MIT
// Covers: SIG-33. The stack below the stack pointer that the ABI grants (128 bytes on x86_64)
// survives a signal; the frame is aligned to 16.
#include "contract.h"

static volatile uintptr_t info_at, context_at, stack_at;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	info_at = (uintptr_t)info;
	context_at = (uintptr_t)context;
	stack_at = (uintptr_t)__builtin_frame_address(0);
}

CONTRACT
{
	catch_signal(SIGUSR1, handler, 0);
#ifdef __x86_64__
	long number = SYS_kill, pid = getpid(), bad = 0;

	__asm__ volatile("mov %%rsp, %%r8\n and $-16, %%rsp\n"
			 "mov $16, %%ecx\n 1: mov %%rcx, -136(%%rsp,%%rcx,8)\n dec %%rcx\n jnz 1b\n"
			 "syscall\n"
			 "mov $16, %%ecx\n 2: cmp %%rcx, -136(%%rsp,%%rcx,8)\n je 3f\n inc %1\n 3: "
			 "dec %%rcx\n jnz 2b\n"
			 "mov %%r8, %%rsp"
			 : "+a"(number), "+r"(bad)
			 : "D"(pid), "S"(SIGUSR1)
			 : "rcx", "r8", "r11", "memory");
	CHECK_EQ(number, 0);
	CHECK_EQ(bad, 0);
#else
	raise(SIGUSR1);
#endif
	CHECK(info_at != 0 && context_at != 0);
	CHECK_EQ(stack_at % 16, 0);
	CHECK_EQ(info_at % 8, 0);
	CHECK_EQ(context_at % 8, 0);
}
