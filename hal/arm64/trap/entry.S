/* SPDX-License-Identifier: MIT */
/*
 * Exception vectors, the way into the kernel and out of it.
 *
 * In user mode SP_EL1 is the top of the running thread's kernel stack and TPIDR_EL1 the thread. A
 * system call saves all registers (fork, signals and ptrace want them), but on its way out
 * restores only those that the C code may have changed, unless the frame's flags say that
 * somebody wrote into it. SP_EL0 is the user's, and is free in the kernel: entry from kernel mode
 * keeps a register there while it checks sp before its first store.
 *
 * With pointer authentication there is a second set of vectors, whose user entries and exits
 * exchange key A for instructions: the kernel's own never signs anything for user mode.
 */
#include <asm_offsets.h>

#define EC_SVC 0x15

/* x0..x28, x29 into the frame at sp. */
	.macro save_regs
	stp x0, x1, [sp, #0]
	stp x2, x3, [sp, #16]
	stp x4, x5, [sp, #32]
	stp x6, x7, [sp, #48]
	stp x8, x9, [sp, #64]
	stp x10, x11, [sp, #80]
	stp x12, x13, [sp, #96]
	stp x14, x15, [sp, #112]
	stp x16, x17, [sp, #128]
	stp x18, x19, [sp, #144]
	stp x20, x21, [sp, #160]
	stp x22, x23, [sp, #176]
	stp x24, x25, [sp, #192]
	stp x26, x27, [sp, #208]
	stp x28, x29, [sp, #224]
	.endm

	.macro load_scratch_regs
	ldp x0, x1, [sp, #0]
	ldp x2, x3, [sp, #16]
	ldp x4, x5, [sp, #32]
	ldp x6, x7, [sp, #48]
	ldp x8, x9, [sp, #64]
	ldp x10, x11, [sp, #80]
	ldp x12, x13, [sp, #96]
	ldp x14, x15, [sp, #112]
	ldp x16, x17, [sp, #128]
	.endm

	/* From user mode: the whole frame but first, number and flags. Leaves ESR in x12. */
	.macro enter_user
	sub sp, sp, #REGS_SIZE
	save_regs
	mrs x9, sp_el0
	mrs x10, elr_el1
	mrs x11, spsr_el1
	stp x30, x9, [sp, #REGS_LR_SP]
	stp x10, x11, [sp, #REGS_PC]
	mrs x12, esr_el1
	.endm

	/* x10, x11 are free: install the kernel's key. */
	.macro kernel_key pac
	.if \pac
	adrp x10, arm_kernel_key
	add x10, x10, :lo12:arm_kernel_key
	ldp x10, x11, [x10]
	msr S3_0_C2_C1_0, x10		/* APIAKEYLO_EL1 */
	msr S3_0_C2_C1_1, x11		/* APIAKEYHI_EL1 */
	isb
	.endif
	.endm

	/* x9 is the thread; x10, x11 are free. The ERET synchronises. */
	.macro user_key pac
	.if \pac
	ldp x10, x11, [x9, #THREAD_KEYS]
	msr S3_0_C2_C1_0, x10
	msr S3_0_C2_C1_1, x11
	.endif
	.endm

	/* Mark the frame as not a system call's. */
	.macro not_syscall
	mov x9, #(1 << 32)
	stp xzr, x9, [sp, #REGS_FIRST]
	.endm

	/* From kernel mode: find a stack overflow before the first store, then build the frame. Leaves x0 = frame. */
	.macro enter_kernel
	msr sp_el0, x0
	sub x0, sp, #REGS_SIZE
	tbz x0, #STACK_SHIFT, stack_overflow
	mrs x0, sp_el0
	sub sp, sp, #REGS_SIZE
	save_regs
	mrs x10, elr_el1
	mrs x11, spsr_el1
	add x9, sp, #REGS_SIZE
	stp x30, x9, [sp, #REGS_LR_SP]
	stp x10, x11, [sp, #REGS_PC]
	stp x29, x10, [sp, #REGS_RECORD]
	add x29, sp, #REGS_RECORD
	not_syscall
	mov x0, sp
	.endm

	.macro leave_kernel
	ldp x9, x10, [sp, #REGS_PC]
	msr elr_el1, x9
	msr spsr_el1, x10
	ldp x18, x19, [sp, #144]
	ldp x20, x21, [sp, #160]
	ldp x22, x23, [sp, #176]
	ldp x24, x25, [sp, #192]
	ldp x26, x27, [sp, #208]
	ldp x28, x29, [sp, #224]
	ldr x30, [sp, #REGS_LR_SP]
	load_scratch_regs
	add sp, sp, #REGS_SIZE
	eret
	.endm

	/* C function on this CPU's interrupt stack, with x0 as it is. */
	.macro on_irq_stack function
	mrs x9, tpidr_el1
	ldr x9, [x9, #THREAD_HAL]
	ldr x9, [x9, #CPU_IRQ_STACK]
	mov x19, sp
	mov sp, x9
	bl \function
	mov sp, x19
	.endm

	.macro vector label
	.balign 128
	b \label
	.endm

	.macro vectors pac, suffix
	.balign 2048
	.globl arm_vectors\suffix
arm_vectors\suffix:
	/* EL1 with SP_EL0: never */
	vector el1_error
	vector el1_error
	vector el1_error
	vector el1_error
	/* EL1 */
	vector el1_sync
	vector el1_irq
	vector el1_error
	vector el1_error
	/* EL0, 64 bits: 32 instructions have room */
	.balign 128
	enter_user
	lsr x13, x12, #26
	cmp x13, #EC_SVC
	b.ne el0_trap\suffix
	mov w1, w8			/* number; flags 0 */
	stp x0, x1, [sp, #REGS_FIRST]
	mov x29, xzr
	mov x0, sp
	mov x2, sp
	b el0_syscall\suffix
	.balign 128
	enter_user
	not_syscall
	mov x29, xzr
	mov x0, sp
	b el0_irq\suffix
	.balign 128
	enter_user
	b el0_error\suffix
	.balign 128
	enter_user
	b el0_error\suffix
	/* EL0, 32 bits: no such program is started */
	vector el1_error
	vector el1_error
	vector el1_error
	vector el1_error

el0_syscall\suffix:
	kernel_key \pac
	msr daifclr, #6			/* SError, IRQ */
	bl core_syscall
	ldr w9, [sp, #REGS_FLAGS]
	cbnz w9, 2f
	str x0, [sp]
	msr daifset, #2
	mrs x9, tpidr_el1
	ldr w10, [x9, #THREAD_WORK]
	cbnz w10, 3f
	user_key \pac
	ldp x10, x11, [sp, #REGS_PC]
	ldp x30, x9, [sp, #REGS_LR_SP]
	msr elr_el1, x10
	msr spsr_el1, x11
	msr sp_el0, x9
	load_scratch_regs
	ldr x18, [sp, #144]
	ldr x29, [sp, #232]
	add sp, sp, #REGS_SIZE
	eret
2:	tbnz w9, #0, arm_return\suffix
	str x0, [sp]

	/* To user mode with the frame at sp, which may have been changed. */
	.globl arm_return\suffix
arm_return\suffix:
	msr daifset, #2
	mrs x9, tpidr_el1
	ldr w10, [x9, #THREAD_WORK]
	cbnz w10, 3f
	user_key \pac
	ldr x9, [sp, #REGS_SP]
	msr sp_el0, x9
	leave_kernel
3:	msr daifclr, #6
	mov x0, sp
	bl core_return_to_user
	b arm_return\suffix

el0_trap\suffix:
	mrs x13, far_el1
	stp x12, x13, [sp, #REGS_SYNDROME]
	mrs x9, tpidr_el1
	stp x13, x12, [x9, #THREAD_FAULT]
	not_syscall
	kernel_key \pac
	mov x29, xzr
	mov x0, sp
	msr daifclr, #6
	bl arm_trap_user
	b arm_return\suffix

el0_irq\suffix:
	kernel_key \pac
	on_irq_stack arm_irq
	b arm_return\suffix

el0_error\suffix:
	mrs x13, far_el1
	stp x12, x13, [sp, #REGS_SYNDROME]
	not_syscall
	kernel_key \pac
	mov x29, xzr
	mov x0, sp
	bl arm_trap_error
	b arm_return\suffix

	/* A new thread's first instructions: x0 is who ran before. */
	.globl arm_thread_to_user\suffix
arm_thread_to_user\suffix:
	mov x29, xzr
	bl core_thread_begin
	b arm_return\suffix
	.endm

	.text
	vectors 0, _plain
	vectors 1, _pac

el1_sync:
	enter_kernel
	mrs x1, esr_el1
	mrs x2, far_el1
	stp x1, x2, [sp, #REGS_SYNDROME]
	bl arm_trap_kernel
	leave_kernel

el1_irq:
	enter_kernel
	on_irq_stack arm_irq
	leave_kernel

el1_error:
	enter_kernel
	mrs x1, esr_el1
	mrs x2, far_el1
	stp x1, x2, [sp, #REGS_SYNDROME]
	bl arm_trap_error
	leave_kernel

	/* x0 is in SP_EL0; sp must not be used. The frame goes onto the emergency stack. */
stack_overflow:
	mrs x0, tpidr_el1
	ldr x0, [x0, #THREAD_HAL]
	ldr x0, [x0, #CPU_EMERGENCY_STACK]
	sub x0, x0, #REGS_SIZE
	stp x30, x1, [x0, #REGS_LR_SP]	/* x1 rests where sp will be */
	mov x1, sp
	mov sp, x0
	mrs x0, sp_el0
	mov x30, x1
	ldr x1, [sp, #REGS_SP]
	save_regs
	str x30, [sp, #REGS_SP]
	mrs x10, elr_el1
	mrs x11, spsr_el1
	stp x10, x11, [sp, #REGS_PC]
	stp x29, x10, [sp, #REGS_RECORD]
	add x29, sp, #REGS_RECORD
	not_syscall
	mrs x1, esr_el1
	mrs x2, far_el1
	stp x1, x2, [sp, #REGS_SYNDROME]
	mov x0, sp
	bl arm_trap_overflow

	/* arm_enter_user(frame): leave the kernel with the stack cut back to the frame. */
	.globl arm_enter_user_plain, arm_enter_user_pac
arm_enter_user_plain:
	bti c
	mov sp, x0
	mov x29, xzr
	b arm_return_plain
arm_enter_user_pac:
	bti c
	mov sp, x0
	mov x29, xzr
	b arm_return_pac

	.section .note.GNU-stack, "", @progbits
