/* SPDX-License-Identifier: MIT */
/* The switch of stacks, and where new threads begin. */

#include <asm_offsets.h>

	.text

/* struct hal_thread *thread_switch_stacks(struct hal_thread *prev, struct hal_thread *next); */
	.globl thread_switch_stacks
	.balign 16
thread_switch_stacks:
	.irp reg, rbp, rbx, r12, r13, r14, r15
	pushq %\reg
	.endr
	movq %rsp, THREAD_SP(%rdi)
	movq THREAD_SP(%rsi), %rsp
	.irp reg, r15, r14, r13, r12, rbx, rbp
	popq %\reg
	.endr
	movq %rdi, %rax
	ret

/* A kernel thread: RBX its function, R12 the argument. */
	.globl thread_begin_kernel
thread_begin_kernel:
	movq %rax, %rdi
	call core_thread_begin
	sti
	movq %r12, %rdi
	call *%rbx
	ud2

/* A child of fork: the user's frame lies at the stack pointer. */
	.globl thread_begin_user
thread_begin_user:
	movq %rax, %rdi
	call core_thread_begin
	jmp user_return

/* __noreturn void thread_enter_user(struct hal_regs *regs): leave the stack below regs for user mode. */
	.globl thread_enter_user
thread_enter_user:
	movq %rdi, %rsp
	xorl %ebp, %ebp
	jmp user_return

	.section .note.GNU-stack, "", @progbits
