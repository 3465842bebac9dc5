/* SPDX-License-Identifier: MIT */
/*
 * Entry and exit of the kernel.
 *
 * In user mode sscratch holds the running struct hal_thread; in the kernel it is 0 and tp holds it. A user frame is always saved whole; a system call
 * that asks for nothing special gets only the caller-saved registers restored, because C has preserved the others.
 * A trap from the kernel tests its stack pointer before the first store: one bit says that the stack has run over (hal/thread.h).
 */
#include <asm_offsets.h>

#define CAUSE_SYSCALL 8
#define SSTATUS_SUM   0x40000

	.macro save_most		/* all but sp and tp */
	sd ra, REGS_RA(sp)
	sd gp, REGS_GP(sp)
	sd t0, REGS_T0(sp)
	sd t1, REGS_T1(sp)
	sd t2, REGS_T2(sp)
	sd s0, REGS_S0(sp)
	sd s1, REGS_S1(sp)
	sd a0, REGS_A0(sp)
	sd a1, REGS_A1(sp)
	sd a2, REGS_A2(sp)
	sd a3, REGS_A3(sp)
	sd a4, REGS_A4(sp)
	sd a5, REGS_A5(sp)
	sd a6, REGS_A6(sp)
	sd a7, REGS_A7(sp)
	sd s2, REGS_S2(sp)
	sd s3, REGS_S3(sp)
	sd s4, REGS_S4(sp)
	sd s5, REGS_S5(sp)
	sd s6, REGS_S6(sp)
	sd s7, REGS_S7(sp)
	sd s8, REGS_S8(sp)
	sd s9, REGS_S9(sp)
	sd s10, REGS_S10(sp)
	sd s11, REGS_S11(sp)
	sd t3, REGS_T3(sp)
	sd t4, REGS_T4(sp)
	sd t5, REGS_T5(sp)
	sd t6, REGS_T6(sp)
	.endm

	.macro restore_caller_saved	/* all but a0, sp and tp, and not gp, which the kernel never touches */
	ld ra, REGS_RA(sp)
	ld t0, REGS_T0(sp)
	ld t1, REGS_T1(sp)
	ld t2, REGS_T2(sp)
	ld a1, REGS_A1(sp)
	ld a2, REGS_A2(sp)
	ld a3, REGS_A3(sp)
	ld a4, REGS_A4(sp)
	ld a5, REGS_A5(sp)
	ld a6, REGS_A6(sp)
	ld a7, REGS_A7(sp)
	ld t3, REGS_T3(sp)
	ld t4, REGS_T4(sp)
	ld t5, REGS_T5(sp)
	ld t6, REGS_T6(sp)
	.endm

	.macro restore_callee_saved
	ld gp, REGS_GP(sp)
	ld s0, REGS_S0(sp)
	ld s1, REGS_S1(sp)
	ld s2, REGS_S2(sp)
	ld s3, REGS_S3(sp)
	ld s4, REGS_S4(sp)
	ld s5, REGS_S5(sp)
	ld s6, REGS_S6(sp)
	ld s7, REGS_S7(sp)
	ld s8, REGS_S8(sp)
	ld s9, REGS_S9(sp)
	ld s10, REGS_S10(sp)
	ld s11, REGS_S11(sp)
	.endm

	.section .text.entry, "ax", @progbits
	.globl riscv_trap_vector
	.hidden riscv_trap_vector
	.balign 64
riscv_trap_vector:
	csrrw tp, sscratch, tp
	beqz tp, from_kernel

	/* ---- from user mode ---- */
	sd sp, THREAD_SCRATCH(tp)
	ld sp, THREAD_REGS(tp)
	save_most
	csrr t3, scause
	csrrw t0, sscratch, zero
	ld t1, THREAD_SCRATCH(tp)
	csrr t2, sstatus
	csrr t4, sepc
	li t5, CAUSE_SYSCALL
	sd t0, REGS_TP(sp)
	sd t1, REGS_SP(sp)
	sd t2, REGS_STATUS(sp)
	sd t3, REGS_CAUSE(sp)
	bne t3, t5, user_trap

	addi t4, t4, 4
	sd a0, REGS_ORIG_A0(sp)
	sd t4, REGS_PC(sp)
	csrsi sstatus, 2
	li s0, 0			/* a backtrace ends here */
	addi a2, sp, REGS_A0
	mv a1, a7
	mv a0, sp
	call core_syscall

	ld t0, REGS_CAUSE(sp)
	bltz t0, return_to_user		/* REGS_CAUSE_NONE: it left the system call */
	csrci sstatus, 2
	lw t0, THREAD_WORK(tp)
	bnez t0, store_and_work
	ld t1, REGS_PC(sp)
	ld t2, REGS_STATUS(sp)
	sd a0, REGS_A0(sp)
	ld s0, REGS_S0(sp)
	csrw sepc, t1
	csrw sstatus, t2
	csrw sscratch, tp
	restore_caller_saved
	ld tp, REGS_TP(sp)
	ld sp, REGS_SP(sp)
	sret

