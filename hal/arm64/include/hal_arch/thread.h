/* SPDX-License-Identifier: MIT */
/* hal_arch/thread.h (arm64) - the machine's half of a thread. In the kernel TPIDR_EL1 is the
 * running struct hal_thread. */
#ifndef HAL_ARCH_THREAD_H
#define HAL_ARCH_THREAD_H

#include <hal/types.h>

struct hal_cpu;

/* A thread that is not running has its CPU's fields of the CPU where it ran last. */
struct hal_thread {
	unsigned int work;     /* reasons to call core_return_to_user(); atomic */
	unsigned int cpu;      /* number of the CPU it runs on */
	void *local;	       /* core's block of that CPU */
	struct hal_cpu *hal;   /* the HAL's block of that CPU */
	void *fpu;	       /* q0..q31, fpsr, fpcr; NULL: a kernel thread */
	struct hal_regs *regs; /* the user register frame, at the top of the kernel stack */
	unsigned long tls;     /* TPIDR_EL0 while it does not run */
	unsigned int fpu_cpu;  /* CPU whose registers held what fpu holds, when it last ran there;
				  ~0: none */
	unsigned int flags;    /* HAL_THREAD_* */
	vaddr_t fault_address; /* FAR_EL1 and ESR_EL1 of the last exception of user mode ... */
	unsigned long fault_syndrome;
	vaddr_t signal_address; /* ... and of the last that became a signal: a signal frame shows
				   these */
	unsigned long signal_syndrome;
	unsigned long saved[13]; /* x19..x29, sp, pc while it does not run */
	uint64_t keys[10];	 /* pointer authentication: IA IB DA DB GA, each low and high */
};

#define HAL_THREAD_FPU_LIVE  1u /* user mode may touch the FP registers: they are newer than fpu */
#define HAL_THREAD_FPU_EMPTY 2u /* the FP state is all zero, whatever fpu holds */
#define HAL_THREAD_STEP	     4u /* single-steps */

static inline struct hal_thread *hal_thread_current(void)
{
	struct hal_thread *thread;

	/* Not volatile: the same for all the life of a thread, so the compiler may keep it. */
	__asm__("mrs %0, tpidr_el1" : "=r"(thread));
	return thread;
}

static inline bool hal_tls_valid(__attribute__((unused)) unsigned long tls)
{
	return true; /* a register like others */
}

#endif
