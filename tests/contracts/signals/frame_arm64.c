// SPDX-License-Identifier: MIT
// Covers: SIG-31. The records of arm64: fpsimd with its registers, esr on a fault, each aligned,
// ended by an empty one.
#include "contract.h"

#ifdef __aarch64__
static volatile int fpsimd, esr, ended;
static volatile uint64_t value, syndrome, fault;
static volatile uint32_t fpsr, fpcr, fpsimd_size;

static void handler(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;
	unsigned char *at = (unsigned char *)user->uc_mcontext.__reserved;
	unsigned char *end = at + 4096;

	(void)info;
	fpsimd = esr = ended = 0;
	while (at < end) {
		uint32_t magic, size;

		memcpy(&magic, at, 4);
		memcpy(&size, at + 4, 4);
		if (magic == 0) {
			ended = size == 0;
			break;
		}
		if (magic == 0x46508001) {
			fpsimd++;
			fpsimd_size = size;
			memcpy((void *)&fpsr, at + 8, 4);
			memcpy((void *)&fpcr, at + 12, 4);
			memcpy((void *)&value, at + 16 + 9 * 16, 8);
		}
		if (magic == 0x45535201) {
			esr++;
			memcpy((void *)&syndrome, at + 8, 8);
		}
		if (size % 16 || size < 16)
			_exit(20);
		at += size;
	}
	fault = user->uc_mcontext.fault_address;
	if (number == SIGSEGV)
		user->uc_mcontext.pc += 4;
}

CONTRACT
{
	register long x8 __asm__("x8") = SYS_kill;
	register long x0 __asm__("x0");
	register long x1 __asm__("x1") = SIGUSR1;

	catch_signal(SIGUSR1, handler, 0);
	catch_signal(SIGSEGV, handler, 0);
	x0 = getpid();
	x8 = SYS_kill;
	x1 = SIGUSR1;
	__asm__ volatile("fmov d9, #1.5\n svc #0" : "+r"(x0) : "r"(x8), "r"(x1) : "memory", "v9");
	CHECK_EQ(fpsimd, 1);
	CHECK_EQ(fpsimd_size, 528);
	CHECK_EQ(ended, 1);
	CHECK_EQ(value, 0x3ff8000000000000);
	CHECK_EQ(fpcr, 0);
	CHECK_EQ(esr, 0);
	__asm__ volatile("strb wzr, [%0]" ::"r"(0x1238UL) : "memory");
	CHECK_EQ(fpsimd, 1);
	CHECK_EQ(esr, 1);
	CHECK_EQ(ended, 1);
	CHECK_EQ(fault, 0x1238);
	// A data abort from user mode (class 0x24), a write (bit 6).
	CHECK_EQ(syndrome >> 26 & 0x3f, 0x24);
	CHECK_EQ(syndrome >> 6 & 1, 1);
}
#else
CONTRACT
{
	NOT_HERE("these records are arm64's");
}
#endif
