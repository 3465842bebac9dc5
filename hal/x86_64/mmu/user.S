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

/* size_t name(void *to, const void *from, size_t n): words, then the rest by bytes; a fault among the words is run into once more by bytes, for an exact count. */
.macro COPY name, p, pageable
	.globl \name
	.balign 16
\name:
	CHECK_RANGE \p, 94f
	STAC
	movq %rdx, %rcx
	shrq $3, %rcx
	andl $7, %edx
91:	rep movsq
	movl %edx, %ecx
92:	rep movsb
	CLAC
	xorl %eax, %eax
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
	COPY hal_copy_from_user, %rsi, 1
	COPY hal_copy_to_user, %rdi, 1
	COPY hal_copy_from_user_nofault, %rsi, 0
	COPY hal_copy_to_user_nofault, %rdi, 0

/* size_t hal_zero_user(void *to, size_t n) */
	.globl hal_zero_user
	.balign 16
hal_zero_user:
	movq %rsi, %rdx
	CHECK_RANGE %rdi, 4f
	STAC
	xorl %eax, %eax
	movq %rdx, %rcx
	shrq $3, %rcx
	andl $7, %edx
1:	rep stosq
	movl %edx, %ecx
2:	rep stosb
	CLAC
	ret
3:	leaq (%rdx,%rcx,8), %rcx
	jmp 2b
4:	movq %rdx, %rax
	ret
5:	CLAC
	movq %rcx, %rax
	ret
	FIXUP 1b, 3b, 1
	FIXUP 2b, 5b, 1

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

/* int hal_get_userN(uintN_t *to, const void *from), int hal_put_userN(void *to, uintN_t value) */
.macro GET_PUT bits, bytes, load, reg, value
	.globl hal_get_user\bits, hal_put_user\bits
	.balign 16
hal_get_user\bits:
	movabsq $USER_END - \bytes, %rax
	cmpq %rax, %rsi
	ja 99f
	STAC
91:	\load (%rsi), \reg
	CLAC
	mov \reg, (%rdi)
	xorl %eax, %eax
	ret
	.balign 16
hal_put_user\bits:
	movabsq $USER_END - \bytes, %rax
	cmpq %rax, %rdi
	ja 99f
	STAC
92:	mov \value, (%rdi)
	CLAC
	xorl %eax, %eax
	ret
98:	CLAC
99:	movl $-EFAULT, %eax
	ret
	FIXUP 91b, 98b, 1
	FIXUP 92b, 98b, 1
.endm
	GET_PUT 8, 1, movb, %al, %sil
	GET_PUT 32, 4, movl, %eax, %esi
	GET_PUT 64, 8, movq, %rax, %rsi

/* int hal_user_load32_nofault(uint32_t *seen, const uint32_t *word) */
	.globl hal_user_load32_nofault
	.balign 16
hal_user_load32_nofault:
	movabsq $USER_END - 4, %rax
	cmpq %rax, %rsi
	ja 3f
	STAC
1:	movl (%rsi), %eax
	CLAC
	movl %eax, (%rdi)
	xorl %eax, %eax
	ret
2:	CLAC
3:	movl $-EFAULT, %eax
	ret
	FIXUP 1b, 2b, 0

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

	.section .note.GNU-stack, "", @progbits
