/* SPDX-License-Identifier: MIT */
/* Inline half of hal/cpu.h: GS points to this CPU's block while the kernel runs. */
#ifndef HAL_ARCH_CPU_H
#define HAL_ARCH_CPU_H

#include <hal/types.h>

struct hal_thread;

/* The head of struct hal_cpu (<x86_64/cpu.h>): what inline functions read through GS. */
struct hal_cpu_head {
	struct hal_cpu_head *self;
	struct hal_thread *current;
	void *local;
	unsigned int id;
};

/* volatile: the thread may move to another CPU between two reads. */
#define x86_head_read_(type, member)                                            \
	({                                                                      \
		type value_;                                                    \
		__asm__ volatile("mov %%gs:%c1, %0"                             \
				 : "=r"(value_)                                 \
				 : "i"(offsetof(struct hal_cpu_head, member))); \
		value_;                                                         \
	})

static inline unsigned int hal_cpu_id(void)
{
	return x86_head_read_(unsigned int, id);
}

static inline void *hal_cpu_local(void)
{
	return x86_head_read_(void *, local);
}

static inline void hal_cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

#define HAL_RFLAGS_IF_ 0x200ul

static inline unsigned long x86_flags_(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
	return flags;
}

static inline bool hal_irq_enabled(void)
{
	return x86_flags_() & HAL_RFLAGS_IF_;
}

static inline void hal_irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void hal_irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline unsigned long hal_irq_save(void)
{
	unsigned long flags = x86_flags_();

	hal_irq_disable();
	return flags;
}

static inline void hal_irq_restore(unsigned long flags)
{
	if (flags & HAL_RFLAGS_IF_)
		hal_irq_enable();
}

#endif
