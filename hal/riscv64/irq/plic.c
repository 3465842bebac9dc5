// SPDX-License-Identifier: MIT
// The platform-level interrupt controller (RISC-V PLIC specification): each hart's S-mode context
// claims and completes. The HAL's line numbers are the controller's source numbers; a source goes
// to one CPU at a time.

#include <common/fdt.h>
#include <common/lock.h>
#include <core/upcall.h>
#include <hal/irq.h>
#include <riscv/cpu.h>

#define SOURCES_MAX 1024
#define NO_CONTEXT  (~0u)

#define PRIORITY(source)   (source)
#define ENABLE(context, n) ((0x2000 + (context) * 0x80) / 4 + (n) / 32)
#define THRESHOLD(context) ((0x200000 + (context) * 0x1000) / 4)
#define CLAIM(context)	   (THRESHOLD(context) + 1)

static volatile uint32_t *plic;
static unsigned int sources;
static struct hal_lock lock;
static uint8_t route[SOURCES_MAX]; // CPU of each source
static uint32_t unmasked[SOURCES_MAX / 32];

unsigned int hal_irq_count(void)
{
	return sources;
}

static void enable(unsigned int irq, bool on)
{
	unsigned int context = riscv_cpus[route[irq]].plic_context;
	uint32_t bit = 1u << irq % 32;

	if (!plic || context == NO_CONTEXT)
		return;
	if (on)
		plic[ENABLE(context, irq)] |= bit;
	else
		plic[ENABLE(context, irq)] &= ~bit;
}

static void set_mask(unsigned int irq, bool on)
{
	unsigned long flags = hal_lock(&lock);

	if (on)
		unmasked[irq / 32] |= 1u << irq % 32;
	else
		unmasked[irq / 32] &= ~(1u << irq % 32);
	enable(irq, on);
	hal_unlock(&lock, flags);
}

void hal_irq_unmask(unsigned int irq)
{
	if (irq < sources)
		set_mask(irq, true);
}

void hal_irq_mask(unsigned int irq)
{
	if (irq < sources)
		set_mask(irq, false);
}

int hal_irq_route(unsigned int irq, unsigned int cpu)
{
	unsigned long flags;

	if (irq >= sources || cpu >= riscv_cpu_total || riscv_cpus[cpu].plic_context == NO_CONTEXT)
		return -22; // EINVAL
	flags = hal_lock(&lock);
	enable(irq, false);
	route[irq] = (uint8_t)cpu;
	enable(irq, unmasked[irq / 32] >> irq % 32 & 1);
	hal_unlock(&lock, flags);
	return 0;
}

void riscv_plic_handle(void)
{
	unsigned int context = this_cpu()->plic_context;
	uint32_t irq;

	while (plic && context != NO_CONTEXT && (irq = plic[CLAIM(context)])) {
		core_irq(irq);
		plic[CLAIM(context)] = irq;
	}
}

void riscv_plic_cpu_init(void)
{
	if (plic && this_cpu()->plic_context != NO_CONTEXT)
		plic[THRESHOLD(this_cpu()->plic_context)] = 0;
}

// Each hart's own controller is a child of its node.
static uint32_t intc[HAL_MAX_CPUS]; // phandles

static bool find_intc(const struct dt_node *node, void *context)
{
	unsigned int *cpu = context; // of the last CPU's node seen
	paddr_t hartid;
	uint64_t size;

	if (node->depth == 2)
		*cpu = dt_reg(node, 0, &hartid, &size) ? riscv_cpu_of_hart(hartid) : HAL_MAX_CPUS;
	else if (node->depth == 3 && *cpu < HAL_MAX_CPUS && dt_compatible(node, "riscv,cpu-intc"))
		intc[*cpu] = dt_cell(node, "phandle", 0, 0);
	return false;
}

// interrupts-extended has a pair (a hart's own controller, its cause) for each context.
static void find_contexts(const struct dt_node *node)
{
	unsigned int at = HAL_MAX_CPUS;

	dt_walk(find_intc, &at);
	for (unsigned int context = 0;; context++) {
		uint32_t phandle = dt_cell(node, "interrupts-extended", context * 2, 0);
		uint32_t cause = dt_cell(node, "interrupts-extended", context * 2 + 1, 0);

		if (!phandle)
			return;
		for (unsigned int cpu = 0; cpu < riscv_cpu_total; cpu++)
			if (cause == IRQ_EXTERNAL && intc[cpu] == phandle)
				riscv_cpus[cpu].plic_context = context;
	}
}

static bool attach(const struct dt_node *node, void *context)
{
	paddr_t base;
	uint64_t size;

	(void)context;
	if (!dt_compatible(node, "riscv,plic0") && !dt_compatible(node, "sifive,plic-1.0.0"))
		return false;
	if (!dt_reg(node, 0, &base, &size))
		return false;
	find_contexts(node);
	sources = dt_cell(node, "riscv,ndev", 0, 0) + 1;
	if (sources > SOURCES_MAX)
		sources = SOURCES_MAX;
	plic = riscv_map_device(base, size);
	return true;
}

void riscv_plic_init(void)
{
	for (unsigned int cpu = 0; cpu < riscv_cpu_total; cpu++)
		riscv_cpus[cpu].plic_context = NO_CONTEXT;
	dt_walk(attach, NULL);
	if (!plic)
		return;
	for (unsigned int i = 1; i < sources; i++)
		plic[PRIORITY(i)] = 1;
	for (unsigned int cpu = 0; cpu < riscv_cpu_total; cpu++) {
		unsigned int context = riscv_cpus[cpu].plic_context;

		for (unsigned int i = 0; context != NO_CONTEXT && i < sources; i += 32)
			plic[ENABLE(context, i)] = 0;
	}
	riscv_plic_cpu_init();
}
