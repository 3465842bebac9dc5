/* SPDX-License-Identifier: MIT */
/* riscv/sbi.h - calls to the supervisor binary interface (RISC-V SBI specification 1.0). */
#ifndef RISCV_SBI_H
#define RISCV_SBI_H

#include <hal/types.h>

#define SBI_BASE   0x10
#define SBI_TIME   0x54494d45
#define SBI_IPI	   0x735049
#define SBI_RFENCE 0x52464e43
#define SBI_HSM	   0x48534d
#define SBI_SRST   0x53525354

#define SBI_BASE_PROBE 3

struct sbi_result {
	long error; /* 0, or a negative SBI error */
	long value;
};

static inline struct sbi_result sbi_call(unsigned long extension, unsigned long function,
					 unsigned long arg0, unsigned long arg1, unsigned long arg2,
					 unsigned long arg3, unsigned long arg4)
{
	register unsigned long a0 __asm__("a0") = arg0;
	register unsigned long a1 __asm__("a1") = arg1;
	register unsigned long a2 __asm__("a2") = arg2;
	register unsigned long a3 __asm__("a3") = arg3;
	register unsigned long a4 __asm__("a4") = arg4;
	register unsigned long a6 __asm__("a6") = function;
	register unsigned long a7 __asm__("a7") = extension;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
			 : "memory");
	return (struct sbi_result){.error = (long)a0, .value = (long)a1};
}

#endif
