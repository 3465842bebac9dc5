// SPDX-License-Identifier: MIT
// template: what a trap means. Called by entry.S.

#include <core/upcall.h>
#include <hal/regs.h>

void template_user_exception(struct hal_regs *regs);
void template_kernel_exception(struct hal_regs *regs);
void template_interrupt(struct hal_regs *regs);
void template_work(struct hal_regs *regs);

void template_user_exception(struct hal_regs *regs)
{
	// FILL IN: page faults with interrupts on to core_fault(.. | CORE_FAULT_USER), the rest to
	// core_trap() with Linux's signal and si_code.
	hal_irq_enable();
	core_trap(regs, 4, 1, hal_regs_pc(regs));
}

void template_kernel_exception(struct hal_regs *regs)
{
	// FILL IN: in a user copy core_fault(), if the copy may page in, and else the copy's fixup;
	// all others are fatal.
	core_kernel_trap(regs, "exception", 0);
}

void template_interrupt(struct hal_regs *regs)
{
	// FILL IN: core_irq(), core_ipi() or, for the timer, which is disarmed first:
	core_timer(hal_regs_user(regs));
}

// Entered and left with interrupts off; on return there is no work.
void template_work(struct hal_regs *regs)
{
	do {
		hal_irq_enable();
		core_return_to_user(regs);
		hal_irq_disable();
	} while (__atomic_load_n(&hal_thread_current()->work, __ATOMIC_RELAXED));
}
