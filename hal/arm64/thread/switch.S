/* SPDX-License-Identifier: MIT */
/* The switch between two kernel stacks, and where new threads begin. */
#include <asm_offsets.h>

	.text
	/* struct hal_thread *arm_switch(prev, next): what C expects to be kept, the TLS pointer, and which CPU this is. Interrupts off. */
	.globl arm_switch
arm_switch:
	mov x9, sp
	add x10, x0, #THREAD_SAVED
	stp x19, x20, [x10, #0]
	stp x21, x22, [x10, #16]
	stp x23, x24, [x10, #32]
	stp x25, x26, [x10, #48]
	stp x27, x28, [x10, #64]
	stp x29, x9, [x10, #80]
	str x30, [x10, #96]
	mrs x11, tpidr_el0
	str x11, [x0, #THREAD_TLS]
	ldr w12, [x0, #THREAD_CPU]
	ldp x13, x14, [x0, #THREAD_LOCAL]

	str w12, [x1, #THREAD_CPU]
	stp x13, x14, [x1, #THREAD_LOCAL]
	ldr x11, [x1, #THREAD_TLS]
	msr tpidr_el0, x11
	msr tpidr_el1, x1
	add x10, x1, #THREAD_SAVED
	ldp x19, x20, [x10, #0]
	ldp x21, x22, [x10, #16]
	ldp x23, x24, [x10, #32]
	ldp x25, x26, [x10, #48]
	ldp x27, x28, [x10, #64]
	ldp x29, x9, [x10, #80]
	ldr x30, [x10, #96]
	mov sp, x9
	ret

	/* A kernel thread's first instructions: x0 who ran before, x19 its function, x20 the argument. */
	.globl arm_thread_begin
arm_thread_begin:
	mov x29, xzr
	bl core_thread_begin
	mov x0, x19
	mov x1, x20
	b arm_thread_run

	.section .note.GNU-stack, "", @progbits
