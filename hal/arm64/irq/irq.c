// SPDX-License-Identifier: MIT
// Interrupts: hal/irq.h, IPIs, and the dispatch of what the controller acknowledges.
//
// Ids of the GIC: 0..15 software-generated (an enum hal_ipi each), 16..31 private to a CPU (its
// timer), from 32 on shared: these are core's lines, numbered from 0.

#include "gic.h"
#include <arm64/trap.h>
#include <common/fdt.h>
#include <core/upcall.h>
#include <hal/irq.h>

volatile unsigned char *gic_distributor;
static const struct gic_ops *gic;
static unsigned int line_count;

static bool find_gic(const struct dt_node *node, void *context)
{
	static const char *const names[] = {"arm,gic-v3", "arm,cortex-a15-gic", "arm,gic-400",
					    "arm,cortex-a9-gic", "arm,cortex-a7-gic"};
	const char *why = "no memory for the interrupt controller";
	paddr_t base;
	uint64_t size;
	unsigned int kind = 0;

	(void)context;
	while (kind < 5 && !dt_compatible(node, names[kind]))
		kind++;
	if (kind == 5 || !dt_reg(node, 0, &base, &size))
		return false;
	gic_distributor = arm_map_registers(base, size < 0x10000 ? size : 0x10000);
	if (gic_distributor)
		gic = kind ? gic2_init(node, &why) : gic3_init(node, &why);
	if (!gic)
		hal_boot_fail(why);
	return true;
}

void arm_irq_init(void)
{
	dt_walk(find_gic, NULL);
	if (!gic)
		hal_boot_fail("no interrupt controller that Tern knows (GICv2, GICv3)");
	line_count = 32 * ((gic_get(gic_distributor, GICD_TYPER) & 31) + 1) - GIC_SPI;
	if (line_count > GIC_SPURIOUS - GIC_SPI)
		line_count = GIC_SPURIOUS - GIC_SPI;
	arm_irq_init_cpu(&arm_cpus[0]);
	for (unsigned int id = GIC_SPI; id < GIC_SPI + line_count; id++) {
		if (id % 32 == 0)
			gic_put(gic_distributor, GICD_ICENABLER + id / 8, ~0u);
		if (id % 4 == 0)
			gic_put(gic_distributor, GICD_IPRIORITYR + id, 0xa0a0a0a0);
		gic->route(id, &arm_cpus[0]);
	}
}

void arm_irq_init_cpu(struct hal_cpu *cpu)
{
	gic->init_cpu(cpu);
}

void arm_irq_enable_private(unsigned int id)
{
	struct hal_cpu *cpu = this_cpu();

	gic_put(cpu->redistributor ? cpu->redistributor + 0x10000 : gic_distributor, GICD_ISENABLER,
		1u << id);
}

unsigned int arm_irq_of(const struct dt_node *node, unsigned int i)
{
	// Three cells: 0 shared or 1 private, number, trigger.
	uint32_t kind = dt_cell(node, "interrupts", 3 * i, ~0u);
	uint32_t number = dt_cell(node, "interrupts", 3 * i + 1, ~0u);

	return kind == 0 && number < line_count ? number : HAL_IRQ_NONE;
}

unsigned int hal_irq_count(void)
{
	return line_count;
}

void hal_irq_unmask(unsigned int irq)
{
	unsigned int id = irq + GIC_SPI;

	gic_put(gic_distributor, GICD_ISENABLER + id / 32 * 4, 1u << (id & 31));
}

void hal_irq_mask(unsigned int irq)
{
	unsigned int id = irq + GIC_SPI;

	gic_put(gic_distributor, GICD_ICENABLER + id / 32 * 4, 1u << (id & 31));
}

int hal_irq_route(unsigned int irq, unsigned int cpu)
{
	if (irq >= line_count || cpu >= arm_boot_info.cpu_count || !arm_cpus[cpu].online)
		return -22; // EINVAL
	gic->route(irq + GIC_SPI, &arm_cpus[cpu]);
	return 0;
}

void hal_ipi_send(unsigned int cpu, enum hal_ipi kind)
{
	// A panic before the controller is found has nobody to stop.
	if (gic && __atomic_load_n(&arm_cpus[cpu].online, __ATOMIC_ACQUIRE))
		gic->send(&arm_cpus[cpu], kind);
}

// On the interrupt stack, interrupts off: everything that is pending.
void arm_irq(struct hal_regs *regs)
{
	for (;;) {
		uint32_t acknowledged = gic->acknowledge();
		unsigned int id = acknowledged & 0x3ff;

		if (id >= GIC_SPURIOUS)
			return;
		if (id >= GIC_SPI) {
			core_irq(id - GIC_SPI);
			gic->end(acknowledged);
			continue;
		}
		// Ended first: a handler may not return (HAL_IPI_STOP), or arm the timer anew.
		if (id >= 16) {
			bool timer = arm_timer_irq(id);

			gic->end(acknowledged);
			if (timer)
				core_timer(hal_regs_user(regs));
			continue;
		}
		gic->end(acknowledged);
		if (id == HAL_IPI_TLB)
			arm_tlb_ipi();
		else if (id < HAL_IPI_COUNT)
			core_ipi((enum hal_ipi)id);
	}
}
