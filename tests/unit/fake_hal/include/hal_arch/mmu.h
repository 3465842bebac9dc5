/* SPDX-License-Identifier: MIT */
/* hal_arch/mmu.h (host): "physical memory" is one shared mapping, seen through the linear map at
 * fake_linear. */
#ifndef HAL_ARCH_MMU_H
#define HAL_ARCH_MMU_H

#include <hal/types.h>
#include <hal_arch/arch.h>

struct hal_space {
	paddr_t root;
	unsigned long tables;
	unsigned long flushes; /* how many hal_tlb_flush() had something to do */
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
	return fake_ram + (pa - FAKE_RAM_BASE);
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

#endif
