/* SPDX-License-Identifier: MIT */
/* arm64/fpu.h - the FP/SIMD save area and its assembly (thread/fpu_regs.S). */
#ifndef ARM64_FPU_H
#define ARM64_FPU_H

#include <hal/types.h>

struct arm_fpu {
	uint64_t q[32][2];
	uint32_t fpsr, fpcr;
};
_Static_assert(sizeof(struct arm_fpu) == 520 && offsetof(struct arm_fpu, fpsr) == 512,
	       "fpu_regs.S");

void arm_fpu_save(struct arm_fpu *to);
void arm_fpu_load(const struct arm_fpu *from);
void arm_fpu_clear(void);
/* mmu/user.S: the registers to and from a signal frame's record in user memory, in range; 0 or
 * -EFAULT, never sleeping. */
struct fpsimd_context;
int arm_fpu_to_user(struct fpsimd_context __user *to, uint64_t head);
int arm_fpu_from_user(const struct fpsimd_context __user *from);

#endif
