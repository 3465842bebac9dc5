// SPDX-License-Identifier: MIT
// From the boot loader's information to core_main(): PVH's hvm_start_info and multiboot2's tags
// become struct hal_boot_info.
//
// Until mmu_boot() physical memory below 4 GiB is mapped at its own address, and only that: what
// lies above is out of reach for a loader's pointers.

#include <common/acpi.h>
#include <common/memory_map.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/boot.h>
#include <hal/debug.h>
#include <x86_64/boot.h>
#include <x86_64/cpu.h>

#define PVH_MAGIC	 0x336ec578
#define MULTIBOOT2_MAGIC 0x36d76289
#define REACH		 0x100000000ul
#define PAGE		 4096ul
#define E820_RAM	 1

static struct hal_boot_info info;

const struct hal_boot_info *hal_boot_info(void)
{
	return &info;
}

void hal_boot_fail(const char *why)
{
	static const char head[] = "\ntern: cannot boot: ";

	hal_debug_write(head, sizeof(head) - 1);
	hal_debug_write(why, strlen(why));
	hal_debug_write("\n", 1);
	hal_power_off(0);
}

static const void *reach(uint64_t pa, uint64_t n, const char *what)
{
	if (!pa || pa >= REACH || n > REACH - pa)
		hal_boot_fail(what);
	return (const void *)pa;
}

static const void *map_table(paddr_t pa, size_t n)
{
	return mmu_fixmap(pa, n, false);
}

static void use_cmdline(const char *text)
{
	static const char notice[] = "tern: the command line is too long and was cut off\n";

	if (strscpy(info.cmdline, text, sizeof(info.cmdline)) < 0)
		hal_debug_write(notice, sizeof(notice) - 1);
}

static void use_initrd(uint64_t base, uint64_t size)
{
	if (info.initrd || !size)
		return;
	info.initrd = base;
	info.initrd_size = size;
}

/* ---- PVH ---- */

struct pvh_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, cmdline, rsdp;
	uint64_t map; // from version 1 on
	uint32_t map_count, reserved;
};

struct pvh_module {
	uint64_t base, size, cmdline, reserved;
};

struct pvh_memory {
	uint64_t base, size;
	uint32_t kind, reserved;
};

static void read_pvh(const struct pvh_info *pvh)
{
	const struct pvh_memory *map;
	const struct pvh_module *module;

	info.loader = "pvh";
	if (pvh->version < 1 || !pvh->map_count)
		hal_boot_fail("the boot loader gave no memory map (PVH version 0)");
	map = reach(pvh->map, pvh->map_count * sizeof(*map), "the memory map is out of reach");
	for (unsigned int i = 0; i < pvh->map_count; i++)
		if (map[i].kind == E820_RAM)
			memory_map_add(&info, map[i].base, map[i].size);
	for (unsigned int i = 0; i < pvh->map_count; i++)
		if (map[i].kind != E820_RAM)
			memory_map_claim(&info, map[i].base, map[i].size, HAL_MEM_RESERVED, true);
	if (pvh->cmdline)
		use_cmdline(reach(pvh->cmdline, 1, "the command line is out of reach"));
	if (pvh->module_count) {
		module = reach(pvh->modules, sizeof(*module), "the module list is out of reach");
		use_initrd(module->base, module->size);
	}
	if (pvh->rsdp)
		acpi_use_rsdp(reach(pvh->rsdp, 36, "the RSDP is out of reach"), 36, map_table);
}

/* ---- multiboot2 ---- */

struct multiboot_tag {
	uint32_t type, size;
};

struct multiboot_memory {
	uint64_t base, size;
	uint32_t kind, reserved;
};

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY = 6,
	TAG_RSDP1 = 14,
	TAG_RSDP2 = 15
};

static void read_memory_tag(const struct multiboot_tag *tag, bool ram)
{
	const uint32_t *words = (const uint32_t *)(tag + 1); // entry size, version
	const char *end = (const char *)tag + tag->size;

	if (tag->size < 16 || words[0] < sizeof(struct multiboot_memory))
		hal_boot_fail("the boot loader's memory map is malformed");
	for (const char *at = (const char *)(words + 2); at + words[0] <= end; at += words[0]) {
		const struct multiboot_memory *m =
			(const struct multiboot_memory *)(const void *)at;

		if (ram && m->kind == E820_RAM)
			memory_map_add(&info, m->base, m->size);
		else if (!ram && m->kind != E820_RAM)
			memory_map_claim(&info, m->base, m->size, HAL_MEM_RESERVED, true);
	}
}

