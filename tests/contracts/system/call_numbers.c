// SPDX-License-Identifier: MIT
// Covers: SYS-09. x86_64 and arm64 look at 32 bits of the register with the call's number, riscv64
// at all; no number is negative.
#include "contract.h"

#ifdef __riscv
enum { UPPER_BITS_COUNT = 1 };
#else
enum { UPPER_BITS_COUNT = 0 };
#endif

static long call(uint64_t number)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register uint64_t x8 __asm__("x8") = number;
	register long result __asm__("x0");

	__asm__ volatile("svc #0" : "=r"(result) : "r"(x8) : "memory");
#else
	register uint64_t a7 __asm__("a7") = number;
	register long result __asm__("a0");

	__asm__ volatile("ecall" : "=r"(result) : "r"(a7) : "memory");
#endif
	return result;
}

CONTRACT
{
	long expected = UPPER_BITS_COUNT ? -ENOSYS : getpid();

	CHECK_EQ(call(SYS_getpid), getpid());
	CHECK_EQ(call(SYS_getpid | 1ul << 32), expected);
	CHECK_EQ(call(SYS_getpid | ~0ul << 32), expected);
	CHECK_EQ(call(SYS_getpid | 1ul << 31), -ENOSYS);
	CHECK_EQ(call(0xffffffff), -ENOSYS);
	CHECK_EQ(call(~0ul), -ENOSYS);
}
