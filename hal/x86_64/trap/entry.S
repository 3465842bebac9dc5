/* SPDX-License-Identifier: MIT */
/*
 * Into the kernel and out of it.
 *
 * GS is the CPU's block whenever kernel C code runs. Which GS an entry finds is told by the interrupted code's privilege level, never by GS itself
 * (user code may set it); the four exceptions that can come in the few instructions where that does not hold (NMI, #DF, #MC, #DB) run on stacks of
 * their own, at whose top lies the address of the CPU's block.
 *
 * A kernel stack that overflows makes the CPU's own push fault: that is a double fault, on its own stack.
 */

#include <asm_offsets.h>
#include <x86_64/smap.h>

#define USER_DS		0x2b
#define USER_CS		0x33
#define VECTOR_SYSCALL	0x100
#define MSR_GS_BASE	0xc0000101

.macro PUSH_REGS
	.irp reg, rcx, r11, rax, r9, r8, r10, rdx, rsi, rdi, rbx, rbp, r12, r13, r14, r15
	pushq %\reg
	.endr
.endm

.macro POP_REGS
	.irp reg, r15, r14, r13, r12, rbp, rbx, rdi, rsi, rdx, r10, r8, r9, rax, r11, rcx
	popq %\reg
	.endr
	addq $16, %rsp			/* vector, error */
.endm

/* Registers user code left behind must not steer speculation in C code; what is an argument is overwritten anyway. */
.macro CLEAR_SCRATCH
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	xorl %r11d, %r11d
.endm

	.text

/* ---- system calls: interrupts are off (SFMASK), RCX the return address, R11 the flags ---- */
	.globl syscall_entry
	.balign 64
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_STACK_TOP, %rsp
	pushq $USER_DS
	pushq %gs:CPU_USER_SP
	pushq %r11
	pushq $USER_CS
	pushq %rcx
	pushq %rax
	pushq $VECTOR_SYSCALL
	PUSH_REGS
	movq %rsp, %rdi
	movslq %eax, %rsi		/* the number: Linux looks at 32 bits, with their sign */
	leaq REGS_RDI(%rsp), %rdx
	xorl %ecx, %ecx
	CLEAR_SCRATCH
	sti
	call core_syscall
	/*
	 * The short way out: still the same system call and no work. Then nobody has changed the frame, and the C code has preserved
	 * RBX, RBP and R12 to R15. SYSRET must not see a non-canonical address (it would fault in the kernel, with the user's stack),
	 * nor can it restore TF and RF faithfully.
	 */
	cmpq $VECTOR_SYSCALL, REGS_VECTOR(%rsp)
	jne user_return
	movq %rax, REGS_RAX(%rsp)
	cli
	movq %gs:CPU_CURRENT, %rdx
	cmpl $0, THREAD_WORK(%rdx)
	jne user_return
	movq REGS_RIP(%rsp), %rcx
	movq REGS_RFLAGS(%rsp), %r11
	movq %rcx, %rdx
	shrq $47, %rdx
	jnz user_return
	testl $0x10100, %r11d
	jnz user_return
	movq REGS_RDI(%rsp), %rdi
	movq REGS_RSI(%rsp), %rsi
	movq REGS_RDX(%rsp), %rdx
	movq REGS_R10(%rsp), %r10
	movq REGS_R8(%rsp), %r8
	movq REGS_R9(%rsp), %r9
	movq REGS_RSP(%rsp), %rsp
	swapgs
	sysretq

/* ---- to user mode with every register from the frame at RSP ---- */
	.globl user_return
user_return:
	movq %rsp, %rdi
	call trap_return		/* work done; interrupts are off; the frame is one that IRET accepts */
user_restore:
	POP_REGS
	swapgs
	iretq

/* ---- exceptions and interrupts: one stub for each vector, 16 bytes apart ---- */
	.balign 16
	.globl trap_stubs
