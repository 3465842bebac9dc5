/* SPDX-License-Identifier: MIT */
/*
 * hal_arch/pte.h (riscv64) - page-table entries (privileged specification, Sv39 and Sv48). The
 * contract: <common/pagetable.h>.
 *
 * A user leaf without rights has V clear and PROT_NONE, one of the two software bits, set: hardware
 * looks at nothing else then. WRITE and DIRTY are the hardware's W and D; a hart that does not set
 * A and D by itself faults when they are clear, and hal_touch() sets them. W without R is reserved,
 * so that a write-only mapping is readable, and EXEC is X alone.
 */
#ifndef HAL_ARCH_PTE_H
#define HAL_ARCH_PTE_H

#include <hal/mmu.h>

typedef uint64_t hal_pte;

#define PTE_V	 0x001ull
#define PTE_R	 0x002ull
#define PTE_W	 0x004ull
#define PTE_X	 0x008ull
#define PTE_U	 0x010ull
#define PTE_G	 0x020ull
#define PTE_A	 0x040ull
#define PTE_D	 0x080ull
#define PTE_ANON 0x100ull /* software */
#define PTE_NONE 0x200ull /* software: a leaf without rights */

#define PTE_PPN 0x003ffffffffffc00ull /* bits 10..53; those above belong to extensions */

/* Levels of the page tables in use: 4 (Sv48) or 3 (Sv39); constant after boot. */
extern unsigned int riscv_mmu_levels;

static inline unsigned int hal_pte_levels(void)
{
	return riscv_mmu_levels;
}

static inline hal_pte hal_pte_make(paddr_t pa, unsigned int bits)
{
	/* READ, WRITE, EXEC are adjacent and in the hardware's order, YOUNG and DIRTY are 3 bits
	 * below A and D. */
	hal_pte pte = (pa >> HAL_PAGE_SHIFT << 10) | (hal_pte)(bits & HAL_PTE_RIGHTS) << 1 |
		      (hal_pte)(bits & (HAL_PTE_YOUNG | HAL_PTE_DIRTY | HAL_PTE_ANON)) << 3;

	if (!(bits & HAL_PTE_RIGHTS))
		return pte | PTE_NONE | PTE_U;
	if (bits & HAL_PTE_WRITE)
		pte |= PTE_R;
	return pte | PTE_V | PTE_U;
}

static inline hal_pte hal_pte_block(hal_pte leaf)
{
	return leaf;
}

static inline unsigned int hal_pte_bits(hal_pte pte)
{
	return (unsigned int)(pte >> 1 & HAL_PTE_RIGHTS) |
	       (unsigned int)(pte >> 3 & (HAL_PTE_YOUNG | HAL_PTE_DIRTY | HAL_PTE_ANON));
}

_Static_assert(PTE_R >> 1 == HAL_PTE_READ && PTE_W >> 1 == HAL_PTE_WRITE &&
		       PTE_X >> 1 == HAL_PTE_EXEC,
	       "rights");
_Static_assert(PTE_A >> 3 == HAL_PTE_YOUNG && PTE_D >> 3 == HAL_PTE_DIRTY &&
		       PTE_ANON >> 3 == HAL_PTE_ANON,
	       "bits");

static inline paddr_t hal_pte_pa(hal_pte pte)
{
	return (pte & PTE_PPN) >> 10 << HAL_PAGE_SHIFT;
}

static inline hal_pte hal_pte_table(paddr_t table)
{
	return table >> HAL_PAGE_SHIFT << 10 | PTE_V;
}

static inline bool hal_pte_is_table(hal_pte pte)
{
	return (pte & (PTE_V | PTE_R | PTE_W | PTE_X)) == PTE_V;
}

static inline hal_pte hal_pte_kernel_table(paddr_t table)
{
	return hal_pte_table(table);
}

static inline hal_pte hal_pte_kernel(paddr_t pa, unsigned int rights, enum hal_memory_type type)
{
	(void)type; /* physical memory attributes decide: Svpbmt is not used */
	return pa >> HAL_PAGE_SHIFT << 10 | (hal_pte)(rights & HAL_PTE_RIGHTS) << 1 | PTE_V |
	       PTE_G | PTE_A | PTE_D;
}

static inline bool hal_pte_hw_present(hal_pte pte)
{
	return pte & PTE_V;
}

static inline bool hal_pte_needs_flush(hal_pte old, hal_pte new)
{
	/* Something of old was taken away. */
	return (old & PTE_V) && (((old ^ new) & PTE_PPN) || (old & ~new));
}

static inline void hal_pte_published(void)
{
}

static inline void hal_pte_refresh(vaddr_t va)
{
	__asm__ volatile("sfence.vma %0" : : "r"(va) : "memory");
}

#endif
