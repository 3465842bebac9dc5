/* SPDX-License-Identifier: MIT */
/*
 * Where a signal handler returns to. Unwinders recognise the two instructions, and look a return
 * address up one instruction before itself: something must be there. No landing pad: RET needs
 * none.
 */
	.section .text.sigreturn, "ax", @progbits
	nop
	.globl __kernel_rt_sigreturn
	.type __kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
	mov x8, #139
	svc #0
	.size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn

	.section .note.GNU-stack, "", @progbits
