// SPDX-License-Identifier: MIT
// template: reading and changing a saved frame.

#include <hal/regs.h>

#define EOPNOTSUPP 95

// FILL IN: the registers, in the order of Linux's NT_PRSTATUS if that helps; six argument registers
// side by side; the original first argument apart.
struct hal_regs {
	unsigned long pc, sp, number, args[6], orig_arg0;
	long result;
	bool user, irqs_on, in_syscall;
};

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
	return regs->user;
}

bool hal_regs_in_syscall(const struct hal_regs *regs)
{
	return regs->in_syscall;
}

void hal_regs_leave_syscall(struct hal_regs *regs)
{
	regs->in_syscall = false;
}

long hal_regs_syscall(const struct hal_regs *regs)
{
	return (long)regs->number;
}

unsigned long hal_regs_syscall_arg(const struct hal_regs *regs, unsigned int i)
{
	return i ? regs->args[i] : regs->orig_arg0;
}

long hal_regs_result(const struct hal_regs *regs)
{
	return regs->result;
}

void hal_regs_set_result(struct hal_regs *regs, long result)
{
	regs->result = result;
}

void hal_regs_restart(struct hal_regs *regs, long nr)
{
	// FILL IN: and step pc back over the system call instruction.
	regs->args[0] = regs->orig_arg0;
	regs->in_syscall = false;
	if (nr >= 0)
		regs->number = (unsigned long)nr;
}

int hal_regs_single_step(struct hal_regs *regs, bool on)
{
	(void)regs;
	(void)on;
	return -EOPNOTSUPP;
}

size_t hal_regset_get(unsigned int i, uint32_t *type, void *buf)
{
	// FILL IN: the general registers as Linux's NT_PRSTATUS has them, FP state, ...
	(void)i;
	(void)type;
	(void)buf;
	return 0;
}