store_and_work:
	sd a0, REGS_A0(sp)
	j work

user_trap:
	csrr t5, stval
	li s0, 0
	sd t4, REGS_PC(sp)
	sd t5, REGS_BADADDR(sp)
	mv a0, sp
	bltz t3, 1f
	call riscv_user_exception
	j return_to_user
1:	ld t0, THREAD_HAL(tp)
	mv s1, sp
	ld sp, CPU_IRQ_STACK(t0)
	call riscv_interrupt
	mv sp, s1

	/* sp is the user frame. Interrupts may be on. */
	.globl riscv_return_to_user
	.hidden riscv_return_to_user
riscv_return_to_user:
return_to_user:
	csrci sstatus, 2
	lw t0, THREAD_WORK(tp)
	bnez t0, work
restore_all:
	ld t1, REGS_PC(sp)
	ld t2, REGS_STATUS(sp)
	csrw sepc, t1
	csrw sstatus, t2
	csrw sscratch, tp
	restore_callee_saved
	restore_caller_saved
	ld a0, REGS_A0(sp)
	ld tp, REGS_TP(sp)
	ld sp, REGS_SP(sp)
	sret
work:
	mv a0, sp
	li s0, 0
	call riscv_work
	j restore_all

	/* ---- from the kernel ---- */
from_kernel:
	csrr tp, sscratch
	csrw sscratch, t0
	addi t0, sp, -REGS_SIZE
	slli t0, t0, 63 - STACK_SHIFT
	bgez t0, stack_overflow
	csrrw t0, sscratch, zero
	addi sp, sp, -REGS_SIZE
	save_most
	addi t0, sp, REGS_SIZE
	sd t0, REGS_SP(sp)
	sd tp, REGS_TP(sp)
	csrr t0, sstatus
	csrr t1, sepc
	csrr t2, scause
	csrr t3, stval
	li t4, SSTATUS_SUM
	sd t0, REGS_STATUS(sp)
	sd t1, REGS_PC(sp)
	sd t2, REGS_CAUSE(sp)
	sd t3, REGS_BADADDR(sp)
	csrc sstatus, t4
	mv a0, sp
	bltz t2, 1f
	call riscv_kernel_exception
	j 2f
1:	/* Interrupts are off on the interrupt stack: this one came to a thread's stack or an emergency. */
	ld t0, THREAD_HAL(tp)
	mv s1, sp
	ld sp, CPU_IRQ_STACK(t0)
	call riscv_interrupt
	mv sp, s1
2:	csrci sstatus, 2
	ld t1, REGS_PC(sp)
	ld t2, REGS_STATUS(sp)
	csrw sepc, t1
	csrw sstatus, t2
	restore_callee_saved
	restore_caller_saved
	ld a0, REGS_A0(sp)
	ld sp, REGS_SP(sp)
	sret

	/* The frame does not fit: report it on the emergency stack. t0 is in sscratch. */
stack_overflow:
	ld t0, THREAD_HAL(tp)
	ld t0, CPU_EMERGENCY_STACK(t0)
	addi t0, t0, -REGS_SIZE
	sd sp, REGS_SP(t0)
	mv sp, t0
	csrrw t0, sscratch, zero
	save_most
	sd tp, REGS_TP(sp)
	csrr t0, sstatus
	csrr t1, sepc
	csrr t2, scause
	csrr t3, stval
	sd t0, REGS_STATUS(sp)
	sd t1, REGS_PC(sp)
	sd t2, REGS_CAUSE(sp)
	sd t3, REGS_BADADDR(sp)
	mv a0, sp
	call riscv_stack_overflow
	unimp

	.section .note.GNU-stack, "", @progbits
