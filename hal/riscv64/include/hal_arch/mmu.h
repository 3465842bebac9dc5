/* SPDX-License-Identifier: MIT */
/* hal_arch/mmu.h (riscv64) - address conversions, address spaces, what is gathered for a flush. */
#ifndef HAL_ARCH_MMU_H
#define HAL_ARCH_MMU_H

#include <hal/types.h>
#include <hal_arch/arch.h>

/* Life of an ASID: see mmu/tlb.c. The masks have one bit per CPU and are changed atomically. */
#define HAL_SPACE_LISTED 16
#define HAL_EXEC_READS	 0

struct hal_space {
	paddr_t root;
	unsigned long tables; /* table pages, the root included; atomic */
	unsigned long blocks; /* common/pageblock.c: how many are mapped; atomic */
	paddr_t spare;	      /* common/pageblock.c: pages for their tables */
	bool unlisted;	      /* common/pagetable.h: there are more than listed holds */
	uint64_t *listed[HAL_SPACE_LISTED]; /* the entries that refer to the tables */
	unsigned long satp;		    /* mode, ASID, root */
	uint64_t seen;			    /* CPUs whose TLB may hold entries of this space */
	uint64_t active;		    /* CPUs that run on it now */
	uint64_t stale;			    /* CPUs that must flush it when they run on it again */
};

#define HAL_TLB_TABLES 14

struct hal_tlb {
	struct hal_space *space;
	vaddr_t start, end; /* empty when start >= end */
	unsigned int table_count;
	paddr_t tables[HAL_TLB_TABLES];
};

static inline void *hal_phys_to_virt(paddr_t pa)
{
	return (void *)(pa + HAL_LINEAR_BASE);
}

/* Where the image was loaded; constant once C runs. */
extern paddr_t hal_image_pa;

static inline paddr_t hal_virt_to_phys(const void *p)
{
	vaddr_t va = (vaddr_t)p;

	return va >= HAL_IMAGE_BASE ? va - HAL_IMAGE_BASE + hal_image_pa : va - HAL_LINEAR_BASE;
}

static inline bool hal_is_linear(const void *p)
{
	return (vaddr_t)p - HAL_LINEAR_BASE < HAL_LINEAR_SIZE;
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

	for (; word < end; word += 64) {
#pragma clang loop unroll(full)
		for (unsigned int i = 0; i < 64; i++)
			word[i] = 0;
	}
}

#endif
