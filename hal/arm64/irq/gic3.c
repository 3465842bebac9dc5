// SPDX-License-Identifier: MIT
// GICv3 (ARM IHI 0069): a distributor with affinity routing, a redistributor per CPU, the CPU
// interface in system registers.

#include "gic.h"
#include <common/fdt.h>

enum {
	GICR_TYPER = 0x0008,
	GICR_WAKER = 0x0014,
	GICR_SGI = 0x10000
}; // the second frame has the private interrupts

#define CTLR_ENABLE_GROUP1 2u
#define CTLR_AFFINITY	   0x10u
#define CTLR_BUSY	   (1u << 31)
#define WAKER_SLEEP	   2u
#define WAKER_ASLEEP	   4u
#define TYPER_LAST	   (1ull << 4)
#define TYPER_VIRTUAL_LPIS (1ull << 1) // four frames instead of two

static void wait_distributor(void)
{
	while (gic_get(gic_distributor, GICD_CTLR) & CTLR_BUSY)
		;
}

// Affinity as the redistributor's and the routing registers have it: 8 bits each, the highest apart
// in GICD_IROUTER.
static uint32_t affinity32(uint64_t mpidr)
{
	return (uint32_t)(mpidr >> 8 & 0xff000000) | (uint32_t)(mpidr & 0xffffff);
}

static void init_cpu(struct hal_cpu *cpu)
{
	volatile unsigned char *r = cpu->redistributor;

	if (!r)
		return;
	gic_put(r, GICR_WAKER, gic_get(r, GICR_WAKER) & ~WAKER_SLEEP);
	while (gic_get(r, GICR_WAKER) & WAKER_ASLEEP)
		;
	r += GICR_SGI;
	gic_put(r, GICD_IGROUPR, ~0u);
	gic_put(r, GICD_ICENABLER, 0xffff0000);
	gic_put(r, GICD_ISENABLER, 0x0000ffff);
	for (unsigned int i = 0; i < 8; i++)
		gic_put(r, GICD_IPRIORITYR + 4 * i, 0xa0a0a0a0);
	write_sysreg(s3_0_c12_c12_5,
		     read_sysreg(s3_0_c12_c12_5) | 1); // ICC_SRE_EL1: system registers
	isb();
	write_sysreg(s3_0_c4_c6_0, 0xf0); // ICC_PMR_EL1
	write_sysreg(s3_0_c12_c12_3, 0);  // ICC_BPR1_EL1
	write_sysreg(s3_0_c12_c12_4, 0);  // ICC_CTLR_EL1: one write ends an interrupt
	write_sysreg(s3_0_c12_c12_7, 1);  // ICC_IGRPEN1_EL1
	isb();
}

static uint32_t acknowledge(void)
{
	uint32_t id = (uint32_t)read_sysreg(s3_0_c12_c12_0); // ICC_IAR1_EL1

	dsb(sy);
	return id;
}

static void end(uint32_t acknowledged)
{
	write_sysreg(s3_0_c12_c12_1, acknowledged); // ICC_EOIR1_EL1
	isb();
}

static void send(const struct hal_cpu *cpu, unsigned int sgi)
{
	uint64_t m = cpu->mpidr;

	dsb(ishst);
	// ICC_SGI1R_EL1: affinities 3, 2, 1; a bit among sixteen of affinity 0, in the range m
	// >> 4.
	write_sysreg(s3_0_c12_c11_5, (m >> 32 & 0xff) << 48 | (m >> 4 & 0xf) << 44 |
					     (m >> 16 & 0xff) << 32 | (uint64_t)sgi << 24 |
					     (m >> 8 & 0xff) << 16 | 1ull << (m & 0xf));
	isb();
}

static void route(unsigned int id, const struct hal_cpu *cpu)
{
	*(volatile uint64_t *)(gic_distributor + GICD_IROUTER + 8 * id) = cpu->mpidr;
}

// Give each CPU the redistributor that names its affinity.
static void find_redistributors(volatile unsigned char *at, uint64_t size)
{
	volatile unsigned char *stop = at + size;
	uint64_t type;

	for (; at + 0x20000 <= stop; at += type & TYPER_VIRTUAL_LPIS ? 0x40000 : 0x20000) {
		type = *(volatile uint64_t *)(at + GICR_TYPER);
		for (unsigned int i = 0; i < arm_boot_info.cpu_count; i++)
			if (affinity32(arm_cpus[i].mpidr) == type >> 32)
				arm_cpus[i].redistributor = at;
		if (type & TYPER_LAST)
			break;
	}
}

const struct gic_ops *gic3_init(const struct dt_node *node, const char **why)
{
	static const struct gic_ops ops = {init_cpu, acknowledge, end, send, route};
	unsigned int regions = dt_cell(node, "#redistributor-regions", 0, 1);
	// More than our CPUs can have is not mapped: 256 KiB each at most.
	uint64_t most = (uint64_t)arm_boot_info.cpu_count * 0x40000;
	paddr_t base;
	uint64_t size;

	for (unsigned int i = 0; i < regions && dt_reg(node, 1 + i, &base, &size); i++) {
		volatile unsigned char *at = arm_map_registers(base, size < most ? size : most);

		*why = "no memory for the interrupt controller";
		if (!at)
			return NULL;
		find_redistributors(at, size < most ? size : most);
	}
	*why = "the interrupt controller has no redistributor for a CPU";
	for (unsigned int i = 0; i < arm_boot_info.cpu_count; i++)
		if (!arm_cpus[i].redistributor)
			return NULL;
	gic_put(gic_distributor, GICD_CTLR, 0);
	wait_distributor();
	for (unsigned int i = 1; i < 32; i++)
		gic_put(gic_distributor, GICD_IGROUPR + 4 * i, ~0u);
	gic_put(gic_distributor, GICD_CTLR, CTLR_AFFINITY | CTLR_ENABLE_GROUP1);
	wait_distributor();
	return &ops;
}
