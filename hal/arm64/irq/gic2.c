// SPDX-License-Identifier: MIT
// GICv2 (ARM IHI 0048): a distributor and a banked CPU interface, both in memory; at most eight
// CPUs.

#include "gic.h"
#include <common/fdt.h>

enum { GICC_CTLR = 0x00, GICC_PMR = 0x04, GICC_IAR = 0x0c, GICC_EOIR = 0x10 };

static volatile unsigned char *interface;

static void init_cpu(struct hal_cpu *cpu)
{
	// The banked target register of a private interrupt tells this CPU's own bit.
	cpu->gic_target = (unsigned char)gic_get(gic_distributor, GICD_ITARGETSR);
	gic_put(gic_distributor, GICD_ICENABLER, 0xffff0000);
	gic_put(gic_distributor, GICD_ISENABLER, 0x0000ffff);
	for (unsigned int i = 0; i < 8; i++)
		gic_put(gic_distributor, GICD_IPRIORITYR + 4 * i, 0xa0a0a0a0);
	gic_put(interface, GICC_PMR, 0xf0);
	gic_put(interface, GICC_CTLR, 1);
}

static uint32_t acknowledge(void)
{
	return gic_get(interface, GICC_IAR);
}

static void end(uint32_t acknowledged)
{
	gic_put(interface, GICC_EOIR, acknowledged);
}

static void send(const struct hal_cpu *cpu, unsigned int sgi)
{
	dsb(ishst);
	gic_put(gic_distributor, GICD_SGIR, (uint32_t)cpu->gic_target << 16 | sgi);
}

static void route(unsigned int id, const struct hal_cpu *cpu)
{
	gic_distributor[GICD_ITARGETSR + id] = cpu->gic_target;
}

const struct gic_ops *gic2_init(const struct dt_node *node, const char **why)
{
	static const struct gic_ops ops = {init_cpu, acknowledge, end, send, route};
	paddr_t base;
	uint64_t size;

	*why = "the interrupt controller has no CPU interface";
	if (!dt_reg(node, 1, &base, &size))
		return NULL;
	interface = arm_map_registers(base, size < 0x2000 ? size : 0x2000);
	*why = "no memory for the interrupt controller";
	if (!interface)
		return NULL;
	gic_put(gic_distributor, GICD_CTLR, 1);
	return &ops;
}
