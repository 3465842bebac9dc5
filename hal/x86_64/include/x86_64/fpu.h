/* SPDX-License-Identifier: MIT */
/* x86_64/fpu.h - the save area of FP and SIMD state, for thread/ and signal/. */
#ifndef X86_64_FPU_H
#define X86_64_FPU_H

#include <hal/types.h>

struct hal_thread;

#define FPU_LEGACY   512 /* bytes of the FXSAVE part; the XSAVE header of 64 bytes follows */
#define FPU_CONTROL  0	 /* offsets in it */
#define FPU_MXCSR    24
#define FPU_SOFTWARE 464 /* left alone by the CPU: Linux's magic in signal frames */

struct fpu_info {
	size_t size;	   /* of the whole area */
	uint64_t features; /* XCR0; 0 without XSAVE */
};
extern struct fpu_info fpu_info;

/* Give the running thread, which is a user's, the state of a fresh program. */
void fpu_load_init(struct hal_thread *thread);
/* Bring the running thread's save area up to date; the registers stay its own. */
void fpu_save_now(struct hal_thread *thread);
/* Make area, fresh memory, one that can be saved to and restored from. */
void fpu_prepare_area(void *area);

/* The registers' state to user memory and back: size bytes, aligned, in range. 0 or -EFAULT, also
 * when what is there is malformed. */
int fpu_save_user(vaddr_t area);
int fpu_restore_user(vaddr_t area, bool whole);

/* mmu/user.S */
int fpu_xsave_user(vaddr_t area);
int fpu_xrstor_user(vaddr_t area);
int fpu_fxsave_user(vaddr_t area);
int fpu_fxrstor_user(vaddr_t area);

#endif
