// SPDX-License-Identifier: MIT
// Covers: SIG-17. SIGFPE for an integer division (x86_64 only), SIGILL and SIGTRAP with their
// codes and addresses.
#include "contract.h"
#include <setjmp.h>

static sigjmp_buf back;
static volatile siginfo_t seen;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	seen = *info;
	siglongjmp(back, 1);
}

CONTRACT
{
	int signals[] = {SIGFPE, SIGILL, SIGTRAP};

	for (int i = 0; i < 3; i++)
		catch_signal(signals[i], handler, 0);
#ifdef __x86_64__
	if (sigsetjmp(back, 1) == 0) {
		int zero = 0, one = 1, rest;
		__asm__ volatile("cltd\n idivl %3" : "=a"(one), "=d"(rest) : "a"(one), "r"(zero));
	}
	CHECK_EQ(seen.si_signo, SIGFPE);
	CHECK_EQ(seen.si_code, FPE_INTDIV);
#else
	volatile int zero = 0, one = 1;
	int result;
#ifdef __aarch64__
	__asm__ volatile("sdiv %w0,%w1,%w2" : "=r"(result) : "r"(one), "r"(zero));
	CHECK_EQ(result, 0);
#else
	__asm__ volatile("divw %0,%1,%2" : "=r"(result) : "r"(one), "r"(zero));
	CHECK_EQ(result, -1);
#endif
#endif
	if (sigsetjmp(back, 1) == 0) {
#if defined(__x86_64__)
		__asm__ volatile("ud2");
#elif defined(__aarch64__)
		__asm__ volatile(".inst 0x00000000");
#else
		__asm__ volatile(".word 0");
#endif
	}
	CHECK_EQ(seen.si_signo, SIGILL);
#ifdef __x86_64__
	CHECK_EQ(seen.si_code, ILL_ILLOPN);
#else
	CHECK_EQ(seen.si_code, ILL_ILLOPC);
#endif
	CHECK(seen.si_addr != NULL);
	if (sigsetjmp(back, 1) == 0) {
#if defined(__x86_64__)
		__asm__ volatile("int3");
#elif defined(__aarch64__)
		__asm__ volatile("brk #0");
#else
		__asm__ volatile("ebreak");
#endif
	}
	CHECK_EQ(seen.si_signo, SIGTRAP);
#ifdef __x86_64__
	CHECK_EQ(seen.si_code, SI_KERNEL);
#else
	CHECK_EQ(seen.si_code, TRAP_BRKPT);
#endif
}
