/* SPDX-License-Identifier: MIT */
/* hal/irq.h - device interrupt lines, by the HAL's own dense numbers (hal/device.h and
 * hal/serial.h hand them out). */
#ifndef HAL_IRQ_H
#define HAL_IRQ_H

#include <hal/types.h>

#define HAL_IRQ_NONE (~0u)

/* Number of lines: valid numbers are 0 .. hal_irq_count()-1. */
unsigned int hal_irq_count(void);

/* Let line irq interrupt the CPU it is routed to (the boot CPU at first); core_irq(irq) is called
 * with interrupts off, acknowledged by the HAL around it. */
void hal_irq_unmask(unsigned int irq);
/* Stop it. Returns at once: a handler may still be running elsewhere. */
void hal_irq_mask(unsigned int irq);
/* Deliver to CPU cpu from now on. 0 or -EINVAL. */
__must_check int hal_irq_route(unsigned int irq, unsigned int cpu);

#endif