trap_stubs:
	vector = 0
	.rept 256
	.balign 16
	.if vector == 2 || vector == 8 || vector == 18
	.if vector != 8
	pushq $0
	.endif
	pushq $vector
	jmp paranoid_entry
	.elseif vector == 1
	jmp debug_entry
	.elseif vector == 10 || vector == 11 || vector == 12 || vector == 13 || vector == 17 || vector == 21 || vector == 29 || vector == 30
	pushq $vector
	jmp trap_entry
	.elseif vector == 14
	jmp fault_entry
	.elseif vector < 32
	pushq $0
	pushq $vector
	jmp trap_entry
	.else
	pushq $0
	pushq $vector
	jmp interrupt_entry
	.endif
	vector = vector + 1
	.endr

/* Page faults: as trap_entry, straight to their function. */
	.balign 64
fault_entry:
	pushq $14
	PUSH_REGS
	cld
	CLAC
	CLEAR_SCRATCH
	movq %rsp, %rdi
	testb $3, REGS_CS(%rsp)
	jz 1f
	swapgs
	call trap_user_fault
	cli
	movq %gs:CPU_CURRENT, %rdx
	cmpl $0, THREAD_WORK(%rdx)
	jne user_return
	movq REGS_RIP(%rsp), %rcx
	shrq $47, %rcx
	jnz user_return
	jmp user_restore
1:	call trap_kernel_fault
	POP_REGS
	iretq

trap_entry:
	PUSH_REGS
	cld
	CLAC
	CLEAR_SCRATCH
	movq %rsp, %rdi
	testb $3, REGS_CS(%rsp)
	jz 1f
	swapgs
trap_entry_user:
	call trap_user
	jmp user_return
1:	call trap_kernel
	POP_REGS
	iretq

/* On the interrupt stack; interrupts do not nest. */
	.balign 64
interrupt_entry:
	PUSH_REGS
	cld
	CLAC
	CLEAR_SCRATCH
	movq %rsp, %rbx
	movq %rsp, %rdi
	testb $3, REGS_CS(%rsp)
	jz 1f
	swapgs
	movq %gs:CPU_IRQ_STACK, %rsp
	call trap_interrupt
	movq %rbx, %rsp
	movq %gs:CPU_CURRENT, %rdx
	cmpl $0, THREAD_WORK(%rdx)
	jne user_return
	jmp user_restore		/* user code was here: RIP is canonical */
1:	movq %gs:CPU_IRQ_STACK, %rsp
	call trap_interrupt
	movq %rbx, %rsp
	POP_REGS
	iretq

/* ---- NMI, #DF, #MC, and #DB of the kernel: GS may be anybody's ---- */
paranoid_entry:
	PUSH_REGS
	cld
	CLAC
	movl $MSR_GS_BASE, %ecx
	rdmsr
	shlq $32, %rdx
	orq %rdx, %rax
	movq %rax, %rbx
	movq REGS_SIZE(%rsp), %rax	/* the top of this stack */
	movq %rax, %rdx
	shrq $32, %rdx
	wrmsr
	movq %rsp, %rdi
	call trap_paranoid
	movq %rbx, %rax
	movq %rbx, %rdx
	shrq $32, %rdx
	movl $MSR_GS_BASE, %ecx
	wrmsr
	POP_REGS
	iretq

/* #DB of user code (a single step) goes on as any other exception, on the thread's stack. */
debug_entry:
	testb $3, 8(%rsp)
	jnz 1f
	pushq $0
	pushq $1
	jmp paranoid_entry
1:	swapgs
	pushq %rax
	movq %rsp, %rax
	movq %gs:CPU_STACK_TOP, %rsp
	pushq 40(%rax)
	pushq 32(%rax)
	pushq 24(%rax)
	pushq 16(%rax)
	pushq 8(%rax)
	pushq $0
	pushq $1
	movq (%rax), %rax
	PUSH_REGS
	cld
	CLAC
	CLEAR_SCRATCH
	movq %rsp, %rdi
	jmp trap_entry_user

	.section .note.GNU-stack, "", @progbits
