/* SPDX-License-Identifier: MIT */
/* hal_arch/thread.h (host): the current thread is what the test says (fake_thread). */
#ifndef HAL_ARCH_THREAD_H
#define HAL_ARCH_THREAD_H

#include <hal/types.h>

struct hal_thread {
	unsigned int work;
	void *fpu;
};

extern __thread struct hal_thread *fake_thread;

static inline struct hal_thread *hal_thread_current(void)
{
	return fake_thread;
}

#endif
