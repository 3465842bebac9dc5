// SPDX-License-Identifier: MIT
// Page tables, written once over the ports' <hal_arch/pte.h>: making and freeing tables, single
// entries, and the kernel's own mappings. What looks at or changes a range is in pagetable_range.c.
//
// Nothing is locked: an entry goes from empty to full by compare-and-exchange, is emptied by
// exchange (so that accessed and dirty bits which the hardware sets meanwhile are not lost) and is
// changed by compare-and-exchange. A table is published with release order after it was zeroed, and
// readers depend on its address. Tables are detached only by hal_free_tables() and
// pagetable_destroy(), whose callers exclude every other user of the range.

#include <core/upcall.h>
#include <hal/user.h>

#include "pagetable_walk.h"

void pagetable_note_table(struct hal_space *space, hal_pte *slot)
{
	unsigned long number = __atomic_fetch_add(&space->tables, 1, __ATOMIC_RELAXED) - 1;

	if (number < HAL_SPACE_LISTED)
		space->listed[number] = slot;
	else
		__atomic_store_n(&space->unlisted, true, __ATOMIC_RELAXED);
}

__attribute__((noinline)) hal_pte pagetable_new_table(hal_pte *slot, struct hal_space *space)
{
	paddr_t pa = core_table_alloc();
	hal_pte seen = 0;
	hal_pte entry;

	if (!pa)
		return 0;
	entry = space ? hal_pte_table(pa) : hal_pte_kernel_table(pa);
	if (!cas(slot, &seen, entry)) {
		core_table_free(pa);
		return seen;
	}
	if (space)
		pagetable_note_table(space, slot);
	return entry;
}

// Empty the slot of a table that was detached. The caller excludes pagetable_new_table() in this space.
static void forget_table(struct hal_space *space, hal_pte *slot)
{
	unsigned long last = --space->tables - 1;

	__atomic_store_n(slot, 0, __ATOMIC_RELAXED);
	if (space->unlisted)
		return;
	for (unsigned long i = 0; i < last; i++)
		if (space->listed[i] == slot)
			space->listed[i] = space->listed[last];
}

// ---- entering and changing single entries ----

static bool in_block(const struct hal_space *space, vaddr_t va)
{
	unsigned int level;

	return find_entry(space, va, &level) && level;
}

int hal_map(struct hal_space *space, vaddr_t va, const paddr_t *frames, unsigned int count,
	    unsigned int bits, uint64_t *taken)
{
	hal_pte *entry = NULL;
	uint64_t filled = 0;
	int error = 0;

	for (unsigned int i = 0; i < count; i++, va += PAGE) {
		hal_pte seen = 0;

		if (!entry || !(va & (LEAF_SPAN - 1))) {
			entry = make_entry(space->root, space, va);
			if (unlikely(!entry)) {
				if (in_block(space, va))
					continue; // something is there
				error = -ENOMEM;
				break;
			}
		} else {
			entry++;
		}
		if (frames[i] && !load(entry) && cas(entry, &seen, hal_pte_make(frames[i], bits)))
			filled |= (uint64_t)1 << (i & 63);
	}
	hal_pte_published();
	if (taken)
		*taken = filled;
	return error;
}

// Another frame is seen only when no TLB has the old one any more: else a thread that saw what another wrote to the new
// frame could go on seeing the old (and arm64 demands it).
static bool needs_break(hal_pte old, hal_pte new)
{
	return hal_pte_hw_present(old) && hal_pte_hw_present(new) &&
	       hal_pte_pa(old) != hal_pte_pa(new);
}

