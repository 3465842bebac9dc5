// SPDX-License-Identifier: MIT
// The table of device interrupt handlers.

#include <core/errno.h>
#include <core/irq.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/upcall.h>
#include <hal/irq.h>

static struct line {
	void (*handler)(void *arg); /* set last, never cleared */
	void *arg;
	const char *name;
	uint64_t count; /* changed by the one CPU that the line is routed to */
} lines[IRQ_LINES];

int irq_register(unsigned int irq, const char *name, void (*handler)(void *arg), void *arg)
{
	if (irq >= IRQ_LINES || irq >= hal_irq_count())
		return -EINVAL;
	if (lines[irq].handler)
		return -EBUSY;
	lines[irq].name = name;
	lines[irq].arg = arg;
	store_release(&lines[irq].handler, handler);
	hal_irq_unmask(irq);
	return 0;
}

const char *irq_info(unsigned int irq, uint64_t *count)
{
	if (irq >= IRQ_LINES || !load_acquire(&lines[irq].handler))
		return NULL;
	*count = READ_ONCE(lines[irq].count);
	return lines[irq].name;
}

void core_irq(unsigned int irq)
{
	void (*handler)(void *arg) = irq < IRQ_LINES ? load_acquire(&lines[irq].handler) : NULL;

	interrupt_begin();
	if (likely(handler)) {
		WRITE_ONCE(lines[irq].count, lines[irq].count + 1);
		handler(lines[irq].arg);
	} else {
		printk(LOG_WARN "irq: line %u fired and nobody handles it\n", irq);
		hal_irq_mask(irq);
	}
	interrupt_end();
}
