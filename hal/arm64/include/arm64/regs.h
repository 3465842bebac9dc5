/* SPDX-License-Identifier: MIT */
/* arm64/regs.h - the register frame that trap/entry.S builds on a kernel stack, and the bits of
 * PSTATE and ESR_EL1. */
#ifndef ARM64_REGS_H
#define ARM64_REGS_H

#include <hal/regs.h>

struct hal_regs {
	unsigned long x[31]; /* x0..x5 are the system call's arguments, contiguous */
	unsigned long sp, pc, pstate;
	unsigned long first; /* x0 before a system call stored its result there */
	unsigned int number; /* the system call's */
	unsigned int flags;  /* REGS_*; 0: in a system call and nothing changed but x0 */
	unsigned long syndrome, address; /* ESR_EL1, FAR_EL1; set by exceptions, not by system calls
					    and interrupts */
	unsigned long record[2]; /* of exceptions in kernel mode: a frame record (x29, pc) for
				    backtraces */
};
_Static_assert(sizeof(struct hal_regs) % 16 == 0, "sp is 16-byte aligned");

#define REGS_NOT_SYSCALL 1u
#define REGS_CHANGED	 2u /* restore all registers, not just those that calls clobber */

#define PSTATE_MODE	  0x0ful
#define PSTATE_EL0	  0x00ul
#define PSTATE_AA32	  0x10ul
#define PSTATE_F	  0x040ul
#define PSTATE_I	  0x080ul
#define PSTATE_A	  0x100ul
#define PSTATE_D	  0x200ul
#define PSTATE_BTYPE	  0xc00ul
#define PSTATE_BTYPE_CALL 0x800ul
#define PSTATE_SSBS	  0x1000ul
#define PSTATE_STEP	  (1ul << 21)
#define PSTATE_PAN	  (1ul << 22)
#define PSTATE_DIT	  (1ul << 24)
#define PSTATE_FLAGS	  0xf0000000ul

#define ESR_CLASS(esr) ((unsigned int)((esr) >> 26) & 0x3f)
/* Exception classes that more than trap.c knows. */
#define EC_INSTRUCTION_USER 0x20
#define EC_DATA_USER	    0x24
#define ESR_WRITE	    0x40ul  /* data abort: by a store ... */
#define ESR_CACHE_OP	    0x100ul /* ... or by cache maintenance, which needs to read only */
#define ESR_FAULT	    0x3ful

#endif
