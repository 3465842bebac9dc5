/* SPDX-License-Identifier: MIT */
/* riscv/regs.h - the frame that trap/entry.S saves; its first 32 words are Linux's struct
 * user_regs_struct. */
#ifndef RISCV_REGS_H
#define RISCV_REGS_H

#include <hal/regs.h>

struct hal_regs {
	unsigned long pc, ra, sp, gp, tp, t0, t1, t2, s0, s1;
	unsigned long a0, a1, a2, a3, a4, a5, a6, a7;
	unsigned long s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
	unsigned long t3, t4, t5, t6;
	unsigned long
		status;	     /* sstatus; its FS says what the FP registers hold: see thread/fpu.c */
	unsigned long cause; /* scause; REGS_CAUSE_NONE after sigreturn, exec or fork's child */
	unsigned long badaddr; /* stval; not set by system calls */
	unsigned long
		orig_a0; /* the first argument of a system call, which a0 loses to the result */
};

#define REGS_CAUSE_NONE (~0ul) /* negative: entry.S asks for the sign */
#define REGS_USER_WORDS 32

#define SSTATUS_SIE	 0x00000002ul
#define SSTATUS_SPIE	 0x00000020ul
#define SSTATUS_SPP	 0x00000100ul
#define SSTATUS_FS	 0x00006000ul
#define SSTATUS_FS_CLEAN 0x00004000ul
#define SSTATUS_FS_DIRTY 0x00006000ul
#define SSTATUS_VS	 0x00000600ul
#define SSTATUS_SUM	 0x00040000ul
#define SSTATUS_UXL	 0x300000000ul

/* What user code may hold in status: FP state and previous interrupt enable, 64-bit mode; nothing
 * of the rest. */
#define SSTATUS_USER (SSTATUS_SPIE | (2ul << 32))

#define CAUSE_INTERRUPT	  (1ul << 63)
#define CAUSE_FETCH_ALIGN 0
#define CAUSE_FETCH_FAULT 1
#define CAUSE_ILLEGAL	  2
#define CAUSE_BREAK	  3
#define CAUSE_LOAD_ALIGN  4
#define CAUSE_LOAD_FAULT  5
#define CAUSE_STORE_ALIGN 6
#define CAUSE_STORE_FAULT 7
#define CAUSE_SYSCALL	  8
#define CAUSE_FETCH_PAGE  12
#define CAUSE_LOAD_PAGE	  13
#define CAUSE_STORE_PAGE  15

#define IRQ_SOFT     1
#define IRQ_TIMER    5
#define IRQ_EXTERNAL 9

#endif
