/* SPDX-License-Identifier: MIT */
/*
 * Entry of the boot hart, whichever it is: S-mode, paging off, a0 = hart id, a1 = device tree, any 2 MiB aligned load
 * address. One root serves Sv39, and Sv48 through a level above it, because the image lies where both are canonical.
 */

	.section .head, "ax", @progbits
	.globl _start
_start:
	j start
	.balign 8
	.quad 0x200000			/* text offset: firmware takes the first 2 MiB */
	.quad __kernel_size
	.quad 0				/* little endian */
	.long 2				/* header version 0.2 */
	.long 0
	.quad 0
	.ascii "RISCV\0\0\0"
	.ascii "RSC\x05"
	.long 0

start:
	csrw sie, zero
	csrw sip, zero
	mv s0, a0
	mv s1, a1
	lla s2, _start			/* where we are, physically */

	lla t0, __bss_start
	lla t1, __kernel_end
1:	sd zero, (t0)
	addi t0, t0, 8
	bltu t0, t1, 1b

	/* Identity: the first GiB (serial port) and the image's GiB, both read-write-execute. */
	lla t0, boot_l1
	li t1, 0xcf			/* V R W X A D */
	sd t1, (t0)
	srli t2, s2, 30
	slli t3, t2, 28
	ori t3, t3, 0xcf
	slli t2, t2, 3
	add t2, t2, t0
	sd t3, (t2)

	/* The image at 0xffffffff80000000, in 2 MiB pages. */
	lla t2, boot_l2
	srli t3, t2, 2
	ori t3, t3, 1
	li t4, 510*8
	add t4, t4, t0
	sd t3, (t4)
	srli t3, s2, 2
	ori t3, t3, 0xcf
	lla t4, __kernel_end
	sub t4, t4, s2
	li t5, 0x200000
	li t6, 0x200000 >> 2
1:	sd t3, (t2)
	addi t2, t2, 8
	add t3, t3, t6
	sub t4, t4, t5
	bgtz t4, 1b

	/* The level above, for Sv48: both ends lead to the same table. */
	lla t1, boot_l0
	srli t2, t0, 2
	ori t2, t2, 1
	sd t2, (t1)
	li t3, 511*8
	add t3, t3, t1
	sd t2, (t3)

	li a2, -0x80000000		/* from here to there */
	sub a2, a2, s2
	lla a3, start_high
	add a3, a3, a2

	/* A mode that the hart lacks leaves satp as it was. */
	srli t1, t1, 12
	li t2, 9 << 60
	or t1, t1, t2
	sfence.vma
	csrw satp, t1
	csrr t2, satp
	beq t1, t2, 1f
	srli t0, t0, 12
	li t2, 8 << 60
	or t0, t0, t2
	csrw satp, t0
1:	sfence.vma
	jr a3

	.balign 4
start_high:
	lla sp, boot_cpu_stack_end
	li fp, 0
	call core_main

	.bss
	.balign 4096
boot_l0:
	.skip 4096
boot_l1:
	.skip 4096
boot_l2:
	.skip 4096
	.balign 32768
	.skip 16384
boot_cpu_stack_end:

	.section .note.GNU-stack, "", @progbits
