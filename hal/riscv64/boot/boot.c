// SPDX-License-Identifier: MIT
// The boot CPU's first C code: from the device tree to core_main().

#include <common/fdt.h>
#include <common/memory_map.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/boot.h>
#include <hal/debug.h>
#include <riscv/cpu.h>

extern char riscv_boot_irq_stack[], riscv_boot_emergency_stack[];

// What tp points to until core's first thread takes over (hal_thread_init_idle).
extern struct hal_thread riscv_boot_thread;
static struct hal_regs boot_regs;
struct hal_thread riscv_boot_thread = {.regs = &boot_regs, .hal = &riscv_cpus[0], .fpu_cpu = ~0u};

static struct hal_boot_info info;

const struct hal_boot_info *hal_boot_info(void)
{
	return &info;
}

bool riscv_option(const char *name, const char *value)
{
	size_t n = strlen(name);

	for (const char *at = info.cmdline; (at = strstr(at, name)); at += n) {
		const char *end = at + n;

		if (at != info.cmdline && at[-1] != ' ')
			continue;
		if (value) {
			if (*end != '=' || strncmp(end + 1, value, strlen(value)) != 0)
				continue;
			end += 1 + strlen(value);
		}
		if (*end == ' ' || *end == '\0')
			return true;
	}
	return false;
}

__noreturn void hal_boot_fail(const char *why)
{
	static const char before[] = "tern: cannot boot: ";

	hal_debug_write(before, sizeof(before) - 1);
	hal_debug_write(why, strlen(why));
	hal_debug_write("\n", 1);
	hal_power_off(0);
}

__noreturn void riscv_boot(unsigned long hartid, paddr_t tree, paddr_t image)
{
	riscv_cpus[0].irq_stack = riscv_boot_irq_stack;
	riscv_cpus[0].emergency_stack = riscv_boot_emergency_stack;
	riscv_cpus[0].hartid = hartid;
	hal_image_pa = image;
	riscv_cpus_online = 1;
	riscv_trap_init();

	if (!tree || tree >= HAL_LINEAR_SIZE || (tree & 7))
		hal_boot_fail("the firmware gave no device tree");
	dt_open(hal_phys_to_virt(tree));
	dt_boot_info(&info, tree);
	memory_map_claim(&info, image, (uint64_t)(__kernel_end - __kernel_start), HAL_MEM_KERNEL,
			 false);
	riscv_cpus_init(hartid);
	info.cpu_count = riscv_cpu_total;
	riscv_mmu_init(&info);
	riscv_debug_init();
	riscv_plic_init();
	riscv_devices_init();
	riscv_time_init();
	core_main();
}

__noreturn void riscv_boot_secondary(struct hal_cpu *cpu)
{
	riscv_trap_init();
	riscv_time_cpu_init();
	riscv_plic_cpu_init();
	__atomic_fetch_or(&riscv_cpus_online, 1ull << cpu->id, __ATOMIC_SEQ_CST);
	__asm__ volatile("sfence.vma" : : : "memory");
	core_secondary(cpu->id);
}
