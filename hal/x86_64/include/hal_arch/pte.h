/* SPDX-License-Identifier: MIT */
/* Page-table entries of x86_64, for common/pagetable.c. */
#ifndef HAL_ARCH_PTE_H
#define HAL_ARCH_PTE_H

#include <hal/mmu.h>
#include <hal/types.h>

typedef uint64_t hal_pte;

#define X86_PTE_P     0x001ul
#define X86_PTE_W     0x002ul
#define X86_PTE_U     0x004ul
#define X86_PTE_PWT   0x008ul
#define X86_PTE_PCD   0x010ul
#define X86_PTE_A     0x020ul
#define X86_PTE_D     0x040ul
#define X86_PTE_PS    0x080ul /* a large page, above the last level */
#define X86_PTE_G     0x100ul
#define X86_PTE_ANON  0x200ul /* software: HAL_PTE_ANON */
#define X86_PTE_KEPT  0x400ul /* software: an entry, though not present */
#define X86_PTE_NX    0x8000000000000000ul
#define X86_PTE_FRAME 0x000ffffffffff000ul

static inline unsigned int hal_pte_levels(void)
{
	return 4;
}

/* Present implies readable; there is no execute-only. HAL bits and hardware bits: YOUNG 8 -> A
 * 0x20, DIRTY 0x10 -> D 0x40, ANON 0x20 -> 0x200. */
static inline hal_pte hal_pte_make(paddr_t pa, unsigned int bits)
{
	hal_pte pte = pa | X86_PTE_KEPT | ((hal_pte)(bits & (HAL_PTE_YOUNG | HAL_PTE_DIRTY)) << 2) |
		      ((hal_pte)(bits & HAL_PTE_ANON) << 4);

	_Static_assert(HAL_PTE_YOUNG << 2 == X86_PTE_A && HAL_PTE_DIRTY << 2 == X86_PTE_D &&
			       HAL_PTE_ANON << 4 == X86_PTE_ANON && HAL_PTE_WRITE == X86_PTE_W,
		       "the shifts");
	if (bits & HAL_PTE_RIGHTS)
		pte |= X86_PTE_P | X86_PTE_U | (bits & HAL_PTE_WRITE);
	if (!(bits & HAL_PTE_EXEC))
		pte |= X86_PTE_NX;
	return pte;
}

static inline hal_pte hal_pte_block(hal_pte leaf)
{
	return leaf | X86_PTE_PS;
}

static inline unsigned int hal_pte_bits(hal_pte pte)
{
	unsigned int bits = (unsigned int)(((pte & (X86_PTE_A | X86_PTE_D)) >> 2) |
					   ((pte & X86_PTE_ANON) >> 4));

	if (pte & X86_PTE_P) {
		bits |= HAL_PTE_READ | (unsigned int)(pte & X86_PTE_W);
		if (!(pte & X86_PTE_NX))
			bits |= HAL_PTE_EXEC;
	}
	return bits;
}

static inline paddr_t hal_pte_pa(hal_pte pte)
{
	return pte & X86_PTE_FRAME;
}

static inline hal_pte hal_pte_table(paddr_t table)
{
	return table | X86_PTE_P | X86_PTE_W | X86_PTE_U | X86_PTE_A;
}

static inline hal_pte hal_pte_kernel_table(paddr_t table)
{
	return table | X86_PTE_P | X86_PTE_W | X86_PTE_A;
}

/* Above the last level only. */
static inline bool hal_pte_is_table(hal_pte pte)
{
	return (pte & (X86_PTE_P | X86_PTE_PS)) == X86_PTE_P;
}

static inline hal_pte hal_pte_kernel(paddr_t pa, unsigned int rights, enum hal_memory_type type)
{
	hal_pte pte = pa | X86_PTE_P | X86_PTE_A | X86_PTE_D | X86_PTE_G | X86_PTE_KEPT;

	if (rights & HAL_PTE_WRITE)
		pte |= X86_PTE_W;
	if (!(rights & HAL_PTE_EXEC))
		pte |= X86_PTE_NX;
	if (type == HAL_MEMORY_DEVICE)
		pte |= X86_PTE_PCD | X86_PTE_PWT; /* PAT entry 3: uncached */
	return pte;
}

static inline bool hal_pte_hw_present(hal_pte pte)
{
	return pte & X86_PTE_P;
}

static inline bool hal_pte_needs_flush(hal_pte before, hal_pte after)
{
	if (!(before & X86_PTE_P))
		return false;
	/* Nothing but rights and A or D added: a stale translation costs at most a fault. */
	return ((before ^ after) & (X86_PTE_FRAME | X86_PTE_P)) ||
	       (before & ~after & (X86_PTE_W | X86_PTE_A | X86_PTE_D)) ||
	       (after & ~before & X86_PTE_NX);
}

static inline void hal_pte_refresh(vaddr_t va)
{
	(void)va;
}

/* Absent entries are not cached: nothing to do. */
static inline void hal_pte_published(void)
{
}

#endif
