/* SPDX-License-Identifier: MIT */
/*
 * hal_arch/pte.h (arm64) - entries of the page tables (Arm ARM, VMSAv8-64 with 4 KiB granule).
 * common/pagetable.h says what each function means.
 *
 * Accessed and dirty bits are never set by hardware. Valid and not accessed faults; writable and
 * clean is read-only to the hardware, and software bits keep what the entry allows. Bits 55..58 are
 * software's: READ, WRITE, DIRTY, ANON in the order of HAL_PTE_*.
 */
#ifndef HAL_ARCH_PTE_H
#define HAL_ARCH_PTE_H

#include <hal/mmu.h>

typedef uint64_t hal_pte;

#define PTE_VALID      0x001ull
#define PTE_TABLE      0x002ull /* a table, or a page at the last level; clear: a block */
#define PTE_NORMAL     0x004ull /* MAIR attribute 1: write-back; 0: device */
#define PTE_USER       0x040ull
#define PTE_READ_ONLY  0x080ull
#define PTE_SHARED     0x300ull /* inner shareable */
#define PTE_ACCESSED   0x400ull
#define PTE_NOT_GLOBAL 0x800ull
#define PTE_GUARDED    (1ull << 50) /* BTI: indirect branches land only on landing pads */
#define PTE_PXN	       (1ull << 53)
#define PTE_UXN	       (1ull << 54)
#define PTE_TABLE_PXN  (1ull << 59)
#define PTE_TABLE_UXN  (1ull << 60)
#define PTE_ADDRESS    0x0000fffffffff000ull

#define PTE_SOFT_SHIFT_RW 55 /* READ 0x01, WRITE 0x02 */
#define PTE_SOFT_SHIFT_DA 53 /* DIRTY 0x10, ANON 0x20 */
#define PTE_SOFT_WRITE	  ((hal_pte)HAL_PTE_WRITE << PTE_SOFT_SHIFT_RW)

static inline unsigned int hal_pte_levels(void)
{
	return 4;
}

static inline hal_pte hal_pte_make(paddr_t pa, unsigned int bits)
{
	hal_pte pte =
		pa | PTE_TABLE | PTE_NORMAL | PTE_USER | PTE_SHARED | PTE_NOT_GLOBAL | PTE_PXN;

	pte |= (hal_pte)(bits & (HAL_PTE_READ | HAL_PTE_WRITE)) << PTE_SOFT_SHIFT_RW;
	pte |= (hal_pte)(bits & (HAL_PTE_DIRTY | HAL_PTE_ANON)) << PTE_SOFT_SHIFT_DA;
	pte |= (hal_pte)(bits & HAL_PTE_YOUNG) << 7;
	if (bits & HAL_PTE_RIGHTS)
		pte |= PTE_VALID;
	if (!(bits & HAL_PTE_EXEC))
		pte |= PTE_UXN;
	if ((bits & (HAL_PTE_WRITE | HAL_PTE_DIRTY)) != (HAL_PTE_WRITE | HAL_PTE_DIRTY))
		pte |= PTE_READ_ONLY;
	return pte;
}

static inline hal_pte hal_pte_block(hal_pte leaf)
{
	return leaf & ~PTE_TABLE;
}

static inline unsigned int hal_pte_bits(hal_pte pte)
{
	unsigned int bits =
		(unsigned int)(pte >> PTE_SOFT_SHIFT_RW) & (HAL_PTE_READ | HAL_PTE_WRITE);

	bits |= (unsigned int)(pte >> PTE_SOFT_SHIFT_DA) & (HAL_PTE_DIRTY | HAL_PTE_ANON);
	bits |= (unsigned int)(pte >> 7) & HAL_PTE_YOUNG;
	if (!(pte & PTE_UXN))
		bits |= HAL_PTE_EXEC;
	return bits;
}

static inline paddr_t hal_pte_pa(hal_pte pte)
{
	return pte & PTE_ADDRESS;
}

static inline hal_pte hal_pte_table(paddr_t table)
{
	return table | PTE_TABLE_PXN | PTE_TABLE | PTE_VALID;
}

static inline bool hal_pte_is_table(hal_pte pte)
{
	return pte & PTE_TABLE;
}

static inline hal_pte hal_pte_kernel_table(paddr_t table)
{
	return table | PTE_TABLE_UXN | PTE_TABLE | PTE_VALID;
}

static inline hal_pte hal_pte_kernel(paddr_t pa, unsigned int rights, enum hal_memory_type type)
{
	hal_pte pte = pa | PTE_TABLE | PTE_SHARED | PTE_ACCESSED | PTE_UXN;

	if (type == HAL_MEMORY_NORMAL)
		pte |= PTE_NORMAL;
	if (rights)
		pte |= PTE_VALID;
	if (!(rights & HAL_PTE_WRITE))
		pte |= PTE_READ_ONLY;
	return pte | (rights & HAL_PTE_EXEC ? PTE_GUARDED : PTE_PXN);
}

/* What is not marked accessed is never cached. */
static inline bool hal_pte_hw_present(hal_pte pte)
{
	return (pte & (PTE_VALID | PTE_ACCESSED)) == (PTE_VALID | PTE_ACCESSED);
}

static inline bool hal_pte_needs_flush(hal_pte old, hal_pte new)
{
	return hal_pte_hw_present(old) &&
	       (!hal_pte_hw_present(new) || hal_pte_pa(old) != hal_pte_pa(new) ||
		(new & ~old &(PTE_READ_ONLY | PTE_UXN)));
}

/* The tables' walker sees the entries, and so do this CPU's own accesses from here on. */
static inline void hal_pte_published(void)
{
	__asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

/* A read-only entry may be cached although the one in memory is now writable. */
static inline void hal_pte_refresh(vaddr_t va)
{
	__asm__ volatile("tlbi vaale1, %0\n\tdsb nsh"
			 :
			 : "r"(va >> HAL_PAGE_SHIFT & 0xfffffffffff)
			 : "memory");
}

#endif
