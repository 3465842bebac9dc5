/* SPDX-License-Identifier: MIT */
/*
 * hal/user.h: the only instructions that touch user memory. Each that may fault has an entry in __ex_table: where it is, where to go on when the fault cannot
 * be mended, and whether mending (paging in, sleeping) may be tried at all.
 */

#include <asm_offsets.h>
#include <x86_64/smap.h>

#define EFAULT 14

.macro FIXUP at, to, pageable
	.pushsection __ex_table, "a", @progbits
	.balign 4
	.long \at - .
	.long \to - .
	.long \pageable
	.popsection
.endm

/* n (RDX) bytes at the user pointer p lie below the end of user space, or go to bad; RAX and RCX are lost. */
.macro CHECK_RANGE p, bad
	movabsq $USER_END, %rax
	movq %rdx, %rcx
	addq \p, %rcx
	jc \bad
	cmpq %rax, %rcx
	ja \bad
.endm

/*
 * size_t name(void *to, const void *from, size_t n), or with stos (void *to, size_t n): words, then the rest by bytes; a fault among the words is run into
 * once more by bytes, for an exact count.
 */
.macro COPY name, op, p, pageable
	.globl \name
	.balign 16
\name:
	.ifc \op, stos
	movq %rsi, %rdx
	.endif
	CHECK_RANGE \p, 94f
	movq %rdx, %rcx
	shrq $3, %rcx
	andl $7, %edx
	xorl %eax, %eax
	STAC
91:	rep \op\()q
	movl %edx, %ecx
92:	rep \op\()b
	CLAC
	ret
93:	leaq (%rdx,%rcx,8), %rcx
	jmp 92b
94:	movq %rdx, %rax
	ret
95:	CLAC
	movq %rcx, %rax
	ret
	FIXUP 91b, 93b, \pageable
	FIXUP 92b, 95b, \pageable
.endm

	.text
	COPY hal_copy_from_user, movs, %rsi, 1
	COPY hal_copy_to_user, movs, %rdi, 1
	COPY hal_copy_from_user_nofault, movs, %rsi, 0
	COPY hal_copy_to_user_nofault, movs, %rdi, 0
	COPY hal_zero_user, stos, %rdi, 1

/* long hal_string_from_user(char *to, const char *from, size_t n): eight bytes at a time; where that faults or n ends, byte by byte. */
	.globl hal_string_from_user
	.balign 16
hal_string_from_user:
	movabsq $USER_END, %rax
	xorl %r11d, %r11d
	subq %rsi, %rax
	jbe 8f
	cmpq %rdx, %rax
	jae 1f
	movq %rax, %rdx			/* not behind the end of user space */
	movl $1, %r11d
1:	movabsq $0x0101010101010101, %r8
	movabsq $0x8080808080808080, %r9
	xorl %ecx, %ecx
	STAC
2:	leaq 8(%rcx), %rax
	cmpq %rdx, %rax
	ja 5f
3:	movq (%rsi,%rcx), %rax
	movq %rax, (%rdi,%rcx)
	movq %rax, %r10			/* a zero byte in RAX becomes 0x80 in R10 */
	subq %r8, %r10
	notq %rax
	andq %rax, %r10
	andq %r9, %r10
	jnz 4f
	addq $8, %rcx
	jmp 2b
4:	CLAC
	bsfq %r10, %r10
	shrq $3, %r10
	leaq (%rcx,%r10), %rax
	ret
5:	cmpq %rdx, %rcx
	jae 7f
6:	movb (%rsi,%rcx), %al
	movb %al, (%rdi,%rcx)
	testb %al, %al
	jz 9f
	incq %rcx
	jmp 5b
7:	testl %r11d, %r11d
	jnz 8f
9:	CLAC
	movq %rcx, %rax
	ret
8:	CLAC
	movq $-EFAULT, %rax
	ret
	FIXUP 3b, 5b, 1
	FIXUP 6b, 8b, 1

/* int name(uintN_t *to, const void *from) and int name(void *to, uintN_t value): the instruction at 91 is handed over whole. */
.macro ACCESS name, bytes, p, reg, pageable, access:vararg
	.globl \name
	.balign 16
\name:
	movabsq $USER_END - \bytes, %rax
	cmpq %rax, \p
	ja 93f
	STAC
91:	\access
	CLAC
	.ifc \p, %rsi
	mov \reg, (%rdi)
	.endif
	xorl %eax, %eax
	ret
92:	CLAC
93:	movl $-EFAULT, %eax
	ret
	FIXUP 91b, 92b, \pageable
.endm
	ACCESS hal_get_user8, 1, %rsi, %al, 1, movb (%rsi), %al
	ACCESS hal_get_user32, 4, %rsi, %eax, 1, movl (%rsi), %eax
	ACCESS hal_get_user64, 8, %rsi, %rax, 1, movq (%rsi), %rax
	ACCESS hal_put_user32, 4, %rdi, %eax, 1, movl %esi, (%rdi)
	ACCESS hal_put_user64, 8, %rdi, %rax, 1, movq %rsi, (%rdi)
	ACCESS hal_user_load32_nofault, 4, %rsi, %eax, 0, movl (%rsi), %eax

/* int hal_user_cmpxchg32(uint32_t *seen, uint32_t *word, uint32_t expected, uint32_t desired) */
.macro CMPXCHG name, pageable
	.globl \name
	.balign 16
\name:
	movabsq $USER_END - 4, %rax
	cmpq %rax, %rsi
	ja 93f
	movl %edx, %eax
	STAC
91:	lock cmpxchgl %ecx, (%rsi)
	CLAC
	movl %eax, (%rdi)
	xorl %eax, %eax
	ret
92:	CLAC
93:	movl $-EFAULT, %eax
	ret
	FIXUP 91b, 92b, \pageable
.endm
	CMPXCHG hal_user_cmpxchg32, 1
	CMPXCHG hal_user_cmpxchg32_nofault, 0

/* int name(void *area): FP state between the registers and user memory; the caller has checked range and alignment. A malformed area is a #GP, which is fixed
 * up as well. */
.macro FPU name, instruction, then:vararg
	.globl \name
	.balign 16
\name:
	movl $-1, %eax
	movl $-1, %edx
	STAC
91:	\instruction (%rdi)
93:	\then
	CLAC
	xorl %eax, %eax
	ret
92:	CLAC
	movl $-EFAULT, %eax
	ret
	FIXUP 91b, 92b, 1
	FIXUP 93b, 92b, 1
.endm
	/* x87 and SSE count as saved even in their initial state: a handler may write to them. */
	FPU fpu_xsave_user, xsave64, orb $3, 512(%rdi)
	FPU fpu_xrstor_user, xrstor64
	FPU fpu_fxsave_user, fxsave64
	FPU fpu_fxrstor_user, fxrstor64

	.section .note.GNU-stack, "", @progbits
