// SPDX-License-Identifier: MIT
// FP/SIMD state, by owner tracking.
//
// A CPU remembers whose state its registers hold (fpu_owner), a thread on which CPU it had its
// state last (fpu_cpu). User mode may touch the registers (CPACR_EL1.FPEN) only when both agree;
// otherwise the first use traps and loads them. While they are open to the running thread
// (FPU_LIVE) they are newer than its memory and are saved at the switch; so at any other time
// memory is right. The kernel never uses these registers.

#include <arm64/cpu.h>
#include <arm64/fpu.h>
#include <core/lib/string.h>

#define CPACR_TRAP_USER (1ul << 20)
#define CPACR_OPEN	(3ul << 20)

size_t hal_fpu_size(void)
{
	return (sizeof(struct arm_fpu) + 63) & ~63ul;
}

// The ERET to user mode synchronises.
static void open_to_user(struct hal_cpu *cpu, bool open)
{
	if (cpu->fpu_open != open) {
		cpu->fpu_open = open;
		write_sysreg(cpacr_el1, open ? CPACR_OPEN : CPACR_TRAP_USER);
	}
}

void arm_fpu_trap(struct hal_regs *regs)
{
	struct hal_thread *thread = hal_thread_current();
	unsigned long flags = hal_irq_save();
	struct hal_cpu *cpu = thread->hal;

	(void)regs;
	if (thread->flags & HAL_THREAD_FPU_EMPTY)
		arm_fpu_clear();
	else
		arm_fpu_load(thread->fpu);
	thread->flags &= ~HAL_THREAD_FPU_EMPTY;
	thread->flags |= HAL_THREAD_FPU_LIVE;
	thread->fpu_cpu = cpu->id;
	cpu->fpu_owner = thread;
	open_to_user(cpu, true);
	hal_irq_restore(flags);
}

void arm_fpu_switch(struct hal_thread *prev, struct hal_thread *next)
{
	struct hal_cpu *cpu = prev->hal;

	if (prev->flags & HAL_THREAD_FPU_LIVE) {
		arm_fpu_save(prev->fpu);
		prev->flags &= ~HAL_THREAD_FPU_LIVE;
	}
	if (!next->fpu)
		return;
	if (cpu->fpu_owner == next && next->fpu_cpu == cpu->id) {
		next->flags |= HAL_THREAD_FPU_LIVE;
		open_to_user(cpu, true);
	} else {
		open_to_user(cpu, false);
	}
}

// The running thread's state in memory, for fork, signals and ptrace; the registers stay its own.
void arm_fpu_save_now(void)
{
	struct hal_thread *thread = hal_thread_current();
	unsigned long flags = hal_irq_save();

	if (thread->flags & HAL_THREAD_FPU_LIVE)
		arm_fpu_save(thread->fpu);
	else if (thread->flags & HAL_THREAD_FPU_EMPTY)
		memset(thread->fpu, 0, sizeof(struct arm_fpu));
	hal_irq_restore(flags);
}

// The running thread's memory was or will be written: what the registers hold is worth nothing.
void arm_fpu_forget(struct hal_thread *thread)
{
	unsigned long flags = hal_irq_save();

	thread->flags &= ~(HAL_THREAD_FPU_LIVE | HAL_THREAD_FPU_EMPTY);
	thread->fpu_cpu = ~0u;
	open_to_user(thread->hal, false);
	hal_irq_restore(flags);
}
