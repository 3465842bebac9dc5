/* SPDX-License-Identifier: MIT */
/* x86_64/fpu.h - the save area of FP and SIMD state, for thread/ and signal/. */
#ifndef X86_64_FPU_H
#define X86_64_FPU_H

#include <hal/types.h>

struct hal_thread;

#define FPU_SIZE_MAX 4096
#define FPU_LEGACY   512 /* bytes of the FXSAVE part; the XSAVE header of 64 bytes follows */
#define FPU_CONTROL  0	 /* offsets in it */
#define FPU_MXCSR    24
#define FPU_SOFTWARE 464 /* left alone by the CPU: Linux's magic in signal frames */

struct fpu_info {
	size_t size;	   /* of the whole area */
	uint64_t features; /* XCR0; 0 without XSAVE */
	uint32_t mxcsr_mask;
};
extern struct fpu_info fpu_info;

/* The current thread's area is what the registers shall hold. */
void fpu_load(struct hal_thread *thread);
/* The same, with a fresh program's state. Nothing for a thread without an area. */
void fpu_load_init(struct hal_thread *thread);
/* Would XRSTOR take this area, which came from user memory? */
bool fpu_check_area(void *area);

#endif
