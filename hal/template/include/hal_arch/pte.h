/* SPDX-License-Identifier: MIT */
/* hal_arch/pte.h (template) - page-table entries. The contract: <common/pagetable.h>. FILL IN: the
 * bits; those here are invented. */
#ifndef HAL_ARCH_PTE_H
#define HAL_ARCH_PTE_H

#include <hal/mmu.h>

typedef uint64_t hal_pte;

#define PTE_LEAF  0x040ull /* software: keeps an entry without rights from being zero */
#define PTE_TABLE 0x080ull
#define PTE_PA	  0x0000fffffffff000ull

static inline unsigned int hal_pte_levels(void)
{
	return 4;
}

static inline hal_pte hal_pte_make(paddr_t pa, unsigned int bits)
{
	return pa | PTE_LEAF | (bits & 0x3f);
}

static inline hal_pte hal_pte_block(hal_pte leaf)
{
	return leaf;
}

static inline unsigned int hal_pte_bits(hal_pte pte)
{
	return pte & 0x3f;
}

static inline paddr_t hal_pte_pa(hal_pte pte)
{
	return pte & PTE_PA;
}

static inline hal_pte hal_pte_table(paddr_t table)
{
	return table | PTE_TABLE;
}

static inline bool hal_pte_is_table(hal_pte pte)
{
	return pte & PTE_TABLE;
}

static inline hal_pte hal_pte_kernel_table(paddr_t table)
{
	return hal_pte_table(table);
}

static inline hal_pte hal_pte_kernel(paddr_t pa, unsigned int rights, enum hal_memory_type type)
{
	(void)type;
	return pa | PTE_LEAF | rights;
}

static inline bool hal_pte_hw_present(hal_pte pte)
{
	return pte & HAL_PTE_RIGHTS;
}

static inline bool hal_pte_needs_flush(hal_pte old, hal_pte new)
{
	return hal_pte_hw_present(old) && old != new;
}

static inline void hal_pte_published(void)
{
}

static inline void hal_pte_refresh(vaddr_t va)
{
	(void)va;
}

#endif
