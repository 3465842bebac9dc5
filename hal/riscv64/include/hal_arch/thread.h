/* SPDX-License-Identifier: MIT */
/* hal_arch/thread.h (riscv64) - the machine's half of a thread. */
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
	void *fpu;	       /* 33 words: f0..f31, fcsr; NULL: a kernel thread */
	struct hal_regs *regs; /* the user register frame, at the top of the kernel stack; sp at
				  entry from user mode */
	unsigned long scratch; /* the user's sp during entry */
	unsigned int fpu_cpu;  /* CPU whose registers were loaded from fpu last */
	unsigned int flags;    /* HAL_THREAD_* */
	vaddr_t fault_address; /* the last access fault, to notice one that repeats */
	vaddr_t fault_pc;
	unsigned long saved[14]; /* ra, sp, s0..s11 while it does not run */
};

#define HAL_THREAD_NOFAULT 1u /* inside a _nofault user copy */

static inline struct hal_thread *hal_thread_current(void)
{
	struct hal_thread *thread;

	/* Not volatile: tp is the same for all the life of a thread, so the compiler may keep it.
	 */
	__asm__("mv %0, tp" : "=r"(thread));
	return thread;
}

static inline bool hal_tls_valid(__attribute__((unused)) unsigned long tls)
{
	return true; /* a register like others */
}

#endif
