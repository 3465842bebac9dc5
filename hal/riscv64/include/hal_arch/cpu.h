/* SPDX-License-Identifier: MIT */
/* hal_arch/cpu.h (riscv64) - this processor. In the kernel tp is the running struct hal_thread,
 * which knows its CPU. */
#ifndef HAL_ARCH_CPU_H
#define HAL_ARCH_CPU_H

#include <hal_arch/arch.h>
#include <hal_arch/thread.h>

#define HAL_SSTATUS_SIE 2ul

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
	/* PAUSE of Zihintpause: a hint, which older harts execute as a fence without effect. */
	__asm__ volatile(".4byte 0x0100000f" : : : "memory");
}

static inline bool hal_irq_enabled(void)
{
	unsigned long status;

	__asm__ volatile("csrr %0, sstatus" : "=r"(status));
	return status & HAL_SSTATUS_SIE;
}

static inline void hal_irq_enable(void)
{
	__asm__ volatile("csrsi sstatus, 2" : : : "memory");
}

static inline void hal_irq_disable(void)
{
	__asm__ volatile("csrci sstatus, 2" : : : "memory");
}

static inline unsigned long hal_irq_save(void)
{
	unsigned long status;

	__asm__ volatile("csrrci %0, sstatus, 2" : "=r"(status) : : "memory");
	return status & HAL_SSTATUS_SIE;
}

static inline void hal_irq_restore(unsigned long flags)
{
	__asm__ volatile("csrs sstatus, %0" : : "r"(flags) : "memory");
}

#endif
