// SPDX-License-Identifier: MIT
// Floating point state. Each user thread has it in memory, and FS of its frame says more:
//   Off    the registers hold something else; the first FP instruction traps as illegal and loads
//          them
//   Clean  the registers of this CPU hold the same as the memory
//   Dirty  the registers have changed: the memory is stale, hal_thread_switch() saves then
// A CPU remembers whose state it loaded last, and a thread where it was loaded last; both must
// agree when it is switched to, else FS becomes Off.

#include <hal/thread.h>
#include <riscv/cpu.h>

#define FPU_SIZE 264 // f0..f31 and fcsr

size_t hal_fpu_size(void)
{
	return FPU_SIZE;
}

bool riscv_fpu_first_use(struct hal_regs *regs)
{
	struct hal_thread *thread = hal_thread_current();

	if ((regs->status & SSTATUS_FS) || !thread->fpu)
		return false;
	riscv_fpu_load(thread->fpu);
	thread->hal->fpu_owner = thread;
	thread->fpu_cpu = thread->cpu;
	regs->status |= SSTATUS_FS_CLEAN;
	return true;
}

void riscv_fpu_store(struct hal_regs *regs)
{
	unsigned long flags = hal_irq_save();

	if ((regs->status & SSTATUS_FS) == SSTATUS_FS_DIRTY) {
		riscv_fpu_save(hal_thread_current()->fpu);
		regs->status ^= SSTATUS_FS_DIRTY ^ SSTATUS_FS_CLEAN;
	}
	hal_irq_restore(flags);
}

void riscv_fpu_forget(struct hal_regs *regs)
{
	hal_thread_current()->fpu_cpu = ~0u;
	regs->status &= ~SSTATUS_FS;
}
