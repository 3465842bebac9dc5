/* SPDX-License-Identifier: MIT */
/* The functions that only make a system call. Numbers: Linux's for riscv64. */

	.macro call_function name, number
	.globl \name
	.type \name, @function
\name:
	.cfi_startproc
	li a7, \number
	ecall
	ret
	.cfi_endproc
	.size \name, . - \name
	.endm

	/*
	 * Where a signal handler returns to. Unwinders recognise the two instructions; and a return address is looked up one byte before itself, so something
	 * must be there. The frame: pc and registers at uc_mcontext of the rt_sigframe that sp points to.
	 */
	.section .text.sigreturn, "ax", @progbits
	.globl __vdso_rt_sigreturn
	.type __vdso_rt_sigreturn, @function
__vdso_rt_sigreturn:
	.option push
	.option norvc
	li a7, 139
	ecall
	.option pop
	.size __vdso_rt_sigreturn, . - __vdso_rt_sigreturn

	.text
	call_function __vdso_getcpu, 168
	call_function __vdso_flush_icache, 259
	call_function __vdso_riscv_hwprobe, 258

	.section .note.GNU-stack, "", @progbits
