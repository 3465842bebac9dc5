/* SPDX-License-Identifier: MIT */
/* irq/gic.h - one interrupt controller of two kinds: GICv2 by registers, GICv3 by redistributors
 * and system registers. */
#ifndef ARM64_GIC_H
#define ARM64_GIC_H

#include <arm64/cpu.h>

#define GIC_SPURIOUS 1020u /* interrupt ids from here on mean: none */
#define GIC_SPI	     32u   /* first shared interrupt */

struct gic_ops {
	void (*init_cpu)(struct hal_cpu *cpu);
	uint32_t (*acknowledge)(void); /* what end() takes; id in bits 9..0 */
	void (*end)(uint32_t acknowledged);
	void (*send)(const struct hal_cpu *cpu, unsigned int sgi);
	void (*route)(unsigned int id, const struct hal_cpu *cpu);
};

/* The distributor, which both kinds have. */
extern volatile unsigned char *gic_distributor;

enum {
	GICD_CTLR = 0x000,
	GICD_TYPER = 0x004,
	GICD_IGROUPR = 0x080,
	GICD_ISENABLER = 0x100,
	GICD_ICENABLER = 0x180,
	GICD_IPRIORITYR = 0x400,
	GICD_ITARGETSR = 0x800,
	GICD_SGIR = 0xf00,
	GICD_IROUTER = 0x6000,
};

static inline uint32_t gic_get(volatile unsigned char *base, unsigned int reg)
{
	return *(volatile uint32_t *)(base + reg);
}

static inline void gic_put(volatile unsigned char *base, unsigned int reg, uint32_t value)
{
	*(volatile uint32_t *)(base + reg) = value;
}

/* 0, or NULL with a reason in *why. */
const struct gic_ops *gic2_init(const struct dt_node *node, const char **why);
const struct gic_ops *gic3_init(const struct dt_node *node, const char **why);

#endif
