/* SPDX-License-Identifier: MIT */
/* Inline half of hal/thread.h. */
#ifndef HAL_ARCH_THREAD_H
#define HAL_ARCH_THREAD_H

#include <hal/types.h>
#include <hal_arch/cpu.h>
#include <hal_arch/user.h>

struct hal_thread {
	unsigned int work; /* core's: reasons to call core_return_to_user() */
	bool fpu_valid;	   /* there is FP state to save and restore at switches */
	void *fpu;	   /* core's: hal_fpu_size() bytes, or NULL */
	uint64_t sp;	   /* kernel stack pointer while not running */
	uint64_t stack_top;
	uint64_t fs_base; /* while not running */
	uint64_t gs_base; /* while not running: the user's */
	/* What the last exception of user code said: Linux shows it in the signal frame. */
	uint64_t trap_vector, trap_error, trap_address;
};

static inline struct hal_thread *hal_thread_current(void)
{
	struct hal_thread *thread;

	/* Not volatile: a thread that sleeps finds the same value wherever it wakes. */
	__asm__("movq %%gs:%c1, %0" : "=r"(thread) : "i"(offsetof(struct hal_cpu_head, current)));
	return thread;
}

static inline bool hal_tls_valid(unsigned long tls)
{
	return tls < hal_user_end(); /* WRFSBASE of a non-canonical address faults */
}

#endif
