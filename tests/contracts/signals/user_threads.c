// SPDX-License-Identifier: MIT
// Covers: SIG-02. Two computations switched by a signal handler that swaps their whole contexts:
// both reach the end.
#include "contract.h"

static ucontext_t waiting;
static volatile int counts[2], swaps, done;
static char memory[65536];

static void copy_context(ucontext_t *to, const ucontext_t *from)
{
	// Registers only: where FP state is kept differs, and neither uses it.
#if defined(__x86_64__)
	memcpy(to->uc_mcontext.gregs, from->uc_mcontext.gregs, 8 * 18);
#elif defined(__aarch64__)
	memcpy(&to->uc_mcontext.regs, &from->uc_mcontext.regs, 8 * 34);
#else
	memcpy(to->uc_mcontext.__gregs, from->uc_mcontext.__gregs, 8 * 32);
#endif
}

static void handler(int number, siginfo_t *info, void *context)
{
	static ucontext_t saved;

	(void)number;
	(void)info;
	// The last tick may come with the timer's end, and nobody would swap back.
	if (done)
		return;
	copy_context(&saved, context);
	copy_context(context, &waiting);
	copy_context(&waiting, &saved);
	swaps++;
}

static void other(void)
{
	for (;;)
		counts[1]++;
}

CONTRACT
{
	struct itimerval timer = {{0, 2000}, {0, 2000}}, none = {0};
	uintptr_t top = ((uintptr_t)memory + sizeof(memory)) & ~15UL;

	// A context to begin with is this one with another program counter and stack.
	catch_signal(SIGALRM, handler, SA_RESTART);
#if defined(__x86_64__)
	waiting.uc_mcontext.gregs[REG_EFL] = 0x202;
	waiting.uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)other;
	waiting.uc_mcontext.gregs[REG_RSP] = (greg_t)(top - 8);
#elif defined(__aarch64__)
	waiting.uc_mcontext.pc = (uintptr_t)other;
	waiting.uc_mcontext.sp = top;
#else
	waiting.uc_mcontext.__gregs[0] = (uintptr_t)other;
	waiting.uc_mcontext.__gregs[2] = top;
	__asm__ volatile("mv %0, gp" : "=r"(waiting.uc_mcontext.__gregs[3]));
	__asm__ volatile("mv %0, tp" : "=r"(waiting.uc_mcontext.__gregs[4]));
#endif
	MUST(setitimer(ITIMER_REAL, &timer, NULL));
	while (swaps < 40 || counts[1] == 0)
		counts[0]++;
	done = 1;
	MUST(setitimer(ITIMER_REAL, &none, NULL));
	CHECK(counts[0] > 0);
	CHECK(counts[1] > 0);
	CHECK(swaps >= 40);
}
