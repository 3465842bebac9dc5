/* SPDX-License-Identifier: MIT */
/* hal_arch/mmu.h (arm64) - address conversions, address spaces, what is gathered for a flush. */
#ifndef HAL_ARCH_MMU_H
#define HAL_ARCH_MMU_H

#include <hal/types.h>
#include <hal_arch/arch.h>

#define HAL_SPACE_LISTED 16
#define HAL_EXEC_READS	 1

struct hal_space {
	paddr_t root;
	unsigned long tables; /* table pages, the root included; atomic */
	unsigned long blocks; /* common/pageblock.c: how many are mapped; atomic */
	paddr_t spare;	      /* common/pageblock.c: pages for their tables */
	bool unlisted;	      /* common/pagetable.h: there are more than listed holds */
	uint64_t *listed[HAL_SPACE_LISTED]; /* the entries that refer to the tables */
	uint64_t asid; /* generation and ASID (mmu/tlb.c); 0: never active, so no TLB knows it */
	bool dying;    /* CPUs that still have it are asked to leave */
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

/* DC ZVA zeroes a block, of 64 bytes on nearly all CPUs. */
static inline void hal_clear_page(void *page)
{
	vaddr_t at = (vaddr_t)page, end = at + (1ul << HAL_PAGE_SHIFT);
	unsigned long id;

	__asm__("mrs %0, dczid_el0" : "=r"(id));
	if (__builtin_expect(id == 4, 1)) {
		for (; at < end; at += 512)
			__asm__ volatile("dc zva, %0\n\tdc zva, %1\n\tdc zva, %2\n\tdc zva, %3\n\t"
					 "dc zva, %4\n\tdc zva, %5\n\tdc zva, %6\n\tdc zva, %7"
					 :
					 : "r"(at), "r"(at + 64), "r"(at + 128), "r"(at + 192),
					   "r"(at + 256), "r"(at + 320), "r"(at + 384),
					   "r"(at + 448)
					 : "memory");
		return;
	}
	for (; at < end; at += 16)
		__asm__ volatile("stp xzr, xzr, [%0]" : : "r"(at) : "memory");
}

#endif
