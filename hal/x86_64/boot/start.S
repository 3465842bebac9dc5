/* SPDX-License-Identifier: MIT */
/*
 * Where CPUs begin.
 *
 * The boot CPU: PVH (EBX = hvm_start_info) and multiboot2 (EAX = magic, EBX = information) alike enter _start in 32-bit protected mode without
 * paging. Everything up to the jump into the high half lies in the identity-mapped boot segment at 1 MiB and is addressed relative to it, because a
 * position-independent link allows no 32-bit absolute addresses. The tables made here map 4 GiB at 0 and the first GiB at -2 GiB; boot_start()
 * replaces them, and the other CPUs pass through them once more.
 *
 * The others: boot/smp.c copies the trampoline to a page below 1 MiB, where the startup IPI lets them begin in real mode.
 */

#include <asm_offsets.h>

	.section .boot, "awx", @progbits
	.balign 8
multiboot_header:
	.long 0xe85250d6, 0, multiboot_end - multiboot_header
	.long -(0xe85250d6 + 0 + (multiboot_end - multiboot_header))
	.balign 8
	.word 6, 1			/* modules on page boundaries */
	.long 8
	.balign 8
	.word 0, 0
	.long 8
multiboot_end:

	.code32
	.globl _start
_start:
	cli
	cld
	movl %eax, %edi			/* magic and information, the arguments of boot_start */
	movl %ebx, %esi
	movl $_start_address, %ebp
	leal (boot_stack_end - _start)(%ebp), %esp

	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb no_long_mode
	movl $0x80000001, %eax
	cpuid
	btl $29, %edx			/* long mode */
	jnc no_long_mode
	btl $20, %edx			/* NX */
	jnc no_long_mode

	leal (boot_pds - _start)(%ebp), %edx
	movl $0x83, %eax		/* present, writable, large */
	xorl %ecx, %ecx
1:	movl %eax, (%edx,%ecx,8)
	addl $0x200000, %eax
	incl %ecx
	cmpl $2048, %ecx
	jb 1b
	leal 3(%edx), %eax
	leal (boot_pdpt - _start)(%ebp), %ecx
	movl %eax, 510*8(%ecx)
	xorl %edx, %edx
1:	movl %eax, (%ecx,%edx,8)
	addl $4096, %eax
	incl %edx
	cmpl $4, %edx
	jb 1b
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
	movl $0x80010031, %eax		/* CR0: PG, WP, NE, ET, PE */
	movl %eax, %cr0

	leal (boot_gdt - _start)(%ebp), %eax
	movl %eax, (boot_gdtr + 2 - _start)(%ebp)
	lgdt (boot_gdtr - _start)(%ebp)
	leal (start64 - _start)(%ebp), %eax
	pushl $8
	pushl %eax
	lret

no_long_mode:
	leal (no_long_mode_text - _start)(%ebp), %esi
1:	movw $0x3fd, %dx
2:	inb %dx, %al
	testb $0x20, %al
	jz 2b
	movb (%esi), %al
	incl %esi
	testb %al, %al
	jz 3f
	movw $0x3f8, %dx
	outb %al, %dx
	jmp 1b
3:	movw $0x3fd, %dx		/* sent? */
	inb %dx, %al
	testb $0x40, %al
	jz 3b
	movw $0x604, %dx		/* power off, where the machine is QEMU's */
	movw $0x2000, %ax
	outw %ax, %dx
4:	hlt
	jmp 4b
no_long_mode_text:
	.asciz "tern: cannot boot: this CPU has no 64-bit mode (or no NX)\r\n"

	.code64
start64:
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movl %edi, %edi
	movl %esi, %esi
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

	.section .boot.bss, "aw", @nobits
	.balign 4096
	.globl boot_pml4
boot_pml4:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_pds:
	.skip 4 * 4096
	.skip 256
boot_stack_end:

	.text
start_high:
	leaq boot_stack_top(%rip), %rsp
	xorl %ebp, %ebp
	call boot_start
	ud2

/* A secondary CPU, still on the boot tables. */
	.globl ap_high
ap_high:
	movq kernel_root(%rip), %rax
	movq %rax, %cr3
	movq ap_stack(%rip), %rsp
	xorl %ebp, %ebp
	movl ap_number(%rip), %edi
	call ap_start
	ud2

	.section .rodata.trampoline, "a", @progbits
	.globl trampoline_start, trampoline_end, trampoline_gdtr, trampoline_far, trampoline_root, trampoline64
	.globl trampoline_gdt, trampoline_entry
	.code16
	.balign 16
trampoline_start:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl trampoline_gdtr - trampoline_start
	movl $0x20, %eax
	movl %eax, %cr4
	movl trampoline_root - trampoline_start, %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx
	rdmsr
	orl $0x900, %eax
	wrmsr
	movl $0x80010031, %eax
	movl %eax, %cr0
	ljmpl *(trampoline_far - trampoline_start)
	.code64
trampoline64:
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movq trampoline_entry(%rip), %rax
	jmp *%rax
	.balign 8
trampoline_entry:
	.quad 0				/* ap_high */
trampoline_gdt:
	.quad 0, 0x00209a0000000000, 0x0000920000000000
trampoline_root:
	.long 0				/* boot_pml4 */
trampoline_far:
	.long 0				/* trampoline64 */
	.word 8
trampoline_gdtr:
	.word 23
	.long 0				/* trampoline_gdt */
trampoline_end:

/* The boot CPU's stacks: each the upper half of its window; the lower halves are left unmapped. */
	.section .bss.stacks, "aw", @nobits
	.balign 2 * STACK_SIZE
	.globl boot_stacks, boot_stack_top, boot_irq_stack_top, boot_emergency_stack_top
boot_stacks:
	.skip 2 * STACK_SIZE
boot_stack_top:
	.skip 2 * STACK_SIZE
boot_irq_stack_top:
	.skip 2 * STACK_SIZE
boot_emergency_stack_top:

	.section .note.GNU-stack, "", @progbits
