/* SPDX-License-Identifier: MIT */
/* The empty symbol table of the first link. */
	.section .rodata.symbols, "a", @progbits
	.balign 8
	.globl kernel_symbols
	.hidden kernel_symbols
kernel_symbols:
	.long 0
	.section .note.GNU-stack, "", @progbits
