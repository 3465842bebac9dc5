/* SPDX-License-Identifier: MIT */
/*
 * hal/user.h: access to user memory. Short ones by the unprivileged loads and stores, which the
 * hardware checks as user mode's own whatever PAN says. Long ones, FP state and the exclusives of
 * futex words lift PAN instead: pairs move twice as much at a time.
 *
 * Each such instruction has an entry in __ex_table, in the order of addresses; bit 0 of its fix-up
 * says that core_fault() must not be called. Bulk loops keep their registers at the last finished
 * piece, so that after a fault the bytes are tried one by one and the count is exact.
 */
#include <asm_offsets.h>

	.macro table fixup, nofault, instruction
	.pushsection __ex_table, "a"
	.balign 4
	.long \instruction - .
	.long \fixup - . + \nofault
	.popsection
	.endm

	/* An instruction that may fault, and where to go then. */
	.macro try fixup, nofault, instruction:vararg
9:	\instruction
	table \fixup, \nofault, 9b
	.endm

	.macro function name
	.globl \name
	.type \name, @function
	.balign 16
\name:
	bti c
	.endm

	/* n bytes (x2) at user address \user lie below the end of user space, or go to \bad. Clobbers x9, x10. */
	.macro check_range user, bad
	and x9, \user, #0x00ffffffffffffff
	adds x9, x9, x2
	mov x10, #(1 << 48)
	ccmp x9, x10, #2, cc		/* after a carry: as if higher */
	b.hi \bad
	.endm

	/* A single access at user address \user; what runs over the end faults. */
	.macro check_one user, bad
	ubfx x9, \user, #48, #8
	cbnz x9, \bad
	.endm

	/* Clobbers x9. */
	.macro pan value
	adrp x9, arm_features		/* pan is its first member */
	ldrb w9, [x9, :lo12:arm_features]
	cbz w9, 8f
	.inst 0xd500409f | (\value << 8)	/* MSR PAN, #value */
8:
	.endm

	/* size_t copy(to x0, from x1, n x2) from user memory */
	.macro copy_from nofault
	check_range x1, 7f
	cmp x2, #128
	b.hs 10f
11:	subs x3, x2, #64
	b.lo 2f
