// SPDX-License-Identifier: MIT
// Stands in for rooms that have not landed, so that the kernel links: weak functions that say so.
// Delete this file when core/proc is here.

#include <core/cred.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/thread.h>
#include <core/upcall.h>

#define ABSENT __attribute__((weak))

ABSENT bool core_fault(struct hal_regs *regs, vaddr_t address,
		       __attribute__((unused)) unsigned int what)
{
	core_kernel_trap(regs, "fault, but no address spaces yet", address);
}

ABSENT void core_trap(struct hal_regs *regs, __attribute__((unused)) int sig,
		      __attribute__((unused)) int code, vaddr_t address)
{
	core_kernel_trap(regs, "exception, but no signals yet", address);
}

ABSENT void core_return_to_user(struct hal_regs *regs)
{
	core_kernel_trap(regs, "user mode, but no processes yet", 0);
}

ABSENT void core_irq(unsigned int irq)
{
	panic("interrupt %u, but no drivers yet", irq);
}

ABSENT void core_secondary(unsigned int cpu)
{
	panic("CPU %u, but no scheduler yet", cpu);
}

ABSENT void process_tick(__attribute__((unused)) struct thread *thread,
			 __attribute__((unused)) bool user, __attribute__((unused)) ktime_t length)
{
}

ABSENT bool signal_pending(void)
{
	return false;
}

ABSENT bool signal_fatal_pending(void)
{
	return false;
}

ABSENT bool oom_kill(const char *why)
{
	panic("out of memory, but no processes yet: %s", why);
}

ABSENT void thread_put(__attribute__((unused)) struct thread *thread)
{
}

ABSENT void signal_force(int sig, int code, vaddr_t address)
{
	panic("signal %d (code %d, address %#lx), but no signals yet", sig, code, address);
}

ABSENT bool capable(__attribute__((unused)) unsigned int cap)
{
	return true;
}
