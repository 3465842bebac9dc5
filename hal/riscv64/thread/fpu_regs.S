/* SPDX-License-Identifier: MIT */
/* Move the F/D registers between the hart and a thread's save area: f0..f31, then fcsr (Linux's __riscv_d_ext_state). */
	.option arch, +f, +d

	.macro each instruction
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\instruction f\n, 8 * \n(a0)
	.endr
	.endm

	.text
	/* void riscv_fpu_save(void *fpu): FS is Clean afterwards. */
	.globl riscv_fpu_save
	.hidden riscv_fpu_save
riscv_fpu_save:
	li t0, 0x6000
	csrs sstatus, t0
	frcsr t1
	each fsd
	sd t1, 256(a0)
	li t0, 0x2000
	csrc sstatus, t0
	ret

	/* void riscv_fpu_load(const void *fpu): FS is Clean afterwards. */
	.globl riscv_fpu_load
	.hidden riscv_fpu_load
riscv_fpu_load:
	li t0, 0x6000
	csrs sstatus, t0
	ld t1, 256(a0)
	each fld
	fscsr t1
	li t0, 0x2000
	csrc sstatus, t0
	ret

	.section .note.GNU-stack, "", @progbits
