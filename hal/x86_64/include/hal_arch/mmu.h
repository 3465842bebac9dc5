/* SPDX-License-Identifier: MIT */
/* Inline half of hal/mmu.h. */
#ifndef HAL_ARCH_MMU_H
#define HAL_ARCH_MMU_H

#include <hal/types.h>
#include <hal_arch/arch.h>

/*
 * generation counts the flushes this space has needed. A CPU in cpus has the space loaded and is
 * told of each by IPI; one that comes back to it under a PCID compares the generation it left with.
 */
#define HAL_SPACE_LISTED 16
#define HAL_EXEC_READS	 1

struct hal_space {
	paddr_t root;	      /* the top-level table */
	uint64_t id;	      /* never used twice; 0: the kernel's own */
	uint64_t generation;  /* atomic */
	uint64_t cpus;	      /* atomic: bit n: loaded on CPU n */
	unsigned long tables; /* atomic: table pages, the root included */
	unsigned long blocks; /* common/pageblock.c: how many are mapped; atomic */
	paddr_t spare;	      /* common/pageblock.c: pages for their tables */
	bool unlisted;	      /* common/pagetable.h: there are more than listed holds */
	uint64_t *listed[HAL_SPACE_LISTED]; /* the entries that refer to the tables */
};

#define HAL_TLB_TABLES 14

/* Addresses [start, end) of space await a flush; start >= end: none. */
struct hal_tlb {
	struct hal_space *space;
	vaddr_t start, end;
	unsigned int table_count;
	paddr_t tables[HAL_TLB_TABLES]; /* detached, to be freed after the flush */
};

static inline void hal_tlb_gather_range(struct hal_tlb *tlb, vaddr_t start, vaddr_t end)
{
	if (start < tlb->start)
		tlb->start = start;
	if (end > tlb->end)
		tlb->end = end;
}

void hal_tlb_gather_table(struct hal_tlb *tlb, paddr_t table);

static inline void *hal_phys_to_virt(paddr_t pa)
{
	return (void *)(pa + HAL_LINEAR_START);
}

static inline paddr_t hal_virt_to_phys(const void *p)
{
	return (vaddr_t)p >= HAL_IMAGE_START ? (vaddr_t)p - HAL_IMAGE_START
					     : (vaddr_t)p - HAL_LINEAR_START;
}

static inline bool hal_is_linear(const void *p)
{
	return (vaddr_t)p >= HAL_LINEAR_START && (vaddr_t)p < HAL_LINEAR_END;
}

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
