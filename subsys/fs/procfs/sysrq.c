// SPDX-License-Identifier: MIT
/* /proc/sysrq-trigger: one letter makes the machine do something at once: b reboots, o powers off, c crashes, as a
 * kernel bug would. Letters without a meaning here are told so in the log, as on Linux. */
#include "internal.h"

#include <core/spinlock.h>
#include <hal/debug.h>

static struct spinlock lock = SPINLOCK_INIT("sysrq crash");

/* The worst of places: interrupts are off and a lock is held. */
static __attribute__((noinline)) void sysrq_crash(void)
{
	volatile int *nowhere = NULL;

	(void)spin_lock_irqsave(&lock);
	*nowhere = 1;
}

ssize_t proc_sysrq_write(struct proc_inode *p, char *text, size_t n)
{
	(void)p;
	switch (text[0]) {
	case 'b':
		hal_reboot();
	case 'o':
		hal_power_off(0);
	case 'c':
		printk(LOG_EMERG "sysrq: Trigger a crash\n");
		sysrq_crash();
		break;
	default:
		printk(LOG_WARN "sysrq: HELP : reboot(b) crash(c) poweroff(o)\n");
	}
	return (ssize_t)n;
}
