// SPDX-License-Identifier: MIT
// Weak stand-ins for what core does not have yet, so that the ports link. The rooms that bring the real functions remove them; in the end this file goes.

#include <core/upcall.h>

#define PENDING __attribute__((weak))

void process_tick(bool user);

PENDING __noreturn void core_secondary(unsigned int cpu)
{
	(void)cpu;
	hal_cpu_park();
}

PENDING bool core_fault(struct hal_regs *regs, vaddr_t address, unsigned int what)
{
	(void)regs;
	(void)address;
	(void)what;
	return false;
}

PENDING void core_trap(struct hal_regs *regs, int sig, int code, vaddr_t address)
{
	(void)regs;
	(void)sig;
	(void)code;
	(void)address;
}

PENDING void core_irq(unsigned int irq)
{
	(void)irq;
}

PENDING void core_return_to_user(struct hal_regs *regs)
{
	(void)regs;
}

PENDING void process_tick(bool user)
{
	(void)user;
}
