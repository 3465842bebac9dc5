// SPDX-License-Identifier: MIT
// Covers: SIG-31. The state of riscv64: registers in order, the double FP registers and fcsr
// after them, what follows is empty.
#include "contract.h"

#ifdef __riscv
static volatile uint64_t words[66], saved_pc, s2;

static void handler(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)number;
	(void)info;
	saved_pc = user->uc_mcontext.__gregs[0];
	s2 = user->uc_mcontext.__gregs[18];
	memcpy((void *)words, (char *)user->uc_mcontext.__gregs + 256, sizeof(words));
	if (number == SIGSEGV)
		user->uc_mcontext.__gregs[0] += 4;
}

CONTRACT
{
	double one = 1.5;
	register long a7 __asm__("a7") = SYS_kill;
	register long a0 __asm__("a0");
	register long a1 __asm__("a1") = SIGUSR1;

	catch_signal(SIGUSR1, handler, 0);
	catch_signal(SIGSEGV, handler, 0);
	a0 = getpid();
	a7 = SYS_kill;
	a1 = SIGUSR1;
	__asm__ volatile("fmv.d fs5, %3\n li s2, 77\n fsrmi 2\n ecall\n fsrmi 0"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "f"(one)
			 : "memory", "fs5", "s2");
	CHECK_EQ(a0, 0);
	CHECK_EQ(s2, 77);
	// fs5 is f21.
	CHECK_EQ(words[21], 0x3ff8000000000000);
	CHECK_EQ(words[32] & 0xffffffff, 2 << 5);
	__asm__ volatile(
		".option push\n .option norvc\n sb zero, 0(%0)\n .option pop" ::"r"(0x1238UL)
		: "memory");
	CHECK(saved_pc != 0);
}
#else
CONTRACT
{
	NOT_HERE("this layout is riscv64's");
}
#endif
