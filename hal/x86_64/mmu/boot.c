// SPDX-License-Identifier: MIT
// The kernel's own page tables, made once at boot: the linear map of all RAM, the image with each
// part's rights, room for core's range, and a window for device registers and firmware tables.
//
// Until mmu_boot() is done the tables of boot/start.S are in use: physical memory below 4 GiB lies
// at its own address, and everything is writable.

#include <common/pagetable.h>
#include <core/lib/string.h>
#include <hal/boot.h>
#include <hal_arch/pte.h>
#include <x86_64/cpu.h>

#define FIXMAP_START (HAL_IMAGE_START + 0x60000000ul) // one table: 2 MiB
#define ENTRIES	     512
#define PAGE	     4096ul
#define MIB2	     (PAGE * ENTRIES)
#define GIB	     (MIB2 * ENTRIES)

extern char __kernel_start[], __text_start[], __text_end[], __rodata_start[], __rodata_end[];
extern char __data_start[], __kernel_end[], boot_stacks[];
extern char __boot_start[], __boot_end[];
extern const int32_t __kernel_smap_start[], __kernel_smap_end[];

paddr_t kernel_root;
static uint64_t fixmap_table[ENTRIES] __aligned_to(PAGE);
static unsigned int fixmap_used;

static paddr_t pool, pool_end;
static uint16_t kernel_slots[ENTRIES / 2], kernel_slot_count;

static paddr_t page(void)
{
	paddr_t pa = pool;

	if (pa >= pool_end)
		hal_boot_fail("too little memory for the kernel's page tables");
	pool += PAGE;
	memset((void *)pa, 0, PAGE);
	return pa;
}

static uint64_t *next_table(uint64_t *slot)
{
	if (!*slot)
		*slot = hal_pte_kernel_table(page());
	return (uint64_t *)(*slot & X86_PTE_FRAME);
}

static uint64_t *slot_at(vaddr_t va, unsigned int level)
{
	uint64_t *table = (uint64_t *)kernel_root;

	for (unsigned int l = 3; l > level; l--)
		table = next_table(&table[va >> (12 + 9 * l) & (ENTRIES - 1)]);
	return &table[va >> (12 + 9 * level) & (ENTRIES - 1)];
}

// The largest pages that fit; no range is mapped twice.
static void map(vaddr_t va, paddr_t pa, paddr_t end, uint64_t flags)
{
	flags |= X86_PTE_P | X86_PTE_A | X86_PTE_D | X86_PTE_G;
	while (pa < end) {
		uint64_t both = va | pa;

		if (cpu_features.gib_pages && !(both & (GIB - 1)) && end - pa >= GIB) {
			*slot_at(va, 2) = pa | flags | X86_PTE_PS;
			va += GIB;
			pa += GIB;
		} else if (!(both & (MIB2 - 1)) && end - pa >= MIB2) {
			*slot_at(va, 1) = pa | flags | X86_PTE_PS;
			va += MIB2;
			pa += MIB2;
		} else {
			*slot_at(va, 0) = pa | flags;
			va += PAGE;
			pa += PAGE;
		}
	}
}

static void map_linear(paddr_t from, paddr_t to)
{
	// The alias of the image's text and constants is read-only too.
	paddr_t hole = hal_virt_to_phys(__text_start), hole_end = hal_virt_to_phys(__rodata_end);

	if (to <= hole || from >= hole_end) {
		map(HAL_LINEAR_START + from, from, to, X86_PTE_W | X86_PTE_NX);
		return;
	}
	if (from < hole)
		map(HAL_LINEAR_START + from, from, hole, X86_PTE_W | X86_PTE_NX);
	map(HAL_LINEAR_START + hole, hole, hole_end, X86_PTE_NX);
	if (hole_end < to)
		map(HAL_LINEAR_START + hole_end, hole_end, to, X86_PTE_W | X86_PTE_NX);
}

