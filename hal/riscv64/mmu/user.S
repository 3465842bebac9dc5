/* SPDX-License-Identifier: MIT */
/*
 * Copying between kernel and user memory. Callers have checked the user range; SUM is opened here once per call. An instruction that may fault
 * has an entry in __ex_table; the C half of the trap goes on at its fixup when the page cannot be had. Every fixup leads to the byte loop, which finds the exact end.
 */
#define SSTATUS_SUM 0x40000

	.macro may_fault fixup, instruction:vararg
9001:	\instruction
	.section __ex_table, "a", @progbits
	.balign 4
	.4byte 9001b - .
	.4byte \fixup - .
	.text
	.endm

	.text
	/* size_t riscv_user_copy(void *to, const void *from, size_t n): bytes not copied. Uses t0-t6, a3-a6. */
	.globl riscv_user_copy
	.hidden riscv_user_copy
	.type riscv_user_copy, @function
riscv_user_copy:
	li t6, SSTATUS_SUM
	csrs sstatus, t6
	or t0, a0, a1
	andi t0, t0, 7
	beqz t0, copy_words
	li t1, 16
	bltu a2, t1, copy_few

	/* Align the target. */
	neg t0, a0
	andi t0, t0, 7
	beqz t0, 2f
	sub a2, a2, t0
	add t1, a0, t0
1:	may_fault restore_head, lbu t2, (a1)
	may_fault restore_head, sb t2, (a0)
	addi a0, a0, 1
	addi a1, a1, 1
	bne a0, t1, 1b
2:	andi t0, a1, 7
	bnez t0, copy_shifted

copy_words:
	li t5, 64
	bltu a2, t5, 4f
3:	may_fault copy_bytes, ld t0, 0(a1)
	may_fault copy_bytes, ld t1, 8(a1)
	may_fault copy_bytes, ld t2, 16(a1)
	may_fault copy_bytes, ld t3, 24(a1)
	may_fault copy_bytes, ld t4, 32(a1)
	may_fault copy_bytes, ld a3, 40(a1)
	may_fault copy_bytes, ld a4, 48(a1)
	may_fault copy_bytes, ld a5, 56(a1)
	may_fault copy_bytes, sd t0, 0(a0)
	may_fault copy_bytes, sd t1, 8(a0)
	may_fault copy_bytes, sd t2, 16(a0)
	may_fault copy_bytes, sd t3, 24(a0)
	may_fault copy_bytes, sd t4, 32(a0)
	may_fault copy_bytes, sd a3, 40(a0)
	may_fault copy_bytes, sd a4, 48(a0)
	may_fault copy_bytes, sd a5, 56(a0)
	addi a1, a1, 64
	addi a0, a0, 64
	addi a2, a2, -64
	bgeu a2, t5, 3b
4:	li t5, 8
	bltu a2, t5, copy_halves
5:	may_fault copy_bytes, ld t0, (a1)
	may_fault copy_bytes, sd t0, (a0)
	addi a1, a1, 8
	addi a0, a0, 8
	addi a2, a2, -8
	bgeu a2, t5, 5b
	j copy_halves

copy_few:				/* t0: both addresses or'ed */
	andi t0, t0, 3
	bnez t0, copy_bytes
copy_halves:				/* both addresses are multiples of 4 */
	li t5, 4
	bltu a2, t5, copy_bytes
6:	may_fault copy_bytes, lw t0, (a1)
	may_fault copy_bytes, sw t0, (a0)
	addi a1, a1, 4
	addi a0, a0, 4
	addi a2, a2, -4
	bgeu a2, t5, 6b

copy_bytes:
	beqz a2, copy_done
	add t1, a0, a2
7:	may_fault copy_stopped, lbu t2, (a1)
	may_fault copy_stopped, sb t2, (a0)
	addi a0, a0, 1
	addi a1, a1, 1
	bne a0, t1, 7b
	li a2, 0
copy_done:
	csrc sstatus, t6
	mv a0, a2
	ret
copy_stopped:
	csrc sstatus, t6
	sub a0, t1, a0
	ret
restore_head:				/* t1: end of the head; a2: what comes after it */
	sub t0, t1, a0
	add a2, a2, t0
	j copy_bytes

	/* The source is off by t0 bytes: load aligned doublewords, which never reach into another page, and shift. */
	.macro merge low, high, offset	/* low becomes what is stored */
	srl \low, \low, a4
	sll a6, \high, a5
	or \low, \low, a6
	may_fault copy_bytes, sd \low, \offset(a0)
	.endm

copy_shifted:
	slli a4, t0, 3			/* bits to drop */
	neg a5, a4			/* modulo 64: bits to take */
	andi t3, a1, -8
	may_fault copy_bytes, ld t0, (t3)
	li t5, 32			/* the last load holds the last byte that is stored */
	bltu a2, t5, 9f
8:	may_fault copy_bytes, ld t1, 8(t3)
	may_fault copy_bytes, ld t2, 16(t3)
	may_fault copy_bytes, ld t4, 24(t3)
	may_fault copy_bytes, ld a3, 32(t3)
	merge t0, t1, 0
	merge t1, t2, 8
	merge t2, t4, 16
	merge t4, a3, 24
	mv t0, a3
	addi t3, t3, 32
	addi a1, a1, 32
	addi a0, a0, 32
	addi a2, a2, -32
	bgeu a2, t5, 8b
9:	li t5, 8
	bltu a2, t5, copy_bytes
