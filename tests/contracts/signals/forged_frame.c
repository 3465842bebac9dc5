// SPDX-License-Identifier: MIT
// Covers: SIG-21. sigreturn with no frame, or a frame that is no memory, kills the process with
// SIGSEGV and nothing else.
#include "contract.h"

static void sigreturn_at(uintptr_t stack)
{
#if defined(__x86_64__)
	__asm__ volatile("mov %0,%%rsp\n mov $15,%%eax\n syscall\n ud2" ::"r"(stack));
#elif defined(__aarch64__)
	__asm__ volatile("mov sp,%0\n mov x8,#139\n svc #0\n brk #1" ::"r"(stack));
#else
	__asm__ volatile("mv sp,%0\n li a7,139\n ecall\n ebreak" ::"r"(stack));
#endif
	__builtin_unreachable();
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

static void to_kernel(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	*context_pc(context) = 0xffffffff80000000UL;
}

static void privileged(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)number;
	(void)info;
	// All privileges that the frame could ask for; Linux drops them (x86_64) or refuses the
	// frame.
#if defined(__x86_64__)
	user->uc_mcontext.gregs[REG_EFL] |= 0x3000 | 0x20000;
	user->uc_mcontext.gregs[REG_EFL] &= ~0x200;
	((uint16_t *)&user->uc_mcontext.gregs[REG_CSGSFS])[0] = 0x10;
#elif defined(__aarch64__)
	user->uc_mcontext.pstate = 0x3c5;
#else
	(void)user;
	_exit(12);
#endif
}

CONTRACT
{
	struct rlimit none = {0, 0};
	char *page =
		MAP(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t child;
	int status;

	MUST(setrlimit(RLIMIT_CORE, &none));
	MUST(munmap(page + 2 * PAGE, PAGE));
	CHECK_KILLED(CHILD(sigreturn_at(0x10000)), SIGSEGV);
	CHECK_KILLED(CHILD(sigreturn_at(0xffffffff80000000UL)), SIGSEGV);
	// Crosses into a page that is not there.
	CHECK_KILLED(CHILD(sigreturn_at((uintptr_t)page + 2 * PAGE - 64)), SIGSEGV);
	CHECK_KILLED(CHILD(sigreturn_at((uintptr_t)page + 8)), SIGSEGV);
	CHECK_KILLED(CHILD(catch_signal(SIGUSR1, to_kernel, 0); raise(SIGUSR1)), SIGSEGV);
	child = CHILD(catch_signal(SIGUSR1, privileged, 0); raise(SIGUSR1); _exit(12));
	status = child_wait(child);
	CHECK(status == 12 << 8 || (status & 0x7f) == SIGSEGV);
}
