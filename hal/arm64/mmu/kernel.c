// SPDX-License-Identifier: MIT
// The kernel's half of the address space at boot: RAM in the linear map, in the largest blocks that
// fit, and the image page by page with the rights of each section. Nothing of it is ever split
// later. Text and read-only data are read-only in the linear map too.

#include <arm64/cpu.h>
#include <common/memory_map.h>
#include <common/pagetable.h>
#include <core/lib/string.h>
#include <hal_arch/pte.h>

#define PAGE	((vaddr_t)1 << HAL_PAGE_SHIFT)
#define GIB	((paddr_t)1 << 30)
#define ENTRIES 512u

extern char __kernel_start[], __rodata_start[], __rodata_end[], __data_start[], __kernel_end[],
	arm_boot_stacks[];
extern hal_pte arm_identity_table[ENTRIES];
void arm_replace_root(paddr_t root);

paddr_t arm_kernel_root;

// Table pages come from RAM in the GiBs that the identity map of start.S covers.
static struct {
	paddr_t start, next, end;
} pool;

// Devices of the HAL: the next free address.
static vaddr_t registers_next = HAL_REGISTERS_BASE;

paddr_t hal_kernel_root(void)
{
	return arm_kernel_root;
}

static void pool_open(const struct hal_boot_info *info, paddr_t image)
{
	paddr_t from = image & ~(GIB - 1);

	for (uint64_t size = 1 << 20; size >= 1 << 15 && !pool.start; size >>= 1)
		pool.start = memory_map_find(info, size, PAGE, image, from + 2 * GIB),
		pool.end = pool.start + size;
	if (!pool.start)
		hal_boot_fail("too little memory for the page tables");
	pool.next = pool.start;
}

static hal_pte *pool_table(void)
{
	hal_pte *table = (hal_pte *)pool.next; // identity-mapped

	if (pool.next == pool.end)
		hal_boot_fail("too little memory for the page tables");
	memset(table, 0, PAGE);
	pool.next += PAGE;
	return table;
}

// Map [va, va + size) to pa with the attributes of leaf; table is the root.
static void map(hal_pte *root, vaddr_t va, paddr_t pa, uint64_t size, hal_pte leaf)
{
	while (size) {
		hal_pte *table = root;
		unsigned int shift = HAL_PAGE_SHIFT + 27;

		for (;; shift -= 9) {
			uint64_t span = 1ull << shift;
			hal_pte *entry = &table[va >> shift & (ENTRIES - 1)];

			if (shift == HAL_PAGE_SHIFT ||
			    (shift <= 30 && !((va | pa) & (span - 1)) && size >= span && !*entry)) {
				*entry = shift == HAL_PAGE_SHIFT ? leaf | pa
								 : (leaf & ~PTE_TABLE) | pa;
				va += span;
				pa += span;
				size -= span;
				break;
			}
			if (!*entry)
				*entry = hal_pte_kernel_table((paddr_t)pool_table());
			table = (hal_pte *)hal_pte_pa(*entry);
		}
	}
}

static void map_linear(hal_pte *root, paddr_t base, paddr_t end, unsigned int rights)
{
	if (base < end)
		map(root, (vaddr_t)hal_phys_to_virt(base), base, end - base,
		    hal_pte_kernel(0, rights, HAL_MEMORY_NORMAL));
}

// RAM of one region, or of several without a gap between them.
static void map_ram(hal_pte *root, paddr_t base, paddr_t end)
{
	paddr_t low = hal_virt_to_phys(__kernel_start), high = hal_virt_to_phys(__rodata_end);

	if (base <= low && high <= end) {
		map_linear(root, base, low, HAL_PTE_READ | HAL_PTE_WRITE);
		map_linear(root, low, high, HAL_PTE_READ);
		base = high;
	}
	map_linear(root, base, end, HAL_PTE_READ | HAL_PTE_WRITE);
}

static void map_image(hal_pte *root, const char *start, const char *end, unsigned int rights)
{
	hal_pte leaf = hal_pte_kernel(0, rights, HAL_MEMORY_NORMAL);

	if (!arm_features.bti)
		leaf &= ~PTE_GUARDED;
	map(root, (vaddr_t)start, hal_virt_to_phys(start), (uint64_t)(end - start), leaf);
}

void arm_kernel_map_init(struct hal_boot_info *info, paddr_t image)
{
	const char *window = arm_boot_stacks, *at = __data_start;
	hal_pte *root;

	pool_open(info, image);
	root = pool_table();
	for (unsigned int i = 0; i < info->region_count;) {
		paddr_t base = info->regions[i].base, end = base;

		if (info->regions[i].kind == HAL_MEM_RESERVED) {
			i++;
			continue;
		}
		for (; i < info->region_count && info->regions[i].base == end &&
		       info->regions[i].kind != HAL_MEM_RESERVED;
		     i++)
			end += info->regions[i].size;
		map_ram(root, base, end);
	}
	map_image(root, __kernel_start, __rodata_start, HAL_PTE_READ | HAL_PTE_EXEC);
	map_image(root, __rodata_start, __rodata_end, HAL_PTE_READ);
	for (unsigned int i = 0; i < 3; i++, window += 2 * HAL_STACK_SIZE) {
		map_image(root, at, window, HAL_PTE_READ | HAL_PTE_WRITE);
		at = window + HAL_STACK_SIZE;
	}
	map_image(root, at, __kernel_end, HAL_PTE_READ | HAL_PTE_WRITE);
	// The leaf table for the first of the HAL's registers: the debug port is mapped before core
	// can give memory.
	map(root, HAL_REGISTERS_BASE, 0, PAGE, 0);
	memory_map_claim(info, pool.start, pool.next - pool.start, HAL_MEM_KERNEL, false);

	arm_kernel_root = (paddr_t)root;
	dsb(ish);
	arm_replace_root(arm_kernel_root);
	// Secondary CPUs need the image's own GiB only.
	for (unsigned int i = 0; i < ENTRIES; i++)
		if (i != (image >> 30 & (ENTRIES - 1)))
			__atomic_store_n(&arm_identity_table[i], 0, __ATOMIC_RELAXED);
	arm_clean(arm_identity_table, sizeof(arm_identity_table));
}

void *arm_map_registers(paddr_t base, uint64_t size)
{
	paddr_t first = base & ~(PAGE - 1);
	uint64_t n = ((base + size + PAGE - 1) & ~(PAGE - 1)) - first;
	vaddr_t va = registers_next;

	if (hal_kernel_map(va, first, n, HAL_PTE_READ | HAL_PTE_WRITE, HAL_MEMORY_DEVICE))
		return NULL;
	registers_next += n;
	return (void *)(va + (base - first));
}

void arm_clean(const void *start, size_t n)
{
	vaddr_t line = 4ul << (read_sysreg(ctr_el0) >> 16 & 15);
	vaddr_t at = (vaddr_t)start & ~(line - 1);

	for (; at < (vaddr_t)start + n; at += line)
		__asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
	dsb(sy);
}

void hal_icache_sync(paddr_t pa, size_t n)
{
	unsigned long ctr = read_sysreg(ctr_el0);
	vaddr_t line = 4ul << (ctr >> 16 & 15);
	vaddr_t start = (vaddr_t)hal_phys_to_virt(pa);

	if (!(ctr >> 28 & 1)) // IDC: the instruction cache reads what the data cache has
		for (vaddr_t at = start & ~(line - 1); at < start + n; at += line)
			__asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
	dsb(ish);
	if (!(ctr >> 29 & 1)) // DIC: no invalidation is needed
		__asm__ volatile("ic ialluis\n\tdsb ish" : : : "memory");
	isb();
}
