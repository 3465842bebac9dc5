/* SPDX-License-Identifier: MIT */
/* pagetable_walk.h - going down page tables: what pagetable.c, pagetable_range.c and pageblock.c have
 * in common. */
#ifndef PAGETABLE_WALK_H
#define PAGETABLE_WALK_H

#include <common/pagetable.h>
#include <hal/mmu.h>
#include <hal_arch/pte.h>

#define ENOMEM 12
#define EAGAIN 11

#define PAGE	     ((vaddr_t)1 << HAL_PAGE_SHIFT)
#define INDEX_BITS   9u
#define ENTRIES	     (1u << INDEX_BITS)
#define LEAF_SPAN    (PAGE << INDEX_BITS) // bytes that one leaf table, or one block, maps
#define likely(x)    __builtin_expect(!!(x), 1)
#define unlikely(x)  __builtin_expect(!!(x), 0)
#define force_inline static inline __attribute__((always_inline))

force_inline hal_pte load(const hal_pte *entry)
{
	return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

// On failure *old becomes what is there.
force_inline bool cas(hal_pte *entry, hal_pte *old, hal_pte new)
{
	return __atomic_compare_exchange_n(entry, old, new, false, __ATOMIC_RELEASE,
					   __ATOMIC_RELAXED);
}

force_inline hal_pte *table_at(paddr_t pa)
{
	return hal_phys_to_virt(pa);
}

force_inline unsigned int level_shift(unsigned int level)
{
	return HAL_PAGE_SHIFT + level * INDEX_BITS;
}

force_inline unsigned int index_at(vaddr_t va, unsigned int level)
{
	return (unsigned int)(va >> level_shift(level)) & (ENTRIES - 1);
}

// The entry of a page (level 0) or of a block (level 1).
force_inline hal_pte make_at(unsigned int level, paddr_t pa, unsigned int bits)
{
	return level ? hal_pte_block(hal_pte_make(pa, bits)) : hal_pte_make(pa, bits);
}

// The leaf table for va, or NULL; *stop becomes the first address behind what was looked at, at
// most end. *block: the entry of the block that maps va instead of a table, or NULL.
force_inline hal_pte *find_leaf(const struct hal_space *space, vaddr_t va, vaddr_t end,
				vaddr_t *stop, hal_pte **block)
{
	hal_pte *table = table_at(space->root);
	vaddr_t behind;

	for (unsigned int level = hal_pte_levels() - 1; level > 0; level--) {
		hal_pte *slot = &table[index_at(va, level)];
		hal_pte entry = load(slot);

		if (unlikely(!hal_pte_is_table(entry))) {
			behind = (va | (((vaddr_t)1 << level_shift(level)) - 1)) + 1;
			*stop = behind < end ? behind : end;
			*block = entry ? slot : NULL;
			return NULL;
		}
		table = table_at(hal_pte_pa(entry));
	}
	behind = (va | (LEAF_SPAN - 1)) + 1;
	*stop = behind < end ? behind : end;
	return table;
}

// The entry of va, in its leaf table (*level 0) or that of its block (*level 1), or NULL where there
// is neither.
force_inline hal_pte *find_entry(const struct hal_space *space, vaddr_t va, unsigned int *level)
{
	hal_pte *table = table_at(space->root);

	*level = 0;
	for (unsigned int i = hal_pte_levels() - 1; i > 0; i--) {
		hal_pte *slot = &table[index_at(va, i)];
		hal_pte entry = load(slot);

		if (unlikely(!hal_pte_is_table(entry))) {
			*level = entry ? i : 0;
			return entry ? slot : NULL;
		}
		table = table_at(hal_pte_pa(entry));
	}
	return &table[index_at(va, 0)];
}

// Is [va, stop) all of a block?
force_inline bool whole_block(vaddr_t va, vaddr_t stop)
{
	return stop - va == LEAF_SPAN;
}

force_inline struct hal_entry describe(vaddr_t va, hal_pte entry)
{
	if (!entry)
		return (struct hal_entry){.va = va};
	return (struct hal_entry){.va = va, .pa = hal_pte_pa(entry), .bits = hal_pte_bits(entry)};
}

// The page va of a block.
force_inline struct hal_entry describe_part(vaddr_t va, hal_pte block)
{
	return (struct hal_entry){.va = va,
				  .pa = hal_pte_pa(block) + (va & (LEAF_SPAN - 1)),
				  .bits = hal_pte_bits(block) | HAL_PTE_BLOCK};
}

// Step over empty entries, four at a time where they are; returns the address of the first that may
// be full, or stop.
force_inline vaddr_t skip_empty(hal_pte **entry, vaddr_t va, vaddr_t stop)
{
	while (va + 4 * PAGE <= stop &&
	       !(load(*entry) | load(*entry + 1) | load(*entry + 2) | load(*entry + 3))) {
		*entry += 4;
		va += 4 * PAGE;
	}
	while (va < stop && !load(*entry)) {
		(*entry)++;
		va += PAGE;
	}
	return va;
}

// ---- pagetable.c ----

// Put a new table into the empty slot, or find the one somebody else was faster to put there. 0: no
// memory. space NULL: the kernel's.
hal_pte pagetable_new_table(hal_pte *slot, struct hal_space *space);
// Count, and note down, the table that slot now refers to.
void pagetable_note_table(struct hal_space *space, hal_pte *slot);

// ---- going down where tables may be missing ----

// The slot of va in the table whose entries are of this level; tables that are missing are made.
// NULL: no memory, or a block is in the way.
force_inline hal_pte *make_slot(paddr_t root, struct hal_space *space, vaddr_t va,
				unsigned int to_level)
{
	hal_pte *table = table_at(root);

	for (unsigned int level = hal_pte_levels() - 1; level > to_level; level--) {
		hal_pte *slot = &table[index_at(va, level)];
		hal_pte entry = load(slot);

		if (unlikely(!hal_pte_is_table(entry))) {
			entry = entry ? 0 : pagetable_new_table(slot, space);
			if (!hal_pte_is_table(entry))
				return NULL;
		}
		table = table_at(hal_pte_pa(entry));
	}
	return &table[index_at(va, to_level)];
}

// As find_entry(), making the tables that are missing. NULL: no memory, or a block is in the way.
force_inline hal_pte *make_entry(paddr_t root, struct hal_space *space, vaddr_t va)
{
	return make_slot(root, space, va, 0);
}

// ---- pageblock.c ----

// Replace the block that slot maps by a table that says the same. mm's lock is held exclusively.
// Flushes what tlb has gathered.
void block_split(struct hal_tlb *tlb, hal_pte *slot, vaddr_t va);
// The whole block was unmapped: give back the page that was set aside for its table.
void block_gone(struct hal_space *space);

#endif
