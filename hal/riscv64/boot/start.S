/* SPDX-License-Identifier: MIT */
/*
 * Where harts begin: S-mode, paging off, any 2 MiB aligned load address.
 *
 * The boot hart, whichever it is, gets a0 = hart id, a1 = device tree. Its provisional tables map the image at its link address and the first 128 GiB of
 * physical memory where the linear map will be. One root serves Sv39, and Sv48 through a level above it. There is no identity mapping: writing satp
 * faults on the next fetch, and stvec leads on to the high address. A secondary hart gets a1 = its struct hal_cpu and the final tables.
 */
#include <asm_offsets.h>

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
	lla t0, boot_taken
	li t1, 1
	amoswap.w.aq t1, t1, (t0)
	bnez t1, came_late
	mv s3, a0			/* not s0, which is fp */
	mv s1, a1
	lla s2, _start			/* where we are, physically */

	lla t0, __bss_start
	lla t1, __kernel_end
1:	sd zero, (t0)
	addi t0, t0, 8
	bltu t0, t1, 1b

	/* The linear map: entries 256 to 383, a GiB each, read and write. */
	lla t0, boot_l1
	li t1, 0xe7			/* V R W G A D */
	li t2, 256*8
	add t2, t2, t0
	li t3, 128
	li t4, 1 << 28			/* a GiB in an entry */
1:	sd t1, (t2)
	add t1, t1, t4
	addi t2, t2, 8
	addi t3, t3, -1
	bnez t3, 1b

	/* The image at 0xffffffff80000000, in 2 MiB pages. */
	lla t2, boot_l2
	srli t3, t2, 2
	ori t3, t3, 1
	li t4, 510*8
	add t4, t4, t0
	sd t3, (t4)
	srli t3, s2, 2
	ori t3, t3, 0xef		/* V R W X G A D */
	lla t4, __kernel_end
	sub t4, t4, s2
	li t5, 0x200000
	li t6, 0x200000 >> 2
1:	sd t3, (t2)
	addi t2, t2, 8
	add t3, t3, t6
	sub t4, t4, t5
	bgtz t4, 1b

	/* The level above, for Sv48. */
	lla t1, boot_l0
	srli t2, t0, 2
	ori t2, t2, 1
	li t3, 511*8
	add t3, t3, t1
	sd t2, (t3)

	li t2, -0x80000000		/* from here to there */
	sub t2, t2, s2
	lla t3, start_high
	add t3, t3, t2
	csrw stvec, t3

	/* A mode that the hart lacks leaves satp as it was, and execution goes on here. */
	srli t1, t1, 12
	li t2, 9 << 60
	or t1, t1, t2
	sfence.vma
	csrw satp, t1
	nop
	srli t0, t0, 12
	li t2, 8 << 60
	or t0, t0, t2
	csrw satp, t0
1:	wfi				/* no paging at all */
	j 1b

	.balign 4
start_high:
	sfence.vma
	lla sp, boot_cpu_stack_end
	lla tp, riscv_boot_thread
	li fp, 0
	li gp, 0
	mv a0, s3
	mv a1, s1
	mv a2, s2
	call riscv_boot
	unimp

	/*
	 * OpenSBI 1.1 marks a hart as to be started before it notes down where: one that looks at the wrong moment comes here a second time, with the boot
	 * hart's arguments. Its struct hal_cpu was complete before the start was asked for.
	 */
came_late:
	lla t0, riscv_cpus
	lla t1, riscv_cpu_total
	lw t1, (t1)
	beqz t1, came_late
1:	ld t2, CPU_HARTID(t0)
	bne t2, a0, 2f
	ld t3, CPU_FIRST(t0)
	bnez t3, 3f
2:	addi t0, t0, CPU_SIZE
	addi t1, t1, -1
	bnez t1, 1b
	j came_late
3:	fence r, rw
	lla t1, _start
	sub t0, t0, t1
	li a1, -0x80000000
	add a1, a1, t0

	.globl riscv_start_secondary
	.hidden riscv_start_secondary
	.balign 4
riscv_start_secondary:
	csrw sie, zero
	csrw sip, zero
	mv s1, a1
	lla t0, riscv_kernel_satp
	ld t0, (t0)
	lla t1, _start
	li t2, -0x80000000
	sub t2, t2, t1
	lla t3, secondary_high
	add t3, t3, t2
	csrw stvec, t3
	sfence.vma
	csrw satp, t0
1:	wfi
	j 1b

	.balign 4
secondary_high:
	sfence.vma
	ld tp, CPU_FIRST(s1)
	ld sp, THREAD_REGS(tp)
	li fp, 0
	li gp, 0
	mv a0, s1
	call riscv_boot_secondary
	unimp

	.data
	.balign 4
boot_taken:
	.word 0

	.bss
	.balign 4096
boot_l0:
	.skip 4096
boot_l1:
	.skip 4096
boot_l2:
	.skip 4096

	/* Stacks are the upper halves of windows of twice their size; the lower halves serve nobody. */
	.macro boot_stack name
	.balign 2 * STACK_SIZE
	.skip STACK_SIZE
	.globl \name
	.hidden \name
	.skip STACK_SIZE
\name:
	.endm
	boot_stack boot_cpu_stack_end
	boot_stack riscv_boot_irq_stack
	boot_stack riscv_boot_emergency_stack

	.section .note.GNU-stack, "", @progbits
