/* SPDX-License-Identifier: MIT */
/*
 * Entry of the boot CPU, for PVH (EBX = hvm_start_info) and multiboot2 (EAX = magic, EBX = information) alike: both enter in
 * 32-bit protected mode without paging. Everything up to the jump into the high half lies in the identity-mapped boot
 * segment at 1 MiB and is addressed relative to it, because a position-independent link allows no 32-bit absolute addresses.
 */

	.section .boot, "awx", @progbits
	.balign 8
multiboot_header:
	.long 0xe85250d6, 0, multiboot_end - multiboot_header
	.long -(0xe85250d6 + 0 + (multiboot_end - multiboot_header))
	.balign 8
	.word 0, 0
	.long 8
multiboot_end:

	.code32
	.globl _start
_start:
	cli
	cld
	movl %eax, %edi			/* magic, kept for core */
	movl $_start_address, %ebp
	leal (boot_stack_end - _start)(%ebp), %esp
	movl %ebx, %esi

	/* Long mode with one page directory: 1 GiB at 0 and the same at -2 GiB. */
	leal (boot_pd - _start)(%ebp), %edx
	movl $0x83, %eax
	xorl %ecx, %ecx
1:	movl %eax, (%edx,%ecx,8)
	addl $0x200000, %eax
	incl %ecx
	cmpl $512, %ecx
	jb 1b
	leal 3(%edx), %eax
	leal (boot_pdpt - _start)(%ebp), %ecx
	movl %eax, (%ecx)
	movl %eax, 510*8(%ecx)
	leal 3(%ecx), %eax
	leal (boot_pml4 - _start)(%ebp), %ecx
	movl %eax, (%ecx)
	movl %eax, 511*8(%ecx)
	movl %ecx, %cr3

	movl $0x20, %eax		/* CR4.PAE */
	movl %eax, %cr4
	movl $0xc0000080, %ecx		/* EFER: LME, NXE */
	rdmsr
	orl $0x900, %eax
	wrmsr
	movl $0x80010011, %eax		/* CR0: PG, WP, ET, PE */
	movl %eax, %cr0

	leal (boot_gdt - _start)(%ebp), %eax
	movl %eax, (boot_gdtr + 2 - _start)(%ebp)
	lgdt (boot_gdtr - _start)(%ebp)
	leal (start64 - _start)(%ebp), %eax
	pushl $8
	pushl %eax
	lret

	.code64
start64:
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movq boot_high(%rip), %rax
	jmp *%rax

	.balign 8
boot_high:
	.quad start_high
boot_gdt:
	.quad 0, 0x00209a0000000000, 0x0000920000000000
boot_gdtr:
	.word 23
	.quad 0

	.balign 4096
boot_pml4:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_pd:
	.skip 4096
	.skip 256
boot_stack_end:

	.text
start_high:
	leaq boot_cpu_stack_end(%rip), %rsp
	xorl %ebp, %ebp
	call core_main

	.bss
	.balign 32768
	.skip 16384
boot_cpu_stack_end:

	.section .note.GNU-stack, "", @progbits
