// SPDX-License-Identifier: MIT
// Covers: SIG-32 SIG-19. A frame that cannot be written: SIGSEGV on the alternate stack when
// there is one, else death; a stack at 0, read-only, beyond user space.
#include "contract.h"

static volatile int got;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	got = number;
	_exit(number == SIGSEGV ? 7 : 8);
}

static void raise_on(uintptr_t stack)
{
	long pid = getpid();
#if defined(__x86_64__)
	__asm__ volatile("mov %0,%%rsp\n mov $62,%%eax\n syscall\n ud2" ::"r"(stack), "D"(pid),
			 "S"(SIGUSR1));
#elif defined(__aarch64__)
	register long x0 __asm__("x0") = pid;
	register long x1 __asm__("x1") = SIGUSR1;
	__asm__ volatile("mov sp,%0\n mov x8,#129\n svc #0\n brk #1" ::"r"(stack), "r"(x0),
			 "r"(x1));
#else
	register long a0 __asm__("a0") = pid;
	register long a1 __asm__("a1") = SIGUSR1;
	__asm__ volatile("mv sp,%0\n li a7,129\n ecall\n ebreak" ::"r"(stack), "r"(a0), "r"(a1));
#endif
	__builtin_unreachable();
}

static void with_stack(uintptr_t stack)
{
	static char memory[65536];
	stack_t alternate = {.ss_sp = memory, .ss_size = sizeof(memory)};

	MUST(sigaltstack(&alternate, NULL));
	catch_signal(SIGSEGV, handler, SA_ONSTACK);
	catch_signal(SIGUSR1, handler, 0);
	raise_on(stack);
}

static void without(uintptr_t stack)
{
	catch_signal(SIGSEGV, handler, 0);
	catch_signal(SIGUSR1, handler, 0);
	raise_on(stack);
}

CONTRACT
{
	struct rlimit none = {0, 0};
	char *page = MAP(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uintptr_t bad[] = {4096, (uintptr_t)page + 4 * PAGE, 0xffffffff80000000UL, 64};

	MUST(setrlimit(RLIMIT_CORE, &none));
	for (int i = 0; i < 4; i++) {
		CHECK_EXIT(CHILD(with_stack(bad[i])), 7);
		CHECK_KILLED(CHILD(without(bad[i])), SIGSEGV);
	}
}
