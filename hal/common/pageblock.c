// SPDX-License-Identifier: MIT
// Blocks: 512 pages whose frames lie side by side, mapped by one entry of the level above the leaf
// tables.
//
// A block is only a short spelling of a leaf table: every frame keeps the reference that its own
// entry would hold. Splitting it writes the table out. That needs a page, and whoever splits
// (munmap, mprotect) must not fail for want of one: hal_block_map() sets it aside. These pages are
// linked through their first word from space->spare, one for each block of the space; which is
// whose does not matter.
//
// Blocks come with core's address-space lock held shared, several at a time: into an empty slot by
// compare-and-exchange, and pages onto the list likewise. They are split and unmapped, and pages
// taken from the list, with the lock held exclusively.

#include <core/upcall.h>
#include <hal/user.h>

#include "pagetable_walk.h"

static unsigned long blocks_mapped; // atomic: in all spaces

static void keep_spare(struct hal_space *space, paddr_t pa)
{
	paddr_t *link = hal_phys_to_virt(pa);
	paddr_t head = __atomic_load_n(&space->spare, __ATOMIC_RELAXED);

	do {
		*link = head;
	} while (!__atomic_compare_exchange_n(&space->spare, &head, pa, false, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	__atomic_fetch_add(&space->blocks, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&blocks_mapped, 1, __ATOMIC_RELAXED);
}

// An empty page, for one block less.
static paddr_t take_spare(struct hal_space *space)
{
	paddr_t pa = __atomic_load_n(&space->spare, __ATOMIC_ACQUIRE), *link;

	if (!pa)
		panic("a block without a page for its table");
	link = hal_phys_to_virt(pa);
	space->spare = *link;
	*link = 0;
	__atomic_fetch_sub(&space->blocks, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&blocks_mapped, 1, __ATOMIC_RELAXED);
	return pa;
}

int hal_block_map(struct hal_space *space, vaddr_t va, paddr_t frame, unsigned int bits)
{
	paddr_t spare = core_table_alloc();
	hal_pte *slot, seen = 0;

	if (!spare)
		return -ENOMEM;
	slot = make_slot(space->root, space, va, 1);
	if (slot && cas(slot, &seen, make_at(1, frame, bits))) {
		keep_spare(space, spare);
		hal_pte_published();
		return 0;
	}
	core_table_free(spare);
	return slot ? -EAGAIN : -ENOMEM;
}

// In between the entry has no rights, on every machine: a TLB must not hold a block and one of its
// pages at once. Who touches the memory then faults, and waits for the lock.
void block_split(struct hal_tlb *tlb, hal_pte *slot, vaddr_t va)
{
	vaddr_t base = va & ~(LEAF_SPAN - 1);
	paddr_t spare = take_spare(tlb->space);
	hal_pte *table = table_at(spare);
	hal_pte seen = load(slot), broken;
	unsigned int bits;
	paddr_t pa;

	do {
		broken = make_at(1, hal_pte_pa(seen), hal_pte_bits(seen) & ~HAL_PTE_RIGHTS);
	} while (!cas(slot, &seen, broken));
	if (hal_pte_hw_present(seen)) {
		hal_tlb_gather_range(tlb, base, base + LEAF_SPAN);
		hal_tlb_flush(tlb);
	}
	pa = hal_pte_pa(seen);
	bits = hal_pte_bits(seen);
	for (unsigned int i = 0; i < ENTRIES; i++)
		table[i] = hal_pte_make(pa + i * PAGE, bits);
	__atomic_store_n(slot, hal_pte_table(spare), __ATOMIC_RELEASE);
	pagetable_note_table(tlb->space, slot);
	hal_pte_published();
}

void block_gone(struct hal_space *space)
{
	core_table_free(take_spare(space));
}

unsigned long hal_block_count(void)
{
	return __atomic_load_n(&blocks_mapped, __ATOMIC_RELAXED);
}
