/* SPDX-License-Identifier: MIT */
/*
 * Where CPUs begin: the boot CPU at the Image header with x0 = device tree, the others at
 * arm_secondary_start with x0 = the physical address of their struct hal_cpu. MMU off, EL1 or
 * EL2, any 2 MiB aligned load address; everything before the jump to the link address is position
 * independent.
 *
 * TTBR0 gets an identity map of the GiBs that hold the image and the device tree, and of the
 * first GiB as device memory (for a serial port before the tree is read); TTBR1 the image at its
 * link address. boot/boot.c then builds the real tables.
 */
#include <asm_offsets.h>

#define BLOCK_NORMAL 0x705			/* attribute 1, AF, inner shareable */
#define BLOCK_DEVICE 0x60000000000401		/* attribute 0, AF, no execution */

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
	bl to_el1
	mov x22, x0
	adrp x19, _start		/* where we are, physically */

	/* bss, which holds the tables */
	adrp x0, __bss_start
	add x0, x0, :lo12:__bss_start
	adrp x1, __kernel_end
2:	stp xzr, xzr, [x0], #16
	cmp x0, x1
	b.lo 2b

	adrp x0, arm_identity_root
	adrp x1, arm_identity_table
	orr x2, x1, #3
	str x2, [x0]
	ldr x3, =BLOCK_DEVICE
	str x3, [x1]
	mov x9, #BLOCK_NORMAL
	.irp base, x19, x20
	lsr x2, \base, #30
	and x2, x2, #511
	lsl x3, x2, #30
	orr x3, x3, x9
	str x3, [x1, x2, lsl #3]
	add x2, x2, #1
	and x2, x2, #511
	lsl x3, x2, #30
	orr x3, x3, x9
	str x3, [x1, x2, lsl #3]
	.endr

	/* The image at HAL_IMAGE_BASE, in 2 MiB blocks. */
	adrp x5, boot_high_l0
	adrp x1, boot_high_l1
	adrp x2, boot_high_l2
	orr x3, x1, #3
	str x3, [x5, #511*8]
	orr x3, x2, #3
	str x3, [x1, #510*8]
	orr x3, x19, x9
	adrp x6, __kernel_end
	mov x7, #0x200000
	mov x8, x19
2:	str x3, [x2], #8
	add x3, x3, x7
	add x8, x8, x7
	cmp x8, x6
	b.lo 2b

	mov x1, x5
	bl mmu_on
	ldr x0, =IMAGE_BASE
	adr x1, start_high
	sub x1, x1, x19
	add x0, x0, x1
	br x0

start_high:
	bti j
	adrp x0, arm_boot_stack_end
	add x0, x0, :lo12:arm_boot_stack_end
	mov sp, x0
	mov x29, xzr
	mov x30, xzr
	mov x0, x20
	mov x1, x19
	mov x2, x22
	bl arm_boot

	/* A CPU that PSCI started. */
	.globl arm_secondary_start
arm_secondary_start:
	mov x20, x0
	bl to_el1
	adrp x1, arm_kernel_root
	ldr x1, [x1, :lo12:arm_kernel_root]
	bl mmu_on
	ldr x0, =IMAGE_BASE
	adrp x19, _start
	adr x1, secondary_high
	sub x1, x1, x19
	add x0, x0, x1
	sub x20, x20, x19
	ldr x1, =IMAGE_BASE
	add x20, x20, x1		/* struct hal_cpu lies in the image */
	br x0

secondary_high:
	bti j
	ldr x9, [x20, #CPU_IDLE]
	msr tpidr_el1, x9
	ldr x10, [x9, #THREAD_SAVED + 88]
	mov sp, x10
	mov x29, xzr
	mov x30, xzr
	mov x0, x20
	bl arm_secondary

/*
 * Down to EL1, with what EL1 needs open to it: 64 bits, timers, pointer authentication, the
 * interrupt controller's registers. x0: were we in EL2.
 */
to_el1:
	msr daifset, #15
	mrs x0, CurrentEL
	cmp x0, #(2 << 2)
	b.eq 1f
	mov x0, #0
	ret
1:	mov x0, #(1 << 31)		/* HCR_EL2: RW, APK, API */
	orr x0, x0, #(3 << 40)
	msr hcr_el2, x0
	mov x0, #3
	msr cnthctl_el2, x0
	msr cntvoff_el2, xzr
	mov x0, #0x33ff			/* CPTR_EL2: FP not trapped */
	msr cptr_el2, x0
	msr hstr_el2, xzr
	msr vttbr_el2, xzr
	mrs x0, midr_el1
	msr vpidr_el2, x0
	mrs x0, mpidr_el1
	msr vmpidr_el2, x0
	mrs x0, id_aa64dfr0_el1		/* MDCR_EL2: all event counters EL1's, nothing trapped */
	ubfx x0, x0, #8, #4
	cbz x0, 2f
	cmp x0, #15
	b.eq 2f
	mrs x0, pmcr_el0
	ubfx x0, x0, #11, #5
	msr mdcr_el2, x0
2:	mrs x0, id_aa64pfr0_el1
	ubfx x0, x0, #24, #4
	cbz x0, 3f
	mrs x0, S3_4_C12_C9_5		/* ICC_SRE_EL2: system registers, for EL1 too */
	orr x0, x0, #1
	orr x0, x0, #8
	msr S3_4_C12_C9_5, x0
	isb
	msr S3_4_C12_C11_0, xzr		/* ICH_HCR_EL2 */
3:	ldr x0, =0x30d00800		/* SCTLR_EL1: the reserved ones, all else off */
	msr sctlr_el1, x0
	mov x0, #0x3c5			/* EL1h, interrupts masked */
	msr spsr_el2, x0
	msr elr_el2, x30
	mov x0, #1
	eret

/* Turn the MMU on with the identity map and x1 as TTBR1. C sets the final TCR_EL1 and SCTLR_EL1 bits (arm_cpu_init). */
mmu_on:
	mov x2, #0xff00			/* MAIR: 0 device nGnRnE, 1 normal write-back */
	msr mair_el1, x2
	mrs x3, id_aa64mmfr0_el1
	and x2, x3, #7
	cmp x2, #5			/* 48 bits of physical address at most */
	mov x4, #5
	csel x2, x2, x4, ls
	ldr x4, =0xb5103510		/* 48 bits, 4 KiB, inner shareable, write-back, both halves */
	orr x4, x4, x2, lsl #32
	orr x4, x4, #(1 << 37)		/* TBI0: user pointers may have tags */
	ubfx x2, x3, #4, #4
	cmp x2, #2			/* 16-bit ASIDs */
	b.ne 1f
	orr x4, x4, #(1 << 36)
1:	msr tcr_el1, x4
	adrp x0, arm_identity_root
	msr ttbr0_el1, x0
	msr ttbr1_el1, x1
	dsb sy
	tlbi vmalle1
	ic iallu
	dsb sy
	isb
	ldr x0, =0x30d01805		/* SCTLR_EL1: M, C, I and the reserved ones */
	msr sctlr_el1, x0
	isb
	ret

	/*
	 * void arm_replace_root(paddr_t root): exchange TTBR1 from the identity map, with nothing valid in between. The return address is
	 * the image's.
	 */
	.text
	.globl arm_replace_root
arm_replace_root:
	ldr x3, =IMAGE_BASE
	adrp x4, hal_image_pa
	ldr x4, [x4, :lo12:hal_image_pa]
	sub x3, x3, x4			/* image address minus physical address */
	adr x4, 1f
	sub x4, x4, x3
	adrp x5, arm_no_table
	sub x5, x5, x3
	br x4
1:	bti j
	msr ttbr1_el1, x5
	isb
	tlbi vmalle1
	dsb nsh
	isb
	msr ttbr1_el1, x0
	isb
	ret

	.bss
	.globl arm_identity_root, arm_identity_table, arm_no_table
	.balign 4096
arm_identity_root:
	.skip 4096
arm_identity_table:
	.skip 4096
arm_no_table:
	.skip 4096
boot_high_l0:
	.skip 4096
boot_high_l1:
	.skip 4096
boot_high_l2:
	.skip 4096

	/* The boot CPU's stacks, each in the upper half of its window. The lower halves are unmapped and their frames given to core. */
	.globl arm_boot_stacks, arm_boot_stack_end, arm_boot_irq_stack_end, arm_boot_emergency_stack_end
	.balign 2 * STACK_SIZE
arm_boot_stacks:
	.skip 2 * STACK_SIZE
arm_boot_stack_end:
	.skip 2 * STACK_SIZE
arm_boot_irq_stack_end:
	.skip 2 * STACK_SIZE
arm_boot_emergency_stack_end:

	.section .note.GNU-stack, "", @progbits
