/* SPDX-License-Identifier: MIT */
/* hal_arch/cpu.h (host): CPU number and interrupt flag are thread-local. */
#ifndef HAL_ARCH_CPU_H
#define HAL_ARCH_CPU_H

#include <hal_arch/arch.h>
#include <hal_arch/thread.h>

extern __thread unsigned int fake_cpu;
extern __thread bool fake_irqs_off;
extern __thread void *fake_local;

static inline unsigned int hal_cpu_id(void)
{
	return fake_cpu;
}

static inline void *hal_cpu_local(void)
{
	return fake_local;
}

static inline void hal_cpu_relax(void)
{
}

static inline bool hal_irq_enabled(void)
{
	return !fake_irqs_off;
}

static inline void hal_irq_enable(void)
{
	fake_irqs_off = false;
}

static inline void hal_irq_disable(void)
{
	fake_irqs_off = true;
}

static inline unsigned long hal_irq_save(void)
{
	unsigned long flags = fake_irqs_off;

	fake_irqs_off = true;
	return flags;
}

static inline void hal_irq_restore(unsigned long flags)
{
	fake_irqs_off = flags;
}

#endif
