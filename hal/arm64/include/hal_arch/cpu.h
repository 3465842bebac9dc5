/* SPDX-License-Identifier: MIT */
/* hal_arch/cpu.h (arm64) - this processor: found through the running thread, which knows its CPU.
 */
#ifndef HAL_ARCH_CPU_H
#define HAL_ARCH_CPU_H

#include <hal_arch/arch.h>
#include <hal_arch/thread.h>

#define HAL_DAIF_I 0x80ul

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
	__asm__ volatile("yield" : : : "memory");
}

static inline bool hal_irq_enabled(void)
{
	unsigned long daif;

	__asm__ volatile("mrs %0, daif" : "=r"(daif));
	return !(daif & HAL_DAIF_I);
}

static inline void hal_irq_enable(void)
{
	__asm__ volatile("msr daifclr, #2" : : : "memory");
}

static inline void hal_irq_disable(void)
{
	__asm__ volatile("msr daifset, #2" : : : "memory");
}

static inline unsigned long hal_irq_save(void)
{
	unsigned long daif;

	__asm__ volatile("mrs %0, daif\n\tmsr daifset, #2" : "=r"(daif) : : "memory");
	return daif;
}

static inline void hal_irq_restore(unsigned long flags)
{
	__asm__ volatile("msr daif, %0" : : "r"(flags) : "memory");
}

#endif
