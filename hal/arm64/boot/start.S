/* SPDX-License-Identifier: MIT */
/*
 * Entry of the boot CPU: MMU off, x0 = device tree, any 2 MiB aligned load address, EL1 or EL2. Builds an identity map (TTBR0)
 * and a map of the image at its link address (TTBR1), then jumps there. Everything before that is position independent.
 */

	.section .head, "ax", @progbits
	.globl _start
_start:
	b start
	.long 0
	.quad 0				/* text offset */
	.quad __kernel_size
	.quad 0xa			/* little endian, 4 KiB pages, anywhere in memory */
	.quad 0, 0, 0
	.ascii "ARM\x64"
	.long 0

start:
	mov x20, x0
	mrs x0, CurrentEL
	cmp x0, #(2 << 2)
	b.ne 1f
	/* Down to EL1: 64-bit, timers and the interrupt controller's registers open to EL1. */
	mov x0, #(1 << 31)
	msr hcr_el2, x0
	mov x0, #3
	msr cnthctl_el2, x0
	msr cntvoff_el2, xzr
	mov x0, #0x33ff
	msr cptr_el2, x0
	mrs x0, id_aa64pfr0_el1
	ubfx x0, x0, #24, #4
	cbz x0, 2f
	mrs x0, S3_4_C12_C9_5		/* ICC_SRE_EL2 */
	orr x0, x0, #1
	orr x0, x0, #8
	msr S3_4_C12_C9_5, x0
2:	ldr x0, =0x30d00800
	msr sctlr_el1, x0
	mov x0, #0x3c5			/* EL1h, interrupts masked */
	msr spsr_el2, x0
	adr x0, 1f
	msr elr_el2, x0
	eret

1:	msr daifset, #15
	adrp x19, _start		/* where we are, physically */

	/* bss, which holds the tables */
	adrp x0, __bss_start
	add x0, x0, :lo12:__bss_start
	adrp x1, __kernel_end
2:	stp xzr, xzr, [x0], #16
	cmp x0, x1
	b.lo 2b

	/* Identity: the first GiB as device memory, the image's GiB as normal memory. */
	adrp x0, boot_identity_l0
	adrp x1, boot_identity_l1
	orr x2, x1, #3
	str x2, [x0]
	ldr x3, =0x60000000000401	/* attribute 0, AF, no execution */
	str x3, [x1]
	lsr x2, x19, #30
	lsl x3, x2, #30
	ldr x4, =0x705			/* attribute 1, AF, inner shareable */
	orr x3, x3, x4
	str x3, [x1, x2, lsl #3]

	/* The image at 0xffffffff80000000, in 2 MiB blocks. */
	adrp x5, boot_high_l0
	adrp x1, boot_high_l1
	adrp x2, boot_high_l2
	orr x3, x1, #3
	str x3, [x5, #511*8]
	orr x3, x2, #3
	str x3, [x1, #510*8]
	orr x3, x19, x4
	adrp x6, __kernel_end
	mov x7, #0x200000
	mov x8, x19
2:	str x3, [x2], #8
	add x3, x3, x7
	add x8, x8, x7
	cmp x8, x6
	b.lo 2b

	ldr x1, =0xff00			/* 0 device nGnRnE, 1 normal write-back */
	msr mair_el1, x1
	mrs x1, id_aa64mmfr0_el1
	and x1, x1, #7
	ldr x2, =0xb5103510		/* 48 bits, 4 KiB, inner shareable, write-back, both halves */
	orr x2, x2, x1, lsl #32
	msr tcr_el1, x2
	msr ttbr0_el1, x0
	msr ttbr1_el1, x5
	dsb sy
	tlbi vmalle1
	ic iallu
	dsb sy
	isb
	ldr x0, =0x30d01805		/* SCTLR_EL1: M, C, I and the reserved ones */
	msr sctlr_el1, x0
	isb

	ldr x0, =0xffffffff80000000
	adr x1, start_high
	sub x1, x1, x19
	add x0, x0, x1
	br x0

start_high:
	bti j
	adrp x0, boot_cpu_stack_end
	add x0, x0, :lo12:boot_cpu_stack_end
	mov sp, x0
	mov x29, xzr
	mov x30, xzr
	bl core_main

	.bss
	.balign 4096
boot_identity_l0:
	.skip 4096
boot_identity_l1:
	.skip 4096
boot_high_l0:
	.skip 4096
boot_high_l1:
	.skip 4096
boot_high_l2:
	.skip 4096
	.balign 32768
	.skip 16384
boot_cpu_stack_end:

	.section .note.GNU-stack, "", @progbits
