/* SPDX-License-Identifier: MIT */
/* hal_arch/cpu.h (template) - this processor. FILL IN: each of these is an instruction or two. */
#ifndef HAL_ARCH_CPU_H
#define HAL_ARCH_CPU_H

#include <hal_arch/arch.h>
#include <hal_arch/thread.h>

static inline unsigned int hal_cpu_id(void)
{
	return hal_thread_current()->cpu;
}

static inline void *hal_cpu_local(void)
{
	return hal_thread_current()->local;
}

static inline void hal_cpu_relax(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline bool hal_irq_enabled(void)
{
	return false;
}

static inline void hal_irq_enable(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline void hal_irq_disable(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline unsigned long hal_irq_save(void)
{
	__asm__ volatile("" : : : "memory");
	return 0;
}

static inline void hal_irq_restore(unsigned long flags)
{
	__asm__ volatile("" : : "r"(flags) : "memory");
}

#endif
