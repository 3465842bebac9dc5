// SPDX-License-Identifier: MIT
// Covers: SIG-31. The FP record of x86_64: xsave with both magics, its size, MXCSR and a
// register's value; segments and error words.
#include "contract.h"

#ifdef __x86_64__
static unsigned char area[8192];
static volatile uint32_t magic, extended, magic2, size, mxcsr;
static volatile uint64_t features, saved, selectors, error, trap, address;
static volatile uintptr_t where;
static double first;

static void handler(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;
	unsigned char *state = (void *)user->uc_mcontext.fpregs;

	(void)number;
	(void)info;
	where = (uintptr_t)state;
	memcpy(area, state, 1024);
	memcpy((void *)&magic, area + 464, 4);
	memcpy((void *)&extended, area + 468, 4);
	memcpy((void *)&features, area + 472, 8);
	memcpy((void *)&size, area + 480, 4);
	memcpy((void *)&saved, area + 512, 8);
	memcpy((void *)&mxcsr, area + 24, 4);
	memcpy(&first, area + 160 + 16 * 9, 8);
	memcpy((void *)&magic2, state + size, 4);
	selectors = (uint64_t)user->uc_mcontext.gregs[REG_CSGSFS];
	error = (uint64_t)user->uc_mcontext.gregs[REG_ERR];
	trap = (uint64_t)user->uc_mcontext.gregs[REG_TRAPNO];
	address = (uint64_t)user->uc_mcontext.gregs[REG_CR2];
	if (number == SIGSEGV)
		user->uc_mcontext.gregs[REG_RIP] += 3;
}

CONTRACT
{
	double value = 1234.5;
	uint32_t rounding;

	catch_signal(SIGUSR1, handler, 0);
	catch_signal(SIGSEGV, handler, 0);
	__asm__ volatile("stmxcsr %0" : "=m"(rounding));
	rounding |= 0x6000;
	__asm__ volatile("ldmxcsr %0" ::"m"(rounding));
	long number = SYS_kill, pid = getpid(), signal = SIGUSR1;
	__asm__ volatile("movsd %3, %%xmm9\n syscall"
			 : "+a"(number)
			 : "D"(pid), "S"(signal), "m"(value)
			 : "rcx", "r11", "memory", "xmm9");
	CHECK_EQ(number, 0);
	CHECK_EQ(where % 64, 0);
	CHECK_EQ(magic, 0x46505853);
	CHECK_EQ(magic2, 0x46505845);
	CHECK_EQ(extended, size + 4);
	CHECK(size >= 576);
	CHECK_EQ(features & 3, 3);
	// x87 is in its initial state: what a handler writes there is to be restored all the same.
	CHECK_EQ(saved & 3, 3);
	CHECK_EQ(mxcsr & 0xffff, rounding & 0xffff);
	CHECK(first == value);
	CHECK_EQ(selectors & 0xffff, 0x33);
	CHECK_EQ(selectors >> 48, 0x2b);
	// A write to an absent page: page fault 14, error 6 (user, write).
	__asm__ volatile("movb %%al, (%0)\n nop" ::"r"(0x1238UL), "a"(0));
	CHECK(true);
}
#else
CONTRACT
{
	NOT_HERE("xsave is x86_64's");
}
#endif