int hal_replace(struct hal_tlb *tlb, const struct hal_entry *old, paddr_t pa, unsigned int bits)
{
	unsigned int level;
	hal_pte *entry = find_entry(tlb->space, old->va, &level);
	vaddr_t size = (vaddr_t)1 << level_shift(level), base = old->va & ~(size - 1);
	paddr_t offset = old->va - base;
	hal_pte new = make_at(level, pa - offset, bits);
	hal_pte seen;

	if (unlikely(!entry))
		return -EAGAIN;
	if (unlikely(level && pa != old->pa))
		panic("one page of a block is replaced at %#lx", old->va);
	seen = load(entry);
	for (;;) {
		// A frame may come back as another's: a private copy's as the file's own, or one that
		// was shared as what another thread writes to alone. Without its rights it is about to be
		// another thread's, for which not all have flushed yet.
		if (unlikely(!seen || hal_pte_pa(seen) + offset != old->pa ||
			     (hal_pte_bits(seen) ^ old->bits) & (HAL_PTE_ANON | HAL_PTE_RIGHTS)))
			return -EAGAIN;
		if (needs_break(seen, new)) {
			// In between the entry has no rights, but is not empty: nobody maps
			// something else there.
			hal_pte broken = hal_pte_make(hal_pte_pa(seen),
						      hal_pte_bits(seen) & ~HAL_PTE_RIGHTS);

			if (!cas(entry, &seen, broken))
				continue;
			hal_tlb_gather_range(tlb, old->va, old->va + PAGE);
			hal_tlb_flush(tlb);
			// Nobody gives it rights meanwhile; it may age, or go.
			while (!cas(entry, &broken, new))
				if (hal_pte_pa(broken) != hal_pte_pa(seen) ||
				    hal_pte_bits(broken) & HAL_PTE_RIGHTS)
					return -EAGAIN;
			break;
		}
		if (cas(entry, &seen, new)) {
			if (hal_pte_needs_flush(seen, new))
				hal_tlb_gather_range(tlb, base, base + size);
			break;
		}
	}
	hal_pte_published();
	hal_pte_refresh(old->va);
	return 0;
}

bool hal_touch(struct hal_space *space, vaddr_t va, bool write)
{
	unsigned int need = write ? HAL_PTE_WRITE : HAL_PTE_READ | HAL_PTE_EXEC;
	unsigned int set = write ? HAL_PTE_YOUNG | HAL_PTE_DIRTY : HAL_PTE_YOUNG;
	unsigned int level;
	hal_pte *entry = find_entry(space, va, &level);
	hal_pte seen;

	if (!entry)
		return false;
	seen = load(entry);
	do {
		if (!seen || !(hal_pte_bits(seen) & need))
			return false;
		if ((hal_pte_bits(seen) & set) == set)
			break;
	} while (!cas(entry, &seen, make_at(level, hal_pte_pa(seen), hal_pte_bits(seen) | set)));
	hal_pte_published();
	hal_pte_refresh(va);
	return true;
}

struct hal_entry hal_query(struct hal_space *space, vaddr_t va)
{
	unsigned int level;
	hal_pte *entry = find_entry(space, va, &level);
	hal_pte seen = entry ? load(entry) : 0;

	if (likely(!level || !seen))
		return describe(va, seen);
	// Who looks without the lock may see the block become a table.
	return hal_pte_is_table(seen) ? (struct hal_entry){.va = va} : describe_part(va, seen);
}

struct hal_slot *hal_slot_find(struct hal_space *space, vaddr_t va)
{
	unsigned int level;
	hal_pte *entry = find_entry(space, va, &level);

	return (struct hal_slot *)(level ? NULL : entry);
}

struct hal_entry hal_slot_read(const struct hal_slot *slot, vaddr_t va)
{
	return describe(va, load((const hal_pte *)slot));
}

bool hal_slot_fill(struct hal_slot *slot, paddr_t frame, unsigned int bits)
{
	hal_pte seen = 0;

	if (!cas((hal_pte *)slot, &seen, hal_pte_make(frame, bits)))
		return false;
	hal_pte_published();
	return true;
}

// ---- table pages ----