static void map_image(const char *from, const char *to, uint64_t flags)
{
	for (vaddr_t va = (vaddr_t)from; va < (vaddr_t)to; va += PAGE) {
		// The lower half of each of the boot CPU's stack windows.
		if (va - (vaddr_t)boot_stacks < 6ul * HAL_STACK_SIZE &&
		    !((va - (vaddr_t)boot_stacks) & HAL_STACK_SIZE))
			continue;
		*slot_at(va, 0) = hal_virt_to_phys((void *)va) | flags | X86_PTE_P | X86_PTE_A |
				  X86_PTE_D | X86_PTE_G;
	}
}

// Without SMAP, STAC and CLAC are undefined: put NOPs over them while text is still writable.
static void patch_smap(void)
{
	static const uint8_t nop[3] = {0x0f, 0x1f, 0x00};

	if (cpu_features.smap)
		return;
	for (const int32_t *p = __kernel_smap_start; p < __kernel_smap_end; p++)
		memcpy((char *)(uintptr_t)p + *p, nop, sizeof(nop));
}

void mmu_patch(void)
{
	patch_smap();
}

size_t mmu_boot_pages(void)
{
	const struct hal_boot_info *info = hal_boot_info();
	size_t pages = 16 + (size_t)(__kernel_end - __kernel_start) / MIB2;

	for (unsigned int i = 0; i < info->region_count; i++)
		if (info->regions[i].kind != HAL_MEM_RESERVED)
			pages += info->regions[i].size / GIB + 6;
	return pages;
}

paddr_t mmu_boot(paddr_t from, paddr_t end)
{
	const struct hal_boot_info *info = hal_boot_info();

	pool = from;
	pool_end = end;
	kernel_root = page();
	for (unsigned int i = 0; i < info->region_count; i++) {
		const struct hal_mem_region *r = &info->regions[i];

		if (r->base + r->size > HAL_LINEAR_END - HAL_LINEAR_START)
			hal_boot_fail("more than 64 TiB of physical addresses");
		if (r->kind != HAL_MEM_RESERVED)
			map_linear(r->base, r->base + r->size);
	}
	map_image(__text_start, __text_end, 0);
	map_image(__rodata_start, __rodata_end, X86_PTE_NX);
	map_image(__data_start, __kernel_end, X86_PTE_NX | X86_PTE_W);
	*slot_at(FIXMAP_START, 1) = hal_pte_kernel_table(hal_virt_to_phys(fixmap_table));
	slot_at(HAL_KERNEL_VM_START, 2);
	for (unsigned int i = ENTRIES / 2; i < ENTRIES; i++)
		if (((uint64_t *)kernel_root)[i])
			kernel_slots[kernel_slot_count++] = (uint16_t)i;
	write_cr3(kernel_root);
	return pool;
}

void mmu_fill_kernel_half(uint64_t *root)
{
	const uint64_t *kernel = hal_phys_to_virt(kernel_root);

	for (unsigned int i = 0; i < kernel_slot_count; i++)
		root[kernel_slots[i]] = kernel[kernel_slots[i]];
}

paddr_t hal_kernel_root(void)
{
	return kernel_root;
}

void *mmu_fixmap(paddr_t pa, size_t n, bool device)
{
	paddr_t first = pa & ~(PAGE - 1);
	unsigned int pages = (unsigned int)((pa + n - first + PAGE - 1) / PAGE), at = fixmap_used;

	if (pages > ENTRIES - at)
		return NULL;
	fixmap_used += pages;
	for (unsigned int i = 0; i < pages; i++)
		fixmap_table[at + i] =
			hal_pte_kernel(first + i * PAGE, device ? HAL_PTE_WRITE : 0,
				       device ? HAL_MEMORY_DEVICE : HAL_MEMORY_NORMAL);
	return (void *)(FIXMAP_START + at * PAGE + (pa - first));
}

void hal_icache_sync(paddr_t pa, size_t n)
{
	(void)pa; // the caches are coherent
	(void)n;
}
