/* SPDX-License-Identifier: MIT */
/* hal_arch/thread.h (template) - the machine's half of a thread. */
#ifndef HAL_ARCH_THREAD_H
#define HAL_ARCH_THREAD_H

#include <hal/types.h>

struct hal_thread {
	unsigned int work; /* reasons to call core_return_to_user(); atomic */
	unsigned int cpu;  /* if the current thread is how a CPU finds itself */
	void *local;
	void *fpu;	       /* NULL: a kernel thread */
	struct hal_regs *regs; /* the user frame, at the top of the kernel stack */
	/* FILL IN: stack pointer and callee-saved registers while it does not run; TLS and FP
	 * bookkeeping. */
};

/* FILL IN: one register or one load through the per-CPU base. */
extern struct hal_thread *template_current;
static inline struct hal_thread *hal_thread_current(void)
{
	return template_current;
}

static inline bool hal_tls_valid(__attribute__((unused)) unsigned long tls)
{
	return true; /* a register like others */
}

#endif
