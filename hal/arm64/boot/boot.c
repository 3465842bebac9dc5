// SPDX-License-Identifier: MIT
// From the first C line to core_main(): the device tree, the memory map, the final page tables.

#include <arm64/cpu.h>
#include <arm64/trap.h>
#include <common/fdt.h>
#include <common/memory_map.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/debug.h>

extern char __kernel_start[], __kernel_end[];
extern char arm_boot_stacks[], arm_boot_stack_end[], arm_boot_irq_stack_end[],
	arm_boot_emergency_stack_end[];
extern char arm_no_table[];

struct hal_boot_info arm_boot_info;
struct arm_features arm_features;
paddr_t hal_image_pa;
paddr_t arm_console;

// Stands for the boot context until core adopts it.
static struct hal_thread boot_thread;

const struct hal_boot_info *hal_boot_info(void)
{
	return &arm_boot_info;
}

__noreturn void hal_boot_fail(const char *why)
{
	static const char head[] = "tern: cannot boot: ";

	hal_debug_write(head, sizeof(head) - 1);
	hal_debug_write(why, strlen(why));
	hal_debug_write("\n", 1);
	hal_power_off(1);
}

// The image but not the guards of the boot stacks, whose frames nobody sees in the image's mapping.
static void claim_image(struct hal_boot_info *info)
{
	paddr_t at = hal_virt_to_phys(__kernel_start);
	paddr_t window = hal_virt_to_phys(arm_boot_stacks);

	for (unsigned int i = 0; i < 3; i++, window += 2 * HAL_STACK_SIZE) {
		memory_map_claim(info, at, window - at, HAL_MEM_KERNEL, false);
		at = window + HAL_STACK_SIZE;
	}
	memory_map_claim(info, at, hal_virt_to_phys(__kernel_end) - at, HAL_MEM_KERNEL, false);
}

static bool find_uart(const struct dt_node *node, void *context)
{
	struct dt_node *found = context;

	if (!dt_compatible(node, "arm,pl011"))
		return false;
	*found = *node;
	return true;
}

// The PL011 that stdout-path names, or else the first.
static paddr_t uart_base(void)
{
	struct dt_node node = {.offset = -1};
	paddr_t base;
	uint64_t size;

	if (!dt_find_stdout(&node) || !dt_compatible(&node, "arm,pl011"))
		dt_walk(find_uart, &node);
	return node.offset >= 0 && dt_reg(&node, 0, &base, &size) ? base : 0;
}

void arm_boot(paddr_t tree, paddr_t image, bool from_el2);
void arm_boot(paddr_t tree, paddr_t image, bool from_el2)
{
	struct hal_cpu *cpu = &arm_cpus[0];

	hal_image_pa = image;
	arm_features.el2 = from_el2;
	boot_thread.hal = cpu;
	boot_thread.regs = (struct hal_regs *)(arm_boot_stack_end)-1;
	cpu->irq_stack = arm_boot_irq_stack_end;
	cpu->emergency_stack = arm_boot_emergency_stack_end;
	cpu->online = true;
	write_sysreg(tpidr_el1, &boot_thread);
	arm_cpu_init(cpu);

	if (!tree || tree & 7 || tree >> 39)
		hal_boot_fail("no device tree was given");
	dt_open((const void *)tree); // identity-mapped
	arm_psci_init();
	dt_boot_info(&arm_boot_info, tree);
	claim_image(&arm_boot_info);
	arm_console = uart_base();
	arm_kernel_map_init(&arm_boot_info, image);
	dt_open(hal_phys_to_virt(tree));
	arm_debug_uart(arm_console ? arm_map_registers(arm_console, 0x1000) : NULL);
	write_sysreg(ttbr0_el1, hal_virt_to_phys(arm_no_table));
	isb();
	__asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
	arm_tlb_init();
	arm_cpus_find();
	arm_time_init();
	core_main();
}
