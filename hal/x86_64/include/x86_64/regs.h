/* SPDX-License-Identifier: MIT */
/*
 * x86_64/regs.h - the register frame that trap/entry.S builds; it ends in what the CPU pushes, at
 * the very top of the thread's kernel stack when it came from user mode.
 */
#ifndef X86_64_REGS_H
#define X86_64_REGS_H

#include <stdint.h>

struct hal_regs {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t rdi, rsi, rdx, r10, r8, r9; /* the system call's arguments */
	uint64_t rax, r11, rcx;
	uint64_t vector; /* of the exception or interrupt, VECTOR_SYSCALL or VECTOR_NONE */
	uint64_t error;	 /* the CPU's error code; the number in a system call */
	uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct hal_regs) % 16 == 0, "keeps the stack aligned");

/* The registers that Linux's layouts have under the same names, for copying to and fro. */
/* clang-format off */
#define X86_EACH_REG(X)                                                                            \
	X(r15) X(r14) X(r13) X(r12) X(rbp) X(rbx) X(r11) X(r10) X(r9) X(r8)                        \
	X(rax) X(rcx) X(rdx) X(rsi) X(rdi) X(rip) X(rsp)
/* clang-format on */

#define VECTOR_DE	  0
#define VECTOR_DB	  1
#define VECTOR_NMI	  2
#define VECTOR_BP	  3
#define VECTOR_UD	  6
#define VECTOR_DF	  8
#define VECTOR_GP	  13
#define VECTOR_PF	  14
#define VECTOR_MF	  16
#define VECTOR_AC	  17
#define VECTOR_MC	  18
#define VECTOR_XM	  19
#define VECTOR_DEVICE	  0x20 /* + line */
#define VECTOR_DEVICE_END 0xd0
#define VECTOR_PIC	  0xd0 /* the old controllers' sixteen, masked: only spurious ones */
#define VECTOR_TIMER	  0xef
#define VECTOR_IPI	  0xf0 /* + enum hal_ipi */
#define VECTOR_SPURIOUS	  0xff
#define VECTOR_SYSCALL \
	0x100 /* a system call is in progress: error has its number, rdi its first argument */
#define VECTOR_NONE 0x101 /* neither: made by exec, sigreturn, ... */

#define RFLAGS_CF   0x000001ul
#define RFLAGS_ONE  0x000002ul
#define RFLAGS_PF   0x000004ul
#define RFLAGS_AF   0x000010ul
#define RFLAGS_ZF   0x000040ul
#define RFLAGS_SF   0x000080ul
#define RFLAGS_TF   0x000100ul
#define RFLAGS_IF   0x000200ul
#define RFLAGS_DF   0x000400ul
#define RFLAGS_OF   0x000800ul
#define RFLAGS_IOPL 0x003000ul
#define RFLAGS_NT   0x004000ul
#define RFLAGS_RF   0x010000ul
#define RFLAGS_AC   0x040000ul
/* What user code may choose. */
#define RFLAGS_USER                                                                          \
	(RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_TF | RFLAGS_DF | \
	 RFLAGS_OF | RFLAGS_RF | RFLAGS_AC)

#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER_DS	  0x2b /* the numbers Linux programs see */
#define USER_CS	  0x33

#endif
