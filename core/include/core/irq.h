/* SPDX-License-Identifier: MIT */
/* core/irq.h - who handles which device interrupt. */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include <core/types.h>

/* Call handler(arg) in interrupt context when line irq (a number of the HAL's) fires, and unmask
 * it. 0, -EINVAL (no such line), -EBUSY, -ENOMEM. Boot or kernel thread. */
__must_check int irq_register(unsigned int irq, const char *name, void (*handler)(void *arg),
			      void *arg);

/* For /proc/interrupts: name and count of line irq, below IRQ_LINES; NULL when nobody handles it. */
#define IRQ_LINES 256u
const char *irq_info(unsigned int irq, uint64_t *count);

#endif
