// SPDX-License-Identifier: MIT
// template: the interrupt controller, with lines numbered densely from 0.

#include <hal/irq.h>

#define EINVAL 22

unsigned int hal_irq_count(void)
{
	return 0;
}

void hal_irq_unmask(unsigned int irq)
{
	(void)irq;
}

void hal_irq_mask(unsigned int irq)
{
	(void)irq;
}

int hal_irq_route(unsigned int irq, unsigned int cpu)
{
	(void)irq;
	(void)cpu;
	return -EINVAL;
}
