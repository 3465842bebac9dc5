// SPDX-License-Identifier: MIT
// <hal/regs.h>: reading and changing a saved frame.

#include <core/lib/string.h>
#include <hal/regs.h>
#include <riscv/cpu.h>

#define EOPNOTSUPP 95

vaddr_t hal_regs_pc(const struct hal_regs *regs)
{
	return regs->pc;
}

vaddr_t hal_regs_sp(const struct hal_regs *regs)
{
	return regs->sp;
}

void hal_regs_set_pc(struct hal_regs *regs, vaddr_t pc)
{
	regs->pc = pc;
}

bool hal_regs_user(const struct hal_regs *regs)
{
	return !(regs->status & SSTATUS_SPP);
}

bool hal_regs_in_syscall(const struct hal_regs *regs)
{
	return regs->cause == CAUSE_SYSCALL;
}

void hal_regs_leave_syscall(struct hal_regs *regs)
{
	regs->cause = REGS_CAUSE_NONE;
}

long hal_regs_syscall(const struct hal_regs *regs)
{
	return (long)regs->a7;
}

unsigned long hal_regs_syscall_arg(const struct hal_regs *regs, unsigned int i)
{
	return i ? (&regs->a0)[i] : regs->orig_a0;
}

long hal_regs_result(const struct hal_regs *regs)
{
	return (long)regs->a0;
}

void hal_regs_set_result(struct hal_regs *regs, long result)
{
	regs->a0 = (unsigned long)result;
}

void hal_regs_restart(struct hal_regs *regs, long nr)
{
	regs->a0 = regs->orig_a0;
	regs->pc -= 4; // ecall has no compressed form
	regs->cause = REGS_CAUSE_NONE;
	if (nr >= 0)
		regs->a7 = (unsigned long)nr;
}

int hal_regs_single_step(struct hal_regs *regs, bool on)
{
	(void)regs;
	(void)on;
	return -EOPNOTSUPP;
}

// Linux's struct user_regs_struct is the first 32 words of the frame, struct __riscv_d_ext_state
// the save area.
size_t hal_regset_get(unsigned int i, uint32_t *type, void *buf)
{
	struct hal_thread *thread = hal_thread_current();
	size_t size = i ? hal_fpu_size() : REGS_USER_WORDS * 8;

	if (i > 1)
		return 0;
	*type = i ? HAL_NT_PRFPREG : HAL_NT_PRSTATUS;
	if (buf) {
		riscv_fpu_store(thread->regs);
		memcpy(buf, i ? thread->fpu : thread->regs, size);
	}
	return size;
}