10:	may_fault copy_bytes, ld t1, 8(t3)
	merge t0, t1, 0
	mv t0, t1
	addi t3, t3, 8
	addi a1, a1, 8
	addi a0, a0, 8
	addi a2, a2, -8
	bgeu a2, t5, 10b
	j copy_bytes
	.size riscv_user_copy, . - riscv_user_copy

	/* size_t riscv_user_zero(void *to, size_t n): bytes not zeroed. */
	.globl riscv_user_zero
	.hidden riscv_user_zero
	.type riscv_user_zero, @function
riscv_user_zero:
	li t6, SSTATUS_SUM
	csrs sstatus, t6
	add t1, a0, a1			/* end */
	li t5, 64
	andi t0, a0, 7
	beqz t0, 5f
0:	beq a0, t1, 3f
	may_fault 3f, sb zero, (a0)
	addi a0, a0, 1
	andi t0, a0, 7
	bnez t0, 0b
5:	sub t2, t1, a0
	bltu t2, t5, 1f
	addi t2, t1, -64
4:	may_fault zero_bytes, sd zero, 0(a0)
	may_fault zero_bytes, sd zero, 8(a0)
	may_fault zero_bytes, sd zero, 16(a0)
	may_fault zero_bytes, sd zero, 24(a0)
	may_fault zero_bytes, sd zero, 32(a0)
	may_fault zero_bytes, sd zero, 40(a0)
	may_fault zero_bytes, sd zero, 48(a0)
	may_fault zero_bytes, sd zero, 56(a0)
	addi a0, a0, 64
	bgeu t2, a0, 4b
1:	li t5, 8
	sub t2, t1, a0
	bltu t2, t5, zero_bytes
	may_fault zero_bytes, sd zero, (a0)
	addi a0, a0, 8
	j 1b
zero_bytes:
	beq a0, t1, 3f
2:	may_fault 3f, sb zero, (a0)
	addi a0, a0, 1
	andi t0, a0, 7
	bnez t0, zero_bytes
	sub t2, t1, a0
	li t5, 8
	bltu t2, t5, zero_bytes
	j 1b
3:	csrc sstatus, t6
	sub a0, t1, a0
	ret
	.size riscv_user_zero, . - riscv_user_zero

	/* long riscv_user_string(char *to, const char *from, size_t n): length without NUL, n when there is none in n bytes, -1 at a fault. */
	.globl riscv_user_string
	.hidden riscv_user_string
	.type riscv_user_string, @function
riscv_user_string:
	li t6, SSTATUS_SUM
	csrs sstatus, t6
	mv a3, a0
	add a4, a0, a2			/* end of the target */
	li a5, 0x0101010101010101
	slli a6, a5, 7
1:	beq a0, a4, string_done
	andi t0, a1, 7
	beqz t0, 3f
2:	may_fault string_fault, lbu t1, (a1)
	sb t1, (a0)
	beqz t1, string_done
	addi a0, a0, 1
	addi a1, a1, 1
	j 1b
3:	addi t0, a4, -8
	bltu t0, a0, 6f
	/* A word without a zero byte, to a target of any alignment. */
	may_fault string_fault, ld t1, (a1)
	sub t2, t1, a5
	not t3, t1
	and t2, t2, t3
	and t2, t2, a6
	bnez t2, 5f
	andi t4, a0, 7
	bnez t4, 4f
	sd t1, (a0)
	addi a0, a0, 8
	addi a1, a1, 8
	j 3b
4:	sb t1, 0(a0)
	srli t2, t1, 8
	sb t2, 1(a0)
	srli t2, t1, 16
	sb t2, 2(a0)
	srli t2, t1, 24
	sb t2, 3(a0)
	srli t2, t1, 32
	sb t2, 4(a0)
	srli t2, t1, 40
	sb t2, 5(a0)
	srli t2, t1, 48
	sb t2, 6(a0)
	srli t2, t1, 56
	sb t2, 7(a0)
	addi a0, a0, 8
	addi a1, a1, 8
	j 3b
5:	/* The end is in this word. */
	sb t1, (a0)
	andi t2, t1, 255
	beqz t2, string_done
	srli t1, t1, 8
	addi a0, a0, 1
	j 5b
6:	bne a0, a4, 2b
string_done:
	csrc sstatus, t6
	sub a0, a0, a3
	ret
string_fault:
	csrc sstatus, t6
	li a0, -1
	ret
	.size riscv_user_string, . - riscv_user_string

	/* int riscv_user_cmpxchg32(uint32_t *seen, uint32_t *word, uint32_t expected, uint32_t desired): 0 or -EFAULT */
	.globl riscv_user_cmpxchg32
	.hidden riscv_user_cmpxchg32
	.type riscv_user_cmpxchg32, @function
riscv_user_cmpxchg32:
	li t6, SSTATUS_SUM
	sext.w a2, a2
	csrs sstatus, t6
1:	may_fault 3f, lr.w.aqrl t0, (a1)
	bne t0, a2, 2f
	may_fault 3f, sc.w.rl t1, a3, (a1)
	bnez t1, 1b
2:	fence rw, rw
	csrc sstatus, t6
	sw t0, (a0)
	li a0, 0
	ret
3:	csrc sstatus, t6
	li a0, -14
	ret
	.size riscv_user_cmpxchg32, . - riscv_user_cmpxchg32

	.section .note.GNU-stack, "", @progbits
