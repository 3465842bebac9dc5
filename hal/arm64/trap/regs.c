// SPDX-License-Identifier: MIT
// hal/regs.h: the register frame as core sees it.

#include <arm64/cpu.h>
#include <arm64/regs.h>
#include <arm64/trap.h>
#include <core/lib/string.h>

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

void hal_regs_set_sp(struct hal_regs *regs, vaddr_t sp)
{
	regs->sp = sp;
}

bool hal_regs_user(const struct hal_regs *regs)
{
	return (regs->pstate & PSTATE_MODE) == PSTATE_EL0;
}

bool hal_regs_irqs_on(const struct hal_regs *regs)
{
	return !(regs->pstate & PSTATE_I);
}

bool hal_regs_in_syscall(const struct hal_regs *regs)
{
	return !(regs->flags & REGS_NOT_SYSCALL);
}

void hal_regs_leave_syscall(struct hal_regs *regs)
{
	regs->flags |= REGS_NOT_SYSCALL;
}

long hal_regs_syscall(const struct hal_regs *regs)
{
	return (int)regs->number;
}

unsigned long hal_regs_syscall_arg(const struct hal_regs *regs, unsigned int i)
{
	return i ? regs->x[i] : regs->first;
}

long hal_regs_result(const struct hal_regs *regs)
{
	return (long)regs->x[0];
}

void hal_regs_set_result(struct hal_regs *regs, long result)
{
	regs->x[0] = (unsigned long)result;
}

void hal_regs_restart(struct hal_regs *regs, long nr)
{
	regs->pc -= 4; // SVC
	regs->x[0] = regs->first;
	if (nr >= 0)
		regs->x[8] = (unsigned long)nr;
	regs->flags |= REGS_NOT_SYSCALL;
}

// The debug state machine steps one instruction of user mode when MDSCR_EL1.SS is on and PSTATE.SS
// was set by the ERET.
static void set_step(bool on)
{
	unsigned long mdscr = read_sysreg(mdscr_el1);

	write_sysreg(mdscr_el1, on ? mdscr | 1 : mdscr & ~1ul);
}

void arm_step_switch(const struct hal_thread *prev, const struct hal_thread *next)
{
	if ((prev->flags ^ next->flags) & HAL_THREAD_STEP)
		set_step(next->flags & HAL_THREAD_STEP);
}

int hal_regs_single_step(struct hal_regs *regs, bool on)
{
	struct hal_thread *thread = arm_stack_owner(regs);

	if (on) {
		thread->flags |= HAL_THREAD_STEP;
		regs->pstate |= PSTATE_STEP;
	} else {
		thread->flags &= ~HAL_THREAD_STEP;
		regs->pstate &= ~PSTATE_STEP;
	}
	regs->flags |= REGS_CHANGED;
	if (thread == hal_thread_current())
		set_step(on);
	return 0;
}

// Linux's struct user_pt_regs.
struct regset {
	uint64_t x[31], sp, pc, pstate;
};

size_t hal_regset_size(void)
{
	return sizeof(struct regset);
}

void hal_regset_get(const struct hal_regs *regs, void *buf)
{
	struct regset *set = buf;

	memcpy(set->x, regs->x, sizeof(set->x));
	set->sp = regs->sp;
	set->pc = regs->pc;
	set->pstate = regs->pstate;
}

void hal_regset_set(struct hal_regs *regs, const void *buf)
{
	const struct regset *set = buf;

	memcpy(regs->x, set->x, sizeof(set->x));
	regs->sp = set->sp;
	regs->pc = set->pc;
	regs->pstate = (regs->pstate & PSTATE_STEP) |
		       (set->pstate & (PSTATE_FLAGS | PSTATE_BTYPE | PSTATE_SSBS | PSTATE_DIT));
	regs->flags |= REGS_CHANGED;
}
