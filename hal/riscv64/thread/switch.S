/* SPDX-License-Identifier: MIT */
/* Switching threads, and where new ones begin. */
#include <asm_offsets.h>

#define SAVED(n) (THREAD_SAVED + 8 * (n))

	.text
	/*
	 * struct hal_thread *hal_thread_switch(prev, next): a0 stays prev all the way, so that whoever continues knows who ran before.
	 * FP registers are saved when the user made them dirty (FS in its frame is 3) and are loaded at the first use; a kernel thread's frame has FS 0.
	 */
	.globl hal_thread_switch
	.hidden hal_thread_switch
	.type hal_thread_switch, @function
hal_thread_switch:
	/* Kernel stacks may have been mapped since this hart last fenced, next's among them (mmu/tlb.c). */
	ld t6, THREAD_HAL(a0)
	lla t0, riscv_kernel_published
	ld t0, (t0)
	ld t1, CPU_PUBLISHED(t6)
	bne t0, t1, see_published
seen:	sd ra, SAVED(0)(a0)
	sd sp, SAVED(1)(a0)
	sd s0, SAVED(2)(a0)
	sd s1, SAVED(3)(a0)
	sd s2, SAVED(4)(a0)
	sd s3, SAVED(5)(a0)
	sd s4, SAVED(6)(a0)
	sd s5, SAVED(7)(a0)
	sd s6, SAVED(8)(a0)
	sd s7, SAVED(9)(a0)
	sd s8, SAVED(10)(a0)
	sd s9, SAVED(11)(a0)
	sd s10, SAVED(12)(a0)
	sd s11, SAVED(13)(a0)

	ld t0, THREAD_REGS(a0)
	ld t1, REGS_STATUS(t0)
	srli t2, t1, 13
	andi t2, t2, 3
	addi t2, t2, -3
	beqz t2, save_fpu
1:	ld t5, THREAD_LOCAL(a0)
	lw t4, THREAD_CPU(a0)
	sd t6, THREAD_HAL(a1)
	sd t5, THREAD_LOCAL(a1)
	sw t4, THREAD_CPU(a1)

	/* next's registers are still here only if it owned them last, and here. */
	ld t0, THREAD_REGS(a1)
	ld t1, REGS_STATUS(t0)
	li t2, 0x6000
	and t3, t1, t2
	bnez t3, check_fpu
2:	mv tp, a1
	addi t0, a1, THREAD_SCRATCH
	sc.d zero, zero, (t0)		/* no reservation survives a switch */
	ld ra, SAVED(0)(a1)
	ld sp, SAVED(1)(a1)
	ld s0, SAVED(2)(a1)
	ld s1, SAVED(3)(a1)
	ld s2, SAVED(4)(a1)
	ld s3, SAVED(5)(a1)
	ld s4, SAVED(6)(a1)
	ld s5, SAVED(7)(a1)
	ld s6, SAVED(8)(a1)
	ld s7, SAVED(9)(a1)
	ld s8, SAVED(10)(a1)
	ld s9, SAVED(11)(a1)
	ld s10, SAVED(12)(a1)
	ld s11, SAVED(13)(a1)
	ret

see_published:
	sd t0, CPU_PUBLISHED(t6)
	sfence.vma
	j seen
save_fpu:
	mv s0, a0
	mv s1, a1
	mv s2, t0
	li t2, 0x2000
	xor t1, t1, t2			/* dirty becomes clean */
	sd t1, REGS_STATUS(t0)
	ld a0, THREAD_FPU(a0)
	call riscv_fpu_save
	mv a0, s0
	mv a1, s1
	ld t6, THREAD_HAL(a0)
	j 1b
check_fpu:
	ld t3, CPU_FPU_OWNER(t6)
	lw t5, THREAD_FPU_CPU(a1)
	bne t3, a1, 3f
	beq t5, t4, 2b
3:	not t2, t2
	and t1, t1, t2
	sd t1, REGS_STATUS(t0)
	j 2b
	.size hal_thread_switch, . - hal_thread_switch

	/* First code of a kernel thread: s1 entry, s2 argument. */
	.globl riscv_thread_start
	.hidden riscv_thread_start
riscv_thread_start:
	li s0, 0
	call core_thread_begin
	mv a0, s1
	mv a1, s2
	call riscv_thread_run
	unimp

	/* First code of a forked user thread: its frame is complete. */
	.globl riscv_thread_start_user
	.hidden riscv_thread_start_user
riscv_thread_start_user:
	li s0, 0
	call core_thread_begin
	ld sp, THREAD_REGS(tp)
	j riscv_return_to_user

	/* void hal_thread_enter_user(void) */
	.globl hal_thread_enter_user
	.hidden hal_thread_enter_user
	.type hal_thread_enter_user, @function
hal_thread_enter_user:
	ld sp, THREAD_REGS(tp)
	li s0, 0
	j riscv_return_to_user

	.section .note.GNU-stack, "", @progbits
