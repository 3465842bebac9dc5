/* SPDX-License-Identifier: MIT */
/* hal_arch/mmu.h (host): "physical memory" is one shared mapping, seen through the linear map at
 * fake_linear. */
#ifndef HAL_ARCH_MMU_H
#define HAL_ARCH_MMU_H

#include <hal/types.h>
#include <hal_arch/arch.h>

#define HAL_SPACE_LISTED 16

#define HAL_EXEC_READS 1

struct hal_space {
	paddr_t root;
	unsigned long tables, blocks;
	paddr_t spare;
	bool unlisted; /* common/pagetable.h: there are more than listed holds */
	uint64_t *listed[HAL_SPACE_LISTED]; /* the entries that refer to the tables */
	unsigned long flushes;		    /* how many hal_tlb_flush() had something to do */
};

#define HAL_TLB_TABLES 14

struct hal_tlb {
	struct hal_space *space;
	vaddr_t start, end;
	unsigned int table_count;
	paddr_t tables[HAL_TLB_TABLES];
};

#define FAKE_RAM_BASE 0x40000000ul /* "physical" */
#define FAKE_RAM_SIZE 0x04000000ul /* 64 MiB */

extern char *fake_ram;

static inline void *hal_phys_to_virt(paddr_t pa)
{
	return (void *)((uintptr_t)fake_ram + pa -
			FAKE_RAM_BASE); /* any pa: where RAM ends is not asked */
}

static inline paddr_t hal_virt_to_phys(const void *p)
{
	return (paddr_t)((const char *)p - fake_ram) + FAKE_RAM_BASE;
}

static inline bool hal_is_linear(const void *p)
{
	return (vaddr_t)p - (vaddr_t)fake_ram < FAKE_RAM_SIZE;
}

static inline void hal_tlb_gather_range(struct hal_tlb *tlb, vaddr_t start, vaddr_t end)
{
	if (start < tlb->start)
		tlb->start = start;
	if (end > tlb->end)
		tlb->end = end;
}

void hal_tlb_gather_table(struct hal_tlb *tlb, paddr_t table);

/* No instruction of this machine zeroes a block: unrolled, since the loop's own instructions would
 * be a third of the cost. */
static inline void hal_clear_page(void *page)
{
	uint64_t *word = page, *end = word + (1 << HAL_PAGE_SHIFT) / sizeof(*word);

	for (; word < end; word += 16) {
		word[0] = word[1] = word[2] = word[3] = 0;
		word[4] = word[5] = word[6] = word[7] = 0;
		word[8] = word[9] = word[10] = word[11] = 0;
		word[12] = word[13] = word[14] = word[15] = 0;
	}
}

#endif
