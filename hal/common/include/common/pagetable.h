/* SPDX-License-Identifier: MIT */
/*
 * common/pagetable.h - what hal/common/pagetable*.c need from a port, and what they give back.
 *
 * Together they are every range function of <hal/mmu.h>, written once for page tables of 4 KiB
 * pages with 512 entries of eight bytes. The port keeps hal_space_init/destroy/activate,
 * hal_tlb_begin/flush and hal_icache_sync, and supplies the following.
 *
 * ---- <hal_arch/mmu.h> ----
 *
 *   struct hal_space { paddr_t root, spare; unsigned long tables, blocks; bool unlisted;
 *                      uint64_t *listed[HAL_SPACE_LISTED]; ... };
 *       root: the top-level table; tables: how many table pages the space owns, the root included
 *       (pagetable.c counts atomically what it adds and removes; hal_space_init sets 1). listed has
 *       the entry that refers to each but the root; unlisted (hal_space_init: false): there once
 *       were more than it holds, and it is of no use. spare, blocks (hal_space_init: 0): pageblock.c.
 *
 *   struct hal_tlb { struct hal_space *space; ... };
 *
 *   void hal_tlb_gather_range(struct hal_tlb *tlb, vaddr_t start, vaddr_t end);
 *       translations of [start, end) have to go at the next flush. Widening one range is enough.
 *       Inline, please: it is on hot paths.
 *
 *   void hal_tlb_gather_table(struct hal_tlb *tlb, paddr_t table);
 *       table was detached; after the next flush it goes to core_table_free(). When its array is
 *       full it flushes by itself.
 *
 * ---- <hal_arch/pte.h>, all static inline, none touches memory ----
 *
 *   typedef uint64_t hal_pte;
 *       ZERO IS THE EMPTY ENTRY, at every level: absence is tested by comparing with 0.
 *   unsigned int hal_pte_levels(void);
 *       3 or 4
 *   hal_pte hal_pte_make(paddr_t pa, unsigned int bits);
 *       a user leaf. Without any right: not present to the hardware, but never 0: pa and all bits
 *       are kept (a software bit marks it). Without YOUNG where the hardware does not set it:
 *       faults at the first access. With WRITE but not DIRTY where the hardware does not set it:
 *       faults at the first write; the WRITE right itself is kept in a software bit.
 *       HAL_PTE_BLOCK in bits says nothing.
 *   hal_pte hal_pte_block(hal_pte leaf);
 *       the same, of 512 times the size, for the level above; all else here holds of it as well
 *   unsigned int hal_pte_bits(hal_pte);
 *       HAL_PTE_* of a leaf: the inverse
 *   paddr_t hal_pte_pa(hal_pte);
 *       of a leaf or a table entry
 *   hal_pte hal_pte_table(paddr_t table);
 *       an entry that points to a table; for user ranges (x86 sets U/S)
 *   bool hal_pte_is_table(hal_pte);
 *       above the last level: does it point to a table (the empty entry does not)
 *   hal_pte hal_pte_kernel_table(paddr_t);
 *       as hal_pte_table(), for kernel ranges
 *   hal_pte hal_pte_kernel(paddr_t pa, unsigned int rights, enum hal_memory_type type);
 *       a kernel leaf: global, accessed and dirty set
 *   bool hal_pte_hw_present(hal_pte);
 *       may a TLB hold it
 *   bool hal_pte_needs_flush(hal_pte old, hal_pte new);
 *       once new has replaced old in memory, must stale translations of old go from every CPU
 *       before it is safe? false when old is not hw_present; false when only rights, YOUNG or DIRTY
 *       were added, since a stale entry then costs a fault that hal_touch() or the trap code
 *       repairs locally; true otherwise
 *   void hal_pte_published(void);
 *       barrier after user entries became valid (arm64: dsb ishst; nothing elsewhere)
 *   void hal_pte_refresh(vaddr_t va);
 *       drop this CPU's stale translation of user address va in the active space, if it can have
 *       one that faults though the entry in memory allows the access (arm64, riscv64); nothing on
 *       x86_64
 *
 * ---- <port>/mmu ----
 *
 *   paddr_t hal_kernel_root(void);
 *       the kernel's top-level table (arm64: TTBR1's). All its entries for [HAL_KERNEL_VM_START,
 *       HAL_KERNEL_VM_END) exist since boot, so spaces that copied them never need synchronising.
 *   void hal_tlb_kernel_published(vaddr_t start, vaddr_t end);
 *       make new kernel entries, where there were none, visible on all CPUs (a barrier; riscv64: see
 *       there). Any context.
 *   void hal_tlb_flush_kernel(vaddr_t start, vaddr_t end);
 *       drop kernel translations on all CPUs, and wait. Interrupts on.
 */
#ifndef COMMON_PAGETABLE_H
#define COMMON_PAGETABLE_H

#include <hal/mmu.h>

paddr_t hal_kernel_root(void);
void hal_tlb_kernel_published(vaddr_t start, vaddr_t end);
void hal_tlb_flush_kernel(vaddr_t start, vaddr_t end);

/*
 * For hal_space_destroy(): give the user table pages below the root, whose user entries are [0,
 * user_entries), and the root itself to core_table_free(). No CPU walks them any more.
 */
void pagetable_destroy(struct hal_space *space, unsigned int user_entries);

#endif