static void read_multiboot(const uint32_t *multiboot)
{
	const char *at = (const char *)(multiboot + 2),
		   *end = (const char *)multiboot + multiboot[0];
	bool memory = false;

	info.loader = "multiboot2";
	reach((uint64_t)multiboot, multiboot[0], "the multiboot information is out of reach");
	while (at + sizeof(struct multiboot_tag) <= end) {
		const struct multiboot_tag *tag = (const struct multiboot_tag *)(const void *)at;
		const uint32_t *words = (const uint32_t *)(tag + 1);

		if (tag->type == TAG_END || tag->size < sizeof(*tag) ||
		    tag->size > (size_t)(end - at))
			break;
		switch (tag->type) {
		case TAG_CMDLINE:
			use_cmdline((const char *)words);
			break;
		case TAG_MODULE:
			use_initrd(words[0], words[1] - words[0]);
			break;
		case TAG_MEMORY:
			read_memory_tag(tag, true);
			read_memory_tag(tag, false);
			memory = true;
			break;
		case TAG_RSDP1:
		case TAG_RSDP2: // the newer one comes last, and wins
			acpi_use_rsdp(words, tag->size - sizeof(*tag), map_table);
			break;
		}
		at += (tag->size + 7) & ~7u;
	}
	if (!memory)
		hal_boot_fail("the boot loader gave no memory map");
}

/* ---- */

// Firmware that passed no RSDP leaves it in the BIOS area or the first KiB of the EBDA.
static void search_rsdp(void)
{
	for (paddr_t pa = 0xe0000; pa < 0x100000; pa += 16)
		if (acpi_use_rsdp((const void *)pa, 36, map_table))
			return;
}

static void claim_kernel(void)
{
	extern char __boot_start[], __boot_end[], __kernel_start[], __kernel_end[];

	memory_map_claim(&info, 0, PAGE, HAL_MEM_RESERVED, true); // the firmware's vectors
	memory_map_claim(&info, (paddr_t)__boot_start, (uint64_t)(__boot_end - __boot_start),
			 HAL_MEM_KERNEL, false);
	memory_map_claim(&info, hal_virt_to_phys(__kernel_start),
			 (uint64_t)(__kernel_end - __kernel_start), HAL_MEM_KERNEL, false);
	if (info.initrd)
		memory_map_claim(&info, info.initrd, info.initrd_size, HAL_MEM_INITRD, false);
}

// The trampoline's page, and the page tables: what they do not need of the estimate is given back
// by not claiming it.
static void take_memory(void)
{
	paddr_t trampoline = memory_map_find(&info, PAGE, PAGE, PAGE, 0xa0000);
	size_t pool_size = mmu_boot_pages() * PAGE;
	paddr_t pool, used;

	if (trampoline) {
		memory_map_claim(&info, trampoline, PAGE, HAL_MEM_KERNEL, false);
		smp_reserve(trampoline);
	}
	pool = memory_map_find(&info, pool_size, PAGE, 0x100000, REACH);
	if (!pool)
		hal_boot_fail("too little memory for the kernel's page tables");
	used = mmu_boot(pool, pool + pool_size);
	memory_map_claim(&info, pool, used - pool, HAL_MEM_KERNEL, false);
}

void boot_start(uint32_t magic, uint32_t address)
{
	const struct pvh_info *pvh = (const struct pvh_info *)(uintptr_t)address;

	debug_boot();
	cpu_detect();
	mmu_patch();
	cpus[0].irq_stack = (uint64_t)boot_irq_stack_top;
	cpus[0].emergency_stack = (uint64_t)boot_emergency_stack_top;
	cpu_setup(0);
	cpu_set_stack(&cpus[0], (uint64_t)boot_stack_top);

	search_rsdp();
	if (magic == MULTIBOOT2_MAGIC)
		read_multiboot((const uint32_t *)(uintptr_t)address);
	else if (address && pvh->magic == PVH_MAGIC)
		read_pvh(pvh);
	else
		hal_boot_fail("neither a PVH nor a multiboot2 boot loader");
	claim_kernel();
	take_memory();

	apic_boot();
	smp_boot();
	info.cpu_count = cpu_count;
	time_boot();
	tlb_cpu_setup(&cpus[0]);
	core_main();
}
