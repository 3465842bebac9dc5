// SPDX-License-Identifier: MIT
// Stands in for what has not landed, so that the kernel links: weak functions that say so. Delete
// this file when nothing of it is used any more.

#include <core/mm.h>
#include <core/printk.h>
#include <core/upcall.h>

#define ABSENT __attribute__((weak))

ABSENT void core_irq(unsigned int irq)
{
	panic("interrupt %u, but no drivers yet", irq);
}

ABSENT void core_secondary(unsigned int cpu)
{
	panic("CPU %u, but no scheduler yet", cpu);
}

ABSENT bool oom_kill(const char *why)
{
	panic("out of memory, but nobody to kill: %s", why);
}