1:	try 5f, \nofault, ldtr x4, [x1, #0]
	try 5f, \nofault, ldtr x5, [x1, #8]
	try 5f, \nofault, ldtr x6, [x1, #16]
	try 5f, \nofault, ldtr x7, [x1, #24]
	try 5f, \nofault, ldtr x8, [x1, #32]
	try 5f, \nofault, ldtr x9, [x1, #40]
	try 5f, \nofault, ldtr x10, [x1, #48]
	try 5f, \nofault, ldtr x11, [x1, #56]
	stp x4, x5, [x0, #0]
	stp x6, x7, [x0, #16]
	stp x8, x9, [x0, #32]
	stp x10, x11, [x0, #48]
	add x0, x0, #64
	add x1, x1, #64
	mov x2, x3
	subs x3, x3, #64
	b.hs 1b
2:	tbz x2, #5, 3f
	try 5f, \nofault, ldtr x4, [x1, #0]
	try 5f, \nofault, ldtr x5, [x1, #8]
	try 5f, \nofault, ldtr x6, [x1, #16]
	try 5f, \nofault, ldtr x7, [x1, #24]
	stp x4, x5, [x0], #16
	stp x6, x7, [x0], #16
	add x1, x1, #32
	sub x2, x2, #32
3:	tbz x2, #4, 3f
	try 5f, \nofault, ldtr x4, [x1, #0]
	try 5f, \nofault, ldtr x5, [x1, #8]
	stp x4, x5, [x0], #16
	add x1, x1, #16
	sub x2, x2, #16
3:	tbz x2, #3, 3f
	try 5f, \nofault, ldtr x4, [x1]
	str x4, [x0], #8
	add x1, x1, #8
	sub x2, x2, #8
3:	tbz x2, #2, 3f
	try 5f, \nofault, ldtr w4, [x1]
	str w4, [x0], #4
	add x1, x1, #4
	sub x2, x2, #4
3:	cbz x2, 4f
5:	/* byte by byte: the last three, or after a fault */
	try 7f, \nofault, ldtrb w4, [x1]
	strb w4, [x0], #1
	add x1, x1, #1
	subs x2, x2, #1
	b.ne 5b
4:	mov x0, #0
	ret
7:	mov x0, x2
	ret
10:	pan 0
12:
	try 6f, \nofault, ldp x4, x5, [x1, #0]
	try 6f, \nofault, ldp x6, x7, [x1, #16]
	try 6f, \nofault, ldp x8, x9, [x1, #32]
	try 6f, \nofault, ldp x10, x11, [x1, #48]
	stp x4, x5, [x0, #0]
	stp x6, x7, [x0, #16]
	stp x8, x9, [x0, #32]
	stp x10, x11, [x0, #48]
	try 6f, \nofault, ldp x4, x5, [x1, #64]
	try 6f, \nofault, ldp x6, x7, [x1, #80]
	try 6f, \nofault, ldp x8, x9, [x1, #96]
	try 6f, \nofault, ldp x10, x11, [x1, #112]
	stp x4, x5, [x0, #64]
	stp x6, x7, [x0, #80]
	stp x8, x9, [x0, #96]
	stp x10, x11, [x0, #112]
	add x0, x0, #128
	add x1, x1, #128
	sub x2, x2, #128
	cmp x2, #128
	b.hs 12b
	pan 1
	b 11b
6:	pan 1
	b 5b
	.endm

	/* size_t copy(to x0, from x1, n x2) to user memory */
	.macro copy_to nofault
	check_range x0, 7f
	cmp x2, #128
	b.hs 10f
11:	subs x3, x2, #64
	b.lo 2f
1:	ldp x4, x5, [x1, #0]
	ldp x6, x7, [x1, #16]
	ldp x8, x9, [x1, #32]
	ldp x10, x11, [x1, #48]
	try 5f, \nofault, sttr x4, [x0, #0]
	try 5f, \nofault, sttr x5, [x0, #8]
	try 5f, \nofault, sttr x6, [x0, #16]
	try 5f, \nofault, sttr x7, [x0, #24]
	try 5f, \nofault, sttr x8, [x0, #32]
	try 5f, \nofault, sttr x9, [x0, #40]
	try 5f, \nofault, sttr x10, [x0, #48]
	try 5f, \nofault, sttr x11, [x0, #56]
	add x0, x0, #64
	add x1, x1, #64
	mov x2, x3
	subs x3, x3, #64
	b.hs 1b
2:	tbz x2, #5, 3f
	ldp x4, x5, [x1, #0]
	ldp x6, x7, [x1, #16]
	try 5f, \nofault, sttr x4, [x0, #0]
	try 5f, \nofault, sttr x5, [x0, #8]
	try 5f, \nofault, sttr x6, [x0, #16]
	try 5f, \nofault, sttr x7, [x0, #24]
	add x0, x0, #32
	add x1, x1, #32
	sub x2, x2, #32
3:	tbz x2, #4, 3f
	ldp x4, x5, [x1]
	try 5f, \nofault, sttr x4, [x0, #0]
	try 5f, \nofault, sttr x5, [x0, #8]
	add x0, x0, #16
	add x1, x1, #16
	sub x2, x2, #16
3:	tbz x2, #3, 3f
	ldr x4, [x1]
	try 5f, \nofault, sttr x4, [x0]
	add x0, x0, #8
	add x1, x1, #8
	sub x2, x2, #8
3:	tbz x2, #2, 3f
	ldr w4, [x1]
	try 5f, \nofault, sttr w4, [x0]
	add x0, x0, #4
	add x1, x1, #4
	sub x2, x2, #4
3:	cbz x2, 4f
5:	ldrb w4, [x1]
	try 7f, \nofault, sttrb w4, [x0]
	add x1, x1, #1
	add x0, x0, #1
	subs x2, x2, #1
	b.ne 5b
4:	mov x0, #0
	ret
7:	mov x0, x2
	ret
10:	pan 0
12:
	ldp x4, x5, [x1, #0]
	ldp x6, x7, [x1, #16]
	ldp x8, x9, [x1, #32]
	ldp x10, x11, [x1, #48]
	try 6f, \nofault, stp x4, x5, [x0, #0]
	try 6f, \nofault, stp x6, x7, [x0, #16]
	try 6f, \nofault, stp x8, x9, [x0, #32]
	try 6f, \nofault, stp x10, x11, [x0, #48]
	ldp x4, x5, [x1, #64]
	ldp x6, x7, [x1, #80]
	ldp x8, x9, [x1, #96]
	ldp x10, x11, [x1, #112]
	try 6f, \nofault, stp x4, x5, [x0, #64]
	try 6f, \nofault, stp x6, x7, [x0, #80]
	try 6f, \nofault, stp x8, x9, [x0, #96]
	try 6f, \nofault, stp x10, x11, [x0, #112]
	add x0, x0, #128
	add x1, x1, #128
	sub x2, x2, #128
	cmp x2, #128
	b.hs 12b
	pan 1
	b 11b
6:	pan 1
	b 5b
	.endm

	.text
	function hal_copy_from_user
	copy_from 0
	function hal_copy_from_user_nofault
	copy_from 1
	function hal_copy_to_user
	copy_to 0
	function hal_copy_to_user_nofault
	copy_to 1

	/* size_t hal_zero_user(to x0, n x1) */
	function hal_zero_user
	mov x2, x1
	check_range x0, 7f
	cmp x2, #128
	b.hs 10f
2:	subs x2, x2, #8
	b.lo 3f
	try 4f, 0, sttr xzr, [x0]
	add x0, x0, #8
	b 2b
4:	/* as if it had not been tried */
3:	add x2, x2, #8
	cbz x2, 6f
5:	try 7f, 0, sttrb wzr, [x0]
	add x0, x0, #1
	subs x2, x2, #1
	b.ne 5b
6:	mov x0, #0
	ret
7:	mov x0, x2
	ret
10:	pan 0
	/* up to a cache line's start, then line by line */
	and x3, x0, #63
	cbz x3, 11f
	try 12f, 0, stp xzr, xzr, [x0, #0]
	try 12f, 0, stp xzr, xzr, [x0, #16]
	try 12f, 0, stp xzr, xzr, [x0, #32]
	try 12f, 0, stp xzr, xzr, [x0, #48]
	mov x4, #64
	sub x3, x4, x3
	add x0, x0, x3
	sub x2, x2, x3
11:	mrs x3, dczid_el0
	cmp x3, #4			/* lines of 64 bytes, and allowed */
	b.ne 14f
13:	try 12f, 0, dc zva, x0
	add x0, x0, #64
	sub x2, x2, #64
	cmp x2, #64
	b.hs 13b
	pan 1
	b 2b
14:	try 12f, 0, stp xzr, xzr, [x0, #0]
	try 12f, 0, stp xzr, xzr, [x0, #16]
	try 12f, 0, stp xzr, xzr, [x0, #32]
	try 12f, 0, stp xzr, xzr, [x0, #48]
	add x0, x0, #64
	sub x2, x2, #64
	cmp x2, #64
	b.hs 14b
	pan 1
	b 2b
12:	pan 1
	b 5b

	/* long hal_string_from_user(to x0, from x1, n x2): by words that do not cross a page, as long as they have no zero byte */
	function hal_string_from_user
	and x1, x1, #0x00ffffffffffffff
	mov x3, #(1 << 48)
	subs x3, x3, x1			/* what user space has from here on */
	b.ls 7f
	cmp x2, x3
	csel x8, x2, x3, lo		/* bytes left */
	mov x4, x0
	mov x5, #0x0101010101010101
1:	cmp x8, #8
	b.lo 2f
	and x6, x1, #0xfff
	cmp x6, #0xff8
	b.hi 2f
	try 2f, 0, ldtr x7, [x1]
	sub x6, x7, x5
	orr x9, x7, #0x7f7f7f7f7f7f7f7f
	bics x6, x6, x9
	b.ne 3f
	str x7, [x4], #8
	add x1, x1, #8
	sub x8, x8, #8
	b 1b
2:	/* one byte, then perhaps words again */
	cbz x8, 5f
	try 7f, 0, ldtrb w7, [x1]
	strb w7, [x4]
	cbz w7, 4f
	add x1, x1, #1
	add x4, x4, #1
	sub x8, x8, #1
	b 1b
3:	/* the word has the NUL: store the bytes up to it */
	strb w7, [x4]
	tst x7, #0xff
	b.eq 4f
	lsr x7, x7, #8
	add x4, x4, #1
	b 3b
4:	sub x0, x4, x0
	ret
5:	sub x0, x4, x0
	cmp x0, x2			/* the end of user space before n: a fault */
	b.eq 6f
7:	mov x0, #-14
6:	ret

	.macro get name, load, store, value
	function \name
	check_one x1, arm_efault
	try arm_efault, 0, \load \value, [x1]
	\store \value, [x0]
	mov w0, #0
	ret
	.endm

	.macro put name, store, value
	function \name
	check_one x0, arm_efault
	try arm_efault, 0, \store \value, [x0]
	mov w0, #0
	ret
	.endm

	get hal_get_user8, ldtrb, strb, w2
	get hal_get_user32, ldtr, str, w2
	get hal_get_user64, ldtr, str, x2
	put hal_put_user32, sttr, w1
	put hal_put_user64, sttr, x1

	function hal_user_load32_nofault
	check_one x1, arm_efault
	try arm_efault, 1, ldtr w2, [x1]
	dmb ish
	str w2, [x0]
	mov w0, #0
	ret

	/*
	 * int cmpxchg(seen x0, word x1, expected w2, desired w3). Other CPUs that write to the line may
	 * fail the store for as long as they like: without page faults, that is under a spinlock, it is
	 * given up as if there had been one, and the caller tries again without the lock.
	 */
	.macro compare_exchange nofault
	check_one x1, arm_efault
	dmb ish
	.if \nofault
	mov w6, #128
	.endif
	pan 0
1:	try 3f, \nofault, ldaxr w4, [x1]
	cmp w4, w2
	b.ne 2f
	try 3f, \nofault, stlxr w5, w3, [x1]
	.if \nofault
	cbz w5, 2f
	subs w6, w6, #1
	b.ne 1b
	b 3f
	.else
	cbnz w5, 1b
	.endif
2:	dmb ish
	pan 1
	str w4, [x0]
	mov w0, #0
	ret
3:	pan 1
	b arm_efault
	.endm

	function hal_user_cmpxchg32
	compare_exchange 0
	function hal_user_cmpxchg32_nofault
	compare_exchange 1

	/*
	 * int arm_fpu_to_user(struct fpsimd_context *to x0, uint64_t head x1): the registers into a
	 * signal frame's record, whose first eight bytes are head. In range; 0 or -EFAULT, without
	 * calling core_fault(): that might sleep and change the registers.
	 */
	.arch_extension fp
	.arch_extension simd
	function arm_fpu_to_user
	mrs x2, fpsr
	mrs x3, fpcr
	pan 0
	try 3f, 1, str x1, [x0]
	try 3f, 1, stp w2, w3, [x0, #8]
	try 3f, 1, stp q0, q1, [x0, #16]
	try 3f, 1, stp q2, q3, [x0, #48]
	try 3f, 1, stp q4, q5, [x0, #80]
	try 3f, 1, stp q6, q7, [x0, #112]
	try 3f, 1, stp q8, q9, [x0, #144]
	try 3f, 1, stp q10, q11, [x0, #176]
	try 3f, 1, stp q12, q13, [x0, #208]
	try 3f, 1, stp q14, q15, [x0, #240]
	try 3f, 1, stp q16, q17, [x0, #272]
	try 3f, 1, stp q18, q19, [x0, #304]
	try 3f, 1, stp q20, q21, [x0, #336]
	try 3f, 1, stp q22, q23, [x0, #368]
	try 3f, 1, stp q24, q25, [x0, #400]
	try 3f, 1, stp q26, q27, [x0, #432]
	try 3f, 1, stp q28, q29, [x0, #464]
	try 3f, 1, stp q30, q31, [x0, #496]
	pan 1
	mov w0, #0
	ret
3:	pan 1
	b arm_efault

	/* int arm_fpu_from_user(const struct fpsimd_context *from): back into the registers, likewise. */
	function arm_fpu_from_user
	pan 0
	try 3b, 1, ldp w2, w3, [x0, #8]
	try 3b, 1, ldp q0, q1, [x0, #16]
	try 3b, 1, ldp q2, q3, [x0, #48]
	try 3b, 1, ldp q4, q5, [x0, #80]
	try 3b, 1, ldp q6, q7, [x0, #112]
	try 3b, 1, ldp q8, q9, [x0, #144]
	try 3b, 1, ldp q10, q11, [x0, #176]
	try 3b, 1, ldp q12, q13, [x0, #208]
	try 3b, 1, ldp q14, q15, [x0, #240]
	try 3b, 1, ldp q16, q17, [x0, #272]
	try 3b, 1, ldp q18, q19, [x0, #304]
	try 3b, 1, ldp q20, q21, [x0, #336]
	try 3b, 1, ldp q22, q23, [x0, #368]
	try 3b, 1, ldp q24, q25, [x0, #400]
	try 3b, 1, ldp q26, q27, [x0, #432]
	try 3b, 1, ldp q28, q29, [x0, #464]
	try 3b, 1, ldp q30, q31, [x0, #496]
	pan 1
	msr fpsr, x2
	msr fpcr, x3
	mov w0, #0
	ret

arm_efault:
	mov w0, #-14			/* EFAULT */
	ret

	.section .note.GNU-stack, "", @progbits
