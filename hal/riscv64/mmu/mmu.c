// SPDX-License-Identifier: MIT
// The kernel's page tables, built once at boot: image (W^X), linear map, device registers, and the
// tables under the kernel's own range.

#include <common/fdt.h>
#include <common/memory_map.h>
#include <common/pagetable.h>
#include <core/lib/string.h>
#include <hal/boot.h>
#include <hal/user.h>
#include <hal_arch/pte.h>
#include <riscv/cpu.h>

#define PAGE	       4096ul
#define SATP_MODE_SV39 8ul
#define SATP_MODE_SV48 9ul
#define POOL_PAGES     16

unsigned int riscv_mmu_levels;
unsigned long riscv_kernel_satp;
paddr_t hal_image_pa;
static paddr_t kernel_root;

paddr_t hal_kernel_root(void)
{
	return kernel_root;
}

// ---- pages before core's allocator ----

static struct hal_boot_info *boot_info;
static paddr_t pool;
static unsigned int pool_left;

static paddr_t boot_page(void)
{
	paddr_t page;

	if (!pool_left) {
		pool = memory_map_find(boot_info, POOL_PAGES * PAGE, PAGE, 0, HAL_LINEAR_SIZE);
		if (!pool)
			hal_boot_fail("too little memory for the page tables");
		memory_map_claim(boot_info, pool, POOL_PAGES * PAGE, HAL_MEM_KERNEL, false);
		pool_left = POOL_PAGES;
	}
	page = pool;
	pool += PAGE;
	pool_left--;
	memset(hal_phys_to_virt(page), 0, PAGE);
	return page;
}

// ---- entries ----

static unsigned long level_size(unsigned int level)
{
	return PAGE << 9 * level;
}

static hal_pte *entry_at(vaddr_t va, unsigned int level)
{
	hal_pte *table = hal_phys_to_virt(kernel_root);

	for (unsigned int at = riscv_mmu_levels - 1;; at--) {
		hal_pte *entry = &table[va / level_size(at) & 511];

		if (at == level)
			return entry;
		if (!*entry)
			*entry = hal_pte_table(boot_page());
		table = hal_phys_to_virt(hal_pte_pa(*entry));
	}
}

// With the largest pages that fit, up to 1 GiB.
static void map(vaddr_t va, paddr_t pa, uint64_t size, unsigned int rights)
{
	while (size) {
		unsigned int level = 2;

		while (level && ((va | pa) & (level_size(level) - 1) || size < level_size(level)))
			level--;
		*entry_at(va, level) = hal_pte_kernel(pa, rights, HAL_MEMORY_NORMAL);
		va += level_size(level);
		pa += level_size(level);
		size -= level_size(level);
	}
}

static void map_linear(paddr_t start, paddr_t end, unsigned int rights)
{
	if (start < end)
		map((vaddr_t)hal_phys_to_virt(start), start, end - start, rights);
}

// Part of the image. Its 16 KiB below each boot stack stay mapped: the trap code tests the stack
// pointer, not the page.
static void map_image(const char *start, const char *end, unsigned int rights)
{
	map((vaddr_t)start, hal_virt_to_phys(start),
	    (uint64_t)(end - start + PAGE - 1) & ~(PAGE - 1), rights);
}

// All RAM but what firmware keeps for itself. What the image has read-only, the linear map has
// read-only.
static void map_memory(void)
{
	static struct {
		paddr_t start, end;
	} extents[HAL_MEM_REGIONS_MAX];
	paddr_t fixed = hal_virt_to_phys(__text_start), fixed_end = hal_virt_to_phys(__rodata_end);
	unsigned int n = 0;

	// Building takes pages out of the map, so look at it first.
	for (unsigned int i = 0; i < boot_info->region_count; i++) {
		const struct hal_mem_region *r = &boot_info->regions[i];

		if (r->kind == HAL_MEM_RESERVED)
			continue;
		if (n && extents[n - 1].end == r->base) {
			extents[n - 1].end += r->size;
		} else {
			extents[n].start = r->base;
			extents[n++].end = r->base + r->size;
		}
	}
	for (unsigned int i = 0; i < n; i++) {
		paddr_t start = extents[i].start, end = extents[i].end;

		if (start < fixed && fixed < end) {
			map_linear(start, fixed, HAL_PTE_READ | HAL_PTE_WRITE);
			start = fixed;
		}
		if (start == fixed) {
			map_linear(start, fixed_end, HAL_PTE_READ);
			start = fixed_end;
		}
		map_linear(start, end, HAL_PTE_READ | HAL_PTE_WRITE);
	}
}

volatile void *riscv_map_device(paddr_t pa, uint64_t size)
{
	paddr_t start = pa & ~(PAGE - 1);

	if (pa >= HAL_LINEAR_SIZE)
		return NULL;
	map_linear(start, (pa + size + PAGE - 1) & ~(PAGE - 1), HAL_PTE_READ | HAL_PTE_WRITE);
	__asm__ volatile("sfence.vma" : : : "memory");
	return hal_phys_to_virt(pa);
}

// ---- boot ----

// RAM beyond the linear map cannot be used.
static void clip_memory(struct hal_boot_info *info)
{
	for (unsigned int i = 0; i < info->region_count; i++) {
		struct hal_mem_region *r = &info->regions[i];

		if (r->base >= HAL_LINEAR_SIZE) {
			info->region_count = i;
			return;
		}
		if (r->base + r->size > HAL_LINEAR_SIZE)
			r->size = HAL_LINEAR_SIZE - r->base;
	}
}

static unsigned int asid_bits(void)
{
	unsigned long seen;

	csr_write(satp, riscv_kernel_satp | 0xfffful << 44);
	seen = csr_read(satp) >> 44 & 0xffff;
	csr_write(satp, riscv_kernel_satp);
	return (unsigned int)__builtin_ctzll(~(uint64_t)seen);
}

void riscv_mmu_init(struct hal_boot_info *info)
{
	unsigned long mode = csr_read(satp) >> 60;

	if (riscv_option("hal.mmu", "sv39"))
		mode = SATP_MODE_SV39;
	riscv_mmu_levels = mode == SATP_MODE_SV48 ? 4 : 3;
	// One page less, so that no user access can reach across the end.
	hal_user_limit = (1ul << (mode == SATP_MODE_SV48 ? 47 : 38)) - PAGE;
	boot_info = info;
	clip_memory(info);
	kernel_root = boot_page();

	map_image(__text_start, __text_end, HAL_PTE_READ | HAL_PTE_EXEC);
	map_image(__rodata_start, __rodata_end, HAL_PTE_READ);
	map_image(__data_start, __kernel_end, HAL_PTE_READ | HAL_PTE_WRITE);
	map_memory();
	// Under Sv39 every GiB has an entry in the top level, which spaces copy.
	for (vaddr_t va = HAL_KERNEL_VM_START; va < HAL_KERNEL_VM_END; va += level_size(2))
		entry_at(va, riscv_mmu_levels - 2);
	riscv_kernel_satp = mode << 60 | kernel_root >> HAL_PAGE_SHIFT;
	riscv_mmu_cpu_init();
	riscv_asid_init(asid_bits());
}

void riscv_mmu_cpu_init(void)
{
	csr_write(satp, riscv_kernel_satp);
	__asm__ volatile("sfence.vma" : : : "memory");
}