// Detach what lies below table (whose entries are of this level) wholly inside [floor, ceiling), in
// the slots that [start, end) touches. All of [floor, ceiling) is empty, and earlier unmappings may
// have left tables anywhere in it: below a slot one looks beyond start and end.
static void free_level(struct hal_tlb *tlb, hal_pte *table, unsigned int level, vaddr_t start,
		       vaddr_t end, vaddr_t floor, vaddr_t ceiling)
{
	vaddr_t span = (vaddr_t)1 << level_shift(level);
	hal_pte *slot = &table[index_at(start, level)];

	for (vaddr_t base = start & ~(span - 1); base < end; base += span, slot++) {
		hal_pte entry = load(slot);
		vaddr_t next = base + span;

		if (!entry || !hal_pte_is_table(entry))
			continue;
		if (level > 1)
			free_level(tlb, table_at(hal_pte_pa(entry)), level - 1,
				   base > floor ? base : floor, next < ceiling ? next : ceiling,
				   floor, ceiling);
		if (base < floor || next > ceiling)
			continue;
		forget_table(tlb->space, slot);
		hal_tlb_gather_range(tlb, base, next);
		hal_tlb_gather_table(tlb, hal_pte_pa(entry));
	}
}

void hal_free_tables(struct hal_tlb *tlb, vaddr_t start, vaddr_t end, vaddr_t floor,
		     vaddr_t ceiling)
{
	free_level(tlb, table_at(tlb->space->root), hal_pte_levels() - 1, start, end, floor,
		   ceiling);
}

static void destroy_level(hal_pte *table, unsigned int level, unsigned int entries)
{
	for (unsigned int i = 0; i < entries; i++) {
		hal_pte entry = table[i];

		if (!entry)
			continue;
		if (level > 1)
			destroy_level(table_at(hal_pte_pa(entry)), level - 1, ENTRIES);
		table[i] = 0;
		core_table_free(hal_pte_pa(entry));
	}
}

void pagetable_destroy(struct hal_space *space, unsigned int user_entries)
{
	// Most spaces have a dozen tables. Finding them without the list means looking at thousands
	// of empty entries.
	if (space->unlisted) {
		destroy_level(table_at(space->root), hal_pte_levels() - 1, user_entries);
	} else {
		for (unsigned long i = 0; i < space->tables - 1; i++) {
			hal_pte entry = *space->listed[i];

			*space->listed[i] = 0;
			core_table_free(hal_pte_pa(entry));
		}
	}
	hal_clear_page(table_at(space->root)); // the kernel's half
	core_table_free(space->root);
	space->root = 0;
	space->tables = 0;
}

size_t hal_space_table_bytes(const struct hal_space *space)
{
	unsigned long blocks = __atomic_load_n(&space->blocks, __ATOMIC_RELAXED);

	return (__atomic_load_n(&space->tables, __ATOMIC_RELAXED) + blocks) << HAL_PAGE_SHIFT;
}

// ---- the kernel's own mappings ----

int hal_kernel_map(vaddr_t va, paddr_t pa, size_t n, unsigned int rights, enum hal_memory_type type)
{
	vaddr_t start = va;
	hal_pte *entry = NULL;

	for (size_t done = 0; done < n; done += PAGE, va += PAGE) {
		if (!entry || !(va & (LEAF_SPAN - 1))) {
			entry = make_entry(hal_kernel_root(), NULL, va);
			if (!entry)
				return -ENOMEM;
		} else {
			entry++;
		}
		__atomic_store_n(entry, hal_pte_kernel(pa + done, rights, type), __ATOMIC_RELEASE);
	}
	hal_tlb_kernel_published(start, va);
	return 0;
}

void hal_kernel_unmap(vaddr_t va, size_t n)
{
	struct hal_space kernel = {.root = hal_kernel_root()};
	vaddr_t end = va + n;

	for (vaddr_t at = va, stop; at < end; at = stop) {
		hal_pte *block, *entry = find_leaf(&kernel, at, end, &stop, &block);

		if (!entry)
			continue;
		entry += index_at(at, 0);
		for (; at < stop; at += PAGE)
			__atomic_store_n(entry++, 0, __ATOMIC_RELAXED);
	}
	hal_tlb_flush_kernel(va, end);
}

paddr_t hal_kernel_query(vaddr_t va)
{
	struct hal_space kernel = {.root = hal_kernel_root()};
	unsigned int level;
	hal_pte *entry = find_entry(&kernel, va, &level);
	hal_pte seen = entry ? load(entry) : 0;

	return seen ? hal_pte_pa(seen) : 0;
}
